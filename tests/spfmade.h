/*
 * spfmade: the SPF checks made over an spfmap, and what is read of them.
 */
#ifndef TESTS_SPFMADE_H
#define TESTS_SPFMADE_H

#include "check/check.h"
#include "spfmap.h"

struct spf_who { /* NULL: not known */
	const char *ip, *mail, *helo;
	bool about_helo;
};

struct spf_made {
	struct check c;
	struct facts *f;  /* all that was looked up */
	unsigned rounds;  /* how often it ran */
};

/* One run, over the facts that are there. who: a struct spf_who. */
void spfmade_run(struct check *c, const struct facts *f, const void *who);
/* All runs. A sentence that is not in the tables fails the test. */
void spfmade_map(struct spf_made *m, const struct spfmap *map,
                 const struct spf_who *who);
/* The same, of spfmap_lines(). */
void spfmade_lines(struct spf_made *m, const char *lines,
                   const struct spf_who *who);
void spfmade_clear(struct spf_made *m);

/* First argument of the first such step, "" it has none; NULL: no such. */
const char *spfmade_step(const struct check *c, const char *say);
/* The steps, indented, "= grade result: text" and "> next", as they are read
 * in the language of now. Caller frees. */
char *spfmade_text(const struct check *c);

#endif
