#include "config.h"

#include "knowledge/tables.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define ROW(...) { __VA_ARGS__ },

static const struct reply_code reply_codes[] = {
#define REPLY_CODE ROW
#include "knowledge/reply_codes.inc"
};
static const struct first_digit first_digits[] = {
#define FIRST_DIGIT ROW
#include "knowledge/first_digit.inc"
};
static const struct second_digit second_digits[] = {
#define SECOND_DIGIT ROW
#include "knowledge/second_digit.inc"
};
static const struct enhanced_code enhanced_codes[] = {
#define ENHANCED_CODE ROW
#include "knowledge/enhanced_codes.inc"
};
static const struct category categories[] = {
#define CATEGORY ROW
#include "knowledge/categories.inc"
};
static const struct meaning meanings[] = {
#define MEANING ROW
#include "knowledge/meanings.inc"
};
static const struct provider_row provider_rows[] = {
#define PROVIDER_REPLY ROW
#include "knowledge/provider_replies.inc"
};
static const struct wording wordings[] = {
#define WORDING ROW
#include "knowledge/wordings.inc"
};
static const struct banner banners[] = {
#define BANNER ROW
#include "knowledge/banners.inc"
};
static const struct operator_row operators[] = {
#define OPERATOR ROW
#include "knowledge/operators.inc"
};
static const struct term terms[] = {
#define TERM ROW
#include "knowledge/glossary.inc"
};
static const struct contrast contrasts[] = {
#define CONTRAST ROW
#include "knowledge/contrasts.inc"
};
static const struct contradiction contradictions[] = {
#define CONTRADICTION ROW
#include "knowledge/contradictions.inc"
};

static const struct failure failures[] = {
#define FAILURE ROW
#include "knowledge/failures.inc"
};
static const struct lookup lookups[] = {
#define LOOKUP ROW
#include "knowledge/lookups.inc"
};
static const struct route_row routes[] = {
#define ROUTE ROW
#include "knowledge/routes.inc"
};
static const struct state_row states[] = {
#define STATE ROW
#include "knowledge/states.inc"
};
static const struct tls_word tls_reasons[] = {
#define TLS_REASON ROW
#include "knowledge/tls_reasons.inc"
};
static const struct tls_word tls_errors[] = {
#define TLS_ERROR ROW
#include "knowledge/tls_errors.inc"
};

#define AT(type, function, table)                                              \
	const struct type *function(size_t i)                                  \
	{                                                                      \
		return i < COUNT(table) ? &table[i] : NULL;                    \
	}
AT(reply_code, reply_code_at, reply_codes)
AT(enhanced_code, enhanced_at, enhanced_codes)
AT(category, category_at, categories)
AT(meaning, meaning_at, meanings)
AT(provider_row, provider_at, provider_rows)
AT(wording, wording_at, wordings)
AT(banner, banner_at, banners)
AT(operator_row, operator_at, operators)
AT(term, term_at, terms)
AT(contrast, contrast_at, contrasts)
AT(contradiction, contradiction_at, contradictions)
AT(tls_word, tls_reason_at, tls_reasons)
AT(tls_word, tls_error_at, tls_errors)

/* The row whose first column is key. A scan: the tables are short. */
#define FIND(table, column, key)                                               \
	for (size_t i = 0; i < COUNT(table); i++)                              \
		if (strcmp(table[i].column, key) == 0)                         \
			return &table[i];                                      \
	return NULL

const struct reply_code *reply_code_find(unsigned code)
{
	char key[12];

	snprintf(key, sizeof key, "%03u", code);
	FIND(reply_codes, code, key);
}

const struct contrast *contrast_find(unsigned code)
{
	char key[12];

	snprintf(key, sizeof key, "%03u", code);
	FIND(contrasts, code, key);
}

const struct first_digit *first_digit_find(char digit)
{
	const char key[] = { digit, '\0' };

	FIND(first_digits, digit, key);
}

const struct second_digit *second_digit_find(char digit)
{
	const char key[] = { digit, '\0' };

	FIND(second_digits, digit, key);
}

static const struct enhanced_code *enhanced_find(const char *key)
{
	FIND(enhanced_codes, code, key);
}

/* "5.1.10" into its numbers; RFC 3463 §2: class 2, 4 or 5, others to 999. */
static bool split(const char *text, unsigned n[3])
{
	char rest;

	return strlen(text) <= 9 && text[0] != '+' &&
	       sscanf(text, "%1u.%3u.%3u%c", &n[0], &n[1], &n[2], &rest) == 3;
}

const struct enhanced_code *enhanced_class(const char *text)
{
	char key[16];
	unsigned n[3];

	if (!split(text, n))
		return NULL;
	snprintf(key, sizeof key, "%u.X.X", n[0]);
	return enhanced_find(key);
}

const struct enhanced_code *enhanced_subject(const char *text)
{
	char key[16];
	unsigned n[3];

	if (!split(text, n))
		return NULL;
	snprintf(key, sizeof key, "X.%u.X", n[1]);
	return enhanced_find(key);
}

const struct enhanced_code *enhanced_detail(const char *text)
{
	char key[16];
	unsigned n[3];

	if (!split(text, n))
		return NULL;
	snprintf(key, sizeof key, "X.%u.%u", n[1], n[2]);
	return enhanced_find(key);
}

const struct category *category_find(const char *id)
{
	FIND(categories, id, id);
}

/* Is word one of the words of list? Verbs in parentheses hold blanks. */
static bool listed(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = list; (p = strstr(p, word)); p += len)
		if ((p == list || p[-1] == ' ') && (p[len] == ' ' || !p[len]))
			return true;
	return false;
}

/* pattern: "450", "4xx" or "" (any) */
static bool code_fits(const char *pattern, unsigned code)
{
	char digits[12];

	snprintf(digits, sizeof digits, "%03u", code);
	if (!*pattern)
		return true;
	for (size_t i = 0; i < 3; i++)
		if (pattern[i] != 'x' && pattern[i] != digits[i])
			return false;
	return true;
}

const struct meaning *meaning_find(const char *verb, unsigned code,
                                   enum state state)
{
	for (size_t i = 0; i < COUNT(meanings); i++) {
		const struct meaning *m = &meanings[i];

		if (*m->verb && (!*verb || !listed(m->verb, verb)))
			continue;
		if (*m->state && !listed(m->state, state_name(state)))
			continue;
		if (code_fits(m->code, code))
			return m;
	}
	return NULL;
}

bool words_in(const char *list, const char *text)
{
	char word[64];

	while (*list) {
		size_t len = strcspn(list, ",");

		if (len && len < sizeof word) {
			memcpy(word, list, len);
			word[len] = '\0';
			if (strstr(text, word))
				return true;
		}
		list += len + (list[len] == ',');
	}
	return false;
}

const struct contradiction *contradiction_find(char digit, const char *lower)
{
	for (size_t i = 0; i < COUNT(contradictions); i++)
		if (contradictions[i].digit[0] == digit &&
		    words_in(contradictions[i].words, lower))
			return &contradictions[i];
	return NULL;
}

/* "DNS-Sperrliste (DNSBL)" is found by both of its names. */
static bool term_is(const char *term, const char *word)
{
	const char *open = strstr(term, " (");
	size_t len = strlen(word);

	if (strcasecmp(term, word) == 0)
		return true;
	if (!open)
		return false;
	return ((size_t)(open - term) == len &&
	        strncasecmp(term, word, len) == 0) ||
	       (strlen(open) == len + 3 &&
	        strncasecmp(open + 2, word, len) == 0);
}

/* "MX" is asked for more often than "MX record". */
static bool term_is_record(const char *term, const char *word)
{
	size_t len = strlen(word);

	return len > 0 && strncasecmp(term, word, len) == 0 &&
	       strcmp(term + len, " record") == 0;
}

const struct term *term_find(const char *word)
{
	for (size_t i = 0; i < COUNT(terms); i++)
		if (term_is(terms[i].term_en, word) ||
		    term_is(terms[i].term_de, word) ||
		    term_is_record(terms[i].term_en, word))
			return &terms[i];
	return NULL;
}

static bool is_or_any(const char *cell, const char *word)
{
	return !*cell || strcmp(cell, word) == 0;
}

const struct failure *failure_find(enum fail_phase phase, enum fail_kind kind)
{
	for (size_t i = 0; i < COUNT(failures); i++)
		if (is_or_any(failures[i].phase, fail_phase_name(phase)) &&
		    is_or_any(failures[i].kind, fail_kind_name(kind)))
			return &failures[i];
	return NULL;
}

const struct lookup *lookup_find(enum dns_status status, const char *type)
{
	for (size_t i = 0; i < COUNT(lookups); i++)
		if (strcmp(lookups[i].status, dns_status_name(status)) == 0 &&
		    is_or_any(lookups[i].type, type))
			return &lookups[i];
	return NULL;
}

const struct route_row *route_row_find(enum route_kind kind)
{
	FIND(routes, kind, route_kind_name(kind));
}

const struct state_row *state_row_find(enum state state)
{
	FIND(states, state, state_name(state));
}

const struct tls_word *tls_reason_find(const char *id)
{
	FIND(tls_reasons, id, id);
}

const struct tls_word *tls_error_find(const char *id)
{
	FIND(tls_errors, id, id);
}
