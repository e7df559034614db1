#include "config.h"

#include "classroom/receiver.h"

#include <stdlib.h>
#include <string.h>

#include "classroom/judge.h"
#include "classroom/offer.h"
#include "classroom/rulebook.h"
#include "util/wipe.h"
#include "util/xalloc.h"

/* ---- the session ----------------------------------------------------- */

static const struct rulebook_line end_of_message = { ".", 1, 1 };

static void end_transaction(struct receiver *r)
{
	if (r->state != RCV_GREETED)
		r->state = RCV_READY;
	for (unsigned i = 0; r->rcpt && i < r->rcpts; i++)
		free(r->rcpt[i]);
	free(r->rcpt);
	r->rcpt = NULL;
	r->rcpts = 0;
	r->message_len = 0;
	r->binary = r->utf8 = r->chunk_failed = false;
}

static void apply_hello(struct receiver *r, bool esmtp)
{
	r->state = RCV_READY;
	end_transaction(r);
	r->esmtp = esmtp;
}

/* LMTP answers for each recipient by its address. */
static void keep_recipient(struct receiver *r, const char *line)
{
	const char *from = strchr(line, '<'), *to = strchr(line, '>');

	r->rcpt = xreallocarray(r->rcpt, r->rcpts + 1, sizeof *r->rcpt);
	r->rcpt[r->rcpts] = from && to > from
	                        ? xmemdup0(from, (size_t)(to - from) + 1)
	                        : xstrdup("<>");
}

static void apply_recipient(struct receiver *r, const char *line)
{
	r->state = RCV_RCPT;
	if (r->server->lmtp)
		keep_recipient(r, line);
	r->rcpts++;
}

static void apply_chunk(struct receiver *r, const struct judgement *j,
                        bool good)
{
	r->state = RCV_BDAT;
	r->chunk_failed = !good;
	r->message_len += good ? j->chunk : 0;
}

static void apply_login(struct receiver *r, unsigned code)
{
	r->in_login = code == 334;
	if (code / 100 == 2)
		r->authed = true;
}

/* A good reply to a command. */
static void apply_good(struct receiver *r, const struct judgement *j,
                       const char *line, struct receiver_answer *out)
{
	switch (j->effect) {
	case HELLO:
	case EHELLO:
		apply_hello(r, j->effect == EHELLO);
		break;
	case SENDER:
		r->state = RCV_MAIL;
		r->binary = j->binary;
		r->utf8 = j->utf8;
		break;
	case RECIPIENT:
		apply_recipient(r, line);
		break;
	case RESET:
		end_transaction(r);
		break;
	case SECURE:
		out->secure = true;
		break;
	case BYE:
		out->close = true;
		break;
	default:
		break;
	}
}

/* code: of the reply that was given to line. */
static void apply(struct receiver *r, const struct judgement *j, unsigned code,
                  const char *line, struct receiver_answer *out)
{
	bool good = code / 100 == 2;

	if (j->effect == MESSAGE && code / 100 == 3) {
		r->state = RCV_DATA;
		r->at = 0;
	}
	/* after the dot the transaction is over, whatever the answer */
	if (j->effect == DELIVERED)
		end_transaction(r);
	if (j->effect == CHUNK)
		apply_chunk(r, j, good);
	if (j->effect == LOGIN)
		apply_login(r, code);
	if (good)
		apply_good(r, j, line, out);
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

/* Somebody pastes a file: enough is enough. */
static bool had_enough(struct receiver *r, unsigned code,
                       struct receiver_answer *out)
{
	if (code < 500 || ++r->errors <= RECEIVER_ERRORS_MAX)
		return false;
	say(r, out, "421 4.7.0 Too many errors, closing connection");
	out->close = true;
	return true;
}

static void give_built_in(struct receiver *r, const struct judgement *j,
                          const char *line, struct receiver_answer *out)
{
	unsigned code = *j->say ? code_of(j->say) : 0;

	if (had_enough(r, code, out))
		return;
	if (j->effect == EHELLO)
		offer_hello(r, &out->text);
	else if (*j->say)
		say(r, out, j->say);
	apply(r, j, code, line, out);
}

static void respond(struct receiver *r, const struct rulebook_line *q,
                    const struct judgement *j, struct receiver_answer *out)
{
	out->rule = rulebook_find(r, q, j->firm);
	if (!out->rule && j->effect == DELIVERED && !j->firm)
		out->rule = rulebook_find(r, &end_of_message, false);
	if (out->rule)
		apply(r, j, out->rule->code, q->text, out);
	else
		give_built_in(r, j, q->text, out);
}

/* ---- a message has come ----------------------------------------------- */

/* "250 2.0.0 <a@b> Message taken ..." for "250 2.0.0 Message taken ...". */
static void say_of(const struct receiver *r, const char *rcpt,
                   struct receiver_answer *out)
{
	size_t codes = strlen("250 2.0.0 ");

	buf_add(&out->text, r->verdict, codes);
	buf_addf(&out->text, "%s %s\r\n", rcpt, r->verdict + codes);
}

bool receiver_next(struct receiver *r, struct receiver_answer *out)
{
	struct rulebook_line q;
	struct buf line = { 0 };
	const char *rcpt;

	if (!r->verdict)
		return false;
	*out = (struct receiver_answer){ 0 };
	rcpt = r->rcpt[r->told++];
	buf_addf(&line, ". %s", rcpt);
	q = (struct rulebook_line){ buf_str(&line), line.len, line.len };
	out->rule = rulebook_find(r, &q, false);
	if (!out->rule)
		out->rule = rulebook_find(r, &end_of_message, false);
	if (!out->rule)
		say_of(r, rcpt, out);
	buf_clear(&line);
	if (r->told == r->rcpts) {
		r->verdict = NULL;
		end_transaction(r);
	}
	return true;
}

static void deliver(struct receiver *r, const struct rulebook_line *q,
                    const struct judgement *j, struct receiver_answer *out)
{
	if (!r->server->lmtp || !r->rcpts) {
		respond(r, q, j, out);
		return;
	}
	r->verdict = j->say;
	r->told = 0;
	receiver_next(r, out);
}

/* ---- a login ---------------------------------------------------------- */

/* AUTH MECH [initial]: the mechanism's first words. */
static void begin_login(struct receiver *r, const char *line,
                        struct judgement *j)
{
	const struct lesson_auth *a = &r->server->auth;
	const char *name = line + strcspn(line, " "), *initial;
	size_t n;

	name += strspn(name, " ");
	n = strcspn(name, " ");
	initial = name + n + strspn(name + n, " ");
	login_begin(&r->login, login_mech_of(a, name, n), r->name,
	            (uint64_t)r->now_us ^ r->peer);
	if (code_of(j->say) != 334)
		return;
	j->say = *initial ? login_answer(&r->login, a, initial,
	                                 strlen(initial))
	                  : login_prompt(&r->login);
}

/* An answer to a 334; a rule sees it as "334 ANSWER". */
static void login_line(struct receiver *r, const char *line, size_t len,
                       struct receiver_answer *out)
{
	struct judgement j = { .effect = LOGIN };
	char *text = xmalloc(len + 5);

	memcpy(text, "334 ", 4);
	memcpy(text + 4, line, len);
	text[len + 4] = '\0';
	j.say = login_answer(&r->login, &r->server->auth, line, len);
	respond(r, &(struct rulebook_line){ text, len + 4, 3 }, &j, out);
	wipe(text, len + 4);
	free(text);
}

/* Of AUTH the mechanism is known, not what stands behind it. */
static size_t known_length(const struct judgement *j, const char *line,
                           size_t len)
{
	const char *mech = strchr(line, ' '), *end;

	if (j->effect != LOGIN || !mech)
		return len;
	mech += strspn(mech, " ");
	end = strchr(mech, ' ');
	return end ? (size_t)(end - line) : len;
}

/* ---- from outside ----------------------------------------------------- */

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
	end_transaction(r);
	free(r->used);
	free(r->chunk_line);
	r->used = NULL;
	r->chunk_line = NULL;
}

void receiver_secured(struct receiver *r, size_t dropped)
{
	r->state = RCV_GREETED;
	end_transaction(r);
	r->esmtp = r->authed = r->in_login = false;
	r->tls = true;
	r->dropped = dropped;
}

size_t receiver_line_max(const struct receiver *r)
{
	return r->in_login ? LOGIN_LINE_MAX : RECEIVER_LINE_MAX;
}

void receiver_greet(const struct receiver *r, struct receiver_answer *out)
{
	*out = (struct receiver_answer){ 0 };
	if (r->server->rules[0].n_acts)
		out->rule = &r->server->rules[0];
	else
		say(r, out, r->server->lmtp
		                ? "220 %s LMTP smtpscope classroom"
		                : "220 %s ESMTP smtpscope classroom");
}

/* BDAT whose octets come: true, and what is said waits for them. */
static bool begin_chunk(struct receiver *r, char *line,
                        const struct judgement *j)
{
	if (!j->chunked || !j->chunk)
		return false;
	r->chunk_line = line;
	r->chunk_left = j->chunk;
	return true;
}

static void command(struct receiver *r, char *line, size_t len,
                    struct judgement *j, struct receiver_answer *out)
{
	struct rulebook_line q = { line, len, known_length(j, line, len) };

	if (j->effect == LOGIN)
		begin_login(r, line, j);
	if (j->effect == DELIVERED)
		deliver(r, &q, j, out);
	else
		respond(r, &q, j, out);
}

void receiver_command(struct receiver *r, const char *line, size_t len,
                      bool bare_lf, struct receiver_answer *out)
{
	struct judgement j;
	char *copy;

	*out = (struct receiver_answer){ 0 };
	if (r->in_login) {
		login_line(r, line, len, out);
		return;
	}
	while (len && line[len - 1] == ' ')
		len--;
	copy = xmemdup0(line, len);
	j = judge(r, copy, len);
	if (j.effect == MESSAGE)
		r->bare_lf = bare_lf;
	if (begin_chunk(r, copy, &j))
		return;
	command(r, copy, len, &j, out);
	wipe(copy, len);
	free(copy);
}

void receiver_too_long(struct receiver *r, struct receiver_answer *out)
{
	const struct judgement j = { .firm = true,
		.say = r->in_login
		    ? "500 5.5.6 Authentication exchange line is too long"
		    : "500 5.5.2 Line too long",
	};

	*out = (struct receiver_answer){ 0 };
	r->in_login = false;
	give_built_in(r, &j, "", out);
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

static size_t take_text(struct receiver *r, const char *data, size_t len)
{
	size_t i = 0;

	while (i < len && r->at != AT_END) {
		r->at = next_place(r->at, data[i++], r->bare_lf);
		/* the dot that the client put in front does not count */
		r->message_len += r->at != AT_DOT;
	}
	return i;
}

static size_t take_chunk(struct receiver *r, size_t len,
                         struct receiver_answer *out, bool *ended)
{
	char *line = r->chunk_line;
	struct judgement j;

	if (len < r->chunk_left) {
		r->chunk_left -= len;
		return len;
	}
	len = (size_t)r->chunk_left;
	r->chunk_line = NULL;
	*ended = true;
	j = judge(r, line, strlen(line));
	command(r, line, strlen(line), &j, out);
	free(line);
	return len;
}

bool receiver_in_message(const struct receiver *r)
{
	return r->chunk_line || (r->state == RCV_DATA && !r->verdict);
}

size_t receiver_data(struct receiver *r, const char *data, size_t len,
                     struct receiver_answer *out, bool *ended)
{
	size_t n;

	*out = (struct receiver_answer){ 0 };
	*ended = false;
	if (r->chunk_line)
		return take_chunk(r, len, out, ended);
	n = take_text(r, data, len);
	if (r->at != AT_END)
		return n;
	*ended = true;
	deliver(r, &end_of_message,
	        r->message_len > RECEIVER_SIZE_MAX ? &judge_too_big
	                                           : &judge_taken, out);
	return n;
}
