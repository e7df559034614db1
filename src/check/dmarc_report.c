/* dmarc_parts.h: an address for reports in another organization gets them only
 * if that organization says so (RFC 7489 §7.1, RFC 9990 §4). */
#include "config.h"

#include "check/dmarc_parts.h"

#include <stdlib.h>
#include <string.h>

#include "check/domain.h"
#include "util/xalloc.h"

struct hosts {
	struct dns_name names[DMARC_EXTERNAL_MAX];
	size_t n;
};

/* Two names of one organization end in its domain. */
static bool is_external(const struct dmarc *d, const struct dns_name *host)
{
	return !dns_name_under(host, d->walk.failed ? &d->policy->domain
	                                            : &d->walk.org);
}

static void add_host(struct hosts *h, const struct dmarc *d,
                     const struct tag_item *text)
{
	char *copy = xmemdup0(text->text, text->len);
	struct dns_name name;
	bool is_new = domain_parse(&name, copy) && is_external(d, &name);

	for (size_t i = 0; i < h->n; i++)
		is_new = is_new && !dns_name_equal(&h->names[i], &name);
	if (is_new && h->n < DMARC_EXTERNAL_MAX)
		h->names[h->n++] = name;
	free(copy);
}

static void add_hosts(struct hosts *h, const struct dmarc *d,
                      const struct taglist *l, const char *name)
{
	const struct tag *t = taglist_find(l, name);
	struct tag_item item;
	size_t at = 0;

	while (t && h->n < DMARC_EXTERNAL_MAX &&
	       tag_next_item(t, ',', &at, &item)) {
		struct dmarc_uri u;

		dmarc_uri_parse(&u, &item);
		if (u.kind == DMARC_URI_MAIL)
			add_host(h, d, &u.host);
	}
}

/* Does one of the records begin with v=DMARC1? */
static bool allows(const struct dns_answer *a)
{
	bool any = false;

	for (size_t i = 0; i < a->n && i < DMARC_RECORDS_MAX && !any; i++) {
		struct dmarc_record r;
		struct buf text = { 0 };

		if (answer_rr(a, i)->bad)
			continue;
		dns_rr_txt(&a->msg, answer_rr(a, i), &text);
		dmarc_record_parse(&r, buf_str(&text), text.len);
		any = dmarc_record_counts(&r);
		buf_clear(&text);
	}
	return any;
}

static void ask(struct dmarc *d, const struct dns_name *host)
{
	char publisher[DNS_NAME_TEXT_MAX], text[DNS_NAME_TEXT_MAX], *front;
	const struct dns_answer *a = NULL;
	struct dns_name name;

	dns_name_host(&d->policy->domain, publisher);
	front = xasprintf("%s._report._dmarc", publisher);
	if (domain_below(&name, front, host))
		a = check_ask(d->c, d->f, &name, RR_TXT);
	free(front);
	if (!a)
		return;
	dns_name_host(host, text);
	check_step_add(d->c, 0, "dmarc-report-ask", text, publisher, NULL);
	check_evidence(d->c, 1, a);
	check_step_add(d->c, 1, dns_status_is_temp(a->status) ?
	               "dmarc-report-unknown" : allows(a) ?
	               "dmarc-report-yes" : "dmarc-report-no", text, publisher,
	               NULL);
}

void dmarc_report(struct dmarc *d)
{
	struct hosts h = { .n = 0 };
	struct buf text = { 0 };
	struct taglist l;

	dmarc_level_text(d->policy, &text);
	taglist_parse(&l, buf_str(&text), text.len);
	add_hosts(&h, d, &l, "rua");
	add_hosts(&h, d, &l, "ruf");
	buf_clear(&text);
	for (size_t i = 0; i < h.n; i++)
		ask(d, &h.names[i]);
}
