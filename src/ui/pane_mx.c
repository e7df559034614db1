#include "config.h"

#include <stdio.h>
#include <string.h>

#include "ui/glyph.h"
#include "ui/ui.h"
#include "util/i18n.h"

/* The rows that can be chosen: each address; a host without one is a row. */
static size_t host_rows(const struct now_host *h)
{
	return h->n_addresses ? h->n_addresses : 1;
}

size_t mx_count(const struct ui *u)
{
	const struct dialog_now *now = ui_now(u);
	size_t n = 0;

	for (size_t i = 0; i < now->n_hosts; i++)
		n += host_rows(&now->hosts[i]);
	return n;
}

bool mx_at(const struct ui *u, size_t i, const char **host,
           const char **address)
{
	const struct dialog_now *now = ui_now(u);

	for (size_t h = 0; h < now->n_hosts; h++) {
		const struct now_host *at = &now->hosts[h];

		if (i < host_rows(at)) {
			*host = at->host;
			*address = at->n_addresses ? at->addresses[i].address
			                           : "";
			return true;
		}
		i -= host_rows(at);
	}
	return false;
}

void mx_edge(struct ui *u, struct pane_edge *e)
{
	const struct dialog_now *now = ui_now(u);
	char domain[80], hosts[32];

	ui_safe(*now->domain ? now->domain : now->target, domain,
	        sizeof domain);
	*e->right = '\0';
	if (*domain)
		snprintf(e->title, sizeof e->title, _("1 MX of %s"), domain);
	else
		snprintf(e->title, sizeof e->title, "1 MX");
	if (!now->has_route)
		return;
	snprintf(hosts, sizeof hosts,
	         now->n_hosts == 1 ? _("%zu host") : _("%zu hosts"),
	         now->n_hosts);
	snprintf(e->title + strlen(e->title),
	         sizeof e->title - strlen(e->title), "  %s", hosts);
}

/* Why a host cannot be used, by the id that the route gives. */
static const char *why_words(const char *why)
{
	static const struct {
		const char *id, *text;
	} words[] = { /* core/route.h */
		{ "mx-nxdomain", N_("does not exist") },
		{ "mx-nodata", N_("has no address") },
		{ "mx-temp", N_("no answer from DNS for now") },
		{ "mx-ip", N_("is an address, no name") },
		{ "mx-localhost", N_("is this host itself") },
		{ "mx-null", N_("takes no mail (null MX)") },
		{ "mx-family", N_("has no address of that family") },
		{ "mx-limit", N_("beyond the limit of hosts") },
		{ "mx-loop", N_("is an alias that leads to itself") },
		{ "mx-badname", N_("is no name for DNS") },
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i].id, why) == 0)
			return _(words[i].text);
	return why;
}

static void put_address(struct doc *d, const struct now_address *a)
{
	char span[24];

	doc_put(d, mark_style(a->mark), "  ");
	doc_put(d, mark_style(a->mark), mark_glyph(a->mark));
	doc_putf(d, STYLE_TEXT, " %s", a->address);
	doc_tab(d, doc_column(d) < 21 ? 21 : doc_column(d) + 1);
	if (a->failed)
		doc_put(d, STYLE_NO, fail_words(a->fail));
	else if (a->mark == MARK_UNTRIED)
		doc_put(d, STYLE_DIM, _("untried"));
	else if (a->us) {
		time_span(span, a->us);
		doc_put(d, STYLE_DIM, span);
	}
}

static void put_host(struct doc *d, const struct now_host *h, size_t chosen,
                     size_t *row, size_t *line)
{
	char name[300], why[120];

	doc_line(d, 0);
	doc_putf(d, STYLE_BOLD, "%u %s", (unsigned)h->preference,
	         ui_safe(h->host, name, sizeof name));
	if (h->n_addresses == 0 && (*row)++ == chosen)
		*line = d->n_lines - 1;
	if (h->unusable) {
		doc_line(d, 4);
		doc_putf(d, STYLE_NO, "  %s %s", mark_glyph(MARK_NO),
		         why_words(ui_safe(h->why, why, sizeof why)));
	}
	for (size_t i = 0; i < h->n_addresses; i++) {
		doc_line(d, 4);
		put_address(d, &h->addresses[i]);
		if ((*row)++ == chosen)
			*line = d->n_lines - 1;
	}
}

/* What host, nslookup and dig would print beside the list. */
static void put_dns(struct ui *u, struct doc *d, bool server)
{
	const struct dialog_now *now = ui_now(u);
	char span[24], name[80];

	if (!*now->dns_server)
		return;
	time_span(span, now->dns_us);
	doc_line(d, 0);
	doc_putf(d, STYLE_DIM, "DNS %s TTL %u %s", span,
	         (unsigned)now->dns_ttl,
	         now->dns_ad ? _("DNSSEC ok (AD)") : _("no DNSSEC"));
	if (!server)
		return;
	doc_line(d, 0);
	doc_putf(d, STYLE_DIM, _("from %s"),
	         ui_safe(now->dns_server, name, sizeof name));
}

static void put_route(struct ui *u, struct doc *d)
{
	const struct dialog_now *now = ui_now(u);

	switch (now->route) {
	case ROUTE_IMPLICIT:
		doc_put(d, STYLE_WARN,
		        _("No MX: the address of the name itself is used "
		          "(implicit MX, RFC 5321 5.1)"));
		break;
	case ROUTE_NULL:
		doc_put(d, STYLE_WARN,
		        _("0 .   This domain says it takes no mail "
		          "(RFC 7505)."));
		break;
	case ROUTE_NXDOMAIN:
		doc_put(d, STYLE_NO, _("This domain does not exist."));
		break;
	case ROUTE_NONE:
		doc_put(d, STYLE_NO, _("No MX and no address."));
		break;
	case ROUTE_TEMP:
		doc_put(d, STYLE_LATER, _("DNS gave no answer for now."));
		break;
	default:
		break;
	}
}

/* The facts of the lookup keep the last row or two, however long the list. */
static int draw_dns(struct ui *u, struct rect body, size_t lines)
{
	bool server = (size_t)body.h >= lines + 2;
	struct doc doc;
	int rows;

	doc_init(&doc, DOC_UNWRAPPED);
	put_dns(u, &doc, server);
	rows = (int)doc.n_lines;
	if (rows < body.h)
		doc_draw(&doc, &u->canvas,
		         (struct rect){ body.x + 1, body.y + body.h - rows,
		                        body.w - 2, rows }, 0, 0);
	doc_clear(&doc);
	return rows < body.h ? rows : 0;
}

/* line: of the chosen row, SIZE_MAX none. */
static void put_hosts(struct ui *u, struct doc *d, int rows, size_t *line)
{
	const struct dialog_now *now = ui_now(u);
	bool gaps = rows > (int)(mx_count(u) + 2 * now->n_hosts + 2);
	size_t row = 0;

	*line = SIZE_MAX;
	if (!now->has_route)
		doc_put(d, STYLE_DIM, ui_busy(u) ? _("Looking up ...")
		                                 : _("No lookup yet."));
	else
		put_route(u, d);
	d->width = DOC_UNWRAPPED;
	for (size_t i = 0; i < now->n_hosts; i++) {
		if (d->n_lines && gaps)
			doc_line(d, 0);
		put_host(d, &now->hosts[i], u->mx_row, &row, line);
	}
}

void mx_draw(struct ui *u, struct rect body)
{
	bool focus = u->pane == PANE_MX && !u->typing;
	size_t line, top = 0;
	struct doc doc;

	doc_init(&doc, body.w - 2);
	put_hosts(u, &doc, body.h, &line);
	body.h -= draw_dns(u, body, doc.n_lines);
	if (focus && line != SIZE_MAX && line >= (size_t)body.h)
		top = line - (size_t)body.h + 1;
	doc_draw(&doc, &u->canvas,
	         (struct rect){ body.x + 1, body.y, body.w - 2, body.h }, top,
	         0);
	doc_clear(&doc);
	if (!focus || line == SIZE_MAX)
		return;
	body.y += (int)(line - top);
	canvas_text(&u->canvas, body.x, body.y, 1, STYLE_BOLD,
	            glyph(GLYPH_SELECT));
	canvas_select_row(&u->canvas, body.x, body.y, body.w);
	canvas_cursor(&u->canvas, body.x, body.y, false);
}
