/* pem: the certificates of a PEM text, for tests. */
#ifndef TESTS_PEM_H
#define TESTS_PEM_H

#include "io/tls.h"

enum { PEM_MAX = 16 };

struct pem {
	struct tls_der der[PEM_MAX];
	struct buf data[PEM_MAX]; /* owned */
	size_t n;
};

/* Appends the certificates of text, from which all else is left out. */
void pem_add(struct pem *p, const char *text);
/* False: no such file. */
bool pem_add_file(struct pem *p, const char *path);
void pem_clear(struct pem *p);
/* The whole file, NUL-terminated; false: no such file. */
bool read_file(const char *path, struct buf *out);

#endif
