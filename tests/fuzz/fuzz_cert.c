/*
 * The description of a certificate: whatever the bytes, its texts end, keep
 * their bounds and hold no NUL but where a length says so; and a chain of it
 * alone comes to a verdict.
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "io/tls.h"
#include "tests/fuzz/fuzz.h"

const char *const fuzz_inputs[] = { "cert", NULL };

/* A text may grow: a control byte is three characters, a bad name's too. */
static void touch(const char *text)
{
	assert(text);
	assert(strlen(text) <= TLS_TEXT_MAX + 1);
}

static void describe(const struct tls_cert *c)
{
	touch(c->subject);
	touch(c->issuer);
	touch(c->not_before);
	touch(c->not_after);
	touch(c->serial);
	touch(c->key);
	touch(c->signature);
	assert(strlen(c->sha256) == 64);
	assert(strlen(c->spki_sha256) == 64);
	assert(c->n_names <= TLS_NAMES_MAX);
	for (size_t i = 0; i < c->n_names; i++) {
		assert(c->name_lens[i] <= TLS_TEXT_MAX);
		assert(c->names[i][c->name_lens[i]] == '\0');
	}
}

static struct tls_setup *setup(void)
{
	static struct tls_setup *once;
	char *error;

	if (!once)
		once = tls_setup_new(&(struct tls_setup_config){
			.ca_file = NULL }, &error);
	return once;
}

static void judge(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "mx.example.org" };
	static const unsigned char digest[32] = { 1 };
	static const struct tls_tlsa record = { 3, 1, 1, digest, 32 };
	struct tls_peer peer = { .names = names, .n_names = 1,
		.tlsa = &record, .n_tlsa = size & 1 };
	struct tls *t = tls_new(setup(), &peer);
	const struct tls_der chain[] = { { data, size }, { data, size } };

	assert(tls_examine(t, chain, 2));
	assert(tls_facts(t)->n_chain == 2);
	assert(*tls_facts(t)->verify);
	tls_free(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tls_cert_text *c = tls_cert_describe(data, size);

	if (!c)
		return 0;
	describe(tls_cert_of(c));
	tls_cert_free(c);
	if (setup())
		judge(data, size);
	return 0;
}
