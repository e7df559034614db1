/*
 * entry: one event of the dialog as the lines that the Dialog pane shows.
 * Pure: dialog in, styled lines out; made when drawn, never stored.
 *
 * A row of the pane is  time, gutter, direction, lines. Gutter and direction
 * are in struct entry_head; the lines (reply code, glyph, text) are a doc.
 */
#ifndef UI_ENTRY_H
#define UI_ENTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "core/dialog.h"
#include "ui/doc.h"
#include "ui/lookups.h"
#include "ui/seek.h"

enum show_mode { SHOW_TEXT, SHOW_ENDS, SHOW_HEX, SHOW_MODES };

enum { ENTRY_HEAD_COLUMNS = 4 }; /* gutter and direction: "│S← " */

struct entry_opts {
	int width; /* columns for the lines, behind the head */
	bool wrap; /* else a line is cut where the pane ends */
	bool roomy; /* our own remarks are wrapped in any case */
	bool pack; /* capabilities side by side */
	bool folded;
	enum show_mode show;
	const struct lookups *lookups; /* it stands for these; may be NULL */
	const struct seek *match; /* marked where found; may be NULL */
};

struct entry_head {
	const char *gutter;
	const char *direction; /* "C", "S" or ""; the arrow comes with it */
	enum style gutter_style, direction_style;
};

/* Is it a row at all? State changes and the recording's frame are not. */
bool entry_shown(const struct dialog *d, size_t index);
/* A remark on what came before (finding, verdict, orderly close): the view
 * that follows never selects it. */
bool entry_is_remark(const struct event *e);
/* Can it be folded? Gives its lines after the first one. */
size_t entry_more(const struct event *e);
/* Is it the good reply to EHLO or LHLO? Its lines are then capabilities. */
bool entry_is_ehlo(const struct dialog *d, const struct event *e);

/* Inside TLS the gutter is another one. */
void entry_head(const struct dialog *d, size_t index, struct entry_head *out);
/* out: initialised; emptied first. */
void entry_doc(const struct dialog *d, size_t index,
               const struct entry_opts *o, struct doc *out);
/* Line of the doc (of one made with pack false) that line sub of the reply
 * begins on. */
size_t entry_line_of(const struct dialog *d, size_t index,
                     const struct entry_opts *o, size_t sub);

/* Text of line i of a reply without its code: borrowed. */
const char *reply_line(const struct event *e, size_t i, size_t *len);
/* The sentence of anything that is neither command nor reply; server bytes
 * in it are not made safe yet. */
void entry_note(const struct dialog *d, size_t index, struct buf *out);
/* "C: ..." and "S: ..." lines as RFC 5321 writes them, notes as "-- ...";
 * escaped, each with a line feed. For copying, saving and plain mode. */
void entry_text(const struct dialog *d, size_t index, struct buf *out);

#endif
