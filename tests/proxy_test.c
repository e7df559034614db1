#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include "net/proxy_header.h"
#include "smtpfault.h"
#include "util/xalloc.h"
#include "waytest.h"

/* Through a SOCKS5 proxy, and with a header of the PROXY protocol. */

/* ---- a SOCKS5 proxy ---- */

#define METHOD_OK { WAY_READ, 3, NULL }, { WAY_SAY, 2, "\5\0" }
#define REPLY(code) { WAY_READ, 10, NULL }, \
	{ WAY_SAY, 10, "\5" code "\0\1\0\0\0\0\0\0" }

static struct plan *plan_socks(struct waypeer **w, const char *target,
                               const struct way_step *steps)
{
	int fd = way_listen_tcp("127.0.0.1", 0, 5);
	struct plan *p = client_plan(target);

	p->way.socks_host = xstrdup("127.0.0.1");
	p->way.socks_port = way_port(fd);
	*w = waypeer_start(fd, steps);
	return p;
}

static void test_socks_connects_to_ipv4(void **state)
{
	static const struct way_step steps[] = { METHOD_OK, REPLY("\0"),
		{ WAY_SMTP, 0, NULL } };
	struct waypeer *w;
	struct plan *p = plan_socks(&w, "192.0.2.1:2525", steps);
	const struct event *e;
	char *heard, *via = xasprintf("socks5://127.0.0.1:%u",
	                              p->way.socks_port);
	size_t len;

	(void)state;
	assert_int_equal(run(p), 0);
	e = client_find(&c, EV_CONNECTED, 0);
	assert_string_equal(event_text(e, e->u.connect.address), "192.0.2.1");
	assert_string_equal(event_text(e, e->u.connect.via), via);
	assert_int_equal(e->u.connect.port, 2525);
	heard = waypeer_heard(w, &len);
	assert_memory_equal(heard, "\5\1\0" "\5\1\0\1\xc0\0\2\1\x09\xdd"
	                    "EHLO ", 18);
	free(heard);
	free(via);
	waypeer_stop(w);
}

/* Everything byte by byte, and a name as the bound address. */
static void test_socks_connects_to_ipv6_in_drips(void **state)
{
	static const struct way_step steps[] = { { WAY_READ, 3, NULL },
		{ WAY_DRIP, 2, "\5\0" }, { WAY_READ, 22, NULL },
		{ WAY_DRIP, 10, "\5\0\0\3\3abc\0\1" }, { WAY_SMTP, 0, NULL } };
	struct waypeer *w;
	struct plan *p = plan_socks(&w, "[IPv6:2001:db8::25]:25", steps);
	char *heard;
	size_t len;

	(void)state;
	assert_int_equal(run(p), 0);
	heard = waypeer_heard(w, &len);
	assert_memory_equal(heard, "\5\1\0" "\5\1\0\4\x20\1\x0d\xb8\0\0\0\0"
	                    "\0\0\0\0\0\0\0\x25\0\x19" "EHLO ", 30);
	free(heard);
	waypeer_stop(w);
}

/* The greeting comes in one segment with the proxy's reply. */
static void test_socks_leaves_the_servers_bytes_alone(void **state)
{
	static const struct way_step steps[] = { METHOD_OK,
		{ WAY_READ, 10, NULL },
		{ WAY_SAY, 28, "\5\0\0\1\0\0\0\0\0\0" "554 5.7.1 Bye all\n" },
		{ WAY_READ, 6, NULL }, { WAY_CLOSE, 0, NULL } };
	struct waypeer *w;
	const struct event *e;

	(void)state;
	assert_int_equal(run(plan_socks(&w, "192.0.2.1:25", steps)), 69);
	e = client_find(&c, EV_REPLY, 0);
	assert_int_equal(e->u.reply.code, 554);
	assert_string_equal(event_item_text(e, e->u.reply.lines, 0),
	                    "554 5.7.1 Bye all");
	waypeer_stop(w);
}

static const struct socks_row {
	const char *name;
	struct way_step steps[5];
	enum fail_kind kind;
	const char *words;
} socks_rows[] = {
	{ "general", { METHOD_OK, REPLY("\1"), { WAY_SILENT, 0, NULL } },
	  FAIL_UNREACHABLE, "does not say" },
	{ "rules", { METHOD_OK, REPLY("\2"), { WAY_SILENT, 0, NULL } },
	  FAIL_UNREACHABLE, "rules" },
	{ "network", { METHOD_OK, REPLY("\3"), { WAY_SILENT, 0, NULL } },
	  FAIL_UNREACHABLE, "network" },
	{ "host", { METHOD_OK, REPLY("\4"), { WAY_SILENT, 0, NULL } },
	  FAIL_UNREACHABLE, "to this host" },
	{ "refused", { METHOD_OK, REPLY("\5"), { WAY_SILENT, 0, NULL } },
	  FAIL_REFUSED, "refused" },
	{ "ttl", { METHOD_OK, REPLY("\6"), { WAY_SILENT, 0, NULL } },
	  FAIL_UNREACHABLE, "time to live" },
	{ "command", { METHOD_OK, REPLY("\7"), { WAY_SILENT, 0, NULL } },
	  FAIL_UNREACHABLE, "CONNECT" },
	{ "address type", { METHOD_OK, REPLY("\x8"), { WAY_SILENT, 0, NULL } },
	  FAIL_UNREACHABLE, "kind of address" },
	{ "unknown", { METHOD_OK, REPLY("\xff"), { WAY_SILENT, 0, NULL } },
	  FAIL_UNREACHABLE, "number" },
	{ "short refusal", { METHOD_OK, { WAY_READ, 10, NULL },
	  { WAY_SAY, 2, "\5\5" }, { WAY_CLOSE, 0, NULL } }, FAIL_REFUSED,
	  "refused" },
	{ "bad kind of bound address", { METHOD_OK, { WAY_READ, 10, NULL },
	  { WAY_SAY, 10, "\5\0\0\7abcdef" }, { WAY_SILENT, 0, NULL } },
	  FAIL_UNREACHABLE, "not SOCKS5" },
	{ "login", { { WAY_READ, 3, NULL }, { WAY_SAY, 2, "\5\xff" },
	  { WAY_CLOSE, 0, NULL } }, FAIL_UNREACHABLE, "login" },
	{ "login not offered", { { WAY_READ, 3, NULL }, { WAY_SAY, 2, "\5\2" },
	  { WAY_SILENT, 0, NULL } }, FAIL_UNREACHABLE, "not offered" },
	{ "SOCKS4", { { WAY_READ, 3, NULL }, { WAY_SAY, 2, "\0\x5b" },
	  { WAY_SILENT, 0, NULL } }, FAIL_UNREACHABLE, "not SOCKS5" },
	{ "is HTTP", { { WAY_READ, 3, NULL },
	  { WAY_SAY, 12, "HTTP/1.1 400" }, { WAY_CLOSE, 0, NULL } },
	  FAIL_UNREACHABLE, "not SOCKS5" },
	{ "closes at once", { { WAY_CLOSE, 0, NULL } }, FAIL_UNREACHABLE,
	  "closed" },
	{ "closes later", { METHOD_OK, { WAY_READ, 10, NULL },
	  { WAY_SAY, 1, "\5" }, { WAY_CLOSE, 0, NULL } }, FAIL_UNREACHABLE,
	  "closed" },
	{ "silent", { { WAY_SILENT, 0, NULL } }, FAIL_TIMEOUT,
	  "does not answer" },
	{ "silent later", { METHOD_OK, { WAY_SILENT, 0, NULL } }, FAIL_TIMEOUT,
	  "in time" },
	{ "drips too long", { METHOD_OK, { WAY_READ, 10, NULL },
	  { WAY_DRIP, 100, "\5\0\0\3\xff" "abcdefghijklmnopqrstuvwxyz"
	    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"
	    "abcdefghijklmnopqr" }, { WAY_SILENT, 0, NULL } }, FAIL_TIMEOUT,
	  "in time" },
};

static void test_socks_row(void **state)
{
	const struct socks_row *row = *state;
	struct waypeer *w;
	struct plan *p = plan_socks(&w, "192.0.2.1:25", row->steps);
	int64_t began = loop_now_us();
	const char *detail;

	p->timeout_ms = row->kind == FAIL_TIMEOUT ? SHORT_MS : 5000;
	assert_int_equal(run(p), 74);
	assert_true(loop_now_us() - began < 4000000);
	detail = failure(PHASE_CONNECT, row->kind);
	assert_non_null(strstr(detail, "the proxy 127.0.0.1:"));
	assert_non_null(strstr(detail, row->words));
	assert_int_equal(client_count(&c, EV_CONNECTED), 0);
	assert_int_equal(client_count(&c, EV_REPLY), 0);
	waypeer_stop(w);
}

static void test_socks_proxy_that_is_down(void **state)
{
	struct plan *p = client_plan("192.0.2.1:25");
	const char *detail;

	(void)state;
	p->way.socks_host = xstrdup("127.0.0.1");
	p->way.socks_port = smtpfault_closed_port();
	assert_int_equal(run(p), 74);
	detail = failure(PHASE_CONNECT, FAIL_UNREACHABLE);
	assert_non_null(strstr(detail, "the proxy 127.0.0.1:"));
	assert_non_null(strstr(detail, strerror(ECONNREFUSED)));
}

/* ---- the PROXY protocol ---- */

static const struct header_row {
	const char *name;
	int version;
	struct proxy_end from, to;
	size_t len; /* 0: what is said is no address */
	const char *data, *shown;
} header_rows[] = {
	{ "real", 1, { NULL, "192.0.2.1", 40000 }, { NULL, "198.51.100.2", 25 },
	  46, "PROXY TCP4 192.0.2.1 198.51.100.2 40000 25\r\n",
	  "PROXY TCP4 192.0.2.1 198.51.100.2 40000 25" },
	{ "said", 1, { "203.0.113.9:7", "192.0.2.1", 40000 },
	  { "203.0.113.1", "198.51.100.2", 25 }, 0,
	  "PROXY TCP4 203.0.113.9 203.0.113.1 7 25\r\n", NULL },
	{ "v6", 1, { "[2001:db8::1]:9", "192.0.2.1", 40000 },
	  { "2001:db8::2", "198.51.100.2", 25 }, 0,
	  "PROXY TCP6 2001:db8::1 2001:db8::2 9 25\r\n", NULL },
	{ "brackets without a port", 1, { "[2001:db8::1]", "192.0.2.1", 4000 },
	  { "[2001:db8::2]:0", "", 0 }, 0,
	  "PROXY TCP6 2001:db8::1 2001:db8::2 4000 0\r\n", NULL },
	{ "mixed", 1, { NULL, "192.0.2.1", 4 }, { NULL, "2001:db8::2", 25 }, 0,
	  "PROXY TCP6 ::ffff:192.0.2.1 2001:db8::2 4 25\r\n", NULL },
	{ "longest", 1,
	  { "[fff1:fff2:fff3:fff4:fff5:fff6:fff7:fff8]:65535", "", 0 },
	  { "[fff1:fff2:fff3:fff4:fff5:fff6:fff7:fff9]:65535", "", 0 }, 0,
	  "PROXY TCP6 fff1:fff2:fff3:fff4:fff5:fff6:fff7:fff8 "
	  "fff1:fff2:fff3:fff4:fff5:fff6:fff7:fff9 65535 65535\r\n", NULL },
	{ "unknown", 1, { NULL, "", 0 }, { NULL, "", 0 }, 0,
	  "PROXY UNKNOWN\r\n", NULL },
	{ "v2 real", 2, { NULL, "192.0.2.1", 0x1234 },
	  { NULL, "198.51.100.2", 25 }, 28,
	  "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\2\1\xc6\x33\x64\2"
	  "\x12\x34\0\x19", "v2 TCP4 192.0.2.1 198.51.100.2 4660 25 "
	  "(28 bytes)" },
	{ "v2 v6", 2, { "2001:db8::1", "", 0x1234 },
	  { "[2001:db8::2]:25", "", 0 }, 52,
	  "\r\n\r\n\0\r\nQUIT\n\x21\x21\0\x24"
	  "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"
	  "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2\x12\x34\0\x19", NULL },
	{ "v2 unknown", 2, { NULL, "", 0 }, { NULL, "192.0.2.1", 25 }, 16,
	  "\r\n\r\n\0\r\nQUIT\n\x20\0\0\0", "v2 LOCAL (16 bytes)" },
	{ "a name", 1, { "example.org", "", 0 }, { NULL, "", 0 }, 0, NULL,
	  NULL },
	{ "bad port", 1, { "192.0.2.1:x", "", 0 }, { NULL, "", 0 }, 0, NULL,
	  NULL },
	{ "port too large", 1, { "192.0.2.1:65536", "", 0 }, { NULL, "", 0 },
	  0, NULL, NULL },
	{ "open bracket", 1, { "[::1", "", 0 }, { NULL, "", 0 }, 0, NULL,
	  NULL },
	{ "two lines", 1, { "192.0.2.1\r\nEHLO x", "", 0 }, { NULL, "", 0 }, 0,
	  NULL, NULL },
};

static void test_header_bytes_are_exact(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof header_rows / sizeof *header_rows; i++) {
		const struct header_row *row = &header_rows[i];
		struct proxy_header h;
		size_t len = row->version == 2 ? row->len
		             : row->data ? strlen(row->data) : 0;
		bool made = proxy_header_make(&h, row->version, &row->from,
		                              &row->to);

		assert_int_equal(made, row->data != NULL);
		if (!made)
			continue;
		assert_int_equal(h.len, len);
		assert_memory_equal(h.data, row->data, len);
		if (row->shown)
			assert_string_equal(h.shown, row->shown);
	}
}

static struct plan *plan_header(struct waypeer **w, int version,
                                const struct way_step *steps)
{
	int fd = way_listen_tcp("127.0.0.1", 0, 5);
	struct plan *p = client_plan_port(way_port(fd));

	p->way.proxy_header = version;
	p->way.proxy_from = xstrdup("203.0.113.9:1234");
	p->way.proxy_to = xstrdup("203.0.113.1:25");
	*w = waypeer_start(fd, steps);
	return p;
}

/* Before the server has said a word: it reads the header first. */
static void test_header_comes_first_and_is_told(void **state)
{
	static const char line[] = "PROXY TCP4 203.0.113.9 203.0.113.1 1234 "
		"25\r\n";
	static const struct way_step steps[] = {
		{ WAY_READ, sizeof line - 1, NULL }, { WAY_SMTP, 0, NULL } };
	struct waypeer *w;
	char *heard;
	size_t len;

	(void)state;
	assert_int_equal(run(plan_header(&w, 1, steps)), 0);
	heard = waypeer_heard(w, &len);
	assert_memory_equal(heard, line, sizeof line - 1);
	assert_memory_equal(heard + sizeof line - 1, "EHLO ", 5);
	assert_string_equal(finding_arg("proxy-header"),
	                    "PROXY TCP4 203.0.113.9 203.0.113.1 1234 25");
	/* no command, and no reply is out of step because of it */
	assert_int_equal(client_count(&c, EV_SENT), 5);
	assert_false(client_finding(&c, "out-of-sync"));
	free(heard);
	waypeer_stop(w);
}

/* It is not counted: a reply that comes before its command is still seen. */
static void test_header_hides_no_early_reply(void **state)
{
	static const char line[] = "PROXY TCP4 203.0.113.9 203.0.113.1 1234 "
		"25\r\n";
	static const struct way_step steps[] = {
		{ WAY_READ, sizeof line - 1, NULL },
		{ WAY_SAY, 15, "220 a\r\n250 bc\r\n" },
		{ WAY_SILENT, 0, NULL } };
	struct waypeer *w;

	(void)state;
	assert_int_equal(run(plan_header(&w, 1, steps)), 76);
	assert_true(client_finding(&c, "out-of-sync"));
	waypeer_stop(w);
}

static void test_header_v2_with_the_real_addresses(void **state)
{
	static const struct way_step steps[] = { { WAY_READ, 28, NULL },
		{ WAY_SMTP, 0, NULL } };
	struct waypeer *w;
	struct plan *p = plan_header(&w, 2, steps);
	uint16_t port = p->target.port;
	char *heard;
	size_t len;

	(void)state;
	free(p->way.proxy_from);
	free(p->way.proxy_to);
	p->way.proxy_from = p->way.proxy_to = NULL;
	assert_int_equal(run(p), 0);
	heard = waypeer_heard(w, &len);
	assert_memory_equal(heard, "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c"
	                    "\x7f\0\0\1\x7f\0\0\1", 24);
	assert_int_equal((uint8_t)heard[26] << 8 | (uint8_t)heard[27], port);
	assert_memory_equal(heard + 28, "EHLO ", 5);
	free(heard);
	waypeer_stop(w);
}

static void test_header_behind_a_socks_proxy(void **state)
{
	static const char line[] = "PROXY TCP4 203.0.113.9 192.0.2.1 1234 "
		"25\r\n";
	static const struct way_step steps[] = { METHOD_OK, REPLY("\0"),
		{ WAY_READ, sizeof line - 1, NULL }, { WAY_SMTP, 0, NULL } };
	struct waypeer *w;
	struct plan *p = plan_socks(&w, "192.0.2.1:25", steps);
	char *heard;
	size_t len;

	(void)state;
	p->way.proxy_header = 1;
	p->way.proxy_from = xstrdup("203.0.113.9:1234");
	assert_int_equal(run(p), 0);
	heard = waypeer_heard(w, &len);
	assert_memory_equal(heard + 13, line, sizeof line - 1);
	free(heard);
	waypeer_stop(w);
}

static void test_header_of_no_address_is_not_sent(void **state)
{
	static const struct way_step steps[] = { { WAY_SILENT, 0, NULL } };
	struct waypeer *w;
	struct plan *p = plan_header(&w, 1, steps);

	(void)state;
	free(p->way.proxy_from);
	p->way.proxy_from = xstrdup("example.org");
	assert_int_equal(run(p), 70);
	failure(PHASE_CONNECT, FAIL_LOCAL);
	waypeer_stop(w);
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	enum { ROWS = sizeof socks_rows / sizeof *socks_rows };
	static const struct CMUnitTest tests[] = {
		EACH(test_socks_connects_to_ipv4),
		EACH(test_socks_connects_to_ipv6_in_drips),
		EACH(test_socks_leaves_the_servers_bytes_alone),
		EACH(test_socks_proxy_that_is_down),
		cmocka_unit_test(test_header_bytes_are_exact),
		EACH(test_header_comes_first_and_is_told),
		EACH(test_header_hides_no_early_reply),
		EACH(test_header_v2_with_the_real_addresses),
		EACH(test_header_behind_a_socks_proxy),
		EACH(test_header_of_no_address_is_not_sent),
	};
	struct CMUnitTest rows[ROWS];

	for (size_t i = 0; i < ROWS; i++)
		rows[i] = (struct CMUnitTest){ socks_rows[i].name,
			test_socks_row, set_up, tear_down,
			(void *)&socks_rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL) +
	       cmocka_run_group_tests_name("socks", rows, NULL, NULL);
}
