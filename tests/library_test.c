#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "util/library.h"

struct table {
	const char *(*version)(const char *);
	void (*other)(void);
};

static const struct library_symbol symbols[] = {
	{ "idn2_check_version", offsetof(struct table, version) },
	{ "no_such_function", offsetof(struct table, other) },
};

static void test_functions_are_found_by_name(void **state)
{
	struct library l = { .so_name = LIBIDN2_SONAME, .symbols = symbols,
		.n = 1, .size = sizeof(struct table) };
	const struct table *t = library_table(&l);

	(void)state;
	assert_non_null(t);
	assert_non_null(t->version(NULL));
	assert_null(t->other);
	assert_ptr_equal(library_table(&l), t);
	free(l.table);
}

static void test_what_is_missing_is_missing_for_ever(void **state)
{
	struct library none = { .so_name = "libnone.so.0", .symbols = symbols,
		.n = 1, .size = sizeof(struct table) };
	struct library half = { .so_name = LIBIDN2_SONAME,
		.symbols = symbols, .n = 2, .size = sizeof(struct table) };

	(void)state;
	for (int again = 0; again < 2; again++) {
		assert_null(library_table(&none));
		assert_null(library_table(&half));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_functions_are_found_by_name),
		cmocka_unit_test(test_what_is_missing_is_missing_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
