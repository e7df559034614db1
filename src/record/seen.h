/*
 * seen: have these bytes been here before? A set of 64-bit hashes: 16 bytes a
 * member at most, whatever its length. Two of a million different lines are
 * taken for the same with a probability of 3 * 10^-8. One thread.
 */
#ifndef RECORD_SEEN_H
#define RECORD_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SEEN_MAX = 8 << 20 }; /* members: 128 MiB */

struct seen { /* {0} is empty; seen_clear() frees */
	uint64_t *slots; /* 0: free */
	size_t n, size;
};

/* True: it was there. Above SEEN_MAX nothing is added any more. */
bool seen_add(struct seen *s, const char *data, size_t len);
bool seen_has(const struct seen *s, const char *data, size_t len);
void seen_clear(struct seen *s);

#endif
