#include "config.h"

#include "import/player_priv.h"

#include <stdlib.h>
#include <string.h>

#include "check/who.h"
#include "core/session.h"
#include "import/guess.h"
#include "util/buf.h"
#include "util/wipe.h"
#include "util/xalloc.h"

/* One connection, while its items go by. */
struct play {
	struct player *player;
	struct guess guess;
	size_t from, to;  /* its items */
	struct session *session;
	struct judge *judge;
	struct who who;
	const struct item *told; /* of the message under way, or NULL */
	uint32_t us;      /* that the reply under way took; 0: not said */
	bool shaking;     /* the handshake is due */
	bool body;        /* lines of the message were shown */
	bool over;
};

static const struct item *find(const struct play *p, enum item_kind kind)
{
	for (size_t i = p->from; i < p->to; i++)
		if (p->player->items->at[i].kind == kind)
			return &p->player->items->at[i];
	return NULL;
}

/* ---- what comes out of the session ---- */

static void digest_begin(void *arg)
{
	(void)arg;
}

static void digest_update(void *arg, const void *data, size_t len)
{
	(void)arg;
	(void)data;
	(void)len;
}

/* The session lends its bytes to nobody: what the transcript says is taken. */
static void digest_hex(void *arg, char out[65])
{
	const struct play *p = arg;
	const char *told = p->told ? item_word(p->told, WORD_SHA256) : "";

	out[0] = '\0';
	if (strlen(told) == 64)
		memcpy(out, told, 65);
}

/* What is not in its lines. */
static void fill_in(struct play *p, struct event *e)
{
	const struct item *m = p->told;

	if (e->kind == EV_REPLY)
		e->u.reply.us = p->us;
	if (e->kind == EV_MESSAGE && m) {
		e->u.message.lines = m->lines;
		e->u.message.bytes = m->bytes;
		e->u.message.stuffed = m->stuffed;
	}
}

static void take_event(struct play *p, struct event *e)
{
	struct session_result r;

	fill_in(p, e);
	session_result(p->session, &r);
	judge_see(p->judge, e, &r);
	who_see(&p->who, e);
	if (e->kind == EV_MESSAGE)
		p->told = NULL;
	player_give(p->player, e);
}

static void say_who(struct play *p, bool last)
{
	struct event_builder remarks[WHO_REMARKS];
	size_t n = who_remarks(&p->who, last, remarks);

	for (size_t i = 0; i < n; i++)
		player_post(p->player, &remarks[i], p->player->session);
}

static void drain(struct play *p)
{
	for (;;) {
		struct session_output o = session_take(p->session);

		switch (o.kind) {
		case OUT_NONE:
			judge_recipients(p->judge);
			say_who(p, false);
			if (!session_go_on(p->session))
				return;
			break;
		case OUT_EVENT: take_event(p, o.event); break;
		case OUT_WRITE:
			wipe(o.data, o.len);
			free(o.data);
			break;
		case OUT_HANDSHAKE: p->shaking = true; break;
		case OUT_CLOSE: p->over = true; break;
		}
	}
}

/* ---- what goes in ---- */

static void give(struct play *p, const struct session_input *in)
{
	if (p->over)
		return;
	session_handle(p->session, in, 0);
	drain(p);
}

static void give_kind(struct play *p, enum session_input_kind kind,
                      const char *detail)
{
	give(p, &(struct session_input){ .kind = kind, .detail = detail });
}

static void give_line(struct play *p, struct piece line, bool unseen)
{
	give(p, &(struct session_input){ .kind = IN_COMMAND, .data = line.p,
		.len = line.len, .unseen = unseen });
}

static void post_tls(struct play *p, const struct item *i)
{
	struct ev_cert cert = { .serial = { 0 } };
	const char *verify = item_word(i, WORD_TLS_VERIFY);
	struct event_builder b;
	struct ev_tls *t;

	event_begin(&b, EV_TLS);
	t = &b.e.u.tls;
	t->version = event_puts(&b, item_word(i, WORD_TLS_VERSION));
	t->cipher = event_puts(&b, item_word(i, WORD_TLS_CIPHER));
	t->group = event_puts(&b, item_word(i, WORD_TLS_GROUP));
	t->alpn = event_puts(&b, item_word(i, WORD_TLS_ALPN));
	t->verify = event_puts(&b, *verify ? verify : "not-told");
	t->detail = event_puts(&b, item_word(i, WORD_TLS_DETAIL));
	if (*item_word(i, WORD_SUBJECT)) {
		cert.subject = event_puts(&b, item_word(i, WORD_SUBJECT));
		cert.issuer = event_puts(&b, item_word(i, WORD_ISSUER));
		t->chain = event_put_array(&b, &cert, sizeof cert, 1);
	}
	t->us = i->us;
	t->depth = t->matched = -1;
	t->wrapped = p->guess.plan.tls.wrap;
	player_post(p->player, &b, p->player->session);
}

/* The handshake was done, as what follows shows. told: NULL: nothing of it. */
static void end_handshake(struct play *p, const struct item *told)
{
	const char *verify = told ? item_word(told, WORD_TLS_VERIFY) : "";

	if (told)
		post_tls(p, told);
	if (!p->shaking)
		return;
	p->shaking = false;
	give(p, &(struct session_input){ .kind = IN_TLS,
		.unverified = *verify && strcmp(verify, "ok") != 0 });
}

/* Octets behind a BDAT line: does the transcript show them? */
static bool shows_chunk(const struct play *p, size_t at, uint64_t size)
{
	uint64_t sum = 0;

	for (size_t i = at + 1; i < p->to && sum < size; i++) {
		const struct item *next = &p->player->items->at[i];

		if (next->kind != ITEM_CLIENT ||
		    command_find(next->line, next->len) == VERB_BDAT)
			return false;
		sum += next->len + 2;
		if (next->len > size || sum > size + 2)
			return false;
	}
	return sum >= size;
}

static bool is_unseen(const struct play *p, size_t at)
{
	struct piece line = item_line(&p->player->items->at[at]);
	unsigned size;

	if (command_find(line.p, line.len) != VERB_BDAT ||
	    !piece_number(&line, &size))
		return false;
	return !shows_chunk(p, at, size);
}

/* As the client was told to send it: without the dot that is doubled on the way
 * (RFC 5321 §4.5.2), and without what a terminal adds. */
static void client_line(struct play *p, size_t at)
{
	struct piece line = item_line(&p->player->items->at[at]), typed;
	struct buf clean = { 0 };
	bool body = session_projected(p->session) == ST_DATA;

	end_handshake(p, NULL);
	if (body && !p->player->as_typed && piece_begins(line, ".."))
		line = piece_from(line, 1);
	for (size_t i = 0; i < line.len; i++)
		if (line.p[i] != '\r')
			buf_addc(&clean, line.p[i]);
	typed = (struct piece){ buf_str(&clean), clean.len };
	p->body |= body;
	give_line(p, typed, is_unseen(p, at));
	if (body && piece_is(typed, "."))
		p->body = false;
	wipe_buf(&clean);
}

/* A reply in the middle of a message: its end is not shown, where the server
 * took it or none of it was. */
static bool hides_message(const struct play *p, struct piece line)
{
	return session_state(p->session) == ST_DATA &&
	       session_pending(p->session) == 0 && piece_is_reply(line) &&
	       (!p->body || piece_code(line) / 100 == 2);
}

static void server_line(struct play *p, const struct item *i)
{
	static const struct item nothing = { .kind = ITEM_MESSAGE };
	struct piece line = item_line(i);
	struct buf bytes = { 0 };

	end_handshake(p, NULL);
	if (hides_message(p, line)) {
		if (!p->told && !p->body)
			p->told = &nothing;
		give_line(p, (struct piece){ ".", 1 }, false);
	}
	p->body = false;
	p->us = i->us;
	buf_add(&bytes, line.p, line.len);
	buf_adds(&bytes, "\r\n");
	give(p, &(struct session_input){ .kind = IN_BYTES, .data = bytes.data,
		.len = bytes.len, .written = UINT32_MAX });
	buf_clear(&bytes);
}

static void failure(struct play *p, const struct item *i)
{
	const char *detail = item_word(i, WORD_DETAIL);

	switch (i->fail) {
	case FAIL_TIMEOUT: give_kind(p, IN_TICK, NULL); break;
	case FAIL_CLOSED: give_kind(p, IN_CLOSED, NULL); break;
	case FAIL_CANCELLED: give_kind(p, IN_CANCEL, NULL); break;
	case FAIL_TLS:
		if (session_state(p->session) == ST_TLS)
			give_kind(p, IN_NO_TLS, detail);
		p->shaking = false;
		break;
	default: give_kind(p, IN_RESET, detail); break;
	}
}

static void one_item(struct play *p, size_t at)
{
	const struct item *i = &p->player->items->at[at];

	switch (i->kind) {
	case ITEM_CLIENT: client_line(p, at); break;
	case ITEM_SERVER: server_line(p, i); break;
	case ITEM_TLS: end_handshake(p, i); break;
	case ITEM_MESSAGE: p->told = i; break;
	case ITEM_FAILED: failure(p, i); break;
	case ITEM_CLOSED:
		give_kind(p, i->by_server ? IN_CLOSED : IN_DROPPED, NULL);
		break;
	default: break;
	}
}

/* ---- the connection ---- */

static const char *either(const struct item *a, const struct item *b,
                          enum item_word w)
{
	if (a && *item_word(a, w))
		return item_word(a, w);
	return b ? item_word(b, w) : "";
}

static void post_connect(struct play *p, enum event_kind kind)
{
	const struct item *to = find(p, ITEM_CONNECTING);
	const struct item *up = find(p, ITEM_CONNECTED);
	struct event_builder b;
	struct ev_connect *c;

	event_begin(&b, kind);
	c = &b.e.u.connect;
	c->host = event_puts(&b, either(up, to, WORD_HOST));
	c->address = event_puts(&b, either(up, to, WORD_ADDRESS));
	c->via = event_puts(&b, either(to, up, WORD_VIA));
	c->port = up && up->port ? up->port : to ? to->port : 0;
	if (kind == EV_CONNECTED) {
		c->local = event_puts(&b, either(up, NULL, WORD_LOCAL));
		c->us = up ? up->us : 0;
	}
	player_post(p->player, &b, p->player->session);
}

/* Did it come to a connection? Some tools tell of lines only. */
static bool came_up(const struct play *p)
{
	return find(p, ITEM_CONNECTED) || find(p, ITEM_SERVER) ||
	       find(p, ITEM_CLIENT) || find(p, ITEM_TLS);
}

static void fail_connect(struct play *p, const struct item *failed,
                         struct session_result *r)
{
	struct event_builder b;

	if (!failed) /* nobody has waited for what came of it */
		return;
	*r = (struct session_result){ .phase = PHASE_CONNECT,
		.fail = failed->fail, .failed = true };
	event_begin(&b, EV_FAILED);
	b.e.u.failed.phase = PHASE_CONNECT;
	b.e.u.failed.kind = (uint8_t)failed->fail;
	b.e.u.failed.detail = event_puts(&b, item_word(failed, WORD_DETAIL));
	player_post(p->player, &b, p->player->session);
}

static void begin_session(struct play *p)
{
	struct session_digest digest = { .begin = digest_begin,
		.update = digest_update, .hex = digest_hex, .arg = p };
	const struct item *to = find(p, ITEM_CONNECTING);
	const struct item *up = find(p, ITEM_CONNECTED);

	p->session = session_new(&p->guess.plan, p->guess.helo,
	                         p->player->session, &p->player->next_n);
	session_set_digest(p->session, &digest);
	session_set_host(p->session, either(up, to, WORD_HOST));
	session_set_heard(p->session, &p->guess.heard);
	if (p->guess.heard.from != ST_CLOSED)
		player_remark(p->player, "transcript-middle", NULL,
		              p->player->session);
	else
		give_kind(p, IN_CONNECTED, NULL);
}

static void hold_session(struct play *p, struct session_result *r)
{
	begin_session(p);
	for (size_t i = p->from; i < p->to && !p->player->stopped; i++)
		one_item(p, i);
	give_kind(p, IN_END, NULL);
	if (!p->over)
		player_remark(p->player, "transcript-end", NULL,
		              p->player->session);
	say_who(p, true);
	session_result(p->session, r);
	session_free(p->session);
}

static void post_verdict(void *arg, struct event_builder *b,
                         const struct event *reply)
{
	struct play *p = arg;

	(void)reply;
	player_post(p->player, b, p->player->session);
}

static void judge_all(struct play *p, const struct session_result *r)
{
	struct player *player = p->player;
	struct judge_sum sum;

	judge_session(p->judge, r, p->guess.plan.stage);
	sum = judge_sum(p->judge);
	sums_session(&player->sums, &sum);
	sums_exit(&player->sums, sum.exit, sum.outcome, false);
}

void player_session(struct player *player, size_t from, size_t to)
{
	struct play p = { .player = player, .from = from, .to = to };
	const struct judge_out out = { .post = post_verdict, .arg = &p };
	struct session_result r = { .any_stage = false };

	if (to - from == 1 && to < player->items->n &&
	    find(&p, ITEM_CONNECTING) &&
	    player->items->at[to].kind == ITEM_CONNECTING)
		return; /* telnet tries the next address without a word */
	player->session++;
	guess_session(&p.guess, player->items, from, to);
	p.guess.plan.target.text = xstrdup(player->target);
	p.judge = judge_new(&out, player->session, p.guess.plan.stage);
	identify_host(&p.who.identity, either(find(&p, ITEM_CONNECTED),
	                                      find(&p, ITEM_CONNECTING),
	                                      WORD_HOST));
	post_connect(&p, EV_CONNECTING);
	if (came_up(&p)) {
		post_connect(&p, EV_CONNECTED);
		hold_session(&p, &r);
	} else {
		fail_connect(&p, find(&p, ITEM_FAILED), &r);
	}
	judge_all(&p, &r);
	judge_free(p.judge);
	guess_clear(&p.guess);
}
