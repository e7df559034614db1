/* What is found out about this host: its mail server from programs that play
 * it, its address from a service that plays one. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/route.h"
#include "dnsfault.h"
#include "net/local_address.h"
#include "net/mta.h"
#include "net/myip.h"
#include "util/buf.h"
#include "util/xalloc.h"

#define LEN(a) (sizeof(a) / sizeof *(a))

static struct loop *loop;
static char *folder; /* of the programs */

static int set_up(void **state)
{
	char name[] = "/tmp/smtpscope-scout-XXXXXX";

	(void)state;
	loop = loop_new();
	if (!loop || !mkdtemp(name))
		return -1;
	folder = xstrdup(name);
	return 0;
}

static void remove_program(const char *name)
{
	char *path = xasprintf("%s/%s", folder, name);

	unlink(path);
	free(path);
}

static int tear_down(void **state)
{
	(void)state;
	remove_program("postconf");
	remove_program("exim4");
	remove_program("exim");
	rmdir(folder);
	free(folder);
	loop_free(loop);
	return 0;
}

static void stop_loop(void *arg)
{
	(void)arg;
	loop_stop(loop);
}

/* ---- the local mail server ---- */

static void make_program(const char *name, const char *script, mode_t mode)
{
	char *path = xasprintf("%s/%s", folder, name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fprintf(f, "#!/bin/sh\n%s\n", script);
	fclose(f);
	assert_int_equal(chmod(path, mode), 0);
	free(path);
}

struct told {
	struct mta_reading *reading;
	char *text; /* NULL: not told yet */
	unsigned times;
};

static void on_settings(void *arg, const struct mta_settings *s)
{
	struct told *t = arg;

	t->times++;
	free(t->text);
	t->text = s ? xasprintf("%s %s %s %s", mta_name(s->mta),
	                        s->helo ? s->helo : "-",
	                        s->source4 ? s->source4 : "-",
	                        s->relay ? s->relay : "-")
	            : xstrdup("none");
	mta_free(t->reading);
	t->reading = NULL;
	loop_stop(loop);
}

/* The folder comes first in path; the system's own programs must not count. */
static char *read_mta(const char *path)
{
	struct told t = { .text = NULL };
	const struct mta_calls calls = { on_settings, &t };

	t.reading = mta_start(loop, path, &calls);
	assert_null(t.text); /* not from inside */
	loop_run(loop);
	assert_int_equal(t.times, 1);
	return t.text;
}

#define HELO "echo myhostname = mail.test\n"
#define NO_EXIM "exit 1"
#define EXIM                                                                   \
	"test \"$1\" = -bP || exit 1\n"                                        \
	"printf 'primary_hostname = exim.test\\ndns router:\\n'\n"             \
	"printf 'driver = dnslookup\\ntransport = t\\n\\nt transport:\\n'\n"   \
	"printf 'driver = smtp\\nhelo_data = $primary_hostname\\n'"

static const struct {
	const char *what, *postconf, *exim4, *exim; /* NULL: is not there */
	const char *want;
} readings[] = {
	{ "Postfix", "test \"$1\" = -x && echo myhostname = mail.test\n"
	  "test \"$1 $2\" != '-xP smtp/unix' || "
	  "echo smtp/unix/smtp_bind_address = 192.0.2.5", NO_EXIM, NO_EXIM,
	  "Postfix mail.test 192.0.2.5 -" },
	{ "master.cf is not there", "test \"$1\" = -x || exit 1\n" HELO,
	  NO_EXIM, NO_EXIM, "Postfix mail.test - -" },
	{ "Exim by Debian's name", NULL, EXIM, NO_EXIM, "Exim exim.test - -" },
	{ "Exim", NULL, NULL, EXIM, "Exim exim.test - -" },
	{ "Postfix that fails, and Exim", "exit 75", EXIM, NULL,
	  "Exim exim.test - -" },
	{ "both: Postfix", HELO, EXIM, EXIM, "Postfix mail.test - -" },
	{ "words that go wrong at the end do not count", HELO "exit 1",
	  NO_EXIM, NO_EXIM, "none" },
	{ "ended by a signal", HELO "kill -9 $$", NO_EXIM, NO_EXIM, "none" },
	{ "says nothing", "exit 0", "exit 0", "exit 0", "none" },
	{ "says what is no setting", "echo; echo = ; printf '\\0\\377\\n'",
	  NO_EXIM, NO_EXIM, "none" },
	{ "reads its standard input", "cat\n" HELO, NO_EXIM, NO_EXIM,
	  "Postfix mail.test - -" },
	{ "more than is kept", HELO "yes 'relayhost = x' | head -c 300000",
	  NO_EXIM, NO_EXIM, "Postfix mail.test - x" },
	{ "leaves a process behind", HELO "sleep 60 & exit 0", NO_EXIM,
	  NO_EXIM, "Postfix mail.test - -" },
};

static void make_programs(size_t i)
{
	remove_program("postconf");
	remove_program("exim4");
	remove_program("exim");
	if (readings[i].postconf)
		make_program("postconf", readings[i].postconf, 0755);
	if (readings[i].exim4)
		make_program("exim4", readings[i].exim4, 0755);
	if (readings[i].exim)
		make_program("exim", readings[i].exim, 0755);
}

/* A program of the system's own would answer where ours is not there. */
static bool has_own_mta(void)
{
	return access("/usr/sbin/postconf", X_OK) == 0 ||
	       access("/usr/sbin/exim4", X_OK) == 0 ||
	       access("/usr/sbin/exim", X_OK) == 0;
}

static void test_mta_reading_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(readings); i++) {
		char *got;

		if (has_own_mta() && !(readings[i].postconf &&
		    readings[i].exim4 && readings[i].exim))
			continue;
		make_programs(i);
		got = read_mta(folder);
		print_message("%s: %s\n", readings[i].what, got);
		assert_string_equal(got, readings[i].want);
		free(got);
	}
}

static void test_mta_reading_takes_absolute_programs_only(void **state)
{
	static const char *const paths[] = { NULL, "", ".", ":", "::relative" };
	char *got, *path, before[4096];

	(void)state;
	if (has_own_mta())
		skip();
	make_program("postconf", HELO, 0755);
	assert_non_null(getcwd(before, sizeof before));
	assert_int_equal(chdir(folder), 0);
	for (size_t i = 0; i < LEN(paths); i++) {
		got = read_mta(paths[i]);
		assert_string_equal(got, "none");
		free(got);
	}
	assert_int_equal(chdir(before), 0);
	path = xasprintf("/nowhere::%s", folder);
	got = read_mta(path);
	assert_string_equal(got, "Postfix mail.test - -");
	free(got);
	make_program("postconf", HELO, 0644);
	got = read_mta(path);
	assert_string_equal(got, "none");
	free(got);
	free(path);
}

/* Nothing is told afterwards, and no process is left. */
static void test_mta_reading_can_be_given_up(void **state)
{
	struct told t = { .text = NULL };
	const struct mta_calls calls = { on_settings, &t };
	struct loop_timer *stop = loop_timer_new(loop, stop_loop, NULL);

	(void)state;
	make_program("postconf", "exec sleep 60", 0755);
	t.reading = mta_start(loop, folder, &calls);
	loop_timer_at(stop, loop_now_us() + 100 * 1000);
	loop_run(loop);
	mta_free(t.reading);
	loop_timer_at(stop, loop_now_us() + 100 * 1000);
	loop_run(loop);
	assert_int_equal(t.times, 0);
	loop_timer_free(stop);
}

/* The limit is for all together; what was read before it counts. */
static void test_mta_reading_has_a_limit(void **state)
{
	int64_t began = loop_now_us();
	char *got;

	(void)state;
	make_program("postconf", "test \"$1\" = -x || exec sleep 60\n" HELO,
	             0755);
	got = read_mta(folder);
	assert_string_equal(got, "Postfix mail.test - -");
	assert_in_range((loop_now_us() - began) / 1000, MTA_LIMIT_MS - 200,
	                MTA_LIMIT_MS + 5000);
	free(got);
}

/* ---- our own end ---- */

static void test_local_address_of_loopback(void **state)
{
	char text[LOCAL_ADDRESS_MAX];

	(void)state;
	assert_true(local_address("127.0.0.1", NULL, text));
	assert_string_equal(text, "127.0.0.1");
	assert_true(local_address("127.0.0.1", "127.0.0.1", text));
	assert_true(local_address("127.0.0.1", "2001:db8::1", text));
	assert_false(local_address("127.0.0.1", "192.0.2.1", text));
	assert_false(local_address("localhost", NULL, text));
	assert_false(local_address("", NULL, text));
	if (local_address("::1", NULL, text)) /* where there is IPv6 */
		assert_string_equal(text, "::1");
}

/* ---- the service ---- */

struct asked {
	struct myip *myip;
	struct buf seen;
	unsigned exchanges, times;
};

static void on_exchange(void *arg, const struct dns_exchange *x)
{
	struct asked *a = arg;

	assert_non_null(x->server);
	a->exchanges++;
}

static void on_seen(void *arg, const char *address, const char *where)
{
	struct asked *a = arg;

	buf_addf(&a->seen, "%s(%s) ", address, where);
}

static void on_done(void *arg)
{
	struct asked *a = arg;

	a->times++;
	myip_free(a->myip);
	a->myip = NULL;
	loop_stop(loop);
}

#define A(name, data) { name ".", "A", data, NULL }

static const struct dnsfault_row rows[] = {
	A("ns.test", "127.0.0.1"),
	A("me.test", "198.51.100.7"),
	{ "txt.test.", "TXT", "\"198.51.100.8\"", NULL },
	{ "words.test.", "TXT", "\"hello\" \"you\"", NULL },
	{ "six.test.", "TXT", "\"2001:db8::7\"", NULL },
	{ NULL, NULL, NULL, NULL },
};

static void test_myip_asks_until_one_answers(void **state)
{
	enum { SERVICES = 3 };
	static const struct {
		struct myip_service services[SERVICES + 1];
		int family;
		const char *want;
	} cases[] = {
		{ { { "ns.test", 0, "me.test", false } }, 4,
		  "198.51.100.7(ns.test) " },
		{ { { "ns.test", 0, "txt.test", true } }, 4,
		  "198.51.100.8(ns.test) " },
		{ { { "ns.test", 0, "words.test", true },
		    { "ns.test", 0, "me.test", false } }, 4,
		  "198.51.100.7(ns.test) " },
		{ { { "ns.test", 0, "six.test", true } }, 4, "" },
		{ { { "nosuch.test", 0, "me.test", false },
		    { "ns.test", 0, "nosuch.test", false },
		    { "ns.test", 0, "txt.test", true } }, 4,
		  "198.51.100.8(ns.test) " },
		{ { { "nosuch.test", 0, "me.test", false } }, 0, "" },
		{ { { "ns.test", 0, "me.test", false } }, 0,
		  "198.51.100.7(ns.test) " },
		{ { { "ns.test", 0, "me.test", false } }, 6, "" },
	};
	const struct dnsfault_config fault = { .rows = rows };
	struct dnsfault *d = dnsfault_start_with(&fault);
	const struct resolve_config cfg = { .server = dnsfault_server(d) };
	struct resolver *r = resolver_new(loop, &cfg);
	uint16_t port = (uint16_t)strtoul(strchr(cfg.server, ':') + 1, NULL,
	                                  10);

	(void)state;
	assert_non_null(r);
	for (size_t i = 0; i < LEN(cases); i++) {
		struct myip_service services[SERVICES + 1];
		struct asked a = { .times = 0 };
		const struct myip_calls calls = { on_exchange, on_seen,
			on_done, &a };

		memcpy(services, cases[i].services, sizeof services);
		for (size_t k = 0; k < SERVICES; k++)
			services[k].port = port;
		a.myip = myip_start(loop, r, services, cases[i].family,
		                    &calls);
		loop_run(loop);
		print_message("%zu: %s\n", i, buf_str(&a.seen));
		assert_string_equal(buf_str(&a.seen), cases[i].want);
		assert_int_equal(a.times, 1);
		assert_true(a.exchanges > 0);
		buf_clear(&a.seen);
	}
	resolver_free(r);
	dnsfault_stop(d);
}

static void test_myip_can_be_given_up(void **state)
{
	const struct dnsfault_config fault = { .always = "drop" };
	struct dnsfault *d = dnsfault_start_with(&fault);
	const struct resolve_config cfg = { .server = dnsfault_server(d) };
	struct resolver *r = resolver_new(loop, &cfg);
	struct asked a = { .times = 0 };
	const struct myip_calls calls = { on_exchange, on_seen, on_done, &a };
	struct loop_timer *stop = loop_timer_new(loop, stop_loop, NULL);

	(void)state;
	a.myip = myip_start(loop, r, NULL, 0, &calls);
	loop_timer_at(stop, loop_now_us() + 50 * 1000);
	loop_run(loop);
	myip_free(a.myip);
	loop_timer_at(stop, loop_now_us() + 50 * 1000);
	loop_run(loop);
	assert_int_equal(a.times, 0);
	loop_timer_free(stop);
	resolver_free(r);
	dnsfault_stop(d);
}

#define WITH_LOOP(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LOOP(test_mta_reading_table),
		WITH_LOOP(test_mta_reading_takes_absolute_programs_only),
		WITH_LOOP(test_mta_reading_can_be_given_up),
		WITH_LOOP(test_mta_reading_has_a_limit),
		WITH_LOOP(test_local_address_of_loopback),
		WITH_LOOP(test_myip_asks_until_one_answers),
		WITH_LOOP(test_myip_can_be_given_up),
	};

	assert_true(resolve_library_init());
	return cmocka_run_group_tests(tests, NULL, NULL);
}
