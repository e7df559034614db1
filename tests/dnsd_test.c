#include "config.h"

#include "classroom/dnsd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "classroom/sock.h"
#include "core/dns.h"
#include "tests/room.h"

#define HEAD "title: t\ntarget: a.example\n@zone\n"
#define ZONE                                                                   \
	HEAD "a.example. 60 SOA ns.a.example. h.a.example. 1 2 3 4 5\n"        \
	"a.example. 60 MX 10 mx.a.example.\n"                                  \
	"a.example. 60 MX 20 alias.a.example.\n"                               \
	"mx.a.example. 60 A 192.0.2.1\nmx.a.example. 60 A 192.0.2.2\n"        \
	"mx.a.example. 60 TXT hello\nalias.a.example. CNAME mx.a.example.\n"   \
	"l1.a.example. CNAME l2.a.example.\n"                                  \
	"l2.a.example. CNAME l1.a.example.\n"                                  \
	"gone.a.example. CNAME none.a.example.\n"                              \
	"x.sub.a.example. A 192.0.2.3\n"                                       \
	"v6.a.example. AAAA 2001:db8::1\nnull.example. MX 0 .\n"               \
	"@dns servfail sf.a.example\n@dns refused re.a.example\n"              \
	"@dns silent si.a.example\n@dns truncate tc.a.example\n"               \
	"mx.tc.a.example. A 192.0.2.9\n"

/* A query over UDP or TCP to the room's DNS server; the answer's length, or
 * fails the test when none comes. */
static size_t exchange(const struct room *r, const uint8_t *query, size_t len,
                       bool tcp, uint8_t out[DNS_MESSAGE_MAX + 2])
{
	struct sock_addr a;
	const uint8_t prefix[2] = { (uint8_t)(len >> 8), (uint8_t)len };
	struct buf in = { 0 };
	ssize_t n;
	int fd;

	assert_true(sock_parse(classroom_dns(r->classroom), &a));
	fd = socket(a.ss.ss_family, tcp ? SOCK_STREAM : SOCK_DGRAM, 0);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&a.ss, a.len), 0);
	if (!tcp) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		assert_int_equal(send(fd, query, len, 0), (ssize_t)len);
		assert_int_equal(poll(&p, 1, ROOM_WAIT_MS), 1);
		n = recv(fd, out, DNS_MESSAGE_MAX, 0);
		assert_true(n > 0);
		close(fd);
		return (size_t)n;
	}
	/* byte by byte, then our FIN: the answer comes all the same */
	room_send(fd, prefix, 1);
	room_send(fd, prefix + 1, 1);
	for (size_t i = 0; i < len; i++)
		room_send(fd, query + i, 1);
	shutdown(fd, SHUT_WR);
	assert_int_equal(room_read(fd, &in, NULL), 0);
	close(fd);
	assert_true(in.len > 2);
	assert_int_equal((size_t)(uint8_t)in.data[0] << 8 | (uint8_t)in.data[1],
	                 in.len - 2);
	memcpy(out, in.data + 2, in.len - 2);
	n = (ssize_t)in.len - 2;
	buf_clear(&in);
	return (size_t)n;
}

static uint16_t next_id = 0x1234;

/* The answer as text: "NOERROR aa: 10 mx.a.example. / ..." Caller frees. */
static char *ask(const struct room *r, const char *name, uint16_t type,
                 bool tcp, bool edns)
{
	static uint8_t out[DNS_MESSAGE_MAX + 2];
	uint8_t query[DNS_QUERY_MAX];
	struct buf text = { 0 };
	struct dns_name n;
	struct dns_msg m;
	char rcode[10];
	size_t len;
	const uint16_t id = next_id++;

	assert_int_equal(dns_name_parse(&n, name), DNS_NAME_OK);
	len = dns_query(query, id, &n, type, edns);
	len = exchange(r, query, len, tcp, out);
	assert_true(dns_msg_parse(&m, out, len));
	assert_int_equal(m.id, id);
	assert_true(m.flags & DNS_QR);
	assert_true(m.flags & DNS_RD); /* copied from the query */
	assert_true(m.has_question);
	assert_true(dns_name_equal(&m.qname, &n));
	assert_int_equal(m.qtype, type);
	assert_int_equal(m.has_opt, edns);
	buf_addf(&text, "%s%s%s:", dns_rcode_text(m.rcode, rcode),
	         m.flags & DNS_AA ? " aa" : "", m.flags & DNS_TC ? " tc" : "");
	for (size_t i = 0; i < m.n; i++) {
		assert_false(m.rr[i].bad);
		if (m.rr[i].type == RR_OPT)
			continue;
		buf_adds(&text, m.rr[i].section == DNS_ANSWER ? " " : " | ");
		dns_rr_text(&m, &m.rr[i], &text);
	}
	dns_msg_clear(&m);
	return buf_steal(&text);
}

static const struct question {
	const char *name;
	uint16_t type;
	const char *answer;
} questions[] = {
	{ "a.example", RR_MX,
	  "NOERROR aa: 10 mx.a.example. 20 alias.a.example." },
	{ "A.Example", RR_MX,
	  "NOERROR aa: 10 mx.a.example. 20 alias.a.example." },
	{ "mx.a.example", RR_A, "NOERROR aa: 192.0.2.1 192.0.2.2" },
	{ "mx.a.example", RR_AAAA,
	  "NOERROR aa: | ns.a.example. h.a.example. 1 2 3 4 5" },
	{ "v6.a.example", RR_AAAA, "NOERROR aa: 2001:db8::1" },
	{ "mx.a.example", RR_TXT, "NOERROR aa: \"hello\"" },
	{ "alias.a.example", RR_A,
	  "NOERROR aa: mx.a.example. 192.0.2.1 192.0.2.2" },
	{ "alias.a.example", RR_CNAME, "NOERROR aa: mx.a.example." },
	{ "alias.a.example", RR_MX,
	  "NOERROR aa: mx.a.example. | ns.a.example. h.a.example. 1 2 3 4 5" },
	{ "gone.a.example", RR_A,
	  "NXDOMAIN aa: none.a.example. | ns.a.example. h.a.example. "
	  "1 2 3 4 5" },
	{ "sub.a.example", RR_A,
	  "NOERROR aa: | ns.a.example. h.a.example. 1 2 3 4 5" },
	{ "no.a.example", RR_A,
	  "NXDOMAIN aa: | ns.a.example. h.a.example. 1 2 3 4 5" },
	{ "other.example", RR_A,
	  "NXDOMAIN aa: | ns.classroom.example. hostmaster.classroom.example. "
	  "1 3600 900 604800 60" },
	{ "null.example", RR_MX, "NOERROR aa: 0 ." },
	{ "sf.a.example", RR_MX, "SERVFAIL:" },
	{ "x.sf.a.example", RR_A, "SERVFAIL:" },
	{ "re.a.example", RR_MX, "REFUSED:" },
};

static void check_questions(bool tcp, bool edns)
{
	struct room r;

	room_open(&r, "test", ZONE, NULL);
	for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
		const struct question *q = &questions[i];
		char *got = ask(&r, q->name, q->type, tcp, edns);

		assert_string_equal(got, q->answer);
		free(got);
	}
	room_close(&r);
}

static void test_dnsd_answers_over_udp(void **state)
{
	(void)state;
	check_questions(false, true);
	check_questions(false, false);
}

static void test_dnsd_answers_over_tcp(void **state)
{
	(void)state;
	check_questions(true, true);
}

static void test_dnsd_cname_loop_ends(void **state)
{
	struct room r;
	char *got;

	(void)state;
	room_open(&r, "test", ZONE, NULL);
	got = ask(&r, "l1.a.example", RR_A, false, true);
	assert_memory_equal(got, "NOERROR aa: l2.a.example. l1.a.example. l2",
	                    42);
	free(got);
	room_close(&r);
}

static void test_dnsd_truncated_name_is_answered_over_tcp(void **state)
{
	struct room r;
	char *got;

	(void)state;
	room_open(&r, "test", ZONE, NULL);
	got = ask(&r, "mx.tc.a.example", RR_A, false, true);
	assert_string_equal(got, "NOERROR aa tc:");
	free(got);
	got = ask(&r, "mx.tc.a.example", RR_A, true, true);
	assert_string_equal(got, "NOERROR aa: 192.0.2.9");
	free(got);
	room_close(&r);
}

/* 200 MX: too long for a datagram, whole over TCP. */
static void test_dnsd_long_answer_asks_for_tcp(void **state)
{
	struct buf text = { 0 };
	struct room r;
	char *got, *p;
	int n = 0;

	(void)state;
	buf_adds(&text, HEAD);
	for (int i = 0; i < 200; i++)
		buf_addf(&text, "a.example. MX 10 host%d.a.example.\n", i);
	room_open(&r, "test", buf_str(&text), NULL);
	got = ask(&r, "a.example", RR_MX, false, true);
	assert_string_equal(got, "NOERROR aa tc:");
	free(got);
	got = ask(&r, "a.example", RR_MX, true, false);
	assert_memory_equal(got, "NOERROR aa: 10", 14);
	for (p = got; (p = strstr(p, " 10 host")); p++)
		n++;
	assert_int_equal(n, 200);
	free(got);
	room_close(&r);
	buf_clear(&text);
}

/* Bytes that are no question of ours: the answer's RCODE, or no answer. */
static void test_authority_bad_queries(void **state)
{
	static const struct {
		const char *what;
		uint8_t query[32];
		size_t len;
		int rcode; /* -1: no answer */
	} cases[] = {
		{ "empty", { 0 }, 0, -1 },
		{ "short", { 1, 2, 1 }, 11, -1 },
		{ "an answer", { 1, 2, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0,
		                 1, 0, 1 }, 17, -1 },
		{ "no question", { 1, 2, 1, 0 }, 12, RCODE_FORMERR },
		{ "cut", { 1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3, 'a' }, 14,
		  RCODE_FORMERR },
		{ "notify", { 1, 2, 0x20, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 6,
		              0, 1 }, 17, RCODE_NOTIMP },
		{ "chaos", { 1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 16, 0,
		             3 }, 17, RCODE_REFUSED },
		{ "root", { 1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1 },
		  17, RCODE_NOERROR },
	};
	char *error = NULL;
	struct lesson *l = lesson_parse("t", ZONE, sizeof ZONE - 1, &error);
	const struct authority_data d = { .lesson = l };
	struct sock_addr local = { 0 };
	uint8_t out[512];

	(void)state;
	assert_null(error);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct authority_query q = {
			.data = cases[i].query,
			.len = cases[i].len,
			.local = &local,
		};
		size_t n = authority_answer(&d, &q, out, sizeof out);

		if (cases[i].rcode < 0 ? n != 0
		                       : (n < 12 || (out[3] & 15) !=
		                                        cases[i].rcode))
			fail_msg("%s: %zu bytes, rcode %d", cases[i].what, n,
			         n ? out[3] & 15 : -1);
	}
	lesson_free(l);
}

static void test_dnsd_silent_name_does_not_stop_others(void **state)
{
	struct room r;
	struct sock_addr a;
	uint8_t query[DNS_QUERY_MAX], out[512];
	struct dns_name n;
	size_t len;
	ssize_t got;
	int fd;

	(void)state;
	room_open(&r, "test", ZONE, NULL);
	assert_true(sock_parse(classroom_dns(r.classroom), &a));
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&a.ss, a.len), 0);
	/* one silent name, an empty datagram, noise, then a good question:
	 * the only answer is the last one's */
	dns_name_parse(&n, "si.a.example");
	len = dns_query(query, 1, &n, RR_MX, true);
	assert_true(send(fd, query, len, 0) > 0);
	assert_int_equal(send(fd, "", 0, 0), 0);
	assert_int_equal(send(fd, "noise", 5, 0), 5);
	dns_name_parse(&n, "mx.a.example");
	len = dns_query(query, 2, &n, RR_A, true);
	assert_true(send(fd, query, len, 0) > 0);
	got = recv(fd, out, sizeof out, 0);
	assert_true(got > 12);
	assert_int_equal(out[0] << 8 | out[1], 2);
	close(fd);
	room_close(&r);
}

static void test_dnsd_tcp_query_over_the_bound_is_closed(void **state)
{
	struct room r;
	struct sock_addr a;
	struct buf in = { 0 };
	int fd;

	(void)state;
	room_open(&r, "test", ZONE, NULL);
	assert_true(sock_parse(classroom_dns(r.classroom), &a));
	fd = room_dial(sock_addr_port(&a));
	room_send(fd, "\x7f\xff", 2);
	assert_true(room_read(fd, &in, NULL) <= 0);
	assert_int_equal(in.len, 0);
	buf_clear(&in);
	close(fd);
	room_close(&r);
}

static void test_dnsd_serve_tells_our_address_and_port(void **state)
{
	static const char text[] =
	    HEAD "a.example. MX 10 mx.a.example.\nmx.a.example. A 192.0.2.1\n"
	    "mx.a.example. A 192.0.2.2\nmx.a.example. TXT own\n"
	    "v6.a.example. AAAA 2001:db8::1\ndead.a.example. A 192.0.2.3\n"
	    "@server mx.a.example\n@server mx.a.example:587\n";
	struct room r;
	char *got, expected[128];

	(void)state;
	room_open(&r, "test", text, "127.0.0.1");
	got = ask(&r, "mx.a.example", RR_A, false, true);
	assert_string_equal(got, "NOERROR aa: 127.0.0.1");
	free(got);
	got = ask(&r, "mx.a.example", RR_AAAA, false, true);
	assert_memory_equal(got, "NOERROR aa: |", 13);
	free(got);
	got = ask(&r, "v6.a.example", RR_A, true, true);
	assert_string_equal(got, "NOERROR aa: 127.0.0.1");
	free(got);
	got = ask(&r, "a.example", RR_MX, false, true);
	assert_string_equal(got, "NOERROR aa: 10 mx.a.example.");
	free(got);

	snprintf(expected, sizeof expected,
	         "NOERROR aa: \"own\" \"smtpscope-port=%u 587=%u\"",
	         room_port(&r, "192.0.2.1", 25),
	         room_port(&r, "192.0.2.1", 587));
	got = ask(&r, "mx.a.example", RR_TXT, false, true);
	assert_string_equal(got, expected);
	free(got);
	/* a host that nobody serves has the port where nobody listens */
	snprintf(expected, sizeof expected,
	         "NOERROR aa: \"smtpscope-port=%u\"",
	         room_port(&r, "192.0.2.3", 25));
	got = ask(&r, "dead.a.example", RR_TXT, false, true);
	assert_string_equal(got, expected);
	free(got);
	room_close(&r);
}

/* All addresses of the machine: each answers with itself. */
static void test_dnsd_serve_on_every_address(void **state)
{
	struct room r;
	struct sock_addr a;
	uint8_t query[DNS_QUERY_MAX], out[512];
	struct dns_name n;
	struct dns_msg m;
	size_t len;
	ssize_t got;
	int fd;

	(void)state;
	room_open(&r, "first", NULL, "0.0.0.0");
	assert_true(sock_parse(classroom_dns(r.classroom), &a));
	assert_false(sock_is_any(&a)); /* something that a student can use */
	((struct sockaddr_in *)&a.ss)->sin_addr.s_addr =
	    htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&a.ss, a.len), 0);
	dns_name_parse(&n, "mx01.t-online.example");
	len = dns_query(query, 7, &n, RR_A, true);
	assert_true(send(fd, query, len, 0) > 0);
	got = recv(fd, out, sizeof out, 0);
	assert_true(got > 0);
	assert_true(dns_msg_parse(&m, out, (size_t)got));
	assert_int_equal(m.rr[0].type, RR_A);
	assert_memory_equal(dns_rr_address(&m, &m.rr[0]), "\x7f\0\0\1", 4);
	dns_msg_clear(&m);
	close(fd);
	room_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test(f)
		T(test_dnsd_answers_over_udp),
		T(test_dnsd_answers_over_tcp),
		T(test_dnsd_cname_loop_ends),
		T(test_dnsd_truncated_name_is_answered_over_tcp),
		T(test_dnsd_long_answer_asks_for_tcp),
		T(test_authority_bad_queries),
		T(test_dnsd_silent_name_does_not_stop_others),
		T(test_dnsd_tcp_query_over_the_bound_is_closed),
		T(test_dnsd_serve_tells_our_address_and_port),
		T(test_dnsd_serve_on_every_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
