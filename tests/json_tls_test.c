/* json: a handshake with its certificates, and replies for one recipient. */
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

#include "util/xalloc.h"

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

static enum json_result read_line(const char *line, struct event **e)
{
	struct json_reader *r = json_reader_new();
	size_t len = strcspn(line, "\n");
	enum json_result result = json_read(r, line, len, e);

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
	assert_int_equal(read_line(first, &back), JSON_EVENT);
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

#define HEAD "{\"v\":1,\"t\":0.5,\"n\":1,\"session\":0,\"target\":\"x\","

static struct ev_cert cert(struct event_builder *b, const char *subject)
{
	static const char *const names[] = { "mx.example.org", "192.0.2.1" };

	return (struct ev_cert){
		.subject = event_puts(b, subject),
		.issuer = event_puts(b, "CN=Example CA, O=B\303\244r"),
		.names = event_put_texts(b, names, 2),
		.not_before = event_puts(b, "2026-01-02T10:41:02Z"),
		.not_after = event_puts(b, "2026-04-02T10:41:02Z"),
		.sha256 = event_puts(b, "00ff"),
		.spki_sha256 = event_puts(b, "ff00"),
		.key = event_puts(b, "EC P-256"),
		.signature = event_puts(b, "ecdsa-with-SHA256"),
		.serial = event_puts(b, "01"),
	};
}

static struct event *tls_event(size_t certs)
{
	static const char *const reference[] = { "mx.example.org" };
	static const char *const tlsa[] = { "3 1 1 ff00", "2 0 1 00" };
	struct event_builder b;
	struct ev_cert chain[2];

	common(&b, EV_TLS);
	b.e.u.tls.version = event_puts(&b, "TLSv1.3");
	b.e.u.tls.cipher = event_puts(&b, "TLS_AES_256_GCM_SHA384");
	b.e.u.tls.group = event_puts(&b, "x25519");
	b.e.u.tls.sni = event_puts(&b, "mx.example.org");
	chain[0] = cert(&b, "CN=mx\377"); /* no UTF-8 */
	chain[1] = cert(&b, "CN=Example CA");
	chain[1].names = (struct ev_ref){ 0, 0 };
	b.e.u.tls.chain = event_put_array(&b, chain, sizeof *chain, certs);
	b.e.u.tls.verify = event_puts(&b, "expired");
	b.e.u.tls.detail = event_puts(&b, "certificate has expired");
	b.e.u.tls.names = event_put_texts(&b, reference, 1);
	b.e.u.tls.dane = event_puts(&b, "ok");
	b.e.u.tls.tlsa = event_put_texts(&b, tlsa, 2);
	b.e.u.tls.us = 12345;
	b.e.u.tls.depth = -1;
	b.e.u.tls.matched = 1;
	b.e.u.tls.wrapped = true;
	return event_finish(&b);
}

static void test_tls_round_trip(void **state)
{
	struct event *e = round_trip(tls_event(2));
	const struct ev_tls *t = &e->u.tls;
	const struct ev_cert *c = event_cert(e, 0);

	(void)state;
	assert_int_equal(t->chain.len, 2);
	assert_string_equal(event_text(e, t->version), "TLSv1.3");
	assert_string_equal(event_text(e, c->not_after),
	                    "2026-04-02T10:41:02Z");
	assert_string_equal(event_item_text(e, c->names, 1), "192.0.2.1");
	assert_string_equal(event_text(e, c->spki_sha256), "ff00");
	assert_int_equal(event_cert(e, 1)->names.len, 0);
	assert_string_equal(event_text(e, event_cert(e, 1)->subject),
	                    "CN=Example CA");
	assert_string_equal(event_item_text(e, t->names, 0), "mx.example.org");
	assert_string_equal(event_item_text(e, t->tlsa, 1), "2 0 1 00");
	assert_int_equal(t->depth, -1);
	assert_int_equal(t->matched, 1);
	assert_true(t->wrapped);
	assert_false(t->resumed);
	free(e);
	e = round_trip(tls_event(0));
	assert_int_equal(e->u.tls.chain.len, 0);
	free(e);
}

/* What is derived is for people with jq; a reader that believed it could be
 * told two things at once. */
static void test_tls_leaf_is_written_and_not_read(void **state)
{
	static const char lie[] = HEAD "\"event\":\"tls\",\"issuer\":7,"
		"\"names\":[\"x\"],\"chain\":[{\"issuer\":\"CN=True\"}]}";
	struct event *e = tls_event(2);
	char *line = line_of(e, NULL);
	json_t *tree = json_loads(line, 0, NULL);

	(void)state;
	assert_string_equal(json_string_value(json_object_get(tree, "issuer")),
	                    "CN=Example CA, O=B\303\244r");
	assert_int_equal(json_array_size(json_object_get(tree, "names")), 2);
	assert_string_equal(json_string_value(json_object_get(tree,
		"not_after")), "2026-04-02T10:41:02Z");
	json_decref(tree);
	free(line);
	free(e);
	assert_int_equal(read_line(lie, &e), JSON_EVENT);
	assert_string_equal(event_text(e, event_cert(e, 0)->issuer), "CN=True");
	assert_int_equal(e->u.tls.names.len, 0);
	free(e);
}

static void test_reply_recipient_is_written_where_set(void **state)
{
	struct event_builder b;
	struct event *e;
	char *line;

	(void)state;
	common(&b, EV_REPLY);
	b.e.u.reply.code = 250;
	e = event_finish(&b);
	line = line_of(e, NULL);
	assert_null(strstr(line, "recipient"));
	free(line);
	free(round_trip(e));
	common(&b, EV_REPLY);
	b.e.u.reply.code = 250;
	b.e.u.reply.recipient = event_puts(&b, "a@b.example");
	e = round_trip(event_finish(&b));
	assert_string_equal(event_text(e, e->u.reply.recipient),
	                    "a@b.example");
	free(e);
}

static void test_dns_cached_is_written_where_set(void **state)
{
	struct event_builder b;
	struct event *e;
	char *line;

	(void)state;
	for (int cached = 0; cached <= 1; cached++) {
		common(&b, EV_DNS);
		b.e.u.dns.type = 15;
		b.e.u.dns.cached = cached;
		e = event_finish(&b);
		line = line_of(e, NULL);
		assert_int_equal(strstr(line, "\"cached\":true") != NULL,
		                 cached);
		assert_int_equal(strstr(line, "cached") != NULL, cached);
		free(line);
		e = round_trip(e);
		assert_int_equal(e->u.dns.cached, cached);
		free(e);
	}
}

/* Without an exponent, and without zeros at the end. */
static void test_times_are_plain_decimals(void **state)
{
	static const struct {
		int64_t t_us;
		const char *text;
	} rows[] = {
		{ 0, "\"t\":0," },
		{ 1, "\"t\":0.000001," },
		{ 99, "\"t\":0.000099," },
		{ 1500000, "\"t\":1.5," },
		{ 60000000, "\"t\":60," },
		{ 86400000001, "\"t\":86400.000001," },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct event_builder b;
		struct event *e;
		char *line;

		common(&b, EV_CLOSED);
		b.e.t_us = rows[i].t_us;
		e = event_finish(&b);
		line = line_of(e, NULL);
		if (!strstr(line, rows[i].text))
			fail_msg("%s in %s", rows[i].text, line);
		free(line);
		e = round_trip(e);
		assert_int_equal(e->t_us, rows[i].t_us);
		free(e);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tls_round_trip),
		cmocka_unit_test(test_tls_leaf_is_written_and_not_read),
		cmocka_unit_test(test_reply_recipient_is_written_where_set),
		cmocka_unit_test(test_dns_cached_is_written_where_set),
		cmocka_unit_test(test_times_are_plain_decimals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
