/*
 * rowtests: each row of a table as a cmocka test of its own.
 */
#ifndef TESTS_ROWTESTS_H
#define TESTS_ROWTESTS_H

#include <stddef.h>

/*
 * rows: n structs of size bytes, whose first member is const char *id: the
 * test's name. run: gets the row as *state. Returns how many failed.
 */
int rowtests_run(const char *name, const void *rows, size_t size, size_t n,
                 void (*run)(void **state));

#endif
