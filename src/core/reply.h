/*
 * reply: bytes in, one bounded SMTP reply out (RFC 5321 §4.2).
 *
 * The parser owns the bytes of the reply under way and nothing else. What it
 * finds does not depend on how the bytes were split. It judges form only;
 * what a reply means is the session's and the rules' business.
 */
#ifndef CORE_REPLY_H
#define CORE_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

enum {
	REPLY_LINE_RFC = 512,     /* with CRLF, RFC 5321 §4.5.3.1.5 */
	REPLY_LINE_MAX = 4096,    /* what of a line is parsed and shown */
	REPLY_LINES_MAX = 1000,   /* then REPLY_LIMIT */
	REPLY_BYTES_MAX = 262144, /* 256 KiB, then REPLY_LIMIT */
};

/* Remarks about the form; each becomes a finding. */
enum reply_flag {
	REPLY_BARE_LF = 1 << 0,     /* a line ended by LF without CR */
	REPLY_BARE_CR = 1 << 1,     /* CR inside a line */
	REPLY_NUL = 1 << 2,
	REPLY_8BIT = 1 << 3,        /* beyond ASCII, yet valid UTF-8 */
	REPLY_NOT_UTF8 = 1 << 4,
	REPLY_CONTROL = 1 << 5,     /* other control characters, ESC first */
	REPLY_NO_TEXT = 1 << 6,     /* code only, allowed by §4.2 */
	REPLY_LONG = 1 << 7,        /* a line over REPLY_LINE_RFC */
	REPLY_OVERLONG = 1 << 8,    /* a line over REPLY_LINE_MAX, cut */
	REPLY_CODES_DIFFER = 1 << 9,/* lines of one reply name several codes */
	REPLY_RANGE = 1 << 10,      /* not [2-5][0-5][0-9], §4.2 */
	REPLY_BLANK = 1 << 11,      /* empty lines came before it */
	REPLY_NOT_SMTP = 1 << 12,   /* a line is not ddd, ddd-text, ddd text */
};

struct reply_line {
	size_t off, len;  /* in raw, without its line end, len cut */
	size_t full;      /* length as sent, without its line end */
};

struct reply {
	struct buf raw;   /* every byte of this reply */
	struct reply_line *lines;
	size_t n_lines, size;
	unsigned flags;   /* enum reply_flag */
	unsigned code;    /* of the last line; 0 while none is known */
	uint32_t stamp;   /* commands written when its first byte came that
	                   * is no empty line */
	size_t line_off;  /* where the unfinished line begins in raw */
	bool done;        /* the next byte begins another reply */
};

enum reply_result {
	REPLY_MORE,  /* all bytes used, the reply is not complete */
	REPLY_READY, /* r holds a whole reply until the next feed */
	REPLY_BAD,   /* r holds lines of which the last is not SMTP */
	REPLY_LIMIT, /* over a bound; r holds what came until then */
};

/*
 * Feed bytes from the server. Takes at most one reply.
 * data: borrowed, len bytes, any split. stamp: commands written so far.
 * used: set to the bytes consumed; feed the rest again after READY or BAD.
 */
enum reply_result reply_feed(struct reply *r, const char *data, size_t len,
                             uint32_t stamp, size_t *used);
/* Bytes of an unfinished reply, 0 when none is under way. */
size_t reply_partial(const struct reply *r);
/* Text of line i without its code: "" for "250". */
const char *reply_line_text(const struct reply *r, size_t i, size_t *len);
/*
 * The enhanced status code of the last line that has one (RFC 3463 §2):
 * "5.1.1" into out. Returns its length, 0 when there is none.
 */
size_t reply_enhanced(const struct reply *r, char out[16]);
void reply_clear(struct reply *r);

/* RFC 3463 §2 form at the beginning of text; its length, 0 when it is none. */
size_t enhanced_code_len(const char *text, size_t len);

#endif
