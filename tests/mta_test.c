/* mta_settings: what Postfix and Exim print about themselves. */
#include "config.h"

#include "check/mta_settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checktest.h"
#include "util/xalloc.h"

#define LEN(a) (sizeof(a) / sizeof *(a))

/* As postconf 3.7 prints them. */
#define BASE "myhostname = host.example.test\n"
/* As exim 4.96 prints routers and transports, without most of their options;
 * those that are lists of other things are left in. */
#define EXIM_HOST "primary_hostname = mail.example.test\nno_disable_ipv6\n\n"
#define EXIM_SMART                                                             \
	"smart router:\naddress_data = \naddress_test\n"                       \
	"domains = ! +local_domains\ndriver = manualroute\n"                   \
	"fallback_hosts = \ntransport = remote_smtp\nroute_data = \n"          \
	"route_list = * \"smart.isp.test::587\" byname\n\n"
#define EXIM_DNS                                                               \
	"dns router:\ndriver = dnslookup\nself = freeze\n"                     \
	"transport = remote_smtp\n\n"
#define EXIM_LOCAL                                                             \
	"local transport:\nno_disable_logging\ndriver = appendfile\n"          \
	"shadow_transport = \n\n"
#define EXIM_SMTP(helo, interface)                                             \
	"remote_smtp transport:\ndriver = smtp\n"                              \
	"helo_data = " helo "\nhosts = \ninterface = " interface "\n\n"

static const struct {
	enum mta mta;
	const char *text;
	const char *want; /* "helo v4 v6 family relay", "-" none; "" false */
} cases[] = {
	{ MTA_POSTFIX, BASE, "host.example.test - - 0 -" },
	{ MTA_POSTFIX, BASE "smtp_helo_name = mail.example.test\n"
	  "smtp_bind_address =\nsmtp_bind_address6 =\ninet_protocols = all\n"
	  "inet_interfaces = all\nrelayhost =\n",
	  "mail.example.test - - 0 -" },
	{ MTA_POSTFIX, "smtp_helo_name = mail.example.test\n" BASE,
	  "mail.example.test - - 0 -" },
	{ MTA_POSTFIX, BASE "smtp_bind_address = 192.0.2.5\n"
	  "smtp_bind_address6 = 2001:db8::5\n",
	  "host.example.test 192.0.2.5 2001:db8::5 0 -" },
	{ MTA_POSTFIX, BASE "smtp_bind_address = 192.0.2.5\n"
	  "smtp/unix/smtp_bind_address = 192.0.2.77\n"
	  "smtp/unix/smtp_helo_name = out.example.test\n",
	  "out.example.test 192.0.2.77 - 0 -" },
	{ MTA_POSTFIX, BASE "relayhost = [smart.isp.test]:587\n",
	  "host.example.test - - 0 [smart.isp.test]:587" },
	{ MTA_POSTFIX, BASE "inet_protocols = ipv4\n",
	  "host.example.test - - 4 -" },
	{ MTA_POSTFIX, BASE "inet_protocols = ipv6\n",
	  "host.example.test - - 6 -" },
	{ MTA_POSTFIX, BASE "inet_protocols = ipv4, ipv6\n",
	  "host.example.test - - 0 -" },
	/* one address of a kind is where mail leaves from */
	{ MTA_POSTFIX, BASE "inet_interfaces = 192.0.2.5\n",
	  "host.example.test 192.0.2.5 - 0 -" },
	{ MTA_POSTFIX, BASE "inet_interfaces = 192.0.2.5, [2001:db8::5]\n",
	  "host.example.test 192.0.2.5 2001:db8::5 0 -" },
	{ MTA_POSTFIX, BASE "inet_interfaces = 192.0.2.5 192.0.2.6\n",
	  "host.example.test - - 0 -" },
	{ MTA_POSTFIX, BASE "inet_interfaces = 127.0.0.1\n",
	  "host.example.test - - 0 -" },
	{ MTA_POSTFIX, BASE "inet_interfaces = 192.0.2.5 mx.example.test\n",
	  "host.example.test - - 0 -" },
	{ MTA_POSTFIX, BASE "inet_interfaces = 192.0.2.5\n"
	  "smtp_bind_address = 192.0.2.9\n",
	  "host.example.test 192.0.2.9 - 0 -" },
	/* folded values */
	{ MTA_POSTFIX, "smtp_helo_name =\n    mail.example.test\n" BASE,
	  "mail.example.test - - 0 -" },
	{ MTA_POSTFIX, BASE "inet_interfaces = 192.0.2.5,\n\t2001:db8::5\n",
	  "host.example.test 192.0.2.5 2001:db8::5 0 -" },
	{ MTA_POSTFIX, BASE "inet_protocols = ipv4", /* cut */
	  "host.example.test - - 4 -" },
	/* hostile */
	{ MTA_POSTFIX, "", "" },
	{ MTA_POSTFIX, "postconf: fatal: open main.cf\n", "" },
	{ MTA_POSTFIX, "myhostname = \033[31mx\n", "" },
	{ MTA_POSTFIX, "myhostname = a b\nrelayhost = x y\n", "" },
	{ MTA_POSTFIX, "myhostname = a\r\nsmtp_bind_address = host\n",
	  "a - - 0 -" },
	{ MTA_POSTFIX, " = \n =\n= =\nmyhostname\nmyhostname=x\n", "" },
	{ MTA_POSTFIX, "inet_interfaces = [ ] [] [192.0.2.5\n", "" },

	{ MTA_EXIM, EXIM_HOST EXIM_DNS EXIM_SMTP("$primary_hostname", ""),
	  "mail.example.test - - 0 -" },
	{ MTA_EXIM, EXIM_HOST EXIM_DNS EXIM_LOCAL
	  EXIM_SMTP("out.example.test", "192.0.2.5"),
	  "out.example.test 192.0.2.5 - 0 -" },
	{ MTA_EXIM, EXIM_HOST EXIM_DNS
	  EXIM_SMTP("${primary_hostname}", "<; 192.0.2.5 ; 2001:db8::5"),
	  "mail.example.test 192.0.2.5 2001:db8::5 0 -" },
	{ MTA_EXIM, EXIM_HOST EXIM_DNS
	  EXIM_SMTP("$primary_hostname", "192.0.2.5 : 192.0.2.6"),
	  "mail.example.test 192.0.2.6 - 0 -" },
	{ MTA_EXIM, EXIM_HOST EXIM_DNS
	  EXIM_SMTP("$primary_hostname", "2001:db8::5"),
	  "mail.example.test - 2001:db8::5 0 -" },
	{ MTA_EXIM, EXIM_HOST EXIM_SMART EXIM_DNS
	  EXIM_SMTP("$primary_hostname", ""),
	  "mail.example.test - - 0 smart.isp.test:587" },
	{ MTA_EXIM, EXIM_HOST EXIM_DNS EXIM_SMART
	  EXIM_SMTP("$primary_hostname", ""), "mail.example.test - - 0 -" },
	{ MTA_EXIM, "primary_hostname = m.test\ndisable_ipv6\n" EXIM_DNS
	  EXIM_SMTP("$primary_hostname", ""), "m.test - - 4 -" },
	{ MTA_EXIM, EXIM_HOST "other transport:\ndriver = smtp\n"
	  "helo_data = wrong.test\n\n" EXIM_DNS
	  EXIM_SMTP("right.test", ""), "right.test - - 0 -" },
	{ MTA_EXIM, EXIM_HOST EXIM_DNS "other transport:\ndriver = smtp\n"
	  "helo_data = wrong.test\n\n" EXIM_SMTP("right.test", ""),
	  "right.test - - 0 -" },
	/* what Exim makes anew each time */
	{ MTA_EXIM, EXIM_HOST EXIM_DNS
	  EXIM_SMTP("${if eq{1}{1}{a.test}{b.test}}", "192.0.2.5"),
	  "- 192.0.2.5 - 0 -" },
	{ MTA_EXIM, EXIM_HOST EXIM_DNS
	  EXIM_SMTP("$primary_hostname", "${lookup{x}lsearch{/y}}"),
	  "mail.example.test - - 0 -" },
	{ MTA_EXIM, EXIM_HOST "r router:\ndriver = manualroute\n"
	  "transport = remote_smtp\nroute_list = example.org a.test\n\n"
	  EXIM_DNS EXIM_SMTP("$primary_hostname", ""),
	  "mail.example.test - - 0 -" },
	{ MTA_EXIM, EXIM_HOST "r router:\ndriver = manualroute\n"
	  "transport = remote_smtp\nroute_list = * $host_lookup\n\n"
	  EXIM_SMTP("$primary_hostname", ""), "mail.example.test - - 0 -" },
	{ MTA_EXIM, EXIM_HOST "r router:\ndriver = manualroute\n"
	  "transport = remote_smtp\nroute_list = * a.test:b.test; c d\n\n"
	  EXIM_SMTP("$primary_hostname", ""),
	  "mail.example.test - - 0 a.test:b.test" },
	/* hostile */
	{ MTA_EXIM, "", "" },
	{ MTA_EXIM, " router:\n transport:\nx router:\nx transport:", "" },
	{ MTA_EXIM, "primary_hostname = a\nx router:\nprimary_hostname = b\n",
	  "a - - 0 -" },
	{ MTA_EXIM, "primary_hostname = a b\n", "" },
	{ MTA_EXIM, EXIM_HOST "x transport:\ndriver = smtp\n"
	  "helo_data = a\033b\n", "" },
	{ MTA_EXIM, EXIM_HOST "x transport:\ndriver = smtp\ninterface = <\n",
	  "mail.example.test - - 0 -" },
	{ MTA_EXIM, "r router:\ndriver = manualroute\ntransport = t\n"
	  "route_list = * \"\n", "" },
};

static const char *dash(const char *text)
{
	return text ? text : "-";
}

static char *in_words(const struct mta_settings *s)
{
	return xasprintf("%s %s %s %d %s", dash(s->helo), dash(s->source4),
	                 dash(s->source6), s->family, dash(s->relay));
}

static void test_mta_settings_table(void **state)
{
	size_t failed = 0;

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct mta_settings s;
		char *got;

		got = mta_settings_parse(&s, cases[i].mta, cases[i].text,
		                         strlen(cases[i].text)) ? in_words(&s)
		                                                : xstrdup("");
		if (strcmp(got, cases[i].want) != 0) {
			print_error("%s\n  want %s\n  got  %s\n",
			            cases[i].text, cases[i].want, got);
			failed++;
		}
		free(got);
		mta_settings_clear(&s);
	}
	assert_int_equal(failed, 0);
}

static void test_mta_settings_have_bounds(void **state)
{
	char *text = xmalloc(MTA_TEXT_MAX + 100);
	struct mta_settings s;

	(void)state;
	memset(text, 'a', MTA_TEXT_MAX + 100);
	memcpy(text, "myhostname = ", 13);
	assert_false(mta_settings_parse(&s, MTA_POSTFIX, text,
	                                13 + MTA_VALUE_MAX + 1));
	mta_settings_clear(&s);
	text[13 + 300] = '\n';
	assert_true(mta_settings_parse(&s, MTA_POSTFIX, text, 13 + 300));
	assert_int_equal(strlen(s.helo), 300);
	mta_settings_clear(&s);
	memset(text, '\n', MTA_TEXT_MAX);
	memcpy(text + MTA_TEXT_MAX, "myhostname = a\n", 15);
	assert_false(mta_settings_parse(&s, MTA_POSTFIX, text,
	                                MTA_TEXT_MAX + 15));
	mta_settings_clear(&s);
	free(text);
}

#define HELO "mail.test"

static const struct {
	struct mta_settings s;
	const char *helo, *local;
	bool behind;
	const char *want;
} checks[] = {
	{ { MTA_POSTFIX, (char *)HELO, NULL, NULL, NULL, 0 }, "MAIL.test",
	  "192.0.2.7", false, "pass mta-same [Postfix " HELO "] | Postfix" },
	{ { MTA_EXIM, (char *)HELO, (char *)"192.0.2.7", NULL, NULL, 4 }, HELO,
	  "192.0.2.7", false, "pass mta-same [Exim " HELO "] | Exim" },
	{ { MTA_POSTFIX, (char *)HELO, NULL, NULL, NULL, 0 }, "pc.test",
	  "192.0.2.7", false,
	  "warn mta-other-helo [Postfix " HELO " pc.test] | Postfix" },
	{ { MTA_POSTFIX, (char *)HELO, (char *)"192.0.2.5", NULL, NULL, 0 },
	  "pc.test", "192.0.2.7", false, "warn mta-other-helo-from [Postfix "
	  HELO " 192.0.2.5 pc.test] | Postfix" },
	{ { MTA_POSTFIX, (char *)HELO, (char *)"192.0.2.5", NULL, NULL, 0 },
	  HELO, "192.0.2.7", false,
	  "warn mta-other-source [Postfix 192.0.2.5 192.0.2.7] | Postfix" },
	{ { MTA_POSTFIX, (char *)HELO, (char *)"192.0.2.5", NULL, NULL, 0 },
	  HELO, "2001:db8::7", false,
	  "pass mta-same [Postfix " HELO "] | Postfix" },
	{ { MTA_POSTFIX, (char *)HELO, (char *)"192.0.2.5", NULL, NULL, 0 },
	  HELO, "192.0.2.7", true,
	  "pass mta-same [Postfix " HELO "] | Postfix" },
	{ { MTA_POSTFIX, (char *)HELO, NULL, NULL, NULL, 4 }, HELO,
	  "2001:db8::7", false,
	  "warn mta-other-family [Postfix 2001:db8::7] | Postfix" },
	{ { MTA_POSTFIX, (char *)HELO, NULL, NULL, (char *)"[r.test]", 0 },
	  "pc.test", "192.0.2.7", false,
	  "note mta-relay [Postfix [r.test]] | Postfix" },
	{ { MTA_EXIM, NULL, (char *)"192.0.2.7", NULL, NULL, 0 }, HELO,
	  "192.0.2.7", false, "note mta-helo-open [Exim] | Exim" },
};

static void test_like_mta_check_compares(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(checks); i++) {
		struct address_seen seen = { ADDRESS_LOCAL, checks[i].local,
			"" };
		const struct check_query q = { .mta = &checks[i].s,
			.helo = checks[i].helo, .seen = &seen, .n_seen = 1,
			.behind = checks[i].behind };

		assert_int_equal(like_mta_count(&q), 1);
		want_check(like_mta_check, NULL, &q, checks[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mta_settings_table),
		cmocka_unit_test(test_mta_settings_have_bounds),
		cmocka_unit_test(test_like_mta_check_compares),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
