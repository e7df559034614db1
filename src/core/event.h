/*
 * event: everything that can happen in a dialog, as plain data.
 *
 * An event is one block of memory with no pointer inside: it may be posted to
 * another thread, copied with memcpy, stored and freed as one. Text and arrays
 * live behind the fixed part, in the payload; a struct ev_ref says where.
 * Events are made with an event_builder (below), by the session, the worker
 * and the recording's reader, and are never changed afterwards.
 *
 * Field names and meanings are those of the recording (design §6). Texts in a
 * person's language are not in here: an event keeps the id and the arguments,
 * a view makes the sentence, so that a replay can speak another language.
 */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/i18n.h"

/* kind, name in the recording. PROMPT and ASK are never recorded. */
#define EVENT_KINDS(X)                                                         \
	X(EV_START, "start")                                                   \
	X(EV_DNS, "dns")                                                       \
	X(EV_ROUTE, "route")                                                   \
	X(EV_CONNECTING, "connecting")                                         \
	X(EV_CONNECTED, "connected")                                           \
	X(EV_TLS, "tls")                                                       \
	X(EV_FAILED, "failed")                                                 \
	X(EV_SENT, "sent")                                                     \
	X(EV_REPLY, "reply")                                                   \
	X(EV_BYTES, "bytes")                                                   \
	X(EV_MESSAGE, "message")                                               \
	X(EV_STATE, "state")                                                   \
	X(EV_FINDING, "finding")                                               \
	X(EV_CHECK, "check")                                                   \
	X(EV_VERDICT, "verdict")                                               \
	X(EV_CLOSED, "closed")                                                 \
	X(EV_END, "end")                                                       \
	X(EV_PROMPT, "prompt")                                                 \
	X(EV_ASK, "ask")

#define EVENT_ENUM(id, name) id,
enum event_kind { EVENT_KINDS(EVENT_ENUM) EVENT_KIND_COUNT };
#undef EVENT_ENUM

/* The server's view of the session (RFC 5321 §4.1.4; commands.tsv). */
#define STATES(X)                                                              \
	X(ST_CLOSED, "closed", N_("no connection"))                            \
	X(ST_TLS, "tls", N_("TLS handshake under way"))                        \
	X(ST_CONNECTED, "connected", N_("waiting for the greeting"))           \
	X(ST_GREETED, "greeted", N_("greeted, before EHLO"))                   \
	X(ST_READY, "ready", N_("ready for a transaction"))                    \
	X(ST_MAIL, "mail", N_("sender given"))                                 \
	X(ST_RCPT, "rcpt", N_("at least one recipient accepted"))              \
	X(ST_DATA, "data", N_("taking the message"))                           \
	X(ST_BDAT, "bdat", N_("taking the message in chunks"))                 \
	X(ST_AUTH, "auth", N_("login under way"))                              \
	X(ST_REVERSED, "reversed", N_("roles exchanged"))                      \
	X(ST_BYE, "bye", N_("goodbye said, connection about to close"))        \
	X(ST_LOST, "lost", N_("replies no longer match commands"))

#define STATE_ENUM(id, name, help) id,
enum state { STATES(STATE_ENUM) STATE_COUNT };
#undef STATE_ENUM

enum dns_status { /* RFC 1035 §4.1.1 RCODEs kept apart, then our own */
	DNS_NOERROR, DNS_NXDOMAIN, DNS_NODATA, DNS_SERVFAIL, DNS_REFUSED,
	DNS_FORMERR, DNS_NOTIMP, DNS_OTHER_RCODE,
	DNS_TIMEOUT,     /* no answer before the deadline */
	DNS_UNREACHABLE, /* ICMP or TCP refused by the DNS server's host */
	DNS_MALFORMED,   /* an answer that breaks RFC 1035 */
	DNS_LOOP,        /* CNAME chain that returns, or longer than 10 */
	DNS_BADNAME,     /* cannot be asked: RFC 1035 §2.3.4 */
	DNS_CANCELLED,
	DNS_STATUS_COUNT
};

enum route_kind { /* design §6 */
	ROUTE_MX, ROUTE_IMPLICIT, ROUTE_NULL, ROUTE_LITERAL, ROUTE_HOST,
	ROUTE_NONE,      /* NODATA and no address: no mail service */
	ROUTE_NXDOMAIN,
	ROUTE_NOADDRESS, /* MX exist, none has an address */
	ROUTE_NOHOST,    /* MX exist, none is usable as a host name */
	ROUTE_LOOP, ROUTE_BADNAME, ROUTE_TEMP,
	ROUTE_KIND_COUNT
};

enum fail_phase { PHASE_DNS, PHASE_CONNECT, PHASE_GREETING, PHASE_TLS,
	PHASE_DIALOG, PHASE_COUNT };
enum fail_kind { FAIL_REFUSED, FAIL_TIMEOUT, FAIL_RESET, FAIL_CLOSED,
	FAIL_UNREACHABLE, FAIL_PROTOCOL, FAIL_TLS, FAIL_LIMIT,
	FAIL_CANCELLED, FAIL_LOCAL, FAIL_KIND_COUNT };

enum bytes_why { BYTES_PARTIAL, BYTES_OVERLONG, BYTES_DROPPED,
	BYTES_AFTER_STARTTLS, BYTES_WHY_COUNT };

enum level { LEVEL_INFO, LEVEL_WARN, LEVEL_BAD, LEVEL_COUNT };

/* How a check came out. Only BAD and WARN speak against the one who is
 * checked; UNKNOWN is a check that could not be made, never a pass. */
enum grade { GRADE_PASS, GRADE_NOTE /* nothing to judge */, GRADE_WARN,
	GRADE_BAD, GRADE_UNKNOWN, GRADE_COUNT };

enum outcome { OUT_ACCEPTED, OUT_MIXED, OUT_DEFERRED, OUT_REFUSED,
	OUT_UNREACHABLE, OUT_PROTOCOL, OUT_TLS, OUT_AUTH, OUT_CANCELLED,
	OUT_LOCAL, OUTCOME_COUNT };

enum act { ACT_NOBODY, ACT_RECIPIENT, ACT_SENDER_ADDRESS, ACT_SENDER_HOST,
	ACT_SENDER_AUTH, ACT_MESSAGE, ACT_SERVER, ACT_RATE, ACT_NETWORK,
	ACT_US, ACT_UNKNOWN, ACT_COUNT };

enum confidence { CONF_SURE, CONF_LIKELY, CONF_GUESS, CONFIDENCE_COUNT };

/* Words of the recording for the enums above: "nodata", "sender_host" ... */
const char *event_kind_name(enum event_kind k);
const char *state_name(enum state s);
const char *state_help(enum state s); /* English msgid */
const char *dns_status_name(enum dns_status s);
const char *route_kind_name(enum route_kind k);
const char *fail_phase_name(enum fail_phase p);
const char *fail_kind_name(enum fail_kind k);
const char *bytes_why_name(enum bytes_why w);
const char *level_name(enum level l);
const char *grade_name(enum grade g);
const char *outcome_name(enum outcome o);
const char *act_name(enum act a);
const char *confidence_name(enum confidence c);

/* The other way round, for the recording: the value, or -1 when unknown. */
int event_kind_find(const char *word);
int state_find(const char *word);
int dns_status_find(const char *word);
int route_kind_find(const char *word);
int fail_phase_find(const char *word);
int fail_kind_find(const char *word);
int bytes_why_find(const char *word);
int level_find(const char *word);
int grade_find(const char *word);
int outcome_find(const char *word);
int act_find(const char *word);
int confidence_find(const char *word);

/* A piece of the payload: text (len bytes, then a NUL) or len array items. */
struct ev_ref {
	uint32_t off;
	uint32_t len;
};

struct ev_rr { /* one resource record of an answer, RFC 1035 §3.2.1 */
	struct ev_ref name;
	struct ev_ref data; /* presentation form: "10 mx1.example.org." */
	uint32_t ttl;       /* seconds */
	uint16_t type;
};

struct ev_host { /* one mail exchanger of a route */
	struct ev_ref host;
	struct ev_ref addresses; /* array of struct ev_ref, numeric text */
	struct ev_ref why;       /* id of the reason, "" when usable */
	uint16_t preference;
	bool unusable;           /* also while it only fails for now */
};

struct ev_cert { /* one certificate, as the server sent it; RFC 5280 §4.1 */
	struct ev_ref subject, issuer; /* RFC 4514 text: "CN=mx, O=Example" */
	struct ev_ref names;           /* array of texts: the SANs (DNS, IP) */
	struct ev_ref not_before, not_after; /* RFC 3339, UTC */
	struct ev_ref sha256, spki_sha256;   /* fingerprints, lower case hex */
	struct ev_ref key, signature;  /* "EC P-256", "RSA 2048"; algorithm */
	struct ev_ref serial;          /* lower case hex */
};

struct ev_trace { /* one step of a check, or a piece of its evidence */
	struct ev_ref say;  /* id of a sentence (knowledge/check_words.h) */
	struct ev_ref args; /* array of texts */
	uint32_t depth;     /* 0: of the check itself; 1: inside a step ... */
};

#define EV_GREETING 0u         /* reply.to: the greeting answers no command */
#define EV_UNASKED UINT32_MAX  /* reply.to: nothing had been asked */

struct event {
	uint32_t size;    /* bytes of the whole block */
	uint32_t n;       /* 1, 2, ... unique in a recording; 0: not recorded */
	uint32_t session; /* one connection each; 0 is the program */
	uint32_t run;     /* request.run of the target it belongs to; not
	                   * recorded: a file has one run after the other */
	uint8_t kind;     /* enum event_kind: which member of u */
	int64_t t_us;     /* microseconds since the program started */
	struct ev_ref target; /* text: what the user asked for */
	union {
		struct ev_start {
			struct ev_ref program, version, time, options, lang;
			struct ev_ref input, id; /* plan.h; "" none */
		} start; /* time: RFC 3339; options: no secrets */
		struct ev_dns {
			struct ev_ref name, server, ext, answers, wire;
			uint32_t us;  /* how long the answer took */
			uint16_t type;
			uint8_t status; /* enum dns_status */
			bool ad, aa, tcp; /* RFC 4035 §3.2.3; authoritative */
			bool cd; /* asked without a check, RFC 4035 §3.2.2 */
		} dns; /* answers: array of ev_rr; ext: EDE text or "" */
		struct ev_route {
			struct ev_ref domain, hosts; /* array of ev_host */
			uint8_t kind;  /* enum route_kind */
			uint8_t cause; /* ROUTE_TEMP: enum dns_status */
		} route;
		struct ev_connect {
			struct ev_ref host, address, via, local;
			uint32_t us;  /* connected only: time it took */
			uint16_t port;
		} connect; /* EV_CONNECTING and EV_CONNECTED; via "" = direct */
		struct ev_tls { /* a handshake that came to its end */
			struct ev_ref version, cipher; /* "TLSv1.3" ... */
			struct ev_ref group, alpn, sni; /* "" none */
			struct ev_ref chain;  /* array of ev_cert, as sent */
			struct ev_ref verify; /* "ok", or a tls_reasons.tsv
			                       * id: why not */
			struct ev_ref detail; /* OpenSSL's words for it, "" */
			struct ev_ref names;  /* reference names: what the
			                       * certificate was to name */
			struct ev_ref dane;   /* "" not asked, else "ok" or a
			                       * tls_reasons.tsv id */
			struct ev_ref tlsa;   /* array of texts: the records
			                       * used, "3 1 1 0b9f..." */
			uint32_t us;          /* the handshake took */
			int32_t depth;        /* of the certificate that
			                       * verify is about, -1 none */
			int32_t matched;      /* tlsa item that matched, -1 */
			bool wrapped;         /* from the start, no STARTTLS */
			bool cert_asked, cert_sent; /* client certificate */
			bool resumed;
		} tls;
		struct ev_failed {
			struct ev_ref detail; /* errno text, address, "" */
			uint8_t phase, kind;
		} failed;
		struct ev_sent {
			struct ev_ref line; /* without CRLF, secrets **** */
			struct ev_ref verb; /* "MAIL", "(END OF DATA)", "" */
			uint32_t bytes;     /* as written, CRLF included */
			bool secret;
		} sent;
		struct ev_reply {
			struct ev_ref lines;    /* array of ev_ref */
			struct ev_ref enhanced; /* "5.1.1" or "" */
			struct ev_ref raw;      /* only where lines differ */
			struct ev_ref recipient; /* LMTP, behind the dot: whom
			                         * it judges; "" else */
			uint32_t to;            /* n of the sent it answers */
			uint32_t us;            /* since that was sent */
			uint16_t code;          /* 0: not a number */
		} reply;
		struct ev_bytes {
			struct ev_ref data;
			uint32_t count; /* may exceed data.len: dropped */
			uint8_t why;
			bool from_server;
		} bytes;
		struct ev_message {
			struct ev_ref sha256; /* hex */
			uint32_t bytes, lines, stuffed;
		} message;
		struct ev_state {
			struct ev_ref rule; /* stable id of the row */
			uint8_t from, to;   /* enum state */
		} state;
		struct ev_finding {
			struct ev_ref id;       /* findings.tsv */
			struct ev_ref args;     /* array of ev_ref */
			struct ev_ref evidence; /* the bytes that show it */
			uint32_t about;         /* n of the event, 0 none */
			int32_t caret; /* byte column in its line, -1 none */
			uint8_t level;
		} finding;
		struct ev_check { /* what was looked up about one side */
			struct ev_ref id;      /* check_kinds.tsv: "spf-mail" */
			struct ev_ref subject; /* domain, address, list */
			struct ev_ref result;  /* the RFC's own word for it:
			                        * "softfail", "none" */
			struct ev_ref say;     /* id of its sentence */
			struct ev_ref args;    /* array of texts */
			struct ev_ref trace;   /* array of ev_trace */
			uint8_t grade;         /* enum grade */
		} check;
		/* A later verdict on the same recipient about the same reply
		 * replaces this one: checks came afterwards. */
		struct ev_verdict {
			struct ev_ref recipient; /* len 0: the session */
			struct ev_ref rule, args; /* sentence's id; array of
			                           * texts */
			/* the blame (knowledge/cause.h), "" and empty where no
			 * reply is to be blamed */
			struct ev_ref because; /* "wording:ui-ptr",
			                        * "enhanced:5.7.25" ... */
			struct ev_ref words;   /* of the reply, raw */
			struct ev_ref supports, opposes; /* texts: ids of
			                                  * checks */
			struct ev_ref contradictions; /* texts: "class",
			                               * "cause" ... */
			struct ev_ref mta; /* what a mail server does next:
			                    * "QUEUE" (meanings.tsv) */
			struct ev_ref advice; /* what to do, where a check
			                       * found the reason: id of its
			                       * sentence (says_*.tsv) */
			struct ev_ref advice_args; /* array of texts */
			uint32_t about; /* n of the reply that decided */
			uint8_t exit, outcome, act, confidence;
		} verdict;
		struct ev_closed {
			bool by_server, clean;
		} closed;
		struct ev_end {
			uint32_t sessions, accepted, deferred, refused;
			uint32_t unreachable;
			uint8_t exit;
		} end;
		struct ev_prompt { /* what the guide proposes, for a person */
			struct ev_ref line;  /* next command, "" none */
			struct ev_ref guide; /* id of the guide row, "" none */
			uint64_t allowed;    /* bit (1 << enum verb) */
			uint32_t pending;    /* commands not yet answered */
			int64_t deadline_us; /* same clock as t_us; 0 none */
			uint32_t step;       /* of plan; UINT32_MAX none */
			uint8_t state, projected;
			bool open;           /* there is a connection */
			bool secure;         /* inside TLS */
			bool checking;       /* checks are being made */
		} prompt;
		struct ev_ask { /* the worker waits for REQ_ANSWER */
			struct ev_ref id; /* "private-address" */
			struct ev_ref args;
		} ask;
	} u;
};

struct event *event_copy(const struct event *e); /* heap, caller frees */
/* Text of a reference of this event: NUL-terminated, "" when empty. */
const char *event_text(const struct event *e, struct ev_ref r);
/* Item i of an array reference; i < r.len. */
struct ev_ref event_item(const struct event *e, struct ev_ref r, uint32_t i);
const char *event_item_text(const struct event *e, struct ev_ref r,
                            uint32_t i);
const struct ev_rr *event_rr(const struct event *e, uint32_t i);
const struct ev_host *event_host(const struct event *e, uint32_t i);
const struct ev_cert *event_cert(const struct event *e, uint32_t i);
const struct ev_trace *event_trace(const struct event *e, uint32_t i);
/* Bytes of the fixed part of this kind: events carry no more than they use. */
size_t event_fixed_size(enum event_kind k);

/*
 * Building. Set b.e's fields; put text and arrays with the calls below, which
 * return the reference to store. Then finish.
 *
 *     struct event_builder b;
 *     event_begin(&b, EV_SENT);
 *     b.e.u.sent.line = event_put(&b, line, len);
 *     post(event_finish(&b));
 */
struct event_builder {
	struct event e;
	struct buf payload;
};
void event_begin(struct event_builder *b, enum event_kind k);
struct ev_ref event_put(struct event_builder *b, const void *s, size_t len);
struct ev_ref event_puts(struct event_builder *b, const char *s);
/* count items of size bytes each (ev_ref, ev_rr, ev_host), 8-aligned. */
struct ev_ref event_put_array(struct event_builder *b, const void *items,
                              size_t size, size_t count);
/* An array of texts in one call; for args of findings and verdicts. */
struct ev_ref event_put_texts(struct event_builder *b,
                              const char *const *texts, size_t count);
/* One malloc'ed block, caller owns (free). b is empty again. */
struct event *event_finish(struct event_builder *b);

#endif
