/* policy.c against an HTTPS server that answers well, badly or not at all. */
#include "config.h"

#include "net/policy.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/sts_policy.h"
#include "httpsd.h"
#include "util/buf.h"
#include "util/xalloc.h"

#define DOMAIN "example.org"
#define HOST "mta-sts." DOMAIN
#define POLICY "version: STSv1\nmode: enforce\nmx: mx.example.org\n" \
	"max_age: 604800\n"
#define PLAIN "Content-Type: text/plain\r\n"
#define OK(head) "HTTP/1.1 200 OK\r\nConnection: close\r\n" head "\r\n"

enum { SHORT_MS = 300 }; /* what waits for the end of a deadline */

static struct loop *loop;

/* What came, as a line: "200 text/plain 64", "0 certificate". */
static void on_done(void *arg, const struct sts_fetch *got)
{
	struct buf *out = arg;

	assert_true(got->done);
	assert_true(got->available);
	assert_non_null(got->body);
	assert_int_equal(out->len, 0);
	buf_addf(out, "%d", got->status);
	if (*got->type)
		buf_addf(out, " %s", got->type);
	if (*got->location)
		buf_addf(out, " to %s", got->location);
	if (got->tls_failed)
		buf_adds(out, " certificate");
	else if (got->timed_out)
		buf_adds(out, " timeout");
	else if (got->is_private)
		buf_adds(out, " private");
	else if (got->cut)
		buf_adds(out, " cut");
	else if (*got->error)
		buf_adds(out, " error");
	if (got->body_len)
		buf_addf(out, " %zu", got->body_len);
	assert_true(*got->error || (!got->tls_failed && !got->timed_out));
	loop_stop(loop);
}

static struct policy_fetch *start(const struct policy_config *cfg,
                                  struct buf *out)
{
	const struct policy_calls calls = { on_done, out };

	return policy_start(loop, DOMAIN, cfg, &calls);
}

struct way {
	const char *addresses[1];
	struct redirect redirect;
	struct policy_config cfg;
};

static void way_to(struct way *w, const struct httpsd *d, uint32_t total_ms)
{
	*w = (struct way){ .addresses = { "192.0.2.1" },
		.redirect = { .address = "192.0.2.1", .port = 443,
		              .to_port = httpsd_port(d) } };
	w->cfg = (struct policy_config){ .addresses = w->addresses,
		.n_addresses = 1, .redirects = &w->redirect,
		.n_redirects = 1, .trust_pem = httpsd_authority(d),
		.total_ms = total_ms };
}

static void fetch(const struct httpsd_answer *a, uint32_t total_ms,
                  struct buf *out)
{
	struct httpsd *d = httpsd_start(HOST, a);
	struct policy_fetch *p;
	struct way w;

	way_to(&w, d, total_ms);
	p = start(&w.cfg, out);
	assert_int_equal(out->len, 0);
	loop_run(loop);
	policy_free(p);
	httpsd_stop(d);
}

struct policy_case {
	const char *what;
	struct httpsd_answer answer;
	const char *want;
	uint32_t total_ms;
};

static void check(const struct policy_case *c, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct buf got = { 0 };

		fetch(&c[i].answer, c[i].total_ms, &got);
		if (strcmp(buf_str(&got), c[i].want) != 0)
			print_error("%s\n  want %s\n  got  %s\n", c[i].what,
			            c[i].want, buf_str(&got));
		assert_string_equal(buf_str(&got), c[i].want);
		buf_clear(&got);
	}
}

/* Without a length, with one, in chunks. */
static void test_policy_that_is_there_is_fetched(void **state)
{
	static const struct policy_case cases[] = {
	{ "up to the end", { .octets = OK(PLAIN) POLICY },
	  "200 text/plain 64", 0 },
	{ "with a length",
	  { .octets = OK(PLAIN "Content-Length: 64\r\n") POLICY },
	  "200 text/plain 64", 0 },
	{ "in chunks",
	  { .octets = OK(PLAIN "Transfer-Encoding: chunked\r\n")
	    "f\r\nversion: STSv1\n\r\n0\r\n\r\n" }, "200 text/plain 15", 0 },
	{ "a length, and the connection stays",
	  { .octets = OK(PLAIN "Content-Length: 64\r\n") POLICY,
	    .then = THEN_WAIT }, "200 text/plain 64", 0 },
	{ "HTTP/1.0, without a type", { .octets = "HTTP/1.0 200 OK\r\n\r\nx" },
	  "200 1", 0 },
	{ "nothing in it", { .octets = OK(PLAIN) }, "200 text/plain", 0 },
	};

	(void)state;
	check(cases, sizeof cases / sizeof *cases);
}

static void test_d32_status_and_type_are_told(void **state)
{
	static const struct policy_case cases[] = {
	{ "404 with a valid body",
	  { .octets = "HTTP/1.1 404 Not Found\r\n" PLAIN "\r\n" POLICY },
	  "404 text/plain 64", 0 },
	{ "301 is not followed",
	  { .octets = "HTTP/1.1 301 Moved Permanently\r\nContent-Length: 0\r\n"
	    "Location: https://other.example.org/x\r\n\r\n" },
	  "301 to https://other.example.org/x", 0 },
	{ "text/html", { .octets = OK("Content-Type: text/html\r\n") POLICY },
	  "200 text/html 64", 0 },
	{ "a parameter",
	  { .octets = OK("Content-Type: text/plain; charset=utf-8\r\n")
	    POLICY }, "200 text/plain; charset=utf-8 64", 0 },
	};

	(void)state;
	check(cases, sizeof cases / sizeof *cases);
}

/* A policy of 64 KiB is read; one octet more, and it is cut. */
static void test_d32_policy_of_64_kib_and_one_more(void **state)
{
	(void)state;
	for (size_t more = 0; more < 2; more++)
		for (int chunked = 0; chunked < 2; chunked++) {
			size_t len = STS_POLICY_MAX + more;
			struct buf text = { 0 }, got = { 0 };
			struct httpsd_answer a = { .then = THEN_CLOSE };

			buf_adds(&text, OK(PLAIN));
			text.len -= 2;
			if (chunked)
				buf_addf(&text, "Transfer-Encoding: chunked"
				         "\r\n\r\n%zx\r\n", len);
			else
				buf_addf(&text, "Content-Length: %zu\r\n\r\n",
				         len);
			for (size_t i = 0; i < len; i++)
				buf_addc(&text, 'x');
			buf_adds(&text, chunked ? "\r\n0\r\n\r\n" : "");
			a.octets = buf_str(&text);
			fetch(&a, 0, &got);
			assert_string_equal(buf_str(&got),
			                    !more ? "200 text/plain 65536" :
			                    chunked ? "200 text/plain cut 65536"
			                            : "200 text/plain cut");
			buf_clear(&text);
			buf_clear(&got);
		}
}

static void test_d32_policy_that_never_ends_is_cut(void **state)
{
	static const struct policy_case cases[] = {
	{ "a body without a length",
	  { .octets = OK(PLAIN) POLICY, .then = THEN_REPEAT_TAIL },
	  "200 text/plain cut 65536", 0 },
	{ "chunks",
	  { .octets = OK(PLAIN "Transfer-Encoding: chunked\r\n")
	    "8\r\nmx: a.b\n\r\n", .then = THEN_REPEAT_TAIL },
	  "200 text/plain cut 65536", 0 },
	{ "a header line after the other",
	  { .octets = "HTTP/1.1 200 OK\r\nX-Header: of some length\r\n"
	    "HTTP: 1\r\n", .then = THEN_REPEAT }, "200 error", 0 },
	{ "interim answers",
	  { .octets = "HTTP/1.1 103 Early Hints\r\nX: 1\r\n\r\n",
	    .then = THEN_REPEAT }, "103 error", 0 },
	};

	(void)state;
	check(cases, sizeof cases / sizeof *cases);
}

static void test_d32_what_is_not_whole_is_an_error(void **state)
{
	static const struct policy_case cases[] = {
	{ "cut in the middle of a known length",
	  { .octets = OK(PLAIN "Content-Length: 100\r\n") POLICY,
	    .then = THEN_CUT }, "200 text/plain error 64", 0 },
	{ "closed properly, but too early",
	  { .octets = OK(PLAIN "Content-Length: 100\r\n") POLICY },
	  "200 text/plain error 64", 0 },
	{ "cut in the middle of a chunk",
	  { .octets = OK(PLAIN "Transfer-Encoding: chunked\r\n")
	    "ff\r\nversion", .then = THEN_CUT },
	  "200 text/plain error 7", 0 },
	{ "closed without an answer", { .octets = "" }, "0 error", 0 },
	{ "no HTTP", { .octets = "220 mail.example.org ESMTP\r\n" },
	  "0 error", 0 },
	{ "a header that is cut",
	  { .octets = "HTTP/1.1 200 OK\r\nContent-Ty", .then = THEN_CUT },
	  "200 error", 0 },
	};

	(void)state;
	check(cases, sizeof cases / sizeof *cases);
}

static void test_d32_answer_that_does_not_come_ends_in_time(void **state)
{
	static const struct policy_case cases[] = {
	{ "nothing", { .octets = "", .then = THEN_WAIT }, "0 timeout",
	  SHORT_MS },
	{ "half a header",
	  { .octets = "HTTP/1.1 200 OK\r\n", .then = THEN_WAIT },
	  "200 timeout", SHORT_MS },
	{ "half a policy",
	  { .octets = OK(PLAIN "Content-Length: 100\r\n") POLICY,
	    .then = THEN_WAIT }, "200 text/plain timeout 64", SHORT_MS },
	};

	(void)state;
	check(cases, sizeof cases / sizeof *cases);
}

static void test_d33_certificate_that_is_not_right_is_told(void **state)
{
	static const struct policy_case cases[] = {
	{ "expired", { .octets = OK(PLAIN) POLICY, .cert = CERT_EXPIRED },
	  "0 certificate", 0 },
	{ "not valid yet", { .octets = OK(PLAIN) POLICY, .cert = CERT_EARLY },
	  "0 certificate", 0 },
	{ "for another name",
	  { .octets = OK(PLAIN) POLICY, .cert = CERT_WRONG_NAME },
	  "0 certificate", 0 },
	{ "of nobody that is known",
	  { .octets = OK(PLAIN) POLICY, .cert = CERT_STRANGER },
	  "0 certificate", 0 },
	};

	(void)state;
	check(cases, sizeof cases / sizeof *cases);
}

static void test_request_is_as_rfc_8461_wants_it(void **state)
{
	static const struct httpsd_answer a = { .octets = OK(PLAIN) POLICY };
	struct httpsd *d = httpsd_start(HOST, &a);
	struct policy_fetch *p;
	char request[1024];
	struct buf got = { 0 };
	struct way w;

	(void)state;
	/* a proxy of the environment is not used */
	setenv("https_proxy", "http://127.0.0.1:1", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	way_to(&w, d, 0);
	p = start(&w.cfg, &got);
	loop_run(loop);
	unsetenv("https_proxy");
	unsetenv("ALL_PROXY");
	assert_string_equal(buf_str(&got), "200 text/plain 64");
	assert_true(httpsd_request(d, request, sizeof request));
	assert_string_equal(request,
	                    "GET /.well-known/mta-sts.txt HTTP/1.1\r\n"
	                    "Host: mta-sts.example.org\r\n"
	                    "User-Agent: smtpscope/" PACKAGE_VERSION "\r\n"
	                    "Accept: */*\r\n\r\n");
	policy_free(p);
	buf_clear(&got);
	httpsd_stop(d);
}

/* Before it begins, at any moment of it, and after its end. */
static void test_fetch_is_cancelled_at_any_time(void **state)
{
	static const struct httpsd_answer a = { .octets = OK(PLAIN) POLICY,
		.then = THEN_REPEAT_TAIL };
	struct httpsd *d = httpsd_start(HOST, &a);
	struct loop_timer *stop = loop_timer_new(loop,
	                                         (void (*)(void *))loop_stop,
	                                         loop);

	(void)state;
	for (int us = -1; us < 20000; us = us < 0 ? 0 : us * 2 + 100) {
		struct buf got = { 0 };
		struct policy_fetch *p;
		struct way w;

		way_to(&w, d, 0);
		p = start(&w.cfg, &got);
		if (us >= 0) {
			loop_timer_at(stop, loop_now_us() + us);
			loop_run(loop);
		}
		policy_free(p);
		buf_clear(&got);
	}
	loop_timer_free(stop);
	httpsd_stop(d);
}

static void free_it(void *arg, const struct sts_fetch *got)
{
	struct policy_fetch **p = arg;

	assert_int_equal(got->status, 200);
	policy_free(*p);
	loop_stop(loop);
}

static void test_done_may_free_the_fetch(void **state)
{
	static const struct httpsd_answer a = { .octets = OK(PLAIN) POLICY };
	struct httpsd *d = httpsd_start(HOST, &a);
	struct policy_fetch *p;
	const struct policy_calls calls = { free_it, &p };
	struct way w;

	(void)state;
	way_to(&w, d, 0);
	p = policy_start(loop, DOMAIN, &w.cfg, &calls);
	loop_run(loop);
	httpsd_stop(d);
}

/* Nothing of the net is asked: an address of a private net, none, a domain
 * that would make another URL. */
static void test_fetch_that_may_not_be_made_says_so(void **state)
{
	static const char *const private[] = { "10.0.0.1", "::1" };
	static const char *const here[] = { "127.0.0.1", "::1" };
	struct policy_config cfg = { .addresses = private, .n_addresses = 2 };
	static const char *const bad[] = { "", "a.org/x", "u@a.org", "a.org:1",
		"a.org?", "a.org#", "a b", "\xc3\xa4.org", "a.org\r\n" };
	struct buf got = { 0 };
	const struct policy_calls calls = { on_done, &got };
	struct policy_fetch *p = start(&cfg, &got);

	(void)state;
	loop_run(loop);
	assert_string_equal(buf_str(&got), "0 private");
	policy_free(p);
	buf_clear(&got);

	/* where it may be made, those are the addresses: nobody is there */
	cfg.addresses = here;
	cfg.allow_private = true;
	p = start(&cfg, &got);
	loop_run(loop);
	assert_string_equal(buf_str(&got), "0 error");
	policy_free(p);
	buf_clear(&got);

	cfg.n_addresses = 0;
	p = start(&cfg, &got);
	loop_run(loop);
	assert_string_equal(buf_str(&got), "0 error");
	policy_free(p);
	buf_clear(&got);

	cfg.n_addresses = 2;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		p = policy_start(loop, bad[i], &cfg, &calls);
		loop_run(loop);
		assert_string_equal(buf_str(&got), "0 error");
		policy_free(p);
		buf_clear(&got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_policy_that_is_there_is_fetched),
		cmocka_unit_test(test_d32_status_and_type_are_told),
		cmocka_unit_test(test_d32_policy_of_64_kib_and_one_more),
		cmocka_unit_test(test_d32_policy_that_never_ends_is_cut),
		cmocka_unit_test(test_d32_what_is_not_whole_is_an_error),
		cmocka_unit_test(
		    test_d32_answer_that_does_not_come_ends_in_time),
		cmocka_unit_test(
		    test_d33_certificate_that_is_not_right_is_told),
		cmocka_unit_test(test_request_is_as_rfc_8461_wants_it),
		cmocka_unit_test(test_fetch_is_cancelled_at_any_time),
		cmocka_unit_test(test_done_may_free_the_fetch),
		cmocka_unit_test(test_fetch_that_may_not_be_made_says_so),
	};
	int failed;

	signal(SIGPIPE, SIG_IGN); /* the worker blocks all signals */
	loop = loop_new();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	loop_free(loop);
	return failed;
}
