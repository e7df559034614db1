#include "config.h"

#include "record/seen.h"

#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

enum { SIZE_MIN = 1024 };

/* FNV-1a, then the finalizer of MurmurHash3, so that the low bits say as much
 * as the others. Never 0, which is a free slot. */
static uint64_t hash(const char *data, size_t len)
{
	uint64_t h = 0xcbf29ce484222325;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)data[i]) * 0x100000001b3;
	h = (h ^ h >> 33) * 0xff51afd7ed558ccd;
	h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53;
	h ^= h >> 33;
	return h ? h : 1;
}

static uint64_t *slot_of(const struct seen *s, uint64_t h)
{
	size_t i = (size_t)h & (s->size - 1);

	while (s->slots[i] && s->slots[i] != h)
		i = (i + 1) & (s->size - 1);
	return &s->slots[i];
}

static void grow(struct seen *s)
{
	struct seen old = *s;

	s->size = old.size ? 2 * old.size : SIZE_MIN;
	s->slots = xcalloc(s->size, sizeof *s->slots);
	for (size_t i = 0; i < old.size; i++)
		if (old.slots[i])
			*slot_of(s, old.slots[i]) = old.slots[i];
	free(old.slots);
}

bool seen_has(const struct seen *s, const char *data, size_t len)
{
	return s->n > 0 && *slot_of(s, hash(data, len)) != 0;
}

bool seen_add(struct seen *s, const char *data, size_t len)
{
	uint64_t h = hash(data, len), *slot;

	if (4 * s->n >= 3 * s->size)
		grow(s);
	slot = slot_of(s, h);
	if (*slot)
		return true;
	if (s->n < SEEN_MAX) {
		*slot = h;
		s->n++;
	}
	return false;
}

void seen_clear(struct seen *s)
{
	free(s->slots);
	*s = (struct seen){ 0 };
}
