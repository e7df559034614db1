/* What a person and a program read of the checks of a whole run. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checktest.h"
#include "netclient.h"
#include "record/json.h"
#include "report/batch.h"
#include "util/i18n.h"
#include "util/xalloc.h"
#include "zonefake.h"

enum { WAIT_MS = 10000 };

/* "v=spf1 ", then ESC [ 2 J, U+009B, U+202E, NUL, 0xff, LF, " -all" */
#define HOSTILE "\\# 25 18763d73706631201b5b324ac29be280ae00ff0a202d616c6c"

static const struct zone_record zone[] = {
	{ ".", "NS", "ns.example." },
	{ "two.example.", "MX", "10 mx1.two.example." },
	{ "two.example.", "MX", "20 mx2.two.example." },
	{ "mx1.two.example.", "A", "198.51.100.1" },
	{ "mx2.two.example.", "A", "198.51.100.2" },
	{ "1.100.51.198.in-addr.arpa.", "PTR", "mx1.two.example." },
	{ "_smtp._tls.two.example.", "TXT",
	  "\"v=TLSRPTv1; rua=mailto:tls@two.example\"" },
	{ "client.example.", "A", "192.0.2.7" },
	{ "client.example.", "TXT", "\"v=spf1 ip4:192.0.2.8 -all\"" },
	{ "_dmarc.client.example.", "TXT", "\"v=DMARC1; p=none\"" },
	{ "7.2.0.192.in-addr.arpa.", "PTR", "client.example." },
	{ "hostile.example.", "A", "192.0.2.7" },
	{ "hostile.example.", "TXT", HOSTILE },
	{ "_dmarc.hostile.example.", "TXT", HOSTILE },
	{ NULL, NULL, NULL },
};

static void check(struct client *c, const char *from)
{
	struct zonefake *dns = zonefake_start_signed(zone);
	struct worker_config cfg = { .no_mta = true,
		.dns = zonefake_server(dns) };
	struct plan *p = client_plan("two.example");

	free(p->from);
	p->from = xstrdup(from);
	p->checks.wanted = true;
	p->checks.ip = xstrdup("192.0.2.7");
	p->stage = STAGE_ROUTE;
	p->seed = 1;
	client_start(c, &cfg);
	assert_non_null(client_run(c, p, WAIT_MS));
	assert_int_equal(client_find(c, EV_END, 0)->u.end.exit, 1);
	zonefake_stop(dns);
}

/* Not the start, which tells the time, nor the lookups, which take some. */
static bool is_same_each_time(const struct event *e)
{
	return e->kind == EV_ROUTE || e->kind == EV_FINDING ||
	       e->kind == EV_CHECK || e->kind == EV_VERDICT ||
	       e->kind == EV_END;
}

static char *text_of(struct event *const *events, size_t n, const char *lang)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	struct batch *b;

	assert_non_null(out);
	assert_true(i18n_set(lang));
	b = batch_new(out, false, 80);
	for (size_t i = 0; i < n; i++)
		if (is_same_each_time(events[i]))
			assert_true(batch_event(b, events[i]));
	batch_free(b);
	fclose(out);
	i18n_set("en");
	return text;
}

/* Whence the kernel would send is another matter on each machine. */
static void cut_local(char *text)
{
	static const char *const begins[] = {
		"      This host connects from ",
		"      Dieser Rechner verbindet sich von ",
	};

	for (size_t i = 0; i < sizeof begins / sizeof *begins; i++) {
		char *at = strstr(text, begins[i]);

		while (at) {
			char *end = strchr(at, '\n') + 1;

			memmove(at, end, strlen(end) + 1);
			at = strstr(at, begins[i]);
		}
	}
}

static void assert_golden(char *text, const char *name)
{
	char *want = read_data(name);

	cut_local(text);
	if (getenv("SHOW"))
		printf("%s", text);
	assert_string_equal(text, want);
	free(want);
}

static void test_check_run_reads_well_in_both_languages(void **state)
{
	struct client c;
	char *en, *de;

	(void)state;
	check(&c, "sender@client.example");
	en = text_of(c.events, c.n, "en");
	de = text_of(c.events, c.n, "de");
	assert_golden(en, "check-run.en.txt");
	assert_golden(de, "check-run.de.txt");
	free(en);
	free(de);
	client_stop(&c);
}

/* Every event as it is read back from its line, which is the same again. */
static struct event **read_back(const struct client *c)
{
	struct event **back = xcalloc(c->n, sizeof(struct event *));
	struct json_reader *r = json_reader_new();

	for (size_t i = 0; i < c->n; i++) {
		struct buf line = { 0 }, again = { 0 };

		json_write(&line, c->events[i], NULL);
		if (line.len == 0) { /* PROMPT and ASK are not recorded */
			back[i] = xcalloc(1, sizeof **back);
			back[i]->kind = EV_PROMPT;
			continue;
		}
		assert_int_equal(json_read(r, line.data, line.len - 1,
		                           &back[i]), JSON_EVENT);
		json_write(&again, back[i], NULL);
		assert_int_equal(again.len, line.len);
		assert_memory_equal(again.data, line.data, line.len);
		for (size_t k = 0; k + 1 < line.len; k++)
			assert_true((unsigned char)line.data[k] >= ' ');
		buf_clear(&line);
		buf_clear(&again);
	}
	json_reader_free(r);
	return back;
}

/* Recorded in English, replayed in German: the same as it was German. */
static void assert_replays(const char *from)
{
	struct event **back;
	char *live, *replayed;
	struct client c;

	check(&c, from);
	back = read_back(&c);
	live = text_of(c.events, c.n, "de");
	replayed = text_of(back, c.n, "de");
	assert_string_equal(live, replayed);
	for (size_t i = 0; i < c.n; i++)
		free(back[i]);
	free(back);
	free(live);
	free(replayed);
	client_stop(&c);
}

static void test_check_run_recorded_is_replayed_in_any_language(void **state)
{
	(void)state;
	assert_replays("sender@client.example");
	assert_replays("sender@hostile.example");
}

static void test_check_run_hostile_records_are_escaped(void **state)
{
	struct client c;
	char *text;

	(void)state;
	check(&c, "sender@hostile.example");
	text = text_of(c.events, c.n, "en");
	for (const unsigned char *p = (unsigned char *)text; *p; p++) {
		assert_true(*p == '\n' || (*p >= ' ' && *p != 0x7f));
		assert_true(*p != 0xff);
	}
	assert_null(strstr(text, "\xc2\x9b"));
	assert_null(strstr(text, "\xe2\x80\xae"));
	assert_non_null(strstr(text, "v=spf1"));
	assert_non_null(strstr(text, "[2J")); /* its harmless part */
	free(text);
	client_stop(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check_run_reads_well_in_both_languages),
		cmocka_unit_test(
		    test_check_run_recorded_is_replayed_in_any_language),
		cmocka_unit_test(test_check_run_hostile_records_are_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
