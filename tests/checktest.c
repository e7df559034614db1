#include "config.h"

#include "checktest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "knowledge/check_words.h"
#include "util/xalloc.h"

static void answer(struct checktest_world *w, struct facts *facts,
                   const struct check_need *need)
{
	char name[DNS_NAME_TEXT_MAX], type[10];
	struct dns_answer *a = w->look ? w->look(w->arg, &need->name,
	                                         need->type) : NULL;

	buf_addf(&w->asked, "%s%s/%s", w->asked.len ? " " : "",
	         dns_name_host(&need->name, name),
	         dns_type_text(need->type, type));
	if (!a) {
		a = answer_new(&need->name, need->type);
		answer_fail(a, DNS_NXDOMAIN);
	}
	facts_add(facts, a);
}

void make_check(struct check *c, check_run *run, const struct check_query *q,
                size_t i, struct checktest_world *w)
{
	struct facts *facts = facts_new();
	unsigned rounds = 0;

	run(c, facts, q, i);
	while (c->n_needs) {
		assert_in_range(rounds++, 0, CHECKTEST_ROUNDS_MAX);
		for (size_t k = 0; k < c->n_needs; k++)
			answer(w, facts, &c->needs[k]);
		check_clear(c);
		run(c, facts, q, i);
	}
	facts_free(facts);
}

char *check_line(const struct check *c)
{
	struct buf b = { 0 };

	buf_addf(&b, "%s %s [", grade_name(c->grade), c->say);
	for (size_t i = 0; i < c->n_args; i++)
		buf_addf(&b, "%s%s", i ? " " : "", c->args[i]);
	buf_addf(&b, "] | %s", c->subject);
	return buf_steal(&b);
}

struct dns_answer *look_known(void *arg, const struct dns_name *name,
                                     uint16_t type)
{
	const struct fact *f = arg;
	struct dns_name other;

	for (; f && f->name; f++) {
		dns_name_parse(&other, f->name);
		if (dns_type_find(f->type) == type &&
		    dns_name_equal(&other, name))
			return made_answer(f);
	}
	return NULL;
}

void want_check(check_run *run, const struct fact *known,
                const struct check_query *q, const char *want)
{
	struct checktest_world w = { look_known, (void *)known, { 0 } };
	struct check c = { 0 };
	char *got;

	make_check(&c, run, q, 0, &w);
	got = check_line(&c);
	if (strcmp(got, want) != 0)
		print_error("want %s\ngot  %s\nasked %s\n", want, got,
		            buf_str(&w.asked));
	assert_string_equal(got, want);
	assert_non_null(check_say_find(c.say));
	free(got);
	check_clear(&c);
	buf_clear(&w.asked);
}

char *read_data(const char *name)
{
	const char *srcdir = getenv("srcdir");
	char *path = xasprintf("%s/tests/data/%s", srcdir ? srcdir : ".", name);
	FILE *f = fopen(path, "r");
	struct buf text = { 0 };
	char piece[4096];
	size_t n;

	if (!f)
		print_error("%s cannot be read\n", path);
	free(path);
	while (f && (n = fread(piece, 1, sizeof piece, f)) > 0)
		buf_add(&text, piece, n);
	if (f)
		fclose(f);
	buf_str(&text);
	return buf_steal(&text);
}

static void put_line(struct buf *out, const char *lead, char *text)
{
	if (*text)
		buf_addf(out, "%s%s\n", lead, text);
	free(text);
}

void put_check(struct buf *out, const struct check *c)
{
	struct event_builder b;
	struct event *e;

	check_event(&b, c);
	e = event_finish(&b);
	buf_addf(out, "[%s] %s (%s)\n", check_grade_word(c->grade),
	         c->subject, c->result);
	put_line(out, "", check_text(e));
	put_line(out, "-> ", check_next(e));
	for (uint32_t i = 0; i < e->u.check.trace.len; i++) {
		char *lead = xasprintf("%*s", 2 + 2 * (int)c->steps[i].depth,
		                       "");

		put_line(out, lead, check_step(e, i));
		free(lead);
	}
	free(e);
}
