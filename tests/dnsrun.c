#include "config.h"

#include "dnsrun.h"

#include <fnmatch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "record/json.h"
#include "report/batch.h"
#include "rowtests.h"
#include "util/xalloc.h"

/* Five tries and some more; with sanitizers and others on the same
 * processors, longer. */
enum { RUN_MS = 8000 };

/* ---- what came ---- */

static void put_host(struct buf *out, const struct event *e,
                     const struct ev_host *h)
{
	buf_addf(out, " %u:%s", h->preference, event_text(e, h->host));
	if (h->unusable)
		buf_addf(out, "!%s", event_text(e, h->why));
	for (uint32_t i = 0; i < h->addresses.len; i++)
		buf_addf(out, "%c%s", i ? ',' : '=',
		         event_item_text(e, h->addresses, i));
}

char *dnsrun_route(const struct client *c)
{
	const struct event *e = client_find(c, EV_ROUTE, 0);
	struct buf out = { 0 };

	if (!e)
		return xstrdup("");
	buf_adds(&out, route_kind_name((enum route_kind)e->u.route.kind));
	if (e->u.route.kind == ROUTE_TEMP)
		buf_addf(&out, " %s", dns_status_name(
		         (enum dns_status)e->u.route.cause));
	for (uint32_t i = 0; i < e->u.route.hosts.len; i++)
		put_host(&out, e, event_host(e, i));
	return buf_steal(&out);
}

/* Ids of the findings in their order, each once. */
static char *findings(const struct client *c)
{
	struct buf out = { 0 };

	buf_addc(&out, ' ');
	for (size_t i = 0; i < client_count(c, EV_FINDING); i++) {
		const struct event *f = client_find(c, EV_FINDING, i);
		char *id = xasprintf(" %s ", event_text(f, f->u.finding.id));

		if (!strstr(buf_str(&out), id))
			buf_adds(&out, id + 1);
		free(id);
	}
	out.data[--out.len] = '\0'; /* the last blank */
	buf_drop(&out, out.len > 0);
	buf_addc(&out, '\0');
	return buf_steal(&out);
}

char *dnsrun_text(const struct client *c)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	struct batch *b = batch_new(out, false, 80);

	assert_non_null(out);
	for (size_t i = 0; i < c->n; i++)
		if (c->events[i]->n)
			assert_true(batch_event(b, c->events[i]));
	batch_free(b);
	fclose(out);
	return text;
}

/* ---- what holds always ---- */

/* C0, DEL, C1 (U+0080 to U+009F) and what turns the direction of text
 * (U+202A to U+202E, U+2066 to U+2069) are never printed. */
static void check_printable(const char *text)
{
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		assert_true(*p == '\n' || (*p >= ' ' && *p != 0x7f));
		assert_false(p[0] == 0xc2 && p[1] < 0xa0);
		assert_false(p[0] == 0xe2 && p[1] == 0x80 && p[2] >= 0xaa &&
		             p[2] <= 0xae);
		assert_false(p[0] == 0xe2 && p[1] == 0x81 && p[2] >= 0xa6 &&
		             p[2] <= 0xa9);
	}
}

static void check_json(const struct client *c, const char *never)
{
	struct json_reader *r = json_reader_new();

	for (size_t i = 0; i < c->n; i++) {
		struct event *back = NULL;
		struct buf line = { 0 };

		if (!c->events[i]->n)
			continue; /* PROMPT and ASK are not recorded */
		json_write(&line, c->events[i], NULL);
		assert_int_equal(json_read(r, line.data, line.len - 1,
		                           &back),
		                 JSON_EVENT);
		if (never)
			assert_null(strstr(line.data, never));
		free(back);
		buf_clear(&line);
	}
	json_reader_free(r);
}

void dnsrun_shows(const char *text, const char *shown)
{
	struct buf flat = { 0 };

	while (*text) {
		size_t gap = strspn(text, "\n ");

		buf_addc(&flat, gap ? ' ' : *text);
		text += gap ? gap : 1;
	}
	if (shown && !strstr(buf_str(&flat), shown))
		assert_string_equal(buf_str(&flat), shown);
	buf_clear(&flat);
}

void dnsrun_promises(const struct client *c, const char *text,
                     const char *never)
{
	check_printable(text);
	check_json(c, never);
	assert_true(client_in_order(c));
	assert_int_equal(client_count(c, EV_VERDICT), 1);
	if (never)
		assert_null(strstr(text, never));
}

static void check_row(struct client *c, const struct dns_row *row)
{
	char *text = dnsrun_text(c), *route = dnsrun_route(c);
	char *found = findings(c);

	if (getenv("FAULT_SHOW"))
		print_message("%s\n%s\n%s\n", text, route, found);
	dnsrun_promises(c, text, row->never);
	if (row->other && fnmatch(row->other, route, 0) == 0)
		goto done;
	if (!row->route)
		assert_string_equal(route, "");
	else if (fnmatch(row->route, route, 0) != 0)
		assert_string_equal(route, row->route);
	if (row->findings)
		assert_string_equal(found, row->findings);
	dnsrun_shows(text, row->shown);
	assert_int_equal(client_find(c, EV_VERDICT, 0)->u.verdict.exit,
	                 row->exit);
	if (row->check)
		row->check(c, text);
done:
	free(text);
	free(route);
	free(found);
}

/* ---- the run ---- */

void dnsrun(struct client *c, const struct worker_config *cfg,
            struct plan *plan)
{
	struct worker_config mine = *cfg;
	const struct event *end;

	if (!mine.dns_try_ms)
		mine.dns_try_ms = DNSRUN_TRY_MS;
	client_start(c, &mine);
	end = client_run(c, plan, RUN_MS);
	assert_non_null(end);
}

char *dnsrun_server(const struct dnsfault *d, bool far)
{
	const char *port = strchr(dnsfault_server(d), ':');

	return far ? xasprintf("[::ffff:127.0.0.1]%s", port)
	           : xstrdup(dnsfault_server(d));
}

void dnsrun_row(const struct dns_row *row)
{
	struct dnsfault_config how = { .always = row->always,
		.rows = row->zone, .ad = row->ad, .no_tcp = row->no_tcp };
	struct dnsfault *d = dnsfault_start_with(&how);
	char *server = dnsrun_server(d, row->far);
	struct worker_config cfg = { .dns = server };
	struct plan *p = client_plan(row->target ? row->target : "two.test");
	struct client c;

	p->stage = row->stage ? row->stage : STAGE_ROUTE;
	p->seed = 1;
	if (row->nobody) {
		dnsfault_stop(d);
		d = NULL;
	}
	dnsrun(&c, &cfg, p);
	check_row(&c, row);
	if (row->queries)
		assert_int_equal(dnsfault_queries(d, false), row->queries);
	client_stop(&c);
	dnsfault_stop(d);
	free(server);
}

static void run_one(void **state)
{
	dnsrun_row(*state);
}

int dnsrun_all(const char *name, const struct dns_row *rows, size_t n)
{
	return rowtests_run(name, rows, sizeof *rows, n, run_one);
}
