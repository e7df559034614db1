/* TXT records that are hard to read, and the list of the system's DNS servers
 * (study: D24, D25, D36). */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "dnsrun.h"
#include "net/resolve.h"
#include "util/xalloc.h"

/* ---- TXT ---- */

struct seen {
	struct loop *loop;
	struct dns_answer *a;
	struct event *e; /* of the last exchange */
};

static void on_exchange(void *arg, const struct dns_exchange *x)
{
	struct seen *s = arg;
	struct event_builder b;

	exchange_event(&b, x);
	free(s->e);
	s->e = event_finish(&b);
}

static void on_done(void *arg, struct dns_answer *a)
{
	struct seen *s = arg;

	s->a = a;
	loop_stop(s->loop);
}

static void look_up(struct seen *s, const struct dnsfault_row *zone)
{
	struct dnsfault_config how = { .rows = zone };
	struct dnsfault *d = dnsfault_start_with(&how);
	struct resolve_config cfg = { .server = dnsfault_server(d) };
	struct resolve_calls calls = { on_exchange, on_done, s };
	struct resolver *r;
	struct dns_name name;

	*s = (struct seen){ .loop = loop_new() };
	assert_true(resolve_library_init());
	r = resolver_new(s->loop, &cfg);
	dns_name_parse(&name, "two.test");
	resolve_start(r, &name, RR_TXT, &calls);
	loop_run(s->loop);
	resolver_free(r);
	loop_free(s->loop);
	resolve_library_cleanup();
	dnsfault_stop(d);
}

struct txt_row {
	const char *id;
	const char *data, *word;
	enum dns_status status;
	size_t len;        /* of the joined text */
	const char *text;  /* NULL: any */
	const char *shown; /* in the event, escaped; NULL: anything */
};

static const struct txt_row rows[] = {
{ "D24_one_string", "\"v=spf1 -all\"", NULL, DNS_NOERROR, 11, "v=spf1 -all",
  NULL },
{ "D24_strings_are_joined_without_blanks", "\"v=spf1 inc\" \"lude:x -all\"",
  NULL, DNS_NOERROR, 21, "v=spf1 include:x -all", NULL },
{ "D24_strings_of_no_octets", "\"\" \"a\" \"\" \"b\" \"\"", NULL,
  DNS_NOERROR, 2, "ab", "\"\" \"a\" \"\" \"b\" \"\"" },
{ "D24_nothing_but_an_empty_string", "\"\"", NULL, DNS_NOERROR, 0, "", NULL },
{ "D24_strings_of_255_octets", NULL, "chunks255", DNS_NOERROR, 1020, NULL,
  NULL },
{ "D24_4000_strings", NULL, "chunks4000", DNS_NOERROR, 60000, NULL, NULL },
{ "D24_as_much_as_a_message_holds", NULL, "chunksfull", DNS_NOERROR, 65025,
  NULL, NULL },
{ "D24_string_past_the_end", "\\# 3 056162", NULL, DNS_MALFORMED, 0, NULL,
  "\\# 3 056162" },
{ "D24_second_string_past_the_end", "\\# 4 0161ff62", NULL, DNS_MALFORMED, 0,
  NULL, NULL },
{ "D24_no_string_at_all", "\\# 0 ", NULL, DNS_MALFORMED, 0, NULL, NULL },
{ "D25_c0", "\"a\\027[2J\\007\\000b\\013\\010\"", NULL, DNS_NOERROR, 10,
  NULL, "\"a\\027[2J\\007\\000b\\013\\010\"" },
{ "D25_c1", "\"\\155\\194\\155\"", NULL, DNS_NOERROR, 3, "\x9b\xc2\x9b",
  "\"\\155\\194\\155\"" },
{ "D25_bidi", "\"\\226\\128\\174x\"", NULL, DNS_NOERROR, 4,
  "\xe2\x80\xaex", "\"\\226\\128\\174x\"" },
{ "D25_format", "\"%s%n%%\"", NULL, DNS_NOERROR, 6, "%s%n%%",
  "\"%s%n%%\"" },
{ "D25_quotes_and_backslash", "\\# 4 03225c22", NULL, DNS_NOERROR, 3,
  "\"\\\"", "\"\\\"\\\\\\\"\"" },
};

static void test_txt(void **state)
{
	const struct txt_row *row = *state;
	struct buf text = { 0 };
	struct seen s;

	look_up(&s, row->word
	        ? ZONE(FAULT("two.test.", "TXT", row->word))
	        : ZONE(RR("two.test.", "TXT", row->data)));
	assert_int_equal(s.a->status, row->status);
	if (row->status == DNS_NOERROR) {
		assert_int_equal(s.a->n, 1);
		dns_rr_txt(&s.a->msg, answer_rr(s.a, 0), &text);
		assert_int_equal(text.len, row->len);
		if (row->text && row->len)
			assert_memory_equal(text.data, row->text, row->len);
	}
	if (row->shown)
		assert_string_equal(event_text(s.e, event_rr(s.e, 0)->data),
		                    row->shown);
	buf_clear(&text);
	answer_free(s.a);
	free(s.e);
}

/* ---- resolv.conf ---- */

static char conf[] = "/tmp/resolv.XXXXXX";

static void write_conf(const char *text, size_t len)
{
	FILE *f = fopen(conf, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static int make_conf(void **state)
{
	int fd = mkstemp(conf);

	(void)state;
	if (fd >= 0)
		close(fd);
	return fd >= 0 && resolve_library_init() ? 0 : -1;
}

static int remove_conf(void **state)
{
	(void)state;
	unlink(conf);
	memset(conf + sizeof conf - sizeof "XXXXXX", 'X', 6);
	resolve_library_cleanup();
	return 0;
}

/* The run ends, with a word about the missing list; whether a name server is
 * on this very machine is nobody's business here. */
static void run_without_servers(void)
{
	struct worker_config cfg = { .resolv_conf = conf };
	struct plan *p = client_plan("two.invalid");
	struct client c;
	char *text;

	p->stage = STAGE_ROUTE;
	dnsrun(&c, &cfg, p);
	assert_true(client_finding(&c, "dns-default"));
	text = dnsrun_text(&c);
	dnsrun_shows(text, "(127.0.0.1:53). --dns names another one.");
	free(text);
	assert_int_equal(client_count(&c, EV_VERDICT), 1);
	client_stop(&c);
}

static void test_D36_no_resolv_conf_is_said(void **state)
{
	(void)state;
	unlink(conf);
	run_without_servers();
}

static void test_D36_empty_resolv_conf_is_said(void **state)
{
	(void)state;
	run_without_servers();
}

static void test_D36_resolv_conf_of_noise_is_said(void **state)
{
	char noise[5000];

	(void)state;
	for (size_t i = 0; i < sizeof noise; i++)
		noise[i] = (char)(i * 167 % 251);
	write_conf(noise, sizeof noise);
	run_without_servers();
}

static void test_D36_of_100_servers_the_first_are_asked(void **state)
{
	struct resolve_config cfg = { .resolv_conf = conf };
	struct loop *loop = loop_new();
	struct buf text = { 0 };
	struct resolver *r;

	(void)state;
	for (int i = 1; i <= 100; i++)
		buf_addf(&text, "nameserver 192.0.2.%d\n", i);
	write_conf(text.data, text.len);
	r = resolver_new(loop, &cfg);
	assert_non_null(r);
	assert_false(resolver_guesses(r));
	assert_int_equal(resolver_servers(r), RESOLVE_SERVERS_MAX);
	for (size_t i = 0; i < RESOLVE_SERVERS_MAX; i++) {
		char *server = xasprintf("192.0.2.%zu:53", i + 1);

		assert_string_equal(resolver_server(r, i), server);
		free(server);
	}
	resolver_free(r);
	loop_free(loop);
	buf_clear(&text);
}

static void test_D36_a_changed_resolv_conf_is_noticed(void **state)
{
	static const char one[] = "nameserver 192.0.2.1\n";
	static const char other[] = "nameserver 192.0.2.200\n";
	struct resolve_config cfg = { .resolv_conf = conf };
	struct loop *loop = loop_new();
	struct resolver *r;

	(void)state;
	write_conf(one, sizeof one - 1);
	r = resolver_new(loop, &cfg);
	assert_false(resolver_is_stale(r));
	write_conf(other, sizeof other - 1);
	/* the one that is at work keeps its servers */
	assert_true(resolver_is_stale(r));
	assert_string_equal(resolver_server(r, 0), "192.0.2.1:53");
	resolver_free(r);
	r = resolver_new(loop, &cfg);
	assert_false(resolver_is_stale(r));
	assert_string_equal(resolver_server(r, 0), "192.0.2.200:53");
	unlink(conf);
	assert_true(resolver_is_stale(r));
	resolver_free(r);
	loop_free(loop);
}

/* From one target to the next, as when a VPN comes up meanwhile. */
static void test_D36_the_next_run_asks_the_new_servers(void **state)
{
	struct worker_config cfg = { .resolv_conf = conf,
		.dns_try_ms = DNSRUN_TRY_MS };
	static const char named[] = "nameserver 127.0.0.1\n";
	const struct event *end;
	struct client c;

	(void)state;
	client_start(&c, &cfg);
	for (int i = 0; i < 2; i++) {
		struct plan *p = client_plan("two.invalid");

		p->stage = STAGE_ROUTE;
		end = client_run(&c, p, 5000);
		assert_non_null(end);
		assert_int_equal(client_finding(&c, "dns-default"), i == 0);
		client_forget(&c);
		write_conf(named, sizeof named - 1);
	}
	client_stop(&c);
}

#define WITH_CONF(f) cmocka_unit_test_setup_teardown(f, make_conf, remove_conf)

int main(void)
{
	enum { ROWS = sizeof rows / sizeof *rows };
	const struct CMUnitTest made[] = {
		WITH_CONF(test_D36_no_resolv_conf_is_said),
		WITH_CONF(test_D36_empty_resolv_conf_is_said),
		WITH_CONF(test_D36_resolv_conf_of_noise_is_said),
		WITH_CONF(test_D36_of_100_servers_the_first_are_asked),
		WITH_CONF(test_D36_a_changed_resolv_conf_is_noticed),
		WITH_CONF(test_D36_the_next_run_asks_the_new_servers),
	};
	struct CMUnitTest tests[ROWS];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].id,
			.test_func = test_txt,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests_name("D: TXT", tests, NULL, NULL) +
	       cmocka_run_group_tests_name("D: resolv.conf", made, NULL, NULL);
}
