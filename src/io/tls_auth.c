/* What AUTH needs of OpenSSL. */
#include "config.h"

#include "io/tls_priv.h"

#include <limits.h>
#include <string.h>

bool tls_hmac_md5(const void *key, size_t key_len, const void *data,
                  size_t len, unsigned char out[16])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	bool ok = libcrypto() && key_len <= INT_MAX &&
	          libcrypto()->HMAC(libcrypto()->EVP_md5(), key, (int)key_len,
	              data, len, digest, &n) && n == 16;

	if (ok)
		memcpy(out, digest, 16);
	if (libcrypto())
		libcrypto()->ERR_clear_error();
	return ok;
}

/* RFC 9266 §4.1: 32 bytes, no context */
static bool exporter(struct tls *t, struct buf *out)
{
	static const char label[] = "EXPORTER-Channel-Binding";
	unsigned char key[32];

	if (libssl()->SSL_export_keying_material(t->ssl, key, sizeof key,
	        label, sizeof label - 1, NULL, 0, 1) != 1)
		return false;
	buf_add(out, key, sizeof key);
	return true;
}

/* RFC 5929 §3: the first Finished message, without resumption the client's */
static bool unique(struct tls *t, struct buf *out)
{
	unsigned char finished[EVP_MAX_MD_SIZE];
	size_t n = t->server ?
	    libssl()->SSL_get_peer_finished(t->ssl, finished, sizeof finished) :
	    libssl()->SSL_get_finished(t->ssl, finished, sizeof finished);

	if (n == 0 || n > sizeof finished)
		return false;
	buf_add(out, finished, n);
	return true;
}

bool tls_channel_binding(struct tls *t, struct buf *out, const char **kind)
{
	bool modern = libssl()->SSL_version(t->ssl) >= TLS1_3_VERSION;
	bool ok = t->status == TLS_UP &&
	          (modern ? exporter(t, out) : unique(t, out));

	*kind = ok ? modern ? "tls-exporter" : "tls-unique" : "";
	libcrypto()->ERR_clear_error();
	return ok;
}
