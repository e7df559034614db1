#include "config.h"

#include "net/visit.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/finding.h"
#include "core/message.h"
#include "net/hostname.h"
#include "net/visit_priv.h"
#include "util/wipe.h"
#include "util/xalloc.h"

/* Reads of CONN_READ_MAX before others have their turn: a server that sends
 * without end must not hold them up. */
enum { TURN_READS = 4 };

static void on_ready(void *arg);
static void on_time(void *arg);

int64_t visit_now_us(const struct visit *v)
{
	return outlet_now_us(v->out);
}

/* ---- events of our own ---- */

static char *via_text(const struct visit *v)
{
	const struct plan_way *way = &v->plan->way;

	if (v->to.via_port)
		return xasprintf("127.0.0.1:%u", v->to.via_port);
	if (way->socks_host && !v->to.local)
		return xasprintf("socks5://%s:%u", way->socks_host,
		                 way->socks_port);
	return xstrdup("");
}

static void post_connect(struct visit *v, enum event_kind kind, uint32_t us)
{
	char *via = via_text(v);
	struct event_builder b;

	event_begin(&b, kind);
	b.e.u.connect.host = event_puts(&b, v->to.host);
	b.e.u.connect.address = event_puts(&b, v->to.address);
	b.e.u.connect.via = event_puts(&b, via);
	b.e.u.connect.local =
	    event_puts(&b, conn_local(stream_conn(v->stream)));
	b.e.u.connect.port = v->to.port;
	b.e.u.connect.us = us;
	outlet_post(v->out, &b, v->to.session);
	free(via);
}

static void post_failed(struct visit *v, struct conn_end end)
{
	struct event_builder b;

	event_begin(&b, EV_FAILED);
	b.e.u.failed.phase = PHASE_CONNECT;
	b.e.u.failed.kind = (uint8_t)end.kind;
	if (end.detail)
		b.e.u.failed.detail = event_puts(&b, end.detail);
	else if (end.error)
		b.e.u.failed.detail = event_puts(&b, strerror(end.error));
	outlet_post(v->out, &b, v->to.session);
}

/* A prompt that says nothing new is not posted. */
static bool same_prompt(const struct event *a, const struct event *b)
{
	size_t head = offsetof(struct event, target);

	return a && a->size == b->size &&
	       memcmp((const char *)a + head, (const char *)b + head,
	              a->size - head) == 0;
}

void visit_post_prompt(struct visit *v)
{
	struct event *e, *copy;

	if (v->plan->hold_enter)
		return;
	e = session_prompt(v->session, visit_now_us(v));
	if (same_prompt(v->prompt, e)) {
		free(e);
		return;
	}
	copy = xmalloc(e->size);
	memcpy(copy, e, e->size);
	free(v->prompt);
	v->prompt = copy;
	outlet_give(v->out, e);
}

/* What the connection has to tell of its way. */
static void post_notes(struct visit *v)
{
	struct conn_note note;

	while (conn_note(stream_conn(v->stream), &note)) {
		outlet_finding(v->out, note.id, note.arg, v->to.session, 0);
		free(note.arg);
	}
}

/* last: behind what was said meanwhile. */
static void post_who(struct visit *v, bool last)
{
	struct event_builder remarks[WHO_REMARKS];
	size_t n = who_remarks(&v->who, last, remarks);
	int64_t us = last ? visit_now_us(v) : v->who.us;

	for (size_t i = 0; i < n; i++)
		outlet_post_at(v->out, &remarks[i], v->to.session, us);
}

/* ---- the end ---- */

static void finish(struct visit *v)
{
	v->over = true;
	post_notes(v);
	if (v->session)
		post_who(v, true);
	judge_session(v->judge, &v->result, v->plan->stage);
	stream_free(v->stream);
	v->stream = NULL;
	loop_timer_at(v->timer, INT64_MAX);
	v->calls.over(v->calls.arg);
}

void visit_fail_connect(struct visit *v, struct conn_end end)
{
	post_failed(v, end);
	v->result = (struct session_result){
		.phase = PHASE_CONNECT,
		.fail = end.kind,
		.failed = true,
	};
	v->step = v->to.step;
	finish(v);
}

static void finish_session(struct visit *v)
{
	v->over = true;
	session_result(v->session, &v->result);
	v->step = session_step(v->session);
	loop_timer_at(v->timer, INT64_MAX);
	if (stream_bye(v->stream))
		finish(v);
}

/* ---- between the session and the connection ---- */

/* Lent to the session, which is pure and uses nothing of io. */
static void digest_begin(void *arg)
{
	struct visit *v = arg;

	sha256_begin(&v->digest);
}

static void digest_update(void *arg, const void *data, size_t len)
{
	struct visit *v = arg;

	sha256_add(&v->digest, data, len);
}

static void digest_hex(void *arg, char out[SHA256_HEX_SIZE])
{
	struct visit *v = arg;

	sha256_end(&v->digest, out);
}

static void put_event(struct visit *v, struct event *e)
{
	struct session_result r;

	if (e->kind == EV_SENT &&
	    strcmp(event_text(e, e->u.sent.verb), "STARTTLS") == 0)
		v->prepare = true;
	session_result(v->session, &r);
	judge_see(v->judge, e, &r);
	who_see(&v->who, e);
	outlet_give(v->out, e);
}

static void put_bytes(struct visit *v, struct session_output *o)
{
	stream_put(v->stream, o->data, o->len, o->command);
	wipe(o->data, o->len);
	free(o->data);
}

static void begin_tls(struct visit *v)
{
	struct session_input in = { 0 };

	if (!visit_begin_tls(v, &in))
		session_handle(v->session, &in, visit_now_us(v));
}

/* Everything the session wants said, written or done. */
static void drain(struct visit *v, bool *over)
{
	for (;;) {
		struct session_output o = session_take(v->session);

		switch (o.kind) {
		case OUT_NONE:
			judge_recipients(v->judge);
			post_who(v, false);
			if (!session_go_on(v->session))
				return;
			break;
		case OUT_EVENT:
			put_event(v, o.event);
			break;
		case OUT_WRITE:
			put_bytes(v, &o);
			break;
		case OUT_HANDSHAKE:
			begin_tls(v);
			break;
		case OUT_CLOSE:
			*over = true;
			break;
		}
	}
}

/* How the connection ended, in the session's words. */
static void tell_end(struct visit *v, struct session_input *in)
{
	struct conn_end end = conn_end(stream_conn(v->stream));
	struct tls *tls = stream_tls(v->stream);

	in->kind = end.error ? IN_RESET : IN_CLOSED;
	in->detail = end.error ? strerror(end.error) : NULL;
	in->truncated = stream_truncated(v->stream);
	if (tls && tls_status(tls) == TLS_FAILED && !in->truncated) {
		in->kind = IN_NO_TLS;
		in->detail = tls_error(tls);
	}
}

/* Gives the session what the connection has; false: it has nothing. */
static bool read_once(struct visit *v, bool *more)
{
	struct conn_bytes bytes;
	struct session_input in = { 0 };
	enum conn_got got;

	if (stream_shaking(v->stream)) {
		if (!visit_shake(v, &in, more))
			return false;
		session_handle(v->session, &in, visit_now_us(v));
		return true;
	}
	got = stream_read(v->stream, &bytes, more);
	if (got == CONN_NOTHING)
		return false;
	if (got == CONN_DATA)
		in = (struct session_input){ .kind = IN_BYTES,
			.data = bytes.data, .len = bytes.len,
			.written = bytes.written };
	else
		tell_end(v, &in);
	session_handle(v->session, &in, visit_now_us(v));
	return true;
}

void visit_arm(struct visit *v)
{
	int64_t at = v->deadline_us;

	if (v->session && !v->paused)
		at = session_deadline_us(v->session);
	else if (v->session)
		at = INT64_MAX; /* who does not read must not blame the peer */
	if (v->leave_us < at)
		at = v->leave_us;
	if (at != INT64_MAX)
		at += v->out->box->start_us;
	loop_timer_at(v->timer, at);
}

/*
 * After every input. Before commands leave, what has come until then is read
 * and so stamped: a reply that was there first cannot be theirs. Returns
 * false when the visit is over (and v may be gone).
 */
static bool pump(struct visit *v)
{
	bool over = false, more;

	do
		drain(v, &over);
	while (!over && stream_unsent(v->stream) && read_once(v, &more));
	stream_flush(v->stream);
	if (v->prepare)
		visit_prepare_tls(v);
	if (over) {
		finish_session(v);
		return false;
	}
	visit_post_prompt(v);
	v->paused = v->out->box->full;
	conn_pause(stream_conn(v->stream), v->paused);
	visit_arm(v);
	return true;
}

bool visit_give(struct visit *v, enum session_input_kind kind,
                 const char *line)
{
	struct session_input in = { .kind = kind, .data = line,
		.len = line ? strlen(line) : 0 };

	session_handle(v->session, &in, visit_now_us(v));
	return pump(v);
}

void visit_give_line(struct visit *v, const char *line)
{
	visit_give(v, IN_COMMAND, line);
}

/* ---- the beginning ---- */

static char *helo_name(struct visit *v)
{
	const char *local = conn_local(stream_conn(v->stream));
	char *name;

	if (v->plan->helo || v->to.own_name)
		return xstrdup(v->plan->helo ? v->plan->helo
		                             : v->to.own_name);
	name = address_literal(*local ? local : "127.0.0.1");
	outlet_finding(v->out, "helo-literal", name, v->to.session, 0);
	return name;
}

/* It names the sender and the time, which are not known any earlier. */
static void make_message(struct visit *v, const char *helo)
{
	const struct plan *p = v->plan;
	char *postmaster = xasprintf("postmaster@%s", helo), *text;
	struct test_message m = { .from = p->from ? p->from : postmaster,
		.to = (const char *const *)p->to, .n_to = p->n_to,
		.helo = helo, .when = (int64_t)time(NULL),
		.token = (uint64_t)loop_now_us() };
	size_t len;

	if (p->test_message) {
		text = message_test(&m, &len);
		session_set_message(v->session, text, len);
		free(text);
	}
	free(postmaster);
}

static void begin_session(struct visit *v)
{
	struct session_digest digest = { .begin = digest_begin,
		.update = digest_update, .hex = digest_hex, .arg = v };
	char *helo;

	post_connect(v, EV_CONNECTED,
	             (uint32_t)(visit_now_us(v) - v->started_us));
	post_notes(v);
	helo = helo_name(v);
	v->session = session_new(v->plan, helo, v->to.session,
	                         &v->out->count->next_n);
	make_message(v, helo);
	free(helo);
	session_set_digest(v->session, &digest);
	if (!v->to.local) /* a path is no name that a greeting could have */
		session_set_host(v->session, v->to.host);
	session_set_step(v->session, v->to.step);
	session_set_policy(v->session, visit_policy(v));
	if (v->to.clear)
		session_set_clear(v->session);
	visit_lend(v);
	visit_give(v, IN_CONNECTED, NULL);
}

/* A redirect is a classroom's: nothing of the plan's way is taken to it. */
static struct conn_to where_to(const struct visit *v)
{
	const struct plan_way *way = &v->plan->way;

	if (v->to.via_port)
		return (struct conn_to){ .address = "127.0.0.1",
			.port = v->to.via_port };
	return (struct conn_to){
		.address = v->to.address, .port = v->to.port,
		.source = plan_source(v->plan, way->socks_host
		                      ? way->socks_host : v->to.address),
		.unix_path = way->unix_path, .pipe = way->pipe,
		.socks_host = way->socks_host,
		.socks_port = way->socks_port,
		.proxy_header = way->proxy_header,
		.proxy_from = way->proxy_from, .proxy_to = way->proxy_to,
	};
}

struct visit *visit_new(struct loop *l, struct outlet *out,
                        const struct plan *plan, const struct visit_to *to,
                        const struct visit_calls *calls)
{
	uint32_t limit_ms = plan->timeout_ms ? plan->timeout_ms
	                    : plan->patience == PATIENCE_CLASSROOM
	                    ? VISIT_CLASSROOM_MS : VISIT_CONNECT_MS;
	struct judge_out judge_out;
	struct conn_to where;
	struct visit *v = xcalloc(1, sizeof *v);

	v->loop = l;
	v->out = out;
	v->plan = plan;
	v->calls = *calls;
	v->to = *to;
	v->started_us = visit_now_us(v);
	v->deadline_us = v->started_us + (int64_t)limit_ms * 1000;
	where = where_to(v);
	v->stream = stream_new(conn_open(l, &where, on_ready, v));
	if (to->may_wait && conn_no_files(stream_conn(v->stream))) {
		stream_free(v->stream);
		free(v);
		return NULL;
	}
	v->to.host = xstrdup(to->host);
	v->to.address = xstrdup(to->address);
	v->to.own_name = to->own_name ? xstrdup(to->own_name) : NULL;
	if (!to->local && strcmp(to->host, to->address) != 0)
		identify_host(&v->who.identity, to->host);
	v->seat = (struct docket_seat){ .out = out, .docket = to->docket,
		.session = to->session };
	judge_out = docket_judge_out(&v->seat);
	v->judge = judge_new(&judge_out, to->session, plan->stage);
	v->leave_us = INT64_MAX;
	post_connect(v, EV_CONNECTING, 0);
	v->timer = loop_timer_new(l, on_time, v);
	visit_arm(v);
	if (plan->tls.wrap) /* while the network is busy */
		visit_prepare_tls(v);
	return v;
}

void visit_free(struct visit *v)
{
	if (!v)
		return;
	stream_free(v->stream);
	session_free(v->session);
	lender_free(v->lender);
	judge_free(v->judge);
	loop_timer_free(v->timer);
	sha256_clear(&v->digest);
	free(v->prompt);
	wipe_free(v->held);
	free((char *)v->to.host);
	free((char *)v->to.address);
	free((char *)v->to.own_name);
	free(v);
}

int64_t visit_deadline_us(const struct visit *v)
{
	return v->deadline_us;
}

/* ---- what the loop tells ---- */

/* Others have filled the queue since: it is not read on until there is room. */
static bool hold_back(struct visit *v)
{
	if (!v->session || v->over || !v->out->box->full)
		return false;
	v->paused = true;
	conn_pause(stream_conn(v->stream), true);
	visit_arm(v);
	return true;
}

static void on_ready(void *arg)
{
	struct visit *v = arg;
	struct conn *conn = stream_conn(v->stream);
	struct conn_bytes unused;
	bool more = !hold_back(v);

	if (v->over) {
		if (conn_bye(stream_conn(v->stream)))
			finish(v);
		return;
	}
	if (!v->session) {
		if (conn_is_up(conn))
			begin_session(v);
		else if (conn_read(conn, &unused) == CONN_ENDED)
			visit_fail_connect(v, conn_end(conn));
		return;
	}
	for (int i = 0; more && !v->paused; i++) {
		if (i == TURN_READS) {
			conn_again(conn);
			return;
		}
		if (!read_once(v, &more) || !pump(v))
			return;
	}
}

/* A reply that is there already has come in time: the loop was late. */
static void on_time(void *arg)
{
	struct visit *v = arg;
	bool more;

	if (!v->session) {
		visit_fail_connect(v, conn_late(stream_conn(v->stream)));
		return;
	}
	if (visit_now_us(v) >= v->leave_us) {
		visit_give(v, IN_CANCEL, NULL);
		return;
	}
	if (!v->paused && read_once(v, &more) && !pump(v))
		return;
	if (visit_now_us(v) >= session_deadline_us(v->session))
		visit_give(v, IN_TICK, NULL);
	else
		visit_arm(v);
}
