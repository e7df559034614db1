/* Whose fault a refusal is: real wordings, labelled by people. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/blame.h"
#include "core/command.h"
#include "knowledge/cause_words.h"
#include "tsv.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum {
	ROWS_MIN = 231,    /* as many refusals as were measured by others */
	EXACT_PERCENT = 95,
	WRONG_MAX = 3,     /* another label than "unknown" that is not it */
};

static enum state state_for(const char *verb)
{
	static const struct {
		const char *verb;
		enum state state;
	} states[] = {
		{ "(CONNECT)", ST_CONNECTED }, { "EHLO", ST_GREETED },
		{ "MAIL", ST_READY }, { "RCPT", ST_MAIL },
		{ "DATA", ST_RCPT }, { "(END OF DATA)", ST_DATA },
		{ "(AUTH RESPONSE)", ST_AUTH },
	};

	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (strcmp(states[i].verb, verb) == 0)
			return states[i].state;
	return ST_READY;
}

/* "\n" of a table's cell */
static char *lines_of(const char *cell)
{
	char *text = xstrdup(cell), *to = text;

	for (const char *p = cell; *p; p++)
		if (p[0] == '\\' && p[1] == 'n') {
			*to++ = '\n';
			p++;
		} else {
			*to++ = *p;
		}
	*to = '\0';
	return text;
}

static void blame_cell(const char *verb, const char *cell,
                       const struct evidence *checks, struct blame *out)
{
	const struct explain_context ctx = { .verb = verb, .line = "",
		.state = state_for(verb), .checks = checks };
	char *text = lines_of(cell);

	blame_text(text, &ctx, out);
	free(text);
}

static bool has_label(const char *labels, enum act act)
{
	const char *name = act_name(act);
	size_t len = strlen(name);

	for (const char *p = labels; (p = strstr(p, name)); p += len)
		if ((p == labels || p[-1] == '|') &&
		    (p[len] == '|' || !p[len]))
			return true;
	return false;
}

static bool is_sending(enum act a)
{
	return a == ACT_SENDER_ADDRESS || a == ACT_SENDER_HOST ||
	       a == ACT_SENDER_AUTH;
}

static bool sending_in(const char *labels)
{
	return has_label(labels, ACT_SENDER_ADDRESS) ||
	       has_label(labels, ACT_SENDER_HOST) ||
	       has_label(labels, ACT_SENDER_AUTH);
}

/* The one fault that is never allowed. */
static bool mixed_up(const char *labels, enum act act)
{
	bool recipient = has_label(labels, ACT_RECIPIENT);
	bool sending = sending_in(labels);

	return (act == ACT_RECIPIENT && sending && !recipient) ||
	       (is_sending(act) && recipient && !sending);
}

static void test_blame_labelled_refusals(void **state)
{
	struct tsv *t = tsv_load("tests/data/blame.tsv");
	size_t exact = 0, unknown = 0, wrong = 0, mixed = 0, n = t->rows - 1;

	(void)state;
	for (size_t r = 1; r < t->rows; r++) {
		const char *labels = t->cell[r][0];
		struct blame b;

		blame_cell(t->cell[r][1], t->cell[r][2], NULL, &b);
		if (has_label(labels, b.cause.act))
			exact++;
		else if (b.cause.act == ACT_UNKNOWN)
			unknown++;
		else
			wrong++;
		if (mixed_up(labels, b.cause.act))
			mixed++;
		if (!has_label(labels, b.cause.act))
			print_message("%s%s, not %s, by %s: %s %s\n",
			              mixed_up(labels, b.cause.act)
			                  ? "MIXED UP: " : "",
			              act_name(b.cause.act), labels,
			              b.cause.rule, t->cell[r][1],
			              t->cell[r][2]);
		blame_clear(&b);
	}
	print_message("%zu refusals: %zu as labelled, %zu unknown instead, "
	              "%zu wrong, %zu mixed up\n", n, exact, unknown, wrong,
	              mixed);
	assert_true(n >= ROWS_MIN);
	assert_int_equal(mixed, 0);
	assert_true(exact * 100 >= n * EXACT_PERCENT);
	assert_true(wrong <= WRONG_MAX);
	tsv_free(t);
}

/* ---- the provider rows: the side of their category ---- */

static void test_blame_provider_samples_are_not_mixed_up(void **state)
{
	struct tsv *t = tsv_load("tests/data/knowledge/provider_samples.tsv");
	size_t id = tsv_column(t, "expected_id"), judged = 0;

	(void)state;
	for (size_t r = 1; r < t->rows; r++) {
		const struct provider_row *row = NULL;
		const struct category *c;
		enum act expected;
		struct blame b;

		for (size_t i = 0; provider_at(i) && !row; i++)
			if (strcmp(provider_at(i)->id, t->cell[r][id]) == 0)
				row = provider_at(i);
		if (!row)
			continue;
		c = category_find(row->category);
		expected = (enum act)act_find(*row->act ? row->act : c->act);
		blame_cell("RCPT", t->cell[r][0], NULL, &b);
		if (mixed_up(act_name(expected), b.cause.act))
			fail_msg("%s: %s, not %s, by %s", t->cell[r][0],
			         act_name(b.cause.act), act_name(expected),
			         b.cause.rule);
		judged++;
		blame_clear(&b);
	}
	assert_true(judged >= 260);
	tsv_free(t);
}

/* ---- the checks ---- */

static void add_check(struct evidence *v, const char *id, const char *subject,
                      enum grade grade)
{
	struct event_builder b;
	struct event *e;

	event_begin(&b, EV_CHECK);
	b.e.u.check.id = event_puts(&b, id);
	b.e.u.check.subject = event_puts(&b, subject);
	b.e.u.check.grade = (uint8_t)grade;
	e = event_finish(&b);
	evidence_add(v, e);
	free(e);
}

/* "spf-mail=bad ptr=pass" */
static void add_checks(struct evidence *v, const char *list)
{
	while (*list) {
		char id[32], grade[16], subject[64] = "";
		int used = 0;

		assert_true(sscanf(list, "%31[^=]=%15[a-z]%n", id, grade,
		                   &used) == 2);
		list += used;
		if (*list == ':') {
			assert_true(sscanf(list, ":%63[^ ]%n", subject,
			                   &used) == 1);
			list += used;
		}
		list += *list == ' ';
		add_check(v, id, subject, (enum grade)grade_find(grade));
	}
}

static const struct {
	const char *verb, *reply, *checks;
	enum act act;
	enum confidence confidence;
	const char *rule;
	unsigned contradictions;
	uint64_t supports, opposes;
} checked[] = {
	{ "RCPT", "550 5.7.1 refused by policy", "spf-mail=bad",
	  ACT_SENDER_HOST, CONF_LIKELY, "check:spf-mail", 0, 1, 0 },
	{ "RCPT", "550 Denied by policy", "ptr=pass sender-domain=bad",
	  ACT_SENDER_ADDRESS, CONF_LIKELY, "check:sender-domain", 0, 2, 0 },
	{ "RCPT", "550 no", "ptr=bad spf-mail=bad", ACT_SENDER_HOST,
	  CONF_GUESS, "check:ptr", 0, 1, 0 },
	/* these say nothing */
	{ "RCPT", "550 Denied by policy", "spf-mail=unknown", ACT_UNKNOWN,
	  CONF_GUESS, "wording:w-policy", 0, 0, 0 },
	{ "RCPT", "550 Denied by policy", "spf-mail=note", ACT_UNKNOWN,
	  CONF_GUESS, "wording:w-policy", 0, 0, 0 },
	{ "RCPT", "550 Denied by policy", "spf-mail=pass", ACT_UNKNOWN,
	  CONF_GUESS, "wording:w-policy", 0, 0, 0 },
	{ "RCPT", "550 Denied by policy", "spf-mail=warn", ACT_UNKNOWN,
	  CONF_GUESS, "wording:w-policy", 0, 0, 0 },
	/* the server did not know of it yet */
	{ "RCPT", "550 Denied by policy", "dmarc=bad dkim=bad", ACT_UNKNOWN,
	  CONF_GUESS, "wording:w-policy", 0, 0, 0 },
	{ "RSET", "550 no", "ptr=bad", ACT_UNKNOWN, CONF_GUESS, "", 0, 0, 0 },
	/* what it says was found */
	{ "RCPT", "550 5.7.25 unable", "ptr=bad", ACT_SENDER_HOST, CONF_SURE,
	  "enhanced:5.7.25", 0, 1, 0 },
	{ "RCPT", "550 5.7.25 unable", "ptr=warn", ACT_SENDER_HOST, CONF_SURE,
	  "enhanced:5.7.25", 0, 1, 0 },
	{ "RCPT", "550 5.7.25 unable", "ptr=unknown", ACT_SENDER_HOST,
	  CONF_LIKELY, "enhanced:5.7.25", 0, 0, 0 },
	/* and was not */
	{ "RCPT", "550 SPF fail for your domain", "spf-mail=pass",
	  ACT_SENDER_HOST, CONF_LIKELY, "wording:w-spf", CONTRA_CHECK, 0, 1 },
	{ "RCPT", "550 5.7.25 unable", "ptr=pass", ACT_SENDER_HOST,
	  CONF_GUESS, "enhanced:5.7.25", CONTRA_CHECK, 0, 1 },
	/* one of the two SPF checks failed: that will do */
	{ "RCPT", "550 SPF fail for your domain", "spf-mail=pass spf-helo=bad",
	  ACT_SENDER_HOST, CONF_SURE, "wording:w-spf", 0, 2, 0 },
	/* a list that was not asked proves nothing */
	{ "RCPT", "554 Client host blocked using bl.one.example",
	  "dnsbl=pass:bl.two.example", ACT_SENDER_HOST, CONF_SURE,
	  "wording:w-list", 0, 0, 0 },
	{ "RCPT", "554 Client host blocked using bl.one.example",
	  "dnsbl=pass:bl.two.example dnsbl=pass:BL.one.example",
	  ACT_SENDER_HOST, CONF_LIKELY, "wording:w-list", CONTRA_CHECK, 0, 2 },
	/* a bad check does not take a clear reply from the recipient */
	{ "RCPT", "550 5.1.1 user unknown", "spf-mail=bad ptr=bad",
	  ACT_RECIPIENT, CONF_SURE, "wording:w-unknown-user", 0, 0, 0 },
	/* anew: the newest counts */
	{ "RCPT", "550 5.7.25 unable", "ptr=bad:192.0.2.1 ptr=pass:192.0.2.9",
	  ACT_SENDER_HOST, CONF_GUESS, "enhanced:5.7.25", CONTRA_CHECK, 0,
	  1 },
};

static void test_blame_checks_support_and_contradict(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof checked / sizeof *checked; i++) {
		struct evidence v = { 0 };
		struct blame b;

		add_checks(&v, checked[i].checks);
		blame_cell(checked[i].verb, checked[i].reply, &v, &b);
		if (b.cause.act != checked[i].act ||
		    b.cause.confidence != checked[i].confidence ||
		    strcmp(b.cause.rule, checked[i].rule) != 0 ||
		    b.cause.contradictions != checked[i].contradictions ||
		    b.cause.supports != checked[i].supports ||
		    b.cause.opposes != checked[i].opposes)
			fail_msg("%s with %s: %s %s %s %u +%x -%x",
			         checked[i].reply, checked[i].checks,
			         act_name(b.cause.act),
			         confidence_name(b.cause.confidence),
			         b.cause.rule, b.cause.contradictions,
			         (unsigned)b.cause.supports,
			         (unsigned)b.cause.opposes);
		blame_clear(&b);
		evidence_clear(&v);
	}
}

static void test_evidence_beyond_the_bound_is_left_out(void **state)
{
	struct evidence v = { 0 };
	char zone[24];

	(void)state;
	for (int i = 0; i < EVIDENCE_MAX + 5; i++) {
		snprintf(zone, sizeof zone, "bl%d.example", i);
		add_check(&v, "dnsbl", zone, GRADE_PASS);
	}
	add_check(&v, "no-such-check", "x", GRADE_BAD);
	add_check(&v, "dnsbl", "bl0.example", GRADE_BAD);
	assert_int_equal(v.n, EVIDENCE_MAX);
	assert_int_equal(v.items[0].grade, GRADE_BAD);
	evidence_clear(&v);
}

/* ---- rule, words and contradictions ---- */

static const struct {
	const char *verb, *reply, *rule, *words;
	unsigned contradictions;
} ruled[] = {
	{ "RCPT", "550-Requested action not taken: mailbox unavailable\n"
	  "550-Reject due to SPF policy.\n550 For explanation visit "
	  "https://postmaster.gmx.net/en/case?c=r0601", "wording:ui-spf",
	  "Reject due to SPF policy", 0 },
	{ "(CONNECT)", "554-gmx.net (mxgmx104) Nemesis ESMTP Service not "
	  "available\n554-No SMTP service\n554-Bad DNS PTR resource record."
	  "\n554 For explanation visit https://postmaster.gmx.net/en/case",
	  "wording:ui-ptr", "Bad DNS PTR resource record", 0 },
	{ "RCPT", "550 5.1.1 Empfaenger unbekannt", "wording:w-unknown-user",
	  "Empfaenger unbekannt", 0 },
	{ "RCPT", "550 5.7.25 unable", "enhanced:5.7.25", "5.7.25", 0 },
	{ "EHLO", "554 go away", "code:EHLO 554", "554", 0 },
	{ "RCPT", "450 4.2.0 something", "subject:4.2.X", "4.2.0", 0 },
	{ "RCPT", "550 no", "", "", 0 },
	{ "RCPT", "550 5.1.1 <spf@example.org> user unknown",
	  "wording:w-unknown-user", "user unknown", 0 },
	{ "RCPT", "550 4.2.0 something", "subject:4.2.X", "4.2.0",
	  CONTRA_CLASS },
	{ "RCPT", "450 no such user, do not retry", "wording:w-unknown-user",
	  "no such user", CONTRA_WORDS },
	{ "RCPT", "550 5.1.1 your IP is blocked", "wording:w-client",
	  "your IP is blocked", CONTRA_CAUSE },
	{ "RCPT", "550-No such user here\n550 Your IP address is blacklisted",
	  "wording:w-list", "IP address is blacklist", CONTRA_LINES },
	{ "RCPT", "250 5.1.1 user unknown", "", "", CONTRA_CLASS |
	  CONTRA_WORDS },
};

static void test_blame_names_rule_words_and_contradictions(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof ruled / sizeof *ruled; i++) {
		struct blame b;

		blame_cell(ruled[i].verb, ruled[i].reply, NULL, &b);
		if (strcmp(b.cause.rule, ruled[i].rule) != 0 ||
		    strcmp(b.cause.words, ruled[i].words) != 0 ||
		    b.cause.contradictions != ruled[i].contradictions)
			fail_msg("%s: %s on \"%s\", %u", ruled[i].reply,
			         b.cause.rule, b.cause.words,
			         b.cause.contradictions);
		assert_false(b.cause.contradictions &&
		             b.cause.confidence == CONF_SURE);
		blame_clear(&b);
	}
}

/* Every contradiction has its sentence in both languages, and so has every
 * kind of rule. */
static void test_grounds_are_said_in_both_languages(void **state)
{
	static const char *const rules[] = { "wording:w-spf",
		"enhanced:5.7.25", "subject:5.1.X", "code:RCPT 550",
		"code:550", "check:spf-mail" };
	struct grounds g = { .rule = "", .words = "x\x1B[2J", .code = "550",
		.enhanced = "4.7.1", .opposes = { "ptr" }, .n_opposes = 1,
		.supports = { "spf-mail" }, .n_supports = 1,
		.contradictions = (1u << CONTRADICTIONS) - 1 };

	(void)state;
	for (int german = 0; german < 2; german++) {
		char *text;
		unsigned n = 0;

		i18n_set(german ? "de" : "en");
		while ((text = grounds_note(&g, n))) {
			assert_true(strlen(text) > 20);
			assert_null(strchr(text, '{'));
			free(text);
			n++;
		}
		assert_int_equal(n, CONTRADICTIONS + 1);
		for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
			g.rule = rules[i];
			text = grounds_why(&g);
			assert_true(strlen(text) > 5);
			assert_null(strchr(text, '\x1B'));
			free(text);
		}
		g.rule = "";
	}
	i18n_set("en");
}

/* No words of the table that no line could ever have. */
static void test_wordings_every_row_is_used(void **state)
{
	const struct wording *w;

	(void)state;
	for (size_t i = 0; (w = wording_at(i)); i++) {
		assert_non_null(category_find(w->category));
		assert_true(!*w->act || act_find(w->act) >= 0);
		for (size_t k = 0; wording_at(k); k++)
			assert_true(k == i || strcmp(wording_at(k)->id, w->id));
		for (const char *p = w->words; *p; p++) {
			assert_true(*p >= ' ' && *p < 0x7f);
			assert_false(*p >= 'A' && *p <= 'Z');
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blame_labelled_refusals),
		cmocka_unit_test(test_blame_provider_samples_are_not_mixed_up),
		cmocka_unit_test(test_blame_checks_support_and_contradict),
		cmocka_unit_test(test_evidence_beyond_the_bound_is_left_out),
		cmocka_unit_test(
		    test_blame_names_rule_words_and_contradictions),
		cmocka_unit_test(test_grounds_are_said_in_both_languages),
		cmocka_unit_test(test_wordings_every_row_is_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
