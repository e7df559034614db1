/*
 * judge: the built-in server's judgement of one command line: is it known,
 * well formed and in sequence (RFC 5321 §4.1.1, §4.1.4), and what is the
 * answer. Changes nothing; part of receiver.c, used by nobody else.
 */
#ifndef CLASSROOM_JUDGE_H
#define CLASSROOM_JUDGE_H

#include "classroom/receiver.h"

/* What a good answer to a command changes (RFC 5321 §4.1.4). */
enum effect { NOTHING, HELLO, EHELLO, SENDER, RECIPIENT, MESSAGE, DELIVERED,
	RESET, BYE };

struct judgement {
	enum effect effect;
	bool firm;       /* wrong as such: only an @always rule may differ */
	const char *say; /* one line, or several with CRLF between; constant */
};

/* line: len bytes and a NUL behind them, no blank at the end. */
struct judgement judge(const struct receiver *r, const char *line, size_t len);

#endif
