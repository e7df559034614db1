/* html: what the page promises, from events made by hand. */
#include "config.h"

#include "report/html.h"

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
#include "htmlcheck.h"
#include "io/sha256.h"
#include "report/html_style.h"
#include "report/html_text.h"
#include "util/base64.h"
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
	html_event(arg, e);
}

/* A page of the hostile targets from first up to, not with, end. */
static void hostile_page(bool quiz, size_t first, size_t end, struct buf *out)
{
	struct html *h = html_new(quiz);

	for (size_t i = first; i < end && hostile_at(i); i++)
		hostile_target(hostile_at(i), give, h);
	html_finish(h, out);
	html_free(h);
}

static void assert_valid(const struct buf *page)
{
	char *error = htmlcheck(page->data, page->len);

	if (error)
		fail_msg("%s", error);
}

static void assert_shows(const char *text, const char *wanted)
{
	if (!strstr(text, wanted))
		fail_msg("\"%s\" is not in the page", wanted);
}

/* "550 TEXT" as the escaper shows it. */
static void assert_line(const char *page_text, const char *before,
                        const struct hostile_text *t)
{
	struct buf line = { 0 };

	buf_adds(&line, before);
	escape_text(&line, t->data, t->len, false);
	assert_shows(page_text, buf_str(&line));
	buf_clear(&line);
}

/* Valid whatever is in it, and each field reads as the escaper shows it. */
static void test_E01_hostile_text_stays_text(void **state)
{
	(void)state;
	for (int quiz = 0; quiz < 2; quiz++)
		for (size_t i = 0; hostile_at(i); i++) {
			struct buf page = { 0 };
			char *text;

			hostile_page(quiz, i, i + 1, &page);
			assert_valid(&page);
			text = htmlcheck_text(page.data, page.len);
			assert_line(text, "S: 550-", hostile_at(i));
			assert_line(text, "C: RCPT TO:<", hostile_at(i));
			assert_line(text, "Dialog with ", hostile_at(i));
			assert_line(text, "Certificate 0: ", hostile_at(i));
			if (!quiz)
				assert_shows(text, "Every address");
			if (!quiz)
				assert_line(text, "SPF of MAIL FROM ",
				            hostile_at(i));
			free(text);
			buf_clear(&page);
		}
}

static void test_E01_all_at_once_in_both_languages(void **state)
{
	(void)state;
	for (int german = 0; german < 2; german++) {
		struct buf page = { 0 };

		i18n_set(german ? "de" : "en");
		hostile_page(false, 0, SIZE_MAX, &page);
		assert_valid(&page);
		assert_null(strstr(page.data, "<script"));
		assert_null(strstr(page.data, "<img"));
		buf_clear(&page);
	}
	english(NULL);
}

/* A row: bytes from outside, and the HTML of them. */
static void test_E02_E05_bytes_become_tokens(void **state)
{
	static const struct {
		const char *data;
		size_t len;
		const char *html;
	} rows[] = {
		{ "a\0b", 3, "a<i>&lt;00&gt;</i>b" },
		{ "\033[2J", 4, "<i>&lt;1B&gt;</i>[2J" },
		{ "\xff", 1, "<i>&lt;FF&gt;</i>" },
		{ "\xed\xa0\x80", 3, "<i>&lt;ED&gt;</i><i>&lt;A0&gt;</i>"
		  "<i>&lt;80&gt;</i>" },
		{ "\xe2\x80\xa8", 3, "<i>&lt;U+2028&gt;</i>" },
		{ "\xe2\x80\xae", 3, "<i>&lt;U+202E&gt;</i>" },
		{ "\xef\xbb\xbf", 3, "<i>&lt;U+FEFF&gt;</i>" },
		{ "\\x1b", 4, "\\x1b" },
		{ "<1B>", 4, "<i>&lt;3C&gt;</i>1B&gt;" },
		{ "&<>\"'`", 6, "&amp;&lt;&gt;&quot;&#39;&#96;" },
		{ "\xc3\xa4\xd7\x90", 4, "\xc3\xa4\xd7\x90" },
		{ "", 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		char *wanted = xasprintf("<bdi>%s</bdi>", rows[i].html);
		struct buf out = { 0 };

		html_bytes(&out, rows[i].data, rows[i].len);
		assert_string_equal(out.data, wanted);
		buf_clear(&out);
		free(wanted);
	}
}

/* What the program itself says may hold the user's words (a note, an option,
 * a name): the same rules. */
static void test_E09_own_sentences_are_escaped(void **state)
{
	struct buf out = { 0 };

	(void)state;
	html_text(&out, "a<b> & \"c\" 'd' `e`");
	html_paragraph(&out, "text", "<script>");
	html_row(&out, "<b>", "</dd>");
	html_textf(&out, "%s", "<i>");
	assert_string_equal(out.data,
		"a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39; &#96;e&#96;"
		"<p class=\"text\">&lt;script&gt;</p>\n"
		"<dt>&lt;b&gt;</dt><dd>&lt;/dd&gt;</dd>\n&lt;i&gt;");
	buf_clear(&out);
}

static void test_E10_two_pages_of_one_dialog_are_the_same(void **state)
{
	struct buf one = { 0 }, two = { 0 };

	(void)state;
	hostile_page(false, 0, SIZE_MAX, &one);
	hostile_page(false, 0, SIZE_MAX, &two);
	assert_int_equal(one.len, two.len);
	assert_memory_equal(one.data, two.data, one.len);
	buf_clear(&one);
	buf_clear(&two);
}

static void test_refs_become_links(void **state)
{
	static const struct {
		const char *refs, *wanted;
	} rows[] = {
		{ "", "" },
		{ "RFC 5321 4.2.1", "<a href=\"@5321\">RFC 5321</a> "
		  "<a href=\"@5321#section-4.2.1\">§4.2.1</a>" },
		{ "RFC 5321 3.1, 4 · RFC 3463 3.2",
		  "<a href=\"@5321\">RFC 5321</a> "
		  "<a href=\"@5321#section-3.1\">§3.1</a>, "
		  "<a href=\"@5321#section-4\">§4</a> · "
		  "<a href=\"@3463\">RFC 3463</a> "
		  "<a href=\"@3463#section-3.2\">§3.2</a>" },
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		struct buf out = { 0 }, wanted = { 0 };

		html_row_refs(&out, rows[i].refs);
		for (const char *p = rows[i].wanted; *p; p++)
			if (*p == '@')
				buf_adds(&wanted, "https://www.rfc-editor.org/"
				                  "rfc/rfc");
			else
				buf_addc(&wanted, *p);
		if (wanted.len)
			assert_shows(buf_str(&out), buf_str(&wanted));
		else
			assert_int_equal(out.len, 0);
		buf_clear(&out);
		buf_clear(&wanted);
	}
}

/* The policy names the style sheet that is in the page. */
static void test_style_has_the_hash_of_the_policy(void **state)
{
	struct buf style = { 0 }, base64 = { 0 };
	unsigned char hash[32];
	char hex[SHA256_HEX_SIZE];
	struct sha256 sha = { 0 };

	(void)state;
	for (size_t i = 0; html_style[i]; i++)
		buf_adds(&style, html_style[i]);
	sha256_begin(&sha);
	sha256_add(&sha, style.data, style.len);
	sha256_end(&sha, hex);
	for (size_t i = 0; i < sizeof hash; i++) {
		char digits[3] = { hex[2 * i], hex[2 * i + 1] };

		hash[i] = (unsigned char)strtoul(digits, NULL, 16);
	}
	base64_encode(&base64, hash, sizeof hash);
	if (strcmp(buf_str(&base64), html_style_hash) != 0)
		fail_msg("html_style_hash has to be \"%s\"", base64.data);
	assert_null(strstr(style.data, "url("));
	assert_null(strstr(style.data, "@import"));
	sha256_clear(&sha);
	buf_clear(&style);
	buf_clear(&base64);
}

static size_t count(const char *text, const char *word)
{
	size_t n = 0;

	for (; (text = strstr(text, word)); text++)
		n++;
	return n;
}

static void give_start(struct html *h, const char *target)
{
	struct event_builder b;
	struct event *e;

	event_begin(&b, EV_START);
	b.e.n = 1;
	b.e.target = event_puts(&b, target);
	e = event_finish(&b);
	html_event(h, e);
	free(e);
}

/* Thousands of targets: so many sections, so many rows, the rest counted. */
static void test_many_targets_are_bounded_and_counted(void **state)
{
	struct html *h = html_new(false);
	int rows = TARGETS < HTML_ROWS_MAX ? TARGETS : HTML_ROWS_MAX;
	char *cut = xasprintf("The dialogs of the first %d are on this page, "
	                      "%d targets are listed", HTML_TARGETS_MAX, rows);
	char *all = xasprintf("%d targets</h2>", TARGETS);
	struct buf page = { 0 };

	(void)state;
	for (int i = 0; i < TARGETS; i++)
		give_start(h, "example.org");
	html_finish(h, &page);
	assert_valid(&page);
	assert_int_equal(count(page.data, "<section class=\"target\""),
	                 HTML_TARGETS_MAX);
	assert_int_equal(count(page.data, "<a href=\"#t"), HTML_TARGETS_MAX);
	assert_int_equal(count(page.data, "<td class=\"number\">"), rows);
	assert_shows(page.data, all);
	assert_shows(page.data, cut);
	assert_true(page.len < HTML_BYTES_MAX);
	free(cut);
	free(all);
	html_free(h);
	buf_clear(&page);
}

/* One dialog that is longer than a page may be. */
static void test_long_dialog_is_cut_and_says_so(void **state)
{
	static char line[4097];
	struct html *h = html_new(false);
	struct event_builder b;
	struct buf page = { 0 };
	struct event *e;

	(void)state;
	memset(line, '&', sizeof line - 1);
	give_start(h, "example.org");
	event_begin(&b, EV_SENT);
	b.e.session = 1;
	b.e.u.sent.line = event_puts(&b, line);
	e = event_finish(&b);
	for (uint32_t i = 0; i < 1000; i++) { /* 5 bytes for each & */
		e->n = i + 2;
		html_event(h, e);
	}
	html_finish(h, &page);
	assert_valid(&page);
	assert_shows(page.data, "the dialog does not: it is too long");
	assert_true(page.len < HTML_BYTES_MAX + (256 << 10));
	free(e);
	html_free(h);
	buf_clear(&page);
}

/* Nothing that explains or judges is left over from the answers. */
static void test_worksheet_holds_no_answer(void **state)
{
	static const char *const answers[] = { "PERMANENT", "Likely",
		"Must act", "refused", "SPF of MAIL FROM", "MX FOUND",
		"RFC 5321", "Exit status", "class=\"no\"", "\"ok\"",
		"no such mailbox" };
	static const struct hostile_text plain = { "mx.example", 10 };
	struct html *h = html_new(true);
	struct buf page = { 0 };
	char *text;

	(void)state;
	hostile_target(&plain, give, h);
	html_finish(h, &page);
	assert_valid(&page);
	text = htmlcheck_text(page.data, page.len);
	for (size_t i = 0; i < LEN(answers); i++) {
		const char *body = strstr(page.data, "</style>");
		const char *found = strstr(body, answers[i]);

		if (found)
			fail_msg("\"%s\" is in the worksheet: %.80s",
			         answers[i], found);
	}
	assert_null(strstr(text, "Every address"));
	assert_int_equal(count(text, "What does it mean?"), 8);
	assert_shows(text, "S: 550-mx.example");
	free(text);
	html_free(h);
	buf_clear(&page);
}

static void test_page_of_nothing_is_a_page(void **state)
{
	struct html *h = html_new(false);
	struct buf page = { 0 };

	(void)state;
	html_finish(h, &page);
	assert_valid(&page);
	html_free(h);
	buf_clear(&page);
}

/* The checker itself: what it must not let through. */
static void test_checker_finds_what_is_wrong(void **state)
{
	static const struct {
		const char *instead, *of;
	} rows[] = {
		{ "<script>x</script></main>", "</main>" },
		{ "<img src=\"x\"></main>", "</main>" },
		{ "<p onclick=\"x\"></p></footer>", "</footer>" },
		{ "<p style=\"x\"></p></footer>", "</footer>" },
		{ "<b></b></main>", "</main>" },
		{ "</main></main>", "</main>" },
		{ "a > b</footer>", "</footer>" },
		{ "&nbsp;</footer>", "</footer>" },
		{ "\x1b</footer>", "</footer>" },
		{ "\xe2\x80\xae</footer>", "</footer>" },
		{ "\xff</footer>", "</footer>" },
		{ "<!-- --></footer>", "</footer>" },
		{ "default-src *", "default-src 'none'" },
		{ "", "</header>" },
	};
	struct buf page = { 0 };

	(void)state;
	hostile_page(false, 0, 1, &page);
	for (size_t i = 0; i < LEN(rows); i++) {
		const char *at = strstr(page.data, rows[i].of);
		char *changed, *error;

		assert_non_null(at);
		changed = xasprintf("%.*s%s%s", (int)(at - page.data),
		                    page.data, rows[i].instead,
		                    at + strlen(rows[i].of));
		error = htmlcheck(changed, strlen(changed));
		if (!error)
			fail_msg("\"%s\" was let through", rows[i].instead);
		free(error);
		free(changed);
	}
	buf_clear(&page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_E01_hostile_text_stays_text),
		cmocka_unit_test(test_E01_all_at_once_in_both_languages),
		cmocka_unit_test(test_E02_E05_bytes_become_tokens),
		cmocka_unit_test(test_E09_own_sentences_are_escaped),
		cmocka_unit_test(test_E10_two_pages_of_one_dialog_are_the_same),
		cmocka_unit_test(test_refs_become_links),
		cmocka_unit_test(test_style_has_the_hash_of_the_policy),
		cmocka_unit_test(test_many_targets_are_bounded_and_counted),
		cmocka_unit_test(test_long_dialog_is_cut_and_says_so),
		cmocka_unit_test(test_worksheet_holds_no_answer),
		cmocka_unit_test(test_page_of_nothing_is_a_page),
		cmocka_unit_test(test_checker_finds_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, english, NULL);
}
