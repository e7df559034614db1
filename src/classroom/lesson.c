#include "config.h"

#include "classroom/lesson.h"

#include <stdlib.h>
#include <string.h>

#include "classroom/loader.h"
#include "classroom/script.h"
#include "util/buf.h"
#include "util/wipe.h"
#include "util/xalloc.h"

/* The lessons of lessons/, in teaching order: LESSON(name, text). */
static const struct builtin {
	const char *name, *text;
} builtins[] = {
#define LESSON(name, text) { name, text },
#include "classroom/lessons.inc"
#undef LESSON
};

enum { BUILTINS = sizeof builtins / sizeof *builtins };

static struct lesson *parse_builtin(const struct builtin *b, char **error)
{
	return lesson_parse(b->name, b->text, strlen(b->text), error);
}

static struct lesson *parse_file(const char *path, char **error)
{
	struct buf text = { 0 };
	struct lesson *l = NULL;

	if (script_read_file(path, &text, error))
		l = lesson_parse(path, buf_str(&text), text.len, error);
	buf_clear(&text);
	return l;
}

static bool is_path(const char *name)
{
	static const char suffix[] = ".lesson";
	size_t n = strlen(name), s = sizeof suffix - 1;

	return strchr(name, '/') ||
	       (n > s && strcmp(name + n - s, suffix) == 0);
}

static char *no_such_lesson(const char *name)
{
	struct buf names = { 0 };
	char *error;

	for (size_t i = 0; i < BUILTINS; i++)
		buf_addf(&names, "%s%s", i ? ", " : "", builtins[i].name);
	error = xasprintf(_("there is no lesson \"%s\"; there are %s, and "
	                    "files such as ./%s.lesson"),
	                  name, buf_str(&names), *name ? name : "my");
	buf_clear(&names);
	return error;
}

struct lesson *lesson_find(const char *name, char **error)
{
	if (!name)
		name = builtins[0].name;
	if (is_path(name))
		return parse_file(name, error);
	for (size_t i = 0; i < BUILTINS; i++)
		if (strcmp(builtins[i].name, name) == 0)
			return parse_builtin(&builtins[i], error);
	*error = no_such_lesson(name);
	return NULL;
}

void lesson_list(void (*each)(const struct lesson *l, void *arg), void *arg)
{
	for (size_t i = 0; i < BUILTINS; i++) {
		char *error = NULL;
		struct lesson *l = parse_builtin(&builtins[i], &error);

		if (l)
			each(l, arg);
		free(error);
		lesson_free(l);
	}
}

static const char *pick(char *const text[LANG_COUNT])
{
	const char *s = text[i18n_lang()];

	if (!s)
		s = text[LANG_EN];
	return s ? s : "";
}

const char *lesson_title(const struct lesson *l)
{
	return pick(l->title);
}

const char *lesson_about(const struct lesson *l)
{
	return pick(l->about);
}

void lesson_fill_plan(const struct lesson *l, struct plan *p)
{
	if (!p->helo && l->helo)
		p->helo = xstrdup(l->helo);
	if (!p->from && l->from)
		p->from = xstrdup(l->from);
	if (!p->n_to)
		for (size_t i = 0; i < l->n_to; i++)
			plan_add_to(p, l->to[i]);
	lesson_fill_client(l, p);
	for (size_t i = 0; i < l->n_steps; i++) {
		const struct lesson_step *s = &l->steps[i];

		plan_add_step(p, s->kind, s->line, s->wait_ms);
		plan_step_words(p, pick(s->say), pick(s->ask));
	}
}

static void free_server(struct lesson_server *s)
{
	for (size_t i = 0; i < s->n_hosts; i++)
		free(s->hosts[i].name);
	for (size_t i = 0; i < s->n_rules; i++) {
		struct lesson_rule *rule = &s->rules[i];

		for (size_t k = 0; k < rule->n_acts; k++)
			free(rule->acts[k].data);
		free(rule->acts);
		free(rule->pattern);
	}
	free(s->hosts);
	free(s->rules);
	free(s->auth.user);
	wipe_free(s->auth.password);
}

static void free_texts(char *text[LANG_COUNT])
{
	for (int i = 0; i < LANG_COUNT; i++)
		free(text[i]);
}

static void free_head(struct lesson *l)
{
	free_texts(l->title);
	free_texts(l->about);
	for (size_t i = 0; i < l->n_to; i++)
		free(l->to[i]);
	free(l->to);
	free(l->name);
	free(l->target);
	free(l->helo);
	free(l->from);
}

void lesson_free(struct lesson *l)
{
	if (!l)
		return;
	free_head(l);
	plan_clear(&l->wants);
	zone_clear(&l->zone);
	for (size_t i = 0; i < l->n_servers; i++)
		free_server(&l->servers[i]);
	for (size_t i = 0; i < l->n_steps; i++) {
		free(l->steps[i].line);
		free_texts(l->steps[i].say);
		free_texts(l->steps[i].ask);
	}
	free(l->faults);
	free(l->servers);
	free(l->steps);
	free(l);
}
