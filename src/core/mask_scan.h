/*
 * mask_scan: finds identities in a text, however they are written, and says
 * what to put in their place. Only for mask.c. Pure; one thread.
 *
 * The text is read in the ways of secret_view.h; in each of them local parts
 * before @, names with a dot, addresses and learned words are looked for. Of
 * two that overlap the longer one holds. What spans a line break, or stands in
 * Base64 or hex among bytes that are no text, counts only when it is known
 * already: chance makes such things, too.
 */
#ifndef CORE_MASK_SCAN_H
#define CORE_MASK_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/mask.h"
#include "core/mask_book.h"
#include "util/buf.h"

enum scan_flag {
	SCAN_COMMAND = 1, /* a line of the client: EHLO's name, <paths> */
	SCAN_DIGESTS = 2, /* long hex or Base64 runs name somebody, too */
	SCAN_WHOLE = 4,   /* it is an identity: where nothing is recognised,
	                   * all of it is replaced */
	SCAN_LOCAL = 8,   /* with SCAN_WHOLE: a user, not a host */
	SCAN_EXCHANGER = 16, /* new names are those of an MX */
};

struct scan_book {
	struct book *book;
	enum mask_mode mode;
	const struct mask_keep *keep; /* or NULL */
};

/* from..to of the text becomes `text`. */
struct scan_edit {
	size_t from, to;
	char *text; /* owned */
};

struct scan_edits {
	struct scan_edit *list; /* n, ascending, apart */
	size_t n;
};

void scan_text(const struct scan_book *s, const char *text, size_t len,
               unsigned flags, struct scan_edits *out);
void scan_edits_clear(struct scan_edits *e);
/* Appends text[from..to) as edited. An edit belongs to the piece that it
 * begins in. */
void scan_apply(const struct scan_edits *e, const char *text, size_t from,
                size_t to, struct buf *out);
/* Where byte `at` of the text is afterwards. */
size_t scan_place(const struct scan_edits *e, size_t at);

#endif
