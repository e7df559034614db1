/*
 * many: targets beside each other, as many at once as AT-ONCE says, through
 * src/net/worker.c as the program makes them.
 *
 *   many ADDRESS:PORT COUNT AT-ONCE MODE
 *
 * MODE json: sessions EHLO MAIL RCPT RSET QUIT to that server, each event
 * written to standard output; none: taken and freed; hold: each is left open
 * behind MAIL, which the server (sink) does not answer; route: the MX and
 * addresses of d00000.example ... at that name server, written as JSON.
 *
 * On stderr: "PER-SECOND FAILED CPU-US FRONT-US EVENTS KIB": of a target the
 * processor time of all threads and of the one that takes the events; the
 * events; the greatest resident memory, with hold the present one.
 */
#include "config.h"

#include "tests/bench/measure.h"

#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "io/loop.h"
#include "net/files.h"
#include "net/resolve.h"
#include "net/worker.h"
#include "record/json.h"
#include "report/sayings.h"
#include "util/xalloc.h"

enum mode { MODE_NONE, MODE_JSON, MODE_HOLD, MODE_ROUTE, MODES };

static struct worker *worker;
static const char *address;
static long total, at_once, started, done, failed, events, sent;
static enum mode mode;

static char *say(const struct event *e, enum json_say what, uint32_t item)
{
	switch (what) {
	case JSON_SAY_TEXT: return saying_text(e);
	case JSON_SAY_NEXT: return saying_next(e);
	case JSON_SAY_WHY: return saying_why(e, item);
	case JSON_SAY_STEP: return saying_step(e, item);
	case JSON_SAY_MTA: return saying_mta(e);
	}
	return NULL;
}

static void start_one(void)
{
	struct plan *p = xmalloc(sizeof *p);
	const char *target = address;
	struct request *q;
	char name[32];

	plan_init(p);
	if (mode == MODE_ROUTE) {
		snprintf(name, sizeof name, "d%05ld.example", started);
		target = name;
		p->stage = STAGE_ROUTE;
	}
	if (target_parse(target, &p->target) != TARGET_OK)
		give_up(target);
	p->helo = xstrdup("client.example");
	p->from = xstrdup(mode == MODE_HOLD ? "hold@client.example"
	                                    : "a@client.example");
	plan_add_to(p, "b@client.example");
	p->hold_enter = true;
	p->may_ask = false;
	p->tls.policy = TLS_NEVER;
	q = request_new(REQ_OPEN, p, NULL, NULL, false);
	q->run = (uint32_t)++started;
	worker_request(worker, q);
}

static void write_out(const struct event *e)
{
	static const struct json_voice voice = { .say = say };
	static struct buf line;

	buf_reset(&line);
	json_write(&line, e, &voice);
	if (fwrite(line.data, 1, line.len, stdout) != line.len)
		give_up("stdout");
}

static void take(struct event *e)
{
	events++;
	sent += e->kind == EV_SENT;
	if (mode == MODE_JSON || mode == MODE_ROUTE)
		write_out(e);
	if (e->kind == EV_END) {
		done++;
		failed += e->u.end.exit != 0;
		if (started < total)
			start_one();
	}
	free(e);
}

static void wait_for_events(struct queue *q)
{
	struct pollfd p = { .fd = queue_fd(q), .events = POLLIN };

	fflush(stdout);
	if (poll(&p, 1, -1) < 0)
		give_up("poll");
}

static double cpu_us(int who)
{
	struct rusage use;

	getrusage(who, &use);
	return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1e6 +
	       (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec);
}

/* The second number is what is resident now (proc(5)). */
static long resident_kib(void)
{
	char line[128] = "", *rest;
	FILE *f = fopen("/proc/self/statm", "r");

	if (!f || !fgets(line, sizeof line, f))
		give_up("/proc/self/statm");
	fclose(f);
	strtol(line, &rest, 10);
	return strtol(rest, NULL, 10) * sysconf(_SC_PAGESIZE) / 1024;
}

static long memory_kib(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	return mode == MODE_HOLD ? resident_kib() : use.ru_maxrss;
}

int main(int argc, char **argv)
{
	static const char *const modes[MODES] = { "none", "json", "hold",
		"route" };
	struct worker_config config = { .no_mta = true };
	struct queue *q;
	double t0;

	while (argc == 5 && mode < MODES && strcmp(argv[4], modes[mode]))
		mode++;
	if (argc != 5 || mode == MODES) {
		fprintf(stderr, "usage: many ADDRESS:PORT COUNT AT-ONCE "
		                "none|json|hold|route\n");
		return 64;
	}
	address = argv[1];
	total = option_number(argv[2], 1, 1000000);
	at_once = option_number(argv[3], 1, 20000);
	config.per_host = (size_t)at_once;
	if (mode == MODE_ROUTE)
		config.dns = address;
	config.start_us = loop_now_us();
	files_make_room((size_t)at_once);
	resolve_library_init();
	worker = worker_start(&config);
	if (!worker)
		give_up("worker");
	q = worker_events(worker);
	t0 = now_ms();
	while (started < total && started < at_once)
		start_one();
	while (mode == MODE_HOLD ? sent < total : done < total) {
		struct event *e = queue_take(q);

		if (e)
			take(e);
		else
			wait_for_events(q);
	}
	fflush(stdout);
	fprintf(stderr, "%.0f %ld %.1f %.1f %.1f %ld\n",
	        (double)total / (now_ms() - t0) * 1e3, failed,
	        cpu_us(RUSAGE_SELF) / (double)total,
	        cpu_us(RUSAGE_THREAD) / (double)total,
	        (double)events / (double)total, memory_kib());
	worker_stop(worker);
	return failed > 0;
}
