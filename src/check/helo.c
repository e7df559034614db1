#include "config.h"

#include "check/helo.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "check/ip.h"
#include "core/route.h"

/* ---- address literals (RFC 5321 §4.1.3) ---- */

static bool parse_literal(const char *helo, struct ip *ip)
{
	char inner[IP_TEXT_MAX + 5];
	size_t len = strlen(helo);
	char *address = inner;

	if (len < 3 || helo[len - 1] != ']' || len - 2 >= sizeof inner)
		return false;
	memcpy(inner, helo + 1, len - 2);
	inner[len - 2] = '\0';
	if (strncasecmp(inner, "IPv6:", 5) == 0)
		address += 5;
	return ip_parse(ip, address) &&
	       (address > inner) == (strchr(address, ':') != NULL);
}

static void check_literal(struct check *c, const char *helo, const char *own)
{
	char text[IP_TEXT_MAX];
	struct ip ip, sender;

	if (!parse_literal(helo, &ip))
		check_end(c, GRADE_BAD, "", "helo-literal-bad", helo, NULL);
	else if (address_classify(ip_text(&ip, text)) != ADDR_PUBLIC)
		check_end(c, GRADE_BAD, "", "helo-literal-private", helo,
		          NULL);
	else if (ip_parse(&sender, own) && !ip_equal(&ip, &sender))
		check_end(c, GRADE_BAD, "", "helo-literal-other", helo, own,
		          NULL);
	else
		check_end(c, GRADE_WARN, "", "helo-literal", helo, NULL);
}

/* ---- names, before anything is asked ---- */

/* RFC 5321 §4.1.2: letters, digits and hyphens, the last not at an edge; and
 * a name whose last label is a number would be an address. */
static bool is_domain(const char *text)
{
	const char *last = strrchr(text, '.');

	last = last ? last + 1 : text;
	if (last[strspn(last, "0123456789")] == '\0')
		return false;
	for (const char *p = text; *p; p++) {
		bool edge = p == text || p[-1] == '.' || !p[1] || p[1] == '.';

		if (*p == '.' ? edge : !isalnum((unsigned char)*p) &&
		                       (*p != '-' || edge))
			return false;
	}
	return true;
}

/* Names that mean another host everywhere, or none: RFC 6761 §6.3, RFC 6762
 * §3, RFC 8375, and what routers call their own net. */
static bool is_local(const struct dns_name *name)
{
	static const char *const zones[] = {
		"localhost", "localdomain", "local", "home.arpa", "lan",
		"internal", "intranet", "home", "corp",
	};
	struct dns_name zone;

	for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
		dns_name_parse(&zone, zones[i]);
		if (dns_name_under(name, &zone))
			return true;
	}
	return false;
}

/* NULL: it may be a name of a host in the Internet. */
static const char *wrong_with(const char *helo, struct dns_name *name)
{
	if (strchr(helo, '_'))
		return "helo-underscore";
	if (!is_domain(helo) || dns_name_parse(name, helo) != DNS_NAME_OK)
		return "helo-syntax";
	if (is_local(name))
		return "helo-local";
	return dns_name_labels(name) < 2 ? "helo-single" : NULL;
}

/* ---- what DNS says of it ---- */

static bool is_name(const char *text, const struct dns_name *name)
{
	struct dns_name other;

	return text && dns_name_parse(&other, text) == DNS_NAME_OK &&
	       dns_name_equal(&other, name);
}

/* Of those who take the mail. */
static bool is_of_server(const struct check_query *q,
                         const struct dns_name *name)
{
	if (is_name(q->domain, name))
		return true;
	for (size_t i = 0; q->route && i < q->route->n_hosts; i++)
		if (is_name(q->route->hosts[i].host, name))
			return true;
	return false;
}

struct found {
	const char *helo, *own;
	const struct dns_answer *a[2]; /* A, AAAA */
	const struct dns_answer *failed; /* NULL none */
	struct ip ip;
	bool has_ip; /* own is known */
};

static void look_at(struct found *x)
{
	for (size_t i = 2; i-- > 0;)
		if (dns_status_is_temp(x->a[i]->status))
			x->failed = x->a[i];
	x->has_ip = ip_parse(&x->ip, x->own);
}

static void end_matching(struct check *c, const struct found *x)
{
	if (x->a[0]->n_chain || x->a[1]->n_chain)
		check_end(c, GRADE_WARN, "", "helo-alias", x->helo, x->own,
		          NULL);
	else
		check_end(c, GRADE_PASS, "", "helo-good", x->helo, x->own,
		          NULL);
}

static void end_named(struct check *c, const struct found *x, bool server)
{
	const struct dns_answer *same = x->a[x->ip.size == 16];

	if (x->has_ip && ip_in_answer(same, &x->ip))
		end_matching(c, x);
	else if (x->failed && (x->failed == same || !x->has_ip ||
	                       x->a[0]->n + x->a[1]->n == 0))
		check_end_failed(c, "", x->failed);
	else if (x->a[0]->status == DNS_NXDOMAIN)
		check_end(c, GRADE_BAD, "", "helo-nxdomain", x->helo, NULL);
	else if (x->a[0]->n + x->a[1]->n == 0)
		check_end(c, GRADE_BAD, "", "helo-no-address", x->helo, NULL);
	else if (server)
		check_end(c, x->has_ip ? GRADE_BAD : GRADE_WARN, "",
		          "helo-of-server", x->helo, NULL);
	else if (!x->has_ip)
		check_end(c, GRADE_UNKNOWN, "", "helo-exists", x->helo, NULL);
	else
		check_end(c, GRADE_WARN, "", same->n ? "helo-elsewhere"
		          : "helo-other-family", x->helo, x->own, NULL);
}

static void check_name(struct check *c, const struct facts *f,
                       const struct check_query *q,
                       const struct dns_name *name)
{
	struct found x = { .helo = q->helo, .own = check_sender_ip(q) };

	x.a[0] = check_ask(c, f, name, RR_A);
	x.a[1] = check_ask(c, f, name, RR_AAAA);
	if (!x.a[0] || !x.a[1])
		return;
	check_evidence(c, 0, x.a[0]);
	check_evidence(c, 0, x.a[1]);
	look_at(&x);
	end_named(c, &x, is_of_server(q, name));
}

void helo_check(struct check *c, const struct facts *f,
                const struct check_query *q, size_t i)
{
	const char *helo = q->helo ? q->helo : "", *wrong;
	struct dns_name name;
	struct ip ip;

	(void)i;
	check_begin(c, "helo", helo);
	if (!*helo) {
		check_end(c, GRADE_UNKNOWN, "", "helo-unknown", NULL);
	} else if (*helo == '[') {
		check_literal(c, helo, check_sender_ip(q));
	} else if (ip_parse(&ip, helo)) {
		check_end(c, GRADE_BAD, "", "helo-bare-address", helo, NULL);
	} else if ((wrong = wrong_with(helo, &name))) {
		check_end(c, GRADE_BAD, "", wrong, helo, NULL);
	} else {
		check_name(c, f, q, &name);
	}
}
