/*
 * bounce: the refusals in a bounce message, in lines of a mail log, in what a
 * client printed, or a bare reply; each explained as in a dialog. Pure; any
 * thread.
 *
 * Known: delivery status (RFC 3464), Postfix, Exim, Sendmail, qmail, Exchange
 * and Microsoft 365, Gmail, GMX/WEB.DE/IONOS, OpenSMTPD, exceptions of Python
 * and Node.js, transcripts of swaks and telnet. Unknown is better than wrong:
 * an address counts as the recipient only where its end was seen.
 */
#ifndef KNOWLEDGE_BOUNCE_H
#define KNOWLEDGE_BOUNCE_H

#include <stdbool.h>
#include <stddef.h>

#include "knowledge/explain.h"

enum {
	BOUNCE_FOUND_MAX = 200,      /* refusals; a list's log has more */
	BOUNCE_BYTES_MAX = 32 << 20, /* of input: 20 MB of mail in base64 */
};

enum bounce_source { BOUNCE_BARE, BOUNCE_STATUS, BOUNCE_LOG, BOUNCE_REPORT,
	BOUNCE_TRANSCRIPT, BOUNCE_CLIENT };

/* Texts are owned and never NULL ("" unknown); bytes from outside. */
struct bounce_item {
	char **recipients; /* equal refusals stand together */
	size_t n_recipients;
	char *reply;       /* lines joined by \n, with their codes; or "" */
	char *status;      /* "5.1.1", where there is no reply */
	const char *verb;  /* "RCPT", "(CONNECT)", "(END OF DATA)"; "" */
	char *host, *address; /* who refused */
	char *mta;         /* who reports it */
	size_t line;       /* where it was found, from 1 */
	enum bounce_source source;
	bool no_reply;     /* it never came to a reply: phase and kind say */
	enum fail_phase phase;
	enum fail_kind kind;
};

struct bounce {
	struct bounce_item *items;
	size_t n;
	bool cut; /* there was more than a bound allows */
};

/* data: len bytes, may be anything. Caller clears out. */
void bounce_read(struct bounce *out, const char *data, size_t len);
void bounce_clear(struct bounce *b);

/* Could a pasted text be one? Several lines, or one that begins with a reply
 * code or looks like a log's. */
bool bounce_likely(const char *text, size_t len);
/* Caller clears out with explanation_clear(). */
void bounce_explain(const struct bounce_item *i, struct explanation *out);

#endif
