#include "config.h"

#include "tsv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/buf.h"
#include "util/xalloc.h"

static char *slurp(const char *path)
{
	struct buf b = { 0 };
	char block[65536];
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f)
		fail_msg("cannot read %s", path);
	while ((n = fread(block, 1, sizeof block, f)) > 0)
		buf_add(&b, block, n);
	fclose(f);
	buf_str(&b);
	return buf_steal(&b);
}

static size_t split_row(char *line, char *cells[COLUMNS_MAX])
{
	size_t n = 0;

	while (n < COLUMNS_MAX) {
		cells[n++] = line;
		line = strchr(line, '\t');
		if (!line)
			break;
		*line++ = '\0';
	}
	return n;
}

struct tsv *tsv_load(const char *name)
{
	const char *dir = getenv("srcdir");
	struct tsv *t = xcalloc(1, sizeof *t);
	char path[512];

	snprintf(path, sizeof path, "%s/%s", dir ? dir : ".", name);
	snprintf(t->name, sizeof t->name, "%s", name);
	t->text = slurp(path);
	for (char *p = t->text; *p;) {
		char *end = strchr(p, '\n');

		if (!end)
			fail_msg("%s: the last line has no end", name);
		*end = '\0';
		if (*p && *p != '#') {
			size_t n = split_row(p, t->cell[t->rows]);

			if (!t->columns)
				t->columns = n;
			if (n != t->columns)
				fail_msg("%s: %s: %zu cells, not %zu", name,
				         t->cell[t->rows][0], n, t->columns);
			t->rows++;
			assert_true(t->rows < ROWS_MAX);
		}
		p = end + 1;
	}
	return t;
}

void tsv_free(struct tsv *t)
{
	free(t->text);
	free(t);
}

size_t tsv_column(const struct tsv *t, const char *name)
{
	for (size_t i = 0; i < t->columns; i++)
		if (strcmp(t->cell[0][i], name) == 0)
			return i;
	fail_msg("%s has no column %s", t->name, name);
	return 0;
}
