/*
 * plan: what the user wants done with one target, as the command line (or the
 * start screen) said it. Pure data; made by cli or ui, given to the worker,
 * which owns and frees it.
 */
#ifndef CORE_PLAN_H
#define CORE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/target.h"
#include "core/trial.h"

/* How far a session goes on its own (-q, --quit-after). */
enum stage { STAGE_ROUTE, STAGE_CONNECT, STAGE_EHLO,
	STAGE_TLS,  /* the handshake, and EHLO once more inside it */
	STAGE_AUTH, STAGE_MAIL, STAGE_RCPT,
	STAGE_DATA, /* up to 354, then the connection is dropped */
	STAGE_DOT, STAGE_COUNT };
const char *stage_name(enum stage s); /* "route", "connect" ... */
int stage_find(const char *word);     /* -1 when unknown */

/* One step of a lesson (@steps) or one line of --script. */
enum step_kind {
	STEP_SEND,    /* line goes to the server */
	STEP_CONNECT, /* a new connection to the same host after wait_ms */
};
struct step {
	enum step_kind kind;
	char *line;       /* owned; "" for STEP_CONNECT */
	uint32_t wait_ms;
	char *say;        /* what the teacher says, "" nothing; owned */
	char *ask;        /* a question for the class, ""; owned */
};

enum protocol { PROTO_ESMTP, PROTO_SMTP, PROTO_LMTP /* RFC 2033 */ };

/* What is demanded of TLS. Up to MUST nothing is fatal but its absence; what
 * verification found is always shown. */
enum tls_policy {
	TLS_MAY,    /* where offered; in clear when it fails (RFC 7435) */
	TLS_NEVER,  /* STARTTLS is not sent */
	TLS_MUST,   /* encrypted or not at all; any certificate */
	TLS_VERIFY, /* a trusted chain and the right name (RFC 6125) */
	TLS_DANE,   /* as the TLSA records demand (RFC 7672 §2.2) */
	TLS_POLICY_COUNT
};

struct plan_tls {
	enum tls_policy policy;
	bool wrap;          /* from the start, no STARTTLS (RFC 8314 §3) */
	bool said;          /* the user asked for a policy in so many words */
	char *ca_file;      /* PEM; NULL: the system's */
	char *name;         /* SNI and the name to verify; NULL: the host's */
	int min, max;       /* 0x0301 (TLS 1.0) ... 0x0304; 0: the library's */
	char *cert_file, *key_file; /* client certificate, PEM; NULL: none */
};

/* A login (RFC 4954). The secret never leaves this struct but to the server;
 * it is wiped when the plan is cleared. */
struct plan_auth {
	bool wanted;
	bool clear_ok;  /* asked twice: also without TLS */
	char *mechs;    /* "PLAIN LOGIN", best first; NULL: the best offered */
	char *user;     /* NULL: none was given */
	char *authzid;  /* act as that user, NULL: as oneself */
	char *password; /* or the token of XOAUTH2; NULL: not known */
};

/* Where a connection really goes, besides TCP to the address. */
struct plan_way {
	char *unix_path;   /* a Unix socket instead of any address */
	char *pipe;        /* a command for sh -c instead of any address */
	char *socks_host;  /* SOCKS5 proxy (RFC 1928), numeric or a name */
	uint16_t socks_port;
	int proxy_header;  /* PROXY protocol: 0 none, 1, 2 */
	char *proxy_from, *proxy_to; /* "ADDR[:PORT]"; NULL: the real ones */
};

enum { PLAN_NAMES_MAX = 32 }; /* selectors, blocklists: a check for each */

/* What is to be checked beside the dialog (check/checks.h). */
struct plan_checks {
	bool wanted;      /* the checks are what the run is for */
	bool ask_myip;    /* a third party may be asked for our address */
	bool like_mta;    /* HELO, source and family of the local mail server */
	char *ip;         /* the address that sends; NULL: as found out */
	char **selectors; /* n_selectors, of DKIM; owned */
	size_t n_selectors;
	char **dnsbls;    /* n_dnsbls, zones of blocklists; owned */
	size_t n_dnsbls;
};

/* PROTO deadlines of RFC 5321 §4.5.3.2, or short ones for a class. */
enum patience { PATIENCE_RFC, PATIENCE_CLASSROOM };

const char *tls_policy_name(enum tls_policy p); /* "may", "never" ... */
int tls_policy_find(const char *word);          /* -1 when unknown */
const char *protocol_name(enum protocol p);     /* "esmtp" ... */
int protocol_find(const char *word);            /* -1 when unknown */

struct plan {
	struct target target; /* parsed form of what was typed */
	char *helo;           /* NULL: host name, else address literal */
	char *from;           /* NULL: postmaster@helo; "" is <> */
	char **to;            /* n_to recipients, without <> */
	size_t n_to;
	char *server;         /* no MX lookup: this host; NULL: look up */
	uint16_t port;        /* 0: the target's, else 25 */
	int family;           /* 0 both, 4, 6 */
	char *source;         /* local address to bind, NULL any */
	char *source4, *source6; /* the same for one family, where source is
	                          * NULL (--like-mta) */
	bool all;             /* every address of every MX */
	bool allow_private;   /* do not ask about private addresses */
	bool may_ask;         /* false in batch: private is then unusable */
	uint64_t seed;        /* shuffle of equal preferences; 0: random */
	enum stage stage;
	enum protocol protocol;
	uint32_t timeout_ms;  /* every step; 0: RFC 5321 §4.5.3.2 */
	bool hold_enter;      /* batch: send what the guide says at once */
	struct step *steps;   /* n_steps: a lesson's or --script's, instead */
	size_t n_steps;       /* of the guide's own sequence; 0: the guide */
	char *message;        /* message_len bytes for DATA, NULL none */
	size_t message_len;
	bool test_message;    /* message is made by message_test() once the
	                       * envelope is known */
	char **mail_params;   /* of MAIL and RCPT, "RET=HDRS"; owned */
	size_t n_mail_params;
	char **rcpt_params;
	size_t n_rcpt_params;
	bool pipelining;      /* what may go together goes in one segment */
	bool pipelining_always; /* offered or not: to see what happens */
	bool bdat;            /* BDAT instead of DATA, where CHUNKING is */
	enum patience patience;
	struct plan_tls tls;
	struct plan_auth auth;
	struct plan_way way;
	struct plan_checks checks;
	struct trial trial;   /* batch: once the dialog is over */
	char *input;          /* its line of --input, where that says more
	                       * than the target; NULL */
	char *id;             /* what the user calls it there; NULL */
};

void plan_init(struct plan *p); /* empty, stage rcpt, may_ask */
void plan_clear(struct plan *p);
struct plan *plan_copy(const struct plan *p); /* heap; plan_free() */
/* A copy with these recipients only, n_to of them. */
struct plan *plan_copy_for(const struct plan *p, char *const *to, size_t n_to);
void plan_free(struct plan *p);               /* NULL is fine */
/* What the scheme of t, a server's name, says of the rest: smtps wraps, lmtp
 * is LMTP, unix is a socket. */
void plan_follow(struct plan *p, const struct target *t);
/* The same for the plan's own target, unless the way leads elsewhere. Once, by
 * whoever opens the plan. */
void plan_follow_target(struct plan *p);
/* The local address to bind for a connection to address; NULL: any. */
const char *plan_source(const struct plan *p, const char *address);
void plan_add_to(struct plan *p, const char *addr);
/* Copies line; say and ask are empty. */
void plan_add_step(struct plan *p, enum step_kind kind, const char *line,
                   uint32_t wait_ms);
/* The words of the step added last; copies, NULL is "". */
void plan_step_words(struct plan *p, const char *say, const char *ask);
void plan_add_mail_param(struct plan *p, const char *param);
void plan_add_rcpt_param(struct plan *p, const char *param);
/* NAME of a DKIM selector, zone of a blocklist: copied. */
void plan_add_selector(struct plan *p, const char *selector);
void plan_add_dnsbl(struct plan *p, const char *zone);
/* Copies; wipes what was there. NULL: none. */
void plan_set_password(struct plan *p, const char *password);
void plan_drop_to(struct plan *p, size_t from);    /* from..n_to */
void plan_drop_steps(struct plan *p, size_t from); /* from..n_steps */

#endif
