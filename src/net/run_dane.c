#include "config.h"

#include "net/run_priv.h"

#include <stdlib.h>
#include <string.h>

#include "core/finding.h"
#include "util/xalloc.h"

void run_forget_dane(struct run *r)
{
	fetch_free(r->fetch);
	r->fetch = NULL;
	if (r->dane_host)
		dane_clear(&r->dane);
	free(r->dane_host);
	r->dane_host = NULL;
}

static bool is_known(const struct run *r, const struct stop *stop)
{
	return r->dane_host && r->dane_port == stop->port &&
	       strcmp(r->dane_host, stop->host) == 0 && r->dane.n_needs == 0;
}

/* One sentence about what the DNS demands, once a host. */
static void post_finding(struct run *r)
{
	static const char *const ids[DANE_VERDICT_COUNT] = {
		[DANE_NONE] = "dane-none",
		[DANE_USABLE] = "dane-trusted",
		[DANE_UNUSABLE] = "dane-unusable",
		[DANE_FAILED] = "dane-failed",
	};
	static const char *const doubts[DANE_DOUBT_COUNT] = {
		[DANE_UNSIGNED] = "dane-insecure",
		[DANE_UNTRUSTED] = "dane-untrusted",
		[DANE_UNCHECKED] = "dane-unchecked",
	};
	const struct dane *d = &r->dane;
	const char *id = d->verdict == DANE_INSECURE ? doubts[d->doubt]
	                                             : ids[d->verdict];
	char *count = xasprintf("%zu", d->n_records);
	const char *args[2] = { r->dane_host, "" };
	struct event_builder b;

	if (d->verdict == DANE_USABLE) {
		args[0] = count;
		args[1] = d->base;
	} else if (d->verdict == DANE_UNUSABLE) {
		args[1] = d->records[0].text;
	} else if (d->verdict == DANE_FAILED) {
		args[1] = dns_status_name(d->cause);
	}
	finding_begin(&b, id, args, *args[1] ? 2 : 1, 0);
	outlet_post(&r->out, &b, 0);
	free(count);
}

static void evaluate(struct run *r);

static void on_fetched(void *arg)
{
	struct run *r = arg;

	fetch_free(r->fetch);
	r->fetch = NULL;
	evaluate(r);
	if (r->fetch)
		return;
	post_finding(r);
	run_go_on(r);
}

/* With what is known now; what is missing is being looked up afterwards. */
static void evaluate(struct run *r)
{
	const struct target *t = &r->plan->target;
	struct dane_query q = { .host = r->dane_host, .port = r->dane_port,
		.domain = r->named ? NULL : t->domain,
		.family = r->plan->family };
	struct fetch_calls calls = { run_post_exchange, on_fetched, r };
	struct fetch_need needs[DANE_NEEDS_MAX];

	dane_clear(&r->dane);
	dane_find(&r->dane, r->facts, &q);
	for (size_t i = 0; i < r->dane.n_needs; i++) {
		needs[i].name = r->dane.needs[i].name;
		needs[i].type = r->dane.needs[i].type;
	}
	if (r->dane.n_needs)
		r->fetch = fetch_start(r->env->resolver, r->facts, needs,
		                       r->dane.n_needs, &calls);
}

/* An address and a socket have no name to look up. */
static bool has_names(const struct run *r)
{
	return r->facts && r->env->resolver && r->route &&
	       r->route->u.route.kind != ROUTE_LITERAL;
}

bool run_find_dane(struct run *r, const struct stop *stop)
{
	if (r->plan->tls.policy != TLS_DANE || is_known(r, stop))
		return false;
	run_forget_dane(r);
	r->dane = (struct dane){ .n_needs = 0 };
	r->dane_host = xstrdup(stop->host);
	r->dane_port = stop->port;
	if (has_names(r))
		evaluate(r);
	if (!r->fetch) {
		post_finding(r);
		return false;
	}
	r->doing = DO_DANE;
	return true;
}

const struct dane *run_dane(const struct run *r, const struct stop *stop)
{
	bool asked = r->plan->tls.policy == TLS_DANE;

	return asked && is_known(r, stop) ? &r->dane : NULL;
}

const char *run_dane_objection(const struct run *r, const struct stop *stop)
{
	const struct dane *d = run_dane(r, stop);

	return d && d->verdict == DANE_FAILED ? "dane-unused" : NULL;
}
