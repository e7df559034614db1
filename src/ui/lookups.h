/*
 * lookups: the address lookups of a way (RFC 5321 §5.1), two for each mail
 * server, as one entry that can be opened, and those of the checks as another.
 * What failed is never hidden in one, but for the checks: they tell it.
 *
 * A group is a run of neighbours in the dialog. The list of them is made by
 * rows.c while it looks through the dialog. UI thread.
 */
#ifndef UI_LOOKUPS_H
#define UI_LOOKUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/dialog.h"
#include "knowledge/explain.h"
#include "util/buf.h"

enum { LOOKUPS_MAX = 128 }; /* in one group; a longer run makes several */

struct lookups {
	uint32_t first; /* index in the dialog; the others follow */
	uint16_t n, hosts, addresses;
	bool checks; /* such as only checks ask for are among them */
};

struct lookups_list {
	struct lookups *list;
	size_t n, size;
};

void lookups_clear(struct lookups_list *l);
/* The lookup of an A or AAAA record that was answered, or by NODATA; or of what
 * only checks ask for. */
bool lookups_takes(const struct event *e);
/* Adds entry index, which lookups_takes(), to the group that ends before it,
 * or to a new one. The group is borrowed until the next call. */
const struct lookups *lookups_add(struct lookups_list *l,
                                  const struct dialog *d, size_t index);
/* The group of two or more that holds the entry, or NULL. */
const struct lookups *lookups_of(const struct lookups_list *l, size_t index);

/* "addresses of 4 hosts: 8 lookups, 4 addresses" */
void lookups_note(const struct lookups *g, struct buf *out);
/* Caller clears out. */
void lookups_explain(const struct lookups *g, struct explanation *out);

#endif
