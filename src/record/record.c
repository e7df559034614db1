#include "config.h"

#include "record/record.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/record_file.h"
#include "util/buf.h"
#include "util/i18n.h"
#include "util/xalloc.h"

/* For the reader of a FIFO that is full: the session must not wait longer. */
enum { READER_MS = 2000 };

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

struct record *record_open(const char *path, const struct json_voice *voice,
                           char **error)
{
	int fd = record_file_named(path, error);
	struct record *r;

	if (fd < 0)
		return NULL;
	r = record_new(fd, xstrdup(path), voice);
	r->bodies = true;
	return r;
}

struct record *record_open_auto(const char *dir, const char *time,
                                const struct json_voice *voice, char **error)
{
	struct record_file file;
	struct record *r;

	if (!record_file_new(dir, time, &file, error))
		return NULL;
	r = record_new(file.fd, file.path, voice);
	r->first = file.first;
	return r;
}

/* A FIFO is full: until its reader has made room. */
static bool wait_for_reader(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	int n;

	do
		n = poll(&p, 1, READER_MS);
	while (n < 0 && errno == EINTR);
	if (n == 0)
		errno = ETIMEDOUT;
	return n > 0;
}

static bool write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EAGAIN && wait_for_reader(fd))
			continue;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

/* What was written of the last line is taken back, so that the file is whole;
 * where that cannot be, the reader finds a line that is cut. */
static void stop(struct record *r, uint32_t n, int why)
{
	struct stat st;

	r->error = xasprintf(_("recording stopped at event %lu: %s: %s"),
	                     (unsigned long)n, r->path, strerror(why));
	if (fstat(r->fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size > r->whole)
		(void)!ftruncate(r->fd, r->whole);
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
		stop(r, e->n, errno);
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
