/* Lists of tags and values, taken apart. */
#include "config.h"

#include "check/taglist.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/buf.h"
#include "util/xalloc.h"

/* "v=DMARC1 p@11=none p@19=none(again) q@27!no-equals@27" */
static const struct {
	const char *text, *want;
} cases[] = {
	{ "", "@1!nothing@1" },
	{ " \t ", "@4!nothing@4" },
	{ ";", "@1!nothing@1" },
	{ "v=DMARC1", "v@1=DMARC1" },
	{ "v=DMARC1;", "v@1=DMARC1" },
	{ "v=DMARC1; \t", "v@1=DMARC1" },
	{ "v=DMARC1;;", "v@1=DMARC1 @10!nothing@10" },
	{ "v=DMARC1; ; p=none", "v@1=DMARC1 @11!nothing@11 p@13=none" },
	{ "v=DMARC1;p=none", "v@1=DMARC1 p@10=none" },
	{ "v=DMARC1; p=none;", "v@1=DMARC1 p@11=none" },
	{ "  v = DMARC1 ; p\t=\treject\t;", "v@3=DMARC1 p@16=reject" },
	{ "p=a b", "p@1=a b" },
	{ "p= a\tb ;x=", "p@1=a\tb x@9=" },
	{ "p=", "p@1=" },
	{ "p= \t", "p@1=" },
	{ "p", "p@1!no-equals@1" },
	{ "v=1; reject ;x=1", "v@1=1 reject@6!no-equals@6 x@14=1" },
	{ "=x", "@1=x!no-name@1" },
	{ "v=1; =x", "v@1=1 @6=x!no-name@6" },
	{ "p=a=b", "p@1=a=b" },
	{ "P=1;p=2", "P@1=1 p@5=2" },
	{ "p=1;q=2;p=3;p=4", "p@1=1 q@5=2 p@9=3(again) p@13=4(again)" },
	{ "1x-y_z.w=1", "1x-y_z.w@1=1" },
	{ "_x=1", "_x@1=1!bad-name@1" },
	{ "a b=1", "a b@1=1!bad-name@2" },
	{ "v=1; a\x01=1", "v@1=1 a\x01@6=1!bad-name@7" },
	{ "p=no\x7fne", "p@1=no\x7fne!bad-value@5" },
	{ "p=n\xc3\xb6", "p@1=n\xc3\xb6!bad-value@4" },
	{ "p=a\r\n b", "p@1=a\r\n b" },
	{ "p=a\r\n ;\r\n\tq=b", "p@1=a q@11=b" },
	{ "p=a\r\nb", "p@1=a\r\nb!bad-value@4" },
	{ "p=a\r\n", "p@1=a\r\n!bad-value@4" },
	{ "p=\r", "p@1=\r!bad-value@3" },
};

static void put_tag(struct buf *out, const struct tag *t)
{
	static const char *const faults[TAG_FAULT_COUNT] = {
		"", "nothing", "no-equals", "no-name", "bad-name", "bad-value",
	};

	if (out->len)
		buf_addc(out, ' ');
	buf_addf(out, "%.*s@%zu", (int)t->name_len, t->name, t->column);
	if (t->fault != TAG_NOTHING && t->fault != TAG_NO_EQUALS)
		buf_addf(out, "=%.*s", (int)t->value_len, t->value);
	else
		assert_int_equal(t->value_len, 0);
	if (t->fault)
		buf_addf(out, "!%s@%zu", faults[t->fault], t->fault_column);
	else
		assert_int_equal(t->fault_column, t->column);
	if (t->again)
		buf_adds(out, "(again)");
}

static void test_taglist_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t len = strlen(cases[i].text);
		char *exact = xmalloc(len); /* no NUL to rely on */
		struct buf got = { 0 };
		struct taglist l;

		memcpy(exact, cases[i].text, len);
		taglist_parse(&l, exact, len);
		for (size_t k = 0; k < l.n; k++)
			put_tag(&got, &l.tags[k]);
		assert_string_equal(buf_str(&got), cases[i].want);
		assert_int_equal(l.dropped, 0);
		buf_clear(&got);
		free(exact);
	}
}

static void test_taglist_parse_with_nul_goes_on(void **state)
{
	static const char text[] = "v=a\0b; p\0=1";
	struct taglist l;

	(void)state;
	taglist_parse(&l, text, sizeof text - 1);
	assert_int_equal(l.n, 2);
	assert_int_equal(l.tags[0].fault, TAG_BAD_VALUE);
	assert_int_equal(l.tags[0].value_len, 3);
	assert_int_equal(l.tags[0].fault_column, 4);
	assert_int_equal(l.tags[1].fault, TAG_BAD_NAME);
	assert_int_equal(l.tags[1].fault_column, 9);
}

/* 64 KiB, the most that a TXT record holds: of semicolons, of tags, of one. */
static void test_taglist_parse_of_64_kib_is_bounded(void **state)
{
	enum { SIZE = 65535 };
	char *text = xmalloc(SIZE);
	struct taglist l;

	(void)state;
	memset(text, ';', SIZE);
	taglist_parse(&l, text, SIZE);
	assert_int_equal(l.n, TAGLIST_MAX);
	assert_int_equal(l.n + l.dropped, SIZE);
	for (size_t i = 0; i < SIZE; i++)
		text[i] = "a=;"[i % 3];
	taglist_parse(&l, text, SIZE);
	assert_int_equal(l.n + l.dropped, SIZE / 3);
	assert_true(l.tags[TAGLIST_MAX - 1].again);
	memset(text, ' ', SIZE);
	text[0] = 'p';
	text[1] = '=';
	text[SIZE - 1] = 'x';
	taglist_parse(&l, text, SIZE);
	assert_int_equal(l.n, 1);
	assert_int_equal(l.tags[0].value_len, 1);
	free(text);
}

static void test_taglist_find_takes_the_first(void **state)
{
	static const char text[] = "v=DMARC1; P=x; p=None; p=reject; q; z=\x01";
	struct taglist l;

	(void)state;
	taglist_parse(&l, text, strlen(text));
	assert_true(tag_is(taglist_find(&l, "p"), "None"));
	assert_false(tag_is(taglist_find(&l, "p"), "none"));
	assert_false(tag_is(taglist_find(&l, "p"), "Non"));
	assert_false(tag_is(taglist_find(&l, "p"), "None2"));
	assert_true(tag_is_word(taglist_find(&l, "p"), "nOnE"));
	assert_false(tag_is_word(taglist_find(&l, "p"), "nonex"));
	assert_null(taglist_find(&l, "V"));
	assert_null(taglist_find(&l, ""));
	assert_true(tag_named(taglist_fault(&l, TAG_NO_EQUALS), "q"));
	assert_true(tag_named(taglist_fault(&l, TAG_BAD_VALUE), "z"));
	assert_null(taglist_fault(&l, TAG_NO_NAME));
	assert_true(tag_is(taglist_again(&l), "reject"));
}

static void test_tag_next_item_splits(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "t=", "[]" }, { "t=y", "[y]" }, { "t=y:s", "[y][s]" },
		{ "t= y \t: s", "[y][s]" }, { "t=y:", "[y][]" },
		{ "t=:", "[][]" }, { "t=a::b", "[a][][b]" },
		{ "t=a b:c", "[a b][c]" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct tag_item item;
		struct buf got = { 0 };
		struct taglist l;
		size_t at = 0;

		taglist_parse(&l, rows[i].text, strlen(rows[i].text));
		while (tag_next_item(&l.tags[0], ':', &at, &item))
			buf_addf(&got, "[%.*s]", (int)item.len, item.text);
		assert_string_equal(buf_str(&got), rows[i].want);
		assert_false(tag_next_item(&l.tags[0], ':', &at, &item));
		buf_clear(&got);
	}
	assert_true(tag_item_is(&(struct tag_item){ "sx", 1 }, "s"));
	assert_false(tag_item_is(&(struct tag_item){ "sx", 2 }, "s"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taglist_parse),
		cmocka_unit_test(test_taglist_parse_with_nul_goes_on),
		cmocka_unit_test(test_taglist_parse_of_64_kib_is_bounded),
		cmocka_unit_test(test_taglist_find_takes_the_first),
		cmocka_unit_test(test_tag_next_item_splits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
