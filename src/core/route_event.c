#include "config.h"

#include "core/route_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/finding.h"
#include "core/script.h"
#include "util/xalloc.h"

static bool is_there(const struct route *r, const char *id, const char *arg)
{
	for (size_t i = 0; i < r->n_findings; i++)
		if (strcmp(r->findings[i].id, id) == 0 &&
		    strcmp(r->findings[i].args[0], arg) == 0)
			return true;
	return false;
}

static void add(struct route *r, const char *id, const char *const *args)
{
	struct route_finding f = { .id = id };

	if (is_there(r, id, args[0]))
		return;
	while (f.n_args < ROUTE_ARGS_MAX && args[f.n_args]) {
		f.args[f.n_args] = xstrdup(args[f.n_args]);
		f.n_args++;
	}
	r->findings = xreallocarray(r->findings, r->n_findings + 1,
	                            sizeof *r->findings);
	r->findings[r->n_findings++] = f;
}

void route_find_out(struct route *r, const char *id, const char *arg1,
                    const char *arg2, const char *arg3)
{
	add(r, id, (const char *const[]){ arg1, arg2, arg3, NULL });
}

void route_find_number(struct route *r, const char *id, const char *arg1,
                       size_t number)
{
	char text[24];

	snprintf(text, sizeof text, "%zu", number);
	route_find_out(r, id, arg1, text, NULL);
}

static void note_silence(struct route *r, const char *name,
                         const struct dns_answer *a)
{
	char queries[16], servers[16], seconds[16];

	snprintf(queries, sizeof queries, "%u", a->silence.queries);
	snprintf(servers, sizeof servers, "%u", a->silence.servers);
	snprintf(seconds, sizeof seconds, "%.1f", a->silence.ms / 1e3);
	add(r, "dns-silent",
	    (const char *const[]){ name, queries, servers, seconds });
}

void route_note_answer(struct route *r, const struct dns_name *name,
                       const struct dns_answer *a)
{
	char text[DNS_NAME_TEXT_MAX], rcode[10];

	dns_name_host(name, text);
	if (a->status == DNS_TIMEOUT && a->silence.queries)
		note_silence(r, text, a);
	if (a->status == DNS_OTHER_RCODE)
		route_find_out(r, "dns-rcode", text,
		               dns_rcode_text(a->msg.rcode, rcode), NULL);
}

/* Both forms are said: the one that deceives, and the one that does not. */
static void note_look(struct route *r, const struct target *t)
{
	struct script_remark look = script_judge(t->shown);
	const char *args[] = { t->shown, t->domain, script_name(look.first),
		script_name(look.second) };

	if (look.look == LOOK_MIXED) {
		add(r, "idn-mixed", args);
	} else if (look.look == LOOK_LATIN) {
		args[3] = NULL;
		add(r, "idn-lookalike", args);
	}
}

void route_note_target(struct route *r, const struct target *t)
{
	const char *shown = t->shown ? t->shown : t->domain;

	if (t->untagged_v6)
		route_find_out(r, "v6-untagged", t->domain, NULL, NULL);
	if (t->single_label)
		route_find_out(r, "single-label", t->domain, NULL, NULL);
	if (t->transitional)
		route_find_out(r, "idn-transitional", shown, t->domain, NULL);
	else if (t->deviates)
		route_find_out(r, "idn-deviates", shown, t->domain, NULL);
	else if (t->shown)
		route_find_out(r, "idn-name", shown, t->domain, NULL);
	if (t->undecodable)
		route_find_out(r, "idn-undecodable", t->domain, NULL, NULL);
	if (t->shown)
		note_look(r, t);
}

void route_clear(struct route *r)
{
	for (size_t i = 0; i < r->n_hosts; i++) {
		free(r->hosts[i].host);
		free(r->hosts[i].addresses);
	}
	for (size_t i = 0; i < r->n_findings; i++)
		for (size_t k = 0; k < r->findings[i].n_args; k++)
			free(r->findings[i].args[k]);
	free(r->domain);
	free(r->hosts);
	free(r->needs);
	free(r->findings);
	*r = (struct route){ 0 };
}

static struct ev_host put_host(struct event_builder *b,
                               const struct route_host *h)
{
	struct ev_host out = {
		.preference = h->preference,
		.unusable = *h->why != '\0',
	};
	const char **texts = xcalloc(h->n_addresses, sizeof *texts);

	for (size_t i = 0; i < h->n_addresses; i++)
		texts[i] = h->addresses[i].text;
	out.host = event_puts(b, h->host);
	out.why = event_puts(b, h->why);
	out.addresses = event_put_texts(b, texts, h->n_addresses);
	free(texts);
	return out;
}

void route_event(struct event_builder *b, const struct route *r)
{
	struct ev_host *hosts = xcalloc(r->n_hosts, sizeof *hosts);
	struct ev_route *route;

	event_begin(b, EV_ROUTE);
	route = &b->e.u.route;
	route->kind = (uint8_t)r->kind;
	route->cause = (uint8_t)r->cause;
	route->domain = event_puts(b, r->domain);
	for (size_t i = 0; i < r->n_hosts; i++)
		hosts[i] = put_host(b, &r->hosts[i]);
	route->hosts = event_put_array(b, hosts, sizeof *hosts, r->n_hosts);
	free(hosts);
}

void route_finding_event(struct event_builder *b, const struct route *r,
                         size_t i, uint32_t about)
{
	const struct route_finding *f = &r->findings[i];

	finding_begin(b, f->id, (const char *const *)f->args, f->n_args, about);
}
