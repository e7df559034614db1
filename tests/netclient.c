#include "config.h"

#include "netclient.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

enum { STOP_MS = 1000 };

void client_start(struct client *c, const struct worker_config *cfg)
{
	struct worker_config mine = { .dns = "127.0.0.1:9" };

	*c = (struct client){ .start_us = loop_now_us() };
	if (cfg)
		mine = *cfg;
	mine.start_us = c->start_us;
	c->worker = worker_start(&mine);
	if (!c->worker)
		abort();
}

void client_forget(struct client *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->events[i]);
	free(c->events);
	c->events = NULL;
	c->n = c->size = c->at = 0;
}

void client_stop(struct client *c)
{
	int64_t before = loop_now_us();

	worker_stop(c->worker);
	if (loop_now_us() - before > STOP_MS * 1000)
		abort();
	client_forget(c);
}

struct plan *client_plan(const char *target)
{
	struct plan *p = xmalloc(sizeof *p);

	plan_init(p);
	if (target_parse(target, &p->target) != TARGET_OK)
		abort();
	p->helo = xstrdup("client.example");
	p->from = xstrdup("sender@client.example");
	plan_add_to(p, "user@server.example");
	p->hold_enter = true;
	p->may_ask = false;
	p->timeout_ms = 5000;
	return p;
}

struct plan *client_plan_port(uint16_t port)
{
	char target[32];

	snprintf(target, sizeof target, "127.0.0.1:%u", port);
	return client_plan(target);
}

void client_open(struct client *c, struct plan *plan)
{
	worker_request(c->worker,
	               request_new(REQ_OPEN, plan, NULL, NULL, false));
}

static char *copy(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

void client_ask(struct client *c, enum request_kind kind, const char *text,
                const char *text2, bool yes)
{
	worker_request(c->worker, request_new(kind, NULL, copy(text),
	                                      copy(text2), yes));
}

void client_send(struct client *c, const char *line)
{
	client_ask(c, REQ_SEND, line, NULL, false);
}

size_t client_take(struct client *c)
{
	struct event *e;
	size_t n = 0;

	while ((e = queue_take(worker_events(c->worker)))) {
		if (c->n == c->size) {
			c->size = c->size ? 2 * c->size : 64;
			c->events = xreallocarray(c->events, c->size,
			                          sizeof *c->events);
		}
		c->events[c->n++] = e;
		n++;
	}
	return n;
}

const struct event *client_wait(struct client *c, enum event_kind kind,
                                int ms)
{
	struct pollfd p = { .fd = queue_fd(worker_events(c->worker)),
		            .events = POLLIN };
	int64_t until = loop_now_us() + (int64_t)ms * 1000;

	for (;;) {
		int64_t left;

		client_take(c);
		while (c->at < c->n)
			if (c->events[c->at++]->kind == kind)
				return c->events[c->at - 1];
		left = until - loop_now_us();
		if (left <= 0)
			return NULL;
		if (poll(&p, 1, (int)(left / 1000) + 1) < 0 && errno != EINTR)
			abort();
	}
}

const struct event *client_run(struct client *c, struct plan *plan, int ms)
{
	client_open(c, plan);
	return client_wait(c, EV_END, ms);
}

const struct event *client_find(const struct client *c, enum event_kind kind,
                                size_t i)
{
	for (size_t k = 0; k < c->n; k++)
		if (c->events[k]->kind == kind && i-- == 0)
			return c->events[k];
	return NULL;
}

size_t client_count(const struct client *c, enum event_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += c->events[i]->kind == kind;
	return n;
}

bool client_finding(const struct client *c, const char *id)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct event *e = c->events[i];

		if (e->kind == EV_FINDING &&
		    strcmp(event_text(e, e->u.finding.id), id) == 0)
			return true;
	}
	return false;
}

static void add_reply(struct buf *out, const struct event *e)
{
	if (e->u.reply.raw.len) {
		buf_add(out, event_text(e, e->u.reply.raw), e->u.reply.raw.len);
		return;
	}
	for (uint32_t i = 0; i < e->u.reply.lines.len; i++) {
		struct ev_ref r = event_item(e, e->u.reply.lines, i);

		buf_add(out, event_text(e, r), r.len);
		buf_adds(out, "\r\n");
	}
}

void client_heard(const struct client *c, struct buf *out)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct event *e = c->events[i];

		if (e->kind == EV_REPLY)
			add_reply(out, e);
		else if (e->kind == EV_BYTES && e->u.bytes.from_server &&
		         e->u.bytes.why != BYTES_OVERLONG) /* is in raw */
			buf_add(out, event_text(e, e->u.bytes.data),
			        e->u.bytes.data.len);
	}
}

bool client_in_order(const struct client *c)
{
	uint32_t n = 0;
	int64_t t = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct event *e = c->events[i];

		if (e->kind == EV_PROMPT || e->kind == EV_ASK)
			continue;
		if ((n && e->n != n + 1) || e->t_us < t)
			return false;
		n = e->n;
		t = e->t_us;
	}
	return true;
}

int client_open_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	if (!d)
		return -1;
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}
