/*
 * beside: two sessions side by side, line by line: the same command beside the
 * same command (compare.h), each line of a reply beside its like, what differs
 * marked. Pure; any thread.
 *
 * Texts are bytes of the server where they are: whoever shows them escapes
 * them. Notes are ours and in the user's language.
 */
#ifndef CHECK_BESIDE_H
#define CHECK_BESIDE_H

#include "check/summary.h"

enum beside_kind {
	BESIDE_CLIENT, /* a line that was sent */
	BESIDE_SERVER, /* a line of a reply */
	BESIDE_NOTE,   /* what was measured or found: "TLS: TLSv1.3 ..." */
};

enum beside_mark {
	BESIDE_SAME,
	BESIDE_WORDS,   /* same code, other words: names, times, numbers */
	BESIDE_DIFFERS, /* code, keyword, certificate, what was sent */
	BESIDE_LEFT,    /* only in the first */
	BESIDE_RIGHT,   /* only in the second */
};

struct beside_row {
	enum beside_kind kind;
	enum beside_mark mark;
	char *a, *b; /* owned; NULL: it has none like it */
};

struct beside {
	struct beside_row *rows; /* n, owned */
	size_t n;
	size_t differ; /* rows with a mark that is more than words */
};

/* a, b: whole (summary.h), both with a session. out: beside_clear(). */
void beside(const struct summary *a, const struct summary *b,
            struct beside *out);
void beside_clear(struct beside *x);

/* "session 2, 10:41:02: mx1.example.org [192.0.2.1]:25"; clock: "" unknown.
 * Safe to be shown, heap. */
char *beside_title(const struct summary *s, const char *clock);
/* Between the two columns: " ", "~", and as sdiff has it "|", "<", ">". */
char beside_sign(enum beside_mark m);
/* "2 differences": heap. */
char *beside_result(const struct beside *x);

struct beside_pair { /* borrowed */
	const struct summary *a, *b;
	const char *clock_a, *clock_b;
};
struct beside_to { /* where a line of the whole goes */
	int width;
	/* line: safe to be shown, without its end */
	void (*show)(void *arg, enum beside_mark mark, const char *line);
	void *arg;
};
/*
 * All of it, a line each, what the two are first: in two columns where width
 * has room for them, else one below the other as diff -u has it ("-" only in
 * the first, "+" only in the second); then how many differences there are.
 */
void beside_show(const struct beside_pair *p, const struct beside_to *to);

enum { BESIDE_COLUMNS_FROM = 90 }; /* a screen of 100, less its frames */

#endif
