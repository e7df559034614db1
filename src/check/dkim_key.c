#include "config.h"

#include "check/dkim_key.h"

#include <stdlib.h>
#include <string.h>

#include "check/der.h"
#include "check/domain.h"
#include "check/taglist.h"
#include "util/base64.h"
#include "util/buf.h"
#include "util/xalloc.h"

/* ---- the record ---- */

/* An empty tag between two semicolons is let through: everybody does. */
static const struct tag *syntax_fault(const struct taglist *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->tags[i].fault == TAG_NO_EQUALS ||
		    l->tags[i].fault == TAG_NO_NAME)
			return &l->tags[i];
	return NULL;
}

/* p=, whose blanks do not count (§3.6.1). */
static bool decode(const struct tag *p, struct buf *out)
{
	struct buf text = { 0 };
	bool ok;

	for (size_t i = 0; i < p->value_len; i++)
		if (!p->value[i] || !strchr(" \t\r\n", p->value[i]))
			buf_addc(&text, p->value[i]);
	ok = base64_decode(out, buf_str(&text), text.len);
	buf_clear(&text);
	return ok;
}

static enum dkim_fault judge_rsa(struct dkim_key *k, enum der_key form)
{
	k->bare = form == DER_KEY_RSA_BARE;
	if (form == DER_KEY_BROKEN || form == DER_KEY_OTHER)
		return DKIM_BROKEN;
	return k->bits < DKIM_RSA_MIN ? DKIM_SHORT : DKIM_OK;
}

static enum dkim_fault judge_octets(struct dkim_key *k, struct buf *b)
{
	enum der_key form = der_public_key((const uint8_t *)buf_str(b), b->len,
	                                   &k->bits);

	k->octets = b->len;
	if (!k->ed25519)
		return judge_rsa(k, form);
	if (b->len == DKIM_ED25519_SIZE)
		return DKIM_OK;
	return form == DER_KEY_OTHER ? DKIM_PACKED : DKIM_BROKEN;
}

static enum dkim_fault judge_key(struct dkim_key *k, const struct tag *p)
{
	enum dkim_fault fault = DKIM_BASE64;
	struct buf octets = { 0 };

	k->column = p->column;
	if (p->value_len == 0)
		return DKIM_REVOKED;
	if (decode(p, &octets))
		fault = judge_octets(k, &octets);
	buf_clear(&octets);
	return fault;
}

/* Of the tags around the key; DKIM_OK when they are in order. */
static enum dkim_fault judge_tags(struct dkim_key *k, const struct taglist *l)
{
	const struct tag *type = taglist_find(l, "k");
	const struct tag *service = taglist_find(l, "s");
	const struct tag *hash = taglist_find(l, "h");
	const struct tag *flags = taglist_find(l, "t");

	k->testing = flags && tag_has_item(flags, ':', "y");
	k->strict = flags && tag_has_item(flags, ':', "s");
	k->ed25519 = type && tag_is(type, "ed25519");
	if (type && !k->ed25519 && !tag_is(type, "rsa")) {
		k->column = type->column;
		return DKIM_TYPE;
	}
	if (service && !tag_has_item(service, ':', "email") &&
	    !tag_has_item(service, ':', "*")) {
		k->column = service->column;
		return DKIM_SERVICE;
	}
	if (hash && !tag_has_item(hash, ':', "sha256")) {
		k->column = hash->column;
		return DKIM_HASH;
	}
	return DKIM_OK;
}

static enum dkim_fault judge_list(struct dkim_key *k, const struct taglist *l)
{
	const struct tag *v = taglist_find(l, "v");
	const struct tag *wrong = syntax_fault(l), *p = taglist_find(l, "p");
	enum dkim_fault fault;

	if (v && (v != &l->tags[0] || !tag_is(v, "DKIM1"))) {
		k->column = v->column;
		return DKIM_VERSION;
	}
	if (wrong) {
		k->column = wrong->column;
		return DKIM_SYNTAX;
	}
	if (taglist_again(l)) {
		k->column = taglist_again(l)->column;
		return DKIM_TWICE;
	}
	fault = judge_tags(k, l);
	if (!p)
		return DKIM_NO_KEY;
	return p->value_len == 0 || fault == DKIM_OK ? judge_key(k, p) : fault;
}

void dkim_key_parse(struct dkim_key *out, const char *text, size_t len)
{
	struct taglist l;

	*out = (struct dkim_key){ .fault = DKIM_OK };
	taglist_parse(&l, text, len);
	out->fault = judge_list(out, &l);
}

/* ---- looking for it ---- */

bool dkim_key_name(struct dns_name *out, const char *selector,
                   const struct dns_name *domain)
{
	char *front = xasprintf("%s._domainkey", selector);
	bool ok = domain_below(out, front, domain);

	free(front);
	return ok;
}

static enum dkim_found found_in(const struct dns_answer *a)
{
	if (check_is_failure(a))
		return DKIM_FOUND_FAILURE;
	if (a->n == 0 || answer_rr(a, 0)->bad)
		return DKIM_FOUND_ABSENT;
	return a->n > 1 ? DKIM_FOUND_MANY : DKIM_FOUND_ONE;
}

enum dkim_found dkim_key_take(struct dkim_key *out, struct buf *text,
                              const struct dns_answer *a)
{
	enum dkim_found found = a ? found_in(a) : DKIM_FOUND_NOTHING;

	*out = (struct dkim_key){ .fault = DKIM_NO_KEY };
	if (found == DKIM_FOUND_ONE) {
		dns_rr_txt(&a->msg, answer_rr(a, 0), text);
		dkim_key_parse(out, buf_str(text), text->len);
	}
	return found;
}

enum dkim_found dkim_key_find(struct dkim_key *out, struct check *c,
                              const struct facts *f, const char *selector,
                              const struct dns_name *domain)
{
	enum dkim_found found = DKIM_FOUND_NOTHING;
	struct buf text = { 0 };
	struct dns_name name;

	if (dkim_key_name(&name, selector, domain))
		found = dkim_key_take(out, &text,
		                      check_ask(c, f, &name, RR_TXT));
	buf_clear(&text);
	return found;
}
