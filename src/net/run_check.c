#include "config.h"

#include "net/run_priv.h"

#include <stdlib.h>
#include <string.h>

#include "check/ip.h"
#include "check/own_address.h"
#include "core/command.h"
#include "net/hostname.h"
#include "util/i18n.h"
#include "util/xalloc.h"

static void begin(struct run *r);

/* ---- what is known about who sends ---- */

static void forget_query(struct run_check *c)
{
	free((char *)c->query.helo);
	free((char *)c->query.mail_from);
	c->query = (struct check_query){ .n_seen = 0 };
}

/* What a session said; before there was one, what it will say. */
static char *helo_of(const struct run *r)
{
	if (r->check.helo && *r->check.helo)
		return xstrdup(r->check.helo);
	return r->plan->helo ? xstrdup(r->plan->helo) : host_full_name();
}

/* Of --check DOMAIN alone, the domain is sender and receiver. */
static char *sender_of(const struct run *r, const char *helo)
{
	const struct plan *p = r->plan;

	if (r->check.from)
		return xstrdup(r->check.from);
	if (p->from)
		return xstrdup(p->from);
	if (p->stage == STAGE_ROUTE && p->target.domain &&
	    p->target.kind == TARGET_DOMAIN)
		return xasprintf("postmaster@%s", p->target.domain);
	return helo ? xasprintf("postmaster@%s", helo) : NULL;
}

static void fill_query(struct run *r)
{
	struct check_query *q = &r->check.query;
	const struct plan *p = r->plan;
	char *helo = helo_of(r);

	forget_query(&r->check);
	*q = (struct check_query){
		.seen = r->check.seen, .n_seen = r->check.n_seen,
		.behind = p->way.socks_host || p->way.pipe ||
		          p->way.unix_path,
		.helo = helo, .mail_from = sender_of(r, helo),
		.selectors = (const char *const *)p->checks.selectors,
		.n_selectors = p->checks.n_selectors,
		.dnsbls = (const char *const *)p->checks.dnsbls,
		.n_dnsbls = p->checks.n_dnsbls,
		.domain = p->target.kind == TARGET_DOMAIN ? p->target.domain
		                                          : NULL,
		.port = r->port,
		.mta = r->scout.has_settings ? &r->scout.settings : NULL,
		.trusted = resolver_is_trusted(r->env->resolver),
	};
}

/* What was said without it may be wrong. */
static void know_better(struct run *r)
{
	if (r->check.examine)
		r->check.again = true;
	else if (r->check.n_told && !r->cancelled)
		begin(r);
}

void run_check_learn(struct run *r, enum address_source source,
                     const char *text, const char *where)
{
	struct run_check *c = &r->check;

	for (size_t i = 0; i < c->n_seen; i++)
		if (c->seen[i].source == source &&
		    strcmp(c->seen[i].text, text) == 0)
			return;
	if (c->n_seen == RUN_SEEN_MAX)
		return;
	c->seen[c->n_seen++] = (struct address_seen){ .source = source,
		.text = xstrdup(text), .where = xstrdup(where) };
	know_better(r);
}

static void set(char **field, const char *text)
{
	char *copy = text ? xstrdup(text) : NULL;

	free(*field);
	*field = copy;
}

static void see_connected(struct run *r, const struct event *e)
{
	const struct ev_connect *c = &e->u.connect;

	set(&r->check.host, event_text(e, c->host));
	set(&r->check.server, event_text(e, c->address));
	r->check.helo_n = 0;
	if (c->local.len)
		run_check_learn(r, ADDRESS_LOCAL, event_text(e, c->local), "");
}

/* said: given away. Is it other than what the checks were told? */
static bool differs(char **field, char *said, const char *told)
{
	free(*field);
	*field = said;
	return !told || strcmp(said, told) != 0;
}

static void see_sent(struct run *r, const struct event *e)
{
	struct run_check *c = &r->check;
	const char *line = event_text(e, e->u.sent.line);
	const char *blank = strchr(line, ' ');

	switch (command_find(line, strlen(line))) {
	case VERB_EHLO:
	case VERB_HELO:
	case VERB_LHLO:
		c->helo_n = e->n;
		if (blank && differs(&c->helo, xstrdup(blank + 1),
		                     c->query.helo))
			know_better(r);
		break;
	case VERB_MAIL:
		if (differs(&c->from, command_path(line),
		            c->query.mail_from))
			know_better(r);
		break;
	default:
		break;
	}
}

/* Which address does the server say that it sees? */
static void see_reply(struct run *r, const struct event *e)
{
	const struct run_check *c = &r->check;
	const struct own_address_talk talk = { .server = c->server,
		.helo = c->helo ? c->helo : "" };
	const struct ev_reply *reply = &e->u.reply;
	struct buf text = { 0 };
	char address[IP_TEXT_MAX];

	if (!c->server || reply->lines.len == 0)
		return;
	if (c->helo_n && reply->to == c->helo_n && reply->code / 100 == 2) {
		struct ev_ref first = event_item(e, reply->lines, 0);

		if (own_address_greeted(event_text(e, first), first.len, &talk,
		                        address))
			run_check_learn(r, ADDRESS_GREETED, address, c->host);
		return;
	}
	if (reply->code < 400)
		return;
	for (uint32_t i = 0; i < reply->lines.len; i++)
		buf_addf(&text, "%s\n", event_item_text(e, reply->lines, i));
	if (own_address_refused(buf_str(&text), text.len, &talk, address))
		run_check_learn(r, ADDRESS_REFUSAL, address, c->host);
	buf_clear(&text);
}

bool run_check_can(const struct run *r)
{
	return !r->plan->hold_enter || r->plan->checks.wanted;
}

void run_check_see(struct run *r, const struct event *e)
{
	if (e->kind == EV_START && r->plan->checks.ip)
		run_check_learn(r, ADDRESS_GIVEN, r->plan->checks.ip, "");
	else if (e->kind == EV_CONNECTED)
		see_connected(r, e);
	else if (e->kind == EV_SENT)
		see_sent(r, e);
	else if (e->kind == EV_REPLY)
		see_reply(r, e);
}

/* ---- the examination ---- */

static bool same(const struct event *a, const struct event *b)
{
	size_t head = offsetof(struct event, target);

	return a && a->size == b->size &&
	       memcmp((const char *)a + head, (const char *)b + head,
	              a->size - head) == 0;
}

static struct event *event_of(const struct check *c)
{
	struct event_builder b;

	check_event(&b, c);
	return event_finish(&b);
}

static void on_checked(void *arg, const struct check *c)
{
	struct run *r = arg;
	struct run_check *k = &r->check;
	struct event *e = event_of(c);
	struct event_builder b;
	size_t at = k->place++;

	if (at == k->n_told) {
		k->told = xreallocarray(k->told, at + 1, sizeof *k->told);
		k->told[k->n_told++] = NULL;
	}
	if (same(k->told[at], e)) {
		free(e);
		return;
	}
	free(k->told[at]);
	k->told[at] = e;
	check_event(&b, c);
	outlet_post(&r->out, &b, 0);
}

/* There may be fewer than the time before. */
static void forget_rest(struct run_check *c)
{
	while (c->n_told > c->place)
		free(c->told[--c->n_told]);
}

static void on_done(void *arg)
{
	struct run *r = arg;

	examine_free(r->check.examine);
	r->check.examine = NULL;
	forget_rest(&r->check);
	docket_again(r->docket);
	if (r->check.again) {
		begin(r);
		return;
	}
	r->out.checking = false;
	outlet_again(&r->out);
	if (r->doing == DO_CHECKS && r->check.ends)
		run_rest(r);
	else if (r->doing == DO_CHECKS)
		run_begin(r);
}

static void begin(struct run *r)
{
	struct examine_calls calls = { .exchange = run_post_exchange,
		.checked = on_checked, .done = on_done, .arg = r };
	struct examine_way way = { .loop = r->env->loop };

	r->check.wanted = r->check.again = false;
	r->check.place = 0;
	r->out.checking = run_resolver(r);
	if (!r->out.checking)
		return;
	if (!r->facts)
		r->facts = facts_new();
	fill_query(r);
	way.resolver = r->env->resolver;
	way.facts = r->facts;
	way.policy = (struct policy_config){
		.allow_private = r->plan->allow_private,
		.trust_pem = r->env->cfg->trust_pem,
		.redirects = r->env->cfg->redirects,
		.n_redirects = r->env->cfg->n_redirects,
		.total_ms = r->env->cfg->policy_ms,
	};
	r->check.examine = examine_start(&way, &r->check.query, &calls);
}

/* What is known by now may be old, or a failure. Where DANE's records are being
 * looked up it is in use. */
static void begin_anew(struct run *r)
{
	if (r->check.n_told && r->doing != DO_DANE) {
		facts_free(r->facts);
		r->facts = NULL;
	}
	begin(r);
}

void run_check(struct run *r)
{
	if (run_scout_first(r))
		return;
	if (r->check.examine)
		r->check.again = true;
	else if (r->doing == DO_ROUTING || r->doing == DO_SCOUT)
		r->check.wanted = r->out.checking = true;
	else
		begin_anew(r);
	outlet_again(&r->out);
}

bool run_check_first(struct run *r)
{
	bool first = r->plan->checks.wanted;

	if (!first && !r->check.wanted)
		return false;
	begin(r);
	outlet_again(&r->out);
	if (!first)
		return false;
	if (r->check.examine)
		r->doing = DO_CHECKS;
	else if (r->plan->stage == STAGE_ROUTE)
		run_fail(r, PHASE_DNS, FAIL_LOCAL, _("no DNS server is known"));
	else
		return false;
	return true;
}

bool run_check_last(struct run *r)
{
	if (!r->check.examine || !r->plan->checks.wanted ||
	    !r->plan->hold_enter || r->leaving)
		return false;
	r->check.ends = true;
	r->doing = DO_CHECKS;
	return true;
}

void run_check_stop(struct run *r)
{
	examine_free(r->check.examine);
	r->check.examine = NULL;
	r->check.wanted = r->check.again = false;
	r->out.checking = false;
	outlet_again(&r->out);
}

void run_check_clear(struct run *r)
{
	struct run_check *c = &r->check;

	run_check_stop(r);
	forget_query(c);
	for (size_t i = 0; i < c->n_seen; i++) {
		free((char *)c->seen[i].text);
		free((char *)c->seen[i].where);
	}
	for (size_t i = 0; i < c->n_told; i++)
		free(c->told[i]);
	free(c->told);
	free(c->host);
	free(c->server);
	free(c->helo);
	free(c->from);
}
