/* Addresses as numbers, and a check while it is being made. */
#include "config.h"

#include "check/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/ip.h"
#include "knowledge/check_words.h"
#include "madefacts.h"
#include "util/i18n.h"
#include "util/xalloc.h"

/* ---- ip ---- */

static void test_ip_parse_text_is_normal(void **state)
{
	static const struct {
		const char *text, *want; /* NULL: no address */
	} rows[] = {
		{ "192.0.2.1", "192.0.2.1" },
		{ "::ffff:192.0.2.1", "192.0.2.1" },
		{ "2001:DB8:0::1", "2001:db8::1" },
		{ "::", "::" },
		{ "192.0.2", NULL }, { "192.0.2.256", NULL },
		{ "[2001:db8::1]", NULL }, { "192.0.2.1 ", NULL },
		{ "", NULL }, { "fe80::1%lo", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[IP_TEXT_MAX];
		struct ip ip;

		if (!rows[i].want) {
			assert_false(ip_parse(&ip, rows[i].text));
			continue;
		}
		assert_true(ip_parse(&ip, rows[i].text));
		assert_string_equal(ip_text(&ip, text), rows[i].want);
	}
}

static void test_ip_under_prefix_by_bits(void **state)
{
	static const struct {
		const char *ip, *net;
		unsigned bits;
		bool want;
	} rows[] = {
		{ "192.0.2.1", "192.0.2.0", 24, true },
		{ "192.0.3.1", "192.0.2.0", 24, false },
		{ "192.0.3.1", "192.0.2.0", 23, true },
		{ "192.0.2.1", "192.0.2.1", 32, true },
		{ "192.0.2.0", "192.0.2.1", 32, false },
		{ "192.0.2.0", "192.0.2.1", 31, true },
		{ "198.51.100.7", "0.0.0.0", 0, true },
		{ "2001:db8::1", "0.0.0.0", 0, false },
		{ "2001:db8:8000::1", "2001:db8::", 33, false },
		{ "2001:db8:7fff::1", "2001:db8::", 33, true },
		{ "2001:db8::1", "2001:db8::1", 128, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct ip ip, net;

		assert_true(ip_parse(&ip, rows[i].ip));
		assert_true(ip_parse(&net, rows[i].net));
		assert_int_equal(ip_under(&ip, &net, rows[i].bits),
		                 rows[i].want);
	}
}

static void test_ip_names_are_reversed(void **state)
{
	static const struct {
		const char *ip, *reverse, *dotted;
	} rows[] = {
		{ "192.0.2.27", "27.2.0.192.in-addr.arpa.", "192.0.2.27" },
		{ "2001:db8::cb01",
		  "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0."
		  "0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.",
		  "2.0.0.1.0.d.b.8.0.0.0.0.0.0.0.0."
		  "0.0.0.0.0.0.0.0.0.0.0.0.c.b.0.1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[DNS_NAME_TEXT_MAX], dotted[IP_DOTTED_MAX];
		struct dns_name name;
		struct ip ip;

		assert_true(ip_parse(&ip, rows[i].ip));
		ip_reverse_name(&name, &ip);
		assert_string_equal(dns_name_text(&name, text),
		                    rows[i].reverse);
		assert_string_equal(ip_dotted(&ip, dotted), rows[i].dotted);
	}
}

/* 64 octets of nibbles, and no more than 255 in all. */
static void test_ip_name_too_long_is_refused(void **state)
{
	char label[64], text[256];
	struct dns_name suffix, name;
	struct ip ip;

	(void)state;
	memset(label, 'a', sizeof label - 1);
	label[63] = '\0';
	assert_true(ip_parse(&ip, "2001:db8::1"));
	snprintf(text, sizeof text, "%s.%s.%.61s", label, label, label);
	assert_int_equal(dns_name_parse(&suffix, text), DNS_NAME_OK);
	assert_int_equal(suffix.len, 191);
	assert_true(ip_name(&name, &ip, &suffix));
	assert_int_equal(name.len, DNS_NAME_MAX);
	snprintf(text, sizeof text, "%s.%s.%.62s", label, label, label);
	assert_int_equal(dns_name_parse(&suffix, text), DNS_NAME_OK);
	assert_false(ip_name(&name, &ip, &suffix));
}

/* ---- check ---- */

static struct dns_name name_of(const char *text)
{
	struct dns_name n;

	assert_int_equal(dns_name_parse(&n, text), DNS_NAME_OK);
	return n;
}

static void test_check_ask_twice_is_one_need(void **state)
{
	struct dns_name upper = name_of("A.test"), lower = name_of("a.test");
	struct facts *facts = facts_new();
	struct check c = { .id = NULL };

	(void)state;
	check_begin(&c, "ptr", "192.0.2.1");
	assert_null(check_ask(&c, facts, &upper, RR_A));
	assert_null(check_ask(&c, facts, &lower, RR_A));
	assert_null(check_ask(&c, facts, &lower, RR_AAAA));
	assert_int_equal(c.n_needs, 2);
	check_clear(&c);
	facts_free(facts);
}

static void test_check_ask_is_bounded(void **state)
{
	struct facts *facts = facts_new();
	struct check c = { .id = NULL };

	(void)state;
	check_begin(&c, "ptr", "192.0.2.1");
	for (int i = 0; i < 2 * CHECK_NEEDS_MAX; i++) {
		char text[16];
		struct dns_name n;

		snprintf(text, sizeof text, "n%d.test", i);
		n = name_of(text);
		assert_null(check_ask(&c, facts, &n, RR_A));
	}
	assert_int_equal(c.n_needs, CHECK_NEEDS_MAX);
	check_clear(&c);
	facts_free(facts);
}

/* The trace of c as text, a line a step; heap. */
static char *trace_of(const struct check *c)
{
	struct event_builder b;
	struct buf out = { 0 };
	struct event *e;

	check_event(&b, c);
	e = event_finish(&b);
	for (uint32_t i = 0; i < e->u.check.trace.len; i++) {
		char *step = check_step(e, i);

		buf_addf(&out, "%u %s\n", (unsigned)event_trace(e, i)->depth,
		         step);
		free(step);
	}
	free(e);
	buf_str(&out);
	return buf_steal(&out);
}

static void test_check_evidence_reads_like_dig(void **state)
{
	static const struct fact facts_made[] = {
		{ "mx.test", "A", "TTL0 192.0.2.1" },
		{ "mx.test", "A", "192.0.2.2" },
		{ "none.test", "A", "AD " },
		{ "gone.test", "TXT", "!nxdomain" },
		{ "late.test", "TXT", "!timeout" },
		{ NULL, NULL, NULL },
	};
	static const char *const names[] = { "mx.test", "none.test",
		"gone.test", "late.test" };
	struct facts *facts = facts_of(facts_made);
	struct check c = { .id = NULL };
	char *text;

	(void)state;
	check_begin(&c, "mx", "test");
	for (size_t i = 0; i < 4; i++) {
		struct dns_name n = name_of(names[i]);

		check_evidence(&c, (unsigned)i,
		               check_ask(&c, facts, &n,
		                         i < 2 ? RR_A : RR_TXT));
	}
	text = trace_of(&c);
	assert_string_equal(text, "0 mx.test. 0 IN A 192.0.2.1\n"
	                          "0 mx.test. 300 IN A 192.0.2.2\n"
	                          "1 ; none.test. IN A: nodata (AD)\n"
	                          "2 ; gone.test. IN TXT: nxdomain\n"
	                          "3 ; late.test. IN TXT: timeout\n");
	free(text);
	check_clear(&c);
	facts_free(facts);
}

static void test_check_trace_is_bounded_and_says_so(void **state)
{
	struct check c = { .id = NULL };
	char *text, *last;

	(void)state;
	check_begin(&c, "mx", "test");
	for (int i = 0; i < 2 * CHECK_TRACE_MAX; i++)
		check_step_add(&c, 0, "record", "x", NULL);
	assert_int_equal(c.n_steps, CHECK_TRACE_MAX + 1);
	text = trace_of(&c);
	text[strlen(text) - 1] = '\0';
	last = strrchr(text, '\n');
	assert_string_equal(last, "\n0 (further steps are not shown)");
	free(text);
	check_clear(&c);
}

static void test_check_arguments_are_cut_and_say_so(void **state)
{
	enum { WHOLE = 65000, KEPT = CHECK_SENTENCE_MAX };
	char *much = xmalloc(WHOLE + 1);
	struct check c = { .id = NULL };

	(void)state;
	memset(much, 'x', WHOLE);
	much[WHOLE] = '\0';
	check_begin(&c, "mx", "test");
	check_step_add(&c, 0, "record", much, NULL);
	check_end(&c, GRADE_BAD, "", "mx-good", much, NULL);
	assert_string_equal(c.steps[0].args[0] + CHECK_RECORD_MAX,
	                    "... (65000)");
	assert_string_equal(c.args[0] + KEPT, "... (65000)");
	much[KEPT] = '\0'; /* as long as it may be */
	check_end(&c, GRADE_BAD, "", "mx-good", much, NULL);
	assert_string_equal(c.args[0], much);
	check_clear(&c);
	free(much);
}

static void test_check_end_failed_is_no_pass(void **state)
{
	static const struct fact facts_made[] = {
		{ "mx.test", "A", "!servfail" }, { NULL, NULL, NULL },
	};
	struct facts *facts = facts_of(facts_made);
	struct dns_name n = name_of("mx.test");
	struct check c = { .id = NULL };
	struct event_builder b;
	struct event *e;
	char *text;

	(void)state;
	check_begin(&c, "mx", "mx.test");
	check_end_failed(&c, "temperror", check_ask(&c, facts, &n, RR_A));
	check_event(&b, &c);
	e = event_finish(&b);
	text = check_text(e);
	assert_int_equal(e->u.check.grade, GRADE_UNKNOWN);
	assert_true(c.temporary);
	assert_string_equal(text, "The lookup of mx.test A ended with "
	                          "servfail: this cannot be judged now.");
	free(text);
	free(e);
	check_clear(&c);
	facts_free(facts);
}

/* Every sentence is there twice, and no id stands in two rows. */
static void test_words_are_in_both_languages(void **state)
{
	const struct check_say *s, *t;

	(void)state;
	for (size_t i = 0; (s = check_say_at(i)); i++) {
		assert_true(*s->text_en && *s->text_de);
		assert_int_equal(*s->next_en != '\0', *s->next_de != '\0');
		for (size_t k = 0; k < i; k++) {
			t = check_say_at(k);
			assert_string_not_equal(s->id, t->id);
		}
	}
	for (size_t i = 0; check_kind_at(i); i++)
		assert_true(*check_kind_at(i)->meaning_de);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ip_parse_text_is_normal),
		cmocka_unit_test(test_ip_under_prefix_by_bits),
		cmocka_unit_test(test_ip_names_are_reversed),
		cmocka_unit_test(test_ip_name_too_long_is_refused),
		cmocka_unit_test(test_check_ask_twice_is_one_need),
		cmocka_unit_test(test_check_ask_is_bounded),
		cmocka_unit_test(test_check_evidence_reads_like_dig),
		cmocka_unit_test(test_check_trace_is_bounded_and_says_so),
		cmocka_unit_test(test_check_arguments_are_cut_and_say_so),
		cmocka_unit_test(test_check_end_failed_is_no_pass),
		cmocka_unit_test(test_words_are_in_both_languages),
	};

	i18n_set("en");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
