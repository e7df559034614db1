#include "config.h"

#include "knowledge/explain_parts.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/finding.h"
#include "core/params.h"
#include "util/i18n.h"
#include "util/xalloc.h"

static const char *meaning(const struct param *p)
{
	return i18n_pick(p->explain_en, p->explain_de);
}

/* What is wrong with the value, as a note. */
static void judge(const struct param *p, const char *value, size_t len,
                  struct explanation *x)
{
	const struct finding_info *f;
	int caret;
	const char *id = param_check(p, value, len, &caret);

	f = id ? finding_find(id) : NULL;
	if (f)
		part_note(x, say_text(i18n_pick(f->text_en, f->text_de),
		                      &p->keyword, 1));
}

/* "BODY=7BIT|8BITMIME", "XVERP[=delimiters]"; heap */
static char *form_of(const struct param *p)
{
	if (p->value[0] == '[')
		return xasprintf("%s[=%s", p->keyword, p->value + 1);
	return xasprintf("%s%s%s", p->keyword, *p->value ? "=" : "",
	                 p->value);
}

bool explain_parameter(const char *word, struct explanation *x)
{
	size_t len = strcspn(word, " \t"), key = strcspn(word, "= \t:");
	const struct param *p = param_find(word, key, VERB_OTHER);
	char *form;

	if (!p || (word[key] != '=' && key != len))
		return false;
	form = form_of(p);
	if (!x->title) {
		x->cls = CLASS_NOTE;
		part_copy(&x->title, p->keyword);
		part_copy(&x->headline, phrase(HEAD_PARAMETER));
		part_copy(&x->summary, meaning(p));
		part_note(x, say(CLIENT_NEEDS,
		                 param_needs(p, word + key + 1,
		                             key < len ? len - key - 1 : 0),
		                 NULL));
	} else {
		part_note(x, say(CLIENT_PARAMETER, p->keyword, meaning(p),
		                 NULL));
	}
	part_note(x, say(PARAMETER_FORM, p->command, form, NULL));
	if (key < len)
		judge(p, word + key + 1, len - key - 1, x);
	part_refs(x, p->source);
	free(form);
	return true;
}

static void explain_one(const char *word, size_t len, enum verb v,
                        struct explanation *x)
{
	size_t key = strcspn(word, "= \t");
	const struct param *p = param_find(word, key, v);
	char *text = xmemdup0(word, len);

	if (p) {
		part_note(x, say(CLIENT_PARAMETER, text, meaning(p), NULL));
		part_refs(x, p->source);
	} else {
		p = param_find(word, key, VERB_OTHER);
		part_note(x, p ? say(PARAMETER_ELSEWHERE, text, p->command,
		                     NULL)
		               : say(CLIENT_PARAMETER_UNKNOWN, text, NULL));
	}
	free(text);
}

void explain_parameters(const char *line, enum verb v, struct explanation *x)
{
	const char *p = strchr(line, '>');

	for (p = p ? p + 1 : ""; *p;) {
		size_t len;

		p += strspn(p, " \t");
		len = strcspn(p, " \t");
		if (len)
			explain_one(p, len, v, x);
		p += len;
	}
}

/* Is the parameter one of "SIZE=n", "HOLDFOR=s | HOLDUNTIL=t"? */
static bool listed(const char *list, const struct param *p)
{
	while (*list) {
		size_t key = strcspn(list, " =[");

		if (key == strlen(p->keyword) &&
		    strncmp(list, p->keyword, key) == 0)
			return true;
		list += strcspn(list, " ");
		list += strspn(list, " |");
	}
	return false;
}

void explain_given(const struct extension *e, struct explanation *x)
{
	const struct param *p;

	for (size_t i = 0; (p = param_at(i)); i++)
		if (listed(e->mail_params, p) || listed(e->rcpt_params, p))
			part_note(x, say(CLIENT_PARAMETER, p->keyword,
			                 meaning(p), NULL));
}
