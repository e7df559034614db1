/*
 * html_parts: what the files of html share. Not for other folders.
 */
#ifndef REPORT_HTML_PARTS_H
#define REPORT_HTML_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/dialog.h"
#include "knowledge/explain.h"
#include "util/buf.h"

enum { HTML_ENHANCED_MAX = 64 /* different ones that are listed */ };

struct html_codes { /* that came up, for the list at the end */
	uint64_t plain[16]; /* bit code % 64 of word code / 64 */
	char enhanced[HTML_ENHANCED_MAX][16]; /* "5.1.1", as they came */
	size_t n_enhanced;
};

/* One target while its section is made. */
struct html_section {
	struct buf *out;
	const struct dialog *dialog;
	struct html_codes *codes;
	size_t limit;     /* bytes of out at which the dialog ends */
	unsigned number;  /* of the target, from 1 */
	unsigned entries; /* of the dialog so far */
	bool quiz;
};

/* "ok", "go-on", "later", "no", "note", "client": classes of the style sheet
 * and of what it shows without colour, too. */
const char *html_class(enum reply_class c);
/* The mark of c and a space, for eyes only; what it says stands beside it. */
void html_mark(struct buf *out, const char *mark);
void html_heading(struct html_section *s, const char *text);
/* Questions with lines to write on; questions NULL-terminated. */
void html_blanks(struct buf *out, const char *const *questions);
/* Likely, who must act, what a mail server does, what to try, sources; where
 * all is well, what a mail server does and the sources. */
void html_advice(struct buf *out, const struct explanation *x);

/* html_facts.c */
void html_result(struct html_section *s);
void html_route(struct html_section *s, size_t index);
void html_lookups(struct html_section *s);
void html_envelope(struct html_section *s);
void html_checks(struct html_section *s);
/* html_grid.c: of --all */
void html_grid(struct html_section *s);
/* html_tls.c: the inside of an entry */
void html_tls(struct html_section *s, size_t index);
/* html_dialog.c: all of the target; its id is "tN" */
void html_dialog(struct html_section *s);
/* html_codes.c */
void html_codes_note(struct html_codes *c, const struct event *reply);
void html_codes_list(const struct html_codes *c, struct buf *out);

#endif
