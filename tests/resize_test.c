#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/buf.h"
#include "util/xalloc.h"
#include "vt.h"

static const struct subject {
	const char *name; /* below builddir; NULL: the program itself */
	const char *args[4];
	const char *flood; /* keys that start a flood of output */
} subjects[] = {
	{"tests/term_demo", {NULL}, "<F2>"},
	{NULL, {"--demo", "--no-record", "--seed", "1"}, "<Enter>"},
};

enum { SUBJECTS = sizeof(subjects) / sizeof(subjects[0]), STORM = 300 };

static struct vt *start(const struct subject *s, int w, int h)
{
	const char *build = getenv("builddir");
	const char *program = getenv("SMTPSCOPE");
	char *path = s->name == NULL && program != NULL
	             ? xstrdup(program)
	             : xasprintf("%s/%s", build != NULL ? build : ".",
	                         s->name != NULL ? s->name : "smtpscope");
	const char *argv[6] = {path};
	struct vt_options o = {.w = w, .h = h, .argv = argv};
	struct vt *v;

	for (size_t i = 0; i < 4 && s->args[i] != NULL; i++)
		argv[i + 1] = s->args[i];
	if (access(path, X_OK) != 0)
		fail_msg("%s is not there", path);
	v = vt_start(&o);
	free(path);
	return v;
}

static char *picture(struct vt *v)
{
	struct buf out = {.len = 0};
	int w, h;

	vt_size(v, &w, &h);
	for (int y = 0; y < h; y++) {
		char *row = vt_row(v, y);

		buf_addf(&out, "%s\n", row);
		free(row);
	}
	buf_str(&out);
	return buf_steal(&out);
}

static void assert_same_as_fresh(struct vt *v, const struct subject *s)
{
	struct vt *fresh;
	char *got = picture(v);
	char *wanted;
	int w, h;

	vt_size(v, &w, &h);
	fresh = start(s, w, h);
	assert_true(vt_settle(fresh));
	wanted = picture(fresh);
	assert_string_equal(got, wanted);
	free(got);
	free(wanted);
	vt_free(fresh);
}

static void try_size(struct vt *v, const struct subject *s, int w, int h)
{
	vt_resize(v, w, h);
	if (!vt_settle(v))
		fail_msg("it ended at %dx%d", w, h);
	if ((w * 7 + h) % 13 == 0) /* one in thirteen: a start costs more */
		assert_same_as_fresh(v, s);
}

static void test_resize_each_small_size_is_as_started_so(void **state)
{
	(void)state;
	for (size_t s = 0; s < SUBJECTS; s++) {
		struct vt *v = start(&subjects[s], 80, 24);

		assert_true(vt_settle(v));
		for (int w = 1; w <= 20; w++)
			for (int h = 1; h <= 6; h++)
				try_size(v, &subjects[s], w, h);
		vt_resize(v, 80, 24);
		assert_true(vt_settle(v));
		assert_same_as_fresh(v, &subjects[s]);
		vt_free(v);
	}
}

static void test_resize_storm_during_flood_ends_as_started_so(void **state)
{
	uint32_t seed = 7;

	(void)state;
	for (size_t s = 0; s < SUBJECTS; s++) {
		struct vt *v = start(&subjects[s], 80, 24);

		assert_true(vt_settle(v));
		vt_keys(v, subjects[s].flood, false);
		for (int i = 0; i < STORM; i++) {
			seed = seed * 1103515245u + 12345u;
			vt_resize(v, 1 + (int)(seed >> 16) % 300,
			          1 + (int)(seed >> 8) % 100);
		}
		vt_resize(v, 60, 16);
		assert_true(vt_settle(v));
		assert_int_equal(vt_alt_screen(v), true);
		vt_resize(v, 100, 40);
		assert_true(vt_settle(v));
		vt_free(v);
	}
}

static void test_resize_huge_terminal_is_no_harm(void **state)
{
	(void)state;
	for (size_t s = 0; s < SUBJECTS; s++) {
		struct vt *v = start(&subjects[s], 1, 1);

		assert_true(vt_settle(v));
		vt_resize(v, 1500, 700);
		assert_true(vt_settle(v));
		vt_resize(v, 40, 10);
		assert_true(vt_settle(v));
		assert_same_as_fresh(v, &subjects[s]);
		vt_free(v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_resize_each_small_size_is_as_started_so),
		cmocka_unit_test(
			test_resize_storm_during_flood_ends_as_started_so),
		cmocka_unit_test(test_resize_huge_terminal_is_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
