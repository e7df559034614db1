/*
 * spf_macro: the macros of SPF (RFC 7208 §7): their syntax, and what stands
 * for them. Pure; any thread. Nothing here needs memory that grows with what a
 * macro asks for: "%{s100000r}" has no more parts than its value.
 */
#ifndef CHECK_SPF_MACRO_H
#define CHECK_SPF_MACRO_H

#include <stdbool.h>
#include <stddef.h>

#include "check/ip.h"
#include "util/buf.h"

enum {
	/* Octets of one value that are expanded: a local part of 64, "@", a
	 * domain of 255 (RFC 5321 §4.5.3.1), each doubled by quoting. What is
	 * longer is no address, and its end is left away. */
	SPF_VALUE_MAX = 640,
};

struct spf_slice { /* borrowed, no NUL behind it */
	const char *at;
	size_t len;
};

/* What the letters stand for. All borrowed. */
struct spf_values {
	const char *sender;    /* s */
	const char *local;     /* l */
	const char *origin;    /* o: domain of sender */
	const char *domain;    /* d: the one whose record it is */
	const char *helo;      /* h */
	const char *validated; /* p; NULL: "unknown" */
	struct ip ip;          /* i, c, v */
};
/* r and t, which only an explanation may hold, become "unknown": nobody here
 * receives the mail, and a pure function has no clock. */

/*
 * Is text a macro-string? With explain an explain-string: blanks and the
 * letters c, r, t are allowed, too. Returns the offset of the first octet that
 * breaks the rules, text.len when none does.
 */
size_t spf_macro_check(struct spf_slice text, bool explain);
/* Offset behind the last macro; 0: there is none. text passed the check. */
size_t spf_macro_end(struct spf_slice text);
/* Does one of letters (lower case) stand in it? text passed the check. */
bool spf_macro_uses(struct spf_slice text, const char *letters);

enum spf_keep {
	SPF_KEEP_START, /* of an explanation */
	SPF_KEEP_END,   /* of a name, which loses labels on the left */
};
/*
 * Expands text, which passed the check, into out (empty). What is over max
 * octets is left away on the other side than the one kept. Returns false when
 * something was.
 */
bool spf_macro_expand(struct buf *out, struct spf_slice text,
                      const struct spf_values *v, size_t max,
                      enum spf_keep keep);

#endif
