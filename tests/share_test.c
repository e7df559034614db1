/* What is kept of the DNS for all runs, with a clock of the test's own. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/share.h"
#include "util/xalloc.h"

enum { TYPE_A = 1, TYPE_MX = 15, SECOND = 1000000 };

static int someone; /* an owner */

static struct dns_name name_of(const char *text)
{
	struct dns_name n;

	assert_int_equal(dns_name_parse(&n, text), DNS_NAME_OK);
	return n;
}

/* An answer with that status; the caller owns it. */
static struct dns_answer *answer(const char *text, enum dns_status status,
                                 uint32_t ttl)
{
	struct dns_name name = name_of(text);
	struct dns_answer *a = answer_new(&name, TYPE_MX);

	answer_fail(a, status);
	a->ttl = ttl;
	return a;
}

/* Asked at 0, and known at 0. */
static void learn(struct share *s, const char *text, enum dns_status status,
                  uint32_t ttl)
{
	struct dns_answer *a = answer(text, status, ttl);
	struct dns_name name = name_of(text);
	struct share_entry *e = share_add(s, &name, TYPE_MX, &someone);

	share_known(s, e, a, 0);
	answer_free(a);
}

static bool knows(struct share *s, const char *text, int64_t now_us)
{
	struct dns_name name = name_of(text);

	return share_find(s, &name, TYPE_MX, now_us) != NULL;
}

static void test_share_answer_is_kept_while_its_ttl_lasts(void **state)
{
	static const struct {
		enum dns_status status;
		uint32_t ttl;
		int64_t kept_s;
	} rows[] = {
		{ DNS_NOERROR, 300, 300 },
		{ DNS_NOERROR, 0, 0 },
		{ DNS_NXDOMAIN, 60, 60 },
		{ DNS_NODATA, 60, 60 },
		{ DNS_NXDOMAIN, 0, 0 }, /* without SOA: RFC 2308 §5 */
		{ DNS_SERVFAIL, 0, SHARE_FAILED_S },
		{ DNS_TIMEOUT, 0, SHARE_FAILED_S },
		{ DNS_NOERROR, UINT32_MAX, UINT32_MAX },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t end = rows[i].kept_s * SECOND;
		struct share *s = share_new();

		learn(s, "one.example", rows[i].status, rows[i].ttl);
		assert_int_equal(knows(s, "ONE.example", end ? end - 1 : 0),
		                 end > 0);
		assert_false(knows(s, "one.example", end));
		assert_false(knows(s, "one.example", 0)); /* it is gone */
		share_free(s);
	}
}

static void test_share_name_and_type_tell_questions_apart(void **state)
{
	struct share *s = share_new();
	struct dns_name name = name_of("one.example");

	(void)state;
	learn(s, "one.example", DNS_NOERROR, 300);
	assert_true(knows(s, "one.example", 1));
	assert_false(knows(s, "two.example", 1));
	assert_false(knows(s, "example", 1));
	assert_null(share_find(s, &name, TYPE_A, 1));
	share_free(s);
}

static void test_share_while_it_is_asked_it_has_its_owner(void **state)
{
	struct dns_answer *a = answer("one.example", DNS_NOERROR, 300);
	struct dns_name name = name_of("one.example");
	struct share *s = share_new();
	struct share_entry *e = share_add(s, &name, TYPE_MX, &someone);

	(void)state;
	assert_ptr_equal(share_find(s, &name, TYPE_MX, INT64_MAX), e);
	assert_ptr_equal(share_owner(e), &someone);
	share_known(s, e, a, 0);
	answer_free(a);
	assert_null(share_owner(e));
	a = share_answer(e);
	share_free(s);
	assert_int_equal(a->status, DNS_NOERROR); /* ours outlives it */
	answer_free(a);
}

static void test_share_exchanges_come_back_as_cached(void **state)
{
	static const uint8_t wire[] = { 1, 2, 3 };
	struct dns_answer *a = answer("one.example", DNS_SERVFAIL, 0);
	struct dns_name name = name_of("one.example");
	struct share *s = share_new();
	struct share_entry *e = share_add(s, &name, TYPE_MX, &someone);
	struct dns_exchange x = { .name = &name, .type = TYPE_MX,
		.server = "192.0.2.53:53", .us = 1500, .status = DNS_SERVFAIL,
		.wire = wire, .len = sizeof wire }, y;
	char *bogus = xstrdup("6 DNSSEC Bogus");

	(void)state;
	share_keep(s, e, &x);
	x.bogus = bogus;
	x.wire = NULL;
	x.len = 0;
	share_keep(s, e, &x);
	free(bogus);
	memset(&name, 0, sizeof name);
	share_known(s, e, a, 0);
	answer_free(a);
	assert_true(share_exchange(e, 0, &y));
	assert_true(y.cached && y.us == 0 && !y.bogus);
	assert_int_equal(y.len, sizeof wire);
	assert_memory_equal(y.wire, wire, sizeof wire);
	assert_int_equal(y.name->len, sizeof "3one7example0" - 1);
	assert_true(share_exchange(e, 1, &y));
	assert_true(y.cached && !y.wire);
	assert_string_equal(y.bogus, "6 DNSSEC Bogus");
	assert_false(share_exchange(e, 2, &y));
	share_free(s);
}

/* ---- bounds ---- */

static void learn_number(struct share *s, unsigned i)
{
	char text[32];

	snprintf(text, sizeof text, "d%u.example", i);
	learn(s, text, DNS_NOERROR, 300);
}

static void test_share_full_the_one_not_used_for_longest_goes(void **state)
{
	struct share *s = share_new();
	struct dns_name asked = name_of("asked.example");

	(void)state;
	share_add(s, &asked, TYPE_MX, &someone);
	for (unsigned i = 0; i < SHARE_MAX - 1; i++)
		learn_number(s, i);
	assert_true(knows(s, "d0.example", 1)); /* used: the newest now */
	learn_number(s, SHARE_MAX);
	learn_number(s, SHARE_MAX + 1);
	assert_true(knows(s, "d0.example", 1));
	assert_false(knows(s, "d1.example", 1));
	assert_false(knows(s, "d2.example", 1));
	assert_true(knows(s, "d3.example", 1));
	assert_true(knows(s, "asked.example", 1)); /* someone waits for it */
	share_free(s);
}

static void test_share_bytes_are_bounded(void **state)
{
	static const uint8_t wire[UINT16_MAX];
	unsigned many = SHARE_BYTES_MAX / sizeof wire + 10;
	struct share *s = share_new();
	unsigned kept = 0;

	(void)state;
	for (unsigned i = 0; i < many; i++) {
		struct dns_answer *a = answer("x.example", DNS_NOERROR, 300);
		struct dns_exchange x = { .server = "", .wire = wire,
			.len = sizeof wire };
		struct share_entry *e;
		struct dns_name name;
		char text[32];

		snprintf(text, sizeof text, "d%u.example", i);
		name = name_of(text);
		x.name = &name;
		e = share_add(s, &name, TYPE_MX, &someone);
		share_keep(s, e, &x);
		share_known(s, e, a, 0);
		answer_free(a);
	}
	for (unsigned i = 0; i < many; i++) {
		char text[32];

		snprintf(text, sizeof text, "d%u.example", i);
		kept += knows(s, text, 1);
	}
	assert_in_range(kept, many - 20, SHARE_BYTES_MAX / sizeof wire);
	share_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_share_answer_is_kept_while_its_ttl_lasts),
		cmocka_unit_test(test_share_name_and_type_tell_questions_apart),
		cmocka_unit_test(test_share_while_it_is_asked_it_has_its_owner),
		cmocka_unit_test(test_share_exchanges_come_back_as_cached),
		cmocka_unit_test(
		    test_share_full_the_one_not_used_for_longest_goes),
		cmocka_unit_test(test_share_bytes_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
