#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/grid_words.h"
#include "check/odd.h"
#include "madegrid.h"
#include "util/i18n.h"
#include "util/xalloc.h"

/* What a grid is made of, cell by cell. */

/* "220 250 - 550": a word for each column that is there. */
static char *cells_of(const struct grid *g, size_t row)
{
	static const char states[] = ".?-";
	struct buf b = { 0 };

	for (int c = 0; c < GRID_COLUMNS; c++) {
		const struct grid_cell *cell = &g->rows[row].cell[c];
		char text[GRID_TEXT_MAX];

		if (!g->used[c])
			continue;
		grid_cell_text(&g->rows[row], (enum grid_step)c, GRID_CODES,
		               text);
		if (cell->state < GRID_OK)
			snprintf(text, sizeof text, "%c", states[cell->state]);
		buf_addf(&b, "%s%s%s", b.len ? " " : "",
		         *text ? text : "ok",
		         g->rows[row].odd & 1u << c ? "!" : "");
	}
	return buf_steal(&b);
}

#define START "S 220 mx.example"
#define EHLO "C EHLO me", "S 250-mx|250 SIZE"
#define OFFER_TLS                                                              \
	START, "C EHLO me", "S 250-mx|250 STARTTLS", "C STARTTLS", "S 220 Go"
#define QUIT "C QUIT", "S 221 2.0.0 Bye", "X"

static const struct {
	const char *const *lines;
	const char *cells;
} sessions[] = {
	{ LINES(START, EHLO, MAIL, RCPT("250 2.1.5 Ok"), QUIT),
	  "ok 220 250 250 250" },
	{ LINES("N"), "--- . . . ." },
	{ LINES("G", "X"), "ok --- . . ." },
	{ LINES("S 554 5.7.1 No", "X"), "ok 554 . . ." },
	{ LINES("S 421 4.3.2 Later", "F", "X"), "ok 421 --- . ." },
	{ LINES(START), "ok 220 . . ." },
	{ LINES(""), "ok ? . . ." },
	{ LINES(START, "C EHLO me"), "ok 220 ? . ." },
	{ LINES(START, "C EHLO me", "S 502 No", "C HELO me", "S 250 Hi",
	        MAIL, "X"), "ok 220 250 250 ." },
	{ LINES(START, "C EHLO me", "S 502 No", "X"), "ok 220 502 . ." },
	{ LINES(START, EHLO, MAIL, RCPT("250 2.1.5 Ok"),
	        "C RCPT TO:<y@example>", "S 550 5.1.1 Who",
	        "C RCPT TO:<z@example>", "S 450 4.2.0 Later", "X"),
	  "ok 220 250 250 550 1/3" },
	{ LINES(START, EHLO, "C MAIL FROM:<a@me>", "S 550 5.7.1 No",
	        RCPT("503 5.5.1 Order"), "X"), "ok 220 250 550 503" },
	/* the connection ends with nothing asked: what would have come next */
	{ LINES(START, EHLO, MAIL, "F", "X"), "ok 220 250 250 ---" },
	{ LINES(START, EHLO, MAIL, RCPT("250 2.1.5 Ok"), "C QUIT", "F", "X"),
	  "ok 220 250 250 250" },
	{ LINES(START, EHLO, "C MAIL FROM:<a@me>", "F", "X"),
	  "ok 220 250 --- ." },
	/* a second transaction is what counts */
	{ LINES(START, EHLO, MAIL, RCPT("550 5.1.1 Who"), "C RSET",
	        "S 250 2.0.0 Ok", MAIL, "X"), "ok 220 250 250 ." },
	{ LINES(START, EHLO, MAIL, RCPT("250 2.1.5 Ok"), "C DATA",
	        "S 354 Go", "X"), "ok 220 250 250 250 354" },
	{ LINES(START, EHLO, "C AUTH PLAIN ****", "S 535 5.7.8 No", "X"),
	  "ok 220 250 535 . ." },
	{ LINES(HELLO_TLS, MAIL, "X"), "ok 220 250 1.3 250 ." },
	{ LINES(START, "C EHLO me", "S 250-mx|250 STARTTLS", MAIL, "X"),
	  "ok 220 250 - 250 ." },
	{ LINES(START, "C EHLO me", "S 250-mx|250 STARTTLS", "C STARTTLS",
	        "S 220 2.0.0 Go"), "ok 220 250 ? . ." },
	{ LINES(START, "C EHLO me", "S 250-mx|250 STARTTLS", "C STARTTLS",
	        "S 220 2.0.0 Go", "H", "X"), "ok 220 250 --- . ." },
	{ LINES(START, "C EHLO me", "S 250-mx|250 STARTTLS", "C STARTTLS",
	        "S 454 4.7.0 Busy", "X"), "ok 220 250 454 . ." },
	/* LMTP, and a reply that is none */
	{ LINES(START, "C LHLO me", "S 250-mx|250 SIZE", MAIL,
	        RCPT("250 2.1.5 Ok"), "X"), "ok 220 250 250 250" },
	{ LINES(START, "C EHLO me", "S 999 what", "X"), "ok 220 999 . ." },
};

static void test_grid_session_becomes_cells(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof sessions / sizeof *sessions; i++) {
		struct grid g = { .n = 0 };
		const struct made_row row = { "mx1", "192.0.2.1", 10,
			sessions[i].lines };
		char *cells;

		made_grid(&g, &row, 1);
		cells = cells_of(&g, 0);
		assert_int_equal(g.n, 1);
		assert_string_equal(cells, sessions[i].cells);
		free(cells);
		grid_clear(&g);
	}
}

/* ---- rows ---- */

static void pass_over(struct grid *g, const char *id, const char *host,
                      const char *address)
{
	const char *args[] = { host, address };
	struct event_builder b;
	struct event *e;

	event_begin(&b, EV_FINDING);
	b.e.n = 900;
	b.e.u.finding.id = event_puts(&b, id);
	b.e.u.finding.args = event_put_texts(&b, args, 2);
	e = event_finish(&b);
	grid_see(g, e);
	free(e);
}

static void test_grid_untried_rows_say_why(void **state)
{
	const struct made_row rows[] = {
		{ "mx1", "192.0.2.1", 10, LINES(START, "X") },
		{ "mx1", "10.0.0.1", 10, NULL },
		{ "mx2", "", 20, NULL }, /* "mx-nodata" */
		{ "mx3", "192.0.2.1", 30, NULL },
		{ "mx4", "192.0.2.4", 40, NULL },
	};
	static const char *const why[] = {
		"",
		("10.0.0.1 (mx1) is no public address and came from DNS: "
		 "it was not used. --allow-private permits it."),
		"this host has no address",
		"192.0.2.1 (mx3) was tried already under another name.", "",
	};
	struct grid g = { .n = 0 };

	(void)state;
	made_grid(&g, rows, 5);
	pass_over(&g, "private-unused", "mx1", "10.0.0.1");
	pass_over(&g, "address-tried", "mx3", "192.0.2.1");
	grid_settle(&g);
	assert_int_equal(g.n, 5);
	assert_int_equal(grid_tried(&g), 1);
	assert_int_equal(grid_addresses(&g), 2);
	for (size_t i = 0; i < 5; i++) {
		char *text = grid_why(&g.rows[i]);

		assert_string_equal(text, why[i]);
		assert_string_equal(g.rows[i].host, rows[i].host);
		free(text);
	}
	grid_clear(&g);
}

/* TLS failed, and the same address was taken once more in clear: both are
 * seen in the one row. */
static void test_grid_again_in_clear_keeps_the_failure(void **state)
{
	const struct made_row rows[] = {
		{ "mx1", "192.0.2.1", 10,
		  LINES(START, "C EHLO me", "S 250-mx|250 STARTTLS",
		        "C STARTTLS", "S 220 Go", "H", "X") },
	};
	struct grid g = { .n = 0 };
	struct maker m = { .see = made_see, .arg = &g, .host = "mx1",
		.address = "192.0.2.1", .session = 7, .n = 500 };
	char *cells;

	(void)state;
	made_grid(&g, rows, 1);
	pass_over(&g, "tls-again-in-clear", "", "");
	made_dialog(&m, LINES(START, "C EHLO me", "S 250-mx|250 STARTTLS",
	                      MAIL, RCPT("250 2.1.5 Ok"), "X"));
	grid_settle(&g);
	cells = cells_of(&g, 0);
	assert_string_equal(cells, "ok 220 250 --- 250 250");
	assert_int_equal(grid_decisive(&g.rows[0]), GRID_RCPT);
	free(cells);
	grid_clear(&g);
}

static void check_over(struct grid *g)
{
	struct event_builder b;
	struct event *e;

	event_begin(&b, EV_CHECK);
	b.e.u.check.id = event_puts(&b, "try-helo");
	e = event_finish(&b);
	grid_see(g, e);
	free(e);
}

/* An experiment's sessions are not the run's own; one that follows is. */
static void test_grid_experiment_changes_no_row(void **state)
{
	const struct made_row rows[] = {
		{ "mx1", "192.0.2.1", 10, LINES(START, EHLO, MAIL, "X") },
	};
	struct grid g = { .n = 0 };
	struct maker m = { .see = made_see, .arg = &g, .host = "mx1",
		.address = "192.0.2.1", .session = 7, .n = 500 };

	(void)state;
	made_grid(&g, rows, 1);
	pass_over(&g, "experiment", "helo=x", "");
	made_dialog(&m, LINES("S 554 5.7.1 No", "X"));
	grid_settle(&g);
	assert_int_equal(g.rows[0].cell[GRID_GREETING].code, 220);
	check_over(&g);
	m.session = 8;
	made_dialog(&m, LINES("S 554 5.7.1 No", "X"));
	grid_settle(&g);
	assert_int_equal(g.rows[0].cell[GRID_GREETING].code, 554);
	grid_clear(&g);
}

/* Nobody's route has so many; what a recording claims must not grow. */
static void test_grid_strange_addresses_are_bounded(void **state)
{
	struct grid g = { .n = 0 };

	(void)state;
	for (uint32_t i = 1; i <= GRID_ROWS_MAX + 10; i++) {
		char address[32];
		struct maker m = { .see = made_see, .arg = &g, .host = "x",
			.address = address, .session = i };

		snprintf(address, sizeof address, "192.0.%u.%u", i / 256,
		         i % 256);
		made_dialog(&m, LINES("N"));
	}
	assert_int_equal(g.n, GRID_ROWS_MAX);
	grid_clear(&g);
}

static void test_grid_new_target_begins_anew(void **state)
{
	const struct made_row rows[] = {
		{ "mx1", "192.0.2.1", 10, LINES(START, "X") },
	};
	struct grid g = { .n = 0 };

	(void)state;
	made_grid(&g, rows, 1);
	made_start(&g, "--all --seed=1");
	assert_int_equal(g.n, 0);
	assert_true(g.all);
	made_start(&g, "--allow-private");
	assert_false(g.all);
	grid_clear(&g);
}

/* ---- words ---- */

static void test_grid_time_is_short(void **state)
{
	static const struct {
		uint32_t us;
		const char *text;
	} rows[] = {
		{ 0, "" }, { 999, "<1ms" }, { 31000, "31ms" },
		{ 1250000, "1.2s" }, { 12000000, "12s" },
		{ 300000000, "5min" }, { UINT32_MAX, "71min" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char out[16];

		grid_time(out, rows[i].us);
		assert_string_equal(out, rows[i].text);
	}
}

/* What a recording holds is no promise: no octet of it reaches a screen. */
static void test_grid_hostile_words_are_harmless(void **state)
{
	const struct made_row rows[] = {
		{ "mx\0331", "192.0.2.1\033[2J", 10,
		  LINES(OFFER_TLS, "T \033[31m \033]0;x\007 \033[2J "
		                   "CN=\033c", "X") },
		{ "mx2", "192.0.2.2", 10,
		  LINES(START, EHLO, "C MAIL FROM:<a@me>",
		        "S 550 5.\033[2J\302\2331 \033[31mno", "X") },
	};
	struct grid g = { .n = 0 };
	char *text;

	(void)state;
	made_grid(&g, rows, 2);
	for (size_t i = 0; i < 2; i++) {
		for (int c = 0; c < GRID_COLUMNS; c++) {
			char cell[GRID_TEXT_MAX];

			grid_cell_text(&g.rows[i], (enum grid_step)c,
			               GRID_WHOLE, cell);
			assert_null(strchr(cell, '\033'));
			assert_null(strchr(cell, '\302'));
		}
		text = odd_detail(&g.rows[i]);
		assert_null(strchr(text, '\033'));
		free(text);
	}
	text = odd_sentence(&g);
	assert_null(strchr(text, '\033'));
	free(text);
	grid_clear(&g);
}

/* The narrower it is, the less each cell says; nothing is wider than asked
 * for as long as there is room for the codes. */
static void test_grid_fit_takes_the_widest_form(void **state)
{
	const struct made_row rows[] = {
		{ "mx1", "192.0.2.1", 10, LINES(HELLO_TLS, MAIL,
		                                RCPT("250 2.1.5 Ok"), "X") },
		{ "mx1", "2001:db8:1234:5678:9abc:def0:1234:5678", 10,
		  LINES(HELLO_TLS, MAIL, RCPT("550 5.7.25 No PTR"), "X") },
	};
	static const struct {
		int width;
		enum grid_form form;
	} widths[] = { { 118, GRID_WHOLE }, { 80, GRID_TIMES },
		       { 64, GRID_CODES }, { 58, GRID_CODES } };
	struct grid g = { .n = 0 };

	(void)state;
	made_grid(&g, rows, 2);
	for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
		struct grid_shape s;
		int all;

		grid_fit(&g, widths[i].width, &s);
		all = s.place;
		for (int c = 0; c < GRID_COLUMNS; c++)
			all += s.column[c];
		assert_int_equal(s.form, widths[i].form);
		assert_true(s.column[GRID_RCPT] > 0); /* it differs */
		assert_true(all <= widths[i].width);
	}
	grid_clear(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grid_session_becomes_cells),
		cmocka_unit_test(test_grid_untried_rows_say_why),
		cmocka_unit_test(test_grid_again_in_clear_keeps_the_failure),
		cmocka_unit_test(test_grid_experiment_changes_no_row),
		cmocka_unit_test(test_grid_strange_addresses_are_bounded),
		cmocka_unit_test(test_grid_new_target_begins_anew),
		cmocka_unit_test(test_grid_time_is_short),
		cmocka_unit_test(test_grid_hostile_words_are_harmless),
		cmocka_unit_test(test_grid_fit_takes_the_widest_form),
	};

	i18n_set("en");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
