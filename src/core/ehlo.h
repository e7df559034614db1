/*
 * ehlo: the extensions table (extensions.tsv) and EHLO reply lines. RFC 5321
 * §4.1.1.1: the first line is the server's name and greeting, never a keyword.
 */
#ifndef CORE_EHLO_H
#define CORE_EHLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct extension {
	const char *keyword, *status, *ehlo_params, *adds_verbs;
	const char *mail_params, *rcpt_params, *explain_en, *explain_de;
	const char *source;
};

/* NULL when the keyword (any case, whole word) is not in the table. */
const struct extension *extension_find(const char *keyword, size_t len);
const struct extension *extension_at(size_t i); /* NULL past the end */

/* As many as a reply has lines (design, bounds); more are counted only. */
enum { EHLO_CAPS_MAX = 1000 };

struct ehlo_cap {
	char *keyword; /* upper case, owned */
	char *params;  /* "" none, owned */
};
struct ehlo {
	char *name; /* first word of line one, owned */
	struct ehlo_cap *caps;
	size_t n;
	size_t dropped; /* lines over EHLO_CAPS_MAX */
};
/* text: lines[1..] without code ("SIZE 1000"); one call a line. */
void ehlo_add_line(struct ehlo *e, const char *text, size_t len);
const struct ehlo_cap *ehlo_find(const struct ehlo *e, const char *keyword);
void ehlo_clear(struct ehlo *e);

/*
 * The limit that SIZE announces, in octets (RFC 1870 §4). False when there is
 * none: not offered, no number, 0, or no number that can be read.
 */
bool ehlo_size(const struct ehlo *e, uint64_t *limit);

/* LIMITS (RFC 9422 §4); 0: not said, or not readable. */
struct ehlo_limits {
	uint32_t mail_max;        /* transactions a session */
	uint32_t rcpt_max;        /* recipients a transaction */
	uint32_t rcpt_domain_max; /* their domains, a transaction */
};
struct ehlo_limits ehlo_limits(const struct ehlo *e);

enum { EHLO_REMARKS_MAX = 16, EHLO_ARG_MAX = 64 };

struct ehlo_remark {
	const char *id;                /* row of findings.tsv */
	char args[2][EHLO_ARG_MAX];    /* its %1 and %2, cut; "" none */
};
/*
 * What is odd about the list: a keyword twice or of a form that no keyword
 * has, numbers that are none or too big, an extension without the one it
 * stands on. At most EHLO_REMARKS_MAX; returns how many.
 */
size_t ehlo_remarks(const struct ehlo *e,
                    struct ehlo_remark out[EHLO_REMARKS_MAX]);

#endif
