#include "config.h"

#include "net/share.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

enum { BUCKETS = SHARE_MAX }; /* a power of two */

struct kept {
	struct kept *next;
	struct dns_exchange x; /* its pointers lead into here */
	struct dns_name name;
	char data[]; /* wire, then bogus with its NUL */
};

struct share_entry {
	struct share_entry *next, **link;  /* in its bucket */
	struct share_entry *newer, *older; /* by the time of use */
	struct dns_name name;
	uint16_t type;
	void *owner;             /* NULL: known */
	struct dns_answer *answer;
	int64_t until_us;        /* valid when known */
	struct kept *kept, **end;
	size_t bytes;
};

struct share {
	struct share_entry *buckets[BUCKETS];
	struct share_entry *newest, *oldest;
	size_t n, bytes;
};

struct share *share_new(void)
{
	return xcalloc(1, sizeof(struct share));
}

void share_free(struct share *s)
{
	if (!s)
		return;
	while (s->newest)
		share_forget(s, s->newest);
	free(s);
}

static uint32_t hash_of(const struct dns_name *name, uint16_t type)
{
	uint32_t h = 2166136261u ^ type; /* FNV-1a */

	for (size_t i = 0; i < name->len; i++)
		h = (h ^ name->wire[i]) * 16777619u;
	return h & (BUCKETS - 1);
}

/* ---- by the time of use ---- */

static void unlink_use(struct share *s, struct share_entry *e)
{
	if (e->newer)
		e->newer->older = e->older;
	else
		s->newest = e->older;
	if (e->older)
		e->older->newer = e->newer;
	else
		s->oldest = e->newer;
}

static void link_newest(struct share *s, struct share_entry *e)
{
	e->newer = NULL;
	e->older = s->newest;
	if (e->older)
		e->older->newer = e;
	else
		s->oldest = e;
	s->newest = e;
}

/* Those that are being asked for have their owners and stay. */
static void make_room(struct share *s)
{
	struct share_entry *e = s->oldest, *newer;

	for (; e && (s->n > SHARE_MAX || s->bytes > SHARE_BYTES_MAX);
	     e = newer) {
		newer = e->newer;
		if (!e->owner)
			share_forget(s, e);
	}
}

/* ---- entries ---- */

void share_forget(struct share *s, struct share_entry *e)
{
	unlink_use(s, e);
	*e->link = e->next;
	if (e->next)
		e->next->link = e->link;
	s->n--;
	s->bytes -= e->bytes;
	while (e->kept) {
		struct kept *k = e->kept;

		e->kept = k->next;
		free(k);
	}
	answer_free(e->answer);
	free(e);
}

struct share_entry *share_find(struct share *s, const struct dns_name *name,
                               uint16_t type, int64_t now_us)
{
	struct dns_name lower = *name;
	struct share_entry *e;

	dns_name_lower(&lower);
	e = s->buckets[hash_of(&lower, type)];
	while (e && (e->type != type || e->name.len != lower.len ||
	             memcmp(e->name.wire, lower.wire, lower.len) != 0))
		e = e->next;
	if (e && !e->owner && e->until_us <= now_us) {
		share_forget(s, e);
		return NULL;
	}
	if (e) {
		unlink_use(s, e);
		link_newest(s, e);
	}
	return e;
}

struct share_entry *share_add(struct share *s, const struct dns_name *name,
                              uint16_t type, void *owner)
{
	struct share_entry *e = xcalloc(1, sizeof *e);

	assert(owner);
	e->name = *name;
	dns_name_lower(&e->name);
	e->type = type;
	e->owner = owner;
	e->end = &e->kept;
	e->link = &s->buckets[hash_of(&e->name, type)];
	e->next = *e->link;
	if (e->next)
		e->next->link = &e->next;
	*e->link = e;
	link_newest(s, e);
	s->n++;
	make_room(s);
	return e;
}

void *share_owner(const struct share_entry *e)
{
	return e->owner;
}

void share_set_owner(struct share_entry *e, void *owner)
{
	e->owner = owner;
}

void share_keep(struct share *s, struct share_entry *e,
                const struct dns_exchange *x)
{
	size_t words = x->bogus ? strlen(x->bogus) + 1 : 0;
	struct kept *k = xmalloc(sizeof *k + x->len + words);

	k->next = NULL;
	k->x = *x;
	k->name = *x->name;
	k->x.name = &k->name;
	k->x.us = 0; /* the next one does not wait for it */
	k->x.cached = true;
	if (x->wire)
		k->x.wire = memcpy(k->data, x->wire, x->len);
	if (x->bogus)
		k->x.bogus = memcpy(k->data + x->len, x->bogus, words);
	*e->end = k;
	e->end = &k->next;
	e->bytes += sizeof *k + x->len + words;
	s->bytes += sizeof *k + x->len + words;
}

void share_known(struct share *s, struct share_entry *e, struct dns_answer *a,
                 int64_t now_us)
{
	int64_t seconds = dns_status_is_temp(a->status) ? SHARE_FAILED_S
	                                                : a->ttl;

	e->owner = NULL;
	e->answer = answer_ref(a);
	e->until_us = now_us + seconds * 1000000;
	make_room(s);
}

struct dns_answer *share_answer(struct share_entry *e)
{
	return answer_ref(e->answer);
}

bool share_exchange(const struct share_entry *e, size_t i,
                    struct dns_exchange *out)
{
	const struct kept *k = e->kept;

	for (; k && i > 0; i--)
		k = k->next;
	if (k)
		*out = k->x;
	return k != NULL;
}
