#include "config.h"

#include "record/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/json.h"
#include "record/splice.h"
#include "util/buf.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum {
	CHUNK = 256 << 10, /* bytes of one read */
	WRITER_MS = 2000,  /* for who writes a FIFO to open it, as "cat x >fifo
	                    * &" may do a moment later */
};

struct replay {
	int fd;
	char *path;
	char *data;        /* bytes start..end wait to be read */
	size_t start, end, size;
	size_t searched;   /* no newline in start..searched */
	bool eof;
	uint64_t line;
	struct json_reader *reader;
	struct splice splice;
	char *error;
};

/* A FIFO that nobody writes to is not waited for without end: it is over. */
static int open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		st.st_mode = 0;
	if (S_ISDIR(st.st_mode)) {
		close(fd);
		errno = EISDIR;
		return -1;
	}
	if (S_ISFIFO(st.st_mode)) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		poll(&p, 1, WRITER_MS);
	}
	return fd;
}

static char *read_error(const char *path)
{
	return xasprintf(_("cannot read the recording %s: %s"), path,
	                 strerror(errno));
}

struct replay *replay_open(const char *path, char **error)
{
	int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open_file(path);
	struct replay *r;

	if (fd < 0) {
		*error = read_error(path);
		return NULL;
	}
	r = xcalloc(1, sizeof *r);
	r->fd = fd;
	r->path = xstrdup(strcmp(path, "-") == 0 ? _("standard input") : path);
	r->reader = json_reader_new();
	return r;
}

bool replay_seek(struct replay *r, uint64_t byte)
{
	return lseek(r->fd, (off_t)byte, SEEK_SET) == (off_t)byte;
}

void replay_close(struct replay *r)
{
	if (!r)
		return;
	close(r->fd);
	json_reader_free(r->reader);
	free(r->path);
	free(r->data);
	free(r->error);
	free(r);
}

/* Moves what waits to the front and makes room for a chunk behind it. */
static void make_room(struct replay *r)
{
	if (r->start > 0) {
		memmove(r->data, r->data + r->start, r->end - r->start);
		r->end -= r->start;
		r->searched -= r->start;
		r->start = 0;
	}
	if (r->size - r->end < CHUNK) {
		r->size = 2 * r->size + CHUNK;
		r->data = xreallocarray(r->data, r->size, 1);
	}
}

static ssize_t read_chunk(int fd, char *to)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n;

	for (;;) {
		n = read(fd, to, CHUNK);
		if (n >= 0 || (errno != EINTR && errno != EAGAIN))
			return n;
		if (errno == EAGAIN) /* who writes the FIFO takes its time */
			poll(&p, 1, -1);
	}
}

static bool read_more(struct replay *r)
{
	ssize_t n;

	make_room(r);
	n = read_chunk(r->fd, r->data + r->end);
	if (n < 0) {
		r->error = read_error(r->path);
		return false;
	}
	r->eof = n == 0;
	r->end += (size_t)n;
	return true;
}

/* Empty lines before the first are passed over, as they are anywhere. */
bool replay_is_recording(struct replay *r)
{
	size_t at = r->start;

	for (;;) {
		while (at < r->end && r->data[at] &&
		       strchr("\xef\xbb\xbf\r\n", r->data[at]))
			at++; /* a byte order mark, empty lines */
		if (at < r->end)
			return r->data[at] == '{';
		if (r->eof || r->end - r->start > JSON_LINE_MAX ||
		    !read_more(r))
			return true; /* reading on tells what is wrong */
	}
}

bool replay_bytes(struct replay *r, size_t max, const char **data, size_t *len)
{
	while (!r->eof && r->end - r->start <= max)
		if (!read_more(r))
			return false;
	*data = r->data + r->start;
	*len = r->end - r->start;
	return true;
}

enum line_result { LINE_WHOLE, LINE_CUT, LINE_NONE, LINE_FAILED };

/*
 * Finds the next line; it stays valid until the next call. Reading stops a
 * little above JSON_LINE_MAX: json_read() refuses the line then.
 */
static enum line_result next_line(struct replay *r, const char **line,
                                  size_t *len)
{
	const char *newline = NULL;

	if (r->searched < r->start)
		r->searched = r->start;
	for (;;) {
		if (r->end > r->searched)
			newline = memchr(r->data + r->searched, '\n',
			                 r->end - r->searched);
		r->searched = r->end;
		if (newline || r->eof || r->end - r->start > JSON_LINE_MAX)
			break;
		if (!read_more(r))
			return LINE_FAILED;
	}
	if (!newline && r->start == r->end)
		return LINE_NONE;
	*line = r->data + r->start;
	*len = newline ? (size_t)(newline - *line) : r->end - r->start;
	r->start += *len + (newline != NULL);
	r->searched = r->start;
	r->line++;
	return newline || !r->eof ? LINE_WHOLE : LINE_CUT;
}

static enum replay_result bad(struct replay *r, const char *why)
{
	r->error = xasprintf(_("%s, line %llu: %s"), r->path,
	                     (unsigned long long)r->line, why);
	return REPLAY_BAD;
}

static enum replay_result cut(struct replay *r)
{
	unsigned long long line = r->line;

	r->error = line > 1
	    ? xasprintf(_("%s was cut off in line %llu; everything before it "
	                  "is shown"), r->path, line)
	    : xasprintf(_("%s was cut off in its first line"), r->path);
	return REPLAY_CUT;
}

/* A first line is told from what is no recording by how it begins. */
static bool is_recording(const struct replay *r, const char *line, size_t len)
{
	static const char start[] = "{\"v\":";
	size_t most = sizeof start - 1;

	return r->line > 1 || memcmp(line, start, len < most ? len : most) == 0;
}

/* What an editor may have put around a line: a BOM, a CR. */
static void trim(const struct replay *r, const char **line, size_t *len)
{
	static const char bom[] = "\xef\xbb\xbf";

	if (r->line == 1 && *len >= 3 && memcmp(*line, bom, 3) == 0) {
		*line += 3;
		*len -= 3;
	}
	if (*len > 0 && (*line)[*len - 1] == '\r')
		--*len;
}

static enum replay_result accept_event(struct replay *r, struct event **e)
{
	const char *why = splice_event(&r->splice, *e);

	if (!why)
		return REPLAY_EVENT;
	free(*e);
	*e = NULL;
	return bad(r, why);
}

enum replay_result replay_next(struct replay *r, struct event **out)
{
	const char *line;
	size_t len;

	for (;;) {
		enum line_result got = next_line(r, &line, &len);
		enum json_result result;

		if (got == LINE_NONE)
			return REPLAY_END;
		if (got == LINE_FAILED)
			return REPLAY_BAD;
		trim(r, &line, &len);
		if (len == 0)
			continue;
		result = json_read(r->reader, line, len, out);
		if (result == JSON_EVENT)
			return accept_event(r, out);
		if (result == JSON_ERROR && got == LINE_CUT &&
		    json_broken(r->reader) && is_recording(r, line, len))
			return cut(r);
		if (result == JSON_ERROR)
			return bad(r, json_error(r->reader));
	} /* an event of a later version is passed over */
}

const char *replay_name(const struct replay *r)
{
	return r->path;
}

const char *replay_error(const struct replay *r)
{
	return r->error ? r->error : "";
}

uint64_t replay_line(const struct replay *r)
{
	return r->line;
}
