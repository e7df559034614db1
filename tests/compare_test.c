#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/compare.h"
#include "check/conclude.h"
#include "check/trials.h"
#include "madesession.h"
#include "util/xalloc.h"

/* Two dialogs side by side, without a network. */

/* ---- the table ---- */

static const struct table {
	const char *const *a, *const *b;
	const char *trace; /* ids and arguments, a line each */
} tables[] = {
	{ LINES(HELLO, MAIL, RCPT("250 2.1.5 Ok")),
	  LINES(HELLO, MAIL, RCPT("250 2.1.5 Ok")),
	  "try-same (CONNECT) 220\ntry-same EHLO me.example 250\n"
	  "try-same MAIL FROM:<a@me.example> 250 2.1.0\n"
	  "try-same RCPT TO:<x@example> 250 2.1.5\n" },
	{ LINES(HELLO, MAIL, RCPT("450 4.2.0 Greylisted")),
	  LINES(HELLO, MAIL_NULL, RCPT("250 2.1.5 Ok")),
	  "try-same (CONNECT) 220\ntry-same EHLO me.example 250\n"
	  "try-same MAIL FROM:<> 250 2.1.0\n"
	  "try-pair RCPT TO:<x@example> 450 4.2.0 250 2.1.5\n"
	  " record Greylisted\n record Ok\n" },
	/* only one of them went on */
	{ LINES(HELLO, MAIL, RCPT("250 2.1.5 Ok")), LINES("S 554 5.7.1 No"),
	  "try-pair (CONNECT) 220 554 5.7.1\n record mx.example\n record No\n"
	  "try-pair EHLO me.example 250 —\n"
	  "try-pair MAIL FROM:<a@me.example> 250 2.1.0 —\n"
	  "try-pair RCPT TO:<x@example> 250 2.1.5 —\n" },
	/* in clear and encrypted: the last EHLO of both meet */
	{ LINES(HELLO, MAIL), LINES(HELLO_TLS, MAIL),
	  "try-same (CONNECT) 220\n"
	  "try-pair EHLO me.example — 250\n record STARTTLS\n"
	  "try-pair STARTTLS — 220 2.0.0\n"
	  "try-same EHLO me.example 250\n"
	  "try-same MAIL FROM:<a@me.example> 250 2.1.0\n"
	  "try-tls-pair — TLSv1.3 AES\n" },
	{ LINES(HELLO, MAIL), LINES(HELLO, "C MAIL FROM:<a@me.example>", "F"),
	  "try-same (CONNECT) 220\ntry-same EHLO me.example 250\n"
	  "try-pair MAIL FROM:<a@me.example> 250 2.1.0 —\n record Ok\n"
	  "try-ends ok timeout\n" },
	{ LINES(HELLO), LINES("S 220 mx.example", "C EHLO me.example",
	                      "S 250-mx|250 DSN"),
	  "try-same (CONNECT) 220\ntry-same EHLO me.example 250\n"
	  "try-gone SIZE\ntry-more DSN\n" },
	{ LINES(HELLO), LINES("N"),
	  "try-pair (CONNECT) 220 —\n record mx.example\n"
	  "try-pair EHLO me.example 250 —\ntry-ends ok timeout\n" },
};

static char *trace_of(const struct check *c)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < c->n_steps; i++) {
		const struct check_step *s = &c->steps[i];

		buf_addf(&b, "%*s%s", (int)s->depth, "", s->say);
		for (size_t k = 0; k < s->n_args; k++)
			buf_addf(&b, " %s", s->args[k]);
		buf_addc(&b, '\n');
	}
	return buf_steal(&b);
}

static void test_compare_two_dialogs_gives_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		struct summary a = { .n = 0 }, b = { .n = 0 };
		struct check c = { .id = NULL };
		char *trace;

		made_session(&a, tables[i].a);
		made_session(&b, tables[i].b);
		check_begin(&c, "try-helo", "");
		compare_trace(&c, &a, &b);
		trace = trace_of(&c);
		assert_string_equal(trace, tables[i].trace);
		free(trace);
		check_clear(&c);
		summary_clear(&a);
		summary_clear(&b);
	}
}

/* A server that thinks for long is worth a line of its own. */
static void test_compare_late_reply_is_told(void **state)
{
	struct summary a = { .n = 0 }, b = { .n = 0 };
	struct check c = { .id = NULL };
	char *trace;

	(void)state;
	made_session(&a, LINES("S 220 mx.example"));
	made_session(&b, LINES("S 220 mx.example"));
	a.rows[0].us = 100000;
	b.rows[0].us = 20100000;
	check_begin(&c, "try-helo", "");
	compare_trace(&c, &a, &b);
	trace = trace_of(&c);
	assert_string_equal(trace, "try-same (CONNECT) 220\n"
	                           "try-slow (CONNECT) 0.1 20.1\n");
	free(trace);
	check_clear(&c);
	summary_clear(&a);
	summary_clear(&b);
}

/* What floods has no rows without end. */
static void test_summary_many_commands_are_cut(void **state)
{
	struct summary s = { .n = 0 };
	struct maker m = { .s = &s };

	(void)state;
	made_session(&s, LINES(HELLO));
	m.n = 100;
	for (int i = 0; i < 2 * SUMMARY_ROWS_MAX; i++) {
		made_sent(&m, "RCPT TO:<x@example>");
		made_reply(&m, "250 2.1.5 Ok");
	}
	assert_int_equal(s.n, SUMMARY_ROWS_MAX);
	summary_clear(&s);
}

/* ---- conclusions ---- */

static const struct conclusion {
	const char *id;
	enum trial_kind kind;
	const char *const *a, *const *b;
	enum grade grade;
	const char *say;
} conclusions[] = {
	{ "null sender helps", TRIAL_NULL_SENDER,
	  LINES(HELLO, MAIL, RCPT("550 5.7.1 Sender")),
	  LINES(HELLO, MAIL_NULL, RCPT("250 2.1.5 Ok")), GRADE_WARN,
	  "try-null-helps" },
	{ "null sender is refused", TRIAL_NULL_SENDER,
	  LINES(HELLO, MAIL, RCPT("250 2.1.5 Ok")),
	  LINES(HELLO, "C MAIL FROM:<>", "S 550 5.7.1 No bounces"), GRADE_WARN,
	  "try-null-hurts" },
	{ "null sender is no matter", TRIAL_NULL_SENDER,
	  LINES(HELLO, MAIL, RCPT("550 5.1.1 Who")),
	  LINES(HELLO, MAIL_NULL, RCPT("550 5.1.1 Who")), GRADE_NOTE,
	  "try-same-no" },
	{ "another refusal", TRIAL_HELO,
	  LINES(HELLO, MAIL, RCPT("550 5.7.1 Name")),
	  LINES(HELLO, MAIL, RCPT("550 5.1.1 Who")), GRADE_NOTE,
	  "try-differs" },
	{ "all is well", TRIAL_HELO, LINES(HELLO, MAIL, RCPT("250 2.1.5 Ok")),
	  LINES(HELLO, MAIL, RCPT("250 2.1.5 Ok")), GRADE_PASS,
	  "try-same-ok" },
	{ "a temporary one has passed", TRIAL_HELO,
	  LINES(HELLO, MAIL, RCPT("451 4.3.0 Later")),
	  LINES(HELLO, MAIL, RCPT("250 2.1.5 Ok")), GRADE_NOTE, "try-passed" },
	{ "new to the server", TRIAL_MX,
	  LINES(HELLO, MAIL, RCPT("250 2.1.5 Ok")),
	  LINES(HELLO, MAIL, RCPT("450 4.2.0 Greylisted")), GRADE_NOTE,
	  "try-put-off" },
	{ "421 in between", TRIAL_HELO, LINES(HELLO, MAIL, RCPT("550 5.7.1 x")),
	  LINES(HELLO, "C MAIL FROM:<a@me.example>", "S 421 4.7.0 Enough"),
	  GRADE_UNKNOWN, "try-stopped" },
	{ "no second connection", TRIAL_HELO, LINES(HELLO, MAIL), LINES("N"),
	  GRADE_UNKNOWN, "try-unreached" },
	{ "broken off", TRIAL_HELO, LINES(HELLO, MAIL),
	  LINES(HELLO, "C MAIL FROM:<a@me.example>", "F"), GRADE_UNKNOWN,
	  "try-lost" },
	{ "the other way is shut", TRIAL_FAMILY, LINES(HELLO, MAIL),
	  LINES("N"), GRADE_WARN, "try-way-fails" },
	{ "the other way is open", TRIAL_MX, LINES("N"), LINES(HELLO, MAIL),
	  GRADE_WARN, "try-way-works" },
	{ "TLS is wanted", TRIAL_TLS,
	  LINES("S 220 mx", "C EHLO me", "S 250-mx|250 STARTTLS",
	        "C MAIL FROM:<a@me.example>", "S 530 5.7.0 STARTTLS first"),
	  LINES(HELLO_TLS, MAIL), GRADE_WARN, "try-tls-helps" },
	{ "TLS is not offered", TRIAL_TLS, LINES(HELLO, MAIL),
	  LINES(HELLO, MAIL), GRADE_UNKNOWN, "try-no-starttls" },
	{ "without TLS it is refused", TRIAL_CLEAR, LINES(HELLO_TLS, MAIL),
	  LINES(HELLO, "C MAIL FROM:<a@me.example>", "S 550 5.7.1 no"),
	  GRADE_WARN, "try-clear-hurts" },
	/* greylisting */
	{ "greylisting, and says so", TRIAL_GREYLIST,
	  LINES(HELLO, MAIL, RCPT("450 4.2.0 Greylisted")),
	  LINES(HELLO, MAIL, RCPT("250 2.1.5 Ok")), GRADE_PASS,
	  "try-grey-yes" },
	{ "something that passed", TRIAL_GREYLIST,
	  LINES(HELLO, MAIL, RCPT("451 4.3.0 Busy")),
	  LINES(HELLO, MAIL, RCPT("250 2.1.5 Ok")), GRADE_PASS,
	  "try-grey-passed" },
	{ "still put off", TRIAL_GREYLIST,
	  LINES(HELLO, MAIL, RCPT("450 4.2.0 Greylisted")),
	  LINES(HELLO, MAIL, RCPT("450 4.2.0 Greylisted")), GRADE_NOTE,
	  "try-grey-again" },
	{ "refused after all", TRIAL_GREYLIST,
	  LINES(HELLO, MAIL, RCPT("450 4.2.0 Greylisted")),
	  LINES(HELLO, MAIL, RCPT("550 5.1.1 Who")), GRADE_BAD,
	  "try-grey-no" },
	/* one of two was refused for good, before and now: it does not count */
	{ "one of two was put off", TRIAL_GREYLIST,
	  LINES(HELLO, MAIL, "C RCPT TO:<y@example>", "S 550 5.1.1 Who",
	        RCPT("450 4.2.0 Greylisted")),
	  LINES(HELLO, MAIL, "C RCPT TO:<y@example>", "S 550 5.1.1 Who",
	        RCPT("250 2.1.5 Ok")), GRADE_PASS, "try-grey-yes" },
	{ "one of two is still put off", TRIAL_GREYLIST,
	  LINES(HELLO, MAIL, "C RCPT TO:<y@example>", "S 450 4.2.0 Grey",
	        RCPT("450 4.2.0 Greylisted")),
	  LINES(HELLO, MAIL, "C RCPT TO:<y@example>", "S 450 4.2.0 Grey",
	        RCPT("250 2.1.5 Ok")), GRADE_NOTE, "try-grey-again" },
	{ "421 the second time", TRIAL_GREYLIST,
	  LINES(HELLO, MAIL, RCPT("450 4.2.0 Greylisted")),
	  LINES("S 421 4.7.0 Too many"), GRADE_UNKNOWN, "try-stopped" },
	/* STARTTLS */
	{ "not enforced", TRIAL_ENFORCE, LINES(HELLO_TLS, MAIL),
	  LINES("S 220 mx", "C EHLO me", "S 250-mx|250 STARTTLS", MAIL),
	  GRADE_NOTE, "try-open" },
	{ "enforced", TRIAL_ENFORCE, LINES(HELLO_TLS, MAIL),
	  LINES("S 220 mx", "C EHLO me", "S 250-mx|250 STARTTLS",
	        "C MAIL FROM:<a@me.example>", "S 530 5.7.0 Must issue it"),
	  GRADE_NOTE, "try-enforced" },
	{ "a login is wanted", TRIAL_ENFORCE, LINES(HELLO_TLS, MAIL),
	  LINES("S 220 mx", "C EHLO me", "S 250-mx|250 STARTTLS",
	        "C MAIL FROM:<a@me.example>", "S 530 5.7.0 Authenticate"),
	  GRADE_UNKNOWN, "try-login-first" },
	{ "another reason", TRIAL_ENFORCE, LINES(HELLO_TLS, MAIL),
	  LINES("S 220 mx", "C EHLO me", "S 250-mx|250 STARTTLS",
	        "C MAIL FROM:<a@me.example>", "S 550 5.7.1 Sender"),
	  GRADE_UNKNOWN, "try-other-reason" },
};

static void test_conclude_two_dialogs_says_what_they_show(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof conclusions / sizeof *conclusions; i++) {
		const struct conclusion *k = &conclusions[i];
		struct summary a = { .n = 0 }, b = { .n = 0 };
		struct trial t = { .kind = k->kind };
		struct trial_seen seen = { .base = &a, .sums = &b, .n = 1,
			.wanted = 1 };
		struct check c = { .id = NULL };

		made_session(&a, k->a);
		made_session(&b, k->b);
		conclude(&c, &t, &seen);
		if (strcmp(c.say, k->say) != 0 || c.grade != k->grade)
			fail_msg("%s: %s, grade %d", k->id, c.say, c.grade);
		assert_string_equal(c.id, trial_check(k->kind));
		check_clear(&c);
		summary_clear(&a);
		summary_clear(&b);
	}
}

static const struct several {
	const char *const *s[3];
	enum grade grade;
	const char *say;
} severals[] = {
	{ { LINES(HELLO), LINES(HELLO), LINES(HELLO) }, GRADE_PASS,
	  "try-several-no" },
	{ { LINES(HELLO), LINES("S 220 mx2.example", "C EHLO me",
	                        "S 250-mx|250 SIZE"), LINES(HELLO) },
	  GRADE_NOTE, "try-several-yes" },
	/* the order of keywords is no difference, their set is */
	{ { LINES("S 220 mx", "C EHLO me", "S 250-mx|250-DSN|250 SIZE"),
	    LINES("S 220 mx", "C EHLO me", "S 250-mx|250-SIZE|250 DSN"),
	    LINES("S 220 mx", "C EHLO me", "S 250-mx|250-SIZE|250 DSN") },
	  GRADE_PASS, "try-several-no" },
	{ { LINES(HELLO_TLS), LINES(HELLO_TLS),
	    LINES("S 220 mx.example", "C EHLO me.example",
	          "S 250-mx|250 STARTTLS", "C STARTTLS", "S 220 2.0.0 Go",
	          "T cert2", "C EHLO me.example", "S 250-mx|250 SIZE") },
	  GRADE_NOTE, "try-several-yes" },
	{ { LINES(HELLO_TLS), LINES(HELLO), LINES(HELLO_TLS) }, GRADE_WARN,
	  "try-several-tls" },
	{ { LINES(HELLO), LINES(HELLO), LINES("S 421 Enough") }, GRADE_PASS,
	  "try-several-no" },
	{ { LINES(HELLO), LINES("S 421 Enough"), NULL }, GRADE_UNKNOWN,
	  "try-stopped" },
	{ { LINES("N"), NULL, NULL }, GRADE_UNKNOWN, "try-unreached" },
};

static void test_conclude_several_counts_what_differs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof severals / sizeof *severals; i++) {
		struct summary base = { .n = 0 }, sums[3] = { { .n = 0 } };
		struct trial t = { .kind = TRIAL_SEVERAL_HOSTS };
		struct trial_seen seen = { .base = &base, .sums = sums,
			.wanted = 3 };
		struct check c = { .id = NULL };

		for (; seen.n < 3 && severals[i].s[seen.n]; seen.n++)
			made_session(&sums[seen.n], severals[i].s[seen.n]);
		conclude(&c, &t, &seen);
		assert_string_equal(c.say, severals[i].say);
		assert_int_equal(c.grade, severals[i].grade);
		check_clear(&c);
		for (size_t k = 0; k < 3; k++)
			summary_clear(&sums[k]);
	}
}

static const struct ports {
	enum port_state own, submission, https;
	const char *say;
} ports[] = {
	{ PORT_SILENT, PORT_UP, PORT_UP, "try-port-only" },
	{ PORT_SILENT, PORT_SILENT, PORT_UP, "try-port-only" },
	{ PORT_UNREACHABLE, PORT_UP, PORT_SILENT, "try-port-only" },
	{ PORT_SILENT, PORT_REFUSED, PORT_REFUSED, "try-port-filtered" },
	{ PORT_SILENT, PORT_SILENT, PORT_SILENT, "try-port-none" },
	{ PORT_UNREACHABLE, PORT_UNREACHABLE, PORT_UNREACHABLE,
	  "try-port-none" },
	{ PORT_REFUSED, PORT_UP, PORT_SILENT, "try-port-closed" },
	{ PORT_REFUSED, PORT_REFUSED, PORT_REFUSED, "try-port-refused" },
};

static void test_conclude_ports_tells_port_from_host(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof ports / sizeof *ports; i++) {
		struct summary base = { .n = 0 };
		struct port_try one = { .host = "mx", .address = "192.0.2.1",
			.port = { { 25, (uint8_t)ports[i].own, 0 },
			          { 587, (uint8_t)ports[i].submission, 0 },
			          { 443, (uint8_t)ports[i].https, 0 } } };
		struct trial t = { .kind = TRIAL_PORT };
		struct trial_seen seen = { .base = &base, .ports = &one,
			.n_ports = 1 };
		struct check c = { .id = NULL };

		conclude(&c, &t, &seen);
		assert_string_equal(c.say, ports[i].say);
		assert_int_equal(c.n_steps, 4);
		check_clear(&c);
	}
}

/* ---- what may be made ---- */

static const struct may {
	const char *text;
	const char *const *base;
	struct trial_facts f;
	const char *say; /* NULL: it may */
} mays[] = {
	{ "helo=x", NULL, { .fits = true }, "try-no-dialog" },
	{ "greylist", LINES(HELLO, MAIL, RCPT("450 4.2.0 Later")),
	  { .fits = true }, NULL },
	{ "greylist", LINES(HELLO, MAIL, RCPT("450 4.2.0 Later")),
	  { .retried = true }, "try-once" },
	{ "greylist", LINES(HELLO, MAIL, RCPT("550 5.1.1 Who")),
	  { .fits = true }, "try-no-4yz" },
	{ "greylist", LINES(HELLO, MAIL, RCPT("450 4.2.0 Wait 20 hours")),
	  { .fits = true }, "try-long" },
	{ "greylist=60", LINES(HELLO, MAIL, RCPT("450 4.2.0 Wait 20 hours")),
	  { .fits = true }, NULL },
	{ "greylist", LINES(HELLO, MAIL, RCPT("421 4.7.0 Too many")),
	  { .fits = true }, "try-shut" },
	{ "null-sender", LINES(HELLO, MAIL_NULL), { .fits = true },
	  "try-is-null" },
	{ "null-sender", LINES(HELLO, MAIL), { .fits = true }, NULL },
	{ "helo=ME.example", LINES(HELLO), { .fits = true }, "try-is-name" },
	{ "helo=other.example", LINES(HELLO), { .fits = true }, NULL },
	{ "helo=other.example", LINES("N"), { .fits = true },
	  "try-no-answer" },
	{ "mx", LINES(HELLO), { .fits = false }, "try-one-mx" },
	{ "family", LINES(HELLO), { .fits = false }, "try-one-family" },
	{ "mx", LINES("N"), { .fits = true }, NULL },
	{ "source=192.0.2.9", LINES(HELLO), { .lesson = true },
	  "try-lesson-source" },
	{ "source=192.0.2.9", LINES(HELLO), { .local = true }, "try-no-tcp" },
	{ "tls", LINES(HELLO), { .fits = true }, "try-no-starttls" },
	{ "tls", LINES(HELLO_TLS), { .fits = true }, "try-is-tls" },
	{ "clear", LINES(HELLO), { .fits = true }, "try-is-clear" },
	{ "clear", LINES(HELLO_TLS), { .fits = true }, NULL },
	{ "enforce-tls", LINES(HELLO), { .fits = true }, "try-no-starttls" },
	{ "enforce-tls", LINES(HELLO_TLS), { .fits = true }, NULL },
	{ "port", LINES(HELLO), { .silent = false }, "try-port-answers" },
	{ "port", LINES("N"), { .silent = true }, NULL },
	{ "port", LINES("N"), { .silent = true, .lesson = true },
	  "try-lesson-port" },
	{ "several", LINES(HELLO), { .fits = true, .login_lost = true },
	  NULL },
	{ "null-sender", LINES(HELLO, MAIL), { .login_lost = true },
	  "try-no-password" },
};

static void test_trials_objection_fits_the_dialog(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof mays / sizeof *mays; i++) {
		struct trial_facts f = mays[i].f;
		struct summary base = { .n = 0 };
		struct trial t = { .kind = TRIAL_NONE };
		struct plan plan;
		const char *say;

		plan_init(&plan);
		assert_null(trial_parse(mays[i].text, &t));
		if (mays[i].base)
			made_session(&base, mays[i].base);
		f.base = &base;
		f.plan = &plan;
		say = trials_objection(&t, &f);
		if (!say != !mays[i].say ||
		    (say && strcmp(say, mays[i].say) != 0))
			fail_msg("%s, row %zu: %s", mays[i].text, i,
			         say ? say : "may be made");
		trial_clear(&t);
		summary_clear(&base);
		plan_clear(&plan);
	}
}

/* ---- the changed plan ---- */

/* A message, steps, all MX: nothing of that is in what an experiment sends. */
static void test_trials_plan_never_goes_beyond_rcpt(void **state)
{
	struct summary base = { .n = 0 };
	struct plan plan;

	(void)state;
	plan_init(&plan);
	plan.stage = STAGE_DOT;
	plan.message = xstrdup("Subject: x\r\n");
	plan.message_len = 12;
	plan.bdat = plan.all = plan.pipelining = true;
	plan_add_to(&plan, "x@example");
	plan_add_step(&plan, STEP_SEND, "DATA", 0);
	made_session(&base, LINES(HELLO, MAIL, RCPT("250 2.1.5 Ok")));
	for (int k = TRIAL_NONE + 1; k < TRIAL_COUNT; k++) {
		struct trial t = { .kind = (enum trial_kind)k,
			.value = xstrdup("5") };
		struct plan *p = trials_plan(&t, &base, &plan);

		assert_true(p->stage <= STAGE_RCPT);
		assert_null(p->message);
		assert_false(p->test_message || p->bdat || p->all ||
		             p->pipelining || p->may_ask);
		assert_int_equal(p->n_steps, 0);
		assert_true(p->hold_enter);
		plan_free(p);
		trial_clear(&t);
	}
	summary_clear(&base);
	plan_clear(&plan);
}

/* The envelope is the one that was sent, not the one of the plan. */
static void test_trials_plan_repeats_what_was_typed(void **state)
{
	struct trial t = { .kind = TRIAL_GREYLIST };
	struct summary base = { .n = 0 };
	struct plan plan, *p;

	(void)state;
	plan_init(&plan);
	plan.helo = xstrdup("plan.example");
	plan.from = xstrdup("plan@example");
	plan_add_to(&plan, "plan@example");
	plan_add_mail_param(&plan, "RET=HDRS");
	made_session(&base, LINES(HELLO, MAIL, RCPT("550 5.1.1 Who"), "C RSET",
	                  "S 250 Ok",
	                  "C MAIL FROM:<b@me.example> SIZE=10 BODY=8BITMIME",
	                  "S 250 2.1.0 Ok",
	                  "C RCPT TO:<y@example> NOTIFY=NEVER",
	                  "S 450 4.2.0 Later", RCPT("250 2.1.5 Ok")));
	p = trials_plan(&t, &base, &plan);
	assert_string_equal(p->helo, "me.example");
	assert_string_equal(p->from, "b@me.example");
	assert_int_equal(p->n_to, 2);
	assert_string_equal(p->to[0], "y@example");
	assert_string_equal(p->to[1], "x@example");
	assert_int_equal(p->n_mail_params, 2);
	assert_string_equal(p->mail_params[1], "BODY=8BITMIME");
	assert_int_equal(p->n_rcpt_params, 1);
	assert_int_equal(p->tls.policy, TLS_NEVER); /* as it was */
	plan_free(p);
	summary_clear(&base);
	plan_clear(&plan);
}

/* MAIL was refused: the recipients are those of the plan, and the experiment
 * goes on to them. */
static void test_trials_plan_after_a_refused_mail_has_recipients(void **state)
{
	struct trial t = { .kind = TRIAL_NULL_SENDER };
	struct summary base = { .n = 0 };
	struct plan plan, *p;

	(void)state;
	plan_init(&plan);
	plan_add_to(&plan, "x@example");
	made_session(&base, LINES(HELLO, "C MAIL FROM:<a@me.example>",
	                          "S 550 5.1.8 No such domain"));
	p = trials_plan(&t, &base, &plan);
	assert_int_equal(p->stage, STAGE_RCPT);
	assert_int_equal(p->n_to, 1);
	assert_string_equal(p->from, "");
	plan_free(p);
	summary_clear(&base);
	plan_clear(&plan);
}

/* No password goes out in clear because it was asked what happens then. */
static void test_trials_plan_without_tls_has_no_login(void **state)
{
	static const enum trial_kind kinds[] = { TRIAL_CLEAR, TRIAL_ENFORCE,
		TRIAL_SEVERAL_HOSTS };
	struct summary base = { .n = 0 };
	struct plan plan;

	(void)state;
	plan_init(&plan);
	plan.auth.wanted = plan.auth.clear_ok = true;
	made_session(&base, LINES(HELLO_TLS, "C AUTH PLAIN ****",
	                          "S 235 2.7.0 Ok",
	                  MAIL));
	assert_true(trials_logged_in(&base));
	for (size_t i = 0; i < 3; i++) {
		struct trial t = { .kind = kinds[i] };
		struct plan *p = trials_plan(&t, &base, &plan);

		assert_false(p->auth.wanted);
		plan_free(p);
	}
	summary_clear(&base);
	plan_clear(&plan);
}

/* ---- words ---- */

static const struct words {
	const char *text;
	enum trial_kind kind; /* TRIAL_NONE: it is wrong */
	const char *value;
} words[] = {
	{ "greylist", TRIAL_GREYLIST, NULL },
	{ "greylist=20", TRIAL_GREYLIST, "20" },
	{ "greylist=0", TRIAL_NONE, NULL },
	{ "greylist=14401", TRIAL_NONE, NULL },
	{ "greylist=99999999999999999999", TRIAL_NONE, NULL },
	{ "greylist=-1", TRIAL_NONE, NULL },
	{ "greylist=1m", TRIAL_NONE, NULL },
	{ "null-sender", TRIAL_NULL_SENDER, NULL },
	{ "null-sender=x", TRIAL_NONE, NULL },
	{ "helo", TRIAL_NONE, NULL },
	{ "helo=", TRIAL_NONE, NULL },
	{ "helo mx.example", TRIAL_HELO, "mx.example" },
	{ "helo=[192.0.2.1]", TRIAL_HELO, "[192.0.2.1]" },
	{ "helo=a b", TRIAL_NONE, NULL },
	{ "helo=a\r\nRSET", TRIAL_NONE, NULL },
	{ "helo=\x80", TRIAL_NONE, NULL },
	{ "mx=mx2.example", TRIAL_MX, "mx2.example" },
	{ "family=6", TRIAL_FAMILY, "6" },
	{ "family=5", TRIAL_NONE, NULL },
	{ "source=192.0.2.1", TRIAL_SOURCE, "192.0.2.1" },
	{ "source=here", TRIAL_NONE, NULL },
	{ "several=20", TRIAL_SEVERAL_HOSTS, "20" },
	{ "several=21", TRIAL_NONE, NULL },
	{ "several=1", TRIAL_NONE, NULL },
	{ "", TRIAL_NONE, NULL },
	{ "grey", TRIAL_NONE, NULL },
	{ "greylisting", TRIAL_NONE, NULL },
};

static void test_trial_parse_takes_words_and_bounds(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		struct trial t = { .kind = TRIAL_NONE };
		char *error = trial_parse(words[i].text, &t);

		assert_int_equal(t.kind, words[i].kind);
		assert_int_equal(!error, words[i].kind != TRIAL_NONE);
		if (words[i].value)
			assert_string_equal(t.value, words[i].value);
		else
			assert_null(t.value);
		free(error);
		trial_clear(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compare_two_dialogs_gives_the_table),
		cmocka_unit_test(test_compare_late_reply_is_told),
		cmocka_unit_test(test_summary_many_commands_are_cut),
		cmocka_unit_test(test_conclude_two_dialogs_says_what_they_show),
		cmocka_unit_test(test_conclude_several_counts_what_differs),
		cmocka_unit_test(test_conclude_ports_tells_port_from_host),
		cmocka_unit_test(test_trials_objection_fits_the_dialog),
		cmocka_unit_test(test_trials_plan_never_goes_beyond_rcpt),
		cmocka_unit_test(test_trials_plan_repeats_what_was_typed),
		cmocka_unit_test(
		    test_trials_plan_after_a_refused_mail_has_recipients),
		cmocka_unit_test(test_trials_plan_without_tls_has_no_login),
		cmocka_unit_test(test_trial_parse_takes_words_and_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
