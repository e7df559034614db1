#include "config.h"

#include "core/mask_scan.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/mask_seek.h"
#include "core/secret_view.h"
#include "util/base64.h"
#include "util/xalloc.h"

enum {
	PRINTABLE_MIN = 4, /* bytes of text in a row, else it is no text */
	FIRST_ROOM = 16,
};

struct found {
	struct seek_hit hit; /* places in the text; bytes owned */
	bool coded;          /* bytes are what Base64 or hex stands for */
	size_t order;
};

struct scan {
	const struct scan_book *book;
	const char *text;
	size_t len;
	unsigned flags;
	struct found *list; /* n of size */
	size_t n, size;
};

static void add(struct scan *q, const struct seek_hit *hit, bool coded)
{
	struct found *f;

	if (q->n == q->size) {
		q->size = q->size ? 2 * q->size : FIRST_ROOM;
		q->list = xreallocarray(q->list, q->size, sizeof *q->list);
	}
	f = &q->list[q->n];
	*f = (struct found){ .hit = *hit, .coded = coded, .order = q->n++ };
	f->hit.bytes = xmemdup0(hit->bytes, hit->len);
}

static bool has_break(const struct scan *q, size_t from, size_t to)
{
	return memchr(q->text + from, '\n', to - from) != NULL;
}

static bool is_known(const struct scan *q, const struct seek_hit *h)
{
	struct book *b = q->book->book;

	switch (h->kind) {
	case SEEK_LOCAL: return book_knows(b, BOOK_LOCAL, h->bytes, h->len);
	case SEEK_NAME: return book_knows_name(b, h->bytes, h->len);
	case SEEK_ADDRESS:
		return book_knows(b, BOOK_ADDRESS, h->bytes, h->len);
	default: return h->kind == SEEK_WORD;
	}
}

/* "rejected by" and "mx.nest.test" in the next line are no "bymx.nest.test",
 * which would be a name of a domain that is known. */
static bool is_word_and_name(const struct scan *q, const struct seek_hit *h)
{
	size_t tail = h->to, head;

	while (q->text[tail - 1] != '\n')
		tail--;
	for (head = tail - 1; q->text[head - 1] == '\r'; head--)
		;
	return h->kind == SEEK_NAME && !strchr(".-=", q->text[head - 1]) &&
	       !strchr(".-", q->text[tail]) &&
	       book_knows_name(q->book->book, q->text + tail, h->to - tail);
}

/* An address in digits cannot be put together by chance. */
static void take_plain(const struct seek_hit *hit, void *arg)
{
	struct scan *q = arg;

	if (has_break(q, hit->from, hit->to) && hit->kind != SEEK_ADDRESS &&
	    (!is_known(q, hit) || is_word_and_name(q, hit)))
		return;
	add(q, hit, false);
}

/* --- Base64 and hex */

static bool is_printable(char c)
{
	return (c >= ' ' && c < 0x7f) || c == '\r' || c == '\n' || c == '\0';
}

struct inner {
	const struct scan *scan;
	bool readable; /* nearly all of it is text */
	bool joined;   /* over a line break; its lines were looked at alone */
	bool hit;
};

static void take_inner(const struct seek_hit *hit, void *arg)
{
	struct inner *in = arg;

	if (!in->joined || has_break(in->scan, hit->from, hit->to))
		in->hit |= in->readable || is_known(in->scan, hit);
}

static void seek_coded(struct scan *q, const struct secret_run *r, bool joined)
{
	size_t row = 0, longest = 0, good = 0;
	struct inner in = { .scan = q, .joined = joined };
	const struct seeker k = { .book = q->book, .found = take_inner,
		.arg = &in };
	struct seek_hit all = { .bytes = r->bytes, .len = r->n };

	for (size_t i = 0; i < r->n; i++) {
		row = is_printable(r->bytes[i]) ? row + 1 : 0;
		good += row > 0;
		longest = row > longest ? row : longest;
	}
	if (longest < PRINTABLE_MIN)
		return;
	in.readable = 8 * good >= 7 * r->n;
	seek_run(&k, r);
	if (!in.hit)
		return;
	all.from = r->places[0].from;
	all.to = r->places[r->n - 1].to;
	while (all.to < q->len && q->text[all.to] == '=')
		all.to++;
	add(q, &all, true);
}

static struct seeker seeker(struct scan *q)
{
	return (struct seeker){ .book = q->book, .flags = q->flags,
		.found = take_plain, .arg = q };
}

static void seek_piece(struct scan *q, const struct secret_run *r, bool joined)
{
	const struct seeker k = seeker(q);

	if (r->whole)
		seek_coded(q, r, joined);
	else
		seek_run(&k, r);
}

/* Is a line break left out before byte i of the run, or within it? It is one,
 * or "=" and a break. */
static bool is_behind_break(const struct scan *q, const struct secret_run *r,
                            size_t i)
{
	size_t from = i ? r->places[i - 1].to : r->places[i].from;

	return r->places[i].to - from > 1 &&
	       has_break(q, from, r->places[i].to);
}

/* Where nothing was decoded, another view has the line as it stands. */
static bool is_decoded(const struct secret_run *r)
{
	return r->whole ||
	       r->places[r->n - 1].to - r->places[0].from > r->n;
}

/* Line by line, and then over the breaks: what ends a line would run into the
 * word that begins the next. */
static void seek_in_view(const struct secret_run *r, void *arg)
{
	struct scan *q = arg;
	struct secret_run line = *r;
	size_t begin = 0;

	for (size_t i = 1; i <= r->n; i++) {
		if (i < r->n && !is_behind_break(q, r, i))
			continue;
		line.bytes = r->bytes + begin;
		line.places = r->places + begin;
		line.n = i - begin;
		if (line.n == r->n || is_decoded(&line))
			seek_piece(q, &line, false);
		begin = i;
	}
	if (line.n < r->n)
		seek_piece(q, r, true);
}

/* --- choosing */

/* Longer first, then a user before a host, then as found. */
static int compare_rank(const void *a, const void *b)
{
	const struct found *x = a, *y = b;
	size_t xl = x->hit.to - x->hit.from, yl = y->hit.to - y->hit.from;

	if (xl != yl)
		return xl > yl ? -1 : 1;
	if (x->hit.kind != y->hit.kind)
		return x->hit.kind < y->hit.kind ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static int compare_place(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	return x->hit.from < y->hit.from ? -1 : x->hit.from > y->hit.from;
}

/* Keeps those that do not overlap a better one, in the order of the text. */
static void choose(struct scan *q)
{
	char *taken = xcalloc(q->len, 1);
	size_t kept = 0;

	qsort(q->list, q->n, sizeof *q->list, compare_rank);
	for (size_t i = 0; i < q->n; i++) {
		struct found *f = &q->list[i];
		size_t n = f->hit.to - f->hit.from;

		/* none that was chosen is shorter, so its ends tell */
		if (taken[f->hit.from] || taken[f->hit.to - 1]) {
			free((char *)f->hit.bytes);
			continue;
		}
		memset(taken + f->hit.from, 1, n);
		q->list[kept++] = *f;
	}
	q->n = kept;
	qsort(q->list, q->n, sizeof *q->list, compare_place);
	free(taken);
}

/* --- putting aliases in */

static bool is_hex(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!strchr("0123456789abcdefABCDEF\r\n", s[i]))
			return false;
	return true;
}

static char *coded_alias(const struct scan *q, const struct found *f)
{
	struct scan_edits inner;
	struct buf plain = { 0 }, out = { 0 };

	scan_text(q->book, f->hit.bytes, f->hit.len, 0, &inner);
	scan_apply(&inner, f->hit.bytes, 0, f->hit.len, &plain);
	scan_edits_clear(&inner);
	if (is_hex(q->text + f->hit.from, f->hit.to - f->hit.from))
		for (size_t i = 0; i < plain.len; i++)
			buf_addf(&out, "%02x", (unsigned char)plain.data[i]);
	else
		base64_encode(&out, plain.data, plain.len);
	buf_clear(&plain);
	buf_str(&out);
	return buf_steal(&out);
}

static char *alias_of(const struct scan *q, const struct found *f)
{
	const struct seek_hit *h = &f->hit;
	struct book *b = q->book->book;
	const char *alias = NULL;

	if (f->coded)
		return coded_alias(q, f);
	switch (h->kind) {
	case SEEK_LOCAL: alias = book_local(b, h->bytes, h->len); break;
	case SEEK_NAME:
		alias = book_name(b, h->bytes, h->len,
		                  q->flags & SCAN_EXCHANGER);
		if (strncasecmp(alias, h->bytes, h->len) == 0)
			alias = NULL; /* it stays, as it was written */
		break;
	case SEEK_ADDRESS: alias = book_address(b, h->bytes, h->len); break;
	case SEEK_DIGEST:
		alias = book_other(b, BOOK_DIGEST, h->bytes, h->len);
		break;
	case SEEK_TEXT:
		alias = book_other(b, BOOK_TEXT, h->bytes, h->len);
		break;
	case SEEK_WORD: alias = book_word(b, h->bytes, h->len); break;
	}
	return alias ? xstrdup(alias) : xmemdup0(h->bytes, h->len);
}

void scan_text(const struct scan_book *s, const char *text, size_t len,
               unsigned flags, struct scan_edits *out)
{
	struct scan q = { .book = s, .text = text, .len = len, .flags = flags };
	struct seeker k;

	*out = (struct scan_edits){ 0 };
	if (len == 0)
		return;
	secret_views(text, len, seek_in_view, &q);
	k = seeker(&q);
	seek_fields(&k, text, len, q.n == 0);
	if (q.n == 0)
		return;
	choose(&q);
	out->list = xcalloc(q.n, sizeof *out->list);
	for (size_t i = 0; i < q.n; i++) {
		out->list[out->n++] = (struct scan_edit){
			.from = q.list[i].hit.from, .to = q.list[i].hit.to,
			.text = alias_of(&q, &q.list[i]) };
		free((char *)q.list[i].hit.bytes);
	}
	free(q.list);
}

void scan_edits_clear(struct scan_edits *e)
{
	for (size_t i = 0; i < e->n; i++)
		free(e->list[i].text);
	free(e->list);
	*e = (struct scan_edits){ 0 };
}

void scan_apply(const struct scan_edits *e, const char *text, size_t from,
                size_t to, struct buf *out)
{
	size_t at = from;

	for (size_t i = 0; i < e->n && e->list[i].from < to; i++) {
		const struct scan_edit *x = &e->list[i];

		if (x->to <= from)
			continue;
		if (x->from >= from) {
			buf_add(out, text + at, x->from - at);
			buf_adds(out, x->text);
		}
		at = x->to < to ? x->to : to;
	}
	buf_add(out, text + at, to - at);
}

size_t scan_place(const struct scan_edits *e, size_t at)
{
	size_t place = at;

	for (size_t i = 0; i < e->n && e->list[i].from < at; i++) {
		const struct scan_edit *x = &e->list[i];
		size_t alias = strlen(x->text), was = x->to - x->from;

		if (at >= x->to)
			place += alias - was;
		else /* within: at the alias, not behind it */
			place = place - (at - x->from) +
			        (at - x->from < alias ? at - x->from : alias);
	}
	return place;
}
