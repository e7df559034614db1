/*
 * login: the server's side of AUTH (RFC 4954), one line at a time, against the
 * one account of a lesson. Keeps nothing of what the client sends: each line
 * is judged and its copies are wiped (study/reliability.md C11). Pure; part of
 * receiver.c.
 */
#ifndef CLASSROOM_LOGIN_H
#define CLASSROOM_LOGIN_H

#include <stdbool.h>
#include <stddef.h>

#include "classroom/lesson.h"
#include "util/buf.h"

enum {
	LOGIN_LINE_MAX = 12288, /* octets of one answer, RFC 4954 §4 */
	LOGIN_CHALLENGE_MAX = 128,
	LOGIN_REPLY_MAX = 256,
};

struct login_mech;

struct login {
	const struct login_mech *mech; /* NULL: one that only a rule knows */
	unsigned step;                 /* answers that came so far */
	bool user_ok;                  /* LOGIN: the name, that comes first */
	char challenge[LOGIN_CHALLENGE_MAX]; /* CRAM-MD5 */
	char reply[LOGIN_REPLY_MAX];         /* one line, without its end */
};

/* The bit of "CRAM-MD5" or another mechanism; 0: there is no such. */
uint32_t login_mech_find(const char *name, size_t len);
/* Those of the bits, each behind sep but, with ", ", the first; appended. */
void login_names(uint32_t mechs, const char *sep, struct buf *out);
/* The row of a mechanism that the account may use, NULL none. */
const struct login_mech *login_mech_of(const struct lesson_auth *a,
                                       const char *name, size_t len);
/* Does the client speak first? Else an initial response is wrong (RFC 4954
 * §4). LOGIN takes the user's name so, as many servers do. */
bool login_takes_initial(const struct login_mech *m);

/*
 * Begins: mech may be NULL (then every answer is wrong). host, number: make
 * the challenge of CRAM-MD5 unlike every other (RFC 2195 §2).
 */
void login_begin(struct login *l, const struct login_mech *mech,
                 const char *host, uint64_t number);
/* What asks for the first answer: "334 ..."; lives until the next call. */
const char *login_prompt(struct login *l);
/*
 * An answer, or the initial response: Base64, "=" for an empty one. Returns
 * what to say: 334 and the next prompt, 235, 535, 501, 454. As above.
 */
const char *login_answer(struct login *l, const struct lesson_auth *a,
                         const char *text, size_t len);

#endif
