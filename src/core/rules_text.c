#include "config.h"

#include "core/rules_text.h"

#include "core/guide.h"
#include "core/rules.h"
#include "util/i18n.h"

/* Comma between the words of a set; begin is where the set starts in out. */
static void add_word(struct buf *out, size_t begin, const char *word)
{
	if (out->len > begin)
		buf_adds(out, ", ");
	buf_adds(out, word);
}

void states_text(struct buf *out, uint32_t set)
{
	size_t begin = out->len;

	if (set == UINT32_MAX) {
		buf_adds(out, _("anywhere"));
		return;
	}
	for (enum state s = 0; s < STATE_COUNT; s++)
		if (set >> s & 1u)
			add_word(out, begin, state_name(s));
}

void verbs_text(struct buf *out, uint64_t set)
{
	size_t begin = out->len;

	if (set == ANY_VERB || set == (ANY_VERB & ~NOT_ASKED)) {
		buf_adds(out, _("any"));
		return;
	}
	if (set & NOT_ASKED)
		add_word(out, begin, _("nothing asked"));
	for (enum verb v = 0; v < VERB_OTHER; v++)
		if (set & VERB_BIT(v))
			add_word(out, begin, command_info(v)->name);
	if (set & VERB_BIT(VERB_OTHER))
		add_word(out, begin, _("any other"));
}

void answers_text(struct buf *out, uint32_t set)
{
	size_t begin = out->len;

	if (set == ANY_REPLY) {
		buf_adds(out, _("any reply"));
		return;
	}
	for (enum answer_bit a = 0; a < ANSWER_COUNT; a++)
		if (set >> a & 1u)
			add_word(out, begin, answer_word(a));
}

static void rule_row(struct buf *out, const struct rule *r)
{
	buf_addf(out, "| %s | ", r->id);
	states_text(out, r->from);
	buf_adds(out, " | ");
	verbs_text(out, r->verbs);
	buf_adds(out, " | ");
	answers_text(out, r->answers);
	buf_addf(out, " | %s | %s | %s | %s |\n", rule_guard_word(r->when),
	         deed_word(r->deed),
	         r->to == SAME ? _("same") : state_name(r->to), _(r->why));
}

static void guide_table_row(struct buf *out, const struct guide_row *g)
{
	buf_addf(out, "| %s | ", g->id);
	states_text(out, g->from);
	buf_addf(out, " | %s | %s | %s |\n", guide_guard_word(g->when),
	         guide_word(g->send), _(g->why));
}

#define LINE(id, word, help) buf_addf(out, "| %s | %s |\n", word, _(help));

static void legend(struct buf *out)
{
	buf_adds(out, _("\n## Words\n\nStates, as the server sees the "
	                "session:\n\n"));
	buf_adds(out, "| | |\n|---|---|\n");
	STATES(LINE)
	buf_adds(out, _("\nAnswers: which codes are good for a command stands "
	                "in commands.tsv.\n\n"));
	buf_adds(out, "| | |\n|---|---|\n");
	ANSWERS(LINE)
	buf_adds(out, _("\nConditions of the rules and of the guide:\n\n"));
	buf_adds(out, "| | |\n|---|---|\n");
	RULE_GUARDS(LINE)
	GUIDE_GUARDS(LINE)
	buf_adds(out, _("\nDeeds:\n\n"));
	buf_adds(out, "| | |\n|---|---|\n");
	DEEDS(LINE)
}

void rules_text(struct buf *out)
{
	const struct rule *r;
	const struct guide_row *g;

	buf_adds(out, _("# The session machine\n\nMade from src/core/rules.c "
	                "and src/core/guide.c; smtpscope --list-rules prints "
	                "it.\n\n"
	                "## Rules: what a command and its reply mean\n\n"
	                "The first row that fits wins.\n\n"));
	buf_adds(out, _("| id | state | command | answer | when | do | to | "
	                "why |\n"));
	buf_adds(out, "|---|---|---|---|---|---|---|---|\n");
	for (size_t i = 0; (r = rules_at(i)); i++)
		rule_row(out, r);
	buf_adds(out, _("\n## Guide: what to send next\n\nThe state is the "
	                "projected one: as if every command under way were "
	                "answered well.\n\n"));
	buf_adds(out, _("| id | state | when | send | why |\n"));
	buf_adds(out, "|---|---|---|---|---|\n");
	for (size_t i = 0; (g = guide_at(i)); i++)
		guide_table_row(out, g);
	legend(out);
}
