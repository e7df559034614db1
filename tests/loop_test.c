/* Timers, descriptors, wake-ups and processes over libuv. */
#include "config.h"

#include "io/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct loop *loop;

static int set_up(void **state)
{
	(void)state;
	loop = loop_new();
	return loop ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	loop_free(loop);
	return 0;
}

static void stop(void *arg)
{
	*(int64_t *)arg = loop_now_us();
	loop_stop(loop);
}

static void test_timer_is_never_early(void **state)
{
	int64_t at = 0;
	struct loop_timer *t = loop_timer_new(loop, stop, &at);

	(void)state;
	for (int64_t us = 1; us < 20000; us = us * 3 + 1) {
		int64_t due = loop_now_us() + us;

		loop_timer_at(t, due);
		loop_run(loop);
		assert_true(at >= due);
		assert_true(at < due + 1000000);
	}
	loop_timer_free(t);
}

static void test_timer_in_the_past_runs_at_once(void **state)
{
	int64_t at = 0, began = loop_now_us();
	struct loop_timer *t = loop_timer_new(loop, stop, &at);

	(void)state;
	loop_timer_at(t, 0);
	loop_run(loop);
	assert_true(at >= began && at < began + 1000000);
	loop_timer_free(t);
}

struct count {
	struct loop_timer *timer;
	int n;
};

static void count_up(void *arg)
{
	((struct count *)arg)->n++;
}

static void test_timer_stopped_does_not_run(void **state)
{
	struct count c = { 0 };
	int64_t at = 0;
	struct loop_timer *t = loop_timer_new(loop, count_up, &c);
	struct loop_timer *end = loop_timer_new(loop, stop, &at);

	(void)state;
	loop_timer_at(t, loop_now_us() + 1000);
	loop_timer_at(end, loop_now_us() + 10000);
	loop_timer_at(t, INT64_MAX);
	loop_run(loop);
	assert_int_equal(c.n, 0);
	loop_timer_free(t);
	loop_timer_free(end);
}

static void free_itself(void *arg)
{
	struct count *c = arg;

	c->n++;
	loop_timer_free(c->timer);
	loop_stop(loop);
}

static void test_timer_may_free_itself(void **state)
{
	struct count c = { 0 };

	(void)state;
	c.timer = loop_timer_new(loop, free_itself, &c);
	loop_timer_at(c.timer, 0);
	loop_run(loop);
	assert_int_equal(c.n, 1);
}

struct watch {
	struct loop_fd *f;
	int fd, events, calls;
};

static void on_fd(void *arg, int events)
{
	struct watch *w = arg;

	w->events = events;
	w->calls++;
	loop_stop(loop);
}

static void test_fd_tells_readable_and_writable(void **state)
{
	struct watch w = { 0 };
	int p[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, p), 0);
	w.f = loop_fd_new(loop, p[0], on_fd, &w);
	loop_fd_want(w.f, LOOP_WRITE);
	loop_run(loop);
	assert_int_equal(w.events, LOOP_WRITE);
	assert_int_equal(write(p[1], "x", 1), 1);
	loop_fd_want(w.f, LOOP_READ);
	loop_run(loop);
	assert_int_equal(w.events, LOOP_READ);
	loop_fd_want(w.f, LOOP_READ | LOOP_WRITE);
	loop_run(loop);
	assert_int_equal(w.events, LOOP_READ | LOOP_WRITE);
	loop_fd_free(w.f);
	close(p[0]);
	close(p[1]);
}

static void test_fd_wanted_for_nothing_is_silent(void **state)
{
	struct watch w = { 0 };
	int64_t at = 0;
	struct loop_timer *end = loop_timer_new(loop, stop, &at);
	int p[2];

	(void)state;
	assert_int_equal(pipe(p), 0);
	assert_int_equal(write(p[1], "x", 1), 1);
	w.f = loop_fd_new(loop, p[0], on_fd, &w);
	loop_fd_want(w.f, LOOP_READ);
	loop_fd_want(w.f, 0);
	loop_timer_at(end, loop_now_us() + 10000);
	loop_run(loop);
	assert_int_equal(w.calls, 0);
	loop_fd_free(w.f);
	loop_timer_free(end);
	close(p[0]);
	close(p[1]);
}

static void test_fd_hang_up_is_readable(void **state)
{
	struct watch w = { 0 };
	int p[2];

	(void)state;
	assert_int_equal(pipe(p), 0);
	close(p[1]);
	w.f = loop_fd_new(loop, p[0], on_fd, &w);
	loop_fd_want(w.f, LOOP_READ);
	loop_run(loop);
	assert_int_equal(w.events, LOOP_READ);
	loop_fd_free(w.f);
	close(p[0]);
}

/* A UDP socket whose peer is not there: ICMP makes an error, twice. libuv
 * stops such a handle; ours goes on. */
static void test_fd_goes_on_after_an_error(void **state)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof a;
	struct watch w = { 0 };
	int gone = socket(AF_INET, SOCK_DGRAM, 0);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	char c;

	(void)state;
	assert_int_equal(bind(gone, (struct sockaddr *)&a, sizeof a), 0);
	getsockname(gone, (struct sockaddr *)&a, &len);
	close(gone);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
	w.f = loop_fd_new(loop, fd, on_fd, &w);
	loop_fd_want(w.f, LOOP_READ);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(send(fd, "x", 1, 0), 1);
		loop_run(loop);
		assert_int_equal(w.events, LOOP_READ);
		assert_int_equal(recv(fd, &c, 1, MSG_DONTWAIT), -1);
	}
	assert_int_equal(w.calls, 2);
	loop_fd_free(w.f);
	close(fd);
}

static void free_fd(void *arg, int events)
{
	struct watch *w = arg;

	(void)events;
	w->calls++;
	loop_fd_free(w->f);
	close(w->fd);
	loop_stop(loop);
}

static void test_fd_may_free_itself_and_close(void **state)
{
	struct watch w = { 0 };
	int p[2];

	(void)state;
	assert_int_equal(pipe(p), 0);
	assert_int_equal(write(p[1], "x", 1), 1);
	w.fd = p[0];
	w.f = loop_fd_new(loop, p[0], free_fd, &w);
	loop_fd_want(w.f, LOOP_READ);
	loop_run(loop);
	assert_int_equal(w.calls, 1);
	close(p[1]);
}

static void *wake(void *arg)
{
	loop_wake_now(arg);
	return NULL;
}

static void test_wake_from_another_thread_stops_the_loop(void **state)
{
	int64_t at = 0;
	struct loop_wake *w = loop_wake_new(loop, stop, &at);
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, wake, w), 0);
	loop_run(loop);
	assert_true(at > 0);
	pthread_join(thread, NULL);
	loop_wake_free(w);
}

static void test_loop_stopped_before_it_is_freed_lets_go(void **state)
{
	struct loop_timer *t = loop_timer_new(loop, count_up, NULL);

	(void)state;
	loop_timer_free(t);
	loop_stop(loop); /* nobody runs it: loop_free() must cope */
}

static void test_now_goes_forwards(void **state)
{
	int64_t a = loop_now_us();

	(void)state;
	assert_true(loop_now_us() >= a);
	assert_true(a > 0);
}

#define WITH_LOOP(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

struct ended {
	int status, signal;
};

static void note_end(void *arg, int status, int signal)
{
	*(struct ended *)arg = (struct ended){ status, signal };
	loop_stop(loop);
}

static struct loop_child *spawn(const char *command, struct ended *e)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int fds[] = { null, null, null };
	struct loop_child *child = loop_child_new(loop, command, fds,
	                                          note_end, e);

	close(null);
	assert_non_null(child);
	return child;
}

static bool no_process_is_left(void)
{
	return waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD;
}

static void test_child_tells_how_it_ended(void **state)
{
	static const struct {
		const char *command;
		struct ended end;
	} rows[] = {
		{ "exit 0", { 0, 0 } }, { "exit 7", { 7, 0 } },
		{ "kill -TERM $$", { 0, SIGTERM } },
		{ "/nowhere/at/all", { 127, 0 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct ended e = { -1, -1 };
		struct loop_child *child = spawn(rows[i].command, &e);

		loop_run(loop);
		assert_int_equal(e.status, rows[i].end.status);
		assert_int_equal(e.signal, rows[i].end.signal);
		loop_child_free(child);
		assert_true(no_process_is_left());
	}
}

/* The signals that a thread of ours has blocked or ignored are its own. */
static void test_child_begins_with_default_signals(void **state)
{
	struct ended e = { -1, -1 };
	struct loop_child *child;
	sigset_t all, old;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	sigfillset(&all);
	sigdelset(&all, SIGCHLD);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	child = spawn("kill -PIPE $$; exit 1", &e);
	loop_run(loop);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	signal(SIGPIPE, SIG_DFL);
	assert_int_equal(e.signal, SIGPIPE);
	loop_child_free(child);
}

static void test_child_given_back_is_ended(void **state)
{
	struct ended e = { -1, -1 };
	struct loop_timer *t;
	int64_t at = 0;

	(void)state;
	loop_child_free(spawn("exec sleep 60", &e));
	loop_child_free(spawn("trap '' TERM; while :; do sleep 60; done", &e));
	t = loop_timer_new(loop, stop, &at);
	loop_timer_at(t, loop_now_us() + (LOOP_CHILD_TERM_MS + 500) * 1000);
	loop_run(loop);
	loop_timer_free(t);
	assert_true(no_process_is_left());
	assert_int_equal(e.status, -1); /* nobody was told */
}

static void test_child_never_outlives_its_loop(void **state)
{
	struct ended e = { -1, -1 };

	(void)state;
	loop_child_free(spawn("trap '' TERM; while :; do sleep 60; done", &e));
	loop_free(loop);
	loop = loop_new();
	assert_true(no_process_is_left());
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_LOOP(test_timer_is_never_early),
		WITH_LOOP(test_timer_in_the_past_runs_at_once),
		WITH_LOOP(test_timer_stopped_does_not_run),
		WITH_LOOP(test_timer_may_free_itself),
		WITH_LOOP(test_fd_tells_readable_and_writable),
		WITH_LOOP(test_fd_wanted_for_nothing_is_silent),
		WITH_LOOP(test_fd_hang_up_is_readable),
		WITH_LOOP(test_fd_goes_on_after_an_error),
		WITH_LOOP(test_fd_may_free_itself_and_close),
		WITH_LOOP(test_wake_from_another_thread_stops_the_loop),
		WITH_LOOP(test_loop_stopped_before_it_is_freed_lets_go),
		cmocka_unit_test(test_now_goes_forwards),
		WITH_LOOP(test_child_tells_how_it_ended),
		WITH_LOOP(test_child_begins_with_default_signals),
		WITH_LOOP(test_child_given_back_is_ended),
		WITH_LOOP(test_child_never_outlives_its_loop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
