/* Verdicts given anew when checks come after them. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/docket.h"
#include "check/judge.h"

struct court {
	struct outbox box;
	struct outlet_count count;
	struct outlet out;
	struct docket *docket;
};

static void open_court(struct court *c)
{
	*c = (struct court){ .count = { .next_n = 20 } };
	c->out = (struct outlet){ .box = &c->box, .count = &c->count,
		.target = "example.org" };
	c->box.events = queue_new();
	assert_non_null(c->box.events);
	c->docket = docket_new(&c->out);
}

static void close_court(struct court *c)
{
	docket_free(c->docket);
	queue_free(c->box.events, NULL);
}

static struct event *take(struct court *c)
{
	outbox_flush(&c->box);
	return queue_take(c->box.events);
}

static struct event *reply_of(const char *line, uint32_t to)
{
	struct event_builder b;
	struct ev_ref ref;

	event_begin(&b, EV_REPLY);
	ref = event_puts(&b, line);
	b.e.u.reply.lines = event_put_array(&b, &ref, sizeof ref, 1);
	b.e.u.reply.code = (uint16_t)strtoul(line, NULL, 10);
	b.e.u.reply.to = to;
	b.e.n = to + 1;
	return event_finish(&b);
}

static void find_out(struct court *c, const char *id, enum grade grade)
{
	struct event_builder b;
	struct event *e;

	event_begin(&b, EV_CHECK);
	b.e.u.check.id = event_puts(&b, id);
	b.e.u.check.grade = (uint8_t)grade;
	e = event_finish(&b);
	docket_see(c->docket, e);
	free(e);
}

/* A session in which RCPT was answered with line, judged as the worker does:
 * the recipient, then the session. */
static void hold_session(struct court *c, const char *line)
{
	struct session_result r = { .any_stage = true, .reached = STAGE_MAIL,
		.code = 550, .reply_n = 11, .verb = VERB_RCPT, .refused = 1 };
	struct docket_seat seat = { .out = &c->out, .docket = c->docket,
		.session = 3 };
	struct judge_out out = docket_judge_out(&seat);
	struct judge *j = judge_new(&out, 3, STAGE_RCPT);
	struct event *reply = reply_of(line, 10), *sent;
	struct event_builder b;

	event_begin(&b, EV_SENT);
	b.e.n = 10;
	b.e.u.sent.verb = event_puts(&b, "RCPT");
	b.e.u.sent.line = event_puts(&b, "RCPT TO:<bob@example.org>");
	sent = event_finish(&b);
	judge_see(j, sent, &r);
	judge_see(j, reply, &r);
	judge_recipients(j);
	judge_session(j, &r, STAGE_RCPT);
	judge_free(j);
	free(sent);
	free(reply);
}

static void expect_verdict(struct court *c, const char *recipient,
                           enum act act, const char *because)
{
	struct event *e = take(c);

	assert_non_null(e);
	assert_int_equal(e->kind, EV_VERDICT);
	assert_string_equal(event_text(e, e->u.verdict.recipient), recipient);
	assert_string_equal(event_text(e, e->u.verdict.because), because);
	assert_int_equal(e->u.verdict.act, act);
	assert_int_equal(e->u.verdict.about, 11);
	assert_int_equal(e->session, 3);
	assert_string_equal(event_text(e, e->target), "example.org");
	free(e);
}

static void test_docket_later_check_renews_the_verdicts(void **state)
{
	struct court c;

	(void)state;
	open_court(&c);
	hold_session(&c, "550 5.7.1 refused by policy");
	expect_verdict(&c, "bob@example.org", ACT_UNKNOWN, "wording:w-policy");
	expect_verdict(&c, "", ACT_UNKNOWN, "wording:w-policy");
	docket_again(c.docket); /* nothing is new */
	assert_null(take(&c));
	find_out(&c, "spf-mail", GRADE_BAD);
	docket_again(c.docket);
	expect_verdict(&c, "bob@example.org", ACT_SENDER_HOST,
	               "check:spf-mail");
	expect_verdict(&c, "", ACT_SENDER_HOST, "check:spf-mail");
	docket_again(c.docket);
	assert_null(take(&c));
	find_out(&c, "spf-mail", GRADE_PASS); /* made anew, and good now */
	docket_again(c.docket);
	expect_verdict(&c, "bob@example.org", ACT_UNKNOWN, "wording:w-policy");
	expect_verdict(&c, "", ACT_UNKNOWN, "wording:w-policy");
	close_court(&c);
}

static void test_docket_earlier_check_counts_at_once(void **state)
{
	struct court c;

	(void)state;
	open_court(&c);
	find_out(&c, "ptr", GRADE_BAD);
	hold_session(&c, "550 no");
	expect_verdict(&c, "bob@example.org", ACT_SENDER_HOST, "check:ptr");
	expect_verdict(&c, "", ACT_SENDER_HOST, "check:ptr");
	docket_again(c.docket);
	assert_null(take(&c));
	close_court(&c);
}

/* A reply that names the recipient stays so, whatever else is bad. */
static void test_docket_clear_reply_is_not_renewed(void **state)
{
	struct court c;

	(void)state;
	open_court(&c);
	hold_session(&c, "550 5.1.1 user unknown");
	expect_verdict(&c, "bob@example.org", ACT_RECIPIENT,
	               "wording:w-unknown-user");
	expect_verdict(&c, "", ACT_RECIPIENT, "wording:w-unknown-user");
	find_out(&c, "ptr", GRADE_BAD);
	find_out(&c, "spf-mail", GRADE_BAD);
	docket_again(c.docket);
	assert_null(take(&c));
	close_court(&c);
}

static void test_docket_full_drops_the_oldest(void **state)
{
	struct event *e, *reply = reply_of("550 no", 10);
	struct court c;
	size_t n = 0;

	(void)state;
	open_court(&c);
	for (int i = 0; i < DOCKET_MAX + 5; i++) {
		char recipient[32];

		snprintf(recipient, sizeof recipient, "r%d@example.org", i);
		docket_file(c.docket, &(struct judge_case){
			.reply = reply, .recipient = recipient,
			.wanted = STAGE_RCPT, .before = ST_MAIL });
	}
	find_out(&c, "ptr", GRADE_BAD);
	docket_again(c.docket);
	while ((e = take(&c))) {
		if (n++ == 0)
			assert_string_equal(
			    event_text(e, e->u.verdict.recipient),
			    "r5@example.org");
		free(e);
	}
	assert_int_equal(n, DOCKET_MAX);
	free(reply);
	close_court(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_docket_later_check_renews_the_verdicts),
		cmocka_unit_test(test_docket_earlier_check_counts_at_once),
		cmocka_unit_test(test_docket_clear_reply_is_not_renewed),
		cmocka_unit_test(test_docket_full_drops_the_oldest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
