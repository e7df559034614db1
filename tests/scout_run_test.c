/* --like-mta and --ask-myip in a whole run. */
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

#include "dnsfault.h"
#include "net/myip.h"
#include "net/resolve.h"
#include "netclient.h"
#include "util/xalloc.h"

enum { LIMIT_MS = 20000 };

/* A server that says yes to EHLO and to the end. */
#define SERVER                                                                 \
	"echo 220 mx.test; read l; echo \"250 mx.test\"; read l; echo 221 bye"

static char *folder, *program;

static int set_up(void **state)
{
	char name[] = "/tmp/smtpscope-scout-XXXXXX";

	(void)state;
	if (!mkdtemp(name))
		return -1;
	folder = xstrdup(name);
	program = xasprintf("%s/postconf", folder);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(program);
	rmdir(folder);
	free(program);
	free(folder);
	return 0;
}

/* Its folder is the first in PATH from now on. */
static void make_postconf(const char *script)
{
	char *path = xasprintf("%s:/usr/bin:/bin", folder);
	FILE *f = fopen(program, "w");

	assert_non_null(f);
	fprintf(f, "#!/bin/sh\n%s\n", script);
	fclose(f);
	assert_int_equal(chmod(program, 0755), 0);
	setenv("PATH", path, 1);
	free(path);
}

static struct plan *plan_like_mta(const char *helo)
{
	struct plan *p = client_plan("[127.0.0.1]");

	p->way.pipe = xstrdup(SERVER);
	p->stage = STAGE_EHLO;
	p->checks.like_mta = true;
	free(p->helo);
	p->helo = helo ? xstrdup(helo) : NULL;
	return p;
}

static const char *line_of(const struct client *c, size_t i)
{
	const struct event *e = client_find(c, EV_SENT, i);

	return e ? event_text(e, e->u.sent.line) : "";
}

static const char *finding_arg(const struct client *c, const char *id)
{
	const struct event *e;

	for (size_t i = 0; (e = client_find(c, EV_FINDING, i)); i++)
		if (strcmp(event_text(e, e->u.finding.id), id) == 0)
			return event_item_text(e, e->u.finding.args, 0);
	return "";
}

static void test_like_mta_is_taken_over(void **state)
{
	struct client c;

	(void)state;
	make_postconf("echo myhostname = mail.test\n"
	              "echo smtp_bind_address = 192.0.2.5\n"
	              "echo inet_protocols = ipv4\n"
	              "echo 'relayhost = [relay.test]'");
	client_start(&c, NULL);
	assert_non_null(client_run(&c, plan_like_mta(NULL), LIMIT_MS));
	assert_string_equal(line_of(&c, 0), "EHLO mail.test");
	assert_string_equal(finding_arg(&c, "like-mta"),
	    "Postfix: --helo=mail.test --source=192.0.2.5 -4");
	assert_string_equal(finding_arg(&c, "like-mta-relay"), "[relay.test]");
	assert_true(client_in_order(&c));
	client_stop(&c);
}

static void test_like_mta_leaves_what_the_user_said(void **state)
{
	struct client c;

	(void)state;
	make_postconf("echo myhostname = mail.test");
	client_start(&c, NULL);
	assert_non_null(client_run(&c, plan_like_mta("mine.test"), LIMIT_MS));
	assert_string_equal(line_of(&c, 0), "EHLO mine.test");
	assert_string_equal(finding_arg(&c, "like-mta"),
	                    "Postfix: --helo=mine.test");
	assert_string_equal(finding_arg(&c, "like-mta-relay"), "");
	client_stop(&c);
}

static void test_like_mta_can_be_cancelled(void **state)
{
	const struct event *end;
	struct client c;

	(void)state;
	make_postconf("exec sleep 60");
	client_start(&c, NULL);
	client_open(&c, plan_like_mta(NULL));
	assert_non_null(client_wait(&c, EV_START, LIMIT_MS));
	client_ask(&c, REQ_CANCEL, NULL, NULL, false);
	end = client_wait(&c, EV_END, 2000);
	assert_non_null(end);
	assert_int_equal(client_count(&c, EV_SENT), 0);
	client_stop(&c);
}

/* Where checks are wanted in the middle of a dialog. */
static void test_like_mta_is_compared_in_a_dialog(void **state)
{
	const struct dnsfault_config fault = { .always = "nxdomain" };
	struct dnsfault *d = dnsfault_start_with(&fault);
	const struct worker_config cfg = { .dns = dnsfault_server(d) };
	struct plan *p = plan_like_mta("mine.test");
	const struct event *e;
	struct client c;

	(void)state;
	make_postconf("echo myhostname = mail.test");
	p->checks.like_mta = false;
	p->hold_enter = false;
	client_start(&c, &cfg);
	client_open(&c, p);
	assert_non_null(client_wait(&c, EV_REPLY, LIMIT_MS));
	client_ask(&c, REQ_CHECK, NULL, NULL, false);
	do
		e = client_wait(&c, EV_CHECK, LIMIT_MS);
	while (e && strcmp(event_text(e, e->u.check.id), "like-mta") != 0);
	assert_non_null(e);
	assert_string_equal(event_text(e, e->u.check.say), "mta-other-helo");
	assert_int_equal(e->u.check.grade, GRADE_WARN);
	client_stop(&c);
	dnsfault_stop(d);
}

/* ---- our address from a service ---- */

static const struct dnsfault_row rows[] = {
	{ "ns.test.", "A", "127.0.0.1", NULL },
	{ "me.test.", "A", "198.51.100.7", NULL },
	{ "domain.test.", "MX", "0 .", NULL },
	{ NULL, NULL, NULL, NULL },
};

static bool was_asked(const struct client *c, const char *name)
{
	const struct event *e;

	for (size_t i = 0; (e = client_find(c, EV_DNS, i)); i++)
		if (strcmp(event_text(e, e->u.dns.name), name) == 0)
			return true;
	return false;
}

/* The steps of the check of our own address: "say arg arg|say ..." */
static char *own_address(const struct client *c)
{
	const struct event *e;
	struct buf b = { 0 };

	buf_str(&b);
	for (size_t i = 0; (e = client_find(c, EV_CHECK, i)); i++) {
		if (strcmp(event_text(e, e->u.check.id), "own-address") != 0)
			continue;
		for (uint32_t k = 0; k < e->u.check.trace.len; k++) {
			const struct ev_trace *t = event_trace(e, k);

			buf_addf(&b, "%s %s %s|", event_text(e, t->say),
			         event_item_text(e, t->args, 0),
			         event_item_text(e, t->args, 1));
		}
	}
	return buf_steal(&b);
}

static char *checks_of(bool ask, bool *asked)
{
	const struct dnsfault_config fault = { .rows = rows };
	struct dnsfault *d = dnsfault_start_with(&fault);
	const char *port = strchr(dnsfault_server(d), ':') + 1;
	const struct myip_service services[] = {
		{ "ns.test", (uint16_t)strtoul(port, NULL, 10), "me.test",
		  false },
		{ NULL, 0, NULL, false },
	};
	const struct worker_config cfg = { .dns = dnsfault_server(d),
		.myip = services };
	struct plan *p = client_plan("domain.test");
	struct client c;
	char *got;

	p->stage = STAGE_ROUTE;
	p->family = 4;
	p->checks.wanted = true;
	p->checks.ask_myip = ask;
	client_start(&c, &cfg);
	assert_non_null(client_run(&c, p, LIMIT_MS));
	got = own_address(&c);
	*asked = was_asked(&c, "me.test") || was_asked(&c, "ns.test");
	client_stop(&c);
	dnsfault_stop(d);
	return got;
}

static void test_ask_myip_is_evidence(void **state)
{
	bool asked;
	char *got;

	(void)state;
	make_postconf("exit 1");
	got = checks_of(true, &asked);
	assert_true(asked);
	assert_non_null(strstr(got, "own-seen-asked 198.51.100.7 ns.test|"));
	free(got);
}

static void test_ask_myip_is_never_done_unasked(void **state)
{
	bool asked;
	char *got;

	(void)state;
	make_postconf("exit 1");
	got = checks_of(false, &asked);
	assert_false(asked);
	assert_null(strstr(got, "own-seen-asked"));
	free(got);
}

#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(test_like_mta_is_taken_over),
		IN_FOLDER(test_like_mta_leaves_what_the_user_said),
		IN_FOLDER(test_like_mta_can_be_cancelled),
		IN_FOLDER(test_like_mta_is_compared_in_a_dialog),
		IN_FOLDER(test_ask_myip_is_evidence),
		IN_FOLDER(test_ask_myip_is_never_done_unasked),
	};

	assert_true(resolve_library_init());
	return cmocka_run_group_tests(tests, NULL, NULL);
}
