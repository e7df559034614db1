#include "config.h"

#include "report/as_command.h"

#include <stdlib.h>
#include <string.h>

#include "core/dialog.h"
#include "knowledge/again.h"
#include "report/paper.h"
#include "util/i18n.h"
#include "util/xalloc.h"

struct as_command {
	struct paper paper;
	struct dialog *dialog;
};

struct as_command *as_command_new(FILE *out)
{
	struct as_command *a = xcalloc(1, sizeof *a);

	paper_init(&a->paper, out, false, 0);
	a->dialog = dialog_new();
	return a;
}

void as_command_free(struct as_command *a)
{
	if (!a)
		return;
	paper_clear(&a->paper);
	dialog_free(a->dialog);
	free(a);
}

static void print_kind(struct as_command *a, enum again_kind kind)
{
	char *line = again_line(kind, a->dialog);
	char *lacks = again_lacks(kind, a->dialog);

	if (line) {
		paper_bytes(&a->paper, line, strlen(line));
		paper_newline(&a->paper);
	}
	if (line && lacks) { /* a comment for a shell, too */
		paper_text(&a->paper, "# ");
		paper_text(&a->paper, _("without: "));
		paper_bytes(&a->paper, lacks, strlen(lacks));
		paper_newline(&a->paper);
	}
	free(line);
	free(lacks);
}

static void print_all(struct as_command *a)
{
	paper_newline(&a->paper);
	for (int kind = 0; kind < AGAIN_COUNT; kind++)
		print_kind(a, (enum again_kind)kind);
}

bool as_command_event(struct as_command *a, const struct event *e)
{
	if (e->kind == EV_START) {
		dialog_free(a->dialog);
		a->dialog = dialog_new();
	}
	dialog_append(a->dialog, e);
	if (e->kind != EV_END)
		return true;
	print_all(a);
	return paper_flush(&a->paper);
}
