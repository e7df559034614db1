#include "config.h"

#include "classroom/smtpd.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "classroom/acceptor.h"
#include "classroom/receiver.h"
#include "classroom/wire.h"
#include "util/buf.h"
#include "util/wipe.h"
#include "util/xalloc.h"

struct conn {
	struct smtpd *server;
	struct conn *next;
	int fd;
	struct wire wire;
	struct loop_fd *handle;
	struct loop_timer *wait;   /* of @wait, @dribble, and after our FIN */
	struct loop_timer *idle;
	struct receiver receiver;
	struct buf in, out;
	const struct lesson_rule *rule; /* being played; NULL: none */
	size_t act;                     /* its next act */
	uint32_t dribble_ms;            /* 0: whole */
	bool waiting;   /* the timer will go on with it */
	bool greeted;   /* the greeting was begun: with @wrap, inside TLS */
	bool secure;    /* TLS begins when all is said */
	size_t dropped; /* octets that came in clear behind STARTTLS */
	bool silent;    /* @silent: not a byte more */
	bool too_long;  /* in a line over the limit: until its end */
	bool closing;   /* FIN when out is empty and the rule is at its end */
	bool fin_sent;  /* our FIN is out: the rest is read and dropped */
	bool at_end;    /* the client's FIN is here */
};

struct smtpd {
	struct loop *loop;
	const struct lesson_server *rules;
	struct tls_setup *tls; /* NULL: no TLS here */
	struct acceptor *acceptor;
	struct receiver_memory memory;
	struct conn *conns;
	size_t n_conns;
};

static void conn_free(struct conn *c)
{
	struct smtpd *s = c->server;
	struct conn **p = &s->conns;

	while (*p != c)
		p = &(*p)->next;
	*p = c->next;
	s->n_conns--;
	loop_fd_free(c->handle);
	loop_timer_free(c->wait);
	loop_timer_free(c->idle);
	close(c->fd);
	receiver_clear(&c->receiver);
	wire_clear(&c->wire);
	wipe_buf(&c->in);
	buf_clear(&c->out);
	free(c);
	acceptor_pause(s->acceptor, s->n_conns >= SMTPD_CONNS_MAX);
}

static void wait_ms(struct conn *c, uint32_t ms)
{
	c->waiting = true;
	loop_timer_at(c->wait, loop_now_us() + ms * INT64_C(1000));
}

static void restart_idle(struct conn *c)
{
	loop_timer_at(c->idle, loop_now_us() + SMTPD_IDLE_MS * INT64_C(1000));
}

/* ---- writing --------------------------------------------------------- */

/* Writes what may go now. False: the connection is lost. */
static bool flush(struct conn *c)
{
	size_t before = c->out.len;

	if (c->waiting)
		return true;
	if (!wire_write(&c->wire, &c->out, c->dribble_ms ? 1 : before))
		return false;
	if (c->dribble_ms && c->out.len < before)
		wait_ms(c, c->dribble_ms);
	return true;
}

/* Our FIN; the client may still read what came before it. Closing at once
 * would turn unread input into a reset that destroys it. False: lost. */
static bool send_fin(struct conn *c)
{
	wire_end(&c->wire);
	if (!flush(c))
		return false;
	if (wire_has_output(&c->wire, &c->out))
		return true;
	c->fin_sent = true;
	wire_forget(&c->in, c->in.len);
	shutdown(c->fd, SHUT_WR);
	wait_ms(c, SMTPD_LINGER_MS);
	return true;
}

static void say(struct conn *c, const char *data, size_t len)
{
	if (!c->silent)
		buf_add(&c->out, data, len);
}

/* ---- the acts of a rule ----------------------------------------------- */

/* One act. False: the connection is to be dropped with a reset. */
static bool play_act(struct conn *c, const struct lesson_act *act)
{
	switch (act->kind) {
	case LESSON_WRITE:
		say(c, act->data, act->len);
		break;
	case LESSON_WAIT:
		wait_ms(c, act->ms);
		break;
	case LESSON_DRIBBLE:
		c->dribble_ms = act->ms;
		break;
	case LESSON_SILENT:
		c->silent = true;
		break;
	case LESSON_CLOSE:
		c->closing = true;
		c->rule = NULL;
		break;
	case LESSON_RESET:
		sock_reset_on_close(c->fd);
		return false;
	}
	return true;
}

static bool play_rule(struct conn *c)
{
	if (c->act == c->rule->n_acts) {
		c->rule = NULL;
		return true;
	}
	return play_act(c, &c->rule->acts[c->act++]);
}

/* ---- the client's bytes ----------------------------------------------- */

/*
 * TLS begins when the answer to STARTTLS is out. What the client, or somebody
 * on the way, has sent behind STARTTLS is in clear and is not obeyed inside
 * (RFC 3207 §4.2, CVE-2011-0411).
 */
static void await_tls(struct conn *c)
{
	c->secure = true;
	c->dropped = c->in.len;
	wire_forget(&c->in, c->in.len);
}

static void begin_tls(struct conn *c)
{
	c->secure = false;
	wire_secure(&c->wire, c->server->tls);
	receiver_secured(&c->receiver, c->dropped);
}

static void take_answer(struct conn *c, struct receiver_answer *a)
{
	c->rule = a->rule;
	c->act = 0;
	if (a->close)
		c->closing = true;
	if (a->secure)
		await_tls(c);
	say(c, a->text.data, a->text.len);
	buf_clear(&a->text);
}

static bool take_message(struct conn *c)
{
	struct receiver_answer a = { 0 };
	bool ended;
	size_t n;

	c->receiver.now_us = loop_now_us();
	n = receiver_data(&c->receiver, c->in.data, c->in.len, &a, &ended);
	wire_forget(&c->in, n);
	if (ended)
		take_answer(c, &a);
	return ended;
}

/* The rest of a line that is too long goes by without being kept. */
static bool drop_long_line(struct conn *c, const char *lf)
{
	struct receiver_answer a;

	wire_forget(&c->in, lf ? (size_t)(lf + 1 - c->in.data) : c->in.len);
	c->too_long = !lf;
	if (!lf)
		return false;
	receiver_too_long(&c->receiver, &a);
	take_answer(c, &a);
	return true;
}

/* The next whole line. False: more bytes are needed. */
static bool take_line(struct conn *c)
{
	const char *lf = memchr(c->in.data, '\n', c->in.len);
	size_t len = lf ? (size_t)(lf - c->in.data) : c->in.len;
	struct receiver_answer a;
	bool bare;

	if (c->too_long || len >= receiver_line_max(&c->receiver))
		return drop_long_line(c, lf);
	if (!lf)
		return false;
	bare = !len || c->in.data[len - 1] != '\r';
	c->receiver.now_us = loop_now_us();
	receiver_command(&c->receiver, c->in.data, bare ? len : len - 1, bare,
	                 &a);
	wire_forget(&c->in, len + 1);
	take_answer(c, &a);
	return true;
}

/* The next line or piece of a message. False: more bytes are needed. */
static bool take_input(struct conn *c)
{
	struct receiver_answer a;

	if (receiver_next(&c->receiver, &a)) {
		take_answer(c, &a);
		return true;
	}
	if (!c->in.len)
		return false;
	return receiver_in_message(&c->receiver) ? take_message(c)
	                                         : take_line(c);
}

static void greet(struct conn *c)
{
	struct receiver_answer a;

	c->greeted = true;
	receiver_greet(&c->receiver, &a);
	take_answer(c, &a);
}

/* What comes next, when all that was to be said is out. */
static bool next(struct conn *c, bool *more)
{
	if (c->rule)
		return play_rule(c);
	if (c->closing)
		return send_fin(c);
	if (c->secure)
		begin_tls(c);
	else if (!c->greeted)
		greet(c);
	else
		*more = take_input(c);
	return true;
}

/* Does what can be done now. False: the connection is over. */
static bool go_on(struct conn *c)
{
	bool more = true;

	while (more && !c->waiting && !c->fin_sent) {
		if (!flush(c))
			return false;
		if (c->out.len || c->waiting ||
		    wire_has_output(&c->wire, &c->out) ||
		    wire_in_handshake(&c->wire))
			break;
		if (!next(c, &more))
			return false;
	}
	if (!more && c->at_end)
		c->closing = true;
	return true;
}

static void want_events(struct conn *c)
{
	int want = 0;

	/* what comes before TLS begins is its first record */
	if (!c->at_end && !c->secure &&
	    (c->fin_sent || c->in.len < SMTPD_INPUT_MAX))
		want |= LOOP_READ;
	if (!c->waiting && wire_has_output(&c->wire, &c->out))
		want |= LOOP_WRITE;
	loop_fd_want(c->handle, want);
}

/* The client is gone, and all is said: nobody waits for our FIN. */
static bool is_over(const struct conn *c)
{
	if (!c->at_end)
		return false;
	return c->fin_sent || wire_in_handshake(&c->wire) ||
	       (c->closing && !c->rule && !c->out.len && !c->waiting &&
	        !wire_has_output(&c->wire, &c->out));
}

/* False: the connection is over. */
static bool run(struct conn *c)
{
	if (!go_on(c))
		return false;
	if (is_over(c)) {
		wire_end(&c->wire);
		wire_write(&c->wire, &c->out, 0);
		return false;
	}
	want_events(c);
	return true;
}

static void run_or_free(struct conn *c)
{
	if (!run(c))
		conn_free(c);
}

/* TLS went wrong: its alert goes out, and nothing more is said. */
static void give_up(struct conn *c)
{
	buf_reset(&c->out);
	c->rule = NULL;
	c->closing = true;
}

/* False: lost. */
static bool take_bytes(struct conn *c)
{
	enum wire_status status = wire_read(&c->wire, &c->in);

	restart_idle(c);
	c->at_end = status == WIRE_END;
	if (status == WIRE_BROKEN)
		give_up(c);
	if (c->fin_sent)
		wire_forget(&c->in, c->in.len);
	return status != WIRE_LOST;
}

static void on_ready(void *arg, int events)
{
	struct conn *c = arg;

	if ((events & LOOP_READ) && !c->at_end && !take_bytes(c))
		conn_free(c);
	else
		run_or_free(c);
}

static void on_wait(void *arg)
{
	struct conn *c = arg;

	c->waiting = false;
	if (c->fin_sent)
		conn_free(c);
	else
		run_or_free(c);
}

static void on_idle(void *arg)
{
	static const char text[] = "421 4.4.2 Nothing heard for five minutes, "
	                           "closing connection\r\n";
	struct conn *c = arg;

	if (wire_in_handshake(&c->wire)) {
		conn_free(c);
		return;
	}
	if (c->rule || c->waiting || c->out.len) {
		restart_idle(c);
		return;
	}
	say(c, text, sizeof text - 1);
	c->closing = true;
	wire_forget(&c->in, c->in.len);
	run_or_free(c);
}

/* ---- the whole ------------------------------------------------------- */

/* A number for the address without the port: the same client comes again. */
static uint64_t peer_number(const struct sock_addr *peer)
{
	const struct sockaddr_in6 *v6 = (const void *)&peer->ss;
	uint64_t high, low;

	if (peer->ss.ss_family != AF_INET6)
		return ((const struct sockaddr_in *)&peer->ss)->sin_addr.s_addr;
	memcpy(&high, &v6->sin6_addr, sizeof high);
	memcpy(&low, (const char *)&v6->sin6_addr + 8, sizeof low);
	return high * 31 + low;
}

static void on_accept(void *arg, int fd, const struct sock_addr *peer)
{
	struct smtpd *s = arg;
	struct conn *c = xcalloc(1, sizeof *c);

	c->server = s;
	c->fd = fd;
	c->next = s->conns;
	s->conns = c;
	s->n_conns++;
	acceptor_pause(s->acceptor, s->n_conns >= SMTPD_CONNS_MAX);
	c->handle = loop_fd_new(s->loop, fd, on_ready, c);
	c->wait = loop_timer_new(s->loop, on_wait, c);
	c->idle = loop_timer_new(s->loop, on_idle, c);
	receiver_init(&c->receiver, s->rules, &s->memory,
	              s->rules->hosts[0].name);
	c->receiver.peer = peer_number(peer);
	wire_init(&c->wire, fd);
	restart_idle(c);
	if (s->rules->wrap)
		begin_tls(c);
	run_or_free(c);
}

struct smtpd *smtpd_new(struct loop *l, const struct lesson_server *server,
                        int listener, struct tls_setup *tls)
{
	struct smtpd *s = xcalloc(1, sizeof *s);

	s->loop = l;
	s->rules = server;
	s->tls = tls;
	s->acceptor = acceptor_new(l, listener, on_accept, s);
	return s;
}

void smtpd_free(struct smtpd *s)
{
	if (!s)
		return;
	while (s->conns)
		conn_free(s->conns);
	acceptor_free(s->acceptor);
	free(s);
}
