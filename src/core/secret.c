#include "config.h"

#include "core/secret.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/secret_view.h"
#include "util/wipe.h"
#include "util/xalloc.h"

/*
 * A reply is read in several ways (secret_view.h: as it stands, with percent
 * signs, in Base64 ...), each giving bytes that know where in the text they
 * come from. What is looked for is then always the same: the bare secret.
 */

enum {
	KEPT_MAX = SECRETS_MAX / 2, /* the first ones: the plan's */
	FILTER_BITS = 12,
	FILTER_SIZE = 1 << FILTER_BITS,
};

struct secret {
	char *data; /* owned, len bytes */
	size_t len;
	uint8_t next; /* with the same filter slot: its number + 1; 0: none */
};

struct secrets {
	struct secret *list; /* SECRETS_MAX, from the first one on */
	size_t n;
	size_t oldest; /* of those behind KEPT_MAX, once the list is full */
	bool shorts;   /* one is shorter than SECRET_MIN */
	/* By the first SECRET_MIN bytes: number + 1 of the first secret. */
	uint8_t *filter; /* FILTER_SIZE, from the first one on */
};

struct secrets *secrets_new(void)
{
	return xcalloc(1, sizeof(struct secrets));
}

static void secret_clear(struct secret *one)
{
	wipe(one->data, one->len);
	free(one->data);
	*one = (struct secret){ 0 };
}

void secrets_free(struct secrets *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++)
		secret_clear(&s->list[i]);
	if (s->n)
		wipe(s->filter, FILTER_SIZE);
	free(s->list);
	free(s->filter);
	free(s);
}

static size_t filter_slot(const char *p)
{
	uint32_t head;

	memcpy(&head, p, sizeof head);
	return head * UINT32_C(2654435761) >> (32 - FILTER_BITS);
}

static bool known(const struct secrets *s, const void *data, size_t len)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->list[i].len == len &&
		    memcmp(s->list[i].data, data, len) == 0)
			return true;
	return false;
}

static struct secret *new_place(struct secrets *s)
{
	struct secret *one;

	if (s->n < SECRETS_MAX)
		return &s->list[s->n++];
	one = &s->list[KEPT_MAX + s->oldest];
	s->oldest = (s->oldest + 1) % (SECRETS_MAX - KEPT_MAX);
	secret_clear(one);
	return one;
}

static void fill_filter(struct secrets *s)
{
	memset(s->filter, 0, FILTER_SIZE);
	s->shorts = false;
	for (size_t i = 0; i < s->n; i++) {
		struct secret *one = &s->list[i];
		uint8_t *slot;

		if (one->len < SECRET_MIN) {
			s->shorts = true;
			continue;
		}
		slot = &s->filter[filter_slot(one->data)];
		one->next = *slot;
		*slot = (uint8_t)(i + 1);
	}
}

void secrets_add(struct secrets *s, const void *data, size_t len)
{
	struct secret *one;

	if (len > SECRET_LEN_MAX)
		len = SECRET_LEN_MAX;
	if (len == 0 || known(s, data, len))
		return;
	if (!s->list) { /* most dialogs have none */
		s->list = xcalloc(SECRETS_MAX, sizeof *s->list);
		s->filter = xmalloc(FILTER_SIZE);
	}
	one = new_place(s);
	*one = (struct secret){ .data = xmalloc(len), .len = len };
	memcpy(one->data, data, len);
	fill_filter(s);
}

bool secrets_any(const struct secrets *s)
{
	return s->n > 0;
}

/* One search: what for, and the text whose places are marked. */
struct search {
	const struct secrets *secrets;
	const char *text;
	size_t len;
	char *mark;     /* len bytes, 1: to be blotted */
	bool found;
};

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

/* The line breaks within stay: positions and lines are as they were. */
static void mark(struct search *q, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		q->mark[i] |= q->text[i] != '\r' && q->text[i] != '\n';
	q->found = true;
}

/* Does the byte i..i+n of the run stand alone, in it and in the text? */
static bool alone(const struct search *q, const struct secret_run *r, size_t i,
                  size_t n)
{
	size_t from = r->places[i].from, to = r->places[i + n - 1].to;

	if (r->whole && (i > 0 || i + n < r->n))
		return false;
	if (i > 0 ? is_word(r->bytes[i - 1])
	          : from > 0 && is_word(q->text[from - 1]))
		return false;
	return i + n < r->n ? !is_word(r->bytes[i + n])
	                    : to == q->len || !is_word(q->text[to]);
}

static void find_short(struct search *q, const struct secret *one,
                       const struct secret_run *r)
{
	for (size_t i = 0; i + one->len <= r->n; i++)
		if (memcmp(r->bytes + i, one->data, one->len) == 0 &&
		    alone(q, r, i, one->len))
			mark(q, r->places[i].from,
			     r->places[i + one->len - 1].to);
}

/* The length of the longest secret that stands at byte i; 0: none. */
static size_t length_at(const struct secrets *s, const struct secret_run *r,
                        size_t i)
{
	size_t longest = 0;
	uint8_t k = s->filter[filter_slot(r->bytes + i)];

	for (; k; k = s->list[k - 1].next) {
		const struct secret *one = &s->list[k - 1];

		if (one->len > longest && one->len <= r->n - i &&
		    memcmp(r->bytes + i, one->data, one->len) == 0)
			longest = one->len;
	}
	return longest;
}

static void find_in_run(const struct secret_run *r, void *arg)
{
	struct search *q = arg;
	const struct secrets *s = q->secrets;
	size_t done = 0;

	for (size_t i = 0; i + SECRET_MIN <= r->n; i++) {
		size_t n = length_at(s, r, i), from, to;

		if (n == 0)
			continue;
		from = r->places[i].from;
		to = r->places[i + n - 1].to;
		if (to > done)
			mark(q, from > done ? from : done, to);
		done = to > done ? to : done;
	}
	for (size_t k = 0; s->shorts && k < s->n; k++)
		if (s->list[k].len < SECRET_MIN)
			find_short(q, &s->list[k], r);
}

static void blot_spans(const struct search *q, const struct secret_span *spans,
                       size_t n)
{
	const char *m = q->mark;

	for (size_t i = 0; i < n; m += spans[i++].len)
		for (size_t k = 0; k < spans[i].len; k++)
			if (m[k])
				spans[i].data[k] = '*';
}

bool secrets_blot(const struct secrets *s, const struct secret_span *spans,
                  size_t n)
{
	struct search q = { .secrets = s };
	char *text;
	size_t at = 0;

	for (size_t i = 0; i < n; i++)
		q.len += spans[i].len;
	if (s->n == 0 || q.len == 0)
		return false;
	text = xmalloc(q.len);
	for (size_t i = 0; i < n; at += spans[i++].len)
		if (spans[i].len)
			memcpy(text + at, spans[i].data, spans[i].len);
	q.text = text;
	q.mark = xcalloc(q.len, 1);
	secret_views(text, q.len, find_in_run, &q);
	if (q.found)
		blot_spans(&q, spans, n);
	wipe(text, q.len);
	free(text);
	free(q.mark);
	return q.found;
}

bool secrets_blot_one(const struct secrets *s, char *data, size_t len)
{
	const struct secret_span span = { .data = data, .len = len };

	return secrets_blot(s, &span, 1);
}
