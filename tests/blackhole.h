/*
 * blackhole: a port of 127.0.0.1 that does not answer: a listener whose queue
 * is full, so that a further SYN is dropped.
 */
#ifndef TESTS_BLACKHOLE_H
#define TESTS_BLACKHOLE_H

#include <stddef.h>
#include <stdint.h>

struct black_hole {
	int listener, filler[4];
	uint16_t port;
};

void black_hole_open(struct black_hole *h);
void black_hole_close(struct black_hole *h);

#endif
