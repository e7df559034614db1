/*
 * typed_priv: what the files of typed share. Not for other modules.
 */
#ifndef CORE_TYPED_PRIV_H
#define CORE_TYPED_PRIV_H

#include "core/typed.h"

/* The line under judgement, cut into its parts; all borrowed. */
struct parts {
	const char *line;
	size_t len;
	enum verb verb;
	size_t arg; /* where the argument begins; len when there is none */
	const struct ehlo *offers; /* NULL none */
};

/* A run of bytes of the line: line[from..to). */
struct span {
	size_t from, to;
};

/* arg is cut to fit; nothing happens once there are TYPED_REMARKS_MAX. */
void typed_remark(struct typed *t, const char *id, struct span arg,
                  const struct parts *p, size_t caret);
void typed_remark_text(struct typed *t, const char *id, const char *arg,
                       size_t caret);
/* The next word at or after from, empty (from == to) at the end. */
struct span typed_word(const struct parts *p, size_t from);

/* The parameters of MAIL and RCPT from there to the end of the line. */
void typed_params(const struct parts *p, size_t from, struct typed *t);
/* The argument of every other verb that has a form of its own. */
void typed_argument(const struct parts *p, struct typed *t);

#endif
