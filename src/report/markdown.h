/*
 * markdown: a run's dialogs for a ticket or a forum, as CommonMark with the
 * tables of GitHub and GitLab: the result, the mail servers, the dialog in one
 * code block, and what is to be said of it as a short list. Good replies are
 * not explained: the reader has a problem.
 *
 * What comes from outside stands in code spans and code blocks; there is no
 * HTML and no link in it. The same dialog gives the same bytes, live or from a
 * recording. Lines of a message are left out. Bounds: one target's dialog at a
 * time and MARKDOWN_BYTES_MAX bytes of text; what is left out is counted. One
 * thread.
 */
#ifndef REPORT_MARKDOWN_H
#define REPORT_MARKDOWN_H

#include "core/event.h"
#include "util/buf.h"

/* GitLab takes 1 MiB; what is begun is finished. */
enum { MARKDOWN_BYTES_MAX = 1000 * 1000 };

struct markdown;

struct markdown *markdown_new(void);
void markdown_free(struct markdown *m); /* NULL is fine */
/* Takes e (borrowed), the events of one target after those of another. */
void markdown_event(struct markdown *m, const struct event *e);
/* Appends the text to out, also of a run that did not come to its end; m is to
 * be freed then. */
void markdown_finish(struct markdown *m, struct buf *out);

#endif
