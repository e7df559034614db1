#include "config.h"

#include "madesession.h"

#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

static void give(struct maker *m, struct event_builder *b)
{
	struct event *e;

	b->e.n = ++m->n;
	b->e.session = 1;
	b->e.t_us = (int64_t)m->n * 1000;
	e = event_finish(b);
	summary_see(m->s, e);
	free(e);
}

static void make_connection(struct maker *m)
{
	struct event_builder b;

	event_begin(&b, EV_CONNECTING);
	b.e.u.connect.host = event_puts(&b, "mx.example");
	b.e.u.connect.address = event_puts(&b, "192.0.2.1");
	b.e.u.connect.port = 25;
	give(m, &b);
}

static void make_connected(struct maker *m)
{
	struct event_builder b;

	event_begin(&b, EV_CONNECTED);
	give(m, &b);
}

static void make_failure(struct maker *m, enum fail_phase phase)
{
	struct event_builder b;

	event_begin(&b, EV_FAILED);
	b.e.u.failed.phase = (uint8_t)phase;
	b.e.u.failed.kind = FAIL_TIMEOUT;
	give(m, &b);
}

static void make_tls(struct maker *m, const char *cert)
{
	struct ev_cert c = { .serial = { 0 } };
	struct event_builder b;

	event_begin(&b, EV_TLS);
	b.e.u.tls.version = event_puts(&b, "TLSv1.3");
	b.e.u.tls.cipher = event_puts(&b, "AES");
	c.sha256 = event_puts(&b, cert);
	b.e.u.tls.chain = event_put_array(&b, &c, sizeof c, 1);
	give(m, &b);
}

void made_sent(struct maker *m, const char *line)
{
	char *verb = xmemdup0(line, strcspn(line, " "));
	struct event_builder b;

	event_begin(&b, EV_SENT);
	b.e.u.sent.line = event_puts(&b, line);
	b.e.u.sent.verb = event_puts(&b, verb);
	give(m, &b);
	m->sent = m->n;
	free(verb);
}

/* "250 2.1.0 Ok"; several lines have a | between. */
void made_reply(struct maker *m, const char *text)
{
	const char *lines[16];
	char *copy = xstrdup(text), *save = NULL;
	const char *enhanced;
	struct event_builder b;
	size_t n = 0;

	for (char *l = strtok_r(copy, "|", &save); l;
	     l = strtok_r(NULL, "|", &save))
		lines[n++] = l;
	event_begin(&b, EV_REPLY);
	b.e.u.reply.code = (uint16_t)strtoul(text, NULL, 10);
	enhanced = lines[0][3] && lines[0][5] == '.' ? lines[0] + 4 : "";
	b.e.u.reply.enhanced = event_put(&b, enhanced, strcspn(enhanced, " "));
	b.e.u.reply.lines = event_put_texts(&b, lines, n);
	b.e.u.reply.to = m->sent;
	give(m, &b);
	free(copy);
}

void made_session(struct summary *s, const char *const *lines)
{
	struct maker m = { .s = s };

	make_connection(&m);
	if (**lines == 'N') {
		make_failure(&m, PHASE_CONNECT);
		return;
	}
	make_connected(&m);
	for (; *lines; lines++)
		switch (**lines) {
		case 'C': made_sent(&m, *lines + 2); break;
		case 'S': made_reply(&m, *lines + 2); break;
		case 'T': make_tls(&m, *lines + 2); break;
		case 'F': make_failure(&m, PHASE_DIALOG); break;
		default: abort();
		}
}

