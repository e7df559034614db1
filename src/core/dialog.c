#include "config.h"

#include "core/dialog.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/dialog_now.h"
#include "util/xalloc.h"

/* Events lie one behind the other in blocks of this size, or of their own. */
enum { BLOCK_SIZE = 1 << 20 };
enum { SECURE = 0x80 }; /* beside a state in one byte */

struct block {
	struct block *next;
	size_t used, size;
	max_align_t data[];
};

struct places { /* indices of the events of one kind, in order */
	size_t *at, n, size;
};

struct dialog {
	struct block *blocks; /* newest first */
	const struct event **at;
	uint8_t *before;        /* state of its session before each event;
	                         * SECURE when inside TLS */
	size_t count, size;
	uint8_t *state;         /* of each session, by its number */
	size_t n_states;
	struct places checks, verdicts;
	const struct dialog *whole; /* a part: its owner of all lists here */
	size_t bytes;
	struct dialog_now now;
};

struct dialog *dialog_new(void)
{
	struct dialog *d = xcalloc(1, sizeof *d);

	now_init(&d->now);
	return d;
}

void dialog_free(struct dialog *d)
{
	if (!d)
		return;
	while (d->blocks) {
		struct block *b = d->blocks;

		d->blocks = b->next;
		free(b);
	}
	now_clear(&d->now);
	if (!d->whole) {
		free(d->at);
		free(d->before);
		free(d->state);
		free(d->checks.at);
		free(d->verdicts.at);
	}
	free(d);
}

static void *take_space(struct dialog *d, size_t size)
{
	struct block *b = d->blocks;
	size_t rounded = (size + 7) & ~(size_t)7;
	char *p;

	if (!b || b->size - b->used < rounded) {
		size_t room = rounded > BLOCK_SIZE ? rounded : BLOCK_SIZE;

		b = xmalloc(sizeof *b + room);
		*b = (struct block){ .next = d->blocks, .size = room };
		d->blocks = b;
		d->bytes += sizeof *b + room;
	}
	p = (char *)b->data + b->used;
	b->used += rounded;
	return p;
}

/* Where the state of that session is kept; NULL: its number is too wild. */
static uint8_t *state_of(struct dialog *d, uint32_t session)
{
	size_t old = d->n_states;

	if (session >= DIALOG_SESSIONS_MAX)
		return NULL;
	if (session >= old) {
		d->n_states = old ? old * 2 : 64;
		while (d->n_states <= session)
			d->n_states *= 2;
		d->state = xreallocarray(d->state, d->n_states, 1);
		memset(d->state + old, ST_CLOSED, d->n_states - old);
	}
	return &d->state[session];
}

static void note_state(struct dialog *d, const struct event *e)
{
	uint8_t *state = state_of(d, e->session);

	if (state && e->kind == EV_TLS)
		*state |= SECURE;
	d->before[d->count] = state ? *state : ST_CLOSED;
	if (!state)
		return;
	if (e->kind == EV_CONNECTING)
		*state = ST_CLOSED;
	else if (e->kind == EV_STATE)
		*state = (uint8_t)(e->u.state.to | (*state & SECURE));
}

static void add_place(struct places *p, size_t index)
{
	if (p->n == p->size) {
		p->size = p->size ? p->size * 2 : 16;
		p->at = xreallocarray(p->at, p->size, sizeof *p->at);
	}
	p->at[p->n++] = index;
}

void dialog_append(struct dialog *d, const struct event *e)
{
	struct event *copy;

	assert(!d->whole);
	now_apply(&d->now, e);
	if (e->kind == EV_PROMPT || e->kind == EV_ASK)
		return;
	copy = take_space(d, e->size);
	memcpy(copy, e, e->size);
	if (d->count == d->size) {
		d->size = d->size ? d->size * 2 : 256;
		d->at = xreallocarray(d->at, d->size, sizeof *d->at);
		d->before = xreallocarray(d->before, d->size, 1);
	}
	note_state(d, copy);
	if (e->kind == EV_CHECK)
		add_place(&d->checks, d->count);
	else if (e->kind == EV_VERDICT)
		add_place(&d->verdicts, d->count);
	d->at[d->count++] = copy;
}

struct dialog *dialog_part(const struct dialog *whole)
{
	struct dialog *d = dialog_new();

	assert(!whole->whole);
	d->whole = whole;
	d->at = whole->at;
	d->before = whole->before;
	d->checks.at = whole->checks.at;
	d->verdicts.at = whole->verdicts.at;
	return d;
}

size_t dialog_grow(struct dialog *part, size_t count)
{
	size_t left = part->whole->count - part->count;
	size_t n = count < left ? count : left;

	assert(part->at == part->whole->at);
	for (size_t i = 0; i < n; i++) {
		const struct event *e = part->at[part->count++];

		now_apply(&part->now, e);
		part->checks.n += e->kind == EV_CHECK;
		part->verdicts.n += e->kind == EV_VERDICT;
	}
	return n;
}

size_t dialog_count(const struct dialog *d)
{
	return d->count;
}

const struct event *dialog_at(const struct dialog *d, size_t i)
{
	return d->at[i];
}

size_t dialog_find(const struct dialog *d, uint32_t n)
{
	size_t low = 0, high = d->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (d->at[mid]->n < n)
			low = mid + 1;
		else
			high = mid;
	}
	return low < d->count && d->at[low]->n == n ? low : SIZE_MAX;
}

size_t dialog_before(const struct dialog *d, size_t i, enum event_kind k,
                     uint32_t session)
{
	if (d->count == 0)
		return SIZE_MAX;
	if (i >= d->count)
		i = d->count - 1;
	for (size_t j = i + 1, back = 0; j-- > 0; back++) {
		if (back == DIALOG_BACK_MAX)
			break;
		if (d->at[j]->session != session)
			continue;
		if (d->at[j]->kind == k)
			return j;
		if (session && d->at[j]->kind == EV_CONNECTING)
			break; /* its first event */
	}
	return SIZE_MAX;
}

enum state dialog_state_at(const struct dialog *d, size_t i)
{
	return (enum state)(d->before[i] & ~SECURE);
}

bool dialog_secure_at(const struct dialog *d, size_t i)
{
	return d->before[i] & SECURE;
}

size_t dialog_check(const struct dialog *d, size_t i)
{
	return i < d->checks.n ? d->checks.at[i] : SIZE_MAX;
}

/* The first verdict behind an event. */
static size_t verdicts_from(const struct dialog *d, size_t index)
{
	size_t low = 0, high = d->verdicts.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (d->verdicts.at[mid] <= index)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

size_t dialog_verdict_on(const struct dialog *d, size_t index)
{
	uint32_t n = d->at[index]->n;
	size_t found = SIZE_MAX, from = verdicts_from(d, index);

	for (size_t i = from;
	     i < d->verdicts.n && i < from + DIALOG_VERDICTS_MAX; i++)
		if (n && d->at[d->verdicts.at[i]]->u.verdict.about == n)
			found = d->verdicts.at[i];
	return found;
}

static bool same_matter(const struct event *a, const struct event *b)
{
	return a->u.verdict.about && a->u.verdict.about == b->u.verdict.about &&
	       a->session == b->session &&
	       strcmp(event_text(a, a->u.verdict.recipient),
	              event_text(b, b->u.verdict.recipient)) == 0;
}

bool dialog_verdict_old(const struct dialog *d, size_t index)
{
	size_t from = verdicts_from(d, index);

	for (size_t i = from;
	     i < d->verdicts.n && i < from + DIALOG_VERDICTS_MAX; i++)
		if (same_matter(d->at[index], d->at[d->verdicts.at[i]]))
			return true;
	return false;
}

bool dialog_verdict_again(const struct dialog *d, size_t index)
{
	size_t end = verdicts_from(d, index), looked = 0;

	for (size_t i = end; i-- > 0 && looked < DIALOG_VERDICTS_MAX; looked++)
		if (d->verdicts.at[i] < index &&
		    same_matter(d->at[index], d->at[d->verdicts.at[i]]))
			return true;
	return false;
}

size_t dialog_bytes(const struct dialog *d)
{
	return d->bytes + d->size * (sizeof *d->at + sizeof *d->before) +
	       (d->checks.size + d->verdicts.size) * sizeof *d->checks.at +
	       d->n_states;
}

const struct dialog_now *dialog_now(const struct dialog *d)
{
	return &d->now;
}

void dialog_answered(struct dialog *d)
{
	now_answered(&d->now);
}

bool dialog_is_tcp(const struct dialog_now *now)
{
	return *now->address || now->port;
}

const struct now_cap *dialog_cap(const struct dialog *d, const char *keyword)
{
	for (size_t i = 0; i < d->now.n_caps; i++)
		if (strcasecmp(d->now.caps[i].keyword, keyword) == 0)
			return &d->now.caps[i];
	return NULL;
}
