#include "config.h"

#include "check/receiver.h"

#include <stdlib.h>
#include <string.h>

#include "core/dane.h"
#include "util/xalloc.h"

enum { SMTP_PORT = 25 };

size_t receiver_dane_count(const struct check_query *q)
{
	size_t n = 0;

	if (q->route && q->route->kind == ROUTE_LITERAL)
		return 0;
	while (receiver_host(q, n))
		n++;
	return n;
}

static uint16_t port_of(const struct check_query *q)
{
	return q->port ? q->port : SMTP_PORT;
}

/* The TLSA records below one name. NULL: not known yet, or it cannot be a
 * name. */
static const struct dns_answer *records_at(struct check *c,
                                           const struct facts *f,
                                           const struct check_query *q,
                                           const char *host)
{
	char *text = xasprintf("_%u._tcp.%s", port_of(q), host);
	const struct dns_answer *a = NULL;
	struct dns_name name;

	if (dns_name_parse(&name, text) == DNS_NAME_OK)
		a = check_ask(c, f, &name, RR_TLSA);
	free(text);
	return a;
}

static void add_records(struct check *c, const struct dane *d)
{
	for (size_t i = 0; i < d->n_records; i++) {
		const struct dane_record *r = &d->records[i];
		const char *say = "dane-record";

		if (r->why)
			say = strcmp(r->why, "dane-usage") == 0
			      ? "dane-record-usage" : "dane-record-form";
		check_step_add(c, 1, say, r->text, NULL);
	}
}

/* Nothing verified. own: NULL none can be. */
static void end_insecure(struct check *c, const struct dane *d,
                         const struct check_query *q,
                         const struct dns_answer *own)
{
	if (!own || own->n == 0)
		check_end(c, GRADE_NOTE, "none", "dane-no-records", c->subject,
		          NULL);
	else if (d->doubt == DANE_UNCHECKED)
		check_end(c, GRADE_UNKNOWN, "", "dnssec-no-validation", NULL);
	else if (own->ad_claimed && !q->trusted)
		check_end(c, GRADE_UNKNOWN, "", "dane-untrusted", c->subject,
		          NULL);
	else
		check_end(c, GRADE_WARN, "insecure", "dane-unsigned",
		          c->subject, NULL);
}

/* The host is verified, and its records cannot be had. Not to have reached
 * the DNS server at all is no fault of the domain. */
static void end_failed(struct check *c, const struct dane *d)
{
	bool ours = d->cause == DNS_TIMEOUT || d->cause == DNS_UNREACHABLE ||
	            d->cause == DNS_CANCELLED;

	check_end(c, ours ? GRADE_UNKNOWN : GRADE_BAD, "failed",
	          "dane-lookup", c->subject, dns_status_name(d->cause), NULL);
	c->temporary = true;
}

static void end_dane(struct check *c, const struct check_query *q,
                     const struct dane *d, const struct dns_answer *own)
{
	switch (d->verdict) {
	case DANE_INSECURE:
		end_insecure(c, d, q, own);
		break;
	case DANE_NONE:
		check_end(c, GRADE_NOTE, "none", "dane-no-records", c->subject,
		          NULL);
		break;
	case DANE_USABLE:
		check_end(c, GRADE_PASS, "usable", "dane-usable", c->subject,
		          d->base, NULL);
		break;
	case DANE_UNUSABLE:
		check_end(c, GRADE_WARN, "unusable", "dane-all-unusable",
		          c->subject, NULL);
		break;
	case DANE_FAILED:
		end_failed(c, d);
		break;
	case DANE_VERDICT_COUNT:
		break;
	}
}

/* The answers that it was found with. */
static void add_evidence(struct check *c, const struct facts *f,
                         const struct check_query *q, const struct dane *d)
{
	const struct dns_answer *a = records_at(c, f, q, *d->base ? d->base
	                                                          : c->subject);

	if (a)
		check_evidence(c, 0, a);
}

/* True: the lookup of its addresses failed, which c has ended with. */
static bool no_address(struct check *c, const struct facts *f,
                       const struct dane *d)
{
	const struct dns_answer *a[2];

	if (d->verdict != DANE_FAILED ||
	    !receiver_addresses(c, f, c->subject, a) || !a[0] ||
	    a[0]->n || a[1]->n)
		return false;
	check_end_failed(c, "failed", dns_status_is_temp(a[0]->status) ? a[0]
	                                                               : a[1]);
	return true;
}

void receiver_dane_check(struct check *c, const struct facts *f,
                const struct check_query *q, size_t i)
{
	const struct route_host *host = receiver_host(q, i);
	const struct dane_query query = { .host = host->host,
		.domain = check_mail_domain(q) ? q->domain : NULL,
		.port = port_of(q) };
	const struct dns_answer *own;
	struct dane d;

	check_begin(c, "dane", host->host);
	dane_find(&d, f, &query);
	for (size_t n = 0; n < d.n_needs; n++)
		check_ask(c, f, &d.needs[n].name, d.needs[n].type);
	/* asked for also where DANE cannot use them: unsigned ones are told */
	own = records_at(c, f, q, host->host);
	if (c->n_needs == 0 && !no_address(c, f, &d)) {
		add_evidence(c, f, q, &d);
		add_records(c, &d);
		end_dane(c, q, &d, own);
	}
	dane_clear(&d);
}
