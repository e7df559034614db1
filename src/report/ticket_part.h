/*
 * ticket_part: one refusal and what of the dialog belongs to it. Only for
 * ticket.c; everything is borrowed from the dialog.
 */
#ifndef REPORT_TICKET_PART_H
#define REPORT_TICKET_PART_H

#include <stdbool.h>
#include <stddef.h>

#include "check/own_address.h"
#include "core/dialog.h"

enum { TICKET_RECIPIENTS = 20 }; /* named in one part */

struct ticket_part {
	const struct dialog *dialog;
	const struct event *verdict;
	const struct event *reply;  /* that decided, or NULL */
	const struct event *failed; /* where there was none, or NULL */
	size_t at;                  /* index of reply or failed */
	const char *recipients[TICKET_RECIPIENTS]; /* n_recipients */
	size_t n_recipients;
};

/* The refusals of the newest target; returns how many, max at most. */
size_t ticket_parts(const struct dialog *d, struct ticket_part *parts,
                    size_t max);

/* Of its session, before its reply; NULL none. */
const struct event *ticket_connection(const struct ticket_part *t);
const struct event *ticket_tls(const struct ticket_part *t);
const struct event *ticket_helo(const struct ticket_part *t);
const struct event *ticket_mail(const struct ticket_part *t);
/* The command that the reply answers; NULL: the greeting. */
const struct event *ticket_command(const struct ticket_part *t);
/* Numeric address of our side of the connection, "" not known. */
const char *ticket_local(const struct ticket_part *t);
/* The address at which the server says it sees us. */
bool ticket_seen(const struct ticket_part *t, char out[IP_TEXT_MAX]);
/* The newest check of that id, or NULL. */
const struct event *ticket_check(const struct dialog *d, const char *id);
/* Is a check about the sending side, or an experiment? */
bool ticket_tells(const struct event *check);

#endif
