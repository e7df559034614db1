#include "config.h"

#include "core/answer.h"

#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

struct facts {
	struct dns_answer **items; /* n, sorted by type and name */
	size_t n, size;
};

struct facts *facts_new(void)
{
	return xcalloc(1, sizeof(struct facts));
}

void facts_free(struct facts *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->n; i++)
		answer_free(f->items[i]);
	free(f->items);
	free(f);
}

static int compare(const struct dns_answer *a, const struct dns_name *name,
                   uint16_t type)
{
	if (a->type != type)
		return a->type < type ? -1 : 1;
	return dns_name_compare(&a->name, name);
}

/* Index of the answer, or where it would be. */
static size_t search(const struct facts *f, const struct dns_name *name,
                     uint16_t type, bool *found)
{
	size_t low = 0, high = f->n;

	*found = false;
	while (low < high && !*found) {
		size_t mid = low + (high - low) / 2;
		int c = compare(f->items[mid], name, type);

		*found = c == 0;
		if (c == 0)
			low = mid;
		else if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

void facts_add(struct facts *f, struct dns_answer *a)
{
	bool found;
	size_t at = search(f, &a->name, a->type, &found);

	if (found) {
		answer_free(f->items[at]);
		f->items[at] = a;
		return;
	}
	if (f->n == f->size) {
		f->size = f->size ? 2 * f->size : 8;
		f->items = xreallocarray(f->items, f->size, sizeof *f->items);
	}
	memmove(f->items + at + 1, f->items + at,
	        (f->n - at) * sizeof *f->items);
	f->items[at] = a;
	f->n++;
}

const struct dns_answer *facts_find(const struct facts *f,
                                    const struct dns_name *name,
                                    uint16_t type)
{
	bool found;
	size_t at = search(f, name, type, &found);

	return found ? f->items[at] : NULL;
}

size_t facts_count(const struct facts *f)
{
	return f->n;
}
