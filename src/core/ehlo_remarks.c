#include "config.h"

#include "core/ehlo.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum number { NUMBER_NONE, NUMBER_OK, NUMBER_BIG, NUMBER_BAD };

/* text[0..len) as decimal digits. */
static enum number read_number(const char *text, size_t len, uint64_t *value)
{
	bool big = false;

	*value = 0;
	for (size_t i = 0; i < len; i++) {
		unsigned digit = (unsigned)(unsigned char)text[i] - '0';

		if (digit > 9)
			return NUMBER_BAD;
		big = big || *value > (UINT64_MAX - digit) / 10;
		*value = *value * 10 + digit;
	}
	return len == 0 ? NUMBER_NONE : big ? NUMBER_BIG : NUMBER_OK;
}

/* RFC 1870 §3: one number may follow; what follows that is not ours. */
static enum number read_size(const struct ehlo_cap *cap, uint64_t *value)
{
	return read_number(cap->params, strcspn(cap->params, " \t"), value);
}

bool ehlo_size(const struct ehlo *e, uint64_t *limit)
{
	const struct ehlo_cap *cap = ehlo_find(e, "SIZE");

	return cap && read_size(cap, limit) == NUMBER_OK && *limit > 0;
}

/* ---- LIMITS ---- */

enum { LIMIT_DIGITS = 6 }; /* RFC 9422 §4.1: six at most, not 0 */

/* One "RCPTMAX=100". False when it is one of ours and cannot be read. */
static bool read_limit(const char *word, size_t len, struct ehlo_limits *out)
{
	const struct {
		const char *name;
		uint32_t *value;
	} known[] = {
		{ "MAILMAX=", &out->mail_max },
		{ "RCPTMAX=", &out->rcpt_max },
		{ "RCPTDOMAINMAX=", &out->rcpt_domain_max },
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		size_t name = strlen(known[i].name);
		uint64_t v;

		if (len < name || strncasecmp(word, known[i].name, name) != 0)
			continue;
		if (len - name > LIMIT_DIGITS ||
		    read_number(word + name, len - name, &v) != NUMBER_OK ||
		    v == 0)
			return false;
		*known[i].value = (uint32_t)v;
	}
	return true;
}

/* bad: the first word that cannot be read, bad_len 0 when there is none. */
static struct ehlo_limits read_limits(const struct ehlo *e, const char **bad,
                                      size_t *bad_len)
{
	const struct ehlo_cap *cap = ehlo_find(e, "LIMITS");
	struct ehlo_limits out = { 0 };

	*bad_len = 0;
	for (const char *p = cap ? cap->params : ""; *p;) {
		size_t len = strcspn(p, " \t");

		if (!read_limit(p, len, &out) && !*bad_len) {
			*bad = p;
			*bad_len = len;
		}
		p += len;
		p += strspn(p, " \t");
	}
	return out;
}

struct ehlo_limits ehlo_limits(const struct ehlo *e)
{
	const char *bad;
	size_t bad_len;

	return read_limits(e, &bad, &bad_len);
}

/* ---- remarks ---- */

struct remarks {
	struct ehlo_remark *list;
	size_t n;
};

static void remark(struct remarks *r, const char *id, const char *a,
                   const char *b)
{
	struct ehlo_remark *one = &r->list[r->n];

	if (r->n == EHLO_REMARKS_MAX)
		return;
	r->n++;
	*one = (struct ehlo_remark){ .id = id };
	snprintf(one->args[0], EHLO_ARG_MAX, "%s", a);
	snprintf(one->args[1], EHLO_ARG_MAX, "%s", b);
}

/* RFC 5321 §4.1.1.1; "AUTH=" is told apart, it is old and well known. */
static bool is_keyword(const char *s)
{
	for (size_t i = 0; s[i]; i++)
		if (!(s[i] >= 'A' && s[i] <= 'Z') &&
		    !(s[i] >= '0' && s[i] <= '9') && (s[i] != '-' || !i))
			return false;
	return true;
}

static void look_at_keyword(const struct ehlo *e, size_t i, struct remarks *r)
{
	const char *key = e->caps[i].keyword;
	size_t before = 0, first = 0;

	for (size_t k = 0; k < i; k++)
		if (strcmp(e->caps[k].keyword, key) == 0 && !before++)
			first = k;
	if (before == 1) /* said once, however often it comes */
		remark(r, strcmp(e->caps[first].params, e->caps[i].params) == 0
		              ? "ehlo-twice" : "ehlo-twice-differs", key, "");
	if (before)
		return;
	if (strcmp(key, "AUTH=") == 0)
		remark(r, "ehlo-auth-equals", "", "");
	else if (!is_keyword(key) && !extension_find(key, strlen(key)))
		remark(r, "ehlo-keyword", key, "");
}

static void look_at_numbers(const struct ehlo *e, struct remarks *r)
{
	const struct ehlo_cap *size = ehlo_find(e, "SIZE");
	enum number kind = NUMBER_NONE;
	char word[EHLO_ARG_MAX];
	const char *bad = "";
	size_t len;
	uint64_t v;

	if (size)
		kind = read_size(size, &v);
	if (kind == NUMBER_BAD || kind == NUMBER_BIG)
		remark(r, kind == NUMBER_BAD ? "ehlo-size" : "ehlo-size-big",
		       size->params, "");
	read_limits(e, &bad, &len);
	snprintf(word, sizeof word, "%.*s", len < sizeof word ? (int)len : 63,
	         bad);
	if (len)
		remark(r, "ehlo-limits", word, "");
}

/* Extensions that stand on another. */
static void look_at_pairs(const struct ehlo *e, struct remarks *r)
{
	static const char *const pairs[][2] = {
		{ "SMTPUTF8", "8BITMIME" },  /* RFC 6531 §3.1 */
		{ "BINARYMIME", "CHUNKING" }, /* RFC 3030 §3 */
	};

	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		if (ehlo_find(e, pairs[i][0]) && !ehlo_find(e, pairs[i][1]))
			remark(r, "ehlo-needs", pairs[i][0], pairs[i][1]);
}

size_t ehlo_remarks(const struct ehlo *e,
                    struct ehlo_remark out[EHLO_REMARKS_MAX])
{
	struct remarks r = { .list = out };
	char number[24];

	look_at_numbers(e, &r);
	look_at_pairs(e, &r);
	for (size_t i = 0; i < e->n && r.n < EHLO_REMARKS_MAX; i++)
		look_at_keyword(e, i, &r);
	if (e->dropped) {
		snprintf(number, sizeof number, "%zu", e->dropped);
		remark(&r, "ehlo-many", number, "");
	}
	return r.n;
}
