/*
 * fuzz_blame: whatever a server says to whatever was asked, and whatever the
 * checks found, somebody in range is blamed, nothing is sure that is
 * contradicted, and a success blames nobody whom the table does not name.
 *
 * An input: a byte for the command, one for the number of checks, two for
 * each of them (kind, grade), then the lines of the reply.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "check/blame.h"
#include "core/command.h"
#include "knowledge/cause_words.h"
#include "util/xalloc.h"

const char *const fuzz_inputs[] = { "blame", "reply", NULL };

enum { CHECKS_MAX = 70 }; /* more than are kept */

static void must(bool promise)
{
	if (!promise)
		abort();
}

static void add_check(struct evidence *v, uint8_t kind, uint8_t grade)
{
	struct event_builder b;
	struct event *e;
	char subject[2] = { (char)('a' + kind % 26), '\0' };
	size_t n = 0;

	while (check_kind_at(n))
		n++;
	event_begin(&b, EV_CHECK);
	b.e.u.check.id = event_puts(&b, check_kind_at(kind % n)->id);
	b.e.u.check.subject = event_puts(&b, subject);
	b.e.u.check.grade = grade % GRADE_COUNT;
	e = event_finish(&b);
	evidence_add(v, e);
	free(e);
}

static const char *verb_of(uint8_t byte)
{
	static const char *const others[] = { "", "(CONNECT)", "(UNASKED)",
		"(EARLY)" };
	unsigned n = VERB_OTHER + sizeof others / sizeof *others;

	return byte % n < VERB_OTHER ? command_info(byte % n)->name
	                             : others[byte % n - VERB_OTHER];
}

static void check_checks(const struct cause *j, const struct evidence *v)
{
	for (size_t i = 0; i < 64; i++) {
		enum grade g = i < v->n ? v->items[i].grade : GRADE_UNKNOWN;

		if (j->supports >> i & 1)
			must(g == GRADE_BAD || g == GRADE_WARN);
		if (j->opposes >> i & 1)
			must(g == GRADE_PASS);
	}
}

static void check_words(const struct blame *b,
                        const struct explain_context *ctx)
{
	struct grounds g;
	char *text;

	grounds_of_cause(&b->cause, &b->view, ctx, &g);
	text = grounds_why(&g);
	must(*text || !*b->cause.rule || !*b->cause.words);
	free(text);
	for (unsigned i = 0; (text = grounds_note(&g, i)); i++)
		free(text);
}

static void check_blame(const struct blame *b, const struct evidence *v)
{
	const struct cause *j = &b->cause;
	unsigned first = b->view.code / 100;

	must(j->act < ACT_COUNT && j->confidence < CONFIDENCE_COUNT);
	must(!j->contradictions || j->confidence != CONF_SURE);
	must(j->act != ACT_UNKNOWN || j->confidence == CONF_GUESS);
	must(strlen(j->rule) < RULE_MAX && strlen(j->words) <= WORDS_MAX);
	for (const char *p = j->words; *p; p++)
		must(*p >= ' ' && *p < 0x7f);
	if (first == 2 || first == 3)
		must(j->act == ACT_NOBODY ||
		     (j->meaning && act_find(j->meaning->act) == (int)j->act));
	check_checks(j, v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evidence checks = { 0 };
	struct explain_context ctx = { .line = "", .checks = &checks };
	size_t n = size > 1 ? data[1] % CHECKS_MAX : 0, at = 2;
	struct blame b;
	char *reply;

	if (size < 2)
		return 0;
	ctx.verb = verb_of(data[0]);
	ctx.state = data[0] / 16 % STATE_COUNT;
	for (; n > 0 && at + 2 <= size; n--, at += 2)
		add_check(&checks, data[at], data[at + 1]);
	reply = xmemdup0((const char *)data + at, size - at);
	blame_text(reply, &ctx, &b);
	check_blame(&b, &checks);
	check_words(&b, &ctx);
	blame_clear(&b);
	free(reply);
	evidence_clear(&checks);
	return 0;
}
