#include "config.h"

#include "spfmade.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/spf.h"
#include "knowledge/check_words.h"

void spfmade_run(struct check *c, const struct facts *f, const void *arg)
{
	const struct spf_who *who = arg;
	struct address_seen seen = { ADDRESS_GIVEN, who->ip, "" };
	struct check_query q = { .seen = &seen, .n_seen = who->ip ? 1 : 0,
		.mail_from = who->mail, .helo = who->helo };

	if (who->about_helo)
		spf_check_helo(c, f, &q, 0);
	else
		spf_check_mail(c, f, &q, 0);
}

static void check_says(const struct check *c)
{
	assert_non_null(check_kind_find(c->id));
	if (!check_say_find(c->say))
		fail_msg("no sentence \"%s\"", c->say);
	for (size_t i = 0; i < c->n_steps; i++)
		if (!check_say_find(c->steps[i].say))
			fail_msg("no sentence \"%s\"", c->steps[i].say);
}

void spfmade_map(struct spf_made *m, const struct spfmap *map,
                 const struct spf_who *who)
{
	*m = (struct spf_made){ .f = facts_new() };
	m->rounds = spfmap_run(map, &m->c, m->f, spfmade_run, who);
	check_says(&m->c);
}

void spfmade_lines(struct spf_made *m, const char *lines,
                   const struct spf_who *who)
{
	struct spfmap *map = spfmap_new();

	spfmap_lines(map, lines);
	spfmade_map(m, map, who);
	spfmap_free(map);
}

void spfmade_clear(struct spf_made *m)
{
	check_clear(&m->c);
	facts_free(m->f);
}

const char *spfmade_step(const struct check *c, const char *say)
{
	for (size_t i = 0; i < c->n_steps; i++)
		if (strcmp(c->steps[i].say, say) == 0)
			return c->steps[i].n_args ? c->steps[i].args[0] : "";
	return NULL;
}

static struct event *event_of(const struct check *c)
{
	struct event_builder b;

	check_event(&b, c);
	return event_finish(&b);
}

char *spfmade_text(const struct check *c)
{
	struct event *e = event_of(c);
	struct buf out = { 0 };
	char *text;

	for (uint32_t i = 0; i < e->u.check.trace.len; i++) {
		text = check_step(e, i);
		buf_addf(&out, "%*s%s\n", 2 * event_trace(e, i)->depth, "",
		         text);
		free(text);
	}
	text = check_text(e);
	buf_addf(&out, "= %s %s: %s\n", check_grade_word(c->grade), c->result,
	         text);
	free(text);
	text = check_next(e);
	buf_addf(&out, "> %s\n", text);
	free(text);
	free(e);
	return buf_steal(&out);
}
