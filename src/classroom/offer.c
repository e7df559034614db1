#include "config.h"

#include "classroom/offer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "classroom/login.h"

static bool word_is(const char *word, size_t len, const char *is)
{
	return strlen(is) == len && strncasecmp(word, is, len) == 0;
}

/* ---- the keywords of @offer ------------------------------------------ */

#define HOLD_MAX_S 604800
#define HOLD_UNTIL_MAX "2099-12-31T23:59:59Z"
#define TEXT_OF(n) #n
#define TEXT(n) TEXT_OF(n)

static const struct keyword {
	enum lesson_offer bit;
	const char *name;
	const char *args; /* of its EHLO line, "" none */
} keywords[] = {
	{ OFFER_CHUNKING, "CHUNKING", "" },           /* RFC 3030 §2 */
	{ OFFER_BINARYMIME, "BINARYMIME", "" },       /* RFC 3030 §3 */
	{ OFFER_SMTPUTF8, "SMTPUTF8", "" },           /* RFC 6531 §3.1 */
	{ OFFER_DSN, "DSN", "" },                     /* RFC 3461 §4 */
	{ OFFER_DELIVERBY, "DELIVERBY", "" },         /* RFC 2852 §2 */
	{ OFFER_MT_PRIORITY, "MT-PRIORITY", "" },     /* RFC 6710 §3 */
	{ OFFER_FUTURERELEASE, "FUTURERELEASE",       /* RFC 4865 §3 */
	  " " TEXT(HOLD_MAX_S) " " HOLD_UNTIL_MAX },
	{ OFFER_REQUIRETLS, "REQUIRETLS", "" },       /* RFC 8689 §2 */
	{ OFFER_LIMITS, "LIMITS", " RCPTMAX=100" },   /* RFC 9422 */
	{ OFFER_ETRN, "ETRN", "" },                   /* RFC 1985 §4 */
};

enum { KEYWORDS = sizeof keywords / sizeof *keywords };
_Static_assert(RECEIVER_RCPT_MAX == 100, "LIMITS says so");

uint32_t offer_find(const char *word, size_t len)
{
	for (size_t i = 0; i < KEYWORDS; i++)
		if (word_is(word, len, keywords[i].name))
			return keywords[i].bit;
	return 0;
}

void offer_names(struct buf *out)
{
	for (size_t i = 0; i < KEYWORDS; i++)
		buf_addf(out, "%s%s", i ? ", " : "", keywords[i].name);
}

bool offer_has(const struct receiver *r, enum lesson_offer what)
{
	return (r->server->offers & what) != 0 &&
	       (what != OFFER_REQUIRETLS || r->tls);
}

/* RFC 3207 §4.2: not again once TLS is up. */
bool offer_starttls(const struct receiver *r)
{
	return r->server->tls != LESSON_TLS_NONE && !r->tls;
}

bool offer_auth(const struct receiver *r)
{
	const struct lesson_auth *a = &r->server->auth;

	return a->user && (r->tls || a->clear ||
	                   r->server->tls == LESSON_TLS_NONE);
}

/*
 * Commands that came in clear behind STARTTLS were dropped, as somebody on the
 * way may have put them there; ehlo-greet (RFC 5321 §4.1.1.1) is the one place
 * where the client can be told.
 */
static void greet(const struct receiver *r, struct buf *out)
{
	buf_addf(out, "250-%s", r->name);
	if (r->dropped)
		buf_addf(out, " dropped %zu octets that came in clear behind "
		         "STARTTLS", r->dropped);
	buf_adds(out, "\r\n");
}

void offer_hello(const struct receiver *r, struct buf *out)
{
	greet(r, out);
	buf_addf(out, "250-8BITMIME\r\n250-SIZE %d\r\n250-PIPELINING\r\n"
	         "250-ENHANCEDSTATUSCODES\r\n", RECEIVER_SIZE_MAX);
	if (offer_starttls(r))
		buf_adds(out, "250-STARTTLS\r\n");
	if (offer_auth(r)) {
		buf_adds(out, "250-AUTH");
		login_names(r->server->auth.mechs, " ", out);
		buf_adds(out, "\r\n");
	}
	for (size_t i = 0; i < KEYWORDS; i++)
		if (offer_has(r, keywords[i].bit))
			buf_addf(out, "250-%s%s\r\n", keywords[i].name,
			         keywords[i].args);
	buf_adds(out, "250 HELP\r\n");
}

/* ---- the values of parameters: NULL is fine, else the answer ---------- */

static const char unknown[] = "555 5.5.4 Parameter not recognized";
static const char bad_value[] = "501 5.5.4 Wrong value of a parameter";

/* A value as it stands in the line, not NUL-terminated. */
struct value {
	const char *p;
	size_t len;
};

static bool value_is(const struct value *v, const char *is)
{
	return word_is(v->p, v->len, is);
}

static bool all_of(const struct value *v, const char *chars)
{
	for (size_t i = 0; i < v->len; i++)
		if (!strchr(chars, v->p[i]))
			return false;
	return v->len > 0;
}

static const char *check_size(const struct receiver *r, struct value v,
                              struct judgement *j)
{
	(void)r;
	(void)j;
	if (v.len > 20 || !all_of(&v, "0123456789"))
		return unknown;
	/* RFC 1870 §6.1 */
	if (strtoull(v.p, NULL, 10) > RECEIVER_SIZE_MAX)
		return "552 5.3.4 Message size exceeds the limit";
	return NULL;
}

static const char *check_body(const struct receiver *r, struct value v,
                              struct judgement *j)
{
	if (value_is(&v, "7BIT") || value_is(&v, "8BITMIME"))
		return NULL;
	if (!value_is(&v, "BINARYMIME") || !offer_has(r, OFFER_BINARYMIME))
		return unknown;
	j->binary = true;
	return NULL;
}

static const char *check_utf8(const struct receiver *r, struct value v,
                              struct judgement *j)
{
	(void)r;
	(void)v;
	j->utf8 = true;
	return NULL;
}

static const char *check_flag(const struct receiver *r, struct value v,
                              struct judgement *j)
{
	(void)r;
	(void)v;
	(void)j;
	return NULL;
}

/* xtext, RFC 3461 §4: printable, "+" only before two upper-case hex digits. */
static bool is_xtext(const struct value *v)
{
	for (size_t i = 0; i < v->len; i++) {
		unsigned char c = (unsigned char)v->p[i];

		if (c < '!' || c > '~' || c == '=')
			return false;
		if (c == '+') {
			struct value hex = { v->p + i + 1, 2 };

			if (v->len - i < 3 ||
			    !all_of(&hex, "0123456789ABCDEF"))
				return false;
			i += 2;
		}
	}
	return v->len > 0;
}

/* RFC 4954 §5: a mailbox in xtext, or <>. */
static const char *check_auth(const struct receiver *r, struct value v,
                              struct judgement *j)
{
	(void)r;
	(void)j;
	return value_is(&v, "<>") || is_xtext(&v) ? NULL : bad_value;
}

static const char *check_ret(const struct receiver *r, struct value v,
                             struct judgement *j)
{
	(void)r;
	(void)j;
	return value_is(&v, "FULL") || value_is(&v, "HDRS") ? NULL : bad_value;
}

/* At most 100 characters, RFC 3461 §4.4. */
static const char *check_envid(const struct receiver *r, struct value v,
                               struct judgement *j)
{
	(void)r;
	(void)j;
	return v.len <= 100 && is_xtext(&v) ? NULL : bad_value;
}

/* RFC 3461 §4.1: NEVER alone, or a list of the others. */
static const char *check_notify(const struct receiver *r, struct value v,
                                struct judgement *j)
{
	const char *p = v.p, *end = v.p + v.len;

	(void)r;
	(void)j;
	if (value_is(&v, "NEVER"))
		return NULL;
	for (;;) {
		const char *comma = memchr(p, ',', (size_t)(end - p));
		struct value one = { p, (size_t)((comma ? comma : end) - p) };

		if (!value_is(&one, "SUCCESS") && !value_is(&one, "FAILURE") &&
		    !value_is(&one, "DELAY"))
			return bad_value;
		if (!comma)
			return NULL;
		p = comma + 1;
	}
}

/* "rfc822;" and xtext, at most 500 characters (RFC 3461 §4.2). With SMTPUTF8
 * the type may be utf-8 and the text UTF-8 itself (RFC 6533 §3). */
static const char *check_orcpt(const struct receiver *r, struct value v,
                               struct judgement *j)
{
	const char *semicolon = memchr(v.p, ';', v.len);
	struct value type, text;

	(void)j;
	if (!semicolon || v.len > 500)
		return bad_value;
	type = (struct value){ v.p, (size_t)(semicolon - v.p) };
	text = (struct value){ semicolon + 1, v.len - type.len - 1 };
	if (value_is(&type, "utf-8") && offer_has(r, OFFER_SMTPUTF8))
		return text.len ? NULL : bad_value;
	return is_xtext(&type) && is_xtext(&text) ? NULL : bad_value;
}

/* RFC 2852 §4: seconds, N or R, T; R only with a time that is left. */
static const char *check_by(const struct receiver *r, struct value v,
                            struct judgement *j)
{
	const char *semicolon = memchr(v.p, ';', v.len);
	size_t sign = v.len && (*v.p == '-' || *v.p == '+');
	struct value time, mode;
	bool none_left;

	(void)r;
	(void)j;
	if (!semicolon)
		return bad_value;
	time = (struct value){ v.p + sign, (size_t)(semicolon - v.p) - sign };
	mode = (struct value){ semicolon + 1,
		               v.len - (size_t)(semicolon + 1 - v.p) };
	if (time.len > 9 || !all_of(&time, "0123456789"))
		return bad_value;
	none_left = *v.p == '-' || all_of(&time, "0");
	if (value_is(&mode, "N") || value_is(&mode, "NT"))
		return NULL;
	if ((value_is(&mode, "R") || value_is(&mode, "RT")) && !none_left)
		return NULL;
	return bad_value;
}

/* RFC 6710 §7: -9 to 9, no leading zero. */
static const char *check_priority(const struct receiver *r, struct value v,
                                  struct judgement *j)
{
	bool minus = v.len == 2 && *v.p == '-';
	char digit = v.len ? v.p[v.len - 1] : ' ';

	(void)r;
	(void)j;
	if ((v.len != 1 && !minus) || digit < '0' || digit > '9' ||
	    (minus && digit == '0'))
		return bad_value;
	return NULL;
}

static const char *check_holdfor(const struct receiver *r, struct value v,
                                 struct judgement *j)
{
	(void)r;
	(void)j;
	if (v.len > 9 || !all_of(&v, "0123456789") ||
	    strtoul(v.p, NULL, 10) > HOLD_MAX_S)
		return bad_value;
	return NULL;
}

/* "2027-01-31T12:00:00Z": digits where a 0 stands. */
static const char *check_holduntil(const struct receiver *r, struct value v,
                                   struct judgement *j)
{
	static const char form[] = "0000-00-00T00:00:00Z";

	(void)r;
	(void)j;
	if (v.len != sizeof form - 1)
		return bad_value;
	for (size_t i = 0; i < v.len; i++)
		if (form[i] == '0' ? v.p[i] < '0' || v.p[i] > '9'
		                   : v.p[i] != form[i])
			return bad_value;
	return memcmp(v.p, HOLD_UNTIL_MAX, v.len) <= 0 ? NULL : bad_value;
}

/* ---- the parameters --------------------------------------------------- */

enum { OF_MAIL = 1, OF_RCPT = 2, BARE = 4 /* no value */ };

static const struct param {
	const char *name;
	int how;
	uint32_t needs; /* enum lesson_offer, 0: always there */
	const char *(*check)(const struct receiver *r, struct value v,
	                     struct judgement *j);
} params[] = {
	{ "SIZE", OF_MAIL, 0, check_size },
	{ "BODY", OF_MAIL, 0, check_body },
	{ "AUTH", OF_MAIL, 0, check_auth },
	{ "SMTPUTF8", OF_MAIL | BARE, OFFER_SMTPUTF8, check_utf8 },
	{ "RET", OF_MAIL, OFFER_DSN, check_ret },
	{ "ENVID", OF_MAIL, OFFER_DSN, check_envid },
	{ "NOTIFY", OF_RCPT, OFFER_DSN, check_notify },
	{ "ORCPT", OF_RCPT, OFFER_DSN, check_orcpt },
	{ "BY", OF_MAIL, OFFER_DELIVERBY, check_by },
	{ "MT-PRIORITY", OF_MAIL, OFFER_MT_PRIORITY, check_priority },
	{ "HOLDFOR", OF_MAIL, OFFER_FUTURERELEASE, check_holdfor },
	{ "HOLDUNTIL", OF_MAIL, OFFER_FUTURERELEASE, check_holduntil },
	{ "REQUIRETLS", OF_MAIL | BARE, OFFER_REQUIRETLS, check_flag },
};

enum { PARAMS = sizeof params / sizeof *params };

static bool is_there(const struct receiver *r, const struct param *p)
{
	if (p->check == check_auth)
		return offer_auth(r);
	return !p->needs || offer_has(r, (enum lesson_offer)p->needs);
}

/* The row of one parameter that is offered; v: its value. */
static const struct param *find_param(const struct receiver *r,
                                      struct value word, bool mail,
                                      struct value *v)
{
	const char *equals = memchr(word.p, '=', word.len);
	size_t n = equals ? (size_t)(equals - word.p) : word.len;

	v->p = word.p + n + (equals != NULL);
	v->len = word.len - n - (equals != NULL);
	for (size_t i = 0; i < PARAMS; i++) {
		const struct param *p = &params[i];

		if (word_is(word.p, n, p->name) &&
		    (p->how & (mail ? OF_MAIL : OF_RCPT)) && is_there(r, p) &&
		    !equals == !!(p->how & BARE))
			return p;
	}
	return NULL;
}

/* HOLDFOR and HOLDUNTIL are two forms of one (RFC 4865 §4.2). */
static uint32_t seen_bit(const struct param *p)
{
	size_t at = (size_t)(p - params);

	return UINT32_C(1) << (p->check == check_holduntil ? at - 1 : at);
}

const char *offer_check(const struct receiver *r, const char *text, bool mail,
                        struct judgement *j)
{
	uint32_t seen = 0;

	while (*text == ' ')
		text++;
	if (*text && !r->esmtp)
		return "555 5.5.4 Parameters not recognized";
	while (*text) {
		struct value word = { text, strcspn(text, " ") }, v;
		const struct param *p = find_param(r, word, mail, &v);
		const char *bad = p ? p->check(r, v, j) : unknown;

		if (!bad && (seen & seen_bit(p)))
			bad = "501 5.5.4 A parameter was given twice";
		if (bad)
			return bad;
		seen |= seen_bit(p);
		text += word.len;
		while (*text == ' ')
			text++;
	}
	return NULL;
}
