/*
 * mask_seek: what in a run of bytes looks like an identity. Only for
 * mask_scan.c. Pure; any thread.
 */
#ifndef CORE_MASK_SEEK_H
#define CORE_MASK_SEEK_H

#include <stddef.h>

#include "core/mask_scan.h"
#include "core/secret_view.h"

/* Of two that are as long the first kind holds. */
enum seek_kind { SEEK_ADDRESS, SEEK_LOCAL, SEEK_WORD, SEEK_NAME, SEEK_DIGEST,
	SEEK_TEXT };

struct seek_hit {
	enum seek_kind kind;
	const char *bytes; /* len of them, decoded; lent */
	size_t len;
	size_t from, to;   /* where they stand in the text */
};

struct seeker {
	const struct scan_book *book;
	unsigned flags; /* enum scan_flag */
	void (*found)(const struct seek_hit *hit, void *arg);
	void *arg;
};

void seek_run(const struct seeker *k, const struct secret_run *r);
/* What is known by its place: the name behind EHLO, a <path> without @, with
 * SCAN_WHOLE all of the text (only where nothing was found before). */
void seek_fields(const struct seeker *k, const char *text, size_t len,
                 bool nothing);

#endif
