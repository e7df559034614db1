#include "config.h"

#include "knowledge/explain_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/dns.h"
#include "util/buf.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum { ANSWERS_SHOWN = 20 };

static const char *type_group(uint16_t type)
{
	switch (type) {
	case RR_MX:
		return "MX";
	case RR_A:
	case RR_AAAA:
		return "ADDRESS";
	case RR_PTR:
		return "PTR";
	default:
		return "";
	}
}

static enum reply_class class_of(enum dns_status s)
{
	switch (s) {
	case DNS_NOERROR:
		return CLASS_OK;
	case DNS_NXDOMAIN:
	case DNS_LOOP:
	case DNS_BADNAME:
		return CLASS_NO;
	case DNS_NODATA:
	case DNS_CANCELLED:
		return CLASS_NOTE;
	default:
		return CLASS_LATER;
	}
}

/* No reply is there that could say whose turn it is. */
static void who(struct explanation *x, enum act a)
{
	part_act(x, a);
	if (a == ACT_UNKNOWN)
		part_copy(&x->who, phrase(WHO_DNS));
}

static enum act act_for(enum dns_status s)
{
	switch (s) {
	case DNS_NOERROR:
	case DNS_NODATA:
	case DNS_CANCELLED:
		return ACT_NOBODY;
	case DNS_NXDOMAIN:
	case DNS_BADNAME:
		return ACT_RECIPIENT;
	case DNS_REFUSED:
	case DNS_TIMEOUT:
	case DNS_UNREACHABLE:
		return ACT_NETWORK;
	case DNS_LOOP:
		return ACT_SERVER;
	default:
		return ACT_UNKNOWN;
	}
}

/* What dig, host and nslookup would print, and how to ask them. */
static void same_question(const struct event *e, struct explanation *x)
{
	char type[10];
	const char *name = event_text(e, e->u.dns.name);
	const char *word = dns_type_text(e->u.dns.type, type);

	part_try(x, TRY_TEXT, say(LOOKUP_DIG, name, word, NULL), NULL);
	part_try(x, TRY_TEXT, say(LOOKUP_HOST, name, word, NULL), NULL);
	part_try(x, TRY_TEXT, say(LOOKUP_NSLOOKUP, name, word, NULL), NULL);
}

static void answers(const struct event *e, struct explanation *x)
{
	for (uint32_t i = 0; i < e->u.dns.answers.len; i++) {
		const struct ev_rr *rr = event_rr(e, i);
		char type[10], ttl[16];

		if (i == ANSWERS_SHOWN) {
			part_note(x, say(LOOKUP_MORE, NULL));
			return;
		}
		snprintf(ttl, sizeof ttl, "%lu", (unsigned long)rr->ttl);
		part_note(x, say(LOOKUP_ANSWER, event_text(e, rr->name),
		                 dns_type_text(rr->type, type),
		                 event_text(e, rr->data), ttl, NULL));
	}
}

static void facts(const struct event *e, struct explanation *x)
{
	const struct ev_dns *dns = &e->u.dns;
	char ms[32];
	struct buf flags = { 0 };

	snprintf(ms, sizeof ms, "%lu", (unsigned long)dns->us / 1000);
	buf_adds(&flags, dns->aa ? phrase(LOOKUP_AA) : "");
	if (dns->ad)
		buf_addf(&flags, "%s%s", flags.len ? ", " : "",
		         phrase(LOOKUP_AD));
	if (dns->tcp)
		buf_addf(&flags, "%s%s", flags.len ? ", " : "",
		         phrase(LOOKUP_TCP));
	part_set(&x->code_text,
	         say(flags.len ? LOOKUP_FACTS_FLAGS : LOOKUP_FACTS,
	             event_text(e, dns->server), ms, buf_str(&flags), NULL));
	buf_clear(&flags);
}

/* RFC 7505 §3: one MX record with preference 0 and the root as its host. */
static bool is_null_mx(const struct event *e)
{
	if (e->u.dns.type != RR_MX || e->u.dns.answers.len != 1)
		return false;
	return event_rr(e, 0)->type == RR_MX &&
	       strcmp(event_text(e, event_rr(e, 0)->data), "0 .") == 0;
}

/* Only a person may: a mail server must not (RFC 7505 §3). */
static void try_anyway(struct explanation *x, const char *domain)
{
	part_try(x, TRY_ANYWAY, say(TRY_ANYWAY_TEXT, domain, NULL), NULL);
}

/* Behind the route only checks look something up: that a name is not there
 * says nothing about the recipient then. */
static bool is_for_check(const struct surroundings *at)
{
	for (size_t i = at ? at->index : 0; i > 0; i--) {
		const struct event *e = dialog_at(at->dialog, i - 1);

		if (e->kind == EV_ROUTE)
			return true;
		if (e->kind == EV_START)
			return false;
	}
	return false;
}

void explain_dns(const struct event *e, const struct surroundings *at,
                 struct explanation *x)
{
	enum dns_status status = e->u.dns.status;
	const struct lookup *row = lookup_find(status,
	                                       type_group(e->u.dns.type));
	const struct route_row *null = route_row_find(ROUTE_NULL);
	char type[10];

	part_set(&x->title, say(TITLE_DNS, dns_type_text(e->u.dns.type, type),
	                        event_text(e, e->u.dns.name), NULL));
	x->cls = class_of(status);
	x->confidence = CONF_SURE;
	part_copy(&x->headline, i18n_pick(row->head_en, row->head_de));
	part_copy(&x->summary, i18n_pick(row->text_en, row->text_de));
	if (act_for(status) == ACT_RECIPIENT && is_for_check(at))
		x->act = ACT_NOBODY;
	else
		who(x, act_for(status));
	part_refs(x, row->source);
	if (status == DNS_NOERROR && is_null_mx(e)) {
		x->cls = CLASS_NO;
		part_copy(&x->headline,
		          i18n_pick(null->head_en, null->head_de));
		part_copy(&x->summary, i18n_pick(null->text_en,
		                                 null->text_de));
		part_act(x, ACT_RECIPIENT);
		part_refs(x, null->source);
		part_try(x, TRY_TEXT, xstrdup(i18n_pick(null->next_en,
		                                        null->next_de)), NULL);
		try_anyway(x, event_text(e, e->u.dns.name));
	} else {
		part_try(x, TRY_TEXT, xstrdup(i18n_pick(row->next_en,
		                                        row->next_de)), NULL);
	}
	facts(e, x);
	part_set(&x->said, xmemdup0(event_text(e, e->u.dns.ext),
	                            e->u.dns.ext.len));
	answers(e, x);
	same_question(e, x);
}

const char *explain_reason(const char *why)
{
	static const struct {
		const char *why;
		enum phrase id;
	} names[] = {
		{ "mx-nxdomain", MX_NXDOMAIN }, { "mx-nodata", MX_NODATA },
		{ "mx-temp", MX_TEMP }, { "mx-ip", MX_IP },
		{ "mx-localhost", MX_LOCALHOST }, { "mx-null", MX_NULL },
		{ "mx-family", MX_FAMILY }, { "mx-limit", MX_LIMIT },
		{ "mx-loop", MX_LOOP }, { "mx-badname", MX_BADNAME },
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i].why, why) == 0)
			return phrase(names[i].id);
	return phrase(MX_UNUSABLE);
}

static void host_note(const struct event *e, const struct ev_host *h,
                      struct explanation *x)
{
	struct buf list = { 0 };
	char preference[12];

	snprintf(preference, sizeof preference, "%u", h->preference);
	for (uint32_t i = 0; i < h->addresses.len; i++)
		buf_addf(&list, "%s%s", i ? ", " : "",
		         event_item_text(e, h->addresses, i));
	if (h->unusable)
		part_note(x, say(ROUTE_HOST_UNUSABLE, preference,
		                 event_text(e, h->host),
		                 explain_reason(event_text(e, h->why)),
		                 NULL));
	else
		part_note(x, say(ROUTE_HOST_NOTE, preference,
		                 event_text(e, h->host), buf_str(&list), NULL));
	buf_clear(&list);
}

/* "For now" has a reason: SERVFAIL, REFUSED and silence each need another
 * next step. */
static void route_cause(const struct event *e, struct explanation *x)
{
	const struct lookup *row = lookup_find(e->u.route.cause, "MX");

	if (e->u.route.kind != ROUTE_TEMP || e->u.route.cause == DNS_NOERROR)
		return;
	part_note(x, xstrdup(i18n_pick(row->text_en, row->text_de)));
	part_try(x, TRY_TEXT, xstrdup(i18n_pick(row->next_en, row->next_de)),
	         NULL);
}

void explain_route(const struct event *e, struct explanation *x)
{
	static const struct {
		const char *name;
		enum reply_class class;
	} classes[] = { { "ok", CLASS_OK }, { "no", CLASS_NO },
		        { "later", CLASS_LATER } };
	const struct route_row *row = route_row_find(e->u.route.kind);

	part_set(&x->title, say(TITLE_ROUTE,
	                        event_text(e, e->u.route.domain), NULL));
	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
		if (strcmp(classes[i].name, row->class) == 0)
			x->cls = classes[i].class;
	x->confidence = CONF_SURE;
	part_copy(&x->headline, i18n_pick(row->head_en, row->head_de));
	part_copy(&x->summary, i18n_pick(row->text_en, row->text_de));
	part_copy(&x->mta, i18n_pick(row->mta_en, row->mta_de));
	who(x, (enum act)act_find(row->act));
	part_refs(x, row->source);
	route_cause(e, x);
	if (!x->n_tries)
		part_try(x, TRY_TEXT, xstrdup(i18n_pick(row->next_en,
		                                        row->next_de)), NULL);
	if (e->u.route.kind == ROUTE_NULL)
		try_anyway(x, event_text(e, e->u.route.domain));
	for (uint32_t i = 0; i < e->u.route.hosts.len; i++)
		host_note(e, event_host(e, i), x);
}
