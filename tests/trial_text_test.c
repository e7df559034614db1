/* The outcome of an experiment in words, English and German, and in JSON. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/conclude.h"
#include "knowledge/check_words.h"
#include "madesession.h"
#include "record/json.h"
#include "report/batch.h"
#include "util/i18n.h"
#include "util/xalloc.h"

static struct event *concluded(enum trial_kind kind, const char *const *before,
                               const char *const *after)
{
	struct summary a = { .n = 0 }, b = { .n = 0 };
	struct trial t = { .kind = kind };
	struct trial_seen seen = { .base = &a, .sums = &b, .n = 1,
		.wanted = 1, .waited_s = 300 };
	struct check c = { .id = NULL };
	struct event_builder eb;

	made_session(&a, before);
	made_session(&b, after);
	conclude(&c, &t, &seen);
	check_event(&eb, &c);
	eb.e.n = 1;
	check_clear(&c);
	summary_clear(&a);
	summary_clear(&b);
	return event_finish(&eb);
}

static char *printed(const struct event *e, const char *lang)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct batch *b;

	i18n_set(lang);
	i18n_ascii(false);
	b = batch_new(out, false, 80);
	batch_event(b, e);
	batch_free(b);
	fclose(out);
	i18n_set("en");
	return text;
}

static const struct golden {
	enum trial_kind kind;
	const char *const *before, *const *after;
	const char *en, *de;
} goldens[] = {
	/* bytes of a server never leave as they are */
	{ TRIAL_GREYLIST,
	  LINES(HELLO, MAIL, RCPT("450 4.2.0 Greylisted")),
	  LINES(HELLO, MAIL, RCPT("250 2.1.5 \x1b[2JOk")),
	  "\n* Experiments\n"
	  "✔ Second try mx.example\n"
	  "    It was greylisting: the same sender and recipient were accepted "
	  "300 s later.\n"
	  "      (CONNECT): 220\n"
	  "      EHLO me.example: 250\n"
	  "      MAIL FROM:<a@me.example>: 250 2.1.0\n"
	  "      RCPT TO:<x@example>: 450 4.2.0 → 250 2.1.5\n"
	  "        Greylisted\n"
	  "        <1B>[2JOk\n"
	  "    Try       Nothing to do: a mail server comes back by itself.\n",
	  "\n* Experimente\n"
	  "✔ Zweiter Versuch mx.example\n"
	  "    Es war Greylisting: Derselbe Absender und Empfänger wurden "
	  "300 s später\n"
	  "    angenommen.\n"
	  "      (CONNECT): 220\n"
	  "      EHLO me.example: 250\n"
	  "      MAIL FROM:<a@me.example>: 250 2.1.0\n"
	  "      RCPT TO:<x@example>: 450 4.2.0 → 250 2.1.5\n"
	  "        Greylisted\n"
	  "        <1B>[2JOk\n"
	  "    Nächster Schritt  Nichts zu tun: Ein Mailserver kommt von "
	  "selbst wieder.\n" },
	{ TRIAL_NULL_SENDER,
	  LINES(HELLO, MAIL, RCPT("550 5.7.1 No")),
	  LINES(HELLO, MAIL_NULL, RCPT("550 5.7.1 No")),
	  "\n* Experiments\n"
	  "· Null sender <>\n"
	  "    Refused in the same way (550 5.7.1): what was changed is not "
	  "the reason.\n"
	  "      (CONNECT): 220\n"
	  "      EHLO me.example: 250\n"
	  "      MAIL FROM:<>: 250 2.1.0\n"
	  "      RCPT TO:<x@example>: 550 5.7.1\n",
	  "\n* Experimente\n"
	  "· Leerer Absender <>\n"
	  "    In gleicher Weise abgelehnt (550 5.7.1): An dem, was geändert "
	  "wurde, liegt\n"
	  "    es nicht.\n"
	  "      (CONNECT): 220\n"
	  "      EHLO me.example: 250\n"
	  "      MAIL FROM:<>: 250 2.1.0\n"
	  "      RCPT TO:<x@example>: 550 5.7.1\n" },
	{ TRIAL_ENFORCE, LINES(HELLO_TLS),
	  LINES("S 220 mx.example", "C EHLO me.example",
	        "S 250-mx|250 STARTTLS", "C MAIL FROM:<a@me.example>",
	        "S 530 5.7.0 STARTTLS first"),
	  "\n* Experiments\n"
	  "· STARTTLS enforced? mx.example\n"
	  "    Enforced: MAIL without TLS is refused (530 5.7.0). On port 25 "
	  "of an MX that\n"
	  "    shuts out mail servers that have no TLS.\n"
	  "      (CONNECT): 220\n"
	  "      EHLO me.example: 250 → —\n"
	  "        STARTTLS\n"
	  "      STARTTLS: 220 2.0.0 → —\n"
	  "      EHLO me.example: 250\n"
	  "      MAIL FROM:<a@me.example>: — → 530 5.7.0\n"
	  "      Encryption: TLSv1.3 AES → —\n"
	  "      Not offered the second time: SIZE\n"
	  "      Only offered the second time: STARTTLS\n"
	  "    Try       If it is meant so, fine; RFC 3207 forbids it for a "
	  "public MX.\n",
	  NULL },
};

static void test_trial_outcome_reads_well_in_both_languages(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof goldens / sizeof *goldens; i++) {
		const struct golden *g = &goldens[i];
		struct event *e = concluded(g->kind, g->before, g->after);
		char *en = printed(e, "en"), *de = printed(e, "de");

		assert_string_equal(en, g->en);
		if (g->de)
			assert_string_equal(de, g->de);
		free(en);
		free(de);
		free(e);
	}
}

/* Every sentence of the family that code can choose is there, with all the
 * arguments that it names, in both languages alike. */
static void test_trial_sentences_name_the_same_arguments(void **state)
{
	const struct check_say *s;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; (s = check_say_at(i)) != NULL; i++) {
		if (strncmp(s->id, "try-", 4) != 0)
			continue;
		n++;
		for (char digit = '1'; digit <= '6'; digit++) {
			const char one[] = { '%', digit, '\0' };
			const char two[] = { '{', digit, '}', '\0' };

			assert_int_equal(!strstr(s->text_en, one),
			                 !strstr(s->text_de, one));
			assert_int_equal(!strstr(s->text_en, two),
			                 !strstr(s->text_de, two));
		}
		assert_int_equal(!*s->next_en, !*s->next_de);
	}
	assert_true(n > 60);
	for (int k = TRIAL_NONE + 1; k < TRIAL_COUNT; k++)
		assert_non_null(check_kind_find(trial_check(
		    (enum trial_kind)k)));
}

/* Written, read and written again: the same line. */
static void test_trial_outcome_survives_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof goldens / sizeof *goldens; i++) {
		const struct golden *g = &goldens[i];
		struct event *e = concluded(g->kind, g->before, g->after);
		struct json_reader *r = json_reader_new();
		struct buf one = { 0 }, two = { 0 };
		struct event *back = NULL;

		json_write(&one, e, NULL);
		assert_int_equal(json_read(r, one.data, one.len - 1,
		                           &back),
		                 JSON_EVENT);
		json_write(&two, back, NULL);
		assert_string_equal(buf_str(&one), buf_str(&two));
		buf_clear(&one);
		buf_clear(&two);
		json_reader_free(r);
		free(back);
		free(e);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_trial_outcome_reads_well_in_both_languages),
		cmocka_unit_test(test_trial_sentences_name_the_same_arguments),
		cmocka_unit_test(test_trial_outcome_survives_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
