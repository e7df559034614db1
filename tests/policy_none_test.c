/* A build without libcurl: the check says that it could not be made. */
#include "config.h"

#include "net/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "check/sts.h"
#include "madefacts.h"

static struct loop *loop;

static void on_done(void *arg, const struct sts_fetch *got)
{
	*(struct sts_fetch *)arg = *got;
	loop_stop(loop);
}

static void test_policy_without_libcurl_is_unknown_never_good(void **state)
{
	static const struct fact facts[] = {
		{ "_mta-sts.test", "TXT", "\"v=STSv1; id=1\"" },
		{ "mta-sts.test", "AAAA", "!nodata" },
		{ "mta-sts.test", "A", "192.0.2.1" }, { 0 },
	};
	const struct policy_config cfg = { .n_addresses = 0 };
	struct sts_fetch got = { .done = false };
	const struct policy_calls calls = { on_done, &got };
	const struct check_query q = { .domain = "test", .policy = &got };
	struct facts *f = facts_of(facts);
	struct check c = { .id = NULL };
	struct policy_fetch *p;

	(void)state;
	loop = loop_new();
	p = policy_start(loop, "test", &cfg, &calls);
	policy_free(p); /* cancelled: nothing is called */
	p = policy_start(loop, "test", &cfg, &calls);
	assert_false(got.done);
	loop_run(loop);
	sts_check(&c, f, &q, 0);
	assert_int_equal(c.grade, GRADE_UNKNOWN);
	assert_string_equal(c.say, "sts-no-curl");
	check_clear(&c);
	policy_free(p);
	facts_free(f);
	loop_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_policy_without_libcurl_is_unknown_never_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
