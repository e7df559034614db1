#include "config.h"

#include "util/queue.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/xalloc.h"

struct queue {
	pthread_mutex_t lock; /* guards everything from here to the pipe */
	struct queue_item *ring; /* size of them, n from first on */
	size_t first, n, size;
	size_t bytes;
	bool full;
	bool told; /* a byte lies in the pipe, or is about to */
	void (*room)(void *);
	void *room_arg;
	int pipe[2];
	struct queue_item mine[QUEUE_BATCH]; /* the reader's, from at to end */
	size_t at, end;
};

static bool set_flags(int fd)
{
	return fcntl(fd, F_SETFL, O_NONBLOCK) == 0 &&
	       fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

struct queue *queue_new(void)
{
	struct queue *q = xcalloc(1, sizeof *q);

	if (pipe(q->pipe) < 0) {
		free(q);
		return NULL;
	}
	if (!set_flags(q->pipe[0]) || !set_flags(q->pipe[1])) {
		close(q->pipe[0]);
		close(q->pipe[1]);
		free(q);
		return NULL;
	}
	pthread_mutex_init(&q->lock, NULL);
	return q;
}

void queue_free(struct queue *q, void (*free_item)(void *))
{
	void *item;

	if (!q)
		return;
	q->room = NULL;
	while ((item = queue_take(q)))
		(free_item ? free_item : free)(item);
	close(q->pipe[0]);
	close(q->pipe[1]);
	pthread_mutex_destroy(&q->lock);
	free(q->ring);
	free(q);
}

static void grow(struct queue *q)
{
	size_t size = q->size ? 2 * q->size : QUEUE_BATCH, n;
	struct queue_item *ring = xmalloc(size * sizeof *ring);

	for (n = 0; n < q->n; n++)
		ring[n] = q->ring[(q->first + n) % q->size];
	free(q->ring);
	q->ring = ring;
	q->first = 0;
	q->size = size;
}

bool queue_post_all(struct queue *q, const struct queue_item *items, size_t n)
{
	bool full, told;

	if (n == 0)
		return !queue_is_full(q);
	pthread_mutex_lock(&q->lock);
	for (size_t i = 0; i < n; i++) {
		if (q->n == q->size)
			grow(q);
		q->ring[(q->first + q->n++) % q->size] = items[i];
		q->bytes += items[i].size;
	}
	full = q->n >= QUEUE_ITEMS_MAX || q->bytes >= QUEUE_BYTES_MAX;
	q->full |= full;
	told = q->told;
	q->told = true;
	pthread_mutex_unlock(&q->lock);
	while (!told && write(q->pipe[1], "", 1) < 0 && errno == EINTR)
		;
	return !full;
}

bool queue_post(struct queue *q, void *item, size_t size)
{
	return queue_post_all(q, &(struct queue_item){ item, size }, 1);
}

void queue_on_room(struct queue *q, void (*room)(void *arg), void *arg)
{
	pthread_mutex_lock(&q->lock);
	q->room = room;
	q->room_arg = arg;
	pthread_mutex_unlock(&q->lock);
}

bool queue_is_full(struct queue *q)
{
	bool full;

	pthread_mutex_lock(&q->lock);
	full = q->full;
	pthread_mutex_unlock(&q->lock);
	return full;
}

/* The reader's next batch; where there is none, the byte is taken away. */
static void take_batch(struct queue *q)
{
	bool stop = false;
	char byte;

	q->at = q->end = 0;
	while (q->end < QUEUE_BATCH && q->n > 0) {
		q->mine[q->end] = q->ring[q->first];
		q->bytes -= q->mine[q->end++].size;
		q->first = (q->first + 1) % q->size;
		q->n--;
	}
	/* one that is not there yet wakes the reader in vain, once */
	while (q->end == 0 && q->told && !stop)
		if (read(q->pipe[0], &byte, 1) == 1)
			q->told = false;
		else
			stop = errno != EINTR;
}

static void refill(struct queue *q)
{
	void (*room)(void *) = NULL;
	void *arg = NULL;

	pthread_mutex_lock(&q->lock);
	take_batch(q);
	if (q->full && q->n < QUEUE_ITEMS_MAX / 2 &&
	    q->bytes < QUEUE_BYTES_MAX / 2) {
		q->full = false;
		room = q->room;
		arg = q->room_arg;
	}
	pthread_mutex_unlock(&q->lock);
	if (room)
		room(arg);
}

void *queue_take(struct queue *q)
{
	void *item;

	if (q->at == q->end)
		refill(q);
	if (q->at == q->end)
		return NULL;
	item = q->mine[q->at++].item;
	if (q->at == q->end)
		refill(q); /* the last one of all takes the byte along */
	return item;
}

int queue_fd(const struct queue *q)
{
	return q->pipe[0];
}
