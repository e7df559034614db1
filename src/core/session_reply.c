#include "config.h"

#include "core/session_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/route.h"
#include "util/xalloc.h"

static bool stage_of(enum verb v, enum stage *out)
{
	static const struct { enum verb verb; enum stage stage; } stages[] = {
		{ VERB_CONNECT, STAGE_CONNECT }, { VERB_EHLO, STAGE_EHLO },
		{ VERB_HELO, STAGE_EHLO },       { VERB_LHLO, STAGE_EHLO },
		{ VERB_MAIL, STAGE_MAIL },       { VERB_RCPT, STAGE_RCPT },
		{ VERB_DATA, STAGE_DATA },
		{ VERB_END_OF_DATA, STAGE_DOT },
	};

	for (size_t i = 0; i < sizeof stages / sizeof *stages; i++)
		if (stages[i].verb == v) {
			*out = stages[i].stage;
			return true;
		}
	return false;
}

/* Keeps what the verdict will need: the last reply that decided something. */
static void note_result(struct session *s, enum verb v, enum answer a,
                        uint32_t n)
{
	struct session_result *r = &s->result;
	enum stage stage = STAGE_ROUTE;
	bool counts = stage_of(v, &stage);
	bool good = a == GOOD || a == MORE;
	bool refused_before = r->code >= 400;

	if (counts && good && (!r->any_stage || stage > r->reached)) {
		r->any_stage = true;
		r->reached = stage;
	}
	if (!counts && a != SHUTDOWN)
		return;
	if (good && refused_before && r->verb != v &&
	    !(stage == STAGE_EHLO && r->verb == VERB_EHLO))
		return; /* a later yes to something else heals nothing */
	r->code = (uint16_t)s->reply.code;
	r->reply_n = n;
	r->verb = v;
	reply_enhanced(&s->reply, r->enhanced);
}

/* RFC 2034 §4: the first digits agree. */
static void check_enhanced(struct session *s, uint32_t n)
{
	char code[8], enhanced[16];

	if (!reply_enhanced(&s->reply, enhanced))
		return;
	snprintf(code, sizeof code, "%03u", s->reply.code);
	if (code[0] != enhanced[0])
		say_finding(s, "enhanced-mismatch", n, code, enhanced);
}

static void check_greeting(struct session *s, uint32_t n)
{
	size_t len, word = 0;
	const char *text = reply_line_text(&s->reply, 0, &len);
	char *name;

	while (word < len && text[word] != ' ')
		word++;
	if (len > 4 && memchr(text, '*', len) &&
	    strspn(text, "*02 ") >= len / 2) { /* PIX: 220 ****2**** */
		say_finding(s, "greeting-masked", n, "", "");
		return;
	}
	name = xmemdup0(text, word);
	if (strcasecmp(name, s->helo) == 0)
		say_finding(s, "greeting-own-name", n, "", "");
	else if (strchr(name, '.') && strchr(s->host, '.') &&
	         address_classify(s->host) == ADDR_INVALID &&
	         strcasecmp(name, s->host) != 0)
		say_finding(s, "greeting-name", n, name, s->host);
	free(name);
}

/* Remarks about what a well-formed reply says. */
static void check_meaning(struct session *s, enum verb v, uint32_t n)
{
	unsigned code = s->reply.code;
	char number[8];

	check_enhanced(s, n);
	if (v == VERB_CONNECT && code / 100 == 2)
		check_greeting(s, n);
	if (v == VERB_OTHER || command_expects(v, code))
		return;
	snprintf(number, sizeof number, "%03u", code);
	say_finding(s, "unexpected-code", n, number, command_info(v)->name);
}

static enum answer judge(const struct session *s, const struct pending *p,
                         enum reply_result form)
{
	enum reply_flag broken = REPLY_CODES_DIFFER;

	if (form == REPLY_LIMIT)
		return FLOOD;
	if (form == REPLY_BAD || (s->reply.flags & (broken | REPLY_RANGE)))
		return BAD;
	if (p && s->reply.stamp < p->index)
		return EARLY;
	return answer_of(p ? p->verb : VERB_OTHER, s->reply.code);
}

void session_take_reply(struct session *s, enum reply_result form)
{
	struct pending *p = s->fifo_len ? &s->fifo[0] : NULL;
	enum answer a = judge(s, p, form);
	struct cause c = { .verb = p ? p->verb : VERB_OTHER, .asked = p,
		           .answer = a };

	/* a 421 out of the blue and an early reply answer nothing */
	c.n = say_reply(s, a == EARLY ? NULL : p);
	say_form(s, c.n);
	if (a == FLOOD) {
		char lines[24], bytes[24];

		snprintf(lines, sizeof lines, "%zu", s->reply.n_lines);
		snprintf(bytes, sizeof bytes, "%zu", s->reply.raw.len);
		say_finding(s, "reply-limit", c.n, lines, bytes);
	}
	if (a & (ANY_REPLY & ~(uint32_t)ODD) && p)
		check_meaning(s, p->verb, c.n);
	if (a & ANY_REPLY)
		note_result(s, c.verb, a, c.n);
	if (p)
		session_pop(s);
	session_apply(s, &c);
}
