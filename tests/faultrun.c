#include "config.h"

#include "faultrun.h"

#include <fnmatch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rowtests.h"
#include "util/xalloc.h"

/* A step may take its timeout and a second; with sanitizers and others on the
 * same two processors, three. */
enum { SLACK_MS = 3000, TIMEOUT_MS = 2000, RUN_MS = 10000 };

static int timeout_of(const struct row *row)
{
	return row->timeout_ms ? row->timeout_ms : TIMEOUT_MS;
}

static void put_message(struct plan *p, bool big)
{
	enum { LINE = 78, BIG_LINES = 80000 };
	struct buf m = { 0 };

	buf_adds(&m, "Subject: test\r\n\r\n.dot\r\n");
	for (int i = 0; big && i < BIG_LINES; i++)
		buf_addf(&m, "%*d\r\n", LINE, i);
	p->message_len = m.len;
	p->message = buf_steal(&m);
}

static struct plan *plan_for(const struct row *row, uint16_t port)
{
	struct plan *p = client_plan_port(port);

	p->stage = row->stage ? row->stage : STAGE_RCPT;
	p->timeout_ms = (uint32_t)timeout_of(row);
	if (p->stage == STAGE_DOT)
		put_message(p, row->flags & BIG);
	if (row->prepare)
		row->prepare(p);
	return p;
}

void fault_say_lines(struct plan *p, const char *const *lines)
{
	while (*lines)
		plan_add_step(p, STEP_SEND, *lines++, 0);
}

void fault_check_verdict(const struct client *c, size_t n, int status)
{
	size_t sessions = 0;

	for (size_t i = 0; i < client_count(c, EV_VERDICT); i++) {
		const struct event *v = client_find(c, EV_VERDICT, i);

		if (v->u.verdict.recipient.len)
			continue;
		if (++sessions == n)
			assert_int_equal(v->u.verdict.exit, status);
	}
	assert_int_equal(sessions, n);
}

void fault_check_failed(const struct client *c, const char *expected)
{
	const struct event *f = client_find(c, EV_FAILED, 0);
	char said[64];

	if (!expected) {
		assert_null(f);
		return;
	}
	assert_non_null(f);
	snprintf(said, sizeof said, "%s %s",
	         fail_phase_name(f->u.failed.phase),
	         fail_kind_name(f->u.failed.kind));
	if (fnmatch(expected, said, 0) != 0)
		assert_string_equal(said, expected);
	assert_int_equal(client_count(c, EV_FAILED), 1);
}

static void add_said(struct buf *out, const struct fault *script)
{
	for (; script && script->kind != FAULT_END; script++)
		if (script->data)
			buf_add(out, script->data,
			        script->len ? script->len
			                    : strlen(script->data));
}

/* Everything that the scripts say is in the events, byte for byte. */
static void check_bytes(const struct client *c, const struct row *row)
{
	struct buf sent = { 0 }, got = { 0 };

	add_said(&sent, row->script);
	add_said(&sent, row->next);
	client_heard(c, &got);
	assert_int_equal(got.len, sent.len);
	if (sent.len)
		assert_memory_equal(got.data, sent.data, sent.len);
	buf_clear(&sent);
	buf_clear(&got);
}

static void check_heard(struct client *c, struct smtpfault *f,
                        const struct row *row)
{
	char *heard;

	smtpfault_wait(f, row->next ? 2 : 1, SLACK_MS);
	heard = smtpfault_heard(f);
	if (row->heard && !strstr(heard, row->heard))
		assert_string_equal(heard, row->heard);
	if (row->never && strstr(heard, row->never))
		assert_string_equal(heard, "");
	if (row->check)
		row->check(c, heard);
	free(heard);
}

/* What came, for whoever has to find out why a row failed. */
static void show(const struct client *c)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct event *e = c->events[i];

		if (e->kind == EV_REPLY && e->u.reply.lines.len)
			print_message("  S %s\n", event_item_text(e,
			              e->u.reply.lines, 0));
		else if (e->kind == EV_SENT)
			print_message("  C %s\n",
			              event_text(e, e->u.sent.line));
		else if (e->kind == EV_FINDING)
			print_message("  finding %s\n",
			              event_text(e, e->u.finding.id));
		else if (e->kind == EV_FAILED)
			print_message("  failed %s %s (%s)\n",
			              fail_phase_name(e->u.failed.phase),
			              fail_kind_name(e->u.failed.kind),
			              event_text(e, e->u.failed.detail));
		else if (e->kind == EV_TLS)
			print_message("  tls %s %s\n",
			              event_text(e, e->u.tls.version),
			              event_text(e, e->u.tls.verify));
		else if (e->kind == EV_VERDICT)
			print_message("  verdict %s %d\n",
			              event_text(e, e->u.verdict.rule),
			              e->u.verdict.exit);
	}
}

void fault_run(const struct row *row)
{
	const struct fault *scripts[] = { row->script, row->next };
	unsigned n = row->next ? 2 : 1;
	struct smtpfault *f = smtpfault_start(scripts, n);
	int limit_ms = timeout_of(row) * row->steps + SLACK_MS;
	int64_t began = loop_now_us(), took;
	const struct event *e;
	struct client c;

	client_start(&c, NULL);
	e = client_run(&c, plan_for(row, smtpfault_port(f)), RUN_MS);
	took = (loop_now_us() - began) / 1000;
	if (getenv("FAULT_SHOW"))
		show(&c);
	assert_non_null(e);
	assert_int_equal(e->u.end.exit, row->exit);
	assert_int_equal(e->u.end.sessions, n);
	assert_true(client_in_order(&c));
	fault_check_verdict(&c, n, row->exit);
	fault_check_failed(&c, row->failed);
	if (row->finding)
		assert_true(client_finding(&c, row->finding));
	if (!(row->flags & LOSSY))
		check_bytes(&c, row);
	assert_in_range(took, 0, limit_ms);
	if (row->flags & SLOW)
		assert_in_range(took, timeout_of(row), RUN_MS);
	check_heard(&c, f, row);
	client_stop(&c);
	smtpfault_stop(f);
}

static void run_one(void **state)
{
	fault_run(*state);
}

int fault_run_all(const char *name, const struct row *rows, size_t n)
{
	return rowtests_run(name, rows, sizeof *rows, n, run_one);
}
