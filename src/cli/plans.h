/*
 * plans: from what the user said to what is to be done with each target.
 * Used by main only, before the second thread starts.
 *
 *     plans_base(o, batch, &base)        once: files are read
 *     plans_target(o, &base, word, &p)   for each TARGET
 *     (main: the lesson fills in what the plan has not)
 *     plans_finish(o, p)
 *
 * Each returns NULL, or one line (heap) that says what is wrong: exit 64.
 */
#ifndef CLI_PLANS_H
#define CLI_PLANS_H

#include "cli/options.h"
#include "core/plan.h"

enum {
	PLANS_FILE_MAX = 16 << 20, /* of --data and --script */
	PLANS_STEPS_MAX = 10000,   /* lines of --script */
};

/* batch: nobody is there to ask or to type. Caller clears out. */
char *plans_base(const struct options *o, bool batch, struct plan *out);
/*
 * word: a TARGET; NULL: what -t and -s say, and an empty target when they say
 * nothing (the start screen). *out is on the heap, set only without an error.
 */
char *plans_target(const struct options *o, const struct plan *base,
                   const char *word, struct plan **out);
/* The stage, once the recipients are known, and what must fit together. */
char *plans_finish(const struct options *o, struct plan *p);

#endif
