/*
 * explain_text: what --explain prints.
 */
#ifndef REPORT_EXPLAIN_TEXT_H
#define REPORT_EXPLAIN_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * words: n of them; together they are one text ("550 5.1.1 user unknown"), or,
 * when each is known alone ("STARTTLS SIZE"), each is one. Returns false when
 * nothing is known about one of them; what is printed then says so.
 */
bool explain_print(FILE *out, bool color, int width, const char *const *words,
                   size_t n);

#endif
