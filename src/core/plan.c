#include "config.h"

#include "core/plan.h"

#include <stdlib.h>
#include <string.h>

#include "util/wipe.h"
#include "util/xalloc.h"

static const char *const stages[STAGE_COUNT] = {
	[STAGE_ROUTE] = "route", [STAGE_CONNECT] = "connect",
	[STAGE_EHLO] = "ehlo",   [STAGE_TLS] = "tls",
	[STAGE_AUTH] = "auth",   [STAGE_MAIL] = "mail",
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

static const char *const policies[TLS_POLICY_COUNT] = {
	[TLS_MAY] = "may",       [TLS_NEVER] = "never",
	[TLS_MUST] = "must",     [TLS_VERIFY] = "verify",
	[TLS_DANE] = "dane",
};

const char *tls_policy_name(enum tls_policy p)
{
	return policies[p];
}

int tls_policy_find(const char *word)
{
	for (int i = 0; i < TLS_POLICY_COUNT; i++)
		if (strcmp(policies[i], word) == 0)
			return i;
	return -1;
}

static const char *const protocols[] = {
	[PROTO_ESMTP] = "esmtp", [PROTO_SMTP] = "smtp", [PROTO_LMTP] = "lmtp",
};

const char *protocol_name(enum protocol p)
{
	return protocols[p];
}

int protocol_find(const char *word)
{
	for (int i = PROTO_ESMTP; i <= PROTO_LMTP; i++)
		if (strcmp(protocols[i], word) == 0)
			return i;
	return -1;
}

void plan_init(struct plan *p)
{
	*p = (struct plan){ .stage = STAGE_RCPT, .may_ask = true };
}

static void drop_list(char **list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(list[i]);
	free(list);
}

static void clear_tls(struct plan_tls *t)
{
	free(t->ca_file);
	free(t->name);
	free(t->cert_file);
	free(t->key_file);
}

static void clear_auth(struct plan_auth *a)
{
	free(a->mechs);
	free(a->user);
	free(a->authzid);
	wipe_free(a->password);
}

static void clear_checks(struct plan_checks *c)
{
	free(c->ip);
	drop_list(c->selectors, c->n_selectors);
	drop_list(c->dnsbls, c->n_dnsbls);
}

static void clear_way(struct plan_way *w)
{
	free(w->unix_path);
	free(w->pipe);
	free(w->socks_host);
	free(w->proxy_from);
	free(w->proxy_to);
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
	free(p->source4);
	free(p->source6);
	free(p->message);
	free(p->input);
	free(p->id);
	drop_list(p->mail_params, p->n_mail_params);
	drop_list(p->rcpt_params, p->n_rcpt_params);
	clear_tls(&p->tls);
	clear_auth(&p->auth);
	clear_way(&p->way);
	clear_checks(&p->checks);
	trial_clear(&p->trial);
	target_clear(&p->target);
	*p = (struct plan){ 0 };
}

static char *copy(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

static char **copy_list(char *const *list, size_t n)
{
	char **c = n ? xcalloc(n, sizeof *c) : NULL;

	for (size_t i = 0; i < n; i++)
		c[i] = xstrdup(list[i]);
	return c;
}

static void copy_lists(struct plan *c, const struct plan *p)
{
	c->mail_params = copy_list(p->mail_params, p->n_mail_params);
	c->rcpt_params = copy_list(p->rcpt_params, p->n_rcpt_params);
	c->checks.selectors = copy_list(p->checks.selectors,
	                                p->checks.n_selectors);
	c->checks.dnsbls = copy_list(p->checks.dnsbls, p->checks.n_dnsbls);
}

/* The texts of the parts; their numbers are there already. */
static void copy_parts(struct plan *c, const struct plan *p)
{
	c->tls.ca_file = copy(p->tls.ca_file);
	c->tls.name = copy(p->tls.name);
	c->tls.cert_file = copy(p->tls.cert_file);
	c->tls.key_file = copy(p->tls.key_file);
	c->auth.mechs = copy(p->auth.mechs);
	c->auth.user = copy(p->auth.user);
	c->auth.authzid = copy(p->auth.authzid);
	c->auth.password = copy(p->auth.password);
	c->way.unix_path = copy(p->way.unix_path);
	c->way.pipe = copy(p->way.pipe);
	c->way.socks_host = copy(p->way.socks_host);
	c->way.proxy_from = copy(p->way.proxy_from);
	c->way.proxy_to = copy(p->way.proxy_to);
	c->checks.ip = copy(p->checks.ip);
}

struct plan *plan_copy(const struct plan *p)
{
	struct plan *c = xmalloc(sizeof *c);

	*c = *p; /* the numbers; everything owned is copied below */
	c->helo = copy(p->helo);
	c->from = copy(p->from);
	c->server = copy(p->server);
	c->source = copy(p->source);
	c->source4 = copy(p->source4);
	c->source6 = copy(p->source6);
	c->input = copy(p->input);
	c->id = copy(p->id);
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
	copy_lists(c, p);
	copy_parts(c, p);
	trial_copy(&c->trial, &p->trial);
	target_copy(&c->target, &p->target);
	return c;
}

struct plan *plan_copy_for(const struct plan *p, char *const *to, size_t n_to)
{
	struct plan *c = plan_copy(p);

	plan_drop_to(c, 0);
	for (size_t i = 0; i < n_to; i++)
		plan_add_to(c, to[i]);
	return c;
}

void plan_free(struct plan *p)
{
	if (!p)
		return;
	plan_clear(p);
	free(p);
}

void plan_follow(struct plan *p, const struct target *t)
{
	if (t->scheme == SCHEME_SMTPS)
		p->tls.wrap = true;
	if (t->scheme == SCHEME_LMTP)
		p->protocol = PROTO_LMTP;
	if (t->kind != TARGET_UNIX)
		return;
	free(p->way.unix_path);
	p->way.unix_path = xstrdup(t->domain);
}

void plan_follow_target(struct plan *p)
{
	if (!p->server && !p->way.unix_path && !p->way.pipe)
		plan_follow(p, &p->target);
}

const char *plan_source(const struct plan *p, const char *address)
{
	if (p->source)
		return p->source;
	return address && strchr(address, ':') ? p->source6 : p->source4;
}

static void add_text(char ***list, size_t *n, const char *text)
{
	*list = xreallocarray(*list, *n + 1, sizeof **list);
	(*list)[(*n)++] = xstrdup(text);
}

void plan_add_to(struct plan *p, const char *addr)
{
	add_text(&p->to, &p->n_to, addr);
}

void plan_add_mail_param(struct plan *p, const char *param)
{
	add_text(&p->mail_params, &p->n_mail_params, param);
}

void plan_add_rcpt_param(struct plan *p, const char *param)
{
	add_text(&p->rcpt_params, &p->n_rcpt_params, param);
}

void plan_add_selector(struct plan *p, const char *selector)
{
	add_text(&p->checks.selectors, &p->checks.n_selectors, selector);
}

void plan_add_dnsbl(struct plan *p, const char *zone)
{
	add_text(&p->checks.dnsbls, &p->checks.n_dnsbls, zone);
}

void plan_set_password(struct plan *p, const char *password)
{
	wipe_free(p->auth.password);
	p->auth.password = copy(password);
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
