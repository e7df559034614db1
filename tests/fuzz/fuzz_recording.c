/*
 * The reader of recordings (study L11) against whole files, and what reads
 * its events: the dialog, the batch text.
 *
 * Numbers ascend, nothing is about an event that is not there, and what was
 * read, written again and read again is written the same.
 */
#include "config.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/dialog.h"
#include "record/json.h"
#include "record/replay.h"
#include "report/batch.h"
#include "tests/fuzz/fuzz.h"
#include "util/xalloc.h"

/* Explaining costs ten times what reading does; more events say no more. */
enum { TEXT_MAX = 2048 };

const char *const fuzz_inputs[] = { "recording", NULL };

/* One file for all inputs, open for as long as the process lives. */
static const char *path_of(const void *data, size_t size)
{
	static char path[32];
	static FILE *f;

	if (!f) {
		f = tmpfile();
		assert(f);
		snprintf(path, sizeof path, "/dev/fd/%d", fileno(f));
	}
	assert(ftruncate(fileno(f), 0) == 0);
	assert(pwrite(fileno(f), data, size, 0) == (ssize_t)size);
	return path;
}

static uint32_t about(const struct event *e)
{
	switch (e->kind) {
	case EV_REPLY:
		return e->u.reply.to == EV_UNASKED ? 0 : e->u.reply.to;
	case EV_FINDING: return e->u.finding.about;
	case EV_VERDICT: return e->u.verdict.about;
	}
	return 0;
}

struct views {
	struct dialog *dialog;
	struct batch *batch;
	FILE *nowhere;
};

static void see(struct views *v, const struct event *e)
{
	static uint32_t last; /* n of the newest event */

	if (dialog_count(v->dialog) == 0)
		last = 0;
	assert(e->size >= event_fixed_size(e->kind));
	assert(e->n == 0 || e->n > last);
	last = e->n ? e->n : last;
	assert(about(e) <= last);
	dialog_append(v->dialog, e);
	if (v->batch)
		batch_event(v->batch, e);
}

/* Reads all of it; each event goes to v, where that is not NULL, and to out.
 */
static void read_all(const char *path, struct views *v, struct buf *out)
{
	char *error = NULL;
	struct replay *r = replay_open(path, &error);
	enum replay_result end;
	struct event *e;

	assert(r);
	while ((end = replay_next(r, &e)) == REPLAY_EVENT) {
		if (v)
			see(v, e);
		json_write(out, e, NULL);
		free(e);
	}
	assert((end == REPLAY_END) == !*replay_error(r));
	assert(v || end == REPLAY_END);
	replay_close(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct views v = { .dialog = dialog_new(),
		           .nowhere = fopen("/dev/null", "w") };
	struct buf once = { 0 }, twice = { 0 };

	assert(v.nowhere);
	if (size < TEXT_MAX)
		v.batch = batch_new(v.nowhere, true, 80);
	read_all(path_of(data, size), &v, &once);
	read_all(path_of(once.data, once.len), NULL, &twice);
	assert(once.len == twice.len);
	assert(once.len == 0 || memcmp(once.data, twice.data, once.len) == 0);
	buf_clear(&once);
	buf_clear(&twice);
	batch_free(v.batch);
	fclose(v.nowhere);
	dialog_free(v.dialog);
	return 0;
}
