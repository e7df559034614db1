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

/* Says line; what is said for each recipient of LMTP is taken as well. An
 * answer is a rule's or the server's own, and none only to the last chunk of a
 * message for nobody (RFC 2033 §4.3) and to a chunk that still comes. */
static void say(struct receiver *r, const char *line)
{
	bool silent = strncmp(line, "BDAT", 4) == 0;
	struct receiver_answer a;

	r->now_us += 30000000;
	receiver_command(r, line, strlen(line), false, &a);
	assert(a.rule || a.text.len || silent);
	assert(!a.rule || !a.text.len);
	do
		buf_clear(&a.text);
	while (receiver_next(r, &a));
}

static void say_message(struct receiver *r)
{
	static const char text[] = "x\r\n.\r\n";
	const char *p = text;
	struct receiver_answer a;
	bool ended;

	while (receiver_in_message(r)) {
		p += receiver_data(r, p, strlen(p), &a, &ended);
		if (!*p)
			p = text;
		if (!ended)
			continue;
		do
			buf_clear(&a.text);
		while (receiver_next(r, &a));
	}
}

static void play(const struct lesson_server *s, bool tls)
{
	static const char *const lines[] = {
		"EHLO a", "LHLO a", "AUTH PLAIN", "AGFubmEAZ2VoZWlt",
		"AUTH CRAM-MD5", "YQ==", "AUTH XOAUTH2 YQ==", "",
		"AUTH OAUTHBEARER bixhPWFubmEsAWF1dGg9QmVhcmVyIHgBAQ==", "*",
		"AUTH LOGIN YQ==", "YQ==", "STARTTLS",
		"MAIL FROM:<a@b.example> SIZE=1", "RCPT TO:<c@d>",
		"rcpt to:<c@d> NOTIFY=NEVER", "DATA",
		"MAIL FROM:<a@b.example> BODY=BINARYMIME RET=FULL BY=1;R",
		"RCPT TO:<c@d> ORCPT=rfc822;x", "BDAT 9", "DATA", "BDAT 3 LAST",
		"RSET", "MAIL FROM:<>", "BDAT 2 LAST", "ETRN a", "QUIT",
	};
	static struct receiver_memory memory;
	struct receiver_answer a;
	struct receiver r;

	receiver_init(&r, s, &memory, s->hosts[0].name);
	if (tls)
		receiver_secured(&r, 3);
	receiver_greet(&r, &a);
	buf_clear(&a.text);
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		say(&r, lines[i]);
		say_message(&r);
		assert(r.rcpts <= RECEIVER_RCPT_MAX);
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
	struct plan plan;
	struct lesson *l =
	    lesson_parse("fuzz", (const char *)data, size, &error);

	assert(!l == !!error);
	if (error)
		assert(strncmp(error, "fuzz:", 5) == 0);
	free(error);
	if (!l)
		return 0;
	for (size_t i = 0; i < l->n_servers; i++) {
		play(&l->servers[i], false);
		play(&l->servers[i], true);
	}
	plan_init(&plan);
	lesson_fill_plan(l, &plan);
	plan_clear(&plan);
	resolve(l);
	lesson_free(l);
	return 0;
}
