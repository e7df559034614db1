#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "io/sha256.h"
#include "net/hostname.h"
#include "net/join.h"
#include "net/start.h"
#include "net/stops.h"
#include "util/xalloc.h"

/* ---- hostname ---- */

static void test_hosts_name_with_a_dot_is_the_full_name(void **state)
{
	static const struct { const char *hosts, *name, *full; } cases[] = {
		{ "127.0.1.1 pc.example.org pc\n", "pc", "pc.example.org" },
		{ "127.0.1.1\tpc pc.example.org\n", "PC", "pc.example.org" },
		{ "127.0.0.1 localhost\n127.0.1.1 pc.example.org pc", "pc",
		  "pc.example.org" },
		{ "# 127.0.1.1 pc.example.org pc\n", "pc", NULL },
		{ "127.0.1.1 pc # pc.example.org\n", "pc", NULL },
		{ "127.0.0.1 localhost.localdomain localhost pc\n", "pc",
		  NULL },
		{ "127.0.0.1 other.example.org other\n", "pc", NULL },
		{ "127.0.0.1 a\rb.example pc\n", "pc", "b.example" },
		{ "127.0.0.1 b\xfc.example pc\n", "pc", NULL },
		{ "127.0.0.1\n\n   \n", "pc", NULL },
		{ "", "pc", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *full = hosts_full_name(cases[i].hosts, cases[i].name);

		if (cases[i].full)
			assert_string_equal(full, cases[i].full);
		else
			assert_null(full);
		free(full);
	}
}

static void test_address_literal_has_the_form_of_rfc_5321(void **state)
{
	char *v4 = address_literal("192.0.2.1");
	char *v6 = address_literal("2001:db8::25");

	(void)state;
	assert_string_equal(v4, "[192.0.2.1]");
	assert_string_equal(v6, "[IPv6:2001:db8::25]");
	free(v4);
	free(v6);
}

/* ---- join ---- */

static void test_join_port_is_that_of_the_asked_port(void **state)
{
	static const struct {
		const char *txt;
		uint16_t port, real;
	} cases[] = {
		{ "smtpscope-port=40123", 25, 40123 },
		{ "smtpscope-port=40123", 587, 0 },
		{ "smtpscope-port=40123 587=40124", 25, 40123 },
		{ "smtpscope-port=40123 587=40124", 587, 40124 },
		{ "smtpscope-port=40123  587=40124 465=1", 465, 1 },
		{ "smtpscope-port=40123 587=x", 587, 0 },
		{ "smtpscope-port=40123 587", 587, 0 },
		{ "smtpscope-port=65536", 25, 0 },
		{ "smtpscope-port=99999999999999999999", 25, 0 },
		{ "smtpscope-port=-1", 25, 0 },
		{ "smtpscope-port=", 25, 0 },
		{ "v=spf1 -all", 25, 0 },
		{ "", 25, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(join_port(cases[i].txt, strlen(cases[i].txt),
		                           cases[i].port),
		                 cases[i].real);
}

/* ---- stops ---- */

/* Two hosts, the second with two addresses, one of them the first's. */
static void fill(struct stops *s)
{
	struct route_address one[] = { { .text = "192.0.2.1" } };
	struct route_address two[] = { { .text = "192.0.2.2" },
		{ .text = "192.0.2.1" } };
	char a[] = "a.example", b[] = "b.example", c[] = "c.example";
	struct route_host hosts[] = {
		{ .host = a, .addresses = one, .n_addresses = 1 },
		{ .host = c, .why = "mx-nodata" },
		{ .host = b, .addresses = two, .n_addresses = 2 },
	};
	struct route route = { .hosts = hosts, .n_hosts = 3 };

	stops_fill(s, &route, 25);
}

static void test_stops_are_taken_in_order(void **state)
{
	static const char *const order[] = { "192.0.2.1", "192.0.2.2",
		"192.0.2.1" };
	struct stops s;

	(void)state;
	fill(&s);
	assert_int_equal(s.n, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(stops_peek(&s)->address, order[i]);
		assert_int_equal(stops_tried(&s, stops_peek(&s)), i == 2);
		stops_take(&s);
	}
	assert_null(stops_peek(&s));
	stops_clear(&s);
}

static void test_stops_pick_is_what_the_user_named(void **state)
{
	struct stops s;

	(void)state;
	fill(&s);
	assert_true(stops_pick(&s, "B.example", ""));
	assert_string_equal(stops_peek(&s)->address, "192.0.2.2");
	stops_take(&s);
	assert_string_equal(stops_peek(&s)->address, "192.0.2.1");
	stops_skip(&s);
	assert_null(stops_peek(&s));
	assert_true(stops_pick(&s, "b.example", "192.0.2.2"));
	stops_take(&s);
	assert_null(stops_peek(&s));
	assert_true(stops_pick(&s, NULL, NULL)); /* the same again */
	assert_string_equal(stops_peek(&s)->address, "192.0.2.2");
	assert_false(stops_tried(&s, stops_peek(&s)));
	assert_false(stops_pick(&s, "d.example", ""));
	assert_false(stops_pick(&s, "c.example", ""));
	stops_clear(&s);
}

static void test_stops_of_nothing_are_none(void **state)
{
	struct route route = { 0 };
	struct stops s;

	(void)state;
	stops_fill(&s, &route, 25);
	assert_null(stops_peek(&s));
	assert_false(stops_pick(&s, NULL, NULL));
	stops_clear(&s);
}

/* ---- sha256 ---- */

/* FIPS 180-4 and NIST's examples; the lengths meet every case of padding. */
static void test_sha256_of_the_standards_examples(void **state)
{
	static const char *const digests[] = {
		"e3b0c44298fc1c149afbf4c8996fb924"
		"27ae41e4649b934ca495991b7852b855",
		"ba7816bf8f01cfea414140de5dae2223"
		"b00361a396177a9cb410ff61f20015ad",
		"248d6a61d20638b8e5c026930c3e6039"
		"a33ce45964ff2167f6ecedd419db06c1",
	};
	static const char *const texts[] = { "", "abc",
		"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq" };
	char hex[SHA256_HEX_SIZE];
	struct sha256 s = { 0 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		sha256_begin(&s);
		sha256_add(&s, texts[i], strlen(texts[i]));
		sha256_end(&s, hex);
		assert_string_equal(hex, digests[i]);
	}
}

static void test_sha256_does_not_see_how_it_was_split(void **state)
{
	/* a million times "a", NIST's long example */
	static const char million[] =
	    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
	char a[1000], hex[SHA256_HEX_SIZE];
	struct sha256 s = { 0 };
	size_t left = 1000000;

	(void)state;
	memset(a, 'a', sizeof a);
	sha256_begin(&s);
	for (size_t n = 1; left > 0; n = n % 997 + 1) {
		size_t take = n < left ? n : left;

		sha256_add(&s, a, take);
		left -= take;
	}
	sha256_end(&s, hex);
	assert_string_equal(hex, million);
}

/* ---- start ---- */

static void test_start_options_are_those_of_the_command_line(void **state)
{
	struct plan p;
	char *text;

	(void)state;
	plan_init(&p);
	p.stage = STAGE_MAIL;
	p.from = xstrdup("");
	p.helo = xstrdup("a.example");
	plan_add_to(&p, "b@c.example");
	p.family = 6;
	p.all = true;
	p.seed = 7;
	p.timeout_ms = 1500;
	p.protocol = PROTO_SMTP;
	text = start_options(&p);
	assert_string_equal(text, "--quit-after=mail --helo=a.example "
	                          "'--from=<>'"
	                          " --to=b@c.example -6 --all --seed=7"
	                          " --protocol=smtp --timeout=1.5");
	free(text);
	plan_clear(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hosts_name_with_a_dot_is_the_full_name),
		cmocka_unit_test(test_address_literal_has_the_form_of_rfc_5321),
		cmocka_unit_test(test_join_port_is_that_of_the_asked_port),
		cmocka_unit_test(test_stops_are_taken_in_order),
		cmocka_unit_test(test_stops_pick_is_what_the_user_named),
		cmocka_unit_test(test_stops_of_nothing_are_none),
		cmocka_unit_test(test_sha256_of_the_standards_examples),
		cmocka_unit_test(test_sha256_does_not_see_how_it_was_split),
		cmocka_unit_test(
		    test_start_options_are_those_of_the_command_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
