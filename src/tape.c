#include "config.h"

#include "tape.h"

#include <stdio.h>
#include <stdlib.h>

#include "front.h"
#include "import/import.h"
#include "record/record.h"
#include "report/sayings.h"
#include "util/i18n.h"
#include "util/xalloc.h"

struct tape {
	const char *file;
	struct record *record;
	bool tried;  /* to open it; not again after a failure */
	char *error; /* to be told at the end */
	char path[4096];
};

static char *say(const struct event *e, enum json_say what, uint32_t item)
{
	switch (what) {
	case JSON_SAY_TEXT: return saying_text(e);
	case JSON_SAY_NEXT: return saying_next(e);
	case JSON_SAY_WHY: return saying_why(e, item);
	case JSON_SAY_STEP: return saying_step(e, item);
	case JSON_SAY_MTA: return saying_mta(e);
	}
	return NULL;
}

const struct json_voice tape_voice = { .say = say };

struct tape *tape_new(const char *file)
{
	struct tape *t = xcalloc(1, sizeof *t);

	t->file = file;
	t->tried = file && !*file;
	return t;
}

static void note_path(struct tape *t)
{
	if (t->record)
		snprintf(t->path, sizeof t->path, "%s",
		         record_path(t->record));
}

char *tape_check(struct tape *t)
{
	char *error = NULL;

	if (!t->file || !*t->file)
		return NULL;
	t->tried = true;
	t->record = record_open(t->file, &tape_voice, &error);
	note_path(t);
	return error;
}

char *tape_go_on(struct tape *t, struct resume *r)
{
	char *error = resume_cut(r, t->file);

	if (error)
		return error;
	t->tried = true;
	t->record = record_go_on(r->fd, t->file, r->end, &tape_voice);
	r->fd = -1;
	note_path(t);
	return NULL;
}

uint64_t tape_place(const struct tape *t)
{
	return t->record ? record_bytes(t->record) : 0;
}

static void open_automatic(struct tape *t, const struct event *e)
{
	char *dir = record_state_dir();
	const char *time = e->kind == EV_START
	                       ? event_text(e, e->u.start.time) : "";

	t->tried = true;
	if (dir)
		t->record = record_open_auto(dir, time, &tape_voice,
		                             &t->error);
	else
		t->error = xstrdup(_("nothing is recorded: neither HOME nor "
		                     "XDG_STATE_HOME says where; --record "
		                     "FILE does"));
	note_path(t);
	free(dir);
}

const char *tape_event(struct tape *t, const struct event *e)
{
	if (!t->tried) {
		if (t->file) /* live at last, behind --replay */
			t->error = tape_check(t);
		else
			open_automatic(t, e);
		if (t->error)
			return t->error;
	}
	if (!t->record || t->error)
		return NULL;
	record_event(t->record, e);
	t->error = record_error(t->record);
	return t->error;
}

bool tape_stopped(const struct tape *t)
{
	return t->error != NULL;
}

const char *tape_path(const struct tape *t)
{
	return t->path;
}

void tape_end(struct tape *t)
{
	char *first = NULL;

	if (t->record && record_is_first(t->record))
		first = xasprintf(_("sessions are recorded in files like %s, "
		                    "the newest %d are kept; --no-record "
		                    "turns it off"), record_path(t->record),
		                  RECORD_KEPT);
	if (t->error)
		front_tell(t->error);
	if (first)
		front_tell(first);
	record_close(t->record);
	free(t);
}

/* What was seen of a recording. */
struct played {
	bool any;
	long open; /* runs that began and have not ended */
};

static enum replay_result play(struct replay *r,
                               bool (*see)(void *arg, const struct event *e),
                               void *arg, struct played *p)
{
	enum replay_result result;
	struct event *e;
	bool go_on = true;

	while (go_on && (result = replay_next(r, &e)) == REPLAY_EVENT) {
		p->any = true;
		p->open += (e->kind == EV_START) - (e->kind == EV_END);
		go_on = see(arg, e);
		free(e);
	}
	if (!go_on)
		return REPLAY_EVENT;
	return result == REPLAY_END && p->open > 0 ? REPLAY_CUT : result;
}

static enum replay_result play_transcript(struct replay *r,
                               bool (*see)(void *arg, const struct event *e),
                               void *arg, char **error)
{
	struct import_source source = { .name = replay_name(r) };

	if (!replay_bytes(r, IMPORT_BYTES_MAX, &source.data, &source.len)) {
		*error = xstrdup(replay_error(r));
		return REPLAY_BAD;
	}
	switch (import_play(&source, see, arg, error)) {
	case IMPORT_DONE: return REPLAY_END;
	case IMPORT_STOPPED: return REPLAY_EVENT;
	default: return REPLAY_BAD;
	}
}

enum replay_result tape_play(const char *file,
                             bool (*see)(void *arg, const struct event *e),
                             void *arg, char **error)
{
	struct replay *r = replay_open(file, error);
	struct played p = { .any = false };
	enum replay_result result;

	if (!r)
		return REPLAY_BAD;
	if (!replay_is_recording(r)) {
		result = play_transcript(r, see, arg, error);
		replay_close(r);
		return result;
	}
	result = play(r, see, arg, &p);
	if (*replay_error(r))
		*error = xstrdup(replay_error(r));
	else if (result == REPLAY_CUT)
		*error = xasprintf(_("%s ends before the session in it does"),
		                   replay_name(r));
	else if (result == REPLAY_END && !p.any)
		*error = xasprintf(_("%s holds no event"), replay_name(r));
	if (*error && !p.any)
		result = REPLAY_BAD;
	replay_close(r);
	return result;
}

char *tape_play_one(const char *file, uint64_t place,
                    void (*see)(void *arg, const struct event *e), void *arg)
{
	char *error = NULL;
	struct replay *r = replay_open(file, &error);
	bool there = r && replay_seek(r, place), over = false;
	struct event *e;

	while (there && !over && replay_next(r, &e) == REPLAY_EVENT) {
		see(arg, e);
		over = e->kind == EV_END;
		free(e);
	}
	if (r && !over)
		error = *replay_error(r)
		            ? xstrdup(replay_error(r))
		            : xasprintf(_("%s ends before the session in it "
		                          "does"), file);
	replay_close(r);
	return error;
}
