/*
 * params: the parameters that MAIL and RCPT may have (params.tsv, RFC 5321
 * §4.1.1.11) and whether a value is one of theirs. Constant data, pure; any
 * thread. Values are bytes as typed: borrowed, any length, any content.
 */
#ifndef CORE_PARAMS_H
#define CORE_PARAMS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/command.h"

struct param {
	const char *keyword;
	const char *command; /* "MAIL", "RCPT" or "MAIL RCPT" */
	const char *value;   /* for people; "" takes none. A form of "word" or
	                      * "notify" lists its values: "FULL|HDRS" */
	const char *form;    /* how the value is judged (params.c) */
	const char *max;     /* octets of the value, decimal; "" no bound */
	const char *needs;   /* EHLO keyword that must be offered */
	const char *finding; /* id of what is said of a wrong value */
	const char *explain_en, *explain_de, *source;
};

/*
 * v: VERB_MAIL or VERB_RCPT; VERB_OTHER: of either. NULL when that command
 * has no such parameter. key: any case, len bytes, no "=".
 */
const struct param *param_find(const char *key, size_t len, enum verb v);
const struct param *param_at(size_t i); /* NULL past the end */

/*
 * NULL when the value is right, else the id of a finding (its %1 is the
 * keyword). value: len bytes behind the "=", NULL when there is no "=".
 * caret: where in value it goes wrong, 0 when there is none.
 */
const char *param_check(const struct param *p, const char *value, size_t len,
                        int *caret);
/* What must be offered for this very value: BODY=BINARYMIME needs another
 * extension than BODY=8BITMIME (RFC 3030 §3). */
const char *param_needs(const struct param *p, const char *value, size_t len);

/* The value i (from 0) of a list such as "FULL|HDRS"; len 0 past the end. */
const char *param_value(const struct param *p, size_t i, size_t *len);

/*
 * xtext (RFC 3461 §4): +, =, blanks, controls and bytes over 126 become "+"
 * and two capital hex digits. Heap.
 */
char *param_xtext(const char *text);

#endif
