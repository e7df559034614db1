/* What a user may type as a target, and what comes of it. */
#include "config.h"

#include "core/target.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/i18n.h"

#define D TARGET_DOMAIN
#define H TARGET_HOST
#define L TARGET_LITERAL
#define U TARGET_UNIX

static const struct good {
	const char *text;
	enum target_kind kind;
	const char *domain;
	uint16_t port;
	const char *recipient, *shown;
} good[] = {
	{ "example.org", D, "example.org", 0, NULL, NULL },
	{ " Example.ORG. ", D, "example.org", 0, NULL, NULL },
	{ "_dmarc.example.org", D, "_dmarc.example.org", 0, NULL, NULL },
	{ "localhost", D, "localhost", 0, NULL, NULL },
	{ "user@example.org", D, "example.org", 0, "user@example.org", NULL },
	{ "User@Example.org.", D, "example.org", 0, "User@example.org",
	  NULL },
	{ "\"a@b\"@example.org", D, "example.org", 0,
	  "\"a@b\"@example.org", NULL },
	{ "mx.example.org:25", H, "mx.example.org", 25, NULL, NULL },
	{ "192.0.2.1", L, "192.0.2.1", 0, NULL, NULL },
	{ "192.0.2.1:2525", L, "192.0.2.1", 2525, NULL, NULL },
	{ "[192.0.2.1]", L, "192.0.2.1", 0, NULL, NULL },
	{ "[192.0.2.1]:587", L, "192.0.2.1", 587, NULL, NULL },
	{ "[IPv6:2001:DB8::25]:587", L, "2001:db8::25", 587, NULL, NULL },
	{ "[ipv6:2001:db8::25]", L, "2001:db8::25", 0, NULL, NULL },
	{ "2001:db8::25", L, "2001:db8::25", 0, NULL, NULL },
	{ "user@[192.0.2.1]", L, "192.0.2.1", 0, "user@[192.0.2.1]", NULL },
	{ "user@[IPv6:2001:db8::1]", L, "2001:db8::1", 0,
	  "user@[IPv6:2001:db8::1]", NULL },
	{ "smtp://mx.example.org", H, "mx.example.org", 25, NULL, NULL },
	{ "SMTP://mx.example.org:2525/", H, "mx.example.org", 2525, NULL,
	  NULL },
	{ "submission://mx.example.org", H, "mx.example.org", 587, NULL,
	  NULL },
	{ "smtp://[IPv6:::1]:25", L, "::1", 25, NULL, NULL },
	{ "smtps://mx.example.org", H, "mx.example.org", 465, NULL, NULL },
	{ "smtps://192.0.2.1:2465", L, "192.0.2.1", 2465, NULL, NULL },
	{ "lmtp://mail.example.org/", H, "mail.example.org", 24, NULL, NULL },
	{ "unix:25", H, "unix", 25, NULL, NULL },
	{ "unix:/run/lmtp.sock", U, "/run/lmtp.sock", 0, NULL, NULL },
	{ "UNIX:./A@b://c", U, "./A@b://c", 0, NULL, NULL },
	{ "münchen.de", D, "xn--mnchen-3ya.de", 0, NULL, "münchen.de" },
	{ "MÜNCHEN.DE", D, "xn--mnchen-3ya.de", 0, NULL, "münchen.de" },
	{ "xn--mnchen-3ya.de", D, "xn--mnchen-3ya.de", 0, NULL,
	  "münchen.de" },
	{ "münchen。de。", D, "xn--mnchen-3ya.de", 0, NULL, "münchen.de" },
	{ "post@münchen.de", D, "xn--mnchen-3ya.de", 0,
	  "post@xn--mnchen-3ya.de", "münchen.de" },
	{ "_x.münchen.de", D, "_x.xn--mnchen-3ya.de", 0, NULL,
	  "_x.münchen.de" },
};

static void same(const char *got, const char *wanted)
{
	if (wanted) {
		assert_non_null(got);
		assert_string_equal(got, wanted);
	} else {
		assert_null(got);
	}
}

static void test_target_every_form_is_taken_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct target t, copy;

		assert_int_equal(target_parse(good[i].text, &t), TARGET_OK);
		assert_int_equal(t.kind, good[i].kind);
		assert_int_equal(t.port, good[i].port);
		same(t.domain, good[i].domain);
		same(t.recipient, good[i].recipient);
		same(t.shown, good[i].shown);
		target_copy(&copy, &t);
		target_clear(&t);
		same(copy.domain, good[i].domain);
		target_clear(&copy);
	}
}

#define L63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LONG61 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define LOCAL64 L63 "a"

static const struct bad {
	const char *text;
	enum target_error error;
} bad[] = {
	{ "", TARGET_EMPTY }, { "   ", TARGET_EMPTY },
	{ "user@", TARGET_EMPTY }, { "smtp://", TARGET_EMPTY },
	{ "a..b", TARGET_EMPTY_LABEL }, { ".a", TARGET_EMPTY_LABEL },
	{ ".", TARGET_EMPTY_LABEL }, { "a.b..", TARGET_EMPTY_LABEL },
	{ "user@a..b", TARGET_EMPTY_LABEL },
	{ L63 "a.example", TARGET_LABEL_LONG },
	{ L63 "." L63 "." L63 "." L63, TARGET_NAME_LONG },
	{ "exa mple.org", TARGET_CHARACTER },
	{ "example.org/path", TARGET_CHARACTER },
	{ "user@example.org:25", TARGET_CHARACTER },
	{ "a b@example.org", TARGET_CHARACTER },
	{ "<a@example.org>", TARGET_CHARACTER },
	{ "-a.example", TARGET_HYPHEN }, { "a-.example", TARGET_HYPHEN },
	{ "user@192.0.2.1", TARGET_BARE_ADDRESS },
	{ "user@2001:db8::1", TARGET_BARE_ADDRESS },
	{ "999.1.1.1", TARGET_BAD_LITERAL },
	{ "[example.org]", TARGET_BAD_LITERAL },
	{ "[192.0.2.1", TARGET_BAD_LITERAL },
	{ "[192.0.2.1]x", TARGET_BAD_LITERAL },
	{ "[IPv6:192.0.2.1]", TARGET_BAD_LITERAL },
	{ "user@[]", TARGET_BAD_LITERAL },
	{ "user@[192.0.2.1]:25", TARGET_BAD_LITERAL },
	{ "mx.example.org:", TARGET_BAD_PORT },
	{ "mx.example.org:0", TARGET_BAD_PORT },
	{ "mx.example.org:65536", TARGET_BAD_PORT },
	{ "mx.example.org:25x", TARGET_BAD_PORT },
	{ "mx.example.org:99999999999999999999", TARGET_BAD_PORT },
	{ "http://example.org", TARGET_BAD_SCHEME },
	{ "://example.org", TARGET_BAD_SCHEME },
	{ "unix:", TARGET_BAD_PORT }, { "unix:x.sock", TARGET_BAD_PORT },
	{ "unix:/run/a\nb", TARGET_CONTROL },
	{ "unix:/" L63 "/" L63, TARGET_PATH_LONG },
	{ "abc.onion", TARGET_ONION }, { "user@x.ONION.", TARGET_ONION },
	{ "a\r\nRCPT TO:<b>@example.org", TARGET_CONTROL },
	{ "example.org\t", TARGET_CONTROL }, { "a\x7f.b", TARGET_CONTROL },
	{ "@example.org", TARGET_LOCAL_PART },
	{ LOCAL64 "a@example.org", TARGET_LOCAL_PART },
	{ "\xff\xfe.example", TARGET_IDN },
};

static void test_target_every_slip_has_its_own_error(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct target t;
		char *text;

		assert_int_equal(target_parse(bad[i].text, &t), bad[i].error);
		text = target_error_text(bad[i].error, bad[i].text);
		assert_true(strlen(text) > 20);
		assert_null(strpbrk(text, "\r\n\t\x7f"));
		assert_null(strstr(text, "%s"));
		free(text);
	}
}

static void test_target_scheme_is_kept(void **state)
{
	static const struct {
		const char *text;
		enum target_scheme scheme;
	} rows[] = {
		{ "example.org", SCHEME_NONE },
		{ "example.org:465", SCHEME_NONE },
		{ "smtp://example.org", SCHEME_SMTP },
		{ "submission://example.org", SCHEME_SUBMISSION },
		{ "SMTPS://example.org", SCHEME_SMTPS },
		{ "smtps://example.org:25", SCHEME_SMTPS },
		{ "lmtp://[192.0.2.1]", SCHEME_LMTP },
		{ "unix:/run/lmtp.sock", SCHEME_UNIX },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct target t;

		assert_int_equal(target_parse(rows[i].text, &t), TARGET_OK);
		assert_int_equal(t.scheme, rows[i].scheme);
		target_clear(&t);
	}
}

static void test_target_longest_names_are_taken(void **state)
{
	struct target t;

	(void)state;
	assert_int_equal(target_parse(LOCAL64 "@" L63 ".example", &t),
	                 TARGET_OK);
	target_clear(&t);
	/* 63.63.63.61: 253 characters */
	assert_int_equal(target_parse(L63 "." L63 "." L63 "."
	                              LONG61, &t), TARGET_OK);
	assert_int_equal(strlen(t.domain), 253);
	target_clear(&t);
}

static void test_target_notes_what_is_worth_a_finding(void **state)
{
	static const struct {
		const char *text;
		bool untagged, transitional, deviates, single;
	} rows[] = {
		{ "example.org", false, false, false, false },
		{ "[2001:db8::1]", true, false, false, false },
		{ "[IPv6:2001:db8::1]", false, false, false, false },
		{ "☃.example", false, true, false, false },
		{ "faß.de", false, false, true, false },
		{ "fass.de", false, false, false, false },
		{ "museum", false, false, false, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct target t;

		assert_int_equal(target_parse(rows[i].text, &t), TARGET_OK);
		assert_int_equal(t.untagged_v6, rows[i].untagged);
		assert_int_equal(t.transitional, rows[i].transitional);
		assert_int_equal(t.deviates, rows[i].deviates);
		assert_int_equal(t.single_label, rows[i].single);
		target_clear(&t);
	}
}

static void test_target_sharp_s_is_todays_name(void **state)
{
	struct target t;

	(void)state;
	assert_int_equal(target_parse("faß.de", &t), TARGET_OK);
	assert_string_equal(t.domain, "xn--fa-hia.de");
	target_clear(&t);
	assert_int_equal(target_parse("☃.example", &t), TARGET_OK);
	assert_string_equal(t.domain, "xn--n3h.example");
	target_clear(&t);
}

static void test_error_text_is_german_where_wanted(void **state)
{
	char *en, *de;

	(void)state;
	i18n_set("en");
	en = target_error_text(TARGET_BAD_PORT, "mx.example.org:0");
	i18n_set("de");
	de = target_error_text(TARGET_BAD_PORT, "mx.example.org:0");
	i18n_set("en");
	assert_non_null(strstr(en, "mx.example.org:0"));
	assert_non_null(strstr(de, "mx.example.org:0"));
	free(en);
	free(de);
}

static void test_address_smuggling_is_refused(void **state)
{
	static const struct {
		const char *text;
		bool null_ok;
		enum target_error error;
	} rows[] = {
		{ "a@example.org", false, TARGET_OK },
		{ "postmaster", false, TARGET_OK },
		{ "a@[192.0.2.1]", false, TARGET_OK },
		{ "ä@münchen.de", false, TARGET_OK },
		{ "", true, TARGET_OK }, { "", false, TARGET_EMPTY },
		{ "a@example.org\r\nDATA", false, TARGET_CONTROL },
		{ "a@example.org\n", false, TARGET_CONTROL },
		{ "a@example.org> SIZE=1", false, TARGET_CHARACTER },
		{ "<a@example.org>", false, TARGET_CHARACTER },
		{ "a b@example.org", false, TARGET_CHARACTER },
		{ "a b", false, TARGET_CHARACTER },
		{ "a@example .org", false, TARGET_CHARACTER },
		{ "@example.org", false, TARGET_LOCAL_PART },
		{ "a@", false, TARGET_EMPTY },
		{ "a@b..c", false, TARGET_EMPTY_LABEL },
		{ "a@192.0.2.1", false, TARGET_BARE_ADDRESS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(address_check(rows[i].text, rows[i].null_ok),
		                 rows[i].error);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_target_every_form_is_taken_apart),
		cmocka_unit_test(test_target_every_slip_has_its_own_error),
		cmocka_unit_test(test_target_scheme_is_kept),
		cmocka_unit_test(test_target_longest_names_are_taken),
		cmocka_unit_test(test_target_notes_what_is_worth_a_finding),
		cmocka_unit_test(test_target_sharp_s_is_todays_name),
		cmocka_unit_test(test_error_text_is_german_where_wanted),
		cmocka_unit_test(test_address_smuggling_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
