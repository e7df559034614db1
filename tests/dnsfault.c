#include "config.h"

#include "dnsfault.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/dns.h"
#include "rdata.h"
#include "util/xalloc.h"

enum { CONNS_MAX = 16, LATE_MAX = 16, OUT_MAX = 16384, TTL = 300 };

struct conn { /* one TCP connection; fd -1: free */
	int fd;
	uint8_t in[1024];
	size_t len;
};

struct late { /* an answer that is sent later; len 0: free */
	int64_t due_ms;
	struct sockaddr_in to;
	uint8_t data[512];
	size_t len;
};

struct dnsfault {
	pthread_t thread;
	const char *always;
	int udp, tcp, other; /* other: a UDP socket on another port */
	int stop[2];
	char server[32];
	atomic_uint queries[2];
	struct conn conns[CONNS_MAX];
	struct late late[LATE_MAX];
};

/* One query and the answer in the making. */
struct work {
	struct dnsfault *d;
	struct dns_msg q;
	bool tcp, drop, close, edns;
	struct sockaddr_in from;
	struct dns_writer w;
	uint8_t out[OUT_MAX];
	char label[DNS_LABEL_MAX + 1];
};

static _Noreturn void fail(const char *what)
{
	perror(what);
	exit(99);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- making answers ---- */

static void put(struct work *k, enum dns_section section, const char *owner,
                uint16_t type, const char *text)
{
	uint8_t rdata[2048];
	struct dns_name name = k->q.qname;
	int len = rdata_parse(type, text, rdata, sizeof rdata);

	if (len < 0 || (owner && dns_name_parse(&name, owner) != DNS_NAME_OK))
		fail(text);
	dns_write_rr(&k->w, section, &(struct dns_record){
		.owner = &name,
		.rdata = rdata,
		.rdlen = (size_t)len,
		.ttl = TTL,
		.type = type,
	});
}

/* One record of the type asked for. */
static void good(struct work *k)
{
	static const struct {
		uint16_t type;
		const char *text;
	} data[] = {
		{ RR_A, "192.0.2.1" },
		{ RR_AAAA, "2001:db8::1" },
		{ RR_MX, "10 mx.good.test." },
		{ RR_TLSA, "3 1 1 00ff" },
	};
	const char *text = "\"ok\"";
	uint16_t type = RR_TXT;

	for (size_t i = 0; i < sizeof data / sizeof *data; i++)
		if (data[i].type == k->q.qtype) {
			type = data[i].type;
			text = data[i].text;
		}
	put(k, DNS_ANSWER, NULL, type, text);
}

static void soa(struct work *k)
{
	put(k, DNS_AUTHORITY, "test.", RR_SOA,
	    "ns.test. hostmaster.test. 1 3600 900 604800 30");
}

static void drop(struct work *k)
{
	k->drop = true;
}

static void drop_edns(struct work *k)
{
	good(k);
	k->drop = k->q.has_opt;
}

static void send_udp(struct work *k, int fd, const void *data, size_t len)
{
	if (!k->tcp)
		sendto(fd, data, len, 0, (struct sockaddr *)&k->from,
		       sizeof k->from);
}

/* The answer as it is so far, with id (a wrong one) and nothing else. */
static void send_bad_id(struct work *k)
{
	good(k);
	k->out[0] ^= 0x55;
	send_udp(k, k->d->udp, k->out, k->w.len);
	k->out[0] ^= 0x55;
}

static void bad_id(struct work *k)
{
	send_bad_id(k);
	k->drop = true;
}

static void bad_id_good(struct work *k)
{
	send_bad_id(k);
}

static void empty_good(struct work *k)
{
	send_udp(k, k->d->udp, "", 0);
	good(k);
}

static void short_good(struct work *k)
{
	send_udp(k, k->d->udp, k->out, DNS_HEADER_SIZE - 1);
	good(k);
}

static void other_port(struct work *k)
{
	good(k);
	send_udp(k, k->d->other, k->out, k->w.len);
	k->drop = true;
}

static void other_question(struct work *k)
{
	good(k);
	k->out[DNS_HEADER_SIZE + 1] ^= 1;
	send_udp(k, k->d->udp, k->out, k->w.len);
	k->drop = true;
}

/* FORMERR for whoever sends an OPT, as very old servers do. */
static void formerr(struct work *k)
{
	k->edns = false;
	if (k->q.has_opt)
		dns_write_rcode(&k->w, RCODE_FORMERR);
	else
		good(k);
}

static void formerr_always(struct work *k)
{
	k->edns = false;
	dns_write_rcode(&k->w, RCODE_FORMERR);
}

static void ede(struct work *k)
{
	k->edns = false;
	dns_write_opt(&k->w, DNS_UDP_PAYLOAD, RCODE_SERVFAIL, 6,
	              "no \033 key");
}

static void badvers(struct work *k)
{
	k->edns = false;
	dns_write_opt(&k->w, DNS_UDP_PAYLOAD, 16, -1, NULL);
}

static void no_question(struct work *k)
{
	k->edns = false;
	dns_write_begin(&k->w, k->out, sizeof k->out, k->q.id,
	                DNS_QR | RCODE_REFUSED);
}

static void nxdomain(struct work *k)
{
	dns_write_rcode(&k->w, RCODE_NXDOMAIN);
	soa(k);
}

static void authentic(struct work *k)
{
	good(k);
	if (k->q.flags & DNS_AD)
		dns_write_flags(&k->w, DNS_AD, 0);
}

static void bad_rdata(struct work *k)
{
	put(k, DNS_ANSWER, NULL, k->q.qtype, "\\# 3 c00002");
}

static void bad_count(struct work *k)
{
	good(k);
	k->out[7] = 9;
}

/* An owner that is a pointer to itself. */
static void pointer_loop(struct work *k)
{
	size_t at = k->w.len;

	good(k);
	k->out[at] = (uint8_t)(0xc0 | at >> 8);
	k->out[at + 1] = (uint8_t)at;
	k->edns = false;
}

static void truncated(struct work *k)
{
	char text[256];

	if (!k->tcp) {
		dns_write_flags(&k->w, DNS_TC, 0);
		return;
	}
	for (int i = 0; i < 20; i++) {
		snprintf(text, sizeof text, "\"%04d%0200d\"", i, 0);
		put(k, DNS_ANSWER, NULL, RR_TXT, text);
	}
}

static void truncated_close(struct work *k)
{
	truncated(k);
	k->close = k->tcp;
}

static void truncated_silent(struct work *k)
{
	truncated(k);
	k->drop = k->tcp;
}

static void truncated_always(struct work *k)
{
	dns_write_flags(&k->w, DNS_TC, 0);
}

/* DNSFAULT_SLOW_MS late */
static void later(struct work *k)
{
	struct late *l = k->d->late;

	good(k);
	k->drop = true;
	while (l < k->d->late + LATE_MAX && l->len)
		l++;
	if (k->tcp || l == k->d->late + LATE_MAX || k->w.len > sizeof l->data)
		return;
	l->due_ms = now_ms() + DNSFAULT_SLOW_MS;
	l->to = k->from;
	l->len = k->w.len;
	memcpy(l->data, k->out, l->len);
}

/* endless.N.test -> endless.N+1.test */
static void endless(struct work *k)
{
	char name[DNS_NAME_TEXT_MAX], next[64];
	long n;

	dns_name_text(&k->q.qname, name);
	n = strtol(name + strlen("endless."), NULL, 10);
	snprintf(next, sizeof next, "endless.%ld.test.", n + 1);
	put(k, DNS_ANSWER, NULL, RR_CNAME, next);
}

/* below.old.test: a DNAME without the CNAME that should come with it */
static void dname(struct work *k)
{
	struct dns_name above = k->q.qname;
	char name[DNS_NAME_TEXT_MAX];

	dns_name_parent(&above);
	put(k, DNS_ANSWER, dns_name_text(&above, name), RR_DNAME,
	    "new.test.");
}

static void strange_names(struct work *k)
{
	put(k, DNS_ANSWER, NULL, RR_MX, "10 a\\.b\\027\\000\\255.test.");
}

static const struct fault {
	const char *label;
	void (*make)(struct work *k); /* or, where that is NULL, */
	unsigned rcode;               /* nothing but this, or */
	const char *alias;            /* nothing but this CNAME */
} faults[] = {
	{ "drop", drop, 0, NULL }, { "dropedns", drop_edns, 0, NULL },
	{ "badid", bad_id, 0, NULL }, { "badidgood", bad_id_good, 0, NULL },
	{ "emptygood", empty_good, 0, NULL },
	{ "shortgood", short_good, 0, NULL },
	{ "otherport", other_port, 0, NULL },
	{ "otherquestion", other_question, 0, NULL },
	{ "servfail", NULL, RCODE_SERVFAIL, NULL },
	{ "refused", NULL, RCODE_REFUSED, NULL },
	{ "notimp", NULL, RCODE_NOTIMP, NULL },
	{ "yxdomain", NULL, 6, NULL },
	{ "nosoa", NULL, RCODE_NOERROR, NULL },
	{ "formerr", formerr, 0, NULL },
	{ "formerralways", formerr_always, 0, NULL },
	{ "ede", ede, 0, NULL }, { "badvers", badvers, 0, NULL },
	{ "noquestion", no_question, 0, NULL },
	{ "nxdomain", nxdomain, 0, NULL }, { "nodata", soa, 0, NULL },
	{ "ad", authentic, 0, NULL }, { "badrdata", bad_rdata, 0, NULL },
	{ "badcount", bad_count, 0, NULL },
	{ "pointerloop", pointer_loop, 0, NULL },
	{ "trunc", truncated, 0, NULL },
	{ "truncclose", truncated_close, 0, NULL },
	{ "truncsilent", truncated_silent, 0, NULL },
	{ "truncalways", truncated_always, 0, NULL },
	{ "slow", later, 0, NULL }, { "endless", endless, 0, NULL },
	{ "below", dname, 0, NULL }, { "strange", strange_names, 0, NULL },
	/* one alias a message; the records are at hop3 */
	{ "hop1", NULL, 0, "hop2.test." }, { "hop2", NULL, 0, "HOP3.test." },
	{ "torefused", NULL, 0, "refused.test." },
	{ "loop1", NULL, 0, "loop2.test." },
	{ "loop2", NULL, 0, "loop1.test." },
};

static void misbehave(struct work *k)
{
	static const struct fault none = { "", good, 0, NULL };
	const char *word = k->d->always ? k->d->always : k->label;
	const struct fault *f = &none;

	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
		if (strcmp(faults[i].label, word) == 0)
			f = &faults[i];
	if (f->make)
		f->make(k);
	else if (f->alias)
		put(k, DNS_ANSWER, NULL, RR_CNAME, f->alias);
	else
		dns_write_rcode(&k->w, f->rcode);
}

/* Makes the answer in k->out; false: the query is none. */
static bool make_answer(struct work *k, const uint8_t *query, size_t len)
{
	bool ok = dns_msg_parse(&k->q, query, len) && k->q.has_question;
	uint16_t flags = DNS_QR | DNS_RA | (k->q.flags & DNS_RD);

	if (ok) {
		atomic_fetch_add(&k->d->queries[k->tcp], 1);
		k->edns = k->q.has_opt;
		memcpy(k->label, k->q.qname.wire + 1, k->q.qname.wire[0]);
		dns_write_begin(&k->w, k->out, sizeof k->out, k->q.id, flags);
		dns_write_question(&k->w, &k->q.qname, k->q.qtype);
		misbehave(k);
		if (k->edns)
			dns_write_opt(&k->w, DNS_UDP_PAYLOAD,
			              k->out[3] & DNS_RCODE, -1, NULL);
	}
	dns_msg_clear(&k->q);
	return ok;
}

/* ---- sockets ---- */

static void serve_udp(struct dnsfault *d)
{
	struct work k = { .d = d };
	socklen_t size = sizeof k.from;
	uint8_t query[1024];
	ssize_t n = recvfrom(d->udp, query, sizeof query, 0,
	                     (struct sockaddr *)&k.from, &size);

	if (n > 0 && make_answer(&k, query, (size_t)n) && !k.drop)
		send_udp(&k, d->udp, k.out, k.w.len);
}

static void accept_one(struct dnsfault *d)
{
	int fd = accept(d->tcp, NULL, NULL);

	for (size_t i = 0; fd >= 0 && i < CONNS_MAX; i++) {
		if (d->conns[i].fd >= 0)
			continue;
		d->conns[i] = (struct conn){ .fd = fd };
		return;
	}
	if (fd >= 0)
		close(fd);
}

static void answer_tcp(struct dnsfault *d, struct conn *c)
{
	struct work k = { .d = d, .tcp = true };
	uint8_t length[2];

	if (!make_answer(&k, c->in + 2, c->len - 2) || k.close) {
		close(c->fd);
		c->fd = -1;
		return;
	}
	c->len = 0;
	if (k.drop)
		return;
	length[0] = (uint8_t)(k.w.len >> 8);
	length[1] = (uint8_t)k.w.len;
	if (send(c->fd, length, 2, MSG_NOSIGNAL) < 0 ||
	    send(c->fd, k.out, k.w.len, MSG_NOSIGNAL) < 0)
		perror("dnsfault: send");
}

static void serve_tcp(struct dnsfault *d, struct conn *c)
{
	ssize_t n = recv(c->fd, c->in + c->len, sizeof c->in - c->len, 0);

	if (n <= 0) {
		close(c->fd);
		c->fd = -1;
		return;
	}
	c->len += (size_t)n;
	if (c->len >= 2 && (int)c->len - 2 >= (c->in[0] << 8 | c->in[1]))
		answer_tcp(d, c);
}

/* Sends what is due; milliseconds until the next, -1 when none waits. */
static int serve_late(struct dnsfault *d)
{
	int64_t now = now_ms(), wait = -1;

	for (struct late *l = d->late; l < d->late + LATE_MAX; l++) {
		if (!l->len)
			continue;
		if (l->due_ms <= now) {
			sendto(d->udp, l->data, l->len, 0,
			       (struct sockaddr *)&l->to, sizeof l->to);
			l->len = 0;
		} else if (wait < 0 || l->due_ms - now < wait) {
			wait = l->due_ms - now;
		}
	}
	return (int)wait;
}

static void *run(void *arg)
{
	struct dnsfault *d = arg;
	struct pollfd p[3 + CONNS_MAX];

	for (;;) {
		int wait = serve_late(d);

		p[0] = (struct pollfd){ .fd = d->stop[0], .events = POLLIN };
		p[1] = (struct pollfd){ .fd = d->udp, .events = POLLIN };
		p[2] = (struct pollfd){ .fd = d->tcp, .events = POLLIN };
		for (size_t i = 0; i < CONNS_MAX; i++)
			p[3 + i] = (struct pollfd){ .fd = d->conns[i].fd,
				                    .events = POLLIN };
		if (poll(p, 3 + CONNS_MAX, wait) < 0)
			continue;
		if (p[0].revents)
			return NULL;
		if (p[1].revents)
			serve_udp(d);
		for (size_t i = 0; i < CONNS_MAX; i++)
			if (d->conns[i].fd >= 0 && p[3 + i].revents)
				serve_tcp(d, &d->conns[i]);
		if (p[2].revents)
			accept_one(d);
	}
}

/* port 0: any. Returns the descriptor, the port in *port. */
static int open_socket(int type, uint16_t *port)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(*port),
	};
	socklen_t len = sizeof a;
	int fd = socket(AF_INET, type, 0);

	if (fd < 0)
		fail("socket");
	if (bind(fd, (struct sockaddr *)&a, sizeof a) < 0 ||
	    (type == SOCK_STREAM && listen(fd, CONNS_MAX) < 0)) {
		close(fd);
		return -1;
	}
	getsockname(fd, (struct sockaddr *)&a, &len);
	*port = ntohs(a.sin_port);
	return fd;
}

struct dnsfault *dnsfault_start(const char *always)
{
	struct dnsfault *d = xcalloc(1, sizeof *d);
	uint16_t port = 0, other = 0;

	d->always = always;
	d->tcp = -1;
	/* the same port for both: another process may hold the second one */
	for (int tries = 0; d->tcp < 0 && tries < 50; tries++) {
		port = 0;
		d->udp = open_socket(SOCK_DGRAM, &port);
		d->tcp = open_socket(SOCK_STREAM, &port);
		if (d->tcp < 0)
			close(d->udp);
	}
	d->other = open_socket(SOCK_DGRAM, &other);
	if (d->tcp < 0 || d->other < 0 || pipe(d->stop) < 0)
		fail("dnsfault");
	for (size_t i = 0; i < CONNS_MAX; i++)
		d->conns[i].fd = -1;
	snprintf(d->server, sizeof d->server, "127.0.0.1:%u", port);
	if (pthread_create(&d->thread, NULL, run, d) != 0)
		fail("pthread_create");
	return d;
}

const char *dnsfault_server(const struct dnsfault *d)
{
	return d->server;
}

unsigned dnsfault_queries(struct dnsfault *d, bool tcp)
{
	return atomic_load(&d->queries[tcp]);
}

void dnsfault_stop(struct dnsfault *d)
{
	if (!d)
		return;
	if (write(d->stop[1], "", 1) != 1)
		fail("write");
	pthread_join(d->thread, NULL);
	for (size_t i = 0; i < CONNS_MAX; i++)
		if (d->conns[i].fd >= 0)
			close(d->conns[i].fd);
	close(d->udp);
	close(d->tcp);
	close(d->other);
	close(d->stop[0]);
	close(d->stop[1]);
	free(d);
}
