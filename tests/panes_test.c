/*
 * panes_test: whole rows of the inspector, drawn from one dialog at the sizes
 * of the mock screens. SHOW=1 in the environment prints the screens.
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

#include "ui/glyph.h"
#include "ui_dialog.h"
#include "util/i18n.h"

struct row {
	int y;
	const char *text;
};

static void draw(struct ui_stage *st, int w, int h)
{
	script_new(&st->script);
	script_greylisted(&st->script);
	stage_open(st, w, h, false);
	for (int y = 0; getenv("SHOW") && y < h; y++) {
		char *row = stage_row(st, y);

		printf("%2d %s\n", y, row);
		free(row);
	}
}

static void assert_rows(struct ui_stage *st, const struct row *rows)
{
	for (; rows->text; rows++) {
		char *row = stage_row(st, rows->y);

		assert_string_equal(row, rows->text);
		free(row);
	}
}

static const struct row rows_80x24[] = {
	{ 0, " example.org ▸ mx1.example.org [192.0.2.25]:25          "
	     "       after RCPT  0:07 " },
	{ 1, " ✔TCP ✔220 ✔EHLO ✔MAIL ▲RCPT ○DATA ○QUIT                "
	     "                        " },
	{ 2, " MX ▸10 mx1 ▲ · 20 mx2 ○                                "
	     "                        " },
	{ 3, "┌─ 2 Dialog ────────────────────────────────────────────"
	     "──────── follow 10/10 ─┐" },
	{ 4, "│ +0.401 ·   MX example.org: 10 mx1.example.org, 20 mx2."
	     "example.org (12 ms)    │" },
	{ 5, "│ +0.403 ·   connecting to mx1.example.org [192.0.2.25]:"
	     "25                     │" },
	{ 6, "│ +0.404 ·   connected in 31 ms                         "
	     "                       │" },
	{ 7, "│ +0.406 │S← 220 ✔ mx1.example.org ESMTP                "
	     "                       │" },
	{ 8, "│ +0.408 │C→ EHLO lab.example.net                       "
	     "                       │" },
	{ 9, "│ +0.409 │S← 250 ✔ mx1.example.org  ▸ +5 capabilities (E"
	     "nter opens)            │" },
	{ 10, "│ +0.411 │C→ MAIL FROM:<alice@lab.example.net>          "
	     "                       │" },
	{ 11, "│ +0.412 │S← 250 ✔ 2.1.0 Ok                             "
	     "                       │" },
	{ 12, "│ +6.920 │C→ RCPT TO:<bob@example.org>                  "
	     "                       │" },
	{ 13, "│▌+7.412 │S← 450 ▲ 4.2.0 Greylisted, please try again in"
	     " 300 seconds           │" },
	{ 14, "├─ 3 Explain  450 4.2.0 after RCPT ─────────────────────"
	     "─────────────── 1/3 ▼ ─┤" },
	{ 15, "│ 450 ▲ TEMPORARY FAILURE  Not refused for good.        "
	     "                       │" },
	{ 16, "│ 4 try later   5 about the mail system   0 no meaning o"
	     "f its own              │" },
	{ 17, "│ 4.2.0  4 = temporary · 2 = mailbox · 0 = no more detai"
	     "l given                │" },
	{ 18, "│ Likely Greylisting: This IP + sender + recipient is ne"
	     "w here; the first try  │" },
	{ 19, "│        is put off on purpose. (the text says so)      "
	     "                       │" },
	{ 20, "│ Try    QUIT now, new connection in 300 s   Alt-A lists"
	     " 3 ways                │" },
	{ 21, "└───────────────────────────────────────────────────────"
	     "───────────────────────┘" },
	{ 22, " after RCPT> QUIT                      Tab: RCPT  RSET  "
	     "NOOP  VRFY  HELP  QUIT  " },
	{ 23, " Enter Send  Tab Complete  PgUp Select  Esc Browse  Esc "
	     "? Help          :q Quit " },
	{ 0, NULL },
};

static void test_panes_80x24(void **state)
{
	struct ui_stage st;

	(void)state;
	draw(&st, 80, 24);
	assert_rows(&st, rows_80x24);
	stage_close(&st);
}

static const struct row rows_120x35[] = {
	{ 0, " example.org ▸ mx1.example.org [192.0.2.25]:25          "
	     "                                    in clear   after RCP"
	     "T  0:07 " },
	{ 1, " ✔ TCP ─ ✔ 220 ─ ✔ EHLO ─ ✔ MAIL ─ ▲ RCPT ─ ○ DATA ─ ○ Q"
	     "UIT                                                     "
	     "        " },
	{ 2, "┌─ 1 MX of example.org  2 hosts ─┐┌─ 2 Dialog ──────────"
	     "──────────────────────────────────────────────── follow "
	     "10/10 ─┐" },
	{ 3, "│ 10 mx1.example.org             ││ 10:41:00.401 ·   MX "
	     "example.org: 10 mx1.example.org, 20 mx2.example.org (12 "
	     "ms)    │" },
	{ 4, "│   ▲ 192.0.2.25       31 ms     ││ 10:41:00.403 ·   con"
	     "necting to mx1.example.org [192.0.2.25]:25              "
	     "       │" },
	{ 5, "│                                ││ 10:41:00.404 ·   con"
	     "nected in 31 ms                                         "
	     "       │" },
	{ 6, "│ 20 mx2.example.org             ││ 10:41:00.406 │S← 220"
	     " ✔ mx1.example.org ESMTP                                "
	     "       │" },
	{ 7, "│   ○ 198.51.100.7     untried   ││ 10:41:00.408 │C→ EHL"
	     "O lab.example.net                                       "
	     "       │" },
	{ 8, "│                                ││ 10:41:00.409 │S← 250"
	     " ✔ mx1.example.org                                      "
	     "       │" },
	{ 9, "│                                ││              │      "
	     " ├ PIPELINING   ├ SIZE 36700160   ├ ENHANCEDSTATUSCODES "
	     "       │" },
	{ 10, "│ DNS 12 ms TTL 3600 no DNSSEC   ││              │      "
	     " ├ 8BITMIME   └ SMTPUTF8                                "
	     "       │" },
	{ 11, "│ from 192.0.2.53                ││ 10:41:00.411 │C→ MAI"
	     "L FROM:<alice@lab.example.net>                          "
	     "       │" },
	{ 12, "├─ 4 Steps (guided) ─────── 5/7 ─┤│ 10:41:00.412 │S← 250"
	     " ✔ 2.1.0 Ok                                             "
	     "       │" },
	{ 13, "│ ✔ 1 Find the mail servers      ││ 10:41:06.920 │C→ RCP"
	     "T TO:<bob@example.org>                                  "
	     "       │" },
	{ 14, "│ ✔ 2 Connect, read the greeting ││▌10:41:07.412 │S← 450"
	     " ▲ 4.2.0 Greylisted, please try again in 300 seconds    "
	     "       │" },
	{ 15, "│ ✔ 3 EHLO: say who you are      ││                     "
	     "                                                        "
	     "       │" },
	{ 16, "│ ✔ 4 MAIL FROM: the sender      ││                     "
	     "                                                        "
	     "       │" },
	{ 17, "│▌▲ 5 RCPT TO: the recipient     ││                     "
	     "                                                        "
	     "       │" },
	{ 18, "│ ○ 6 DATA: the message          ││                     "
	     "                                                        "
	     "       │" },
	{ 19, "│ ○ 7 QUIT: say goodbye          ││                     "
	     "                                                        "
	     "       │" },
	{ 20, "│                                │├─ 3 Explain  450 4.2."
	     "0 after RCPT ────────────────────────────────────────── "
	     "1/2 ▼ ─┤" },
	{ 21, "│ Enter sends the prepared line; ││ 450 ▲ TEMPORARY FAIL"
	     "URE  Not refused for good. Keep the message and retry la"
	     "ter.   │" },
	{ 22, "│ edit it first if you like.     ││ 4 try later   5 abou"
	     "t the mail system   0 no meaning of its own             "
	     "       │" },
	{ 23, "│ F7 leaves guided mode          ││ 4.2.0  4 = temporary"
	     " · 2 = mailbox · 0 = no more detail given               "
	     "       │" },
	{ 24, "│                                ││ Likely Greylisting: "
	     "This IP + sender + recipient is new here; the first try "
	     "is put │" },
	{ 25, "│                                ││        off on purpos"
	     "e. (the text says so)                                   "
	     "       │" },
	{ 26, "│                                ││ MTA    Queues it. Ma"
	     "ny retry after 5-15 min (RFC 5321: 30), for 1 to 5 days,"
	     " then  │" },
	{ 27, "│                                ││        return a boun"
	     "ce to the sender.                                       "
	     "       │" },
	{ 28, "│                                ││ Try    Alt-A:  1 "
	     "QUIT now, new connection in 300 s  2 RCPT TO:<bob@exampl"
	     "e.org> in │" },
	{ 29, "│                                ││        the comman"
	     "d line  3 same steps on mx2.example.org                 "
	     "          │" },
	{ 30, "│                                ││ Refs   RFC 5321 4.2."
	     "3, 4.3.2, 4.5.4.1 · RFC 3463 3.3 · RFC 6647             "
	     "       │" },
	{ 31, "└────────────────────────────────┘└─────────────────────"
	     "────────────────────────────────────────────────────────"
	     "───────┘" },
	{ 32, " after RCPT> QUIT                                       "
	     "                       Tab: RCPT  RSET  NOOP  VRFY  HELP"
	     "  QUIT  " },
	{ 33, " Nobody: a mail server tries again by itself, and the re"
	     "try from the same address is accepted.                  "
	     "        " },
	{ 34, " Enter Send  Tab Complete  ↑ History  PgUp Select  Esc B"
	     "rowse  : Commands  F3 Find  F5 Present  Esc ? Help      "
	     ":q Quit " },
	{ 0, NULL },
};

static void test_panes_120x35(void **state)
{
	struct ui_stage st;

	(void)state;
	draw(&st, 120, 35);
	assert_rows(&st, rows_120x35);
	stage_close(&st);
}

static const struct row rows_60x16[] = {
	{ 0, " mx1.example.org:25                        after RCPT  0"
	     ":07 " },
	{ 1, " 1 MX  [2 Dialog]  3 Explain  4 Steps  5 Envelope  6 Chec"
	     "ks " },
	{ 2, " MX ▸10 mx1 ▲ · 20 mx2 ○                                "
	     "    " },
	{ 3, " +0.406 │S← 220 ✔ mx1.example.org ESMTP                 "
	     "    " },
	{ 4, " +0.408 │C→ EHLO lab.example.net                        "
	     "    " },
	{ 5, " +0.409 │S← 250 ✔ mx1.example.org  ▸ +5                 "
	     "    " },
	{ 6, " +0.411 │C→ MAIL FROM:<alice@lab.example.net>           "
	     "    " },
	{ 7, " +0.412 │S← 250 ✔ 2.1.0 Ok                              "
	     "    " },
	{ 8, " +6.920 │C→ RCPT TO:<bob@example.org>                   "
	     "    " },
	{ 9, "▌+7.412 │S← 450 ▲ 4.2.0 Greylisted, please try again in "
	     "300…" },
	{ 10, "────────────────────────────────────────────────────────"
	     "────" },
	{ 11, " 450 ▲ TEMPORARY FAILURE  Not refused for good. Keep the"
	     " m… " },
	{ 12, " Likely Greylisting: This IP + sender + recipient is new"
	     " h… " },
	{ 13, "────────────────────────────────────────────────────────"
	     "────" },
	{ 14, " after RCPT> QUIT        Tab: RCPT  RSET  NOOP  VRFY  HE"
	     "LP  " },
	{ 15, " Enter Send  Tab Complete  Esc Browse  Esc ? Help   :q Q"
	     "uit " },
	{ 0, NULL },
};

static void test_panes_60x16(void **state)
{
	struct ui_stage st;

	(void)state;
	draw(&st, 60, 16);
	assert_rows(&st, rows_60x16);
	stage_close(&st);
}

/* A recording from somebody else may hold anything in any text. */
static void test_panes_hostile_texts_are_drawn_safely(void **state)
{
	static const char evil[] = "\033[2J\r\xff\xe2\x80\xae\x9b<1B>\n\x07";
	static const int sizes[][2] = { { 200, 50 }, { 120, 35 }, { 80, 24 },
		                        { 60, 16 },  { 24, 6 },   { 12, 2 } };
	struct ui_stage st;

	(void)state;
	script_new(&st.script);
	script_start(&st.script, evil);
	script_dns_mx(&st.script, evil);
	script_route(&st.script, evil);
	script_connect(&st.script, evil, evil);
	script_state(&st.script, ST_CLOSED, ST_GREETED);
	script_sent(&st.script, evil, evil);
	script_reply(&st.script, evil, evil);
	script_reply(&st.script, evil, "550 \033]0;x\007");
	script_connecting(&st.script, evil, evil);
	script_prompt(&st.script, ST_GREETED, evil, 0);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		if (i == 0)
			stage_open(&st, sizes[i][0], sizes[i][1], false);
		st.ui.w = sizes[i][0];
		st.ui.h = sizes[i][1];
		ui_say(&st.ui, "%s", evil);
		stage_keys(&st, (const char *const[]){
			"Esc", "g", "j", "j", "j", "j", "1", "5", "F5", "F5",
			"y", "Esc", "?", "Esc", "v", "w", "i", NULL });
		for (int c = 0; c < st.ui.w * st.ui.h; c++) {
			uint32_t cp = st.ui.canvas.cells[c].cp[0];

			assert_true(cp >= 0x20 ||
			            st.ui.canvas.cells[c].width == 0);
			assert_false(cp >= 0x7f && cp < 0xa0);
		}
	}
	stage_close(&st);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_panes_80x24),
		cmocka_unit_test(test_panes_120x35),
		cmocka_unit_test(test_panes_60x16),
		cmocka_unit_test(test_panes_hostile_texts_are_drawn_safely),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
