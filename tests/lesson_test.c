#include "config.h"

#include "classroom/lesson.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

/* Four lines, then the zone's section on line 3 and its record on line 4. */
#define HEAD "title: t\ntarget: a.example\n@zone\nmx.example. A 192.0.2.1\n"
#define SERVER HEAD "@server mx.example\n" /* line 5 */

static const struct { const char *text, *error; } bad_lessons[] = {
	{ "", "x.lesson:1: expected a line \"title:\"" },
	{ "title: t\n", "x.lesson:1: expected a line \"target:\"" },
	{ "title: t\ntitle: u\n", ":2: expected each header" },
	{ "title.de: t\ntitle.de: u\n", ":2: expected each header" },
	{ "target: a\ntarget: b\n", ":2: expected each header" },
	{ "from: a@b\nfrom: a@b\n", ":2: expected each header" },
	{ "helo: a\nhelo: b\n", ":2: expected each header" },
	{ "from: a b@c\n", ":1: expected an address" },
	{ "from: <a@b>\n", ":1: expected an address" },
	{ "to: a\n", ":1: expected an address" },
	{ "expect: 131\n", ":1: expected an exit status" },
	{ "expect: x\n", ":1: expected a number" },
	{ "titel: t\n", ":1: expected one of title:, about:" },
	{ "C: x\n", ":1: \"C:\" does not belong here" },
	{ "@zone x\n", ":1: expected nothing after \"@zone\"" },
	{ "@zone\nx\n", ":2: expected a whole name" },
	{ "@zone\nx. A 1.2.3\n", ":2: expected the form \"A" },
	{ "@zone\n@dns\n", ":2: expected something after \"@dns\"" },
	{ "@zone\n@dns broken a.\n", ":2: expected servfail, refused" },
	{ "@zone\n@dns servfail\n", ":2: expected servfail, refused" },
	{ "@zone\n@dns silent a..b\n", ":2: expected servfail, ref" },
	{ "@zone\n@wait 2s\n", ":2: \"@wait\" does not belong here" },
	{ "@server\n", ":1: expected something after \"@server\"" },
	{ "@server a..b\n", ":1: expected host names after" },
	{ "@server a/5\n", ":1: expected host names" },
	{ "@server a/4 a/6 a\n", ":1: expected each host once" },
	{ HEAD "@server mx.example/6\n", ":5: expected an A or AAAA" },
	{ HEAD "b.example. A 192.0.2.1\n"
	  "@server mx.example/4\n@server b.example\n",
	  ":7: expected addresses that no other @server has" },
	{ "@server a:0\n", ":1: expected host names" },
	{ "@server a:65536\n", ":1: expected host names" },
	{ "@server a:x\n", ":1: expected host names" },
	{ "@server a:\n", ":1: expected host names" },
	{ "@server a b A\n", ":1: expected each host once" },
	{ "@server a\n@server a:25\n", ":2: expected each host once" },
	{ SERVER "@server mx.example:26\n@server mx.example:26\n",
	  ":7: expected each host once" },
	{ HEAD "b.example. A 192.0.2.9\nb.example. A 192.0.2.1\n"
	  "@server mx.example\n@server b.example\n",
	  ":8: expected addresses that no other @server has" },
	{ HEAD "@server other.example\n", ":5: expected an A or AAAA" },
	{ SERVER "C: NOOP\nC: HELP\nS: 214\n", ":7: expected S: or" },
	{ SERVER "C: NOOP\n", ":6: expected S: or an @ line" },
	{ SERVER "C: NOOP\n@once\n\n@steps\n", ":9: expected S: or" },
	{ SERVER "C:\n", ":6: expected a command after C:" },
	{ SERVER "S:220\n", ":6: expected a blank after" },
	{ SERVER "@once\n", ":6: expected a C: line before this" },
	{ SERVER "@always\n", ":6: expected a C: line before this" },
	{ SERVER "@after 2s\n", ":6: expected a C: line before this" },
	{ SERVER "@after 2\n", ":6: expected a time such as" },
	{ SERVER "@tls good.pem\n", ":6: expected good, self-signed" },
	{ SERVER "@tls\n", ":6: expected something after \"@tls\"" },
	{ SERVER "@tls good\n@tls good\n", ":7: expected @tls only once" },
	{ SERVER "@wrap good\n", ":6: expected nothing after \"@wrap\"" },
	{ SERVER "@auth anna\n", ":6: expected a user and a password" },
	{ SERVER "@auth a b PLAIN NTLM\n",
	  ":6: expected mechanisms out of PLAIN, LOGIN, CRAM-MD5, XOAUTH2, "
	  "OAUTHBEARER" },
	{ SERVER "@auth a b\n@auth a b\n", ":7: expected @auth only once" },
	{ SERVER "@auth-required\n", ":5: expected @auth with a user" },
	{ SERVER "@auth-clear\n", ":5: expected @auth with a user" },
	{ SERVER "@offer CHUNKING PIPELINING\n",
	  ":6: expected keywords out of CHUNKING, BINARYMIME, SMTPUTF8, " },
	{ SERVER "@offer BINARYMIME\n", ":5: expected CHUNKING where" },
	{ SERVER "@offer REQUIRETLS\n", ":5: expected @tls where" },
	{ SERVER "@lmtp\n", ":5: expected another port than 25 for LMTP" },
	{ "tls: maybe\n", ":1: expected may, never, must, verify, dane or " },
	{ "tls-name: a\ntls-name: b\n", ":2: expected each header" },
	{ "auth: PLAIN\nauth: LOGIN\n", ":2: expected each header" },
	{ "auth-user: a\nauth-user: b\n", ":2: expected each header" },
	{ HEAD "@steps\nC: x\nauth-user: a\n", ":7: \"auth-user:\" does not" },
	{ "title: t\ntarget: a\nauth-user: a\n",
	  ":3: expected auth-user: and password: together" },
	{ "protocol: uucp\n", ":1: expected esmtp, smtp or lmtp" },
	{ "port: 0\n", ":1: expected a port" },
	{ "port: 65536\n", ":1: expected a port" },
	{ "stage: end\n", ":1: expected route, connect, ehlo, tls, auth, " },
	{ "pipelining: on\n", ":1: expected yes or no" },
	{ "bdat: 1\n", ":1: expected yes or no" },
	{ "test-message: x\n", ":1: expected yes or no" },
	{ "message:x\n", ":1: expected a blank after the colon" },
	{ "title: t\ntarget: a\nmessage: x\ntest-message: yes\n",
	  ":4: expected either message: or test-message:" },
	{ SERVER "say: hi\n", ":6: \"say:\" does not belong here" },
	{ SERVER "prose\n", ":6: expected one of @zone, @server" },
	{ SERVER "@bytes 220\n", ":6: expected bytes in" },
	{ HEAD "@steps\nsay: hi\n", ":6: expected a C: line before" },
	{ HEAD "@steps\n@connect 20s\n", ":6: expected a C: line" },
	{ HEAD "@steps\nC:\n", ":6: expected a command after C:" },
	{ HEAD "@steps\nC: DATA\nC:\nC: .\nC:\n", ":9: expected a command" },
	{ HEAD "@steps\nC: DATA\n@connect 1s\nC:\n", ":8: expected a command" },
	{ HEAD "@steps\nS: 220\n", ":6: \"S:\" does not belong here" },
};

static void test_lesson_error_names_file_line_and_expectation(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad_lessons / sizeof *bad_lessons; i++) {
		char *error = NULL;
		struct lesson *l =
		    lesson_parse("x.lesson", bad_lessons[i].text,
		                 strlen(bad_lessons[i].text), &error);

		if (l || !strstr(error, bad_lessons[i].error) ||
		    strncmp(error, "x.lesson:", 9) != 0)
			fail_msg("%s: %s", bad_lessons[i].text,
			         l ? "no error" : error);
		free(error);
	}
}

/* The issue's own words: a lesson with an error at line 17 says so. */
static void test_lesson_error_at_line_17_says_so(void **state)
{
	static const char text[] =
	    "title: t\ntarget: a.example\n\n# a\n# b\n\n@zone\n"
	    "mx.example. A 192.0.2.1\n\n@server mx.example\nS: 220 hi\n\n"
	    "C: NOOP\n@wait 2s\nS: 250 ok\n\n@wiat 2s\nS: 250 ok\n";
	char *error = NULL;

	(void)state;
	assert_null(lesson_parse("my.lesson", text, strlen(text), &error));
	assert_non_null(strstr(error, "my.lesson:17: expected one of "));
	assert_non_null(strstr(error, "found \"@wiat 2s\""));
	free(error);
}

static void test_lesson_is_loaded_with_all_its_parts(void **state)
{
	static const char text[] =
	    "title: T\ntitle.de: D\ntitle.fr: F\nabout: A\ntarget: a.example\n"
	    "helo: h.example\nfrom: <>\nto: u@a.example\nto: v@a.example\n"
	    "expect: 75\n@zone\nMX.a.example. A 192.0.2.1\n"
	    "m2.a.example. AAAA ::1\n@dns silent s.example\n"
	    "@server Mx.A.example m2.a.example:587\nS: 220-a\nS: 421 b\n"
	    "C: A*\n@once\n@lf\nS: 250 x\nC: B\n@always\n@after 2s\n@wait 1s\n"
	    "@dribble 5ms\n@bytes \"554\\0\"\n@close\nC: C\n@silent\n@reset\n"
	    "@steps\nC: EHLO x\nsay: one\nsay: two\nsay.de: eins\n"
	    "@connect 20s\nask: why?\n";
	char *error = NULL;
	struct lesson *l = lesson_parse("t", text, strlen(text), &error);
	const struct lesson_server *s;

	(void)state;
	assert_null(error);
	assert_string_equal(l->title[LANG_EN], "T");
	assert_string_equal(l->title[LANG_DE], "D");
	assert_string_equal(l->from, "");
	assert_int_equal(l->n_to, 2);
	assert_int_equal(l->expect, 75);
	assert_int_equal(l->zone.n, 2);
	assert_int_equal(l->faults[0].what, LESSON_DNS_SILENT);
	s = &l->servers[0];
	assert_string_equal(s->hosts[0].name, "mx.a.example");
	assert_int_equal(s->hosts[0].port, 25);
	assert_int_equal(s->hosts[1].port, 587);
	assert_int_equal(s->n_rules, 4);
	assert_int_equal(s->rules[0].code, 421);
	assert_string_equal(s->rules[0].acts[0].data, "220-a\r\n");
	assert_true(s->rules[1].once);
	assert_string_equal(s->rules[1].acts[0].data, "250 x\n");
	assert_true(s->rules[2].always);
	assert_int_equal(s->rules[2].after_ms, 2000);
	assert_int_equal(s->rules[2].code, 554);
	assert_int_equal(s->rules[2].n_acts, 4);
	assert_int_equal(s->rules[2].acts[2].len, 4);
	assert_int_equal(s->rules[3].code, 0);
	assert_int_equal(l->n_steps, 2);
	assert_string_equal(l->steps[0].say[LANG_EN], "one two");
	assert_string_equal(l->steps[0].say[LANG_DE], "eins");
	assert_int_equal(l->steps[1].kind, STEP_CONNECT);
	assert_int_equal(l->steps[1].wait_ms, 20000);
	assert_string_equal(l->steps[1].ask[LANG_EN], "why?");
	lesson_free(l);
}

static void test_lesson_server_offers_what_it_says(void **state)
{
	static const char text[] =
	    SERVER "@tls wrong-name\n@auth anna geheim LOGIN cram-md5\n"
	    "@auth-clear\n@auth-required\n@offer CHUNKING DSN\n"
	    "@offer etrn\n@server mx.example:465\n@wrap\n@auth a b\n"
	    "@server mx.example:24\n@lmtp\n";
	char *error = NULL;
	struct lesson *l = lesson_parse("t", text, strlen(text), &error);
	const struct lesson_server *s;

	(void)state;
	assert_null(error);
	s = &l->servers[0];
	assert_int_equal(s->tls, LESSON_TLS_WRONG_NAME);
	assert_false(s->wrap);
	assert_string_equal(s->auth.user, "anna");
	assert_string_equal(s->auth.password, "geheim");
	assert_int_equal(s->auth.mechs, 2 | 4);
	assert_true(s->auth.clear);
	assert_true(s->auth.required);
	assert_int_equal(s->offers, OFFER_CHUNKING | OFFER_DSN | OFFER_ETRN);
	s = &l->servers[1];
	assert_int_equal(s->tls, LESSON_TLS_GOOD);
	assert_true(s->wrap);
	assert_int_equal(s->auth.mechs, 1 | 2);
	s = &l->servers[2];
	assert_true(s->lmtp);
	assert_int_equal(s->tls, LESSON_TLS_NONE);
	lesson_free(l);
}

/* A lesson with these lines in its head. */
static struct lesson *client(const char *head)
{
	char *text = xasprintf("%s" HEAD "@steps\nC: EHLO x\n", head);
	char *error = NULL;
	struct lesson *l = lesson_parse("t", text, strlen(text), &error);

	if (!l)
		fail_msg("%s", error);
	free(text);
	return l;
}

static void test_lesson_fills_the_clients_part(void **state)
{
	struct lesson *l = client(
	    "tls: wrap verify\ntls-name: n.example\nauth: PLAIN LOGIN\n"
	    "auth-user: anna\npassword: offenes geheimnis\n"
	    "protocol: lmtp\nport: 24\nstage: dot\npipelining: yes\n"
	    "bdat: yes\nmessage: Subject: x\nmessage:\nmessage: .dot\n"
	    "mail-param: RET=HDRS\nrcpt-param: NOTIFY=NEVER\n");
	struct plan p;

	(void)state;
	plan_init(&p);
	lesson_fill_plan(l, &p);
	assert_int_equal(p.tls.policy, TLS_VERIFY);
	assert_true(p.tls.wrap && p.tls.said);
	assert_string_equal(p.tls.name, "n.example");
	assert_true(p.auth.wanted);
	assert_string_equal(p.auth.mechs, "PLAIN LOGIN");
	assert_string_equal(p.auth.user, "anna");
	assert_string_equal(p.auth.password, "offenes geheimnis");
	assert_int_equal(p.protocol, PROTO_LMTP);
	assert_int_equal(p.port, 24);
	assert_int_equal(p.stage, STAGE_DOT);
	assert_true(p.pipelining && p.bdat);
	assert_int_equal(p.message_len, 20);
	assert_memory_equal(p.message, "Subject: x\r\n\r\n.dot\r\n", 20);
	assert_string_equal(p.mail_params[0], "RET=HDRS");
	assert_string_equal(p.rcpt_params[0], "NOTIFY=NEVER");
	plan_clear(&p);
	lesson_free(l);
}

/* What the user said stays. */
static void test_lesson_keeps_what_the_user_said(void **state)
{
	struct lesson *l = client(
	    "tls: verify\ntls-name: n.example\nauth: PLAIN\n"
	    "auth-user: anna\npassword: geheim\nprotocol: smtp\nport: 587\n"
	    "test-message: yes\nmail-param: RET=HDRS\n");
	struct plan p;

	(void)state;
	plan_init(&p);
	p.tls.said = true;
	p.tls.policy = TLS_NEVER;
	p.auth.wanted = true;
	p.auth.user = xstrdup("bert");
	p.protocol = PROTO_LMTP;
	p.port = 2525;
	p.message = xstrdup("x");
	p.message_len = 1;
	plan_add_mail_param(&p, "SMTPUTF8");
	lesson_fill_plan(l, &p);
	assert_int_equal(p.tls.policy, TLS_NEVER);
	assert_string_equal(p.auth.user, "bert");
	assert_null(p.auth.password);
	assert_null(p.auth.mechs);
	assert_int_equal(p.protocol, PROTO_LMTP);
	assert_int_equal(p.port, 2525);
	assert_int_equal(p.stage, STAGE_RCPT);
	assert_false(p.test_message);
	assert_int_equal(p.n_mail_params, 1);
	plan_clear(&p);
	lesson_free(l);
}

/* A lesson without the new words changes nothing in a plan. */
static void test_lesson_without_a_clients_part_leaves_the_plan(void **state)
{
	struct lesson *l = client("");
	struct plan p, fresh;

	(void)state;
	plan_init(&fresh);
	plan_init(&p);
	lesson_fill_plan(l, &p);
	plan_drop_steps(&p, 0);
	free(p.steps);
	p.steps = NULL;
	assert_memory_equal(&p, &fresh, sizeof p);
	plan_clear(&p);
	lesson_free(l);
}

static void check_twin(const char *what, const struct lesson *l,
                       char *const text[LANG_COUNT])
{
	for (int i = 0; i < LANG_COUNT; i++)
		if (!text[i] || strlen(text[i]) < 10)
			fail_msg("%s: %s is missing in language %d", l->name,
			         what, i);
	if (strcmp(text[LANG_EN], text[LANG_DE]) == 0)
		fail_msg("%s: %s is the same twice", l->name, what);
}

static void check_built_in(const struct lesson *l, void *arg)
{
	size_t *count = arg, asks = 0;
	bool in_message = false;

	++*count;
	check_twin("title", l, l->title);
	check_twin("about", l, l->about);
	assert_non_null(l->helo);
	assert_non_null(l->from);
	assert_true(l->n_to > 0);
	assert_true(l->expect >= 0);
	assert_true(l->n_steps >= 4);
	for (size_t i = 0; i < l->n_steps; i++) {
		const struct lesson_step *s = &l->steps[i];

		/* the lines of a message may follow without a word */
		in_message &= strcmp(s->line, ".") != 0;
		if (in_message && !s->say[LANG_EN] && !s->say[LANG_DE])
			continue;
		in_message |= strcmp(s->line, "DATA") == 0;
		check_twin("say", l, s->say);
		if (s->ask[LANG_EN] || s->ask[LANG_DE]) {
			check_twin("ask", l, s->ask);
			asks++;
		}
		/* German quotation marks in German */
		assert_null(strchr(s->say[LANG_DE], '"'));
	}
	assert_true(asks > 0);
	assert_string_equal(l->steps[l->n_steps - 1].line, "QUIT");
}

static void test_lessons_built_in_are_there_with_all_twins(void **state)
{
	size_t count = 0;

	(void)state;
	lesson_list(check_built_in, &count);
	assert_int_equal(count, 22);
}

static void collect_name(const struct lesson *l, void *arg)
{
	char **names = arg;
	char *more = xasprintf("%s%s ", *names, l->name);

	free(*names);
	*names = more;
}

static void test_lessons_are_listed_in_teaching_order(void **state)
{
	char *names = xstrdup("");

	(void)state;
	lesson_list(collect_name, &names);
	assert_string_equal(names, "first greylisting mailbox-full relaying "
	                           "sender-refused whose-fault helo-only "
	                           "shutdown-421 slow "
	                           "mx-routes two-ways broken-rules message "
	                           "chunks pipelining tls tls-trouble wrapped "
	                           "auth dsn utf8 lmtp ");
	free(names);
}

static void test_lesson_fills_a_plan_in_the_language(void **state)
{
	char *error = NULL;
	struct lesson *l = lesson_find(NULL, &error);
	struct plan p;

	(void)state;
	assert_null(error);
	i18n_set("de");
	plan_init(&p);
	lesson_fill_plan(l, &p);
	assert_string_equal(lesson_title(l), l->title[LANG_DE]);
	assert_string_equal(p.helo, "meinhost.meinedomain.example");
	assert_string_equal(p.from, "meineemailadresse@meinedomain.example");
	assert_int_equal(p.n_to, 2);
	assert_int_equal(p.n_steps, 5);
	assert_string_equal(p.steps[0].line,
	                    "EHLO meinhost.meinedomain.example");
	assert_string_equal(p.steps[0].say, l->steps[0].say[LANG_DE]);
	assert_string_equal(p.steps[2].ask, "");
	plan_clear(&p);

	i18n_set("en");
	plan_init(&p);
	p.from = xstrdup("me@b.example");
	plan_add_to(&p, "you@a.example");
	lesson_fill_plan(l, &p);
	assert_string_equal(p.from, "me@b.example");
	assert_int_equal(p.n_to, 1);
	assert_string_equal(p.steps[0].say, l->steps[0].say[LANG_EN]);
	plan_clear(&p);
	lesson_free(l);
}

static void test_lesson_find_tells_what_there_is(void **state)
{
	char *error = NULL;

	(void)state;
	assert_null(lesson_find("frist", &error));
	assert_non_null(strstr(error, "no lesson \"frist\""));
	assert_non_null(strstr(error, "first, greylisting, mailbox-full"));
	free(error);
	assert_null(lesson_find("./none.lesson", &error));
	assert_string_equal(error, "./none.lesson: No such file or directory");
	free(error);
	assert_null(lesson_find("none.lesson", &error));
	assert_string_equal(error, "none.lesson: No such file or directory");
	free(error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test(f)
		T(test_lesson_error_names_file_line_and_expectation),
		T(test_lesson_error_at_line_17_says_so),
		T(test_lesson_is_loaded_with_all_its_parts),
		T(test_lesson_server_offers_what_it_says),
		T(test_lesson_fills_the_clients_part),
		T(test_lesson_keeps_what_the_user_said),
		T(test_lesson_without_a_clients_part_leaves_the_plan),
		T(test_lessons_built_in_are_there_with_all_twins),
		T(test_lessons_are_listed_in_teaching_order),
		T(test_lesson_fills_a_plan_in_the_language),
		T(test_lesson_find_tells_what_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
