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

enum { DNS_ROWS = 2, EDGE_COLUMNS = 6 }; /* of the frame, beside a title */

/* Are there rows enough for a blank one between two hosts? */
static size_t rows_with_gaps(const struct ui *u)
{
	return mx_count(u) + 2 * ui_now(u)->n_hosts + DNS_ROWS + 1;
}

int mx_rows(const struct ui *u)
{
	const struct dialog_now *now = ui_now(u);
	size_t rows = rows_with_gaps(u);

	if (!now->has_route)
		return 0;
	if (now->route != ROUTE_MX)
		rows += 2; /* words on the way */
	else if (now->n_hosts == 1)
		rows--;
	return rows < (size_t)u->h ? (int)rows : 0;
}

/* The domain matters most: the count is there where it fits whole. */
static void add_count(const struct ui *u, struct pane_edge *e, size_t n)
{
	int room = u->layout.pane[PANE_MX].frame.w - EDGE_COLUMNS -
	           canvas_width(e->title);
	size_t len = strlen(e->title);
	char hosts[32];

	snprintf(hosts, sizeof hosts, n == 1 ? _("%zu host") : _("%zu hosts"),
	         n);
	if (canvas_width(hosts) + 2 <= room)
		snprintf(e->title + len, sizeof e->title - len, "  %s", hosts);
}

void mx_edge(struct ui *u, struct pane_edge *e)
{
	const struct dialog_now *now = ui_now(u);
	char domain[80];

	ui_safe(*now->domain ? now->domain : now->target, domain,
	        sizeof domain);
	*e->right = '\0';
	if (*domain)
		snprintf(e->title, sizeof e->title, _("1 MX of %s"), domain);
	else
		snprintf(e->title, sizeof e->title, "1 MX");
	if (now->has_route)
		add_count(u, e, now->n_hosts);
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

enum { HOW_COLUMN = 21 };

/* How it went, in a column of its own where the pane is wide enough. */
static void put_how(struct doc *d, int width, enum style style,
                    const char *words)
{
	int column = width - canvas_width(words), here = doc_column(d) + 1;

	if (column > HOW_COLUMN)
		column = HOW_COLUMN;
	doc_tab(d, column > here ? column : here);
	doc_put(d, style, words);
}

static void put_address(struct doc *d, int width, const struct now_address *a)
{
	char span[24];

	doc_put(d, mark_style(a->mark), "  ");
	doc_put(d, mark_style(a->mark), mark_glyph(a->mark));
	doc_putf(d, STYLE_TEXT, " %s", a->address);
	time_span(span, a->us);
	if (a->failed)
		put_how(d, width, STYLE_NO, fail_words(a->fail));
	else if (a->mark == MARK_UNTRIED)
		put_how(d, width, STYLE_DIM, _("untried"));
	else if (a->us)
		put_how(d, width, STYLE_DIM, span);
}

/* The list while it is written. */
struct mx_list {
	struct doc *d;
	int width;
	size_t row;    /* next one that can be chosen */
	size_t chosen;
	size_t line;   /* of the chosen one, SIZE_MAX none */
};

static void count_row(struct mx_list *l)
{
	if (l->row++ == l->chosen)
		l->line = l->d->n_lines - 1;
}

static void put_host(struct mx_list *l, const struct now_host *h)
{
	char name[300], why[120];

	doc_line(l->d, 0);
	doc_putf(l->d, STYLE_BOLD, "%u %s", (unsigned)h->preference,
	         ui_safe(h->host, name, sizeof name));
	if (h->n_addresses == 0)
		count_row(l);
	if (h->unusable) {
		doc_line(l->d, 4);
		doc_putf(l->d, STYLE_NO, "  %s %s", mark_glyph(MARK_NO),
		         why_words(ui_safe(h->why, why, sizeof why)));
	}
	for (size_t i = 0; i < h->n_addresses; i++) {
		doc_line(l->d, 4);
		put_address(l->d, l->width, &h->addresses[i]);
		count_row(l);
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
	bool gaps = rows >= (int)rows_with_gaps(u);
	struct mx_list list = { .d = d, .width = d->width,
		                .chosen = u->mx_row, .line = SIZE_MAX };

	if (!now->has_route)
		doc_put(d, STYLE_DIM, ui_busy(u) ? _("Looking up ...")
		                                 : _("No lookup yet."));
	else
		put_route(u, d);
	d->width = DOC_UNWRAPPED;
	for (size_t i = 0; i < now->n_hosts; i++) {
		if (d->n_lines && gaps)
			doc_line(d, 0);
		put_host(&list, &now->hosts[i]);
	}
	*line = list.line;
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
	draw_selected(u, body);
}
