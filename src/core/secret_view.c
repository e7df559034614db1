#include "config.h"

#include "core/secret_view.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util/wipe.h"
#include "util/xalloc.h"

enum { NO_DIGIT = -1, A_BREAK = -2 };

struct reader {
	const char *text;
	size_t len;
	char *bytes;
	signed char *values; /* of the digits of text; NO_DIGIT, A_BREAK */
	struct secret_place *places;
	size_t n; /* of the run that is being read */
	void (*found)(const struct secret_run *run, void *arg);
	void *arg;
};

static void put(struct reader *r, int byte, size_t from, size_t to)
{
	r->bytes[r->n] = (char)byte;
	r->places[r->n++] =
	    (struct secret_place){ (uint32_t)from, (uint32_t)to };
}

static void end_run(struct reader *r, bool whole)
{
	const struct secret_run run = { .bytes = r->bytes,
		.places = r->places, .n = r->n, .whole = whole };

	if (r->n)
		r->found(&run, r->arg);
	r->n = 0;
}

static bool is_break(char c)
{
	return c == '\r' || c == '\n';
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Both alphabets at once: "+/" and the URL's "-_". */
static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/* As it stands; its escapes are told by a mark that begins each of them. */
struct writing {
	const char *marks; /* one of them must be there; NULL: always read */
	char escape;       /* "%41"; 0: none */
	bool pair;         /* "\x": x itself */
	bool plus;         /* "+": a blank */
	bool join;         /* line breaks are not there */
};

static const struct writing writings[] = {
	{ .marks = NULL },
	{ .marks = "\r\n", .join = true },
	{ .marks = "%", .escape = '%', .join = true },
	{ .marks = "+", .escape = '%', .plus = true, .join = true },
	{ .marks = "=", .escape = '=', .join = true },
	{ .marks = "\\", .pair = true, .join = true },
	{ .marks = "+", .escape = '+', .join = true },
};

static bool has_mark(const struct reader *r, const char *marks)
{
	for (const char *m = marks; *m; m++)
		if (memchr(r->text, *m, r->len))
			return true;
	return false;
}

/* Reads what stands at i, a special character; returns how many bytes of text
 * it took. */
static size_t read_special(struct reader *r, const struct writing *w, size_t i)
{
	const char *p = r->text + i;
	size_t left = r->len - i;

	if (w->join && is_break(*p))
		return 1;
	if (w->escape && *p == w->escape && left > 2) {
		int high = hex_value(p[1]), low = hex_value(p[2]);

		if (high >= 0 && low >= 0) {
			put(r, high << 4 | low, i, i + 3);
			return 3;
		}
	}
	if (w->escape == '=' && *p == '=' && left > 1 && is_break(p[1]))
		return 1; /* a soft line break */
	if (w->pair && *p == '\\' && left > 1) {
		put(r, p[1], i, i + 2);
		return 2;
	}
	put(r, w->plus && *p == '+' ? ' ' : *p, i, i + 1);
	return 1;
}

static void read_writing(struct reader *r, const struct writing *w)
{
	bool special[256] = { false };

	if (w->marks && !has_mark(r, w->marks))
		return;
	special['\r'] = special['\n'] = w->join;
	special[(unsigned char)w->escape] |= w->escape != 0;
	special['\\'] |= w->pair;
	special['+'] |= w->plus;
	for (size_t i = 0; i < r->len;) {
		if (special[(unsigned char)r->text[i]]) {
			i += read_special(r, w, i);
			continue;
		}
		put(r, r->text[i], i, i + 1);
		i++;
	}
	end_run(r, false);
}

/* Digits of some bits each, in groups: Base64 (6), hex (4). */
struct digits {
	int (*value)(char c);
	unsigned bits;
	unsigned phases; /* a group begins at any of so many digits */
};

static const struct digits notations[] = {
	{ .value = hex_value, .bits = 4, .phases = 2 },
	{ .value = base64_value, .bits = 6, .phases = 4 },
};

struct span {
	size_t from, to;
};

/* The digits of the run, skip of them left out, as bytes. */
static void read_digits(struct reader *r, const struct digits *d,
                        struct span run, unsigned skip)
{
	uint32_t held = 0;
	unsigned bits = 0;
	size_t before = run.from; /* the digit before this one */

	for (size_t i = run.from; i < run.to; i++) {
		if (r->values[i] == A_BREAK)
			continue;
		if (skip) {
			skip--;
			continue;
		}
		held = held << d->bits | (unsigned char)r->values[i];
		bits += d->bits;
		if (bits >= 8) {
			bits -= 8;
			put(r, (int)(held >> bits & 255), before, i + 1);
		}
		before = bits ? i : i + 1;
	}
}

/* The end of the digits that begin at i; line breaks may be among them. */
static size_t digits_end(const struct reader *r, size_t i)
{
	while (i < r->len && r->values[i] != NO_DIGIT)
		i++;
	while (r->values[i - 1] == A_BREAK)
		i--;
	return i;
}

static void read_notation(struct reader *r, const struct digits *d)
{
	size_t from = 0, to;

	for (size_t i = 0; i < r->len; i++)
		r->values[i] = is_break(r->text[i])
		    ? A_BREAK : (signed char)d->value(r->text[i]);
	for (; from < r->len; from = to) {
		to = from + 1;
		if (r->values[from] < 0)
			continue;
		to = digits_end(r, from);
		for (unsigned skip = 0; skip < d->phases; skip++) {
			read_digits(r, d, (struct span){ from, to }, skip);
			end_run(r, true);
		}
	}
}

void secret_views(const char *text, size_t len,
                  void (*found)(const struct secret_run *run, void *arg),
                  void *arg)
{
	struct reader r = { .text = text, .len = len, .found = found,
		.arg = arg };

	r.bytes = xmalloc(len);
	r.values = xmalloc(len);
	r.places = xcalloc(len, sizeof *r.places);
	for (size_t i = 0; i < sizeof writings / sizeof *writings; i++)
		read_writing(&r, &writings[i]);
	for (size_t i = 0; i < sizeof notations / sizeof *notations; i++)
		read_notation(&r, &notations[i]);
	wipe(r.bytes, len);
	wipe(r.values, len);
	free(r.bytes);
	free(r.values);
	free(r.places);
}
