#include "config.h"

#include "madesession.h"

#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

static void give(struct maker *m, struct event_builder *b)
{
	struct event *e;

	b->e.n = ++m->n;
	b->e.session = m->session ? m->session : 1;
	b->e.t_us = (int64_t)m->n * 1000;
	e = event_finish(b);
	if (m->see)
		m->see(m->arg, e);
	else
		summary_see(m->s, e);
	free(e);
}

static void make_connection(struct maker *m)
{
	struct event_builder b;

	event_begin(&b, EV_CONNECTING);
	b.e.u.connect.host = event_puts(&b, m->host ? m->host : "mx.example");
	b.e.u.connect.address = event_puts(&b, m->address ? m->address
	                                                  : "192.0.2.1");
	b.e.u.connect.port = 25;
	give(m, &b);
}

static void make_connected(struct maker *m)
{
	struct event_builder b;

	event_begin(&b, EV_CONNECTED);
	b.e.u.connect.us = 1000;
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

/* "cert1", or "cert1 TLSv1.2 expired CN=Authority". */
static void make_tls(struct maker *m, const char *text)
{
	char *copy = xstrdup(text), *save = NULL;
	char *cert = strtok_r(copy, " ", &save);
	char *version = strtok_r(NULL, " ", &save);
	char *verify = strtok_r(NULL, " ", &save);
	char *issuer = strtok_r(NULL, "", &save);
	struct ev_cert c = { .serial = { 0 } };
	struct event_builder b;

	event_begin(&b, EV_TLS);
	b.e.u.tls.version = event_puts(&b, version ? version : "TLSv1.3");
	b.e.u.tls.cipher = event_puts(&b, "AES");
	b.e.u.tls.verify = event_puts(&b, verify ? verify : "ok");
	b.e.u.tls.us = 2000;
	c.sha256 = event_puts(&b, cert);
	c.issuer = event_puts(&b, issuer ? issuer : "CN=Example CA");
	b.e.u.tls.chain = event_put_array(&b, &c, sizeof c, 1);
	give(m, &b);
	free(copy);
}

/* Nothing but what it puts the reply down to. */
static void make_verdict(struct maker *m, const char *cause)
{
	const char *args[] = { "", "", cause };
	struct event_builder b;

	event_begin(&b, EV_VERDICT);
	b.e.u.verdict.args = event_put_texts(&b, args, 3);
	give(m, &b);
}

static void make_closed(struct maker *m)
{
	struct event_builder b;

	event_begin(&b, EV_CLOSED);
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
	b.e.u.reply.us = m->us ? m->us : 1000;
	m->us = 0;
	give(m, &b);
	free(copy);
}

static void make_line(struct maker *m, const char *line)
{
	const char *text = *line && line[1] ? line + 2 : "";

	switch (*line) {
	case 'C': made_sent(m, text); break;
	case 'S': made_reply(m, text); break;
	case 'T': make_tls(m, text); break;
	case 'F': make_failure(m, PHASE_DIALOG); break;
	case 'G': make_failure(m, PHASE_GREETING); break;
	case 'H': make_failure(m, PHASE_TLS); break;
	case 'V': make_verdict(m, text); break;
	case 'U': m->us = (uint32_t)strtoul(text, NULL, 10); break;
	case 'X': make_closed(m); break;
	case '\0': break; /* nothing came yet */
	default: abort();
	}
}

void made_dialog(struct maker *m, const char *const *lines)
{
	m->sent = EV_GREETING;
	make_connection(m);
	if (*lines && **lines == 'N') {
		make_failure(m, PHASE_CONNECT);
		return;
	}
	make_connected(m);
	for (; *lines; lines++)
		make_line(m, *lines);
}

void made_session(struct summary *s, const char *const *lines)
{
	struct maker m = { .s = s };

	made_dialog(&m, lines);
}
