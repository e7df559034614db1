#include "config.h"

#include "zonefake.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/dns.h"
#include "rdata.h"
#include "util/buf.h"
#include "util/xalloc.h"

enum { TTL = 300, MESSAGE = 1232, RDATA = 512 };

struct zonefake {
	pthread_t thread;
	int fd, stop[2];
	char server[32];
	const struct zone_record *records;
	bool is_signed;
	pthread_mutex_t lock;
	struct buf asked; /* under lock */
};

/* Adds the records that fit; false: there is not even the name. */
static bool add_records(const struct zonefake *z, struct dns_writer *w,
                        const struct dns_msg *q)
{
	bool exists = false;

	for (const struct zone_record *r = z->records; r->name; r++) {
		struct dns_name owner;
		uint16_t type = dns_type_find(r->type);
		uint8_t rdata[RDATA];
		int len;

		dns_name_parse(&owner, r->name);
		if (!dns_name_equal(&owner, &q->qname))
			continue;
		exists = true;
		if (type != q->qtype)
			continue;
		len = rdata_parse(type, r->data, rdata, sizeof rdata);
		if (len < 0)
			abort();
		dns_write_rr(w, DNS_ANSWER, &(struct dns_record){
			.owner = &owner,
			.rdata = rdata,
			.rdlen = (size_t)len,
			.ttl = TTL,
			.type = type,
		});
	}
	return exists;
}

static void note(struct zonefake *z, const char *name, uint16_t type)
{
	char word[10];

	pthread_mutex_lock(&z->lock);
	buf_addf(&z->asked, "%s/%s\n", name, dns_type_text(type, word));
	pthread_mutex_unlock(&z->lock);
}

char *zonefake_asked(struct zonefake *z)
{
	char *copy;

	pthread_mutex_lock(&z->lock);
	copy = xstrdup(buf_str(&z->asked));
	pthread_mutex_unlock(&z->lock);
	return copy;
}

static bool is_silent(const char *name)
{
	return strncmp(name, "silent.", strlen("silent.")) == 0 ||
	       strstr(name, ".silent.") != NULL;
}

static size_t answer(struct zonefake *z, const uint8_t *in, size_t len,
                     uint8_t *out)
{
	char name[DNS_NAME_TEXT_MAX];
	struct dns_writer w;
	struct dns_msg q;

	if (!dns_msg_parse(&q, in, len) || !q.has_question) {
		dns_msg_clear(&q);
		return 0;
	}
	dns_write_begin(&w, out, MESSAGE, q.id, DNS_QR | DNS_AA | DNS_RD |
	                (z->is_signed ? DNS_AD : 0));
	dns_write_question(&w, &q.qname, q.qtype);
	if (!add_records(z, &w, &q))
		dns_write_rcode(&w, RCODE_NXDOMAIN);
	dns_name_text(&q.qname, name);
	note(z, name, q.qtype);
	dns_msg_clear(&q);
	return is_silent(name) ? 0 : w.len;
}

static void *run(void *arg)
{
	struct zonefake *z = arg;
	struct pollfd p[] = { { .fd = z->stop[0], .events = POLLIN },
		              { .fd = z->fd, .events = POLLIN } };
	uint8_t in[MESSAGE], out[MESSAGE];

	while (poll(p, 2, -1) > 0 || errno == EINTR) {
		struct sockaddr_in from;
		socklen_t size = sizeof from;
		ssize_t n;
		size_t len;

		if (p[0].revents)
			break;
		n = recvfrom(z->fd, in, sizeof in, 0,
		             (struct sockaddr *)&from, &size);
		if (n <= 0)
			continue;
		len = answer(z, in, (size_t)n, out);
		if (len > 0)
			sendto(z->fd, out, len, 0, (struct sockaddr *)&from,
			       size);
	}
	return NULL;
}

static struct zonefake *start(const struct zone_record *records, bool is_signed)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct zonefake *z = xcalloc(1, sizeof *z);
	socklen_t len = sizeof a;
	sigset_t all, old;

	z->records = records;
	pthread_mutex_init(&z->lock, NULL);
	z->is_signed = is_signed;
	z->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (z->fd < 0 || bind(z->fd, (struct sockaddr *)&a, sizeof a) < 0 ||
	    getsockname(z->fd, (struct sockaddr *)&a, &len) < 0 ||
	    pipe(z->stop) < 0)
		abort();
	snprintf(z->server, sizeof z->server, "127.0.0.1:%u",
	         ntohs(a.sin_port));
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	if (pthread_create(&z->thread, NULL, run, z) != 0)
		abort();
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return z;
}

struct zonefake *zonefake_start(const struct zone_record *records)
{
	return start(records, false);
}

struct zonefake *zonefake_start_signed(const struct zone_record *records)
{
	return start(records, true);
}

const char *zonefake_server(const struct zonefake *z)
{
	return z->server;
}

void zonefake_stop(struct zonefake *z)
{
	if (write(z->stop[1], "", 1) != 1)
		abort();
	pthread_join(z->thread, NULL);
	close(z->fd);
	close(z->stop[0]);
	close(z->stop[1]);
	pthread_mutex_destroy(&z->lock);
	buf_clear(&z->asked);
	free(z);
}
