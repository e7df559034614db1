#include "config.h"

#include "io/tls_priv.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/i18n.h"
#include "util/xalloc.h"

static bool fail(char **error, const char *what, const char *why)
{
	*error = xasprintf("%s: %s", what, why);
	libcrypto()->ERR_clear_error();
	return false;
}

/* The library says too little of a file that it cannot open. */
static bool can_read(const char *path, char **error)
{
	FILE *f = fopen(path, "r");

	if (!f)
		return fail(error, path, strerror(errno));
	fclose(f);
	return true;
}

/* A key with a passphrase is not asked for: nobody is at the terminal. */
static int no_passphrase(char *to, int size, int writing, void *arg)
{
	(void)to, (void)size, (void)writing, (void)arg;
	return -1;
}

/* Old servers are to be looked at, not refused: RFC 8996 is for the caller to
 * quote. A server of ours says by itself what it wants. */
static bool set_versions(struct tls_setup *s,
                         const struct tls_setup_config *cfg, char **error)
{
	int lowest = s->server ? TLS1_2_VERSION : TLS1_VERSION;
	int min = cfg->min ? cfg->min : lowest;

	if (cfg->max && !cfg->min && cfg->max < min)
		min = cfg->max;
	if ((cfg->max && min > cfg->max) || min > TLS1_3_VERSION ||
	    libssl()->SSL_CTX_ctrl(s->ctx, SSL_CTRL_SET_MIN_PROTO_VERSION, min,
	        NULL) != 1 ||
	    libssl()->SSL_CTX_ctrl(s->ctx, SSL_CTRL_SET_MAX_PROTO_VERSION,
	        cfg->max, NULL) != 1)
		return fail(error, "TLS",
		    _("no version lies between the minimum and the maximum"));
	return true;
}

/*
 * No renegotiation (CVE-2009-3555), no resumption: each dialog shows a whole
 * handshake. With level 0 the library refuses neither TLS 1.0 nor small keys;
 * tls_verify.c judges them.
 */
static bool set_manners(struct tls_setup *s, char **error)
{
	static const char ciphers[] = "DEFAULT:@SECLEVEL=0";

	if (libssl()->SSL_CTX_set_cipher_list(s->ctx, ciphers) != 1)
		return fail(error, "TLS", _("the library has no ciphers"));
	libssl()->SSL_CTX_set_options(s->ctx, SSL_OP_NO_RENEGOTIATION |
	    SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION |
	    SSL_OP_CLEANSE_PLAINTEXT |
	    (s->server ? 0 : SSL_OP_LEGACY_SERVER_CONNECT));
	libssl()->SSL_CTX_ctrl(s->ctx, SSL_CTRL_SET_SESS_CACHE_MODE,
	    SSL_SESS_CACHE_OFF, NULL);
	libssl()->SSL_CTX_set_num_tickets(s->ctx, 0);
	libssl()->SSL_CTX_set_default_passwd_cb(s->ctx, no_passphrase);
	libssl()->SSL_CTX_set_cert_verify_callback(s->ctx, tls_verify, NULL);
	return true;
}

static bool set_certificate(struct tls_setup *s,
                            const struct tls_setup_config *cfg, char **error)
{
	const char *key = cfg->key_file ? cfg->key_file : cfg->cert_file;

	if (!cfg->cert_file)
		return true;
	if (!can_read(cfg->cert_file, error) || !can_read(key, error))
		return false;
	if (libssl()->SSL_CTX_use_certificate_chain_file(s->ctx,
	        cfg->cert_file) != 1)
		return fail(error, cfg->cert_file,
		    _("no certificate in PEM form is in it"));
	if (libssl()->SSL_CTX_use_PrivateKey_file(s->ctx, key,
	        SSL_FILETYPE_PEM) == 1 &&
	    libssl()->SSL_CTX_check_private_key(s->ctx) == 1)
		return true;
	return fail(error, key, _("no key without a passphrase in PEM form is "
	    "in it that fits the certificate"));
}

/* "a94d09e5.0": what openssl rehash makes of a folder of certificates */
static bool is_hash(const char *name)
{
	return strspn(name, "0123456789abcdef") == 8 && name[8] == '.' &&
	       name[9] >= '0' && name[9] <= '9';
}

static bool is_hashed(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *e;

	if (!dir)
		return false;
	while ((e = readdir(dir)) && !is_hash(e->d_name))
		;
	closedir(dir);
	return e;
}

static const char *env(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

/*
 * The folder costs nothing until a chain asks for an issuer. The bundle of all
 * authorities waits for the first chain.
 */
static void trust_system(struct tls_setup *s)
{
	const struct libcrypto *c = libcrypto();
	const char *file = env(c->X509_get_default_cert_file_env());
	const char *dir = env(c->X509_get_default_cert_dir_env());

	if (!file && !dir) {
		dir = c->X509_get_default_cert_dir();
		if (!is_hashed(dir)) {
			dir = NULL;
			file = c->X509_get_default_cert_file();
		}
	}
	if (dir)
		libssl()->SSL_CTX_load_verify_dir(s->ctx, dir);
	if (file)
		s->bundle_path = xstrdup(file);
	c->ERR_clear_error(); /* without any: every issuer is unknown */
}

void tls_setup_load(struct tls_setup *s, STACK_OF(X509) *chain)
{
	const struct libcrypto *c = libcrypto();
	const OPENSSL_STACK *sent = (const OPENSSL_STACK *)chain;
	int n = s->bundle_path || s->bundle ? c->OPENSSL_sk_num(sent) : 0;

	if (s->bundle_path) {
		s->bundle = tls_bundle_read(s->bundle_path);
		if (!s->bundle)
			libssl()->SSL_CTX_load_verify_file(s->ctx,
			    s->bundle_path);
		free(s->bundle_path);
		s->bundle_path = NULL;
	}
	for (int i = 0; s->bundle && i < n; i++)
		tls_bundle_trust(s->bundle, c->OPENSSL_sk_value(sent, i),
		    libssl()->SSL_CTX_get_cert_store(s->ctx));
	c->ERR_clear_error();
}

static bool set_trust(struct tls_setup *s, const struct tls_setup_config *cfg,
                      char **error)
{
	if (s->server) {
		if (cfg->ask_client_cert)
			libssl()->SSL_CTX_set_verify(s->ctx, SSL_VERIFY_PEER,
			    NULL);
		return true;
	}
	libssl()->SSL_CTX_set_verify(s->ctx, SSL_VERIFY_NONE, NULL);
	if (libssl()->SSL_CTX_dane_enable(s->ctx) != 1)
		return fail(error, "TLS", _("the library has no DANE"));
	if (!cfg->ca_file) {
		trust_system(s);
		return true;
	}
	if (!can_read(cfg->ca_file, error))
		return false;
	if (libssl()->SSL_CTX_load_verify_file(s->ctx, cfg->ca_file) != 1)
		return fail(error, cfg->ca_file,
		    _("no certificate in PEM form is in it"));
	return true;
}

struct tls_setup *tls_setup_new(const struct tls_setup_config *cfg,
                                char **error)
{
	struct tls_setup *s;

	*error = NULL;
	if (!libssl()) {
		*error = xasprintf("%s: %s", LIBSSL_SONAME,
		    _("OpenSSL 3.0 or later is not on this machine"));
		return NULL;
	}
	s = xcalloc(1, sizeof *s);
	s->server = cfg->server;
	s->ctx = libssl()->SSL_CTX_new(cfg->server ?
	    libssl()->TLS_server_method() : libssl()->TLS_client_method());
	if (!s->ctx)
		fail(error, "TLS", _("the library does not start"));
	else if (set_versions(s, cfg, error) && set_manners(s, error) &&
	         set_trust(s, cfg, error) && set_certificate(s, cfg, error))
		return s;
	tls_setup_free(s);
	return NULL;
}

void tls_setup_free(struct tls_setup *s)
{
	if (!s)
		return;
	if (s->ctx)
		libssl()->SSL_CTX_free(s->ctx);
	free(s->bundle_path);
	tls_bundle_free(s->bundle);
	free(s);
}

bool tls_setup_trust_pem(struct tls_setup *s, const char *pem, size_t len)
{
	const struct libcrypto *c = libcrypto();
	X509_STORE *store = libssl()->SSL_CTX_get_cert_store(s->ctx);
	BIO *bio = len <= INT_MAX ? c->BIO_new_mem_buf(pem, (int)len) : NULL;
	size_t n = 0;
	X509 *x;

	while (bio && (x = c->PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
		n += c->X509_STORE_add_cert(store, x) == 1;
		c->X509_free(x);
	}
	c->BIO_free(bio);
	c->ERR_clear_error();
	return n > 0;
}
