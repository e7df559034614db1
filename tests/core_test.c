/* What the session stands on: events, commands, extensions, plans, findings. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/command.h"
#include "core/ehlo.h"
#include "core/event.h"
#include "core/finding.h"
#include "core/plan.h"
#include "core/request.h"
#include "core/session.h"
#include "util/i18n.h"
#include "util/queue.h"
#include "util/xalloc.h"

static void test_event_copied_block_reads_the_same(void **state)
{
	const char *texts[] = { "one", "", "three" };
	struct event_builder b;
	struct event *e, *copy;

	(void)state;
	event_begin(&b, EV_FINDING);
	b.e.u.finding.id = event_puts(&b, "x");
	b.e.u.finding.args = event_put_texts(&b, texts, 3);
	b.e.u.finding.evidence = event_put(&b, "a\0b", 3);
	e = event_finish(&b);
	copy = xmalloc(e->size);
	memcpy(copy, e, e->size);
	free(e);
	assert_string_equal(event_text(copy, copy->u.finding.id), "x");
	assert_int_equal(copy->u.finding.args.len, 3);
	for (uint32_t i = 0; i < 3; i++)
		assert_string_equal(
		    event_item_text(copy, copy->u.finding.args, i), texts[i]);
	assert_memory_equal(event_text(copy, copy->u.finding.evidence),
	                    "a\0b", 4);
	free(copy);
}

static void test_event_words_go_both_ways(void **state)
{
	(void)state;
	for (enum event_kind v = 0; v < EVENT_KIND_COUNT; v++)
		assert_int_equal(event_kind_find(event_kind_name(v)), v);
	for (enum state v = 0; v < STATE_COUNT; v++)
		assert_int_equal(state_find(state_name(v)), v);
	for (enum dns_status v = 0; v < DNS_STATUS_COUNT; v++)
		assert_int_equal(dns_status_find(dns_status_name(v)), v);
	for (enum route_kind v = 0; v < ROUTE_KIND_COUNT; v++)
		assert_int_equal(route_kind_find(route_kind_name(v)), v);
	for (enum fail_kind v = 0; v < FAIL_KIND_COUNT; v++)
		assert_int_equal(fail_kind_find(fail_kind_name(v)), v);
	for (enum act v = 0; v < ACT_COUNT; v++)
		assert_int_equal(act_find(act_name(v)), v);
	for (enum outcome v = 0; v < OUTCOME_COUNT; v++)
		assert_int_equal(outcome_find(outcome_name(v)), v);
	for (enum stage v = 0; v < STAGE_COUNT; v++)
		assert_int_equal(stage_find(stage_name(v)), v);
	assert_int_equal(act_find("nonsense"), -1);
	assert_int_equal(stage_find("nonsense"), -1);
}

static void test_command_find_takes_whole_words_in_any_case(void **state)
{
	static const struct { const char *line; enum verb verb; } t[] = {
		{ "EHLO x", VERB_EHLO },  { "ehlo", VERB_EHLO },
		{ "MAILFROM:<>", VERB_OTHER }, { "MAIL\tFROM", VERB_MAIL },
		{ "", VERB_OTHER },       { "(CONNECT)", VERB_OTHER },
		{ "X-EXPS GSSAPI", VERB_X_EXPS }, { "HELL", VERB_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < sizeof t / sizeof *t; i++)
		assert_int_equal(command_find(t[i].line, strlen(t[i].line)),
		                 t[i].verb);
}

static void test_command_path_is_what_stands_in_the_brackets(void **state)
{
	static const char *const t[][2] = {
		{ "MAIL FROM:<a@b> SIZE=1", "a@b" }, { "MAIL FROM:<>", "" },
		{ "RCPT TO: a@b NOTIFY=NEVER", "a@b" },
		{ "RCPT TO:<a@b", "a@b" },
		{ "RCPT", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		char *path = command_path(t[i][0]);

		assert_string_equal(path, t[i][1]);
		free(path);
	}
}

static void test_command_table_is_complete(void **state)
{
	(void)state;
	for (enum verb v = 0; v < VERB_OTHER; v++) {
		const struct command *c = command_info(v);

		assert_true(c->name[0] && c->explain_en[0] &&
		            c->explain_de[0] && c->source[0]);
	}
	assert_true(command_expects(VERB_RCPT, 250));
	assert_true(command_expects(VERB_RCPT, 421));
	assert_false(command_expects(VERB_RCPT, 25));
	assert_false(command_expects(VERB_MAIL, 354));
	assert_int_equal(command_info(VERB_END_OF_DATA)->timeout_s, 600);
	assert_int_equal(command_info(VERB_DATA)->timeout_s, 120);
	assert_int_equal(command_info(VERB_DATA)->pipeline, PIPE_LAST);
	assert_int_equal(command_info(VERB_RCPT)->pipeline, PIPE_YES);
}

static void test_ehlo_lines_become_capabilities(void **state)
{
	struct ehlo e = { 0 };

	(void)state;
	ehlo_add_line(&e, "size 1000", 9);
	ehlo_add_line(&e, "AUTH=PLAIN LOGIN", 16);
	ehlo_add_line(&e, "", 0);
	ehlo_add_line(&e, "8BITMIME", 8);
	assert_int_equal(e.n, 3);
	assert_string_equal(ehlo_find(&e, "SIZE")->params, "1000");
	assert_string_equal(ehlo_find(&e, "auth=")->params, "PLAIN LOGIN");
	assert_null(ehlo_find(&e, "SIZ"));
	assert_non_null(extension_find("starttls", 8));
	assert_null(extension_find("STARTTLSX", 9));
	ehlo_clear(&e);
}

static void test_finding_every_row_has_both_languages(void **state)
{
	const char *args[] = { "\x1b[2J", "two" };
	struct event_builder b;
	struct event *e;
	char *text;

	(void)state;
	assert_null(finding_find("nonsense"));
	finding_begin(&b, "enhanced-mismatch", args, 2, 7);
	e = event_finish(&b);
	assert_int_equal(e->u.finding.about, 7);
	assert_int_equal(e->u.finding.level, LEVEL_WARN);
	i18n_set("de");
	text = finding_sentence(e);
	assert_non_null(strstr(text, "widersprechen"));
	assert_null(strchr(text, '\x1b'));
	assert_non_null(strstr(text, "<1B>"));
	i18n_set("en");
	free(text);
	free(e);
}

static void test_plan_follows_the_scheme(void **state)
{
	static const struct {
		const char *target, *server;
		bool wrap, lmtp;
		const char *path;
	} rows[] = {
		{ "example.org", NULL, false, false, NULL },
		{ "example.org:465", NULL, false, false, NULL },
		{ "smtps://example.org", NULL, true, false, NULL },
		{ "lmtp://example.org", NULL, false, true, NULL },
		{ "unix:/run/x.sock", NULL, false, false, "/run/x.sock" },
		{ "smtps://example.org", "mx.example.org", false, false, NULL },
		{ "unix:/run/x.sock", "mx.example.org", false, false, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct plan p;

		plan_init(&p);
		assert_int_equal(target_parse(rows[i].target, &p.target),
		                 TARGET_OK);
		p.server = rows[i].server ? xstrdup(rows[i].server) : NULL;
		plan_follow_target(&p);
		assert_int_equal(p.tls.wrap, rows[i].wrap);
		assert_int_equal(p.protocol == PROTO_LMTP, rows[i].lmtp);
		assert_int_equal(p.way.unix_path != NULL,
		                 rows[i].path != NULL);
		if (rows[i].path)
			assert_string_equal(p.way.unix_path, rows[i].path);
		plan_clear(&p);
	}
}

static void test_plan_copy_for_others_keeps_the_rest(void **state)
{
	char *to[] = { (char *)"c@example.org" };
	struct plan p, *copy;

	(void)state;
	plan_init(&p);
	plan_add_to(&p, "a@example.org");
	plan_add_to(&p, "b@example.org");
	p.helo = xstrdup("client.example");
	copy = plan_copy_for(&p, to, 1);
	plan_clear(&p);
	assert_int_equal(copy->n_to, 1);
	assert_string_equal(copy->to[0], "c@example.org");
	assert_string_equal(copy->helo, "client.example");
	plan_free(copy);
}

static void test_plan_copy_owns_everything(void **state)
{
	struct plan p, *c;

	(void)state;
	plan_init(&p);
	p.from = xstrdup("");
	p.message = xmemdup0("a\0b", 3);
	p.message_len = 3;
	plan_add_to(&p, "x@y");
	plan_add_step(&p, STEP_CONNECT, "", 20000);
	plan_step_words(&p, "say", NULL);
	c = plan_copy(&p);
	plan_clear(&p);
	assert_string_equal(c->from, "");
	assert_string_equal(c->to[0], "x@y");
	assert_string_equal(c->steps[0].say, "say");
	assert_string_equal(c->steps[0].ask, "");
	assert_memory_equal(c->message, "a\0b", 3);
	plan_free(c);
	plan_free(NULL);
	request_free(request_new(REQ_SEND, NULL, xstrdup("x"), NULL, false));
}

/* ---- queue ---- */

enum { ITEMS = 20000 };

static void *write_items(void *arg)
{
	for (long i = 1; i <= ITEMS; i++) {
		long *item = xmalloc(sizeof *item);

		*item = i;
		queue_post(arg, item, 8);
	}
	return NULL;
}

static void test_queue_two_threads_lose_nothing(void **state)
{
	struct queue *q = queue_new();
	struct pollfd p = { .fd = queue_fd(q), .events = POLLIN };
	pthread_t writer;
	long next = 1, *item;

	(void)state;
	assert_int_equal(pthread_create(&writer, NULL, write_items, q), 0);
	while (next <= ITEMS) {
		assert_int_equal(poll(&p, 1, 10000), 1);
		while ((item = queue_take(q))) {
			assert_int_equal(*item, next);
			next++;
			free(item);
		}
	}
	pthread_join(writer, NULL);
	queue_free(q, NULL);
}

static void count_room(void *arg)
{
	++*(int *)arg;
}

static void test_queue_full_says_so_and_then_room(void **state)
{
	struct queue *q = queue_new();
	int rooms = 0;

	(void)state;
	queue_on_room(q, count_room, &rooms);
	for (int i = 1; i < QUEUE_ITEMS_MAX; i++)
		assert_true(queue_post(q, xmalloc(1), 1));
	assert_false(queue_post(q, xmalloc(1), 1));
	assert_true(queue_is_full(q));
	for (int i = 0; i < QUEUE_ITEMS_MAX / 2 + 1; i++)
		free(queue_take(q));
	assert_int_equal(rooms, 1);
	assert_false(queue_is_full(q));
	assert_false(queue_post(q, xmalloc(1), QUEUE_BYTES_MAX));
	queue_free(q, NULL);
}

/* ---- what a dialog file cannot say ---- */

static void test_session_bytes_behind_starttls_are_kept_and_said(void **state)
{
	static const char reply[] = "220 go\r\n250 injected\r\n";
	struct session_input in[] = {
		{ .kind = IN_CONNECTED },
		{ .kind = IN_BYTES, .data = "220 mx\r\n", .len = 8 },
		{ .kind = IN_COMMAND, .data = "STARTTLS", .len = 8 },
		{ .kind = IN_BYTES, .data = reply, .len = sizeof reply - 1,
		  .written = 1 },
	};
	struct plan plan;
	uint32_t n = 1;
	struct session *s;
	struct session_output o;
	bool kept = false, said = false;

	(void)state;
	plan_init(&plan);
	s = session_new(&plan, "c.example", 1, &n);
	for (size_t i = 0; i < 4; i++)
		session_handle(s, &in[i], 0);
	assert_false(session_go_on(s));
	while ((o = session_take(s)).kind != OUT_NONE) {
		struct event *e = o.event;

		if (e && e->kind == EV_BYTES) {
			kept = e->u.bytes.why == BYTES_AFTER_STARTTLS;
			assert_string_equal(event_text(e, e->u.bytes.data),
			                    "250 injected\r\n");
		}
		if (e && e->kind == EV_FINDING)
			said |= strcmp(event_text(e, e->u.finding.id),
			               "bytes-after-starttls") == 0;
		free(o.event);
		free(o.data);
	}
	assert_true(kept && said && session_over(s));
	session_free(s);
	plan_clear(&plan);
}

static void test_session_hundred_recipients_are_the_limit(void **state)
{
	struct session_input in = { .kind = IN_CONNECTED };
	struct plan plan;
	uint32_t n = 1, rcpts = 0, written = 0;
	struct session *s;
	struct session_output o;

	(void)state;
	plan_init(&plan);
	plan.hold_enter = true;
	for (int i = 0; i < SESSION_RCPT_MAX + 20; i++)
		plan_add_to(&plan, "x@example.org");
	s = session_new(&plan, "c.example", 1, &n);
	session_handle(s, &in, 0);
	while (!session_over(s)) {
		const char *reply = written ? "250 ok\r\n" : "220 mx\r\n";

		in = (struct session_input){ .kind = IN_BYTES, .data = reply,
			                     .len = strlen(reply),
			                     .written = written };
		session_handle(s, &in, 0);
		session_go_on(s); /* one reply, one command */
		while ((o = session_take(s)).kind != OUT_NONE) {
			written += o.command;
			rcpts += o.command &&
			         strncmp(o.data, "RCPT", 4) == 0;
			free(o.event);
			free(o.data);
		}
	}
	assert_int_equal(rcpts, SESSION_RCPT_MAX);
	session_free(s);
	plan_clear(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_event_copied_block_reads_the_same),
		cmocka_unit_test(test_event_words_go_both_ways),
		cmocka_unit_test(
		    test_command_find_takes_whole_words_in_any_case),
		cmocka_unit_test(
		    test_command_path_is_what_stands_in_the_brackets),
		cmocka_unit_test(test_command_table_is_complete),
		cmocka_unit_test(test_ehlo_lines_become_capabilities),
		cmocka_unit_test(test_finding_every_row_has_both_languages),
		cmocka_unit_test(test_plan_follows_the_scheme),
		cmocka_unit_test(test_plan_copy_for_others_keeps_the_rest),
		cmocka_unit_test(test_plan_copy_owns_everything),
		cmocka_unit_test(test_queue_two_threads_lose_nothing),
		cmocka_unit_test(test_queue_full_says_so_and_then_room),
		cmocka_unit_test(
		    test_session_bytes_behind_starttls_are_kept_and_said),
		cmocka_unit_test(
		    test_session_hundred_recipients_are_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
