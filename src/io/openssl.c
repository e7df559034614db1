#include "config.h"

#include "io/openssl.h"

#include "util/library.h"

static const struct library_symbol crypto_symbols[] = {
#define AT(name) { #name, offsetof(struct libcrypto, name) },
	LIBCRYPTO_FUNCTIONS(AT)
#undef AT
};
static const struct library_symbol ssl_symbols[] = {
#define AT(name) { #name, offsetof(struct libssl, name) },
	LIBSSL_FUNCTIONS(AT)
#undef AT
};

const struct libcrypto *libcrypto(void)
{
	static struct library l = {
		.so_name = LIBCRYPTO_SONAME,
		.symbols = crypto_symbols,
		.n = sizeof crypto_symbols / sizeof *crypto_symbols,
		.size = sizeof(struct libcrypto),
	};

	return library_table(&l);
}

const struct libssl *libssl(void)
{
	static struct library l = {
		.so_name = LIBSSL_SONAME,
		.symbols = ssl_symbols,
		.n = sizeof ssl_symbols / sizeof *ssl_symbols,
		.size = sizeof(struct libssl),
	};

	return libcrypto() ? library_table(&l) : NULL;
}
