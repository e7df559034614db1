#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/tls_pair.h"

static const char *const own_names[] = { "mx.example.org", "192.0.2.1" };

struct tls_setup *tls_test_setup(const struct tls_setup_config *cfg)
{
	char *error;
	struct tls_setup *s = tls_setup_new(cfg, &error);

	if (!s)
		fail_msg("%s", error);
	return s;
}

void tls_pair_init(struct tls_pair *p, const struct tls_setup_config *client,
                   const struct tls_setup_config *server)
{
	struct tls_setup_config ours = { 0 };

	p->client_setup = tls_test_setup(client ? client : &ours);
	if (server)
		ours = *server;
	ours.server = true;
	p->server_setup = tls_test_setup(&ours);
	if (!ours.cert_file)
		assert_true(tls_setup_self_signed(p->server_setup, own_names,
		    2, -3600, 86400));
}

void tls_pair_connect(struct tls_pair *p, const struct tls_peer *peer)
{
	struct tls_peer ours = { .sni = own_names[0], .names = own_names,
		.n_names = 1 };

	p->client = tls_new(p->client_setup, peer ? peer : &ours);
	p->server = tls_new(p->server_setup, NULL);
	tls_start(p->client);
	tls_pair_run(p);
}

bool tls_pair_carry(struct tls_pair *p, struct tls *from, struct tls *to)
{
	struct buf wire = { 0 };
	bool any = tls_take(from, &wire);
	size_t step = p->step ? p->step : wire.len;

	for (size_t at = 0; at < wire.len; at += step)
		tls_feed(to, wire.data + at,
		    wire.len - at < step ? wire.len - at : step);
	buf_clear(&wire);
	return any;
}

void tls_pair_run(struct tls_pair *p)
{
	bool any = true;

	for (int i = 0; any && i < 100; i++) {
		any = tls_pair_carry(p, p->client, p->server);
		any = tls_pair_carry(p, p->server, p->client) || any;
	}
	assert_false(any);
}

void tls_pair_trust(struct tls_pair *p)
{
	struct buf pem = { 0 };

	assert_true(tls_setup_pem(p->server_setup, &pem));
	assert_true(tls_setup_trust_pem(p->client_setup, pem.data, pem.len));
	buf_clear(&pem);
}

void tls_pair_clear(struct tls_pair *p)
{
	tls_free(p->client);
	tls_free(p->server);
	tls_setup_free(p->client_setup);
	tls_setup_free(p->server_setup);
	*p = (struct tls_pair){ 0 };
}
