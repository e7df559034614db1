#include "config.h"

#include "net/resolve.h"

#define CARES_NO_DEPRECATED 1 /* 1.34 marks what 1.18.1 has nothing else for */
#include <ares.h>

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "net/resolve_channel.h"
#include "util/xalloc.h"

enum {
	SOCKETS_MAX = 8,    /* UDP, TCP, and what 1.34 opens to try again */
	USES_MAX = 3,       /* queries of one channel; from the fourth on 1.34
	                     * uses a timeout of its own making */
	NEVER_MS = 600000,  /* c-ares shall never time out: we do */
	STRAYS_AT_ONCE = 64, /* then the loop has its turn: a flood of them
	                      * must not hold up deadlines */
};

struct watch { /* one socket of a channel */
	struct channel *channel;
	struct loop_fd *io;
	int fd; /* -1: free */
};

struct channel {
	ares_channel ares;
	struct loop *loop;
	struct watch watches[SOCKETS_MAX];
	void (*ready)(void *arg);
	void *arg;
	struct sockaddr_storage peer; /* of the UDP socket, peer_len octets */
	socklen_t peer_len;
	int stream_fd;  /* the TCP socket, -1 none */
	unsigned uses;
	bool busy;      /* a query is under way */
	bool answered;  /* on_answer() was called for it */
	int status;     /* then: ARES_... */
	bool tcp;       /* a TCP socket was opened for it */
	uint16_t id;    /* as it went out: 1.34 makes its own */
	struct dns_name name; /* asked for, with type */
	uint16_t type;
	unsigned strays;
	struct buf given;    /* what c-ares gave us */
	struct buf datagram; /* the last one with the right id */
	struct buf stream;   /* everything that came over TCP */
};

bool resolve_library_init(void)
{
	return ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS;
}

void resolve_library_cleanup(void)
{
	ares_library_cleanup();
}

/* ---- the sockets, as c-ares asks for them ---- */

static ares_socket_t open_socket(int family, int type, int protocol, void *arg)
{
	struct channel *c = arg;
	int fd = loop_socket(family, type, protocol);

	if (fd < 0)
		return ARES_SOCKET_BAD;
	if (type == SOCK_STREAM) {
		c->tcp = true;
		c->stream_fd = fd;
	}
	return fd;
}

static int close_socket(ares_socket_t fd, void *arg)
{
	struct channel *c = arg;

	if (c->stream_fd == fd)
		c->stream_fd = -1;
	return close(fd);
}

static int connect_socket(ares_socket_t fd, const struct sockaddr *addr,
                          ares_socklen_t len, void *arg)
{
	struct channel *c = arg;

	if ((size_t)len <= sizeof c->peer) {
		memcpy(&c->peer, addr, (size_t)len);
		c->peer_len = (socklen_t)len;
	}
	return connect(fd, addr, len);
}

static bool is_stray(const struct channel *c, const uint8_t *data, size_t len)
{
	return len < DNS_HEADER_SIZE || (data[0] << 8 | data[1]) != c->id ||
	       !answer_fits(data, len, &c->name, c->type);
}

/* A datagram that answers the query under way, and nothing else: an empty
 * one, a short one or one about something else is as if it had never come. */
static ssize_t receive_datagram(struct channel *c, int fd, void *data,
                                size_t size)
{
	for (int i = 0; i < STRAYS_AT_ONCE; i++) {
		ssize_t n = recv(fd, data, size, 0);

		if (n < 0)
			return n;
		if (!is_stray(c, data, (size_t)n)) {
			buf_reset(&c->datagram);
			buf_add(&c->datagram, data, (size_t)n);
			return n;
		}
		c->strays++;
	}
	errno = EAGAIN;
	return -1;
}

static ares_ssize_t receive(ares_socket_t fd, void *data, size_t size,
                            int flags, struct sockaddr *from,
                            ares_socklen_t *from_len, void *arg)
{
	struct channel *c = arg;
	ssize_t n;

	if (fd == c->stream_fd) {
		n = recv(fd, data, size, flags);
		if (n > 0 && c->stream.len <= DNS_MESSAGE_MAX)
			buf_add(&c->stream, data, (size_t)n);
		return n;
	}
	/* connected: the kernel has already checked who sends. c-ares wants
	 * to see the address all the same. */
	n = receive_datagram(c, fd, data, size);
	if (n >= 0 && from && *from_len >= c->peer_len) {
		memcpy(from, &c->peer, c->peer_len);
		*from_len = c->peer_len;
	}
	return n;
}

static ares_ssize_t send_pieces(ares_socket_t fd, const struct iovec *pieces,
                                int count, void *arg)
{
	struct channel *c = arg;
	const uint8_t *p = pieces[0].iov_base;

	/* over TCP the first two octets are the length */
	if (pieces[0].iov_len >= DNS_HEADER_SIZE && fd != c->stream_fd)
		c->id = (uint16_t)(p[0] << 8 | p[1]);
	return writev(fd, pieces, count);
}

static const struct ares_socket_functions socket_functions = {
	.asocket = open_socket,
	.aclose = close_socket,
	.aconnect = connect_socket,
	.arecvfrom = receive,
	.asendv = send_pieces,
};

/* ---- the channel ---- */

static void on_ready(void *arg, int events)
{
	struct watch *w = arg;
	struct channel *c = w->channel;
	int fd = w->fd;

	ares_process_fd(c->ares, events & LOOP_READ ? fd : ARES_SOCKET_BAD,
	                events & LOOP_WRITE ? fd : ARES_SOCKET_BAD);
	/* only here, where c-ares is not on the stack any more. The socket of
	 * an idle channel may still get what nobody waits for. */
	if (c->busy && c->answered) {
		c->busy = false;
		c->ready(c->arg);
	}
}

static struct watch *find_watch(struct channel *c, int fd)
{
	for (size_t i = 0; i < SOCKETS_MAX; i++)
		if (c->watches[i].fd == fd)
			return &c->watches[i];
	return NULL;
}

static void on_socket_state(void *arg, ares_socket_t fd, int readable,
                            int writable)
{
	struct channel *c = arg;
	struct watch *w = find_watch(c, fd);

	if (!readable && !writable) {
		if (w) {
			loop_fd_free(w->io);
			*w = (struct watch){ .channel = c, .fd = -1 };
		}
		return;
	}
	if (!w) {
		w = find_watch(c, -1);
		/* no room or no descriptor: the query will time out */
		if (!w || !(w->io = loop_fd_new(c->loop, fd, on_ready, w)))
			return;
		w->fd = fd;
	}
	loop_fd_want(w->io, (readable ? LOOP_READ : 0) |
	                    (writable ? LOOP_WRITE : 0));
}

/* Everything that c-ares would otherwise read from resolv.conf for each
 * channel is set here, and nothing of it is used but flags and callbacks. */
static int init_options(struct channel *c, bool edns)
{
	struct in_addr nobody = { 0 };
	struct ares_options o = {
		.flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_NOSEARCH |
		         ARES_FLAG_NOALIASES | ARES_FLAG_STAYOPEN |
		         (edns ? ARES_FLAG_EDNS : 0),
		.timeout = NEVER_MS,
		.tries = 1,
		.ndots = 1,
		.servers = &nobody,
		.nservers = 1,
		.lookups = (char[]){ "b" },
		.sock_state_cb = on_socket_state,
		.sock_state_cb_data = c,
		.ednspsz = DNS_UDP_PAYLOAD,
	};
	int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
	           ARES_OPT_NDOTS | ARES_OPT_SERVERS | ARES_OPT_DOMAINS |
	           ARES_OPT_LOOKUPS | ARES_OPT_SORTLIST | ARES_OPT_NOROTATE |
	           ARES_OPT_SOCK_STATE_CB | ARES_OPT_EDNSPSZ;

#ifdef ARES_OPT_QUERY_CACHE /* since 1.23, on by default since 1.31 */
	mask |= ARES_OPT_QUERY_CACHE;
#endif
	return ares_init_options(&c->ares, &o, mask);
}

static int set_server(struct channel *c, const struct server_address *s)
{
	struct ares_addr_port_node node = {
		.family = s->family,
		.udp_port = s->port,
		.tcp_port = s->port,
	};

	if (s->family == AF_INET)
		memcpy(&node.addr.addr4, s->addr, 4);
	else
		memcpy(&node.addr.addr6, s->addr, 16);
	return ares_set_servers_ports(c->ares, &node);
}

struct channel *channel_new(struct loop *l, const struct server_address *s,
                            bool edns)
{
	struct channel *c = xcalloc(1, sizeof *c);

	c->loop = l;
	c->stream_fd = -1;
	for (size_t i = 0; i < SOCKETS_MAX; i++)
		c->watches[i] = (struct watch){ .channel = c, .fd = -1 };
	if (init_options(c, edns) != ARES_SUCCESS) {
		free(c);
		return NULL;
	}
	ares_set_socket_functions(c->ares, &socket_functions, c);
	if (set_server(c, s) != ARES_SUCCESS) {
		channel_free(c);
		return NULL;
	}
	return c;
}

void channel_free(struct channel *c)
{
	if (!c)
		return;
	/* closes the sockets, and on_answer() of a query under way is called */
	ares_destroy(c->ares);
	for (size_t i = 0; i < SOCKETS_MAX; i++)
		loop_fd_free(c->watches[i].io);
	buf_clear(&c->given);
	buf_clear(&c->datagram);
	buf_clear(&c->stream);
	free(c);
}

static void on_answer(void *arg, int status, int timeouts, unsigned char *data,
                      int len)
{
	struct channel *c = arg;

	(void)timeouts;
	c->answered = true;
	c->status = status;
	if (data && len > 0)
		buf_add(&c->given, data, (size_t)len);
}

static void note_question(struct channel *c, const uint8_t *query, size_t len)
{
	struct dns_msg m;
	bool ok = dns_msg_parse(&m, query, len) && m.has_question;

	assert(ok);
	if (ok) {
		c->name = m.qname;
		c->type = m.qtype;
	}
	dns_msg_clear(&m);
}

bool channel_send(struct channel *c, const uint8_t *query, size_t len,
                  void (*ready)(void *arg), void *arg)
{
	assert(c->uses == 0 || channel_reusable(c));
	note_question(c, query, len);
	c->strays = 0;
	c->ready = ready;
	c->arg = arg;
	c->uses++;
	c->answered = c->tcp = false;
	buf_reset(&c->given);
	buf_reset(&c->datagram);
	buf_reset(&c->stream);
	ares_send(c->ares, query, (int)len, on_answer, c);
	c->busy = !c->answered;
	return c->busy;
}

bool channel_reusable(const struct channel *c)
{
	return c->answered && c->status == ARES_SUCCESS && !c->tcp &&
	       c->uses < USES_MAX;
}

static enum dns_status end_status(const struct channel *c)
{
	if (!c->answered)
		return DNS_TIMEOUT;
	switch (c->status) {
	case ARES_SUCCESS:
		return DNS_NOERROR;
	case ARES_ETIMEOUT:
		return DNS_TIMEOUT;
	case ARES_EBADRESP:
		return DNS_MALFORMED;
	case ARES_EBADNAME:
	case ARES_EBADQUERY:
		return DNS_BADNAME;
	case ARES_ECANCELLED:
	case ARES_EDESTRUCTION:
		return DNS_CANCELLED;
	default: /* ARES_ECONNREFUSED, ARES_ENOSERVER of 1.28 and later ... */
		return DNS_UNREACHABLE;
	}
}

/* The octets of the newest message that came, whatever c-ares thinks of it:
 * over TCP the first frame, RFC 1035 §4.2.2. */
static struct channel_answer received(const struct channel *c)
{
	const struct buf *b = c->stream.len ? &c->stream : &c->datagram;
	const uint8_t *p = (const uint8_t *)b->data;
	struct channel_answer out = { .wire = p, .len = b->len };
	size_t frame;

	if (b == &c->datagram || b->len < 2)
		return out;
	frame = (size_t)(p[0] << 8 | p[1]);
	out.wire = p + 2;
	out.len = frame < b->len - 2 ? frame : b->len - 2;
	return out;
}

void channel_answer(const struct channel *c, struct channel_answer *out)
{
	*out = received(c);
	out->tcp = c->tcp;
	out->strays = c->strays;
	out->status = end_status(c);
	if (out->len && answer_fits(out->wire, out->len, &c->name, c->type)) {
		/* what c-ares keeps to itself, our own parser judges: 1.34 a
		 * malformed answer, both an RCODE without the question */
		if (out->status == DNS_MALFORMED ||
		    (out->status == DNS_TIMEOUT && !c->tcp))
			out->status = DNS_NOERROR;
		return;
	}
	out->wire = (const uint8_t *)c->given.data;
	out->len = c->given.len;
	if (out->len == 0) {
		out->wire = NULL;
		/* who closes in the middle of a frame was reached */
		if (out->status == DNS_NOERROR ||
		    (out->status == DNS_UNREACHABLE && c->stream.len))
			out->status = DNS_MALFORMED;
	}
}

/* ---- the system's servers ---- */

static struct server_address from_node(const struct ares_addr_port_node *n)
{
	struct server_address s = {
		.family = n->family,
		.port = n->udp_port ? (uint16_t)n->udp_port : 53,
	};

	if (n->family == AF_INET)
		memcpy(s.addr, &n->addr.addr4, 4);
	else
		memcpy(s.addr, &n->addr.addr6, 16);
	return s;
}

size_t server_system(const char *resolv_conf, struct server_address *out,
                     size_t max)
{
	struct ares_options o = { .resolvconf_path = (char *)resolv_conf };
	struct ares_addr_port_node *list = NULL;
	ares_channel scratch;
	size_t n = 0;

	if (ares_init_options(&scratch, &o, resolv_conf ?
	                      ARES_OPT_RESOLVCONF : 0) != ARES_SUCCESS)
		return 0;
	if (ares_get_servers_ports(scratch, &list) == ARES_SUCCESS)
		for (struct ares_addr_port_node *p = list; p && n < max;
		     p = p->next)
			out[n++] = from_node(p);
	ares_free_data(list);
	ares_destroy(scratch);
	return n;
}
