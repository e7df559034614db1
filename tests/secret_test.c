/* secret: every written form of a secret is blotted, and nothing else. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "core/secret.h"
#include "util/base64.h"
#include "util/buf.h"
#include "util/xalloc.h"

static struct secrets *with(const char *secret, size_t len)
{
	struct secrets *s = secrets_new();

	secrets_add(s, secret, len);
	return s;
}

static void expect(const char *secret, const char *text, const char *blotted)
{
	struct secrets *s = with(secret, strlen(secret));
	char *copy = xstrdup(text);
	bool found = secrets_blot_one(s, copy, strlen(copy));

	if (strcmp(copy, blotted) != 0)
		fail_msg("\"%s\" in \"%s\": \"%s\", not \"%s\"", secret, text,
		         copy, blotted);
	assert_int_equal(found, strcmp(text, blotted) != 0);
	free(copy);
	secrets_free(s);
}

static void test_blot_each_form_is_found(void **state)
{
	static const struct {
		const char *secret, *text, *blotted;
	} rows[] = {
		{ "s3cret", "bad: s3cret!", "bad: ******!" },
		{ "s3cret", "s3crets3cret", "************" },
		{ "abcabca", "abcabcabca", "**********" },
		{ "s3cret", "733363726574", "************" },
		{ "k~y~k", "6B7E797E6b", "**********" },
		{ "k~y~k", "x6b7e797e6b", "x**********" },
		{ "p ss&1", "q=p%20ss%261;", "q=**********;" },
		{ "p ss&1", "q=p+ss%261;", "q=********;" },
		{ "p ss", "%70%20%73%73", "************" },
		{ "p+ss", "p%2bss p%2Bss", "****** ******" },
		{ "a=b&4", "a=3Db&4 a=3db=264", "******* *********" },
		{ "a\"b\\c", "say \"a\\\"b\\\\c\"", "say \"*******\"" },
		{ "s3cret", "czNjcmV0", "********" },
		{ "s3cret", "AHMzY3JldAA=", "A*********A=" },
		{ "s3cret", "AABzM2NyZXQ=", "AA*********=" },
		{ "~~~???", "fn5+Pz8/ fn5-Pz8_", "******** ********" },
		{ "50%25", "50%25 off", "***** off" },
		{ "s3cret", "s3cre s3crex S3CRET", "s3cre s3crex S3CRET" },
		{ "s3cret", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		expect(rows[i].secret, rows[i].text, rows[i].blotted);
}

static void test_blot_line_breaks_do_not_hide(void **state)
{
	(void)state;
	expect("s3cret", "a s3c\r\nret b", "a ***\r\n*** b");
	expect("s3cret", "s3c=\r\nret", "****\r\n***");
	expect("s3cret", "czNj\r\ncmV0", "****\r\n****");
	expect("s3cret", "7333637\n26574", "*******\n*****");
	expect("two\nlines", "two\nlines", "***\n*****");
}

static void test_blot_short_ones_stand_alone(void **state)
{
	(void)state;
	expect("a", "a man, a: (a)", "* man, *: (*)");
	expect("abc", "abc abcd xabc -abc-", "*** abcd xabc -***-");
	expect("abc", "YWJj 616263 xYWJj", "**** ****** xYWJj");
	expect("ab", "ab\xc3\xa4 ab", "ab\xc3\xa4 **");
	expect("abc", "AGEAYWJj", "AGEAYWJj");
}

static void test_blot_spans_are_one_text(void **state)
{
	struct secrets *s = with("s3cret", 6);
	char a[] = "no s3", b[] = "cr", c[] = "et, or czN", d[] = "jcmV0.";
	const struct secret_span spans[] = {
		{ a, strlen(a) }, { b, strlen(b) }, { NULL, 0 },
		{ c, strlen(c) }, { d, strlen(d) },
	};

	(void)state;
	assert_true(secrets_blot(s, spans, 5));
	assert_string_equal(a, "no **");
	assert_string_equal(b, "**");
	assert_string_equal(c, "**, or ***");
	assert_string_equal(d, "*****.");
	assert_false(secrets_blot(s, spans, 0));
	assert_false(secrets_blot(s, spans, 5));
	secrets_free(s);
}

static void test_secrets_add_keeps_the_first_and_the_last(void **state)
{
	struct secrets *s = secrets_new();
	char first[] = "plan's own", last[] = "typed-0199";
	char old[] = "typed-0050";
	char name[16];

	(void)state;
	assert_false(secrets_any(s));
	secrets_add(s, "", 0);
	assert_false(secrets_any(s));
	secrets_add(s, first, strlen(first));
	assert_true(secrets_any(s));
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof name, "typed-%04d", i);
		secrets_add(s, name, strlen(name));
		secrets_add(s, name, strlen(name));
	}
	assert_true(secrets_blot_one(s, first, strlen(first)));
	assert_true(secrets_blot_one(s, last, strlen(last)));
	assert_false(secrets_blot_one(s, old, strlen(old)));
	secrets_free(s);
	secrets_free(NULL);
}

/* The random property: a text with the secret in all its forms, broken into
 * spans anywhere, holds none of them afterwards. */

static uint32_t seed;

static unsigned any(unsigned below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

enum { FORM_PLAIN, FORM_BASE64, FORM_BASE64_URL = FORM_BASE64 + 3,
	FORM_HEX = FORM_BASE64_URL + 3, FORM_HEX_UPPER, FORM_PERCENT,
	FORM_PERCENT_ALL, FORM_QP, FORM_QP_ALL, FORM_COUNT };

static void add_hex(struct buf *out, const char *before, bool upper,
                    unsigned char c)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";

	buf_adds(out, before);
	buf_addc(out, digits[c >> 4]);
	buf_addc(out, digits[c & 15]);
}

/* Base64 of lead bytes, the secret and some more; only the certain digits. */
static void add_base64(struct buf *out, const char *p, size_t len, int lead)
{
	struct buf raw = { 0 }, text = { 0 };
	size_t from = ((size_t)lead * 8 + 5) / 6;
	size_t to = ((size_t)lead + len) * 8 / 6;

	buf_add(&raw, "\1\2\3", (size_t)lead);
	buf_add(&raw, p, len);
	buf_add(&raw, "\4\5\6", 3);
	base64_encode(&text, raw.data, raw.len);
	buf_add(out, text.data + from, to - from);
	buf_clear(&raw);
	buf_clear(&text);
}

static bool is_plain(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z');
}

static void add_form(struct buf *out, const char *p, size_t len, int form)
{
	const char *escape = form < FORM_PERCENT ? ""
	                   : form < FORM_QP ? "%" : "=";
	bool upper = form != FORM_HEX && form != FORM_PERCENT_ALL;
	size_t before = out->len;

	if (form == FORM_PLAIN) {
		buf_add(out, p, len);
	} else if (form < FORM_HEX) {
		add_base64(out, p, len, (form - FORM_BASE64) % 3);
		for (; form >= FORM_BASE64_URL && before < out->len; before++)
			if (out->data[before] == '+')
				out->data[before] = '-';
			else if (out->data[before] == '/')
				out->data[before] = '_';
	} else {
		for (size_t i = 0; i < len; i++)
			if ((form == FORM_PERCENT || form == FORM_QP) &&
			    is_plain((unsigned char)p[i]))
				buf_addc(out, p[i]);
			else
				add_hex(out, escape, upper,
				        (unsigned char)p[i]);
	}
}

/* A full form: in Base64 with the digits that the neighbours share. */
static void add_whole(struct buf *out, const char *p, size_t len, int form)
{
	struct buf raw = { 0 };
	int lead = (form - FORM_BASE64) % 3;
	size_t at = out->len;

	if (form < FORM_BASE64 || form >= FORM_HEX) {
		add_form(out, p, len, form);
		return;
	}
	for (int i = 0; i < lead; i++)
		buf_addc(&raw, (char)any(256));
	buf_add(&raw, p, len);
	for (unsigned i = any(4); i > 0; i--)
		buf_addc(&raw, (char)any(256));
	base64_encode(out, raw.data, raw.len);
	for (; form >= FORM_BASE64_URL && at < out->len; at++)
		if (out->data[at] == '+' || out->data[at] == '/')
			out->data[at] = out->data[at] == '+' ? '-' : '_';
	buf_clear(&raw);
}

static bool in(const struct buf *text, const struct buf *form)
{
	for (size_t i = 0; i + form->len <= text->len; i++)
		if (memcmp(text->data + i, form->data, form->len) == 0)
			return true;
	return false;
}

/* Blots text as spans that end anywhere. */
static void blot_in_spans(const struct secrets *s, struct buf *text)
{
	struct secret_span spans[64];
	size_t n = 0, at = 0;

	while (at < text->len && n < 63) {
		size_t len = 1 + any(40);

		len = len > text->len - at ? text->len - at : len;
		spans[n++] = (struct secret_span){ text->data + at, len };
		at += len;
	}
	spans[n++] = (struct secret_span){ text->data + at, text->len - at };
	assert_true(secrets_blot(s, spans, n));
}

static void one_random_secret(void)
{
	struct buf text = { 0 }, form = { 0 };
	struct secrets *s;
	char secret[24];
	size_t len = SECRET_MIN + any(20);

	for (size_t i = 0; i < len; i++) /* bytes but CR and LF */
		do
			secret[i] = (char)(any(3) ? 33 + any(94) : any(256));
		while (secret[i] == '\r' || secret[i] == '\n');
	s = with(secret, len);
	for (int k = 0; k < 12; k++) {
		buf_adds(&text, any(2) ? " " : "; no: ");
		add_whole(&text, secret, len, (int)any(FORM_COUNT));
	}
	blot_in_spans(s, &text);
	for (int k = 0; k < FORM_COUNT; k++) {
		buf_reset(&form);
		add_form(&form, secret, len, k);
		if (in(&text, &form))
			fail_msg("form %d: %.*s", k, (int)text.len, text.data);
	}
	secrets_free(s);
	buf_clear(&text);
	buf_clear(&form);
}

static void test_blot_no_form_is_left(void **state)
{
	(void)state;
	seed = 20261129;
	for (int i = 0; i < 3000; i++)
		one_random_secret();
}

/* The longest reply, all Base64, and as many secrets as there may be. */
static void test_blot_a_large_reply_takes_no_time(void **state)
{
	enum { LEN = 256 * 1024 };
	struct secrets *s = secrets_new();
	char *text = xmalloc(LEN), one[32];
	clock_t start;

	(void)state;
	seed = 1;
	for (size_t i = 0; i < SECRETS_MAX; i++) {
		for (size_t k = 0; k < sizeof one; k++)
			one[k] = (char)any(256);
		secrets_add(s, one, sizeof one);
	}
	for (size_t i = 0; i < LEN; i++)
		text[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef"
		          "0123456789+/=%\\ "[any(48)];
	start = clock();
	assert_false(secrets_blot_one(s, text, LEN));
	print_message("256 KiB, 64 secrets: %ld us\n",
	              (long)(clock() - start) * 1000000 / CLOCKS_PER_SEC);
	free(text);
	secrets_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blot_each_form_is_found),
		cmocka_unit_test(test_blot_line_breaks_do_not_hide),
		cmocka_unit_test(test_blot_short_ones_stand_alone),
		cmocka_unit_test(test_blot_spans_are_one_text),
		cmocka_unit_test(test_secrets_add_keeps_the_first_and_the_last),
		cmocka_unit_test(test_blot_no_form_is_left),
		cmocka_unit_test(test_blot_a_large_reply_takes_no_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
