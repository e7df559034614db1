/*
 * screens_test: plays .screen files (screenplay.h) and compares.
 *
 *   screens_test [--update] [FILE...]     default: all of tests/screens
 *
 * --update writes the files anew; read the diff before you commit it.
 */
#include "config.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screenplay.h"
#include "util/xalloc.h"

static bool update(const struct screenplay *s)
{
	FILE *f = fopen(s->path, "w");
	bool good = f != NULL &&
	            fwrite(s->after.data, 1, s->after.len, f) == s->after.len;

	if (f == NULL || fclose(f) != 0 || !good) {
		printf("FAIL %s: cannot be written\n", s->path);
		return false;
	}
	printf("new  %s\n", s->path);
	return true;
}

static bool play(const char *path, bool updating)
{
	struct screenplay s = {.path = path};
	bool good = screenplay_run(&s);
	bool same = good && s.before.len == s.after.len &&
	            memcmp(s.before.data, s.after.data, s.before.len) == 0;

	if (!good)
		printf("FAIL %s\n", s.error.data);
	else if (same)
		printf("ok   %s\n", path);
	else if (updating)
		good = update(&s);
	else
		screenplay_show_difference(&s);
	if (good && !same && !updating)
		printf("FAIL %s\n", path);
	fflush(stdout);
	screenplay_clear(&s);
	return good && (same || updating);
}

int main(int argc, char **argv)
{
	bool updating = argc > 1 && strcmp(argv[1], "--update") == 0;
	int first = updating ? 2 : 1;
	const char *srcdir = getenv("srcdir");
	char *pattern = xasprintf("%s/tests/screens/*.screen",
	                          srcdir != NULL ? srcdir : ".");
	glob_t found = {.gl_pathc = 0};
	size_t failed = 0;
	size_t count;
	char **paths = argv + first;

	count = argc > first ? (size_t)(argc - first) : 0;
	if (count == 0 && glob(pattern, 0, NULL, &found) == 0) {
		paths = found.gl_pathv;
		count = found.gl_pathc;
	}
	for (size_t i = 0; i < count; i++)
		failed += play(paths[i], updating) ? 0 : 1;
	printf("%zu screens, %zu failed\n", count, failed);
	globfree(&found);
	free(pattern);
	return count == 0 || failed > 0;
}
