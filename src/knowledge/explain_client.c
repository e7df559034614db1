#include "config.h"

#include "knowledge/explain_parts.h"

#include <stdlib.h>
#include <string.h>

#include "util/buf.h"
#include "util/i18n.h"
#include "util/xalloc.h"

/* "May come back: 235 334": AUTH may end at once or ask back. */
static void replies(const struct command *c, struct buf *out)
{
	bool both = *c->success && *c->intermediate;
	char *codes = xasprintf("%s%s%s", c->success, both ? " " : "",
	                        c->intermediate);
	char *text = say(CLIENT_REPLIES, codes, NULL);

	buf_adds(out, text);
	free(text);
	free(codes);
}

/* "Form: ...; may come back: 250, later 451 452, refused 501" */
static void form(const struct command *c, struct explanation *x)
{
	struct buf out = { 0 };
	char *text;

	if (*c->syntax) {
		text = say(CLIENT_FORM, c->syntax, NULL);
		buf_adds(&out, text);
		free(text);
	}
	if (*c->success || *c->intermediate) {
		replies(c, &out);
		if (*c->transient) {
			text = say(CLIENT_LATER, c->transient, NULL);
			buf_adds(&out, text);
			free(text);
		}
		if (*c->permanent) {
			text = say(CLIENT_NO, c->permanent, NULL);
			buf_adds(&out, text);
			free(text);
		}
		buf_addc(&out, '.');
	}
	buf_str(&out);
	part_set(&x->code_text, buf_steal(&out));
}

void explain_verb(enum verb v, struct explanation *x)
{
	const struct command *c = command_info(v);

	x->cls = CLASS_CLIENT;
	x->act = ACT_NOBODY;
	x->confidence = CONF_SURE;
	part_copy(&x->headline, phrase(HEAD_CLIENT));
	if (v == VERB_OTHER) {
		part_copy(&x->summary, phrase(CLIENT_UNKNOWN));
		part_refs(x, "RFC 5321 §4.1.1, §4.2.4");
		return;
	}
	part_copy(&x->title, c->name);
	part_copy(&x->summary, i18n_pick(c->explain_en, c->explain_de));
	form(c, x);
	if (strcmp(c->status, "historic") == 0)
		part_note(x, say(CLIENT_HISTORIC, NULL));
	if (strcmp(c->status, "vendor") == 0)
		part_note(x, say(CLIENT_VENDOR, NULL));
	if (*c->needs && strcmp(c->needs, c->name) != 0)
		part_note(x, say(CLIENT_NEEDS, c->needs, NULL));
	part_refs(x, c->source);
}

static void null_sender(const char *line, struct explanation *x)
{
	const char *colon = strchr(line, ':');

	if (colon && strncmp(colon + 1 + strspn(colon + 1, " "), "<>", 2) == 0)
		part_note(x, say(CLIENT_NULL_SENDER, NULL));
}

/* dialog_state_at() of the command: where it was sent. */
static void order(enum verb v, const struct surroundings *at,
                  struct explanation *x)
{
	enum state s;

	if (!at->dialog || v == VERB_OTHER)
		return;
	s = dialog_state_at(at->dialog, at->index);
	if (command_info(v)->states && !command_allowed(v, s))
		part_note(x, say(CLIENT_ORDER, _(state_help(s)), NULL));
}

void explain_sent(const struct event *e, const struct surroundings *at,
                  struct explanation *x)
{
	const char *line = event_text(e, e->u.sent.line);
	const char *name = event_text(e, e->u.sent.verb);
	enum verb v = VERB_OTHER;

	for (enum verb i = 0; i < VERB_OTHER; i++)
		if (strcmp(command_info(i)->name, name) == 0)
			v = i;
	if (v == VERB_OTHER && !*name)
		v = command_find(line, e->u.sent.line.len);
	if (v == VERB_OTHER)
		part_set(&x->title, shown(line, strcspn(line, " \t")));
	explain_verb(v, x);
	if (strcmp(name, "MAIL") == 0) {
		null_sender(line, x);
		explain_parameters(line, VERB_MAIL, x);
	} else if (strcmp(name, "RCPT") == 0) {
		explain_parameters(line, VERB_RCPT, x);
	}
	if (e->u.sent.secret)
		part_note(x, say(CLIENT_SECRET, NULL));
	order(v, at, x);
}
