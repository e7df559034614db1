#include "config.h"

#include "check/receiver.h"

enum { /* Extended DNS Errors that say "bogus", RFC 8914 §4.7 to §4.13 */
	EDE_BOGUS = 6, EDE_NSEC_MISSING = 12,
};

size_t receiver_dnssec_count(const struct check_query *q)
{
	return q->route && check_mail_domain(q) ? 1 : 0;
}

/* What the answers say of themselves. */
struct seen {
	bool root, mx;               /* verified, whoever says so */
	size_t hosts, secure;        /* with addresses; all of them verified */
	const char *insecure;        /* first host that is not, NULL none */
	const struct dns_answer *failed; /* first lookup that did */
};

static void see_failure(struct seen *s, const struct dns_answer *a)
{
	if (!s->failed && check_is_failure(a))
		s->failed = a;
}

static void see_host(struct check *c, struct seen *s, const char *host,
                     const struct dns_answer *const a[2])
{
	size_t with = 0, secure = 0;

	for (size_t k = 0; k < 2; k++) {
		if (!a[k])
			continue;
		with += a[k]->n > 0;
		secure += a[k]->n > 0 && a[k]->ad_claimed;
	}
	if (!with)
		return;
	s->hosts++;
	check_step_add(c, 0, with == secure ? "dnssec-host" :
	               "dnssec-host-not", host, NULL);
	if (with == secure)
		s->secure++;
	else if (!s->insecure)
		s->insecure = host;
}

static bool says_bogus(const struct dns_answer *a)
{
	return a->msg.has_ede && a->msg.ede >= EDE_BOGUS &&
	       a->msg.ede <= EDE_NSEC_MISSING;
}

static void end_failure(struct check *c, const struct dns_answer *a)
{
	char name[DNS_NAME_TEXT_MAX], type[10];

	if (a->status != DNS_SERVFAIL) {
		check_end_failed(c, "", a);
		return;
	}
	check_end(c, says_bogus(a) ? GRADE_BAD : GRADE_UNKNOWN,
	          says_bogus(a) ? "bogus" : "",
	          says_bogus(a) ? "dnssec-bogus" : "dnssec-servfail",
	          dns_name_host(&a->name, name), dns_type_text(a->type, type),
	          NULL);
	c->temporary = !says_bogus(a);
}

static void end_seen(struct check *c, const struct check_query *q,
                     const struct seen *s)
{
	if (s->failed)
		end_failure(c, s->failed);
	else if (!s->root && !s->mx)
		check_end(c, GRADE_UNKNOWN, "", "dnssec-no-validation", NULL);
	else if (!q->trusted)
		check_end(c, GRADE_UNKNOWN, "", s->mx ? "dnssec-untrusted" :
		          "dnssec-untrusted-no", q->domain, NULL);
	else if (!s->mx)
		check_end(c, GRADE_NOTE, "insecure", "dnssec-insecure",
		          q->domain, NULL);
	else if (s->insecure)
		check_end(c, GRADE_NOTE, "secure", "dnssec-partly", q->domain,
		          s->insecure, NULL);
	else
		check_end(c, GRADE_PASS, "secure", "dnssec-secure", q->domain,
		          NULL);
}

void receiver_dnssec_check(struct check *c, const struct facts *f,
                  const struct check_query *q, size_t i)
{
	const struct dns_answer *mx, *root, *a[2];
	const struct route_host *h;
	struct dns_name name, dot;
	struct seen s = { 0 };
	bool all;

	(void)i;
	check_begin(c, "dnssec", q->domain);
	if (dns_name_parse(&name, q->domain) != DNS_NAME_OK) {
		check_end_badname(c, "", q->domain);
		return;
	}
	dns_name_parse(&dot, ".");
	mx = check_ask(c, f, &name, RR_MX);
	root = check_ask(c, f, &dot, RR_NS); /* as Postfix's dnssec_probe */
	all = mx && root;
	if (mx) {
		s.mx = mx->ad_claimed;
		see_failure(&s, mx);
		check_step_add(c, 0, s.mx ? "dnssec-mx" : "dnssec-mx-not",
		               q->domain, NULL);
	}
	s.root = root && root->ad_claimed;
	for (i = 0; (h = receiver_host(q, i)); i++) {
		all &= receiver_addresses(c, f, h->host, a);
		see_host(c, &s, h->host, a);
	}
	if (!s.failed)
		s.failed = receiver_failed(f, q);
	if (all)
		end_seen(c, q, &s);
}
