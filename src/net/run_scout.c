#include "config.h"

#include "net/run_priv.h"

#include <stdlib.h>
#include <string.h>

#include "net/local_address.h"
#include "util/xalloc.h"

/* Somewhere in the Internet: what leads there leads to a mail server, too.
 * Nothing is sent (RFC 5737, RFC 3849). */
static const char *const somewhere[] = { "192.0.2.1", "2001:db8::1" };

static void go_on(struct run *r)
{
	r->scout.go(r);
}

/* ---- our own address ---- */

static bool is_behind(const struct plan_way *w)
{
	return w->socks_host || w->pipe || w->unix_path;
}

/* What this end of a connection will be. Not in a lesson, whose network is
 * made up. */
static void learn_local(struct run *r)
{
	const struct plan *p = r->plan;
	char text[LOCAL_ADDRESS_MAX];

	if (is_behind(&p->way) || r->env->cfg->n_redirects)
		return;
	for (size_t i = 0; i < 2; i++)
		if (p->family != (i ? 4 : 6) &&
		    local_address(somewhere[i], plan_source(p, somewhere[i]),
		                  text) &&
		    address_classify(text) != ADDR_LOOPBACK)
			run_check_learn(r, ADDRESS_LOCAL, text, "");
}

static void on_seen(void *arg, const char *address, const char *where)
{
	run_check_learn(arg, ADDRESS_ASKED, address, where);
}

static void on_asked(void *arg)
{
	struct run *r = arg;

	myip_free(r->scout.myip);
	r->scout.myip = NULL;
	go_on(r);
}

/* The question would leave from another address than the mail. */
static bool asks_from_elsewhere(const struct plan *p)
{
	return is_behind(&p->way) || p->source || p->source4 || p->source6;
}

static void ask_myip(struct run *r)
{
	const struct myip_calls calls = { .exchange = run_post_exchange,
		.seen = on_seen, .done = on_asked, .arg = r };

	if (!r->plan->checks.ask_myip || asks_from_elsewhere(r->plan) ||
	    !run_resolver(r)) {
		go_on(r);
		return;
	}
	r->doing = DO_SCOUT;
	run_prompt(r, 0);
	r->scout.myip = myip_start(r->env->loop, r->env->resolver,
	                           r->env->cfg->myip, r->plan->family,
	                           &calls);
}

/* ---- like the local mail server ---- */

static void take(char **at, const char *text)
{
	if (!*at && text)
		*at = xstrdup(text);
}

/* As options would have said it: "Postfix: --helo=mail.example.org -4". */
static void tell_taken(struct run *r, const struct mta_settings *s)
{
	const struct plan *p = r->plan;
	struct buf b = { 0 };

	buf_addf(&b, "%s:", mta_name(s->mta));
	if (p->helo)
		buf_addf(&b, " --helo=%s", p->helo);
	if (p->source4)
		buf_addf(&b, " --source=%s", p->source4);
	if (p->source6)
		buf_addf(&b, " --source=%s", p->source6);
	if (p->family)
		buf_addf(&b, " -%d", p->family);
	outlet_finding(&r->out, "like-mta", buf_str(&b), 0, 0);
	if (s->relay)
		outlet_finding(&r->out, "like-mta-relay", s->relay, 0, 0);
	buf_clear(&b);
}

/* What the user said in so many words stands. */
static void take_over(struct run *r, const struct mta_settings *s)
{
	struct plan *p = r->plan;

	take(&p->helo, s->helo);
	if (!p->source) {
		take(&p->source4, s->source4);
		take(&p->source6, s->source6);
	}
	if (!p->family)
		p->family = s->family;
	tell_taken(r, s);
}

static void copy_settings(struct mta_settings *to,
                          const struct mta_settings *from)
{
	*to = (struct mta_settings){ .mta = from->mta,
		.family = from->family };
	take(&to->helo, from->helo);
	take(&to->source4, from->source4);
	take(&to->source6, from->source6);
	take(&to->relay, from->relay);
}

static void on_settings(void *arg, const struct mta_settings *s)
{
	struct run *r = arg;

	if (s) {
		copy_settings(&r->scout.settings, s);
		r->scout.has_settings = true;
	}
	mta_free(r->scout.mta);
	r->scout.mta = NULL;
	if (s && r->plan->checks.like_mta)
		take_over(r, s);
	else if (r->plan->checks.like_mta)
		outlet_finding(&r->out, "like-mta-none", "", 0, 0);
	if (r->plan->checks.wanted || r->doing != DO_SCOUT)
		learn_local(r);
	if (r->doing == DO_SCOUT)
		ask_myip(r);
	else
		go_on(r);
}

/* A lesson is about its own hosts, not about this one. */
static bool may_read_mta(const struct run *r)
{
	return !r->env->cfg->n_redirects && !r->env->cfg->no_mta;
}

static void read_mta(struct run *r)
{
	const struct mta_calls calls = { .done = on_settings, .arg = r };

	r->scout.read = true;
	r->scout.mta = mta_start(r->env->loop, getenv("PATH"), &calls);
}

bool run_scout_first(struct run *r)
{
	if (r->scout.read || r->doing == DO_SCOUT || !may_read_mta(r))
		return false;
	r->scout.go = run_check;
	read_mta(r);
	return true;
}

void run_scout(struct run *r, void (*go)(struct run *r))
{
	const struct plan_checks *c = &r->plan->checks;

	r->scout.go = go;
	if (c->like_mta || (c->wanted && may_read_mta(r))) {
		r->doing = DO_SCOUT;
		run_prompt(r, 0);
		read_mta(r);
		return;
	}
	ask_myip(r);
}

void run_scout_stop(struct run *r)
{
	mta_free(r->scout.mta);
	r->scout.mta = NULL;
	myip_free(r->scout.myip);
	r->scout.myip = NULL;
}

void run_scout_clear(struct run *r)
{
	run_scout_stop(r);
	mta_settings_clear(&r->scout.settings);
}
