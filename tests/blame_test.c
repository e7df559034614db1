/* Whose fault a refusal is: real wordings, labelled by people. */
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
#include "core/command.h"
#include "knowledge/cause_words.h"
#include "tsv.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum {
	ROWS_MIN = 231,    /* as many refusals as were measured by others */
	EXACT_PERCENT = 95,
	WRONG_MAX = 3,     /* another label than "unknown" that is not it */
};

static enum state state_for(const char *verb)
{
	static const struct {
		const char *verb;
		enum state state;
	} states[] = {
		{ "(CONNECT)", ST_CONNECTED }, { "EHLO", ST_GREETED },
		{ "MAIL", ST_READY }, { "RCPT", ST_MAIL },
		{ "DATA", ST_RCPT }, { "(END OF DATA)", ST_DATA },
		{ "(AUTH RESPONSE)", ST_AUTH },
	};

	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (strcmp(states[i].verb, verb) == 0)
			return states[i].state;
	return ST_READY;
}

/* "\n" of a table's cell */
static char *lines_of(const char *cell)
{
	char *text = xstrdup(cell), *to = text;

	for (const char *p = cell; *p; p++)
		if (p[0] == '\\' && p[1] == 'n') {
			*to++ = '\n';
			p++;
		} else {
			*to++ = *p;
		}
	*to = '\0';
	return text;
}

static void blame_cell(const char *verb, const char *cell,
                       const struct evidence *checks, struct blame *out)
{
	const struct explain_context ctx = { .verb = verb, .line = "",
		.state = state_for(verb), .checks = checks };
	char *text = lines_of(cell);

	blame_text(text, &ctx, out);
	free(text);
}

static bool has_label(const char *labels, enum act act)
{
	const char *name = act_name(act);
	size_t len = strlen(name);

	for (const char *p = labels; (p = strstr(p, name)); p += len)
		if ((p == labels || p[-1] == '|') &&
		    (p[len] == '|' || !p[len]))
			return true;
	return false;
}

static bool is_sending(enum act a)
{
	return a == ACT_SENDER_ADDRESS || a == ACT_SENDER_HOST ||
	       a == ACT_SENDER_AUTH;
}

static bool sending_in(const char *labels)
{
	return has_label(labels, ACT_SENDER_ADDRESS) ||
	       has_label(labels, ACT_SENDER_HOST) ||
	       has_label(labels, ACT_SENDER_AUTH);
}

/* The one fault that is never allowed. */
static bool mixed_up(const char *labels, enum act act)
{
	bool recipient = has_label(labels, ACT_RECIPIENT);
	bool sending = sending_in(labels);

	return (act == ACT_RECIPIENT && sending && !recipient) ||
	       (is_sending(act) && recipient && !sending);
}

static void test_blame_labelled_refusals(void **state)
{
	struct tsv *t = tsv_load("tests/data/blame.tsv");
	size_t exact = 0, unknown = 0, wrong = 0, mixed = 0, n = t->rows - 1;

	(void)state;
	for (size_t r = 1; r < t->rows; r++) {
		const char *labels = t->cell[r][0];
		struct blame b;

		blame_cell(t->cell[r][1], t->cell[r][2], NULL, &b);
		if (has_label(labels, b.cause.act))
			exact++;
		else if (b.cause.act == ACT_UNKNOWN)
			unknown++;
		else
			wrong++;
		if (mixed_up(labels, b.cause.act))
			mixed++;
		if (!has_label(labels, b.cause.act))
			print_message("%s%s, not %s, by %s: %s %s\n",
			              mixed_up(labels, b.cause.act)
			                  ? "MIXED UP: " : "",
			              act_name(b.cause.act), labels,
			              b.cause.rule, t->cell[r][1],
			              t->cell[r][2]);
		blame_clear(&b);
	}
	print_message("%zu refusals: %zu as labelled, %zu unknown instead, "
	              "%zu wrong, %zu mixed up\n", n, exact, unknown, wrong,
	              mixed);
	assert_true(n >= ROWS_MIN);
	assert_int_equal(mixed, 0);
	assert_true(exact * 100 >= n * EXACT_PERCENT);
	assert_true(wrong <= WRONG_MAX);
	tsv_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blame_labelled_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
