#include "config.h"

#include "report/mx_table.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/dns.h"
#include "core/wrap.h"
#include "report/block.h"
#include "report/sayings.h"
#include "util/i18n.h"
#include "util/xalloc.h"

/* Events before a route that are looked through for its MX answer: it is asked
 * for right before, and a recording may hold any number of routes. */
enum { TTL_BACK_MAX = 4096 };

enum { HOST_COLUMN = 19, GAP = 2, HOST_MAX = 46 };

/* "NXDOMAIN", as dig writes it. */
static void status(struct paper *p, enum dns_status s)
{
	char text[24];
	size_t n = 0;

	for (const char *w = dns_status_name(s); *w && n + 1 < sizeof text; w++)
		text[n++] = (char)toupper((unsigned char)*w);
	text[n] = '\0';
	paper_ink(p, s == DNS_NOERROR ? INK_OK
	             : s == DNS_NODATA ? INK_PLAIN : INK_NO);
	paper_text(p, text);
	paper_ink(p, INK_PLAIN);
}

static void flags(struct paper *p, const struct event *e)
{
	const struct {
		bool set;
		const char *text;
	} all[] = {
		{ e->u.dns.aa, "aa" }, { e->u.dns.ad, "ad" },
		{ e->u.dns.tcp, "tcp" }, { e->u.dns.cd, "cd" },
		{ e->u.dns.cached, "cached" },
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (all[i].set)
			paper_textf(p, " %s", all[i].text);
}

bool mx_table_is_usual(const struct event *e)
{
	bool address = e->u.dns.type == RR_A || e->u.dns.type == RR_AAAA;
	bool fine = e->u.dns.status == DNS_NOERROR ||
	            e->u.dns.status == DNS_NODATA;

	return address && fine && !e->u.dns.ext.len;
}

void mx_table_lookup(struct paper *p, const struct dialog *d, size_t index)
{
	const struct event *e = dialog_at(d, index);
	char type[10];

	if (mx_table_is_usual(e))
		return;
	paper_textf(p, "* DNS %-4s ", dns_type_text(e->u.dns.type, type));
	paper_bytes(p, event_text(e, e->u.dns.name), e->u.dns.name.len);
	paper_text(p, "  ");
	status(p, e->u.dns.status);
	if (e->u.dns.answers.len == 1)
		paper_text(p, _(", 1 record"));
	else if (e->u.dns.answers.len)
		paper_textf(p, _(", %u records"), e->u.dns.answers.len);
	paper_ink(p, INK_DIM);
	paper_textf(p, "  %.1f ms", e->u.dns.us / 1e3);
	if (e->u.dns.server.len) {
		paper_text(p, "  ");
		paper_bytes(p, event_text(e, e->u.dns.server),
		            e->u.dns.server.len);
	}
	flags(p, e);
	if (e->u.dns.ext.len) {
		paper_text(p, "  ");
		paper_bytes(p, event_text(e, e->u.dns.ext), e->u.dns.ext.len);
	}
	paper_ink(p, INK_PLAIN);
	paper_newline(p);
}

static bool same_host(const char *data, const char *host)
{
	size_t len = strlen(data);

	if (len > 1 && data[len - 1] == '.')
		len--; /* the root itself keeps its dot: the null MX */
	return len == strlen(host) && strncasecmp(data, host, len) == 0;
}

int64_t mx_table_ttl(const struct dialog *d, size_t before, unsigned type,
                     const char *what)
{
	size_t least = before > TTL_BACK_MAX ? before - TTL_BACK_MAX : 0;

	for (size_t i = before; i-- > least;) {
		const struct event *e = dialog_at(d, i);

		if (e->kind == EV_START)
			break;
		for (uint32_t n = 0; e->kind == EV_DNS &&
		     n < e->u.dns.answers.len; n++) {
			const struct ev_rr *rr = event_rr(e, n);
			const char *data = event_text(e, rr->data);
			const char *blank = strrchr(data, ' ');

			if (rr->type == type &&
			    same_host(blank ? blank + 1 : data, what))
				return rr->ttl;
		}
	}
	return MX_NO_TTL;
}

static int widest_host(const struct event *e)
{
	int widest = 12;

	for (uint32_t i = 0; i < e->u.route.hosts.len; i++) {
		const struct ev_host *h = event_host(e, i);
		int width = paper_columns(event_text(e, h->host), h->host.len);

		widest = width > widest ? width : widest;
	}
	return widest > HOST_MAX ? HOST_MAX : widest;
}

static void ttl(struct paper *p, int64_t seconds)
{
	paper_ink(p, INK_DIM);
	if (seconds != MX_NO_TTL)
		paper_textf(p, "%6lld", (long long)seconds);
	else
		paper_text(p, "     -");
	paper_ink(p, INK_PLAIN);
}

static void addresses(struct paper *p, const struct event *e,
                      const struct ev_host *h, int column)
{
	for (uint32_t i = 0; i < h->addresses.len; i++) {
		struct ev_ref r = event_item(e, h->addresses, i);

		if (i > 0)
			paper_newline(p);
		paper_to(p, column);
		paper_bytes(p, event_text(e, r), r.len);
	}
}

static void host(struct paper *p, const struct dialog *d, size_t index,
                 const struct ev_host *h)
{
	const struct event *e = dialog_at(d, index);
	const char *name = event_text(e, h->host);
	int column = HOST_COLUMN + widest_host(e) + GAP;

	paper_to(p, BLOCK_INDENT);
	if (e->u.route.kind == ROUTE_MX || e->u.route.kind == ROUTE_NULL)
		paper_textf(p, "%5u  ", h->preference);
	else
		paper_text(p, "    -  ");
	ttl(p, mx_table_ttl(d, index, RR_MX, name));
	paper_to(p, HOST_COLUMN);
	paper_bytes(p, name, h->host.len);
	if (h->unusable) {
		paper_text(p, "  ");
		paper_ink(p, INK_NO);
		paper_text(p, "✘ ");
		paper_ink(p, INK_PLAIN);
		paper_words(p, saying_reason(event_text(e, h->why)),
		            HOST_COLUMN + 2);
	}
	addresses(p, e, h, column);
	paper_newline(p);
}

void mx_table_print(struct paper *p, const struct dialog *d, size_t index)
{
	const struct event *e = dialog_at(d, index);
	struct explanation x;

	explain_event(d, index, &x);
	paper_newline(p);
	paper_ink(p, INK_BOLD);
	paper_text(p, "* ");
	paper_text(p, x.title);
	paper_text(p, ": ");
	paper_ink(p, block_ink(x.cls));
	paper_textf(p, "%s %s", block_mark(x.cls), x.headline);
	paper_ink(p, INK_PLAIN);
	paper_newline(p);
	if (e->u.route.hosts.len) {
		paper_ink(p, INK_DIM);
		paper_to(p, BLOCK_INDENT + 5 -
		            paper_columns(_("Pref"), strlen(_("Pref"))));
		paper_textf(p, "%s  %6s", _("Pref"), "TTL");
		paper_to(p, HOST_COLUMN);
		paper_text(p, _("Host"));
		paper_to(p, HOST_COLUMN + widest_host(e) + GAP);
		paper_text(p, _("Address"));
		paper_ink(p, INK_PLAIN);
		paper_newline(p);
	}
	for (uint32_t i = 0; i < e->u.route.hosts.len; i++)
		host(p, d, index, event_host(e, i));
	block_line(p, INK_PLAIN, x.summary);
	if (x.cls != CLASS_OK) {
		if (x.act != ACT_UNKNOWN)
			block_row(p, _("Must act"), x.who);
		block_row(p, _("MTA"), x.mta);
		block_tries(p, &x);
		block_refs(p, &x);
	}
	explanation_clear(&x);
}
