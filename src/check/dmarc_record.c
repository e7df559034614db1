#include "config.h"

#include "check/dmarc_record.h"

#include <string.h>
#include <strings.h>

#include "core/dns.h"

static const char *const policies[DMARC_POLICY_COUNT] = {
	[DMARC_UNSET] = "", [DMARC_INVALID] = "", [DMARC_NONE] = "none",
	[DMARC_QUARANTINE] = "quarantine", [DMARC_REJECT] = "reject",
};

const char *dmarc_policy_word(enum dmarc_policy p)
{
	return policies[p];
}

bool dmarc_record_counts(const struct dmarc_record *r)
{
	return r->class >= DMARC_VALID;
}

/* ---- report addresses ---- */

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Octets up to and with the ":"; 0: there is no scheme (RFC 3986 §3.1). */
static size_t scheme_span(const struct tag_item *t)
{
	size_t i = 0;

	while (i < t->len && (is_alpha(t->text[i]) ||
	                      (i > 0 && (is_digit(t->text[i]) ||
	                                 strchr("+-.", t->text[i])))))
		i++;
	return i > 0 && i < t->len && t->text[i] == ':' ? i + 1 : 0;
}

/* The octets of RFC 3986 §2 without "," and "!", which RFC 9989 §4.8 wants
 * encoded. */
static bool is_uri_text(const struct tag_item *t)
{
	for (size_t i = 0; i < t->len; i++)
		if (!is_alpha(t->text[i]) && !is_digit(t->text[i]) &&
		    (!t->text[i] || !strchr("-._~:/?#[]@$&'()*+;=%",
		                            t->text[i])))
			return false;
	return true;
}

/* "!10m" at the end goes. */
static void cut_size(struct dmarc_uri *u)
{
	const char *p = u->text.text;
	size_t i = u->text.len;

	if (i > 0 && strchr("kmgtKMGT", p[i - 1]))
		i--;
	while (i > 0 && is_digit(p[i - 1]))
		i--;
	if (i == 0 || p[i - 1] != '!' || i == u->text.len ||
	    !is_digit(p[i]))
		return;
	u->text.len = i - 1;
	u->sized = true;
}

static bool is_host(const struct tag_item *t)
{
	struct dns_name name;
	char text[254]; /* RFC 1035 §2.3.4, as text with its NUL */

	if (t->len == 0 || t->len >= sizeof text)
		return false;
	for (size_t i = 0; i < t->len; i++)
		if (!is_alpha(t->text[i]) && !is_digit(t->text[i]) &&
		    t->text[i] != '-' && t->text[i] != '.' && t->text[i] != '_')
			return false;
	memcpy(text, t->text, t->len);
	text[t->len] = '\0';
	return dns_name_parse(&name, text) == DNS_NAME_OK;
}

/* rest: behind "mailto:". An address, then perhaps "?subject=...". */
static bool take_mail_host(struct dmarc_uri *u, const char *rest,
                           const char *end)
{
	const char *stop = memchr(rest, '?', (size_t)(end - rest));
	const char *at = memchr(rest, '@', (size_t)(end - rest));

	if (!stop)
		stop = end;
	if (!at || at == rest || at >= stop)
		return false;
	u->host = (struct tag_item){ at + 1, (size_t)(stop - at - 1) };
	return is_host(&u->host);
}

void dmarc_uri_parse(struct dmarc_uri *out, const struct tag_item *item)
{
	size_t scheme;

	*out = (struct dmarc_uri){ .kind = DMARC_URI_BAD, .text = *item };
	cut_size(out);
	scheme = scheme_span(&out->text);
	if (scheme == 0 || scheme == out->text.len || !is_uri_text(&out->text))
		return;
	if (scheme != strlen("mailto:") ||
	    strncasecmp(out->text.text, "mailto:", scheme) != 0)
		out->kind = DMARC_URI_OTHER;
	else if (take_mail_host(out, out->text.text + scheme,
	                        out->text.text + out->text.len))
		out->kind = DMARC_URI_MAIL;
}

static void count_uris(const struct taglist *l, const char *name, size_t *all,
                       size_t *good)
{
	const struct tag *t = taglist_find(l, name);
	struct tag_item item;
	size_t at = 0;

	while (t && t->fault != TAG_NO_EQUALS &&
	       tag_next_item(t, ',', &at, &item)) {
		struct dmarc_uri u;

		dmarc_uri_parse(&u, &item);
		++*all;
		*good += u.kind != DMARC_URI_BAD;
	}
}

/* ---- the record ---- */

static bool looks_like_one(const char *text, size_t len)
{
	static const char word[] = "DMARC1";

	for (size_t i = 0; i + sizeof word - 1 <= len; i++)
		if (strncasecmp(text + i, word, sizeof word - 1) == 0)
			return true;
	return false;
}

/* Words of ABNF have no case (RFC 5234 §2.3). */
static enum dmarc_policy policy_of(const struct taglist *l, const char *name)
{
	const struct tag *t = taglist_find(l, name);

	if (!t || t->fault == TAG_NO_EQUALS)
		return DMARC_UNSET;
	for (enum dmarc_policy p = DMARC_NONE; p < DMARC_POLICY_COUNT; p++)
		if (tag_is_word(t, policies[p]))
			return p;
	return DMARC_INVALID;
}

static bool has(const struct taglist *l, const char *name, const char *value)
{
	const struct tag *t = taglist_find(l, name);

	return t && tag_is_word(t, value);
}

static enum dmarc_class class_of(const struct taglist *l,
                                 const struct dmarc_record *r)
{
	if (taglist_again(l))
		return DMARC_TWICE;
	if (r->p == DMARC_INVALID || r->sp == DMARC_INVALID ||
	    r->np == DMARC_INVALID)
		return r->rua_good > 0 ? DMARC_AS_NONE : DMARC_IGNORED;
	return r->p == DMARC_UNSET ? DMARC_NO_P : DMARC_VALID;
}

void dmarc_record_parse(struct dmarc_record *out, const char *text,
                        size_t len)
{
	struct taglist l;

	*out = (struct dmarc_record){ .psd = 'u' };
	taglist_parse(&l, text, len);
	if (!tag_named(&l.tags[0], "v") || !tag_is(&l.tags[0], "DMARC1") ||
	    l.tags[0].column != 1) {
		out->class = looks_like_one(text, len) ? DMARC_LOOKALIKE
		                                       : DMARC_OTHER;
		return;
	}
	out->p = policy_of(&l, "p");
	out->sp = policy_of(&l, "sp");
	out->np = policy_of(&l, "np");
	out->psd = has(&l, "psd", "y") ? 'y' : has(&l, "psd", "n") ? 'n' : 'u';
	out->strict_dkim = has(&l, "adkim", "s");
	out->strict_spf = has(&l, "aspf", "s");
	out->test = has(&l, "t", "y");
	count_uris(&l, "rua", &out->rua, &out->rua_good);
	count_uris(&l, "ruf", &out->ruf, &out->ruf_good);
	out->class = class_of(&l, out);
}
