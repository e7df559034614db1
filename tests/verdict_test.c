/* How a recipient or a session ended: exit status, act and words. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/verdict.h"
#include "core/dialog.h"
#include "knowledge/explain.h"
#include "util/i18n.h"

static const struct verdict_context at_rcpt = { .wanted = STAGE_RCPT,
	.before = ST_MAIL };

static struct event *make_reply(const char *lines, uint32_t to)
{
	struct event_builder b;
	struct ev_ref refs[8];
	size_t n = 0;
	const char *code = lines;

	event_begin(&b, EV_REPLY);
	while (*lines && n < 8) {
		size_t len = strcspn(lines, "\n");

		refs[n++] = event_put(&b, lines, len);
		lines += len + (lines[len] == '\n');
	}
	b.e.n = 7;
	b.e.u.reply.code = (uint16_t)atoi(code);
	b.e.u.reply.to = to;
	if (strlen(code) > 8 && code[5] == '.' && code[7] == '.')
		b.e.u.reply.enhanced = event_put(&b, code + 4,
		                                 strcspn(code + 4, " \n"));
	b.e.u.reply.lines = event_put_array(&b, refs, sizeof *refs, n);
	return event_finish(&b);
}

static const struct {
	const char *reply;
	int exit;
	enum outcome outcome;
	enum act act;
	const char *rule;
} recipients[] = {
	{ "250 2.1.5 Ok", EXIT_ACCEPTED, OUT_ACCEPTED, ACT_NOBODY,
	  "accepted-rcpt" },
	{ "251 2.1.5 will forward", EXIT_ACCEPTED, OUT_ACCEPTED, ACT_NOBODY,
	  "accepted-forward" },
	{ "450 4.2.0 Greylisted, please try again", EXIT_LATER, OUT_DEFERRED,
	  ACT_NOBODY, "later-nobody" },
	{ "452 4.5.3 too many recipients", EXIT_LATER, OUT_DEFERRED, ACT_RATE,
	  "later-rate" },
	{ "421 4.3.2 Service not available", EXIT_LATER, OUT_DEFERRED,
	  ACT_SERVER, "later-server" },
	{ "452 4.2.2 mailbox full", EXIT_LATER, OUT_DEFERRED, ACT_RECIPIENT,
	  "later-recipient" },
	{ "550-5.1.1 user unknown\n550 5.1.1 Unknown recipient.",
	  EXIT_RECIPIENT, OUT_REFUSED, ACT_RECIPIENT, "refused-recipient" },
	{ "550 user unknown", EXIT_RECIPIENT, OUT_REFUSED, ACT_RECIPIENT,
	  "refused-recipient" },
	{ "552 5.2.2 over quota", EXIT_RECIPIENT, OUT_REFUSED, ACT_RECIPIENT,
	  "refused-recipient" },
	/* a blocked client is often told so only here */
	{ "550 5.7.1 Service unavailable; Client host [192.0.2.1] blocked "
	  "using zen.spamhaus.org", EXIT_REFUSED, OUT_REFUSED,
	  ACT_SENDER_HOST, "refused-sender_host" },
	{ "550 5.7.25 no PTR", EXIT_REFUSED, OUT_REFUSED, ACT_SENDER_HOST,
	  "refused-sender_host" },
	{ "550 5.7.1 Relaying denied", EXIT_REFUSED, OUT_REFUSED,
	  ACT_SENDER_AUTH, "refused-sender_auth" },
	{ "550 5.1.8 sender", EXIT_REFUSED, OUT_REFUSED, ACT_SENDER_ADDRESS,
	  "refused-sender_address" },
	{ "550 no", EXIT_REFUSED, OUT_REFUSED, ACT_UNKNOWN,
	  "refused-unknown" },
	{ "503 5.5.1 sequence", EXIT_REFUSED, OUT_REFUSED, ACT_US,
	  "refused-us" },
	{ "530 5.7.0 Must issue a STARTTLS command first", EXIT_TLS_AUTH,
	  OUT_TLS, ACT_SENDER_AUTH, "tls-refused" },
	{ "530 5.7.0 Authentication required", EXIT_TLS_AUTH, OUT_AUTH,
	  ACT_SENDER_AUTH, "auth-refused" },
	{ "354 go on", EXIT_PROTOCOL, OUT_PROTOCOL, ACT_SERVER, "no-smtp" },
	{ "xyz", EXIT_PROTOCOL, OUT_PROTOCOL, ACT_SERVER, "no-smtp" },
};

static void check_words(const struct event *e)
{
	for (int german = 0; german < 2; german++) {
		char *text, *next;

		i18n_set(german ? "de" : "en");
		text = verdict_text(e);
		next = verdict_next(e);
		assert_true(strlen(text) > 10);
		assert_true(strlen(next) > 10);
		assert_null(strstr(text, "%"));
		assert_null(strstr(text, "{3}"));
		free(text);
		free(next);
	}
	i18n_set("en");
}

static void test_recipient_reply_gives_exit_and_act(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof recipients / sizeof *recipients; i++) {
		struct event *reply = make_reply(recipients[i].reply, 6);
		struct event_builder b;
		struct event *e;

		verdict_recipient(&b, reply, "bob@example.org", &at_rcpt);
		e = event_finish(&b);
		if (strcmp(event_text(e, e->u.verdict.rule),
		           recipients[i].rule) != 0)
			fail_msg("%s: rule %s", recipients[i].reply,
			         event_text(e, e->u.verdict.rule));
		assert_int_equal(e->u.verdict.exit, recipients[i].exit);
		assert_int_equal(e->u.verdict.outcome,
		                 recipients[i].outcome);
		assert_int_equal(e->u.verdict.act, recipients[i].act);
		assert_int_equal(e->u.verdict.about, 7);
		assert_string_equal(event_text(e, e->u.verdict.recipient),
		                    "bob@example.org");
		check_words(e);
		free(e);
		free(reply);
	}
}

static char *words_of(const char *text, bool german)
{
	struct event *reply = make_reply(text, 6), *e;
	struct event_builder b;
	char *words;

	verdict_recipient(&b, reply, "bob@example.org", &at_rcpt);
	e = event_finish(&b);
	i18n_set(german ? "de" : "en");
	words = verdict_text(e);
	i18n_set("en");
	free(e);
	free(reply);
	return words;
}

/* Design §6: these sentences and no more. */
static void test_recipient_accepted_claims_no_more_than_tested(void **state)
{
	char *en = words_of("250 Ok", false), *de = words_of("250 Ok", true);

	(void)state;
	assert_string_equal(en, "Accepted up to RCPT. DKIM, DMARC and content "
	                    "are judged after DATA: not tested.");
	assert_string_equal(de, "Angenommen bis RCPT. DKIM, DMARC und Inhalt "
	                    "prüft die Gegenseite erst nach DATA: nicht "
	                    "getestet.");
	free(en);
	free(de);
}

static void test_recipient_text_names_code_and_cause(void **state)
{
	static const struct {
		const char *reply, *en, *de;
	} rows[] = {
		{ "450 4.2.0 Greylisted",
		  "Put off for now (450 4.2.0, Greylisting): not refused.",
		  "Vorerst aufgeschoben (450 4.2.0, Greylisting): nicht "
		  "abgelehnt." },
		{ "550 5.1.1 gone", "Refused for good (550 5.1.1, No such "
		  "mailbox): it is about the recipient.",
		  "Endgültig abgelehnt (550 5.1.1, Postfach unbekannt): Es "
		  "geht um den Empfänger." },
		{ "550 no", "Refused for good (550); the reply does not say "
		  "why.", "Endgültig abgelehnt (550); die Antwort nennt "
		  "keinen klaren Grund." },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *en = words_of(rows[i].reply, false);
		char *de = words_of(rows[i].reply, true);

		assert_string_equal(en, rows[i].en);
		assert_string_equal(de, rows[i].de);
		free(en);
		free(de);
	}
}

struct session_row {
	struct session_result r;
	const char *reply; /* NULL none */
	uint32_t to;
	enum stage wanted;
	int exit;
	enum outcome outcome;
	const char *rule;
};

static const struct session_row sessions[] = {
	{ .r = { .any_stage = true, .reached = STAGE_RCPT, .accepted = 2 },
	  .reply = "250 Ok", .to = 5, .wanted = STAGE_RCPT,
	  .exit = EXIT_ACCEPTED, .outcome = OUT_ACCEPTED,
	  .rule = "reached-rcpt" },
	{ .r = { .any_stage = true, .reached = STAGE_DOT, .accepted = 1 },
	  .reply = "250 queued", .to = 5, .wanted = STAGE_DOT,
	  .exit = EXIT_ACCEPTED, .outcome = OUT_ACCEPTED,
	  .rule = "reached-dot" },
	{ .r = { .any_stage = true, .reached = STAGE_EHLO },
	  .reply = "250 Ok", .to = 2, .wanted = STAGE_EHLO,
	  .exit = EXIT_ACCEPTED, .outcome = OUT_ACCEPTED,
	  .rule = "reached-ehlo" },
	{ .r = { .any_stage = true, .reached = STAGE_CONNECT },
	  .reply = "220 mx", .to = EV_GREETING, .wanted = STAGE_CONNECT,
	  .exit = EXIT_ACCEPTED, .outcome = OUT_ACCEPTED,
	  .rule = "reached-connect" },
	/* lost while saying goodbye: the stage was reached all the same */
	{ .r = { .any_stage = true, .reached = STAGE_RCPT, .accepted = 1,
	         .failed = true, .phase = PHASE_DIALOG,
	         .fail = FAIL_CLOSED },
	  .reply = "250 Ok", .to = 5, .wanted = STAGE_RCPT,
	  .exit = EXIT_ACCEPTED, .outcome = OUT_ACCEPTED,
	  .rule = "reached-rcpt" },
	{ .r = { .any_stage = true, .reached = STAGE_RCPT, .accepted = 1,
	         .refused = 1 },
	  .reply = "550 5.1.1 x", .to = 5, .wanted = STAGE_RCPT,
	  .exit = EXIT_SOME, .outcome = OUT_MIXED, .rule = "mixed" },
	{ .r = { .any_stage = true, .reached = STAGE_MAIL, .refused = 2,
	         .verb = VERB_RCPT, .code = 550 },
	  .reply = "550 5.1.1 x", .to = 5, .wanted = STAGE_RCPT,
	  .exit = EXIT_RECIPIENT, .outcome = OUT_REFUSED,
	  .rule = "refused-recipient" },
	{ .r = { .any_stage = true, .reached = STAGE_MAIL, .refused = 1,
	         .deferred = 1, .verb = VERB_RCPT, .code = 550 },
	  .reply = "550 5.1.1 x", .to = 5, .wanted = STAGE_RCPT,
	  .exit = EXIT_LATER, .outcome = OUT_DEFERRED,
	  .rule = "none-mixed" },
	{ .r = { .any_stage = true, .reached = STAGE_MAIL, .deferred = 1,
	         .verb = VERB_RCPT, .code = 450 },
	  .reply = "450 4.2.0 Greylisted", .to = 5, .wanted = STAGE_RCPT,
	  .exit = EXIT_LATER, .outcome = OUT_DEFERRED,
	  .rule = "later-nobody" },
	{ .r = { .any_stage = true, .reached = STAGE_EHLO,
	         .verb = VERB_MAIL, .code = 550 },
	  .reply = "550 5.1.8 Domain of sender address does not exist",
	  .to = 4, .wanted = STAGE_RCPT, .exit = EXIT_REFUSED,
	  .outcome = OUT_REFUSED, .rule = "refused-sender_address" },
	{ .r = { .code = 554, .verb = VERB_CONNECT },
	  .reply = "554 5.7.1 no service", .to = EV_GREETING,
	  .wanted = STAGE_RCPT, .exit = EXIT_REFUSED, .outcome = OUT_REFUSED,
	  .rule = "refused-sender_host" },
	{ .r = { .any_stage = true, .reached = STAGE_RCPT, .accepted = 1,
	         .verb = VERB_END_OF_DATA, .code = 550 },
	  .reply = "550 5.7.1 spam message rejected", .to = 8,
	  .wanted = STAGE_DOT, .exit = EXIT_REFUSED, .outcome = OUT_REFUSED,
	  .rule = "refused-message" },
	/* 421 and then closed: what it said counts */
	{ .r = { .any_stage = true, .reached = STAGE_EHLO, .code = 421,
	         .verb = VERB_MAIL, .failed = true, .phase = PHASE_DIALOG,
	         .fail = FAIL_CLOSED },
	  .reply = "421 4.3.2 shutting down", .to = 4, .wanted = STAGE_RCPT,
	  .exit = EXIT_LATER, .outcome = OUT_DEFERRED,
	  .rule = "later-server" },
	{ .r = { .any_stage = true, .reached = STAGE_EHLO, .code = 535,
	         .verb = VERB_AUTH },
	  .reply = "535 5.7.8 authentication failed", .to = 4,
	  .wanted = STAGE_RCPT, .exit = EXIT_TLS_AUTH, .outcome = OUT_AUTH,
	  .rule = "auth-refused" },
	{ .r = { .any_stage = true, .reached = STAGE_EHLO, .code = 502,
	         .verb = VERB_STARTTLS },
	  .reply = "502 5.5.1 not here", .to = 4, .wanted = STAGE_RCPT,
	  .exit = EXIT_TLS_AUTH, .outcome = OUT_TLS, .rule = "tls-refused" },
	{ .r = { .any_stage = true, .reached = STAGE_EHLO },
	  .reply = "250 Ok", .to = 3, .wanted = STAGE_RCPT,
	  .exit = EXIT_CANCELLED, .outcome = OUT_CANCELLED,
	  .rule = "ended-early" },
	{ .r = { .failed = true, .phase = PHASE_CONNECT,
	         .fail = FAIL_REFUSED }, .wanted = STAGE_RCPT,
	  .exit = EXIT_IO, .outcome = OUT_UNREACHABLE,
	  .rule = "fail-refused" },
	{ .r = { .failed = true, .phase = PHASE_CONNECT,
	         .fail = FAIL_TIMEOUT }, .wanted = STAGE_RCPT,
	  .exit = EXIT_IO, .outcome = OUT_UNREACHABLE,
	  .rule = "fail-timeout" },
	{ .r = { .any_stage = true, .reached = STAGE_MAIL, .failed = true,
	         .phase = PHASE_DIALOG, .fail = FAIL_RESET },
	  .reply = "250 Ok", .to = 4, .wanted = STAGE_RCPT, .exit = EXIT_IO,
	  .outcome = OUT_UNREACHABLE, .rule = "fail-reset" },
	{ .r = { .failed = true, .phase = PHASE_GREETING,
	         .fail = FAIL_PROTOCOL }, .wanted = STAGE_RCPT,
	  .exit = EXIT_PROTOCOL, .outcome = OUT_PROTOCOL,
	  .rule = "fail-protocol" },
	{ .r = { .failed = true, .phase = PHASE_DIALOG, .fail = FAIL_LIMIT },
	  .wanted = STAGE_RCPT, .exit = EXIT_PROTOCOL,
	  .outcome = OUT_PROTOCOL, .rule = "fail-limit" },
	{ .r = { .failed = true, .phase = PHASE_TLS, .fail = FAIL_CLOSED },
	  .wanted = STAGE_RCPT, .exit = EXIT_TLS_AUTH, .outcome = OUT_TLS,
	  .rule = "fail-tls" },
	{ .r = { .failed = true, .phase = PHASE_DNS, .fail = FAIL_TIMEOUT },
	  .wanted = STAGE_RCPT, .exit = EXIT_LATER, .outcome = OUT_DEFERRED,
	  .rule = "fail-dns" },
	{ .r = { .failed = true, .phase = PHASE_DIALOG,
	         .fail = FAIL_CANCELLED }, .wanted = STAGE_RCPT,
	  .exit = EXIT_CANCELLED, .outcome = OUT_CANCELLED,
	  .rule = "fail-cancelled" },
	{ .r = { .failed = true, .phase = PHASE_CONNECT, .fail = FAIL_LOCAL },
	  .wanted = STAGE_RCPT, .exit = EXIT_INTERNAL, .outcome = OUT_LOCAL,
	  .rule = "fail-local" },
	{ .r = { .failed = false }, .wanted = STAGE_RCPT,
	  .exit = EXIT_CANCELLED, .outcome = OUT_CANCELLED,
	  .rule = "ended-early" },
};

static void test_session_result_gives_exit(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof sessions / sizeof *sessions; i++) {
		const struct session_row *s = &sessions[i];
		struct event *reply = s->reply ? make_reply(s->reply, s->to)
		                               : NULL;
		struct event_builder b;
		struct event *e;

		verdict_session(&b, &s->r, reply,
		                &(struct verdict_context){
		                    .wanted = s->wanted,
		                    .before = ST_READY });
		e = event_finish(&b);
		if (strcmp(event_text(e, e->u.verdict.rule), s->rule) != 0)
			fail_msg("row %zu: %s, not %s", i,
			         event_text(e, e->u.verdict.rule), s->rule);
		assert_int_equal(e->u.verdict.exit, s->exit);
		assert_int_equal(e->u.verdict.outcome, s->outcome);
		assert_int_equal(e->u.verdict.recipient.len, 0);
		check_words(e);
		free(e);
		free(reply);
	}
}

static void test_session_mixed_names_the_counts(void **state)
{
	const struct session_result r = { .any_stage = true,
		.reached = STAGE_RCPT, .accepted = 3, .deferred = 1,
		.refused = 2 };
	struct event_builder b;
	struct event *e;
	char *text;

	(void)state;
	verdict_session(&b, &r, NULL, &at_rcpt);
	e = event_finish(&b);
	text = verdict_text(e);
	assert_string_equal(text, "Some recipients were accepted, some were "
	                    "not: 3 accepted, 1 put off, 2 refused.");
	free(text);
	free(e);
}

static void test_route_without_host_gives_exit(void **state)
{
	static const int exits[ROUTE_KIND_COUNT] = {
		[ROUTE_MX] = EXIT_NO_HOST, [ROUTE_IMPLICIT] = EXIT_NO_HOST,
		[ROUTE_NULL] = EXIT_NO_HOST, [ROUTE_LITERAL] = EXIT_NO_HOST,
		[ROUTE_HOST] = EXIT_NO_HOST, [ROUTE_NONE] = EXIT_NO_HOST,
		[ROUTE_NXDOMAIN] = EXIT_NO_HOST,
		[ROUTE_NOADDRESS] = EXIT_NO_HOST,
		[ROUTE_NOHOST] = EXIT_NO_HOST, [ROUTE_LOOP] = EXIT_NO_HOST,
		[ROUTE_BADNAME] = EXIT_NO_HOST, [ROUTE_TEMP] = EXIT_LATER,
	};

	(void)state;
	for (int k = 0; k < ROUTE_KIND_COUNT; k++) {
		struct event_builder b;
		struct event *route, *e;

		event_begin(&b, EV_ROUTE);
		b.e.u.route.kind = (uint8_t)k;
		b.e.u.route.domain = event_puts(&b, "example.org");
		route = event_finish(&b);
		verdict_route(&b, route);
		e = event_finish(&b);
		assert_int_equal(e->u.verdict.exit, exits[k]);
		check_words(e);
		free(e);
		free(route);
	}
}

/* Design §4: 0 < 1 < 67 < 68 < 69 < 75 < 74 < 77 < 76 < 70 */
static void test_exit_worse_follows_the_order(void **state)
{
	static const int order[] = { 0, 1, 67, 68, 69, 75, 74, 77, 76, 70,
		64, 130 };
	const size_t n = sizeof order / sizeof *order;

	(void)state;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			assert_int_equal(exit_worse(order[i], order[j]),
			                 order[i > j ? i : j]);
	assert_int_equal(exit_worse(0, 99), 99);
}

/* Every act has its words for "later" and "refused", every stage for
 * "reached", every failure for "fail". */
static void test_text_every_rule_has_words(void **state)
{
	char rules[2 * ACT_COUNT + STAGE_COUNT + FAIL_KIND_COUNT][40];
	size_t n = 0;

	(void)state;
	for (int a = 0; a < ACT_COUNT; a++) {
		snprintf(rules[n++], 40, "later-%s", act_name((enum act)a));
		snprintf(rules[n++], 40, "refused-%s", act_name((enum act)a));
	}
	for (int s = 0; s < STAGE_COUNT; s++)
		snprintf(rules[n++], 40, "reached-%s",
		         stage_name((enum stage)s));
	for (int k = 0; k < FAIL_KIND_COUNT; k++)
		snprintf(rules[n++], 40, "fail-%s",
		         fail_kind_name((enum fail_kind)k));
	for (size_t i = 0; i < n; i++) {
		static const char *const args[] = { "a", "550", "" };
		struct event_builder b;
		struct event *e;

		event_begin(&b, EV_VERDICT);
		b.e.u.verdict.rule = event_puts(&b, rules[i]);
		b.e.u.verdict.args = event_put_texts(&b, args, 3);
		e = event_finish(&b);
		check_words(e);
		free(e);
	}
}

static void test_text_unknown_rule_is_shown_escaped(void **state)
{
	struct event_builder b;
	struct event *e;
	char *text, *next;

	(void)state;
	event_begin(&b, EV_VERDICT);
	b.e.u.verdict.rule = event_puts(&b, "new-rule\x1B[2J");
	e = event_finish(&b);
	text = verdict_text(e);
	next = verdict_next(e);
	assert_string_equal(text, "new-rule<1B>[2J");
	assert_string_equal(next, "");
	free(text);
	free(next);
	free(e);
}

/* ---- the grounds ---- */

static void put_event(struct dialog *d, struct event *e, uint32_t n)
{
	e->n = n;
	e->session = 1;
	dialog_append(d, e);
	free(e);
}

static struct event *sent_rcpt(void)
{
	struct event_builder b;

	event_begin(&b, EV_SENT);
	b.e.u.sent.verb = event_puts(&b, "RCPT");
	b.e.u.sent.line = event_puts(&b, "RCPT TO:<bob@example.org>");
	return event_finish(&b);
}

static struct event *bad_check(const char *id, enum grade grade)
{
	struct event_builder b;

	event_begin(&b, EV_CHECK);
	b.e.u.check.id = event_puts(&b, id);
	b.e.u.check.grade = (uint8_t)grade;
	return event_finish(&b);
}

/* The verdict on the reply that is event 7, as the worker would give it. */
static struct event *judge(const char *reply, const struct evidence *checks)
{
	const struct verdict_context ctx = { .wanted = STAGE_RCPT,
		.before = ST_MAIL, .checks = checks };
	struct event *e = make_reply(reply, 6);
	struct event_builder b;

	verdict_recipient(&b, e, "bob@example.org", &ctx);
	free(e);
	return event_finish(&b);
}

static void same_blame(const struct dialog *d, size_t reply, size_t verdict)
{
	const struct event *v = dialog_at(d, verdict);
	struct explanation said, judged;

	explain_event(d, reply, &said);
	explain_event(d, verdict, &judged);
	assert_int_equal(said.act, v->u.verdict.act);
	assert_int_equal(said.confidence, v->u.verdict.confidence);
	assert_int_equal(judged.act, said.act);
	assert_int_equal(judged.confidence, said.confidence);
	assert_string_equal(judged.mta, said.mta);
	for (size_t i = 0; i < said.n_notes && i < judged.n_notes; i++)
		assert_string_equal(said.notes[i], judged.notes[i]);
	explanation_clear(&said);
	explanation_clear(&judged);
}

/* Explain and verdict, without checks, before they came and after. */
static void test_explain_and_verdict_never_disagree(void **state)
{
	static const char *const checks[] = { "ptr", "spf-mail", "dnsbl" };

	(void)state;
	for (size_t i = 0; i < 12; i++) {
		const char *text = recipients[i % 6 + 6].reply;
		enum grade grade = i < 6 ? GRADE_BAD : GRADE_PASS;
		struct dialog *d = dialog_new();
		struct evidence found = { 0 };
		struct event *e;

		put_event(d, sent_rcpt(), 6);
		put_event(d, make_reply(text, 6), 7);
		put_event(d, judge(text, NULL), 8);
		same_blame(d, 1, 2);
		for (uint32_t k = 0; k < 3; k++) {
			e = bad_check(checks[k], grade);
			evidence_add(&found, e);
			put_event(d, e, 9 + k);
		}
		same_blame(d, 1, 2); /* the verdict could not know of them */
		put_event(d, judge(text, &found), 12);
		same_blame(d, 1, 6);
		assert_true(dialog_verdict_old(d, 2));
		assert_false(dialog_verdict_old(d, 6));
		assert_true(dialog_verdict_again(d, 6));
		assert_false(dialog_verdict_again(d, 2));
		evidence_clear(&found);
		dialog_free(d);
	}
}

static void test_recipient_verdict_carries_its_grounds(void **state)
{
	struct evidence found = { 0 };
	struct event *check = bad_check("spf-mail", GRADE_BAD), *e;

	(void)state;
	evidence_add(&found, check);
	e = judge("550 5.7.1 refused by policy", &found);
	assert_int_equal(e->u.verdict.act, ACT_SENDER_HOST);
	assert_string_equal(event_text(e, e->u.verdict.because),
	                    "check:spf-mail");
	assert_int_equal(e->u.verdict.supports.len, 1);
	assert_string_equal(event_item_text(e, e->u.verdict.supports, 0),
	                    "spf-mail");
	assert_string_equal(event_text(e, e->u.verdict.mta), "BOUNCE_RCPT");
	free(e);
	e = judge("550 4.1.1 no such user", NULL);
	assert_string_equal(event_text(e, e->u.verdict.words),
	                    "no such user");
	assert_int_equal(e->u.verdict.contradictions.len, 1);
	assert_string_equal(event_item_text(e, e->u.verdict.contradictions, 0),
	                    "class");
	free(e);
	free(check);
	evidence_clear(&found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recipient_reply_gives_exit_and_act),
		cmocka_unit_test(
		    test_recipient_accepted_claims_no_more_than_tested),
		cmocka_unit_test(test_recipient_text_names_code_and_cause),
		cmocka_unit_test(test_explain_and_verdict_never_disagree),
		cmocka_unit_test(test_recipient_verdict_carries_its_grounds),
		cmocka_unit_test(test_session_result_gives_exit),
		cmocka_unit_test(test_session_mixed_names_the_counts),
		cmocka_unit_test(test_route_without_host_gives_exit),
		cmocka_unit_test(test_exit_worse_follows_the_order),
		cmocka_unit_test(test_text_every_rule_has_words),
		cmocka_unit_test(test_text_unknown_rule_is_shown_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
