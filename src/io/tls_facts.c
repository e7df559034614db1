#include "config.h"

#include "io/tls_priv.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

struct tls_facts_text {
	struct tls_facts facts;
	struct tls_cert_text *texts[TLS_CHAIN_MAX];
	struct tls_cert chain[TLS_CHAIN_MAX]; /* what texts say, in a row */
	struct tls_problem problems[TLS_PROBLEMS_MAX];
	char alpn[256]; /* RFC 7301: at most 255 bytes */
	char group[64];
};

/* ---- what was agreed ---- */

/* "x25519", "secp256r1" as IANA names them; before TLS 1.3 also a group of the
 * server's own: "DH 2048". */
static void describe_group(struct tls *t, struct tls_facts_text *f)
{
	const struct libcrypto *c = libcrypto();
	EVP_PKEY *key = NULL;
	long id = libssl()->SSL_ctrl(t->ssl, SSL_CTRL_GET_NEGOTIATED_GROUP, 0,
	    NULL);
	const char *name = id > 0 ?
	    libssl()->SSL_group_to_name(t->ssl, (int)id) : NULL;

	if (name)
		snprintf(f->group, sizeof f->group, "%s", name);
	else if (libssl()->SSL_ctrl(t->ssl, SSL_CTRL_GET_PEER_TMP_KEY, 0,
	             &key) == 1 &&
	         c->EVP_PKEY_get_group_name(key, f->group, sizeof f->group,
	             NULL) != 1)
		snprintf(f->group, sizeof f->group, "%s %d",
		    c->EVP_PKEY_get0_type_name(key),
		    c->EVP_PKEY_get_bits(key));
	c->EVP_PKEY_free(key);
	f->facts.group = f->group;
}

static void describe_agreement(struct tls *t, struct tls_facts_text *f)
{
	const SSL_CIPHER *cipher = libssl()->SSL_get_current_cipher(t->ssl);
	const unsigned char *alpn = NULL;
	unsigned len = 0;

	f->facts.version = cipher ? libssl()->SSL_get_version(t->ssl) : "";
	f->facts.cipher = cipher ? libssl()->SSL_CIPHER_get_name(cipher) : "";
	libssl()->SSL_get0_alpn_selected(t->ssl, &alpn, &len);
	if (len > 0 && len < sizeof f->alpn)
		memcpy(f->alpn, alpn, len);
	f->facts.alpn = f->alpn;
	if (cipher)
		describe_group(t, f);
	f->facts.cert_asked = t->cert_asked;
	f->facts.cert_sent = t->cert_sent;
	f->facts.resumed = libssl()->SSL_session_reused(t->ssl);
}

/* ---- the chain ---- */

static void add_cert(struct tls_facts_text *f, X509 *x)
{
	struct tls_facts *facts = &f->facts;

	if (facts->n_chain == TLS_CHAIN_MAX) {
		facts->more_chain++;
		return;
	}
	f->texts[facts->n_chain] = tls_cert_describe_x509(x);
	f->chain[facts->n_chain] = *tls_cert_of(f->texts[facts->n_chain]);
	facts->n_chain++;
}

static void describe_chain(struct tls *t, struct tls_facts_text *f)
{
	const struct libcrypto *c = libcrypto();
	const OPENSSL_STACK *chain = (const OPENSSL_STACK *)(t->examined ?
	    t->examined : libssl()->SSL_get_peer_cert_chain(t->ssl));
	X509 *leaf = t->server ? libssl()->SSL_get1_peer_certificate(t->ssl) :
	    NULL; /* a server's chain is without it */
	int n = chain ? c->OPENSSL_sk_num(chain) : 0;

	if (leaf)
		add_cert(f, leaf);
	c->X509_free(leaf);
	for (int i = 0; i < n; i++)
		add_cert(f, c->OPENSSL_sk_value(chain, i));
	f->facts.chain = f->chain;
}

/* ---- what is thought of it ---- */

static const char *word_of(const struct tls_verdict *v, int code)
{
	if (code == X509_V_ERR_HOSTNAME_MISMATCH && v->no_name)
		return "no-name";
	return tls_verify_word(code);
}

static void describe_verdict(const struct tls *t, struct tls_facts_text *f)
{
	const struct tls_verdict *v = &t->verdict;

	f->facts.verify = v->judged ? word_of(v, v->code) : "no-certificate";
	f->facts.detail = v->judged && v->code != X509_V_OK ?
	    libcrypto()->X509_verify_cert_error_string(v->code) : "";
	f->facts.depth = v->depth;
	for (size_t i = 0; i < v->n; i++)
		f->problems[i] = (struct tls_problem){
			.word = word_of(v, v->codes[i]),
			.depth = v->depths[i],
		};
	f->facts.problems = f->problems;
	f->facts.n_problems = v->n;
}

static int index_of(const struct tls *t, const struct tls_used_tlsa *r)
{
	for (size_t i = 0; i < t->n_used; i++) {
		const struct tls_used_tlsa *u = &t->used[i];

		if (u->usage == r->usage && u->selector == r->selector &&
		    u->matching == r->matching && u->len == r->len &&
		    memcmp(u->data, r->data, r->len) == 0)
			return (int)u->index;
	}
	return -1;
}

/*
 * Which of the caller's records fits which certificate? The library tells it
 * of a good chain only; a record may fit where the name does not.
 */
static int match(struct tls *t, int *depth)
{
	const struct libssl *l = libssl();
	struct tls_used_tlsa r = { 0 };
	const unsigned char *data;
	int index = -1;

	l->SSL_set_verify_result(t->ssl, X509_V_OK);
	*depth = l->SSL_get0_dane_authority(t->ssl, NULL, NULL);
	if (*depth >= 0 && l->SSL_get0_dane_tlsa(t->ssl, &r.usage,
	        &r.selector, &r.matching, &data, &r.len) >= 0) {
		r.data = (unsigned char *)(uintptr_t)data;
		index = index_of(t, &r);
	}
	l->SSL_set_verify_result(t->ssl, t->verdict.code);
	return index;
}

static void describe_dane(struct tls *t, struct tls_facts *f)
{
	int depth;

	f->dane = "";
	f->matched = -1;
	f->tlsa_usable = t->n_used;
	if (t->n_tlsa == 0)
		return;
	if (t->n_used == 0) {
		f->dane = "dane-unusable";
		return;
	}
	f->dane = f->verify;
	if (!t->verdict.judged)
		return;
	f->matched = match(t, &depth);
	if (t->verdict.code == X509_V_OK)
		f->depth = depth;
}

const struct tls_facts *tls_facts(struct tls *t)
{
	struct tls_facts_text *f = t->facts;

	if (f)
		return &f->facts;
	t->facts = f = xcalloc(1, sizeof *f);
	f->facts.group = "";
	describe_agreement(t, f);
	describe_chain(t, f);
	describe_verdict(t, f);
	describe_dane(t, &f->facts);
	libcrypto()->ERR_clear_error();
	return &f->facts;
}

void tls_facts_free(struct tls_facts_text *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->facts.n_chain; i++)
		tls_cert_free(f->texts[i]);
	free(f);
}
