#include "config.h"

#include "tests/receive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

struct lesson *receive_lesson(const char *name, const char *text)
{
	char *error = NULL;
	struct lesson *l = text ? lesson_parse(name, text, strlen(text), &error)
	                        : lesson_find(name, &error);

	if (!l)
		fail_msg("%s", error);
	return l;
}

char *receive_text(const struct receiver_answer *a)
{
	struct buf out = { 0 };

	buf_add(&out, a->text.data, a->text.len);
	for (size_t i = 0; a->rule && i < a->rule->n_acts; i++)
		if (a->rule->acts[i].kind == LESSON_WRITE)
			buf_add(&out, a->rule->acts[i].data,
			        a->rule->acts[i].len);
	buf_str(&out);
	return buf_steal(&out);
}

static void take_line(struct receiver *r, const struct receive_line *i,
                      struct receiver_answer *a)
{
	r->now_us = i->at_s * INT64_C(1000000);
	receiver_command(r, i->line, strlen(i->line), false, a);
}

void receive_check(const struct lesson *l, const struct receive_line *lines)
{
	static struct receiver_memory memory;
	struct receiver r = { 0 };

	memory = (struct receiver_memory){ 0 };
	receiver_init(&r, &l->servers[0], &memory, "mx");
	for (const struct receive_line *i = lines; i->says; i++) {
		struct receiver_answer a;
		char *text;

		if (i->line) {
			take_line(&r, i, &a);
		} else {
			receiver_clear(&r);
			receiver_init(&r, &l->servers[0], &memory, "mx");
			receiver_greet(&r, &a);
		}
		text = receive_text(&a);
		if (strncmp(text, i->says, strlen(i->says)) != 0)
			fail_msg("%s: \"%s\": expected \"%s\", got \"%s\"",
			         l->name, i->line ? i->line : "(connect)",
			         i->says, text);
		free(text);
		buf_clear(&a.text);
	}
	receiver_clear(&r);
}
