#include "config.h"

#include "rowtests.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "util/xalloc.h"

int rowtests_run(const char *name, const void *rows, size_t size, size_t n,
                 void (*run)(void **state))
{
	struct CMUnitTest *tests = xcalloc(n, sizeof *tests);
	int failed;

	for (size_t i = 0; i < n; i++) {
		const char *row = (const char *)rows + i * size;

		tests[i] = (struct CMUnitTest){
			.name = *(const char *const *)(const void *)row,
			.test_func = run,
			.initial_state = (void *)(uintptr_t)row,
		};
	}
	failed = _cmocka_run_group_tests(name, tests, n, NULL, NULL);
	free(tests);
	return failed;
}
