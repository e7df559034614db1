/* The message: looked at, normalised so that it ends only itself, made. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/message.h"

/* ---- what goes out after DATA, as the session makes it ---- */

/* Stuffs normalised lines and adds the end (RFC 5321 §4.5.2). */
static void stuff(const char *data, size_t len, struct buf *out)
{
	bool begins = true;

	for (size_t i = 0; i < len; i++) {
		if (begins && data[i] == '.')
			buf_addc(out, '.');
		buf_addc(out, data[i]);
		begins = i > 0 && data[i - 1] == '\r' && data[i] == '\n';
	}
	buf_adds(out, ".\r\n");
}

/* How often does a server that takes any of CRLF, CR and LF for a line end
 * see a line with a single dot? */
static int lax_ends(const struct buf *b)
{
	int ends = 0;
	size_t from = 0;

	for (size_t i = 0; i < b->len; i++) {
		if (b->data[i] != '\r' && b->data[i] != '\n')
			continue;
		ends += i - from == 1 && b->data[from] == '.';
		from = i + 1;
	}
	return ends;
}

struct bytes {
	const char *data;
	size_t len;
};
#define BYTES(s) { s, sizeof(s) - 1 }

static void test_normalise_nothing_ends_early(void **state)
{
	static const struct bytes ends[] = {
		BYTES("\n.\n"),         BYTES("\n.\r"),
		BYTES("\r.\n"),         BYTES("\r.\r"),
		BYTES("\n.\r\n"),       BYTES("\r.\r\n"),
		BYTES("\r\n.\r\r\n"),   BYTES("\r\r\n.\r\r\n"),
		BYTES("\r\n.\r\n"),     BYTES("\r\n.\n"),
		BYTES("\n\r.\r"),       BYTES("\r\n\0.\r\n"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		struct buf raw = { 0 }, even = { 0 }, wire = { 0 };

		buf_adds(&raw, "Subject: x\r\n\r\ntext");
		buf_add(&raw, ends[i].data, ends[i].len);
		buf_adds(&raw, "MAIL FROM:<evil@example.org>\r\n");
		message_normalise(raw.data, raw.len, &even);
		stuff(even.data, even.len, &wire);
		if (lax_ends(&wire) != 1)
			fail_msg("sequence %zu ends the message %d times", i,
			         lax_ends(&wire));
		buf_clear(&raw);
		buf_clear(&even);
		buf_clear(&wire);
	}
}

static void test_normalise_leaves_crlf_and_only_crlf(void **state)
{
	static const struct { struct bytes in, out; } t[] = {
		{ BYTES(""), BYTES("") },
		{ BYTES("a"), BYTES("a\r\n") },
		{ BYTES("a\r\nb\r\n"), BYTES("a\r\nb\r\n") },
		{ BYTES("a\nb\n"), BYTES("a\r\nb\r\n") },
		{ BYTES("a\rb\r"), BYTES("a\r\nb\r\n") },
		{ BYTES("a\r\r\nb"), BYTES("a\r\n\r\nb\r\n") },
		{ BYTES("\n\r"), BYTES("\r\n\r\n") },
		{ BYTES("a\0b\n"), BYTES("a\0b\r\n") },
	};

	(void)state;
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct buf out = { 0 };
		struct message_facts f;

		message_normalise(t[i].in.data, t[i].in.len, &out);
		message_look(t[i].in.data, t[i].in.len, &f);
		assert_int_equal(out.len, t[i].out.len);
		if (out.len)
			assert_memory_equal(out.data, t[i].out.data, out.len);
		assert_int_equal(f.size, out.len);
		buf_clear(&out);
	}
}

/* Every text of up to 7 of these bytes: 4^7 + ... of them. */
static void test_normalise_short_texts_agree_with_look(void **state)
{
	static const char alphabet[] = "\r\n.x";
	char text[7];

	(void)state;
	for (unsigned len = 0; len <= 7; len++) {
		for (unsigned n = 0; n < 1u << (2 * len); n++) {
			struct buf even = { 0 }, again = { 0 }, wire = { 0 };
			struct message_facts f, g;

			for (unsigned i = 0; i < len; i++)
				text[i] = alphabet[n >> (2 * i) & 3];
			message_normalise(text, len, &even);
			message_normalise(even.data, even.len, &again);
			message_look(text, len, &f);
			message_look(even.data, even.len, &g);
			stuff(even.data, even.len, &wire);
			assert_int_equal(even.len, again.len);
			assert_int_equal(f.size, even.len);
			assert_int_equal(g.bare_cr + g.bare_lf, 0);
			assert_int_equal(f.dots, g.dots);
			assert_int_equal(f.lines, g.lines);
			assert_int_equal(lax_ends(&wire), 1);
			buf_clear(&even);
			buf_clear(&again);
			buf_clear(&wire);
		}
	}
}

/* ---- looking ---- */

static void test_look_counts_what_is_there(void **state)
{
	static const char text[] = "Date: x\r\nfrom: a@b\n\n.dot\r..\r\n"
	                           "gr\xc3\xbc\xc3\x9f\0e\r\nend";
	struct message_facts f;

	(void)state;
	message_look(text, sizeof text - 1, &f);
	assert_int_equal(f.lines, 7);
	assert_int_equal(f.dots, 2);
	assert_int_equal(f.bare_lf, 2);
	assert_int_equal(f.bare_cr, 1);
	assert_int_equal(f.nul, 1);
	assert_int_equal(f.longest, 9);
	assert_int_equal(f.longest_line, 2);
	assert_true(f.eight_bit && f.no_final_eol);
	assert_false(f.utf8_header || f.no_date || f.no_from);
}

static void test_look_header_ends_where_servers_end_it(void **state)
{
	static const struct { const char *text; bool utf8, no_date; } t[] = {
		{ "Subject: \xc3\xbc\r\n\r\n", true, true },
		{ "Subject: x\r\n \xc3\xbc\r\n\r\n", true, true },
		{ "Subject: x\r\n\r\nDate: \xc3\xbc\r\n", false, true },
		{ "gr\xc3\xbc\xc3\x9f dich\r\nDate: x\r\n", false, true },
		{ "DATE: x\r\n\r\n", false, false },
		{ "Dated: x\r\n\r\n", false, true },
		{ " Date: x\r\n\r\n", false, true },
		{ "", false, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct message_facts f;

		message_look(t[i].text, strlen(t[i].text), &f);
		assert_int_equal(f.utf8_header, t[i].utf8);
		assert_int_equal(f.no_date, t[i].no_date);
	}
}

/* ---- the test message ---- */

static char *make(const char *from, const char *const *to, size_t n_to,
                  const char *helo, int64_t when)
{
	struct test_message t = { .from = from, .to = to, .n_to = n_to,
		                  .helo = helo, .when = when,
		                  .token = 0xabc };
	size_t len;
	char *m = message_test(&t, &len);

	assert_int_equal(strlen(m), len);
	return m;
}

static const char *const two[] = { "b@y.example", "c@z.example" };

static void test_made_message_has_its_header_and_a_dot(void **state)
{
	static const char header[] =
	    "Date: Fri, 01 May 2026 12:00:00 +0000\r\n"
	    "Message-ID: <0000000000000abc.69f495c0@client.example>\r\n"
	    "From: a@x.example\r\n"
	    "To: b@y.example, c@z.example\r\n"
	    "Subject: smtpscope test message\r\n\r\n";
	struct message_facts f;
	char *m = make("a@x.example", two, 2, "client.example", 1777636800);

	(void)state;
	assert_int_equal(strncmp(m, header, strlen(header)), 0);
	message_look(m, strlen(m), &f);
	assert_int_equal(f.dots, 1);
	assert_int_equal(f.size, strlen(m));
	assert_int_equal(f.bare_cr + f.bare_lf + f.nul, 0);
	assert_true(f.longest <= 78);
	assert_false(f.eight_bit || f.no_date || f.no_from);
	free(m);
}

static void test_made_message_null_sender_is_postmaster(void **state)
{
	static const char *const to[] = { "postmaster" };
	char *m = make("", to, 1, "[192.0.2.1]", INT64_MAX);

	(void)state;
	assert_non_null(strstr(m, "\r\nFrom: postmaster@[192.0.2.1]\r\n"));
	assert_non_null(strstr(m, "\r\nTo: postmaster@[192.0.2.1]\r\n"));
	assert_int_equal(strncmp(m, "Date: Thu, 01 Jan 1970 ", 23), 0);
	free(m);
	m = make("", NULL, 0, "h.example", 0);
	assert_non_null(strstr(m, "\r\nTo: undisclosed-recipients:;\r\n"));
	free(m);
}

static void test_made_message_many_recipients_are_folded(void **state)
{
	const char *to[100];
	struct message_facts f;
	char *m;

	(void)state;
	for (size_t i = 0; i < 100; i++)
		to[i] = "somebody.with.a.long.name@example.org";
	m = make("a@x.example", to, 100, "h.example", 0);
	message_look(m, strlen(m), &f);
	assert_true(f.longest <= 78);
	assert_null(strstr(m, ",\r\n\r\n"));
	free(m);
}

static void test_made_message_beyond_ascii(void **state)
{
	static const char *const to[] = { "j\xc3\xb6rg@b\xc3\xbc.example" };
	struct message_facts f;
	char *m = make("a@\xc3\xbc.example", NULL, 0, "h.example", 0);

	(void)state;
	assert_non_null(strstr(m, "From: a@xn--tda.example\r\n"));
	assert_null(strstr(m, "MIME-Version"));
	free(m);
	m = make("a@x.example", to, 1, "h.example", 0);
	message_look(m, strlen(m), &f);
	assert_true(f.utf8_header);
	assert_non_null(strstr(m, "To: j\xc3\xb6rg@b\xc3\xbc.example\r\n"));
	assert_non_null(strstr(m, "\r\nMIME-Version: 1.0\r\n"));
	assert_non_null(strstr(m, "charset=utf-8\r\n"));
	free(m);
}

static void test_made_message_address_adds_no_line(void **state)
{
	static const char *const to[] = { "b@y.example\r\nBcc: c" };
	char *m = make("a\n.\r\n@x.example", to, 1, "h.example", 0);

	(void)state;
	assert_null(strstr(m, "\nBcc:"));
	assert_null(strstr(m, "\n.\r"));
	free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_normalise_nothing_ends_early),
		cmocka_unit_test(test_normalise_leaves_crlf_and_only_crlf),
		cmocka_unit_test(test_normalise_short_texts_agree_with_look),
		cmocka_unit_test(test_look_counts_what_is_there),
		cmocka_unit_test(test_look_header_ends_where_servers_end_it),
		cmocka_unit_test(test_made_message_has_its_header_and_a_dot),
		cmocka_unit_test(test_made_message_null_sender_is_postmaster),
		cmocka_unit_test(test_made_message_many_recipients_are_folded),
		cmocka_unit_test(test_made_message_beyond_ascii),
		cmocka_unit_test(test_made_message_address_adds_no_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
