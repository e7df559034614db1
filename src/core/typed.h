/*
 * typed: what is wrong with a line before it goes out. Pure.
 *
 * A typed line goes out as typed (that is the lesson); what is wrong with it
 * becomes findings with a caret under the place. Only what could smuggle a
 * second command (CR, LF, NUL) is never sent.
 */
#ifndef CORE_TYPED_H
#define CORE_TYPED_H

#include <stdbool.h>
#include <stddef.h>

#include "core/command.h"
#include "core/ehlo.h"

enum { TYPED_REMARKS_MAX = 8 };

struct typed_remark {
	const char *id; /* row of findings.tsv */
	char arg[64];   /* its %1, cut; "" none */
	int caret;      /* byte column in the line, -1 none */
};

struct typed {
	struct typed_remark remarks[TYPED_REMARKS_MAX];
	size_t count;
	bool refused; /* must not be sent */
};

/*
 * line: borrowed, len bytes. state: the projected one. offers: the EHLO list
 * or NULL when there is none (HELO, or nothing yet).
 */
void typed_check(const char *line, size_t len, enum state state,
                 const struct ehlo *offers, struct typed *out);

#endif
