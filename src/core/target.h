/*
 * target: what the user typed as TARGET, taken apart (design §4, dns.md §1.1).
 * Pure; no lookup is made here.
 *
 *   example.org  user@example.org  mx.example.org:25  192.0.2.1:25
 *   [192.0.2.1]  [IPv6:2001:db8::25]:587  user@[192.0.2.1]
 *   smtp:// smtps:// submission:// lmtp://host[:port]
 *   unix:/run/lmtp.sock  unix:./lmtp.sock
 */
#ifndef CORE_TARGET_H
#define CORE_TARGET_H

#include <stdbool.h>
#include <stdint.h>

enum target_kind {
	TARGET_DOMAIN,  /* look up its MX */
	TARGET_HOST,    /* host:port or a scheme: addresses only, no MX */
	TARGET_LITERAL, /* an IP address: no DNS at all */
	TARGET_UNIX,    /* a Unix socket: no DNS, no address, no port */
};

/* What a scheme says beyond the port (plan_follow_target()). */
enum target_scheme {
	SCHEME_NONE,       /* none was typed */
	SCHEME_SMTP,       /* 25, RFC 5321 §4.5.4.2 */
	SCHEME_SUBMISSION, /* 587, RFC 6409 §3.1 */
	SCHEME_SMTPS,      /* 465, TLS from the start, RFC 8314 §3.3 */
	SCHEME_LMTP,       /* 24 by custom, never 25: RFC 2033 §5 */
	SCHEME_UNIX,       /* kind is TARGET_UNIX */
};

struct target {
	char *text;      /* as typed; owned */
	char *domain;    /* A-label, lower case, no last dot; or the address,
	                  * or the path of the socket as typed */
	char *shown;     /* U-label where it differs, else NULL */
	char *recipient; /* address for RCPT TO: domain as A-label, no last
	                  * dot; NULL: only a host was given */
	uint16_t port;   /* 0: not given */
	enum target_kind kind;
	enum target_scheme scheme;
	bool untagged_v6;    /* [2001:db8::1] without IPv6: (a finding) */
	bool transitional;   /* not IDNA2008, older mapping was used */
	bool deviates;       /* older software makes another name of it: ß */
	bool undecodable;    /* "xn--" in front of what is no A-label */
	bool single_label;
};

/* Why a target cannot be used; one clear sentence each (target_error_text). */
enum target_error {
	TARGET_OK,
	TARGET_EMPTY,
	TARGET_EMPTY_LABEL,   /* a..b, .a */
	TARGET_LABEL_LONG,    /* over 63 octets, RFC 1035 §2.3.4 */
	TARGET_NAME_LONG,     /* over 253 shown characters */
	TARGET_CHARACTER,     /* no letter, digit, hyphen, dot or underscore */
	TARGET_HYPHEN,        /* label begins or ends with a hyphen */
	TARGET_BARE_ADDRESS,  /* user@192.0.2.1: did you mean [192.0.2.1]? */
	TARGET_BAD_LITERAL,   /* [..] that holds no address */
	TARGET_BAD_PORT,
	TARGET_BAD_SCHEME,    /* none of smtp smtps submission lmtp */
	TARGET_ONION,         /* RFC 7686 */
	TARGET_CONTROL,       /* CR, LF, NUL or another control character */
	TARGET_LOCAL_PART,    /* nothing before @, or over 64 octets */
	TARGET_IDN,           /* not convertible to an A-label */
	TARGET_NO_IDN,        /* libidn2 is not on this machine */
	TARGET_PATH_LONG,     /* more than sockaddr_un can hold */
};

/* out is set (owned texts) only for TARGET_OK. text: borrowed. */
enum target_error target_parse(const char *text, struct target *out);
/* A whole sentence in the user's language: what is wrong, the right form. */
char *target_error_text(enum target_error e, const char *text);
void target_clear(struct target *t);
void target_copy(struct target *to, const struct target *from);

/*
 * An envelope address: CR, LF, NUL, blanks and angle brackets are refused
 * (RFC 5321 §4.1.2; command smuggling). "" is the null sender and allowed
 * only where null_ok.
 */
enum target_error address_check(const char *addr, bool null_ok);

#endif
