/*
 * tls_priv: what the files of tls share. tls_setup.c makes contexts, tls.c
 * runs a connection, tls_verify.c judges a chain, tls_facts.c says what was
 * found, tls_cert.c describes one certificate, tls_error.c names a failure,
 * tls_self.c makes certificates, tls_examine.c judges without a handshake,
 * tls_bundle.c finds authorities.
 */
#ifndef IO_TLS_PRIV_H
#define IO_TLS_PRIV_H

#include "io/openssl.h"
#include "io/tls.h"

enum {
	TLS_ALERT_NONE = -1,
	/* messages after the handshake: session tickets, KeyUpdate, requests
	 * for a new handshake; a server sends two, a flood ends here */
	TLS_AFTERWARDS_MAX = 256,
	TLS_DETAIL_SIZE = 256,
	TLS_TLSA_MAX = 128, /* records given to the library */
	TLS_BUNDLE_MAX = 4096, /* authorities, found one by one */
};

struct tls_setup {
	SSL_CTX *ctx;
	bool server;
	char *bundle_path; /* owned: the system's authorities, yet to be
	                    * read; NULL: none, or they are */
	struct tls_bundle *bundle; /* owned, NULL: none */
};

struct tls_verdict { /* of the peer's chain */
	bool judged;
	int code;     /* X509_V_*: what comes first in tls_verify.c's order */
	int depth;
	bool no_name; /* the leaf names nothing at all */
	int codes[TLS_PROBLEMS_MAX], depths[TLS_PROBLEMS_MAX];
	size_t n;
};

struct tls_used_tlsa { /* a record that the library took */
	uint8_t usage, selector, matching;
	unsigned char *data; /* owned */
	size_t len;
	size_t index;        /* in peer.tlsa */
};

struct tls {
	struct tls_setup *setup;
	SSL *ssl;      /* owns in and out */
	BIO *in, *out; /* from the wire, to the wire */
	bool server, started, closed;
	enum tls_status status;
	struct buf plain; /* came, not yet read */
	char first[TLS_FIRST_MAX];
	size_t n_first;
	const char *error; /* "" while all is well */
	char detail[TLS_DETAIL_SIZE];
	int alert;         /* the peer's fatal one, TLS_ALERT_NONE */
	unsigned afterwards;
	bool cert_asked, cert_sent;
	size_t n_tlsa; /* that the caller gave */
	struct tls_used_tlsa *used;
	size_t n_used;
	struct tls_verdict verdict;
	STACK_OF(X509) *examined; /* tls_examine()'s chain, owned */
	struct tls_facts_text *facts; /* owned, NULL until asked for */
};

/* Trusts those of the system's authorities that the chain may want. */
void tls_setup_load(struct tls_setup *s, STACK_OF(X509) *chain);

/*
 * A file of many authorities, of which a chain wants one or two: to make
 * certificates of all takes the library 40 ms, to look at their names 2.
 */
struct tls_bundle;
/* NULL: no such file, or there is something else in it than certificates, or
 * more than TLS_BUNDLE_MAX: it is for the library. Caller owns. */
struct tls_bundle *tls_bundle_read(const char *path);
void tls_bundle_free(struct tls_bundle *b); /* NULL is fine */
/* Who may have issued x, and who may have issued those: into the store. */
void tls_bundle_trust(struct tls_bundle *b, const X509 *x, X509_STORE *store);

/* libssl's callback, arg is not used. Always 1: what is wrong goes into the
 * verdict of the struct tls that is the SSL's data. */
int tls_verify(X509_STORE_CTX *ctx, void *arg);
/* "ok", "expired" ...: a word of tls_reasons.tsv for an X509_V_* code */
const char *tls_verify_word(int code);

/* Words of tls_error() by number, NULL past the end: for a test. */
const char *tls_error_word_at(size_t i);
/* Takes what the library's error queue holds; why t failed. */
void tls_note_error(struct tls *t);
/* Is what a server sent no TLS at all? One byte may do. */
bool tls_is_plain(const struct tls *t);
/* t fails for a reason of ours; the library was not asked. */
void tls_fail(struct tls *t, const char *word, const char *detail);

void tls_chain_free(STACK_OF(X509) *chain); /* NULL is fine */
void tls_facts_free(struct tls_facts_text *f); /* NULL is fine */
struct tls_cert_text *tls_cert_describe_x509(X509 *x);

#endif
