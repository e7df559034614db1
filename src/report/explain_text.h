/*
 * explain_text: what --explain prints.
 */
#ifndef REPORT_EXPLAIN_TEXT_H
#define REPORT_EXPLAIN_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "report/paper.h"

/*
 * words: n of them; together they are one text ("550 5.1.1 user unknown"), or,
 * when each is known alone ("STARTTLS SIZE"), each is one. Returns false when
 * nothing is known about one of them; what is printed then says so.
 */
bool explain_print(FILE *out, bool color, int width, const char *const *words,
                   size_t n);

/*
 * --explain -: the refusals in a bounce message, a log or a reply, each
 * explained. data: len bytes. Returns false when none was found, which is
 * said, or what was found could not be written.
 */
bool explain_print_bounce(struct paper *p, const char *data, size_t len);

#endif
