#include "config.h"

#include "front.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>

#include "check/verdict.h"
#include "print.h"
#include "util/i18n.h"
#include "util/interrupt.h"
#include "util/xalloc.h"

enum { CANCEL_WAIT_S = 1 }; /* for the last events after Ctrl-C */

struct watch {
	struct scene *scene;
	struct tape *tape;
	struct print *print;
	sigset_t wait_mask;
	const struct lesson *lesson; /* gone through as it is, or NULL */
	bool cancelled; /* REQ_CANCEL was sent */
	bool broken;    /* standard output is gone: errno in why */
	int why;
	int exit;
};

static void request(struct watch *w, enum request_kind kind,
                    struct plan *plan)
{
	worker_request(w->scene->worker,
	               request_new(kind, plan, NULL, NULL, false));
}

/* False: nothing came in time after a cancel. */
static bool wait_for_events(struct watch *w)
{
	struct timespec limit = { .tv_sec = CANCEL_WAIT_S };
	int fd = queue_fd(worker_events(w->scene->worker)), ready;
	fd_set set;

	if (interrupt_taken() && !w->cancelled) {
		w->cancelled = true;
		request(w, REQ_CANCEL, NULL);
	}
	FD_ZERO(&set);
	FD_SET(fd, &set);
	ready = pselect(fd + 1, &set, NULL, NULL, w->cancelled ? &limit : NULL,
	                &w->wait_mask);
	return ready != 0;
}

static void show(struct watch *w, const struct event *e)
{
	tape_event(w->tape, e);
	if (!w->broken && !print_event(w->print, e)) {
		w->broken = true;
		w->why = errno;
	}
}

/* Shows the events of one target. False: it did not come to its end. */
static bool follow(struct watch *w)
{
	struct queue *q = worker_events(w->scene->worker);
	bool ended = false;

	while (!ended && !w->broken) {
		struct event *e = queue_take(q);

		if (!e && !wait_for_events(w))
			return false;
		if (!e)
			continue;
		show(w, e);
		if (e->kind == EV_ASK) /* nobody is there to be asked */
			request(w, REQ_ANSWER, NULL);
		ended = e->kind == EV_END;
		if (ended)
			w->exit = exit_worse(w->exit, e->u.end.exit);
		free(e);
	}
	return ended;
}

/* A lesson that went as it says it should is a success (design §4). */
static int lesson_exit(const struct lesson *l, int exit)
{
	if (l->expect < 0) /* it does not say */
		return exit;
	if (exit == l->expect)
		return EXIT_ACCEPTED;
	fprintf(stderr, _("%s: the lesson %s ended with %d, not with %d\n"),
	        PACKAGE_NAME, l->name, exit, l->expect);
	return exit == EXIT_ACCEPTED ? EXIT_INTERNAL : exit;
}

static int status(const struct watch *w)
{
	if (w->cancelled)
		return EXIT_CANCELLED;
	if (w->broken && w->why != EPIPE)
		front_tell(xasprintf(_("cannot write to standard output: %s"),
		                     strerror(w->why)));
	if (w->broken)
		return EXIT_IO;
	return w->lesson ? lesson_exit(w->lesson, w->exit) : w->exit;
}

int front_batch(const struct front_look *look, struct scene *s,
                struct tape *t, struct plan **plans, size_t n)
{
	struct watch w = {
		.scene = s,
		.tape = t,
		.lesson = look->lesson ? s->lesson : NULL,
		.print = print_new(look),
	};
	bool go_on = true;
	int exit;

	interrupt_catch_term(&w.wait_mask);
	for (size_t i = 0; i < n; i++) {
		if (!go_on) {
			plan_free(plans[i]);
			continue;
		}
		request(&w, REQ_OPEN, plans[i]);
		go_on = follow(&w) && !w.cancelled;
	}
	exit = print_reports(w.print, status(&w));
	print_free(w.print);
	return exit;
}

struct playing {
	struct print *print;
	int exit;
	int verdict; /* on the newest session, until the run's end says more */
	bool open;   /* a run began, and nothing was found of it so far */
	int why; /* errno, when standard output is gone */
};

static bool play(void *arg, const struct event *e)
{
	struct playing *p = arg;

	p->open |= e->kind == EV_START;
	if (e->kind == EV_VERDICT && e->u.verdict.recipient.len == 0) {
		p->verdict = e->u.verdict.exit;
		p->open = false;
	}
	if (e->kind == EV_END) {
		p->open = false;
		p->exit = exit_worse(p->exit, e->u.end.exit);
		p->verdict = EXIT_ACCEPTED;
	}
	if (print_event(p->print, e))
		return true;
	p->why = errno;
	return false;
}

int front_batch_replay(const struct front_look *look, const char *file)
{
	struct playing p = {
		.print = print_new(look),
	};
	char *error = NULL;
	enum replay_result result = tape_play(file, play, &p, &error);

	if (p.why && p.why != EPIPE)
		error = xasprintf(_("cannot write to standard output: %s"),
		                  strerror(p.why));
	if (error)
		front_tell(error);
	if (result == REPLAY_BAD)
		p.exit = EXIT_USAGE_ERROR;
	else if (result == REPLAY_CUT && p.open) /* its result is lost */
		p.exit = exit_worse(p.exit, EXIT_IO);
	else
		p.exit = exit_worse(p.exit, p.verdict);
	p.exit = print_reports(p.print, p.why ? EXIT_IO : p.exit);
	print_free(p.print);
	return p.exit;
}
