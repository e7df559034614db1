#include "config.h"

#include "report/block.h"

#include <stdbool.h>
#include <string.h>

#include "util/i18n.h"

enum { LABEL_MIN = 8 };

enum ink block_ink(enum reply_class c)
{
	static const enum ink inks[] = {
		[CLASS_NONE] = INK_NO,      [CLASS_OK] = INK_OK,
		[CLASS_GO_ON] = INK_GO_ON,  [CLASS_LATER] = INK_LATER,
		[CLASS_NO] = INK_NO,        [CLASS_NOTE] = INK_NOTE,
		[CLASS_CLIENT] = INK_CLIENT,
	};

	return inks[c];
}

const char *block_mark(enum reply_class c)
{
	static const char *const marks[] = {
		[CLASS_NONE] = "✘", [CLASS_OK] = "✔", [CLASS_GO_ON] = "▸",
		[CLASS_LATER] = "▲", [CLASS_NO] = "✘", [CLASS_NOTE] = "",
		[CLASS_CLIENT] = "",
	};

	return marks[c];
}

/* The widest label of the language, so that all texts begin in one column. */
static int text_column(void)
{
	const char *const labels[] = { _("Likely"), _("Must act"), _("MTA"),
		_("Try"), _("Refs"), _("Said"), _("Not") };
	int widest = LABEL_MIN;

	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
		int width = paper_measure(labels[i]);

		widest = width > widest ? width : widest;
	}
	return BLOCK_INDENT + widest + 2;
}

static void begin_row(struct paper *p, const char *label)
{
	paper_to(p, BLOCK_INDENT);
	paper_ink(p, INK_DIM);
	paper_text(p, label);
	paper_ink(p, INK_PLAIN);
	paper_to(p, text_column());
}

void block_row(struct paper *p, const char *label, const char *text)
{
	if (!*text)
		return;
	begin_row(p, label);
	paper_words(p, text, p->at);
	paper_newline(p);
}

void block_bytes(struct paper *p, const char *label, const char *data)
{
	while (*data) {
		size_t len = strcspn(data, "\n");

		begin_row(p, label);
		paper_bytes(p, data, len);
		paper_newline(p);
		data += len + (data[len] != '\0');
		label = "";
	}
}

void block_line(struct paper *p, enum ink ink, const char *text)
{
	if (!*text)
		return;
	paper_to(p, BLOCK_INDENT);
	paper_ink(p, ink);
	paper_words(p, text, BLOCK_INDENT);
	paper_ink(p, INK_PLAIN);
	paper_newline(p);
}

static void likely(struct paper *p, const struct explanation *x)
{
	if (!*x->likely)
		return;
	begin_row(p, _("Likely"));
	paper_words(p, x->likely, text_column());
	if (*x->evidence) {
		paper_words(p, " (", text_column());
		paper_words(p, x->evidence, text_column());
		paper_text(p, ")");
	}
	paper_newline(p);
}

bool block_is_advice(const struct explain_try *t)
{
	return t->kind == TRY_TEXT || t->kind == TRY_QUIT_LATER ||
	       t->kind == TRY_NEXT_MX || t->kind == TRY_PORT;
}

void block_tries(struct paper *p, const struct explanation *x)
{
	bool first = true;

	for (size_t i = 0; i < x->n_tries; i++) {
		if (!block_is_advice(&x->tries[i]))
			continue;
		begin_row(p, first ? _("Try") : "");
		paper_words(p, x->tries[i].text, p->at);
		paper_newline(p);
		first = false;
	}
}

void block_advice(struct paper *p, const struct explanation *x)
{
	likely(p, x);
	block_row(p, _("Must act"), x->who);
	block_row(p, _("MTA"), x->mta);
	block_tries(p, x);
	block_row(p, _("Not"), x->not_same);
}

void block_refs(struct paper *p, const struct explanation *x)
{
	if (!*x->refs)
		return;
	paper_ink(p, INK_DIM);
	block_row(p, _("Refs"), x->refs);
	paper_ink(p, INK_PLAIN);
}

/* "x5x" for the second of three digits, "x.1.x" for numbers with dots. */
static void place(struct paper *p, const char *key, size_t i, const char *dot)
{
	for (size_t k = 0; k < 3; k++)
		paper_textf(p, "%s%s", k ? dot : "", k == i ? key : "x");
}

static void parts(struct paper *p, const struct explain_part *part, size_t n,
                  const char *dot)
{
	for (size_t i = 0; i < n; i++) {
		paper_to(p, BLOCK_INDENT);
		paper_ink(p, INK_BOLD);
		place(p, part[i].key, i, dot);
		paper_ink(p, INK_PLAIN);
		paper_to(p, text_column() - 1);
		paper_text(p, " ");
		paper_words(p, *part[i].text ? part[i].text : part[i].brief,
		            text_column());
		paper_newline(p);
	}
}

static void title(struct paper *p, const struct explanation *x)
{
	const char *mark = block_mark(x->cls);

	paper_ink(p, INK_BOLD);
	paper_text(p, *x->title ? x->title : x->chip);
	paper_text(p, "  ");
	paper_ink(p, block_ink(x->cls));
	if (*mark)
		paper_textf(p, "%s ", mark);
	paper_words(p, x->headline, BLOCK_INDENT);
	paper_ink(p, INK_PLAIN);
	paper_newline(p);
}

void block_all(struct paper *p, const struct explanation *x)
{
	title(p, x);
	block_line(p, INK_PLAIN, x->summary);
	block_line(p, INK_PLAIN, x->code_text);
	parts(p, x->digits, x->n_digits, "");
	parts(p, x->enhanced, x->n_enhanced, ".");
	block_bytes(p, _("Said"), x->said);
	block_advice(p, x);
	for (size_t i = 0; i < x->n_notes; i++)
		block_line(p, INK_PLAIN, x->notes[i]);
	for (size_t i = 0; i < x->n_steps; i++)
		block_line(p, INK_DIM, x->steps[i]);
	block_refs(p, x);
}
