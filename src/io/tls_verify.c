#include "config.h"

#include "io/tls_priv.h"

#include <string.h>

/* What the library can find, in the words of tls_reasons.tsv. */
static const struct {
	int code;
	const char *word;
} words[] = {
	{ X509_V_OK, "ok" },
	{ X509_V_ERR_CERT_HAS_EXPIRED, "expired" },
	{ X509_V_ERR_CERT_NOT_YET_VALID, "not-yet-valid" },
	{ X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, "self-signed" },
	{ X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, "unknown-root" },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, "unknown-issuer" },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, "unknown-issuer" },
	{ X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, "unknown-issuer" },
	{ X509_V_ERR_SUBJECT_ISSUER_MISMATCH, "unknown-issuer" },
	{ X509_V_ERR_AKID_SKID_MISMATCH, "unknown-issuer" },
	{ X509_V_ERR_AKID_ISSUER_SERIAL_MISMATCH, "unknown-issuer" },
	{ X509_V_ERR_STORE_LOOKUP, "unknown-issuer" },
	{ X509_V_ERR_HOSTNAME_MISMATCH, "name-mismatch" },
	{ X509_V_ERR_IP_ADDRESS_MISMATCH, "name-mismatch" },
	{ X509_V_ERR_EMAIL_MISMATCH, "name-mismatch" },
	{ X509_V_ERR_INVALID_PURPOSE, "wrong-purpose" },
	{ X509_V_ERR_KEYUSAGE_NO_DIGITAL_SIGNATURE, "wrong-purpose" },
	{ X509_V_ERR_PROXY_CERTIFICATES_NOT_ALLOWED, "wrong-purpose" },
	{ X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED, "wrong-purpose" },
	{ X509_V_ERR_PROXY_SUBJECT_NAME_VIOLATION, "wrong-purpose" },
	{ X509_V_ERR_CERT_UNTRUSTED, "rejected" },
	{ X509_V_ERR_CERT_REJECTED, "rejected" },
	{ X509_V_ERR_EE_KEY_TOO_SMALL, "weak-key" },
	{ X509_V_ERR_CA_KEY_TOO_SMALL, "weak-key" },
	{ X509_V_ERR_CA_MD_TOO_WEAK, "weak-digest" },
	{ X509_V_ERR_CERT_REVOKED, "revoked" },
	{ X509_V_ERR_UNABLE_TO_GET_CRL, "revocation-unknown" },
	{ X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER, "revocation-unknown" },
	{ X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE, "revocation-unknown" },
	{ X509_V_ERR_CRL_SIGNATURE_FAILURE, "revocation-unknown" },
	{ X509_V_ERR_CRL_NOT_YET_VALID, "revocation-unknown" },
	{ X509_V_ERR_CRL_HAS_EXPIRED, "revocation-unknown" },
	{ X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD, "revocation-unknown" },
	{ X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD, "revocation-unknown" },
	{ X509_V_ERR_KEYUSAGE_NO_CRL_SIGN, "revocation-unknown" },
	{ X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION, "revocation-unknown" },
	{ X509_V_ERR_DIFFERENT_CRL_SCOPE, "revocation-unknown" },
	{ X509_V_ERR_CRL_PATH_VALIDATION_ERROR, "revocation-unknown" },
	{ X509_V_ERR_OCSP_VERIFY_NEEDED, "revocation-unknown" },
	{ X509_V_ERR_OCSP_VERIFY_FAILED, "revocation-unknown" },
	{ X509_V_ERR_OCSP_CERT_UNKNOWN, "revocation-unknown" },
	{ X509_V_ERR_CERT_CHAIN_TOO_LONG, "chain-too-long" },
	{ X509_V_ERR_PATH_LOOP, "chain-too-long" },
	{ X509_V_ERR_CERT_SIGNATURE_FAILURE, "bad-signature" },
	{ X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE, "bad-signature" },
	{ X509_V_ERR_SIGNATURE_ALGORITHM_MISMATCH, "bad-signature" },
	{ X509_V_ERR_SIGNATURE_ALGORITHM_INCONSISTENCY, "bad-signature" },
	{ X509_V_ERR_UNSUPPORTED_SIGNATURE_ALGORITHM, "bad-signature" },
	{ X509_V_ERR_NO_ISSUER_PUBLIC_KEY, "malformed" },
	{ X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY, "malformed" },
	{ X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD, "malformed" },
	{ X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD, "malformed" },
	{ X509_V_ERR_INVALID_EXTENSION, "malformed" },
	{ X509_V_ERR_CA_BCONS_NOT_CRITICAL, "malformed" },
	{ X509_V_ERR_ISSUER_NAME_EMPTY, "malformed" },
	{ X509_V_ERR_SUBJECT_NAME_EMPTY, "malformed" },
	{ X509_V_ERR_EMPTY_SUBJECT_ALT_NAME, "malformed" },
	{ X509_V_ERR_EMPTY_SUBJECT_SAN_NOT_CRITICAL, "malformed" },
	{ X509_V_ERR_AUTHORITY_KEY_IDENTIFIER_CRITICAL, "malformed" },
	{ X509_V_ERR_SUBJECT_KEY_IDENTIFIER_CRITICAL, "malformed" },
	{ X509_V_ERR_MISSING_AUTHORITY_KEY_IDENTIFIER, "malformed" },
	{ X509_V_ERR_MISSING_SUBJECT_KEY_IDENTIFIER, "malformed" },
	{ X509_V_ERR_EXTENSIONS_REQUIRE_VERSION_3, "malformed" },
	{ X509_V_ERR_EC_KEY_EXPLICIT_PARAMS, "malformed" },
	{ X509_V_ERR_UNNESTED_RESOURCE, "malformed" },
	{ X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, "critical-extension" },
	{ X509_V_ERR_UNSUPPORTED_EXTENSION_FEATURE, "critical-extension" },
	{ X509_V_ERR_INVALID_CA, "not-ca" },
	{ X509_V_ERR_INVALID_NON_CA, "not-ca" },
	{ X509_V_ERR_KEYUSAGE_NO_CERTSIGN, "not-ca" },
	{ X509_V_ERR_CA_CERT_MISSING_KEY_USAGE, "not-ca" },
	{ X509_V_ERR_KU_KEY_CERT_SIGN_INVALID_FOR_NON_CA, "not-ca" },
	{ X509_V_ERR_PATHLEN_INVALID_FOR_NON_CA, "not-ca" },
	{ X509_V_ERR_PATHLEN_WITHOUT_KU_KEY_CERT_SIGN, "not-ca" },
	{ X509_V_ERR_PATH_LENGTH_EXCEEDED, "path-length" },
	{ X509_V_ERR_PERMITTED_VIOLATION, "name-constraints" },
	{ X509_V_ERR_EXCLUDED_VIOLATION, "name-constraints" },
	{ X509_V_ERR_SUBTREE_MINMAX, "name-constraints" },
	{ X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE, "name-constraints" },
	{ X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX, "name-constraints" },
	{ X509_V_ERR_UNSUPPORTED_NAME_SYNTAX, "name-constraints" },
	{ X509_V_ERR_INVALID_POLICY_EXTENSION, "policy" },
	{ X509_V_ERR_NO_EXPLICIT_POLICY, "policy" },
	{ X509_V_ERR_DANE_NO_MATCH, "dane-no-match" },
};

const char *tls_verify_word(int code)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (words[i].code == code)
			return words[i].word;
	return "other"; /* Suite B, SCTs, lack of memory: not asked for */
}

/* 112 bits, as browsers and Debian's libraries want of a certificate. */
enum { AUTH_LEVEL = 2 };

static struct tls *owner(X509_STORE_CTX *ctx)
{
	SSL *ssl = libcrypto()->X509_STORE_CTX_get_ex_data(ctx,
	    libssl()->SSL_get_ex_data_X509_STORE_CTX_idx());

	return libssl()->SSL_get_ex_data(ssl, 0);
}

static void note(struct tls_verdict *v, int code, int depth)
{
	const char *word = tls_verify_word(code);

	for (size_t i = 0; i < v->n; i++)
		if (tls_verify_word(v->codes[i]) == word)
			return;
	if (v->n == TLS_PROBLEMS_MAX)
		return;
	v->codes[v->n] = code;
	v->depths[v->n++] = depth;
}

/* The library's for each thing that it finds: go on and find the others. */
static int on_problem(int ok, X509_STORE_CTX *ctx)
{
	if (!ok)
		note(&owner(ctx)->verdict,
		    libcrypto()->X509_STORE_CTX_get_error(ctx),
		    libcrypto()->X509_STORE_CTX_get_error_depth(ctx));
	return 1;
}

static bool is_weakness(int code)
{
	return code == X509_V_ERR_EE_KEY_TOO_SMALL ||
	       code == X509_V_ERR_CA_KEY_TOO_SMALL ||
	       code == X509_V_ERR_CA_MD_TOO_WEAK;
}

/* What comes first: a weakness only where nothing else is wrong. */
static void choose(struct tls_verdict *v)
{
	size_t first = 0;

	while (first < v->n && is_weakness(v->codes[first]))
		first++;
	if (first == v->n)
		first = 0;
	v->code = v->n ? v->codes[first] : X509_V_OK;
	v->depth = v->n ? v->depths[first] : -1;
}

/* Does the certificate name anybody? Only then it may name the wrong one. */
static bool is_nameless(X509 *x)
{
	const struct libcrypto *c = libcrypto();
	void *names = c->X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	bool none = !names && c->X509_NAME_get_index_by_NID(
	    c->X509_get_subject_name(x), NID_commonName, -1) < 0;

	c->GENERAL_NAMES_free(names);
	return none;
}

int tls_verify(X509_STORE_CTX *ctx, void *arg)
{
	const struct libcrypto *c = libcrypto();
	struct tls *t = owner(ctx);
	struct tls_verdict *v = &t->verdict;
	int found;

	(void)arg;
	memset(v, 0, sizeof *v);
	if (t->n_used == 0)
		tls_setup_load(t->setup, /* DANE needs no authorities */
		    c->X509_STORE_CTX_get0_untrusted(ctx));
	c->X509_STORE_CTX_set_verify_cb(ctx, on_problem);
	/* a mail server under DANE takes what the record names (RFC 7671 §5) */
	c->X509_VERIFY_PARAM_set_auth_level(c->X509_STORE_CTX_get0_param(ctx),
	    t->n_used ? 0 : AUTH_LEVEL);
	found = c->X509_verify_cert(ctx);
	if (found <= 0 && v->n == 0)
		note(v, c->X509_STORE_CTX_get_error(ctx), -1);
	choose(v);
	v->judged = true;
	if (v->code == X509_V_ERR_HOSTNAME_MISMATCH)
		v->no_name = is_nameless(c->X509_STORE_CTX_get0_cert(ctx));
	c->X509_STORE_CTX_set_error(ctx, v->code);
	c->ERR_clear_error();
	return 1;
}
