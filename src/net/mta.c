#include "config.h"

#include "net/mta.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/buf.h"
#include "util/xalloc.h"

struct mta_reading {
	struct loop *loop;
	struct mta_calls calls;
	struct loop_timer *timer; /* to begin, then the limit */
	char *path;
	size_t tool;              /* the next one */
	bool begun;
	struct loop_child *child; /* NULL: none is running */
	struct loop_fd *watch;
	int fd;                   /* what it prints; valid with watch */
	struct buf text;          /* of the tools of one name so far */
	size_t kept;              /* of text, from those that ended well */
};

/* ---- the program ---- */

static bool is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       access(path, X_OK) == 0;
}

/* Heap, or NULL. */
static char *find_program(const char *folders, const char *name)
{
	while (*folders) {
		size_t len = strcspn(folders, ":");
		char *path;

		if (*folders == '/') {
			path = xasprintf("%.*s/%s", (int)len, folders, name);
			if (is_program(path))
				return path;
			free(path);
		}
		folders += len;
		folders += *folders == ':';
	}
	return NULL;
}

static void next(struct mta_reading *m);

/* Reads on when there is no more room, so that the program is not held up. */
static void drain(struct mta_reading *m)
{
	char data[4096];
	ssize_t n;

	for (;;) {
		n = read(m->fd, data, sizeof data);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		if ((size_t)n > MTA_TEXT_MAX - m->text.len)
			n = (ssize_t)(MTA_TEXT_MAX - m->text.len);
		buf_add(&m->text, data, (size_t)n);
		if (m->text.len == MTA_TEXT_MAX)
			return; /* what floods us waits for the loop */
	}
	if (n == 0)
		loop_fd_want(m->watch, 0);
}

static void on_output(void *arg, int events)
{
	(void)events;
	drain(arg);
}

static void stop(struct mta_reading *m)
{
	loop_child_free(m->child);
	m->child = NULL;
	if (!m->watch)
		return;
	loop_fd_free(m->watch);
	m->watch = NULL;
	close(m->fd);
}

static void on_end(void *arg, int status, int signal)
{
	struct mta_reading *m = arg;

	drain(m);
	stop(m);
	if (status == 0 && signal == 0)
		m->kept = m->text.len;
	else
		m->text.len = m->kept; /* half a list says wrong things */
	next(m);
}

/* fds: /dev/null, and a pipe that our end of is not to block. */
static bool open_ends(int *null, int pipes[2])
{
	*null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (*null < 0)
		return false;
	if (pipe(pipes) < 0) {
		close(*null);
		return false;
	}
	fcntl(pipes[0], F_SETFD, FD_CLOEXEC);
	fcntl(pipes[1], F_SETFD, FD_CLOEXEC);
	fcntl(pipes[0], F_SETFL, O_NONBLOCK);
	return true;
}

static bool run(struct mta_reading *m, const char *path,
                const struct mta_tool *tool)
{
	char *args[MTA_ARGS_MAX + 2] = { (char *)path };
	int null, pipes[2];

	for (size_t i = 0; i < MTA_ARGS_MAX && tool->args[i]; i++)
		args[i + 1] = (char *)tool->args[i];
	if (!open_ends(&null, pipes))
		return false;
	m->watch = loop_fd_new(m->loop, pipes[0], on_output, m);
	m->fd = pipes[0];
	if (m->watch) {
		const int fds[3] = { null, pipes[1], null };

		loop_fd_want(m->watch, LOOP_READ);
		m->child = loop_child_run(m->loop, args, fds, on_end, m);
	} else {
		close(pipes[0]);
	}
	close(null);
	close(pipes[1]);
	if (!m->child)
		stop(m);
	return m->child != NULL;
}

/* ---- one after the other ---- */

/* Those of one name have ended. Is there something in what they printed? */
static bool tell(struct mta_reading *m, enum mta mta)
{
	struct mta_settings s;
	bool any = mta_settings_parse(&s, mta, buf_str(&m->text), m->kept);

	m->text.len = m->kept = 0;
	if (any) {
		loop_timer_at(m->timer, INT64_MAX);
		/* a copy on our stack: done() may free m */
		m->calls.done(m->calls.arg, &s);
	}
	mta_settings_clear(&s);
	return any;
}

static bool starts(struct mta_reading *m, const struct mta_tool *tool)
{
	char *path = find_program(m->path, tool->name);
	bool ok = path && run(m, path, tool);

	free(path);
	return ok;
}

static void next(struct mta_reading *m)
{
	const struct mta_tool *tool, *last;

	for (;;) {
		last = m->tool ? mta_tool_at(m->tool - 1) : NULL;
		tool = mta_tool_at(m->tool);
		if (last && (!tool || strcmp(tool->name, last->name) != 0) &&
		    tell(m, last->mta))
			return;
		if (!tool)
			break;
		m->tool++;
		if (starts(m, tool))
			return;
	}
	loop_timer_at(m->timer, INT64_MAX);
	m->calls.done(m->calls.arg, NULL);
}

/* Time to begin, or up: what there is must do. */
static void on_time(void *arg)
{
	struct mta_reading *m = arg;
	const struct mta_tool *tool;

	if (!m->begun) {
		m->begun = true;
		loop_timer_at(m->timer, loop_now_us() +
		              (int64_t)MTA_LIMIT_MS * 1000);
		next(m);
		return;
	}
	stop(m);
	tool = mta_tool_at(m->tool - 1);
	if (!tell(m, tool->mta))
		m->calls.done(m->calls.arg, NULL);
}

struct mta_reading *mta_start(struct loop *l, const char *path,
                              const struct mta_calls *calls)
{
	struct mta_reading *m = xcalloc(1, sizeof *m);

	m->loop = l;
	m->calls = *calls;
	m->path = xasprintf("%s:/usr/local/sbin:/usr/sbin:/sbin",
	                    path ? path : "");
	m->timer = loop_timer_new(l, on_time, m);
	loop_timer_at(m->timer, 0);
	return m;
}

void mta_free(struct mta_reading *m)
{
	if (!m)
		return;
	stop(m);
	loop_timer_free(m->timer);
	buf_clear(&m->text);
	free(m->path);
	free(m);
}
