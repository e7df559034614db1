#include "config.h"

#include "front.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "check/verdict.h"
#include "core/dialog.h"
#include "farewell.h"
#include "knowledge/vocabulary.h"
#include "record/record.h"
#include "report/batch.h"
#include "report/ticket.h"
#include "reports.h"
#include "ui/app.h"
#include "ui/plain.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum { LAST_EVENTS_MS = 1500 }; /* QUIT and its answer, when we leave */

/* What the inspector is looking at; it may change by :demo and :open. */
struct desk {
	const struct options *options;
	struct scene *scene;   /* no worker in it: a recording */
	struct tape *tape;
	struct dialog *dialog;
	struct plan *plan;
	struct queue *silence; /* what a recording has for a queue */
	char *late;            /* what is wrong with it; said on the screen and
	                        * again when that is gone */
	bool bad;              /* it was not read to its end */
	const struct ui_many *engine; /* of many targets, else NULL */
};

static void call_request(void *arg, struct request *r)
{
	struct desk *desk = arg;

	if (desk->scene->worker)
		worker_request(desk->scene->worker, r);
	else
		request_free(r);
}

static const char *call_record(void *arg, const struct event *e)
{
	struct desk *desk = arg;

	return tape_event(desk->tape, e);
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void take_all(struct desk *desk, struct queue *q)
{
	struct event *e;

	while ((e = queue_take(q))) {
		tape_event(desk->tape, e);
		dialog_append(desk->dialog, e);
		free(e);
	}
}

static bool under_way(const struct desk *desk)
{
	return dialog_count(desk->dialog) > 0 &&
	       !dialog_now(desk->dialog)->ended;
}

/* Ends what is open; its last events go to the recording and the dialog. */
static void leave_scene(struct desk *desk)
{
	int64_t until = now_ms() + LAST_EVENTS_MS;
	struct queue *q;

	if (!desk->scene->worker)
		return;
	q = worker_events(desk->scene->worker);
	take_all(desk, q);
	if (under_way(desk))
		worker_request(desk->scene->worker,
		               request_new(REQ_STOP, NULL, NULL, NULL, true));
	while (under_way(desk) && now_ms() < until) {
		struct pollfd fd = { .fd = queue_fd(q), .events = POLLIN };

		poll(&fd, 1, (int)(until - now_ms()));
		take_all(desk, q);
	}
	scene_close(desk->scene);
}

static void show(struct desk *desk, struct plan *plan, struct ui_link *out)
{
	struct scene *s = desk->scene;

	plan_free(desk->plan);
	desk->plan = plan;
	*out = (struct ui_link){
		.events = s->worker ? worker_events(s->worker) : desk->silence,
		.dialog = desk->dialog,
		.plan = plan,
		.title = s->lesson ? lesson_title(s->lesson) : "",
		.replay = s->worker == NULL,
		.note = s->worker ? NULL : desk->late,
	};
}

static void open_plan(struct desk *desk)
{
	if (desk->plan->target.text)
		call_request(desk, request_new(REQ_OPEN, plan_copy(desk->plan),
		                               NULL, NULL, false));
}

static struct plan *empty_plan(void)
{
	struct plan *p = xmalloc(sizeof *p);

	plan_init(p);
	return p;
}

/* The new scene takes the place of the old one. */
static void change_scene(struct desk *desk, const struct scene *scene)
{
	leave_scene(desk);
	*desk->scene = *scene;
	dialog_free(desk->dialog);
	desk->dialog = dialog_new();
}

static char *lesson_plan(struct desk *desk, const struct scene *scene,
                         struct plan **out)
{
	static const struct options nothing; /* the lesson decides alone */
	struct plan *p = empty_plan();
	enum target_error e;
	char *error;

	e = target_parse(scene->lesson->target, &p->target);
	if (e != TARGET_OK) {
		error = target_error_text(e, scene->lesson->target);
		plan_free(p);
		return error;
	}
	scene_fill(scene, &nothing, p);
	p->seed = desk->options->seed;
	*out = p;
	return NULL;
}

static char *call_open_demo(void *arg, const char *lesson,
                            struct ui_link *out)
{
	struct desk *desk = arg;
	struct plan *plan = NULL;
	struct scene scene;
	char *error = scene_open(&scene, desk->options, lesson, false);

	if (error)
		return error;
	error = lesson_plan(desk, &scene, &plan);
	if (error) {
		scene_close(&scene);
		return error;
	}
	change_scene(desk, &scene);
	show(desk, plan, out);
	open_plan(desk);
	return NULL;
}

static char *call_open_net(void *arg, struct ui_link *out)
{
	struct desk *desk = arg;
	struct scene scene;
	char *error = scene_open(&scene, desk->options, NULL, false);

	if (error)
		return error;
	change_scene(desk, &scene);
	show(desk, empty_plan(), out);
	return NULL;
}

static bool keep(void *arg, const struct event *e)
{
	dialog_append(arg, e);
	return true;
}

/* Fills d with what can be read; NULL when that is anything. */
static char *load(struct desk *desk, const char *file, struct dialog *d)
{
	char *error = NULL;
	enum replay_result result = tape_play(file, keep, d, &error);

	if (result == REPLAY_BAD && dialog_count(d) == 0)
		return error;
	desk->bad = result == REPLAY_BAD;
	free(desk->late);
	desk->late = error;
	return NULL;
}

/* Takes d; error: why there is nothing in it, handed back. */
static char *show_recording(struct desk *desk, struct dialog *d, char *error,
                            struct ui_link *out)
{
	if (error) {
		dialog_free(d);
		return error;
	}
	leave_scene(desk);
	dialog_free(desk->dialog);
	desk->dialog = d;
	show(desk, empty_plan(), out);
	return NULL;
}

static char *call_open_replay(void *arg, const char *file,
                              struct ui_link *out)
{
	struct dialog *d = dialog_new();

	return show_recording(arg, d, load(arg, file, d), out);
}

static void keep_one(void *arg, const struct event *e)
{
	dialog_append(arg, e);
}

static char *call_open_place(void *arg, uint64_t place, struct ui_link *out)
{
	struct desk *desk = arg;
	struct dialog *d = dialog_new();
	char *error;

	if (*tape_path(desk->tape))
		error = tape_play_one(tape_path(desk->tape), place, keep_one,
		                      d);
	else
		error = xstrdup(_("Nothing is recorded, so its dialog is not "
		                  "kept (--no-record)."));
	free(desk->late); /* of a file that was looked at before */
	desk->late = NULL;
	return show_recording(desk, d, error, out);
}

static bool call_turn(void *arg)
{
	const struct desk *desk = arg;

	return desk->engine->turn(desk->engine->arg);
}

static void call_state(void *arg, struct ui_many_state *out)
{
	const struct desk *desk = arg;

	desk->engine->state(desk->engine->arg, out);
}

static void call_stop(void *arg)
{
	const struct desk *desk = arg;

	desk->engine->stop(desk->engine->arg);
}

static void print_dialog(const struct dialog *d,
                         const struct front_look *look)
{
	struct batch *b = batch_new(stdout, look->color, look->width);

	for (size_t i = 0; i < dialog_count(d); i++)
		batch_event(b, dialog_at(d, i));
	batch_free(b);
}

static char *call_ticket(const struct dialog *d, int width,
                         enum mask_mode mask)
{
	return ticket_text(d, width, mask);
}

/* The dialog as it was on the screen. Caller frees. */
static struct dialog *masked_copy(const struct dialog *d, enum mask_mode mode)
{
	struct mask *m = mask_new(mode, &vocabulary);
	struct dialog *copy = dialog_new();

	for (size_t i = 0; i < dialog_count(d); i++) {
		struct event *e = mask_event(m, dialog_at(d, i));

		dialog_append(copy, e);
		free(e);
	}
	mask_free(m);
	return copy;
}

/* state_dir: NULL is none; borrowed, as all else. */
static struct ui_config config_of(struct desk *desk,
                                  const struct front_look *look,
                                  const struct ui_link *link,
                                  const char *state_dir)
{
	const struct options *o = desk->options;

	return (struct ui_config){
		.link = *link,
		.calls = {
			.request = call_request,
			.record = call_record,
			.open_demo = call_open_demo,
			.open_replay = call_open_replay,
			.open_net = call_open_net,
			.save = reports_save,
			.arg = desk,
		},
		.theme = o->theme ? o->theme : "",
		.no_color = !look->color,
		.ascii = look->ascii,
		.guided = true,
		.mask = look->mask,
		.ticket = call_ticket,
		.lang_shown = i18n_tag(),
		.record_path = tape_path(desk->tape),
		.state_dir = state_dir ? state_dir : "",
		.no_recent = o->record && !*o->record,
		.keys = (const char *const *)o->keys,
	};
}

static struct ui_result run(struct desk *desk, const struct front_look *look,
                            const struct ui_link *link)
{
	char *state_dir = record_state_dir();
	struct ui_config cfg = config_of(desk, look, link, state_dir);
	struct ui_result result = { .end = UI_NO_TERMINAL };

	if (!look->plain)
		result = ui_run(&cfg);
	if (result.end == UI_NO_TERMINAL && !look->plain)
		front_tell(xstrdup(_("this terminal cannot place a cursor: "
		                     "line by line, as with --plain")));
	if (result.end == UI_NO_TERMINAL)
		result = plain_run(&cfg, STDIN_FILENO, stdout);
	free(state_dir);
	return result;
}

static int status(const struct desk *desk, struct ui_result result)
{
	if (result.end == UI_HANGUP || result.end == UI_TERMINATED)
		return EXIT_CANCELLED;
	if (desk->bad && !desk->scene->worker)
		return EXIT_USAGE_ERROR;
	return farewell_status(desk->dialog);
}

/* On the normal screen again: the result and where it is kept. d: the dialog as
 * it was seen. */
static void take_leave(const struct desk *desk, const struct dialog *d,
                       bool whole, const struct front_look *look)
{
	const char *path = tape_path(desk->tape);
	char *text = farewell_result(d);

	if (whole)
		print_dialog(d, look);
	else if (*text)
		puts(text);
	if (*path && !tape_stopped(desk->tape))
		printf(_("recorded in %s\n"), path);
	fflush(stdout);
	free(text);
}

/* What is left when the inspector is: on the screen and in the reports. */
static int leave(struct desk *desk, struct ui_result result,
                 const struct front_look *look)
{
	struct dialog *d;
	int exit;

	leave_scene(desk);
	d = masked_copy(desk->dialog, result.mask);
	if (result.end == UI_LEFT && !look->plain)
		take_leave(desk, d, result.print_dialog, look);
	exit = reports_of(look, d, status(desk, result));
	dialog_free(d);
	return exit;
}

static void clear(struct desk *desk)
{
	plan_free(desk->plan);
	dialog_free(desk->dialog);
	queue_free(desk->silence, NULL);
	if (desk->late)
		front_tell(desk->late);
}

bool front_inspect_many(const struct front_look *look,
                        const struct options *o, struct tape *t,
                        const struct ui_many *many)
{
	struct scene none = { 0 };
	struct desk desk = {
		.options = o,
		.scene = &none,
		.tape = t,
		.dialog = dialog_new(),
		.engine = many,
	};
	struct ui_many calls = { many->fd, call_turn, call_state,
		                 call_open_place, call_stop, &desk };
	char *state_dir = record_state_dir();
	struct ui_result result;
	struct ui_config cfg;
	struct ui_link link;

	show(&desk, empty_plan(), &link);
	cfg = config_of(&desk, look, &link, state_dir);
	cfg.many = &calls; /* and nothing else that would need the network */
	cfg.calls.open_demo = NULL;
	cfg.calls.open_net = NULL;
	result = ui_run(&cfg);
	clear(&desk);
	free(state_dir);
	return result.end != UI_NO_TERMINAL;
}

int front_inspector(const struct front_look *look, const struct options *o,
                    struct scene *s, struct tape *t, struct plan *plan)
{
	const char *file = o->job == JOB_REPLAY ? o->replay : NULL;
	struct desk desk = {
		.options = o,
		.scene = s,
		.tape = t,
		.dialog = dialog_new(),
		.silence = queue_new(),
	};
	char *error = file ? load(&desk, file, desk.dialog) : NULL;
	int exit = EXIT_USAGE_ERROR;
	struct ui_link link;

	show(&desk, plan, &link);
	if (!desk.silence)
		error = xstrdup(strerror(errno));
	if (error) {
		front_tell(error);
	} else {
		open_plan(&desk);
		exit = leave(&desk, run(&desk, look, &link), look);
	}
	clear(&desk);
	return exit;
}
