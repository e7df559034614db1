#include "config.h"

#include "check/receiver.h"

#include <string.h>

#include "core/finding.h"

const struct route_host *receiver_host(const struct check_query *q, size_t i)
{
	for (size_t h = 0; q->route && h < q->route->n_hosts; h++)
		if (!*q->route->hosts[h].why && i-- == 0)
			return &q->route->hosts[h];
	return NULL;
}

bool receiver_addresses(struct check *c, const struct facts *f,
                        const char *host, const struct dns_answer *out[2])
{
	struct dns_name name;

	out[0] = out[1] = NULL;
	if (dns_name_parse(&name, host) != DNS_NAME_OK)
		return true;
	out[0] = check_ask(c, f, &name, RR_AAAA);
	out[1] = check_ask(c, f, &name, RR_A);
	return out[0] && out[1];
}

const struct dns_answer *receiver_failed(const struct facts *f,
                                         const struct check_query *q)
{
	static const uint16_t types[] = { RR_AAAA, RR_A };

	for (size_t h = 0; q->route && h < q->route->n_hosts; h++) {
		struct dns_name name;

		if (dns_name_parse(&name, q->route->hosts[h].host) !=
		    DNS_NAME_OK)
			continue;
		for (size_t t = 0; t < 2; t++) {
			const struct dns_answer *a =
				facts_find(f, &name, types[t]);

			if (a && check_is_failure(a))
				return a;
		}
	}
	return NULL;
}

size_t receiver_mx_count(const struct check_query *q)
{
	return q->route && check_mail_domain(q) ? 1 : 0;
}

/* ---- what core/route found, as steps ---- */

static enum grade grade_of(const char *level)
{
	if (strcmp(level, "bad") == 0)
		return GRADE_BAD;
	return strcmp(level, "warn") == 0 ? GRADE_WARN : GRADE_PASS;
}

/* The worst of them. */
static enum grade add_findings(struct check *c, const struct route *r)
{
	enum grade worst = GRADE_PASS;

	for (size_t i = 0; i < r->n_findings; i++) {
		const struct route_finding *f = &r->findings[i];
		const struct finding_info *info = finding_find(f->id);
		enum grade g = info ? grade_of(info->level) : GRADE_PASS;

		check_step_add(c, 0, f->id, f->n_args > 0 ? f->args[0] : NULL,
		               f->n_args > 1 ? f->args[1] : NULL,
		               f->n_args > 2 ? f->args[2] : NULL, NULL);
		if (g > worst)
			worst = g;
	}
	return worst;
}

/* False: some address is not known yet. */
static bool add_addresses(struct check *c, const struct facts *f,
                          const struct check_query *q, bool *any_v6)
{
	const struct route_host *h;
	const struct dns_answer *a[2];
	bool all = true;

	*any_v6 = false;
	for (size_t i = 0; (h = receiver_host(q, i)); i++) {
		if (!receiver_addresses(c, f, h->host, a)) {
			all = false;
			continue;
		}
		for (size_t k = 0; k < 2; k++)
			if (a[k])
				check_evidence(c, 1, a[k]);
		*any_v6 |= a[0] && a[0]->n > 0;
	}
	return all;
}

/* ---- what came out ---- */

struct kind_says {
	enum grade grade;
	const char *say; /* its argument: the domain */
	const char *odd; /* the same, when a finding is worse than grade */
};

static const struct kind_says by_kind[ROUTE_KIND_COUNT] = {
	[ROUTE_MX] = { GRADE_PASS, "mx-good", "mx-odd" },
	[ROUTE_IMPLICIT] = { GRADE_NOTE, "mx-implicit", "mx-implicit-odd" },
	[ROUTE_NULL] = { GRADE_PASS, "mx-null-good", "mx-null-odd" },
	[ROUTE_NONE] = { GRADE_BAD, "mx-none", NULL },
	[ROUTE_NXDOMAIN] = { GRADE_BAD, "mx-no-domain", NULL },
	[ROUTE_NOADDRESS] = { GRADE_BAD, "mx-no-address", NULL },
	[ROUTE_NOHOST] = { GRADE_BAD, "mx-no-host", NULL },
	[ROUTE_LOOP] = { GRADE_BAD, "mx-alias-loop", NULL },
};

/* Which of its hosts have no address is not known for now. */
static void end_temp(struct check *c, const struct check_query *q,
                     const struct dns_answer *mx)
{
	if (dns_status_is_temp(mx->status)) {
		check_end_failed(c, "temp", mx);
		return;
	}
	check_end(c, GRADE_UNKNOWN, "temp", "mx-temp-hosts", q->domain, NULL);
	c->temporary = true;
}

static void end_mx(struct check *c, const struct check_query *q,
                   const struct dns_answer *mx)
{
	const char *kind = route_kind_name(q->route->kind);
	const struct kind_says *says = &by_kind[q->route->kind];
	enum grade grade = add_findings(c, q->route);

	if (q->route->kind == ROUTE_TEMP)
		end_temp(c, q, mx);
	else if (!says->say)
		check_end_badname(c, kind, q->domain);
	else if (grade <= says->grade)
		check_end(c, says->grade, kind, says->say, q->domain, NULL);
	else
		check_end(c, grade, kind, says->odd, q->domain, NULL);
}

void receiver_mx_check(struct check *c, const struct facts *f,
              const struct check_query *q, size_t i)
{
	const struct dns_answer *mx;
	struct dns_name name;
	bool any_v6;

	(void)i;
	check_begin(c, "mx", q->domain);
	if (dns_name_parse(&name, q->domain) != DNS_NAME_OK) {
		check_end_badname(c, "badname", q->domain);
		return;
	}
	mx = check_ask(c, f, &name, RR_MX);
	if (mx)
		check_evidence(c, 0, mx);
	if (!add_addresses(c, f, q, &any_v6) || !mx)
		return;
	if (receiver_host(q, 0) && !any_v6)
		check_step_add(c, 0, "mx-no-ipv6", NULL);
	end_mx(c, q, mx);
}
