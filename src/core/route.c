#include "config.h"

#include "core/route.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/route_build.h"
#include "util/xalloc.h"

/* One run of the evaluator. */
struct finder {
	struct route *out;
	const struct facts *facts;
	const struct route_query *query;
	enum dns_status temp; /* first failure for now, DNS_NOERROR none */
	enum dns_status last; /* the newest one */
	bool nameless;        /* every host so far is no name for a lookup */
};

/* What is known of (name, type); NULL: not yet, and noted as needed. */
static const struct dns_answer *need(struct finder *w,
                                     const struct dns_name *name, uint16_t type)
{
	const struct dns_answer *a = facts_find(w->facts, name, type);
	struct route *r = w->out;

	if (a) {
		route_note_answer(r, name, a);
		return a;
	}
	r->needs = xreallocarray(r->needs, r->n_needs + 1, sizeof *r->needs);
	r->needs[r->n_needs++] =
	    (struct route_need){ .name = *name, .type = type };
	return NULL;
}

/* ---- the addresses of one host ---- */

static size_t records(const struct dns_answer *a)
{
	return a && a->status == DNS_NOERROR ? a->n : 0;
}

static void add_address(struct route_host *h, const struct dns_answer *a,
                        size_t i)
{
	int family = a->type == RR_A ? AF_INET : AF_INET6;
	struct route_address *to;

	if (h->n_addresses == ROUTE_ADDRESSES_MAX)
		return;
	h->addresses = xreallocarray(h->addresses, h->n_addresses + 1,
	                             sizeof *h->addresses);
	to = &h->addresses[h->n_addresses++];
	inet_ntop(family, dns_rr_address(&a->msg, answer_rr(a, i)), to->text,
	          sizeof to->text);
	to->class = address_classify(to->text);
	to->ttl = a->ttl;
}

/* RFC 8305 §4: families alternate, IPv6 first; the resolver's order inside. */
static void interleave(struct route_host *h, const struct dns_answer *v6,
                       const struct dns_answer *v4)
{
	for (size_t i = 0; i < records(v6) || i < records(v4); i++) {
		if (i < records(v6))
			add_address(h, v6, i);
		if (i < records(v4))
			add_address(h, v4, i);
	}
}

/* Why a host without an address has none. */
static const char *why_none(struct finder *w, const struct dns_answer *v6,
                            const struct dns_answer *v4)
{
	const struct dns_answer *both[] = { v6, v4 };
	const char *why = w->query->family ? "mx-family" : "mx-nodata";

	for (size_t i = 0; i < 2; i++) {
		if (!both[i])
			continue;
		if (dns_status_is_temp(both[i]->status)) {
			w->last = both[i]->status;
			if (w->temp == DNS_NOERROR)
				w->temp = w->last;
			return "mx-temp";
		}
		if (both[i]->status == DNS_NXDOMAIN)
			why = "mx-nxdomain";
		else if (both[i]->status == DNS_LOOP)
			why = "mx-loop";
		else if (both[i]->status == DNS_BADNAME)
			why = "mx-badname";
	}
	return why;
}

/* The address of h in an earlier host's list, or NULL. */
static const char *seen_at(const struct route *r, const struct route_host *h,
                           const char *address)
{
	for (const struct route_host *o = r->hosts; o < h; o++)
		for (size_t i = 0; i < o->n_addresses; i++)
			if (strcmp(o->addresses[i].text, address) == 0)
				return o->host;
	return NULL;
}

static void note_addresses(struct finder *w, const struct route_host *h)
{
	static const char *const ids[ADDRESS_CLASS_COUNT] = {
		[ADDR_LOOPBACK] = "addr-loopback",
		[ADDR_UNSPECIFIED] = "addr-unspecified",
		[ADDR_PRIVATE] = "addr-private",
		[ADDR_CGN] = "addr-private",
		[ADDR_ULA] = "addr-private",
		[ADDR_LINKLOCAL] = "addr-linklocal",
		[ADDR_MULTICAST] = "addr-multicast",
	};

	for (size_t i = 0; i < h->n_addresses; i++) {
		const struct route_address *a = &h->addresses[i];
		const char *other = seen_at(w->out, h, a->text);

		if (ids[a->class])
			route_find_out(w->out, ids[a->class], h->host,
			               a->text, NULL);
		if (other)
			route_find_out(w->out, "same-addr", a->text, h->host,
			               other);
	}
}

static void note_alias(struct finder *w, const char *id, const char *host,
                       const struct dns_answer *a)
{
	char end[DNS_NAME_TEXT_MAX];

	if (a && a->n_chain)
		route_find_out(w->out, id, host,
		               dns_name_host(answer_end(a), end), NULL);
}

static void note_ttl(struct finder *w, const char *name,
                     const struct dns_answer *a)
{
	if (records(a) && a->ttl == 0)
		route_find_out(w->out, "ttl0", name, NULL, NULL);
}

/* Looks the addresses of h up under name. alias: id of the finding for a name
 * that is an alias, NULL none. Does nothing while a lookup is missing. */
static void host_addresses(struct finder *w, struct route_host *h,
                           const struct dns_name *name, const char *alias)
{
	const struct dns_answer *v6 = NULL, *v4 = NULL;
	size_t needs = w->out->n_needs;

	if (w->query->family != 4)
		v6 = need(w, name, RR_AAAA);
	if (w->query->family != 6)
		v4 = need(w, name, RR_A);
	if (w->out->n_needs > needs)
		return;
	interleave(h, v6, v4);
	if (records(v6) + records(v4) > ROUTE_ADDRESSES_MAX)
		route_find_number(w->out, "addr-limit", h->host,
		                  ROUTE_ADDRESSES_MAX);
	if (alias) {
		note_alias(w, alias, h->host, v6);
		note_alias(w, alias, h->host, v4);
	}
	note_ttl(w, h->host, v6);
	note_ttl(w, h->host, v4);
	note_addresses(w, h);
	if (!h->n_addresses)
		h->why = why_none(w, v6, v4);
}

/* ---- MX records ---- */

static bool is_localhost(const char *host)
{
	size_t len = strlen(host);

	if (len < 9 || strcasecmp(host + len - 9, "localhost") != 0)
		return false;
	return len == 9 || host[len - 10] == '.'; /* RFC 6761 §6.3 */
}

static bool is_address(const char *host)
{
	return address_classify(host) != ADDR_INVALID;
}

/* An exchange and its preference; sorted by preference, then by name, so that
 * the shuffle depends on the seed and not on the order of the answer. */
struct exchange {
	uint16_t preference;
	struct dns_name name;
};

static int by_preference(const void *a, const void *b)
{
	const struct exchange *x = a, *y = b;

	if (x->preference != y->preference)
		return x->preference < y->preference ? -1 : 1;
	return dns_name_compare(&x->name, &y->name);
}

static int by_name(const void *a, const void *b)
{
	const struct exchange *x = a, *y = b;
	int c = dns_name_compare(&x->name, &y->name);

	return c ? c : by_preference(a, b);
}

/* SplitMix64: small, and the same everywhere for the same seed. */
static uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* RFC 5321 §5.1: equal preferences MUST be tried in random order. */
static void shuffle(struct exchange *x, size_t n, uint64_t *state)
{
	for (size_t i = n; i > 1; i--) {
		size_t j = (size_t)(random_next(state) % i);
		struct exchange swap = x[i - 1];

		x[i - 1] = x[j];
		x[j] = swap;
	}
}

static void order(struct exchange *x, size_t n, uint64_t seed)
{
	qsort(x, n, sizeof *x, by_preference);
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i; end < n; end++)
			if (x[end].preference != x[i].preference)
				break;
		shuffle(x + i, end - i, &seed);
	}
}

/* Keeps the best preference of each name; returns how many are left. */
static size_t merge(struct finder *w, struct exchange *x, size_t n)
{
	char text[DNS_NAME_TEXT_MAX];
	size_t kept = 0;

	qsort(x, n, sizeof *x, by_name);
	for (size_t i = 0; i < n; i++) {
		if (kept && dns_name_equal(&x[i].name, &x[kept - 1].name))
			route_find_out(w->out, "mx-dup",
			               dns_name_host(&x[i].name, text), NULL,
			               NULL);
		else
			x[kept++] = x[i];
	}
	return kept;
}

/* Notes null MX records (RFC 7505); returns how many there are. */
static size_t note_null(struct finder *w, const struct exchange *x, size_t n)
{
	size_t nulls = 0;

	for (size_t i = 0; i < n; i++) {
		if (!dns_name_is_root(&x[i].name))
			continue;
		nulls++;
		if (x[i].preference)
			route_find_out(w->out, "nullmx-pref", w->query->domain,
			               NULL, NULL);
	}
	if (nulls && nulls < n)
		route_find_out(w->out, "nullmx-mixed", w->query->domain, NULL,
		               NULL);
	return nulls;
}

/* Why an exchange is not even looked up; "" when it is. */
static const char *why_not(const char *host, size_t place)
{
	if (strcmp(host, ".") == 0)
		return "mx-null";
	if (is_address(host))
		return "mx-ip";
	if (is_localhost(host))
		return "mx-localhost";
	return place >= ROUTE_HOSTS_MAX ? "mx-limit" : "";
}

/* A finding for each host that cannot be used. Null MX has those of
 * note_null(). */
static void note_unusable(struct finder *w, const struct route_host *h)
{
	if (strcmp(h->why, "mx-limit") == 0)
		route_find_number(w->out, h->why, w->query->domain,
		                  ROUTE_HOSTS_MAX);
	else if (strcmp(h->why, "mx-temp") == 0)
		route_find_out(w->out, h->why, h->host,
		               dns_status_name(w->last), NULL);
	else if (strcmp(h->why, "mx-null") != 0)
		route_find_out(w->out, h->why, h->host, NULL, NULL);
}

static void add_exchange(struct finder *w, const struct exchange *x,
                         size_t place)
{
	struct route_host *h = &w->out->hosts[place];
	char text[DNS_NAME_TEXT_MAX];

	h->host = xstrdup(dns_name_host(&x->name, text));
	h->preference = x->preference;
	h->why = why_not(h->host, place);
	w->out->n_hosts = place + 1;
	if (!*h->why) {
		w->nameless = false;
		host_addresses(w, h, &x->name, "mx-cname");
	}
	if (*h->why)
		note_unusable(w, h);
}

/* RFC 5321 §5.1: if MX records are there, the addresses of the name itself
 * must not be used, however little the records are good for. */
static enum route_kind judge_hosts(struct finder *w)
{
	for (size_t i = 0; i < w->out->n_hosts; i++)
		if (!*w->out->hosts[i].why)
			return ROUTE_MX;
	if (w->temp != DNS_NOERROR)
		return ROUTE_TEMP;
	return w->nameless ? ROUTE_NOHOST : ROUTE_NOADDRESS;
}

static void take_exchanges(struct finder *w, const struct dns_answer *mx)
{
	struct exchange *x = xcalloc(mx->n, sizeof *x);
	size_t n = mx->n, nulls;

	for (size_t i = 0; i < n; i++) {
		const struct dns_rr *rr = answer_rr(mx, i);

		x[i].preference = dns_rr_preference(&mx->msg, rr);
		dns_rr_target(&mx->msg, rr, &x[i].name);
	}
	nulls = note_null(w, x, n);
	n = merge(w, x, n);
	order(x, n, w->query->seed);
	w->out->hosts = xcalloc(n, sizeof *w->out->hosts);
	for (size_t i = 0; i < n; i++)
		add_exchange(w, &x[i], i);
	if (n - (nulls > 0) > ROUTE_MANY)
		route_find_number(w->out, "many", w->query->domain,
		                  n - (nulls > 0));
	free(x);
	w->out->kind = nulls == mx->n ? ROUTE_NULL : judge_hosts(w);
}

/* ---- the one host that a name is ---- */

static enum route_kind judge_one(struct finder *w, enum route_kind good,
                                 enum route_kind none)
{
	if (!*w->out->hosts[0].why)
		return good;
	return w->temp != DNS_NOERROR ? ROUTE_TEMP : none;
}

static void take_one(struct finder *w, const struct dns_name *name)
{
	char text[DNS_NAME_TEXT_MAX];
	struct route_host *h;

	w->out->hosts = h = xcalloc(1, sizeof *h);
	w->out->n_hosts = 1;
	h->host = xstrdup(dns_name_host(name, text));
	h->why = "";
	host_addresses(w, h, name, NULL);
}

/* No MX: the name is its own exchange, with preference 0. */
static void take_implicit(struct finder *w, const struct dns_answer *mx)
{
	take_one(w, answer_end(mx));
	w->out->kind = judge_one(w, ROUTE_IMPLICIT, ROUTE_NONE);
	if (w->out->kind == ROUTE_IMPLICIT)
		route_find_out(w->out, "implicit", w->query->domain, NULL,
		               NULL);
}

/* ---- the verdict on the lookup itself ---- */

static void note_lookup(struct finder *w, const struct dns_answer *mx)
{
	const char *domain = w->query->domain;

	note_alias(w, "alias", domain, mx);
	note_ttl(w, domain, mx);
	if (records(mx) && mx->ad)
		route_find_out(w->out, "ad", domain, NULL, NULL);
	else if (records(mx) && mx->ad_claimed)
		route_find_out(w->out, "ad-untrusted", domain, NULL, NULL);
	if (mx->no_soa)
		route_find_out(w->out, "no-soa", domain, NULL, NULL);
	w->out->ttl = mx->ttl;
}

static void take_lookup(struct finder *w, const struct dns_answer *mx)
{
	switch (mx->status) {
	case DNS_NOERROR:
		take_exchanges(w, mx);
		break;
	case DNS_NODATA:
		take_implicit(w, mx);
		break;
	case DNS_NXDOMAIN:
		w->out->kind = ROUTE_NXDOMAIN;
		break;
	case DNS_LOOP:
		w->out->kind = ROUTE_LOOP;
		break;
	case DNS_BADNAME:
		w->out->kind = ROUTE_BADNAME;
		break;
	default: /* and never the addresses instead, RFC 5321 §5.1 */
		w->out->kind = ROUTE_TEMP;
		w->temp = mx->status;
	}
}

static struct finder begin(struct route *out, const struct facts *f,
                           const struct route_query *query)
{
	*out = (struct route){ .domain = xstrdup(query->domain) };
	return (struct finder){
		.out = out, .facts = f, .query = query, .nameless = true,
	};
}

void route_mx(struct route *out, const struct facts *f,
              const struct route_query *query)
{
	struct finder w = begin(out, f, query);
	const struct dns_answer *mx;
	struct dns_name name;

	if (dns_name_parse(&name, query->domain) != DNS_NAME_OK) {
		out->kind = ROUTE_BADNAME;
		return;
	}
	mx = need(&w, &name, RR_MX);
	if (!mx)
		return;
	note_lookup(&w, mx);
	take_lookup(&w, mx);
	out->cause = out->kind == ROUTE_TEMP ? w.temp : DNS_NOERROR;
}

void route_addresses(struct route *out, const struct facts *f,
                     const struct route_query *query)
{
	struct finder w = begin(out, f, query);
	struct dns_name name;
	bool gone;

	if (dns_name_parse(&name, query->domain) != DNS_NAME_OK) {
		out->kind = ROUTE_BADNAME;
		return;
	}
	take_one(&w, &name);
	gone = strcmp(out->hosts[0].why, "mx-nxdomain") == 0;
	out->kind = judge_one(&w, ROUTE_HOST,
	                      gone ? ROUTE_NXDOMAIN : ROUTE_NOADDRESS);
	out->cause = out->kind == ROUTE_TEMP ? w.temp : DNS_NOERROR;
}

void route_literal(struct route *out, const struct route_query *query)
{
	struct route_host *h = xcalloc(1, sizeof *h);

	*out = (struct route){
		.kind = ROUTE_LITERAL,
		.domain = xstrdup(query->domain),
		.hosts = h,
		.n_hosts = 1,
	};
	*h = (struct route_host){ .host = xstrdup(query->domain), .why = "" };
	h->addresses = xcalloc(1, sizeof *h->addresses);
	h->n_addresses = 1;
	snprintf(h->addresses->text, sizeof h->addresses->text, "%s",
	         query->domain);
	h->addresses->class = address_classify(h->addresses->text);
}

void route_find(struct route *out, const struct facts *f,
                const struct route_query *query)
{
	switch (query->kind) {
	case TARGET_DOMAIN:
		route_mx(out, f, query);
		break;
	case TARGET_HOST:
		route_addresses(out, f, query);
		break;
	case TARGET_LITERAL:
		route_literal(out, query);
		break;
	case TARGET_UNIX: /* no way to look for; nobody asks for one */
		*out = (struct route){ 0 };
		break;
	}
}
