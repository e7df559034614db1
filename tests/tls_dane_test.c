/*
 * tls and DANE: OpenSSL's own blocks of records and chains, judged as a mail
 * server has to (RFC 7672), and handshakes.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/pem.h"
#include "tests/tls_pair.h"
#include "util/xalloc.h"

enum { RECORDS_MAX = 16, DANE_EE = 3 };

struct block {
	int n_tlsa, n_certs, no_name_checks, verify, depth;
	struct tls_tlsa tlsa[RECORDS_MAX];
	struct buf data[RECORDS_MAX];
	struct pem chain;
};

/* What a block says of a result is a number of OpenSSL's. */
static const char *word(int verify)
{
	switch (verify) {
	case 0: return "ok";
	case 20: return "unknown-issuer";
	case 62: return "name-mismatch";
	case 65: return "dane-no-match";
	default: fail_msg("no word for %d", verify);
	}
	return "";
}

static void read_record(struct block *b, int i, const char *line)
{
	struct tls_tlsa *r = &b->tlsa[i];
	const char *hex;
	int used = 0;
	unsigned byte;

	assert_int_equal(sscanf(line, "%hhu %hhu %hhu %n", &r->usage,
	    &r->selector, &r->matching, &used), 3);
	for (hex = line + used; sscanf(hex, "%2x", &byte) == 1; hex += 2)
		buf_addc(&b->data[i], (char)byte);
	r->data = (unsigned char *)b->data[i].data;
	r->len = b->data[i].len;
}

/* The next block of the text; false: there is none. */
static bool read_block(const char **text, struct block *b)
{
	char *line, *save = NULL, *body;
	int at = 0, used;
	size_t len;

	memset(b, 0, sizeof *b);
	while (**text && sscanf(*text, "%d %d %d %d %d%n", &b->n_tlsa,
	    &b->n_certs, &b->no_name_checks, &b->verify, &b->depth,
	    &used) != 5)
		*text += strcspn(*text, "\n") + 1;
	if (!**text)
		return false;
	*text += used;
	*text += **text == '\n';
	len = strcspn(*text, "");
	for (const char *end = strstr(*text, "\n\n"); end; end = NULL)
		len = (size_t)(end - *text);
	body = xmemdup0(*text, len);
	pem_add(&b->chain, body);
	for (line = strtok_r(body, "\n", &save); line && at < b->n_tlsa;
	     line = strtok_r(NULL, "\n", &save))
		read_record(b, at++, line);
	free(body);
	*text += len;
	return true;
}

static void clear_block(struct block *b)
{
	for (int i = 0; i < b->n_tlsa; i++)
		buf_clear(&b->data[i]);
	pem_clear(&b->chain);
}

static int count_usages(const struct block *b, int low, int high)
{
	int n = 0;

	for (int i = 0; i < b->n_tlsa; i++)
		n += b->tlsa[i].usage >= low && b->tlsa[i].usage <= high;
	return n;
}

/* A mail server leaves PKIX-TA and PKIX-EE out, and a name out of 3 x x. */
static void check_block(const struct block *b, const struct tls_facts *f)
{
	bool ee = count_usages(b, DANE_EE, DANE_EE) == b->n_tlsa;
	int verify = ee && b->verify == 62 ? 0 : b->verify;

	if (count_usages(b, 2, 3) == 0) {
		assert_string_equal(f->dane, "dane-unusable");
		assert_int_equal(f->tlsa_usable, 0);
		assert_int_equal(f->matched, -1);
		return;
	}
	assert_int_equal(f->tlsa_usable, count_usages(b, 2, 3));
	assert_string_equal(f->dane, word(verify));
	assert_string_equal(f->verify, word(verify));
	assert_int_equal(f->matched >= 0, b->depth >= 0);
	if (verify == 0)
		assert_int_equal(f->depth, b->depth);
}

static void test_blocks_of_openssl(void **state)
{
	static const char *const names[] = { "example.com" };
	const char *shared = getenv("SMTPSCOPE_SHARED");
	char *path, *roots;
	struct buf text = { 0 };
	const char *at;
	struct block b;
	int n = 0;

	(void)state;
	if (!shared)
		skip();
	path = xasprintf("%s/data/dane-openssl/danetest.in", shared);
	roots = xasprintf("%s/data/dane-openssl/danetest.pem", shared);
	if (!read_file(path, &text))
		skip();
	for (at = text.data; read_block(&at, &b); n++) {
		struct tls_setup *s = tls_test_setup(
		    &(struct tls_setup_config){ .ca_file = roots });
		struct tls *t = tls_new(s, &(struct tls_peer){
			.names = names, .n_names = 1,
			.tlsa = b.tlsa, .n_tlsa = (size_t)b.n_tlsa });

		assert_int_equal(b.chain.n, b.n_certs);
		assert_true(tls_examine(t, b.chain.der, b.chain.n));
		check_block(&b, tls_facts(t));
		tls_free(t);
		tls_setup_free(s);
		clear_block(&b);
	}
	assert_int_equal(n, 54);
	buf_clear(&text);
	free(path);
	free(roots);
}

/* ---- handshakes ---- */

static const char *const mx[] = { "mx.example.org" };

/* What a client with these records finds of a server whose only certificate
 * expired yesterday and is for another name. */
static void expect_of(const struct tls_tlsa *tlsa, size_t n, const char *dane,
                      int matched, size_t usable)
{
	static const char *const other[] = { "other.example" };
	struct tls_pair p = { 0 };
	struct tls_tlsa records[4];
	unsigned char spki[32];
	const struct tls_facts *f;

	tls_pair_init(&p, NULL, NULL);
	assert_true(tls_setup_self_signed(p.server_setup, other, 1,
	    -400 * 86400, -86400));
	assert_true(tls_setup_spki_sha256(p.server_setup, spki));
	for (size_t i = 0; i < n; i++) {
		records[i] = tlsa[i];
		if (!records[i].data)
			records[i].data = spki;
	}
	tls_pair_connect(&p, &(struct tls_peer){ .names = mx, .n_names = 1,
		.sni = mx[0], .tlsa = records, .n_tlsa = n });
	assert_int_equal(tls_status(p.client), TLS_UP);
	f = tls_facts(p.client);
	assert_string_equal(f->dane, dane);
	assert_int_equal(f->matched, matched);
	assert_int_equal(f->tlsa_usable, usable);
	tls_pair_clear(&p);
}

static void test_records_against_a_bad_certificate(void **state)
{
	static const unsigned char bad[32] = { 1 };
	static const struct tls_tlsa good_ee = { 3, 1, 1, NULL, 32 };
	static const struct tls_tlsa bad_ee = { 3, 1, 1, bad, 32 };
	static const struct tls_tlsa good_ta = { 2, 1, 1, NULL, 32 };
	const struct tls_tlsa change[] = { bad_ee, good_ee };
	const struct tls_tlsa unusable[] = {
		{ 3, 1, 1, bad, 31 },
		{ 3, 1, 9, bad, 32 },
		{ 1, 1, 1, NULL, 32 },
	};

	(void)state;
	expect_of(NULL, 0, "", -1, 0);
	expect_of(&good_ee, 1, "ok", 0, 1); /* RFC 7672 §3.1.1: no names */
	expect_of(&bad_ee, 1, "dane-no-match", -1, 1);
	expect_of(change, 2, "ok", 1, 2);
	expect_of(unusable, 3, "dane-unusable", -1, 0);
	/* a leaf is no authority */
	expect_of(&good_ta, 1, "dane-no-match", -1, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blocks_of_openssl),
		cmocka_unit_test(test_records_against_a_bad_certificate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
