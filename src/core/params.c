#include "config.h"

#include "core/params.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/buf.h"

static const struct param params[] = {
#define PARAM(key, of, how, kind, most, extension, wrong, en, de, rfc)         \
	{ .keyword = key, .command = of, .value = how, .form = kind,           \
	  .max = most, .needs = extension, .finding = wrong,                   \
	  .explain_en = en, .explain_de = de, .source = rfc },
#include "core/params.inc"
#undef PARAM
};

enum { PARAM_COUNT = sizeof params / sizeof *params };

const struct param *param_at(size_t i)
{
	return i < PARAM_COUNT ? &params[i] : NULL;
}

const struct param *param_find(const char *key, size_t len, enum verb v)
{
	for (size_t i = 0; i < PARAM_COUNT; i++) {
		const struct param *p = &params[i];

		if (strlen(p->keyword) == len &&
		    strncasecmp(p->keyword, key, len) == 0 &&
		    (v == VERB_OTHER ||
		     strstr(p->command, command_info(v)->name)))
			return p;
	}
	return NULL;
}

const char *param_value(const struct param *p, size_t i, size_t *len)
{
	const char *at = p->value;

	*len = 0;
	if (!strchr(at, '|') || (strcmp(p->form, "word") != 0 &&
	                         strcmp(p->form, "notify") != 0))
		return at;
	for (; i && *at; i--) {
		at += strcspn(at, "|");
		at += *at == '|';
	}
	*len = strcspn(at, "|");
	return at;
}

/* ---- what a value is made of ---- */

/* A value on its way to be read: what is before at is right. */
struct reading {
	const char *s;
	size_t len, at;
	const struct param *param;
};

static int peek(const struct reading *r)
{
	return r->at < r->len ? (unsigned char)r->s[r->at] : -1;
}

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static bool is_alpha(int c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool take(struct reading *r, int c)
{
	if (c < 0 || peek(r) != c)
		return false;
	r->at++;
	return true;
}

static size_t take_digits(struct reading *r, size_t most)
{
	size_t n = 0;

	while (n < most && is_digit(peek(r))) {
		r->at++;
		n++;
	}
	return n;
}

/* Exactly n digits, as a number of at most high. */
static bool take_number(struct reading *r, size_t n, unsigned low,
                        unsigned high)
{
	size_t from = r->at;
	unsigned v = 0;

	if (take_digits(r, n) != n)
		return false;
	for (size_t i = from; i < r->at; i++)
		v = v * 10 + (unsigned)(r->s[i] - '0');
	if (v >= low && v <= high)
		return true;
	r->at = from;
	return false;
}

static bool at_end(const struct reading *r)
{
	return r->at == r->len;
}

/* One of "FULL|HDRS", up to until or the end; any case. */
static bool take_word(struct reading *r, char until)
{
	const char *end = memchr(r->s + r->at, until, r->len - r->at);
	size_t n = end ? (size_t)(end - r->s) - r->at : r->len - r->at, len;

	for (size_t i = 0;; i++) {
		const char *word = param_value(r->param, i, &len);

		if (!len)
			return false;
		if (len == n && strncasecmp(word, r->s + r->at, n) == 0)
			break;
	}
	r->at += n;
	return true;
}

/* RFC 4954 §8: %x21-2A / %x2C-3C / %x3E-7E, or "+" and two capital digits. */
static bool take_xtext(struct reading *r, bool utf8)
{
	static const char hex[] = "0123456789ABCDEF";

	for (; !at_end(r); r->at++) {
		int c = peek(r);

		if (c == '+') {
			if (r->len - r->at < 3 ||
			    !memchr(hex, r->s[r->at + 1], 16) ||
			    !memchr(hex, r->s[r->at + 2], 16))
				return false;
			r->at += 2;
		} else if (c < 0x21 || c == '=' || c == 0x7f ||
		           (c > 0x7f && !utf8)) {
			return false;
		}
	}
	return true;
}

/* RFC 3339 §5.6: 2026-05-01T12:00:00[.5](Z or +02:00) */
static bool take_date(struct reading *r, bool only_utc)
{
	if (!take_number(r, 4, 0, 9999) || !take(r, '-') ||
	    !take_number(r, 2, 1, 12) || !take(r, '-') ||
	    !take_number(r, 2, 1, 31) ||
	    (!take(r, 'T') && !take(r, 't')) ||
	    !take_number(r, 2, 0, 23) || !take(r, ':') ||
	    !take_number(r, 2, 0, 59) || !take(r, ':') ||
	    !take_number(r, 2, 0, 60))
		return false;
	if (take(r, '.') && !take_digits(r, SIZE_MAX))
		return false;
	if (take(r, 'Z') || take(r, 'z'))
		return true;
	return !only_utc && (take(r, '+') || take(r, '-')) &&
	       take_number(r, 2, 0, 23) && take(r, ':') &&
	       take_number(r, 2, 0, 59);
}

/* ---- the forms: NULL or the id of a finding ---- */

static const char *right_if(const struct reading *r, bool right)
{
	return right && at_end(r) ? NULL : r->param->finding;
}

static const char *check_digits(struct reading *r)
{
	return right_if(r, take_digits(r, SIZE_MAX) > 0);
}

static const char *check_word(struct reading *r)
{
	return right_if(r, take_word(r, '\0'));
}

static const char *check_xtext(struct reading *r)
{
	return take_xtext(r, false) ? NULL : "param-xtext";
}

static const char *check_auth(struct reading *r)
{
	if (r->len == 2 && memcmp(r->s, "<>", 2) == 0)
		return NULL;
	return take_xtext(r, false) ? NULL : r->param->finding;
}

/* RFC 3461 §4.1: NEVER, or the others in a list. */
static const char *check_notify(struct reading *r)
{
	size_t words = 0;
	bool never = false;

	do {
		never = never || (r->len - r->at >= 5 &&
		                  strncasecmp(r->s + r->at, "NEVER", 5) == 0);
		if (!take_word(r, ','))
			return r->param->finding;
		words++;
	} while (take(r, ','));
	if (never && words > 1) {
		r->at = 0;
		return "param-notify-never";
	}
	return right_if(r, true);
}

/* addr-type ";" xtext; what follows "utf-8;" may be UTF-8 (RFC 6533 §3). */
static const char *check_orcpt(struct reading *r)
{
	size_t type;

	while (is_alpha(peek(r)) || is_digit(peek(r)) || peek(r) == '-')
		r->at++;
	type = r->at;
	if (!type || !take(r, ';') || at_end(r))
		return r->param->finding;
	return take_xtext(r, type == 5 && strncasecmp(r->s, "utf-8", 5) == 0)
	           ? NULL : "param-xtext";
}

/* RFC 6710 §7: "0", or a digit that is not, perhaps with "-". */
static const char *check_priority(struct reading *r)
{
	if (take(r, '0'))
		return right_if(r, true);
	take(r, '-');
	return right_if(r, take_number(r, 1, 1, 9));
}

/* RFC 2852 §4 */
static const char *check_by(struct reading *r)
{
	bool minus = take(r, '-'), zero = true;
	size_t from;

	if (!minus)
		take(r, '+');
	from = r->at;
	if (!take_digits(r, 9))
		return r->param->finding;
	for (size_t i = from; i < r->at; i++)
		zero = zero && r->s[i] == '0';
	if (!take(r, ';'))
		return r->param->finding;
	if ((minus || zero) && (peek(r) == 'R' || peek(r) == 'r')) {
		r->at = 0;
		return "param-by-return";
	}
	if (!take(r, 'N') && !take(r, 'n') && !take(r, 'R') && !take(r, 'r'))
		return r->param->finding;
	if (!take(r, 'T'))
		take(r, 't');
	return right_if(r, true);
}

/* RFC 4865 §3: %x31-39 *8DIGIT */
static const char *check_holdfor(struct reading *r)
{
	return right_if(r, peek(r) != '0' && take_digits(r, 9) > 0);
}

static const char *check_date_utc(struct reading *r)
{
	return right_if(r, take_date(r, true));
}

/* RFC 7293 §3.1: date-time [ ";" ( "C" / "R" ) ] */
static const char *check_rrvs(struct reading *r)
{
	bool right = take_date(r, false);

	if (right && take(r, ';'))
		right = take(r, 'C') || take(r, 'R') || take(r, 'c') ||
		        take(r, 'r');
	return right_if(r, right);
}

/* RFC 3885 §3.1: base64 [ ":" 1*9DIGIT ] */
static const char *check_mtrk(struct reading *r)
{
	while (is_alpha(peek(r)) || is_digit(peek(r)) || peek(r) == '+' ||
	       peek(r) == '/')
		r->at++;
	if (!r->at)
		return r->param->finding;
	if (take(r, '='))
		take(r, '=');
	if (r->at % 4)
		return r->param->finding;
	return right_if(r, !take(r, ':') || take_digits(r, 9) > 0);
}

/* RFC 3865 §2.2 */
static const char *check_solicit(struct reading *r)
{
	do {
		if (!is_alpha(peek(r)))
			return r->param->finding;
		while (is_alpha(peek(r)) || is_digit(peek(r)) ||
		       (peek(r) > 0 && strchr("._-:", peek(r))))
			r->at++;
	} while (take(r, ','));
	return right_if(r, true);
}

/* Dotted words, none empty, without blanks, controls and tspecials (RFC 2045
 * §5.1) but for the dot between them. */
static bool take_token(struct reading *r)
{
	do {
		size_t from = r->at;

		while (peek(r) > ' ' && peek(r) < 0x7f &&
		       !strchr("()<>@,;:\\\"/[]?=.", peek(r)))
			r->at++;
		if (r->at == from)
			return false;
	} while (take(r, '.'));
	return true;
}

/* RFC 1845 §2 */
static const char *check_transid(struct reading *r)
{
	return right_if(r, take(r, '<') && take_token(r) && take(r, '@') &&
	                       take_token(r) && take(r, '>'));
}

/* Two delimiters that are no letters and no digits; Courier's server takes
 * the value "Courier". */
static const char *check_verp(struct reading *r)
{
	if (r->len == 7 && strncasecmp(r->s, "Courier", 7) == 0)
		return NULL;
	while (r->at < 2 && peek(r) > ' ' && peek(r) < 0x7f &&
	       !is_alpha(peek(r)) && !is_digit(peek(r)))
		r->at++;
	return right_if(r, r->at == 2);
}

static const char *check_form(struct reading *r)
{
	static const struct {
		const char *form;
		const char *(*check)(struct reading *r);
	} forms[] = {
		{ "digits", check_digits },     { "word", check_word },
		{ "xtext", check_xtext },       { "auth", check_auth },
		{ "notify", check_notify },     { "orcpt", check_orcpt },
		{ "priority", check_priority }, { "by", check_by },
		{ "holdfor", check_holdfor },   { "date_utc", check_date_utc },
		{ "rrvs", check_rrvs },         { "mtrk", check_mtrk },
		{ "solicit", check_solicit },   { "transid", check_transid },
		{ "verp", check_verp },
	};

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (strcmp(forms[i].form, r->param->form) == 0)
			return forms[i].check(r);
	assert(false); /* params.tsv has a form that is not here */
	return NULL;
}

const char *param_check(const struct param *p, const char *value, size_t len,
                        int *caret)
{
	struct reading r = { .s = value, .len = len, .param = p };
	size_t most = strtoul(p->max, NULL, 10);
	const char *wrong;

	*caret = 0;
	if (strcmp(p->form, "none") == 0)
		return value ? p->finding : NULL;
	if (!value || !len) /* the brackets say that it may be left out */
		return !value && p->value[0] == '[' ? NULL
		                                    : "param-value-missing";
	wrong = check_form(&r);
	if (!wrong && most && len > most) {
		r.at = most;
		wrong = "param-long";
	}
	*caret = wrong ? (int)r.at : 0;
	return wrong;
}

const char *param_needs(const struct param *p, const char *value, size_t len)
{
	bool binary = strcmp(p->keyword, "BODY") == 0 && len == 10 &&
	              strncasecmp(value, "BINARYMIME", 10) == 0;

	return binary ? "BINARYMIME" : p->needs;
}

char *param_xtext(const char *text)
{
	struct buf out = { 0 };

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c <= ' ' || c >= 0x7f || c == '+' || c == '=')
			buf_addf(&out, "+%02X", c);
		else
			buf_addc(&out, (char)c);
	}
	buf_str(&out);
	return buf_steal(&out);
}
