#include "config.h"

#include "smtpfault_priv.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "util/buf.h"
#include "util/xalloc.h"

bool talk_wait(const struct talk *t, short events, int ms)
{
	struct pollfd p[] = { { .fd = t->f->stop[0], .events = POLLIN },
		              { .fd = t->fd, .events = events } };
	int n;

	do
		n = poll(p, events ? 2 : 1, ms);
	while (n < 0 && errno == EINTR);
	return n > 0 && !p[0].revents;
}

void talk_send(struct talk *t, const char *data, size_t len)
{
	while (len > 0 && !t->over) {
		ssize_t n;

		if (!talk_wait(t, POLLOUT, -1)) {
			t->over = true;
			return;
		}
		n = send(t->fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			t->over = true;
		if (n > 0) {
			data += n;
			len -= (size_t)n;
		}
	}
}

static void say(struct talk *t, const char *data, size_t len)
{
	if (t->tls)
		talk_say_tls(t, data, len);
	else
		talk_send(t, data, len);
}

void talk_heard(struct talk *t, const char *data, size_t len)
{
	buf_add(&t->line, data, len);
	pthread_mutex_lock(&t->f->lock);
	buf_add(&t->f->heard, data, len);
	pthread_mutex_unlock(&t->f->lock);
}

size_t talk_read(struct talk *t, char *in, size_t size)
{
	ssize_t n = talk_wait(t, POLLIN, -1) ? recv(t->fd, in, size, 0) : 0;

	if (n <= 0)
		t->over = true;
	return n > 0 ? (size_t)n : 0;
}

/* One read; over when the client has gone. */
static void listen_on(struct talk *t)
{
	char in[65536];
	size_t n = talk_read(t, in, sizeof in);

	if (n && t->tls)
		talk_feed_tls(t, in, n);
	else if (n)
		talk_heard(t, in, n);
}

static void swallow(struct talk *t)
{
	char in[65536];

	talk_read(t, in, sizeof in);
}

/* Takes one line off; true when it was a lone dot. */
static bool hear(struct talk *t)
{
	char *lf;
	bool dot;

	while (!(lf = t->line.len ? memchr(t->line.data, '\n', t->line.len)
	                          : NULL)) {
		listen_on(t);
		if (t->over)
			return true;
	}
	dot = t->line.data[0] == '.' && lf - t->line.data <= 2;
	buf_drop(&t->line, (size_t)(lf - t->line.data) + 1);
	return dot;
}

static void drip(struct talk *t, const struct fault *a, size_t len)
{
	for (size_t i = 0; i < len && !t->over; i++) {
		say(t, a->data + i, 1);
		talk_wait(t, 0, (int)a->number);
	}
}

static void split(struct talk *t, const struct fault *a, size_t len)
{
	size_t cut = a->number < len ? a->number : len;

	say(t, a->data, cut);
	talk_wait(t, 0, 1); /* so that the kernel does not join them */
	say(t, a->data + cut, len - cut);
}

static void reset(struct talk *t)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(t->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	t->over = true;
}

static void urge(struct talk *t, unsigned char byte)
{
	if (send(t->fd, &byte, 1, MSG_OOB | MSG_NOSIGNAL) != 1)
		t->over = true;
}

/* Until the client closes, or resets; what it sends stays in the kernel. */
static void be_deaf(struct talk *t)
{
	while (!t->over) {
		struct pollfd p[] = {
			{ .fd = t->f->stop[0], .events = POLLIN },
			{ .fd = t->fd, .events = POLLRDHUP }
		};

		poll(p, 2, -1);
		t->over = p[0].revents || p[1].revents;
	}
}

static void act(struct talk *t, const struct fault *a)
{
	size_t len = a->len ? a->len : a->data ? strlen(a->data) : 0;

	switch (a->kind) {
	case FAULT_SAY:
		say(t, a->data, len);
		break;
	case FAULT_HEAR:
		hear(t);
		break;
	case FAULT_DOT:
		while (!hear(t))
			;
		break;
	case FAULT_DRIP:
		drip(t, a, len);
		break;
	case FAULT_SPLIT:
		split(t, a, len);
		break;
	case FAULT_FLOOD:
		while (!t->over)
			say(t, a->data, len);
		break;
	case FAULT_CLOSE:
		t->over = true;
		break;
	case FAULT_RESET:
		reset(t);
		break;
	case FAULT_SHUT:
		shutdown(t->fd, SHUT_WR);
		break;
	case FAULT_URGENT:
		urge(t, (unsigned char)a->number);
		break;
	case FAULT_DEAF:
		be_deaf(t);
		break;
	case FAULT_WAIT:
		talk_wait(t, 0, (int)a->number);
		break;
	case FAULT_TLS:
		talk_begin_tls(t, a->tls, a->data);
		break;
	case FAULT_HELLO:
		swallow(t);
		break;
	case FAULT_RAW:
		talk_send(t, a->data, len);
		break;
	case FAULT_NOTIFY:
		talk_notify(t);
		break;
	case FAULT_KEYS:
		talk_update_keys(t, a->number);
		break;
	case FAULT_TICKETS:
		talk_give_tickets(t, a->number);
		break;
	case FAULT_END:
		while (!t->over)
			listen_on(t);
		break;
	}
}

/* Line by line, as f->answer wants it. */
static void converse(struct talk *t)
{
	struct buf out = { 0 };
	bool more = t->f->answer(t->f->arg, NULL, 0, &out);

	for (;;) {
		char *lf = NULL;
		size_t len;

		say(t, buf_str(&out), out.len);
		buf_reset(&out);
		while (more && !t->over && !(t->line.len && (lf =
		       memchr(t->line.data, '\n', t->line.len))))
			listen_on(t);
		if (!lf)
			break;
		len = (size_t)(lf - t->line.data);
		more = t->f->answer(t->f->arg, t->line.data,
		                    len && lf[-1] == '\r' ? len - 1 : len,
		                    &out);
		buf_drop(&t->line, len + 1);
	}
	buf_clear(&out);
}

static void serve(struct smtpfault *f, int fd, const struct fault *script)
{
	struct talk t = { .f = f, .fd = fd };
	int one = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (f->answer)
		converse(&t);
	else do
		act(&t, script);
	while (!t.over && (script++)->kind != FAULT_END);
	talk_end_tls(&t);
	close(fd);
	buf_clear(&t.line);
	pthread_mutex_lock(&f->lock);
	f->served++;
	pthread_cond_broadcast(&f->done);
	pthread_mutex_unlock(&f->lock);
}

static void *run(void *arg)
{
	struct smtpfault *f = arg;
	struct talk door = { .f = f, .fd = f->listener };
	size_t i = 0;

	while (talk_wait(&door, POLLIN, -1)) {
		int fd = accept(f->listener, NULL, NULL);

		if (fd < 0)
			continue;
		serve(f, fd, f->answer ? NULL : f->scripts[i]);
		if (i + 1 < f->n_scripts)
			i++;
	}
	return NULL;
}

static int listen_free(uint16_t *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) < 0 ||
	    listen(fd, 16) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) < 0)
		abort();
	*port = ntohs(a.sin_port);
	return fd;
}

uint16_t smtpfault_closed_port(void)
{
	uint16_t port;

	close(listen_free(&port));
	return port;
}

static struct smtpfault *start(struct smtpfault *f)
{
	sigset_t all, old;

	f->listener = listen_free(&f->port);
	if (pipe(f->stop) < 0)
		abort();
	pthread_mutex_init(&f->lock, NULL);
	pthread_cond_init(&f->done, NULL);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	if (pthread_create(&f->thread, NULL, run, f) != 0)
		abort();
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return f;
}

struct smtpfault *smtpfault_start(const struct fault *const *scripts,
                                  size_t n_scripts)
{
	struct smtpfault *f = xcalloc(1, sizeof *f);

	f->scripts = scripts;
	f->n_scripts = n_scripts;
	return start(f);
}

struct smtpfault *smtpfault_start_answering(smtpfault_answer *answer,
                                            void *arg)
{
	struct smtpfault *f = xcalloc(1, sizeof *f);

	f->answer = answer;
	f->arg = arg;
	return start(f);
}

uint16_t smtpfault_port(const struct smtpfault *f)
{
	return f->port;
}

void smtpfault_stop(struct smtpfault *f)
{
	if (write(f->stop[1], "", 1) != 1)
		abort();
	pthread_join(f->thread, NULL);
	close(f->listener);
	close(f->stop[0]);
	close(f->stop[1]);
	pthread_mutex_destroy(&f->lock);
	pthread_cond_destroy(&f->done);
	buf_clear(&f->heard);
	free(f);
}

unsigned smtpfault_wait(struct smtpfault *f, unsigned connections, int ms)
{
	struct timespec until;
	unsigned served;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000L;
	}
	pthread_mutex_lock(&f->lock);
	while (f->served < connections &&
	       pthread_cond_timedwait(&f->done, &f->lock, &until) == 0)
		;
	served = f->served;
	pthread_mutex_unlock(&f->lock);
	return served;
}

void smtpfault_heard_bytes(struct smtpfault *f, struct buf *out)
{
	pthread_mutex_lock(&f->lock);
	buf_add(out, f->heard.data, f->heard.len);
	pthread_mutex_unlock(&f->lock);
}

char *smtpfault_heard(struct smtpfault *f)
{
	struct buf all = { 0 };

	smtpfault_heard_bytes(f, &all);
	buf_addc(&all, '\0');
	return buf_steal(&all);
}
