/*
 * compare: two sessions side by side: which reply answers which, where they
 * part, and a trace of it for people (check.h). Pure; any thread.
 */
#ifndef CHECK_COMPARE_H
#define CHECK_COMPARE_H

#include "check/check.h"
#include "check/summary.h"

enum {
	COMPARE_SLOW_US = 2000000, /* a reply so much later is worth a word */
};

/* One step of both; a or b NULL: the other has none like it. */
struct compare_pair {
	const struct summary_row *a, *b;
	bool same; /* code and enhanced code; the words may differ */
};

struct comparison {
	struct compare_pair *pairs; /* owned, n; rows borrowed */
	size_t n;
	size_t first; /* that is not the same; n: none */
};

/*
 * Aligns by command: the second RCPT with the second RCPT, EHLO inside TLS
 * with EHLO inside TLS. Where one side was encrypted and the other not, their
 * last EHLO meet. In the order of both. out: cleared by compare_clear().
 */
void compare(const struct summary *a, const struct summary *b,
             struct comparison *out);
void compare_clear(struct comparison *c);

/*
 * The table: "RCPT TO:<x>: 450 4.2.0 → 250 2.1.5", the words of the first
 * replies that differ below it, how the connections ended, what else differs:
 * keywords of EHLO, encryption, time.
 */
void compare_trace(struct check *c, const struct summary *a,
                   const struct summary *b);
/* "450 4.2.0", "—" for none; heap. */
char *compare_code(const struct summary_row *row);

#endif
