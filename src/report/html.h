/*
 * html: a run's dialogs as one page to read, print and hand out: for each
 * target the result, the mail servers, the envelope, every command and reply
 * beside its explanation, TLS, the checks with their trace, and at the end the
 * codes that came up.
 *
 * The page is one file that asks for nothing: no script, no request, a content
 * security policy that allows its own style sheet alone (by its hash). Every
 * byte from outside is escaped by core/escape.h first and for HTML then; what
 * cannot be shown stands as a token in <i>. The same dialog gives the same
 * bytes, live or from a recording: the only time in it is the recording's.
 * Lines of a message are left out, as in the automatic recording.
 *
 * Bounds: the dialog of one target is kept until the next begins; of the page
 * HTML_BYTES_MAX bytes of dialogs or HTML_TARGETS_MAX of them, the rest is in
 * the contents only, up to HTML_ROWS_MAX rows, and then counted. A page holds
 * at most twice that in memory, and its reader is told what is missing. One
 * thread.
 */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include <stdbool.h>

#include "core/event.h"
#include "util/buf.h"

enum {
	HTML_BYTES_MAX = 16 << 20, /* more takes a browser seconds to lay out */
	HTML_TARGETS_MAX = 500,    /* and more a reader does not read */
	HTML_ROWS_MAX = 10000,
};

struct html;

/* quiz: a worksheet. What is explained, judged or advised is left blank, with
 * lines to write on; the page without it is the answer sheet. */
struct html *html_new(bool quiz);
void html_free(struct html *h); /* NULL is fine */
/* Takes e (borrowed), the events of one target after those of another. */
void html_event(struct html *h, const struct event *e);
/* The page, also of a run that did not come to its end. Appends to out; h is
 * to be freed then. */
void html_finish(struct html *h, struct buf *out);

#endif
