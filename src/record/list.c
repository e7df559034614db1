#include "config.h"

#include "record/list.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/escape.h"
#include "record/scan.h"
#include "util/buf.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum { CHUNK = 64 << 10 }; /* bytes of one read */

struct list {
	int fd;
	char *path;
	bool file, eof, failed;
	struct buf data;   /* bytes from at on wait to be read */
	size_t at;
	bool skipping;     /* the rest of a line that is too long */
	uint64_t line;
	char *error;
	struct scan scan;
	struct buf text;   /* of the line */
	struct buf values; /* what its members say, each with a NUL */
	struct list_pair pairs[LIST_PAIRS_MAX];
	size_t n_pairs;
};

static char *cannot_read(const char *path, const char *why)
{
	return xasprintf(_("--input: cannot read %s: %s"), path, why);
}

static bool is_file(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	       lseek(fd, 0, SEEK_SET) == 0;
}

static bool is_folder(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
}

struct list *list_open(const char *path, char **error)
{
	bool in = strcmp(path, "-") == 0;
	int fd = in ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	struct list *l;

	if (fd < 0 || is_folder(fd)) {
		*error = cannot_read(path, strerror(fd < 0 ? errno : EISDIR));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	l = xcalloc(1, sizeof *l);
	l->fd = fd;
	l->path = xstrdup(in ? _("standard input") : path);
	l->file = is_file(fd);
	return l;
}

void list_close(struct list *l)
{
	if (!l)
		return;
	close(l->fd);
	free(l->path);
	free(l->error);
	buf_clear(&l->data);
	buf_clear(&l->text);
	buf_clear(&l->values);
	scan_clear(&l->scan);
	free(l);
}

bool list_is_file(const struct list *l)
{
	return l->file;
}

void list_rewind(struct list *l)
{
	lseek(l->fd, 0, SEEK_SET);
	buf_reset(&l->data);
	l->at = 0;
	l->line = 0;
	l->eof = l->failed = l->skipping = false;
}

const char *list_name(const struct list *l)
{
	return l->path;
}

uint64_t list_line(const struct list *l)
{
	return l->line;
}

const char *list_error(const struct list *l)
{
	return l->error ? l->error : "";
}

int list_fd(const struct list *l)
{
	return l->fd;
}

static enum list_result wrong(struct list *l, char *text)
{
	free(l->error);
	l->error = text;
	return LIST_WRONG;
}

/* Would a read come back at once? */
static bool is_ready(const struct list *l)
{
	struct pollfd fd = { .fd = l->fd, .events = POLLIN };

	return l->file || poll(&fd, 1, 0) != 0;
}

static bool read_more(struct list *l)
{
	ssize_t n;

	buf_drop(&l->data, l->at);
	l->at = 0;
	buf_reserve(&l->data, CHUNK);
	do
		n = read(l->fd, l->data.data + l->data.len, CHUNK);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN) /* somebody else set O_NONBLOCK */
		return true;
	if (n < 0) {
		wrong(l, cannot_read(l->path, strerror(errno)));
		l->failed = true;
		return false;
	}
	l->eof = n == 0;
	l->data.len += (size_t)n;
	l->data.data[l->data.len] = '\0';
	return true;
}

/* What waits is longer than a line may be: it is passed over up to its end. */
static bool drop_long(struct list *l)
{
	if (l->data.len - l->at <= LIST_LINE_MAX)
		return false;
	l->at = l->data.len;
	l->skipping = true;
	return !l->file; /* such as /dev/zero: there may be no end */
}

/* LIST_ENTRY: a line, its end taken off, stands in l->text. */
static enum list_result next_line(struct list *l)
{
	const char *start, *end;

	for (;;) {
		start = l->data.len ? l->data.data + l->at : "";
		end = memchr(start, '\n', l->data.len - l->at);
		if (end || l->eof)
			break;
		if (drop_long(l) || !is_ready(l))
			return LIST_LATER;
		if (!read_more(l))
			return LIST_FAILED;
	}
	if (!end && l->data.len == l->at && !l->skipping)
		return LIST_END;
	if (!end)
		end = start + (l->data.len - l->at);
	buf_reset(&l->text);
	buf_add(&l->text, start, (size_t)(end - start));
	l->at += (size_t)(end - start);
	l->at += l->at < l->data.len; /* its LF */
	l->line++;
	return LIST_ENTRY;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The byte order mark of UTF-8 (RFC 3629 §6), and blanks on both sides. */
static void trim(struct list *l)
{
	struct buf *b = &l->text;
	size_t n = 0;

	if (l->line == 1 && b->len >= 3 &&
	    memcmp(b->data, "\xef\xbb\xbf", 3) == 0)
		n = 3;
	while (n < b->len && is_blank(b->data[n]))
		n++;
	buf_drop(b, n);
	while (b->len > 0 && is_blank(b->data[b->len - 1]))
		b->data[--b->len] = '\0';
}

/* NULL, or what makes it no line of text. */
static char *bad_bytes(const struct list *l)
{
	const char *s = l->text.data;
	uint32_t cp;

	if (l->line == 1 && l->text.len >= 2 &&
	    (memcmp(s, "\xff\xfe", 2) == 0 || memcmp(s, "\xfe\xff", 2) == 0))
		return xstrdup(_("the file is in UTF-16; iconv -f UTF-16 "
		                 "-t UTF-8 makes it readable"));
	for (size_t i = 0, used; i < l->text.len; i += used) {
		unsigned char c = (unsigned char)s[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return xasprintf(_("a control character (0x%02X) at "
			                   "byte %zu"), c, i + 1);
		used = utf8_decode(s + i, l->text.len - i, &cp);
		if (used == 0)
			return xasprintf(_("not UTF-8 at byte %zu"), i + 1);
	}
	return NULL;
}

/* The value at token i, as a text of an option, appended to l->values. */
static bool add_value(struct list *l, size_t i)
{
	const struct token *t = &l->scan.tokens[i];

	switch ((enum token_kind)t->kind) {
	case TOKEN_STRING: scan_string(&l->scan, i, &l->values); break;
	case TOKEN_NUMBER:
		buf_add(&l->values, l->scan.line + t->start, t->len);
		break;
	case TOKEN_TRUE: buf_adds(&l->values, "yes"); break;
	case TOKEN_FALSE: buf_adds(&l->values, "no"); break;
	case TOKEN_NULL:
	case TOKEN_OBJECT:
	case TOKEN_ARRAY: return false;
	}
	return true;
}

/* Texts come to lie one behind the other; while they grow they may move, so
 * that only their places are kept until all are there. */
struct place {
	size_t name, value;
};

static bool add_place(struct list *l, struct place *places, size_t name,
                      size_t value)
{
	struct place *p = &places[l->n_pairs];

	if (l->n_pairs == LIST_PAIRS_MAX)
		return false;
	p->name = l->values.len;
	scan_string(&l->scan, name, &l->values);
	buf_addc(&l->values, '\0');
	p->value = l->values.len;
	if (!add_value(l, value))
		return false;
	buf_addc(&l->values, '\0');
	l->n_pairs++;
	return true;
}

/* A member: one value, or an array of them, as an option said again. */
static bool add_member(struct list *l, struct place *places, size_t name)
{
	const struct token *t = l->scan.tokens;
	size_t value = name + 1;

	if (t[value].kind == TOKEN_NULL)
		return true;
	if (t[value].kind != TOKEN_ARRAY)
		return add_place(l, places, name, value);
	for (size_t i = value + 1; i < t[value].next; i = t[i].next)
		if (!add_place(l, places, name, i))
			return false;
	return true;
}

/* A NUL written as \u0000 would end the text early. */
static bool has_nul(struct list *l, const struct place *places)
{
	size_t whole = 0;

	for (size_t i = 0; i < l->n_pairs; i++)
		whole += strlen(l->values.data + places[i].name) + 1 +
		         strlen(l->values.data + places[i].value) + 1;
	return whole != l->values.len;
}

/* Of the pairs, two are no options. False: there is another target. */
static bool take_own(struct list *l, const struct place *places,
                     struct list_entry *out)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n_pairs; i++) {
		const char *name = l->values.data + places[i].name;
		const char *value = l->values.data + places[i].value;

		if (strcmp(name, "target") == 0 && out->target)
			return false;
		else if (strcmp(name, "target") == 0)
			out->target = value;
		else if (strcmp(name, "id") == 0)
			out->id = value;
		else
			l->pairs[n++] = (struct list_pair){ name, value };
	}
	out->pairs = l->pairs;
	out->n_pairs = l->n_pairs = n;
	return true;
}

static enum list_result read_object(struct list *l, struct list_entry *out)
{
	struct place places[LIST_PAIRS_MAX];
	const struct token *t;

	if (!scan_line(&l->scan, l->text.data, l->text.len))
		return wrong(l, xasprintf(_("no JSON: %s at byte %zu"),
		                          _(l->scan.error), l->scan.at + 1));
	buf_reset(&l->values);
	l->n_pairs = 0;
	t = l->scan.tokens;
	for (size_t i = 1; i < l->scan.n; i = t[i + 1].next)
		if (!add_member(l, places, i))
			return wrong(l, xstrdup(_("each member is a text, a "
				"number, true or false, or an array of them, "
				"and there are at most 64")));
	if (l->n_pairs > 0 && has_nul(l, places))
		return wrong(l, xstrdup(_("a text holds a NUL")));
	if (!take_own(l, places, out))
		return wrong(l, xstrdup(_("two targets in one line; \"to\" "
		                          "names several recipients")));
	if (out->target)
		return LIST_ENTRY;
	return wrong(l, xstrdup(_("no target; {\"target\": "
	                          "\"user@example.org\"}")));
}

static enum list_result read_entry(struct list *l, struct list_entry *out)
{
	char *error = bad_bytes(l);

	if (error)
		return wrong(l, error);
	*out = (struct list_entry){ .text = l->text.data, .id = "" };
	if (*out->text == '{')
		return read_object(l, out);
	out->target = out->text;
	out->plain = true;
	return LIST_ENTRY;
}

enum list_result list_next(struct list *l, struct list_entry *out)
{
	for (;;) {
		enum list_result got = l->failed ? LIST_FAILED : next_line(l);

		if (got != LIST_ENTRY)
			return got;
		if (l->skipping || l->text.len > LIST_LINE_MAX) {
			l->skipping = false;
			return wrong(l, xstrdup(_("longer than 64 KiB")));
		}
		trim(l);
		if (l->text.len > 0 && l->text.data[0] != '#')
			return read_entry(l, out);
	}
}
