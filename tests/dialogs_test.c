/*
 * Plays tests/dialogs/NAME.dialog against the session machine, three times:
 * with the server's bytes whole, line by line and byte by byte. The events
 * have to be the same each time.
 *
 *     helo: from: to: stage: batch: yes     what the plan says
 *     S: text       the server sends a line      @bytes "..."  any bytes
 *     C: text       the client types it (batch: has sent it) and it is written
 *     @type "..."   typed, any bytes       @step TEXT    a step of --script
 *     @close @reset @timeout @cancel             what else may happen
 *     = STATE                                    the state is this now
 *     @finding ID  @failed PHASE KIND  @closed us|server  @kept WHY COUNT
 *     @prompt LINE                               what the guide proposes
 *     tls: POLICY  wrap: yes  auth: USER PASSWORD [MECH]  auth-clear: yes
 *     pipelining: yes  bdat: yes  mail-param: P  rcpt-param: P
 *     secret: TEXT    stands in no event, nor does its Base64; so the password
 *     segment: yes    what the server says at once is one segment each time
 *     @handshake                       the session asks for TLS to begin
 *     @tls [WORD]  @no-tls WORD        it is up (WORD: why not as demanded)
 *     @clear-text "..."                these bytes came instead of TLS
 *     @truncate                        the end, without a word of TLS
 *     @wait 5s  @deadline 295s         time passes; how much there is left
 *     @octets "..."                    written of a chunk, without CRLF
 *     @written LINE                    and was not typed so
 *     @shown LINE  @said LINE          EV_SENT, EV_REPLY hold this line
 *     @recipient ADDR                  EV_REPLY judges this recipient (LMTP)
 *     @message BYTES LINES STUFFED     EV_MESSAGE   @digest "..." of this text
 *
 * What is expected must have happened since the last line that did something;
 * a finding or failure that nobody expected is an error. When all dialogs were
 * played, each row of the rules has fired and each of the guide was proposed.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glob.h>

#include "classroom/script.h"
#include "core/session.h"
#include "dialogs_lent.h"
#include "dialogs_seen.h"
#include "util/xalloc.h"

enum { PLAY = 1 };
enum word { W_HELO = 1, W_FROM, W_TO, W_STAGE, W_BATCH, W_PROTOCOL, W_MESSAGE,
	W_HOST, W_TITLE, W_CLIENT, W_SERVER, W_STATE, W_BYTES, W_TYPE,
	W_STEP, W_TLS_POLICY, W_WRAP, W_AUTH, W_AUTH_CLEAR, W_PIPELINING,
	W_BDAT_PLAN, W_MAIL_PARAM, W_RCPT_PARAM, W_HANDSHAKE, W_TLS, W_NO_TLS,
	W_CLOSE, W_RESET, W_TIMEOUT, W_CANCEL, W_FINDING, W_FAILED,
	W_CLOSED, W_KEPT, W_PROMPT, W_SECRET, W_SEGMENT, W_CLEAR_TEXT,
	W_TRUNCATE, W_WAIT, W_DEADLINE, W_OCTETS, W_SHOWN, W_SAID, W_RECIPIENT,
	W_EV_MESSAGE, W_DIGEST, W_WRITTEN };

#define HEAD SCRIPT_IN(SCRIPT_HEAD)
#define HERE (SCRIPT_IN(SCRIPT_HEAD) | SCRIPT_IN(PLAY))
static const struct script_word words[] = {
	{ "title:", W_TITLE, SCRIPT_TEXT, HEAD, 0 },
	{ "helo:", W_HELO, SCRIPT_WORDS, HEAD, 0 },
	{ "from:", W_FROM, SCRIPT_LINE, HEAD, 0 },
	{ "to:", W_TO, SCRIPT_WORDS, HEAD, 0 },
	{ "stage:", W_STAGE, SCRIPT_WORDS, HEAD, 0 },
	{ "batch:", W_BATCH, SCRIPT_WORDS, HEAD, 0 },
	{ "protocol:", W_PROTOCOL, SCRIPT_WORDS, HEAD, 0 },
	{ "host:", W_HOST, SCRIPT_WORDS, HEAD, 0 },
	{ "message:", W_MESSAGE, SCRIPT_BYTES, HEAD, 0 },
	{ "tls:", W_TLS_POLICY, SCRIPT_WORDS, HEAD, 0 },
	{ "wrap:", W_WRAP, SCRIPT_WORDS, HEAD, 0 },
	{ "auth:", W_AUTH, SCRIPT_WORDS, HEAD, 0 },
	{ "auth-clear:", W_AUTH_CLEAR, SCRIPT_WORDS, HEAD, 0 },
	{ "pipelining:", W_PIPELINING, SCRIPT_WORDS, HEAD, 0 },
	{ "bdat:", W_BDAT_PLAN, SCRIPT_WORDS, HEAD, 0 },
	{ "mail-param:", W_MAIL_PARAM, SCRIPT_WORDS, HEAD, 0 },
	{ "rcpt-param:", W_RCPT_PARAM, SCRIPT_WORDS, HEAD, 0 },
	{ "secret:", W_SECRET, SCRIPT_WORDS, HEAD, 0 },
	{ "segment:", W_SEGMENT, SCRIPT_WORDS, HEAD, 0 },
	{ "@step", W_STEP, SCRIPT_LINE, HEAD, 0 },
	{ "@handshake", W_HANDSHAKE, SCRIPT_NONE, HERE, PLAY },
	{ "@tls", W_TLS, SCRIPT_LINE, HERE, PLAY },
	{ "@no-tls", W_NO_TLS, SCRIPT_WORDS, HERE, PLAY },
	{ "@clear-text", W_CLEAR_TEXT, SCRIPT_BYTES, HERE, PLAY },
	{ "@truncate", W_TRUNCATE, SCRIPT_NONE, HERE, PLAY },
	{ "@wait", W_WAIT, SCRIPT_TIME, HERE, PLAY },
	{ "@deadline", W_DEADLINE, SCRIPT_TIME, HERE, PLAY },
	{ "@octets", W_OCTETS, SCRIPT_BYTES, HERE, PLAY },
	{ "@written", W_WRITTEN, SCRIPT_LINE, HERE, PLAY },
	{ "@shown", W_SHOWN, SCRIPT_LINE, HERE, PLAY },
	{ "@said", W_SAID, SCRIPT_LINE, HERE, PLAY },
	{ "@recipient", W_RECIPIENT, SCRIPT_WORDS, HERE, PLAY },
	{ "@message", W_EV_MESSAGE, SCRIPT_WORDS, HERE, PLAY },
	{ "@digest", W_DIGEST, SCRIPT_BYTES, HERE, PLAY },
	{ "C:", W_CLIENT, SCRIPT_LINE, HERE, PLAY },
	{ "S:", W_SERVER, SCRIPT_LINE, HERE, PLAY },
	{ "=", W_STATE, SCRIPT_WORDS, HERE, PLAY },
	{ "@bytes", W_BYTES, SCRIPT_BYTES, HERE, PLAY },
	{ "@type", W_TYPE, SCRIPT_BYTES, HERE, PLAY },
	{ "@close", W_CLOSE, SCRIPT_NONE, HERE, PLAY },
	{ "@reset", W_RESET, SCRIPT_NONE, HERE, PLAY },
	{ "@timeout", W_TIMEOUT, SCRIPT_NONE, HERE, PLAY },
	{ "@cancel", W_CANCEL, SCRIPT_NONE, HERE, PLAY },
	{ "@finding", W_FINDING, SCRIPT_WORDS, HERE, PLAY },
	{ "@failed", W_FAILED, SCRIPT_WORDS, HERE, PLAY },
	{ "@closed", W_CLOSED, SCRIPT_WORDS, HERE, PLAY },
	{ "@kept", W_KEPT, SCRIPT_WORDS, HERE, PLAY },
	{ "@prompt", W_PROMPT, SCRIPT_LINE, HERE, PLAY },
	{ 0 },
};
static const struct script_syntax syntax = { .words = words, .prose = HEAD };

enum split { WHOLE, BY_LINE, BY_BYTE, SPLITS };
static const char *const split_names[] = { "whole", "by line", "by byte" };

enum { EVENTS_MAX = 20000, LINES_MAX = 2000 };

struct written {
	char *line;
	size_t len;
	bool command; /* the last of one */
	bool octets;  /* of a chunk: no CRLF behind it */
};

struct play {
	struct plan plan;
	struct session *session;
	uint32_t next_n, stamp;
	int64_t now_us;
	struct buf server; /* bytes not given to the session yet */
	struct event **events;
	bool *matched;
	size_t n_events, mark;
	struct written *lines;
	size_t n_lines, next_line;
	bool batch, closed, handshake, segment;
	struct seen_secrets secrets;
	struct buf digested; /* the message as the digest takes it */
	const struct script *script;
	const struct script_item *item;
	enum split split;
};

#define FAIL(p, ...)                                                           \
	do {                                                                   \
		print_error("%s:%u (%s): ", (p)->script->name,                 \
		            (p)->item ? (p)->item->line : 0,                   \
		            split_names[(p)->split]);                          \
		print_error(__VA_ARGS__);                                      \
		print_error("\n");                                             \
		fail();                                                        \
	} while (0)

static void add_written(struct play *p, const char *at, size_t len, bool octets)
{
	assert_true(p->n_lines < LINES_MAX);
	p->lines[p->n_lines++] = (struct written){
		.line = xmemdup0(at, len), .len = len, .octets = octets,
	};
}

/* One written block may hold many lines of a message, or a chunk. */
static void take_lines(struct play *p, const struct session_output *o)
{
	const char *at = o->data, *end = o->data + o->len;

	while (at < end) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));
		bool line = lf && lf > at && lf[-1] == '\r';
		size_t len = line ? (size_t)(lf - at) - 1 : (size_t)(end - at);

		add_written(p, at, len, !line);
		at += len + (line ? 2 : 0);
	}
	if (p->n_lines)
		p->lines[p->n_lines - 1].command |= o->command;
}

static void take_event(struct play *p, struct event *e)
{
	const char *leak = seen_leak(&p->secrets, e);

	if (leak)
		FAIL(p, "%s in an event %s", leak, event_kind_name(e->kind));
	seen_note(e);
	if (e->kind == EV_PROMPT) {
		free(e);
		return;
	}
	assert_true(p->n_events < EVENTS_MAX);
	if (e->n != p->n_events + 1)
		FAIL(p, "event numbered %u", e->n);
	p->events[p->n_events++] = e;
}

static void take_all(struct play *p)
{
	struct session_output o;

	while ((o = session_take(p->session)).kind != OUT_NONE) {
		if (p->closed)
			FAIL(p, "an output after OUT_CLOSE");
		if (o.kind == OUT_EVENT) {
			take_event(p, o.event);
		} else if (o.kind == OUT_WRITE) {
			take_lines(p, &o);
			free(o.data);
		} else if (o.kind == OUT_HANDSHAKE) {
			p->handshake = true;
		} else {
			p->closed = true;
		}
	}
}

/* What is proposed is looked at before each turn, as a person would. */
static void drain(struct play *p)
{
	do {
		take_all(p);
		take_event(p, session_prompt(p->session, p->now_us));
	} while (session_go_on(p->session));
}

static void hand(struct play *p, enum session_input_kind kind,
                 const char *data, size_t len)
{
	struct session_input in = { .kind = kind, .data = data, .len = len,
		                    .written = p->stamp };

	session_handle(p->session, &in, p->now_us);
	drain(p);
}

/* The server's bytes so far, in the pieces of this way of playing. */
static void deliver(struct play *p)
{
	const char *at = p->server.data;
	size_t left = p->server.len;

	while (left > 0) {
		const char *lf = memchr(at, '\n', left);
		size_t n = p->split == WHOLE || p->segment ? left :
		           p->split == BY_BYTE || !lf ? 1 :
		           (size_t)(lf - at) + 1;

		if (p->split == BY_LINE && !lf)
			n = left;
		hand(p, IN_BYTES, at, n);
		at += n;
		left -= n;
	}
	buf_reset(&p->server);
}

static void expect_written(struct play *p, const struct script_item *it)
{
	bool octets = it->id == W_OCTETS;
	struct written *w;

	if (p->next_line == p->n_lines)
		FAIL(p, "nothing was sent, expected: %s", it->text);
	w = &p->lines[p->next_line++];
	if (w->len != it->len || memcmp(w->line, it->text, w->len) != 0)
		FAIL(p, "sent: %s, expected: %s", w->line, it->text);
	if (w->octets != octets)
		FAIL(p, "%s a CRLF: %s", octets ? "with" : "without", w->line);
	p->stamp += w->command;
}

static bool has_line(const struct event *e, const char *text)
{
	for (uint32_t i = 0; i < e->u.reply.lines.len; i++)
		if (strcmp(event_item_text(e, e->u.reply.lines, i), text) == 0)
			return true;
	return false;
}

/* Is it the event that the word asks for? */
static bool is_meant(const struct event *e, int word, const char *text)
{
	switch (word) {
	case W_FINDING:
		return strcmp(event_text(e, e->u.finding.id), text) == 0;
	case W_SHOWN: return strcmp(event_text(e, e->u.sent.line), text) == 0;
	case W_SAID: return has_line(e, text);
	case W_RECIPIENT:
		return strcmp(event_text(e, e->u.reply.recipient), text) == 0;
	default: return true;
	}
}

/* The first that no line before this one has asked for. */
static struct event *find_event(struct play *p, enum event_kind kind,
                                const char *text)
{
	int word = p->item->id;

	for (size_t i = p->mark; i < p->n_events; i++) {
		struct event *e = p->events[i];

		if (e->kind != kind || p->matched[i] ||
		    !is_meant(e, word, text))
			continue;
		p->matched[i] = true;
		return e;
	}
	FAIL(p, "no %s %s", event_kind_name(kind), text);
	return NULL;
}

static void expect_message(struct play *p, const char *text)
{
	struct event *e = find_event(p, EV_MESSAGE, text);
	char got[64];

	snprintf(got, sizeof got, "%u %u %u", e->u.message.bytes,
	         e->u.message.lines, e->u.message.stuffed);
	if (strcmp(got, text) != 0)
		FAIL(p, "message: %s, expected: %s", got, text);
}

static void expect_digest(struct play *p, const struct script_item *it)
{
	if (p->digested.len != it->len ||
	    memcmp(buf_str(&p->digested), it->text, it->len) != 0)
		FAIL(p, "the digest is of: %s", buf_str(&p->digested));
}

static void expect_deadline(struct play *p, uint32_t ms)
{
	int64_t left = session_deadline_us(p->session) - p->now_us;

	if (left != (int64_t)ms * 1000)
		FAIL(p, "%lld ms are left", (long long)(left / 1000));
}

static void expect_failed(struct play *p, const char *text)
{
	struct event *e = find_event(p, EV_FAILED, text);
	char got[64];

	snprintf(got, sizeof got, "%s %s", fail_phase_name(e->u.failed.phase),
	         fail_kind_name(e->u.failed.kind));
	if (strcmp(got, text) != 0)
		FAIL(p, "failed: %s, expected: %s", got, text);
}

static void expect_kept(struct play *p, const char *text)
{
	struct event *e = find_event(p, EV_BYTES, text);
	char got[64];

	snprintf(got, sizeof got, "%s %u", bytes_why_name(e->u.bytes.why),
	         e->u.bytes.count);
	if (strcmp(got, text) != 0)
		FAIL(p, "kept: %s, expected: %s", got, text);
}

static void expect_closed(struct play *p, const char *text)
{
	struct event *e = find_event(p, EV_CLOSED, text);
	char got[64];

	snprintf(got, sizeof got, "%s %s",
	         e->u.closed.by_server ? "server" : "us",
	         e->u.closed.clean ? "clean" : "unclean");
	if (strcmp(got, text) != 0)
		FAIL(p, "closed: %s, expected: %s", got, text);
}

static void expect_state(struct play *p, const char *text)
{
	enum state s = session_state(p->session);

	if (strcasecmp(state_name(s), text) != 0)
		FAIL(p, "state %s, expected %s", state_name(s), text);
}

static void expect_prompt(struct play *p, const char *text)
{
	struct event *e = session_prompt(p->session, p->now_us);

	if (strcmp(event_text(e, e->u.prompt.line), text) != 0)
		FAIL(p, "prompt %s, expected %s",
		     event_text(e, e->u.prompt.line), text);
	free(e);
}

static void type(struct play *p, const struct script_item *it)
{
	if (!p->batch)
		hand(p, IN_COMMAND, it->text, it->len);
	if (it->id == W_CLIENT)
		expect_written(p, it);
}

static void time_out(struct play *p)
{
	if (session_deadline_us(p->session) == INT64_MAX)
		FAIL(p, "there is no deadline");
	p->now_us = session_deadline_us(p->session);
	hand(p, IN_TICK, "", 0);
}

/* What the worker does once OUT_HANDSHAKE was given. */
static void shake(struct play *p, const struct script_item *it)
{
	struct session_input in = { .kind = it->id == W_TLS ? IN_TLS :
	                                                      IN_NO_TLS,
		                    .data = "", .detail = *it->text ?
	                                                  it->text : NULL };

	if (it->id == W_CLEAR_TEXT) {
		in.detail = "not-tls";
		in.data = it->text;
		in.len = it->len;
	}
	if (!p->handshake && !session_secure(p->session))
		FAIL(p, "no handshake was asked for");
	p->handshake = false;
	session_handle(p->session, &in, p->now_us);
	drain(p);
}

/* Is it something that happens, not something that is expected? */
static bool happens(int id)
{
	return id == W_CLIENT || id == W_TYPE || id == W_CLOSE ||
	       id == W_RESET || id == W_TIMEOUT || id == W_CANCEL ||
	       id == W_TLS || id == W_NO_TLS || id == W_CLEAR_TEXT ||
	       id == W_TRUNCATE;
}

static void truncate_tls(struct play *p)
{
	struct session_input in = { .kind = IN_CLOSED, .data = "",
		                    .truncated = true };

	session_handle(p->session, &in, p->now_us);
	drain(p);
}

/* What happens. False: it is something that is expected. */
static bool play_happening(struct play *p, const struct script_item *it)
{
	switch (it->id) {
	case W_CLIENT:
	case W_TYPE: type(p, it); break;
	case W_CLOSE: hand(p, IN_CLOSED, "", 0); break;
	case W_RESET: hand(p, IN_RESET, "", 0); break;
	case W_CANCEL: hand(p, IN_CANCEL, "", 0); break;
	case W_TIMEOUT: time_out(p); break;
	case W_TRUNCATE: truncate_tls(p); break;
	case W_TLS:
	case W_CLEAR_TEXT:
	case W_NO_TLS: shake(p, it); break;
	case W_WAIT: p->now_us += (int64_t)it->value * 1000; break;
	default: return false;
	}
	return true;
}

static void play_expected(struct play *p, const struct script_item *it)
{
	switch (it->id) {
	case W_HANDSHAKE:
		if (!p->handshake)
			FAIL(p, "no handshake was asked for");
		break;
	case W_STATE: expect_state(p, it->text); break;
	case W_FINDING: find_event(p, EV_FINDING, it->text); break;
	case W_FAILED: expect_failed(p, it->text); break;
	case W_CLOSED: expect_closed(p, it->text); break;
	case W_KEPT: expect_kept(p, it->text); break;
	case W_PROMPT: expect_prompt(p, it->text); break;
	case W_DEADLINE: expect_deadline(p, it->value); break;
	case W_WRITTEN:
	case W_OCTETS: expect_written(p, it); break;
	case W_SHOWN: find_event(p, EV_SENT, it->text); break;
	case W_SAID:
	case W_RECIPIENT: find_event(p, EV_REPLY, it->text); break;
	case W_EV_MESSAGE: expect_message(p, it->text); break;
	case W_DIGEST: expect_digest(p, it); break;
	default: break;
	}
}

static void play_item(struct play *p, const struct script_item *it)
{
	p->item = it;
	if (it->id == W_SERVER || it->id == W_BYTES) {
		if (p->server.len == 0)
			p->mark = p->n_events;
		buf_add(&p->server, it->text, it->len);
		if (it->id == W_SERVER)
			buf_adds(&p->server, "\r\n");
		return;
	}
	deliver(p);
	if (happens(it->id) && !(it->id == W_CLIENT && p->batch))
		p->mark = p->n_events;
	if (!play_happening(p, it))
		play_expected(p, it);
}

/* "alice wonderland CRAM-MD5" */
static void read_auth(struct play *p, const char *text)
{
	char user[64], password[64], mech[64] = "";

	assert_true(sscanf(text, "%63s %63s %63s", user, password, mech) >= 2);
	p->plan.auth.wanted = true;
	p->plan.auth.user = xstrdup(user);
	plan_set_password(&p->plan, password);
	seen_add_secret(&p->secrets, password);
	if (*mech)
		p->plan.auth.mechs = xstrdup(mech);
}

static void read_head(struct play *p, const struct script_item *it,
                      char **helo, char **host)
{
	switch (it->id) {
	case W_HELO: *helo = it->text; break;
	case W_HOST: *host = it->text; break;
	case W_FROM: p->plan.from = xstrdup(it->text); break;
	case W_TO: plan_add_to(&p->plan, it->text); break;
	case W_STAGE: p->plan.stage = (enum stage)stage_find(it->text); break;
	case W_BATCH: p->plan.hold_enter = p->batch = true; break;
	case W_PROTOCOL:
		p->plan.protocol = (enum protocol)protocol_find(it->text);
		break;
	case W_TLS_POLICY:
		p->plan.tls.policy = (enum tls_policy)tls_policy_find(it->text);
		break;
	case W_WRAP: p->plan.tls.wrap = true; break;
	case W_AUTH: read_auth(p, it->text); break;
	case W_AUTH_CLEAR: p->plan.auth.clear_ok = true; break;
	case W_PIPELINING: p->plan.pipelining = true; break;
	case W_BDAT_PLAN: p->plan.bdat = true; break;
	case W_MAIL_PARAM: plan_add_mail_param(&p->plan, it->text); break;
	case W_RCPT_PARAM: plan_add_rcpt_param(&p->plan, it->text); break;
	case W_MESSAGE:
		p->plan.message = xmemdup0(it->text, it->len);
		p->plan.message_len = it->len;
		break;
	case W_SECRET: seen_add_secret(&p->secrets, it->text); break;
	case W_SEGMENT: p->segment = true; break;
	case W_STEP:
		plan_add_step(&p->plan, STEP_SEND, it->text, 0);
		break;
	default: break;
	}
}

static void begin(struct play *p, const struct script *s, enum split split)
{
	char *helo = "client.example", *host = "";

	*p = (struct play){ .script = s, .split = split, .next_n = 1,
		            .now_us = 1000 };
	p->events = xcalloc(EVENTS_MAX, sizeof *p->events);
	p->matched = xcalloc(EVENTS_MAX, sizeof *p->matched);
	p->lines = xcalloc(LINES_MAX, sizeof *p->lines);
	plan_init(&p->plan);
	p->plan.target.text = xstrdup("example.org");
	p->plan.target.domain = xstrdup("example.org");
	for (size_t i = 0; i < s->n_items; i++)
		if (s->items[i].section == SCRIPT_HEAD)
			read_head(p, &s->items[i], &helo, &host);
	p->session = session_new(&p->plan, helo, 1, &p->next_n);
	session_set_host(p->session, host);
	dialogs_lend(p->session, &p->digested);
	hand(p, IN_CONNECTED, "", 0);
}

static void check_all_expected(struct play *p)
{
	for (size_t i = 0; i < p->n_events; i++) {
		struct event *e = p->events[i];

		if (p->matched[i])
			continue;
		if (e->kind == EV_FINDING)
			FAIL(p, "nobody expected finding %s",
			     event_text(e, e->u.finding.id));
		if (e->kind == EV_FAILED)
			FAIL(p, "nobody expected failed %s",
			     fail_kind_name(e->u.failed.kind));
	}
	if (p->next_line != p->n_lines)
		FAIL(p, "nobody expected to be sent: %s",
		     p->lines[p->next_line].line);
}

static void finish(struct play *p)
{
	for (size_t i = 0; i < p->n_events; i++)
		free(p->events[i]);
	for (size_t i = 0; i < p->n_lines; i++)
		free(p->lines[i].line);
	free(p->events);
	free(p->matched);
	free(p->lines);
	buf_clear(&p->server);
	buf_clear(&p->digested);
	seen_clear_secrets(&p->secrets);
	session_free(p->session);
	plan_clear(&p->plan);
}

static void run(struct play *p, const struct script *s, enum split split)
{
	begin(p, s, split);
	for (size_t i = 0; i < s->n_items; i++)
		if (s->items[i].section == PLAY)
			play_item(p, &s->items[i]);
	deliver(p);
	check_all_expected(p);
}

static void compare(const struct play *a, struct play *b)
{
	for (size_t i = 0; i < a->n_events && i < b->n_events; i++) {
		const struct event *x = a->events[i], *y = b->events[i];

		if (x->size != y->size || memcmp(x, y, x->size) != 0)
			FAIL(b, "event %zu (%s) is not that of \"whole\" (%s)",
			     i + 1, event_kind_name(y->kind),
			     event_kind_name(x->kind));
	}
	if (a->n_events != b->n_events)
		FAIL(b, "%zu events, \"whole\" had %zu", b->n_events,
		     a->n_events);
}

static void test_dialog(void **state)
{
	char *error = NULL;
	struct script *s = script_load(*state, &syntax, &error);
	struct play whole, split;

	if (!s) {
		print_error("%s\n", error);
		free(error);
		fail();
	}
	run(&whole, s, WHOLE);
	for (enum split how = BY_LINE; how < SPLITS; how++) {
		run(&split, s, how);
		compare(&whole, &split);
		finish(&split);
	}
	finish(&whole);
	script_free(s);
}

int main(int argc, char **argv)
{
	const char *dir = getenv("srcdir");
	char *pattern = xasprintf("%s/tests/dialogs/%s.dialog",
	                          dir ? dir : ".", argc > 1 ? argv[1] : "*");
	struct CMUnitTest *tests;
	glob_t files;
	int failed;

	if (glob(pattern, 0, NULL, &files) != 0) {
		fprintf(stderr, "no dialogs: %s\n", pattern);
		return 1;
	}
	tests = xcalloc(files.gl_pathc, sizeof *tests);
	for (size_t i = 0; i < files.gl_pathc; i++)
		tests[i] = (struct CMUnitTest){
			.name = strrchr(files.gl_pathv[i], '/') + 1,
			.test_func = test_dialog,
			.initial_state = files.gl_pathv[i],
		};
	failed = _cmocka_run_group_tests("dialogs", tests, files.gl_pathc,
	                                 NULL, NULL);
	if (argc == 1)
		failed += seen_missing() > 0;
	free(tests);
	globfree(&files);
	free(pattern);
	return failed;
}
