/* What a reply means: command, state, code, enhanced code and text together. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "knowledge/explain.h"
#include "util/buf.h"
#include "util/i18n.h"
#include "util/xalloc.h"

/* Every text of an explanation but said, a line each. */
static char *all_text(const struct explanation *x)
{
	const char *const fields[] = { x->title, x->chip, x->headline,
		x->summary, x->code_text, x->likely, x->evidence,
		x->provider, x->who, x->mta, x->not_same, x->refs };
	struct buf b = { 0 };

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		buf_addf(&b, "%s\n", fields[i]);
	for (size_t i = 0; i < x->n_digits; i++)
		buf_addf(&b, "%s %s %s\n", x->digits[i].key,
		         x->digits[i].brief, x->digits[i].text);
	for (size_t i = 0; i < x->n_enhanced; i++)
		buf_addf(&b, "%s %s %s\n", x->enhanced[i].key,
		         x->enhanced[i].brief, x->enhanced[i].text);
	for (size_t i = 0; i < x->n_tries; i++)
		buf_addf(&b, "%s [%s]\n", x->tries[i].text, x->tries[i].arg);
	for (size_t i = 0; i < x->n_notes; i++)
		buf_addf(&b, "%s\n", x->notes[i]);
	buf_str(&b);
	return buf_steal(&b);
}

/* All that is missing is told before the test fails: see failures. */
static unsigned failures;

static void expect_phrase(const struct explanation *x, const char *about,
                          const char *wanted)
{
	char *text = all_text(x);

	if (!strstr(text, wanted)) {
		print_error("%s: \"%s\" is not in:\n%s\n", about, wanted,
		            text);
		failures++;
	}
	free(text);
}

#include "explain_contexts.h"

/* wanted may hold alternatives, set apart by | */
static void expect_one(const struct explanation *x, const char *about,
                       const char *wanted)
{
	const char *bar = strrchr(wanted, '|');

	expect_phrase(x, about, bar ? bar + 1 : wanted);
}

static void test_reply_context_gives_act_and_words(void **state)
{
	(void)state;
	failures = 0;
	for (size_t i = 0; i < sizeof contexts / sizeof *contexts; i++) {
		const struct explain_context ctx = {
			.verb = contexts[i].verb,
			.line = "",
			.state = contexts[i].state,
		};

		for (int german = 0; german < 2; german++) {
			struct explanation x;

			i18n_set(german ? "de" : "en");
			explain_reply(contexts[i].reply, &ctx, &x);
			if (x.act != contexts[i].act) {
				print_error("%s: act %s, not %s\n",
				            contexts[i].reply, act_name(x.act),
				            act_name(contexts[i].act));
				failures++;
			}
			expect_one(&x, contexts[i].reply,
			           german ? contexts[i].de : contexts[i].en);
			assert_true(*x.title && *x.headline && *x.summary);
			assert_true(*x.code_text && *x.who && *x.mta);
			assert_true(*x.refs);
			explanation_clear(&x);
		}
	}
	i18n_set("en");
	assert_int_equal(failures, 0);
}

/* The picture of 80 columns, word for word. */
static void test_reply_450_fits_the_pictures(void **state)
{
	static const struct explain_context ctx = {
		.verb = "RCPT", .line = "RCPT TO:<bob@example.org>",
		.state = ST_MAIL };
	struct explanation x;

	(void)state;
	i18n_set("en");
	explain_reply("450 4.2.0 Greylisted, please try again in 300 seconds",
	              &ctx, &x);
	assert_string_equal(x.title, "450 4.2.0 after RCPT");
	assert_string_equal(x.chip, "450");
	assert_int_equal(x.cls, CLASS_LATER);
	assert_string_equal(x.headline, "TEMPORARY FAILURE");
	assert_string_equal(x.summary, "Not refused for good. Keep the "
	                    "message and retry later.");
	assert_int_equal(x.n_digits, 3);
	assert_string_equal(x.digits[0].brief, "try later");
	assert_string_equal(x.digits[0].text,
	                    "transient: the same command may work later");
	assert_string_equal(x.digits[1].brief, "about the mail system");
	assert_string_equal(x.digits[2].brief, "no meaning of its own");
	assert_string_equal(x.digits[2].text,
	                    "no meaning of its own, tells 450 from 451");
	assert_int_equal(x.n_enhanced, 3);
	assert_string_equal(x.enhanced[0].key, "4");
	assert_string_equal(x.enhanced[0].brief, "temporary");
	assert_string_equal(x.enhanced[0].text,
	                    "persistent transient failure");
	assert_string_equal(x.enhanced[1].brief, "mailbox");
	assert_string_equal(x.enhanced[1].text, "mailbox status");
	assert_string_equal(x.enhanced[2].brief, "no more detail given");
	assert_string_equal(x.enhanced[2].text, "other or undefined");
	assert_string_equal(x.said,
	                    "Greylisted, please try again in 300 seconds");
	assert_int_equal(x.confidence, CONF_SURE);
	assert_string_equal(x.evidence, "the text says so");
	assert_string_equal(x.mta, "Queues it. Many retry after 5-15 min (RFC "
	                    "5321: 30), for 1 to 5 days, then return a bounce "
	                    "to the sender.");
	assert_string_equal(x.not_same, "451 local error · 452 out of space · "
	                    "550 refused for good: that one is a bounce");
	assert_string_equal(x.refs, "RFC 5321 4.2.3, 4.3.2, 4.5.4.1 · "
	                    "RFC 3463 3.3 · RFC 6647");
	assert_int_equal(x.tries[0].kind, TRY_QUIT_LATER);
	assert_string_equal(x.tries[0].arg, "300");
	assert_string_equal(x.tries[0].text,
	                    "QUIT now, new connection in 300 s");
	assert_int_equal(x.tries[1].kind, TRY_LINE);
	assert_string_equal(x.tries[1].arg, "RCPT TO:<bob@example.org>");
	explanation_clear(&x);
}

/* One line of the picture: three briefs side by side in 78 columns. */
static void test_reply_briefs_fit_80_columns(void **state)
{
	(void)state;
	for (int german = 0; german < 2; german++) {
		i18n_set(german ? "de" : "en");
		for (unsigned code = 200; code < 600; code++) {
			static const struct explain_context none = {
				.verb = "", .line = "" };
			struct explanation x;
			char text[8];
			size_t width = 0;

			snprintf(text, sizeof text, "%u", code);
			explain_reply(text, &none, &x);
			for (size_t i = 0; i < x.n_digits; i++)
				width += 2 + strlen(x.digits[i].brief) + 3;
			assert_true(width <= 78 + 4); /* umlauts: 2 bytes */
			explanation_clear(&x);
		}
	}
	i18n_set("en");
}

static void test_reply_contradictions_are_said(void **state)
{
	static const struct {
		const char *verb, *reply, *en, *de;
	} rows[] = {
		{ "RCPT", "550 4.2.0 no", "contradict each other",
		  "widersprechen sich" },
		{ "RCPT", "250 5.1.1 ok", "contradict each other",
		  "widersprechen sich" },
		{ "RCPT", "250 user unknown", "sounds like a refusal",
		  "klingt nach Ablehnung" },
		{ "RCPT", "450 no such user, do not retry", "sounds final",
		  "klingt endgültig" },
		{ "RCPT", "550 5.7.1 greylisted, try again later",
		  "sounds temporary", "klingt vorübergehend" },
		{ "RCPT", "550 5.1.1 blocked using zen.spamhaus.org",
		  "name different causes", "verschiedene Ursachen" },
		{ "RCPT", "511 no", "not standardised", "nicht genormt" },
	};

	(void)state;
	failures = 0;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct explain_context ctx = { .verb = rows[i].verb,
			.line = "", .state = ST_MAIL };

		for (int german = 0; german < 2; german++) {
			struct explanation x;

			i18n_set(german ? "de" : "en");
			explain_reply(rows[i].reply, &ctx, &x);
			expect_phrase(&x, rows[i].reply,
			              german ? rows[i].de : rows[i].en);
			explanation_clear(&x);
		}
	}
	i18n_set("en");
	assert_int_equal(failures, 0);
}

static void test_reply_in_order_says_no_contradiction(void **state)
{
	static const char *const replies[] = { "250 2.1.5 Ok", "450 4.2.0 x",
		"550 5.1.1 user unknown", "354 go", "221 2.0.0 bye" };

	(void)state;
	for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
		static const struct explain_context ctx = { .verb = "RCPT",
			.line = "", .state = ST_MAIL };
		struct explanation x;

		explain_reply(replies[i], &ctx, &x);
		assert_int_equal(x.n_notes, 0);
		explanation_clear(&x);
	}
}

/* Escape sequences and bidi marks stay in said and nowhere else. */
static void test_reply_hostile_bytes_only_in_said(void **state)
{
	static const char *const replies[] = {
		"550 5.1.1 \x1B]0;owned\x07 user unknown \x1B[2J",
		"450 4.2.0 Greylisted\x08\x08 \x9B" "31m in 5 minutes",
		"220 \x1B[31mmx ESMTP Postfix\x7F",
		"250 \xE2\x80\xAE" "evil",
	};

	(void)state;
	for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
		static const struct explain_context ctx = {
			.verb = "RCPT",
			.line = "RCPT TO:<a\x1B[2J@\xE2\x80\xAE" "b>",
			.state = ST_MAIL };
		struct explanation x;
		char *text;

		explain_reply(replies[i], &ctx, &x);
		for (size_t t = 0; t < x.n_tries; t++)
			x.tries[t].arg[0] = '\0'; /* raw by its nature */
		text = all_text(&x);
		for (const char *p = text; *p; p++)
			assert_true(*p == '\n' || ((unsigned char)*p >= ' ' &&
			                           *p != 0x7f));
		assert_null(strstr(text, "\xE2\x80\xAE"));
		assert_null(strstr(text, " \x9B")); /* no lone C1 */
		assert_non_null(strpbrk(x.said, "\x1B\x08\xE2"));
		free(text);
		explanation_clear(&x);
	}
}

static void test_reply_every_byte_is_survived(void **state)
{
	(void)state;
	for (int byte = 1; byte < 256; byte++) {
		static const struct explain_context ctx = { .verb = "RCPT",
			.line = "", .state = ST_MAIL };
		char text[64];
		struct explanation x;

		snprintf(text, sizeof text, "%c55%c %c.%c.1 %c", byte, byte,
		         byte, byte, byte);
		explain_reply(text, &ctx, &x);
		assert_true(*x.headline);
		explanation_clear(&x);
	}
}

static void test_reply_line_is_mended_as_try(void **state)
{
	static const struct {
		const char *verb, *line, *mended;
	} rows[] = {
		{ "MAIL", "MAIL FROM: <a@b>", "MAIL FROM:<a@b>" },
		{ "MAIL", "MAIL FROM:a@b SIZE=1", "MAIL FROM:<a@b> SIZE=1" },
		{ "RCPT", "rcpt to: a@b", "rcpt to:<a@b>" },
		{ "RCPT", "RCPT TO:<a@b>", NULL },
		{ "RCPT", "RCPT TO:", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct explain_context ctx = { .verb = rows[i].verb,
			.line = rows[i].line, .state = ST_MAIL };
		const char *line = NULL;
		struct explanation x;

		explain_reply("501 5.5.4 Syntax error", &ctx, &x);
		for (size_t t = 0; t < x.n_tries; t++)
			if (x.tries[t].kind == TRY_LINE)
				line = x.tries[t].arg;
		if (rows[i].mended)
			assert_string_equal(line, rows[i].mended);
		else
			assert_null(line);
		explanation_clear(&x);
	}
}

static void test_reply_secret_line_is_no_try(void **state)
{
	static const struct explain_context ctx = { .verb = "AUTH",
		.line = "AUTH PLAIN ****", .state = ST_READY };
	struct explanation x;

	(void)state;
	explain_reply("454 4.7.0 later", &ctx, &x);
	for (size_t t = 0; t < x.n_tries; t++)
		assert_int_not_equal(x.tries[t].kind, TRY_LINE);
	explanation_clear(&x);
}

static const struct {
	const char *text;
	bool known;
	const char *en, *de;
} texts[] = {
	{ "550 5.1.1", true, "No such mailbox", "Postfach unbekannt" },
	{ "550", true, "The most common refusal",
	  "Die häufigste Ablehnung" },
	{ "250", true, "was carried out", "wurde ausgeführt" },
	{ "4.7.26", true, "not defined with that first number",
	  "nicht festgelegt" },
	{ "5.7.26", true, "Several authentication checks",
	  "Mehrere Absenderprüfungen" },
	{ "4.7.31", true, "Gmail", "Gmail" },
	{ "2.1.5", true, "Recipient valid", "Empfänger gültig" },
	{ "5.9.9", false, "not in the registry",
	  "nicht in der Registry" },
	{ "7.1.1", false, "is 2, 4 or 5", "ist 2, 4 oder 5" },
	{ "STARTTLS", true, "Switches the connection to TLS",
	  "schaltet|Schaltet die Verbindung auf TLS um" },
	{ "mail", true, "Starts a transaction",
	  "Beginnt eine Transaktion" },
	{ "MAIL FROM:<a@b>", true, "Starts a transaction",
	  "Beginnt eine Transaktion" },
	{ "C: RCPT TO:<a@b>", true, "Names one recipient",
	  "Nennt einen Empfänger" },
	{ "SIZE", true, "largest message", "größte Nachricht" },
	{ "SIZE", true, "Status: standard", "Status: Standard" },
	{ "XRDST", true, "Status: one vendor's own",
	  "Status: herstellereigen" },
	{ "AUTH", true, "May come back: 235 334; later: 432",
	  "Mögliche Antworten: 235 334; später erneut: 432" },
	{ "DATA", true, "May come back: 354;",
	  "Mögliche Antworten: 354;" },
	{ "NOTIFY", true, "SMTP PARAMETER", "SMTP-PARAMETER" },
	{ "notify", true, "In RCPT: NOTIFY=NEVER|SUCCESS",
	  "In RCPT: NOTIFY=NEVER|SUCCESS" },
	{ "NOTIFY", true, "server offers DSN", "Server DSN anbietet" },
	{ "BODY=8BITMIME", true, "server offers 8BITMIME",
	  "Server 8BITMIME anbietet" },
	{ "BODY=BINARYMIME", true, "server offers BINARYMIME",
	  "Server BINARYMIME anbietet" },
	{ "BODY=8BIT", true, "BODY is 7BIT, 8BITMIME or BINARYMIME",
	  "BODY ist 7BIT, 8BITMIME oder BINARYMIME" },
	{ "RET=HDRS", true, "HDRS the header only", "HDRS nur den Kopf" },
	{ "XVERP=Courier", true, "XVERP[=delimiters]",
	  "XVERP[=delimiters]" },
	{ "DSN", true, "ORCPT: The recipient as the sender wrote it",
	  "ORCPT: Der Empfänger, wie der Absender ihn schrieb" },
	{ "AUTH=PLAIN LOGIN", true, "old way of writing AUTH",
	  "Alte Schreibweise von AUTH" },
	{ "XCLIENT", true, "Postfix: sets the client's identity",
	  "Postfix: setzt die Identität" },
	{ "MAIL FROM:<a@b> SIZE=5", true, "SIZE=5: How many octets",
	  "SIZE=5: Wie viele Oktette" },
	{ "C: MAIL FROM:<a@b> NOTIFY=NEVER", true,
	  "NOTIFY=NEVER: belongs to RCPT", "NOTIFY=NEVER: gehört zu RCPT" },
	{ "HOLDFOR=60", true, "Holds the message back",
	  "Hält die Nachricht" },
	{ "NOTIFYX", false, "NOT KNOWN", "NICHT BEKANNT" },
	{ "pipelining", true, "several commands in one go",
	  "mehrere Befehle auf einmal" },
	{ "greylisting", true, "deliberately|on purpose",
	  "absichtlich" },
	{ "Warteschlange", true, "TERM", "BEGRIFF" },
	{ "NXDOMAIN", true, "does not exist", "gibt es im DNS" },
	{ "S: 450 4.2.0 Greylisted", true, "Greylisting: ",
	  "Greylisting: " },
	{ " 550-5.1.1 user unknown\r\n550 5.1.1 Unknown.\r\n", true,
	  "text and code say so", "so sagen es Text und Code" },
	{ "S: 220 mx.example ESMTP Exim 4.96", true, "Exim", "Exim" },
	{ "299", true, "No table lists this code",
	  "führt keine Tabelle" },
	{ "777", false, "NO SMTP REPLY", "KEINE SMTP-ANTWORT" },
	{ "", false, "NOT KNOWN", "NICHT BEKANNT" },
	{ "zzz \x1B[2J", false, "<1B>[2J", "<1B>[2J" },
};

static void test_text_is_explained(void **state)
{
	(void)state;
	failures = 0;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		for (int german = 0; german < 2; german++) {
			struct explanation x;

			i18n_set(german ? "de" : "en");
			if (explain_text(texts[i].text, &x) != texts[i].known) {
				print_error("%s: known?\n", texts[i].text);
				failures++;
			}
			expect_one(&x, texts[i].text,
			           german ? texts[i].de : texts[i].en);
			assert_true(*x.summary || *x.code_text);
			explanation_clear(&x);
		}
	}
	i18n_set("en");
	assert_int_equal(failures, 0);
}

static void test_text_long_input_is_survived(void **state)
{
	enum { LONG = 1 << 20 };
	static const char *const heads[] = { "x", "550 ", "5.1.1.", "S: ",
		"C: ", "550-" };
	char *text = xmalloc(LONG + 1);

	(void)state;
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
		struct explanation x;

		memset(text, '(', LONG);
		text[LONG] = '\0';
		memcpy(text, heads[i], strlen(heads[i]));
		explain_text(text, &x);
		assert_true(*x.headline);
		explanation_clear(&x);
	}
	free(text);
}

static void test_act_labels_as_design_says(void **state)
{
	static const char *const german[] = { "niemand", "Empfänger",
		"Absenderadresse", "sendender Server", "Anmeldung",
		"Nachricht", "Gegenseite", "Sendemenge", "Netz", "smtpscope",
		"unklar" };

	(void)state;
	i18n_set("de");
	for (int a = 0; a < ACT_COUNT; a++)
		assert_string_equal(act_label((enum act)a), german[a]);
	i18n_set("en");
	assert_string_equal(act_label(ACT_RECIPIENT), "recipient");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reply_context_gives_act_and_words),
		cmocka_unit_test(test_reply_450_fits_the_pictures),
		cmocka_unit_test(test_reply_briefs_fit_80_columns),
		cmocka_unit_test(test_reply_contradictions_are_said),
		cmocka_unit_test(test_reply_in_order_says_no_contradiction),
		cmocka_unit_test(test_reply_hostile_bytes_only_in_said),
		cmocka_unit_test(test_reply_every_byte_is_survived),
		cmocka_unit_test(test_reply_line_is_mended_as_try),
		cmocka_unit_test(test_reply_secret_line_is_no_try),
		cmocka_unit_test(test_text_is_explained),
		cmocka_unit_test(test_text_long_input_is_survived),
		cmocka_unit_test(test_act_labels_as_design_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
