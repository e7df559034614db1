/*
 * caps: what a server offers in its EHLO reply, before and after STARTTLS.
 * RFC 3207 §4.2: what was learned before TLS is forgotten, and the list may
 * differ; whoever looks at a server wants to know in what. Pure; any thread.
 */
#ifndef CORE_CAPS_H
#define CORE_CAPS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/dialog.h"
#include "core/ehlo.h"

enum {
	CAPS_COMPARED_MAX = 256, /* lines of one reply; servers send 5 to 30 */
	CAPS_BACK_MAX = 4096,    /* events looked back through: between two
	                          * EHLO lie a dozen of their own session */
};

/* Is it the good reply to EHLO or LHLO? Its lines are then capabilities. */
bool caps_is_reply(const struct dialog *d, const struct event *e);
/* The lines after the first. out: zeroed or cleared; ehlo_clear(). */
void caps_read(const struct event *reply, struct ehlo *out);
/*
 * Index of the EHLO reply that stood before TLS, for one inside TLS (or for
 * the EV_TLS event itself); SIZE_MAX: there was none, or i is something else.
 */
size_t caps_before_tls(const struct dialog *d, size_t i);
/* The first EHLO reply of that session after the EV_TLS event i, SIZE_MAX
 * none. */
size_t caps_after_tls(const struct dialog *d, size_t i);

enum cap_fate { CAP_KEPT, CAP_CHANGED, CAP_ADDED, CAP_GONE, CAP_FATES };

struct cap_row {
	enum cap_fate fate;
	const char *keyword;
	const char *before, *after; /* parameters; NULL: not in that list */
};

/* Rows in the order of the list after TLS, those that are gone behind. */
struct caps_pair {
	struct ehlo before, after;
	struct cap_row *rows; /* owned; texts borrowed from the two lists */
	size_t n;
	size_t count[CAP_FATES];
};
void caps_compare(const struct event *before, const struct event *after,
                  struct caps_pair *out);
void caps_pair_clear(struct caps_pair *p);

#endif
