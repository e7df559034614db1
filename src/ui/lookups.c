#include "config.h"

#include "ui/lookups.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/dns.h"
#include "util/i18n.h"
#include "util/xalloc.h"

void lookups_clear(struct lookups_list *l)
{
	free(l->list);
	*l = (struct lookups_list){ .n = 0 };
}

/* What only checks ask for: their pane shows each answer, good or not. */
static bool is_for_checks(const struct event *e)
{
	return e->u.dns.type == RR_TXT || e->u.dns.type == RR_PTR ||
	       e->u.dns.type == RR_NS;
}

bool lookups_takes(const struct event *e)
{
	if (e->kind != EV_DNS)
		return false;
	return is_for_checks(e) ||
	       ((e->u.dns.type == RR_A || e->u.dns.type == RR_AAAA) &&
	        (e->u.dns.status == DNS_NOERROR ||
	         e->u.dns.status == DNS_NODATA));
}

static const char *name_of(const struct dialog *d, size_t index)
{
	const struct event *e = dialog_at(d, index);

	return event_text(e, e->u.dns.name);
}

static bool is_new_host(const struct lookups *g, const struct dialog *d,
                        const char *name)
{
	for (size_t i = g->first; i < g->first + (size_t)g->n; i++)
		if (strcasecmp(name_of(d, i), name) == 0)
			return false;
	return true;
}

/* Address records of the answer; the aliases before them are none. */
static unsigned addresses_in(const struct event *e)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < e->u.dns.answers.len; i++)
		n += event_rr(e, i)->type == e->u.dns.type;
	return n;
}

static struct lookups *group_before(struct lookups_list *l, size_t index)
{
	struct lookups *g = l->n ? &l->list[l->n - 1] : NULL;

	if (g && g->first + (size_t)g->n == index && g->n < LOOKUPS_MAX)
		return g;
	if (l->n == l->size) {
		l->size = l->size ? l->size + l->size / 2 : 8;
		l->list = xreallocarray(l->list, l->size, sizeof *l->list);
	}
	g = &l->list[l->n++];
	*g = (struct lookups){ .first = (uint32_t)index };
	return g;
}

const struct lookups *lookups_add(struct lookups_list *l,
                                  const struct dialog *d, size_t index)
{
	struct lookups *g = group_before(l, index);
	unsigned addresses = g->addresses + addresses_in(dialog_at(d, index));

	if (is_new_host(g, d, name_of(d, index)))
		g->hosts++;
	g->addresses = addresses < UINT16_MAX ? (uint16_t)addresses
	                                      : UINT16_MAX;
	g->checks |= is_for_checks(dialog_at(d, index));
	g->n++;
	return g;
}

const struct lookups *lookups_of(const struct lookups_list *l, size_t index)
{
	size_t low = 0, high = l->n;
	const struct lookups *g;

	while (low < high) { /* the first group that begins behind index */
		size_t mid = low + (high - low) / 2;

		if (l->list[mid].first <= index)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == 0)
		return NULL;
	g = &l->list[low - 1];
	return g->n > 1 && index < g->first + (size_t)g->n ? g : NULL;
}

static void put_hosts(const struct lookups *g, struct buf *out)
{
	if (g->checks)
		buf_adds(out, _("what the checks ask for"));
	else if (g->hosts == 1)
		buf_adds(out, _("addresses of 1 host"));
	else
		buf_addf(out, _("addresses of %u hosts"), (unsigned)g->hosts);
}

void lookups_note(const struct lookups *g, struct buf *out)
{
	put_hosts(g, out);
	if (g->checks) {
		buf_addf(out, _(": %u lookups"), (unsigned)g->n);
		return;
	}
	buf_addf(out, _(": %u lookups, "), (unsigned)g->n);
	if (g->addresses == 1)
		buf_adds(out, _("1 address"));
	else
		buf_addf(out, _("%u addresses"), (unsigned)g->addresses);
}

void lookups_explain(const struct lookups *g, struct explanation *out)
{
	struct buf title = { .len = 0 };

	put_hosts(g, &title);
	buf_str(&title);
	*out = (struct explanation){
		.title = buf_steal(&title),
		.chip = xstrdup(""),
		.cls = CLASS_NOTE,
		.headline = xstrdup(g->checks ? _("LOOKUPS")
		                              : _("ADDRESSES")),
		.summary = xstrdup(g->checks
			? _("Each check shows the answers that it rests on: "
			    "6 Checks.")
			: _("Each host is asked for its IPv4 (A) and IPv6 "
			    "(AAAA) addresses. One of them is enough to "
			    "connect.")),
		.code_text = xstrdup(""),
		.said = xstrdup(""),
		.likely = xstrdup(""),
		.evidence = xstrdup(""),
		.provider = xstrdup(""),
		.act = ACT_NOBODY,
		.who = xstrdup(""),
		.mta = xstrdup(g->checks ? "" :
			_("Asks the same, then tries the addresses one after "
			  "the other, lowest preference first.")),
		.not_same = xstrdup(""),
		.refs = xstrdup(g->checks ? "" : "RFC 5321 §5.1 · "
		                "RFC 1035 §3.4.1 · RFC 3596 §2.1"),
	};
}
