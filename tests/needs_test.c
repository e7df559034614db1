/* What a message needs of a server, and what MAIL says by itself. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/finding.h"
#include "core/idn.h"
#include "core/needs.h"
#include "util/buf.h"
#include "util/xalloc.h"

#define UE "\xc3\xbc"
#define ALL "SIZE 1000|8BITMIME|SMTPUTF8|CHUNKING|BINARYMIME|DSN|REQUIRETLS"

struct need_case {
	const char *message; /* NULL none; "NUL" one with a NUL, "LONG" ... */
	const char *offers;  /* NULL: HELO */
	const char *from, *to, *param; /* to, param: set apart by blanks */
	const char *expect;  /* "PARAM ... [bdat] [raw] ! missing(args) ..." */
	const char *how;     /* b: --bdat, s: inside TLS */
};

static const struct need_case cases[] = {
	{ NULL, ALL, "a@x", "b@y", "", "", "" },
	{ NULL, NULL, "a@x", "b@y", "", "", "" },
	{ "A: b\r\n", ALL, "a@x", "b@y", "", "SIZE=6", "" },
	{ "A: b\n\nx", ALL, "a@x", "b@y", "", "SIZE=11", "" },
	{ "A: b\n\n..\n", "SIZE", "a@x", "b@y", "", "SIZE=12", "" },
	{ "A: b\r\n", NULL, "a@x", "b@y", "", "", "" },
	{ "A: b\r\n", "SIZE 5", "a@x", "b@y", "",
	  "SIZE=6 !size-too-big(6,5)", "" },
	{ "A: b\r\n", "SIZE 6", "a@x", "b@y", "", "SIZE=6", "" },
	{ "A: b\r\n", "SIZE 0", "a@x", "b@y", "", "SIZE=6", "" },
	{ "A: b\r\n", ALL, "a@x", "b@y", "SIZE=99", "", "" },
	/* 8BITMIME and SMTPUTF8 */
	{ "A: b\r\n\r\n" UE "\r\n", ALL, "a@x", "b@y", "",
	  "SIZE=12 BODY=8BITMIME", "" },
	{ "A: b\r\n\r\n" UE "\r\n", "", "a@x", "b@y", "",
	  "!needs-8bitmime", "" },
	{ "A: b\r\n\r\n" UE "\r\n", ALL, "a@x", "b@y", "BODY=7BIT",
	  "SIZE=12", "" },
	{ "A: " UE "\r\n", ALL, "a@x", "b@y", "",
	  "SIZE=7 BODY=8BITMIME SMTPUTF8", "" },
	{ "A: " UE "\r\n", "8BITMIME", "a@x", "b@y", "",
	  "BODY=8BITMIME !needs-smtputf8-header", "" },
	{ NULL, ALL, UE "@x", "b@y", "", "SMTPUTF8", "" },
	{ NULL, ALL, "a@x", "b@y " UE "@y", "", "SMTPUTF8", "" },
	{ NULL, "8BITMIME", "a@x", UE "@y", "",
	  "!needs-smtputf8(" UE "@y)", "" },
	{ NULL, NULL, UE "@x", "b@y", "", "!needs-smtputf8(" UE "@x)", "" },
	{ NULL, NULL, "a@" UE ".example", "b@" UE ".example", "", "", "" },
	{ NULL, ALL, "a@" UE ".example", "b@y", "", "", "" },
	/* binary */
	{ "NUL", ALL, "a@x", "b@y", "",
	  "SIZE=5 BODY=BINARYMIME bdat raw", "" },
	{ "NUL", "CHUNKING", "a@x", "b@y", "", "!needs-binarymime(1,0)", "" },
	{ "NUL", "BINARYMIME", "a@x", "b@y", "", "!needs-binarymime(1,0)", "" },
	{ "LONG", ALL, "a@x", "b@y", "",
	  "SIZE=1000 BODY=BINARYMIME bdat raw", "" },
	{ "LONG", "", "a@x", "b@y", "", "?line-too-long-998(1,999)", "" },
	{ "A: b\n", ALL, "a@x", "b@y", "",
	  "SIZE=5 BODY=BINARYMIME bdat raw", "b" },
	{ "A: b\r\n", ALL, "a@x", "b@y", "", "SIZE=6 bdat", "b" },
	{ "A: b\n", "CHUNKING", "a@x", "b@y", "", "bdat", "b" },
	{ "A: b\n", "SIZE", "a@x", "b@y", "", "SIZE=6 ?needs-chunking", "b" },
	/* limits */
	{ NULL, "LIMITS RCPTMAX=2", "a@x", "b@y c@y d@z", "",
	  "?rcpt-over-limit(3,2)", "" },
	{ NULL, "LIMITS RCPTMAX=3", "a@x", "b@y c@y d@z", "", "", "" },
	{ NULL, "LIMITS RCPTDOMAINMAX=1", "a@x", "b@y c@Y d@z", "",
	  "?rcpt-domains-over-limit(2,1)", "" },
	{ NULL, "LIMITS RCPTDOMAINMAX=2", "a@x", "b@y c@Y d@z", "", "", "" },
	/* what the user asked for */
	{ NULL, ALL, "a@x", "b@y", "RET=HDRS", "", "" },
	{ NULL, "SIZE", "a@x", "b@y", "RET=HDRS",
	  "?needs-extension(RET,DSN)", "" },
	{ NULL, "8BITMIME", "a@x", "b@y", "BODY=BINARYMIME",
	  "?needs-extension(BODY,BINARYMIME)", "" },
	{ NULL, NULL, "a@x", "b@y", "XYZ=1", "", "" },
	{ NULL, ALL, "a@x", "b@y", "REQUIRETLS", "", "s" },
	{ NULL, ALL, "a@x", "b@y", "REQUIRETLS", "!needs-requiretls", "" },
	{ NULL, "SIZE", "a@x", "b@y", "REQUIRETLS", "!needs-requiretls", "s" },
};

static struct ehlo list(const char *lines)
{
	struct ehlo e = { 0 };

	while (*lines) {
		size_t len = strcspn(lines, "|");

		ehlo_add_line(&e, lines, len);
		lines += len + (lines[len] == '|');
	}
	return e;
}

static void look(const char *message, struct message_facts *out)
{
	char text[1000];

	memset(text, 'x', sizeof text);
	text[999] = '\n';
	if (strcmp(message, "NUL") == 0)
		message_look("a\0b\r\n", 5, out);
	else if (strcmp(message, "LONG") == 0)
		message_look(text, sizeof text, out);
	else
		message_look(message, strlen(message), out);
}

static void make_plan(const struct need_case *c, struct plan *plan)
{
	char *copy = xstrdup(c->to), *save = NULL;

	plan_init(plan);
	plan->from = xstrdup(c->from);
	plan->bdat = strchr(c->how, 'b') != NULL;
	for (char *w = strtok_r(copy, " ", &save); w;
	     w = strtok_r(NULL, " ", &save))
		plan_add_to(plan, w);
	if (*c->param)
		plan_add_mail_param(plan, c->param);
	free(copy);
}

static char *show(const struct needs *n)
{
	struct buf out = { 0 };
	bool fatal = false;

	for (size_t i = 0; i < n->n_params; i++)
		buf_addf(&out, " %s", n->params[i]);
	buf_adds(&out, n->bdat ? " bdat" : "");
	buf_adds(&out, n->binary ? " raw" : "");
	for (size_t i = 0; i < n->n_missing; i++) {
		const struct need *m = &n->missing[i];

		fatal = fatal || m->fatal;
		assert_non_null(finding_find(m->id));
		buf_addf(&out, " %c%s", m->fatal ? '!' : '?', m->id);
		if (*m->args[0])
			buf_addf(&out, "(%s%s%s)", m->args[0],
			         *m->args[1] ? "," : "", m->args[1]);
	}
	assert_int_equal(n->fatal, fatal);
	return buf_steal(&out);
}

static void test_needs_of_message_envelope_and_plan(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct need_case *c = &cases[i];
		struct ehlo offers = list(c->offers ? c->offers : "");
		struct message_facts f;
		struct needs n;
		struct plan plan;
		char *text;

		make_plan(c, &plan);
		if (c->message)
			look(c->message, &f);
		message_needs(c->message ? &f : NULL,
		              c->offers ? &offers : NULL, &plan,
		              strchr(c->how, 's') != NULL, &n);
		text = show(&n);
		if (strcmp(text + (*text == ' '), c->expect) != 0)
			fail_msg("case %zu:%s instead of %s", i, text,
			         c->expect);
		free(text);
		plan_clear(&plan);
		ehlo_clear(&offers);
	}
}

/* A hundred wishes that no server fulfils. */
static void test_needs_many_stay_in_bounds(void **state)
{
	struct plan plan;
	struct needs n;

	(void)state;
	plan_init(&plan);
	for (int i = 0; i < 100; i++)
		plan_add_mail_param(&plan, i % 2 ? "RET=HDRS" : "REQUIRETLS");
	message_needs(NULL, NULL, &plan, false, &n);
	assert_in_range(n.n_missing, 10, NEEDS_MAX - 1);
	assert_true(n.fatal);
	plan_clear(&plan);
}

static void test_address_domain_alone_goes_as_a_labels(void **state)
{
	static const char *const t[][2] = {
		{ "a@x.example", "a@x.example" },
		{ "a@" UE ".example", "a@xn--tda.example" },
		{ "\"a@b\"@" UE ".example", "\"a@b\"@xn--tda.example" },
		{ UE "@" UE ".example", UE "@" UE ".example" },
		{ "postmaster", "postmaster" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		char *out = idn_address(t[i][0]);

		assert_string_equal(out, t[i][1]);
		free(out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_needs_of_message_envelope_and_plan),
		cmocka_unit_test(test_needs_many_stay_in_bounds),
		cmocka_unit_test(test_address_domain_alone_goes_as_a_labels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
