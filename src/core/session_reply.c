#include "config.h"

#include "core/session_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/route.h"
#include "util/xalloc.h"

/* What a good answer to v has reached; false: nothing that counts. */
static bool stage_of(const struct session *s, const struct pending *p,
                     enum verb v, enum stage *out)
{
	static const struct { enum verb verb; enum stage stage; } stages[] = {
		{ VERB_CONNECT, STAGE_CONNECT }, { VERB_EHLO, STAGE_EHLO },
		{ VERB_HELO, STAGE_EHLO },       { VERB_LHLO, STAGE_EHLO },
		{ VERB_MAIL, STAGE_MAIL },       { VERB_RCPT, STAGE_RCPT },
		{ VERB_DATA, STAGE_DATA },  { VERB_AUTH, STAGE_AUTH },
		{ VERB_AUTH_RESPONSE, STAGE_AUTH },
		{ VERB_STARTTLS, STAGE_TLS },
		{ VERB_BDAT, STAGE_DOT },
		{ VERB_END_OF_DATA, STAGE_DOT },
	};

	for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
		if (stages[i].verb != v)
			continue;
		*out = stages[i].stage;
		if (*out == STAGE_EHLO && s->secure)
			*out = STAGE_TLS;
		if (v == VERB_BDAT && p && !p->last)
			*out = STAGE_DATA;
		return true;
	}
	return false;
}

/* Some answers decide only where the user asked for what they are about. */
static bool decides(const struct session *s, enum verb v, enum answer a)
{
	const struct plan *p = s->plan;

	if (v == VERB_END_OF_DATA && s->n_txn && s->result.accepted == 0)
		return false; /* for nobody: the recipients' replies did */
	if (v == VERB_STARTTLS)
		return a != GOOD && (s->policy >= TLS_MUST ||
		                     p->stage == STAGE_TLS);
	if (v == VERB_AUTH || v == VERB_AUTH_RESPONSE)
		return a != MORE && (p->auth.wanted || s->heard ||
		                     p->stage == STAGE_AUTH);
	return true;
}

/* Keeps what the verdict will need: the last reply that decided something. */
static void note_result(struct session *s, const struct pending *p,
                        enum verb v, enum answer a, uint32_t n)
{
	struct session_result *r = &s->result;
	enum stage stage = STAGE_ROUTE;
	bool counts = stage_of(s, p, v, &stage) && decides(s, v, a);
	bool good = a == GOOD || a == MORE;
	bool refused_before = r->code >= 400;

	if (s->heard && p && p->n == EV_UNASKED && !good)
		counts = true; /* it is all that is known */
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

/* RFC 5321 §4.3.2: the first digit decides, also where the second is none of
 * SMTP's; 571 is in use. */
static bool is_code(unsigned code)
{
	return code >= 200 && code <= 599;
}

/*
 * Before its command was written: it cannot be the answer. But 421 may come at
 * any time (RFC 5321 §3.8), and a refusal in the middle of the message is meant
 * for it: some servers do not wait for the dot.
 */
static bool is_early(const struct session *s, const struct pending *p)
{
	unsigned code = s->reply.code;
	bool message = p->verb == VERB_END_OF_DATA || p->verb == VERB_BDAT;

	return s->reply.stamp < p->index && code != 421 &&
	       !(message && code >= 400);
}

static enum answer judge(const struct session *s, const struct pending *p,
                         enum reply_result form)
{
	if (form == REPLY_LIMIT)
		return FLOOD;
	if (form == REPLY_BAD || (s->reply.flags & REPLY_CODES_DIFFER) ||
	    !is_code(s->reply.code))
		return BAD;
	if (p && is_early(s, p))
		return EARLY;
	return answer_of(p ? p->verb : VERB_OTHER, s->reply.code);
}

/*
 * What the server repeats of a secret is written over before anything is made
 * of the reply, also where it is broken over its lines (study C03).
 */
static bool blot(struct session *s)
{
	struct reply *r = &s->reply;
	struct secret_span *spans;
	bool found;

	if (!secrets_any(s->secrets) || r->raw.len == 0)
		return false;
	spans = xcalloc(r->n_lines, sizeof *spans);
	for (size_t i = 0; i < r->n_lines; i++) {
		size_t len;
		const char *text = reply_line_text(r, i, &len);
		size_t code = enhanced_code_len(text, len);

		code += code && code < len; /* the blank behind it */
		spans[i].data = r->raw.data + (text - r->raw.data) + code;
		spans[i].len = len - code;
	}
	found = secrets_blot(s->secrets, spans, r->n_lines);
	free(spans);
	/* where a line is no reply line, its first bytes are no code */
	return secrets_blot_one(s->secrets, r->raw.data, r->raw.len) || found;
}

static void say_flood(struct session *s, uint32_t about)
{
	char lines[24], bytes[24];

	snprintf(lines, sizeof lines, "%zu", s->reply.n_lines);
	snprintf(bytes, sizeof bytes, "%zu", s->reply.raw.len);
	say_finding(s, "reply-limit", about, lines, bytes);
}

static void say_all(struct session *s, const struct cause *c)
{
	const struct pending *p = c->asked ? &c->to : NULL;

	say_form(s, c->n);
	if (c->answer == FLOOD)
		say_flood(s, c->n);
	if (c->answer & (ANY_REPLY & ~(uint32_t)ODD) && p)
		check_meaning(s, p->verb, c->n);
	if (c->answer & ANY_REPLY)
		note_result(s, p, c->verb, c->answer, c->n);
}

/* A command may talk to the person who starts it between its replies, as
 * "exim -bh" does. True: what came was such a line, and no digit begins it. */
static bool is_aside(struct session *s, enum reply_result form)
{
	const char *text = s->reply.raw.data;
	size_t len = s->reply.raw.len, at = 0;

	while (at < len && (text[at] == '\r' || text[at] == '\n'))
		at++;
	if (!s->plan->way.pipe || form != REPLY_BAD || s->reply.n_lines > 1 ||
	    at == len || (text[at] >= '0' && text[at] <= '9'))
		return false;
	say_bytes(s, BYTES_PARTIAL, text, len);
	if (!s->aside)
		say_finding(s, "pipe-aside", 0, "", "");
	s->aside = true;
	return true;
}

void session_take_reply(struct session *s, enum reply_result form)
{
	const struct pending *p = s->fifo_len ? &s->fifo[0] : NULL;
	struct cause c = { .verb = p ? p->verb : VERB_OTHER, .asked = p,
		           .answer = judge(s, p, form) };
	bool echoed = blot(s);

	if (is_aside(s, form))
		return;
	if (p)
		c.to = *p;
	/* a 421 out of the blue and an early reply answer nothing */
	c.n = say_reply(s, c.answer == EARLY ? NULL : p);
	if (echoed)
		say_finding(s, "auth-echo", c.n, "", "");
	say_all(s, &c);
	if (p) {
		session_pop(s);
		session_note_delivery(s, &c.to, c.answer);
	}
	if (c.asked && c.verb == VERB_CONNECT && c.answer == GOOD)
		s->greeted = true;
	s->challenged = s->reply.code == 334;
	session_apply(s, &c);
	if (c.asked && c.verb == VERB_STARTTLS && !s->over)
		session_refuse_left_over(s);
	if (c.asked && session_is_login(c.verb))
		session_login_reply(s, c.answer, c.n);
}
