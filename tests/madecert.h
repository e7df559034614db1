/* madecert: self-signed certificates that no honest program makes, by
 * OpenSSL itself, for tests. */
#ifndef TESTS_MADECERT_H
#define TESTS_MADECERT_H

#include <stddef.h>

#include "util/buf.h"

enum made_kind { MADE_DNS, MADE_IP, MADE_EMAIL, MADE_URI };

struct made_name {
	enum made_kind kind;
	const char *text; /* NULL: none; any bytes */
	size_t len;
};

struct made_cert { /* serial 7, EC P-256 */
	struct made_name cn; /* without text: O=nobody */
	const struct made_name *sans;
	size_t n_sans;
	long from_s, to_s;   /* from now */
};

void make_cert(const struct made_cert *c, struct buf *der, struct buf *pem);

#endif
