#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/xalloc.h"
#include "waytest.h"

/* A Unix socket or a command instead of an address (unix:, --pipe). */

static const struct way_step just_smtp[] = { { WAY_SMTP, 0, NULL } };

/* ---- a Unix socket ---- */

static char *socket_path(void)
{
	return xasprintf("/tmp/smtpscope-way-%ld.sock", (long)getpid());
}

static struct plan *plan_path(const char *path)
{
	char *target = xasprintf("unix:%s", path);
	struct plan *p = client_plan(target);

	free(target);
	return p;
}

static void test_unix_socket_is_a_server(void **state)
{
	char *path = socket_path(), *heard;
	struct waypeer *w = waypeer_start(way_listen_unix(path, 5), just_smtp);
	const struct event *e;
	size_t len;

	(void)state;
	assert_int_equal(run(plan_path(path)), 0);
	e = client_find(&c, EV_CONNECTED, 0);
	assert_string_equal(event_text(e, e->u.connect.host), path);
	assert_string_equal(event_text(e, e->u.connect.address), "");
	assert_string_equal(event_text(e, e->u.connect.via), "");
	assert_int_equal(e->u.connect.port, 0);
	assert_int_equal(client_count(&c, EV_DNS), 0);
	assert_int_equal(client_count(&c, EV_ROUTE), 0);
	assert_false(client_finding(&c, "greeting-name"));
	heard = waypeer_heard(w, &len);
	assert_memory_equal(heard, "EHLO client.example\r\n", 21);
	free(heard);
	waypeer_stop(w);
	unlink(path);
	free(path);
}

static void test_unix_socket_that_is_not_there(void **state)
{
	char *path = socket_path();

	(void)state;
	unlink(path);
	assert_int_equal(run(plan_path(path)), 74);
	assert_string_equal(failure(PHASE_CONNECT, FAIL_UNREACHABLE),
	                    strerror(ENOENT));
	assert_int_equal(client_count(&c, EV_CONNECTING), 1);
	free(path);
}

static void test_unix_socket_that_nobody_serves(void **state)
{
	char *path = socket_path();

	(void)state;
	close(way_listen_unix(path, 1));
	assert_int_equal(run(plan_path(path)), 74);
	failure(PHASE_CONNECT, FAIL_REFUSED);
	unlink(path);
	free(path);
}

static void test_unix_socket_that_is_a_file(void **state)
{
	char *path = socket_path();

	(void)state;
	unlink(path);
	close(open(path, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(run(plan_path(path)), 74);
	failure(PHASE_CONNECT, FAIL_REFUSED);
	unlink(path);
	free(path);
}

/* Fills the queue of a listener that accepts nothing; -1s where not. */
static void fill_unix(const char *path, int *fds, size_t n)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	memcpy(a.sun_path, path, strlen(path) + 1);
	for (size_t i = 0; i < n; i++) {
		fds[i] = socket(AF_UNIX, SOCK_STREAM, 0);
		fcntl(fds[i], F_SETFL, O_NONBLOCK);
		if (connect(fds[i], (struct sockaddr *)&a, sizeof a) < 0 &&
		    errno != EAGAIN)
			abort();
	}
}

static void test_unix_socket_that_is_busy_is_waited_for(void **state)
{
	char *path = socket_path();
	int fds[4], listener = way_listen_unix(path, 0);
	struct plan *p = plan_path(path);
	struct waypeer *w;

	(void)state;
	fill_unix(path, fds, 4);
	p->timeout_ms = SHORT_MS;
	assert_int_equal(run(p), 74);
	failure(PHASE_CONNECT, FAIL_TIMEOUT);
	client_forget(&c);
	client_open(&c, plan_path(path));
	assert_non_null(client_wait(&c, EV_CONNECTING, WAIT_MS));
	for (int i = 0; i < 4; i++)
		close(fds[i]);
	w = waypeer_start(listener, just_smtp);
	assert_int_equal(client_wait(&c, EV_END, WAIT_MS)->u.end.exit, 0);
	waypeer_stop(w);
	unlink(path);
	free(path);
}

static void test_unix_socket_as_the_server_of_a_domain(void **state)
{
	char *path = socket_path();
	struct waypeer *w = waypeer_start(way_listen_unix(path, 5), just_smtp);
	struct plan *p = client_plan("user@example.org");

	(void)state;
	p->way.unix_path = xstrdup(path);
	assert_int_equal(run(p), 0);
	assert_int_equal(client_count(&c, EV_DNS), 0);
	waypeer_stop(w);
	unlink(path);
	free(path);
}

static void test_unix_socket_with_stage_route_connects_not(void **state)
{
	struct plan *p = plan_path("/nowhere/at/all");

	(void)state;
	p->stage = STAGE_ROUTE;
	assert_int_equal(run(p), 0);
	assert_int_equal(client_count(&c, EV_CONNECTING), 0);
}

/* ---- a command ---- */

/* A mail server for sh; $1 is what it does before QUIT is answered. */
#define SERVER(greeting, end) \
	greeting " printf '220 pipe.example\\r\\n'\n" \
	"while IFS= read -r l; do case $l in\n" \
	"QUIT*) printf '221 Bye\\r\\n'; " end "; exit;;\n" \
	"*) printf '250 OK\\r\\n';; esac; done\n"

static struct plan *plan_pipe(const char *command)
{
	struct plan *p = client_plan("user@example.org");

	p->way.pipe = xstrdup(command);
	return p;
}

static void test_pipe_is_a_server(void **state)
{
	static const char command[] = SERVER("", ":");
	const struct event *e;

	(void)state;
	assert_int_equal(run(plan_pipe(command)), 0);
	e = client_find(&c, EV_CONNECTING, 0);
	assert_string_equal(event_text(e, e->u.connect.host), command);
	assert_int_equal(client_count(&c, EV_DNS), 0);
	assert_null(finding_arg("pipe-status"));
	assert_null(finding_arg("pipe-stays"));
	assert_null(finding_arg("pipe-errors"));
}

static const struct pipe_row {
	const char *name, *command;
	int exit;
	enum fail_phase phase; /* PHASE_COUNT: it does not fail */
	const char *id, *arg;  /* of a finding; arg NULL: any */
} pipe_rows[] = {
	{ "no such command", "/nowhere/smtpd", 74, PHASE_GREETING,
	  "pipe-status", "127" },
	{ "ends at once", "exit 3", 74, PHASE_GREETING, "pipe-status", "3" },
	{ "ends at once, well", "exit 0", 74, PHASE_GREETING, NULL, NULL },
	{ "killed at once", "kill -9 $$", 74, PHASE_GREETING, "pipe-signal",
	  "9" },
	{ "writes errors and dies", "echo one >&2; echo two >&2; exit 75", 74,
	  PHASE_GREETING, "pipe-errors", "one\ntwo" },
	{ "errors of a good end", SERVER("echo note >&2;", ":"), 0, PHASE_COUNT,
	  "pipe-errors", "note" },
	{ "last words before death", "printf '554 5.7.1 No\\r\\n'; exit 1", 69,
	  PHASE_COUNT, "pipe-status", "1" },
	{ "bad end after a good dialog", SERVER("", "exit 9"), 0, PHASE_COUNT,
	  "pipe-status", "9" },
	{ "ends with its input", SERVER("", "cat >&2; exit 9"), 0, PHASE_COUNT,
	  "pipe-status", "9" },
	{ "stays after QUIT", SERVER("", "exec sleep 60"), 0, PHASE_COUNT,
	  "pipe-stays", NULL },
	{ "ignores TERM after QUIT",
	  SERVER("trap '' TERM;", "while :; do sleep 60; done"), 0, PHASE_COUNT,
	  "pipe-stays", NULL },
	{ "closes both ends and stays", "exec sleep 60 <&- >&-", 74,
	  PHASE_GREETING, "pipe-stays", NULL },
	{ "leaves a process behind", "sleep 60 & exit 4", 74, PHASE_GREETING,
	  "pipe-status", "4" },
	{ "never says a word", "exec sleep 60", 74, PHASE_GREETING, NULL,
	  NULL },
	{ "floods its errors",
	  SERVER("head -c 300000 /dev/zero | tr '\\0' x >&2;", ":"), 0,
	  PHASE_COUNT, "pipe-errors", NULL },
};

static void test_pipe_row(void **state)
{
	const struct pipe_row *row = *state;
	struct plan *p = plan_pipe(row->command);
	int64_t began = loop_now_us();
	const struct event *failed;
	const char *arg;

	p->timeout_ms = 1000;
	assert_int_equal(run(p), row->exit);
	assert_true(loop_now_us() - began < 5000000);
	assert_int_equal(client_count(&c, EV_FAILED),
	                 row->phase != PHASE_COUNT);
	failed = client_find(&c, EV_FAILED, 0);
	if (failed) {
		assert_int_equal(failed->u.failed.phase, row->phase);
		/* its end is seen at once, whoever it has left behind */
		assert_int_equal(failed->u.failed.kind,
		                 strstr(row->command, "exec") &&
		                 !strstr(row->command, ">&-")
		                 ? FAIL_TIMEOUT : FAIL_CLOSED);
	}
	arg = row->id ? finding_arg(row->id) : NULL;
	if (row->id)
		assert_non_null(arg);
	if (row->id && row->arg)
		assert_string_equal(arg, row->arg);
	if (!row->id)
		assert_null(finding_arg("pipe-status"));
	if (arg)
		assert_true(strlen(arg) <= 4096);
}

/* It takes the envelope, then no byte of a message larger than any buffer. */
static void test_pipe_that_never_reads_ends_in_time(void **state)
{
	struct plan *p = plan_pipe(
		"printf '220 a\\r\\n'; for i in 1 2 3; do read -r l;"
		" printf '250 b\\r\\n'; done; read -r l;"
		" printf '354 c\\r\\n'; exec sleep 60");

	(void)state;
	p->timeout_ms = 1000;
	p->stage = STAGE_DOT;
	p->message_len = 8 << 20;
	p->message = xmalloc(p->message_len + 1);
	memset(p->message, 'x', p->message_len + 1);
	for (size_t i = 70; i < p->message_len; i += 70)
		p->message[i] = '\n';
	p->message[p->message_len] = '\0';
	assert_int_equal(run(p), 74);
	failure(PHASE_DIALOG, FAIL_TIMEOUT);
}

static void test_pipe_inherits_no_descriptor(void **state)
{
	struct plan *p = plan_pipe("ls /proc/self/fd | tr '\\n' ' ' >&2");
	const char *fds;

	(void)state;
	if (access("/proc/self/fd", X_OK) < 0) {
		free(p->way.pipe);
		p->way.pipe = NULL;
		plan_free(p);
		skip();
	}
	run(p);
	fds = finding_arg("pipe-errors");
	assert_non_null(fds);
	assert_string_equal(fds, "0 1 2 3 "); /* 3: the folder itself */
}

/* As whoever started us may have it, for all our threads. */
static void test_pipe_ends_where_sigchld_is_blocked(void **state)
{
	sigset_t child, old;

	(void)state;
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	pthread_sigmask(SIG_BLOCK, &child, &old);
	set_up(NULL);
	assert_int_equal(run(plan_pipe(SERVER("", "exit 9"))), 0);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	assert_string_equal(finding_arg("pipe-status"), "9");
	assert_int_equal(tear_down(NULL), 0);
}

static void test_pipe_cancelled_is_gone(void **state)
{
	const struct event *e;

	(void)state;
	client_open(&c, plan_pipe("echo $$ >&2; exec sleep 60"));
	assert_non_null(client_wait(&c, EV_CONNECTED, WAIT_MS));
	client_ask(&c, REQ_CANCEL, NULL, NULL, false);
	e = client_wait(&c, EV_END, 2000);
	assert_non_null(e);
	assert_int_equal(e->u.end.exit, 130);
}

/* The worker is stopped in the middle; tear_down() sees that nobody is left. */
static void test_pipe_ends_with_the_worker(void **state)
{
	(void)state;
	client_open(&c, plan_pipe("trap '' TERM; while :; do sleep 60; done"));
	assert_non_null(client_wait(&c, EV_CONNECTED, WAIT_MS));
}

static void test_pipe_1000_sessions_leave_nothing(void **state)
{
	int before;

	(void)state;
	run(plan_pipe(SERVER("", ":")));
	before = client_open_fds();
	for (int i = 0; i < 1000; i++) {
		client_forget(&c);
		assert_int_equal(run(plan_pipe(SERVER("", ":"))), 0);
	}
	assert_int_equal(client_open_fds(), before);
	assert_true(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	enum { ROWS = sizeof pipe_rows / sizeof *pipe_rows };
	static const struct CMUnitTest tests[] = {
		EACH(test_unix_socket_is_a_server),
		EACH(test_unix_socket_that_is_not_there),
		EACH(test_unix_socket_that_nobody_serves),
		EACH(test_unix_socket_that_is_a_file),
		EACH(test_unix_socket_that_is_busy_is_waited_for),
		EACH(test_unix_socket_as_the_server_of_a_domain),
		EACH(test_unix_socket_with_stage_route_connects_not),
		EACH(test_pipe_is_a_server),
		EACH(test_pipe_that_never_reads_ends_in_time),
		EACH(test_pipe_inherits_no_descriptor),
		cmocka_unit_test(test_pipe_ends_where_sigchld_is_blocked),
		EACH(test_pipe_cancelled_is_gone),
		EACH(test_pipe_ends_with_the_worker),
		EACH(test_pipe_1000_sessions_leave_nothing),
	};
	struct CMUnitTest rows[ROWS];

	for (int fd = 3; fd < 1024; fd++) /* whatever the caller left open */
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	for (size_t i = 0; i < ROWS; i++)
		rows[i] = (struct CMUnitTest){ pipe_rows[i].name,
			test_pipe_row, set_up, tear_down,
			(void *)&pipe_rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL) +
	       cmocka_run_group_tests_name("pipe", rows, NULL, NULL);
}
