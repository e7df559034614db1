/*
 * secret: what must never be seen, and the blotting of it. Pure; owned by one
 * session.
 *
 * A session notes each secret as soon as it knows it: the plan's password, a
 * token, what a person types behind AUTH, the digests made of it. Before an
 * event holds text or bytes of either side, they go through secrets_blot():
 * every place where a secret stands, plain or in Base64 (any alignment), hex,
 * percent or quoted-printable form, is overwritten with '*', byte for byte, so
 * that lengths and positions stay as they were. Also where it is broken over
 * the lines of one reply.
 *
 * Secrets of fewer than SECRET_MIN bytes are blotted where they stand alone
 * (no letter or digit beside them): else each "a" would become a star.
 */
#ifndef CORE_SECRET_H
#define CORE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

enum {
	SECRET_MIN = 4,
	SECRETS_MAX = 64,       /* of one session; a login needs about five */
	SECRET_LEN_MAX = 65536, /* a token may be long */
};

struct secrets; /* opaque: its memory is wiped when freed */

struct secrets *secrets_new(void);
void secrets_free(struct secrets *s); /* NULL is fine */
/* Copied, SECRET_LEN_MAX bytes at most. Empty, or known already: nothing
 * happens. When there are SECRETS_MAX, the oldest but of the first half (the
 * plan's) gives way. */
void secrets_add(struct secrets *s, const void *data, size_t len);
bool secrets_any(const struct secrets *s);

/* A piece of text that is written over in place. */
struct secret_span {
	char *data;
	size_t len;
};
/*
 * The spans are read as one text (the lines of a reply, codes cut away by the
 * caller). Returns whether anything was blotted.
 */
bool secrets_blot(const struct secrets *s, const struct secret_span *spans,
                  size_t n);
bool secrets_blot_one(const struct secrets *s, char *data, size_t len);

#endif
