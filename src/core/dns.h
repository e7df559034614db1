/*
 * dns: the DNS wire format in both directions (RFC 1035 §4), with hard bounds.
 * Pure; any thread. Nothing here follows a pointer forwards, trusts a count or
 * reads past the length it was given.
 *
 * Names are kept as they are on the wire, without compression, so that a label
 * may hold any byte. Presentation form is that of RFC 1035 §5.1: "\." and "\\"
 * inside a label, \DDD for what is not printable ASCII, a dot at the end.
 */
#ifndef CORE_DNS_H
#define CORE_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

enum {
	DNS_LABEL_MAX = 63,       /* RFC 1035 §2.3.4 */
	DNS_NAME_MAX = 255,       /* octets on the wire, root label included */
	DNS_NAME_TEXT_MAX = 1025, /* \DDD for every octet, dots, NUL */
	DNS_MESSAGE_MAX = 65535,  /* RFC 1035 §4.2.2 */
	DNS_UDP_PAYLOAD = 1232,   /* what we offer: fits any path without
	                           * fragments (IPv6 minimum MTU 1280) */
	DNS_QUERY_MAX = 12 + DNS_NAME_MAX + 4 + 11,
	DNS_HEADER_SIZE = 12,
};

/*
 * type, number, mnemonic, layout of the RDATA: the types that we read and
 * write. Layout letters: 1 2 4 a number of that many octets; t a type; n a
 * name; a an IPv4, 6 an IPv6 address; s character-strings to the end (one at
 * least); h octets to the end, in hexadecimal; b the same in base64; x octets
 * without a form of their own (RFC 3597 §5).
 */
#define DNS_TYPES(X)                                                           \
	X(RR_A, 1, "A", "a")                                                   \
	X(RR_NS, 2, "NS", "n")                                                 \
	X(RR_CNAME, 5, "CNAME", "n")                                           \
	X(RR_SOA, 6, "SOA", "nn44444")                                         \
	X(RR_PTR, 12, "PTR", "n")                                              \
	X(RR_MX, 15, "MX", "2n")                                               \
	X(RR_TXT, 16, "TXT", "s")                                              \
	X(RR_AAAA, 28, "AAAA", "6")                                            \
	X(RR_SRV, 33, "SRV", "222n")                                           \
	X(RR_DNAME, 39, "DNAME", "n")                                          \
	X(RR_OPT, 41, "OPT", "x")                                              \
	X(RR_RRSIG, 46, "RRSIG", "t114442nb")                                  \
	X(RR_TLSA, 52, "TLSA", "111h")                                         \
	X(RR_ANY, 255, "ANY", "x")

#define DNS_TYPE_ENUM(id, number, name, layout) id = number,
enum dns_type { DNS_TYPES(DNS_TYPE_ENUM) };
#undef DNS_TYPE_ENUM

enum { DNS_CLASS_IN = 1 };

enum dns_rcode { /* RFC 1035 §4.1.1 */
	RCODE_NOERROR = 0, RCODE_FORMERR = 1, RCODE_SERVFAIL = 2,
	RCODE_NXDOMAIN = 3, RCODE_NOTIMP = 4, RCODE_REFUSED = 5,
};

enum { /* header flags, RFC 1035 §4.1.1, RFC 4035 §3.2 */
	DNS_QR = 0x8000, DNS_AA = 0x0400, DNS_TC = 0x0200, DNS_RD = 0x0100,
	DNS_RA = 0x0080, DNS_AD = 0x0020, DNS_CD = 0x0010,
	DNS_OPCODE = 0x7800, DNS_RCODE = 0x000f,
};

enum dns_section { DNS_ANSWER, DNS_AUTHORITY, DNS_ADDITIONAL };

/* "MX", or "TYPE65280" (RFC 3597 §5). out: at least 10 bytes; returns out. */
const char *dns_type_text(uint16_t type, char out[10]);
/* The other way round, any case; 0 when it is neither. */
uint16_t dns_type_find(const char *word);
/* The letters of DNS_TYPES; "x" for every other type. */
const char *dns_type_layout(uint16_t type);
/* "NXDOMAIN", or "RCODE23". out: at least 10 bytes; returns out. */
const char *dns_rcode_text(unsigned rcode, char out[10]);
/* The registry's words for an Extended DNS Error (RFC 8914 §4); "" unknown. */
const char *dns_ede_text(uint16_t code);

/* ---- names ---- */

struct dns_name {
	uint8_t len;                /* octets in use, root label included */
	uint8_t wire[DNS_NAME_MAX]; /* 3www7example3org0 */
};

enum dns_name_error {
	DNS_NAME_OK,
	DNS_NAME_EMPTY_LABEL, /* "", ".a", "a..b" */
	DNS_NAME_LABEL_LONG,  /* over 63 octets */
	DNS_NAME_LONG,        /* over 255 octets */
	DNS_NAME_ESCAPE,      /* \ at the end, \25x, \999 */
};
/* Presentation form, with or without the last dot; "." is the root. */
enum dns_name_error dns_name_parse(struct dns_name *n, const char *text);
/* Presentation form with the last dot, "." for the root; returns out. */
char *dns_name_text(const struct dns_name *n, char out[DNS_NAME_TEXT_MAX]);
/* The same without the last dot (but "." for the root): for people, SMTP. */
char *dns_name_host(const struct dns_name *n, char out[DNS_NAME_TEXT_MAX]);
/* Without regard to the case of ASCII letters (RFC 4343). */
bool dns_name_equal(const struct dns_name *a, const struct dns_name *b);
/* <0, 0, >0: some total order in which names of other case are equal. */
int dns_name_compare(const struct dns_name *a, const struct dns_name *b);
/* Is n suffix itself or below it? */
bool dns_name_under(const struct dns_name *n, const struct dns_name *suffix);
bool dns_name_is_root(const struct dns_name *n);
void dns_name_lower(struct dns_name *n);
unsigned dns_name_labels(const struct dns_name *n); /* root: 0 */
/* Without its first label; the root stays the root. */
void dns_name_parent(struct dns_name *n);
/* n with its suffix from replaced by to (DNAME, RFC 6672 §2.2); false when the
 * result is too long. n is below from, and not from itself. */
bool dns_name_replace(struct dns_name *n, const struct dns_name *from,
                      const struct dns_name *to);

/* ---- reading ---- */

struct dns_rr {          /* offsets into the message it was read from */
	uint32_t owner;  /* of the owner name (may be compressed) */
	uint32_t rdata;
	uint32_t ttl;    /* seconds; over 2^31-1 counts as 0, RFC 2181 §8 */
	uint16_t type, class;
	uint16_t rdlen;
	uint8_t section; /* enum dns_section */
	bool bad;        /* RDATA breaks the rules of its type */
};

struct dns_msg {
	const uint8_t *data;      /* borrowed, len octets */
	size_t len;
	uint16_t id, flags;       /* as in the header */
	unsigned rcode;           /* with OPT's upper bits, RFC 6891 §6.1.3 */
	bool has_question;
	struct dns_name qname;    /* valid with has_question; the first one */
	uint16_t qtype, qclass;
	struct dns_rr *rr;        /* n records in the order of the message */
	size_t n;
	bool has_opt;
	uint16_t payload;         /* of OPT: what the sender can take */
	bool dnssec_ok;           /* of OPT: the DO bit */
	bool has_ede;
	uint16_t ede;             /* first Extended DNS Error, RFC 8914 */
	uint32_t ede_text;        /* offset of its text, ede_len octets */
	uint16_t ede_len;
};

/*
 * Reads a whole message. data: borrowed, must outlive m.
 * Returns false when it is no DNS message: shorter than a header or over
 * DNS_MESSAGE_MAX, a count that promises more than there is, a compression
 * pointer that does not go backwards, a name over 255 octets, RDATA past the
 * end. m then holds what could be read before (m->rr and n included). Octets
 * behind the last record are ignored. Call dns_msg_clear() in both cases.
 */
bool dns_msg_parse(struct dns_msg *m, const uint8_t *data, size_t len);
void dns_msg_clear(struct dns_msg *m);

void dns_rr_owner(const struct dns_msg *m, const struct dns_rr *rr,
                  struct dns_name *out);
/* The one name in the RDATA of CNAME, DNAME, NS, PTR, MX, SRV. !rr->bad. */
void dns_rr_target(const struct dns_msg *m, const struct dns_rr *rr,
                   struct dns_name *out);
/* First two octets of the RDATA as a number: MX preference, SRV priority. */
uint16_t dns_rr_preference(const struct dns_msg *m, const struct dns_rr *rr);
/*
 * One name at *at of data (len octets), compressed or not; what is not behind
 * a pointer must end before end (<= len). Moves *at behind it.
 * false: past the end, over 255 octets, a label type of no meaning, a pointer
 * that does not go backwards, or more than 127 of them.
 */
bool dns_name_read(struct dns_name *n, const uint8_t *data, size_t len,
                   size_t end, size_t *at);
/* A: 4 octets, AAAA: 16. !rr->bad. */
const uint8_t *dns_rr_address(const struct dns_msg *m,
                              const struct dns_rr *rr);
/* All character-strings of a TXT record joined without a blank, appended to
 * out (RFC 7208 §3.3). !rr->bad. */
void dns_rr_txt(const struct dns_msg *m, const struct dns_rr *rr,
                struct buf *out);
/* Minimum of a SOA record (RFC 2308 §5), 0 when the record is bad. */
uint32_t dns_rr_soa_minimum(const struct dns_msg *m, const struct dns_rr *rr);
/*
 * RDATA in presentation form, appended: "10 mx1.example.org.", "\"v=spf1\"".
 * Types not in DNS_TYPES, and bad RDATA, as RFC 3597 §5: "\# 2 0a1f".
 */
void dns_rr_text(const struct dns_msg *m, const struct dns_rr *rr,
                 struct buf *out);

/* ---- writing ---- */

enum { DNS_COMPRESS_MAX = 64 }; /* names remembered for compression */

struct dns_record {             /* one to be written; all borrowed */
	const struct dns_name *owner;
	const uint8_t *rdata;   /* rdlen octets, names uncompressed */
	size_t rdlen;
	uint32_t ttl;           /* seconds */
	uint16_t type;
};

struct dns_writer {
	uint8_t *out;            /* borrowed */
	size_t size, len;
	uint16_t names[DNS_COMPRESS_MAX]; /* where names begin in out */
	unsigned n_names;
	bool full;               /* something did not fit: set TC */
};

/* Starts a message. out: borrowed, size >= 12. flags: as in the header. */
void dns_write_begin(struct dns_writer *w, uint8_t *out, size_t size,
                     uint16_t id, uint16_t flags);
/*
 * Each of these writes all or nothing; false: it did not fit, w->full is set.
 * Questions come first, then sections in ascending order (assert).
 */
bool dns_write_question(struct dns_writer *w, const struct dns_name *name,
                        uint16_t type);
/* Names in the RDATA are compressed where RFC 3597 §4 allows that. RDATA that
 * does not fit its type goes out as it is: a lesson may break the rules. */
bool dns_write_rr(struct dns_writer *w, enum dns_section section,
                  const struct dns_record *r);
/* OPT (RFC 6891) in the additional section. ede < 0: none. text: NULL none. */
bool dns_write_opt(struct dns_writer *w, uint16_t payload, unsigned rcode,
                   int ede, const char *text);
void dns_write_flags(struct dns_writer *w, uint16_t set, uint16_t clear);
void dns_write_rcode(struct dns_writer *w, unsigned rcode); /* lower 4 bits */

/*
 * A query: RD and AD set, one question, OPT last unless edns is false.
 * out: DNS_QUERY_MAX octets. Returns the length.
 */
size_t dns_query(uint8_t *out, uint16_t id, const struct dns_name *name,
                 uint16_t type, bool edns);

#endif
