#include "config.h"

#include "net/conn_priv.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/proxy_header.h"
#include "util/i18n.h"
#include "util/xalloc.h"

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un un;
};

/* Length of the address, 0 when text is none. */
static socklen_t parse_address(const char *text, uint16_t port,
                               union address *a)
{
	memset(a, 0, sizeof *a);
	if (inet_pton(AF_INET, text, &a->v4.sin_addr) == 1) {
		a->v4.sin_family = AF_INET;
		a->v4.sin_port = htons(port);
		return sizeof a->v4;
	}
	if (inet_pton(AF_INET6, text, &a->v6.sin6_addr) == 1) {
		a->v6.sin6_family = AF_INET6;
		a->v6.sin6_port = htons(port);
		return sizeof a->v6;
	}
	return 0;
}

static socklen_t path_address(const char *path, union address *a)
{
	memset(a, 0, sizeof *a);
	a->un.sun_family = AF_UNIX;
	if (strlen(path) >= sizeof a->un.sun_path)
		return 0;
	memcpy(a->un.sun_path, path, strlen(path) + 1);
	return sizeof a->un;
}

/* ---- the way is open ---- */

/* Of our end; the port is returned. */
static uint16_t note_local(struct conn *c)
{
	union address a;
	socklen_t len = sizeof a;

	if (getsockname(c->fd, &a.any, &len) < 0)
		return 0;
	if (a.any.sa_family == AF_INET6) {
		inet_ntop(AF_INET6, &a.v6.sin6_addr, c->local,
		          sizeof c->local);
		return ntohs(a.v6.sin6_port);
	}
	if (a.any.sa_family != AF_INET)
		return 0;
	inet_ntop(AF_INET, &a.v4.sin_addr, c->local, sizeof c->local);
	return ntohs(a.v4.sin_port);
}

/* Before anything else, also before a TLS handshake. */
static void send_header(struct conn *c, uint16_t local_port)
{
	const struct conn_way *w = c->way;
	struct proxy_end from = { .said = w->header_from,
		.address = c->local, .port = local_port };
	struct proxy_end to = { .said = w->header_to, .address = w->address,
		.port = w->port };
	struct proxy_header h;

	if (!proxy_header_make(&h, w->header, &from, &to)) {
		conn_end_saying(c, FAIL_LOCAL,
		                xstrdup(_("what the PROXY header is to say is "
		                          "no address")));
		return;
	}
	conn_add_note(c, "proxy-header", xstrdup(h.shown));
	conn_put_raw(c, h.data, h.len);
	conn_push(c);
}

static void go_up(struct conn *c)
{
	uint16_t port = note_local(c);

	if (c->way && c->way->header)
		send_header(c, port);
	if (!c->ended)
		c->phase = CONN_UP;
}

/* ---- through a proxy ---- */

static void end_proxy(struct conn *c, enum fail_kind kind, const char *why)
{
	conn_end_saying(c, kind, xasprintf(_("the proxy %s: %s"),
	                                   c->way->proxy, why));
}

static void send_socks(struct conn *c)
{
	struct socks *s = &c->way->socks;

	conn_put_raw(c, s->send, s->send_len);
	s->send_len = 0;
	conn_push(c);
}

/* What the kernel has, as long as it belongs to the handshake. */
static void read_socks(struct conn *c)
{
	struct socks *s = &c->way->socks;
	uint8_t data[SOCKS_READ_MAX];
	size_t wants;
	ssize_t n;

	while ((wants = socks_wants(s)) > 0) {
		n = read(c->fd, data, wants);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		if (n <= 0) {
			end_proxy(c, FAIL_UNREACHABLE,
			          _("it closed the connection"));
			return;
		}
		socks_take(s, data, (size_t)n);
	}
}

static void go_on_socks(struct conn *c)
{
	struct socks *s = &c->way->socks;

	conn_push(c);
	read_socks(c);
	if (c->ended)
		return;
	if (s->send_len)
		send_socks(c);
	if (s->state == SOCKS_FAILED)
		end_proxy(c, s->kind, _(s->why));
	else if (s->state == SOCKS_DONE)
		go_up(c);
}

/* ---- the kernel has connected, or not ---- */

/*
 * SO_ERROR says which. A reset is no refusal (that is ECONNREFUSED): the
 * connection was there and is gone again.
 */
static void finish_connect(struct conn *c)
{
	const char *proxy = c->way ? c->way->proxy : NULL;
	int error = 0;
	socklen_t len = sizeof error;

	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		error = errno;
	if (error && proxy) {
		end_proxy(c, FAIL_UNREACHABLE, strerror(error));
		return;
	}
	if (error == ECONNRESET || error == EPIPE) {
		c->broken = error;
	} else if (error) {
		conn_end_with(c, conn_kind_of(error), error);
		return;
	}
	if (!proxy) {
		go_up(c);
		return;
	}
	c->phase = CONN_SOCKS;
	send_socks(c);
}

void conn_go_on(struct conn *c)
{
	if (c->phase == CONN_OPENING)
		finish_connect(c);
	else
		go_on_socks(c);
}

/* ---- the beginning ---- */

/* --source: 0, or the errno that made it impossible. */
static int bind_source(int fd, const char *source, int family)
{
	union address from;
	socklen_t len = parse_address(source, 0, &from);

	if (len == 0)
		return EINVAL;
	if (from.any.sa_family != family)
		return EAFNOSUPPORT;
	return bind(fd, &from.any, len) < 0 ? errno : 0;
}

static void fail(struct conn *c, int error)
{
	if (c->way && c->way->proxy)
		end_proxy(c, FAIL_UNREACHABLE, strerror(error));
	else
		conn_end_with(c, conn_kind_of(error), error);
}

static bool make_socket(struct conn *c, int family)
{
	c->fd = loop_socket(family, SOCK_STREAM, 0);
	if (c->fd >= 0)
		return true;
	c->no_files = errno == EMFILE || errno == ENFILE;
	fail(c, errno);
	return false;
}

static void connect_path(struct conn *c, const char *path)
{
	union address a;
	socklen_t len = path_address(path, &a);

	if (connect(c->fd, &a.any, len) == 0 || errno == EINPROGRESS)
		return;
	if (errno == EAGAIN) { /* its queue is full; no event tells when not */
		if (!c->way->retry_path)
			c->way->retry_path = xstrdup(path);
		conn_later(c, CONN_RETRY_MS);
		return;
	}
	fail(c, errno);
}

bool conn_retries(const struct conn *c)
{
	return c->way && c->way->retry_path && !c->ended;
}

void conn_retry(struct conn *c)
{
	char *path = c->way->retry_path;

	c->way->retry_path = NULL;
	connect_path(c, path);
	free(path);
}

static void open_path(struct conn *c, const char *path)
{
	union address a;

	if (path_address(path, &a) == 0)
		fail(c, ENAMETOOLONG);
	else if (make_socket(c, AF_UNIX))
		connect_path(c, path);
}

static void open_tcp(struct conn *c, const char *address, uint16_t port,
                     const char *source)
{
	union address a;
	socklen_t len = parse_address(address, port, &a);
	int one = 1, error = 0;

	if (len == 0) {
		fail(c, EINVAL);
		return;
	}
	if (!make_socket(c, a.any.sa_family))
		return;
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (source)
		error = bind_source(c->fd, source, a.any.sa_family);
	if (error)
		conn_end_with(c, error == EAFNOSUPPORT ? FAIL_UNREACHABLE
		                                       : FAIL_LOCAL, error);
	else if (connect(c->fd, &a.any, len) < 0 && errno != EINPROGRESS &&
	         errno != EINTR)
		fail(c, errno);
}

static char *copy(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

static char *proxy_name(const struct conn_to *to)
{
	bool v6 = strchr(to->socks_host, ':');

	return xasprintf("%s%s%s:%u", v6 ? "[" : "", to->socks_host,
	                 v6 ? "]" : "", to->socks_port);
}

static struct conn_way *way_new(const struct conn_to *to)
{
	struct conn_way *w = xcalloc(1, sizeof *w);
	bool tcp = !to->pipe && !to->unix_path;

	w->address = xstrdup(tcp ? to->address : "");
	w->port = tcp ? to->port : 0;
	w->header = to->proxy_header;
	w->header_from = copy(to->proxy_from);
	w->header_to = copy(to->proxy_to);
	if (!tcp || !to->socks_host)
		return w;
	w->proxy = proxy_name(to);
	socks_begin(&w->socks, to->address, to->port);
	return w;
}

void conn_way_free(struct conn_way *w)
{
	if (!w)
		return;
	free(w->proxy);
	free(w->address);
	free(w->header_from);
	free(w->header_to);
	free(w->retry_path);
	free(w);
}

void conn_begin(struct conn *c, const struct conn_to *to)
{
	if (to->proxy_header || to->socks_host || to->unix_path)
		c->way = way_new(to);
	if (c->pipe || c->ended)
		return;
	if (to->unix_path)
		open_path(c, to->unix_path);
	else if (to->socks_host)
		open_tcp(c, to->socks_host, to->socks_port, to->source);
	else
		open_tcp(c, to->address, to->port, to->source);
}
