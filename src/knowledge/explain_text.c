#include "config.h"

#include "knowledge/explain_parts.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/ehlo.h"
#include "util/buf.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum { WORD_MAX = 128 }; /* longer than every key of the tables */

/* "4.7.26" alone, without a three-digit code */
static bool is_enhanced(const char *s)
{
	size_t part = 0, digits = 0;

	for (; *s; s++) {
		if (isdigit((unsigned char)*s)) {
			if (++digits > 3)
				return false;
		} else if (*s == '.' && digits) {
			part++;
			digits = 0;
		} else {
			return false;
		}
	}
	return part == 2 && digits;
}

static bool is_code(const char *s)
{
	return isdigit((unsigned char)s[0]) && isdigit((unsigned char)s[1]) &&
	       isdigit((unsigned char)s[2]) &&
	       (!s[3] || strchr(" -\t\r\n", s[3]));
}

static void enhanced_digits(const char *text, struct explanation *x)
{
	struct reply_view v;
	struct explain_context none = { .verb = "", .line = "" };
	char *reply = xasprintf("%c50 %s", *text, text);
	struct explanation whole = { 0 };

	view_text(&v, reply);
	explain_reply_view(&v, &none, NULL, &whole);
	x->cls = whole.cls;
	part_set(&x->headline, whole.headline);
	part_set(&x->summary, whole.summary);
	whole.headline = whole.summary = NULL;
	if (whole.provider) { /* codes that one provider alone uses */
		part_set(&x->likely, whole.likely);
		part_set(&x->provider, whole.provider);
		part_set(&x->evidence, whole.evidence);
		whole.likely = whole.provider = whole.evidence = NULL;
	}
	memcpy(x->enhanced, whole.enhanced, sizeof x->enhanced);
	x->n_enhanced = whole.n_enhanced;
	whole.n_enhanced = 0;
	explanation_clear(&whole);
	view_clear(&v);
	free(reply);
}

/* The classes column is what is defined or seen: others are said so. */
static bool explain_enhanced(const char *text, struct explanation *x)
{
	const struct enhanced_code *d = enhanced_detail(text);
	const struct enhanced_code *subject = enhanced_subject(text);
	const struct enhanced_code *row = d ? d : subject;
	int a;

	part_copy(&x->title, text);
	if (!enhanced_class(text)) {
		part_copy(&x->headline, phrase(HEAD_UNKNOWN));
		part_copy(&x->summary, phrase(ENHANCED_NO_CLASS));
		part_refs(x, "RFC 3463 §2");
		return false;
	}
	enhanced_digits(text, x);
	if (!row) {
		part_copy(&x->code_text, phrase(ENHANCED_NOT_LISTED));
		part_refs(x, "RFC 3463 §2");
		return false;
	}
	part_set(&x->code_text,
	         say(LIKELY_CAUSE, i18n_pick(row->title_en, row->title_de),
	             i18n_pick(row->explain_en, row->explain_de), NULL));
	if (!d)
		part_note(x, say(ENHANCED_DETAIL_UNKNOWN, text, NULL));
	else if (!strchr(d->classes, *text))
		part_note(x, say(ENHANCED_CLASS_RARE, text, NULL));
	a = act_find(row->act);
	part_act(x, *text == '2' ? ACT_NOBODY
	                         : a < 0 ? ACT_UNKNOWN : (enum act)a);
	part_try(x, TRY_TEXT, xstrdup(i18n_pick(row->next_en, row->next_de)),
	         NULL);
	part_refs(x, row->source);
	return true;
}

/* The table's word for how official an extension is, in the reader's
 * language; a word that is not listed stays as it is. */
static const char *status_word(const char *status)
{
	static const struct {
		const char *status;
		enum phrase phrase;
	} words[] = {
		{ "standard", STATUS_STANDARD },
		{ "nonstandard", STATUS_NONSTANDARD },
		{ "experimental", STATUS_EXPERIMENTAL },
		{ "historic", STATUS_HISTORIC },
		{ "vendor", STATUS_VENDOR },
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i].status, status) == 0)
			return phrase(words[i].phrase);
	return status;
}

static void extension_part(const struct extension *e, struct explanation *x)
{
	if (!x->title) {
		part_copy(&x->title, e->keyword);
		part_copy(&x->headline, phrase(HEAD_KEYWORD));
		x->cls = CLASS_NOTE;
		part_copy(&x->summary, i18n_pick(e->explain_en,
		                                 e->explain_de));
	} else {
		part_note(x, say(CAP_NOTE, e->keyword,
		                 i18n_pick(e->explain_en, e->explain_de),
		                 NULL));
	}
	if (*e->ehlo_params)
		part_note(x, say(EXT_EHLO, e->ehlo_params, NULL));
	if (*e->mail_params)
		part_note(x, say(EXT_MAIL, e->mail_params, NULL));
	if (*e->rcpt_params)
		part_note(x, say(EXT_RCPT, e->rcpt_params, NULL));
	if (*e->adds_verbs && strcmp(e->adds_verbs, e->keyword) != 0)
		part_note(x, say(EXT_VERBS, e->adds_verbs, NULL));
	part_note(x, say(EXT_STATUS, status_word(e->status), NULL));
	explain_given(e, x);
	part_refs(x, e->source);
}

static void term_part(const struct term *t, struct explanation *x)
{
	if (x->title) {
		part_note(x, xstrdup(i18n_pick(t->def_en, t->def_de)));
	} else {
		x->cls = CLASS_NOTE;
		part_copy(&x->title, i18n_pick(t->term_en, t->term_de));
		part_copy(&x->headline, phrase(HEAD_TERM));
		part_copy(&x->summary, i18n_pick(t->def_en, t->def_de));
	}
	part_refs(x, t->see);
}

/* "NXDOMAIN": an outcome of a DNS lookup, as of an MX lookup. */
static void status_part(const char *word, struct explanation *x)
{
	const struct lookup *row;
	char lower[WORD_MAX];
	size_t n = strlen(word);
	int status;

	for (size_t i = 0; i <= n; i++)
		lower[i] = (char)tolower((unsigned char)word[i]);
	status = dns_status_find(lower);
	if (status < 0 || status == DNS_OTHER_RCODE)
		return;
	row = lookup_find((enum dns_status)status, "MX");
	x->cls = CLASS_NOTE;
	part_set(&x->title, shown(word, n));
	part_copy(&x->headline, i18n_pick(row->head_en, row->head_de));
	part_copy(&x->summary, i18n_pick(row->text_en, row->text_de));
	part_try(x, TRY_TEXT, xstrdup(i18n_pick(row->next_en, row->next_de)),
	         NULL);
	part_refs(x, row->source);
}

/* As an EHLO line has it: "AUTH=PLAIN", "XVERP=Courier" end at their "=". */
static const struct extension *keyword_find(const char *word, size_t len)
{
	const char *sign = memchr(word, '=', len);
	const struct extension *e = extension_find(word, len);

	if (!e && sign)
		e = extension_find(word, (size_t)(sign - word) + 1);
	return e;
}

/* A verb, an EHLO keyword, a parameter, the glossary, a DNS status. Under
 * WORD_MAX. */
static bool explain_word(const char *word, struct explanation *x)
{
	size_t len = strcspn(word, " \t:");
	enum verb v = command_find(word, len);
	const struct extension *e = keyword_find(word, len);
	const struct term *t = term_find(word);

	if (v != VERB_OTHER)
		explain_verb(v, x);
	if (v == VERB_MAIL || v == VERB_RCPT)
		explain_parameters(word, v, x);
	if (e)
		extension_part(e, x);
	if (!e || word[strcspn(word, "= \t")] == '=')
		explain_parameter(word, x);
	if (t)
		term_part(t, x);
	if (!x->title)
		status_part(word, x);
	return x->title;
}

/* The text without blanks around it and without a "C: " mark. */
static char *trimmed(const char *text)
{
	size_t len;

	text += strspn(text, " \t\r\n");
	if ((text[0] == 'C' || text[0] == 'c') && text[1] == ':')
		text += 2 + strspn(text + 2, " \t");
	len = strlen(text);
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	return xmemdup0(text, len);
}

static const char *without_mark(const char *s)
{
	if ((s[0] == 'S' || s[0] == 's') && s[1] == ':')
		s += 2 + strspn(s + 2, " \t");
	return s;
}

/* Nothing known about a lone code is said as such by the caller. */
static bool known_code(const char *text)
{
	unsigned code = (unsigned)((text[0] - '0') * 100 +
	                           (text[1] - '0') * 10 + (text[2] - '0'));

	return reply_code_find(code) || first_digit_find(text[0]);
}

bool explain_text(const char *text, struct explanation *out)
{
	struct explain_context none = { .verb = "", .line = "" };
	char *s = trimmed(text);
	bool found = false;

	*out = (struct explanation){ .act = ACT_NOBODY,
		                     .confidence = CONF_SURE };
	if (is_code(without_mark(s))) {
		found = known_code(without_mark(s));
		explain_reply(s, &none, out);
	} else if (is_enhanced(s)) {
		found = explain_enhanced(s, out);
	} else if (strlen(s) < WORD_MAX) {
		found = explain_word(s, out);
	}
	if (!out->title) {
		out->cls = CLASS_NOTE;
		part_set(&out->title, shown(s, strlen(s)));
		part_copy(&out->headline, phrase(HEAD_UNKNOWN));
		part_copy(&out->summary, phrase(TEXT_UNKNOWN));
	}
	explain_finish(out);
	free(s);
	return found;
}
