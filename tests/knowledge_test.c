/* The tables: their form, and that every row can be found. */
#include "config.h"

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
#include "knowledge/say.h"
#include "knowledge/tables.h"
#include "tsv.h"

enum { TITLE_MAX = 40 };

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
	"src/knowledge/operators.tsv",
	"src/knowledge/phrases.tsv", "src/knowledge/provider_replies.tsv",
	"src/knowledge/reply_codes.tsv", "src/knowledge/routes.tsv",
	"src/knowledge/second_digit.tsv", "src/knowledge/states.tsv",
	"src/knowledge/tls_errors.tsv", "src/knowledge/tls_reasons.tsv",
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
			bool found = strncmp(p, "(UNASKED)", n) == 0 ||
			             strncmp(p, "(EARLY)", n) == 0;

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

static void test_glossary_both_languages(void **state)
{
	static const char *const words[] = { "greylisting", "DNSBL",
		"dns-sperrliste", "DNS-Sperrliste (DNSBL)", "null mx",
		"Null-MX", "MTA", "Mailserver", "Warteschlange", "queue",
		"MX", "ptr", "MX record", "MX-Eintrag" };

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
		cmocka_unit_test(test_glossary_both_languages),
		cmocka_unit_test(test_small_tables_have_every_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
