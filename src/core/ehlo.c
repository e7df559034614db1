#include "config.h"

#include "core/ehlo.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/xalloc.h"

static const struct extension extensions[] = {
#define EXTENSION(word, standing, params, verbs, mail, rcpt, en, de, rfc)      \
	{ .keyword = word, .status = standing, .ehlo_params = params,          \
	  .adds_verbs = verbs, .mail_params = mail, .rcpt_params = rcpt,       \
	  .explain_en = en, .explain_de = de, .source = rfc },
#include "core/extensions.inc"
#undef EXTENSION
};

enum { EXTENSION_COUNT = sizeof extensions / sizeof *extensions };

const struct extension *extension_find(const char *keyword, size_t len)
{
	for (size_t i = 0; i < EXTENSION_COUNT; i++)
		if (strlen(extensions[i].keyword) == len &&
		    strncasecmp(extensions[i].keyword, keyword, len) == 0)
			return &extensions[i];
	return NULL;
}

const struct extension *extension_at(size_t i)
{
	return i < EXTENSION_COUNT ? &extensions[i] : NULL;
}

static char *upper(const char *s, size_t len)
{
	char *word = xmemdup0(s, len);

	for (size_t i = 0; i < len; i++)
		word[i] = (char)toupper((unsigned char)word[i]);
	return word;
}

/*
 * The keyword ends at the first blank or "=" (RFC 5321 §4.1.1.1 allows neither
 * in a keyword). "AUTH=PLAIN", an old way of writing AUTH, is a keyword of its
 * own, "AUTH="; elsewhere the sign belongs to what follows ("XVERP=Courier").
 */
void ehlo_add_line(struct ehlo *e, const char *text, size_t len)
{
	size_t key = 0, from;

	while (key < len && text[key] != ' ' && text[key] != '\t' &&
	       text[key] != '=')
		key++;
	if (key < len && text[key] == '=' && extension_find(text, key + 1))
		key++;
	for (from = key; from < len && (text[from] == ' ' ||
	                                text[from] == '\t'); from++)
		;
	if (key == 0)
		return; /* smtp-sink ends its list with an empty line */
	if (e->n == EHLO_CAPS_MAX) {
		e->dropped++;
		return;
	}
	e->caps = xreallocarray(e->caps, e->n + 1, sizeof *e->caps);
	e->caps[e->n++] = (struct ehlo_cap){
		.keyword = upper(text, key),
		.params = xmemdup0(text + from, len - from),
	};
}

const struct ehlo_cap *ehlo_find(const struct ehlo *e, const char *keyword)
{
	for (size_t i = 0; i < e->n; i++)
		if (strcasecmp(e->caps[i].keyword, keyword) == 0)
			return &e->caps[i];
	return NULL;
}

void ehlo_clear(struct ehlo *e)
{
	for (size_t i = 0; i < e->n; i++) {
		free(e->caps[i].keyword);
		free(e->caps[i].params);
	}
	free(e->caps);
	free(e->name);
	*e = (struct ehlo){ 0 };
}
