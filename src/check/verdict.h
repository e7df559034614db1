/*
 * verdict: how a recipient or a session ended, who must act, and the exit
 * status that says so (design §4). Pure.
 */
#ifndef CHECK_VERDICT_H
#define CHECK_VERDICT_H

#include "core/event.h"
#include "core/session.h"
#include "knowledge/evidence.h"

enum exit_status { EXIT_ACCEPTED = 0, EXIT_SOME = 1, EXIT_USAGE_ERROR = 64,
	EXIT_RECIPIENT = 67, EXIT_NO_HOST = 68, EXIT_REFUSED = 69,
	EXIT_INTERNAL = 70, EXIT_IO = 74, EXIT_LATER = 75, EXIT_PROTOCOL = 76,
	EXIT_TLS_AUTH = 77, EXIT_CANCELLED = 130 };

/* The worse of two, in the order of design §4. */
int exit_worse(int a, int b);

/* What a verdict on a reply needs beside it; all borrowed. */
struct verdict_context {
	enum stage wanted;  /* how far the session goes */
	enum state before;  /* what the command met */
	const struct evidence *checks; /* NULL: none were made */
};

/*
 * The verdict on one recipient. reply: the EV_REPLY to its RCPT, or in LMTP to
 * the message. b is begun and filled by this function; the caller sets n,
 * t_us, session, target and finishes it.
 */
void verdict_recipient(struct event_builder *b, const struct event *reply,
                       const char *recipient,
                       const struct verdict_context *ctx);
/*
 * The verdict on a whole session. reply: the reply r->reply_n names, or NULL;
 * ctx->before: what its command met.
 */
void verdict_session(struct event_builder *b, const struct session_result *r,
                     const struct event *reply,
                     const struct verdict_context *ctx);
/* The verdict on checks alone. checks: n EV_CHECK. 1 when one is bad, 75 when
 * one could not be made for now, else 0. */
void verdict_checks(struct event_builder *b, const struct event *const *checks,
                    size_t n);
/* The verdict on a target that never got a connection: by its route. */
void verdict_route(struct event_builder *b, const struct event *route);

const char *outcome_label(enum outcome o); /* "put off"; borrowed */
/* Text and next step of an EV_VERDICT in the user's language; heap. */
char *verdict_text(const struct event *verdict);
char *verdict_next(const struct event *verdict);

/* What it puts the reply down to: id of a category, or an enhanced code that
 * names a cause; "" for nothing in particular. Borrowed. */
const char *verdict_cause_id(const struct event *verdict);
/* "Greylisting": that id in the user's language, "" for none. Borrowed. */
const char *verdict_cause(const char *id);

#endif
