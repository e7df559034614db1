#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/finding.h"
#include "core/typed.h"

struct typing {
	const char *line;
	enum state state;
	const char *id; /* first remark, NULL none */
	int caret;
	const char *arg;
};

static const struct typing typings[] = {
	{ "EHLO client.example", ST_GREETED, NULL, 0, "" },
	{ "EHLO [192.0.2.1]", ST_GREETED, NULL, 0, "" },
	{ "ehlo client.example", ST_GREETED, NULL, 0, "" },
	{ "EHLO", ST_GREETED, "hello-no-name", 4, "" },
	{ "HELO laptop", ST_GREETED, "hello-single-label", 5, "" },
	{ "EHLO 192.0.2.1", ST_GREETED, "hello-bare-address", 5, "" },
	{ "EHLO 2001:db8::1", ST_GREETED, "hello-bare-address", 5, "" },
	{ "HELLO you", ST_GREETED, "command-hello", 0, "HELLO" },
	{ "XYZZY", ST_GREETED, "command-unknown", 0, "XYZZY" },
	{ "", ST_GREETED, "command-empty", 0, "" },
	{ " NOOP", ST_GREETED, "command-blank", 0, "" },
	{ "NO\bOP", ST_GREETED, "command-backspace", 2, "" },
	{ "NOOP\t\x1b", ST_GREETED, "command-control", 4, "" },
	{ "VRFY J\xc3\xb6rg", ST_READY, "command-8bit", 6, "" },
	{ "MAIL FROM:<a@b.example>", ST_READY, NULL, 0, "" },
	{ "MAIL FROM:<>", ST_READY, NULL, 0, "" },
	{ "MAIL FROM: <a@b.example>", ST_READY, "path-blank", 10, "" },
	{ "MAIL FROM:a@b.example", ST_READY, "path-brackets", 10, "" },
	{ "MAIL FROM:<a@b.example", ST_READY, "path-brackets", 22, "" },
	{ "MAIL <a@b.example>", ST_READY, "path-keyword", 5, "FROM:" },
	{ "MAIL FROM:<bob>", ST_READY, "path-no-domain", 11, "" },
	{ "MAIL FROM:<a@b> SIZE=1", ST_READY, "params-without-ehlo", 16, "" },
	{ "RCPT TO:<postmaster>", ST_MAIL, NULL, 0, "" },
	{ "RCPT TO:<>", ST_MAIL, "path-null-rcpt", 9, "" },
	{ "RCPT TO:<x@y.z>", ST_READY, "command-out-of-order", 0, "RCPT" },
	{ "DATA", ST_MAIL, "data-no-recipient", 0, "" },
	{ "DATA now", ST_RCPT, "command-argument", 5, "" },
	{ "QUIT", ST_RCPT, NULL, 0, "" },
	{ "NOOP\r\nQUIT", ST_READY, "line-break", 4, "" },
	{ "NOOP\nQUIT", ST_READY, "line-break", 4, "" },
};

static void test_typed_line_gets_its_remark_and_caret(void **state)
{
	struct typed t;

	(void)state;
	for (size_t i = 0; i < sizeof typings / sizeof *typings; i++) {
		const struct typing *y = &typings[i];

		typed_check(y->line, strlen(y->line), y->state, NULL, &t);
		if (!y->id) {
			if (t.count)
				fail_msg("%s: %s", y->line, t.remarks[0].id);
			continue;
		}
		if (!t.count || strcmp(t.remarks[0].id, y->id) != 0 ||
		    t.remarks[0].caret != y->caret)
			fail_msg("%s: %s at %d", y->line,
			         t.count ? t.remarks[0].id : "nothing",
			         t.count ? t.remarks[0].caret : -1);
		assert_string_equal(t.remarks[0].arg, y->arg);
		assert_non_null(finding_find(y->id));
		assert_int_equal(t.refused, strcmp(y->id, "line-break") == 0);
	}
}

static void test_typed_nul_is_refused(void **state)
{
	struct typed t;

	(void)state;
	typed_check("NOOP\0X", 6, ST_READY, NULL, &t);
	assert_true(t.refused);
}

static void test_typed_extension_not_offered(void **state)
{
	static const struct { const char *line, *id; } t[] = {
		{ "STARTTLS", "command-not-offered" },
		{ "AUTH PLAIN", "command-not-offered" },
		{ "VRFY bob", NULL },
		{ "MAIL FROM:<a@b.example> SIZE=1", NULL },
		{ "MAIL FROM:<a@b.c> BODY=8BITMIME", "param-not-offered" },
		{ "MAIL FROM:<a@b.example> XYZ=1", NULL },
	};
	struct ehlo offers = { 0 };
	struct typed typed;

	(void)state;
	ehlo_add_line(&offers, "SIZE 1000", 9);
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		typed_check(t[i].line, strlen(t[i].line), ST_READY, &offers,
		            &typed);
		if (t[i].id)
			assert_string_equal(typed.remarks[0].id, t[i].id);
		else
			assert_int_equal(typed.count, 0);
	}
	ehlo_clear(&offers);
}

static void test_typed_hundred_mistakes_stay_in_bounds(void **state)
{
	char line[4000];
	struct typed t;

	(void)state;
	memset(line, '\x80', sizeof line);
	typed_check(line, sizeof line, ST_GREETED, NULL, &t);
	assert_true(t.count <= TYPED_REMARKS_MAX);
	assert_true(strlen(t.remarks[t.count - 1].arg) < 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_typed_line_gets_its_remark_and_caret),
		cmocka_unit_test(test_typed_nul_is_refused),
		cmocka_unit_test(test_typed_extension_not_offered),
		cmocka_unit_test(test_typed_hundred_mistakes_stay_in_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
