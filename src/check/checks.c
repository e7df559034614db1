#include "config.h"

#include "check/checks.h"

#include <string.h>

#include "check/spf.h"

static const struct check_row rows[] = {
	{ "spf-mail", spf_count_mail, spf_check_mail },
	{ "spf-helo", spf_count_helo, spf_check_helo },
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
