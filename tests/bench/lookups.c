/*
 * lookups: MX lookups through src/net/resolve.c, as the program makes them.
 *
 *   lookups SERVER COUNT IN-FLIGHT     d00000.example ... on SERVER (ip:port)
 *
 * Prints "PER-SECOND FAILED".
 */
#include "config.h"

#include "tests/bench/measure.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/answer.h"
#include "io/loop.h"
#include "net/resolve.h"

enum { TYPE_MX = 15 };

static struct loop *loop;
static struct resolver *resolver;
static long total, started, done, failed;

static void start_one(void);

static void answered(void *arg, struct dns_answer *a)
{
	(void)arg;
	failed += a->status != DNS_NOERROR || a->n != 2;
	answer_free(a);
	if (++done == total)
		loop_stop(loop);
	else if (started < total)
		start_one();
}

static void start_one(void)
{
	static const struct resolve_calls calls = { .done = answered };
	struct dns_name name;
	char text[32];

	snprintf(text, sizeof text, "d%05ld.example", started++);
	dns_name_parse(&name, text);
	resolve_start(resolver, &name, TYPE_MX, &calls);
}

int main(int argc, char **argv)
{
	struct resolve_config config = { .server = argv[argc > 1] };
	double t0;

	if (argc != 4) {
		fprintf(stderr, "usage: lookups SERVER COUNT IN-FLIGHT\n");
		return 64;
	}
	total = option_number(argv[2], 1, 99999);
	config.in_flight = (size_t)option_number(argv[3], 1, 10000);
	resolve_library_init();
	loop = loop_new();
	resolver = loop ? resolver_new(loop, &config) : NULL;
	if (!resolver)
		give_up("resolver");
	t0 = now_ms();
	while (started < total && started < (long)config.in_flight)
		start_one();
	loop_run(loop);
	printf("%.0f %ld\n", (double)total / (now_ms() - t0) * 1e3, failed);
	resolver_free(resolver);
	loop_free(loop);
	resolve_library_cleanup();
	return failed > 0;
}
