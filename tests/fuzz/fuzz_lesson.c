/*
 * The lesson loader, and what a loaded lesson drives: whatever the text, a
 * lesson or one sentence with a line number comes out; a lesson's rules and
 * zone then answer a short session and a few queries without harm.
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "classroom/authority.h"
#include "classroom/lesson.h"
#include "classroom/receiver.h"
#include "tests/fuzz/fuzz.h"

const char *const fuzz_inputs[] = { "lesson", "../../lessons", NULL };

static void play(const struct lesson_server *s)
{
	static const char *const lines[] = {
		"EHLO a", "MAIL FROM:<a@b.example> SIZE=1", "RCPT TO:<c@d>",
		"rcpt to:<c@d>", "DATA", "QUIT",
	};
	static struct receiver_memory memory;
	struct receiver_answer a;
	struct receiver r;

	receiver_init(&r, s, &memory, s->hosts[0].name);
	receiver_greet(&r, &a);
	buf_clear(&a.text);
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		bool ended;

		r.now_us += 30000000;
		if (r.state == RCV_DATA) {
			receiver_data(&r, "x\r\n.\r\n", 6, &a, &ended);
			assert(ended && r.state == RCV_READY);
			buf_clear(&a.text);
		}
		receiver_command(&r, lines[i], strlen(lines[i]), false, &a);
		assert(!a.rule != !a.text.len);
		buf_clear(&a.text);
	}
	receiver_clear(&r);
}

/* Asks for every name that the lesson has. */
static void resolve(const struct lesson *l)
{
	static uint8_t out[DNS_MESSAGE_MAX];
	const struct authority_data d = { .lesson = l };

	for (size_t i = 0; i < l->zone.n && i < 20; i++) {
		uint8_t query[DNS_QUERY_MAX];
		struct authority_query q = { .data = query };
		struct dns_msg m;
		size_t n;

		q.len = dns_query(query, 1, &l->zone.rrs[i].owner,
		                  l->zone.rrs[i].type, true);
		n = authority_answer(&d, &q, out, sizeof out);
		if (!n)
			continue; /* a silent name */
		assert(dns_msg_parse(&m, out, n));
		dns_msg_clear(&m);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *error = NULL;
	struct lesson *l =
	    lesson_parse("fuzz", (const char *)data, size, &error);

	assert(!l == !!error);
	if (error)
		assert(strncmp(error, "fuzz:", 5) == 0);
	free(error);
	if (!l)
		return 0;
	for (size_t i = 0; i < l->n_servers; i++)
		play(&l->servers[i]);
	resolve(l);
	lesson_free(l);
	return 0;
}
