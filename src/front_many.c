#include "config.h"

#include "front.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>

#include "ask_secret.h"
#include "check/verdict.h"
#include "io/loop.h"
#include "knowledge/explain.h"
#include "many_feed.h"
#include "many_out.h"
#include "many_progress.h"
#include "net/files.h"
#include "print.h"
#include "record/lineup.h"
#include "util/i18n.h"
#include "util/interrupt.h"
#include "util/xalloc.h"

enum {
	CANCEL_WAIT_US = 1000 * 1000, /* for the last events after Ctrl-C */
	AT_ONE_GO = 1000, /* events, before the keyboard is looked at again */
};

struct many {
	struct worker *worker; /* borrowed */
	struct feed *feed;
	struct lineup *lineup;
	struct many_out out;
	struct progress *progress;
	sigset_t wait_mask;
	bool fed;       /* there is nothing more to begin */
	bool later;     /* the list has nothing for now */
	bool cancelled; /* REQ_CANCEL was sent ... */
	int64_t until_us; /* ... and is waited for as long */
	bool refused;   /* the terminal is of no use */
	bool files_told;
	uint64_t before; /* targets that earlier runs did */
};

static void begin_run(struct many *m, struct plan *plan)
{
	struct request *r = request_new(REQ_OPEN, plan, NULL, NULL, false);

	r->run = lineup_begin(m->lineup);
	worker_request(m->worker, r);
}

static void begin_more(struct many *m)
{
	struct plan *plan;

	m->later = false;
	while (!m->fed && !m->later && lineup_has_room(m->lineup))
		switch (feed_next(m->feed, &plan)) {
		case FEED_PLAN: begin_run(m, plan); break;
		case FEED_LATER: m->later = true; break;
		case FEED_END: m->fed = true; break;
		}
}

static bool is_over(const struct many *m)
{
	if (m->out.why)
		return true;
	if (m->cancelled && loop_now_us() >= m->until_us)
		return true;
	return m->fed && lineup_running(m->lineup) == 0;
}

/* Why it goes slower than it was asked to: said once, not for each target. */
static void tell_files(struct many *m, const struct event *e)
{
	char text[512];

	if (m->files_told || e->kind != EV_FINDING ||
	    strcmp(event_text(e, e->u.finding.id), "wait-files") != 0)
		return;
	m->files_told = true;
	front_tell(xstrdup(finding_text(e, text, sizeof text)));
}

static void show_done(struct many *m)
{
	struct block *b;

	while ((b = lineup_next(m->lineup))) {
		bool stopped = m->cancelled &&
		               block_end(b)->u.end.exit == EXIT_CANCELLED;

		progress_hide();
		if (!stopped)
			out_print(&m->out, b);
		block_free(b);
	}
}

/* One that Ctrl-C ended is not done: it is to be done when the list is gone on
 * with. */
static void take_event(struct many *m, struct event *e)
{
	struct block *whole;

	tell_files(m, e);
	whole = lineup_event(m->lineup, e);
	if (!whole)
		return;
	if (!m->cancelled || block_end(whole)->u.end.exit != EXIT_CANCELLED)
		out_record(&m->out, whole);
	show_done(m);
}

static bool take_events(struct many *m)
{
	struct queue *q = worker_events(m->worker);
	struct event *e = NULL;

	for (int i = 0; i < AT_ONE_GO && !m->out.why; i++) {
		e = queue_take(q);
		if (!e)
			break;
		take_event(m, e);
	}
	return e != NULL;
}

static void cancel(struct many *m)
{
	if (m->cancelled)
		return;
	m->cancelled = m->fed = true;
	m->until_us = loop_now_us() + CANCEL_WAIT_US;
	worker_request(m->worker,
	               request_new(REQ_CANCEL, NULL, NULL, NULL, false));
}

static void look_for_cancel(struct many *m)
{
	if (interrupt_taken())
		cancel(m);
}

static struct timespec wait_limit(const struct many *m)
{
	int64_t us = 1000 * (int64_t)progress_due_ms(m->progress);
	int64_t left_us = m->until_us - loop_now_us();

	if (m->cancelled && left_us < us)
		us = left_us > 0 ? left_us : 0;
	return (struct timespec){ .tv_sec = us / 1000000,
		                  .tv_nsec = us % 1000000 * 1000 };
}

static void wait_for_more(struct many *m)
{
	struct timespec limit = wait_limit(m);
	int fd = queue_fd(worker_events(m->worker)), most = fd;
	fd_set set;

	FD_ZERO(&set);
	FD_SET(fd, &set);
	if (m->later) {
		FD_SET(feed_fd(m->feed), &set);
		most = feed_fd(m->feed) > most ? feed_fd(m->feed) : most;
	}
	pselect(most + 1, &set, NULL, NULL, &limit, &m->wait_mask);
}

static struct many_state state_of(const struct many *m)
{
	return (struct many_state){
		.tally = m->out.tally,
		.total = feed_total(m->feed),
		.before = m->before,
		.running = lineup_running(m->lineup),
	};
}

/* --- in batch */

static void go_through(struct many *m)
{
	while (!is_over(m)) {
		struct many_state now;
		bool took;

		look_for_cancel(m);
		took = take_events(m);
		begin_more(m);
		if (!took && !is_over(m))
			wait_for_more(m);
		now = state_of(m);
		progress_tick(m->progress, &now);
	}
}

/* --- under the eyes of the inspector */

static bool turn(void *arg)
{
	struct many *m = arg;
	bool took = take_events(m);

	begin_more(m);
	if (is_over(m))
		progress_stop(m->progress);
	return took;
}

static void tell_state(void *arg, struct ui_many_state *out)
{
	const struct many *m = arg;
	struct many_state now = state_of(m);
	struct buf text = { 0 };

	progress_measure(m->progress, &now);
	many_text_how_far(&text, &now);
	out->tally = m->out.tally;
	out->over = is_over(m);
	out->stopped = tape_stopped(m->out.tape);
	snprintf(out->progress, sizeof out->progress, "%s", buf_str(&text));
	buf_clear(&text);
}

static void stop(void *arg)
{
	cancel(arg);
}

/* False: this terminal is of no use; nothing was begun. */
static bool inspect(const struct front_look *look, const struct options *o,
                    struct many *m, struct tape *t)
{
	const struct ui_many calls = {
		.fd = queue_fd(worker_events(m->worker)),
		.turn = turn,
		.state = tell_state,
		.stop = stop,
		.arg = m,
	};

	if (!front_inspect_many(look, o, t, &calls))
		return false;
	if (!is_over(m))
		cancel(m);
	return true;
}

static int status(const struct many *m)
{
	if (m->cancelled)
		return EXIT_CANCELLED;
	if (m->refused)
		front_tell(xstrdup(_("this terminal cannot place a cursor; "
		                     "--batch or --json")));
	if (m->refused)
		return EXIT_USAGE_ERROR;
	if (m->out.why && m->out.why != EPIPE)
		front_tell(xasprintf(_("cannot write to standard output: %s"),
		                     strerror(m->out.why)));
	if (m->out.why)
		return EXIT_IO;
	return feed_wrong(m->feed) ? EXIT_USAGE_ERROR
	                           : tally_exit(m->out.tally);
}

/* Where it can be gone on with after Ctrl-C. */
static void tell_rest(const struct options *o, const struct tape *t)
{
	const char *path = tape_path(t);

	if (!o->input)
		return;
	if (*path)
		front_tell(xasprintf(_("stopped; the rest can be done by the "
		                       "same command with --record %s "
		                       "--resume"), path));
	else
		front_tell(xstrdup(_("stopped; without a recording there is "
		                     "nothing to go on from (--record "
		                     "FILE)")));
}

/* Said before the first connection; then there is nothing more to say. */
static void make_room(struct many *m, size_t jobs)
{
	struct files_room room = files_make_room(jobs);

	if (room.sessions >= jobs)
		return;
	front_tell(xasprintf(_("--jobs %zu: this process may have %zu files "
	                       "open (ulimit -n); so many sessions at once "
	                       "have room in that: %zu, the others wait"),
	                     jobs, room.files, room.sessions));
	m->files_told = true;
}

/* before: NULL, or what is gone on with. */
static int do_all(const struct front_look *look, const struct options *o,
                  struct many *m, struct tape *t, struct many_before *before)
{
	size_t jobs = o->jobs ? o->jobs : o->input ? OPTIONS_JOBS : 1;
	struct many_state end;
	int exit;

	m->before = before ? before->targets : 0;
	make_room(m, jobs);
	m->lineup = lineup_new(jobs, !o->unordered);
	m->progress = progress_new(!o->input);
	out_init(&m->out, look, t, before);
	if (look->inspect && !inspect(look, o, m, t))
		m->fed = m->refused = true;
	interrupt_catch_term(&m->wait_mask);
	go_through(m);
	lineup_abandon(m->lineup);
	show_done(m);
	end = state_of(m);
	if (feed_given(m->feed) || (!feed_wrong(m->feed) && !m->refused))
		progress_sum_up(m->progress, &end, print_mask(m->out.print));
	if (m->cancelled)
		tell_rest(o, t);
	exit = print_reports(m->out.print, status(m));
	out_clear(&m->out);
	lineup_free(m->lineup);
	progress_free(m->progress);
	return exit;
}

int front_many(const struct front_look *look, const struct options *o,
               struct scene *s, struct tape *t, struct plan **plans)
{
	struct many m = {
		.worker = s->worker,
		.feed = feed_of_plans(plans, o->n_words),
	};
	int exit = do_all(look, o, &m, t, NULL);

	feed_free(m.feed);
	return exit;
}

/* Asks and opens what is still missing, when all else is known to be right. */
static char *get_ready(const struct options *o, struct tape *t,
                       struct plan *base, struct many_before *before)
{
	char *error = ask_secret_for(&base, 1);

	if (!error && o->resume)
		error = tape_go_on(t, &before->resume);
	else if (!error)
		error = tape_check(t);
	return error;
}

int front_list(const struct front_look *look, const struct options *o,
               struct scene *s, struct tape *t, struct plan *base)
{
	struct many m = { .worker = s->worker };
	struct many_before before = { .resume.fd = -1 };
	char *error = o->resume ? before_open(&before, o->record) : NULL;
	int exit = EXIT_USAGE_ERROR;

	if (!error)
		m.feed = feed_of_list(o, s, base, &error);
	if (m.feed && o->resume)
		feed_skip(m.feed, &before.resume);
	if (m.feed && feed_check(m.feed)) {
		error = get_ready(o, t, base, &before);
		if (!error)
			exit = do_all(look, o, &m, t,
			              o->resume ? &before : NULL);
	}
	feed_free(m.feed);
	before_clear(&before);
	if (error)
		front_tell(error);
	return exit;
}
