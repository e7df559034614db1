/* What the DNS does wrong on the way to a mail server (study: group D). */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "core/route.h"
#include "dnsrun.h"
#include "smtpfault.h"
#include "util/xalloc.h"

#define MX(data) RR("two.test.", "MX", data)
#define A_OF(name) RR(name, "A", "192.0.2.1")

static void no_connection(struct client *c, const char *text)
{
	(void)text;
	assert_int_equal(client_count(c, EV_CONNECTING), 0);
}

/* 500 hosts are listed, 100 looked up, and the text says so. */
static void all_hosts_are_listed(struct client *c, const char *text)
{
	const struct event *e = client_find(c, EV_ROUTE, 0);
	size_t usable = 0;

	assert_int_equal(e->u.route.hosts.len, DNSFAULT_MANY);
	for (uint32_t i = 0; i < e->u.route.hosts.len; i++)
		usable += !event_host(e, i)->unusable;
	assert_int_equal(usable, ROUTE_HOSTS_MAX);
	assert_non_null(strstr(text, "mx499.test"));
}

static const struct dns_row rows[] = {
/* ---- silence ---- */
{ .id = "D01_no_answer_to_any_query", .target = "drop.test", .exit = 75,
  .route = "temp timeout", .findings = "dns-silent", .queries = 3,
  .shown = "Queries sent: 3; DNS servers asked: 1; waited: 0." },
{ .id = "D01_nobody_listens", .nobody = true, .exit = 75,
  .route = "temp unreachable", .findings = "" },

/* ---- codes ---- */
{ .id = "D02_servfail", .target = "servfail.test", .exit = 75,
  .route = "temp servfail", .findings = "", .shown = "SERVFAIL" },
{ .id = "D02_refused", .target = "refused.test", .exit = 75,
  .route = "temp refused", .findings = "", .shown = "REFUSED" },
{ .id = "D02_notimp", .target = "notimp.test", .exit = 75,
  .route = "temp notimp", .findings = "", .shown = "NOTIMP" },
{ .id = "D02_formerr", .target = "formerralways.test", .exit = 75,
  .route = "temp formerr", .findings = "", .shown = "FORMERR" },
{ .id = "D02_formerr_to_edns_only", .target = "formerr.test",
  .route = "mx 10:mx.good.test=*", .findings = "" },
{ .id = "D02_yxdomain", .target = "yxdomain.test", .exit = 75,
  .route = "temp other", .findings = "dns-rcode", .shown = "YXDOMAIN" },
{ .id = "D02_badvers", .target = "badvers.test", .exit = 75,
  .route = "temp other", .findings = "dns-rcode", .shown = "BADVERS" },
{ .id = "D02_addresses_servfail",
  .zone = ZONE(MX("10 mx.two.test."),
    FAULT("mx.two.test.", NULL, "servfail")),
  .exit = 75, .route = "temp servfail 10:mx.two.test!mx-temp",
  .findings = "mx-temp" },

/* ---- nothing there ---- */
{ .id = "D03_nxdomain_stops", .target = "nxdomain.test", .exit = 68,
  .route = "nxdomain", .findings = "", .queries = 1 },
{ .id = "D03_nodata_is_an_implicit_mx",
  .zone = ZONE(A_OF("two.test.")), .route = "implicit 0:two.test=192.0.2.1",
  .findings = "implicit", .queries = 3 },
{ .id = "D03_nodata_and_no_address", .target = "nodata.test", .exit = 68,
  .route = "none 0:nodata.test!mx-nodata", .findings = "", .queries = 3 },
{ .id = "D03_nodata_and_addresses_fail",
  .zone = ZONE(FAULT("two.test.", "A", "servfail"),
    FAULT("two.test.", "AAAA", "servfail")),
  .exit = 75, .route = "temp servfail 0:two.test!mx-temp" },
{ .id = "D03_nothing_without_soa", .target = "nosoa.test", .exit = 68,
  .route = "none 0:nosoa.test!mx-nodata", .findings = "no-soa" },

/* ---- null MX ---- */
{ .id = "D04_null_mx", .zone = ZONE(MX("0 ."), A_OF("two.test.")),
  .exit = 68, .route = "null 0:.!mx-null", .findings = "", .queries = 1,
  .shown = "takes no mail" },
{ .id = "D04_null_mx_beside_another",
  .zone = ZONE(MX("0 ."), MX("10 mx.two.test."), A_OF("mx.two.test.")),
  .route = "mx 0:.!mx-null 10:mx.two.test=192.0.2.1",
  .findings = "nullmx-mixed" },
{ .id = "D04_null_mx_of_another_preference", .zone = ZONE(MX("10 .")),
  .exit = 68, .route = "null 10:.!mx-null", .findings = "nullmx-pref" },

/* ---- exchanges that are none ---- */
{ .id = "D05_mx_is_an_alias",
  .zone = ZONE(MX("10 mx.two.test."), RR("mx.two.test.", "CNAME",
    "real.two.test."), A_OF("real.two.test.")),
  .route = "mx 10:mx.two.test=192.0.2.1", .findings = "mx-cname" },
{ .id = "D05_mx_does_not_exist", .zone = ZONE(MX("10 mx.two.test.")),
  .exit = 68, .route = "noaddress 10:mx.two.test!mx-nxdomain",
  .findings = "mx-nxdomain" },
{ .id = "D05_mx_is_an_address",
  .zone = ZONE(MX("10 1.2.3.4."), A_OF("two.test.")), .exit = 68,
  .route = "nohost 10:1.2.3.4!mx-ip", .findings = "mx-ip", .queries = 1 },
{ .id = "D05_mx_is_localhost", .zone = ZONE(MX("10 localhost.")),
  .stage = STAGE_EHLO, .exit = 68,
  .route = "nohost 10:localhost!mx-localhost", .findings = "mx-localhost",
  .queries = 1, .check = no_connection },

/* ---- addresses of this network ---- */
#define AT(address)                                                            \
	ZONE(MX("10 mx.two.test."), RR("mx.two.test.", "A", address))
#define NOT_USED(address)                                                      \
	.exit = 68, .route = "mx 10:mx.two.test=" address,                     \
	.stage = STAGE_EHLO, .check = no_connection
{ .id = "D06_private", .zone = AT("10.0.0.1"), NOT_USED("10.0.0.1"),
  .findings = "addr-private private-unused" },
{ .id = "D06_loopback", .zone = AT("127.0.0.1"), NOT_USED("127.0.0.1"),
  .findings = "addr-loopback private-unused" },
{ .id = "D06_unspecified", .zone = AT("0.0.0.0"), NOT_USED("0.0.0.0"),
  .findings = "addr-unspecified private-unused" },
{ .id = "D06_linklocal", .zone = AT("169.254.169.254"),
  NOT_USED("169.254.169.254"), .findings = "addr-linklocal private-unused" },
{ .id = "D06_loopback_in_ipv6_clothes",
  .zone = ZONE(MX("10 mx.two.test."),
    RR("mx.two.test.", "AAAA", "::ffff:127.0.0.1")),
  NOT_USED("::ffff:127.0.0.1"), .findings = "addr-loopback private-unused" },

/* ---- much ---- */
{ .id = "D07_500_mx", .target = "mx500.test", .route = "mx 10:mx*",
  .findings = "same-addr mx-limit many", .check = all_hosts_are_listed },
{ .id = "D07_500_addresses",
  .zone = ZONE(MX("10 mx.two.test."), FAULT("mx.two.test.", NULL, "a500")),
  .route = "mx 10:mx.two.test=192.0.2.1,192.0.2.2,*,192.0.2.32",
  .findings = "addr-limit", .shown = "192.0.2.32" },

/* ---- aliases ---- */
{ .id = "D09_cname_loop", .target = "loop1.test", .exit = 68,
  .route = "loop", .shown = "CNAME" },
{ .id = "D09_cname_to_itself",
  .zone = ZONE(RR("two.test.", "CNAME", "two.test.")), .exit = 68,
  .route = "loop" },
{ .id = "D09_chain_of_20", .target = "endless.0.test", .exit = 68,
  .route = "loop", .queries = DNS_CHAIN_MAX + 1 },
{ .id = "D09_mx_in_a_loop",
  .zone = ZONE(MX("10 a.test."), RR("a.test.", "CNAME", "b.test."),
    RR("b.test.", "CNAME", "a.test.")),
  .exit = 68, .route = "noaddress 10:a.test!mx-loop",
  .findings = "mx-cname mx-loop" },

/* ---- TCP ---- */
{ .id = "D10_cut_and_tcp_refused", .target = "framegood.test",
  .no_tcp = true, .exit = 75, .route = "temp unreachable",
  .findings = "dns-tcp", .shown = "does not answer over TCP" },
{ .id = "D10_cut_and_tcp_silent", .target = "truncsilent.test", .exit = 75,
  .route = "temp timeout", .findings = "dns-tcp dns-silent" },
{ .id = "D10_cut_and_tcp_closed", .target = "truncclose.test", .exit = 75,
  .route = "temp unreachable", .findings = "dns-tcp" },
{ .id = "D10_cut_and_tcp_one_octet_at_a_time", .target = "framedrip.test",
  .exit = 75, .route = "temp timeout", .findings = "dns-tcp dns-silent" },
{ .id = "D10_cut_and_tcp_well", .target = "framegood.test",
  .route = "mx 10:mx.good.test=*", .shown = "tcp" },
{ .id = "D11_cut_for_ever", .target = "truncalways.test", .exit = 75,
  .route = "temp malformed" },
{ .id = "D21_frame_of_no_octets", .target = "frameempty.test", .exit = 75,
  .route = "temp malformed", .other = "temp timeout",
  .shown = "MALFORMED" },
{ .id = "D21_frame_that_is_not_whole", .target = "frameshort.test",
  .exit = 75, .route = "temp malformed", .other = "temp timeout",
  .findings = "" },
{ .id = "D21_frame_and_then_closed", .target = "frameclose.test",
  .route = "mx 10:mx.good.test=*" },

/* ---- messages that are none ---- */
{ .id = "D12_pointer_to_itself", .target = "pointerloop.test", .exit = 75,
  .route = "temp malformed" },
{ .id = "D12_pointer_forwards", .target = "pointerforward.test", .exit = 75,
  .route = "temp malformed" },
{ .id = "D12_pointer_past_the_end", .target = "pointerend.test", .exit = 75,
  .route = "temp malformed" },
{ .id = "D12_thousands_of_pointers", .target = "jumps.test", .exit = 75,
  .route = "temp malformed" },
{ .id = "D13_rdata_past_the_end", .target = "rdatalong.test", .exit = 75,
  .route = "temp malformed" },
{ .id = "D13_more_promised_than_there_is", .target = "badcount.test",
  .exit = 75, .route = "temp malformed" },
#define BAD_MX(rdata) .zone = ZONE(MX(rdata)), .exit = 75,                     \
	.route = "temp malformed"
{ .id = "D13_mx_of_0_octets", BAD_MX("\\# 0 ") },
{ .id = "D13_mx_of_1_octet", BAD_MX("\\# 1 00") },
{ .id = "D13_mx_of_2_octets", BAD_MX("\\# 2 000a") },
{ .id = "D13_mx_without_end", BAD_MX("\\# 4 000a0161") },
{ .id = "D13_one_bad_mx_beside_a_good_one",
  .zone = ZONE(MX("10 mx.two.test."), MX("\\# 2 000a"),
    A_OF("mx.two.test.")), .exit = 75, .route = "temp malformed" },
#define BAD_ADDRESS(type, rdata)                                               \
	.zone = ZONE(MX("10 mx.two.test."),                                    \
	             RR("mx.two.test.", type, rdata)),                         \
	.exit = 75, .route = "temp malformed 10:mx.two.test!mx-temp"
{ .id = "D13_a_of_3_octets", BAD_ADDRESS("A", "\\# 3 c00002") },
{ .id = "D13_a_of_5_octets", BAD_ADDRESS("A", "\\# 5 c000020101") },
{ .id = "D13_aaaa_of_15_octets",
  BAD_ADDRESS("AAAA", "\\# 15 20010db80000000000000000000000") },

/* ---- answers that nobody asked for ---- */
{ .id = "D19_another_port", .target = "otherport.test", .exit = 75,
  .route = "temp timeout" },
{ .id = "D19_another_id", .target = "badid.test", .exit = 75,
  .route = "temp timeout", .findings = "dns-stray dns-silent",
  .shown = "too short: 1." },
{ .id = "D19_another_id_and_then_the_right_one",
  .target = "badidgood.test", .route = "mx 10:mx.good.test=*",
  .findings = "dns-stray", .shown = "too short: 1." },
{ .id = "D19_another_question", .target = "otherquestion.test", .exit = 75,
  .route = "temp timeout", .findings = "dns-stray dns-silent" },
{ .id = "D19_the_question_in_capitals", .target = "othercase.test",
  .route = "mx 10:mx.good.TEST=*", .findings = "" },
{ .id = "D19_a_flood_before_the_right_one", .target = "flood.test",
  .route = "mx 10:mx.good.test=*", .findings = "dns-stray",
  .shown = "too short: 200." },
{ .id = "D20_datagram_of_no_octets", .target = "emptygood.test",
  .route = "mx 10:mx.good.test=*", .findings = "dns-stray",
  .shown = "too short: 1." },
{ .id = "D20_datagram_of_11_octets", .target = "shortgood.test",
  .route = "mx 10:mx.good.test=*", .findings = "dns-stray",
  .shown = "too short: 1." },

/* ---- hostile names ---- */
#define EVIL(label)                                                            \
	.other = "noaddress *!mx-badname",                                     \
	.zone = ZONE(MX("10 " label ".two.test."),                             \
	             A_OF(label ".two.test."))
{ .id = "D22_nul", EVIL("a\\000b"), .route = "mx 10:a\\\\000b.two.test=*",
  .shown = "a\\000b.two.test" },
{ .id = "D22_escape_sequence", EVIL("\\027[2J"), .never = "\033",
  .route = "mx 10:\\\\027\\[2J.two.test=*" },
{ .id = "D22_dot_inside_a_label", EVIL("a\\.b"),
  .route = "mx 10:a\\\\.b.two.test=*" },
{ .id = "D22_blank_and_markup", EVIL("<script>\\032x"),
  .route = "mx 10:<script>\\\\032x.two.test=*" },
{ .id = "D22_octet_255", EVIL("\\255\\128"), .never = "\xff",
  .route = "mx 10:\\\\255\\\\128.two.test=*" },
{ .id = "D22_alias_with_escape_sequence",
  .zone = ZONE(RR("two.test.", "CNAME", "\\027]0;x\\007.test."),
    RR("\\027]0;x\\007.test.", "MX", "10 mx.two.test."),
    A_OF("mx.two.test.")),
  .never = "\033", .route = "mx 10:mx.two.test=*", .other = "badname",
  .findings = "alias" },
{ .id = "D22_extended_error_with_escape_sequence", .target = "ede.test",
  .exit = 75, .never = "\033", .route = "temp servfail",
  .shown = "DNSSEC Bogus: no <1B> key" },

/* ---- sizes of names ---- */
{ .id = "D23_name_of_255_octets", .target = "name255.test",
  .route = "mx 10:aaaa*aaaa=*,192.0.2.1" },
{ .id = "D23_name_of_256_octets", .target = "name256.test", .exit = 75,
  .route = "temp malformed" },
{ .id = "D23_label_of_63_octets", .target = "label63.test",
  .route = "mx 10:bbbb*bbbb=*,192.0.2.1" },
{ .id = "D23_label_of_64_octets", .target = "label64.test", .exit = 75,
  .route = "temp malformed" },

/* ---- signatures ---- */
{ .id = "D18_ad_of_a_resolver_that_is_not_local",
  .zone = ZONE(MX("10 mx.two.test."), A_OF("mx.two.test.")), .ad = true,
  .far = true, .route = "mx *", .findings = "ad-untrusted",
  .shown = "network that is not trusted" },
{ .id = "D18_ad_of_a_local_resolver",
  .zone = ZONE(MX("10 mx.two.test."), A_OF("mx.two.test.")), .ad = true,
  .route = "mx *", .findings = "ad" },
{ .id = "D16_bogus_domain_is_told_from_a_broken_one", .target = "bogus.test",
  .exit = 75, .route = "temp servfail", .findings = "dns-bogus-why",
  .shown = "6 DNSSEC Bogus: wrong key" },
};

/* ---- names that look like others ---- */

static const struct dns_row idn_rows[] = {
#define NAMED(name, a_label)                                                   \
	.target = name, .zone = ZONE(RR(a_label ".", "MX", "10 mx.two.test."), \
	                             A_OF("mx.two.test.")),                    \
	.route = "mx *"
{ .id = "D37_mixed_scripts", NAMED("раypal.example",
    "xn--ypal-43d9g.example"), .findings = "idn-name idn-mixed",
  .shown = "two scripts, Latin and Cyrillic" },
{ .id = "D37_mixed_scripts_as_an_a_label", NAMED("xn--ypal-43d9g.example",
    "xn--ypal-43d9g.example"), .findings = "idn-name idn-mixed",
  .shown = "\"раypal.example\" is xn--ypal-43d9g.example in the DNS" },
{ .id = "D37_all_letters_look_latin", NAMED("аррӏе.example",
    "xn--80ak6aa92e.example"), .findings = "idn-name idn-lookalike",
  .shown = "In the DNS it is xn--80ak6aa92e.example." },
{ .id = "D37_a_word_below_its_own_domain", NAMED("сосо.рф",
    "xn--n1aahb.xn--p1ai"), .findings = "idn-name" },
{ .id = "D37_umlauts_are_ordinary", NAMED("münchen.example",
    "xn--mnchen-3ya.example"), .findings = "idn-name",
  .shown = "\"münchen.example\" is xn--mnchen-3ya.example in the DNS" },
{ .id = "D37_what_does_not_decode", NAMED("xn--99999999.example",
    "xn--99999999.example"), .findings = "idn-undecodable",
  .shown = "is no valid A-label" },
{ .id = "D37_one_part_decodes_and_one_does_not",
  NAMED("xn--99999999.xn--mnchen-3ya.example",
    "xn--99999999.xn--mnchen-3ya.example"), .findings = "idn-undecodable" },
};

/* ---- the same order again ---- */

static char *route_with_seed(const struct dnsfault_row *zone, uint64_t seed)
{
	struct dnsfault_config how = { .rows = zone };
	struct dnsfault *d = dnsfault_start_with(&how);
	struct worker_config cfg = { .dns = dnsfault_server(d) };
	struct plan *p = client_plan("two.test");
	struct client c;
	char *route;

	p->stage = STAGE_ROUTE;
	p->seed = seed;
	dnsrun(&c, &cfg, p);
	route = dnsrun_route(&c);
	client_stop(&c);
	dnsfault_stop(d);
	return route;
}

#define SIX(a, b, c, d, e, f)                                                  \
	ZONE(MX("10 " a ".test."), MX("10 " b ".test."), MX("10 " c ".test."), \
	     MX("10 " d ".test."), MX("10 " e ".test."), MX("10 " f ".test."), \
	     A_OF("a.test."), A_OF("b.test."), A_OF("c.test."),                \
	     A_OF("d.test."), A_OF("e.test."), A_OF("f.test."))

static void test_D08_equal_preferences_are_shuffled_by_the_seed(void **state)
{
	const struct dnsfault_row *up = SIX("a", "b", "c", "d", "e", "f");
	const struct dnsfault_row *down = SIX("f", "e", "d", "c", "b", "a");
	char *first = route_with_seed(up, 1), *again = route_with_seed(down, 1);
	bool other = false;

	(void)state;
	assert_string_equal(first, again);
	for (uint64_t seed = 2; seed < 5 && !other; seed++) {
		char *route = route_with_seed(up, seed);

		other = strcmp(route, first) != 0;
		free(route);
	}
	assert_true(other);
	free(first);
	free(again);
}

/* ---- how many are tried ---- */

static void test_D07_ten_dead_addresses_are_enough(void **state)
{
	enum { TRIES = 10, ADDRESSES = 32 };
	struct dnsfault_row zone[ADDRESSES + 2] = { MX("10 mx.two.test.") };
	struct dnsfault_config how = { .rows = zone };
	char *addresses[ADDRESSES];
	struct dnsfault *d;
	struct client c;

	(void)state;
	for (size_t i = 0; i < ADDRESSES; i++) {
		addresses[i] = xasprintf("127.0.0.%zu", i + 2);
		zone[i + 1] = (struct dnsfault_row)RR("mx.two.test.", "A",
		                                      addresses[i]);
	}
	d = dnsfault_start_with(&how);
	for (int all = 0; all <= 1; all++) {
		struct worker_config cfg = { .dns = dnsfault_server(d) };
		struct plan *p = client_plan("two.test");

		p->port = smtpfault_closed_port();
		p->allow_private = true;
		p->all = all;
		dnsrun(&c, &cfg, p);
		assert_int_equal(client_count(&c, EV_CONNECTING),
		                 all ? ADDRESSES : TRIES);
		assert_int_equal(client_finding(&c, "tries-limit"), !all);
		client_stop(&c);
	}
	dnsfault_stop(d);
	for (size_t i = 0; i < ADDRESSES; i++)
		free(addresses[i]);
}

/* ---- what a message may cost ---- */

static void test_D12_thousands_of_pointers_cost_no_time(void **state)
{
	enum { LIMIT_US = 50000 };
	struct dnsfault *d = dnsfault_start("jumps");
	struct worker_config cfg = { .dns = dnsfault_server(d),
		.dns_try_ms = 2000 };
	struct plan *p = client_plan("two.test");
	const struct event *e;
	struct client c;
	struct dns_msg m;
	clock_t began;

	(void)state;
	p->stage = STAGE_ROUTE;
	dnsrun(&c, &cfg, p);
	e = client_find(&c, EV_DNS, 0);
	assert_non_null(e);
	assert_in_range(e->u.dns.wire.len, 60000, 65535);
	began = clock();
	dns_msg_parse(&m, (const uint8_t *)event_text(e, e->u.dns.wire),
	              e->u.dns.wire.len);
	assert_in_range((clock() - began) * 1000000 / CLOCKS_PER_SEC, 0,
	                LIMIT_US);
	dns_msg_clear(&m);
	client_stop(&c);
	dnsfault_stop(d);
}

/* ---- answers that change ---- */

static void test_D34_the_address_shown_is_the_one_used(void **state)
{
	struct dnsfault_config how = { .rows = ZONE(MX("10 mx.two.test."),
		FAULT("mx.two.test.", NULL, "flux")) };
	struct dnsfault *d = dnsfault_start_with(&how);
	struct worker_config cfg = { .dns = dnsfault_server(d) };
	struct plan *p = client_plan("two.test");
	const struct event *route, *connect;
	struct client c;

	(void)state;
	p->port = smtpfault_closed_port();
	p->allow_private = true;
	p->tls.policy = TLS_DANE; /* which looks at the addresses, too */
	dnsrun(&c, &cfg, p);
	route = client_find(&c, EV_ROUTE, 0);
	connect = client_find(&c, EV_CONNECTING, 0);
	assert_non_null(route);
	assert_non_null(connect);
	assert_int_equal(client_count(&c, EV_CONNECTING), 1);
	assert_string_equal(event_text(connect, connect->u.connect.address),
	                    event_item_text(route, event_host(route, 0)
	                                               ->addresses, 0));
	client_stop(&c);
	dnsfault_stop(d);
}

/* ---- answers that come too late ---- */

static void test_D35_a_late_answer_after_a_cancel_is_for_nobody(void **state)
{
	struct dnsfault *d = dnsfault_start("slow");
	struct worker_config cfg = { .dns = dnsfault_server(d),
		.dns_try_ms = 2000 };
	struct client c;

	(void)state;
	client_start(&c, &cfg);
	for (int i = 0; i < 3; i++) {
		client_open(&c, client_plan("two.test"));
		assert_non_null(client_wait(&c, EV_START, 1000));
		client_ask(&c, REQ_CANCEL, NULL, NULL, false);
		assert_non_null(client_wait(&c, EV_END, 250));
	}
	/* longer than the answers need, and none of them becomes an event */
	client_wait(&c, EV_DNS, 2 * DNSFAULT_SLOW_MS);
	assert_int_equal(client_count(&c, EV_DNS), 0);
	assert_int_equal(client_count(&c, EV_ROUTE), 0);
	client_stop(&c);
	dnsfault_stop(d);
}

static void test_D35_a_late_answer_to_an_earlier_try_is_a_stray(void **state)
{
	struct dnsfault *d = dnsfault_start("slow");
	struct worker_config cfg = { .dns = dnsfault_server(d),
		.dns_try_ms = 2 * DNSFAULT_SLOW_MS / 3 };
	struct plan *p = client_plan("two.test");
	struct client c;

	(void)state;
	p->stage = STAGE_ROUTE;
	dnsrun(&c, &cfg, p); /* the second try waits long enough */
	assert_string_equal(event_text(client_find(&c, EV_ROUTE, 0),
	                    client_find(&c, EV_ROUTE, 0)->u.route.domain),
	                    "two.test");
	assert_int_equal(client_find(&c, EV_DNS, 0)->u.dns.status,
	                 DNS_TIMEOUT);
	assert_int_equal(client_find(&c, EV_DNS, 1)->u.dns.status,
	                 DNS_NOERROR);
	client_stop(&c);
	dnsfault_stop(d);
}

int main(void)
{
	const struct CMUnitTest made[] = {
		cmocka_unit_test(
		    test_D07_ten_dead_addresses_are_enough),
		cmocka_unit_test(
		    test_D08_equal_preferences_are_shuffled_by_the_seed),
		cmocka_unit_test(test_D12_thousands_of_pointers_cost_no_time),
		cmocka_unit_test(test_D34_the_address_shown_is_the_one_used),
		cmocka_unit_test(
		    test_D35_a_late_answer_after_a_cancel_is_for_nobody),
		cmocka_unit_test(
		    test_D35_a_late_answer_to_an_earlier_try_is_a_stray),
	};

	return dnsrun_all("D: DNS", rows, sizeof rows / sizeof *rows) +
	       dnsrun_all("D: names", idn_rows,
	                  sizeof idn_rows / sizeof *idn_rows) +
	       cmocka_run_group_tests_name("D: made", made, NULL, NULL);
}
