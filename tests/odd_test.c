#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/odd.h"
#include "madegrid.h"
#include "util/i18n.h"

/* Which address differs, and what is said of it. */

#define START "S 220 mx.example"
#define EHLO "C EHLO me", "S 250-mx|250 SIZE"
#define GOOD START, EHLO, MAIL, RCPT("250 2.1.5 Ok"), "X"
#define TO_RCPT START, EHLO, MAIL
#define OFFER START, "C EHLO me", "S 250-mx|250-SIZE|250 STARTTLS"
#define TLS(hand, words)                                                       \
	OFFER, "C STARTTLS", "S 220 2.0.0 Go", hand, "C EHLO me",              \
	    "S 250-mx|250 " words, MAIL, RCPT("250 2.1.5 Ok"), "X"
#define NO_PTR RCPT("550 5.7.25 No reverse DNS"), "V ptr", "X"
#define GREY RCPT("450 4.2.0 Greylisted"), "V greylisting", "X"

#define ROW(host, address, pref, ...) { host, address, pref,                   \
	                                LINES(__VA_ARGS__) }
#define V4(n, pref, ...) ROW("mx" #n, "192.0.2." #n, pref, __VA_ARGS__)
#define V6(n, pref, ...) ROW("mx" #n, "2001:db8::" #n, pref, __VA_ARGS__)

enum { ROWS_MAX = 6 };

/* odd: a line for each row with the steps that are marked. */
static const struct oddity {
	struct made_row rows[ROWS_MAX];
	const char *en, *de;
	const char *odd;
} oddities[] = {
	/* nothing to compare */
	{ { V4(1, 10, GOOD) },
	  "Only one address was tried: there is nothing to compare it with.",
	  "Nur eine Adresse wurde versucht: Es gibt nichts zu vergleichen.",
	  "" },
	{ { { "mx1", "192.0.2.1", 10, NULL } },
	  "No address was tried yet.", "Noch wurde keine Adresse versucht.",
	  "" },
	/* one of the host's addresses has no handshake yet */
	{ { V4(1, 10, TLS("T cert1", "SIZE")),
	    { "mx1", "192.0.2.9", 10, NULL } },
	  "Only one address was tried: there is nothing to compare it with.",
	  "Nur eine Adresse wurde versucht: Es gibt nichts zu vergleichen.",
	  "" },
	/* all alike */
	{ { V4(1, 10, GOOD), V4(2, 10, GOOD), V4(3, 20, GOOD) },
	  "All 3 addresses accept: 250 2.1.5",
	  "Alle 3 Adressen nehmen an: 250 2.1.5", "" },
	{ { V4(1, 10, START, EHLO, "X"), V6(1, 10, START, EHLO, "X") },
	  "All 2 addresses answer: 250", "Alle 2 Adressen antworten: 250",
	  "" },
	{ { V4(1, 10, TO_RCPT, GREY), V4(2, 10, TO_RCPT, GREY) },
	  "All 2 addresses put it off: 450 4.2.0, Greylisting",
	  "Alle 2 Adressen schieben auf: 450 4.2.0, Greylisting", "" },
	{ { V4(1, 10, TO_RCPT, NO_PTR), V4(2, 10, TO_RCPT, NO_PTR) },
	  "All 2 addresses refuse: 550 5.7.25, Reverse DNS missing or wrong",
	  "Alle 2 Adressen lehnen ab: 550 5.7.25, Reverse DNS fehlt oder "
	  "passt nicht", "" },
	{ { V4(1, 10, "N"), V4(2, 10, "N") },
	  "None of the 2 addresses can be reached: timeout (TCP)",
	  "Keine der 2 Adressen ist erreichbar: Zeitüberschreitung (TCP)",
	  "" },
	{ { V4(1, 10, "G", "X"), V4(2, 10, "G", "X") },
	  "All 2 addresses break off: timeout (greeting)",
	  "Alle 2 Adressen brechen ab: Zeitüberschreitung (Begrüßung)", "" },
	/* LMTP */
	{ { V4(1, 10, START, "C LHLO me", "S 250-mx|250 SIZE", MAIL,
	       RCPT("250 2.1.5 Ok"), "X"),
	    V4(2, 10, START, "C LHLO me", "S 250-mx|250 SIZE", MAIL,
	       RCPT("250 2.1.5 Ok"), "X") },
	  "All 2 addresses accept: 250 2.1.5",
	  "Alle 2 Adressen nehmen an: 250 2.1.5", "" },
	/* IPv4 and IPv6 */
	{ { V4(1, 10, GOOD), V6(1, 10, TO_RCPT, NO_PTR) },
	  "IPv4 accepted, IPv6 refused: 550 5.7.25, Reverse DNS missing or "
	  "wrong",
	  "IPv4 angenommen, IPv6 abgelehnt: 550 5.7.25, Reverse DNS fehlt "
	  "oder passt nicht", "2:RCPT " },
	{ { V6(1, 10, TO_RCPT, NO_PTR), V4(1, 10, GOOD) },
	  "IPv4 accepted, IPv6 refused: 550 5.7.25, Reverse DNS missing or "
	  "wrong",
	  "IPv4 angenommen, IPv6 abgelehnt: 550 5.7.25, Reverse DNS fehlt "
	  "oder passt nicht", "1:RCPT " },
	{ { V4(1, 10, GOOD), V6(1, 10, TO_RCPT, NO_PTR), V4(2, 20, GOOD),
	    V6(2, 20, TO_RCPT, NO_PTR) },
	  "IPv4 accepted, IPv6 refused: 550 5.7.25, Reverse DNS missing or "
	  "wrong",
	  "IPv4 angenommen, IPv6 abgelehnt: 550 5.7.25, Reverse DNS fehlt "
	  "oder passt nicht", "2:RCPT 4:RCPT " },
	{ { V4(1, 10, GOOD), V6(1, 10, "N"), V4(2, 20, GOOD) },
	  "IPv4 accepted, IPv6 not reached: timeout (TCP)",
	  "IPv4 angenommen, IPv6 nicht erreicht: Zeitüberschreitung (TCP)",
	  "2:TCP " },
	{ { V4(1, 10, "N"), V6(1, 10, GOOD) },
	  "IPv6 accepted, IPv4 not reached: timeout (TCP)",
	  "IPv6 angenommen, IPv4 nicht erreicht: Zeitüberschreitung (TCP)",
	  "1:TCP " },
	/* two families at different hosts: it is the host, as far as is
	 * known */
	{ { V4(1, 10, GOOD), V6(2, 20, TO_RCPT, NO_PTR) },
	  "mx1 accepted, mx2 refused: 550 5.7.25, Reverse DNS missing or wrong",
	  "mx1 angenommen, mx2 abgelehnt: 550 5.7.25, Reverse DNS fehlt oder "
	  "passt nicht", "2:RCPT " },
	/* one host */
	{ { V4(1, 10, GOOD), V4(2, 10, TO_RCPT, RCPT("550 5.7.1 Not you"),
	       "X"), V4(3, 10, GOOD) },
	  "mx2 refuses what the others accept: 550 5.7.1 Not you",
	  "mx2 lehnt ab, was die anderen annehmen: 550 5.7.1 Not you",
	  "2:RCPT " },
	{ { V4(1, 10, GOOD), V4(2, 10, GOOD), V4(3, 20, TO_RCPT, GREY) },
	  "mx3 puts off what the others accept: 450 4.2.0, Greylisting",
	  "mx3 schiebt auf, was die anderen annehmen: 450 4.2.0, Greylisting",
	  "3:RCPT " },
	{ { V4(1, 10, GOOD), V4(2, 10, GOOD), V4(3, 20, "N"),
	    V4(4, 20, GOOD) },
	  "mx3 cannot be reached, the others can: timeout (TCP)",
	  "mx3 ist nicht erreichbar, die anderen schon: Zeitüberschreitung "
	  "(TCP)", "3:TCP " },
	{ { V4(1, 10, GOOD), V4(2, 10, GOOD), V4(3, 20, "G", "X") },
	  "mx3 breaks off, the others do not: timeout (greeting)",
	  "mx3 bricht ab, die anderen nicht: Zeitüberschreitung (Begrüßung)",
	  "3:220 " },
	{ { V4(1, 10, TO_RCPT, NO_PTR), V4(2, 10, TO_RCPT, NO_PTR),
	    V4(3, 20, GOOD) },
	  "mx3 accepts what the others refuse: 550 5.7.25, Reverse DNS "
	  "missing or wrong",
	  "mx3 nimmt an, was die anderen ablehnen: 550 5.7.25, Reverse DNS "
	  "fehlt oder passt nicht", "3:RCPT " },
	{ { V4(1, 10, TO_RCPT, GREY), V4(2, 10, TO_RCPT, GREY),
	    V4(3, 20, GOOD) },
	  "mx3 accepts what the others put off: 450 4.2.0, Greylisting",
	  "mx3 nimmt an, was die anderen aufschieben: 450 4.2.0, Greylisting",
	  "3:RCPT " },
	{ { V4(1, 10, "N"), V4(2, 10, "N"), V4(3, 20, GOOD) },
	  "only mx3 can be reached: timeout (TCP)",
	  "nur mx3 ist erreichbar: Zeitüberschreitung (TCP)", "3:RCPT " },
	{ { V4(1, 10, TO_RCPT, GREY), V4(2, 10, TO_RCPT, GREY),
	    V4(3, 20, TO_RCPT, NO_PTR) },
	  "the others put off, mx3 refused: 550 5.7.25, Reverse DNS missing "
	  "or wrong",
	  "die anderen aufgeschoben, mx3 abgelehnt: 550 5.7.25, Reverse DNS "
	  "fehlt oder passt nicht", "3:RCPT " },
	/* one address of a host that has others */
	{ { ROW("mx1", "192.0.2.1", 10, GOOD),
	    ROW("mx1", "192.0.2.2", 10, "N"),
	    ROW("mx1", "192.0.2.3", 10, GOOD) },
	  "mx1 [192.0.2.2] cannot be reached, the others can: timeout (TCP)",
	  "mx1 [192.0.2.2] ist nicht erreichbar, die anderen schon: "
	  "Zeitüberschreitung (TCP)", "2:TCP " },
	{ { ROW("mx1", "192.0.2.1", 10, GOOD),
	    ROW("mx1", "192.0.2.2", 10, "N") },
	  "mx1 [192.0.2.1] accepted, mx1 [192.0.2.2] not reached: timeout "
	  "(TCP)",
	  "mx1 [192.0.2.1] angenommen, mx1 [192.0.2.2] nicht erreicht: "
	  "Zeitüberschreitung (TCP)", "2:TCP " },
	/* by preference */
	{ { V4(1, 10, GOOD), V4(2, 10, GOOD), V4(3, 20, TO_RCPT, GREY),
	    V4(4, 20, TO_RCPT, GREY) },
	  "preference 10 accepted, preference 20 put off: 450 4.2.0, "
	  "Greylisting",
	  "Präferenz 10 angenommen, Präferenz 20 aufgeschoben: 450 4.2.0, "
	  "Greylisting", "3:RCPT 4:RCPT " },
	/* no pattern */
	{ { V4(1, 10, GOOD), V4(2, 10, TO_RCPT, GREY), V4(3, 10, GOOD),
	    V4(4, 10, TO_RCPT, GREY) },
	  "Of 4 addresses: 2 accepted, 2 put off",
	  "Von 4 Adressen: 2 angenommen, 2 aufgeschoben",
	  "2:RCPT 4:RCPT " },
	{ { V4(1, 10, GOOD), V4(2, 10, TO_RCPT, GREY), V4(3, 10, "N"),
	    V4(4, 10, TO_RCPT, NO_PTR) },
	  "Of 4 addresses: 1 accepted, 1 put off, 1 refused, 1 not reached",
	  "Von 4 Adressen: 1 angenommen, 1 aufgeschoben, 1 abgelehnt, 1 nicht "
	  "erreicht", "2:RCPT 3:TCP 4:RCPT " },
	/* the same outcome, and yet: STARTTLS */
	{ { V4(1, 10, TLS("T c1", "SIZE")), V4(2, 10, TLS("T c2", "SIZE")),
	    V4(3, 20, GOOD) },
	  "All 3 addresses accept; mx3 does not offer STARTTLS",
	  "Alle 3 Adressen nehmen an; mx3 bietet kein STARTTLS an", "3:TLS " },
	{ { V4(1, 10, GOOD), V4(2, 10, GOOD), V4(3, 20, OFFER, MAIL,
	       RCPT("250 2.1.5 Ok"), "X") },
	  "All 3 addresses accept; only mx3 offers STARTTLS",
	  "Alle 3 Adressen nehmen an; nur mx3 bietet STARTTLS an", "3:TLS " },
	{ { V4(1, 10, OFFER, "X"), V4(2, 10, START, EHLO, "X"),
	    V4(3, 10, OFFER, "X"), V4(4, 10, START, EHLO, "X"),
	    V4(5, 10, OFFER, "X") },
	  "All 5 addresses answer; 2 of 5 do not offer STARTTLS",
	  "Alle 5 Adressen antworten; 2 von 5 bieten kein STARTTLS an",
	  "2:TLS 4:TLS " },
	/* --tls never: what is offered is not used, and is no difference */
	{ { V4(1, 10, OFFER, MAIL, RCPT("250 2.1.5 Ok"), "X"),
	    V4(2, 10, OFFER, MAIL, RCPT("250 2.1.5 Ok"), "X") },
	  "All 2 addresses accept: 250 2.1.5",
	  "Alle 2 Adressen nehmen an: 250 2.1.5", "" },
	/* TLS */
	{ { V4(1, 10, TLS("T c1", "SIZE")), V4(2, 10, TLS("T c2", "SIZE")),
	    V4(3, 10, TLS("T c3 TLSv1.2", "SIZE")) },
	  "All 3 addresses accept; TLS: mx3 TLSv1.2, the others TLSv1.3",
	  "Alle 3 Adressen nehmen an; TLS: mx3 TLSv1.2, die anderen TLSv1.3",
	  "3:TLS " },
	{ { V4(1, 10, TLS("T c1", "SIZE")),
	    V6(1, 10, TLS("T c1 TLSv1.2", "SIZE")) },
	  "All 2 addresses accept; TLS: IPv6 TLSv1.2, IPv4 TLSv1.3",
	  "Alle 2 Adressen nehmen an; TLS: IPv6 TLSv1.2, IPv4 TLSv1.3",
	  "2:TLS " },
	{ { V4(1, 10, TLS("T c1", "SIZE")), V4(2, 10, TLS("T c2", "SIZE")),
	    V4(3, 10, TLS("T c3 TLSv1.3 expired", "SIZE")) },
	  "All 3 addresses accept; certificate: mx3 A certificate of the "
	  "chain has expired, the others verified",
	  "Alle 3 Adressen nehmen an; Zertifikat: mx3 Ein Zertifikat der "
	  "Kette ist abgelaufen, die anderen geprüft", "3:TLS " },
	{ { V4(1, 10, TLS("T c1", "SIZE")), V4(2, 10, TLS("T c2", "SIZE")),
	    V4(3, 10, TLS("T c3 TLSv1.3 ok CN=Other CA", "SIZE")) },
	  "All 3 addresses accept; issuer of the certificate: mx3 CN=Other "
	  "CA, the others CN=Example CA",
	  "Alle 3 Adressen nehmen an; Aussteller des Zertifikats: mx3 "
	  "CN=Other CA, die anderen CN=Example CA", "3:TLS " },
	/* each host has its own certificate; one host has one */
	{ { V4(1, 10, TLS("T c1", "SIZE")), V4(2, 10, TLS("T c2", "SIZE")) },
	  "All 2 addresses accept: 250 2.1.5",
	  "Alle 2 Adressen nehmen an: 250 2.1.5", "" },
	{ { ROW("mx1", "192.0.2.1", 10, TLS("T old", "SIZE")),
	    ROW("mx1", "192.0.2.2", 10, TLS("T new", "SIZE")),
	    ROW("mx1", "192.0.2.3", 10, TLS("T new", "SIZE")) },
	  "All 3 addresses accept; mx1 [192.0.2.1] shows another certificate "
	  "than mx1 [192.0.2.2]",
	  "Alle 3 Adressen nehmen an; mx1 [192.0.2.1] zeigt ein anderes "
	  "Zertifikat als mx1 [192.0.2.2]", "1:TLS " },
	/* codes */
	{ { V4(1, 10, GOOD), V4(2, 10, TO_RCPT, RCPT("251 2.1.5 Elsewhere"),
	       "X"), V4(3, 10, GOOD) },
	  "All 3 addresses accept; RCPT: mx2 251 2.1.5, the others 250 2.1.5",
	  "Alle 3 Adressen nehmen an; RCPT: mx2 251 2.1.5, die anderen "
	  "250 2.1.5", "2:RCPT " },
	{ { V4(1, 10, TO_RCPT, RCPT("550 5.1.1 Who"), "X"),
	    V4(2, 10, TO_RCPT, RCPT("550 5.1.1 Who"), "X"),
	    V4(3, 10, START, EHLO, "C MAIL FROM:<a@me>", "S 553 5.1.8 No",
	       "X") },
	  "All 3 addresses refuse; MAIL: mx3 553 5.1.8, the others 250 2.1.0",
	  "Alle 3 Adressen lehnen ab; MAIL: mx3 553 5.1.8, die anderen "
	  "250 2.1.0", "3:MAIL " },
	{ { V4(1, 10, TO_RCPT, RCPT("550 5.1.1 a"), "X"),
	    V4(2, 10, TO_RCPT, RCPT("550 5.7.1 b"), "X"),
	    V4(3, 10, TO_RCPT, RCPT("554 5.7.1 c"), "X") },
	  "All 3 addresses refuse; RCPT: not the same everywhere",
	  "Alle 3 Adressen lehnen ab; RCPT: nicht überall gleich", "" },
	/* keywords */
	{ { V4(1, 10, GOOD), V4(2, 10, GOOD),
	    V4(3, 10, START, "C EHLO me", "S 250 mx", MAIL,
	       RCPT("250 2.1.5 Ok"), "X") },
	  "All 3 addresses accept; EHLO: mx3 without SIZE",
	  "Alle 3 Adressen nehmen an; EHLO: mx3 ohne SIZE", "3:EHLO " },
	{ { V4(1, 10, GOOD), V4(2, 10, GOOD),
	    V4(3, 10, START, "C EHLO me", "S 250-mx|250-DSN|250 SIZE", MAIL,
	       RCPT("250 2.1.5 Ok"), "X") },
	  "All 3 addresses accept; EHLO: mx3 also with DSN",
	  "Alle 3 Adressen nehmen an; EHLO: mx3 zusätzlich mit DSN",
	  "3:EHLO " },
	{ { V4(1, 10, GOOD), V4(2, 10, GOOD),
	    V4(3, 10, START, "C EHLO me", "S 250-mx|250 DSN", MAIL,
	       RCPT("250 2.1.5 Ok"), "X") },
	  "All 3 addresses accept; EHLO: mx3 without SIZE, but with DSN",
	  "Alle 3 Adressen nehmen an; EHLO: mx3 ohne SIZE, dafür mit DSN",
	  "3:EHLO " },
	/* time: five times and a second more, or it is not worth a word */
	{ { V4(1, 10, GOOD), V4(2, 10, GOOD), V4(3, 10, "U 12300000", GOOD) },
	  "All 3 addresses accept; greeting: mx3 12s, the others 1ms at most",
	  "Alle 3 Adressen nehmen an; Begrüßung: mx3 12s, die anderen "
	  "höchstens 1ms", "3:220 " },
	{ { V4(1, 10, GOOD), V4(2, 10, GOOD), V4(3, 10, "U 900000", GOOD) },
	  "All 3 addresses accept: 250 2.1.5",
	  "Alle 3 Adressen nehmen an: 250 2.1.5", "" },
	{ { V4(1, 10, "U 3000000", GOOD), V4(2, 10, "U 3000000", GOOD),
	    V4(3, 10, "U 9000000", GOOD) },
	  "All 3 addresses accept: 250 2.1.5",
	  "Alle 3 Adressen nehmen an: 250 2.1.5", "" },
	/* under way, and left out */
	{ { V4(1, 10, GOOD), V4(2, 10, GOOD), V4(3, 10, START) },
	  "2 of 3 addresses so far: All 2 addresses accept: 250 2.1.5",
	  "bisher 2 von 3 Adressen: Alle 2 Adressen nehmen an: 250 2.1.5",
	  "" },
	{ { V4(1, 10, START), { "mx2", "192.0.2.2", 10, NULL } },
	  "0 of 2 addresses so far", "bisher 0 von 2 Adressen", "" },
	{ { V4(1, 10, GOOD), V4(2, 10, GOOD),
	    { "mx3", "192.0.2.3", 10, NULL } },
	  "All 2 addresses accept: 250 2.1.5 (2 of 3 addresses tried)",
	  "Alle 2 Adressen nehmen an: 250 2.1.5 (2 von 3 Adressen versucht)",
	  "" },
	/* what a server says is shown, never done */
	{ { V4(1, 10, GOOD), V4(2, 10, GOOD),
	    V4(3, 10, "S 554 \033[31mred \302\233", "X") },
	  "mx3 refuses what the others accept: 554 <1B>[31mred <U+009B>",
	  "mx3 lehnt ab, was die anderen annehmen: 554 <1B>[31mred "
	  "<U+009B>", "3:220 " },
};
enum { ODDITIES = sizeof oddities / sizeof *oddities };

static size_t count_rows(const struct oddity *o)
{
	size_t n = 0;

	while (n < ROWS_MAX && o->rows[n].host)
		n++;
	return n;
}

/* "2:RCPT 3:TCP ": a row and what is marked in it. */
static char *marks(const struct grid *g)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < g->n; i++)
		for (int c = 0; c < GRID_COLUMNS; c++)
			if (g->rows[i].odd & 1u << c)
				buf_addf(&b, "%zu:%s ", i + 1,
				         grid_step_name((enum grid_step)c));
	buf_str(&b);
	return buf_steal(&b);
}

/* All rows that fail are told, not the first alone. */
static int tell(size_t row, const char *is, const char *wanted)
{
	if (strcmp(is, wanted) == 0)
		return 0;
	print_error("row %zu: \"%s\", wanted \"%s\"\n", row, is, wanted);
	return 1;
}

static void test_odd_grids_say_who_differs_in_what(void **state)
{
	int failed = 0;

	(void)state;
	assert_true(ODDITIES >= 40);
	for (size_t i = 0; i < ODDITIES; i++) {
		const struct oddity *o = &oddities[i];
		struct grid g = { .n = 0 };
		char *en, *de, *odd;

		made_grid(&g, o->rows, count_rows(o));
		i18n_set("de");
		de = odd_sentence(&g);
		i18n_set("en");
		en = odd_sentence(&g);
		odd = marks(&g);
		failed += tell(i, en, o->en) + tell(i, de, o->de) +
		          tell(i, odd, o->odd);
		free(en);
		free(de);
		free(odd);
		grid_clear(&g);
	}
	assert_int_equal(failed, 0);
}

/* The order of the rows makes no other of what is odd. */
static void test_odd_turned_round_is_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < ODDITIES; i++) {
		size_t n = count_rows(&oddities[i]);
		struct made_row turned[ROWS_MAX];
		struct grid a = { .n = 0 }, b = { .n = 0 };
		struct odd x, y;

		for (size_t k = 0; k < n; k++)
			turned[k] = oddities[i].rows[n - 1 - k];
		made_grid(&a, oddities[i].rows, n);
		made_grid(&b, turned, n);
		odd_find(&a, &x);
		odd_find(&b, &y);
		assert_int_equal(x.what, y.what);
		assert_int_equal(x.count, y.count);
		grid_clear(&a);
		grid_clear(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_odd_grids_say_who_differs_in_what),
		cmocka_unit_test(test_odd_turned_round_is_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
