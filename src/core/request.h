/*
 * request: what a front end asks of the worker. Posted through a queue; the
 * worker frees it.
 */
#ifndef CORE_REQUEST_H
#define CORE_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "core/plan.h"

enum request_kind {
	REQ_OPEN,    /* plan: look up, connect. run 0: ends what is open (QUIT),
	              * as one person does one thing; else beside all others,
	              * and nobody is asked: plan.hold_enter is set */
	REQ_CONNECT, /* text: host, text2: address or ""; of the route */
	REQ_SEND,    /* text: one line for the server, without CRLF */
	REQ_ANSWER,  /* yes: to the open EV_ASK; text: the password that was
	              * asked for, NULL none */
	REQ_LOGIN,   /* text: "USER" or "USER MECH", text2: password */
	REQ_CHECK,   /* make the checks (check/checks.h), or make them anew */
	REQ_CANCEL,  /* lookup, connect or wait: stop within 250 ms */
	REQ_CLOSE,   /* drop the connection without QUIT */
	REQ_TRY,     /* text: an experiment, as trial_parse() takes it; the
	              * user has said yes to it */
	REQ_GUIDE,   /* yes: guided prefill on; text: nothing */
	REQ_STOP,    /* end the worker thread; yes: QUIT first */
};

struct request {
	enum request_kind kind;
	struct plan *plan; /* owned, REQ_OPEN */
	char *text;        /* owned; both are wiped when freed: what goes */
	char *text2;       /* to a server may be a secret */
	uint32_t run;      /* REQ_OPEN: each of its events has it; 0: the only
	                    * one. CANCEL and STOP are for all of them */
	bool yes;
};

/* plan, text, text2: given away (may be NULL). */
struct request *request_new(enum request_kind kind, struct plan *plan,
                            char *text, char *text2, bool yes);
void request_free(void *r); /* NULL is fine; void * for queue_free() */

#endif
