/* markdown: what the text promises, from events made by hand. */
#include "config.h"

#include "report/markdown.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/escape.h"
#include "hostile.h"
#include "report/md_text.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#define LEN(a) (sizeof(a) / sizeof *(a))

static int english(void **state)
{
	(void)state;
	i18n_set("en");
	i18n_ascii(false);
	return 0;
}

static void give(void *arg, const struct event *e)
{
	markdown_event(arg, e);
}

static void hostile_text_of(size_t first, size_t end, struct buf *out)
{
	struct markdown *m = markdown_new();

	for (size_t i = first; i < end && hostile_at(i); i++)
		hostile_target(hostile_at(i), give, m);
	markdown_finish(m, out);
	markdown_free(m);
}

/* Behind the code span that begins here, NULL: it does not end on its line. */
static const char *skip_span(const char *at)
{
	size_t fence = strspn(at, "`");

	for (at += fence; *at && *at != '\n';) {
		size_t n = strspn(at, "`");

		if (n == fence)
			return at + n;
		at += n ? n : 1;
	}
	return NULL;
}

/* Text outside of code: nothing in it that a CommonMark reader, or a ticket
 * system on top of it, makes markup of, but what we put there. */
static const char *check_line(const char *at)
{
	bool table = *at == '|';

	at += strspn(at, "#"); /* headings are ours, the next is a blank */
	at += strspn(at, " ");
	if (strncmp(at, "- ", 2) == 0)
		at += 2;
	while (*at && *at != '\n') {
		if (*at == '`') {
			at = skip_span(at);
			if (!at)
				return NULL;
		} else if (table && strncmp(at, "**!**", 5) == 0) {
			at += 5; /* what differs from most */
		} else if (strncmp(at, "**", 2) == 0) {
			at += 2;
		} else if (strchr("<>[]!@\\&#*_~$^", *at) ||
		           (*at == '|' && !table) ||
		           strncmp(at, "://", 3) == 0 ||
		           strncmp(at, "www.", 4) == 0) {
			return NULL;
		} else {
			at++;
		}
	}
	return at;
}

/* The fence that closes the block, which no line of it may. */
static const char *skip_block(const char *at)
{
	size_t fence = strspn(at, "`");

	do {
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	} while (at && *at && strspn(at, "`") < fence);
	return at && *at ? strchr(at, '\n') : NULL;
}

static void assert_no_markup(const char *text)
{
	for (const char *at = text; *at; at += *at == '\n') {
		const char *line = at;
		bool block = strspn(at, "`") >= 3 && !skip_span(at);

		at = block ? skip_block(at) : check_line(at);
		if (!at)
			fail_msg("markup: %.200s", line);
	}
}

static void test_E01_hostile_text_stays_text(void **state)
{
	(void)state;
	for (int german = 0; german < 2; german++)
		for (size_t i = 0; hostile_at(i); i++) {
			const struct hostile_text *t = hostile_at(i);
			struct buf text = { 0 }, line = { 0 };

			i18n_set(german ? "de" : "en");
			hostile_text_of(i, i + 1, &text);
			assert_no_markup(text.data);
			buf_adds(&line, "\nS: 550-");
			escape_text(&line, t->data, t->len, false);
			assert_non_null(strstr(text.data, buf_str(&line)));
			assert_non_null(strstr(text.data, " **!** |"));
			buf_clear(&text);
			buf_clear(&line);
		}
	english(NULL);
}

static void test_E10_two_texts_of_one_dialog_are_the_same(void **state)
{
	struct buf one = { 0 }, two = { 0 };

	(void)state;
	hostile_text_of(0, SIZE_MAX, &one);
	hostile_text_of(0, SIZE_MAX, &two);
	assert_int_equal(one.len, two.len);
	assert_memory_equal(one.data, two.data, one.len);
	buf_clear(&one);
	buf_clear(&two);
}

static void test_code_span_is_fenced_for_what_it_holds(void **state)
{
	static const struct {
		const char *data;
		bool cell;
		const char *code;
	} rows[] = {
		{ "", false, "" },           { "a", false, "`a`" },
		{ "a`b", false, "``a`b``" }, { "``", false, "``` `` ```" },
		{ "`a", false, "`` `a ``" }, { " a ", false, "`  a  `" },
		{ "  ", false, "`  `" },     { " a", false, "` a`" },
		{ "a|b", false, "`a|b`" },   { "a|b", true, "`a<7C>b`" },
		{ "\\|", true, "`\\<7C>`" }, { "a\nb", false, "`a<0A>b`" },
		{ "<b>", false, "`<b>`" },   { "<0A>", false, "`<3C>0A>`" },
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		struct buf out = { 0 };

		md_code(&out, rows[i].data, strlen(rows[i].data),
		        rows[i].cell);
		assert_string_equal(buf_str(&out), rows[i].code);
		buf_clear(&out);
	}
}

static void test_words_that_are_more_than_letters_are_code(void **state)
{
	static const struct {
		const char *text, *wanted;
	} rows[] = {
		{ "Nothing to do.", "Nothing to do." },
		{ "Größe: 5 %, „so“ (RFC 5321 §4.2.1).",
		  "Größe: 5 %, „so“ (RFC 5321 §4.2.1)." },
		{ "z. B. e.g. 5.7.1", "z. B. e.g. 5.7.1" },
		{ "From mx.example.org: (a@b.example).",
		  "From `mx.example.org`: (`a@b.example`)." },
		{ "see http://x, www.y.example", "see `http://x`, "
		  "`www.y.example`" },
		{ "*x* _y_ <z> [q](r) #1 !2 ~~s~~ a&amp;b \\",
		  "`*x*` `_y_` `<z>` `[q](r`) `#1` `!2` `~~s~~` `a&amp;b` "
		  "`\\`" },
		{ "„`tick`“", "„`` `tick` ``“" },
		{ "two\nlines", "two lines" },
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		struct buf out = { 0 };

		md_words(&out, rows[i].text, false);
		assert_string_equal(buf_str(&out), rows[i].wanted);
		buf_clear(&out);
	}
}

static void test_block_fence_is_longer_than_any_run_in_it(void **state)
{
	static const char *const rows[][2] = {
		{ "a\n", "```text\na\n```\n" },
		{ "```\n", "````text\n```\n````\n" },
		{ "S: `````` x\n", "```````text\nS: `````` x\n```````\n" },
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		struct buf out = { 0 };

		md_block(&out, rows[i][0]);
		assert_string_equal(buf_str(&out), rows[i][1]);
		buf_clear(&out);
	}
}

static void test_many_targets_are_bounded_and_counted(void **state)
{
	struct markdown *m = markdown_new();
	static char line[4097];
	struct event_builder b;
	struct buf text = { 0 };
	struct event *e;

	(void)state;
	memset(line, 'x', sizeof line - 1);
	event_begin(&b, EV_START);
	b.e.n = 1;
	b.e.target = event_puts(&b, line);
	e = event_finish(&b);
	for (int i = 0; i < 400; i++)
		markdown_event(m, e);
	markdown_finish(m, &text);
	assert_true(text.len < MARKDOWN_BYTES_MAX + (16 << 10));
	assert_non_null(strstr(text.data, " more targets are not in this "
	                                  "text"));
	free(e);
	markdown_free(m);
	buf_clear(&text);
}

/* What a ticket is for: the dialog whole, the refusal with who must act. */
static void test_refusal_is_told_with_its_command(void **state)
{
	static const struct hostile_text plain = { "mx.example", 10 };
	static const char *const wanted[] = {
		"# SMTP dialog: `mx.example`\n",
		"| `mx.example` | ✘ refused | recipient (certain) |\n",
		"- **Result:** refused (`mx.example` `mx.example`). ",
		"\n```text\n* Connecting to mx.example [mx.example]\n",
		"\nC: RCPT TO:<mx.example\nS: 550-mx.example\n",
		"- `RCPT TO:<mx.example`: **550 PERMANENT FAILURE.** ",
	};
	struct markdown *m = markdown_new();
	struct buf text = { 0 };
	const char *at;

	(void)state;
	hostile_target(&plain, give, m);
	markdown_finish(m, &text);
	at = text.data;
	for (size_t i = 0; i < LEN(wanted); i++) {
		const char *found = strstr(at, wanted[i]);

		if (!found)
			fail_msg("no \"%s\" in %s", wanted[i], at);
		at = found + 1;
	}
	markdown_free(m);
	buf_clear(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_E01_hostile_text_stays_text),
		cmocka_unit_test(test_E10_two_texts_of_one_dialog_are_the_same),
		cmocka_unit_test(test_code_span_is_fenced_for_what_it_holds),
		cmocka_unit_test(
			test_words_that_are_more_than_letters_are_code),
		cmocka_unit_test(test_block_fence_is_longer_than_any_run_in_it),
		cmocka_unit_test(test_many_targets_are_bounded_and_counted),
		cmocka_unit_test(test_refusal_is_told_with_its_command),
	};

	return cmocka_run_group_tests(tests, english, NULL);
}
