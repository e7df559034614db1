/*
 * library: a shared object that is loaded when it is first needed, and its
 * functions, found by name. Linking one costs each start, whether it is needed
 * or not. Any thread.
 */
#ifndef UTIL_LIBRARY_H
#define UTIL_LIBRARY_H

#include <stdatomic.h>
#include <stddef.h>

struct library_symbol {
	const char *name;
	size_t at; /* where its pointer goes in the table */
};

struct library { /* static; only table changes */
	const char *so_name;
	const struct library_symbol *symbols;
	size_t n;
	size_t size; /* of the table, in bytes */
	_Atomic(void *) table; /* NULL: was not looked for yet */
};

/* The same table at each call, for ever. NULL, at each call: the library, or
 * one of the functions, is not there. */
const void *library_table(struct library *l);

#endif
