/*
 * summary: one session in few rows, so that two of them can be laid side by
 * side (compare.h): what was sent, what was answered, what the server offered
 * and how it was encrypted. Made of the session's events, wherever they come
 * from. Pure; one thread at a time.
 */
#ifndef CHECK_SUMMARY_H
#define CHECK_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/command.h"
#include "core/ehlo.h"
#include "core/event.h"

enum {
	SUMMARY_ROWS_MAX = 256, /* 100 recipients, and what people type */
	SUMMARY_TEXT_MAX = 512, /* octets kept of a line, RFC 5321 §4.5.3.1 */
	SUMMARY_LINES_MAX = 64, /* of a reply; EHLO has 5 to 30 */
};

struct summary_row {
	enum verb verb;  /* VERB_CONNECT: the greeting */
	char *line;      /* as sent, secrets ****; "" for the greeting */
	char *text;      /* last line of the reply without its codes */
	char **lines;    /* n_lines of the reply, codes and all; only where
	                  * the whole session is wanted */
	size_t n_lines;
	char enhanced[16];
	uint32_t n;      /* of its EV_SENT; EV_GREETING */
	uint32_t reply_n; /* of its EV_REPLY, 0 none */
	uint32_t us;     /* the reply took */
	int64_t t_us;    /* when the reply came */
	uint16_t code;   /* 0: no reply */
	bool secure;     /* inside TLS */
};

/* Of the newest handshake; all owned, never NULL once it is there. */
struct summary_tls {
	char *version, *cipher;
	char *verify;    /* "ok", or why not: id of tls_reasons.tsv */
	/* the server's own certificate, "" where it sent none */
	char *subject, *issuer, *not_before, *not_after, *sha256;
	uint32_t n, us;  /* of its EV_TLS, 0 none; it took */
};

/* All owned. What an experiment never sends (DATA, the message) and what says
 * nothing (QUIT, RSET, NOOP) has no row, unless all of it is wanted. */
struct summary {
	bool whole;       /* all of it is: set before anything is seen */
	uint32_t session; /* 0: nothing was seen */
	uint32_t first_n; /* of its EV_CONNECTING */
	int64_t t_us;     /* when it was */
	char *host, *address;
	uint16_t port;
	bool connected, failed;
	bool over;        /* it ended, well or not */
	uint32_t connect_us; /* once it is connected */
	uint32_t fail_n;  /* of the EV_FAILED, 0 none */
	bool shut;        /* 421: no more connections for now, please */
	enum fail_phase phase; /* when failed */
	enum fail_kind fail;
	struct summary_row *rows; /* n */
	size_t n;
	char *name;       /* in the greeting; NULL none */
	struct ehlo ehlo; /* of the newest good EHLO */
	bool esmtp;       /* there was one */
	bool starttls;    /* was offered in clear */
	bool secure, wrapped;
	char *tls;        /* "TLSv1.3 TLS_AES_256_GCM_SHA384"; NULL in clear */
	char *cert;       /* SHA-256 of the first certificate; NULL none */
	struct summary_tls handshake;
	char *cause;      /* of the newest verdict: id (check/verdict.h), NULL
	                   * none */
};

/* e: any event; one of another session is passed over. The first connection
 * seen is the one that it is about. s: zeroed or cleared. */
void summary_see(struct summary *s, const struct event *e);
void summary_clear(struct summary *s);

/* Did the server say anything? */
bool summary_replied(const struct summary *s);
/* The newest row with that verb, NULL none. */
const struct summary_row *summary_last(const struct summary *s, enum verb v);
/* The first reply that is 4yz or 5yz, of MAIL on: of the last transaction;
 * NULL: none. */
const struct summary_row *summary_refusal(const struct summary *s);
/* The same, and only 4yz to MAIL or RCPT, which may be greylisting. */
const struct summary_row *summary_deferral(const struct summary *s);

#endif
