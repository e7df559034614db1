/*
 * sendertest: a check of the sending side run over DNS data made by hand, and
 * what came of it as text.
 */
#ifndef TESTS_SENDERTEST_H
#define TESTS_SENDERTEST_H

#include "check/checks.h"
#include "spfmap.h"

/* Lines of spfmap_line() with "\n" between. Caller frees: spfmap_free(). */
struct spfmap *map_of(const char *lines);
/* Adds a zone of the study, "t32-dmarc.test"; false: it is not here. */
bool map_add_zone(struct spfmap *m, const char *zone);
/* A file below $SMTPSCOPE_SHARED, NUL-terminated; NULL: not here. Heap. */
char *shared_file(const char *path);

/*
 * Runs check number i of that row to its end. c: zeroed or cleared. rounds:
 * how often it ran, may be NULL.
 */
void run_row(struct check *c, const struct spfmap *m, const char *id,
             const struct check_query *q, size_t i);

/*
 * As a person reads it: "DMARC: example.org - bad", the sentence, "-> " and
 * what to do, then the trace, two blanks for each depth. Fails on a sentence
 * that there is not. lang: "en", "de". Heap.
 */
char *check_as_text(const struct check *c, const char *lang);
/* Compares with tests/data/sender/NAME.LANG in both languages. */
void assert_golden(const struct check *c, const char *name);

#endif
