/*
 * ehlo: the extensions table (extensions.tsv) and EHLO reply lines. RFC 5321
 * §4.1.1.1: the first line is the server's name and greeting, never a keyword.
 */
#ifndef CORE_EHLO_H
#define CORE_EHLO_H

#include <stdbool.h>
#include <stddef.h>

struct extension {
	const char *keyword, *status, *ehlo_params, *adds_verbs;
	const char *mail_params, *rcpt_params, *explain_en, *explain_de;
	const char *source;
};

/* NULL when the keyword (any case, whole word) is not in the table. */
const struct extension *extension_find(const char *keyword, size_t len);
const struct extension *extension_at(size_t i); /* NULL past the end */

struct ehlo_cap {
	char *keyword; /* upper case, owned */
	char *params;  /* "" none, owned */
};
struct ehlo {
	char *name; /* first word of line one, owned */
	struct ehlo_cap *caps;
	size_t n;
};
/* text: lines[1..] without code ("SIZE 1000"); one call a line. */
void ehlo_add_line(struct ehlo *e, const char *text, size_t len);
const struct ehlo_cap *ehlo_find(const struct ehlo *e, const char *keyword);
void ehlo_clear(struct ehlo *e);

#endif
