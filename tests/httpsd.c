#include "config.h"

#include "httpsd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/tls.h"
#include "util/buf.h"
#include "util/xalloc.h"

enum { DAY_S = 86400, PIECE = 16384, REQUEST_MAX = 8192 };

struct httpsd {
	pthread_t thread;
	pthread_mutex_t lock; /* of request and connections */
	int fd, stop[2];
	uint16_t port;
	struct httpsd_answer answer;
	struct tls_setup *setup;
	struct buf authority;
	char request[REQUEST_MAX];
	unsigned connections;
};

/* One connection. */
struct visit {
	struct httpsd *d;
	struct tls *tls;
	int fd;
	bool over;
};

static void die(const char *what)
{
	fprintf(stderr, "httpsd: %s: %s\n", what, strerror(errno));
	abort();
}

/* ---- the connection ---- */

static void flush(struct visit *v)
{
	struct buf wire = { 0 };

	tls_take(v->tls, &wire);
	for (size_t at = 0; at < wire.len && !v->over;) {
		ssize_t n = send(v->fd, wire.data + at, wire.len - at,
		                 MSG_NOSIGNAL);

		if (n <= 0)
			v->over = true;
		else
			at += (size_t)n;
	}
	buf_clear(&wire);
}

/* Waits for octets and feeds them; false: nothing comes any more. */
static bool receive(struct visit *v)
{
	struct pollfd p[] = { { .fd = v->d->stop[0], .events = POLLIN },
		              { .fd = v->fd, .events = POLLIN } };
	char bytes[4096];
	ssize_t n;

	while (poll(p, 2, -1) < 0 && errno == EINTR)
		;
	n = p[0].revents ? 0 : recv(v->fd, bytes, sizeof bytes, 0);
	if (n <= 0) {
		v->over = true;
		return false;
	}
	if (tls_feed(v->tls, bytes, (size_t)n) == TLS_FAILED)
		v->over = true;
	flush(v);
	return !v->over;
}

static bool read_request(struct visit *v)
{
	struct buf text = { 0 };
	bool whole = false;

	while (!whole && text.len < REQUEST_MAX && receive(v)) {
		while (tls_read(v->tls, &text, PIECE))
			;
		whole = strstr(buf_str(&text), "\r\n\r\n") != NULL;
	}
	pthread_mutex_lock(&v->d->lock);
	snprintf(v->d->request, sizeof v->d->request, "%s", buf_str(&text));
	pthread_mutex_unlock(&v->d->lock);
	buf_clear(&text);
	return whole;
}

static void say(struct visit *v, const char *text)
{
	size_t left = strlen(text);

	if (tls_status(v->tls) != TLS_UP)
		v->over = true; /* the client has gone already */
	while (left && !v->over) {
		size_t n = left < PIECE ? left : PIECE;

		tls_write(v->tls, text, n);
		flush(v);
		text += n;
		left -= n;
	}
}

static void answer(struct visit *v)
{
	const struct httpsd_answer *a = &v->d->answer;
	const char *again = a->octets;

	say(v, a->octets);
	if (a->then == THEN_REPEAT_TAIL)
		again = strstr(again, "\r\n\r\n") + 4;
	while ((a->then == THEN_REPEAT || a->then == THEN_REPEAT_TAIL) &&
	       !v->over)
		say(v, again);
	while (a->then == THEN_WAIT && receive(v))
		;
	if (a->then == THEN_CLOSE) {
		tls_close(v->tls);
		flush(v);
	}
}

static void serve(struct httpsd *d, int fd)
{
	struct visit v = { .d = d, .fd = fd, .tls = tls_new(d->setup, NULL) };

	pthread_mutex_lock(&d->lock);
	d->connections++;
	pthread_mutex_unlock(&d->lock);
	if (read_request(&v))
		answer(&v);
	tls_free(v.tls);
	close(fd);
}

static void *run(void *arg)
{
	struct httpsd *d = arg;
	struct pollfd p[] = { { .fd = d->stop[0], .events = POLLIN },
		              { .fd = d->fd, .events = POLLIN } };

	while (poll(p, 2, -1) > 0 || errno == EINTR) {
		int fd;

		if (p[0].revents)
			break;
		fd = accept(d->fd, NULL, NULL);
		if (fd >= 0)
			serve(d, fd);
	}
	return NULL;
}

/* ---- certificates ---- */

static struct tls_setup *new_setup(void)
{
	static const struct tls_setup_config cfg = { .server = true };
	char *error = NULL;
	struct tls_setup *s = tls_setup_new(&cfg, &error);

	if (!s)
		die(error);
	return s;
}

static struct tls_setup *new_authority(const char *name)
{
	struct tls_setup *s = new_setup();

	if (!tls_setup_authority(s, name, -DAY_S, DAY_S))
		die("no authority");
	return s;
}

static void make_certificate(struct httpsd *d, const char *host)
{
	const enum httpsd_cert cert = d->answer.cert;
	const char *name = cert == CERT_WRONG_NAME ? "www.example.org" : host;
	const struct tls_wish wish = { .names = &name, .n = 1,
		.from_s = cert == CERT_EARLY ? DAY_S / 2 : -DAY_S / 2,
		.to_s = cert == CERT_EXPIRED ? -DAY_S / 4 : DAY_S };
	struct tls_setup *known = new_authority("Test Authority");
	struct tls_setup *other = new_authority("Nobody's Authority");

	d->setup = new_setup();
	if (!(cert == CERT_SELF
	      ? tls_setup_self_signed(d->setup, &name, 1, wish.from_s,
	                              wish.to_s)
	      : tls_setup_issued(d->setup, cert == CERT_STRANGER ? other
	                                                         : known,
	                         &wish)) ||
	    !tls_setup_pem(known, &d->authority))
		die("no certificate");
	tls_setup_free(known);
	tls_setup_free(other);
}

/* ---- the server ---- */

static void open_socket(struct httpsd *d)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof a;

	d->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (d->fd < 0 || bind(d->fd, (struct sockaddr *)&a, sizeof a) < 0 ||
	    listen(d->fd, 16) < 0 ||
	    getsockname(d->fd, (struct sockaddr *)&a, &len) < 0 ||
	    pipe(d->stop) < 0)
		die("no socket");
	d->port = ntohs(a.sin_port);
}

struct httpsd *httpsd_start(const char *host, const struct httpsd_answer *a)
{
	struct httpsd *d = xcalloc(1, sizeof *d);
	sigset_t all, old;

	d->answer = *a;
	pthread_mutex_init(&d->lock, NULL);
	make_certificate(d, host);
	open_socket(d);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	if (pthread_create(&d->thread, NULL, run, d) != 0)
		die("no thread");
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return d;
}

uint16_t httpsd_port(const struct httpsd *d)
{
	return d->port;
}

const char *httpsd_authority(const struct httpsd *d)
{
	return d->authority.data;
}

bool httpsd_request(struct httpsd *d, char *out, size_t size)
{
	pthread_mutex_lock(&d->lock);
	snprintf(out, size, "%s", d->request);
	pthread_mutex_unlock(&d->lock);
	return *out != '\0';
}

unsigned httpsd_connections(struct httpsd *d)
{
	unsigned n;

	pthread_mutex_lock(&d->lock);
	n = d->connections;
	pthread_mutex_unlock(&d->lock);
	return n;
}

void httpsd_stop(struct httpsd *d)
{
	if (!d)
		return;
	if (write(d->stop[1], "", 1) != 1)
		die("cannot be stopped");
	pthread_join(d->thread, NULL);
	close(d->fd);
	close(d->stop[0]);
	close(d->stop[1]);
	tls_setup_free(d->setup);
	buf_clear(&d->authority);
	pthread_mutex_destroy(&d->lock);
	free(d);
}
