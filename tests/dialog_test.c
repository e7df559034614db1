/* The list of events and what is true now, folded from it. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/dialog.h"
#include "core/session.h"
#include "util/xalloc.h"

static uint32_t next_n;

static void add(struct dialog *d, struct event_builder *b, uint32_t session)
{
	struct event *e;

	b->e.n = next_n++;
	b->e.session = session;
	e = event_finish(b);
	dialog_append(d, e);
	free(e);
}

static void add_route(struct dialog *d)
{
	struct event_builder b;
	struct ev_host hosts[2];
	const char *first[] = { "192.0.2.1", "2001:db8::1" };
	const char *second[] = { "192.0.2.2" };

	event_begin(&b, EV_ROUTE);
	hosts[0] = (struct ev_host){
		.host = event_puts(&b, "mx1.example.org"),
		.addresses = event_put_texts(&b, first, 2),
		.preference = 10,
	};
	hosts[1] = (struct ev_host){
		.host = event_puts(&b, "mx2.example.org"),
		.addresses = event_put_texts(&b, second, 1),
		.preference = 20,
	};
	b.e.u.route.hosts = event_put_array(&b, hosts, sizeof *hosts, 2);
	b.e.u.route.domain = event_puts(&b, "example.org");
	b.e.u.route.kind = ROUTE_MX;
	add(d, &b, 0);
}

static void add_connect(struct dialog *d, enum event_kind k)
{
	struct event_builder b;

	event_begin(&b, k);
	b.e.u.connect.host = event_puts(&b, "mx1.example.org");
	b.e.u.connect.address = event_puts(&b, "192.0.2.1");
	b.e.u.connect.port = 25;
	b.e.u.connect.us = 31000;
	add(d, &b, 1);
}

/* Plays a whole session into the dialog; lines: C and R pairs, NULL ends. */
static void play(struct dialog *d, const char *const *lines)
{
	struct session_input in = { .kind = IN_CONNECTED };
	struct plan plan;
	struct session *s;
	struct session_output o;
	uint32_t written = 0;

	plan_init(&plan);
	s = session_new(&plan, "client.example", 1, &next_n);
	for (size_t i = 0;; i++) {
		session_handle(s, &in, 1000 * (int64_t)i);
		while ((o = session_take(s)).kind != OUT_NONE) {
			written += o.command;
			if (o.event)
				dialog_append(d, o.event);
			free(o.event);
			free(o.data);
		}
		if (!lines[i])
			break;
		in = (struct session_input){
			.kind = lines[i][0] == 'C' ? IN_COMMAND : IN_BYTES,
			.data = lines[i] + 1, .len = strlen(lines[i]) - 1,
			.written = written,
		};
	}
	session_free(s);
	plan_clear(&plan);
}

static void test_dialog_folds_a_session(void **state)
{
	static const char *const lines[] = {
		"R220 mailin.example.org ESMTP\r\n", "CEHLO client.example",
		"R250-mailin.example.org\r\n250-SIZE 1000\r\n250 HELP\r\n",
		"CMAIL FROM:<a@b.example>", "R250 ok\r\n",
		"CRCPT TO:<x@example.org>", "R550 5.1.1 no\r\n",
		"CRCPT TO:<y@example.org>", "R250 ok\r\n", NULL
	};
	struct dialog *d = dialog_new();
	const struct dialog_now *now = dialog_now(d);

	(void)state;
	next_n = 1;
	add_route(d);
	add_connect(d, EV_CONNECTING);
	assert_true(now->connecting);
	assert_int_equal(now->hosts[0].addresses[0].mark, MARK_TRYING);
	add_connect(d, EV_CONNECTED);
	assert_int_equal(now->hosts[0].addresses[0].us, 31000);
	play(d, lines);
	assert_int_equal(now->state, ST_RCPT);
	assert_string_equal(now->greeting_name, "mailin.example.org");
	assert_string_equal(now->helo, "client.example");
	assert_string_equal(now->from, "a@b.example");
	assert_int_equal(now->from_mark, MARK_OK);
	assert_int_equal(now->n_rcpts, 2);
	assert_int_equal(now->rcpts[0].mark, MARK_NO);
	assert_int_equal(now->rcpts[0].code, 550);
	assert_int_equal(now->rcpts[1].mark, MARK_OK);
	assert_int_equal(now->size_limit, 1000);
	assert_non_null(dialog_cap(d, "help"));
	assert_null(dialog_cap(d, "STARTTLS"));
	assert_int_equal(now->hosts[0].mark, MARK_OK);
	assert_int_equal(now->hosts[1].mark, MARK_UNTRIED);
	dialog_free(d);
}

static void test_dialog_finds_by_number_and_backwards(void **state)
{
	static const char *const lines[] = { "R220 mx\r\n", "CNOOP",
		"R250 ok\r\n", NULL };
	struct dialog *d = dialog_new();
	size_t i;

	(void)state;
	next_n = 1;
	add_route(d);
	add_connect(d, EV_CONNECTING);
	play(d, lines);
	for (i = 0; i < dialog_count(d); i++)
		assert_int_equal(dialog_find(d, dialog_at(d, i)->n), i);
	assert_int_equal(dialog_find(d, 9999), SIZE_MAX);
	i = dialog_before(d, dialog_count(d) - 1, EV_SENT, 1);
	assert_int_equal(dialog_at(d, i)->kind, EV_SENT);
	assert_int_equal(dialog_state_at(d, i), ST_GREETED);
	assert_int_equal(dialog_before(d, 0, EV_SENT, 1), SIZE_MAX);
	dialog_free(d);
}

static void test_dialog_failed_connect_marks_the_address(void **state)
{
	struct dialog *d = dialog_new();
	const struct dialog_now *now = dialog_now(d);
	struct event_builder b;

	(void)state;
	next_n = 1;
	add_route(d);
	add_connect(d, EV_CONNECTING);
	event_begin(&b, EV_FAILED);
	b.e.u.failed.phase = PHASE_CONNECT;
	b.e.u.failed.kind = FAIL_TIMEOUT;
	add(d, &b, 1);
	assert_int_equal(now->hosts[0].addresses[0].mark, MARK_NO);
	assert_true(now->hosts[0].addresses[0].failed);
	assert_int_equal(now->hosts[0].addresses[0].fail, FAIL_TIMEOUT);
	assert_int_equal(now->hosts[0].addresses[1].mark, MARK_UNTRIED);
	dialog_free(d);
}

static void test_dialog_prompt_and_ask_are_not_listed(void **state)
{
	struct dialog *d = dialog_new();
	struct event_builder b;

	(void)state;
	event_begin(&b, EV_ASK);
	b.e.u.ask.id = event_puts(&b, "private-address");
	add(d, &b, 0);
	assert_int_equal(dialog_count(d), 0);
	assert_non_null(dialog_now(d)->ask);
	dialog_answered(d);
	assert_null(dialog_now(d)->ask);
	dialog_free(d);
	dialog_free(NULL);
}

/* A part knows nothing of what is beyond it, and copies nothing. */
static void test_dialog_part_is_the_beginning(void **state)
{
	static const char *const lines[] = {
		"R220 mx\r\n", "CEHLO client.example",
		"R250-mx\r\n250 SIZE 1000\r\n", NULL
	};
	struct dialog *d = dialog_new(), *part;
	size_t count;

	(void)state;
	next_n = 1;
	add_route(d);
	add_connect(d, EV_CONNECTING);
	play(d, lines);
	part = dialog_part(d);
	count = dialog_count(d);
	assert_int_equal(dialog_count(part), 0);
	assert_int_equal(dialog_find(part, 1), SIZE_MAX);
	assert_int_equal(dialog_grow(part, 2), 2);
	assert_int_equal(dialog_count(part), 2);
	assert_ptr_equal(dialog_at(part, 1), dialog_at(d, 1));
	assert_int_equal(dialog_find(part, dialog_at(d, 2)->n), SIZE_MAX);
	assert_int_equal(dialog_before(part, count, EV_SENT, 1), SIZE_MAX);
	assert_true(dialog_now(part)->connecting);
	assert_null(dialog_cap(part, "SIZE"));
	assert_int_equal(dialog_grow(part, SIZE_MAX), count - 2);
	assert_int_equal(dialog_grow(part, 1), 0);
	assert_int_equal(dialog_now(part)->state, dialog_now(d)->state);
	assert_int_equal(dialog_now(part)->size_limit, 1000);
	assert_int_equal(dialog_bytes(part), 0);
	dialog_free(d); /* a part may be freed later, too */
	dialog_free(part);
}

static void test_dialog_million_events_stay_in_the_bound(void **state)
{
	enum { MANY = 1000000 };
	struct dialog *d = dialog_new();
	struct event_builder b;
	struct event *e;
	size_t text = strlen("NOOP") + 1 + strlen("NOOP") + 1;

	(void)state;
	event_begin(&b, EV_SENT);
	b.e.session = 1;
	b.e.u.sent.line = event_puts(&b, "NOOP");
	b.e.u.sent.verb = event_puts(&b, "NOOP");
	e = event_finish(&b);
	for (uint32_t i = 1; i <= MANY; i++) {
		e->n = i;
		dialog_append(d, e);
	}
	free(e);
	/* design §9: the text arena and 64 bytes a line; the index may be
	 * twice as long as it must, growing by doubling */
	assert_true(dialog_bytes(d) / MANY <= text + 80);
	dialog_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dialog_folds_a_session),
		cmocka_unit_test(test_dialog_finds_by_number_and_backwards),
		cmocka_unit_test(test_dialog_failed_connect_marks_the_address),
		cmocka_unit_test(test_dialog_prompt_and_ask_are_not_listed),
		cmocka_unit_test(test_dialog_part_is_the_beginning),
		cmocka_unit_test(test_dialog_million_events_stay_in_the_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
