#include "config.h"

#include "io/openssl.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "util/xalloc.h"

/* What a library is, and where each of its functions goes in the table. */
struct symbol {
	const char *name;
	size_t at;
};

static const struct symbol crypto_symbols[] = {
#define AT(name) { #name, offsetof(struct libcrypto, name) },
	LIBCRYPTO_FUNCTIONS(AT)
#undef AT
};
static const struct symbol ssl_symbols[] = {
#define AT(name) { #name, offsetof(struct libssl, name) },
	LIBSSL_FUNCTIONS(AT)
#undef AT
};

static char missing; /* its address: was looked for and is not there */

/* A table of size bytes from the library so_name, or NULL. Caller owns. */
static void *load(const char *so_name, const struct symbol *symbols, size_t n,
                  size_t size)
{
	void *library = dlopen(so_name, RTLD_NOW | RTLD_LOCAL);
	char *table;

	if (!library)
		return NULL;
	table = xcalloc(1, size);
	for (size_t i = 0; i < n; i++) {
		void *function = dlsym(library, symbols[i].name);

		if (!function) {
			free(table);
			return NULL;
		}
		/* POSIX: what dlsym() gives may be a function's pointer */
		*(void **)(void *)(table + symbols[i].at) = function;
	}
	return table;
}

/* The first thread's table is everyone's; a table lives for ever. */
static void *settle(_Atomic(void *) *slot, void *table)
{
	void *before = NULL;

	if (!table)
		table = &missing;
	if (atomic_compare_exchange_strong(slot, &before, table))
		return table;
	if (table != &missing)
		free(table);
	return before;
}

const struct libcrypto *libcrypto(void)
{
	static _Atomic(void *) slot;
	void *table = atomic_load(&slot);

	if (!table)
		table = settle(&slot, load(LIBCRYPTO_SONAME, crypto_symbols,
		    sizeof crypto_symbols / sizeof *crypto_symbols,
		    sizeof(struct libcrypto)));
	return table == &missing ? NULL : table;
}

const struct libssl *libssl(void)
{
	static _Atomic(void *) slot;
	void *table = atomic_load(&slot);

	if (!table)
		table = settle(&slot, !libcrypto() ? NULL :
		    load(LIBSSL_SONAME, ssl_symbols,
		    sizeof ssl_symbols / sizeof *ssl_symbols,
		    sizeof(struct libssl)));
	return table == &missing ? NULL : table;
}
