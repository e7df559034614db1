#include "config.h"

#include "ui_dialog.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/command.h"
#include "core/finding.h"
#include "ui/glyph.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum { STEP_US = 1000, LINES_MAX = 64 };

void script_new(struct script *s)
{
	*s = (struct script){ .dialog = dialog_new(), .t_us = 400000 };
}

static void add(struct script *s, struct event_builder *b)
{
	struct event *e;

	b->e.n = b->e.kind == EV_PROMPT || b->e.kind == EV_ASK ? 0 : ++s->n;
	b->e.session = s->session;
	b->e.t_us = s->t_us;
	s->t_us += STEP_US;
	e = event_finish(b);
	dialog_append(s->dialog, e);
	free(e);
}

void script_start(struct script *s, const char *target)
{
	struct event_builder b;

	event_begin(&b, EV_START);
	b.e.u.start.time = event_puts(&b, "2026-11-23T10:41:00.000Z");
	b.e.target = event_puts(&b, target);
	add(s, &b);
}

void script_dns_mx(struct script *s, const char *domain)
{
	struct event_builder b;
	struct ev_rr rr[2];

	event_begin(&b, EV_DNS);
	b.e.u.dns.name = event_puts(&b, domain);
	b.e.u.dns.server = event_puts(&b, "192.0.2.53");
	b.e.u.dns.type = 15;
	b.e.u.dns.us = 12000;
	rr[0] = (struct ev_rr){ .name = b.e.u.dns.name, .ttl = 3600,
		                .type = 15,
		                .data = event_puts(&b, "10 mx1.example.org.") };
	rr[1] = rr[0];
	rr[1].data = event_puts(&b, "20 mx2.example.org.");
	b.e.u.dns.answers = event_put_array(&b, rr, sizeof rr[0], 2);
	add(s, &b);
}

void script_address(struct script *s, const char *host, const char *address,
                    enum dns_status status)
{
	struct event_builder b;
	struct ev_rr rr;

	event_begin(&b, EV_DNS);
	b.e.u.dns.name = event_puts(&b, host);
	b.e.u.dns.server = event_puts(&b, "192.0.2.53");
	b.e.u.dns.type = strchr(address, ':') ? 28 : 1;
	b.e.u.dns.status = (uint8_t)status;
	b.e.u.dns.us = 2000;
	rr = (struct ev_rr){ .name = b.e.u.dns.name, .ttl = 3600,
		             .type = b.e.u.dns.type,
		             .data = event_puts(&b, address) };
	if (status == DNS_NOERROR)
		b.e.u.dns.answers = event_put_array(&b, &rr, sizeof rr, 1);
	add(s, &b);
}

void script_route(struct script *s, const char *domain)
{
	struct event_builder b;
	struct ev_host host[2];
	struct ev_ref one, two;

	event_begin(&b, EV_ROUTE);
	b.e.u.route.domain = event_puts(&b, domain);
	b.e.u.route.kind = ROUTE_MX;
	one = event_puts(&b, "192.0.2.25");
	two = event_puts(&b, "198.51.100.7");
	host[0] = (struct ev_host){
		.host = event_puts(&b, "mx1.example.org"), .preference = 10,
		.addresses = event_put_array(&b, &one, sizeof one, 1),
		.why = event_puts(&b, ""),
	};
	host[1] = (struct ev_host){
		.host = event_puts(&b, "mx2.example.org"), .preference = 20,
		.addresses = event_put_array(&b, &two, sizeof two, 1),
		.why = event_puts(&b, ""),
	};
	b.e.u.route.hosts = event_put_array(&b, host, sizeof host[0], 2);
	add(s, &b);
}

static void connect_event(struct script *s, enum event_kind k,
                          const char *host, const char *address)
{
	struct event_builder b;

	event_begin(&b, k);
	b.e.u.connect.host = event_puts(&b, host);
	b.e.u.connect.address = event_puts(&b, address);
	b.e.u.connect.via = event_puts(&b, s->via ? s->via : "");
	b.e.u.connect.local = event_puts(&b, "");
	b.e.u.connect.port = 25;
	b.e.u.connect.us = 31000;
	add(s, &b);
}

void script_connecting(struct script *s, const char *host, const char *address)
{
	s->session++;
	connect_event(s, EV_CONNECTING, host, address);
}

void script_connect(struct script *s, const char *host, const char *address)
{
	script_connecting(s, host, address);
	connect_event(s, EV_CONNECTED, host, address);
}

void script_failed(struct script *s, enum fail_phase phase,
                   enum fail_kind kind)
{
	struct event_builder b;

	event_begin(&b, EV_FAILED);
	b.e.u.failed.phase = (uint8_t)phase;
	b.e.u.failed.kind = (uint8_t)kind;
	b.e.u.failed.detail = event_puts(&b, "");
	add(s, &b);
}

void script_closed(struct script *s, bool by_server, bool clean)
{
	struct event_builder b;

	event_begin(&b, EV_CLOSED);
	b.e.u.closed.by_server = by_server;
	b.e.u.closed.clean = clean;
	add(s, &b);
}

static void reply(struct script *s, uint32_t to, const char *enhanced,
                  const char *lines)
{
	struct event_builder b;
	struct ev_ref refs[LINES_MAX];
	size_t n = 0;

	event_begin(&b, EV_REPLY);
	b.e.u.reply.code = (uint16_t)atoi(lines);
	b.e.u.reply.to = to;
	b.e.u.reply.us = 31000;
	b.e.u.reply.enhanced = event_puts(&b, enhanced);
	while (*lines && n < LINES_MAX) {
		size_t len = strcspn(lines, "\n");

		refs[n++] = event_put(&b, lines, len);
		lines += len + (lines[len] == '\n');
	}
	b.e.u.reply.lines = event_put_array(&b, refs, sizeof refs[0], n);
	add(s, &b);
}

void script_greeting(struct script *s, const char *lines)
{
	reply(s, EV_GREETING, "", lines);
}

void script_reply(struct script *s, const char *enhanced, const char *lines)
{
	reply(s, s->sent, enhanced, lines);
}

void script_sent(struct script *s, const char *verb, const char *line)
{
	struct event_builder b;

	event_begin(&b, EV_SENT);
	b.e.u.sent.verb = event_puts(&b, verb);
	b.e.u.sent.line = event_puts(&b, line);
	b.e.u.sent.bytes = (uint32_t)strlen(line) + 2;
	add(s, &b);
	s->sent = s->n;
}

void script_state(struct script *s, enum state from, enum state to)
{
	struct event_builder b;

	event_begin(&b, EV_STATE);
	b.e.u.state.rule = event_puts(&b, "test");
	b.e.u.state.from = (uint8_t)from;
	b.e.u.state.to = (uint8_t)to;
	add(s, &b);
}

void script_finding(struct script *s, const char *id, const char *arg,
                    int caret)
{
	struct event_builder b;

	finding_begin(&b, id, &arg, 1, s->sent);
	b.e.u.finding.caret = caret;
	add(s, &b);
}

void script_prompt(struct script *s, enum state state, const char *line,
                   uint32_t pending)
{
	struct event_builder b;

	event_begin(&b, EV_PROMPT);
	b.e.u.prompt.line = event_puts(&b, line);
	b.e.u.prompt.guide = event_puts(&b, "");
	b.e.u.prompt.pending = pending;
	b.e.u.prompt.state = b.e.u.prompt.projected = (uint8_t)state;
	b.e.u.prompt.open = true;
	b.e.u.prompt.step = UINT32_MAX;
	for (int v = 0; v < VERB_OTHER; v++)
		if (command_allowed((enum verb)v, state))
			b.e.u.prompt.allowed |= UINT64_C(1) << v;
	add(s, &b);
}

void script_greylisted(struct script *s)
{
	script_start(s, "example.org");
	script_dns_mx(s, "example.org");
	script_route(s, "example.org");
	script_connect(s, "mx1.example.org", "192.0.2.25");
	script_state(s, ST_CLOSED, ST_CONNECTED);
	script_greeting(s, "220 mx1.example.org ESMTP");
	script_state(s, ST_CONNECTED, ST_GREETED);
	script_sent(s, "EHLO", "EHLO lab.example.net");
	script_reply(s, "", "250-mx1.example.org\n250-PIPELINING\n"
	                    "250-SIZE 36700160\n250-ENHANCEDSTATUSCODES\n"
	                    "250-8BITMIME\n250 SMTPUTF8");
	script_state(s, ST_GREETED, ST_READY);
	script_sent(s, "MAIL", "MAIL FROM:<alice@lab.example.net>");
	script_reply(s, "2.1.0", "250 2.1.0 Ok");
	script_state(s, ST_READY, ST_MAIL);
	s->t_us = 6920000;
	script_sent(s, "RCPT", "RCPT TO:<bob@example.org>");
	s->t_us = 7412000;
	script_reply(s, "4.2.0", "450 4.2.0 Greylisted, please try again in "
	                         "300 seconds");
	script_state(s, ST_MAIL, ST_MAIL);
	script_prompt(s, ST_MAIL, "QUIT", 0);
}

static void one_cert(struct event_builder *b, struct ev_cert *c,
                     const char *const *names, size_t n)
{
	*c = (struct ev_cert){
		.subject = event_puts(b, "CN=mx1.example.org"),
		.issuer = event_puts(b, "CN=R11, O=Example Trust"),
		.names = event_put_texts(b, names, n),
		.not_before = event_puts(b, "2026-10-27T00:00:00Z"),
		.not_after = event_puts(b, "2027-01-25T12:00:00Z"),
		.sha256 = event_puts(b, "00112233445566778899aabbccddeeff"),
		.spki_sha256 = event_puts(b, "ffeeddccbbaa9988776655443322"),
		.key = event_puts(b, "EC P-256"),
		.signature = event_puts(b, "ecdsa-with-SHA384"),
		.serial = event_puts(b, "0b9f"),
	};
}

void script_tls(struct script *s, const char *verify, const char *dane)
{
	static const char *const names[] = { "mx1.example.org",
		                             "mail\x1b[31m.example.org" };
	static const char *const tlsa[] = { "3 1 1 0b9f", "3 1 1 ffee" };
	struct event_builder b;
	struct ev_cert cert;

	event_begin(&b, EV_TLS);
	one_cert(&b, &cert, names, 2);
	b.e.u.tls.chain = event_put_array(&b, &cert, sizeof cert, 1);
	b.e.u.tls.version = event_puts(&b, "TLSv1.3");
	b.e.u.tls.cipher = event_puts(&b, "TLS_AES_256_GCM_SHA384");
	b.e.u.tls.group = event_puts(&b, "X25519");
	b.e.u.tls.sni = event_puts(&b, "mx1.example.org");
	b.e.u.tls.verify = event_puts(&b, verify);
	b.e.u.tls.detail = event_puts(&b, "");
	b.e.u.tls.names = event_put_texts(&b, names, 1);
	b.e.u.tls.dane = event_puts(&b, dane);
	b.e.u.tls.tlsa = event_put_texts(&b, tlsa, *dane ? 2 : 0);
	b.e.u.tls.matched = strcmp(dane, "ok") == 0 ? 1 : -1;
	b.e.u.tls.depth = strcmp(verify, "ok") == 0 ? -1 : 0;
	b.e.u.tls.us = 82000;
	add(s, &b);
}

void script_reply_for(struct script *s, const char *recipient,
                      const char *line)
{
	struct event_builder b;
	struct ev_ref ref;

	event_begin(&b, EV_REPLY);
	ref = event_puts(&b, line);
	b.e.u.reply.code = (uint16_t)atoi(line);
	b.e.u.reply.to = s->sent;
	b.e.u.reply.recipient = event_puts(&b, recipient);
	b.e.u.reply.enhanced = event_puts(&b, "");
	b.e.u.reply.lines = event_put_array(&b, &ref, sizeof ref, 1);
	add(s, &b);
}

void script_ask(struct script *s, const char *id, const char *arg)
{
	struct event_builder b;

	event_begin(&b, EV_ASK);
	b.e.u.ask.id = event_puts(&b, id);
	b.e.u.ask.args = event_put_texts(&b, &arg, arg ? 1 : 0);
	add(s, &b);
}

void script_check(struct script *s, const char *id, const char *subject,
                  enum grade grade, const char *say)
{
	struct event_builder b;

	event_begin(&b, EV_CHECK);
	b.e.u.check.id = event_puts(&b, id);
	b.e.u.check.subject = event_puts(&b, subject);
	b.e.u.check.say = event_puts(&b, say);
	b.e.u.check.args = event_put_texts(&b, &subject, 1);
	b.e.u.check.grade = (uint8_t)grade;
	add(s, &b);
}

void script_checking(struct script *s, bool checking)
{
	struct event_builder b;

	event_begin(&b, EV_PROMPT);
	b.e.u.prompt.state = (uint8_t)dialog_now(s->dialog)->state;
	b.e.u.prompt.open = dialog_now(s->dialog)->connected;
	b.e.u.prompt.step = UINT32_MAX;
	b.e.u.prompt.checking = checking;
	add(s, &b);
}

void script_inside_tls(struct script *s, const char *verify, const char *dane)
{
	script_start(s, "example.org");
	script_route(s, "example.org");
	script_connect(s, "mx1.example.org", "192.0.2.25");
	script_state(s, ST_CLOSED, ST_CONNECTED);
	script_greeting(s, "220 mx1.example.org ESMTP");
	script_state(s, ST_CONNECTED, ST_GREETED);
	script_sent(s, "EHLO", "EHLO lab.example.net");
	script_reply(s, "", "250-mx1.example.org\n250-PIPELINING\n"
	                    "250-SIZE 1000\n250 STARTTLS");
	script_state(s, ST_GREETED, ST_READY);
	script_sent(s, "STARTTLS", "STARTTLS");
	script_reply(s, "2.0.0", "220 2.0.0 Ready to start TLS");
	script_state(s, ST_READY, ST_TLS);
	script_tls(s, verify, dane);
	script_state(s, ST_TLS, ST_GREETED);
	script_sent(s, "EHLO", "EHLO lab.example.net");
	script_reply(s, "", "250-mx1.example.org\n250-PIPELINING\n"
	                    "250-SIZE 2000\n250 AUTH PLAIN LOGIN");
	script_state(s, ST_GREETED, ST_READY);
	script_prompt(s, ST_READY, "MAIL FROM:<alice@lab.example.net>", 0);
}

/* --- the stage */

static void keep_request(void *arg, struct request *r)
{
	struct ui_stage *st = arg;

	request_free(st->last);
	st->last = r;
	st->requests++;
}

void stage_open(struct ui_stage *st, int w, int h, bool replay)
{
	plan_init(&st->plan);
	target_parse("example.org", &st->plan.target);
	st->last = NULL;
	st->requests = 0;
	st->cfg = (struct ui_config){
		.link = { .dialog = st->script.dialog, .plan = &st->plan,
		          .title = "", .replay = replay },
		.calls = { .request = keep_request, .arg = st },
		.theme = "", .lang_shown = "en", .record_path = "",
		.state_dir = "", .guided = true,
	};
	ui_init(&st->ui, &st->cfg);
	line_set_guard(st->ui.line, 0);
	st->ui.w = w;
	st->ui.h = h;
	ui_prefill(&st->ui);
	stage_draw(st);
}

void stage_greylisted(struct ui_stage *st, bool replay)
{
	script_new(&st->script);
	script_greylisted(&st->script);
	stage_open(st, 80, 24, replay);
}

void stage_draw(struct ui_stage *st)
{
	while (replay_slice(&st->ui) || find_slice(&st->ui))
		;
	ui_draw(&st->ui);
}

void stage_keys(struct ui_stage *st, const char *const *names)
{
	for (; *names; names++) {
		struct key k;
		bool known = key_parse(*names, &k);

		assert(known);
		ui_layout(&st->ui);
		ui_key(&st->ui, &k);
		stage_draw(st);
	}
}

void stage_type(struct ui_stage *st, const char *text)
{
	for (; *text; text++) {
		struct key k = { .code = K_CHAR,
			         .ch = (unsigned char)*text };

		ui_layout(&st->ui);
		ui_key(&st->ui, &k);
	}
	stage_draw(st);
}

char *stage_row(struct ui_stage *st, int y)
{
	return canvas_row(&st->ui.canvas, y);
}

bool stage_shows(struct ui_stage *st, const char *text)
{
	bool found = false;

	for (int y = 0; y < st->ui.h && !found; y++) {
		char *row = stage_row(st, y);

		found = strstr(row, text) != NULL;
		free(row);
	}
	return found;
}

void stage_close(struct ui_stage *st)
{
	ui_clear(&st->ui);
	plan_clear(&st->plan);
	request_free(st->last);
	dialog_free(st->script.dialog);
}
