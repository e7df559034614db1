/* Explanations of the events of a dialog, and of what it waits for. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/dns.h"
#include "core/finding.h"
#include "core/route.h"
#include "knowledge/explain.h"
#include "util/i18n.h"
#include "util/xalloc.h"

static uint32_t next_n;

/* Gives the event to the dialog; returns its n. */
static uint32_t add(struct dialog *d, struct event_builder *b)
{
	struct event *e;

	b->e.n = ++next_n;
	b->e.session = b->e.kind == EV_DNS || b->e.kind == EV_ROUTE ? 0 : 1;
	e = event_finish(b);
	dialog_append(d, e);
	free(e);
	return next_n;
}

static uint32_t add_sent(struct dialog *d, const char *verb, const char *line)
{
	struct event_builder b;

	event_begin(&b, EV_SENT);
	b.e.u.sent.verb = event_puts(&b, verb);
	b.e.u.sent.line = event_puts(&b, line);
	return add(d, &b);
}

static uint32_t add_reply(struct dialog *d, uint32_t to, const char *lines)
{
	struct event_builder b;
	struct ev_ref refs[16];
	size_t n = 0;

	event_begin(&b, EV_REPLY);
	b.e.u.reply.code = (uint16_t)atoi(lines);
	b.e.u.reply.to = to;
	while (*lines && n < 16) {
		size_t len = strcspn(lines, "\n");

		refs[n++] = event_put(&b, lines, len);
		lines += len + (lines[len] == '\n');
	}
	b.e.u.reply.lines = event_put_array(&b, refs, sizeof *refs, n);
	return add(d, &b);
}

static uint32_t add_state(struct dialog *d, enum state from, enum state to)
{
	struct event_builder b;

	event_begin(&b, EV_STATE);
	b.e.u.state.from = (uint8_t)from;
	b.e.u.state.to = (uint8_t)to;
	b.e.u.state.rule = event_puts(&b, "no-such-rule");
	return add(d, &b);
}

static uint32_t add_connect(struct dialog *d, enum event_kind kind,
                            const char *host, const char *address)
{
	struct event_builder b;

	event_begin(&b, kind);
	b.e.u.connect.host = event_puts(&b, host);
	b.e.u.connect.address = event_puts(&b, address);
	b.e.u.connect.local = event_puts(&b, "192.0.2.99:51324");
	b.e.u.connect.port = 25;
	b.e.u.connect.us = 31000;
	return add(d, &b);
}

static uint32_t add_failed(struct dialog *d, enum fail_phase phase,
                           enum fail_kind kind)
{
	struct event_builder b;

	event_begin(&b, EV_FAILED);
	b.e.u.failed.phase = (uint8_t)phase;
	b.e.u.failed.kind = (uint8_t)kind;
	b.e.u.failed.detail = event_puts(&b, "Connection refused");
	return add(d, &b);
}

static uint32_t add_dns(struct dialog *d, enum dns_status status,
                        uint16_t type, const char *data)
{
	struct event_builder b;
	struct ev_rr rr = { .ttl = 3600, .type = type };

	event_begin(&b, EV_DNS);
	b.e.u.dns.name = event_puts(&b, "example.org");
	b.e.u.dns.server = event_puts(&b, "192.0.2.53:53");
	b.e.u.dns.us = 12000;
	b.e.u.dns.type = type;
	b.e.u.dns.status = (uint8_t)status;
	b.e.u.dns.ad = true;
	if (data) {
		rr.name = event_puts(&b, "example.org.");
		rr.data = event_puts(&b, data);
		b.e.u.dns.answers = event_put_array(&b, &rr, sizeof rr, 1);
	}
	return add(d, &b);
}

static uint32_t add_route(struct dialog *d, uint8_t kind,
                          const char *const addresses[3])
{
	struct event_builder b;
	struct ev_host hosts[4] = { { .preference = 10 } };
	size_t n = 0;

	event_begin(&b, EV_ROUTE);
	b.e.u.route.kind = kind;
	b.e.u.route.domain = event_puts(&b, "example.org");
	for (; addresses && n < 3 && addresses[n]; n++) {
		char name[32];
		struct ev_ref ref = event_puts(&b, addresses[n]);

		snprintf(name, sizeof name, "mx%zu.example.org", n + 1);
		hosts[n] = (struct ev_host){
			.preference = (uint16_t)(10 * (n + 1)) };
		hosts[n].host = event_puts(&b, name);
		hosts[n].addresses = event_put_array(&b, &ref, sizeof ref, 1);
	}
	if (addresses) {
		hosts[n] = (struct ev_host){ .preference = 40,
			                     .unusable = true };
		hosts[n].host = event_puts(&b, "192.0.2.7");
		hosts[n++].why = event_puts(&b, "mx-ip");
	}
	b.e.u.route.hosts = event_put_array(&b, hosts, sizeof *hosts, n);
	return add(d, &b);
}

static bool has_note(const struct explanation *x, const char *words)
{
	for (size_t i = 0; i < x->n_notes; i++)
		if (strstr(x->notes[i], words))
			return true;
	return false;
}

static bool has_try(const struct explanation *x, enum try_kind kind,
                    const char *arg)
{
	for (size_t i = 0; i < x->n_tries; i++)
		if (x->tries[i].kind == kind &&
		    strcmp(x->tries[i].arg, arg) == 0)
			return true;
	return false;
}

/* The explanation of the event with that n. */
static void explain_n(const struct dialog *d, uint32_t n,
                      struct explanation *x)
{
	size_t i = dialog_find(d, n);

	assert_true(i != SIZE_MAX);
	explain_event(d, i, x);
	assert_true(*x->title && *x->headline && *x->summary);
}

static void test_reply_event_uses_command_and_state(void **state)
{
	static const char *const mx[3] = { "192.0.2.25", "198.51.100.7" };
	struct dialog *d = dialog_new();
	struct explanation x;
	uint32_t n;

	(void)state;
	add_route(d, ROUTE_MX, mx);
	add_connect(d, EV_CONNECTING, "mx1.example.org", "192.0.2.25");
	add_connect(d, EV_CONNECTED, "mx1.example.org", "192.0.2.25");
	add_state(d, ST_CONNECTED, ST_GREETED);
	add_state(d, ST_READY, ST_MAIL);
	n = add_sent(d, "RCPT", "RCPT TO:<bob@example.org>");
	n = add_reply(d, n, "450 4.2.0 Greylisted, please try again in 300 "
	              "seconds");
	explain_n(d, n, &x);
	assert_string_equal(x.title, "450 4.2.0 after RCPT");
	assert_int_equal(x.act, ACT_NOBODY);
	assert_true(has_try(&x, TRY_QUIT_LATER, "300"));
	assert_true(has_try(&x, TRY_LINE, "RCPT TO:<bob@example.org>"));
	assert_true(has_try(&x, TRY_NEXT_MX, "mx2.example.org"));
	explanation_clear(&x);
	n = add_sent(d, "MAIL", "MAIL FROM:<a@b>");
	n = add_reply(d, n, "503 5.5.1 nested MAIL");
	explain_n(d, n, &x);
	assert_non_null(strstr(x.code_text, "already open"));
	assert_true(has_try(&x, TRY_LINE, "RSET"));
	explanation_clear(&x);
	dialog_free(d);
}

static void test_reply_event_greeting_and_unasked(void **state)
{
	static const struct {
		uint32_t to;
		const char *reply, *title;
	} rows[] = {
		{ EV_GREETING, "220-mx.example\n220 x", "220 as greeting" },
		{ EV_UNASKED, "421 4.4.2 out", "421 4.4.2 without a command" },
		{ 4711, "250 to nothing that is there", "250" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct dialog *d = dialog_new();
		struct explanation x;

		explain_n(d, add_reply(d, rows[i].to, rows[i].reply), &x);
		assert_string_equal(x.title, rows[i].title);
		explanation_clear(&x);
		dialog_free(d);
	}
}

static void test_reply_event_ehlo_is_explained(void **state)
{
	struct dialog *d = dialog_new();
	struct explanation x;
	uint32_t n = add_sent(d, "EHLO", "EHLO lab.example.net");

	(void)state;
	n = add_reply(d, n, "250-mx.example\n250-SIZE 1000\n250-PIPELINING\n"
	              "250-XNEW\n250 X-EXPS");
	explain_n(d, n, &x);
	assert_true(has_note(&x, "SIZE: The server states the largest"));
	assert_true(has_note(&x, "PIPELINING: "));
	assert_true(has_note(&x, "XNEW: a keyword that no table knows"));
	assert_string_equal(x.provider, "Microsoft Exchange");
	explanation_clear(&x);
	dialog_free(d);
}

static void test_reply_event_findings_are_notes(void **state)
{
	static const char *const args[] = { "mailin04", "mx00" };
	struct dialog *d = dialog_new();
	struct event_builder b;
	struct explanation x;
	char text[256];
	uint32_t n, finding;

	(void)state;
	n = add_reply(d, EV_GREETING, "220 mailin04 ready");
	finding_begin(&b, "greeting-name", args, 2, n);
	finding = add(d, &b);
	explain_n(d, n, &x);
	assert_true(has_note(&x, "mailin04"));
	explanation_clear(&x);
	explain_n(d, finding, &x);
	finding_text(dialog_at(d, dialog_find(d, finding)), text, sizeof text);
	assert_non_null(strstr(text, "mailin04"));
	assert_string_equal(x.summary, text);
	explanation_clear(&x);
	dialog_free(d);
}

static void test_sent_event_says_form_and_replies(void **state)
{
	struct dialog *d = dialog_new();
	struct explanation x;
	uint32_t n;

	(void)state;
	add_state(d, ST_CONNECTED, ST_GREETED);
	n = add_sent(d, "MAIL", "MAIL FROM:<> SIZE=1000 BODY=8BITMIME FOO");
	explain_n(d, n, &x);
	assert_int_equal(x.cls, CLASS_CLIENT);
	assert_string_equal(x.title, "MAIL");
	assert_non_null(strstr(x.code_text, "MAIL FROM:<sender>"));
	assert_non_null(strstr(x.code_text, "250"));
	assert_true(has_note(&x, "SIZE=1000: "));
	assert_true(has_note(&x, "BODY=8BITMIME: "));
	assert_true(has_note(&x, "FOO: a parameter that no table knows"));
	assert_true(has_note(&x, "null sender"));
	assert_true(has_note(&x, "Out of order here"));
	assert_non_null(strstr(x.refs, "RFC 5321 4.1.1.2"));
	explanation_clear(&x);
	n = add_sent(d, "", "HELLO\x1B[2J you");
	explain_n(d, n, &x);
	assert_string_equal(x.title, "HELLO<1B>[2J");
	assert_non_null(strstr(x.summary, "No command of SMTP"));
	explanation_clear(&x);
	explain_n(d, add_sent(d, "(END OF DATA)", "."), &x);
	assert_string_equal(x.title, "(END OF DATA)");
	explanation_clear(&x);
	dialog_free(d);
}

/* Its summary, heap; what every lookup must show is checked. */
static char *lookup_summary(enum dns_status status, uint16_t type)
{
	struct dialog *d = dialog_new();
	struct explanation x;
	char *summary;

	explain_n(d, add_dns(d, status, type, NULL), &x);
	assert_non_null(strstr(x.code_text, "192.0.2.53:53"));
	assert_non_null(strstr(x.code_text, "12 ms"));
	assert_non_null(strstr(x.code_text, "(ad)"));
	assert_true(x.n_tries >= 4);
	summary = xstrdup(x.summary);
	explanation_clear(&x);
	dialog_free(d);
	return summary;
}

/* Behind the route a name that is missing is nobody's address. */
static void test_dns_event_of_a_check_blames_no_recipient(void **state)
{
	struct dialog *d = dialog_new();
	struct explanation x;

	(void)state;
	explain_n(d, add_dns(d, DNS_NXDOMAIN, RR_MX, NULL), &x);
	assert_int_equal(x.act, ACT_RECIPIENT);
	explanation_clear(&x);
	add_route(d, ROUTE_MX, NULL);
	explain_n(d, add_dns(d, DNS_NXDOMAIN, RR_TXT, NULL), &x);
	assert_int_equal(x.act, ACT_NOBODY);
	assert_string_equal(x.who, "");
	explanation_clear(&x);
	dialog_free(d);
}

/* Each outcome of a lookup in its own words, in both languages. */
static void test_dns_event_each_status_has_its_words(void **state)
{
	static const uint16_t types[] = { RR_A, RR_PTR, RR_TXT, 9999 };

	(void)state;
	for (int german = 0; german < 2; german++) {
		char *seen[DNS_STATUS_COUNT];

		i18n_set(german ? "de" : "en");
		for (int s = 0; s < DNS_STATUS_COUNT; s++) {
			seen[s] = lookup_summary((enum dns_status)s, RR_MX);
			for (int q = 0; q < s; q++)
				assert_string_not_equal(seen[q], seen[s]);
			for (size_t t = 0; t < 4; t++)
				free(lookup_summary((enum dns_status)s,
				                    types[t]));
		}
		for (int s = 0; s < DNS_STATUS_COUNT; s++)
			free(seen[s]);
	}
	i18n_set("en");
}

static void test_dns_event_shows_what_dig_shows(void **state)
{
	struct dialog *d = dialog_new();
	struct explanation x;

	(void)state;
	explain_n(d, add_dns(d, DNS_NOERROR, RR_MX, "10 mx1.example.org."),
	          &x);
	assert_string_equal(x.title, "MX of example.org");
	assert_true(has_note(&x, "example.org. MX 10 mx1.example.org. "
	                     "(TTL 3600)"));
	explanation_clear(&x);
	explain_n(d, add_dns(d, DNS_NOERROR, RR_MX, "0 ."), &x);
	assert_string_equal(x.headline, "NULL MX");
	assert_int_equal(x.cls, CLASS_NO);
	assert_non_null(strstr(x.refs, "RFC 7505"));
	explanation_clear(&x);
	dialog_free(d);
}

static void test_route_event_each_kind_has_its_words(void **state)
{
	(void)state;
	for (int german = 0; german < 2; german++) {
		char *seen[ROUTE_KIND_COUNT];

		i18n_set(german ? "de" : "en");
		for (int k = 0; k < ROUTE_KIND_COUNT; k++) {
			struct dialog *d = dialog_new();
			struct explanation x;

			explain_n(d, add_route(d, (uint8_t)k, NULL), &x);
			assert_true(*x.mta && *x.who && *x.refs);
			assert_int_equal(x.tries[0].kind, TRY_TEXT);
			seen[k] = xstrdup(x.summary);
			for (int q = 0; q < k; q++)
				assert_string_not_equal(seen[q], seen[k]);
			explanation_clear(&x);
			dialog_free(d);
		}
		for (int k = 0; k < ROUTE_KIND_COUNT; k++)
			free(seen[k]);
	}
	i18n_set("en");
}

static void test_route_event_lists_hosts(void **state)
{
	static const char *const mx[3] = { "192.0.2.25" };
	struct dialog *d = dialog_new();
	struct explanation x;

	(void)state;
	explain_n(d, add_route(d, ROUTE_MX, mx), &x);
	assert_true(has_note(&x, "10 mx1.example.org: 192.0.2.25"));
	assert_true(has_note(&x, "40 192.0.2.7: not usable, an IP address"));
	explanation_clear(&x);
	dialog_free(d);
}

/* The ids of core/route.h; an unknown one has words too. */
static void test_reason_each_id_has_its_words(void **state)
{
#define ID(id) id,
	static const char *const ids[] = { ROUTE_REASONS(ID) "something-new" };
#undef ID
	const size_t n = sizeof ids / sizeof *ids;

	(void)state;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(explain_reason(ids[i]),
			                        explain_reason(ids[j]));
}

static void test_failed_event_each_phase_and_kind(void **state)
{
	(void)state;
	for (int p = 0; p < PHASE_COUNT; p++) {
		for (int k = 0; k < FAIL_KIND_COUNT; k++) {
			struct dialog *d = dialog_new();
			struct explanation x;

			explain_n(d, add_failed(d, (enum fail_phase)p,
			                        (enum fail_kind)k), &x);
			assert_true(*x.mta);
			assert_string_equal(x.said, "Connection refused");
			explanation_clear(&x);
			dialog_free(d);
		}
	}
}

/* All of three addresses silent on 25: the network, as a hint. */
static void test_failed_event_all_silent_is_panel(void **state)
{
	static const char *const mx[] = { "192.0.2.25", "2001:db8::25",
		"198.51.100.7" };
	struct dialog *d = dialog_new();
	struct explanation x;
	uint32_t n = 0;

	(void)state;
	add_route(d, ROUTE_MX, mx);
	for (size_t i = 0; i < 3; i++) {
		char host[32];

		snprintf(host, sizeof host, "mx%zu.example.org", i + 1);
		add_connect(d, EV_CONNECTING, host, mx[i]);
		n = add_failed(d, PHASE_CONNECT, FAIL_TIMEOUT);
		explain_n(d, n, &x);
		if (i < 2) /* others are still untried */
			assert_string_not_equal(x.title,
			                        "no answer on port 25");
		else
			assert_string_equal(x.title, "no answer on port 25");
		explanation_clear(&x);
	}
	explain_n(d, n, &x);
	assert_string_equal(x.headline, "TIMEOUT");
	assert_string_equal(x.summary, "3 of 3 addresses did not answer on "
	                    "port 25.");
	assert_non_null(strstr(x.code_text, "2001:db8::25"));
	assert_string_equal(x.likely, "This network blocks outgoing port 25 "
	                    "(homes, schools, most clouds do).");
	assert_int_equal(x.act, ACT_NETWORK);
	assert_true(x.confidence != CONF_SURE);
	assert_true(has_try(&x, TRY_PORT, "587"));
	assert_true(has_try(&x, TRY_DEMO, ""));
	assert_true(has_try(&x, TRY_REPLAY, ""));
	explanation_clear(&x);
	dialog_free(d);
}

static void test_other_events_have_words(void **state)
{
	static const enum event_kind kinds[] = { EV_START, EV_BYTES,
		EV_MESSAGE, EV_STATE, EV_VERDICT, EV_CLOSED, EV_END,
		EV_CONNECTING, EV_CONNECTED };

	(void)state;
	for (int german = 0; german < 2; german++) {
		i18n_set(german ? "de" : "en");
		for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
			struct dialog *d = dialog_new();
			struct event_builder b;
			struct explanation x;

			event_begin(&b, kinds[i]);
			explain_n(d, add(d, &b), &x);
			explanation_clear(&x);
			dialog_free(d);
		}
	}
	i18n_set("en");
}

static void test_verdict_event_each_outcome(void **state)
{
	(void)state;
	for (uint8_t o = 0; o < OUTCOME_COUNT; o++) {
		struct dialog *d = dialog_new();
		struct event_builder b;
		struct explanation x;

		event_begin(&b, EV_VERDICT);
		b.e.u.verdict.outcome = b.e.u.verdict.act = o;
		explain_n(d, add(d, &b), &x);
		assert_int_equal(x.act, o);
		explanation_clear(&x);
		dialog_free(d);
	}
}

static void test_now_says_what_is_waited_for(void **state)
{
	struct dialog *d = dialog_new();
	struct event_builder b;
	struct explanation x;

	(void)state;
	explain_now(d, &x);
	assert_string_equal(x.summary, "No connection.");
	explanation_clear(&x);
	add_connect(d, EV_CONNECTING, "mx1.example.org", "192.0.2.25");
	explain_now(d, &x);
	assert_string_equal(x.headline, "CONNECTING");
	explanation_clear(&x);
	add_connect(d, EV_CONNECTED, "mx1.example.org", "192.0.2.25");
	add_state(d, ST_CLOSED, ST_CONNECTED);
	explain_now(d, &x);
	assert_string_equal(x.summary, "Connected. The server speaks first in "
	                    "SMTP; RFC 5321 lets it take 5 minutes.");
	explanation_clear(&x);
	add_state(d, ST_CONNECTED, ST_READY);
	event_begin(&b, EV_PROMPT);
	b.e.u.prompt.line = event_puts(&b, "MAIL FROM:<a@b>");
	b.e.u.prompt.state = ST_READY;
	b.e.u.prompt.open = true;
	add(d, &b);
	explain_now(d, &x);
	assert_true(has_try(&x, TRY_LINE, "MAIL FROM:<a@b>"));
	assert_non_null(strstr(x.code_text, "Next: MAIL"));
	explanation_clear(&x);
	dialog_free(d);
}

static void test_now_question_is_shown(void **state)
{
	static const char *const args[] = { "mx1", "10.0.0.1\x1B", "x" };
	struct dialog *d = dialog_new();
	struct event_builder b;
	struct explanation x;

	(void)state;
	event_begin(&b, EV_ASK);
	b.e.u.ask.id = event_puts(&b, "private-address");
	b.e.u.ask.args = event_put_texts(&b, args, 3);
	add(d, &b);
	explain_now(d, &x);
	assert_string_equal(x.headline, "QUESTION");
	assert_non_null(strstr(x.summary, "10.0.0.1<1B>"));
	explanation_clear(&x);
	dialog_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reply_event_uses_command_and_state),
		cmocka_unit_test(test_reply_event_greeting_and_unasked),
		cmocka_unit_test(test_reply_event_ehlo_is_explained),
		cmocka_unit_test(test_reply_event_findings_are_notes),
		cmocka_unit_test(test_sent_event_says_form_and_replies),
		cmocka_unit_test(test_dns_event_each_status_has_its_words),
		cmocka_unit_test(test_dns_event_of_a_check_blames_no_recipient),
		cmocka_unit_test(test_dns_event_shows_what_dig_shows),
		cmocka_unit_test(test_route_event_each_kind_has_its_words),
		cmocka_unit_test(test_route_event_lists_hosts),
		cmocka_unit_test(test_reason_each_id_has_its_words),
		cmocka_unit_test(test_failed_event_each_phase_and_kind),
		cmocka_unit_test(test_failed_event_all_silent_is_panel),
		cmocka_unit_test(test_other_events_have_words),
		cmocka_unit_test(test_verdict_event_each_outcome),
		cmocka_unit_test(test_now_says_what_is_waited_for),
		cmocka_unit_test(test_now_question_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
