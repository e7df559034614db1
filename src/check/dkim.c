/* dkim_key.h: the check, its trace and its sentences. */
#include "config.h"

#include "check/dkim_key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/domain.h"
#include "check/taglist.h"
#include "util/buf.h"
#include "util/xalloc.h"

enum { SHOWN_MAX = 40 }; /* octets of a tag's value in a step */

static const struct {
	const char *tag, *item; /* NULL: any value */
	const char *say;
} meanings[] = {
	{ "v", NULL, "dkim-tag-v" },
	{ "k", "rsa", "dkim-tag-k-rsa" },
	{ "k", "ed25519", "dkim-tag-k-ed25519" },
	{ "h", NULL, "dkim-tag-h" },
	{ "p", NULL, "dkim-tag-p" },
	{ "s", NULL, "dkim-tag-s" },
	{ "t", "y", "dkim-tag-t-y" },
	{ "t", "s", "dkim-tag-t-s" },
	{ "n", NULL, "dkim-tag-n" },
};

static void tell_tag(struct check *c, const struct tag *t)
{
	size_t shown = t->value_len < SHOWN_MAX ? t->value_len : SHOWN_MAX;
	char *name = xmemdup0(t->name, t->name_len);
	char *value = xasprintf("%.*s%s", (int)shown, t->value,
	                        shown < t->value_len ? "..." : "");
	bool any = false;

	for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
		const char *item = meanings[i].item;

		if (!tag_named(t, meanings[i].tag) ||
		    (item && !tag_has_item(t, ':', item)))
			continue;
		check_step_add(c, 1, meanings[i].say, name, value, NULL);
		any = true;
	}
	if (!any)
		check_step_add(c, 1, "dkim-tag-unknown", name, value, NULL);
	free(name);
	free(value);
}

static void tell_tags(struct check *c, struct buf *text)
{
	struct taglist l;

	taglist_parse(&l, buf_str(text), text->len);
	for (size_t i = 0; i < l.n; i++)
		if (l.tags[i].fault != TAG_NOTHING)
			tell_tag(c, &l.tags[i]);
}

static const char *const fault_says[DKIM_FAULT_COUNT] = {
	[DKIM_VERSION] = "dkim-version", [DKIM_SYNTAX] = "dkim-syntax",
	[DKIM_TWICE] = "dkim-twice", [DKIM_NO_KEY] = "dkim-no-key",
	[DKIM_REVOKED] = "dkim-revoked", [DKIM_TYPE] = "dkim-type",
	[DKIM_SERVICE] = "dkim-service", [DKIM_HASH] = "dkim-hash",
	[DKIM_BASE64] = "dkim-base64", [DKIM_BROKEN] = "dkim-broken",
	[DKIM_PACKED] = "dkim-packed", [DKIM_SHORT] = "dkim-short",
};

static void tell_key(struct check *c, const struct dkim_key *k)
{
	char bits[24], octets[24];

	snprintf(bits, sizeof bits, "%zu", k->bits);
	snprintf(octets, sizeof octets, "%zu", k->octets);
	if (k->fault != DKIM_OK && k->fault != DKIM_SHORT)
		return;
	check_step_add(c, 1, k->ed25519 ? "dkim-decoded-ed25519" :
	               k->bare ? "dkim-decoded-bare" : "dkim-decoded-rsa",
	               octets, bits, NULL);
}

static void end_good(struct check *c, const struct dkim_key *k)
{
	bool long_enough = k->ed25519 || k->bits >= DKIM_RSA_GOOD;
	const char *say = "dkim-good";
	enum grade g = GRADE_PASS;
	char size[32];

	snprintf(size, sizeof size, k->ed25519 ? "Ed25519" : "RSA-%zu",
	         k->bits);
	if (k->bare || !long_enough || k->bits > DKIM_RSA_MAX) {
		g = GRADE_WARN;
		say = k->bare ? "dkim-bare" :
		      long_enough ? "dkim-long" : "dkim-weak";
	} else if (k->testing) {
		g = GRADE_NOTE;
		say = "dkim-testing";
	}
	check_end(c, g, "ok", say, c->subject, size, NULL);
}

static void end_fault(struct check *c, const struct dkim_key *k)
{
	char column[24], octets[24], bits[24];

	snprintf(column, sizeof column, "%zu", k->column);
	snprintf(octets, sizeof octets, "%zu", k->octets);
	snprintf(bits, sizeof bits, "%zu", k->bits);
	check_end(c, GRADE_BAD,
	          k->fault == DKIM_REVOKED ? "revoked" :
	          k->fault == DKIM_SHORT ? "short" : "syntax",
	          fault_says[k->fault], c->subject, column, octets, bits, NULL);
}

static void end_key(struct check *c, const struct dkim_key *k)
{
	if (k->fault == DKIM_OK)
		end_good(c, k);
	else
		end_fault(c, k);
}

static void judge(struct check *c, const struct facts *f,
                  const struct dns_name *name)
{
	const struct dns_answer *a = check_ask(c, f, name, RR_TXT);
	struct buf text = { 0 };
	struct dkim_key k;
	char end[DNS_NAME_TEXT_MAX];

	if (!a)
		return;
	check_evidence(c, 0, a);
	if (a->n_chain > 0)
		check_step_add(c, 0, "dkim-alias",
		               dns_name_host(answer_end(a), end), NULL);
	switch (dkim_key_take(&k, &text, a)) {
	case DKIM_FOUND_FAILURE:
		check_end_failed(c, "temperror", a);
		break;
	case DKIM_FOUND_MANY:
		check_end(c, GRADE_BAD, "undefined", "dkim-many", c->subject,
		          NULL);
		break;
	case DKIM_FOUND_ONE:
		tell_tags(c, &text);
		tell_key(c, &k);
		end_key(c, &k);
		break;
	default:
		check_end(c, GRADE_BAD, "absent", "dkim-absent", c->subject,
		          NULL);
	}
	buf_clear(&text);
}

size_t dkim_count(const struct check_query *q)
{
	return *check_author_domain(q) ? q->n_selectors : 0;
}

void dkim_check(struct check *c, const struct facts *f,
                const struct check_query *q, size_t i)
{
	const char *domain = check_author_domain(q);
	char *subject = xasprintf("%s._domainkey.%s", q->selectors[i], domain);
	char text[DNS_NAME_TEXT_MAX];
	struct dns_name at, name;

	if (domain_parse(&at, domain) &&
	    dkim_key_name(&name, q->selectors[i], &at)) {
		check_begin(c, "dkim", dns_name_host(&name, text));
		judge(c, f, &name);
	} else {
		check_begin(c, "dkim", subject);
		check_end_badname(c, "badname", subject);
	}
	free(subject);
}
