/*
 * The exhaustive walk: every state x verb x answer has an unguarded row, every
 * row fires in some reachable session, and the cells that only the catch-all
 * answers are those that somebody has looked at (tests/data/catchall.txt).
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/guide.h"
#include "core/rules.h"
#include "core/rules_text.h"
#include "core/session.h"
#include "util/i18n.h"
#include "util/xalloc.h"

static bool fits(const struct rule *r, enum state s, uint64_t verb,
                 uint32_t answer)
{
	return (r->from >> s & 1u) && (r->verbs & verb) &&
	       (r->answers & answer);
}

/* Which guards hold: bit (1 << enum rule_guard). */
enum { NO_GUARD = 1 << GUARD_ALWAYS, ALL_GUARDS = (1 << GUARD_COUNT) - 1 };

static const struct rule *first(enum state s, uint64_t verb, uint32_t answer,
                                unsigned guards)
{
	const struct rule *r;

	for (size_t i = 0; (r = rules_at(i)); i++)
		if (fits(r, s, verb, answer) &&
		    (guards >> r->when & 1u))
			return r;
	return NULL;
}

static void test_rules_any_cell_has_an_unguarded_row(void **state)
{
	(void)state;
	for (enum state s = 0; s < STATE_COUNT; s++)
		for (unsigned v = 0; v <= VERB_COUNT; v++)
			for (unsigned a = 0; a < ANSWER_COUNT; a++) {
				uint64_t verb = v == VERB_COUNT ? NOT_ASKED :
				                VERB_BIT(v);

				assert_non_null(first(s, verb, 1u << a,
				                      NO_GUARD));
			}
}

static void test_rules_ids_are_unique_and_found(void **state)
{
	const struct rule *r;

	(void)state;
	for (size_t i = 0; (r = rules_at(i)); i++) {
		assert_ptr_equal(rules_find(r->id), r);
		assert_true(strlen(r->why) > 10);
	}
	assert_null(rules_find("no such rule"));
}

static bool wins(const struct rule *r, enum state s, uint64_t verb)
{
	unsigned own = NO_GUARD | 1u << r->when;

	for (unsigned a = 0; a < ANSWER_COUNT; a++)
		if (fits(r, s, verb, 1u << a) &&
		    (first(s, verb, 1u << a, ALL_GUARDS) == r ||
		     first(s, verb, 1u << a, own) == r))
			return true;
	return false;
}

static bool wins_somewhere(const struct rule *r, enum state s)
{
	for (enum verb v = 0; v < VERB_COUNT; v++)
		if (wins(r, s, VERB_BIT(v)))
			return true;
	return wins(r, s, NOT_ASKED);
}

static void test_rules_no_row_is_hidden(void **state)
{
	const struct rule *r;

	(void)state;
	for (size_t i = 0; (r = rules_at(i)); i++) {
		bool seen = false;

		for (enum state s = 0; s < STATE_COUNT && !seen; s++)
			seen = wins_somewhere(r, s);
		if (!seen)
			fail_msg("rule %s can never win", r->id);
	}
}

/* ---- the walk over real sessions ---- */

static const char *const lines[] = {
	"EHLO client.example", "HELO client.example", "MAIL FROM:<a@b.example>",
	"RCPT TO:<x@example.org>", "DATA", "RSET", "NOOP", "QUIT", "STARTTLS",
	"AUTH LOGIN", "TURN", "XCLIENT NAME=x", "XYZZY", ".", "BDAT 0",
	"BDAT 0 LAST",
};
static const char *const replies[] = {
	"220 ok\r\n", "221 ok\r\n", "235 ok\r\n", "250 ok\r\n", "334 \r\n",
	"354 go\r\n", "421 bye\r\n", "450 later\r\n", "500 what\r\n",
	"550 no\r\n", "junk\r\n",
};
enum { N_LINES = sizeof lines / sizeof *lines,
       N_REPLIES = sizeof replies / sizeof *replies,
       DEPTH = 7, HAPPENINGS = 5, FIRED_MAX = 128 };

static bool fired[FIRED_MAX];
static size_t sessions;

static void note_fired(const struct event *e)
{
	const struct rule *r;

	if (e->kind != EV_STATE)
		return;
	r = rules_find(event_text(e, e->u.state.rule));
	assert_non_null(r);
	for (size_t i = 0; rules_at(i); i++)
		if (rules_at(i) == r)
			fired[i] = true;
}

static void give(struct session *s, enum session_input_kind kind,
                 const char *data, uint32_t written)
{
	struct session_input in = { .kind = kind, .data = data,
		                    .len = strlen(data), .written = written };
	struct session_output o;
	bool shake = false;

	session_handle(s, &in, 1000);
	do
		while ((o = session_take(s)).kind != OUT_NONE) {
			if (o.event)
				note_fired(o.event);
			shake |= o.kind == OUT_HANDSHAKE;
			free(o.event);
			free(o.data);
		}
	while (session_go_on(s));
	if (shake)
		give(s, IN_TLS, "", written);
}

/* Replays a path of (line, reply) choices; each choice is one number. */
static enum state follow(const int *path, int depth, bool *over, int happening)
{
	struct plan plan;
	uint32_t n = 1;
	struct session *s;
	enum state state;
	uint32_t sent = 0;

	plan_init(&plan);
	plan.auth.clear_ok = true;
	plan.tls.wrap = path[0] >= N_REPLIES;
	s = session_new(&plan, "client.example", 1, &n);
	give(s, IN_CONNECTED, "", 0);
	give(s, IN_BYTES, replies[path[0] % N_REPLIES], 0);
	for (int i = 1; i < depth && !session_over(s); i++) {
		give(s, IN_COMMAND, lines[path[i] / N_REPLIES], sent);
		if (session_pending(s))
			give(s, IN_BYTES, replies[path[i] % N_REPLIES],
			     ++sent);
	}
	switch (happening) {
	case 1: give(s, IN_CLOSED, "", sent); break;
	case 2: give(s, IN_BYTES, "250 unasked\r\n", sent); break;
	case 3: give(s, IN_COMMAND, "QUIT", sent);
		give(s, IN_CLOSED, "", sent);
		break;
	case 4: give(s, IN_CANCEL, "", sent); break;
	default: break;
	}
	*over = session_over(s);
	state = session_state(s);
	session_free(s);
	plan_clear(&plan);
	sessions++;
	return state;
}

/* Breadth first over states, remembering one path to each (state, depth). */
static void walk(int *path, int depth, unsigned *seen)
{
	bool over;
	enum state before = follow(path, depth, &over, 0);

	for (int h = 1; h < HAPPENINGS; h++)
		follow(path, depth, &over, h);
	follow(path, depth, &over, 0);
	if (over || depth == DEPTH || (seen[before] & 1u << depth))
		return;
	seen[before] |= 1u << depth;
	for (int c = 0; c < N_LINES * N_REPLIES; c++) {
		path[depth] = c;
		walk(path, depth + 1, seen);
	}
}

static void test_rules_every_row_fires_in_a_session(void **state)
{
	/* those that need time, floods, early bytes or LMTP: dialogs_test,
	 * which asks for every row, fires them */
	static const char *const elsewhere[] = { "early", "flood", "late",
		"tls-no", "dot-one", "chunk-one", "chunk-last-no" };
	unsigned seen[STATE_COUNT] = { 0 };
	int path[DEPTH] = { 0 };

	(void)state;
	for (int r = 0; r < 2 * N_REPLIES; r++) {
		path[0] = r; /* the second half is inside TLS */
		walk(path, 1, seen);
	}
	for (size_t i = 0; rules_at(i); i++) {
		bool other = false;

		for (size_t j = 0; j < sizeof elsewhere / sizeof *elsewhere;
		     j++)
			other |= strcmp(rules_at(i)->id, elsewhere[j]) == 0;
		if (other == fired[i])
			fail_msg("rule %s fired in %s of %zu sessions",
			         rules_at(i)->id, other ? "one" : "none",
			         sessions);
	}
}

/* ---- the cells that only "anything" answers ---- */

/* Can answer_of() or the connection give this answer to this verb at all? */
static bool possible(enum verb v, unsigned a)
{
	const struct command *c = command_info(v);

	if (a == ANSWER_BIT_GOOD)
		return v == VERB_OTHER || c->success[0];
	if (a == ANSWER_BIT_MORE)
		return v == VERB_OTHER || c->intermediate[0];
	return v != VERB_DATA_BLOCK; /* it has no reply of its own */
}

static void list_cell(struct buf *out, enum state s, unsigned a)
{
	const struct rule *last = rules_at(rules_count() - 1);
	uint64_t verbs = 0;

	for (enum verb v = 0; v < VERB_COUNT; v++)
		if (possible(v, a) &&
		    first(s, VERB_BIT(v), 1u << a, ALL_GUARDS) == last)
			verbs |= VERB_BIT(v);
	if (!verbs)
		return;
	buf_addf(out, "%s, %s: ", state_name(s),
	         answer_word((enum answer_bit)a));
	verbs_text(out, verbs);
	buf_addc(out, '\n');
}

/* Only open states: in the others the session is over, nothing is read. */
static void list_catchall(struct buf *out)
{
	for (enum state s = ST_CONNECTED; s <= ST_REVERSED; s++)
		for (unsigned a = 0; a < ANSWER_COUNT; a++)
			list_cell(out, s, a);
}

static char *read_file(const char *name)
{
	const char *dir = getenv("srcdir");
	char *path = xasprintf("%s/%s", dir ? dir : ".", name);
	FILE *f = fopen(path, "r");
	struct buf b = { 0 };
	int c;

	if (f)
		while ((c = getc(f)) != EOF)
			buf_addc(&b, (char)c);
	if (f)
		fclose(f);
	free(path);
	buf_str(&b);
	return buf_steal(&b);
}

/* SMTPSCOPE_UPDATE=1 rewrites the file: look at the difference. */
static void compare_file(const char *name, struct buf *got)
{
	char *want = read_file(name);
	const char *dir = getenv("srcdir");

	if (getenv("SMTPSCOPE_UPDATE")) {
		char *path = xasprintf("%s/%s", dir ? dir : ".", name);
		FILE *f = fopen(path, "w");

		assert_non_null(f);
		fputs(buf_str(got), f);
		fclose(f);
		free(path);
	} else if (strcmp(buf_str(got), want) != 0) {
		fail_msg("%s is stale: run this test with SMTPSCOPE_UPDATE=1 "
		         "and read the difference", name);
	}
	free(want);
	buf_clear(got);
}

static void test_rules_catchall_cells_are_the_reviewed_ones(void **state)
{
	struct buf out = { 0 };

	(void)state;
	list_catchall(&out);
	compare_file("tests/data/catchall.txt", &out);
}

static void test_rules_states_md_is_fresh(void **state)
{
	struct buf out = { 0 };

	(void)state;
	i18n_set("en");
	rules_text(&out);
	compare_file("doc/states.md", &out);
}

static void test_guide_every_open_state_proposes_something(void **state)
{
	struct plan plan;
	struct guide_facts f = { .plan = &plan, .helo = "client.example" };

	(void)state;
	plan_init(&plan);
	plan.hold_enter = true;
	plan.target.domain = xstrdup("example.org");
	for (enum state s = ST_CONNECTED; s <= ST_AUTH; s++) {
		f.projected = s;
		if (s != ST_DATA)
			assert_non_null(guide_next(&f));
	}
	f.projected = ST_CLOSED;
	assert_null(guide_next(&f));
	plan_clear(&plan);
}

static void test_answer_of_code_and_verb(void **state)
{
	static const struct {
		enum verb v;
		unsigned code;
		enum answer a;
	} t[] = {
		{ VERB_CONNECT, 220, GOOD },   { VERB_CONNECT, 250, ODD },
		{ VERB_CONNECT, 421, SHUTDOWN }, { VERB_CONNECT, 554, NO },
		{ VERB_EHLO, 250, GOOD },      { VERB_EHLO, 221, ODD },
		{ VERB_EHLO, 502, NOTKNOWN },  { VERB_EHLO, 550, NO },
		{ VERB_MAIL, 354, ODD },       { VERB_MAIL, 451, LATER },
		{ VERB_RCPT, 251, GOOD },      { VERB_RCPT, 252, GOOD },
		{ VERB_DATA, 354, MORE },      { VERB_DATA, 250, ODD },
		{ VERB_END_OF_DATA, 354, ODD },{ VERB_STARTTLS, 250, ODD },
		{ VERB_AUTH, 334, MORE },      { VERB_AUTH, 250, ODD },
		{ VERB_QUIT, 250, GOOD },      { VERB_OTHER, 354, MORE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof t / sizeof *t; i++)
		if (answer_of(t[i].v, t[i].code) != t[i].a)
			fail_msg("%s %u", command_info(t[i].v)->name,
			         t[i].code);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules_any_cell_has_an_unguarded_row),
		cmocka_unit_test(test_rules_ids_are_unique_and_found),
		cmocka_unit_test(test_rules_no_row_is_hidden),
		cmocka_unit_test(test_rules_every_row_fires_in_a_session),
		cmocka_unit_test(
		    test_rules_catchall_cells_are_the_reviewed_ones),
		cmocka_unit_test(test_rules_states_md_is_fresh),
		cmocka_unit_test(
		    test_guide_every_open_state_proposes_something),
		cmocka_unit_test(test_answer_of_code_and_verb),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
