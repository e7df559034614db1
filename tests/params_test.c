/* The parameters of MAIL and RCPT: the table and what a value may be. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "core/ehlo.h"
#include "core/finding.h"
#include "core/params.h"
#include "util/xalloc.h"

/* Does the list of extensions.tsv name the keyword? "[", "|" and "=" end it. */
static bool list_names(const char *list, const char *keyword)
{
	size_t len = strlen(keyword);

	for (const char *p = list; *p;) {
		size_t word = strcspn(p, " ");

		if (strcspn(p, " =[") == len && strncmp(p, keyword, len) == 0)
			return true;
		p += word;
		p += strspn(p, " |");
	}
	return false;
}

static void test_table_agrees_with_extensions(void **state)
{
	const struct param *p;
	size_t rows = 0;

	(void)state;
	for (; (p = param_at(rows)); rows++) {
		const struct extension *e =
		    extension_find(p->needs, strlen(p->needs));
		int caret;

		if (!e)
			fail_msg("%s needs %s", p->keyword, p->needs);
		assert_true(p->explain_en[0] && p->explain_de[0] &&
		            p->source[0] && p->finding[0]);
		assert_non_null(finding_find(p->finding));
		assert_int_equal(!strcmp(p->form, "none"), !p->value[0]);
		assert_int_equal(list_names(e->mail_params, p->keyword),
		                 !!strstr(p->command, "MAIL"));
		assert_int_equal(list_names(e->rcpt_params, p->keyword),
		                 !!strstr(p->command, "RCPT"));
		param_check(p, "x", 1, &caret); /* its form is known */
	}
	assert_true(rows >= 25);
}

/* And the other way round. */
static void names_are_known(const char *list, enum verb v)
{
	for (const char *p = list; *p;) {
		size_t word = strcspn(p, " "), key = strcspn(p, " =[");

		if (!param_find(p, key, v))
			fail_msg("no row for %.*s", (int)key, p);
		p += word;
		p += strspn(p, " |");
	}
}

static void test_table_has_all_of_the_extensions(void **state)
{
	const struct extension *e;

	(void)state;
	for (size_t i = 0; (e = extension_at(i)); i++) {
		names_are_known(e->mail_params, VERB_MAIL);
		names_are_known(e->rcpt_params, VERB_RCPT);
	}
}

static void test_find_any_case_and_the_right_command(void **state)
{
	(void)state;
	assert_non_null(param_find("size", 4, VERB_MAIL));
	assert_null(param_find("size", 4, VERB_RCPT));
	assert_null(param_find("SIZES", 5, VERB_MAIL));
	assert_null(param_find("SIZ", 3, VERB_MAIL));
	assert_null(param_find("", 0, VERB_MAIL));
	assert_non_null(param_find("NOTIFY", 6, VERB_RCPT));
	assert_null(param_find("NOTIFY", 6, VERB_MAIL));
	assert_non_null(param_find("notify", 6, VERB_OTHER));
	assert_non_null(param_find("ALT-ADDRESS", 11, VERB_MAIL));
	assert_non_null(param_find("ALT-ADDRESS", 11, VERB_RCPT));
}

struct value {
	const char *param; /* "KEY" or "KEY=value" */
	const char *id;    /* NULL fine */
	int caret;
};

static const struct value values[] = {
	{ "SIZE=0", NULL, 0 },
	{ "SIZE=18446744073709551616", NULL, 0 },
	{ "SIZE=123456789012345678901", "param-long", 20 },
	{ "SIZE=-1", "param-size", 0 },
	{ "SIZE=0x10", "param-size", 1 },
	{ "SIZE=", "param-value-missing", 0 },
	{ "SIZE", "param-value-missing", 0 },
	{ "BODY=8bitmime", NULL, 0 },
	{ "BODY=7BIT", NULL, 0 },
	{ "BODY=BINARYMIME", NULL, 0 },
	{ "BODY=8BIT", "param-body", 0 },
	{ "BODY=8BITMIMEX", "param-body", 0 },
	{ "SMTPUTF8", NULL, 0 },
	{ "SMTPUTF8=YES", "param-no-value", 0 },
	{ "SMTPUTF8=", "param-no-value", 0 },
	{ "RET=FULL", NULL, 0 },
	{ "RET=hdrs", NULL, 0 },
	{ "RET=HEADERS", "param-ret", 0 },
	{ "ENVID=QQ314159", NULL, 0 },
	{ "ENVID=a+2Bb", NULL, 0 },
	{ "ENVID=a+2bb", "param-xtext", 1 },
	{ "ENVID=a=b", "param-xtext", 1 },
	{ "ENVID=a+", "param-xtext", 1 },
	{ "ENVID=a+4", "param-xtext", 1 },
	{ "ENVID=\xc3\xbc", "param-xtext", 0 },
	{ "AUTH=<>", NULL, 0 },
	{ "AUTH=e+3Dmc2@example.com", NULL, 0 },
	{ "AUTH=e=mc2@example.com", "param-auth", 1 },
	{ "AUTH=", "param-value-missing", 0 },
	{ "NOTIFY=NEVER", NULL, 0 },
	{ "NOTIFY=success,FAILURE,Delay", NULL, 0 },
	{ "NOTIFY=NEVER,DELAY", "param-notify-never", 0 },
	{ "NOTIFY=FAILURE,NEVER", "param-notify-never", 0 },
	{ "NOTIFY=SUCCESS,", "param-notify", 8 },
	{ "NOTIFY=,SUCCESS", "param-notify", 0 },
	{ "NOTIFY=ALWAYS", "param-notify", 0 },
	{ "ORCPT=rfc822;a+2Bb@example.org", NULL, 0 },
	{ "ORCPT=utf-8;j\xc3\xb6rg@example.org", NULL, 0 },
	{ "ORCPT=rfc822;j\xc3\xb6rg@example.org", "param-xtext", 8 },
	{ "ORCPT=a@example.org", "param-orcpt", 1 },
	{ "ORCPT=;a@example.org", "param-orcpt", 0 },
	{ "ORCPT=rfc822;", "param-orcpt", 7 },
	{ "REQUIRETLS", NULL, 0 },
	{ "REQUIRETLS=1", "param-no-value", 0 },
	{ "MT-PRIORITY=0", NULL, 0 },
	{ "MT-PRIORITY=-9", NULL, 0 },
	{ "MT-PRIORITY=9", NULL, 0 },
	{ "MT-PRIORITY=10", "param-priority", 1 },
	{ "MT-PRIORITY=+3", "param-priority", 0 },
	{ "MT-PRIORITY=-0", "param-priority", 1 },
	{ "BY=120;R", NULL, 0 },
	{ "BY=-120;NT", NULL, 0 },
	{ "BY=+1;rt", NULL, 0 },
	{ "BY=0;N", NULL, 0 },
	{ "BY=-120;R", "param-by-return", 0 },
	{ "BY=000;R", "param-by-return", 0 },
	{ "BY=120", "param-by", 3 },
	{ "BY=120;", "param-by", 4 },
	{ "BY=120;X", "param-by", 4 },
	{ "BY=1234567890;R", "param-by", 9 },
	{ "BY=120;RTT", "param-by", 6 },
	{ "HOLDFOR=86400", NULL, 0 },
	{ "HOLDFOR=086400", "param-hold-for", 0 },
	{ "HOLDFOR=1234567890", "param-hold-for", 9 },
	{ "HOLDUNTIL=2026-05-01T12:00:00Z", NULL, 0 },
	{ "HOLDUNTIL=2026-05-01T12:00:00.25Z", NULL, 0 },
	{ "HOLDUNTIL=2026-05-01T12:00:00+02:00", "param-date", 19 },
	{ "HOLDUNTIL=2026-13-01T12:00:00Z", "param-date", 5 },
	{ "HOLDUNTIL=2026-05-01", "param-date", 10 },
	{ "HOLDUNTIL=tomorrow", "param-date", 0 },
	{ "RRVS=2026-05-01T12:00:00+02:00;R", NULL, 0 },
	{ "RRVS=2026-05-01T12:00:00Z", NULL, 0 },
	{ "RRVS=2026-05-01T12:00:00Z;X", "param-date", 21 },
	{ "MTRK=eIPPeU3uWdKHh5Tm40vNLCjAB7w=:864000", NULL, 0 },
	{ "MTRK=YWJj", NULL, 0 },
	{ "MTRK=YWJ", "param-mtrk", 3 },
	{ "MTRK=YWJj:", "param-mtrk", 5 },
	{ "SOLICIT=org.example:ADV:ADLT,x", NULL, 0 },
	{ "SOLICIT=1x", "param-solicit", 0 },
	{ "SOLICIT=a,", "param-solicit", 2 },
	{ "TRANSID=<12345@client.example>", NULL, 0 },
	{ "TRANSID=12345@client.example", "param-transid", 0 },
	{ "TRANSID=<a..b@c>", "param-transid", 3 },
	{ "XVERP", NULL, 0 },
	{ "XVERP=+=", NULL, 0 },
	{ "XVERP=Courier", NULL, 0 },
	{ "XVERP=ab", "param-verp", 0 },
	{ "XVERP=+", "param-verp", 1 },
	{ "XSECURITY=STARTTLS", NULL, 0 },
	{ "XSECURITY=SSL", "param-security", 0 },
	{ "SUBMITTER=bob@almamater.edu.example", NULL, 0 },
};

static void test_check_value_gets_its_finding_and_caret(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		const struct value *v = &values[i];
		size_t key = strcspn(v->param, "=");
		const struct param *p = param_find(v->param, key, VERB_OTHER);
		const char *value = v->param[key] ? v->param + key + 1 : NULL;
		int caret = -1;
		const char *id = param_check(p, value,
		                             value ? strlen(value) : 0, &caret);

		if (strcmp(id ? id : "", v->id ? v->id : "") != 0 ||
		    caret != v->caret)
			fail_msg("%s: %s at %d", v->param, id ? id : "fine",
			         caret);
		if (id)
			assert_non_null(finding_find(id));
	}
}

static void test_check_length_is_bounded(void **state)
{
	static const struct { const char *key, *begin; size_t most; } t[] = {
		{ "ENVID", "", 100 }, { "ORCPT", "rfc822;", 500 },
		{ "AUTH", "", 500 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		const struct param *p =
		    param_find(t[i].key, strlen(t[i].key), VERB_OTHER);
		char text[600];
		int caret;

		memset(text, 'x', sizeof text);
		memcpy(text, t[i].begin, strlen(t[i].begin));
		assert_null(param_check(p, text, t[i].most, &caret));
		assert_string_equal(
		    param_check(p, text, t[i].most + 1, &caret), "param-long");
		assert_int_equal(caret, t[i].most);
	}
}

/* Whatever the bytes, the caret stays in the value. */
static void test_check_any_bytes_stay_in_bounds(void **state)
{
	const struct param *p;
	unsigned seed = 1;

	(void)state;
	for (size_t i = 0; (p = param_at(i)); i++) {
		for (int round = 0; round < 2000; round++) {
			static const char bytes[] = "09-+;,:=<>@.TZNR\xff\0 /";
			size_t len = (size_t)round % 12;
			char *value = xmalloc(len);
			int caret;

			for (size_t k = 0; k < len; k++) {
				seed = seed * 1103515245u + 12345u;
				value[k] = bytes[(seed >> 16) %
				                 sizeof bytes];
			}
			param_check(p, value, len, &caret);
			assert_in_range(caret, 0, len);
			free(value);
		}
	}
}

static void test_needs_depends_on_the_value(void **state)
{
	const struct param *body = param_find("BODY", 4, VERB_MAIL);

	(void)state;
	assert_string_equal(param_needs(body, "8BITMIME", 8), "8BITMIME");
	assert_string_equal(param_needs(body, "binarymime", 10),
	                    "BINARYMIME");
	assert_string_equal(param_needs(body, NULL, 0), "8BITMIME");
}

static void test_value_lists_its_words(void **state)
{
	const struct param *p = param_find("RET", 3, VERB_MAIL);
	size_t len;

	(void)state;
	assert_memory_equal(param_value(p, 0, &len), "FULL", 4);
	assert_int_equal(len, 4);
	assert_memory_equal(param_value(p, 1, &len), "HDRS", 4);
	assert_int_equal(len, 4);
	param_value(p, 2, &len);
	assert_int_equal(len, 0);
	param_value(param_find("BY", 2, VERB_MAIL), 0, &len);
	assert_int_equal(len, 0);
}

static void test_xtext_escapes_what_a_value_may_not_hold(void **state)
{
	static const char *const t[][2] = {
		{ "", "" },
		{ "plain@example.org", "plain@example.org" },
		{ "e=mc2+x y", "e+3Dmc2+2Bx+20y" },
		{ "\x01~\x7f", "+01~+7F" },
		{ "\xc3\xbc", "+C3+BC" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		char *out = param_xtext(t[i][0]);
		int caret;

		assert_string_equal(out, t[i][1]);
		if (*out)
			assert_null(param_check(
			    param_find("ENVID", 5, VERB_MAIL), out,
			    strlen(out), &caret));
		free(out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table_agrees_with_extensions),
		cmocka_unit_test(test_table_has_all_of_the_extensions),
		cmocka_unit_test(test_find_any_case_and_the_right_command),
		cmocka_unit_test(test_check_value_gets_its_finding_and_caret),
		cmocka_unit_test(test_check_length_is_bounded),
		cmocka_unit_test(test_check_any_bytes_stay_in_bounds),
		cmocka_unit_test(test_needs_depends_on_the_value),
		cmocka_unit_test(test_value_lists_its_words),
		cmocka_unit_test(test_xtext_escapes_what_a_value_may_not_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
