/* options: every option, wrong values, and who wins. */
#include "config.h"

#include "cli/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "clitest.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#define LEN(a) (sizeof(a) / sizeof *(a))
/* A value that fits the form of an option. */
static const char *sample(const struct option *row)
{
	static const char *const samples[][2] = {
		{ "FILE", "x.txt" }, { "ADDR[:PORT]", "192.0.2.1:53" },
		{ "N", "7" }, { "HOST", "mx.example.org" },
		{ "NAME", "cvd-dark" }, { "STAGE", "mail" },
		{ "SECONDS|classroom", "5" }, { "TAG", "de" },
		{ "P", "RET=HDRS" }, { "COMMAND", "true" }, { "v1|v2", "v2" },
		{ "socks5://HOST:PORT", "socks5://[::1]:1080" },
		{ "never|may|must|verify|dane|wrap", "wrap" },
		{ "1.0|1.1|1.2|1.3", "1.2" }, { "MECHS", "PLAIN,LOGIN" },
		{ "LESSON", "first" }, { "HOST:PORT", "localhost:5300" },
		{ "always", "always" }, { "all|people", "people" },
		{ "DOMAIN", "example.org" },
		{ "EXPERIMENT[=VALUE]", "helo=mx.example.org" },
		{ "ZONE", "dnsbl.example.org" },
		{ "esmtp|smtp|lmtp", "smtp" }, { "bash|zsh|fish", "zsh" },
	};

	if (strcmp(row->name, "source") == 0 || strcmp(row->name, "ip") == 0)
		return "192.0.2.1";
	if (strcmp(row->form, "ADDR") == 0)
		return "user@example.org";
	for (size_t i = 0; i < LEN(samples); i++)
		if (strcmp(samples[i][0], row->form) == 0)
			return samples[i][1];
	fail_msg("no sample for %s", row->form);
	return NULL;
}

static char *as_word(const struct option *row, const char *value)
{
	return row->arg == ARG_NONE ? xasprintf("--%s", row->name)
	                            : xasprintf("--%s=%s", row->name, value);
}

static const char *value_for(const struct option *row)
{
	return row->arg == ARG_NONE ? "" : sample(row);
}

static void test_options_every_row_is_accepted_and_unset(void **state)
{
	const struct option *row;

	(void)state;
	for (size_t i = 0; (row = option_at(i)); i++) {
		char *word = as_word(row, value_for(row));
		char *off = xasprintf("--no-%s", row->name);
		static const struct options nothing;

		cli_accept(word);
		assert_int_equal(o.set_by[i], SOURCE_ARGS);
		cli_accept(off);
		if (strcmp(row->name, "record") == 0) { /* "" is none */
			assert_string_equal(o.record, "");
			cli_accept("--no-no-record");
		}
		o.job = JOB_SESSION;
		memset(o.set_by, 0, sizeof o.set_by);
		assert_memory_equal(&o, &nothing, sizeof o);
		free(word);
		free(off);
	}
}

static void test_options_every_letter_is_its_long_name(void **state)
{
	const struct option *row;

	(void)state;
	for (size_t i = 0; (row = option_at(i)); i++) {
		char *words[2], letter[3] = { '-', row->letter, '\0' };

		if (!row->letter)
			continue;
		words[0] = letter;
		words[1] = (char *)value_for(row);
		assert_null(options_read_args(&o, row->arg == ARG_NONE ? 1 : 2,
		                              words, SOURCE_ARGS));
		assert_int_equal(o.set_by[i], SOURCE_ARGS);
	}
}

static void test_options_every_row_has_help_and_a_group(void **state)
{
	const struct option *row;

	(void)state;
	for (size_t i = 0; (row = option_at(i)); i++) {
		assert_true(row->help && *row->help);
		assert_true(*option_group_name(row->group));
		assert_true(row->arg == ARG_NONE || row->form);
		for (size_t k = 0; k < i; k++) {
			assert_string_not_equal(option_at(k)->name, row->name);
			assert_true(!row->letter ||
			            option_at(k)->letter != row->letter);
		}
	}
}

static void test_options_line_breaks_are_refused_everywhere(void **state)
{
	const struct option *row;

	(void)state;
	for (size_t i = 0; (row = option_at(i)); i++)
		for (const char *bad = "\r\n\t\x7f"; *bad; bad++) {
			char *value, *word;

			if (row->arg == ARG_NONE)
				continue;
			value = xasprintf("%s%cRCPT", sample(row), *bad);
			word = as_word(row, value);
			cli_refuse(options_read_args(&o, 1, &word, SOURCE_ARGS),
			       word, "control character");
			free(value);
			free(word);
		}
}

static void test_options_wrong_ones_are_told(void **state)
{
	static const struct {
		const char *line, *why;
	} cases[] = {
		{ "--fromm a@b.example", "did you mean -f, --from ADDR?" },
		{ "--form a@b.example", "did you mean -f, --from ADDR?" },
		{ "--quit-aftr mail", "--quit-after STAGE" },
		{ "--verison", "--version" },
		{ "--comp", "--completions" },
		{ "--qqqqqqqqqqqq", "--help" },
		{ "--", NULL },
		{ "-x", "\"-x\"" },
		{ "--no-such", "unknown" },
		{ "--port", "a value is missing" },
		{ "-p", "a value is missing" },
		{ "--to --batch", "a value is missing" },
		{ "--batch=yes", "takes no value" },
		{ "--port 0", "1 to 65535" },
		{ "--port 65536", "1 to 65535" },
		{ "--port 25x", "\"25x\"" },
		{ "--port +25", "\"+25\"" },
		{ "-p99999999999999999999", "1 to 65535" },
		{ "--timeout 0", "1 to 86400" },
		{ "--seed 0", "from 1" },
		{ "--lang xx", "en and de" },
		{ "--completions tcsh", "bash, zsh and fish" },
		{ "--dns ns.example.org", "192.0.2.53:53" },
		{ "--dns 192.0.2.1:", "192.0.2.53:53" },
		{ "--dns 192.0.2.1:0", "192.0.2.53:53" },
		{ "--dns [2001:db8::1", "192.0.2.53:53" },
		{ "--dns [2001:db8::1]x", "192.0.2.53:53" },
		{ "--source localhost", "numeric" },
		{ "--ip mail.example.org", "numeric" },
		{ "--dkim-selector ,a", "selector" },
		{ "--dkim-selector a..b", "selector" },
		{ "--dkim-selector \"a b\"", "selector" },
		{ "--dnsbl https://bl.example/", "dnsbl.example.org" },
		{ "--dnsbl bl.example,.", "dnsbl.example.org" },
		{ "--dnsbl 192.0.2.1", "address" },
		{ "--join example.org", "with a port" },
		{ "--join :53", "with a port" },
		{ "--from a@b..c", "a@b..c" },
		{ "--from a@b..example", "--from" },
		{ "--to <>", "--to" },
		{ "--to a@b.example,,c@d.example", "--to" },
		{ "--to a@192.0.2.1", "user@[192.0.2.1]" },
		{ "--helo a<b", "host name" },
		{ "--server a..b", "--server" },
		{ "--server user@example.org", "not a host" },
		{ "--record=", "empty" },
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		char *error = cli_read(cases[i].line);

		if (!cases[i].why)
			assert_null(error);
		else
			cli_refuse(error, cases[i].line, cases[i].why);
	}
}

static void test_options_words_and_forms_are_told(void **state)
{
	static const struct {
		const char *line, *why;
	} cases[] = {
		{ "-q nowhere", "connect ehlo tls auth mail rcpt" },
		{ "--protocol uucp", "esmtp smtp lmtp" },
		{ "--tls maybe", "may never must verify dane wrap" },
		{ "--tls-min 1.4", "1.0 1.1 1.2 1.3" },
		{ "--tls-max TLSv1.2", "1.0 1.1 1.2 1.3" },
		{ "--timeout 5s", "classroom" },
		{ "--timeout 86401", "86400" },
		{ "--timeout=", "86400" },
		{ "--mail-param A=B=C", "no parameter" },
		{ "--mail-param=-A", "no parameter" },
		{ "--mail-param A=", "no parameter" },
		{ "--mail-param=", "no parameter" },
		{ "--rcpt-param N\303\244", "no parameter" },
		{ "--proxy http://proxy.example:8080", "socks5://" },
		{ "--proxy socks5://proxy.example", "socks5://" },
		{ "--proxy-header v3", "v1 v2" },
		{ "--proxy-from mx.example", "numeric" },
		{ "--pipe=", "command is empty" },
		{ "--auth=PLAIN;LOGIN", "PLAIN,LOGIN" },
		{ "--auth-user=", "name is empty" },
		{ "--auth-password hunter2", "--auth-password-file" },
		{ "--auth-password=hunter2", "--auth-password-file" },
		{ "-ap hunter2", "--auth-password-file" },
		{ "--password=hunter2", "--auth-password-file" },
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++)
		cli_refuse(cli_read(cases[i].line), cases[i].line,
		           cases[i].why);
}

static void test_options_right_ones_are_taken(void **state)
{
	static const char *const lines[] = {
		"--dns 192.0.2.1", "--dns 192.0.2.1:5353", "--dns ::1",
		"--dns [::1]", "--dns [::1]:53", "--from <>", "--from=",
		"--from <a@b.example>", "--to a@b.example,c@d.example",
		"--to \"a,b\"@c.example", "--data -", "-4b", "-bqmail",
		"--server [192.0.2.1]:2525", "--helo [192.0.2.1]",
		"--seed 18446744073709551615", "--demo", "--demo=x.lesson",
		"--record /tmp/x", "-V", "-h", "- --",
	};

	(void)state;
	for (size_t i = 0; i < LEN(lines); i++)
		cli_accept(lines[i]);
}

static void test_options_hostile_value_is_escaped_in_the_message(void **state)
{
	char *word = (char *)"--fro\x1b[2Jm";

	(void)state;
	cli_refuse(options_read_args(&o, 1, &word, SOURCE_ARGS), "escape",
	       "<1B>[2J");
}

static void test_options_letters_and_words_mix(void **state)
{
	(void)state;
	cli_accept("-4bq mail example.org -p2525 -- -x.example");
	assert_int_equal(o.family, 4);
	assert_int_equal(o.front, FRONT_BATCH);
	assert_int_equal(o.stage, STAGE_MAIL + 1);
	assert_int_equal(o.port, 2525);
	assert_int_equal(o.n_words, 2);
	assert_string_equal(o.words[0], "example.org");
	assert_string_equal(o.words[1], "-x.example");
}

static void test_sources_later_one_wins_and_lists_are_not_mixed(void **state)
{
	(void)state;
	cli_accept("-t one@a.example -t two@a.example --no-helo --json");
	assert_null(options_read_words(&o,
		"-t three@a.example --helo env.example -p 26 --plain",
		SOURCE_ENVIRONMENT));
	assert_null(options_set(&o, "port", "27", SOURCE_CONFIG));
	assert_null(options_set(&o, "batch", "yes", SOURCE_CONFIG));
	assert_null(options_set(&o, "seed", "9", SOURCE_CONFIG));
	assert_string_equal(o.to, "one@a.example,two@a.example");
	assert_null(o.helo);
	assert_int_equal(o.port, 26);
	assert_int_equal(o.front, FRONT_JSON);
	assert_int_equal(o.seed, 9);
}

static void test_environment_quotes(void **state)
{
	(void)state;
	assert_null(options_read_words(&o,
		" --record 'a b'  --script=\"c \\\"d\" --data e\\ f ",
		SOURCE_ENVIRONMENT));
	assert_string_equal(o.record, "a b");
	assert_string_equal(o.script, "c \"d");
	assert_string_equal(o.data, "e f");
	cli_refuse(options_read_words(&o, "--record 'a", SOURCE_ENVIRONMENT),
	       "open quote", "quote");
	cli_refuse(options_read_words(&o, "example.org", SOURCE_ENVIRONMENT),
	       "target in the environment", "no option");
	cli_refuse(options_read_words(&o, "--version", SOURCE_ENVIRONMENT),
	       "a job in the environment", "command line");
}

static char *config(const char *text)
{
	char path[] = "/tmp/smtpscope-config-XXXXXX", *error;
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	error = config_read(&o, path);
	unlink(path);
	return error;
}

static void test_config_is_read(void **state)
{
	(void)state;
	assert_null(config("# mine\nfrom = <>\nbatch = yes\nall=no\n"
	                   "to = a@b.example, c@d.example\n"
	                   "[keys]\nquit = Q\nhelp = F2\n"));
	assert_string_equal(o.from, "<>");
	assert_int_equal(o.front, FRONT_BATCH);
	assert_int_equal(o.n_keys, 2);
	assert_string_equal(o.keys[0], "quit = Q");
	assert_null(o.keys[2]);
}

static void test_config_wrong_lines_are_named(void **state)
{
	static const struct {
		const char *text, *line, *why;
	} cases[] = {
		{ "port = 25\n\nport = x\n", ":3:", "\"x\"" },
		{ "prot = 25\n", ":1:", "did you mean" },
		{ "batch = perhaps\n", ":1:", "yes or no" },
		{ "version = yes\n", ":1:", "command line" },
		{ "rubbish\n", ":1:", "" },
		{ "[colours]\nx = y\n", ":2:", "[keys]" },
		{ "to = a@b..c\n", ":1:", "a@b..c" },
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		char *error = config(cases[i].text);

		assert_non_null(error);
		assert_non_null(strstr(error, cases[i].line));
		cli_refuse(error, cases[i].text, cases[i].why);
	}
	assert_null(config_read(&o, "/nonexistent/config"));
	cli_refuse(config_read(&o, "/"), "a folder", "/");
}

static void test_read_all_sources(void **state)
{
	char *argv[] = { "smtpscope", "-p", "25", "x.example", NULL };
	char *help[] = { "smtpscope", "--help", NULL };
	char *german[] = { "smtpscope", "--port", "x", "--lang", "de", NULL };

	(void)state;
	setenv("SMTPSCOPE_OPTIONS", "-p 26 --json", 1);
	assert_null(options_read(&o, 4, argv));
	assert_int_equal(o.port, 25);
	assert_int_equal(o.front, FRONT_JSON);
	options_clear(&o);
	setenv("SMTPSCOPE_OPTIONS", "--rubbish", 1);
	cli_refuse(options_read(&o, 4, argv), "environment",
	           "SMTPSCOPE_OPTIONS:");
	options_clear(&o);
	assert_null(options_read(&o, 2, help));
	options_clear(&o);
	free(options_read(&o, 5, german));
	assert_int_equal(i18n_lang(), LANG_DE);
}

/* What was given is not repeated: it would be on the screen, and in logs. */
static void test_options_password_is_no_argument(void **state)
{
	static const char *const lines[] = {
		"--auth-password hunter2", "--auth-password=hunter2",
		"-ap hunter2", "--password=hunter2",
	};
	char *error;

	(void)state;
	for (size_t i = 0; i < LEN(lines); i++) {
		error = cli_read(lines[i]);
		assert_non_null(error);
		assert_null(strstr(error, "hunter2"));
		cli_refuse(error, lines[i], "can be read by others");
	}
	cli_refuse(options_read_words(&o, "--auth-password hunter2",
	                          SOURCE_ENVIRONMENT),
	       "in the environment", "no option");
	cli_refuse(config("auth-password = hunter2\n"), "config", "no option");
}

static void test_options_blank_in_a_parameter_is_refused(void **state)
{
	char *word = (char *)"--mail-param=A=B RET=HDRS";

	(void)state;
	cli_refuse(options_read_args(&o, 1, &word, SOURCE_ARGS), word,
	           "no blank");
	cli_accept("--mail-param A=B --mail-param SMTPUTF8");
	assert_string_equal(o.mail_params, "A=B SMTPUTF8");
	assert_null(config("rcpt-param = NOTIFY=SUCCESS,FAILURE\n"
	                   "rcpt-param = ORCPT=rfc822;a@b.example\n"));
	assert_string_equal(o.rcpt_params,
	                    "NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;a@b.example");
}

#define T(name) cmocka_unit_test_setup_teardown(name, cli_begin, cli_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_options_every_row_is_accepted_and_unset),
		T(test_options_every_letter_is_its_long_name),
		T(test_options_every_row_has_help_and_a_group),
		T(test_options_line_breaks_are_refused_everywhere),
		T(test_options_wrong_ones_are_told),
		T(test_options_words_and_forms_are_told),
		T(test_options_right_ones_are_taken),
		T(test_options_hostile_value_is_escaped_in_the_message),
		T(test_options_letters_and_words_mix),
		T(test_sources_later_one_wins_and_lists_are_not_mixed),
		T(test_environment_quotes),
		T(test_config_is_read),
		T(test_config_wrong_lines_are_named),
		T(test_read_all_sources),
		T(test_options_password_is_no_argument),
		T(test_options_blank_in_a_parameter_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
