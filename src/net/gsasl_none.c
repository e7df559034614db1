#include "config.h"

#include "net/gsasl.h"

/* Built without the header of GNU SASL: nothing is lent. */

struct lender *lender_new(void)
{
	return NULL;
}

void lender_free(struct lender *l)
{
	(void)l;
}

void lender_bind(struct lender *l, const char *kind, const void *data,
                 size_t len)
{
	(void)l, (void)kind, (void)data, (void)len;
}

void lender_lend(struct lender *l, struct sasl_lent *lent)
{
	lent->has = NULL;
	lent->step = NULL;
	lent->end = NULL;
	lent->arg = l;
}
