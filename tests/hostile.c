#include "config.h"

#include "hostile.h"

#include <stdlib.h>
#include <string.h>

#include "core/dns.h"
#include "util/xalloc.h"

#define OWN "document.title='owned'"
#define X16(s) s s s s s s s s s s s s s s s s
#define TEXT(s) { s, sizeof(s) - 1 }

static const struct hostile_text texts[] = {
	TEXT("<script>" OWN "</script>"),
	TEXT("</script><script>" OWN "</script>"),
	TEXT("</title></style><script>" OWN "</script>"),
	TEXT("\"><img src=x onerror=" OWN ">"),
	TEXT("'><svg/onload=\"" OWN "\">"),
	TEXT("<!-- x --><!--><?xml?><![CDATA[ ]]> --!>"),
	TEXT("&lt;script&gt; &#60;b&#x3e; &amp;amp; &quot;"),
	TEXT("javascript:" OWN " data:text/html,<script>" OWN "</script>"),
	TEXT("</bdi></code></pre></div></li></ol></section></main></body>"),
	TEXT("}*{background:url(http://198.51.100.1/x)}@import '//x';"),
	TEXT("`" OWN "` ${" OWN "} %s%s%s%n %1$s {1} %1 %2"),
	TEXT("a\0b\0<script>" OWN "</script>\0"),
	TEXT("a\xe2\x80\xae" "b\xe2\x81\xa7\xe2\x80\xa8" "c\xef\xbb\xbf"
	     "d\xc2\xad\xf3\xa0\x81\x81" "e\xd7\x90\xd7\x91"),
	TEXT("\xff\xfe\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80 \xc3"),
	TEXT("<1B> <U+202E> \\x1b \033[2J\033]0;x\a\r\n250 ok\t\x7f\x9b" "2J"),
	TEXT("http://example.org www.example.org @all #1 !1 :x: $x$"),
	TEXT("![x](http://x) [a](javascript:x) <http://x> ``` ~~~ ```` `` `"),
	TEXT("| a | b |\n|---|---|\n# h\n> q\n* l\n1. n\n    c\n---\n\\|"),
	TEXT(" `` ` "),
	TEXT(X16(X16("<b>0123456789abc"))), /* 4,096 */
};

const struct hostile_text *hostile_at(size_t i)
{
	return i < sizeof texts / sizeof *texts ? &texts[i] : NULL;
}

struct maker {
	const struct hostile_text *t;
	void (*see)(void *arg, const struct event *e);
	void *arg;
	uint32_t n, session;
	struct event_builder b;
};

static void begin(struct maker *m, enum event_kind kind)
{
	event_begin(&m->b, kind);
	m->b.e.n = ++m->n;
	m->b.e.session = kind < EV_CONNECTING ? 0 : m->session;
	m->b.e.target = event_put(&m->b, m->t->data, m->t->len);
}

static void end(struct maker *m)
{
	struct event *e = event_finish(&m->b);

	m->see(m->arg, e);
	free(e);
}

static struct ev_ref put(struct maker *m)
{
	return event_put(&m->b, m->t->data, m->t->len);
}

/* "before" and the text. */
static struct ev_ref put_behind(struct maker *m, const char *before)
{
	struct buf b = { 0 };
	struct ev_ref r;

	buf_adds(&b, before);
	buf_add(&b, m->t->data, m->t->len);
	r = event_put(&m->b, b.data, b.len);
	buf_clear(&b);
	return r;
}

static struct ev_ref put_list(struct maker *m)
{
	struct ev_ref items[3];

	for (int i = 0; i < 3; i++)
		items[i] = put(m);
	return event_put_array(&m->b, items, sizeof *items, 3);
}

/* The address that a session goes to. */
static struct ev_ref put_address(struct maker *m, uint32_t session)
{
	return put_behind(m, session == 1 ? "" : "2");
}

static void lookups(struct maker *m)
{
	struct ev_rr rr = { .type = RR_TXT, .ttl = 60 };
	struct ev_ref addresses[2];
	struct ev_host h[2] = { { .preference = 10 },
		                { .preference = 20, .unusable = true } };

	begin(m, EV_DNS);
	m->b.e.u.dns.name = put(m);
	m->b.e.u.dns.server = put(m);
	m->b.e.u.dns.ext = put(m);
	m->b.e.u.dns.type = RR_TXT;
	rr.name = put(m);
	rr.data = put(m);
	m->b.e.u.dns.answers = event_put_array(&m->b, &rr, sizeof rr, 1);
	end(m);
	begin(m, EV_ROUTE);
	m->b.e.u.route.domain = put(m);
	for (uint32_t i = 0; i < 2; i++)
		addresses[i] = put_address(m, i + 1);
	h[0].host = h[1].host = put(m);
	h[0].addresses = event_put_array(&m->b, addresses, sizeof *addresses,
	                                 2);
	h[1].why = put(m);
	m->b.e.u.route.hosts = event_put_array(&m->b, h, sizeof *h, 2);
	end(m);
}

static void connection(struct maker *m)
{
	for (int kind = EV_CONNECTING; kind <= EV_CONNECTED; kind++) {
		begin(m, (enum event_kind)kind);
		m->b.e.u.connect.host = put(m);
		m->b.e.u.connect.address = put_address(m, m->session);
		m->b.e.u.connect.via = put(m);
		m->b.e.u.connect.local = put(m);
		end(m);
	}
}

static void handshake(struct maker *m)
{
	struct ev_cert c;
	struct ev_tls *t = &m->b.e.u.tls;

	begin(m, EV_TLS);
	c = (struct ev_cert){ put(m), put(m), put_list(m), put(m), put(m),
		put(m), put(m), put(m), put(m), put(m) };
	t->version = put(m);
	t->cipher = put(m);
	t->group = put(m);
	t->alpn = put(m);
	t->sni = put(m);
	t->verify = put(m);
	t->detail = put(m);
	t->dane = put(m);
	t->names = put_list(m);
	t->tlsa = put_list(m);
	t->chain = event_put_array(&m->b, &c, sizeof c, 1);
	t->cert_asked = true;
	end(m);
}

static void reply(struct maker *m, uint32_t to, const char *code)
{
	struct ev_ref lines[2];
	char again[8] = "";

	begin(m, EV_REPLY);
	memcpy(again, code, 3);
	again[3] = '-';
	lines[0] = put_behind(m, again);
	lines[1] = put_behind(m, code);
	m->b.e.u.reply.lines = event_put_array(&m->b, lines, sizeof *lines, 2);
	m->b.e.u.reply.code = (uint16_t)strtoul(code, NULL, 10);
	m->b.e.u.reply.enhanced = put(m);
	m->b.e.u.reply.recipient = put(m);
	m->b.e.u.reply.to = to;
	end(m);
}

static void turns(struct maker *m)
{
	static const struct {
		const char *verb, *line, *code;
	} rows[] = { { "EHLO", "EHLO ", "250 " },
		{ "MAIL", "MAIL FROM:<", "250 " },
		{ "RCPT", "RCPT TO:<", "550 " }, { "", "", "421 " } };

	reply(m, EV_GREETING, "220 ");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		begin(m, EV_SENT);
		m->b.e.u.sent.verb = event_puts(&m->b, rows[i].verb);
		m->b.e.u.sent.line = put_behind(m, rows[i].line);
		end(m);
		reply(m, m->n, rows[i].code);
	}
}

static void findings(struct maker *m)
{
	static const char *const ids[] = { "path-blank", "unknown-id", NULL };

	for (size_t i = 0; i < 3; i++) {
		begin(m, EV_FINDING);
		m->b.e.u.finding.id = ids[i] ? event_puts(&m->b, ids[i])
		                             : put(m);
		m->b.e.u.finding.args = put_list(m);
		m->b.e.u.finding.evidence = put(m);
		m->b.e.u.finding.about = m->n - 3;
		m->b.e.u.finding.caret = 1;
		m->b.e.u.finding.level = (uint8_t)i;
		end(m);
	}
}

static void checks(struct maker *m)
{
	for (int grade = 0; grade < GRADE_COUNT; grade++) {
		struct ev_trace t[8];

		begin(m, EV_CHECK);
		for (uint32_t i = 0; i < 8; i++)
			t[i] = (struct ev_trace){ put(m), put_list(m), i };
		m->b.e.u.check.id = grade ? event_puts(&m->b, "spf-mail")
		                          : put(m);
		m->b.e.u.check.subject = put(m);
		m->b.e.u.check.result = put(m);
		m->b.e.u.check.say = put(m);
		m->b.e.u.check.args = put_list(m);
		m->b.e.u.check.trace = event_put_array(&m->b, t, sizeof *t, 8);
		m->b.e.u.check.grade = (uint8_t)grade;
		end(m);
	}
}

static void verdicts(struct maker *m)
{
	for (int of_all = 0; of_all < 2; of_all++) {
		struct ev_verdict *v = &m->b.e.u.verdict;

		begin(m, EV_VERDICT);
		if (!of_all)
			v->recipient = put(m);
		v->rule = event_puts(&m->b, "refused-recipient");
		v->args = put_list(m);
		v->because = put(m);
		v->words = put(m);
		v->supports = put_list(m);
		v->opposes = put_list(m);
		v->contradictions = put_list(m);
		v->mta = put(m);
		v->advice = put(m);
		v->advice_args = put_list(m);
		v->outcome = OUT_REFUSED;
		v->act = ACT_RECIPIENT;
		end(m);
	}
}

static void rest(struct maker *m)
{
	begin(m, EV_BYTES);
	m->b.e.u.bytes.data = put(m);
	m->b.e.u.bytes.count = (uint32_t)m->t->len + 7;
	m->b.e.u.bytes.from_server = true;
	end(m);
	begin(m, EV_MESSAGE);
	m->b.e.u.message.sha256 = put(m);
	end(m);
	begin(m, EV_FAILED);
	m->b.e.u.failed.detail = put(m);
	m->b.e.u.failed.phase = PHASE_DIALOG;
	end(m);
	begin(m, EV_CLOSED);
	end(m);
}

void hostile_target(const struct hostile_text *t,
                    void (*see)(void *arg, const struct event *e), void *arg)
{
	struct maker m = { .t = t, .see = see, .arg = arg, .session = 1 };

	begin(&m, EV_START);
	m.b.e.u.start.program = put(&m);
	m.b.e.u.start.version = put(&m);
	m.b.e.u.start.time = put(&m);
	m.b.e.u.start.options = put_behind(&m, "--all ");
	m.b.e.u.start.lang = put(&m);
	end(&m);
	lookups(&m);
	connection(&m);
	handshake(&m);
	turns(&m);
	findings(&m);
	checks(&m);
	verdicts(&m);
	rest(&m);
	m.session = 2;
	connection(&m);
	reply(&m, EV_GREETING, "220 ");
	rest(&m);
	begin(&m, EV_END);
	m.b.e.u.end.exit = 69;
	end(&m);
}
