/*
 * docket: the refusals of a run and what its checks found, so that a verdict
 * can be given anew when checks come out after it. One for each run; it
 * outlives the sessions. The worker's thread only.
 */
#ifndef NET_DOCKET_H
#define NET_DOCKET_H

#include "check/judge.h"
#include "knowledge/evidence.h"
#include "net/outlet.h"

enum {
	DOCKET_MAX = 256, /* recipients of a session are at most a hundred, and
	                   * a run has few sessions; the oldest goes first */
};

struct docket;

/* out: borrowed, outlives it. */
struct docket *docket_new(struct outlet *out);
void docket_free(struct docket *d); /* NULL is fine */

/* Every event of the run: keeps what an EV_CHECK found. Posts nothing. */
void docket_see(struct docket *d, const struct event *e);
/* What the checks have found so far; d's own, NULL for NULL. */
const struct evidence *docket_checks(const struct docket *d);

/* Keeps a copy of it. d may be NULL. */
void docket_file(struct docket *d, const struct judge_case *c);
/*
 * Gives each verdict anew that comes out differently with what the checks have
 * found by now (event.h: it replaces the earlier one). The exit status stays:
 * checks explain a refusal, they do not undo it.
 */
void docket_again(struct docket *d);

/* What a session's judge needs of its run; all borrowed. */
struct docket_seat {
	struct outlet *out;
	struct docket *docket; /* NULL: no checks */
	uint32_t session;
};
/* Verdicts go to the outlet, refusals to the docket. seat: outlives it. */
struct judge_out docket_judge_out(struct docket_seat *seat);

#endif
