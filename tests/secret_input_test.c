/* What must not be seen while it is typed, and what must not be sent by
 * accident. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/command.h"
#include "ui_dialog.h"
#include "util/xalloc.h"

#define KEYS_OF(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define SECRET "AGFsaWNlAGdlaGVpbQ=="

static struct ui_stage st;

static int open_tls(void **state)
{
	(void)state;
	script_new(&st.script);
	script_inside_tls(&st.script, "ok", "");
	stage_open(&st, 80, 24, false);
	return 0;
}

static int close_stage(void **state)
{
	(void)state;
	stage_close(&st);
	return 0;
}

static void take(struct event_builder *b)
{
	b->e.session = 1;
	b->e.t_us = st.script.t_us += 1000;
	ui_take(&st.ui, event_finish(b));
}

static void take_ask(const char *id, const char *arg)
{
	struct event_builder b;

	event_begin(&b, EV_ASK);
	b.e.u.ask.id = event_puts(&b, id);
	b.e.u.ask.args = event_put_texts(&b, &arg, 1);
	take(&b);
	stage_draw(&st);
}

/* The server has asked back: 334, and the prompt that follows. */
static void take_challenge(const char *proposal)
{
	struct event_builder b;

	event_begin(&b, EV_STATE);
	b.e.n = ++st.script.n;
	b.e.u.state.rule = event_puts(&b, "test");
	b.e.u.state.to = ST_AUTH;
	take(&b);
	event_begin(&b, EV_PROMPT);
	b.e.u.prompt.line = event_puts(&b, proposal);
	b.e.u.prompt.guide = event_puts(&b, "");
	b.e.u.prompt.state = b.e.u.prompt.projected = ST_AUTH;
	b.e.u.prompt.open = true;
	b.e.u.prompt.step = UINT32_MAX;
	st.ui.sent_waits = false;
	take(&b);
	stage_draw(&st);
}

static void assert_sent(const char *line)
{
	assert_non_null(st.last);
	assert_int_equal(st.last->kind, REQ_SEND);
	assert_string_equal(st.last->text, line);
}

static void assert_line(const char *expected)
{
	size_t len;

	assert_string_equal(line_text(st.ui.line, &len), expected);
}

static void test_secret_begins_behind_the_mechanism(void **state)
{
	static const struct {
		const char *line;
		size_t from;
	} rows[] = {
		{ "AUTH PLAIN x", 11 },       { "auth plain x", 11 },
		{ "  AUTH  PLAIN  x", 14 },   { "X-EXPS NTLM x", 12 },
		{ "AUTH PLAIN", SIZE_MAX },   { "AUTH ", SIZE_MAX },
		{ "AUTHENTIC a b", SIZE_MAX },{ "MAIL FROM:<a@b> AUTH=c",
		                                SIZE_MAX },
		{ "", SIZE_MAX },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(command_secret_from(rows[i].line,
		                                     strlen(rows[i].line)),
		                 rows[i].from);
}

static void test_auth_line_is_drawn_as_bullets(void **state)
{
	(void)state;
	stage_type(&st, "AUTH PLAIN " SECRET);
	assert_line("AUTH PLAIN " SECRET);
	assert_true(stage_shows(&st, "AUTH PLAIN ••••••••••••••••••••"));
	assert_false(stage_shows(&st, "AGFs"));
}

/* With its beginning gone the rest is still a secret. */
static void test_auth_line_stays_hidden_without_its_verb(void **state)
{
	(void)state;
	stage_type(&st, "AUTH PLAIN " SECRET);
	stage_keys(&st, KEYS_OF("Home", "Del", "Del"));
	assert_line("TH PLAIN " SECRET);
	assert_false(stage_shows(&st, "AGFs"));
	assert_false(stage_shows(&st, "TH PLAIN"));
	stage_keys(&st, KEYS_OF("End", "Ctrl-U"));
	stage_type(&st, "NOOP");
	assert_true(stage_shows(&st, "NOOP"));
}

static void test_secret_comes_back_by_no_key(void **state)
{
	(void)state;
	stage_type(&st, "AUTH PLAIN " SECRET);
	stage_keys(&st, KEYS_OF("Ctrl-W", "Ctrl-Y"));
	assert_line("AUTH PLAIN ");
	stage_type(&st, SECRET);
	stage_keys(&st, KEYS_OF("Ctrl-U", "Ctrl-_"));
	assert_false(stage_shows(&st, "AGFs"));
	stage_keys(&st, KEYS_OF("Ctrl-C"));
	stage_type(&st, "AUTH PLAIN " SECRET);
	stage_keys(&st, KEYS_OF("Enter"));
	assert_sent("AUTH PLAIN " SECRET);
	stage_keys(&st, KEYS_OF("Up", "Up", "Ctrl-_", "Ctrl-Y"));
	assert_line("");
	assert_int_equal(line_history_count(st.ui.line), 0);
	assert_null(st.ui.last_sent);
	stage_keys(&st, KEYS_OF("Esc", "r"));
	assert_line("");
}

static void test_paste_of_a_login_is_hidden_and_not_kept(void **state)
{
	static const char text[] = "AUTH PLAIN " SECRET;
	struct key paste = { .code = K_PASTE, .text = text,
		             .text_len = sizeof text - 1 };

	(void)state;
	ui_key(&st.ui, &paste);
	stage_draw(&st);
	assert_false(stage_shows(&st, "AGFs"));
	stage_keys(&st, KEYS_OF("Enter"));
	assert_int_equal(line_history_count(st.ui.line), 0);
}

/* The guide's own stars are no secret, and may be replaced by the guide. */
static void test_proposed_login_is_drawn_as_it_is(void **state)
{
	(void)state;
	line_clear(st.ui.line);
	assert_true(line_prefill(st.ui.line, "AUTH PLAIN ****", 0));
	stage_draw(&st);
	assert_true(stage_shows(&st, "AUTH PLAIN ****"));
	assert_true(line_prefill(st.ui.line, "MAIL FROM:<a@b>", 0));
	assert_line("MAIL FROM:<a@b>");
}

/* Type-ahead behind AUTH LOGIN, before the server has asked. */
static void test_answer_is_hidden_before_the_challenge_came(void **state)
{
	(void)state;
	stage_type(&st, "AUTH LOGIN");
	stage_keys(&st, KEYS_OF("Enter"));
	stage_type(&st, "geheim");
	assert_false(stage_shows(&st, "geheim"));
	assert_true(stage_shows(&st, "••••••"));
}

static void test_answer_to_a_challenge_is_hidden(void **state)
{
	(void)state;
	take_challenge("*");
	stage_type(&st, "Z2VoZWlt");
	assert_true(stage_shows(&st, "AUTH> ••••••••"));
	assert_false(stage_shows(&st, "Z2Vo"));
	stage_keys(&st, KEYS_OF("Enter"));
	assert_sent("Z2VoZWlt");
	assert_null(st.ui.last_sent);
}

/* Enter alone never cancels a login, but it sends what is prepared. */
static void test_enter_alone_in_a_login(void **state)
{
	size_t before;

	(void)state;
	take_challenge("*");
	before = st.requests;
	stage_keys(&st, KEYS_OF("Enter"));
	assert_int_equal(st.requests, before);
	take_challenge("****");
	stage_keys(&st, KEYS_OF("Enter"));
	assert_sent("****");
}

static void test_login_goes_into_no_batch(void **state)
{
	(void)state;
	stage_type(&st, "AUTH PLAIN " SECRET);
	stage_keys(&st, KEYS_OF("Alt-Enter"));
	assert_int_equal(st.ui.batch.len, 0);
	assert_line("AUTH PLAIN " SECRET);
}

static void test_password_is_asked_for_and_handed_over(void **state)
{
	(void)state;
	take_ask("password", "alice");
	assert_int_equal(st.ui.popup.kind, POPUP_PASSWORD);
	assert_true(stage_shows(&st, "Password of alice"));
	stage_type(&st, "geheim");
	assert_true(stage_shows(&st, "> ••••••"));
	assert_false(stage_shows(&st, "geheim"));
	stage_keys(&st, KEYS_OF("Enter"));
	assert_int_equal(st.last->kind, REQ_ANSWER);
	assert_true(st.last->yes);
	assert_string_equal(st.last->text, "geheim");
	assert_null(st.ui.password);
	assert_int_equal(st.ui.popup.kind, POPUP_NONE);
}

static void test_password_esc_answers_no(void **state)
{
	(void)state;
	take_ask("password", "alice");
	stage_type(&st, "geh");
	stage_keys(&st, KEYS_OF("Esc"));
	assert_int_equal(st.last->kind, REQ_ANSWER);
	assert_false(st.last->yes);
	assert_null(st.last->text);
}

static void test_clear_login_takes_another_key(void **state)
{
	size_t before;

	(void)state;
	take_ask("auth-clear", "PLAIN");
	before = st.requests;
	stage_keys(&st, KEYS_OF("Enter", "Space"));
	assert_int_equal(st.requests, before);
	stage_keys(&st, KEYS_OF("y"));
	assert_int_equal(st.last->kind, REQ_ANSWER);
	assert_true(st.last->yes);
}

/* The line that caused the question may never go out: nothing is awaited. */
static void test_question_ends_the_wait_for_the_line(void **state)
{
	(void)state;
	stage_type(&st, "AUTH PLAIN " SECRET);
	stage_keys(&st, KEYS_OF("Enter"));
	assert_true(ui_busy(&st.ui));
	take_ask("auth-clear", "PLAIN");
	stage_keys(&st, KEYS_OF("n"));
	assert_false(st.last->yes);
	assert_false(ui_busy(&st.ui));
}

static void test_login_command_asks_for_the_password(void **state)
{
	(void)state;
	ui_command_line(&st.ui, "login alice SCRAM-SHA-256");
	assert_int_equal(st.ui.popup.kind, POPUP_PASSWORD);
	stage_type(&st, "geheim");
	stage_keys(&st, KEYS_OF("Enter"));
	assert_int_equal(st.last->kind, REQ_LOGIN);
	assert_string_equal(st.last->text, "alice SCRAM-SHA-256");
	assert_string_equal(st.last->text2, "geheim");
}

static void test_starttls_command_only_where_it_is_of_use(void **state)
{
	size_t before = st.requests;

	(void)state;
	ui_command_line(&st.ui, "starttls");
	assert_int_equal(st.requests, before); /* TLS is on already */
	stage_close(&st);
	script_new(&st.script);
	script_greylisted(&st.script);
	stage_open(&st, 80, 24, false);
	ui_command_line(&st.ui, "starttls");
	assert_sent("STARTTLS");
}

static void login(const char *reply)
{
	script_sent(&st.script, "AUTH", "AUTH PLAIN ****");
	script_reply(&st.script, "", reply);
	stage_draw(&st);
}

/* A login that was refused may be tried again, one that worked may not
 * (RFC 4954 §4). */
static void test_login_is_proposed_until_it_works(void **state)
{
	(void)state;
	assert_true(stage_shows(&st, "Tab: AUTH"));
	login("535 5.7.8 no");
	assert_true(stage_shows(&st, "Tab: AUTH"));
	login("235 2.7.0 yes");
	assert_false(stage_shows(&st, "Tab: AUTH"));
}

/* --- the word send */

static void with_rcpt(const char *reply)
{
	script_sent(&st.script, "MAIL", "MAIL FROM:<a@b.example>");
	script_reply(&st.script, "", "250 ok");
	script_state(&st.script, ST_READY, ST_MAIL);
	script_sent(&st.script, "RCPT", "RCPT TO:<bob@example.org>");
	if (reply)
		script_reply(&st.script, "", reply);
	script_state(&st.script, ST_MAIL, ST_RCPT);
	script_prompt(&st.script, ST_RCPT, "DATA", 0);
}

static bool asks(const char *line)
{
	line_clear(st.ui.line);
	line_insert(st.ui.line, line, strlen(line));
	st.ui.mode = PROMPT_SERVER;
	ui_submit(&st.ui);
	return st.ui.mode == PROMPT_SEND_WORD;
}

static void test_word_send_before_every_kind_of_message(void **state)
{
	static const char *const lines[] = {
		"DATA", "data", "BDAT 10 LAST", "BDAT 10",
		"BURL imap://example.org/1 LAST", " DATA",
		"DATA\nSubject: x", "BDAT 3 LAST\nabc",
	};

	(void)state;
	with_rcpt("250 ok");
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		assert_true(asks(lines[i]));
	assert_false(asks("RSET"));
}

static void test_word_send_while_the_recipient_is_pending(void **state)
{
	(void)state;
	with_rcpt(NULL);
	assert_true(asks("DATA"));
}

static void test_word_send_not_without_a_recipient(void **state)
{
	(void)state;
	with_rcpt("550 no");
	assert_false(asks("DATA"));
}

/* MAIL, RCPT and DATA put together by Alt-Enter go out in one go. */
static void test_word_send_covers_the_batch(void **state)
{
	(void)state;
	stage_type(&st, "MAIL FROM:<a@b.example>");
	stage_keys(&st, KEYS_OF("Alt-Enter"));
	stage_type(&st, "RCPT TO:<bob@example.org>");
	stage_keys(&st, KEYS_OF("Alt-Enter"));
	stage_type(&st, "DATA");
	stage_keys(&st, KEYS_OF("Enter"));
	assert_int_equal(st.ui.mode, PROMPT_SEND_WORD);
	assert_int_equal(st.requests, 0);
	stage_type(&st, "send");
	stage_keys(&st, KEYS_OF("Enter"));
	assert_int_equal(st.requests, 3);
	assert_sent("DATA");
}

static void with_connection(const char *host, const char *address)
{
	script_connect(&st.script, host, address);
	script_state(&st.script, ST_CLOSED, ST_READY);
	with_rcpt("250 ok");
}

static void test_word_send_depends_on_where_it_goes(void **state)
{
	(void)state;
	with_connection("localhost", "127.0.0.1");
	assert_false(asks("DATA"));
	with_connection("/run/postfix.sock", "");
	assert_true(asks("DATA"));
	with_connection("localhost", "::1");
	assert_false(asks("DATA"));
	st.ui.plan.way.socks_host = xstrdup("192.0.2.99");
	assert_true(asks("DATA"));
	st.ui.demo = true;
	assert_false(asks("DATA"));
}

#define ON_STAGE(name) cmocka_unit_test_setup_teardown(name, open_tls, \
	                                                close_stage)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_secret_begins_behind_the_mechanism),
		ON_STAGE(test_auth_line_is_drawn_as_bullets),
		ON_STAGE(test_auth_line_stays_hidden_without_its_verb),
		ON_STAGE(test_secret_comes_back_by_no_key),
		ON_STAGE(test_paste_of_a_login_is_hidden_and_not_kept),
		ON_STAGE(test_proposed_login_is_drawn_as_it_is),
		ON_STAGE(test_answer_is_hidden_before_the_challenge_came),
		ON_STAGE(test_answer_to_a_challenge_is_hidden),
		ON_STAGE(test_enter_alone_in_a_login),
		ON_STAGE(test_login_goes_into_no_batch),
		ON_STAGE(test_password_is_asked_for_and_handed_over),
		ON_STAGE(test_password_esc_answers_no),
		ON_STAGE(test_clear_login_takes_another_key),
		ON_STAGE(test_question_ends_the_wait_for_the_line),
		ON_STAGE(test_login_command_asks_for_the_password),
		ON_STAGE(test_starttls_command_only_where_it_is_of_use),
		ON_STAGE(test_login_is_proposed_until_it_works),
		ON_STAGE(test_word_send_before_every_kind_of_message),
		ON_STAGE(test_word_send_while_the_recipient_is_pending),
		ON_STAGE(test_word_send_not_without_a_recipient),
		ON_STAGE(test_word_send_covers_the_batch),
		ON_STAGE(test_word_send_depends_on_where_it_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
