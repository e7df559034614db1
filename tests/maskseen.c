#include "config.h"

#include "maskseen.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/dns.h"
#include "core/secret_view.h"
#include "util/base64.h"
#include "util/buf.h"

static const char who[] = "zqwren@mx.zqnest.test [5.67.8.9]";
static const char host[] = "mx.zqnest.test";
static const char address[] = "5.67.8.9";
static const char user[] = "zqwren@zqnest.test";

static struct ev_ref texts(struct event_builder *b)
{
	const char *const list[] = { who, user, host, address };

	return event_put_texts(b, list, 4);
}

static void make_start(struct event_builder *b)
{
	b->e.u.start.program = event_puts(b, "smtpscope");
	b->e.u.start.time = event_puts(b, "2026-11-29T10:00:00Z");
	b->e.u.start.options = event_puts(b, "--quit-after=rcpt "
	    "--helo=zqnest --from=zqwren@zqnest.test --to=zqwren "
	    "--auth-user=zqwren '--pipe=/srv/zqwren/bin/x -y zqnest' "
	    "--tls-key=/srv/zqwren/zqnest.pem --source=5.67.8.9");
}

static void make_dns(struct event_builder *b)
{
	static const struct {
		uint16_t type;
		const char *data;
	} records[] = {
		{ RR_MX, "10 mx.zqnest.test." }, { RR_A, "5.67.8.9" },
		{ RR_TXT, "\"v=spf1 ip4:5.67.8.9 include:_spf.zqnest.test "
		  "exists:%{i}.zqnest.test -all\"" },
		{ RR_TXT, "\"v=DMARC1; rua=mailto:zqwren@zqnest.test!10m\"" },
		{ RR_TXT, "\"zqnest-verification=zqwren\"" },
		{ RR_PTR, "zqnest." }, { RR_SOA, "ns.zqnest.test. "
		  "zqwren.zqnest.test. 1 2 3 4 5" },
	};
	struct ev_rr list[sizeof records / sizeof *records];

	for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
		list[i] = (struct ev_rr){ .type = records[i].type };
		list[i].name = event_puts(b, "9.8.67.5.zqnest.test.");
		list[i].data = event_puts(b, records[i].data);
	}
	b->e.u.dns.answers = event_put_array(b, list, sizeof *list,
	                                     sizeof list / sizeof *list);
	b->e.u.dns.name = event_puts(b, "zqnest");
	b->e.u.dns.server = event_puts(b, "5.67.8.9:53");
	b->e.u.dns.ext = event_puts(b, who);
	b->e.u.dns.wire = event_puts(b, who);
}

static void make_route(struct event_builder *b)
{
	struct ev_host h = { .preference = 10 };
	const char *const list[] = { address };

	h.host = event_puts(b, host);
	h.addresses = event_put_texts(b, list, 1);
	b->e.u.route.domain = event_puts(b, "zqnest");
	b->e.u.route.hosts = event_put_array(b, &h, sizeof h, 1);
}

static void make_connect(struct event_builder *b)
{
	b->e.u.connect.host = event_puts(b, "/run/zqwren/zqnest.sock");
	b->e.u.connect.address = event_puts(b, address);
	b->e.u.connect.via = event_puts(b, "zqnest");
	b->e.u.connect.local = event_puts(b, address);
}

static void make_tls(struct event_builder *b)
{
	struct ev_cert c = { 0 };

	c.subject = event_puts(b, "CN=zqnest Mail,O=zqwren\\, zqnest,C=DE");
	c.issuer = event_puts(b, "CN=mx.zqnest.test, OU=zqwren");
	c.names = texts(b);
	b->e.u.tls.chain = event_put_array(b, &c, sizeof c, 1);
	b->e.u.tls.sni = event_puts(b, "zqnest");
	b->e.u.tls.detail = event_puts(b, who);
	b->e.u.tls.names = texts(b);
	b->e.u.tls.tlsa = texts(b);
}

static void make_reply(struct event_builder *b)
{
	static const char *const lines[] = {
		"550-5.7.1 zqwren@zqnest.test [5.67.8.9] 9.8.67.5.zqnest.test",
		"550-5.7.1 enF3cmVuQHpxbmVzdC50ZXN0 zqWREN%40ZQnest.test",
		"550-5.7.1 <zqwren@zq", "550-5.7.1 nest.test> and 5.67.",
		"550 5.7.1 8.9 http://x.test/zqwren?u=zqwren@zqnest.test",
	};

	b->e.u.reply.lines = event_put_texts(b, lines, 5);
	b->e.u.reply.enhanced = event_puts(b, "5.7.1");
	b->e.u.reply.raw = event_puts(b, who);
	b->e.u.reply.recipient = event_puts(b, "zqwren");
}

static void make_check(struct event_builder *b)
{
	struct ev_trace t = { .depth = 1 };

	t.say = event_puts(b, "record");
	t.args = texts(b);
	b->e.u.check.id = event_puts(b, "spf-mail");
	b->e.u.check.subject = event_puts(b, "zqnest");
	b->e.u.check.args = texts(b);
	b->e.u.check.trace = event_put_array(b, &t, sizeof t, 1);
}

static void make_verdict(struct event_builder *b)
{
	b->e.u.verdict.recipient = event_puts(b, user);
	b->e.u.verdict.args = texts(b);
	b->e.u.verdict.words = event_puts(b, who);
	b->e.u.verdict.advice_args = texts(b);
}

static void make_finding(struct event_builder *b)
{
	b->e.u.finding.id = event_puts(b, "path-blank");
	b->e.u.finding.args = texts(b);
	b->e.u.finding.evidence = event_puts(b, "RCPT TO: <zqwren> at "
	                                        "mx.zqnest.test 5.67.8.9");
}

static void make_words(struct event_builder *b)
{
	switch (b->e.kind) {
	case EV_FAILED: b->e.u.failed.detail = event_puts(b, who); return;
	case EV_SENT:
		b->e.u.sent.line = event_puts(b, "RCPT TO:"
		                                 "<zqwren@zqnest.test>");
		b->e.u.sent.verb = event_puts(b, "RCPT");
		return;
	case EV_BYTES: b->e.u.bytes.data = event_puts(b, who); return;
	case EV_PROMPT:
		b->e.u.prompt.line = event_puts(b, "VRFY zqwren");
		return;
	case EV_ASK: b->e.u.ask.args = texts(b); return;
	default: return;
	}
}

struct event *maskseen_event(enum event_kind kind)
{
	struct event_builder b;

	event_begin(&b, kind);
	b.e.target = event_puts(&b, user);
	switch (kind) {
	case EV_START: make_start(&b); break;
	case EV_DNS: make_dns(&b); break;
	case EV_ROUTE: make_route(&b); break;
	case EV_CONNECTING: case EV_CONNECTED: make_connect(&b); break;
	case EV_TLS: make_tls(&b); break;
	case EV_REPLY: make_reply(&b); break;
	case EV_CHECK: make_check(&b); break;
	case EV_VERDICT: make_verdict(&b); break;
	case EV_FINDING: make_finding(&b); break;
	default: make_words(&b); break;
	}
	return event_finish(&b);
}

struct look {
	const char *text;
	bool found;
};

static void look_in(const struct secret_run *run, void *arg)
{
	struct look *l = arg;
	size_t len = strlen(l->text);

	for (size_t i = 0; i + len <= run->n; i++)
		l->found |= strncasecmp(run->bytes + i, l->text, len) == 0;
}

bool maskseen_holds(const char *data, size_t len, const char *text)
{
	struct look l = { .text = text };

	secret_views(data, len, look_in, &l);
	return l.found;
}

bool maskseen_leaks(const struct event *e, const char *text)
{
	size_t fixed = event_fixed_size(e->kind);

	return maskseen_holds((const char *)e + fixed, e->size - fixed, text);
}
