/*
 * bare: one SMTP dialog as bare as C can do it, the floor for all others:
 * EHLO MAIL RCPT RCPT RSET QUIT over a wire that the caller brings. Replies
 * are read no further than their code.
 */
#ifndef BENCH_BARE_H
#define BENCH_BARE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct wire {
	/* as read() and write(), which block */
	ssize_t (*read)(void *arg, void *to, size_t room);
	ssize_t (*write)(void *arg, const void *data, size_t len);
	void *arg;
	char input[4096]; /* replies not looked at yet */
	size_t input_len;
};

/* A TCP connection to a numeric IPv4 address, or the program ends. */
int dial(const char *address, long port);
/* A wire over that connection; fd: borrowed, while w is used. */
void wire_init(struct wire *w, int *fd);
/* True: the next reply is 2yz. */
bool good_reply(struct wire *w);
bool say(struct wire *w, const char *line);
/* From EHLO on, each line after the reply to the one before. group: what
 * follows EHLO goes in one write (RFC 2920). True: each reply was 2yz. */
bool talk(struct wire *w, bool group);

#endif
