/* One DMARC record: what counts, what it asks for, what is wrong with it. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/dmarc_record.h"
#include "check/dmarc_walk.h"
#include "sendertest.h"
#include "tsv.h"
#include "util/buf.h"
#include "util/xalloc.h"

static const char *class_word(enum dmarc_class c)
{
	static const char *const words[DMARC_CLASS_COUNT] = {
		[DMARC_OTHER] = "other", [DMARC_LOOKALIKE] = "error",
		[DMARC_VALID] = "valid", [DMARC_NO_P] = "none",
		[DMARC_AS_NONE] = "none", [DMARC_IGNORED] = "ignored",
		[DMARC_TWICE] = "error",
	};

	return words[c];
}

static const char *applied(const struct dmarc_record *r)
{
	struct dmarc_request q;

	dmarc_request(&q, r, false, true);
	return dmarc_policy_word(q.applied);
}

/* ---- the 226 of the study ---- */

/* \t, \r and \n of the file; the length is that before. */
static size_t unescape(char *s)
{
	char *out = s;

	for (const char *p = s; *p; p++) {
		const char *at = *p == '\\' && p[1] ? strchr("trn", p[1])
		                                    : NULL;

		*out++ = !at ? *p :
		         *at == 't' ? '\t' : *at == 'r' ? '\r' : '\n';
		p += at != NULL;
	}
	*out = '\0';
	return (size_t)(out - s);
}

static void check_line(struct tsv *t, size_t row, char *record)
{
	char **want = t->cell[row], rua[24];
	struct dmarc_record r;

	if (strlen(record) != (size_t)atoi(want[1]))
		fail_msg("line %s is another record: %s", want[0], record);
	dmarc_record_parse(&r, record, unescape(record));
	snprintf(rua, sizeof rua, "%zu", r.rua_good);
	if (strcmp(class_word(r.class), want[2]) != 0 ||
	    strcmp(applied(&r), want[3]) != 0 || strcmp(rua, want[4]) != 0)
		fail_msg("line %s %s\n got %s %s %s\nwant %s %s %s (%s)",
		         want[0], record, class_word(r.class), applied(&r),
		         rua, want[2], want[3], want[4], want[5]);
}

static void test_dmarc_record_of_the_study(void **state)
{
	char *text = shared_file("data/dmarc/policy-records.tsv"), *p;
	struct tsv *t = tsv_load("tests/data/dmarc-expected.tsv");
	size_t row = 0;

	(void)state;
	if (!text) {
		tsv_free(t);
		skip();
	}
	p = strchr(text, '\n') + 1;
	while (*p) {
		char *end = strchr(p, '\n');

		*end = '\0';
		assert_true(++row < t->rows);
		assert_int_equal((size_t)atoi(t->cell[row][0]), row);
		p[strcspn(p, "\t")] = '\0';
		check_line(t, row, p);
		p = end + 1;
	}
	assert_int_equal(row, 226);
	assert_int_equal(t->rows, 227);
	tsv_free(t);
	free(text);
}

/* ---- more of it ---- */

/* class, policy at the domain, psd, adkim, aspf, "good/all" of rua and ruf */
static const struct {
	const char *text, *want;
} cases[] = {
	{ "", "other none u r r 0/0 0/0" },
	{ "v=DMARC1;", "none none u r r 0/0 0/0" },
	{ "v=DMARC1;;;p=reject;;", "valid reject u r r 0/0 0/0" },
	/* what does not count */
	{ " v=DMARC1; p=none", "error none u r r 0/0 0/0" },
	{ "v=dmarc1; p=none", "error none u r r 0/0 0/0" },
	{ "V=DMARC1; p=none", "error none u r r 0/0 0/0" },
	{ "v=DMARC1.0; p=none", "error none u r r 0/0 0/0" },
	{ "v=DMARC1 p=none", "error none u r r 0/0 0/0" },
	{ "p=none; v=DMARC1", "error none u r r 0/0 0/0" },
	{ "\"v=DMARC1; p=none\"", "error none u r r 0/0 0/0" },
	{ "DMARC1; p=none", "error none u r r 0/0 0/0" },
	{ "; v=DMARC1", "error none u r r 0/0 0/0" },
	{ "v=DMARC2; p=none", "other none u r r 0/0 0/0" },
	{ "google-site-verification=x", "other none u r r 0/0 0/0" },
	/* names have a case, words have none */
	{ "v=DMARC1; P=reject", "none none u r r 0/0 0/0" },
	{ "v=DMARC1; p=REJECT; psd=Y; adkim=S; aspf=S",
	  "valid reject y s s 0/0 0/0" },
	{ "v=DMARC1; p=reject; t=Y", "valid quarantine u r r 0/0 0/0" },
	{ "v=DMARC1; p=quarantine; t=y", "valid none u r r 0/0 0/0" },
	{ "v=DMARC1; p=none; t=y", "valid none u r r 0/0 0/0" },
	/* invalid policies */
	{ "v=DMARC1; p=", "ignored none u r r 0/0 0/0" },
	{ "v=DMARC1; p=rejected", "ignored none u r r 0/0 0/0" },
	{ "v=DMARC1; sp=x; rua=mailto:a@b.test", "none none u r r 1/1 0/0" },
	{ "v=DMARC1; p=reject; np=x; rua=mailto:a",
	  "ignored none u r r 0/1 0/0" },
	{ "v=DMARC1; p=reject; np=x; rua=https://b.test/x",
	  "none none u r r 1/1 0/0" },
	{ "v=DMARC1; p=reject; sp", "valid reject u r r 0/0 0/0" },
	/* twice, also of an unknown one */
	{ "v=DMARC1; p=reject; v=DMARC1", "error none u r r 0/0 0/0" },
	{ "v=DMARC1; p=reject; x=1; x=2", "error none u r r 0/0 0/0" },
	/* addresses */
	{ "v=DMARC1; p=none; rua=mailto:a@b.test , MAILTO:c@d.test!10M",
	  "valid none u r r 2/2 0/0" },
	{ "v=DMARC1; p=none; rua=mailto:a@b.test!,mailto:a@b!c.test,"
	  "mailto:@b.test,mailto:a@,mailto:a@b..test,mailto:,:x,1x:y",
	  "valid none u r r 0/8 0/0" },
	{ "v=DMARC1; p=none; ruf=mailto:a@b.test?subject=x@y,x-y+z.1:q",
	  "valid none u r r 0/0 2/2" },
	{ "v=DMARC1; p=none; rua=mailto:a@b.test/c",
	  "valid none u r r 0/1 0/0" },
	{ "v=DMARC1; p=none; rua=mailto:\xc3\xa4@b.test",
	  "valid none u r r 0/1 0/0" },
	{ "v=DMARC1; p=none; rua=", "valid none u r r 0/1 0/0" },
	{ "v=DMARC1; p=none; rua", "valid none u r r 0/0 0/0" },
};

static void test_dmarc_record_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct dmarc_record r;
		char got[80];

		dmarc_record_parse(&r, cases[i].text, strlen(cases[i].text));
		snprintf(got, sizeof got, "%s %s %c %c %c %zu/%zu %zu/%zu",
		         class_word(r.class), applied(&r), r.psd,
		         r.strict_dkim ? 's' : 'r', r.strict_spf ? 's' : 'r',
		         r.rua_good, r.rua, r.ruf_good, r.ruf);
		if (strcmp(got, cases[i].want) != 0)
			print_error("%s\n", cases[i].text);
		assert_string_equal(got, cases[i].want);
	}
}

/* A record's p, sp and np by whether it is inherited and the domain exists. */
static void test_dmarc_request_takes_the_right_tag(void **state)
{
	static const struct {
		const char *text;
		bool inherited, exists;
		const char *want;
	} rows[] = {
		{ "p=reject; sp=quarantine; np=none", false, true, "p reject" },
		{ "p=reject; sp=quarantine; np=none", true, true,
		  "sp quarantine" },
		{ "p=reject; sp=quarantine; np=none", true, false, "np none" },
		{ "p=reject; sp=quarantine", true, false, "sp quarantine" },
		{ "p=reject; np=none", true, true, "p reject" },
		{ "p=quarantine", true, false, "p quarantine" },
		{ "sp=reject", false, true, "p none" },
		{ "sp=reject", true, true, "sp reject" },
		{ "p=none; np=reject; t=y", true, false, "np quarantine" },
		{ "p=reject; p=none", true, true, "p none" },
		{ "p=reject; sp=x", true, true, "p none" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *text = xasprintf("v=DMARC1; %s", rows[i].text), got[40];
		struct dmarc_request q;
		struct dmarc_record r;

		dmarc_record_parse(&r, text, strlen(text));
		dmarc_request(&q, &r, rows[i].inherited, rows[i].exists);
		snprintf(got, sizeof got, "%s %s", q.tag,
		         dmarc_policy_word(q.applied));
		assert_string_equal(got, rows[i].want);
		free(text);
	}
}

/* 500 addresses are counted, and told in a few lines (D29). */
static void test_dmarc_record_with_500_addresses_is_bounded(void **state)
{
	struct buf text = { 0 };
	struct check c = { .id = NULL };
	struct dmarc_record r;
	bool counted = false;

	(void)state;
	buf_adds(&text, "v=DMARC1; p=reject; rua=mailto:x@y.test");
	for (int i = 1; i < 500; i++)
		buf_addf(&text, ",mailto:%d@y.test%s", i, i % 2 ? "" : "!1k");
	dmarc_record_parse(&r, buf_str(&text), text.len);
	assert_int_equal(r.rua, 500);
	assert_int_equal(r.rua_good, 500);
	assert_int_equal(r.class, DMARC_VALID);
	check_begin(&c, "dmarc", "y.test");
	dmarc_record_tell(&c, 0, buf_str(&text), text.len);
	assert_true(c.n_steps < 20);
	for (size_t i = 0; i < c.n_steps; i++) {
		assert_true(strlen(c.steps[i].args[0]) <= 210);
		counted = counted || strcmp(c.steps[i].args[0], "500") == 0;
	}
	assert_true(counted);
	check_clear(&c);
	buf_clear(&text);
}

/* 64 KiB of each kind of junk: nothing grows with it. */
static void test_dmarc_record_of_64_kib_is_bounded(void **state)
{
	static const char *const junk[] = {
		";", "p", "=", ",", "a=;", "rua=", ":", "mailto:a@b,", " ",
		"!1", "\xff",
	};

	(void)state;
	for (size_t i = 0; i < sizeof junk / sizeof *junk; i++) {
		struct check c = { .id = NULL };
		struct buf text = { 0 };
		struct dmarc_record r;

		buf_adds(&text, "v=DMARC1; p=reject; fo=0; rua=");
		while (text.len < 65500)
			buf_adds(&text, junk[i]);
		dmarc_record_parse(&r, buf_str(&text), text.len);
		assert_true(dmarc_record_counts(&r));
		check_begin(&c, "dmarc", "y.test");
		dmarc_record_tell(&c, 0, buf_str(&text), text.len);
		assert_true(c.n_steps <= TAGLIST_MAX + 20);
		check_clear(&c);
		buf_clear(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dmarc_record_of_the_study),
		cmocka_unit_test(test_dmarc_record_parse),
		cmocka_unit_test(test_dmarc_request_takes_the_right_tag),
		cmocka_unit_test(
		    test_dmarc_record_with_500_addresses_is_bounded),
		cmocka_unit_test(test_dmarc_record_of_64_kib_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
