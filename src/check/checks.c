#include "config.h"

#include "check/checks.h"

#include <string.h>

#include "check/dkim_key.h"
#include "check/dmarc.h"
#include "check/domain.h"
#include "check/dnsbl.h"
#include "check/fcrdns.h"
#include "check/helo.h"
#include "check/mta_settings.h"
#include "check/own_address.h"
#include "check/receiver.h"
#include "check/spf.h"
#include "check/sts.h"
#include "check/tls_rpt.h"

static size_t once(const struct check_query *q)
{
	(void)q;
	return 1;
}

static const struct check_row rows[] = {
	{ "own-address", once, own_address_check },
	{ "like-mta", like_mta_count, like_mta_check },
	{ "ptr", once, fcrdns_check },
	{ "helo", once, helo_check },
	{ "sender-domain", sender_domain_count, sender_domain_check },
	{ "spf-mail", spf_count_mail, spf_check_mail },
	{ "spf-helo", spf_count_helo, spf_check_helo },
	{ "dmarc", dmarc_count, dmarc_check },
	{ "dkim", dkim_count, dkim_check },
	{ "dnsbl", dnsbl_count, dnsbl_check },
	{ "mx", receiver_mx_count, receiver_mx_check },
	{ "mx-ptr", receiver_ptr_count, receiver_ptr_check },
	{ "dnssec", receiver_dnssec_count, receiver_dnssec_check },
	{ "dane", receiver_dane_count, receiver_dane_check },
	{ "mta-sts", sts_count, sts_check },
	{ "tls-rpt", tls_rpt_count, tls_rpt_check },
	{ NULL, NULL, NULL },
};

const struct check_row *check_row_at(size_t i)
{
	return i < sizeof rows / sizeof *rows && rows[i].id ? &rows[i] : NULL;
}

/* Nobody sends from an address of one's own net to the world. */
static bool is_of_use(const struct check_query *q,
                      const struct address_seen *s)
{
	if (s->source == ADDRESS_GIVEN)
		return true;
	if (s->source == ADDRESS_LOCAL && q->behind)
		return false;
	return address_classify(s->text) == ADDR_PUBLIC;
}

const char *check_sender_ip(const struct check_query *q)
{
	const struct address_seen *best = NULL;

	for (size_t i = 0; i < q->n_seen; i++)
		if (is_of_use(q, &q->seen[i]) &&
		    (!best || q->seen[i].source >= best->source))
			best = &q->seen[i];
	return best ? best->text : "";
}

static const char *domain_of(const char *address)
{
	const char *at = address ? strrchr(address, '@') : NULL;

	return at ? at + 1 : "";
}

const char *check_sender_domain(const struct check_query *q)
{
	if (q->mail_from && *q->mail_from)
		return domain_of(q->mail_from);
	return q->helo ? q->helo : "";
}

const char *check_author_domain(const struct check_query *q)
{
	return q->author ? q->author : domain_of(q->mail_from);
}

bool check_mail_domain(const struct check_query *q)
{
	if (!q->domain || !*q->domain)
		return false;
	return !q->route || (q->route->kind != ROUTE_LITERAL &&
	                     q->route->kind != ROUTE_HOST);
}
