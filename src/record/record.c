#include "config.h"

#include "record/record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/buf.h"
#include "util/i18n.h"
#include "util/xalloc.h"

static const char suffix[] = ".jsonl";

struct record {
	int fd;          /* -1 after a write failed */
	char *path;
	const struct json_voice *voice;
	bool bodies;     /* lines of a message are written too */
	bool first;
	off_t whole;     /* bytes of the lines that are in it */
	struct buf line; /* kept for its memory */
	char *error;     /* not yet told */
};

static struct record *record_new(int fd, char *path,
                                 const struct json_voice *voice)
{
	struct record *r = xcalloc(1, sizeof *r);

	r->fd = fd;
	r->path = path;
	r->voice = voice;
	return r;
}

static char *open_error(const char *path, int why)
{
	return xasprintf(_("cannot record to %s: %s"), path, strerror(why));
}

struct record *record_open(const char *path, const struct json_voice *voice,
                           char **error)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct stat st;
	struct record *r;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    (st.st_mode & 077) && fchmod(fd, 0600) < 0) {
		int why = errno;

		close(fd);
		fd = -1;
		errno = why;
	}
	if (fd < 0) {
		*error = open_error(path, errno);
		return NULL;
	}
	r = record_new(fd, xstrdup(path), voice);
	r->bodies = true;
	return r;
}

/* Makes dir and what is missing above it. Returns false: errno. */
static bool make_dirs(const char *dir, bool *made)
{
	char *path = xstrdup(dir);
	bool ok = true;

	*made = false;
	for (char *p = path + 1; ok; p++) {
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		*made = mkdir(path, 0700) == 0;
		ok = *made || errno == EEXIST;
		*p = c;
		if (c == '\0')
			break;
	}
	free(path);
	return ok;
}

/* "20260102T104102Z-4711.jsonl": what record_open_auto() makes. */
static bool is_ours(const char *name)
{
	size_t len = strlen(name), end = strlen(suffix);

	return len > 17 + end && strcmp(name + len - end, suffix) == 0 &&
	       strspn(name, "0123456789") == 8 && name[8] == 'T' &&
	       strspn(name + 9, "0123456789") == 6 && name[15] == 'Z';
}

static int ours(const struct dirent *d)
{
	return is_ours(d->d_name);
}

static void remove_old(const char *dir)
{
	struct dirent **names;
	int n = scandir(dir, &names, ours, alphasort);

	for (int i = 0; i < n; i++) {
		if (i + RECORD_KEPT < n) {
			char *path = xasprintf("%s/%s", dir, names[i]->d_name);

			unlink(path);
			free(path);
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

/* "2026-01-02T10:41:02Z" -> "20260102T104102Z", fractions dropped. */
static void compact_time(const char *time, char out[17])
{
	size_t n = 0;

	for (; *time && *time != '.' && *time != 'Z' && n < 15; time++)
		if (*time != '-' && *time != ':')
			out[n++] = *time;
	out[n] = 'Z';
	out[n + 1] = '\0';
}

static struct record *open_new(const char *dir, const char *stamp,
                               const struct json_voice *voice)
{
	for (int i = 0; i < 100; i++) {
		char more[16] = "";
		char *path;
		int fd;

		if (i > 0)
			snprintf(more, sizeof more, "-%d", i);
		path = xasprintf("%s/%s-%ld%s%s", dir, stamp, (long)getpid(),
		                 more, suffix);
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
		          O_APPEND | O_CLOEXEC, 0600);
		if (fd >= 0)
			return record_new(fd, path, voice);
		free(path);
		if (errno != EEXIST)
			break;
	}
	return NULL;
}

struct record *record_open_auto(const char *dir, const char *time,
                                const struct json_voice *voice, char **error)
{
	struct record *r = NULL;
	char stamp[17];
	bool made;

	compact_time(time, stamp);
	if (make_dirs(dir, &made))
		r = open_new(dir, stamp, voice);
	if (!r) {
		*error = open_error(dir, errno);
		return NULL;
	}
	r->first = made;
	remove_old(dir);
	return r;
}

static bool write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

static void stop(struct record *r, int why)
{
	r->error = xasprintf(_("the recording %s has stopped: %s; the session "
	                       "goes on"), r->path, strerror(why));
	close(r->fd);
	r->fd = -1;
}

static bool is_body(const struct event *e)
{
	return e->kind == EV_SENT &&
	       strcmp(event_text(e, e->u.sent.verb), "(DATA BLOCK)") == 0;
}

void record_event(struct record *r, const struct event *e)
{
	if (r->fd < 0 || (is_body(e) && !r->bodies))
		return;
	buf_reset(&r->line);
	json_write(&r->line, e, r->voice);
	if (write_all(r->fd, r->line.data, r->line.len))
		r->whole += (off_t)r->line.len;
	else
		stop(r, errno);
}

struct record *record_go_on(int fd, const char *path, uint64_t bytes,
                            const struct json_voice *voice)
{
	struct record *r = record_new(fd, xstrdup(path), voice);

	r->bodies = true;
	r->whole = (off_t)bytes;
	return r;
}

uint64_t record_bytes(const struct record *r)
{
	return (uint64_t)r->whole;
}

const char *record_path(const struct record *r)
{
	return r->path;
}

bool record_is_first(const struct record *r)
{
	return r->first;
}

char *record_error(struct record *r)
{
	char *error = r->error;

	r->error = NULL;
	return error;
}

void record_close(struct record *r)
{
	if (!r)
		return;
	if (r->fd >= 0)
		close(r->fd);
	buf_clear(&r->line);
	free(r->path);
	free(r->error);
	free(r);
}

char *record_state_dir(void)
{
	const char *state = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");

	if (state && *state == '/')
		return xasprintf("%s/smtpscope", state);
	if (home && *home)
		return xasprintf("%s/.local/state/smtpscope", home);
	return NULL;
}
