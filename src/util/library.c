#include "config.h"

#include "util/library.h"

#include <dlfcn.h>
#include <stdlib.h>

#include "util/xalloc.h"

static char missing; /* its address: was looked for and is not there */

static void *load(const struct library *l)
{
	void *handle = dlopen(l->so_name, RTLD_NOW | RTLD_LOCAL);
	char *table;

	if (!handle)
		return &missing;
	table = xcalloc(1, l->size);
	for (size_t i = 0; i < l->n; i++) {
		void *function = dlsym(handle, l->symbols[i].name);

		if (!function) {
			free(table);
			return &missing;
		}
		/* POSIX: what dlsym() gives may be a function's pointer */
		*(void **)(void *)(table + l->symbols[i].at) = function;
	}
	return table;
}

/* The first thread's table is everyone's. */
const void *library_table(struct library *l)
{
	void *table = atomic_load(&l->table), *before = NULL;

	if (!table) {
		table = load(l);
		if (!atomic_compare_exchange_strong(&l->table, &before,
		                                    table)) {
			if (table != &missing)
				free(table);
			table = before;
		}
	}
	return table == &missing ? NULL : table;
}
