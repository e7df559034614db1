/*
 * queue: hands blocks of memory from one thread to another, in order.
 *
 * One writer, one reader (more are allowed, order is then per writer). Posting
 * gives the item away; the reader owns what it takes. The only lock is held
 * for the few instructions of a post or a take, never while drawing or doing
 * I/O. The file descriptor of queue_fd() is readable while items wait, so both
 * sides wait in their own poll loop. A reader that is kept busy is not woken,
 * and takes its items by the QUEUE_BATCH under one lock.
 *
 * Bounds (design §8): an item that does not fit any more is still taken, so
 * that nothing is ever dropped, but queue_post() then says "full" and the
 * writer stops reading its sockets until the room callback runs.
 */
#ifndef UTIL_QUEUE_H
#define UTIL_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

enum {
	QUEUE_ITEMS_MAX = 4096,    /* more than a screenful of any dialog */
	QUEUE_BYTES_MAX = 4 << 20, /* 4 MiB: 16 replies of the largest size */
	QUEUE_BATCH = 64, /* its reader's: they are counted no more */
};

struct queue;

struct queue *queue_new(void); /* NULL: no file descriptor left (EMFILE) */
/* Frees what was never taken with free_item (may be NULL: free). */
void queue_free(struct queue *q, void (*free_item)(void *));

/*
 * Writer. Gives item (bytes counted as size) away.
 * Returns false when the queue is now full: stop producing until room() runs.
 */
bool queue_post(struct queue *q, void *item, size_t size);
struct queue_item {
	void *item;
	size_t size;
};
/* The same for n of them, under one lock. items: borrowed. */
bool queue_post_all(struct queue *q, const struct queue_item *items, size_t n);
/*
 * Called by the reader's thread, once after each "full", when half is free.
 * It must only wake the writer (for instance by uv_async_send or a pipe).
 */
void queue_on_room(struct queue *q, void (*room)(void *arg), void *arg);
bool queue_is_full(struct queue *q); /* any thread */

/* Reader. The oldest item, or NULL when none waits. Caller owns it. */
void *queue_take(struct queue *q);
int queue_fd(const struct queue *q); /* borrowed; poll it for POLLIN */

#endif
