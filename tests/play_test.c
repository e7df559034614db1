#include "config.h"

#include "tests/receive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "util/base64.h"
#include "util/xalloc.h"

/* The steps of a lesson, said to its server as a client would: the codes of
 * what it answers, "220 250 ..."; "+" where TLS begins, "|" for @connect. */
struct play {
	const struct lesson *lesson;
	struct receiver receiver;
	struct receiver_memory memory;
	struct buf codes;
	size_t chunk_at; /* in the lesson's message */
	int64_t now_us;
};

/* The first digits of each reply. */
static void note(struct play *p, struct receiver_answer *a)
{
	char *text = receive_text(a);

	for (char *line = text; *line; line = strchr(line, '\n') + 1)
		if (line[3] != '-')
			buf_addf(&p->codes, "%.3s ", line);
	if (a->secure) {
		receiver_secured(&p->receiver, 0);
		buf_adds(&p->codes, "+ ");
	}
	free(text);
	buf_clear(&a->text);
}

static void note_all(struct play *p, struct receiver_answer *a)
{
	do
		note(p, a);
	while (receiver_next(&p->receiver, a));
}

static void begin(struct play *p)
{
	const struct lesson_server *s = &p->lesson->servers[0];
	struct receiver_answer a;

	receiver_init(&p->receiver, s, &p->memory, "mx");
	p->receiver.now_us = p->now_us;
	if (s->wrap) {
		buf_adds(&p->codes, "+ ");
		receiver_secured(&p->receiver, 0);
	}
	receiver_greet(&p->receiver, &a);
	note(p, &a);
}

/* What a client puts in place of the stars: PLAIN alone is asked for. */
static char *fill_in(const struct plan_auth *auth)
{
	struct buf plain = { 0 }, line = { 0 };

	buf_addc(&plain, '\0');
	buf_adds(&plain, auth->user);
	buf_addc(&plain, '\0');
	buf_adds(&plain, auth->password);
	buf_adds(&line, "AUTH PLAIN ");
	base64_encode(&line, plain.data, plain.len);
	buf_clear(&plain);
	return buf_steal(&line);
}

static void say_data(struct play *p, const char *data, size_t len)
{
	struct receiver_answer a;
	bool ended;

	receiver_data(&p->receiver, data, len, &a, &ended);
	if (ended)
		note_all(p, &a);
}

static void say_message_line(struct play *p, const char *line)
{
	bool stuff = line[0] == '.' && line[1];
	char *wire = xasprintf("%s%s\r\n", stuff ? "." : "", line);

	say_data(p, wire, strlen(wire));
	free(wire);
}

/* The octets of the lesson's message that a BDAT announces. */
static void say_chunk(struct play *p)
{
	size_t n = (size_t)p->receiver.chunk_left;

	assert_true(p->chunk_at + n <= p->lesson->wants.message_len);
	say_data(p, p->lesson->wants.message + p->chunk_at, n);
	p->chunk_at += n;
}

static void say_step(struct play *p, const struct lesson_step *step)
{
	bool stars = strcmp(step->line, "AUTH PLAIN ****") == 0;
	char *line = stars ? fill_in(&p->lesson->wants.auth)
	                   : xstrdup(step->line);
	struct receiver_answer a;

	p->receiver.now_us = p->now_us;
	if (receiver_in_message(&p->receiver)) {
		say_message_line(p, line);
	} else {
		receiver_command(&p->receiver, line, strlen(line), false, &a);
		note_all(p, &a);
		if (p->receiver.chunk_line)
			say_chunk(p);
	}
	free(line);
}

static void check_play(const char *name, const char *codes)
{
	static struct play p;

	p = (struct play){ .lesson = receive_lesson(name, NULL) };
	begin(&p);
	for (size_t i = 0; i < p.lesson->n_steps; i++) {
		const struct lesson_step *step = &p.lesson->steps[i];

		if (step->kind == STEP_SEND) {
			say_step(&p, step);
			continue;
		}
		buf_adds(&p.codes, "| ");
		p.now_us += step->wait_ms * INT64_C(1000);
		receiver_clear(&p.receiver);
		begin(&p);
	}
	if (strcmp(buf_str(&p.codes), codes) != 0)
		fail_msg("%s: \"%s\"", name, buf_str(&p.codes));
	assert_int_equal(p.chunk_at, p.lesson->wants.bdat
	                                 ? p.lesson->wants.message_len
	                                 : 0);
	receiver_clear(&p.receiver);
	buf_clear(&p.codes);
	lesson_free((struct lesson *)p.lesson);
}

static void test_lessons_steps_get_their_answers(void **state)
{
	(void)state;
	check_play("first", "220 250 250 550 250 221 ");
	check_play("message", "220 250 250 250 354 250 221 ");
	check_play("chunks", "220 250 250 250 250 250 221 ");
	check_play("pipelining", "220 250 250 250 550 250 221 ");
	check_play("tls", "220 250 220 + 250 250 250 221 ");
	check_play("tls-trouble", "220 250 500 | 220 250 220 + 250 250 250 "
	                          "221 ");
	check_play("wrapped", "+ 220 250 250 250 221 ");
	check_play("auth", "220 250 220 + 250 530 535 235 250 250 221 ");
	check_play("dsn", "220 250 501 250 250 250 221 ");
	check_play("utf8", "220 250 250 553 250 250 250 221 ");
	check_play("lmtp", "220 250 250 250 250 354 250 452 221 ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lessons_steps_get_their_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
