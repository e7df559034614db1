#include "config.h"

#include "core/typed_priv.h"

#include <string.h>
#include <strings.h>

#include "core/params.h"
#include "util/base64.h"
#include "util/wipe.h"

static size_t length(struct span s)
{
	return s.to - s.from;
}

static bool same(const struct parts *p, struct span s, const char *word,
                 size_t len)
{
	return length(s) == len &&
	       strncasecmp(p->line + s.from, word, len) == 0;
}

static bool is_alnum(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9');
}

/* ---- MAIL and RCPT ---- */

/* "KEY=value": the key; value.from == 0 where there is no "=". */
struct pair {
	struct span key, value;
};

static struct pair cut_pair(const struct parts *p, struct span word)
{
	struct pair pair = { .key = word };
	const char *sign = memchr(p->line + word.from, '=', length(word));

	if (sign) {
		pair.key.to = (size_t)(sign - p->line);
		pair.value.from = pair.key.to + 1;
		pair.value.to = word.to;
	}
	return pair;
}

/* RFC 5321 §4.1.2: (ALPHA / DIGIT) *(ALPHA / DIGIT / "-") */
static bool is_keyword(const struct parts *p, struct span key)
{
	for (size_t i = key.from; i < key.to; i++)
		if (!is_alnum(p->line[i]) &&
		    (p->line[i] != '-' || i == key.from))
			return false;
	return length(key) > 0;
}

/* Is the keyword among the parameters before it? */
static bool seen_before(const struct parts *p, size_t first, struct span key)
{
	struct span word = typed_word(p, first);

	for (; word.from < key.from; word = typed_word(p, word.to))
		if (same(p, cut_pair(p, word).key, p->line + key.from,
		         length(key)))
			return true;
	return false;
}

static void check_value(const struct parts *p, const struct param *param,
                        const struct pair *pair, struct typed *t)
{
	const char *value = pair->value.from ? p->line + pair->value.from
	                                     : NULL;
	size_t len = length(pair->value);
	const char *needs = param_needs(param, value, len);
	int caret;
	const char *wrong = param_check(param, value, len, &caret);

	if (!ehlo_find(p->offers, needs)) /* one keyword is enough here */
		typed_remark(t, "param-not-offered", pair->key, p,
		             pair->key.from);
	if (wrong)
		typed_remark(t, wrong, pair->key, p,
		             value ? pair->value.from + (size_t)caret
		                   : pair->key.from);
}

static void check_param(const struct parts *p, size_t first, struct span word,
                        struct typed *t)
{
	struct pair pair = cut_pair(p, word);
	const char *key = p->line + pair.key.from;
	size_t len = length(pair.key);
	const struct param *param = param_find(key, len, p->verb);
	const char *id = NULL;

	if (!is_keyword(p, pair.key))
		id = "param-syntax";
	else if (seen_before(p, first, pair.key))
		id = "param-twice";
	else if (!param)
		id = param_find(key, len, VERB_OTHER) ? "param-elsewhere"
		                                      : "param-unknown";
	if (id)
		typed_remark(t, id, pair.key, p, pair.key.from);
	else
		check_value(p, param, &pair, t);
}

/* RFC 4865 §3 allows one of the two. */
static void check_hold(const struct parts *p, size_t first, struct typed *t)
{
	bool holds_for = false, until = false;
	struct span word = typed_word(p, first);

	for (; length(word); word = typed_word(p, word.to)) {
		struct span key = cut_pair(p, word).key;

		holds_for = holds_for || same(p, key, "HOLDFOR", 7);
		until = until || same(p, key, "HOLDUNTIL", 9);
		if (holds_for && until) {
			typed_remark_text(t, "param-hold-both", "", key.from);
			return;
		}
	}
}

void typed_params(const struct parts *p, size_t from, struct typed *t)
{
	struct span word = typed_word(p, from);

	if (!length(word))
		return;
	if (!p->offers) {
		typed_remark_text(t, "params-without-ehlo", "", from);
		return;
	}
	for (; length(word) && t->count < TYPED_REMARKS_MAX;
	     word = typed_word(p, word.to))
		check_param(p, from, word, t);
	check_hold(p, from, t);
}

/* ---- the other verbs ---- */

static bool all_digits(const struct parts *p, struct span s, size_t most)
{
	for (size_t i = s.from; i < s.to; i++)
		if (p->line[i] < '0' || p->line[i] > '9')
			return false;
	return length(s) > 0 && length(s) <= most;
}

/* The words of the argument, three at most are looked at. */
struct words {
	struct span word[3];
};

static struct words cut_words(const struct parts *p)
{
	struct words w;

	w.word[0] = typed_word(p, p->arg);
	w.word[1] = typed_word(p, w.word[0].to);
	w.word[2] = typed_word(p, w.word[1].to);
	return w;
}

/* The first word that is one too many or wrong; where the form is kept: 0.
 * A word is never at 0: the verb stands there. */
static size_t wrong_bdat(const struct parts *p, const struct words *w)
{
	if (!all_digits(p, w->word[0], 20))
		return w->word[0].from;
	if (length(w->word[1]) && !same(p, w->word[1], "LAST", 4))
		return w->word[1].from;
	return length(w->word[2]) ? w->word[2].from : 0;
}

/* RFC 4468 §3.1: an absolute URL */
static size_t wrong_burl(const struct parts *p, const struct words *w)
{
	if (!memchr(p->line + w->word[0].from, ':', length(w->word[0])))
		return w->word[0].from;
	if (length(w->word[1]) && !same(p, w->word[1], "LAST", 4))
		return w->word[1].from;
	return length(w->word[2]) ? w->word[2].from : 0;
}

static size_t wrong_xexch50(const struct parts *p, const struct words *w)
{
	if (!all_digits(p, w->word[0], 20))
		return w->word[0].from;
	if (!all_digits(p, w->word[1], 20))
		return length(w->word[1]) ? w->word[1].from : p->len;
	return length(w->word[2]) ? w->word[2].from : 0;
}

static bool is_host(const struct parts *p, struct span s)
{
	for (size_t i = s.from; i < s.to; i++)
		if (!is_alnum(p->line[i]) && !strchr("-._", p->line[i]) &&
		    (unsigned char)p->line[i] < 128)
			return false;
	return length(s) > 0;
}

/* RFC 1985 §5: a host, with "@" its subdomains too; after "#" anything. */
static size_t wrong_etrn(const struct parts *p, const struct words *w)
{
	struct span name = w->word[0];
	bool queue = p->line[name.from] == '#';

	if (queue || p->line[name.from] == '@')
		name.from++;
	if (!length(name) || (!queue && !is_host(p, name)))
		return name.from;
	return length(w->word[1]) ? w->word[1].from : 0;
}

/* RFC 2645 §5.2.1: domains with commas, without blanks */
static size_t wrong_atrn(const struct parts *p, const struct words *w)
{
	struct span name = { w->word[0].from, w->word[0].from };

	for (;; name.from = ++name.to) {
		while (name.to < w->word[0].to && p->line[name.to] != ',')
			name.to++;
		if (!is_host(p, name))
			return name.from;
		if (name.to == w->word[0].to)
			break;
	}
	return length(w->word[1]) ? w->word[1].from : 0;
}

static size_t wrong_second(const struct parts *p, const struct words *w)
{
	(void)p;
	return length(w->word[1]) ? w->word[1].from : 0;
}

/* Is word one of the words of list? */
static bool listed(const char *list, const char *word, size_t len)
{
	for (const char *at = list; *at;) {
		size_t n = strcspn(at, " \t");

		if (n == len && strncasecmp(at, word, len) == 0)
			return true;
		at += n;
		at += strspn(at, " \t");
	}
	return false;
}

/* Base64, or "=" for an empty one (RFC 4954 §4). What is typed is secret. */
static bool is_response(const struct parts *p, struct span s)
{
	struct buf out = { 0 };
	bool right = same(p, s, "=", 1) ||
	             base64_decode(&out, p->line + s.from, length(s));

	wipe_buf(&out);
	return right;
}

/* RFC 4954 §4; a mechanism's name: RFC 4422 §3.1. */
static void check_auth(const struct parts *p, const struct words *w,
                       struct typed *t)
{
	struct span mech = w->word[0];
	const struct ehlo_cap *auth =
	    p->offers ? ehlo_find(p->offers, "AUTH") : NULL;
	bool right = length(mech) <= 20;

	for (size_t i = mech.from; i < mech.to; i++)
		right = right && (is_alnum(p->line[i]) ||
		                  p->line[i] == '-' || p->line[i] == '_');
	if (!right)
		typed_remark_text(t, "auth-mechanism", "", mech.from);
	else if (auth && p->verb == VERB_AUTH &&
	         !listed(auth->params, p->line + mech.from, length(mech)))
		typed_remark(t, "auth-not-offered", mech, p, mech.from);
	if (length(w->word[2]))
		typed_remark_text(t, "auth-words", "", w->word[2].from);
	else if (length(w->word[1]) && !is_response(p, w->word[1]))
		typed_remark_text(t, "auth-base64", "", w->word[1].from);
}

/* NAME=value ...: the values are xtext, [UNAVAILABLE] or [TEMPUNAVAIL]. */
static void check_attributes(const struct parts *p, struct typed *t)
{
	const struct command *c = command_info(p->verb);
	const struct ehlo_cap *cap =
	    p->offers ? ehlo_find(p->offers, c->name) : NULL;
	const char *known = cap && *cap->params ? cap->params
	    : extension_find(c->name, strlen(c->name))->ehlo_params;
	struct span word = typed_word(p, p->arg);

	for (; length(word); word = typed_word(p, word.to)) {
		struct pair pair = cut_pair(p, word);

		if (length(pair.value) == 0)
			typed_remark_text(t, "command-syntax", c->syntax,
			                  word.from);
		else if (!listed(known, p->line + pair.key.from,
		                 length(pair.key)))
			typed_remark(t, "attribute-not-offered", pair.key, p,
			             word.from);
	}
}

/* How the words of a verb are judged; need: it has at least one. */
struct form {
	enum verb verb;
	bool need;
	size_t (*wrong)(const struct parts *p, const struct words *w);
};

static void check_form(const struct parts *p, const struct form *f,
                       const struct words *w, struct typed *t)
{
	const char *syntax = command_info(p->verb)->syntax;
	size_t at;

	if (!length(w->word[0])) {
		if (f->need)
			typed_remark_text(t, "command-needs-argument", syntax,
			                  p->len);
		return;
	}
	at = f->wrong ? f->wrong(p, w) : 0;
	if (at)
		typed_remark_text(t, "command-syntax", syntax, at);
	else if (p->verb == VERB_AUTH || p->verb == VERB_X_EXPS)
		check_auth(p, w, t);
	else if (p->verb == VERB_XCLIENT || p->verb == VERB_XFORWARD)
		check_attributes(p, t);
}

void typed_argument(const struct parts *p, struct typed *t)
{
	static const struct form forms[] = {
		{ VERB_BDAT, true, wrong_bdat },
		{ VERB_BURL, true, wrong_burl },
		{ VERB_ETRN, true, wrong_etrn },
		{ VERB_ATRN, false, wrong_atrn },
		{ VERB_XEXCH50, true, wrong_xexch50 },
		{ VERB_WELLKNOWN, true, wrong_second },
		{ VERB_VRFY, true, NULL },
		{ VERB_EXPN, true, NULL },
		{ VERB_AUTH, true, NULL },
		{ VERB_X_EXPS, true, NULL },
		{ VERB_XCLIENT, true, NULL },
		{ VERB_XFORWARD, true, NULL },
		{ VERB_X_LINK2STATE, true, NULL },
	};
	struct words w = cut_words(p);

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (forms[i].verb == p->verb)
			check_form(p, &forms[i], &w, t);
}
