/* The tables: their form, and that every row can be found. */
#include "config.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/command.h"
#include "core/escape.h"
#include "knowledge/explain.h"
#include "knowledge/match.h"
#include "knowledge/say.h"
#include "knowledge/tables.h"
#include "util/buf.h"
#include "util/xalloc.h"

enum { COLUMNS_MAX = 24, ROWS_MAX = 1024, TITLE_MAX = 40 };

struct tsv {
	char *text; /* owns the cells */
	size_t columns, rows;
	char *cell[ROWS_MAX][COLUMNS_MAX]; /* row 0 is the header */
	char name[128];
};

static char *slurp(const char *path)
{
	struct buf b = { 0 };
	char block[65536];
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f)
		fail_msg("cannot read %s", path);
	while ((n = fread(block, 1, sizeof block, f)) > 0)
		buf_add(&b, block, n);
	fclose(f);
	buf_str(&b);
	return buf_steal(&b);
}

static size_t split_row(char *line, char *cells[COLUMNS_MAX])
{
	size_t n = 0;

	while (n < COLUMNS_MAX) {
		cells[n++] = line;
		line = strchr(line, '\t');
		if (!line)
			break;
		*line++ = '\0';
	}
	return n;
}

static struct tsv *tsv_load(const char *name)
{
	const char *dir = getenv("srcdir");
	struct tsv *t = xcalloc(1, sizeof *t);
	char path[512];

	snprintf(path, sizeof path, "%s/%s", dir ? dir : ".", name);
	snprintf(t->name, sizeof t->name, "%s", name);
	t->text = slurp(path);
	for (char *p = t->text; *p;) {
		char *end = strchr(p, '\n');

		if (!end)
			fail_msg("%s: the last line has no end", name);
		*end = '\0';
		if (*p && *p != '#') {
			size_t n = split_row(p, t->cell[t->rows]);

			if (!t->columns)
				t->columns = n;
			if (n != t->columns)
				fail_msg("%s: %s: %zu cells, not %zu", name,
				         t->cell[t->rows][0], n, t->columns);
			t->rows++;
			assert_true(t->rows < ROWS_MAX);
		}
		p = end + 1;
	}
	return t;
}

static void tsv_free(struct tsv *t)
{
	free(t->text);
	free(t);
}

static size_t column(const struct tsv *t, const char *name)
{
	for (size_t i = 0; i < t->columns; i++)
		if (strcmp(t->cell[0][i], name) == 0)
			return i;
	fail_msg("%s has no column %s", t->name, name);
	return 0;
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

static bool valid_utf8(const char *s)
{
	size_t len = strlen(s);

	while (len) {
		uint32_t cp;
		size_t n = utf8_decode(s, len, &cp);

		if (!n)
			return false;
		s += n;
		len -= n;
	}
	return true;
}

static size_t characters(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += (*s & 0xC0) != 0x80;
	return n;
}

/* "fuer" for "für": an umlaut that somebody could not type. */
static void check_german(const char *where, const char *s)
{
	static const char *const wrong[] = { "fuer", "ueber", "moeglich",
		"koennen", "naechst", "spaeter", "groess", "Empfaenger",
		"pruef", "loesch", "\"" };

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if (strstr(s, wrong[i]))
			fail_msg("%s: %s in: %s", where, wrong[i], s);
}

/* Full sentences end in a full stop. */
static bool is_sentence(const char *name)
{
	static const char *const stems[] = { "explain_", "next_", "meaning_",
		"def_", "note_", "who_", "mta_" };

	for (size_t i = 0; i < sizeof stems / sizeof *stems; i++)
		if (strncmp(name, stems[i], strlen(stems[i])) == 0)
			return true;
	return false;
}

static void check_cell(const struct tsv *t, size_t row, size_t col)
{
	const char *s = t->cell[row][col], *name = t->cell[0][col];
	size_t len = strlen(s);
	bool phrases = ends_with(t->name, "phrases.tsv");

	if (!len)
		fail_msg("%s: %s: %s is empty", t->name, t->cell[row][0],
		         name);
	if (!phrases && (s[0] == ' ' || s[len - 1] == ' '))
		fail_msg("%s: %s: %s is padded", t->name, t->cell[row][0],
		         name);
	if (!valid_utf8(s) || strchr(s, '\r'))
		fail_msg("%s: %s: %s is no text", t->name, t->cell[row][0],
		         name);
	if (row == 0)
		return;
	if (ends_with(name, "_de"))
		check_german(t->cell[row][0], s);
	if (is_sentence(name) && strcmp(s, "-") != 0 &&
	    !strchr(".)?!", s[len - 1]))
		fail_msg("%s: %s: no full stop: %s", t->name,
		         t->cell[row][0], s);
	if (strncmp(name, "title_", 6) == 0 && characters(s) > TITLE_MAX)
		fail_msg("%s: longer than %d: %s", t->name, TITLE_MAX, s);
}

static const char *const files[] = {
	"src/knowledge/banners.tsv", "src/knowledge/categories.tsv",
	"src/knowledge/contradictions.tsv", "src/knowledge/contrasts.tsv",
	"src/knowledge/enhanced_codes.tsv", "src/knowledge/failures.tsv",
	"src/knowledge/first_digit.tsv", "src/knowledge/glossary.tsv",
	"src/knowledge/lookups.tsv", "src/knowledge/meanings.tsv",
	"src/knowledge/phrases.tsv", "src/knowledge/provider_replies.tsv",
	"src/knowledge/reply_codes.tsv", "src/knowledge/routes.tsv",
	"src/knowledge/second_digit.tsv", "src/knowledge/states.tsv",
	"src/check/verdicts.tsv",
};

static void test_tables_every_cell_is_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct tsv *t = tsv_load(files[i]);

		assert_true(t->rows > 1);
		for (size_t r = 0; r < t->rows; r++)
			for (size_t c = 0; c < t->columns; c++)
				check_cell(t, r, c);
		tsv_free(t);
	}
}

static void test_tables_keys_are_unique(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct tsv *t = tsv_load(files[i]);
		const char *key = t->cell[0][0];

		/* these are looked up by more than their first column */
		if (!strcmp(key, "verb") || !strcmp(key, "phase") ||
		    !strcmp(key, "status"))
			t->rows = 0;
		for (size_t r = 1; r < t->rows; r++)
			for (size_t q = r + 1; q < t->rows; q++)
				assert_string_not_equal(t->cell[r][0],
				                        t->cell[q][0]);
		tsv_free(t);
	}
}

/* %1 and {1} stand in both languages alike. */
static void check_holders(const char *id, const char *en, const char *de)
{
	for (char c = '1'; c <= '9'; c++) {
		const char percent[] = { '%', c, '\0' };
		const char brace[] = { '{', c, '}', '\0' };

		if (!strstr(en, percent) != !strstr(de, percent) ||
		    !strstr(en, brace) != !strstr(de, brace))
			fail_msg("%s: arguments differ", id);
	}
}

static void test_phrases_arguments_in_both_languages(void **state)
{
	struct tsv *t = tsv_load("src/check/verdicts.tsv");

	(void)state;
	for (int i = 0; i < PHRASE_COUNT; i++)
		check_holders(phrase_in((enum phrase)i, 0),
		              phrase_in((enum phrase)i, 0),
		              phrase_in((enum phrase)i, 1));
	for (size_t r = 1; r < t->rows; r++) {
		check_holders(t->cell[r][0], t->cell[r][1], t->cell[r][2]);
		check_holders(t->cell[r][0], t->cell[r][3], t->cell[r][4]);
	}
	tsv_free(t);
}

static void test_reply_codes_form_and_severity(void **state)
{
	static const char *const severities[] = { [2] = "success",
		"intermediate", "transient", "permanent" };
	const struct reply_code *r;

	(void)state;
	for (size_t i = 0; (r = reply_code_at(i)); i++) {
		unsigned code = (unsigned)atoi(r->code);

		assert_int_equal(strlen(r->code), 3);
		assert_in_range(code, 200, 599);
		assert_string_equal(r->severity, severities[code / 100]);
		assert_ptr_equal(reply_code_find(code), r);
	}
	assert_null(reply_code_find(299));
	assert_null(reply_code_find(0));
	assert_null(reply_code_find(65535));
}

static void test_enhanced_codes_each_is_found(void **state)
{
	const struct enhanced_code *e;
	size_t details = 0;

	(void)state;
	for (size_t i = 0; (e = enhanced_at(i)); i++) {
		char code[16];

		assert_true(act_find(e->act) >= 0);
		if (strcmp(e->kind, "detail") != 0) {
			assert_true(*e->brief_en && *e->brief_de);
			continue;
		}
		details++;
		snprintf(code, sizeof code, "%c%s", e->classes[0],
		         e->code + 1);
		assert_ptr_equal(enhanced_detail(code), e);
		assert_non_null(enhanced_subject(code));
		assert_non_null(enhanced_class(code));
	}
	assert_true(details >= 80);
}

static void test_enhanced_codes_nonsense_is_none(void **state)
{
	static const char *const texts[] = { "", "5", "5.", "5.1", "5.1.",
		"5.1.1x", "5.1.1.1", "a.b.c", "5.1.9999", "50.1.1",
		" 5.1.1.....................", "-5.1.1", "+5.1.1" };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_null(enhanced_detail(texts[i]));
}

static void test_meanings_words_are_known(void **state)
{
	const struct meaning *m;

	(void)state;
	for (size_t i = 0; (m = meaning_at(i)); i++) {
		struct explain_context ctx = { .line = "" };
		struct explanation x;
		char verb[32], code[8], word[16];
		size_t len = m->verb[0] == '(' ? strcspn(m->verb, ")") + 1
		                               : strcspn(m->verb, " ");

		snprintf(verb, sizeof verb, "%.*s", (int)len, m->verb);
		snprintf(word, sizeof word, "%.*s",
		         (int)strcspn(m->state, " "), m->state);
		if (*word)
			assert_true(state_find(word) >= 0);
		assert_true(act_find(m->act) >= 0);
		snprintf(code, sizeof code, "%s", *m->code ? m->code : "350");
		for (char *p = code; *p; p++)
			*p = *p == 'x' ? '9' : *p;
		ctx.verb = verb;
		ctx.state = *word ? (enum state)state_find(word) : ST_BYE;
		assert_ptr_equal(meaning_find(verb, (unsigned)atoi(code),
		                              ctx.state), m);
		explain_reply(code, &ctx, &x);
		assert_true(*x.mta); /* its column names a phrase */
		assert_true(*x.code_text);
		explanation_clear(&x);
	}
}

static void test_meanings_verbs_are_commands(void **state)
{
	struct tsv *t = tsv_load("src/knowledge/meanings.tsv");

	(void)state;
	for (size_t r = 1; r < t->rows; r++) {
		const char *p = t->cell[r][0];

		while (*p && *p != '-') {
			size_t n = *p == '(' ? strcspn(p, ")") + 1
			                     : strcspn(p, " ");
			bool found = strncmp(p, "(UNASKED)", n) == 0;

			for (enum verb v = 0; v < VERB_OTHER; v++)
				found |= strlen(command_info(v)->name) == n &&
				         !strncmp(command_info(v)->name, p, n);
			if (!found)
				fail_msg("%s is no command", p);
			p += n;
			p += *p == ' ';
		}
	}
	tsv_free(t);
}

static void test_provider_rows_words_are_known(void **state)
{
	const struct provider_row *p;
	const struct category *c;

	(void)state;
	for (size_t i = 0; (p = provider_at(i)); i++) {
		assert_non_null(category_find(p->category));
		assert_true(!*p->act || act_find(p->act) >= 0);
		assert_true(!strcmp(p->confidence, "high") ||
		            !strcmp(p->confidence, "medium"));
	}
	for (size_t i = 0; (c = category_at(i)); i++)
		assert_true(act_find(c->act) >= 0);
}

/* No extension of one regex library: they must work with every libc. */
static void check_pattern(const char *id, const char *pattern)
{
	regex_t re;

	if (regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		fail_msg("%s: bad pattern", id);
	regfree(&re);
	if (strstr(pattern, "\\d") || strstr(pattern, "\\s") ||
	    strstr(pattern, "\\w") || strstr(pattern, "\\b") ||
	    strstr(pattern, "(?") || strstr(pattern, "*?"))
		fail_msg("%s: no POSIX extended expression", id);
	for (const char *s = pattern; *s; s++)
		assert_true((unsigned char)*s < 0x80);
}

static void test_patterns_compile(void **state)
{
	(void)state;
	for (size_t i = 0; provider_at(i); i++) {
		check_pattern(provider_at(i)->id, provider_at(i)->pattern);
		assert_true(strlen(provider_at(i)->pattern) < 512);
	}
	for (size_t i = 0; banner_at(i); i++)
		check_pattern(banner_at(i)->id, banner_at(i)->pattern);
}

static void test_provider_samples_give_expected_row(void **state)
{
	struct tsv *t = tsv_load("tests/data/knowledge/provider_samples.tsv");
	size_t id = column(t, "expected_id");

	(void)state;
	assert_true(t->rows - 1 >= 272);
	for (size_t r = 1; r < t->rows; r++) {
		const struct provider_row *row;
		struct reply_view v;

		view_text(&v, t->cell[r][0]);
		row = provider_find(&v);
		if (strcmp(row ? row->id : "-", t->cell[r][id]) != 0)
			fail_msg("%s: %s, not %s", t->cell[r][0],
			         row ? row->id : "-", t->cell[r][id]);
		view_clear(&v);
	}
	tsv_free(t);
}

static void test_provider_rows_none_is_hidden(void **state)
{
	struct tsv *t = tsv_load("tests/data/knowledge/provider_samples.tsv");
	size_t id = column(t, "expected_id");

	(void)state;
	for (size_t i = 0; provider_at(i); i++) {
		bool found = false;

		for (size_t r = 1; r < t->rows && !found; r++)
			found = !strcmp(t->cell[r][id], provider_at(i)->id);
		if (!found)
			fail_msg("no sample for %s", provider_at(i)->id);
	}
	tsv_free(t);
}

/* What the look at the first digits leaves out would not have matched. */
static void test_provider_buckets_lose_nothing(void **state)
{
	struct tsv *t = tsv_load("tests/data/knowledge/provider_samples.tsv");

	(void)state;
	for (size_t i = 0; provider_at(i); i++) {
		const char *pattern = provider_at(i)->pattern;
		regex_t re;

		assert_int_equal(regcomp(&re, pattern, REG_EXTENDED |
		                         REG_ICASE | REG_NOSUB), 0);
		for (size_t r = 1; r < t->rows; r++) {
			const char *sample = t->cell[r][0];
			unsigned code = (unsigned)atoi(sample);

			if (!provider_may_fit(pattern, code))
				assert_int_not_equal(
				    regexec(&re, sample, 0, NULL, 0), 0);
		}
		regfree(&re);
	}
	tsv_free(t);
}

static void test_provider_buckets_by_first_digits(void **state)
{
	static const struct {
		const char *pattern;
		unsigned code;
		bool may;
	} rows[] = {
		{ "^550 x", 550, true }, { "^550 x", 450, false },
		{ "^45[01] x", 451, true }, { "^45[01] x", 452, false },
		{ "^[45][0-9][0-9] x", 599, true },
		{ "^[45][0-9][0-9] x", 250, false },
		{ "^(421 4|550 5) x", 250, true }, /* not looked into */
		{ "^4(21|51) x", 550, false }, { "^4(21|51) x", 450, true },
		{ "^530 x|^5[0-9][0-9] y", 550, true },
		{ "- gsmtp$", 250, true }, { "^542", 542, true },
		{ "^[^4]50", 450, true }, { "", 250, true }, { "^", 1, true },
		{ "^4[", 450, true }, { "^4\\(|5", 450, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(provider_may_fit(rows[i].pattern,
		                                  rows[i].code), rows[i].may);
}

static void test_banner_samples_give_expected_row(void **state)
{
	static const char *const places[] = { "banner", "ehlo", "help",
		"reply" };
	struct tsv *t = tsv_load("tests/data/knowledge/banner_samples.tsv");

	(void)state;
	for (size_t r = 1; r < t->rows; r++) {
		const char *line = t->cell[r][0], *want = t->cell[r][1];
		bool found = strcmp(want, "-") == 0;

		for (size_t i = 0; i < 4; i++) {
			const struct banner *b = banner_find(places[i], line,
			                                     strlen(line));

			found |= b && strcmp(b->id, want) == 0;
			if (strcmp(want, "-") == 0)
				assert_null(b);
		}
		if (!found)
			fail_msg("%s: not %s", line, want);
	}
	tsv_free(t);
}

static void test_view_lines_are_joined(void **state)
{
	static const struct {
		const char *text, *match, *enhanced, *said;
	} rows[] = {
		{ "550-5.1.1 user unknown\n550 5.1.1 Unknown recipient.",
		  "550 5.1.1 user unknown Unknown recipient.", "5.1.1",
		  "user unknown Unknown recipient." },
		{ "250-mx.example\r\n250-SIZE 1000\r\n250 HELP\r\n",
		  "250 mx.example SIZE 1000 HELP", "",
		  "mx.example SIZE 1000 HELP" },
		{ "S: 450 4.2.0 Greylisted", "450 4.2.0 Greylisted", "4.2.0",
		  "Greylisted" },
		{ "  S:550   spaced   out  ", "550 spaced out", "",
		  "spaced   out" },
		{ "250", "250", "", "" }, { "250 ", "250", "", "" },
		{ "", "000", "", "" },
		{ "550 5.1.10.5 no", "550 5.1.10.5 no", "",
		  "5.1.10.5 no" },
		{ "550-first\n550 5.7.1 last", "550 5.7.1 first last",
		  "5.7.1", "first last" },
		{ "550 caf\xE9 \x1B[2J", "550 caf? ?[2J", "",
		  "caf\xE9 \x1B[2J" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct reply_view v;

		view_text(&v, rows[i].text);
		assert_string_equal(v.match, rows[i].match);
		assert_string_equal(v.enhanced, rows[i].enhanced);
		assert_string_equal(buf_str(&v.said), rows[i].said);
		view_clear(&v);
	}
}

/* A long reply is matched on its first KiB, whatever stands behind. */
static void test_view_long_text_is_cut(void **state)
{
	enum { LONG = 256 * 1024 };
	static const char head[] = "450 4.2.0 Greylisted ";
	char *text = xmalloc(LONG + 1);
	struct reply_view v;

	(void)state;
	memset(text, 'a', LONG);
	text[LONG] = '\0';
	memcpy(text, head, strlen(head));
	view_text(&v, text);
	assert_int_equal(strlen(v.match), MATCH_MAX);
	assert_non_null(provider_find(&v));
	view_clear(&v);
	memset(text + 4, ' ', LONG - 4);
	memcpy(text + LONG - 10, "greylisted", 10);
	view_text(&v, text);
	assert_string_equal(v.match, "450 greylisted");
	view_clear(&v);
	free(text);
}

static void test_view_nul_byte_stays_visible(void **state)
{
	static const char line[] = "550 a\0b";
	struct reply_view v;

	(void)state;
	view_begin(&v);
	view_line(&v, line, sizeof line - 1);
	view_end(&v);
	assert_string_equal(buf_str(&v.said), "a\xEF\xBF\xBD" "b");
	view_clear(&v);
}

static void test_wait_seconds_reads_times(void **state)
{
	static const struct {
		const char *text;
		unsigned seconds;
	} rows[] = {
		{ "450 4.2.0 greylisted, try again in 300 seconds", 300 },
		{ "450 greylisted for 5 minutes", 300 },
		{ "451 wait 1 hour", 3600 }, { "451 in 60s", 0 },
		{ "451 in 90sec", 90 }, { "450 4.2.0 later", 0 },
		{ "450 wait 99999999999999999999 seconds", 0 },
		{ "450 wait 0 seconds", 0 }, { "450 30 hours", 0 },
		{ "450 192.0.2.1 minutes", 0 }, { "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(wait_seconds(rows[i].text),
		                 rows[i].seconds);
}

static void test_glossary_both_languages(void **state)
{
	static const char *const words[] = { "greylisting", "DNSBL",
		"dns-sperrliste", "DNS-Sperrliste (DNSBL)", "null mx",
		"Null-MX", "MTA", "Mailserver", "Warteschlange", "queue" };

	(void)state;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (!term_find(words[i]))
			fail_msg("%s is not found", words[i]);
	assert_non_null(glossary("Greylisting"));
	assert_null(glossary("no such term"));
	assert_null(glossary(""));
}

static void test_small_tables_have_every_value(void **state)
{
	(void)state;
	for (int p = 0; p < PHASE_COUNT; p++)
		for (int k = 0; k < FAIL_KIND_COUNT; k++)
			assert_non_null(failure_find((enum fail_phase)p,
			                             (enum fail_kind)k));
	for (int s = 0; s < DNS_STATUS_COUNT; s++)
		assert_non_null(lookup_find((enum dns_status)s, ""));
	for (int k = 0; k < ROUTE_KIND_COUNT; k++)
		assert_true(act_find(route_row_find((enum route_kind)k)->act)
		            >= 0);
	for (int s = 0; s < STATE_COUNT; s++)
		assert_non_null(state_row_find((enum state)s));
	for (char c = '1'; c <= '5'; c++)
		assert_non_null(first_digit_find(c));
	for (char c = '0'; c <= '5'; c++)
		assert_non_null(second_digit_find(c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables_every_cell_is_text),
		cmocka_unit_test(test_tables_keys_are_unique),
		cmocka_unit_test(test_phrases_arguments_in_both_languages),
		cmocka_unit_test(test_reply_codes_form_and_severity),
		cmocka_unit_test(test_enhanced_codes_each_is_found),
		cmocka_unit_test(test_enhanced_codes_nonsense_is_none),
		cmocka_unit_test(test_meanings_words_are_known),
		cmocka_unit_test(test_meanings_verbs_are_commands),
		cmocka_unit_test(test_provider_rows_words_are_known),
		cmocka_unit_test(test_patterns_compile),
		cmocka_unit_test(test_provider_samples_give_expected_row),
		cmocka_unit_test(test_provider_rows_none_is_hidden),
		cmocka_unit_test(test_provider_buckets_lose_nothing),
		cmocka_unit_test(test_provider_buckets_by_first_digits),
		cmocka_unit_test(test_banner_samples_give_expected_row),
		cmocka_unit_test(test_view_lines_are_joined),
		cmocka_unit_test(test_view_long_text_is_cut),
		cmocka_unit_test(test_view_nul_byte_stays_visible),
		cmocka_unit_test(test_wait_seconds_reads_times),
		cmocka_unit_test(test_glossary_both_languages),
		cmocka_unit_test(test_small_tables_have_every_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
