/*
 * message: what is sent after DATA or BDAT: made, looked at, normalised. Pure;
 * any thread. One pass each, linear; the caller bounds the size.
 */
#ifndef CORE_MESSAGE_H
#define CORE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

/* What a message is like, before it goes anywhere. */
struct message_facts {
	size_t size;       /* octets once every line end is CRLF, without
	                    * stuffing: what SIZE= declares (RFC 1870 §5) */
	size_t lines, dots;        /* dots: lines that begin with one */
	size_t bare_lf, bare_cr;   /* line ends that were not CRLF */
	size_t nul;
	size_t longest;            /* octets of the longest line, no CRLF */
	size_t longest_line;       /* its number, from 1 */
	bool eight_bit;            /* octets over 127: 8BITMIME (RFC 6152) */
	bool utf8_header;          /* in the header: SMTPUTF8 (RFC 6531) */
	bool no_final_eol;
	bool no_date, no_from;     /* RFC 5322 §3.6 */
};
void message_look(const char *data, size_t len, struct message_facts *out);

/*
 * Every line end (CRLF, bare LF, bare CR) becomes CRLF, and there is one at the
 * end, so that nothing but the client's own dot can end the message (SMTP
 * smuggling). NUL stays: no line of it may go out with DATA (needs.h says
 * so). An empty message stays empty. out: appended.
 */
void message_normalise(const char *data, size_t len, struct buf *out);

struct test_message { /* all borrowed */
	const char *from;      /* "" is the null sender: postmaster@helo */
	const char *const *to; /* n_to recipients */
	size_t n_to;
	const char *helo;      /* right side of the Message-ID */
	int64_t when;          /* seconds since 1970, UTC */
	uint64_t token;        /* makes the Message-ID unique */
};
/*
 * The built-in test message (RFC 5322 §3.6): Date, Message-ID, From, To,
 * Subject, a short text, and one line that begins with a dot. An address with
 * a local part beyond ASCII stays UTF-8 (needs SMTPUTF8); of another only the
 * domain can be, and becomes A-labels. Lines end in CRLF. Heap, *len octets.
 */
char *message_test(const struct test_message *t, size_t *len);

#endif
