#include "config.h"

#include "core/plan.h"

#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

static const char *const stages[STAGE_COUNT] = {
	[STAGE_ROUTE] = "route", [STAGE_CONNECT] = "connect",
	[STAGE_EHLO] = "ehlo",   [STAGE_MAIL] = "mail",
	[STAGE_RCPT] = "rcpt",   [STAGE_DATA] = "data",
	[STAGE_DOT] = "dot",
};

const char *stage_name(enum stage s)
{
	return stages[s];
}

int stage_find(const char *word)
{
	for (int i = 0; i < STAGE_COUNT; i++)
		if (strcmp(stages[i], word) == 0)
			return i;
	return -1;
}

void plan_init(struct plan *p)
{
	*p = (struct plan){ .stage = STAGE_RCPT, .may_ask = true };
}

void plan_clear(struct plan *p)
{
	plan_drop_to(p, 0);
	plan_drop_steps(p, 0);
	free(p->to);
	free(p->steps);
	free(p->helo);
	free(p->from);
	free(p->server);
	free(p->source);
	free(p->message);
	target_clear(&p->target);
	*p = (struct plan){ 0 };
}

static char *copy(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

struct plan *plan_copy(const struct plan *p)
{
	struct plan *c = xmalloc(sizeof *c);

	*c = *p; /* the numbers; everything owned is copied below */
	c->helo = copy(p->helo);
	c->from = copy(p->from);
	c->server = copy(p->server);
	c->source = copy(p->source);
	c->message = p->message ? xmemdup0(p->message, p->message_len) : NULL;
	c->to = NULL;
	c->n_to = 0;
	c->steps = NULL;
	c->n_steps = 0;
	for (size_t i = 0; i < p->n_to; i++)
		plan_add_to(c, p->to[i]);
	for (size_t i = 0; i < p->n_steps; i++) {
		plan_add_step(c, p->steps[i].kind, p->steps[i].line,
		              p->steps[i].wait_ms);
		plan_step_words(c, p->steps[i].say, p->steps[i].ask);
	}
	target_copy(&c->target, &p->target);
	return c;
}

void plan_free(struct plan *p)
{
	if (!p)
		return;
	plan_clear(p);
	free(p);
}

void plan_add_to(struct plan *p, const char *addr)
{
	p->to = xreallocarray(p->to, p->n_to + 1, sizeof *p->to);
	p->to[p->n_to++] = xstrdup(addr);
}

void plan_add_step(struct plan *p, enum step_kind kind, const char *line,
                   uint32_t wait_ms)
{
	p->steps = xreallocarray(p->steps, p->n_steps + 1, sizeof *p->steps);
	p->steps[p->n_steps++] = (struct step){
		.kind = kind,
		.line = xstrdup(line),
		.wait_ms = wait_ms,
		.say = xstrdup(""),
		.ask = xstrdup(""),
	};
}

void plan_step_words(struct plan *p, const char *say, const char *ask)
{
	struct step *s = &p->steps[p->n_steps - 1];

	free(s->say);
	free(s->ask);
	s->say = xstrdup(say ? say : "");
	s->ask = xstrdup(ask ? ask : "");
}

void plan_drop_steps(struct plan *p, size_t from)
{
	for (size_t i = from; i < p->n_steps; i++) {
		free(p->steps[i].line);
		free(p->steps[i].say);
		free(p->steps[i].ask);
	}
	if (from < p->n_steps)
		p->n_steps = from;
}

void plan_drop_to(struct plan *p, size_t from)
{
	for (size_t i = from; i < p->n_to; i++)
		free(p->to[i]);
	if (from < p->n_to)
		p->n_to = from;
}
