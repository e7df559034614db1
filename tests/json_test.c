/* json: every kind of event to a line and back, hostile bytes, bounds. */
#include "config.h"

#include "record/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "core/escape.h"
#include "util/base64.h"
#include "record/scan.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#define LEN(a) (sizeof(a) / sizeof *(a))

static char *say(const struct event *e, enum json_say what, uint32_t item)
{
	return xasprintf("said %d of %s %u", (int)what,
	                 event_kind_name(e->kind), item);
}
static const struct json_voice voice = { .say = say, .wire = true };

static char *line_of(const struct event *e, const struct json_voice *v)
{
	struct buf b = { 0 };

	json_write(&b, e, v);
	buf_str(&b);
	return buf_steal(&b);
}

static enum json_result read_line(const char *line, struct event **e,
                                  char *error, size_t size)
{
	struct json_reader *r = json_reader_new();
	size_t len = strlen(line);
	enum json_result result;

	if (len && line[len - 1] == '\n')
		len--;
	result = json_read(r, line, len, e);
	if (result == JSON_ERROR && error)
		snprintf(error, size, "%s", json_error(r));
	json_reader_free(r);
	return result;
}

/* Written, read and written again: the same line. Returns the event read. */
static struct event *round_trip(struct event *e)
{
	char *first = line_of(e, &voice), *second;
	struct event *back = NULL;
	json_error_t why;
	json_t *tree;

	tree = json_loads(first, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES,
	                  &why);
	if (!tree)
		fail_msg("another reader says: %s", why.text);
	json_decref(tree);
	assert_int_equal(read_line(first, &back, NULL, 0), JSON_EVENT);
	second = line_of(back, &voice);
	assert_string_equal(first, second);
	assert_int_equal(back->kind, e->kind);
	assert_int_equal(back->t_us, e->t_us);
	free(first);
	free(second);
	free(e);
	return back;
}

static void common(struct event_builder *b, enum event_kind kind)
{
	event_begin(b, kind);
	b->e.n = 17;
	b->e.session = 3;
	b->e.t_us = 1234567891;
	b->e.target = event_puts(b, "user@example.org");
}

static void test_start_round_trip(void **state)
{
	struct event_builder b;
	struct event *e;

	(void)state;
	common(&b, EV_START);
	b.e.u.start.program = event_puts(&b, "smtpscope");
	b.e.u.start.version = event_puts(&b, "0.1.0");
	b.e.u.start.time = event_puts(&b, "2026-01-02T10:41:02Z");
	b.e.u.start.options = event_puts(&b, "-t \"a\\b\"");
	b.e.u.start.lang = event_puts(&b, "de");
	e = round_trip(event_finish(&b));
	assert_string_equal(event_text(e, e->u.start.options), "-t \"a\\b\"");
	assert_int_equal(e->n, 17);
	assert_int_equal(e->session, 3);
	free(e);
}

static void test_dns_round_trip(void **state)
{
	struct event_builder b;
	struct ev_rr rr[2] = { 0 };
	struct event *e;

	(void)state;
	common(&b, EV_DNS);
	b.e.u.dns.name = event_puts(&b, "example.org.");
	b.e.u.dns.server = event_puts(&b, "192.0.2.53:53");
	b.e.u.dns.wire = event_put(&b, "\0\1\377", 3);
	b.e.u.dns.type = 15;
	b.e.u.dns.us = 12345;
	b.e.u.dns.status = DNS_NOERROR;
	b.e.u.dns.ad = true;
	rr[0] = (struct ev_rr){ .ttl = UINT32_MAX, .type = 15 };
	rr[0].name = event_puts(&b, "example.org.");
	rr[0].data = event_puts(&b, "10 mx1.example.org.");
	rr[1] = (struct ev_rr){ .ttl = 0, .type = 65280 };
	rr[1].data = event_puts(&b, "\\# 1 00");
	b.e.u.dns.answers = event_put_array(&b, rr, sizeof *rr, 2);
	e = round_trip(event_finish(&b));
	assert_int_equal(e->u.dns.answers.len, 2);
	assert_int_equal(event_rr(e, 0)->ttl, UINT32_MAX);
	assert_int_equal(event_rr(e, 1)->type, 65280);
	assert_string_equal(event_text(e, event_rr(e, 0)->data),
	                    "10 mx1.example.org.");
	assert_int_equal(e->u.dns.us, 12345);
	assert_int_equal(e->u.dns.wire.len, 3);
	assert_true(e->u.dns.ad);
	free(e);
}

static void test_route_round_trip(void **state)
{
	static const char *const addresses[] = { "192.0.2.25", "2001:db8::25" };
	struct event_builder b;
	struct ev_host h[2] = { 0 };
	struct event *e;

	(void)state;
	common(&b, EV_ROUTE);
	b.e.u.route.domain = event_puts(&b, "example.org");
	b.e.u.route.kind = ROUTE_MX;
	h[0].preference = 10;
	h[0].host = event_puts(&b, "mx1.example.org");
	h[0].addresses = event_put_texts(&b, addresses, 2);
	h[1].preference = 65535;
	h[1].unusable = true;
	h[1].host = event_puts(&b, "mx2.example.org");
	h[1].why = event_puts(&b, "mx-nxdomain");
	b.e.u.route.hosts = event_put_array(&b, h, sizeof *h, 2);
	e = round_trip(event_finish(&b));
	assert_int_equal(e->u.route.hosts.len, 2);
	assert_string_equal(event_item_text(e, event_host(e, 0)->addresses, 1),
	                    "2001:db8::25");
	assert_true(event_host(e, 1)->unusable);
	assert_string_equal(event_text(e, event_host(e, 1)->why),
	                    "mx-nxdomain");
	free(e);
}

static void test_connection_events_round_trip(void **state)
{
	struct event_builder b;
	struct event *e;

	(void)state;
	common(&b, EV_CONNECTED);
	b.e.u.connect.host = event_puts(&b, "mx1.example.org");
	b.e.u.connect.address = event_puts(&b, "192.0.2.25");
	b.e.u.connect.via = event_puts(&b, "127.0.0.1:40025");
	b.e.u.connect.port = 25;
	b.e.u.connect.us = UINT32_MAX;
	e = round_trip(event_finish(&b));
	assert_int_equal(e->u.connect.us, UINT32_MAX);
	free(e);

	common(&b, EV_FAILED);
	b.e.u.failed.detail = event_puts(&b, "Connection refused");
	b.e.u.failed.phase = PHASE_CONNECT;
	b.e.u.failed.kind = FAIL_REFUSED;
	e = round_trip(event_finish(&b));
	assert_int_equal(e->u.failed.kind, FAIL_REFUSED);
	free(e);

	common(&b, EV_CLOSED);
	b.e.u.closed.by_server = true;
	e = round_trip(event_finish(&b));
	assert_true(e->u.closed.by_server);
	assert_false(e->u.closed.clean);
	free(e);
}

static void test_dialog_events_round_trip(void **state)
{
	struct event_builder b;
	struct event *e;

	(void)state;
	common(&b, EV_SENT);
	b.e.u.sent.line = event_puts(&b, "AUTH PLAIN ****");
	b.e.u.sent.verb = event_puts(&b, "AUTH");
	b.e.u.sent.bytes = 40;
	b.e.u.sent.secret = true;
	e = round_trip(event_finish(&b));
	assert_true(e->u.sent.secret);
	free(e);

	common(&b, EV_BYTES);
	b.e.u.bytes.data = event_put(&b, "25\0x", 4);
	b.e.u.bytes.count = 70000;
	b.e.u.bytes.why = BYTES_OVERLONG;
	b.e.u.bytes.from_server = true;
	e = round_trip(event_finish(&b));
	assert_memory_equal(event_text(e, e->u.bytes.data), "25\0x", 4);
	assert_true(e->u.bytes.from_server);
	free(e);

	common(&b, EV_MESSAGE);
	b.e.u.message.sha256 = event_puts(&b, "00ff");
	b.e.u.message.bytes = 1000;
	b.e.u.message.stuffed = 2;
	free(round_trip(event_finish(&b)));

	common(&b, EV_STATE);
	b.e.u.state.rule = event_puts(&b, "mail-ok");
	b.e.u.state.from = ST_READY;
	b.e.u.state.to = ST_MAIL;
	e = round_trip(event_finish(&b));
	assert_int_equal(e->u.state.to, ST_MAIL);
	free(e);
}

static void test_judgement_events_round_trip(void **state)
{
	static const char *const args[] = { "one", "", "a\xffz" };
	struct event_builder b;
	struct event *e;

	(void)state;
	common(&b, EV_FINDING);
	b.e.u.finding.id = event_puts(&b, "no-such-finding");
	b.e.u.finding.args = event_put_texts(&b, args, 3);
	b.e.u.finding.evidence = event_put(&b, "\x1b[2J\0", 5);
	b.e.u.finding.about = 9;
	b.e.u.finding.caret = -1;
	b.e.u.finding.level = LEVEL_WARN;
	e = round_trip(event_finish(&b));
	assert_int_equal(e->u.finding.args.len, 3);
	assert_string_equal(event_item_text(e, e->u.finding.args, 1), "");
	assert_string_equal(event_item_text(e, e->u.finding.args, 2),
	                    "a\xffz");
	assert_int_equal(e->u.finding.evidence.len, 5);
	assert_int_equal(e->u.finding.caret, -1);
	free(e);

	common(&b, EV_VERDICT);
	b.e.u.verdict.rule = event_puts(&b, "rcpt-refused");
	b.e.u.verdict.exit = 67;
	b.e.u.verdict.outcome = OUT_REFUSED;
	b.e.u.verdict.act = ACT_RECIPIENT;
	b.e.u.verdict.confidence = CONF_LIKELY;
	b.e.u.verdict.because = event_puts(&b, "wording:w-spf");
	b.e.u.verdict.words = event_puts(&b, "SPF \"fail\"");
	b.e.u.verdict.supports = event_put_texts(&b, args, 1);
	b.e.u.verdict.opposes = event_put_texts(&b, args, 2);
	b.e.u.verdict.contradictions = event_put_texts(&b, args, 0);
	b.e.u.verdict.mta = event_puts(&b, "BOUNCE_RCPT");
	e = round_trip(event_finish(&b));
	assert_int_equal(e->u.verdict.recipient.len, 0);
	assert_int_equal(e->u.verdict.act, ACT_RECIPIENT);
	assert_string_equal(event_text(e, e->u.verdict.because),
	                    "wording:w-spf");
	assert_string_equal(event_text(e, e->u.verdict.words),
	                    "SPF \"fail\"");
	assert_int_equal(e->u.verdict.supports.len, 1);
	assert_int_equal(e->u.verdict.opposes.len, 2);
	assert_int_equal(e->u.verdict.contradictions.len, 0);
	assert_string_equal(event_text(e, e->u.verdict.mta), "BOUNCE_RCPT");
	free(e);

	common(&b, EV_END);
	b.e.u.end.sessions = 2;
	b.e.u.end.refused = 1;
	b.e.u.end.exit = 69;
	e = round_trip(event_finish(&b));
	assert_int_equal(e->u.end.exit, 69);
	free(e);
}

static void begin_reply(struct event_builder *b)
{
	common(b, EV_REPLY);
	b->e.u.reply.to = EV_UNASKED;
	b->e.u.reply.code = 421;
	b->e.u.reply.us = 412;
}

static void put_lines(struct event_builder *b, const char *const *lines,
                      size_t n)
{
	b->e.u.reply.lines = event_put_texts(b, lines, n);
}

static void test_reply_with_raw_round_trips(void **state)
{
	static const char *const lines[] = { "421-one", "421 two" };
	struct event_builder b;
	struct event *e;

	(void)state;
	begin_reply(&b);
	put_lines(&b, lines, 2);
	b.e.u.reply.enhanced = event_puts(&b, "4.3.2");
	b.e.u.reply.raw = event_puts(&b, "421-one\n421 two\r\n");
	e = round_trip(event_finish(&b));
	assert_int_equal(e->u.reply.to, EV_UNASKED);
	assert_int_equal(e->u.reply.raw.len, 17);
	assert_string_equal(event_item_text(e, e->u.reply.lines, 1), "421 two");
	free(e);
}

static void test_reply_with_ff_gets_raw_and_keeps_its_bytes(void **state)
{
	static const char *const lines[] = { "421-gr\xfc\xdf\xff", "421 two" };
	static const char wanted[] = "421-gr\xfc\xdf\xff\r\n421 two\r\n";
	struct event_builder b;
	struct buf raw = { 0 };
	struct event *e;
	json_t *tree;
	char *line;

	(void)state;
	begin_reply(&b);
	put_lines(&b, lines, 2);
	e = event_finish(&b);
	line = line_of(e, NULL);
	tree = json_loads(line, 0, NULL);
	assert_non_null(tree);
	base64_encode(&raw, wanted, sizeof wanted - 1);
	assert_string_equal(json_string_value(json_object_get(tree, "raw")),
	                    buf_str(&raw));
	json_decref(tree);
	buf_clear(&raw);
	free(line);
	e = round_trip(e);
	assert_string_equal(event_item_text(e, e->u.reply.lines, 0), lines[0]);
	assert_int_equal(e->u.reply.raw.len, 0);
	free(e);
}

/* What a terminal would obey or hide is nowhere in it as it is. */
static void assert_harmless(const char *line)
{
	size_t len = strlen(line) - 1; /* the line's own end */
	uint32_t cp;

	for (size_t i = 0, used; i < len; i += used) {
		used = utf8_decode(line + i, len - i, &cp);
		assert_true(used > 0 && char_columns(cp) >= 0);
	}
}

static void test_texts_with_hostile_bytes_round_trip(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} texts[] = {
		{ "\0", 1 }, { "\x1b]0;x\a", 6 }, { "\r\n{\"v\":1}", 9 },
		{ "\"\\\x7f", 3 }, { "\xc0\x80", 2 }, { "\xed\xa0\x80", 3 },
		{ "\xf4\x90\x80\x80", 4 }, { "\xe2\x80\xae" "abc", 6 },
		{ "\xef\xbf\xbd", 3 }, { "\xef\xbf\xbd\xff", 4 },
		{ "\xf0\x9f\x92\xa9", 4 }, { "\x80", 1 }, { "gr\xc3", 3 },
		{ "\xc2\x9b" "2J", 4 }, { "\xf3\xa0\x81\x81", 4 },
	};

	(void)state;
	for (size_t i = 0; i < LEN(texts); i++) {
		struct event_builder b;
		struct event *e;
		char *line;

		common(&b, EV_SENT);
		b.e.u.sent.line = event_put(&b, texts[i].bytes, texts[i].len);
		e = event_finish(&b);
		line = line_of(e, NULL);
		assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
		assert_harmless(line);
		free(line);
		e = round_trip(e);
		assert_int_equal(e->u.sent.line.len, texts[i].len);
		assert_memory_equal(event_text(e, e->u.sent.line),
		                    texts[i].bytes, texts[i].len);
		free(e);
	}
}

#define HEAD "{\"v\":1,\"t\":0.5,\"n\":1,\"session\":0,\"target\":\"x\","

static void test_prompt_and_ask_are_never_written(void **state)
{
	struct event_builder b;

	(void)state;
	for (int kind = EV_PROMPT; kind <= EV_ASK; kind++) {
		struct event *e;
		char *line;

		event_begin(&b, (enum event_kind)kind);
		e = event_finish(&b);
		line = line_of(e, NULL);
		assert_string_equal(line, "");
		free(line);
		free(e);
	}
}

static void test_said_sentences_are_in_the_line(void **state)
{
	struct event_builder b;
	struct event *e;
	json_t *tree;
	char *line;

	(void)state;
	common(&b, EV_VERDICT);
	e = event_finish(&b);
	line = line_of(e, &voice);
	tree = json_loads(line, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(tree, "next")),
	                    "said 1 of verdict 0");
	assert_string_equal(
	    json_string_value(json_object_get(tree, "mta_text")),
	    "said 4 of verdict 0");
	assert_true(json_is_null(json_object_get(tree, "recipient")));
	json_decref(tree);
	free(line);
	free(e);
}


static void test_read_refuses_what_is_no_recording(void **state)
{
	static const struct {
		const char *line, *why;
	} cases[] = {
		{ "", "too early" },
		{ "hello", "not a JSON value" },
		{ "[]", "object" },
		{ "{}", "\"v\"" },
		{ "{\"v\":2,\"t\":0,\"event\":\"end\"}", "\"v\"" },
		{ "{\"v\":1,\"event\":\"end\"}", "\"t\"" },
		{ "{\"v\":1,\"t\":-1,\"event\":\"end\"}", "\"t\"" },
		{ "{\"v\":1,\"t\":0}", "\"event\"" },
		{ "{\"v\":1,\"t\":0,\"event\":7}", "\"event\"" },
		{ HEAD "\"event\":\"end\"} x", "behind" },
		{ HEAD "\"event\":\"end\",}", "quotes" },
		{ HEAD "\"event\":\"end\" \"a\":1}", "comma" },
		{ HEAD "\"event\":\"end", "without its end" },
		{ HEAD "\"event\":\"e\\x\"}", "escape" },
		{ HEAD "\"event\":\"\\u12g4\"}", "hex" },
		{ HEAD "\"event\":\"\xff\"}", "UTF-8" },
		{ HEAD "\"event\":\"\x01\"}", "control" },
		{ HEAD "\"event\":\"end\",\"exit\":256}", "0 to 255" },
		{ HEAD "\"event\":\"end\",\"exit\":1.5}", "whole number" },
		{ HEAD "\"event\":\"end\",\"exit\":01}", "not a number" },
		{ HEAD "\"event\":\"end\",\"sessions\":4294967296}",
		  "whole number" },
		{ HEAD "\"event\":\"reply\",\"code\":\"250\"}", "\"code\"" },
		{ HEAD "\"event\":\"reply\",\"code\":65536}", "\"code\"" },
		{ HEAD "\"event\":\"reply\",\"lines\":\"250 ok\"}", "list" },
		{ HEAD "\"event\":\"reply\",\"lines\":[7]}", "\"lines\"" },
		{ HEAD "\"event\":\"reply\",\"raw\":\"A\"}", "base64" },
		{ HEAD "\"event\":\"reply\",\"raw\":\"A===\"}", "base64" },
		{ HEAD "\"event\":\"reply\",\"ms\":-4}", "millisec" },
		{ HEAD "\"event\":\"state\",\"from\":\"nowhere\"}",
		  "\"from\"" },
		{ HEAD "\"event\":\"bytes\",\"dir\":\"up\"}", "\"dir\"" },
		{ HEAD "\"event\":\"dns\",\"type\":\"\"}", "\"type\"" },
		{ HEAD "\"event\":\"dns\",\"ad\":1}", "\"ad\"" },
		{ HEAD "\"event\":\"dns\",\"answers\":[1]}", "objects" },
		{ HEAD "\"event\":\"route\",\"hosts\":{}}", "\"hosts\"" },
		{ HEAD "\"event\":\"route\",\"hosts\":[{\"preference\":-1}]}",
		  "\"preference\"" },
		{ HEAD "\"a\":[[[[[[[[1]]]]]]]],\"event\":\"end\"}", "deep" },
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct event *e = NULL;
		char error[256] = "";

		if (read_line(cases[i].line, &e, error, sizeof error) !=
		    JSON_ERROR)
			fail_msg("accepted: %s", cases[i].line);
		if (!strstr(error, cases[i].why))
			fail_msg("%s: said \"%s\", not \"%s\"", cases[i].line,
			         error, cases[i].why);
	}
}

static void test_read_takes_what_it_need_not_know(void **state)
{
	static const char *const lines[] = {
		HEAD "\"event\":\"end\",\"exit\":7,\"new\":[{\"a\":null}]}",
		"{\"event\":\"end\", \"exit\" : 7 ,\t\"t\":0,\"v\":1}",
		"{\"v\":1,\"t\":1.25e1,\"event\":\"end\",\"exit\":7}",
		"{\"v\":1,\"t\":0,\"event\":\"\\u0065nd\",\"exit\":7}",
	};
	struct event *e = NULL;

	(void)state;
	for (size_t i = 0; i < LEN(lines); i++) {
		assert_int_equal(read_line(lines[i], &e, NULL, 0), JSON_EVENT);
		assert_int_equal(e->u.end.exit, 7);
		free(e);
	}
	assert_int_equal(read_line(HEAD "\"event\":\"sparkle\"}", &e, NULL,
	                           0),
	                 JSON_UNKNOWN);
	assert_int_equal(read_line(HEAD "\"event\":\"prompt\"}", &e, NULL, 0),
	                 JSON_UNKNOWN);
}

static void test_read_line_over_the_limit_is_refused(void **state)
{
	size_t size = JSON_LINE_MAX + 2;
	char *line = xmalloc(size), error[256] = "";
	struct event *e = NULL;

	(void)state;
	memset(line, ' ', size);
	line[size - 1] = '\0';
	line[0] = '{';
	assert_int_equal(read_line(line, &e, error, sizeof error), JSON_ERROR);
	assert_non_null(strstr(error, "8 MiB"));
	free(line);
}

/* Whatever prefix of a good line: an error, never a crash, never an event. */
static void test_read_every_prefix_is_an_error(void **state)
{
	static const char *const lines[] = { "421-gr\xfc", "421 \\\"two" };
	struct event_builder b;
	struct event *e, *none = NULL;
	char *line;

	(void)state;
	begin_reply(&b);
	put_lines(&b, lines, 2);
	e = event_finish(&b);
	line = line_of(e, &voice);
	for (size_t len = strlen(line) - 2; len > 0; len--) {
		line[len] = '\0';
		assert_int_equal(read_line(line, &none, NULL, 0), JSON_ERROR);
	}
	free(line);
	free(e);
}

static void test_strings_surrogates_become_one_character(void **state)
{
	struct event *e = NULL;

	(void)state;
	assert_int_equal(read_line(HEAD "\"event\":\"sent\",\"line\":"
	                           "\"\\ud83d\\udca9\\ud83d\\n\"}", &e,
	                           NULL, 0), JSON_EVENT);
	assert_string_equal(event_text(e, e->u.sent.line),
	                    "\xf0\x9f\x92\xa9\xef\xbf\xbd\n");
	free(e);
}

static void test_base64_is_strict(void **state)
{
	static const char *const bad[] = { "A", "AA", "AAA", "A=AA", "=AAA",
		"AA=A", "AAA=AAAA", "AA A", "AAA\n", "****" };
	struct buf b = { 0 };

	(void)state;
	for (size_t i = 0; i < LEN(bad); i++)
		assert_false(base64_decode(&b, bad[i], strlen(bad[i])));
	assert_true(base64_decode(&b, "AP8=", 4));
	assert_int_equal(b.len, 2);
	assert_memory_equal(b.data, "\0\xff", 2);
	buf_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_start_round_trip),
		cmocka_unit_test(test_dns_round_trip),
		cmocka_unit_test(test_route_round_trip),
		cmocka_unit_test(test_connection_events_round_trip),
		cmocka_unit_test(test_dialog_events_round_trip),
		cmocka_unit_test(test_judgement_events_round_trip),
		cmocka_unit_test(test_reply_with_raw_round_trips),
		cmocka_unit_test(
		    test_reply_with_ff_gets_raw_and_keeps_its_bytes),
		cmocka_unit_test(test_texts_with_hostile_bytes_round_trip),
		cmocka_unit_test(test_prompt_and_ask_are_never_written),
		cmocka_unit_test(test_said_sentences_are_in_the_line),
		cmocka_unit_test(test_read_refuses_what_is_no_recording),
		cmocka_unit_test(test_read_takes_what_it_need_not_know),
		cmocka_unit_test(test_read_line_over_the_limit_is_refused),
		cmocka_unit_test(test_read_every_prefix_is_an_error),
		cmocka_unit_test(test_strings_surrogates_become_one_character),
		cmocka_unit_test(test_base64_is_strict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
