/* A chain judged as if a server had sent it. */
#include "config.h"

#include "io/tls_priv.h"

#include <limits.h>

static void free_x509(void *x)
{
	libcrypto()->X509_free(x);
}

void tls_chain_free(STACK_OF(X509) *chain)
{
	libcrypto()->OPENSSL_sk_pop_free((OPENSSL_STACK *)chain, free_x509);
}

static OPENSSL_STACK *read_chain(const struct tls_der *chain, size_t n)
{
	const struct libcrypto *c = libcrypto();
	OPENSSL_STACK *all = c->OPENSSL_sk_new_null();

	for (size_t i = 0; i < n; i++) {
		const unsigned char *p = chain[i].data;
		X509 *x = chain[i].len <= LONG_MAX ?
		    c->d2i_X509(NULL, &p, (long)chain[i].len) : NULL;

		if (!x) {
			tls_chain_free((STACK_OF(X509) *)all);
			return NULL;
		}
		c->OPENSSL_sk_push(all, x);
	}
	return all;
}

bool tls_examine(struct tls *t, const struct tls_der *chain, size_t n)
{
	const struct libcrypto *c = libcrypto();
	OPENSSL_STACK *all = n ? read_chain(chain, n) : NULL;
	X509_STORE_CTX *ctx = all ? c->X509_STORE_CTX_new() : NULL;
	bool ok = ctx && c->X509_STORE_CTX_init(ctx,
	    libssl()->SSL_CTX_get_cert_store(t->setup->ctx),
	    c->OPENSSL_sk_value(all, 0), (STACK_OF(X509) *)all) == 1;

	t->examined = (STACK_OF(X509) *)all;
	if (ok) { /* as libssl does it for what a server sends */
		c->X509_STORE_CTX_set_ex_data(ctx,
		    libssl()->SSL_get_ex_data_X509_STORE_CTX_idx(), t->ssl);
		c->X509_STORE_CTX_set0_dane(ctx,
		    libssl()->SSL_get0_dane(t->ssl));
		c->X509_STORE_CTX_set_default(ctx, "ssl_server");
		c->X509_VERIFY_PARAM_set1(c->X509_STORE_CTX_get0_param(ctx),
		    libssl()->SSL_get0_param(t->ssl));
		tls_verify(ctx, NULL);
		libssl()->SSL_set_verify_result(t->ssl, t->verdict.code);
	}
	c->X509_STORE_CTX_free(ctx);
	c->ERR_clear_error();
	return ok;
}
