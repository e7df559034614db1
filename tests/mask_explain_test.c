/* A masked reply is explained as the reply itself. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/blame.h"
#include "core/mask.h"
#include "knowledge/identify.h"
#include "knowledge/vocabulary.h"
#include "tsv.h"
#include "util/xalloc.h"

enum { LINES_MAX = 32 };

static struct event *event_of(const char *text)
{
	const char *lines[LINES_MAX];
	char *copy = xstrdup(text);
	size_t n = 0;
	struct event_builder b;

	for (char *p = copy; *p && n < LINES_MAX;) {
		char *end = p + strcspn(p, "\n");

		lines[n++] = p;
		p = *end ? end + 1 : end;
		*end = '\0';
	}
	event_begin(&b, EV_REPLY);
	b.e.u.reply.code = (uint16_t)strtoul(text, NULL, 10);
	b.e.u.reply.lines = event_put_texts(&b, lines, n);
	free(copy);
	return event_finish(&b);
}

/* Lines joined by \n, as blame_text() takes them. */
static char *text_of(const struct event *e)
{
	struct buf b = { 0 };

	for (uint32_t i = 0; i < e->u.reply.lines.len; i++) {
		buf_adds(&b, i ? "\n" : "");
		buf_adds(&b, event_item_text(e, e->u.reply.lines, i));
	}
	return buf_steal(&b);
}

/* The two sides are those that samples often name. */
static char *masked(const char *text, enum mask_mode mode)
{
	static const char *const sides[] = { "EHLO mail.example.com",
		"MAIL FROM:<a@b.de>", "RCPT TO:<bob@example.org>" };
	struct mask *m = mask_new(mode, &vocabulary);
	struct event_builder b;
	struct event *e, *out;
	char *result;

	for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
		event_begin(&b, EV_SENT);
		b.e.u.sent.line = event_puts(&b, sides[i]);
		e = event_finish(&b);
		free(mask_event(m, e));
		free(e);
	}
	e = event_of(text);
	out = mask_event(m, e);
	result = text_of(out);
	free(out);
	free(e);
	mask_free(m);
	return result;
}

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* Rows that know a reply by the name in it, which a mask hides: the provider is
 * no longer named, and one that has nothing else is no longer known. */
static bool is_told_by_name(const struct provider_row *row)
{
	static const char *const ids[] = { "apple-user-unknown",
		"apple-overquota", "apple-not-accepting", "generic-dnsbl" };

	for (size_t i = 0; row && i < sizeof ids / sizeof *ids; i++)
		if (strcmp(row->id, ids[i]) == 0)
			return true;
	return false;
}

/* 1 where it is explained otherwise. */
static size_t compare(const char *verb, const char *text, enum mask_mode mode)
{
	const struct explain_context ctx = { .verb = verb, .line = "" };
	char *aliased = masked(text, mode);
	struct blame a, b;
	bool alike;

	blame_text(text, &ctx, &a);
	blame_text(aliased, &ctx, &b);
	alike = a.cause.act == b.cause.act && a.cause.row == b.cause.row &&
	        a.cause.category == b.cause.category &&
	        a.cause.confidence == b.cause.confidence &&
	        a.cause.contradictions == b.cause.contradictions &&
	        same(a.cause.rule, b.cause.rule);
	if (mode == MASK_ALL && is_told_by_name(a.cause.row))
		alike = b.cause.act == a.cause.act ||
		        b.cause.act == ACT_UNKNOWN;
	if (!alike)
		print_message("%s %d, not %s %d: %s | %s\n", b.cause.rule,
		              b.cause.confidence, a.cause.rule,
		              a.cause.confidence, text, aliased);
	blame_clear(&a);
	blame_clear(&b);
	free(aliased);
	return !alike;
}

/* "\n" of a table's cell */
static char *lines_of(const char *cell)
{
	char *text = xstrdup(cell), *to = text;

	for (const char *p = cell; *p; p++) {
		bool line = p[0] == '\\' && p[1] == 'n';

		*to++ = line ? '\n' : *p;
		p += line;
	}
	*to = '\0';
	return text;
}

static size_t differences(const struct tsv *t, size_t verb, size_t reply)
{
	size_t n = 0;

	for (size_t r = 1; r < t->rows; r++) {
		char *text = lines_of(t->cell[r][reply]);
		const char *v = verb < t->columns ? t->cell[r][verb] : "RCPT";

		n += compare(v, text, MASK_ALL);
		n += compare(v, text, MASK_PEOPLE);
		free(text);
	}
	print_message("%zu replies, %zu explained otherwise\n", t->rows - 1,
	              n);
	return n;
}

static void test_mask_labelled_refusals_are_explained_alike(void **state)
{
	struct tsv *t = tsv_load("tests/data/blame.tsv");

	(void)state;
	assert_int_equal(differences(t, 1, 2), 0);
	tsv_free(t);
}

static void test_mask_provider_samples_are_explained_alike(void **state)
{
	struct tsv *t = tsv_load("tests/data/knowledge/provider_samples.tsv");

	(void)state;
	assert_int_equal(differences(t, SIZE_MAX, 0), 0);
	tsv_free(t);
}

/* Greetings that tell their software by a host's name alone are no longer
 * told: the name is what a mask hides. */
static void test_mask_banners_lose_only_names(void **state)
{
	static const char *const hidden[] = { "exchange-online",
		"david-tobit" };
	struct tsv *t = tsv_load("tests/data/knowledge/banner_samples.tsv");
	size_t lost = 0;

	(void)state;
	for (size_t r = 1; r < t->rows; r++) {
		const char *line = t->cell[r][0];
		char *aliased = masked(line, MASK_ALL);
		struct identity a, b;
		bool told = identify_one(PLACE_GREETING, line, strlen(line),
		                         &a);
		bool still = identify_one(PLACE_GREETING, aliased,
		                          strlen(aliased), &b);

		if (told != still || (told && !same(a.id, b.id))) {
			print_message("%s: %s | %s\n", told ? a.id : "-", line,
			              aliased);
			assert_true(told && (same(a.id, hidden[0]) ||
			                     same(a.id, hidden[1])));
			lost++;
		}
		free(aliased);
	}
	assert_true(lost <= 2);
	tsv_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_mask_labelled_refusals_are_explained_alike),
		cmocka_unit_test(
		    test_mask_provider_samples_are_explained_alike),
		cmocka_unit_test(test_mask_banners_lose_only_names),
	};

	return cmocka_run_group_tests_name("mask and explanations", tests,
	                                   NULL, NULL);
}
