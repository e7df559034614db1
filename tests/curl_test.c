/*
 * curl's own SMTP tests, played to our client: the server does what the test
 * file says, the plan asks for what curl's command line asks for. What curl
 * makes of it and what we must make of it, with the reason for each
 * difference, is in tests/data/curl-expected.tsv:
 *
 *   exit, outcome  of the session; "n/a": not SMTP, or nothing to play
 *   finding        one that must be there, "-" none in particular
 *   wire           "same": our commands and our message are curl's, byte for
 *                  byte; "commands": only the commands are; "other"
 *
 * "curl_test print" writes the table as it comes out, for a look; with
 * FAULT_SHOW in the environment also the commands that were heard.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/message.h"
#include "curlcase.h"
#include "faultrun.h"
#include "tsv.h"
#include "util/xalloc.h"

enum { SKIPPED = 77, RUN_MS = 10000 };

static char *cases; /* the folder of curl's test files */

/* ---- a plan from a command line ---- */

struct order {
	const struct curl_case *c;
	struct plan *p;
	char *request;      /* -X */
	bool upload;        /* there is a message to send */
	bool initial;       /* --sasl-ir */
};

static void set_from(struct order *o, const char *value)
{
	const char *end = *value == '<' ? strchr(value, '>') : NULL;

	free(o->p->from);
	o->p->from = end ? xmemdup0(value + 1, (size_t)(end - value - 1))
	                 : xstrdup(value);
	if (end && end[1])
		plan_add_mail_param(o->p, end + 2);
}

static void add_rcpt(struct order *o, const char *value)
{
	const char *end = *value == '<' ? strchr(value, '>') : NULL;
	char *to = end ? xmemdup0(value + 1, (size_t)(end - value - 1))
	               : xstrdup(value);

	plan_add_to(o->p, to);
	free(to);
	if (end && end[1])
		plan_add_rcpt_param(o->p, end + 2);
}

static void set_user(struct order *o, const char *value)
{
	const char *colon = strchr(value, ':');

	o->p->auth.wanted = true;
	o->p->auth.clear_ok = true; /* curl does not ask */
	free(o->p->auth.user);
	o->p->auth.user = xmemdup0(value, colon ? (size_t)(colon - value)
	                                        : strlen(value));
	if (colon)
		plan_set_password(o->p, colon + 1);
}

static void set_mechs(struct order *o, const char *value)
{
	free(o->p->auth.mechs);
	o->p->auth.mechs = xstrdup(value);
}

static void set_token(struct order *o, const char *value)
{
	plan_set_password(o->p, value);
	if (!o->p->auth.mechs)
		set_mechs(o, "OAUTHBEARER XOAUTH2");
}

static void set_login_options(struct order *o, const char *value)
{
	if (strncmp(value, "AUTH=", 5) == 0)
		set_mechs(o, value + 5);
}

static void set_authzid(struct order *o, const char *value)
{
	o->p->auth.authzid = xstrdup(value);
}

static void set_request(struct order *o, const char *value)
{
	o->request = xstrdup(value);
}

static void set_upload(struct order *o, const char *value)
{
	bool from_stdin = strcmp(value, "-") == 0;
	struct buf m = { 0 };

	curl_case_section(o->c, from_stdin ? "stdin" : "file",
	                  from_stdin ? NULL : strchr(value, '/'), &m);
	o->upload = true;
	free(o->p->message);
	o->p->message_len = m.len;
	buf_addc(&m, '\0');
	o->p->message = buf_steal(&m);
}

/* curl builds the message itself; ours is what must come out of it. */
static void set_form(struct order *o, const char *value)
{
	struct buf m = { 0 };

	(void)value;
	o->upload = true;
	if (o->p->message)
		return;
	curl_case_section(o->c, "upload", NULL, &m);
	while (m.len && m.data[--m.len] != '.')
		;
	o->p->message_len = m.len;
	buf_addc(&m, '\0');
	o->p->message = buf_steal(&m);
}

static void set_config(struct order *o, const char *value)
{
	(void)value; /* the one case that has a file of options */
	set_from(o, "sender@example.com\r\nDATA");
}

static void set_initial(struct order *o, const char *value)
{
	(void)value;
	o->initial = true;
}

static void set_tls(struct order *o, const char *value)
{
	(void)value;
	o->p->tls.policy = TLS_MAY;
}

static const struct option {
	const char *name;
	bool value;
	void (*set)(struct order *o, const char *value); /* NULL: no matter */
} options[] = {
	{ "--mail-from", true, set_from },
	{ "--mail-rcpt", true, add_rcpt },
	{ "--mail-rcpt-allowfails", false, NULL },
	{ "-T", true, set_upload },
	{ "-F", true, set_form },
	{ "-H", true, NULL },
	{ "-u", true, set_user },
	{ "-X", true, set_request },
	{ "--request", true, set_request },
	{ "-I", false, NULL },
	{ "-K", true, set_config },
	{ "--crlf", false, NULL },
	{ "--libcurl", true, NULL },
	{ "--login-options", true, set_login_options },
	{ "--oauth2-bearer", true, set_token },
	{ "--sasl-authzid", true, set_authzid },
	{ "--sasl-ir", false, set_initial },
	{ "--ssl", false, set_tls },
};

/* smtp://[user;AUTH=mech@]host:port/name-for-EHLO */
static void set_url(struct order *o, const char *url)
{
	const char *at = strchr(url, '@'), *slash;
	char *login = NULL;
	struct buf name = { 0 };

	assert_memory_equal(url, "smtp://", 7);
	if (at) {
		login = xmemdup0(url + 7, (size_t)(at - url - 7));
		url = at;
		if (strchr(login, ';')) {
			set_login_options(o, strchr(login, ';') + 1);
			*strchr(login, ';') = '\0';
		}
		set_user(o, login);
		free(login);
	}
	slash = strchr(url + 7, '/');
	for (const char *c = slash ? slash + 1 : ""; *c; c++) {
		if (strncmp(c, "%0d%0a", 6) == 0) {
			buf_adds(&name, "\r\n");
			c += 5;
		} else {
			buf_addc(&name, *c);
		}
	}
	free(o->p->helo);
	buf_addc(&name, '\0');
	o->p->helo = buf_steal(&name);
}

static void set_word(struct order *o, char **words, size_t *i)
{
	const char *word = words[*i];

	for (size_t k = 0; k < N_OF(options); k++)
		if (strcmp(options[k].name, word) == 0) {
			const char *value = options[k].value ? words[++*i] : "";

			if (options[k].set)
				options[k].set(o, value);
			return;
		}
	if (*word == '-')
		fail_msg("option %s is not known", word);
	set_url(o, word);
}

/* Without a message curl sends one command: -X, or VRFY, or HELP. */
static void set_command(struct order *o)
{
	const char *rcpt = o->p->n_to ? o->p->to[0] : "";
	const char *verb = o->request ? o->request :
	                   *rcpt ? "VRFY" : "HELP";
	char *hello = xasprintf("EHLO %s", o->p->helo);
	char *line = xasprintf("%s%s%s", verb, *rcpt ? " " : "", rcpt);

	o->p->stage = STAGE_EHLO;
	plan_add_step(o->p, STEP_SEND, hello, 0);
	plan_add_step(o->p, STEP_SEND, line, 0);
	free(hello);
	free(line);
}

/* Their programs use the library: the sender is in their source. */
static void set_library(struct order *o)
{
	switch (o->c->number) {
	case 652:
		set_form(o, "");
		set_from(o, "somebody@example.com");
		add_rcpt(o, "someone@example.com");
		break;
	case 1507: /* aborts in the middle of the message */
		set_upload(o, "-");
		set_from(o, "1507-realuser@example.com");
		add_rcpt(o, "1507-recipient@example.com");
		break;
	case 1520:
		set_upload(o, "-");
		set_from(o, "sender@example.com");
		add_rcpt(o, "recipient@example.com");
		break;
	}
}

/* part: of a command with several, between "-:", from 0. */
static void take_order(struct order *o, size_t part)
{
	char **words = curl_case_words(o->c);
	size_t i = 0;

	o->p = client_plan_port(o->c->port);
	plan_drop_to(o->p, 0);
	set_from(o, "");
	for (size_t p = 0; words[i] && p < part; i++)
		p += strcmp(words[i], "-:") == 0;
	for (; words[i] && strcmp(words[i], "-:") != 0; i++)
		set_word(o, words, &i);
	curl_case_words_free(words);
	set_library(o);
	o->p->stage = o->c->number == 1507 ? STAGE_DATA : STAGE_DOT;
	if (!o->upload)
		set_command(o);
	free(o->request);
}

/* ---- one case ---- */

struct result {
	int exit;
	const char *outcome, *wire;
	char findings[512];
};

static bool same(const struct curl_case *c, const char *section,
                 const struct buf *got)
{
	struct buf raw = { 0 }, expected = { 0 };
	bool equal;

	curl_case_section(c, section, NULL, &raw);
	message_normalise(buf_str(&raw), raw.len, &expected);
	equal = expected.len == got->len &&
	        (!got->len || !memcmp(expected.data, got->data, got->len));
	buf_clear(&raw);
	buf_clear(&expected);
	return equal;
}

static void note_findings(const struct client *c, struct result *r)
{
	const struct event *e;
	size_t len = 0;

	for (size_t i = 0; (e = client_find(c, EV_FINDING, i)); i++) {
		const char *id = event_text(e, e->u.finding.id);

		if (len < sizeof r->findings - 64 && !strstr(r->findings, id))
			len += (size_t)snprintf(r->findings + len, 64,
			                        "%s%.60s", len ? " " : "", id);
	}
}

static void play_part(struct curl_case *c, struct order *o, size_t part,
                      struct client *client, struct result *r)
{
	const struct event *e, *v;

	o->c = c;
	take_order(o, part);
	e = client_run(client, o->p, RUN_MS);
	assert_non_null(e);
	r->exit = e->u.end.exit;
	for (size_t i = 0; (v = client_find(client, EV_VERDICT, i)); i++)
		if (!v->u.verdict.recipient.len)
			r->outcome = outcome_name(v->u.verdict.outcome);
	note_findings(client, r);
}

static void play(int number, struct result *r)
{
	struct curl_case c;
	struct curl_server *s;
	struct smtpfault *f;
	struct client client;
	struct buf command = { 0 };
	unsigned parts;

	*r = (struct result){ .outcome = "", .wire = "other" };
	if (!curl_case_read(&c, cases, number))
		fail_msg("test%d: cannot be read", number);
	curl_case_section(&c, "command", NULL, &command);
	s = curl_server_new(&c, strstr(buf_str(&command), "--sasl-ir"));
	parts = strstr(buf_str(&command), " -:") ? 2 : 1;
	f = smtpfault_start_answering(curl_server_answer, s);
	c.port = smtpfault_port(f);
	for (unsigned i = 0; i < parts; i++) {
		struct order o = { 0 };

		client_start(&client, NULL);
		play_part(&c, &o, i, &client, r);
		if (client_find(&client, EV_CONNECTED, 0))
			smtpfault_wait(f, i + 1, 3000);
		client_stop(&client);
	}
	smtpfault_stop(f);
	if (getenv("FAULT_SHOW"))
		print_message("%s", curl_server_commands(s)->data);
	if (same(&c, "protocol", curl_server_commands(s)))
		r->wire = same(&c, "upload", curl_server_upload(s)) ?
		          "same" : "commands";
	curl_server_free(s);
	buf_clear(&command);
	curl_case_clear(&c);
}

struct expected {
	char **cell;
	const struct tsv *t;
};

static const char *cell(const struct expected *e, const char *column)
{
	return e->cell[tsv_column(e->t, column)];
}

static void test_curl_case_gives_our_outcome(void **state)
{
	const struct expected *e = *state;
	struct result r;

	if (strcmp(cell(e, "exit"), "n/a") == 0) {
		assert_true(strlen(cell(e, "reason")) > 10);
		return;
	}
	play(atoi(cell(e, "test")), &r);
	assert_string_equal(r.outcome, cell(e, "outcome"));
	assert_int_equal(r.exit, atoi(cell(e, "exit")));
	assert_string_equal(r.wire, cell(e, "wire"));
	if (strcmp(cell(e, "finding"), "-") != 0 &&
	    !strstr(r.findings, cell(e, "finding")))
		assert_string_equal(r.findings, cell(e, "finding"));
	if (strcmp(r.wire, "same") != 0)
		assert_string_not_equal(cell(e, "reason"), "-");
}

/* Of each case there is a row, and each row has its case. */
static void test_every_case_has_a_row(void **state)
{
	const struct tsv *t = *state;

	assert_int_equal(t->rows - 1, 93);
	for (size_t r = 1; r < t->rows; r++) {
		struct curl_case c;
		struct buf error = { 0 };

		assert_true(curl_case_read(&c, cases,
		                           atoi(t->cell[r][0])));
		curl_case_section(&c, "errorcode", NULL, &error);
		assert_int_equal(atoi(buf_str(&error)), atoi(t->cell[r][1]));
		buf_clear(&error);
		curl_case_clear(&c);
	}
}

static int print_all(const struct tsv *t)
{
	for (size_t i = 1; i < t->rows; i++) {
		struct expected e = { (char **)(uintptr_t)t->cell[i], t };
		struct result r;

		if (strcmp(cell(&e, "exit"), "n/a") == 0)
			continue;
		play(atoi(cell(&e, "test")), &r);
		printf("%s\t%s\t%d\t%s\t%s\t%s\n", cell(&e, "test"),
		       cell(&e, "curl"), r.exit, r.outcome, r.findings, r.wire);
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *shared = getenv("SMTPSCOPE_SHARED");
	struct CMUnitTest *tests;
	struct expected *rows;
	struct tsv *t;
	int failed;

	if (!shared)
		return SKIPPED;
	cases = xasprintf("%s/data/curl-smtp-tests", shared);
	t = tsv_load("tests/data/curl-expected.tsv");
	if (argc > 1 && strcmp(argv[1], "print") == 0)
		return print_all(t);
	tests = xcalloc(t->rows, sizeof *tests);
	rows = xcalloc(t->rows, sizeof *rows);
	tests[0] = (struct CMUnitTest)cmocka_unit_test_prestate(
	    test_every_case_has_a_row, t);
	for (size_t i = 1; i < t->rows; i++) {
		rows[i] = (struct expected){ t->cell[i], t };
		tests[i] = (struct CMUnitTest){
			.name = xasprintf("curl_%s", t->cell[i][0]),
			.test_func = test_curl_case_gives_our_outcome,
			.initial_state = &rows[i] };
	}
	failed = _cmocka_run_group_tests("curl", tests, t->rows, NULL, NULL);
	for (size_t i = 1; i < t->rows; i++)
		free((char *)(uintptr_t)tests[i].name);
	free(tests);
	free(rows);
	free(cases);
	tsv_free(t);
	return failed;
}
