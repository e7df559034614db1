/*
 * needs: what must be known before a message is sent: which parameters MAIL
 * gets by itself, and what this server does not offer though the message or
 * the envelope needs it. Pure; any thread.
 */
#ifndef CORE_NEEDS_H
#define CORE_NEEDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/ehlo.h"
#include "core/message.h"
#include "core/plan.h"

enum { NEEDS_MAX = 16, NEEDS_PARAMS_MAX = 3, NEEDS_TEXT_MAX = 64,
	NEEDS_PARAM_MAX = 2 * NEEDS_TEXT_MAX /* KEYWORD=value */ };

struct need {
	const char *id;               /* row of findings.tsv */
	char args[2][NEEDS_TEXT_MAX]; /* its %1 and %2, cut; "" none */
	bool fatal; /* must not be sent so: the RFC forbids it or it would
	             * arrive as something else; else a warning */
};

struct needs {
	/* for MAIL, beside the plan's own; never one that the plan names */
	char params[NEEDS_PARAMS_MAX][NEEDS_PARAM_MAX];
	size_t n_params;
	bool smtputf8; /* the transaction is an SMTPUTF8 one; else domains go
	                * out as A-labels: idn_address() */
	bool bdat;     /* BDAT, not DATA: asked for and offered, or binary */
	bool binary;   /* the bytes as they are: no message_normalise() */
	struct need missing[NEEDS_MAX];
	size_t n_missing;
	bool fatal;    /* one of them is */
};

/*
 * facts: of the message, NULL when none is going to be sent. offers: the EHLO
 * list, NULL after HELO. plan: from, to, bdat and the parameters count.
 * secure: inside TLS. Everything borrowed.
 */
void message_needs(const struct message_facts *facts,
                   const struct ehlo *offers, const struct plan *plan,
                   bool secure, struct needs *out);

#endif
