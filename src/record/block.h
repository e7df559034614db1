/*
 * block: the events of one run, kept until they are written one behind the
 * other. Many runs go on at once and a file holds one after the other.
 *
 * A run has some ten kilobytes. One that grows beyond BLOCK_MEMORY (a server
 * may send what it likes) goes on in a temporary file that has no name; where
 * none can be had, in memory. One thread.
 */
#ifndef RECORD_BLOCK_H
#define RECORD_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/event.h"

enum { BLOCK_MEMORY = 256 << 10 }; /* 500 at once: 128 MiB at the very most */

struct block;

struct block *block_new(uint32_t run);
void block_free(struct block *b); /* NULL is fine */
/* e: given away. PROMPT and ASK, which no file holds, are passed over. */
void block_add(struct block *b, struct event *e);
/* The first event again for block_next(). */
void block_rewind(struct block *b);
/* The next event, for the caller to free, or NULL. Numbers are the run's. */
struct event *block_next(struct block *b);
/* NULL until there was an EV_END; borrowed. */
const struct event *block_end(const struct block *b);
uint32_t block_run(const struct block *b);
size_t block_memory(const struct block *b); /* bytes, about */

#endif
