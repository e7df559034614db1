#include "config.h"

#include "dialogs_seen.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/guide.h"
#include "core/rules.h"
#include "maskseen.h"
#include "util/base64.h"
#include "util/xalloc.h"

enum { ROWS_MAX = 256 };

static bool fired[ROWS_MAX], proposed[ROWS_MAX];

static void add(struct seen_secrets *s, char *text)
{
	assert(s->n < SEEN_SECRETS_MAX);
	s->texts[s->n++] = text;
}

void seen_add_secret(struct seen_secrets *s, const char *text)
{
	struct buf coded = { 0 };

	add(s, xstrdup(text));
	base64_encode(&coded, text, strlen(text));
	add(s, buf_steal(&coded));
}

void seen_clear_secrets(struct seen_secrets *s)
{
	mask_free(s->mask);
	s->mask = NULL;
	while (s->n)
		free(s->texts[--s->n]);
}

/* Texts of an event end in NUL, so that none reaches into the next. */
static bool holds(const struct event *e, const char *text)
{
	const char *p = (const char *)e, *end = p + e->size;
	size_t len = strlen(text);

	for (; (size_t)(end - p) >= len; p++)
		if (memcmp(p, text, len) == 0)
			return true;
	return false;
}

/* The names of people and hosts in the dialogs. */
static const char *unmasked(struct seen_secrets *s, const struct event *e)
{
	static const char *const names[] = { "example.org", "@b.example",
		"meinhost", "meinedomain", "alice", "jos\303\251" };
	const char *leak = NULL;
	struct event *copy;

	if (!s->mask)
		s->mask = mask_new(MASK_ALL, NULL);
	copy = mask_event(s->mask, e);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (maskseen_leaks(copy, names[i]))
			leak = names[i];
	free(copy);
	return leak;
}

const char *seen_leak(struct seen_secrets *s, const struct event *e)
{
	for (size_t i = 0; i < s->n; i++)
		if (holds(e, s->texts[i]))
			return s->texts[i];
	return unmasked(s, e);
}

void seen_note(const struct event *e)
{
	if (e->kind == EV_STATE) {
		const char *id = event_text(e, e->u.state.rule);

		for (size_t i = 0; rules_at(i); i++)
			fired[i] |= strcmp(rules_at(i)->id, id) == 0;
	} else if (e->kind == EV_PROMPT) {
		const char *id = event_text(e, e->u.prompt.guide);

		for (size_t i = 0; guide_at(i); i++)
			proposed[i] |= strcmp(guide_at(i)->id, id) == 0;
	}
}

size_t seen_missing(void)
{
	size_t missing = 0;

	assert(rules_count() <= ROWS_MAX);
	for (size_t i = 0; rules_at(i); i++) {
		if (fired[i])
			continue;
		printf("no dialog fires the rule %s\n", rules_at(i)->id);
		missing++;
	}
	for (size_t i = 0; guide_at(i); i++) {
		if (proposed[i])
			continue;
		printf("no dialog is proposed the row %s of the guide\n",
		       guide_at(i)->id);
		missing++;
	}
	return missing;
}
