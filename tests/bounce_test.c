/* Refusals found in bounces, logs and transcripts of many programs. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "knowledge/bounce.h"
#include "knowledge/bounce_text.h"
#include "tsv.h"
#include "util/buf.h"
#include "util/i18n.h"
#include "util/xalloc.h"

static struct tsv *expected;
static const char *files[64];
static size_t n_files;

static void load(const char *name, struct buf *out)
{
	const char *top = getenv("srcdir");
	char *path = xasprintf("%s/tests/data/bounces/%s.txt",
	                       top ? top : ".", name);
	FILE *f = fopen(path, "rb");
	char part[4096];
	size_t n;

	if (!f)
		fail_msg("cannot open %s", path);
	while ((n = fread(part, 1, sizeof part, f)) > 0)
		buf_add(out, part, n);
	fclose(f);
	free(path);
}

/* Files that hold nothing to be found stand in no row. */
static int set_up(void **state)
{
	(void)state;
	expected = tsv_load("tests/data/bounces/expected.tsv");
	for (size_t r = 1; r < expected->rows; r++)
		if (r == 1 || strcmp(expected->cell[r][0],
		                     expected->cell[r - 1][0]) != 0)
			files[n_files++] = expected->cell[r][0];
	files[n_files++] = "dsn-delivered";
	files[n_files++] = "nothing";
	files[n_files++] = "empty";
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	tsv_free(expected);
	return 0;
}

static char *joined(const struct bounce_item *i)
{
	struct buf out = { 0 };

	for (size_t k = 0; k < i->n_recipients; k++)
		buf_addf(&out, "%s%s", k ? "," : "", i->recipients[k]);
	if (!out.len)
		buf_addc(&out, '-');
	buf_str(&out);
	return buf_steal(&out);
}

static size_t count_lines(const char *reply)
{
	size_t n = *reply != '\0';

	for (; *reply; reply++)
		n += *reply == '\n';
	return n;
}

static void check_reply(const struct bounce_item *i, const char *want)
{
	if (*want == '-')
		assert_true(i->no_reply);
	else if (*i->reply)
		assert_int_equal(strncmp(i->reply, want, strlen(want)), 0);
	else
		assert_string_equal(i->status, want);
	if (strcmp(want, "-dns") == 0)
		assert_int_equal(i->phase, PHASE_DNS);
	else if (*want == '-')
		assert_string_equal(fail_kind_name(i->kind), want + 1);
}

static void check_item(char *const row[], const struct bounce_item *i)
{
	char *who = joined(i);

	if (strcmp(who, row[1]) != 0 ||
	    strcmp(*i->verb ? i->verb : "-", row[2]) != 0 ||
	    strcmp(*i->host ? i->host : "-", row[4]) != 0 ||
	    count_lines(i->reply) != strtoul(row[5], NULL, 10))
		fail_msg("%s: %s, %s, %s, %zu lines: %s", row[0], who,
		         i->verb, i->host, count_lines(i->reply), i->reply);
	check_reply(i, row[3]);
	assert_true(i->line > 0);
	free(who);
}

static void test_bounce_each_form_is_found(void **state)
{
	(void)state;
	for (size_t k = 0; k < n_files; k++) {
		struct buf text = { 0 };
		struct bounce b;
		size_t n = 0;

		load(files[k], &text);
		bounce_read(&b, buf_str(&text), text.len);
		for (size_t r = 1; r < expected->rows; r++) {
			if (strcmp(expected->cell[r][0], files[k]) != 0)
				continue;
			if (n == b.n)
				fail_msg("%s: %zu found", files[k], b.n);
			check_item(expected->cell[r], &b.items[n++]);
		}
		if (n != b.n)
			fail_msg("%s: %zu found, the last: %s", files[k], b.n,
			         b.items[b.n - 1].reply);
		bounce_clear(&b);
		buf_clear(&text);
	}
	assert_true(n_files >= 50);
}

static bool is_expected(const char *file, const char *who)
{
	for (size_t r = 1; r < expected->rows; r++) {
		const char *p;

		if (strcmp(expected->cell[r][0], file) != 0)
			continue;
		for (p = expected->cell[r][1]; *p; p += strcspn(p, ","),
		                               p += *p == ',')
			if (strcspn(p, ",") == strlen(who) &&
			    strncmp(p, who, strlen(who)) == 0)
				return true;
	}
	return false;
}

static void check_cut(const char *file, const char *text, size_t len)
{
	char *part = xmalloc(len);
	struct bounce b;

	memcpy(part, text, len);
	bounce_read(&b, part, len);
	for (size_t i = 0; i < b.n; i++)
		for (size_t n = 0; n < b.items[i].n_recipients; n++)
			if (!is_expected(file, b.items[i].recipients[n]))
				fail_msg("%s at %zu: %s", file, len,
				         b.items[i].recipients[n]);
	bounce_clear(&b);
	free(part);
}

static void test_bounce_cut_anywhere_names_nobody_else(void **state)
{
	(void)state;
	for (size_t k = 0; k < n_files; k++) {
		struct buf text = { 0 };

		load(files[k], &text);
		for (size_t len = 0; len < text.len; len++)
			check_cut(files[k], text.data, len);
		buf_clear(&text);
	}
}

static void test_bounce_explained_as_in_a_dialog(void **state)
{
	struct explain_context ctx = { .verb = "RCPT", .line = "RCPT "
		"TO:<bert@example.com>", .state = ST_MAIL };
	struct explanation x, y;
	struct buf text = { 0 };
	struct bounce b;

	(void)state;
	load("postfix-bounce", &text);
	for (int de = 0; de < 2; de++) {
		i18n_set(de ? "de" : "en");
		bounce_read(&b, buf_str(&text), text.len);
		assert_int_equal(b.n, 1);
		bounce_explain(&b.items[0], &x);
		explain_reply(b.items[0].reply, &ctx, &y);
		assert_string_equal(x.likely, y.likely);
		assert_string_equal(x.who, y.who);
		assert_string_equal(x.mta, y.mta);
		assert_int_equal(x.act, ACT_RECIPIENT);
		assert_true(x.n_notes > y.n_notes);
		explanation_clear(&x);
		explanation_clear(&y);
		bounce_clear(&b);
	}
	i18n_set("en");
	buf_clear(&text);
}

/* A failure without a reply, a status alone: there are words for each. */
static void test_bounce_every_item_is_explained(void **state)
{
	(void)state;
	for (size_t k = 0; k < n_files; k++) {
		struct buf text = { 0 };
		struct bounce b;

		load(files[k], &text);
		bounce_read(&b, buf_str(&text), text.len);
		for (size_t i = 0; i < b.n; i++) {
			struct explanation x;

			bounce_explain(&b.items[i], &x);
			assert_true(*x.title && *x.headline && *x.summary);
			explanation_clear(&x);
		}
		bounce_clear(&b);
		buf_clear(&text);
	}
}

static void test_bounce_attachment_of_megabytes_is_stepped_over(void **state)
{
	enum { BIG = 10 << 20 };
	struct buf text = { 0 };
	struct bounce b;

	(void)state;
	buf_adds(&text, "From: x\nContent-Type: multipart/mixed; "
	                "boundary=b\n\n--b\nContent-Type: image/png\n"
	                "Content-Transfer-Encoding: base64\n\n");
	while (text.len < BIG)
		buf_adds(&text, "NTUwIDUuMS4xIDx3cm9uZ0BleGFtcGxlLmNvbT46IG5v"
		                "dCBhIHJlZnVzYWwK\n");
	buf_adds(&text, "--b\n\n<bert@example.com>: host mx.example.com"
	                "[192.0.2.25] said: 550 5.1.1 no\n--b--\n");
	bounce_read(&b, buf_str(&text), text.len);
	assert_int_equal(b.n, 1);
	assert_false(b.cut);
	assert_string_equal(b.items[0].recipients[0], "bert@example.com");
	bounce_clear(&b);
	buf_clear(&text);
}

static void test_bounce_bounds_hold(void **state)
{
	struct buf text = { 0 };
	struct bounce b;

	(void)state;
	for (int i = 0; i < 2 * BOUNCE_FOUND_MAX; i++)
		buf_addf(&text, "<u%d@example.com>: host mx%d.example.com"
		                "[192.0.2.1] said: 550 5.1.1 no\n", i, i);
	bounce_read(&b, buf_str(&text), text.len);
	assert_int_equal(b.n, BOUNCE_FOUND_MAX);
	assert_true(b.cut);
	bounce_clear(&b);
	buf_reset(&text);
	while (text.len < 3 * (size_t)BOUNCE_TEXT_MAX)
		buf_adds(&text, " a line that goes on and on and on\n");
	bounce_read(&b, buf_str(&text), text.len);
	assert_int_equal(b.n, 0);
	assert_true(b.cut);
	bounce_clear(&b);
	buf_reset(&text);
	buf_adds(&text, "Subject: x\n"); /* a header without an end, MIME
	                                  * deep down */
	for (int i = 0; i < 5000; i++)
		buf_addf(&text, "Content-Type: multipart/mixed; boundary=b%d\n"
		                "\n--b%d\n", i, i);
	bounce_read(&b, buf_str(&text), text.len);
	bounce_clear(&b);
	buf_clear(&text);
}

static void test_bounce_nul_and_broken_base64_are_taken(void **state)
{
	static const char nul[] = "550 5.1.1 a\0b\x1B[2J\n";
	static const char cut[] = "From: x\nContent-Transfer-Encoding: "
		"base64\n\nNTUwIDUuMS4xIG5v=!c3Vja";
	struct bounce b;

	(void)state;
	bounce_read(&b, nul, sizeof nul - 1);
	assert_int_equal(b.n, 1);
	assert_string_equal(b.items[0].reply,
	                    "550 5.1.1 a\xEF\xBF\xBD" "b\x1B[2J");
	bounce_clear(&b);
	bounce_read(&b, cut, sizeof cut - 1);
	assert_int_equal(b.n, 1);
	bounce_clear(&b);
}

static void test_bounce_likely_tells_targets_from_texts(void **state)
{
	static const struct {
		const char *text;
		bool likely;
	} rows[] = {
		{ "example.org", false }, { "user@example.org", false },
		{ "mx.example.org:25", false }, { "[2001:db8::25]:587", false },
		{ "example.org\n", false }, { "", false }, { "\n\n", false },
		{ "550 5.1.1 User unknown", true }, { "550", false },
		{ "one\ntwo", true },
		{ "Jul  1 10:00:00 mail postfix/smtp[4711]: 4F: to=<b@x>",
		  true },
		{ "smtp://mx.example.org", false },
		{ "192.0.2.25", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (bounce_likely(rows[i].text, strlen(rows[i].text)) !=
		    rows[i].likely)
			fail_msg("%s", rows[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bounce_each_form_is_found),
		cmocka_unit_test(test_bounce_cut_anywhere_names_nobody_else),
		cmocka_unit_test(test_bounce_explained_as_in_a_dialog),
		cmocka_unit_test(test_bounce_every_item_is_explained),
		cmocka_unit_test(
		    test_bounce_attachment_of_megabytes_is_stepped_over),
		cmocka_unit_test(test_bounce_bounds_hold),
		cmocka_unit_test(test_bounce_nul_and_broken_base64_are_taken),
		cmocka_unit_test(test_bounce_likely_tells_targets_from_texts),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
