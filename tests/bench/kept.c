/*
 * kept: what a recording costs once it is in memory: the dialog and the list
 * of what is on view, as the inspector holds them.
 *
 *   kept FILE
 *
 * A line is something sent or one line of a reply. Prints rows as
 * sample_print() makes them: memory, bytes a line beside the texts, the time
 * to read the file.
 */
#include "config.h"

#include "tests/bench/measure.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/dialog.h"
#include "record/replay.h"
#include "ui/rows.h"

static struct samples memory, beside, took;

static size_t read_all(struct replay *r, struct dialog *d, size_t *texts)
{
	size_t lines = 0;
	struct event *e;

	while (replay_next(r, &e) == REPLAY_EVENT) {
		*texts += e->size - event_fixed_size((enum event_kind)e->kind);
		lines += e->kind == EV_SENT;
		lines += e->kind == EV_REPLY ? e->u.reply.lines.len : 0;
		dialog_append(d, e);
		free(e);
	}
	return lines;
}

int main(int argc, char **argv)
{
	char *error = NULL;
	struct replay *r = argc == 2 ? replay_open(argv[1], &error) : NULL;
	struct dialog *d = dialog_new();
	double t0 = now_ms();
	size_t texts = 0, lines, bytes;
	struct rows rows;

	if (!r) {
		fprintf(stderr, "%s\n", error ? error : "usage: kept FILE");
		return 64;
	}
	lines = read_all(r, d, &texts);
	sample_add(&took, now_ms() - t0);
	rows_init(&rows, d);
	while (!rows_scan(&rows, SIZE_MAX))
		continue;
	bytes = dialog_bytes(d) + rows_bytes(&rows);
	sample_add(&memory, (double)bytes / (1 << 20));
	sample_add(&beside, lines ? (double)(bytes - texts) / (double)lines
	                          : 0);
	sample_print("smtpscope", "memory", "MiB", &memory);
	sample_print("smtpscope", "beside the texts", "bytes a line", &beside);
	sample_print("smtpscope", "read in", "ms", &took);
	rows_clear(&rows);
	dialog_free(d);
	replay_close(r);
	return 0;
}
