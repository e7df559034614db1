/* The wire codec: every type, every cut, every pointer trick. */
#include "config.h"

#include "core/dns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rdata.h"
#include "util/buf.h"

static struct dns_name name(const char *text)
{
	struct dns_name n;

	assert_int_equal(dns_name_parse(&n, text), DNS_NAME_OK);
	return n;
}

/* ---- names ---- */

static void test_name_text_and_back_is_the_same(void **state)
{
	static const char *const names[] = {
		".", "example.org.", "a.b.c.d.", "_25._tcp.mx.example.org.",
		"a\\.b.test.", "a\\\\b.test.", "\\000\\255\\032.test.",
		"\\@\\;\\\".test.", "xn--mnchen-3ya.test.",
	};
	char text[DNS_NAME_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct dns_name n = name(names[i]);

		assert_string_equal(dns_name_text(&n, text), names[i]);
	}
}

static void test_name_wrong_text_is_refused_with_its_cause(void **state)
{
	static const struct {
		const char *text;
		enum dns_name_error error;
	} rows[] = {
		{ "", DNS_NAME_EMPTY_LABEL }, { ".a", DNS_NAME_EMPTY_LABEL },
		{ "a..b", DNS_NAME_EMPTY_LABEL },
		{ "..", DNS_NAME_EMPTY_LABEL },
		{ "a\\", DNS_NAME_ESCAPE }, { "a\\25", DNS_NAME_ESCAPE },
		{ "a\\256", DNS_NAME_ESCAPE }, { "a\\2x5", DNS_NAME_ESCAPE },
	};
	struct dns_name n;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(dns_name_parse(&n, rows[i].text),
		                 rows[i].error);
}

/* labels labels of len octets each, and one of last. */
static void long_name(char *out, size_t labels, size_t len, size_t last)
{
	for (size_t i = 0; i < labels; i++) {
		memset(out, 'a', len);
		out += len;
		*out++ = '.';
	}
	memset(out, 'b', last);
	out[last] = '\0';
}

static void test_name_limits_hold_to_the_octet(void **state)
{
	static const struct {
		size_t labels, len, last;
		enum dns_name_error error;
		unsigned octets;
	} rows[] = {
		{ 1, 63, 3, DNS_NAME_OK, 69 },
		{ 1, 64, 3, DNS_NAME_LABEL_LONG, 0 },
		{ 3, 63, 61, DNS_NAME_OK, 255 },
		{ 3, 63, 62, DNS_NAME_LONG, 0 },
		{ 126, 1, 1, DNS_NAME_OK, 255 },
		{ 127, 1, 1, DNS_NAME_LONG, 0 },
		{ 126, 1, 2, DNS_NAME_LONG, 0 },
	};
	char text[600];
	struct dns_name n;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		long_name(text, rows[i].labels, rows[i].len, rows[i].last);
		assert_int_equal(dns_name_parse(&n, text), rows[i].error);
		if (!rows[i].error)
			assert_int_equal(n.len, rows[i].octets);
	}
}

static void test_name_longest_text_fits_its_buffer(void **state)
{
	struct dns_name n = { .len = 255 };
	char text[DNS_NAME_TEXT_MAX];
	size_t at = 0;

	(void)state;
	while (at < 254) {
		size_t len = 254 - at - 1 < 63 ? 254 - at - 1 : 63;

		n.wire[at] = (uint8_t)len;
		memset(n.wire + at + 1, 0xff, len);
		at += len + 1;
	}
	n.wire[254] = 0;
	assert_true(strlen(dns_name_text(&n, text)) < sizeof text);
}

static void test_name_compare_ignores_case(void **state)
{
	struct dns_name a = name("MX.Example.ORG"), b = name("mx.example.org.");
	struct dns_name c = name("mx.example.net"), up = name("Example.org");
	struct dns_name other = name("xexample.org");

	(void)state;
	assert_true(dns_name_equal(&a, &b));
	assert_int_equal(dns_name_compare(&a, &b), 0);
	assert_false(dns_name_equal(&a, &c));
	assert_true(dns_name_compare(&a, &c) != 0);
	assert_true((dns_name_compare(&a, &c) < 0) !=
	            (dns_name_compare(&c, &a) < 0));
	assert_true(dns_name_under(&a, &up));
	assert_true(dns_name_under(&up, &up));
	assert_false(dns_name_under(&other, &up));
	assert_false(dns_name_under(&up, &a));
}

static void test_name_parent_and_replace(void **state)
{
	struct dns_name n = name("a.b.old.test"), from = name("old.test");
	struct dns_name to = name("new.example"), root = name(".");
	char text[DNS_NAME_TEXT_MAX];

	(void)state;
	assert_int_equal(dns_name_labels(&n), 4);
	assert_true(dns_name_replace(&n, &from, &to));
	assert_string_equal(dns_name_host(&n, text), "a.b.new.example");
	dns_name_parent(&n);
	assert_string_equal(dns_name_host(&n, text), "b.new.example");
	dns_name_parent(&root);
	assert_true(dns_name_is_root(&root));
	long_name(text, 3, 63, 60);
	from = name("new.example");
	to = name(text);
	assert_false(dns_name_replace(&n, &from, &to));
}

/* ---- records ---- */

static const struct sample {
	uint16_t type;
	const char *text;
} samples[] = {
	{ RR_A, "192.0.2.1" },
	{ RR_AAAA, "2001:db8::25" },
	{ RR_MX, "10 mx1.example.org." },
	{ RR_MX, "0 ." },
	{ RR_MX, "65535 MX.Example.ORG." },
	{ RR_CNAME, "other.example.org." },
	{ RR_DNAME, "example.net." },
	{ RR_NS, "ns.example.org." },
	{ RR_PTR, "host.example.org." },
	{ RR_SOA, "ns.example.org. root.example.org. 1 7200 3600 1209600 30" },
	{ RR_TXT, "\"v=spf1 \" \"-all\"" },
	{ RR_TXT, "\"\"" },
	{ RR_TXT, "\"\\027[31m\\255\"" },
	{ RR_SRV, "0 5 587 mail.example.org." },
	{ RR_TLSA, "3 1 1 00ff10" },
	{ RR_TLSA, "2 0 0 " },
	{ 65280, "\\# 4 01020304" },
	{ 65280, "\\# 0" },
};

/* A message with one record of the sample in the answer. */
static size_t message(const struct sample *s, uint8_t *out, size_t size)
{
	struct dns_name owner = name("example.org");
	struct dns_writer w;
	uint8_t rdata[512];
	int len = rdata_parse(s->type, s->text, rdata, sizeof rdata);

	assert_true(len >= 0 || strcmp(s->text, "\\# 0") == 0);
	dns_write_begin(&w, out, size, 7, DNS_QR);
	assert_true(dns_write_question(&w, &owner, s->type));
	assert_true(dns_write_rr(&w, DNS_ANSWER, &(struct dns_record){
		.owner = &owner,
		.rdata = rdata,
		.rdlen = len < 0 ? 0 : (size_t)len,
		.ttl = 3600,
		.type = s->type,
	}));
	assert_true(dns_write_opt(&w, DNS_UDP_PAYLOAD, 0, -1, NULL));
	return w.len;
}

static void test_record_of_every_type_keeps_its_text(void **state)
{
	uint8_t wire[1024];
	struct buf text = { 0 };
	struct dns_msg m;

	(void)state;
	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
		size_t len = message(&samples[i], wire, sizeof wire);

		assert_true(dns_msg_parse(&m, wire, len));
		assert_int_equal(m.n, 2);
		assert_int_equal(m.rr[0].type, samples[i].type);
		assert_int_equal(m.rr[0].ttl, 3600);
		assert_false(m.rr[0].bad);
		assert_true(m.has_opt);
		assert_int_equal(m.payload, DNS_UDP_PAYLOAD);
		buf_reset(&text);
		dns_rr_text(&m, &m.rr[0], &text);
		assert_string_equal(buf_str(&text), samples[i].text);
		dns_msg_clear(&m);
	}
	buf_clear(&text);
}

static void test_message_cut_anywhere_is_refused_not_read_over(void **state)
{
	uint8_t wire[1024];
	struct dns_msg m;

	(void)state;
	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
		size_t len = message(&samples[i], wire, sizeof wire);

		for (size_t cut = 0; cut < len; cut++) {
			/* a block of exactly that size: ASan guards its end */
			uint8_t *part = malloc(cut ? cut : 1);

			memcpy(part, wire, cut);
			assert_false(dns_msg_parse(&m, part, cut));
			dns_msg_clear(&m);
			free(part);
		}
	}
}

static void test_record_of_a_wrong_size_is_shown_as_octets(void **state)
{
	static const struct {
		uint16_t type;
		const char *text;
	} rows[] = {
		{ RR_A, "\\# 3 c00002" }, { RR_A, "\\# 5 c000020101" },
		{ RR_AAAA, "\\# 15 20010db80000000000000000000025" },
		{ RR_MX, "\\# 1 00" }, { RR_MX, "\\# 2 000a" },
		{ RR_MX, "\\# 4 000a0001" }, { RR_TLSA, "\\# 2 0301" },
		{ RR_TLSA, "\\# 1 03" }, { RR_TXT, "\\# 2 05ff" },
		{ RR_CNAME, "\\# 1 40" }, { RR_SOA, "\\# 2 0000" },
		{ RR_SRV, "\\# 6 000000000000" },
	};
	uint8_t wire[512], rdata[64];
	struct dns_name owner = name("x.test");

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct dns_writer w;
		struct dns_msg m;
		struct buf text = { 0 };
		int len = rdata_parse(rows[i].type, rows[i].text, rdata,
		                      sizeof rdata);

		assert_true(len > 0);
		dns_write_begin(&w, wire, sizeof wire, 0, DNS_QR);
		assert_true(dns_write_rr(&w, DNS_ANSWER, &(struct dns_record){
			.owner = &owner, .rdata = rdata, .rdlen = (size_t)len,
			.type = rows[i].type }));
		assert_true(dns_msg_parse(&m, wire, w.len));
		assert_true(m.rr[0].bad);
		dns_rr_text(&m, &m.rr[0], &text);
		assert_string_equal(buf_str(&text), rows[i].text);
		buf_clear(&text);
		dns_msg_clear(&m);
	}
}

static void test_record_ttl_over_31_bits_counts_as_zero(void **state)
{
	static const uint8_t wire[] = {
		0, 0, 0x80, 0, 0, 0, 0, 1, 0, 0, 0, 0,
		0, 0, 1, 0, 1, 0x80, 0, 0, 0, 0, 4, 192, 0, 2, 1,
	};
	struct dns_msg m;

	(void)state;
	assert_true(dns_msg_parse(&m, wire, sizeof wire));
	assert_int_equal(m.rr[0].ttl, 0);
	dns_msg_clear(&m);
}

static void test_txt_strings_are_joined_without_blank(void **state)
{
	struct sample s = { RR_TXT,
		            "\"v=spf1 incl\" \"ude:x\" \"\" \" -all\"" };
	uint8_t wire[512];
	struct buf out = { 0 };
	struct dns_msg m;

	(void)state;
	assert_true(dns_msg_parse(&m, wire, message(&s, wire, sizeof wire)));
	dns_rr_txt(&m, &m.rr[0], &out);
	assert_string_equal(buf_str(&out), "v=spf1 include:x -all");
	buf_clear(&out);
	dns_msg_clear(&m);
}

/* ---- compression ---- */

static void test_name_pointers_must_go_backwards(void **state)
{
	static const struct {
		uint8_t wire[8];
		size_t len, at;
		bool ok;
		size_t behind;
	} rows[] = {
		{ { 1, 'a', 0, 0xc0, 0 }, 5, 3, true, 5 },
		{ { 1, 'a', 0, 1, 'b', 0xc0, 0 }, 7, 3, true, 7 },
		{ { 0xc0, 0 }, 2, 0, false, 0 },            /* itself */
		{ { 0xc0, 2, 0xc0, 0 }, 4, 2, false, 0 },   /* there and back */
		{ { 0xc0, 2, 0 }, 3, 0, false, 0 },         /* forwards */
		{ { 1, 'a', 0xc0, 0 }, 4, 0, false, 0 },    /* into itself */
		{ { 0, 0, 0xff, 0xff }, 4, 2, false, 0 },   /* past the end */
		{ { 0, 0xc0 }, 2, 1, false, 0 },            /* half a pointer */
		{ { 0x40, 0 }, 2, 0, false, 0 },            /* RFC 6891 §5 */
		{ { 0x80, 0 }, 2, 0, false, 0 },
		{ { 3, 'a', 'b' }, 3, 0, false, 0 },
		{ { 1, 'a' }, 2, 0, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct dns_name n;
		size_t at = rows[i].at;

		assert_int_equal(dns_name_read(&n, rows[i].wire, rows[i].len,
		                               rows[i].len, &at), rows[i].ok);
		if (rows[i].ok)
			assert_int_equal(at, rows[i].behind);
	}
}

static void test_name_chain_of_pointers_has_a_limit(void **state)
{
	enum { FIRST = 3, JUMPS = 127 };
	static uint8_t wire[16384];
	struct dns_name n;
	size_t at;

	(void)state;
	wire[0] = 1;
	wire[1] = 'a';
	/* octet 2 is the root; then each pointer goes to the one before */
	for (at = FIRST; at + 2 <= sizeof wire; at += 2) {
		size_t to = at == FIRST ? 0 : at - 2;

		wire[at] = (uint8_t)(0xc0 | to >> 8);
		wire[at + 1] = (uint8_t)to;
	}
	at = FIRST + 2 * (JUMPS - 1);
	assert_true(dns_name_read(&n, wire, sizeof wire, sizeof wire, &at));
	assert_int_equal(n.len, 3);
	assert_int_equal(at, FIRST + 2 * JUMPS);
	assert_false(dns_name_read(&n, wire, sizeof wire, sizeof wire, &at));
	at = sizeof wire - 3;
	assert_false(dns_name_read(&n, wire, sizeof wire, sizeof wire, &at));
}

static void test_name_through_pointers_over_255_octets_is_refused(void **state)
{
	uint8_t wire[520];
	struct dns_name n;
	size_t at = 256;

	(void)state;
	memset(wire, 'a', sizeof wire);
	for (size_t i = 0; i < 4; i++)
		wire[i * 63] = 62;
	wire[252] = 0;
	wire[256] = 1;
	wire[258] = 0xc0;
	wire[259] = 0;
	/* 253 octets behind the pointer and two before it: just fits */
	assert_true(dns_name_read(&n, wire, sizeof wire, sizeof wire, &at));
	assert_int_equal(n.len, 255);
	wire[256] = 2;
	wire[259] = 0xc0;
	wire[260] = 0;
	at = 256;
	assert_false(dns_name_read(&n, wire, sizeof wire, sizeof wire, &at));
}

static void test_writer_compresses_names_it_has_written(void **state)
{
	struct dns_name owner = name("example.org"), q = name("mx.example.org");
	struct sample s = { RR_MX, "10 mx.example.org." };
	struct dns_writer w;
	uint8_t wire[512], rdata[64];
	struct dns_msg m;
	struct buf text = { 0 };
	int len = rdata_parse(s.type, s.text, rdata, sizeof rdata);

	(void)state;
	dns_write_begin(&w, wire, sizeof wire, 0, DNS_QR);
	dns_write_question(&w, &q, RR_MX);
	dns_write_rr(&w, DNS_ANSWER, &(struct dns_record){ .owner = &owner,
		.rdata = rdata, .rdlen = (size_t)len, .type = RR_MX });
	/* header, question of 16 + 4, owner 2, ten, preference 2, name 2 */
	assert_int_equal(w.len, 12 + 20 + 2 + 10 + 2 + 2);
	assert_true(dns_msg_parse(&m, wire, w.len));
	dns_rr_text(&m, &m.rr[0], &text);
	assert_string_equal(buf_str(&text), s.text);
	buf_clear(&text);
	dns_msg_clear(&m);
}

static void test_writer_full_writes_all_or_nothing(void **state)
{
	struct dns_name owner = name("example.org");
	uint8_t wire[128], rdata[4] = { 192, 0, 2, 1 };
	struct dns_record r = { .owner = &owner, .rdata = rdata, .rdlen = 4,
		                .type = RR_A };
	struct dns_msg m;

	(void)state;
	for (size_t size = DNS_HEADER_SIZE; size < sizeof wire; size++) {
		struct dns_writer w;
		size_t n = 0, before;

		dns_write_begin(&w, wire, size, 0, DNS_QR);
		dns_write_question(&w, &owner, RR_A);
		do
			before = w.len;
		while (dns_write_rr(&w, DNS_ANSWER, &r) && ++n);
		assert_true(w.full);
		assert_int_equal(w.len, before);
		assert_true(w.len <= size);
		assert_true(dns_msg_parse(&m, wire, w.len));
		assert_int_equal(m.n, n);
		dns_msg_clear(&m);
	}
}

/* ---- OPT, queries ---- */

static void test_opt_extended_error_and_upper_rcode(void **state)
{
	struct dns_name q = name("example.org");
	struct dns_writer w;
	uint8_t wire[256];
	struct dns_msg m;

	(void)state;
	dns_write_begin(&w, wire, sizeof wire, 9, DNS_QR);
	dns_write_question(&w, &q, RR_MX);
	dns_write_opt(&w, 4096, 23, 22, "dead");
	assert_true(dns_msg_parse(&m, wire, w.len));
	assert_int_equal(m.rcode, 23);
	assert_int_equal(m.payload, 4096);
	assert_true(m.has_ede);
	assert_int_equal(m.ede, 22);
	assert_int_equal(m.ede_len, 4);
	assert_memory_equal(m.data + m.ede_text, "dead", 4);
	assert_string_equal(dns_ede_text(m.ede), "No Reachable Authority");
	assert_string_equal(dns_ede_text(999), "");
	dns_msg_clear(&m);
}

static void test_query_has_ad_one_question_and_opt_last(void **state)
{
	struct dns_name q = name("example.org");
	uint8_t wire[DNS_QUERY_MAX];
	size_t len = dns_query(wire, 0x1234, &q, RR_MX, true);
	struct dns_msg m;

	(void)state;
	assert_true(dns_msg_parse(&m, wire, len));
	assert_int_equal(m.id, 0x1234);
	assert_int_equal(m.flags, DNS_RD | DNS_AD);
	assert_int_equal(m.qtype, RR_MX);
	assert_int_equal(m.n, 1);
	assert_int_equal(m.rr[0].type, RR_OPT);
	assert_int_equal(m.rr[0].rdata, len);
	assert_int_equal(wire[len - 11], 0);
	dns_msg_clear(&m);
	len = dns_query(wire, 0, &q, RR_MX, false);
	assert_true(dns_msg_parse(&m, wire, len));
	assert_false(m.has_opt);
	dns_msg_clear(&m);
}

static void test_query_for_the_longest_name_fits(void **state)
{
	char text[300];
	struct dns_name q;
	uint8_t wire[DNS_QUERY_MAX];

	(void)state;
	long_name(text, 3, 63, 61);
	q = name(text);
	assert_int_equal(dns_query(wire, 0, &q, RR_MX, true), DNS_QUERY_MAX);
}

static void test_words_of_types_and_codes(void **state)
{
	char out[10];

	(void)state;
	assert_string_equal(dns_type_text(RR_TLSA, out), "TLSA");
	assert_string_equal(dns_type_text(65280, out), "TYPE65280");
	assert_int_equal(dns_type_find("mx"), RR_MX);
	assert_int_equal(dns_type_find("type65280"), 65280);
	assert_int_equal(dns_type_find("TYPE70000"), 0);
	assert_int_equal(dns_type_find("TYPE"), 0);
	assert_int_equal(dns_type_find("NONSENSE"), 0);
	assert_string_equal(dns_rcode_text(3, out), "NXDOMAIN");
	assert_string_equal(dns_rcode_text(16, out), "BADVERS");
	assert_string_equal(dns_rcode_text(14, out), "RCODE14");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_name_text_and_back_is_the_same),
		cmocka_unit_test(
		    test_name_wrong_text_is_refused_with_its_cause),
		cmocka_unit_test(test_name_limits_hold_to_the_octet),
		cmocka_unit_test(test_name_longest_text_fits_its_buffer),
		cmocka_unit_test(test_name_compare_ignores_case),
		cmocka_unit_test(test_name_parent_and_replace),
		cmocka_unit_test(test_record_of_every_type_keeps_its_text),
		cmocka_unit_test(
		    test_message_cut_anywhere_is_refused_not_read_over),
		cmocka_unit_test(
		    test_record_of_a_wrong_size_is_shown_as_octets),
		cmocka_unit_test(test_record_ttl_over_31_bits_counts_as_zero),
		cmocka_unit_test(test_txt_strings_are_joined_without_blank),
		cmocka_unit_test(test_name_pointers_must_go_backwards),
		cmocka_unit_test(test_name_chain_of_pointers_has_a_limit),
		cmocka_unit_test(
		    test_name_through_pointers_over_255_octets_is_refused),
		cmocka_unit_test(test_writer_compresses_names_it_has_written),
		cmocka_unit_test(test_writer_full_writes_all_or_nothing),
		cmocka_unit_test(test_opt_extended_error_and_upper_rcode),
		cmocka_unit_test(test_query_has_ad_one_question_and_opt_last),
		cmocka_unit_test(test_query_for_the_longest_name_fits),
		cmocka_unit_test(test_words_of_types_and_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
