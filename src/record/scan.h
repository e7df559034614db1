/*
 * scan: one line of JSON taken apart into tokens, strictly (RFC 8259).
 *
 * A recording may have a million lines and is not trusted: building a tree of
 * heap objects for each line costs 3 microseconds and more, a flat array of
 * tokens that is used again for every line a third of that, and its bounds are
 * plain to see. Pure; one thread at a time.
 */
#ifndef RECORD_SCAN_H
#define RECORD_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

enum {
	SCAN_DEPTH_MAX = 8,        /* a recording needs four */
	/* of one line, 2 MiB: the most records that fit into an answer of
	 * 64 KiB (RFC 1035 §4.2.2) need 50,000. What a line becomes in memory
	 * grows with them, up to 90 bytes each. */
	SCAN_TOKENS_MAX = 1 << 17,
};

enum token_kind { TOKEN_OBJECT, TOKEN_ARRAY, TOKEN_STRING, TOKEN_NUMBER,
	TOKEN_TRUE, TOKEN_FALSE, TOKEN_NULL };

struct token {
	uint32_t start, len; /* in the line; a string's without its quotes */
	uint32_t next;       /* index of the token behind this value */
	uint8_t kind;
	bool escaped;        /* a string with a backslash in it */
};

struct scan { /* a zeroed struct is ready; scan_clear() frees */
	const char *line; /* borrowed from scan_line() */
	struct token *tokens;
	size_t n, size;
	const char *error; /* English msgid, after scan_line() failed */
	size_t at;         /* byte of the line where it failed */
	bool over;         /* one of the bounds above was the reason */
};

/*
 * Takes a whole line apart; token 0 is its value. Keys of an object are string
 * tokens, each followed by its value. Returns false (error, at) for anything
 * that is not one JSON value, is nested deeper or has more tokens than the
 * bounds above, holds invalid UTF-8 or a control character.
 */
bool scan_line(struct scan *s, const char *line, size_t len);
void scan_clear(struct scan *s);

/* Is token i the string word? Only for words without escapes. */
bool scan_is(const struct scan *s, size_t i, const char *word);
/* Appends the bytes of string i to out: escapes undone; a lone surrogate
 * becomes U+FFFD. */
void scan_string(const struct scan *s, size_t i, struct buf *out);
/* Number i as a whole number; false when it is none, or outside low..high. */
bool scan_integer(const struct scan *s, size_t i, int64_t low, int64_t high,
                  int64_t *out);
/* Number i times 10^digits, rounded; false when outside 0..high. */
bool scan_fixed(const struct scan *s, size_t i, unsigned digits, int64_t high,
                int64_t *out);

#endif
