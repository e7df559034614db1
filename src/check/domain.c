#include "config.h"

#include "check/domain.h"

#include <stdlib.h>
#include <string.h>

#include "core/idn.h"
#include "util/xalloc.h"

enum { HOSTS_SHOWN = 10 }; /* MX hosts whose addresses are in the trace */

/* ---- names ---- */

bool domain_parse(struct dns_name *out, const char *text)
{
	char *ascii = NULL;
	bool ok;

	if (*text == '[' || strcmp(text, ".") == 0)
		return false;
	if (idn_is_ascii(text))
		return dns_name_parse(out, text) == DNS_NAME_OK;
	ok = idn_to_ascii(text, &ascii) <= IDN_TRANSITIONAL &&
	     dns_name_parse(out, ascii) == DNS_NAME_OK;
	free(ascii);
	return ok;
}

bool domain_below(struct dns_name *out, const char *labels,
                  const struct dns_name *suffix)
{
	struct dns_name front;

	if (dns_name_parse(&front, labels) != DNS_NAME_OK ||
	    front.len - 1u + suffix->len > DNS_NAME_MAX)
		return false;
	*out = front;
	memcpy(out->wire + front.len - 1, suffix->wire, suffix->len);
	out->len = (uint8_t)(front.len - 1u + suffix->len);
	return true;
}

const char *domain_reserved(const struct dns_name *n)
{
	static const char *const ends[] = {
		"example", "invalid", "localhost", "test", /* RFC 6761 §6 */
		"local",     /* RFC 6762 §3 */
		"onion",     /* RFC 7686 §2 */
		"home.arpa", /* RFC 8375 §4 */
		"corp", "home", "internal", "lan", "localdomain",
	};
	struct dns_name end;

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		dns_name_parse(&end, ends[i]);
		if (dns_name_under(n, &end))
			return ends[i];
	}
	return NULL;
}

/* ---- the check ---- */

static const struct {
	enum grade grade;
	const char *say; /* %1 the domain */
} outcomes[ROUTE_KIND_COUNT] = {
	[ROUTE_MX] = { GRADE_PASS, "sender-mx" },
	[ROUTE_IMPLICIT] = { GRADE_NOTE, "sender-implicit" },
	[ROUTE_NULL] = { GRADE_BAD, "sender-null-mx" },
	[ROUTE_NONE] = { GRADE_BAD, "sender-nothing" },
	[ROUTE_NXDOMAIN] = { GRADE_BAD, "sender-nxdomain" },
	[ROUTE_NOADDRESS] = { GRADE_BAD, "sender-noaddress" },
	[ROUTE_NOHOST] = { GRADE_BAD, "sender-nohost" },
	[ROUTE_LOOP] = { GRADE_BAD, "sender-loop" },
};

static void show_addresses(struct check *c, const struct facts *f,
                           const char *host)
{
	static const uint16_t types[] = { RR_A, RR_AAAA };
	struct dns_name name;

	if (dns_name_parse(&name, host) != DNS_NAME_OK)
		return; /* its own text was an address, or junk */
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		const struct dns_answer *a = facts_find(f, &name, types[i]);

		if (a)
			check_evidence(c, 1, a);
	}
}

static void show(struct check *c, const struct facts *f,
                 const struct route *r, const struct dns_name *name)
{
	const struct dns_answer *mx = facts_find(f, name, RR_MX);

	if (mx)
		check_evidence(c, 0, mx);
	for (size_t i = 0; i < r->n_hosts && i < HOSTS_SHOWN; i++)
		show_addresses(c, f, r->hosts[i].host);
}

/* Can somebody outside reach one of them? */
static bool is_public(const struct route *r)
{
	for (size_t i = 0; i < r->n_hosts; i++)
		for (size_t k = 0; k < r->hosts[i].n_addresses; k++)
			if (r->hosts[i].addresses[k].class == ADDR_PUBLIC)
				return true;
	return false;
}

static const char *first_address(const struct route *r)
{
	for (size_t i = 0; i < r->n_hosts; i++)
		if (r->hosts[i].n_addresses > 0)
			return r->hosts[i].addresses->text;
	return "";
}

/* The lookup that kept the route from being known. */
static void end_temp(struct check *c, const struct facts *f,
                     const struct route *r, const struct dns_name *name)
{
	const struct dns_answer *a = facts_find(f, name, RR_MX);
	static const uint16_t types[] = { RR_A, RR_AAAA };

	for (size_t i = 0; i < r->n_hosts; i++) {
		struct dns_name host;

		if (dns_name_parse(&host, r->hosts[i].host) != DNS_NAME_OK)
			continue;
		for (size_t k = 0; k < sizeof types / sizeof *types; k++) {
			const struct dns_answer *b =
				facts_find(f, &host, types[k]);

			if (b && dns_status_is_temp(b->status))
				a = b;
		}
	}
	check_end_failed(c, route_kind_name(r->kind), a);
}

static void conclude(struct check *c, const struct route *r,
                     const struct dns_name *name)
{
	const char *word = route_kind_name(r->kind);
	const char *reserved = domain_reserved(name);

	if (r->kind == ROUTE_NXDOMAIN && reserved)
		check_end(c, GRADE_BAD, word, "sender-reserved", c->subject,
		          reserved, NULL);
	else if ((r->kind == ROUTE_MX || r->kind == ROUTE_IMPLICIT) &&
	         !is_public(r))
		check_end(c, GRADE_BAD, word, "sender-private", c->subject,
		          first_address(r), NULL);
	else
		check_end(c, outcomes[r->kind].grade, word,
		          outcomes[r->kind].say, c->subject, NULL);
}

static void judge(struct check *c, const struct facts *f,
                  const struct dns_name *name)
{
	char text[DNS_NAME_TEXT_MAX];
	const struct route_query query = {
		.domain = dns_name_host(name, text), .kind = TARGET_DOMAIN,
	};
	struct route r;

	route_find(&r, f, &query);
	for (size_t i = 0; i < r.n_needs; i++)
		check_ask(c, f, &r.needs[i].name, r.needs[i].type);
	if (r.n_needs == 0) {
		show(c, f, &r, name);
		if (r.kind == ROUTE_TEMP)
			end_temp(c, f, &r, name);
		else
			conclude(c, &r, name);
	}
	route_clear(&r);
}

size_t sender_domain_count(const struct check_query *q)
{
	return q->mail_from ? 1 : 0;
}

void sender_domain_check(struct check *c, const struct facts *f,
                         const struct check_query *q, size_t i)
{
	const char *domain = *q->mail_from ? check_sender_domain(q) : "<>";
	struct dns_name name;

	(void)i;
	check_begin(c, "sender-domain", domain);
	if (!*q->mail_from)
		check_end(c, GRADE_NOTE, "", "sender-null", NULL);
	else if (*domain == '[')
		check_end(c, GRADE_WARN, "literal", "sender-literal", domain,
		          NULL);
	else if (!domain_parse(&name, domain))
		check_end_badname(c, "badname", domain);
	else
		judge(c, f, &name);
}
