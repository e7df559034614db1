/*
 * delay: a wire between two network namespaces that holds every packet for a
 * fixed time, so that a TCP handshake pays it as on a real path.
 *
 *   delay NAMESPACE-A NAMESPACE-B MS     (ip netns names; needs root)
 *
 * The ends are TUN devices, 192.0.2.1 in A and 192.0.2.2 in B. Prints "ready"
 * when both are up and carries packets until its standard input ends.
 */
#include "config.h"

#include "tests/bench/measure.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MTU = 1500 };

struct packet {
	struct packet *next;
	double due_ms;
	size_t len;
	uint8_t data[MTU];
};

struct way { /* one direction; packets leave as they came */
	int in, out;
	struct packet *first, **last;
};

static void set_address(int s, struct ifreq *r, unsigned long what,
                        const char *address)
{
	struct sockaddr_in in = { .sin_family = AF_INET };

	inet_pton(AF_INET, address, &in.sin_addr);
	memcpy(&r->ifr_addr, &in, sizeof in);
	if (ioctl(s, what, r))
		give_up(address);
}

/* A TUN device that is up in the named namespace; we stay in ours. */
static int open_end(const char *namespace, const char *address)
{
	struct ifreq r = { .ifr_name = "bench0" };
	char path[256];
	int ours = open("/proc/self/ns/net", O_RDONLY), theirs, tun, s;

	snprintf(path, sizeof path, "/run/netns/%s", namespace);
	theirs = open(path, O_RDONLY);
	if (ours < 0 || theirs < 0 || setns(theirs, CLONE_NEWNET))
		give_up(path);
	tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
	r.ifr_flags = IFF_TUN | IFF_NO_PI;
	if (tun < 0 || ioctl(tun, TUNSETIFF, &r))
		give_up("/dev/net/tun");
	s = socket(AF_INET, SOCK_DGRAM, 0);
	set_address(s, &r, SIOCSIFADDR, address);
	set_address(s, &r, SIOCSIFNETMASK, "255.255.255.0");
	r.ifr_flags = IFF_UP | IFF_RUNNING;
	if (ioctl(s, SIOCSIFFLAGS, &r) || setns(ours, CLONE_NEWNET))
		give_up("bench0");
	close(s);
	close(ours);
	close(theirs);
	return tun;
}

static void take(struct way *w, double delay_ms)
{
	uint8_t data[MTU];
	ssize_t n;

	while ((n = read(w->in, data, sizeof data)) > 0) {
		struct packet *p = calloc(1, sizeof *p);

		if (!p)
			give_up("packet");
		p->due_ms = now_ms() + delay_ms;
		p->len = (size_t)n;
		memcpy(p->data, data, p->len);
		*w->last = p;
		w->last = &p->next;
	}
}

static void pass_on(struct way *w)
{
	while (w->first && w->first->due_ms <= now_ms()) {
		struct packet *p = w->first;

		if (write(w->out, p->data, p->len) < 0 && errno == EAGAIN)
			return;
		w->first = p->next;
		if (!w->first)
			w->last = &w->first;
		free(p);
	}
}

/* Until the next packet is due, to the microsecond; NULL: nothing waits. */
static struct timespec *until_due(const struct way *ways, struct timespec *t)
{
	double left = 1e9;

	for (int i = 0; i < 2; i++)
		if (ways[i].first && ways[i].first->due_ms - now_ms() < left)
			left = ways[i].first->due_ms - now_ms();
	if (left >= 1e9)
		return NULL;
	left = left > 0 ? left : 0;
	t->tv_sec = (time_t)(left / 1e3);
	t->tv_nsec = (long)((left - (double)t->tv_sec * 1e3) * 1e6);
	return t;
}

int main(int argc, char **argv)
{
	struct way ways[2] = { { .in = -1 } };
	struct timespec t;
	double delay_ms;

	if (argc != 4) {
		fprintf(stderr, "usage: delay NS-A NS-B MS\n");
		return 64;
	}
	delay_ms = (double)option_number(argv[3], 0, 10000);
	ways[0].in = ways[1].out = open_end(argv[1], "192.0.2.1");
	ways[1].in = ways[0].out = open_end(argv[2], "192.0.2.2");
	for (int i = 0; i < 2; i++)
		ways[i].last = &ways[i].first;
	puts("ready");
	fflush(stdout);
	for (;;) {
		struct pollfd p[] = {
			{ .fd = STDIN_FILENO, .events = POLLIN },
			{ .fd = ways[0].in, .events = POLLIN },
			{ .fd = ways[1].in, .events = POLLIN },
		};

		if (ppoll(p, 3, until_due(ways, &t), NULL) < 0)
			give_up("ppoll");
		if (p[0].revents)
			return 0;
		for (int i = 0; i < 2; i++) {
			take(&ways[i], delay_ms);
			pass_on(&ways[i]);
		}
	}
}
