#include "config.h"

#include "util/queue.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/xalloc.h"

struct node {
	struct node *next;
	void *item;
	size_t size;
};

struct queue {
	pthread_mutex_t lock; /* guards everything below but the pipe */
	struct node *head, *tail;
	size_t items, bytes;
	bool full;
	void (*room)(void *);
	void *room_arg;
	int pipe[2]; /* one byte lies in it while items wait */
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
	free(q);
}

bool queue_post(struct queue *q, void *item, size_t size)
{
	struct node *n = xmalloc(sizeof *n);
	bool was_empty, full;

	*n = (struct node){ .item = item, .size = size };
	pthread_mutex_lock(&q->lock);
	was_empty = q->head == NULL;
	if (was_empty)
		q->head = n;
	else
		q->tail->next = n;
	q->tail = n;
	q->items++;
	q->bytes += size;
	full = q->items >= QUEUE_ITEMS_MAX || q->bytes >= QUEUE_BYTES_MAX;
	q->full |= full;
	pthread_mutex_unlock(&q->lock);
	/* a full pipe already wakes the reader: EAGAIN is no loss */
	while (was_empty && write(q->pipe[1], "", 1) < 0 && errno == EINTR)
		;
	return !full;
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

/* Takes the wake-up byte away; the pipe never holds more than a few. */
static void drain_pipe(int fd)
{
	char bytes[64];
	ssize_t n;

	do
		n = read(fd, bytes, sizeof bytes);
	while (n > 0 || (n < 0 && errno == EINTR));
}

void *queue_take(struct queue *q)
{
	struct node *n;
	void (*room)(void *) = NULL;
	void *item = NULL, *arg = NULL;

	pthread_mutex_lock(&q->lock);
	n = q->head;
	if (n) {
		q->head = n->next;
		q->items--;
		q->bytes -= n->size;
		item = n->item;
	}
	if (!q->head) {
		q->tail = NULL;
		/* under the lock, so that the byte of an item posted meanwhile
		 * is not eaten; it never blocks and is a few bytes at most */
		drain_pipe(q->pipe[0]);
	}
	if (q->full && q->items < QUEUE_ITEMS_MAX / 2 &&
	    q->bytes < QUEUE_BYTES_MAX / 2) {
		q->full = false;
		room = q->room;
		arg = q->room_arg;
	}
	pthread_mutex_unlock(&q->lock);
	free(n);
	if (room)
		room(arg);
	return item;
}

int queue_fd(const struct queue *q)
{
	return q->pipe[0];
}
