#include "config.h"

#include "net/worker.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "net/run.h"
#include "util/xalloc.h"

struct task { /* one run */
	struct worker *worker;
	struct run *run;
	struct task *next, **link; /* in worker.tasks */
};

struct worker {
	pthread_t thread;
	struct worker_config cfg;
	struct queue *requests, *events;
	struct run_env env;
	struct loop_fd *watch;  /* of the requests */
	struct loop_wake *room; /* the event queue has room again */
	struct task *tasks;     /* all that are open */
	struct task *only;      /* the one with number 0; NULL: none */
	struct plan *next;      /* opened when only has ended, or NULL */
	bool stopping;
};

static void open_next(struct worker *w);

static void free_task(struct task *t)
{
	*t->link = t->next;
	if (t->next)
		t->next->link = t->link;
	run_free(t->run);
	free(t);
}

static void on_done(void *arg)
{
	struct task *t = arg;
	struct worker *w = t->worker;

	if (w->only == t)
		w->only = NULL;
	free_task(t);
	open_next(w);
}

static struct task *begin(struct worker *w, struct plan *plan,
                          uint32_t number)
{
	struct task *t = xcalloc(1, sizeof *t);
	const struct run_calls calls = { .done = on_done, .arg = t };

	t->worker = w;
	t->next = w->tasks;
	t->link = &w->tasks;
	if (t->next)
		t->next->link = &t->next;
	w->tasks = t;
	t->run = run_new(&w->env, plan, number, &calls);
	return t;
}

static void open_next(struct worker *w)
{
	struct plan *plan = w->next;

	if (w->stopping && !w->tasks) {
		loop_stop(w->env.loop);
	} else if (plan && !w->only) {
		w->next = NULL;
		w->only = begin(w, plan, 0);
	}
}

/* Each of these may end at once, and is gone then. */
static void stop(struct worker *w, bool polite)
{
	w->stopping = true;
	plan_free(w->next);
	w->next = NULL;
	for (struct task *t = w->tasks, *next; t; t = next) {
		next = t->next;
		run_end(t->run, polite);
	}
	open_next(w);
}

static void cancel(struct worker *w, const struct request *q)
{
	for (struct task *t = w->tasks, *next; t; t = next) {
		next = t->next;
		run_request(t->run, q);
	}
}

static void open_plan(struct worker *w, struct request *q)
{
	struct plan *plan = q->plan;

	q->plan = NULL;
	if (q->run) {
		begin(w, plan, q->run);
		return;
	}
	plan_free(w->next);
	w->next = plan;
	if (w->only)
		run_end(w->only->run, true);
	else
		open_next(w);
}

static void on_request(void *arg, int events)
{
	struct worker *w = arg;
	struct request *q;

	(void)events;
	while ((q = queue_take(w->requests))) {
		if (q->kind == REQ_STOP)
			stop(w, q->yes);
		else if (w->stopping)
			; /* too late */
		else if (q->kind == REQ_OPEN)
			open_plan(w, q);
		else if (q->kind == REQ_CANCEL)
			cancel(w, q);
		else if (w->only)
			run_request(w->only->run, q);
		request_free(q);
	}
}

static void on_room(void *arg)
{
	struct worker *w = arg;

	w->env.box.full = queue_is_full(w->events);
	for (struct task *t = w->tasks; t && !w->env.box.full; t = t->next)
		run_resume(t->run);
}

/* Called by the reader's thread: only wakes ours. */
static void room(void *arg)
{
	struct worker *w = arg;

	loop_wake_now(w->room);
}

static void on_wait(void *arg)
{
	struct worker *w = arg;

	outbox_flush(&w->env.box);
}

static void *work(void *arg)
{
	struct worker *w = arg;

	if (w->cfg.attach)
		w->cfg.attach(w->env.loop, w->cfg.arg);
	loop_run(w->env.loop);
	outbox_flush(&w->env.box);
	while (w->tasks)
		free_task(w->tasks);
	run_env_clear(&w->env);
	if (w->cfg.detach)
		w->cfg.detach(w->cfg.arg);
	return NULL;
}

static bool start_thread(struct worker *w)
{
	static const int taken[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT,
		                     SIGCHLD };
	sigset_t all, old;
	int error;

	/* inherited by the thread: no signal interrupts it but those of its
	 * own faults, whose handler gives the terminal back, and the end of a
	 * command (--pipe), which our caller may have blocked */
	sigfillset(&all);
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
		sigdelset(&all, taken[i]);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	error = pthread_create(&w->thread, NULL, work, w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	errno = error;
	return error == 0;
}

/* Everything but the thread. */
static void release(struct worker *w)
{
	int error = errno;

	if (w->events)
		queue_on_room(w->events, NULL, NULL);
	loop_fd_free(w->watch);
	loop_wake_free(w->room);
	loop_free(w->env.loop);
	queue_free(w->requests, request_free);
	queue_free(w->events, NULL);
	plan_free(w->next);
	free(w);
	errno = error;
}

struct worker *worker_start(const struct worker_config *cfg)
{
	struct worker *w = xcalloc(1, sizeof *w);

	w->cfg = *cfg;
	w->requests = queue_new();
	w->events = queue_new();
	w->env = (struct run_env){
		.loop = loop_new(),
		.cfg = &w->cfg,
		.box = { .events = w->events, .start_us = cfg->start_us,
		         .stamp = cfg->stamp },
		.count = { .next_n = 1 },
	};
	if (!w->requests || !w->events || !w->env.loop)
		goto fail;
	w->watch = loop_fd_new(w->env.loop, queue_fd(w->requests), on_request,
	                       w);
	w->room = loop_wake_new(w->env.loop, on_room, w);
	if (!w->watch || !w->room)
		goto fail;
	loop_fd_want(w->watch, LOOP_READ);
	queue_on_room(w->events, room, w);
	loop_before_wait(w->env.loop, on_wait, w);
	if (start_thread(w))
		return w;
fail:
	release(w);
	return NULL;
}

void worker_request(struct worker *w, struct request *r)
{
	queue_post(w->requests, r, sizeof *r);
}

struct queue *worker_events(struct worker *w)
{
	return w->events;
}

void worker_stop(struct worker *w)
{
	if (!w)
		return;
	worker_request(w, request_new(REQ_STOP, NULL, NULL, NULL, false));
	pthread_join(w->thread, NULL);
	release(w);
}
