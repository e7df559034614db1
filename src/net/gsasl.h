/*
 * gsasl: the login mechanisms of GNU SASL, lent to core/sasl: SCRAM-SHA-1,
 * SCRAM-SHA-256 (RFC 5802, RFC 7677), their -PLUS forms and GSSAPI (RFC 4752).
 *
 * The library is loaded when first asked for; where it is missing, or the
 * program was built without its header, its mechanisms are not to be had.
 * Owned by one session, the worker's thread. GSSAPI may ask a Kerberos server
 * and waits for it.
 *
 * The names begin with lender_, as gsasl_ is the library's.
 */
#ifndef NET_GSASL_H
#define NET_GSASL_H

#include <stddef.h>

#include "core/sasl.h"

struct lender;

struct lender *lender_new(void);
void lender_free(struct lender *l); /* NULL is fine */
/*
 * What the -PLUS forms are bound to: kind "tls-exporter" (RFC 9266) or
 * "tls-unique" (RFC 5929 §3), data copied. Another kind, that the library does
 * not know, or NULL: they are not to be had. Before the login begins.
 */
void lender_bind(struct lender *l, const char *kind, const void *data,
                 size_t len);
/* Sets has, step, end and arg; leaves hmac_md5 as it is. lent must not be used
 * after lender_free(). */
void lender_lend(struct lender *l, struct sasl_lent *lent);

#endif
