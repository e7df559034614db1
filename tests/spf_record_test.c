/* The text of SPF records and their macros, without any lookup. */
#include "config.h"

#include "check/spf_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/buf.h"
#include "util/xalloc.h"

static struct spf_slice slice(const char *text)
{
	return (struct spf_slice){ text, strlen(text) };
}

/* ---- selection ---- */

static void test_spf_record_is_needs_the_whole_version(void **state)
{
	static const struct {
		const char *text;
		bool is;
	} rows[] = {
		{ "v=spf1", true }, { "v=spf1 ", true },
		{ "V=SPF1 -ALL", true },
		{ "v=spf1 -all", true }, { "v=spf10 -all", false },
		{ "v=spf1-all", false }, { "v=spf1\t-all", false },
		{ " v=spf1 -all", false }, { "v=spf", false }, { "", false },
		{ "spf2.0/pra -all", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (spf_record_is(rows[i].text, strlen(rows[i].text)) !=
		    rows[i].is)
			fail_msg("%s", rows[i].text);
}

/* ---- terms ---- */

static const char *kind_name(enum spf_kind k)
{
	static const char *const names[] = {
#define NAME(id, name, spec, cidr, lookup) [id] = name,
		SPF_KINDS(NAME)
#undef NAME
	};

	return names[k];
}

/* "-a mail.example.org 24 64;": what is not the default. */
static void put_term(struct buf *out, const struct spf_term *t)
{
	char ip[IP_TEXT_MAX];

	buf_addf(out, "%c%s", t->qualifier, kind_name(t->kind));
	if (t->net.size)
		buf_addf(out, " %s", ip_text(&t->net, ip));
	if (t->spec.len)
		buf_addf(out, " %.*s", (int)t->spec.len, t->spec.at);
	if (t->bits[0] != 32)
		buf_addf(out, " /%u", t->bits[0]);
	if (t->bits[1] != 128)
		buf_addf(out, " //%u", t->bits[1]);
	buf_addc(out, ';');
}

static void test_spf_record_terms_are_read(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "v=spf1", "" }, { "v=spf1   ", "" },
		{ "v=spf1 all", "+all;" }, { "v=spf1 -ALL", "-all;" },
		{ "v=spf1  ?all ", "?all;" },
		{ "v=spf1 a mx ptr", "+a;+mx;+ptr;" },
		{ "v=spf1 a/24 mx//64 a/0//0",
		  "+a /24;+mx //64;+a /0 //0;" },
		{ "v=spf1 a:x.test/24//64", "+a x.test /24 //64;" },
		{ "v=spf1 a:x/y.test/24", "+a x/y.test /24;" },
		{ "v=spf1 a:foo:bar/baz.test", "+a foo:bar/baz.test;" },
		{ "v=spf1 mx:%{d}/8", "+mx %{d} /8;" },
		{ "v=spf1 a:x.test. include:%{d2}",
		  "+a x.test.;+include %{d2};" },
		{ "v=spf1 ip4:192.0.2.0/24 -ip6:2001:db8::/32",
		  "+ip4 192.0.2.0 /24;-ip6 2001:db8:: //32;" },
		{ "v=spf1 ip6:::ffff:192.0.2.1", "+ip6 ::ffff:192.0.2.1;" },
		{ "v=spf1 ip6:::ffff:192.0.2.1/96",
		  "+ip6 ::ffff:192.0.2.1 //96;" },
		{ "v=spf1 exists:%{ir}.x.test", "+exists %{ir}.x.test;" },
		{ "v=spf1 redirect=x.test exp=%{o}",
		  "+redirect x.test;+exp %{o};" },
		{ "v=spf1 all=x a.b-c_d=%{c}:/= m=", "+;+;+;" },
		{ "v=spf1 a:x.1-2 a:x.xn--p1ai a:x.1a",
		  "+a x.1-2;+a x.xn--p1ai;+a x.1a;" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct spf_record r;
		struct buf out = { 0 };

		spf_record_parse(&r, rows[i].text, strlen(rows[i].text));
		if (r.n_errors)
			fail_msg("%s: %s", rows[i].text, r.errors[0].say);
		for (size_t t = 0; t < r.n_terms; t++)
			put_term(&out, &r.terms[t]);
		assert_string_equal(buf_str(&out), rows[i].want);
		buf_clear(&out);
		spf_record_clear(&r);
	}
}

/* ---- errors ---- */

static const struct {
	const char *text, *want; /* "column id;" */
} wrong_rows[] = {
	{ "v=spf1 foo:bar -all", "8 spf-unknown-mechanism;" },
	{ "v=spf1 -all moo", "13 spf-unknown-mechanism;" },
	{ "v=spf1 ipv4:192.0.2.1 -all", "8 spf-unknown-mechanism;" },
	{ "v=spf1 ip:192.0.2.1", "8 spf-unknown-mechanism;" },
	{ "v=spf1 redirect:x.test", "8 spf-unknown-mechanism;" },
	{ "v=spf1 -", "9 spf-unknown-mechanism;" },
	{ "v=spf1 --all", "9 spf-unknown-mechanism;" },
	{ "v=spf1 :x.test", "8 spf-unknown-mechanism;" },
	{ "v=spf1 al -al",
	  "8 spf-unknown-mechanism;12 spf-unknown-mechanism;" },
	{ "v=spf1 -all.", "9 spf-unknown-mechanism;" },
	{ "v=spf1 all:x.test", "11 spf-no-argument;" },
	{ "v=spf1 all/8", "11 spf-no-prefix;" },
	{ "v=spf1 all;", "11 spf-no-prefix;" },
	{ "v=spf1 ptr/0", "11 spf-no-prefix;" },
	{ "v=spf1 ptr: a: mx:",
	  "12 spf-no-domain;15 spf-no-domain;19 spf-no-domain;" },
	{ "v=spf1 include", "15 spf-no-domain;" },
	{ "v=spf1 include: -all", "16 spf-no-domain;" },
	{ "v=spf1 exists", "14 spf-no-domain;" },
	{ "v=spf1 redirect=", "17 spf-no-domain;" },
	{ "v=spf1 include:x.test/24", "16 spf-bad-domain;" },
	{ "v=spf1 a:museum a:museum.", "10 spf-bad-domain;19 spf-bad-domain;" },
	{ "v=spf1 a:192.0.2.1", "10 spf-bad-domain;" },
	{ "v=spf1 a:x.-y a:x.y-", "10 spf-bad-domain;17 spf-bad-domain;" },
	{ "v=spf1 a:x.test..", "10 spf-bad-domain;" },
	{ "v=spf1 a:x.test:25", "10 spf-bad-domain;" },
	{ "v=spf1 a:%{d}. a:%{d}x", "10 spf-bad-domain;18 spf-bad-domain;" },
	{ "v=spf1 include:<x.test>", "16 spf-bad-domain;" },
	{ "v=spf1 a/33 a//129", "10 spf-bad-prefix;16 spf-bad-prefix;" },
	{ "v=spf1 a/24/64", "13 spf-bad-prefix;" },
	{ "v=spf1 a/ a/08", "9 spf-bad-prefix;13 spf-bad-prefix;" },
	{ "v=spf1 a/4294967320", "10 spf-bad-prefix;" },
	{ "v=spf1 ip4 ip6", "11 spf-no-net;15 spf-no-net;" },
	{ "v=spf1 ip4:", "12 spf-bad-ip4;" },
	{ "v=spf1 ip4:192.0.2", "12 spf-bad-ip4;" },
	{ "v=spf1 ip4:192.0.2.256", "12 spf-bad-ip4;" },
	{ "v=spf1 ip4:192.00.2.1", "12 spf-bad-ip4;" },
	{ "v=spf1 ip4:192.0.2.1:25", "12 spf-bad-ip4;" },
	{ "v=spf1 ip4:x.test", "12 spf-bad-ip4;" },
	{ "v=spf1 ip4:2001:db8::1", "12 spf-bad-ip4;" },
	{ "v=spf1 ip4:192.0.2.0/33", "22 spf-bad-prefix;" },
	{ "v=spf1 ip4:192.0.2.0/", "22 spf-bad-prefix;" },
	{ "v=spf1 ip4:192.0.2.0//24", "22 spf-bad-prefix;" },
	{ "v=spf1 ip6:192.0.2.1", "12 spf-bad-ip6;" },
	{ "v=spf1 ip6:2001:db8::/129", "23 spf-bad-prefix;" },
	{ "v=spf1 ip6::CAFE::BABE", "12 spf-bad-ip6;" },
	{ "v=spf1 =all", "8 spf-bad-name;" },
	{ "v=spf1 1up=x", "8 spf-bad-name;" },
	{ "v=spf1 -exp=x.test", "8 spf-qualified-modifier;" },
	{ "v=spf1 exp=x.test EXP=y.test", "19 spf-twice;" },
	{ "v=spf1 redirect=x.test redirect=y.test", "24 spf-twice;" },
	{ "v=spf1 x=%", "10 spf-bad-macro;" },
	{ "v=spf1 x=%abc", "10 spf-bad-macro;" },
	{ "v=spf1 exists:a%{", "16 spf-bad-macro;" },
	{ "v=spf1 exists:%{d0}", "15 spf-bad-macro;" },
	{ "v=spf1 exists:%{d00}", "15 spf-bad-macro;" },
	{ "v=spf1 exists:%{x}", "15 spf-bad-macro;" },
	{ "v=spf1 exists:%{}", "15 spf-bad-macro;" },
	{ "v=spf1 exists:%{dr2}", "15 spf-bad-macro;" },
	{ "v=spf1 exists:%{d!}", "15 spf-bad-macro;" },
	{ "v=spf1 exists:%(ir).x.test", "15 spf-bad-macro;" },
	{ "v=spf1 exists:%{c}", "15 spf-bad-macro;" },
	{ "v=spf1 exp=%{r}.x.test", "12 spf-bad-macro;" },
	{ "v=spf1 a\tmx -all", "9 spf-bad-octet;" },
	{ "v=spf1 \x80" "all", "8 spf-bad-octet;" },
	{ "v=spf1 a:x.test\r\n", "16 spf-bad-octet;" },
};

static void test_spf_record_errors_have_their_column(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof wrong_rows / sizeof *wrong_rows; i++) {
		struct buf out = { 0 };
		struct spf_record r;

		spf_record_parse(&r, wrong_rows[i].text,
		                 strlen(wrong_rows[i].text));
		for (size_t e = 0; e < r.n_errors; e++)
			buf_addf(&out, "%zu %s;", r.errors[e].column,
			         r.errors[e].say);
		if (strcmp(buf_str(&out), wrong_rows[i].want) != 0)
			fail_msg("%s: %s", wrong_rows[i].text, buf_str(&out));
		buf_clear(&out);
		spf_record_clear(&r);
	}
}

static void test_spf_record_zero_octet_is_an_error_and_quoted(void **state)
{
	static const char text[] = "v=spf1 a:x.test\0y -all";
	struct spf_record r;
	char *quote;

	(void)state;
	spf_record_parse(&r, text, sizeof text - 1);
	assert_int_equal(r.n_errors, 1);
	assert_string_equal(r.errors[0].say, "spf-bad-octet");
	assert_int_equal(r.errors[0].column, 16);
	quote = spf_quote(r.errors[0].term);
	assert_string_equal(quote, "a:x.test\\000y");
	free(quote);
	spf_record_clear(&r);
}

static void test_spf_record_of_64_kib_is_read_and_bounded(void **state)
{
	struct buf text = { 0 };
	struct spf_record r;
	char *quote;

	(void)state;
	buf_adds(&text, "v=spf1");
	while (text.len < 65000)
		buf_adds(&text, " ?");
	spf_record_parse(&r, text.data, text.len);
	assert_int_equal(r.n_terms, (65000 - 6) / 2);
	assert_int_equal(r.n_errors, SPF_ERRORS_MAX);
	spf_record_clear(&r);
	buf_reset(&text);
	buf_adds(&text, "v=spf1 ");
	while (text.len < 65000)
		buf_addc(&text, 'a');
	spf_record_parse(&r, text.data, text.len);
	assert_int_equal(r.n_errors, 1);
	quote = spf_quote(r.errors[0].term);
	assert_int_equal(strlen(quote), SPF_QUOTE_MAX + 3);
	free(quote);
	spf_record_clear(&r);
	buf_clear(&text);
}

/* ---- macros ---- */

static const struct {
	const char *text, *want;
} macro_rows[] = {
	/* RFC 7208 §7.4 */
	{ "%{s}", "strong-bad@email.example.com" },
	{ "%{o}", "email.example.com" }, { "%{d}", "email.example.com" },
	{ "%{d4}", "email.example.com" }, { "%{d3}", "email.example.com" },
	{ "%{d2}", "example.com" }, { "%{d1}", "com" },
	{ "%{dr}", "com.example.email" }, { "%{d2r}", "example.email" },
	{ "%{l}", "strong-bad" }, { "%{l-}", "strong.bad" },
	{ "%{lr}", "strong-bad" }, { "%{lr-}", "bad.strong" },
	{ "%{l1r-}", "strong" },
	{ "%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com" },
	{ "%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com" },
	{ "%{lr-}.lp.%{ir}.%{v}._spf.%{d2}",
	  "bad.strong.lp.3.2.0.192.in-addr._spf.example.com" },
	{ "%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}",
	  "3.2.0.192.in-addr.strong.lp._spf.example.com" },
	{ "%{d2}.trusted-domains.example.net",
	  "example.com.trusted-domains.example.net" },
	/* the others */
	{ "%{i} %{c} %{h} %{p}", "192.0.2.3 192.0.2.3 mx.test a b.test" },
	{ "%{r} %{t}", "unknown unknown" },
	{ "%%%_%-", "% %20" }, { "%{H} %{P}", "mx.test a%20b.test" },
	{ "%{S}", "strong-bad%40email.example.com" },
	{ "%{L1-}", "bad" }, { "%{d2.-}", "example.com" },
	{ "%{l1+,/_=}", "strong-bad" },
	/* numbers without bounds */
	{ "%{s100000r}", "com.example.strong-bad@email" },
	{ "%{d127}", "email.example.com" }, { "%{d01}", "com" },
	{ "%{d99999999999999999999999999}", "email.example.com" },
	{ "%{i4r}", "3.2.0.192" }, { "%{i1r}", "192" },
};

static void expand(struct buf *out, const char *text,
                   const struct spf_values *v)
{
	buf_reset(out);
	assert_int_equal(spf_macro_check(slice(text), true), strlen(text));
	assert_true(spf_macro_expand(out, slice(text), v, 1000,
	                             SPF_KEEP_START));
}

static void test_spf_macro_expands_as_in_the_rfc(void **state)
{
	struct spf_values v = {
		.sender = "strong-bad@email.example.com",
		.local = "strong-bad", .origin = "email.example.com",
		.domain = "email.example.com", .helo = "mx.test",
		.validated = "a b.test",
	};
	struct buf out = { 0 };

	(void)state;
	ip_parse(&v.ip, "192.0.2.3");
	for (size_t i = 0; i < sizeof macro_rows / sizeof *macro_rows; i++) {
		expand(&out, macro_rows[i].text, &v);
		assert_string_equal(out.data, macro_rows[i].want);
	}
	ip_parse(&v.ip, "2001:db8::cb01");
	v.validated = NULL;
	expand(&out, "%{ir}.%{v}._spf.%{d2}", &v);
	assert_string_equal(out.data, "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0"
	                    ".0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com");
	expand(&out, "%{c} %{p}", &v);
	assert_string_equal(out.data, "2001:db8::cb01 unknown");
	buf_clear(&out);
}

static void test_spf_macro_empty_parts_are_kept(void **state)
{
	struct spf_values v = { .sender = "", .local = "..a..b.", .origin = "",
		.domain = "", .helo = "" };
	struct buf out = { 0 };

	(void)state;
	ip_parse(&v.ip, "192.0.2.3");
	expand(&out, "%{l}|%{lr}|%{l2}|%{l3r}|%{o}|%{o5r}", &v);
	assert_string_equal(out.data, "..a..b.|.b..a..|b.|a..||");
	buf_clear(&out);
}

/* 16,000 macros of 640 octets each: 10 MB, if all were kept. */
static void test_spf_macro_expansion_is_bounded(void **state)
{
	struct buf text = { 0 }, out = { 0 };
	char local[2 * SPF_VALUE_MAX];
	struct spf_values v = { .sender = local, .local = local, .origin = "",
		.domain = "", .helo = "" };

	(void)state;
	memset(local, '=', sizeof local - 1);
	local[sizeof local - 1] = '\0';
	while (text.len < 64000)
		buf_adds(&text, "%{Lr}");
	buf_adds(&text, "end");
	assert_false(spf_macro_expand(&out, slice(text.data), &v, 255,
	                              SPF_KEEP_END));
	assert_int_equal(out.len, 255);
	assert_string_equal(out.data + 252, "end");
	assert_true(out.size < 16384);
	buf_clear(&out);
	assert_false(spf_macro_expand(&out, slice(text.data), &v, 255,
	                              SPF_KEEP_START));
	assert_int_equal(out.len, 255);
	assert_true(out.size < 16384);
	buf_reset(&out);
	assert_true(spf_macro_expand(&out, slice("%{l}"), &v, 1000,
	                             SPF_KEEP_START));
	assert_int_equal(out.len, SPF_VALUE_MAX);
	buf_clear(&out);
	buf_clear(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spf_record_is_needs_the_whole_version),
		cmocka_unit_test(test_spf_record_terms_are_read),
		cmocka_unit_test(test_spf_record_errors_have_their_column),
		cmocka_unit_test(
			test_spf_record_zero_octet_is_an_error_and_quoted),
		cmocka_unit_test(test_spf_record_of_64_kib_is_read_and_bounded),
		cmocka_unit_test(test_spf_macro_expands_as_in_the_rfc),
		cmocka_unit_test(test_spf_macro_empty_parts_are_kept),
		cmocka_unit_test(test_spf_macro_expansion_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
