#include "config.h"

#include "classroom/receiver.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "classroom/judge.h"
#include "util/xalloc.h"

/* ---- the lesson's rules ---------------------------------------------- */

/* * stands for any text: goes back to the last one when a letter differs. */
bool receiver_fits(const char *pattern, const char *line, size_t len)
{
	const char *star = NULL;
	size_t i = 0, from = 0;

	while (i < len) {
		if (*pattern == '*') {
			star = ++pattern;
			from = i;
		} else if (*pattern && tolower((unsigned char)*pattern) ==
		                           tolower((unsigned char)line[i])) {
			pattern++;
			i++;
		} else if (star) {
			pattern = star;
			i = ++from;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

/* The whole line fits, or the line without its parameters after the path. */
static bool line_fits(const char *pattern, const char *line, size_t len)
{
	const char *path_end = memchr(line, '>', len);

	return receiver_fits(pattern, line, len) ||
	       (path_end &&
	        receiver_fits(pattern, line, (size_t)(path_end + 1 - line)));
}

/* FNV-1a over what tells one line of one client from another. */
static uint64_t memory_key(const struct receiver *r, size_t rule,
                           const char *line, size_t len)
{
	uint64_t h = UINT64_C(14695981039346656037) ^ r->peer ^ (rule << 20);

	for (size_t i = 0; i < len; i++) {
		h ^= (uint64_t)tolower((unsigned char)line[i]);
		h *= UINT64_C(1099511628211);
	}
	return h;
}

/* How long ago the line came first: 0, if it never did. */
static int64_t age_us(const struct receiver *r, size_t rule, const char *line,
                      size_t len)
{
	struct receiver_memory *m = r->memory;
	uint64_t key = memory_key(r, rule, line, len);
	size_t filled = m->n < RECEIVER_MEMORY ? m->n : RECEIVER_MEMORY;
	size_t at = m->n % RECEIVER_MEMORY;

	for (size_t i = 0; i < filled; i++)
		if (m->seen[i].key == key)
			return r->now_us - m->seen[i].first_us;
	m->seen[at].key = key;
	m->seen[at].first_us = r->now_us;
	m->n++;
	return 0;
}

static const struct lesson_rule *find_rule(struct receiver *r,
                                           const char *line, size_t len,
                                           bool firm)
{
	for (size_t i = 1; i < r->server->n_rules; i++) {
		const struct lesson_rule *rule = &r->server->rules[i];

		if (!line_fits(rule->pattern, line, len) ||
		    (firm && !rule->always) || (rule->once && r->used[i]))
			continue;
		if (rule->after_ms &&
		    age_us(r, i, line, len) < rule->after_ms * INT64_C(1000))
			continue;
		r->used[i] = true;
		return rule;
	}
	return NULL;
}

/* ---- the session ----------------------------------------------------- */

static void end_transaction(struct receiver *r)
{
	if (r->state != RCV_GREETED)
		r->state = RCV_READY;
	r->rcpts = 0;
	r->message_len = 0;
}

/* code: of the reply that was given. */
static void apply(struct receiver *r, enum effect effect, unsigned code,
                  bool *close)
{
	bool good = code / 100 == 2;

	if (effect == MESSAGE && code / 100 == 3) {
		r->state = RCV_DATA;
		r->at = 0;
	}
	/* after the dot the transaction is over, whatever the answer */
	if (effect == DELIVERED || (effect == RESET && good))
		end_transaction(r);
	if ((effect == HELLO || effect == EHELLO) && good) {
		r->state = RCV_READY;
		end_transaction(r);
		r->esmtp = effect == EHELLO;
	}
	if (effect == SENDER && good)
		r->state = RCV_MAIL;
	if (effect == RECIPIENT && good) {
		r->state = RCV_RCPT;
		r->rcpts++;
	}
	if (effect == BYE && good)
		*close = true;
}

static unsigned code_of(const char *say)
{
	return (unsigned)(say[0] - '0') * 100 + (unsigned)(say[1] - '0') * 10 +
	       (unsigned)(say[2] - '0');
}

/* The built-in server's line; %s in it is the server's name. */
static void say(const struct receiver *r, struct receiver_answer *out,
                const char *text)
{
	const char *name = strstr(text, "%s");

	if (name) {
		buf_add(&out->text, text, (size_t)(name - text));
		buf_adds(&out->text, r->name);
		text = name + 2;
	}
	buf_adds(&out->text, text);
	buf_adds(&out->text, "\r\n");
}

static void give_built_in(struct receiver *r, const struct judgement *j,
                          struct receiver_answer *out)
{
	unsigned code = code_of(j->say);

	if (code >= 500 && ++r->errors > RECEIVER_ERRORS_MAX) {
		say(r, out, "421 4.7.0 Too many errors, closing connection");
		out->close = true;
		return;
	}
	say(r, out, j->say);
	apply(r, j->effect, code, &out->close);
}

static void respond(struct receiver *r, const char *line, size_t len,
                    const struct judgement *j, struct receiver_answer *out)
{
	out->rule = find_rule(r, line, len, j->firm);
	if (out->rule)
		apply(r, j->effect, out->rule->code, &out->close);
	else
		give_built_in(r, j, out);
}

void receiver_init(struct receiver *r, const struct lesson_server *server,
                   struct receiver_memory *memory, const char *name)
{
	*r = (struct receiver){
		.server = server,
		.memory = memory,
		.name = name,
		.used = xcalloc(server->n_rules, sizeof *r->used),
	};
}

void receiver_clear(struct receiver *r)
{
	free(r->used);
	r->used = NULL;
}

void receiver_greet(const struct receiver *r, struct receiver_answer *out)
{
	*out = (struct receiver_answer){ 0 };
	if (r->server->rules[0].n_acts)
		out->rule = &r->server->rules[0];
	else
		say(r, out, "220 %s ESMTP smtpscope classroom");
}

void receiver_command(struct receiver *r, const char *line, size_t len,
                      bool bare_lf, struct receiver_answer *out)
{
	struct judgement j;
	char *copy;

	while (len && line[len - 1] == ' ')
		len--;
	copy = xmemdup0(line, len);
	*out = (struct receiver_answer){ 0 };
	j = judge(r, copy, len);
	if (j.effect == MESSAGE)
		r->bare_lf = bare_lf;
	respond(r, copy, len, &j, out);
	free(copy);
}

void receiver_too_long(struct receiver *r, struct receiver_answer *out)
{
	const struct judgement j = {
		.firm = true, .say = "500 5.5.2 Line too long",
	};

	*out = (struct receiver_answer){ 0 };
	give_built_in(r, &j, out);
}

/* Where in a line of the message we are (RFC 5321 §4.5.2). */
enum { AT_START, AT_DOT, AT_DOT_CR, AT_TEXT, AT_CR, AT_END };

/*
 * Only CR LF ends a line, so that nobody smuggles a second message past us,
 * unless DATA itself came with a bare LF: then somebody types into nc.
 */
static uint8_t next_place(uint8_t at, char c, bool bare_lf)
{
	if (c == '\r')
		return at == AT_DOT ? AT_DOT_CR : AT_CR;
	if (c == '\n') {
		if (at == AT_DOT_CR || (at == AT_DOT && bare_lf))
			return AT_END;
		return at == AT_CR || bare_lf ? AT_START : AT_TEXT;
	}
	return c == '.' && at == AT_START ? AT_DOT : AT_TEXT;
}

size_t receiver_data(struct receiver *r, const char *data, size_t len,
                     struct receiver_answer *out, bool *ended)
{
	static const struct judgement taken = { .effect = DELIVERED,
		.say = "250 2.0.0 Message taken and thrown away: this is a "
		       "classroom" };
	static const struct judgement too_big = { .effect = DELIVERED,
		.say = "552 5.3.4 Message size exceeds the limit" };
	size_t i = 0;

	*ended = false;
	while (i < len && r->at != AT_END) {
		r->at = next_place(r->at, data[i++], r->bare_lf);
		/* the dot that the client put in front does not count */
		r->message_len += r->at != AT_DOT;
	}
	if (r->at != AT_END)
		return i;
	*ended = true;
	*out = (struct receiver_answer){ 0 };
	respond(r, ".", 1,
	        r->message_len > RECEIVER_SIZE_MAX ? &too_big : &taken, out);
	return i;
}
