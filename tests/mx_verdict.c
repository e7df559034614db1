/*
 * mx_verdict SERVER DOMAIN...: the route of each domain over real DNS, in the
 * terms of expectations.tsv, one line each:
 *
 *     domain TAB verdict TAB "10:host=addr,addr host=... ; 20:..." TAB findings
 *
 * Hosts, addresses and findings are sorted: their order is not compared.
 */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/loop.h"
#include "net/resolve.h"
#include "net/routing.h"
#include "util/buf.h"
#include "util/xalloc.h"

enum { TRY_MS = 1000 };

struct question {
	const char *domain;
	struct routing *routing;
	struct buf line;
};

static struct loop *loop;
static size_t open_questions;

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorts texts, puts them with sep between, frees them. Twice is once. */
static void put_sorted(struct buf *out, char **texts, size_t n, char sep)
{
	qsort(texts, n, sizeof *texts, by_text);
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || strcmp(texts[i], texts[i - 1]) != 0) {
			if (i)
				buf_addc(out, sep);
			buf_adds(out, texts[i]);
		}
	}
	for (size_t i = 0; i < n; i++)
		free(texts[i]);
	free(texts);
}

static const char *verdict(enum route_kind k)
{
	static const char *const words[ROUTE_KIND_COUNT] = {
		[ROUTE_MX] = "ok", [ROUTE_IMPLICIT] = "ok",
		[ROUTE_LITERAL] = "ok", [ROUTE_HOST] = "ok",
		[ROUTE_NULL] = "perm-nullmx", [ROUTE_NONE] = "perm-noaddr",
		[ROUTE_NXDOMAIN] = "perm-nxdomain",
		[ROUTE_NOADDRESS] = "perm-nohost",
		[ROUTE_NOHOST] = "perm-nohost", [ROUTE_LOOP] = "perm-loop",
		[ROUTE_BADNAME] = "perm-badname", [ROUTE_TEMP] = "temp",
	};

	return words[k];
}

static char *host_text(const struct route_host *h)
{
	char **addrs = xcalloc(h->n_addresses, sizeof *addrs);
	struct buf out = { 0 };

	for (const char *p = h->host; *p; p++)
		buf_addc(&out, (char)tolower((unsigned char)*p));
	buf_addc(&out, '=');
	for (size_t i = 0; i < h->n_addresses; i++)
		addrs[i] = xstrdup(h->addresses[i].text);
	put_sorted(&out, addrs, h->n_addresses, ',');
	return buf_steal(&out);
}

/* The usable hosts from index i on that share its preference. */
static size_t put_group(struct buf *out, const struct route *r, size_t i)
{
	uint16_t preference = r->hosts[i].preference;
	char **hosts = xcalloc(r->n_hosts, sizeof *hosts);
	size_t n = 0;

	for (; i < r->n_hosts && r->hosts[i].preference == preference; i++)
		if (!*r->hosts[i].why)
			hosts[n++] = host_text(&r->hosts[i]);
	if (n)
		buf_addf(out, "%s%u:", out->len ? " ; " : "", preference);
	put_sorted(out, hosts, n, ' ');
	return i;
}

/* About the name or the lookup, not about the route. */
static bool is_aside(const char *id)
{
	return strcmp(id, "idn-name") == 0 || strcmp(id, "dns-silent") == 0;
}

static void on_route(void *arg, const struct route *r)
{
	struct question *q = arg;
	char **ids = xcalloc(r->n_findings, sizeof *ids);
	struct buf hosts = { 0 }, findings = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < r->n_hosts;)
		i = put_group(&hosts, r, i);
	for (size_t i = 0; i < r->n_findings; i++)
		if (!is_aside(r->findings[i].id))
			ids[n++] = xstrdup(r->findings[i].id);
	put_sorted(&findings, ids, n, ' ');
	buf_addf(&q->line, "%s\t%s\t%s\t%s", q->domain, verdict(r->kind),
	         hosts.len ? buf_str(&hosts) : "-",
	         findings.len ? buf_str(&findings) : "-");
	buf_clear(&hosts);
	buf_clear(&findings);
	if (--open_questions == 0)
		loop_stop(loop);
}

static void ask(struct resolver *r, struct question *q)
{
	struct routing_calls calls = { .done = on_route, .arg = q };
	struct route_query query = { .seed = 1 };
	struct target target;

	if (target_parse(q->domain, &target) != TARGET_OK) {
		fprintf(stderr, "mx_verdict: no domain: %s\n", q->domain);
		exit(64);
	}
	query.domain = target.domain;
	query.kind = target.kind;
	q->routing = routing_start(loop, r, &target, &query, &calls);
	target_clear(&target);
	open_questions++;
}

int main(int argc, char **argv)
{
	struct resolve_config config = { .try_ms = TRY_MS };
	struct question *questions = xcalloc((size_t)argc, sizeof *questions);
	struct resolver *r;

	config.server = argc > 2 ? argv[1] : "";
	resolve_library_init();
	loop = loop_new();
	r = loop ? resolver_new(loop, &config) : NULL;
	if (!r) {
		fprintf(stderr, "usage: mx_verdict ADDR:PORT DOMAIN...\n");
		return 64;
	}
	for (int i = 2; i < argc; i++) {
		questions[i].domain = argv[i];
		ask(r, &questions[i]);
	}
	loop_run(loop);
	for (int i = 2; i < argc; i++) {
		puts(buf_str(&questions[i].line));
		routing_free(questions[i].routing);
		buf_clear(&questions[i].line);
	}
	free(questions);
	resolver_free(r);
	loop_free(loop);
	resolve_library_cleanup();
	return 0;
}
