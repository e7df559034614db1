/* plans: what is made of the options, and what does not fit together. */
#include "config.h"

#include "cli/plans.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "cli/fit.h"
#include "cli/password.h"
#include "clitest.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#define EIGHT_ZONES "a,a,a,a,a,a,a,a"
#define LEN(a) (sizeof(a) / sizeof *(a))
static char *plan_of(const char *line, bool batch, struct plan **out)
{
	struct plan base;
	char *error;

	options_clear(&o);
	cli_accept(line);
	*out = NULL;
	error = plans_base(&o, batch, &base);
	if (!error)
		error = plans_target(&o, &base,
		                     o.n_words ? o.words[0] : NULL, out);
	if (!error)
		error = plans_finish(&o, *out);
	plan_clear(&base);
	return error;
}

static void test_plan_recipients_and_stage(void **state)
{
	static const struct {
		const char *line, *domain;
		size_t n_to;
		enum stage stage;
	} cases[] = {
		{ "example.org", "example.org", 0, STAGE_EHLO },
		{ "u@example.org", "example.org", 1, STAGE_RCPT },
		{ "u@example.org -t v@a.example,w@b.example", "example.org", 3,
		  STAGE_RCPT },
		{ "u@example.org -t u@example.org", "example.org", 1,
		  STAGE_RCPT },
		{ "-t v@a.example -t w@b.example", "a.example", 2,
		  STAGE_RCPT },
		{ "-s mx.example.org", "mx.example.org", 0, STAGE_EHLO },
		{ "u@example.org -q mail", "example.org", 1, STAGE_MAIL },
		{ "example.org -q route", "example.org", 0, STAGE_ROUTE },
		{ "u@example.org -q data", "example.org", 1, STAGE_DATA },
		{ "example.org --tls must", "example.org", 0, STAGE_TLS },
		{ "example.org --tls may", "example.org", 0, STAGE_EHLO },
		{ "example.org --auth --auth-user u", "example.org", 0,
		  STAGE_AUTH },
		{ "u@example.org --auth-user u", "example.org", 1,
		  STAGE_RCPT },
		{ "smtps://mx.example.org", "mx.example.org", 0, STAGE_EHLO },
		{ "u@example.org -q dot --test-message", "example.org", 1,
		  STAGE_DOT },
		{ "--pipe true -t u@example.org", "example.org", 1,
		  STAGE_RCPT },
		{ "--pipe true", "localhost", 0, STAGE_EHLO },
		{ "-s unix:/run/x u@example.org", "example.org", 1,
		  STAGE_RCPT },
		{ "unix:/run/x", "/run/x", 0, STAGE_EHLO },
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct plan *p;
		char *error = plan_of(cases[i].line, true, &p);

		if (error)
			fail_msg("%s: %s", cases[i].line, error);
		assert_string_equal(p->target.domain, cases[i].domain);
		assert_int_equal(p->n_to, cases[i].n_to);
		assert_int_equal(p->stage, cases[i].stage);
		assert_true(p->hold_enter);
		assert_false(p->may_ask);
		plan_free(p);
	}
}

static void test_plan_what_does_not_fit_is_refused(void **state)
{
	static const struct {
		const char *line, *why;
	} cases[] = {
		{ "a..b", "a..b" },
		{ "example.org -q rcpt", "recipient is needed" },
		{ "example.org -q dot", "recipient is needed" },
		{ "u@example.org -q dot", "--data" },
		{ "u@example.org --data /dev/null", "-q dot" },
		{ "u@example.org --data /no/such", "/no/such" },
		{ "u@example.org --script /no/such", "/no/such" },
		{ "u@example.org --script /dev/null", "no line" },
		{ "u@192.0.2.1", "[192.0.2.1]" },
		{ "example.org --tls never --tls-ca x", "--tls never" },
		{ "example.org --tls never -q tls", "--tls never" },
		{ "smtps://example.org --tls never", "--tls never" },
		{ "example.org --tls-min 1.3 --tls-max 1.2", "--tls-min" },
		{ "example.org --tls-key x", "--tls-cert" },
		{ "example.org --tls dane --tls-ca x", "TLSA" },
		{ "unix:/run/x --tls dane", "TLSA" },
		{ "example.org --protocol smtp --tls must", "HELO" },
		{ "example.org --protocol smtp --auth-user u", "HELO" },
		{ "lmtp://example.org --protocol smtp", "--protocol" },
		{ "--pipe true -s example.org", "--pipe" },
		{ "--pipe true example.org", "--pipe" },
		{ "--pipe true unix:/run/x", "--pipe" },
		{ "unix:/run/x -p 25", "unix:" },
		{ "example.org --proxy-from 192.0.2.1", "--proxy-header" },
		{ "example.org --proxy-header v1 --proxy-from 192.0.2.1 "
		  "--proxy-to 2001:db8::1", "both IPv4" },
		{ "u@example.org --test-message --data /dev/null -q dot",
		  "--data" },
		{ "u@example.org --test-message", "-q dot" },
		{ "u@example.org --bdat -q data", "354" },
		{ "example.org -q auth", "--auth[=MECHS]" },
		{ "example.org --auth-clear", "--auth[=MECHS]" },
		{ "example.org --auth", "--auth-user" },
		{ "example.org --authzid u", "--auth-user" },
		{ "u@example.org -q dot --data - --auth-user u "
		  "--auth-password-file -", "standard input" },
		{ "example.org --json --as-command", "--as-command" },
		{ "example.org --ask-myip --proxy socks5://h:1", "--ip" },
		{ "--pipe true --ask-myip", "--ip" },
		{ "example.org --dnsbl " EIGHT_ZONES "," EIGHT_ZONES ","
		  EIGHT_ZONES "," EIGHT_ZONES " --dnsbl a", "33 are too many" },
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct plan *p;

		cli_refuse(plan_of(cases[i].line, true, &p), cases[i].line,
		       cases[i].why);
		plan_free(p);
	}
}

static void test_plan_values_are_carried_over(void **state)
{
	struct plan *p;

	(void)state;
	assert_null(plan_of("u@example.org -f <> -s [192.0.2.1]:2525 -6",
	                    true, &p));
	assert_string_equal(p->from, "");
	assert_string_equal(p->server, "192.0.2.1");
	assert_int_equal(p->port, 2525);
	assert_int_equal(p->family, 6);
	plan_free(p);
	assert_null(plan_of("u@example.org --timeout 7 -p 26 -s h.example:27",
	                    false, &p));
	assert_int_equal(p->timeout_ms, 7000);
	assert_int_equal(p->port, 26);
	assert_true(p->may_ask);
	assert_null(p->from);
	plan_free(p);
}

static void test_plan_tls_and_auth(void **state)
{
	struct plan *p;

	(void)state;
	assert_null(plan_of("h.example --tls wrap --tls-min 1.2 --tls-max 1.3",
	                    true, &p));
	assert_true(p->tls.wrap && p->tls.said);
	assert_int_equal(p->tls.policy, TLS_MUST);
	assert_int_equal(p->tls.min, 0x0303);
	assert_int_equal(p->tls.max, 0x0304);
	assert_int_equal(p->port, 465);
	plan_free(p);
	assert_null(plan_of("smtps://h.example:1465 --tls verify --tls-cert c",
	                    true, &p));
	assert_true(p->tls.wrap);
	assert_int_equal(p->tls.policy, TLS_VERIFY);
	assert_int_equal(p->port, 0);
	assert_int_equal(p->target.port, 1465);
	assert_string_equal(p->tls.cert_file, "c");
	plan_free(p);
	assert_null(plan_of("smtps://h.example", true, &p));
	assert_int_equal(p->tls.policy, TLS_MUST);
	assert_false(p->tls.said);
	plan_free(p);
	assert_null(plan_of("h.example --auth=plain,,login --auth-user u "
	                    "--auth-clear", true, &p));
	assert_string_equal(p->auth.mechs, "PLAIN LOGIN");
	assert_true(p->auth.wanted && p->auth.clear_ok);
	assert_true(fit_wants_password(p));
	plan_free(p);
	assert_null(plan_of("h.example --auth=external", true, &p));
	assert_false(fit_wants_password(p));
	plan_free(p);
}

static void test_plan_checks_are_carried_over(void **state)
{
	struct plan *p, *copy;

	(void)state;
	assert_null(plan_of("h.example --ip 2001:db8::5 --like-mta --ask-myip "
	                    "--dkim-selector s1 --dkim-selector=b._x,2024 "
	                    "--dnsbl bl.example,x.example.", true, &p));
	assert_non_null(p);
	copy = plan_copy(p);
	plan_free(p);
	assert_true(copy->checks.like_mta && copy->checks.ask_myip);
	assert_false(copy->checks.wanted);
	assert_string_equal(copy->checks.ip, "2001:db8::5");
	assert_int_equal(copy->checks.n_selectors, 3);
	assert_string_equal(copy->checks.selectors[1], "b._x");
	assert_int_equal(copy->checks.n_dnsbls, 2);
	assert_string_equal(copy->checks.dnsbls[1], "x.example.");
	plan_free(copy);
}

static void test_plan_ways_and_parameters(void **state)
{
	struct plan *p;

	(void)state;
	assert_null(plan_of("lmtp://h.example --mail-param A=B --rcpt-param C "
	                    "--rcpt-param D=E --timeout classroom --pipelining",
	                    true, &p));
	assert_int_equal(p->protocol, PROTO_LMTP);
	assert_int_equal(p->target.port, 24);
	assert_int_equal(p->patience, PATIENCE_CLASSROOM);
	assert_true(p->pipelining);
	assert_int_equal(p->n_rcpt_params, 2);
	assert_string_equal(p->rcpt_params[1], "D=E");
	assert_string_equal(p->mail_params[0], "A=B");
	plan_free(p);
	assert_null(plan_of("h.example --proxy socks5://[::1]:1080 "
	                    "--proxy-header v2 --proxy-from 192.0.2.9:1", true,
	                    &p));
	assert_string_equal(p->way.socks_host, "::1");
	assert_int_equal(p->way.socks_port, 1080);
	assert_int_equal(p->way.proxy_header, 2);
	assert_string_equal(p->way.proxy_from, "192.0.2.9:1");
	plan_free(p);
	assert_null(plan_of("-s unix:/run/x -t u@b.example --protocol lmtp",
	                    true, &p));
	assert_string_equal(p->way.unix_path, "/run/x");
	assert_int_equal(p->port, 0);
	plan_free(p);
}

/* text to a file of that mode; what the plan's password then is. */
static char *password_of(const char *text, size_t len, mode_t mode,
                         struct plan *p)
{
	char path[] = "/tmp/smtpscope-password-XXXXXX", *error, *warning;
	int fd = mkstemp(path);

	assert_int_equal(write(fd, text, len), len);
	fchmod(fd, mode);
	close(fd);
	plan_init(p);
	error = password_read(p, path, &warning);
	unlink(path);
	assert_true((warning != NULL) == (!error && (mode & 077) != 0));
	free(warning);
	return error;
}

static void test_password_is_the_first_line_of_its_file(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		const char *password, *why;
	} cases[] = {
		{ "s3cret", 6, "s3cret", NULL },
		{ "s3cret\nmore\n", 12, "s3cret", NULL },
		{ " a b \r\n", 7, " a b ", NULL },
		{ "", 0, NULL, "empty" }, { "\nx", 2, NULL, "empty" },
		{ "a\0b\n", 4, NULL, "NUL" },
	};
	struct plan p;

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++)
		for (mode_t mode = 0600; mode <= 0644; mode += 044) {
			char *error = password_of(cases[i].text, cases[i].len,
			                          mode, &p);

			if (cases[i].why)
				cli_refuse(error, cases[i].text, cases[i].why);
			else
				assert_string_equal(p.auth.password,
				                    cases[i].password);
			plan_clear(&p);
		}
}

static void test_password_has_a_bound(void **state)
{
	static char text[PASSWORD_MAX + 8];
	struct plan p;

	(void)state;
	memset(text, 'x', sizeof text);
	cli_refuse(password_of(text, sizeof text, 0600, &p), "long", "64 KiB");
	plan_clear(&p);
	text[PASSWORD_MAX] = '\n';
	assert_null(password_of(text, sizeof text, 0600, &p));
	assert_int_equal(strlen(p.auth.password), PASSWORD_MAX);
	plan_clear(&p);
}

static void test_plan_script_lines_are_steps(void **state)
{
	char path[] = "/tmp/smtpscope-script-XXXXXX", *line;
	FILE *f = fdopen(mkstemp(path), "w");
	struct plan *p;

	(void)state;
	fputs("EHLO a.example\r\nNOOP\n\nQUIT", f);
	fclose(f);
	line = xasprintf("example.org --script %s", path);
	assert_null(plan_of(line, true, &p));
	assert_int_equal(p->n_steps, 4);
	assert_string_equal(p->steps[0].line, "EHLO a.example");
	assert_string_equal(p->steps[2].line, "");
	assert_string_equal(p->steps[3].line, "QUIT");
	assert_int_equal(p->stage, STAGE_EHLO);
	plan_free(p);
	free(line);
	unlink(path);
}

#define T(name) cmocka_unit_test_setup_teardown(name, cli_begin, cli_end)

/* "helo=a.example to=x@a" said by a line of a list, over what line says. */
static char *line_plan(const char *line, const char *says, struct plan **out)
{
	struct options own;
	struct plan base, own_base;
	char *copy = xstrdup(says), *rest = copy, *pair, *error = NULL;

	options_clear(&o);
	cli_accept(line);
	assert_null(plans_base(&o, true, &base));
	options_copy(&own, &o);
	plan_init(&own_base);
	while (!error && (pair = strsep(&rest, " "))) {
		char *value = strchr(pair, '=');

		*value++ = '\0';
		error = plans_line_option(&own, pair, value);
	}
	if (!error)
		error = plans_line_base(&own, &base, &own_base);
	if (!error)
		error = plans_target(&own, &own_base, "t@x.example", out);
	if (!error)
		error = plans_finish(&own, *out);
	plan_clear(&base);
	plan_clear(&own_base);
	options_clear(&own);
	free(copy);
	return error;
}

static void test_line_options_hold_for_its_target_alone(void **state)
{
	struct plan *p = NULL;

	(void)state;
	assert_null(line_plan("--helo me.example -t c@cli.example -f f@cli "
	                      "--tls must --all",
	                      "helo=own.example to=a@x.example to=b@x.example "
	                      "port=587 tls=never all=no quit-after=mail", &p));
	assert_string_equal(p->helo, "own.example");
	assert_string_equal(p->from, "f@cli");
	assert_int_equal(p->n_to, 3); /* the target's, and not the CLI's */
	assert_string_equal(p->to[0], "t@x.example");
	assert_string_equal(p->to[1], "a@x.example");
	assert_string_equal(p->to[2], "b@x.example");
	assert_int_equal(p->port, 587);
	assert_int_equal(p->tls.policy, TLS_NEVER);
	assert_false(p->all);
	assert_int_equal(p->stage, STAGE_MAIL);
	plan_free(p);
	/* the command line's own are as they were */
	assert_string_equal(o.helo, "me.example");
	assert_string_equal(o.to, "c@cli.example");
	assert_true(o.all);
	assert_null(line_plan("-q dot --test-message", "from=<>", &p));
	assert_string_equal(p->from, "");
	assert_true(p->test_message);
	plan_free(p);
}

static void test_line_options_bad_ones_are_refused(void **state)
{
	static const struct {
		const char *says, *why;
	} rows[] = {
		{ "hello=a", "hello" },       { "pipe=id", "pipe" },
		{ "data=/etc/passwd", "data" }, { "script=x", "script" },
		{ "tls-ca=/x", "tls-ca" },    { "record=/x", "record" },
		{ "auth-password-file=/x", "auth-password-file" },
		{ "allow-private=yes", "allow-private" },
		{ "proxy=socks5://a:1", "proxy" },
		{ "port=70000", "65535" },    { "helo=a\nb", "line break" },
		{ "to=<>", "--to" },          { "ipv4=maybe", "yes or no" },
		{ "tls=never tls-min=1.2", "--tls never" },
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		struct plan *p = NULL;

		cli_refuse(line_plan("", rows[i].says, &p), rows[i].says,
		           rows[i].why);
		plan_free(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_plan_recipients_and_stage),
		T(test_plan_what_does_not_fit_is_refused),
		T(test_plan_values_are_carried_over),
		T(test_plan_tls_and_auth),
		T(test_plan_checks_are_carried_over),
		T(test_plan_ways_and_parameters),
		T(test_password_is_the_first_line_of_its_file),
		T(test_password_has_a_bound),
		T(test_plan_script_lines_are_steps),
		T(test_line_options_hold_for_its_target_alone),
		T(test_line_options_bad_ones_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
