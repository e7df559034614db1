/*
 * piece: a stretch of a line of a transcript, and how it is taken apart. The
 * bytes are the file's: they end at no NUL. Pure; any thread.
 */
#ifndef IMPORT_PIECE_H
#define IMPORT_PIECE_H

#include <stdbool.h>
#include <stddef.h>

struct piece {
	const char *p; /* borrowed, len bytes */
	size_t len;
};

bool piece_is(struct piece s, const char *text);
bool piece_begins(struct piece s, const char *text);
bool piece_begins_as(struct piece s, const char *text); /* in any case */
/* Where text stands in s, SIZE_MAX: nowhere. */
size_t piece_find(struct piece s, const char *text);
bool piece_has(struct piece s, const char *text);
/* Takes text off the front; false: s does not begin so and stays. */
bool piece_skip(struct piece *s, const char *text);
/* What is before text, which is taken off, too; all of s without it. */
struct piece piece_until(struct piece *s, const char *text);
struct piece piece_from(struct piece s, size_t at); /* at <= s.len */
struct piece piece_trim(struct piece s); /* no blanks or tabs at its ends */
/* The next decimal number in s, which goes on behind it; false: there is none.
 * One beyond 32 bits is UINT32_MAX. */
bool piece_number(struct piece *s, unsigned *out);

/* "250 ...", "250-...", "250": a line of a reply, RFC 5321 §4.2. */
bool piece_is_reply(struct piece s);
unsigned piece_code(struct piece reply); /* of a line of one */
bool piece_is_last(struct piece reply);  /* nothing of it follows */

#endif
