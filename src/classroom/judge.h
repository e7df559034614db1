/*
 * judge: the built-in server's judgement of one command line: is it known,
 * well formed and in sequence (RFC 5321 §4.1.1, §4.1.4), and what is the
 * answer. Changes nothing; part of receiver.c, used by nobody else.
 */
#ifndef CLASSROOM_JUDGE_H
#define CLASSROOM_JUDGE_H

#include "classroom/receiver.h"

/* What a good answer to a command changes (RFC 5321 §4.1.4). */
enum effect { NOTHING, HELLO, EHELLO, SENDER, RECIPIENT, MESSAGE, CHUNK,
	DELIVERED, SECURE, LOGIN, RESET, BYE };

struct judgement {
	enum effect effect;
	bool firm;       /* wrong as such: only an @always rule may differ */
	const char *say; /* one line, or several with CRLF between; constant;
	                  * EHELLO and LOGIN: the receiver makes it */
	bool binary, utf8; /* SENDER: BODY=BINARYMIME, SMTPUTF8 */
	bool chunked;      /* BDAT: chunk octets come first, then the answer,
	                    * whatever it is (RFC 3030 §2) */
	uint64_t chunk;
};

/* What is said to a whole message. */
extern const struct judgement judge_taken, judge_too_big;

/* line: len bytes and a NUL behind them, no blank at the end. */
struct judgement judge(const struct receiver *r, const char *line, size_t len);

#endif
