#include "config.h"

#include "knowledge/cause_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "knowledge/say.h"
#include "util/buf.h"
#include "util/i18n.h"
#include "util/xalloc.h"

static void add_id(const char **ids, size_t *n, const char *id)
{
	for (size_t i = 0; i < *n; i++)
		if (strcmp(ids[i], id) == 0)
			return;
	if (*n < GROUNDS_CHECKS)
		ids[(*n)++] = id;
}

void grounds_of_cause(const struct cause *j, const struct reply_view *v,
                      const struct explain_context *ctx, struct grounds *out)
{
	const struct evidence *e = ctx->checks;

	*out = (struct grounds){ .rule = j->rule, .words = j->words,
		                 .contradictions = j->contradictions };
	snprintf(out->code, sizeof out->code, "%03u", v->code % 1000);
	snprintf(out->enhanced, sizeof out->enhanced, "%s", v->enhanced);
	for (size_t i = 0; e && i < e->n; i++) {
		if (j->supports >> i & 1)
			add_id(out->supports, &out->n_supports,
			       e->items[i].kind->id);
		if (j->opposes >> i & 1)
			add_id(out->opposes, &out->n_opposes,
			       e->items[i].kind->id);
	}
}

static void read_ids(const struct event *e, struct ev_ref list,
                     const char **ids, size_t *n)
{
	for (uint32_t i = 0; i < list.len; i++)
		add_id(ids, n, event_item_text(e, list, i));
}

static unsigned read_contradictions(const struct event *e, struct ev_ref list)
{
	unsigned bits = 0;

	for (uint32_t i = 0; i < list.len; i++)
		for (unsigned k = 0; k < CONTRADICTIONS; k++)
			if (strcmp(event_item_text(e, list, i),
			           contradiction_id(k)) == 0)
				bits |= 1u << k;
	return bits;
}

void grounds_of_verdict(const struct event *e, struct grounds *out)
{
	enum { ARG_CODES = 1 }; /* "550 5.1.1" (check/verdict.c) */
	const struct ev_verdict *v = &e->u.verdict;
	const char *codes = v->args.len > ARG_CODES
	                        ? event_item_text(e, v->args, ARG_CODES) : "";
	size_t len = strcspn(codes, " ");

	*out = (struct grounds){
		.rule = event_text(e, v->because),
		.words = event_text(e, v->words),
		.contradictions = read_contradictions(e, v->contradictions),
	};
	snprintf(out->code, sizeof out->code, "%.*s", (int)(len < 7 ? len : 7),
	         codes);
	snprintf(out->enhanced, sizeof out->enhanced, "%s",
	         codes + len + (codes[len] == ' '));
	read_ids(e, v->supports, out->supports, &out->n_supports);
	read_ids(e, v->opposes, out->opposes, &out->n_opposes);
}

/* "SPF of MAIL FROM, DMARC"; heap */
static char *labels(const char *const *ids, size_t n)
{
	struct buf out = { 0 };

	for (size_t i = 0; i < n; i++) {
		const struct check_kind *k = check_kind_find(ids[i]);
		char *label = k ? xstrdup(i18n_pick(k->label_en, k->label_de))
		                : shown(ids[i], strlen(ids[i]));

		buf_addf(&out, "%s%s", i ? ", " : "", label);
		free(label);
	}
	buf_str(&out);
	return buf_steal(&out);
}

static char *say_labels(enum phrase id, const char *const *ids, size_t n)
{
	char *list = labels(ids, n), *text = say(id, list, NULL);

	free(list);
	return text;
}

/* What follows in rule where it begins with kind, or NULL. */
static const char *behind(const char *rule, const char *kind)
{
	size_t len = strlen(kind);

	return strncmp(rule, kind, len) == 0 ? rule + len : NULL;
}

char *grounds_why(const struct grounds *g)
{
	const char *rest;

	if (behind(g->rule, "wording:") && *g->words)
		return say(WHY_WORDS, g->words, NULL);
	if ((rest = behind(g->rule, "enhanced:")))
		return say(WHY_ENHANCED, rest, NULL);
	if (behind(g->rule, "subject:"))
		return say(WHY_SUBJECT, g->words, NULL);
	if ((rest = behind(g->rule, "check:")))
		return say_labels(WHY_CHECK, &rest, 1);
	if ((rest = behind(g->rule, "code:"))) {
		const char *blank = strrchr(rest, ' ');
		char *verb = xmemdup0(rest, blank ? (size_t)(blank - rest)
		                                  : 0);
		char *text = *verb ? say(WHY_CODE, g->words, verb, NULL)
		                   : say(WHY_CODE_ALONE, g->words, NULL);

		free(verb);
		return text;
	}
	return xstrdup("");
}

static char *contradiction(const struct grounds *g, unsigned bit)
{
	const struct contradiction *c = NULL;

	switch (bit) {
	case CONTRA_CLASS:
		return say(NOTE_CLASS_DIFFERS, g->code, g->enhanced, NULL);
	case CONTRA_CAUSE:
		return say(NOTE_ACT_DIFFERS, g->enhanced, NULL);
	case CONTRA_LINES:
		return say(NOTE_LINES_DIFFER, NULL);
	case CONTRA_CHECK:
		return say_labels(NOTE_CHECK_DIFFERS, g->opposes,
		                  g->n_opposes);
	default:
		for (size_t i = 0; (c = contradiction_at(i)); i++)
			if (c->digit[0] == g->code[0])
				return xstrdup(i18n_pick(c->text_en,
				                         c->text_de));
		return NULL;
	}
}

static char *support(const struct grounds *g)
{
	if (!g->n_supports)
		return NULL;
	return say_labels(behind(g->rule, "check:") ? NOTE_CHECK_EXPLAINS
	                                            : NOTE_CHECK_FITS,
	                  g->supports, g->n_supports);
}

char *grounds_note(const struct grounds *g, unsigned i)
{
	for (unsigned k = 0; k < CONTRADICTIONS; k++)
		if (g->contradictions >> k & 1 && i-- == 0)
			return contradiction(g, 1u << k);
	return i == 0 ? support(g) : NULL;
}

const char *cause_mta(const char *id)
{
	static const struct {
		const char *name;
		enum phrase id;
	} names[] = {
		{ "EHLO", MTA_EHLO }, { "MAIL", MTA_MAIL },
		{ "RCPT", MTA_RCPT }, { "NEXT_CMD", MTA_NEXT_CMD },
		{ "MESSAGE", MTA_MESSAGE }, { "DONE", MTA_DONE },
		{ "CLOSE", MTA_CLOSE }, { "HELO", MTA_HELO },
		{ "TLS", MTA_TLS }, { "CLEAR", MTA_CLEAR },
		{ "AUTH", MTA_AUTH }, { "NEVER", MTA_NEVER },
		{ "FAULT", MTA_FAULT }, { "QUEUE", MTA_QUEUE },
		{ "BOUNCE", MTA_BOUNCE }, { "BOUNCE_RCPT", MTA_BOUNCE_RCPT },
		{ "NEXT_BOUNCE", MTA_NEXT_BOUNCE },
		{ "NEXT_LATER", MTA_NEXT_LATER }, { "MIXED", MTA_MIXED },
		{ "NONE", MTA_NONE },
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i].name, id) == 0)
			return phrase(names[i].id);
	return "";
}
