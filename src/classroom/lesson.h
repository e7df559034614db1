/*
 * lesson: what a classroom plays: DNS data, servers with their rules, and the
 * steps that the guide proposes. Read from a .lesson text (script.h has the
 * notation, doc/smtpscope-lessons.5 tells teachers about it).
 *
 * Loaded by one thread, constant afterwards: any thread may read it.
 */
#ifndef CLASSROOM_LESSON_H
#define CLASSROOM_LESSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "classroom/zone.h"
#include "core/plan.h"
#include "util/i18n.h"

enum {
	LESSON_SERVERS_MAX = 32,
	LESSON_HOSTS_MAX = 64, /* names after one @server */
	LESSON_PORT = 25,      /* of a host that names none */
};

/* What a rule does, in this order, one after the other. */
enum lesson_act_kind {
	LESSON_WRITE,   /* data: bytes for the client, line end included */
	LESSON_WAIT,    /* nothing happens for ms */
	LESSON_DRIBBLE, /* from here on byte by byte, ms apart; 0 ends it */
	LESSON_SILENT,  /* from here on not a byte more is said */
	LESSON_CLOSE,   /* orderly: FIN */
	LESSON_RESET,   /* RST; what was not sent yet is lost */
};
struct lesson_act {
	enum lesson_act_kind kind;
	char *data; /* owned */
	size_t len;
	uint32_t ms;
};

struct lesson_rule {
	char *pattern;     /* of the client's line, * is any text; NULL: the
	                    * greeting; "." is the end of a message */
	struct lesson_act *acts;
	size_t n_acts;
	uint32_t after_ms; /* holds from so long after the line first came */
	uint16_t code;     /* of its last reply, 0: none that is a number */
	bool once;         /* holds for one line of a connection */
	bool always;       /* holds out of sequence too, and for bad syntax */
};

struct lesson_host {
	char *name;    /* lower case, no dot at the end; owned */
	struct dns_name dns_name; /* the same, as the zone has it */
	uint16_t port; /* as the lesson says it, mostly 25 */
	int family;    /* its addresses of that kind alone: 4, 6; 0 all */
};

/* The certificate of a server that speaks TLS, made when the room opens. */
enum lesson_tls {
	LESSON_TLS_NONE,
	LESSON_TLS_GOOD,        /* names and dates right, by the lesson's own
	                         * authority: classroom_ca_pem() */
	LESSON_TLS_SELF_SIGNED, /* right but for who signed it */
	LESSON_TLS_EXPIRED,     /* right but for its dates */
	LESSON_TLS_WRONG_NAME,  /* right but for its name */
	LESSON_TLS_COUNT
};

/* What a server offers besides RFC 5321 (offer.c has the rows): bits. */
enum lesson_offer {
	OFFER_CHUNKING = 1 << 0,
	OFFER_BINARYMIME = 1 << 1,
	OFFER_SMTPUTF8 = 1 << 2,
	OFFER_DSN = 1 << 3,
	OFFER_DELIVERBY = 1 << 4,
	OFFER_MT_PRIORITY = 1 << 5,
	OFFER_FUTURERELEASE = 1 << 6,
	OFFER_REQUIRETLS = 1 << 7, /* only inside TLS, RFC 8689 §2 */
	OFFER_LIMITS = 1 << 8,
	OFFER_ETRN = 1 << 9,
};

/* The one account that a server knows (RFC 4954). */
struct lesson_auth {
	char *user;     /* NULL: no AUTH here; owned */
	char *password; /* or the token; stands in the lesson, is no secret */
	uint32_t mechs; /* bits, login.c has the rows */
	bool clear;     /* without TLS too, though there is TLS */
	bool required;  /* MAIL only after a login */
};

/* RR_A or RR_AAAA: is an address of that type one of the host's here? */
bool lesson_host_has(const struct lesson_host *h, unsigned type);

struct lesson_server { /* one listener; all its hosts reach it */
	struct lesson_host *hosts;
	size_t n_hosts;
	struct lesson_rule *rules; /* the first that fits answers */
	size_t n_rules;
	bool refuse; /* nobody listens: connections are refused */
	enum lesson_tls tls;
	bool wrap;   /* TLS from the start (RFC 8314 §3), no STARTTLS */
	bool lmtp;   /* RFC 2033 */
	uint32_t offers; /* enum lesson_offer */
	struct lesson_auth auth;
};

/* What the DNS server does instead of answering for a name. */
enum lesson_dns { LESSON_DNS_SERVFAIL, LESSON_DNS_REFUSED,
	LESSON_DNS_SILENT, LESSON_DNS_TRUNCATE /* on UDP: TC, come by TCP */ };
struct lesson_fault {
	struct dns_name name; /* and every name below it */
	enum lesson_dns what;
};

struct lesson_step {
	enum step_kind kind;
	char *line;
	uint32_t wait_ms;
	char *say[LANG_COUNT], *ask[LANG_COUNT]; /* NULL: not given */
};

struct lesson {
	char *name;               /* "first", or the path of the file */
	char *title[LANG_COUNT], *about[LANG_COUNT];
	char *target;             /* the domain that it is about */
	char *helo, *from;        /* NULL: not given */
	char **to;
	size_t n_to;
	int expect;               /* the exit status of a good end; -1: any */
	struct plan wants;        /* the client's part: TLS, login, message,
	                           * parameters; its envelope is empty */
	int stage;                /* enum stage; -1: not given */
	struct zone zone;
	struct lesson_fault *faults;
	size_t n_faults;
	struct lesson_server *servers;
	size_t n_servers;
	struct lesson_step *steps;
	size_t n_steps;
};

/* text: borrowed, len bytes. NULL: *error (caller frees) says where and why,
 * "NAME:17: expected ...". */
struct lesson *lesson_parse(const char *name, const char *text, size_t len,
                            char **error);
/*
 * name: of a lesson that is built in ("first", NULL is that one too), or, when
 * it has a "/" or ends in ".lesson", a file.
 */
struct lesson *lesson_find(const char *name, char **error);
void lesson_free(struct lesson *l); /* NULL is fine */

/* In the language of i18n.h; "" when there is none. */
const char *lesson_title(const struct lesson *l);
const char *lesson_about(const struct lesson *l);

/*
 * Gives the plan the lesson's steps and, where the plan says nothing of its
 * own: helo, sender, recipients; TLS (plan_tls.said), login (plan_auth.wanted),
 * protocol, port, message, parameters, pipelining, BDAT. The stage is always
 * the lesson's, where it has one.
 */
void lesson_fill_plan(const struct lesson *l, struct plan *p);

/* Each built-in lesson in teaching order (--list-lessons). l: borrowed for
 * the call. */
void lesson_list(void (*each)(const struct lesson *l, void *arg), void *arg);

#endif
