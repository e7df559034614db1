/*
 * plans: from what the user said to what is to be done with each target.
 * Used by main only, before the second thread starts.
 *
 *     plans_base(o, batch, &base)        once: files are read
 *     plans_line_base(o, &base, &own)    for a line with options of its own
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
 * A line of --input may say some options for its target alone: o is a copy of
 * them all (options_copy()). Not what reads a file or runs a program: a list
 * may come from elsewhere.
 */
char *plans_line_option(struct options *o, const char *name,
                        const char *value);
/* As plans_base() for such a copy; what files hold is taken from base. */
char *plans_line_base(const struct options *o, const struct plan *base,
                      struct plan *out);
/*
 * word: a TARGET; NULL: what -t and -s say, and an empty target when they say
 * nothing (the start screen). *out is on the heap, set only without an error.
 */
char *plans_target(const struct options *o, const struct plan *base,
                   const char *word, struct plan **out);
/* The stage, once the recipients are known, and what must fit together. */
char *plans_finish(const struct options *o, struct plan *p);

#endif
