/*
 * rows: which entries of the dialog are on view, and which are folded.
 *
 * Four bytes for each entry on view, nothing else that grows with the dialog:
 * heights are known when an entry is drawn. The list is made in slices, so
 * that a filter over a million entries leaves the screen live. UI thread.
 */
#ifndef UI_ROWS_H
#define UI_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/dialog.h"
#include "ui/lookups.h"
#include "ui/seek.h"

enum filter_kind {
	FILTER_NONE,
	FILTER_TEXT,   /* entries that hold a text */
	FILTER_CLIENT, /* what was sent */
	FILTER_SERVER, /* what was answered */
	FILTER_BAD,    /* 4yz and 5yz, failures */
	FILTER_SLOW,   /* answers that took longer than slow_us */
	FILTER_EVENTS, /* DNS, connections, remarks */
};

struct filter {
	enum filter_kind kind;
	struct seek text; /* FILTER_TEXT */
	uint32_t slow_us;  /* FILTER_SLOW */
};

struct rows {
	const struct dialog *dialog; /* borrowed */
	uint32_t *at;    /* index in the dialog of each row, ascending */
	size_t n, size;
	size_t scanned;  /* entries of the dialog looked at */
	struct filter filter;
	uint32_t *turned; /* whose fold the user has turned over; sorted */
	size_t n_turned, turned_size;
	struct lookups_list lookups; /* empty while there is a filter */
	bool open_all;    /* capabilities start unfolded (there is room) */
};

void rows_init(struct rows *r, const struct dialog *d);
void rows_clear(struct rows *r);
/* Starts over: FILTER_TEXT takes text, FILTER_SLOW slow_us. */
void rows_filter(struct rows *r, enum filter_kind kind, const char *text,
                 uint32_t slow_us);
/* Looks at up to budget more entries. Returns true when all are done. */
bool rows_scan(struct rows *r, size_t budget);
/* From now on rows of d, which begins as the dialog of before does. Where it is
 * shorter, rows past its end are gone; groups of lookups, and what a text is
 * looked for in, are looked at again by rows_scan(). */
void rows_turn_to(struct rows *r, const struct dialog *d);
/* The row of the entry or of the folded lookups that hold it, else of the next
 * entry on view after it; n when none. */
size_t rows_rank(const struct rows *r, size_t index);

bool rows_folded(const struct rows *r, size_t index);
void rows_turn(struct rows *r, size_t index); /* fold or unfold */
/* The lookups that the row of this entry stands for, or NULL: it stands for
 * itself. */
const struct lookups *rows_lookups(const struct rows *r, size_t index);
/* Opens or folds the group that holds the entry: false when there is none.
 * Rows after it get other places. */
bool rows_turn_lookups(struct rows *r, size_t index);
/* Can the entry be seen, were the group opened that it may be folded in? */
bool rows_has(const struct rows *r, size_t index);

/* In the user's language, for the border: "& greylist", "client lines"; safe
 * to draw. "" without a filter. */
void filter_words(const struct filter *f, char *out, size_t size);

size_t rows_bytes(const struct rows *r); /* memory held, for the bench */

#endif
