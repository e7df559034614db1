/*
 * Certificates that are wrong (study: S07 to S12), from OpenSSL's own test
 * set: the handshake is finished and recorded, what is wrong is named, and
 * nothing takes long.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "rowtests.h"
#include "faultrun.h"
#include "util/xalloc.h"

enum { SKIPPED = 77, SLOWEST_MS = 5000, CHAIN_MAX = 128 };

struct cert_row {
	const char *id;
	const char *leaf, *key;  /* without ".pem" */
	const char *chain;       /* what the server sends behind it; "x*100" */
	const char *trust;       /* NULL: root-cert */
	const char *name;        /* that we ask for; NULL: server.example */
	const char *verify;      /* of EV_TLS; NULL: no handshake at all */
};

static const struct cert_row rows[] = {
{ "S07_rsa_768", "ee-cert-768", "ee-key-768", "ca-cert", NULL, NULL,
  "weak-key" },
{ "S07_rsa_768_of_the_authority", "ee-cert-768i", "ee-key", "ca-cert-768",
  NULL, NULL, "weak-key" },
{ "S07_md5", "ee-cert-md5", "ee-key", "ca-cert", NULL, NULL, "weak-digest" },
{ "S08_good", "ee-cert", "ee-key", "ca-cert", NULL, NULL, "ok" },
{ "S08_expired_long_ago", "ee-expired", "ee-key", "ca-cert", NULL, NULL,
  "expired" },
{ "S08_authority_expired", "ee-cert", "ee-key", "ca-expired", NULL, NULL,
  "expired" },
{ "S08_for_another_host", "ee-cert", "ee-key", "ca-cert", NULL,
  "other.example", "name-mismatch" },
{ "S08_for_a_client_only", "ee-clientAuth", "ee-key", "ca-cert", NULL, NULL,
  "wrong-purpose" },
{ "S08_unknown_root", "ee-cert", "ee-key", "ca-cert root-cert", "root-cert2",
  NULL, "unknown-root" },
{ "S08_name_not_permitted", "badalt2-cert", "badalt2-key", "ncca2-cert", NULL,
  "www.good.org", "name-constraints" },
{ "S08_common_name_only", "badcn1-cert", "badcn1-key", "ncca1-cert", NULL,
  "www.good.org", "name-constraints" },
{ "S08_critical_extension", "ee-cert-crit-unknown-ext", "ee-key", "ca-cert",
  NULL, NULL, "critical-extension" },
{ "S10_missing_intermediate", "ee-cert", "ee-key", "", NULL, NULL,
  "unknown-issuer" },
{ "S10_a_hundred_certificates", "ee-cert", "ee-key", "ca-cert*100", NULL,
  NULL, "ok" },
{ "S10_the_same_chain_twice", "ee-cert", "ee-key",
  "ca-cert root-cert ee-cert ca-cert", NULL, NULL, "ok" },
{ "S10_issuer_that_is_no_authority", "ee-cert", "ee-key", "ca-nonca", NULL,
  NULL, "not-ca" },
{ "S10_path_length_of_a_leaf", "ee-pathlen", "ee-key", "ca-cert", NULL, NULL,
  "ok" },
{ "S11_ec_parameters_spelt_out", "ee-cert-ec-explicit", "ee-key-ec-explicit",
  "ca-cert-ec-explicit", NULL, NULL, "unknown-issuer" },
{ "S11_ec_authority_spelt_out", "ee-cert-ec-named-explicit",
  "ee-key-ec-named-explicit", "ca-cert-ec-explicit", NULL, NULL,
  "malformed" },
{ "S11_rsa_8192", "ee-cert-8192", "ee-key-8192", "ca-cert", NULL, NULL,
  "ok" },
{ "S11_ed25519", "server-ed25519-cert", "server-ed25519-key", "", NULL,
  "Ed25519", "unknown-issuer" },
{ "S11_brainpool", "server-ecdsa-brainpoolP256r1-cert",
  "server-ecdsa-brainpoolP256r1-key", "", NULL, NULL, NULL },
};

static char *path_of(const char *name)
{
	return xasprintf("%s/data/tls-certs-openssl/%s.pem",
	                 getenv("SMTPSCOPE_SHARED"), name);
}

static void add_file(FILE *out, const char *name)
{
	char *path = path_of(name);
	FILE *in = fopen(path, "r");
	char part[4096];
	size_t n;

	if (!in)
		fail_msg("cannot read %s", path);
	while ((n = fread(part, 1, sizeof part, in)) > 0)
		fwrite(part, 1, n, out);
	fclose(in);
	free(path);
}

/* The leaf and what follows it, in a new file. Caller frees the name. */
static char *chain_file(const struct cert_row *row)
{
	char *path = xasprintf("%s/chain-XXXXXX",
	                       getenv("HOME") ? getenv("HOME") : "/tmp");
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");
	char *names = xstrdup(row->chain), *save = NULL;

	assert_non_null(f);
	add_file(f, row->leaf);
	for (char *name = strtok_r(names, " ", &save); name;
	     name = strtok_r(NULL, " ", &save)) {
		char *star = strchr(name, '*');
		long times = star ? strtol(star + 1, NULL, 10) : 1;

		if (star)
			*star = '\0';
		for (long i = 0; i < times && i < CHAIN_MAX; i++)
			add_file(f, name);
	}
	fclose(f);
	free(names);
	return path;
}

static const struct cert_row *now; /* the row under way, for prepare() */

static void trust(struct plan *p)
{
	p->tls.policy = TLS_MUST;
	p->tls.ca_file = path_of(now->trust ? now->trust : "root-cert");
	p->tls.name = xstrdup(now->name ? now->name : "server.example");
}

static void is_named(struct client *c, const char *heard)
{
	const struct event *e = client_find(c, EV_TLS, 0);

	(void)heard;
	if (!now->verify) {
		assert_null(e);
		return;
	}
	assert_non_null(e);
	assert_true(e->u.tls.chain.len >= 1);
	assert_in_range(e->u.tls.us, 0, SLOWEST_MS * 1000);
	assert_string_equal(event_text(e, e->u.tls.verify), now->verify);
}

static void test_certificate_is_judged(void **state)
{
	const struct cert_row *row = *state;
	char *chain = chain_file(row), *key = path_of(row->key);
	const struct fault_tls how = { .cert_file = chain, .key_file = key };
	const struct fault script[] = { SAY("220 mx.example\r\n"), HEAR,
		SAY("250-mx.example\r\n250 STARTTLS\r\n"), HEAR,
		SAY("220 Go ahead\r\n"), { .kind = FAULT_TLS, .tls = &how },
		HEAR, EHLO_OK, HEAR, BYE, CLOSE, END };
	const struct row run = { .script = script, .stage = STAGE_TLS,
		.prepare = trust, .check = is_named,
		.exit = row->verify ? 0 : 77,
		.failed = row->verify ? NULL : "tls tls",
		.flags = row->verify ? 0 : LOSSY };

	now = row;
	fault_run(&run);
	unlink(chain);
	free(chain);
	free(key);
}

int main(void)
{
	if (!getenv("SMTPSCOPE_SHARED"))
		return SKIPPED;
	return rowtests_run("S: certificates", rows, sizeof *rows, N_OF(rows),
	                    test_certificate_is_judged);
}
