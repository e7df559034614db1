/*
 * httpsd: an HTTPS server for tests, one host on a free port of 127.0.0.1, with
 * a certificate made for the occasion. It gives every request the same octets,
 * whatever they are. One thread, no privileges.
 */
#ifndef TESTS_HTTPSD_H
#define TESTS_HTTPSD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum httpsd_cert {
	CERT_GOOD,
	CERT_EXPIRED,
	CERT_EARLY,      /* valid from tomorrow on */
	CERT_WRONG_NAME,
	CERT_STRANGER,   /* of an authority that nobody knows */
	CERT_SELF,       /* signed by itself */
};

enum httpsd_then { /* when the octets are sent */
	THEN_CLOSE,
	THEN_CUT,        /* closed without TLS's goodbye */
	THEN_WAIT,       /* nothing more, until the client goes */
	THEN_REPEAT,     /* them again, for ever */
	THEN_REPEAT_TAIL /* ... what is behind the header's end */
};

struct httpsd_answer {
	enum httpsd_cert cert;
	enum httpsd_then then;
	const char *octets; /* with the status line; borrowed; "" none */
};

struct httpsd;

/* host: whom the certificate names. Fails the test when it cannot start. */
struct httpsd *httpsd_start(const char *host, const struct httpsd_answer *a);
uint16_t httpsd_port(const struct httpsd *d);
/* The authority that the client is to trust; valid until stopped. */
const char *httpsd_authority(const struct httpsd *d);
/* The last request, up to its empty line; copied into out. False: none came. */
bool httpsd_request(struct httpsd *d, char *out, size_t size);
/* How many connections came. */
unsigned httpsd_connections(struct httpsd *d);
void httpsd_stop(struct httpsd *d); /* NULL is fine */

#endif
