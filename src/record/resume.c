#include "config.h"

#include "record/resume.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/block.h"
#include "record/json.h"
#include "record/record_file.h"
#include "util/buf.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum { CHUNK = 256 << 10 }; /* bytes of one read */

struct reader {
	struct resume *r;
	const char *path;
	struct buf data;      /* what was read; the first is byte offset */
	size_t at, searched;  /* no newline in at..searched */
	uint64_t offset, line;
	bool eof;
	struct json_reader *json;
	struct block *block;  /* of the target that is being read, or NULL */
	uint64_t place;       /* where it begins */
	struct event *start;
	void (*see)(void *arg, const struct event *e, uint64_t place);
	void *arg;
	char *error;
};

const char *resume_identity(const struct event *start)
{
	struct ev_ref input = start->u.start.input;

	return event_text(start, input.len ? input : start->target);
}

static bool fail(struct reader *d, const char *why)
{
	d->error = xasprintf(_("--resume: %s, line %llu: %s"), d->path,
	                     (unsigned long long)d->line, why);
	return false;
}

static bool read_more(struct reader *d)
{
	ssize_t n;

	buf_drop(&d->data, d->at);
	d->offset += d->at;
	d->searched -= d->at;
	d->at = 0;
	buf_reserve(&d->data, CHUNK);
	do
		n = read(d->r->fd, d->data.data + d->data.len, CHUNK);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return fail(d, strerror(errno));
	d->eof = n == 0;
	d->data.len += (size_t)n;
	d->data.data[d->data.len] = '\0';
	return true;
}

/* The next whole line, borrowed until the next call, and its length. NULL:
 * there is none, or d->error. */
static const char *next_line(struct reader *d, size_t *len)
{
	const char *line, *end;

	for (;;) {
		end = memchr(d->data.data + d->searched, '\n',
		             d->data.len - d->searched);
		if (end)
			break;
		d->searched = d->data.len;
		if (d->searched - d->at > JSON_LINE_MAX)
			fail(d, _("longer than any line of a recording"));
		if (d->eof || d->error || !read_more(d))
			return NULL;
	}
	line = d->data.data + d->at;
	*len = (size_t)(end - line);
	d->at = d->searched = (size_t)(end - d->data.data) + 1;
	d->line++;
	return line;
}

/* One that is not whole is not done: it is done again. */
static void begin(struct reader *d, struct event *e, uint64_t place)
{
	block_free(d->block);
	free(d->start);
	d->block = block_new(1);
	d->start = event_copy(e);
	d->place = place;
}

static void note_done(struct reader *d)
{
	const char *identity = resume_identity(d->start);
	struct resume *r = d->r;
	struct event *e;

	seen_add(&r->done, identity, strlen(identity));
	if (!r->identity) {
		r->identity = xstrdup(identity);
		r->options = xstrdup(event_text(d->start,
		                                d->start->u.start.options));
	}
	while ((e = block_next(d->block))) {
		renumber_seen(&r->numbers, e);
		if (d->see)
			d->see(d->arg, e, d->place);
		free(e);
	}
	r->end = d->offset + d->at;
}

static void take_event(struct reader *d, struct event *e, uint64_t place)
{
	bool ends = e->kind == EV_END;

	if (e->kind == EV_START)
		begin(d, e, place);
	if (!d->block) { /* in front of the first, behind the last */
		free(e);
		return;
	}
	block_add(d->block, e);
	if (!ends)
		return;
	note_done(d);
	block_free(d->block);
	d->block = NULL;
}

static void read_all(struct reader *d)
{
	const char *line;
	size_t len;

	if (!read_more(d))
		return;
	while ((line = next_line(d, &len))) {
		uint64_t place = d->offset + (uint64_t)(line - d->data.data);
		struct event *e;
		enum json_result got = json_read(d->json, line, len, &e);

		if (got == JSON_ERROR) {
			fail(d, json_error(d->json));
			return;
		}
		if (got == JSON_EVENT)
			take_event(d, e, place);
	}
	d->r->cut = d->offset + d->data.len > d->r->end;
}

char *resume_open(struct resume *r, const char *path,
                  void (*see)(void *arg, const struct event *e,
                              uint64_t place), void *arg)
{
	struct reader d = { .r = r, .path = path, .see = see, .arg = arg };

	*r = (struct resume){ .fd = -1 };
	r->fd = record_file_again(path, &d.error);
	if (!d.error) {
		d.json = json_reader_new();
		read_all(&d);
		json_reader_free(d.json);
	}
	block_free(d.block);
	free(d.start);
	buf_clear(&d.data);
	if (d.error)
		resume_clear(r);
	return d.error;
}

char *resume_cut(struct resume *r, const char *path)
{
	if (ftruncate(r->fd, (off_t)r->end) < 0)
		return xasprintf(_("--resume: cannot go on with %s: %s"), path,
		                 strerror(errno));
	return NULL;
}

void resume_clear(struct resume *r)
{
	if (r->fd >= 0)
		close(r->fd);
	seen_clear(&r->done);
	free(r->identity);
	free(r->options);
	*r = (struct resume){ .fd = -1 };
}
