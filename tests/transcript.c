#include "config.h"

#include "transcript.h"

#include <stdlib.h>
#include <string.h>

#include "core/escape.h"
#include "core/event.h"

static void put(struct buf *b, const struct event *e, struct ev_ref r)
{
	buf_addc(b, ' ');
	escape_text(b, event_text(e, r), r.len, false);
}

static void put_reply(struct buf *b, const struct event *e)
{
	const struct ev_reply *r = &e->u.reply;

	if (r->to == EV_UNASKED)
		buf_adds(b, " unasked");
	else
		buf_addf(b, " to %u", r->to);
	buf_addf(b, " us %u", r->us);
	for (uint32_t i = 0; i < r->lines.len; i++) {
		buf_adds(b, i ? " |" : "");
		put(b, e, event_item(e, r->lines, i));
	}
}

static void put_connect(struct buf *b, const struct event *e)
{
	put(b, e, e->u.connect.host);
	buf_addf(b, " [%s]:%u us %u", event_text(e, e->u.connect.address),
	         e->u.connect.port, e->u.connect.us);
	if (e->u.connect.via.len)
		put(b, e, e->u.connect.via);
}

static void put_tls(struct buf *b, const struct event *e)
{
	put(b, e, e->u.tls.version);
	put(b, e, e->u.tls.cipher);
	put(b, e, e->u.tls.group);
	put(b, e, e->u.tls.verify);
	if (e->u.tls.chain.len)
		put(b, e, event_cert(e, 0)->subject);
}

static void put_verdict(struct buf *b, const struct event *e)
{
	const struct ev_verdict *v = &e->u.verdict;

	put(b, e, v->recipient);
	put(b, e, v->rule);
	buf_addf(b, " %u", v->exit);
}

static void put_start(struct buf *b, const struct event *e)
{
	put(b, e, e->target);
	buf_adds(b, ":");
	put(b, e, e->u.start.program);
	put(b, e, e->u.start.time);
}

static void put_rest(struct buf *b, const struct event *e)
{
	switch (e->kind) {
	case EV_START: put_start(b, e); break;
	case EV_CONNECTING:
	case EV_CONNECTED: put_connect(b, e); break;
	case EV_TLS: put_tls(b, e); break;
	case EV_REPLY: put_reply(b, e); break;
	case EV_SENT: put(b, e, e->u.sent.line); break;
	case EV_FINDING: put(b, e, e->u.finding.id); break;
	case EV_VERDICT: put_verdict(b, e); break;
	case EV_STATE:
		buf_addf(b, " %s", state_name(e->u.state.to));
		put(b, e, e->u.state.rule);
		break;
	case EV_FAILED:
		buf_addf(b, " %s %s", fail_phase_name(e->u.failed.phase),
		         fail_kind_name(e->u.failed.kind));
		put(b, e, e->u.failed.detail);
		break;
	case EV_MESSAGE:
		buf_addf(b, " %u lines %u bytes %u stuffed",
		         e->u.message.lines, e->u.message.bytes,
		         e->u.message.stuffed);
		break;
	case EV_CLOSED:
		buf_addf(b, " %s %s", e->u.closed.by_server ? "server" : "us",
		         e->u.closed.clean ? "clean" : "broken");
		break;
	case EV_END: buf_addf(b, " %u", e->u.end.exit); break;
	default: break;
	}
}

static const char *check(const struct transcript *t, const struct event *e)
{
	if (e->n != t->n)
		return "a number is missing";
	if (e->t_us != 0)
		return "a time was invented";
	if (e->size < event_fixed_size(e->kind))
		return "an event is cut";
	for (size_t i = 0; t->secrets && t->secrets[i]; i++)
		if (memmem(e, e->size, t->secrets[i], strlen(t->secrets[i])))
			return "a secret is in an event";
	return NULL;
}

static bool see(void *arg, const struct event *e)
{
	struct transcript *t = arg;

	t->n++;
	if (!t->wrong)
		t->wrong = check(t, e);
	t->ended = e->kind == EV_END;
	buf_addf(&t->lines, "%u %s", e->session,
	         event_kind_name((enum event_kind)e->kind));
	put_rest(&t->lines, e);
	buf_addc(&t->lines, '\n');
	return true;
}

void transcript_read(struct transcript *t, const char *name, const char *data,
                     size_t len)
{
	const struct import_source source = { .name = name, .data = data,
		.len = len };

	t->n = 0;
	t->error = NULL;
	t->wrong = NULL;
	t->ended = false;
	buf_reset(&t->lines);
	t->result = import_play(&source, see, t, &t->error);
	if (t->result == IMPORT_DONE && !t->ended && !t->wrong)
		t->wrong = "the end is missing";
	if (t->result == IMPORT_BAD && (t->n || !t->error) && !t->wrong)
		t->wrong = "no transcript, and yet events";
}

void transcript_clear(struct transcript *t)
{
	buf_clear(&t->lines);
	free(t->error);
	t->error = NULL;
}
