/*
 * hostile_make record|lines: the hostile dialogs as a recording, or the lines
 * of their replies as a reader has to see them, for tests that run the program.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "core/escape.h"
#include "hostile.h"
#include "record/json.h"

static void print_record(void *arg, const struct event *e)
{
	struct buf line = { 0 };

	(void)arg;
	json_write(&line, e, NULL);
	fwrite(line.data, 1, line.len, stdout);
	buf_clear(&line);
}

static void print_lines(void *arg, const struct event *e)
{
	(void)arg;
	if (e->kind != EV_REPLY)
		return;
	for (uint32_t i = 0; i < e->u.reply.lines.len; i++) {
		struct ev_ref r = event_item(e, e->u.reply.lines, i);
		struct buf line = { 0 };

		escape_text(&line, event_text(e, r), r.len, false);
		printf("S: %s\n", buf_str(&line));
		buf_clear(&line);
	}
}

int main(int argc, char **argv)
{
	bool lines = argc > 1 && strcmp(argv[1], "lines") == 0;

	for (size_t i = 0; hostile_at(i); i++)
		hostile_target(hostile_at(i),
		               lines ? print_lines : print_record, NULL);
	return fflush(stdout) == 0 ? 0 : 1;
}
