/*
 * tls_pair: a client and a server of src/io/tls.c that talk over memory, for
 * tests. What fails here fails the test.
 */
#ifndef TESTS_TLS_PAIR_H
#define TESTS_TLS_PAIR_H

#include "io/tls.h"

struct tls_pair {
	struct tls_setup *client_setup, *server_setup;
	struct tls *client, *server;
	size_t step; /* bytes in one tls_feed(); 0: all there are */
};

/* What a server is by itself: named mx.example.org, valid for a day. */
void tls_pair_init(struct tls_pair *p, const struct tls_setup_config *client,
                   const struct tls_setup_config *server);
/* peer: NULL expects mx.example.org */
void tls_pair_connect(struct tls_pair *p, const struct tls_peer *peer);
/* Carries bytes until neither side has any. */
void tls_pair_run(struct tls_pair *p);
/* From one side to the other, once; false: nothing to carry. */
bool tls_pair_carry(struct tls_pair *p, struct tls *from, struct tls *to);
/* The client's trust in the server's own certificate. */
void tls_pair_trust(struct tls_pair *p);
void tls_pair_clear(struct tls_pair *p);

struct tls_setup *tls_test_setup(const struct tls_setup_config *cfg);

#endif
