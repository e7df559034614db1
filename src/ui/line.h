/*
 * line: the input line: readline's keys, history, completion, ghost text.
 * Pure (time comes in); UI thread.
 *
 * The text is bytes as typed or pasted; it is escaped only when drawn. Lines
 * of a paste are separated by \n inside of it and shown as tokens: nothing of
 * a paste is sent before Enter.
 */
#ifndef UI_LINE_H
#define UI_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/canvas.h"
#include "ui/key.h"

enum {
	LINE_BYTES_MAX = 1 << 20,  /* as much as a paste */
	LINE_HISTORY_MAX = 1000,
	LINE_UNDO_MAX = 200,
	LINE_PREFILL_GUARD_MS = 150, /* Enter this soon after a prefill was
	                                meant for the line before it */
};

struct line;

/* Candidates for the word before the cursor, as whole new texts of the line. */
struct line_candidates {
	char **text;        /* owned; line_candidates_add() fills it */
	size_t count;
};
void line_candidates_add(struct line_candidates *c, const char *text);

/*
 * Fills out for text[0..cursor); none is fine. Called on Tab, and to show what
 * could follow.
 */
typedef void line_complete(void *arg, const char *text, size_t cursor,
                           struct line_candidates *out);

enum line_result {
	LINE_NOT_MINE, /* the key is not for the line */
	LINE_CHANGED,  /* text, cursor or search: draw again */
	LINE_SEND,     /* Enter: take line_text(), then line_accept() */
	LINE_ADD,      /* Alt-Enter: the same, but into the batch */
	LINE_AGAIN,    /* Enter right after a prefill: ignored, tell the user */
	LINE_END,      /* Ctrl-D on an empty line */
};

struct line *line_new(line_complete *complete, void *arg); /* may be NULL */
void line_free(struct line *l);

enum line_result line_key(struct line *l, const struct key *k, int64_t now_ms);

/* The text, NUL-terminated, until the next call; may hold NUL bytes. */
const char *line_text(const struct line *l, size_t *len);
bool line_is_empty(const struct line *l);
/* Text by the program on the user's request (edit, suggestion): touched then,
 * can be undone. */
void line_set(struct line *l, const char *text);
void line_insert(struct line *l, const char *text, size_t len);
/*
 * Text by the guide; "" takes a prefill away. Changes only a line that the user
 * has not touched since it was empty or prefilled. Returns true when it did.
 * What the user types first takes its place (as in an address bar) unless it is
 * a blank; the editing keys keep it.
 */
bool line_prefill(struct line *l, const char *text, int64_t now_ms);
bool line_is_touched(const struct line *l);
/* 0 in tests, where keys come faster than people type. */
void line_set_guard(struct line *l, int guard_ms);
/* After LINE_SEND, LINE_ADD: into the history (not a secret one, not twice in
 * a row), then empty and untouched. */
void line_accept(struct line *l);
void line_clear(struct line *l); /* Ctrl-C: empty, untouched; can be undone */

/* What → or End would add behind the text: shown dim. NULL or "": none. */
void line_set_ghost(struct line *l, const char *text);
/* Typed characters are shown as bullets, never kept in history, undo or the
 * kill ring. Wipes. */
void line_set_secret(struct line *l, bool secret);
/*
 * The same for a part of what the user types: find tells where the secret
 * begins in a text, SIZE_MAX nowhere. Once there was one, the line is secret
 * as a whole, whatever is made of its beginning, until it is empty again.
 */
typedef size_t line_secret_from(const char *text, size_t len);
void line_find_secret(struct line *l, line_secret_from *find);
bool line_holds_secret(const struct line *l);
void line_history_add(struct line *l, const char *text); /* oldest first */
size_t line_history_count(const struct line *l);
const char *line_history_at(const struct line *l, size_t i); /* 0 the oldest */

/* Ctrl-R: the words looked for, or NULL when not searching. */
const char *line_search(const struct line *l);
/* What Tab is choosing from, or count 0. Borrowed until the next call. */
const struct line_candidates *line_choices(const struct line *l,
                                           size_t *chosen);

/*
 * Prompt and text in r (one row), scrolled so that the cursor is seen; puts the
 * canvas's cursor there when focus. In a search the prompt is that of Ctrl-R.
 * Returns the columns used, ghost text included.
 */
int line_draw(const struct line *l, struct canvas *c, struct rect r,
              const char *prompt, bool focus);

#endif
