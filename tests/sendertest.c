#include "config.h"

#include "sendertest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "knowledge/check_words.h"
#include "util/buf.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum { WORDS_MAX = 12 };

/* ---- data ---- */

struct spfmap *map_of(const char *lines)
{
	struct spfmap *m = spfmap_new();

	while (*lines) {
		size_t len = strcspn(lines, "\n");
		char *line = xmemdup0(lines, len);

		spfmap_line(m, line);
		free(line);
		lines += len + (lines[len] == '\n');
	}
	return m;
}

static char *slurp(const char *path)
{
	struct buf b = { 0 };
	char block[65536];
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f)
		return NULL;
	while ((n = fread(block, 1, sizeof block, f)) > 0)
		buf_add(&b, block, n);
	fclose(f);
	buf_str(&b);
	return buf_steal(&b);
}

char *shared_file(const char *path)
{
	const char *shared = getenv("SMTPSCOPE_SHARED");
	char *full = xasprintf("%s/%s", shared ? shared : "", path), *text;

	text = shared ? slurp(full) : NULL;
	free(full);
	return text;
}

/* "@", "mail", "mail.other.test." as a whole name without its last dot. */
static char *whole(const char *name, const char *origin)
{
	size_t len = strlen(name);

	if (strcmp(name, "@") == 0)
		return xstrdup(origin);
	if (name[len - 1] == '.')
		return xmemdup0(name, len - 1);
	return xasprintf("%s.%s", name, origin);
}

static size_t split(char *line, char *words[WORDS_MAX])
{
	size_t n = 0;

	while (n < WORDS_MAX) {
		line += strspn(line, " \t");
		if (!*line || *line == ';')
			break;
		words[n++] = line;
		line += *line == '"' ? strcspn(line + 1, "\"") + 2
		                     : strcspn(line, " \t");
		if (*line)
			*line++ = '\0';
	}
	return n;
}

/* The types that these zones hold; of others (SOA, NS ...) nothing is asked. */
static void add_record(struct spfmap *m, char **w, size_t n,
                       const char *origin)
{
	char *owner = whole(w[0], origin), *data = NULL, *line;

	if (strcmp(w[1], "TXT") == 0)
		data = xmemdup0(w[2] + 1, strlen(w[2]) - 2);
	else if (strcmp(w[1], "CNAME") == 0)
		data = whole(w[2], origin);
	else if (strcmp(w[1], "MX") == 0 && n > 3)
		data = xasprintf("%s %s.%s", w[2], w[3], origin);
	else if (strcmp(w[1], "A") == 0 || strcmp(w[1], "AAAA") == 0)
		data = xstrdup(w[2]);
	if (data) {
		line = xasprintf("%s %s %s", owner, w[1], data);
		spfmap_line(m, line);
		free(line);
	}
	free(data);
	free(owner);
}

bool map_add_zone(struct spfmap *m, const char *zone)
{
	char *path = xasprintf("dns/zones/%s.zone", zone);
	char *text = shared_file(path), *p = text;

	free(path);
	while (p && *p) {
		char *end = p + strcspn(p, "\n"), *w[WORDS_MAX];
		size_t n;

		if (*end)
			*end++ = '\0';
		n = split(p, w);
		if (n > 2 && *w[0] != '$')
			add_record(m, w, n, zone);
		p = end;
	}
	free(text);
	return text != NULL;
}

/* ---- running ---- */

struct run {
	const struct check_row *row;
	const struct check_query *q;
	size_t i;
};

static void run_one(struct check *c, const struct facts *f, const void *arg)
{
	const struct run *r = arg;

	r->row->run(c, f, r->q, r->i);
	assert_true(c->n_needs <= CHECK_NEEDS_MAX);
}

void run_row(struct check *c, const struct spfmap *m, const char *id,
             const struct check_query *q, size_t i)
{
	struct run r = { .q = q, .i = i };
	struct facts *f = facts_new();

	for (size_t n = 0; (r.row = check_row_at(n)); n++)
		if (strcmp(r.row->id, id) == 0)
			break;
	assert_non_null(r.row);
	assert_true(i < r.row->count(q));
	spfmap_run(m, c, f, run_one, &r);
	facts_free(f);
	assert_string_equal(c->id, id);
	assert_non_null(check_say_find(c->say));
}

/* ---- in words ---- */

static void put_line(struct buf *out, const char *front, char *text)
{
	assert_null(strstr(text, "%1")); /* an argument that was not given */
	assert_null(strstr(text, "{1}"));
	if (*text)
		buf_addf(out, "%s%s\n", front, text);
	free(text);
}

char *check_as_text(const struct check *c, const char *lang)
{
	struct event_builder b;
	struct buf out = { 0 };
	struct event *e;

	i18n_set(lang);
	check_event(&b, c);
	e = event_finish(&b);
	buf_addf(&out, "%s [%s] %s\n", event_text(e, e->u.check.subject),
	         event_text(e, e->u.check.result),
	         check_grade_word((enum grade)e->u.check.grade));
	put_line(&out, "", check_text(e));
	put_line(&out, "-> ", check_next(e));
	for (uint32_t i = 0; i < e->u.check.trace.len; i++) {
		const struct ev_trace *t = event_trace(e, i);

		assert_non_null(check_say_find(event_text(e, t->say)));
		buf_addf(&out, "%*s", 2 + 2 * t->depth, "");
		put_line(&out, "", check_step(e, i));
	}
	free(e);
	i18n_set("en");
	buf_str(&out);
	return buf_steal(&out);
}

void assert_golden(const struct check *c, const char *name)
{
	static const char *const langs[] = { "en", "de" };
	const char *dir = getenv("srcdir");

	for (size_t i = 0; i < sizeof langs / sizeof *langs; i++) {
		char *got = check_as_text(c, langs[i]);
		char *path = xasprintf("%s/tests/data/sender/%s.%s",
		                       dir ? dir : ".", name, langs[i]);
		char *want = slurp(path);

		if (!want || strcmp(want, got) != 0) {
			fprintf(stderr, "==> %s\n%s<==\n", path, got);
			fail_msg("%s has another text", path);
		}
		free(want);
		free(path);
		free(got);
	}
}
