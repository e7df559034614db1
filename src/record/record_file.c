#include "config.h"

#include "record/record_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/record.h"
#include "util/i18n.h"
#include "util/xalloc.h"

static const char suffix[] = ".jsonl";

static char *refusal(const char *path, const char *why)
{
	return xasprintf(_("cannot record to %s: %s"), path, why);
}

/* False: another process has it. Where there are no locks, nobody does. */
static bool lock(int fd)
{
	return flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

/* Nothing, or how every recording begins, or as much of that as a process
 * wrote before it was killed. */
static bool may_be_emptied(int fd)
{
	static const char start[] = "{\"v\":";
	char found[sizeof start - 1];
	ssize_t n = pread(fd, found, sizeof found, 0);

	return n >= 0 && memcmp(found, start, (size_t)n) == 0;
}

/* Makes a file that is open ready to be written; go_on: behind what is in it.
 * NULL, or why not. */
static const char *prepare(int fd, bool go_on)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return strerror(errno);
	if (S_ISBLK(st.st_mode))
		return _("it is a block device");
	if (!S_ISREG(st.st_mode))
		return go_on ? _("it is no file") : NULL;
	if (st.st_uid != geteuid())
		return _("it belongs to another user");
	if (!lock(fd))
		return _("another process is recording to it");
	if (!may_be_emptied(fd))
		return _("it holds something that is no recording and is left "
		         "as it is; give another name or remove it");
	if (((st.st_mode & 077) && fchmod(fd, 0600) < 0) ||
	    (!go_on && ftruncate(fd, 0) < 0))
		return strerror(errno);
	return NULL;
}

static const char *open_words(int why)
{
	if (why == ELOOP || why == EMLINK) /* BSD says the latter */
		return _("it is a symbolic link; give the file itself");
	if (why == ENXIO)
		return _("nobody reads from it");
	return strerror(why);
}

static int open_named(const char *path, bool go_on, char **error)
{
	int flags = O_CREAT | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	struct stat st;
	/* a file is read before it is emptied; a FIFO that we could read
	 * would seem to have a reader */
	bool file = stat(path, &st) < 0 || S_ISREG(st.st_mode);
	const char *why;
	int fd;

	if (strncmp(path, "/dev/fd/", 8) != 0)
		flags |= O_NOFOLLOW;
	fd = open(path, flags | (file ? O_RDWR : O_WRONLY), 0600);
	why = fd < 0 ? open_words(errno) : prepare(fd, go_on);
	if (!why)
		return fd;
	*error = refusal(path, why);
	if (fd >= 0)
		close(fd);
	return -1;
}

int record_file_named(const char *path, char **error)
{
	return open_named(path, false, error);
}

int record_file_again(const char *path, char **error)
{
	return open_named(path, true, error);
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

/* "20260102T104102Z-4711.jsonl": what open_new() makes. */
static int is_ours(const struct dirent *d)
{
	const char *name = d->d_name;
	size_t len = strlen(name), end = strlen(suffix);

	return len > 17 + end && strcmp(name + len - end, suffix) == 0 &&
	       strspn(name, "0123456789") == 8 && name[8] == 'T' &&
	       strspn(name + 9, "0123456789") == 6 && name[15] == 'Z';
}

/* Who still writes it has it locked: this process, too. */
static void remove_ended(const char *path)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0 && lock(fd))
		unlink(path);
	if (fd >= 0)
		close(fd);
}

static void remove_old(const char *dir)
{
	struct dirent **names;
	int n = scandir(dir, &names, is_ours, alphasort);

	for (int i = 0; i < n; i++) {
		if (i + RECORD_KEPT < n) {
			char *path = xasprintf("%s/%s", dir, names[i]->d_name);

			remove_ended(path);
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

/* Returns a descriptor, or -1: errno. *path: heap. */
static int open_new(const char *dir, const char *stamp, char **path)
{
	for (int i = 0; i < 100; i++) {
		char more[16] = "";
		int fd;

		if (i > 0)
			snprintf(more, sizeof more, "-%d", i);
		*path = xasprintf("%s/%s-%ld%s%s", dir, stamp, (long)getpid(),
		                  more, suffix);
		fd = open(*path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
		          O_APPEND | O_CLOEXEC, 0600);
		if (fd >= 0 && lock(fd))
			return fd;
		free(*path);
		if (fd >= 0) /* another process removes it as an old one */
			close(fd);
		else if (errno != EEXIST)
			break;
	}
	return -1;
}

bool record_file_new(const char *dir, const char *time,
                     struct record_file *out, char **error)
{
	char stamp[17];

	compact_time(time, stamp);
	out->fd = -1;
	if (make_dirs(dir, &out->first))
		out->fd = open_new(dir, stamp, &out->path);
	if (out->fd < 0) {
		*error = refusal(dir, strerror(errno));
		return false;
	}
	remove_old(dir);
	return true;
}
