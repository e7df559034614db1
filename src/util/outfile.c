#include "config.h"

#include "util/outfile.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/i18n.h"
#include "util/xalloc.h"

enum {
	SUBJECT_MAX = 60, /* bytes of a name that are its subject's */
	TIME_MAX = 19,    /* "2026-01-02T10:41:02" */
	TRIES = 100,      /* names for the file beside the target */
};

static char *because(const char *path, const char *why)
{
	return xasprintf(_("cannot write %s: %s"), path, why);
}

/* Restores errno: the sentence is made in between. */
static char *failed(const char *path, int why)
{
	char *text = because(path, strerror(why));

	errno = why;
	return text;
}

static bool is_stdout(const char *path)
{
	return strcmp(path, "-") == 0;
}

static char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return xstrdup(".");
	return slash == path ? xstrdup("/")
	                     : xmemdup0(path, (size_t)(slash - path));
}

static const char *kind_of(const struct stat *st)
{
	if (S_ISLNK(st->st_mode))
		return _("it is a symbolic link; name the file itself");
	if (S_ISDIR(st->st_mode))
		return _("it is a directory");
	return S_ISREG(st->st_mode) ? NULL : _("it is no regular file");
}

/* What stands there already. */
static char *check_old(const char *path, enum outfile_mode mode)
{
	struct stat st;
	const char *kind;

	if (lstat(path, &st) != 0)
		return errno == ENOENT ? NULL : failed(path, errno);
	kind = kind_of(&st);
	errno = EINVAL;
	if (kind)
		return because(path, kind);
	if (mode == OUTFILE_NEW)
		return failed(path, EEXIST);
	errno = EPERM;
	if (st.st_uid != geteuid())
		return because(path, _("it belongs to another user"));
	return NULL;
}

char *outfile_check(const char *path, enum outfile_mode mode)
{
	char *dir, *error;
	size_t len = strlen(path);

	if (is_stdout(path))
		return NULL;
	if (len == 0 || path[len - 1] == '/')
		return failed(path, len ? EISDIR : ENOENT);
	error = check_old(path, mode);
	if (error)
		return error;
	dir = directory_of(path);
	if (access(dir, W_OK | X_OK) != 0)
		error = failed(path, errno);
	free(dir);
	return error;
}

/* Its directory without links and dots; heap. */
static char *whole_path(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir = directory_of(path), *real = realpath(dir, NULL);
	char *whole = xasprintf("%s/%s", real ? real : dir,
	                        slash ? slash + 1 : path);

	free(dir);
	free(real);
	return whole;
}

bool outfile_same(const char *a, const char *b)
{
	struct stat x, y;
	char *one, *other;
	bool same;

	if (stat(a, &x) == 0 && stat(b, &y) == 0)
		return x.st_dev == y.st_dev && x.st_ino == y.st_ino;
	one = whole_path(a);
	other = whole_path(b);
	same = strcmp(one, other) == 0;
	free(one);
	free(other);
	return same;
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

/* EINVAL: what the file system cannot flush need not be flushed. */
static bool fill(int fd, const void *data, size_t len)
{
	bool ok = write_all(fd, data, len) &&
	          (fsync(fd) == 0 || errno == EINVAL);
	int why = errno;

	if (close(fd) != 0 && ok)
		return false; /* NFS says so here */
	errno = why;
	return ok;
}

static int create(const char *path)
{
	return open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	            0600);
}

/* A new file in the same directory, so that a rename is enough. */
static int create_beside(const char *path, char **name)
{
	char *dir = directory_of(path);
	int fd = -1;

	errno = EEXIST;
	for (int i = 0; fd < 0 && errno == EEXIST && i < TRIES; i++) {
		*name = xasprintf("%s/.smtpscope-%ld-%d", dir, (long)getpid(),
		                  i);
		fd = create(*name);
		if (fd < 0) {
			int why = errno;

			free(*name);
			errno = why;
		}
	}
	free(dir);
	return fd;
}

static char *write_new(const char *path, const void *data, size_t len)
{
	int fd = create(path);
	char *error;

	if (fd >= 0 && fill(fd, data, len))
		return NULL;
	error = failed(path, errno);
	if (fd >= 0) {
		int why = errno;

		unlink(path);
		errno = why;
	}
	return error;
}

static char *replace(const char *path, const void *data, size_t len)
{
	char *name = NULL, *error = NULL;
	int fd = create_beside(path, &name), why = 0;

	if (fd < 0)
		return failed(path, errno);
	if (!fill(fd, data, len) || rename(name, path) != 0) {
		why = errno;
		unlink(name);
		error = failed(path, why);
	}
	free(name);
	errno = why;
	return error;
}

static char *write_stdout(const void *data, size_t len)
{
	char *text;
	int why;

	if (fwrite(data, 1, len, stdout) == len && fflush(stdout) == 0)
		return NULL;
	why = errno;
	text = xasprintf(_("cannot write to standard output: %s"),
	                 strerror(why));
	errno = why;
	return text;
}

char *outfile_write(const char *path, enum outfile_mode mode,
                    const void *data, size_t len)
{
	char *error;

	if (is_stdout(path))
		return write_stdout(data, len);
	error = outfile_check(path, mode);
	if (error)
		return error;
	return mode == OUTFILE_NEW ? write_new(path, data, len)
	                           : replace(path, data, len);
}

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '.' || c == '-';
}

/* One "_" for all that cannot stay, however many bytes it has; begins with a
 * letter or a digit. */
static size_t add_plain(char *out, const char *text, size_t max)
{
	size_t n = 0;

	for (; *text && n < max; text++) {
		bool mark = *text == '.' || *text == '-';
		bool again = n && *text == '.' && out[n - 1] == '.';

		if (is_plain(*text) && !again && (n || !mark))
			out[n++] = *text;
		else if (n && out[n - 1] != '_')
			out[n++] = '_';
	}
	return n;
}

char *outfile_name(const char *subject, const char *time, const char *suffix)
{
	char name[SUBJECT_MAX + 1 + TIME_MAX];
	size_t n;

	assert(sizeof name + strlen(suffix) <= OUTFILE_NAME_MAX);
	n = add_plain(name, subject, SUBJECT_MAX);
	while (n && (name[n - 1] == '_' || name[n - 1] == '.'))
		n--;
	if (n == 0)
		n = add_plain(name, "smtpscope", SUBJECT_MAX);
	if (*time)
		name[n++] = '-';
	for (size_t i = 0; time[i] && time[i] != '.' && i < TIME_MAX; i++)
		if (time[i] >= '0' && time[i] <= '9')
			name[n++] = time[i];
		else if (time[i] == 'T')
			name[n++] = '-';
	return xasprintf("%.*s%s", (int)n, name, suffix);
}
