/*
 * crowd: SMTP servers for many clients at once, each port with a manner of its
 * own, in a process of their own: their descriptors and their work are not the
 * test's.
 */
#ifndef TESTS_CROWD_H
#define TESTS_CROWD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum crowd_manner {
	CROWD_GOOD,  /* takes everything */
	CROWD_BUSY,  /* 421 instead of a greeting, and closes */
	CROWD_FULL,  /* the same for whoever is one more than limit */
	CROWD_HOLD,  /* answers EHLO and nothing behind it */
	CROWD_CLOSE, /* closes before the greeting */
	CROWD_RESET, /* RST before the greeting */
	CROWD_FLOOD, /* replies of 1,000 lines without end, unasked */
	CROWD_SILENT, /* no greeting */
	CROWD_MANNERS
};

/* In memory that the test shares with the servers. */
struct crowd_count {
	volatile uint32_t total, open, most; /* connections; most at once */
};

struct crowd {
	uint16_t port[CROWD_MANNERS];
	struct crowd_count *count; /* CROWD_MANNERS of them */
	pid_t pid;
	int life; /* the servers end with it */
	int listeners[CROWD_MANNERS];
};

/* limit: of CROWD_FULL. The servers run when it returns. */
void crowd_start(struct crowd *c, uint32_t limit);
void crowd_stop(struct crowd *c);

#endif
