/*
 * certs: the keys and certificates of a lesson's servers, made when the room
 * opens and gone when it closes, and the lesson's own authority, that signs
 * them. Made by the thread that opens the room, used by the loop's afterwards.
 */
#ifndef CLASSROOM_CERTS_H
#define CLASSROOM_CERTS_H

#include <stdbool.h>
#include <stddef.h>

#include "classroom/lesson.h"
#include "io/tls.h"

enum { CERTS_PIN_SIZE = 65 }; /* 64 digits and a NUL */

struct certs;

/* NULL without *error: no server of the lesson speaks TLS. NULL with *error
 * (caller frees): a sentence, no OpenSSL on this machine. l: borrowed. */
struct certs *certs_new(const struct lesson *l, char **error);
void certs_free(struct certs *c); /* NULL is fine */

/* The context of one server, and the authority's PEM text: NULL where there is
 * no TLS, as for a c that is NULL. */
struct tls_setup *certs_setup(const struct certs *c, size_t server);
const char *certs_ca_pem(const struct certs *c);
/* The "3 1 1" data of the server's certificate, lower-case hexadecimal. */
bool certs_pin(const struct certs *c, size_t server, char hex[CERTS_PIN_SIZE]);

#endif
