#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
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
	{ "EHLO a.example b", ST_READY, "command-syntax", 5,
	  "EHLO <domain or [address literal]>" },
	{ "TURN now", ST_READY, "command-argument", 5, "" },
	{ "BDAT 86", ST_RCPT, NULL, 0, "" },
	{ "bdat 86 last", ST_RCPT, NULL, 0, "" },
	{ "BDAT", ST_RCPT, "command-needs-argument", 4,
	  "BDAT <length> [LAST]" },
	{ "BDAT -1", ST_RCPT, "command-syntax", 5, "BDAT <length> [LAST]" },
	{ "BDAT 86 END", ST_RCPT, "command-syntax", 8, "BDAT <length> [LAST]" },
	{ "BDAT 86 LAST 1", ST_RCPT, "command-syntax", 13,
	  "BDAT <length> [LAST]" },
	{ "BURL imap://h/x LAST", ST_RCPT, NULL, 0, "" },
	{ "BURL LAST", ST_RCPT, "command-syntax", 5, "BURL <url> [LAST]" },
	{ "ETRN", ST_READY, "command-needs-argument", 4,
	  "ETRN [@|#]<node>" },
	{ "ETRN @example.org", ST_READY, NULL, 0, "" },
	{ "ETRN #any queue!", ST_READY, "command-syntax", 10,
	  "ETRN [@|#]<node>" },
	{ "ETRN exam!ple", ST_READY, "command-syntax", 5, "ETRN [@|#]<node>" },
	{ "ETRN @", ST_READY, "command-syntax", 6, "ETRN [@|#]<node>" },
	{ "ATRN", ST_READY, NULL, 0, "" },
	{ "ATRN example.org,example.com", ST_READY, NULL, 0, "" },
	{ "ATRN example.org,", ST_READY, "command-syntax", 17,
	  "ATRN [domain,domain\xe2\x80\xa6]" },
	{ "ATRN a.example b.example", ST_READY, "command-syntax", 15,
	  "ATRN [domain,domain\xe2\x80\xa6]" },
	{ "VRFY", ST_READY, "command-needs-argument", 4,
	  "VRFY <user or address> [SMTPUTF8]" },
	{ "XEXCH50 1028 2", ST_RCPT, NULL, 0, "" },
	{ "XEXCH50 1028", ST_RCPT, "command-syntax", 12,
	  "XEXCH50 <length> <number>" },
	{ "XCLIENT NAME=a.example ADDR=192.0.2.1", ST_READY, NULL, 0, "" },
	{ "XCLIENT NAME=a.example IDENT=7", ST_READY,
	  "attribute-not-offered", 23, "IDENT" },
	{ "XFORWARD IDENT=7", ST_READY, NULL, 0, "" },
	{ "XFORWARD NAME", ST_READY, "command-syntax", 9,
	  "XFORWARD NAME=\xe2\x80\xa6 ADDR=\xe2\x80\xa6 \xe2\x80\xa6" },
	{ "AUTH", ST_READY, "command-needs-argument", 4,
	  "AUTH <mechanism> [initial response]" },
	{ "AUTH PLAIN dGVzdAB0ZXN0ADEyMzQ=", ST_READY, NULL, 0, "" },
	{ "AUTH EXTERNAL =", ST_READY, NULL, 0, "" },
	{ "AUTH PLAIN secret!", ST_READY, "auth-base64", 11, "" },
	{ "AUTH PLAIN dGVzdA== x", ST_READY, "auth-words", 20, "" },
	{ "AUTH my.secret", ST_READY, "auth-mechanism", 5, "" },
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
		{ "MAIL FROM:<a@b.example> XYZ=1", "param-unknown" },
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

/* The server offers what the table below wants; DSN it does not. */
static const struct typing params[] = {
	{ "MAIL FROM:<a@b.c> SIZE=5 BODY=7BIT", ST_READY, NULL, 0, "" },
	{ "MAIL FROM:<a@b.c>  size=5", ST_READY, NULL, 0, "" },
	{ "MAIL FROM:<a@b.c> SIZE=x", ST_READY, "param-size", 23, "SIZE" },
	{ "MAIL FROM:<a@b.c> SIZE", ST_READY, "param-value-missing", 18,
	  "SIZE" },
	{ "MAIL FROM:<a@b.c> SIZE=1 Size=2", ST_READY, "param-twice", 25,
	  "Size" },
	{ "MAIL FROM:<a@b.c> BODY=BINARYMIME", ST_READY, "param-not-offered",
	  18, "BODY" },
	{ "MAIL FROM:<a@b.c> NOTIFY=NEVER", ST_READY, "param-elsewhere", 18,
	  "NOTIFY" },
	{ "MAIL FROM:<a@b.c> RET=HDRS", ST_READY, "param-not-offered", 18,
	  "RET" },
	{ "MAIL FROM:<a@b.c> RET=ALL", ST_READY, "param-not-offered", 18,
	  "RET" },
	{ "MAIL FROM:<a@b.c> =5", ST_READY, "param-syntax", 18, "" },
	{ "MAIL FROM:<a@b.c> -X", ST_READY, "param-syntax", 18, "-X" },
	{ "MAIL FROM:<a@b.c> HOLDFOR=1 HOLDUNTIL=2026-05-01T12:00:00Z",
	  ST_READY, "param-hold-both", 28, "" },
	{ "RCPT TO:<a@b.c> SIZE=5", ST_MAIL, "param-elsewhere", 16, "SIZE" },
	{ "AUTH PLAIN", ST_READY, NULL, 0, "" },
	{ "AUTH LOGIN", ST_READY, "auth-not-offered", 5, "LOGIN" },
	{ "XCLIENT ADDR=192.0.2.1", ST_READY, "attribute-not-offered", 8,
	  "ADDR" },
};

static void test_typed_parameter_gets_its_remark(void **state)
{
	static const char *const lines[] = { "SIZE 10", "8BITMIME",
		"FUTURERELEASE 864000 2026-12-31T00:00:00Z", "AUTH PLAIN",
		"XCLIENT NAME PORT" };
	struct ehlo offers = { 0 };
	struct typed t;

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		ehlo_add_line(&offers, lines[i], strlen(lines[i]));
	for (size_t i = 0; i < sizeof params / sizeof *params; i++) {
		const struct typing *y = &params[i];
		const struct typed_remark *r = t.remarks;

		typed_check(y->line, strlen(y->line), y->state, &offers, &t);
		if (!y->id && t.count)
			fail_msg("%s: %s", y->line, r->id);
		if (!y->id)
			continue;
		if (!t.count || strcmp(r->id, y->id) != 0 ||
		    r->caret != y->caret)
			fail_msg("%s: %s at %d", y->line,
			         t.count ? r->id : "nothing", r->caret);
		assert_string_equal(r->arg, y->arg);
		assert_non_null(finding_find(y->id));
	}
	ehlo_clear(&offers);
}

/* A definition of a parameter raises the limit of 512 octets. */
static void test_typed_long_parameter_is_no_long_command(void **state)
{
	char line[600] = "MAIL FROM:<a@b.c> AUTH=";
	struct ehlo offers = { 0 };
	struct typed t;
	size_t at = strlen(line);

	(void)state;
	ehlo_add_line(&offers, "AUTH PLAIN", 10);
	memset(line + at, 'x', 500);
	typed_check(line, at + 500, ST_READY, &offers, &t);
	assert_int_equal(t.count, 0);
	memset(line, 'x', 511);
	memcpy(line, "NOOP ", 5);
	typed_check(line, 511, ST_READY, &offers, &t);
	assert_string_equal(t.remarks[0].id, "command-long");
	ehlo_clear(&offers);
}

/* Any bytes behind any verb: carets stay in the line, nothing beyond its end
 * is read (each line is a block of its own, as long as it is). */
static void test_typed_any_bytes_stay_in_bounds(void **state)
{
	static const char bytes[] = " <>@#,=+:.[]ANMLST019-\xff\t";
	struct ehlo offers = { 0 };
	unsigned seed = 7;

	(void)state;
	ehlo_add_line(&offers, "AUTH PLAIN", 10);
	ehlo_add_line(&offers, "DSN", 3);
	for (int round = 0; round < 60000; round++) {
		enum verb v = (enum verb)(round % VERB_OTHER);
		const char *name = command_info(v)->name;
		size_t word = strlen(name), len = word + (size_t)(round % 24);
		char *line = malloc(len);
		struct typed t;

		assert_non_null(line);
		memcpy(line, name, word);
		for (size_t i = word; i < len; i++) {
			seed = seed * 1103515245u + 12345u;
			line[i] = bytes[(seed >> 16) % (sizeof bytes - 1)];
		}
		typed_check(line, len, ST_READY, round % 3 ? &offers : NULL,
		            &t);
		for (size_t i = 0; i < t.count; i++) {
			assert_non_null(finding_find(t.remarks[i].id));
			assert_in_range(t.remarks[i].caret, 0, len);
		}
		free(line);
	}
	ehlo_clear(&offers);
}

static void test_typed_secret_is_in_no_remark(void **state)
{
	static const char *const lines[] = {
		"AUTH PLAIN hunter2!", "AUTH LOGIN aGk= hunter2",
		"AUTH hunter2.hunter2", "X-EXPS LOGIN hunter2!",
	};
	struct typed t;

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		typed_check(lines[i], strlen(lines[i]), ST_READY, NULL, &t);
		assert_true(t.count > 0);
		for (size_t k = 0; k < t.count; k++)
			assert_null(strstr(t.remarks[k].arg, "hunter2"));
	}
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
		cmocka_unit_test(test_typed_parameter_gets_its_remark),
		cmocka_unit_test(test_typed_long_parameter_is_no_long_command),
		cmocka_unit_test(test_typed_any_bytes_stay_in_bounds),
		cmocka_unit_test(test_typed_secret_is_in_no_remark),
		cmocka_unit_test(test_typed_hundred_mistakes_stay_in_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
