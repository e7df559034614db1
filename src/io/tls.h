/*
 * tls: one TLS connection over memory, client or server; the one user of
 * OpenSSL's libssl. Bytes from the wire go in, bytes for the wire and plain
 * text come out: no socket, no clock, no callback. libssl and libcrypto are
 * loaded with the first tls_setup_new() (io/openssl.h), not linked. The
 * system's authorities are read when a chain names them (SSL_CERT_DIR and
 * SSL_CERT_FILE are heeded), of a bundle only those that it may want.
 *
 * Verification is always done and never fatal here: the handshake is
 * finished, tls_facts() says what was found, the caller decides.
 *
 * One thread at a time for a setup and everything made of it.
 */
#ifndef IO_TLS_H
#define IO_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

enum {
	TLS_CHAIN_MAX = 32,   /* certificates described; more are counted */
	TLS_NAMES_MAX = 256,  /* names of one certificate described */
	TLS_TEXT_MAX = 4096,  /* bytes of one text of a certificate */
	TLS_VERIFY_DEPTH = 9, /* as Postfix: smtp_tls_scert_verifydepth */
	TLS_PROBLEMS_MAX = 8, /* of a chain; more are not told */
	TLS_FIRST_MAX = 512,  /* of what came where TLS was to come */
};

/* ---- what several connections share ---- */

struct tls_setup;

struct tls_setup_config {
	bool server;
	int min, max;          /* 0x0301 ... 0x0304; max 0: the library's;
	                        * min 0: TLS 1.0 for a client, which is to look
	                        * at old servers too, TLS 1.2 for a server */
	const char *ca_file;   /* client: PEM; NULL: the system's store */
	const char *cert_file; /* PEM chain, leaf first; NULL none */
	const char *key_file;  /* NULL: in cert_file */
	bool ask_client_cert;  /* server: ask for one, take any */
};

/*
 * NULL: *error (heap, caller frees; names the file where it is one) says why:
 * no libssl on this machine, a file that cannot be read or is no PEM, a key
 * that does not fit its certificate, a minimum above the maximum.
 */
struct tls_setup *tls_setup_new(const struct tls_setup_config *cfg,
                                char **error);
void tls_setup_free(struct tls_setup *s); /* NULL is fine */

/*
 * For servers without files (the classroom, tests): a new EC P-256 key and a
 * self-signed certificate. names: n DNS names or addresses, the first is the
 * CN too. from_s, to_s: validity in seconds from now (negative: past).
 */
bool tls_setup_self_signed(struct tls_setup *s, const char *const *names,
                           size_t n, int64_t from_s, int64_t to_s);
/*
 * An authority of one's own: a self-signed certificate called name that may
 * sign others. And a certificate that it signs, made as wished, with the
 * authority's sent behind it.
 */
struct tls_wish { /* as the arguments of tls_setup_self_signed() */
	const char *const *names;
	size_t n;
	int64_t from_s, to_s;
};
bool tls_setup_authority(struct tls_setup *s, const char *name, int64_t from_s,
                         int64_t to_s);
bool tls_setup_issued(struct tls_setup *s, const struct tls_setup *authority,
                      const struct tls_wish *wish);
/* The same certificate's "3 1 1" data (SHA-256 of its SPKI), 32 bytes. */
bool tls_setup_spki_sha256(const struct tls_setup *s, unsigned char out[32]);
/* The same certificate in PEM form, for whom is to trust it: appended. */
bool tls_setup_pem(const struct tls_setup *s, struct buf *out);
/* A client trusts this PEM text as well (a lesson's own authority). */
bool tls_setup_trust_pem(struct tls_setup *s, const char *pem, size_t len);

/* ---- one connection ---- */

struct tls;

struct tls_tlsa { /* RFC 6698 §2.1 */
	uint8_t usage, selector, matching;
	const unsigned char *data; /* borrowed, len bytes */
	size_t len;
};

struct tls_peer { /* what a client expects; borrowed for the call */
	const char *sni;            /* NULL: none is sent (an address) */
	const char *const *names;   /* reference names: n_names DNS names
	                             * (A-labels), or one numeric address;
	                             * none: unchecked */
	size_t n_names;
	const struct tls_tlsa *tlsa; /* n_tlsa: DANE (RFC 7672); usages other
	                              * than 2 and 3 are not usable */
	size_t n_tlsa;
};

/* peer: NULL for a server. s outlives t. */
struct tls *tls_new(struct tls_setup *s, const struct tls_peer *peer);
void tls_free(struct tls *t); /* NULL is fine */

enum tls_status {
	TLS_HANDSHAKE, /* wants more bytes from the wire */
	TLS_UP,        /* plain text may flow */
	TLS_ENDED,     /* the peer said close_notify */
	TLS_FAILED,    /* tls_error() says why; tls_take() has the alert */
};

/* Bytes from the wire (any split). What comes is decrypted at once: after
 * TLS_ENDED or TLS_FAILED there may still be text for tls_read(). t holds no
 * more than it was fed: who does not read must not feed either. */
enum tls_status tls_feed(struct tls *t, const void *data, size_t len);
enum tls_status tls_status(const struct tls *t);
/* The client speaks first: makes its hello. A server's call does nothing. */
enum tls_status tls_start(struct tls *t);
/* Plain text that has come: appends at most max bytes; false: none now. */
bool tls_read(struct tls *t, struct buf *out, size_t max);
/* Only while TLS_UP. */
void tls_write(struct tls *t, const void *data, size_t len);
void tls_close(struct tls *t); /* close_notify; once, then only tls_take() */
/* The wire has come to its end. TLS_ENDED where close_notify came before, else
 * TLS_FAILED: "closed-in-handshake" or "truncated". What came may be read. */
enum tls_status tls_eof(struct tls *t);
/* What has to go out now: appended to out, taken from t. False: nothing. */
bool tls_take(struct tls *t, struct buf *out);

/*
 * Why it failed: a word of the table tls_errors.tsv ("alert-handshake-failure",
 * "not-tls", "no-shared-cipher", "version", "record", "other"), and the
 * library's own words. Both live as long as t; "" while nothing failed.
 */
const char *tls_error(const struct tls *t);
const char *tls_error_detail(const struct tls *t);
/* The first bytes from the wire where they are no TLS record ("not-tls"):
 * kept, at most 512, so that a caller can show plain SMTP on port 465. */
const char *tls_first_bytes(const struct tls *t, size_t *len);

/* ---- what is known once it is up (and often when it failed) ---- */

struct tls_cert { /* texts UTF-8 or raw bytes of the peer, cut at
                   * TLS_TEXT_MAX; all NUL-terminated, "" where there is none.
                   * In names any byte may stand, NUL too: go by name_lens. */
	const char *subject, *issuer; /* RFC 4514: control bytes, NUL and what
	                               * is no UTF-8 as "\00" */
	const char *const *names;     /* SANs: "mx.example.org", "192.0.2.1",
	                               * "user@example.org"; other kinds as
	                               * "URI:...", "DirName:..." */
	const size_t *name_lens;      /* of each name, in bytes */
	size_t n_names, more_names;
	const char *not_before, *not_after; /* RFC 3339 */
	const char *sha256, *spki_sha256, *serial; /* hex */
	const char *key, *signature;
};

struct tls_problem { /* one of all that is wrong with a chain */
	const char *word; /* of tls_reasons.tsv */
	int depth;        /* the certificate it is about, -1 none */
};

/*
 * verify: a key below 112 bits or a digest like SHA-1 is "weak-key" or
 * "weak-digest" only where nothing else is wrong (problems has all). With
 * usable TLSA records verify is DANE's result and weak keys are no problem:
 * see the chain's key and signature texts.
 */
struct tls_facts {
	const char *version, *cipher, *group, *alpn; /* "" not agreed */
	const struct tls_cert *chain; /* as sent by the peer, leaf first */
	size_t n_chain, more_chain;
	const char *verify;  /* "ok" or a word of tls_reasons.tsv;
	                      * "no-certificate": none came (yet) */
	const char *detail;  /* the library's words, "" for "ok" */
	int depth;           /* the certificate it is about, -1 none; with
	                      * DANE "ok" the one that a record matches */
	const struct tls_problem *problems; /* in the order of the search */
	size_t n_problems;
	const char *dane;    /* "" not asked, "ok", else a word of
	                      * tls_reasons.tsv: "dane-no-match",
	                      * "dane-unusable", "expired" ... */
	int matched;         /* index in peer.tlsa, -1 none; also where the
	                      * record fits and the name does not */
	size_t tlsa_usable;  /* that the library took */
	bool cert_asked, cert_sent, resumed;
};

/* Owned by t; valid until tls_free(). Computed at the first call: not before
 * the handshake has come to its end, one way or the other. */
const struct tls_facts *tls_facts(struct tls *t);

struct tls_der { /* one certificate, borrowed */
	const unsigned char *data;
	size_t len;
};

/*
 * Instead of a handshake: a client's t judges a chain (leaf first) as if a
 * server had sent it; then ask tls_facts(). Once for each t.
 * False: one of them is no certificate.
 */
bool tls_examine(struct tls *t, const struct tls_der *chain, size_t n);

/* One DER certificate alone. NULL: it is none, or no library. Caller owns. */
struct tls_cert_text;
struct tls_cert_text *tls_cert_describe(const void *der, size_t len);
const struct tls_cert *tls_cert_of(const struct tls_cert_text *c);
void tls_cert_free(struct tls_cert_text *c); /* NULL is fine */

/* ---- what AUTH needs of libcrypto (RFC 2195) ---- */

/* HMAC-MD5 into out; false: not to be had (no library, FIPS). */
bool tls_hmac_md5(const void *key, size_t key_len, const void *data,
                  size_t len, unsigned char out[16]);
/* Channel binding tls-exporter (RFC 9266), or tls-unique below TLS 1.3;
 * *kind then names it. False: none. out: appended. */
bool tls_channel_binding(struct tls *t, struct buf *out, const char **kind);

#endif
