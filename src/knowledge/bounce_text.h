/*
 * bounce_text: the lines of a bounce message that a person could read: MIME
 * parts of plain text, HTML and delivery status decoded (RFC 2045 §6.7, §6.8,
 * RFC 3464), the returned message and attachments stepped over. What is no
 * message stays as it is. Pure; any thread.
 */
#ifndef KNOWLEDGE_BOUNCE_TEXT_H
#define KNOWLEDGE_BOUNCE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "util/buf.h"

enum {
	BOUNCE_TEXT_MAX = 1 << 20, /* the report stands in front of what is
	                            * returned; logs of a day are for grep */
	BOUNCE_LINES_MAX = 20000,
	BOUNCE_DEPTH_MAX = 8,      /* boundaries remembered at a time */
};

struct bounce_line {
	size_t off, len;
	size_t number; /* of the input, from 1 */
	bool whole;    /* its end was seen */
};

struct bounce_text {
	struct buf text; /* NUL bytes are U+FFFD here */
	struct bounce_line *lines;
	size_t n, size;
	bool cut; /* a bound above was reached */
};

/* data: len bytes, any line ends, any bytes. Caller clears out. */
void bounce_text_read(struct bounce_text *out, const char *data, size_t len);
void bounce_text_clear(struct bounce_text *t);

#endif
