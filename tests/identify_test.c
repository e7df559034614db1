/* Software and operator, told from what a server says and is called. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "knowledge/identify.h"
#include "knowledge/match.h"
#include "tsv.h"
#include "util/xalloc.h"

static struct identity one(enum identify_place place, const char *line)
{
	struct identity i;

	identify_one(place, line, strlen(line), &i);
	return i;
}

static void test_greeting_known_gives_software_and_version(void **state)
{
	static const struct {
		const char *line, *id, *version, *evidence;
	} rows[] = {
		{ "220 mx.example.com ESMTP Postfix", "postfix", "",
		  "ESMTP Postfix" },
		{ "220 mx.example.com ESMTP Postfix (Debian/GNU)",
		  "postfix-debian", "", "ESMTP Postfix (Debian/GNU)" },
		{ "220 mx.example.com ESMTP Postfix (3.7.11)", "postfix",
		  "3.7.11", "ESMTP Postfix (3.7.11)" },
		{ "220-mx.example.com ESMTP Exim 4.96-RC1 Tue, 01 Jul 2025",
		  "exim", "4.96-RC1",
		  "ESMTP Exim 4.96-RC1 Tue, 01 Jul 2025" },
		{ "220 h.example.com ESMTP Sendmail 8.17.1.9/8.17.1; Tue",
		  "sendmail", "8.17.1.9",
		  "ESMTP Sendmail 8.17.1.9/8.17.1; Tue" },
		{ "220 h.example.com ESMTP Sendmail; at 10.0.0.1", "sendmail",
		  "", "ESMTP Sendmail; at 10.0.0.1" },
		{ "220 h.example.com ESMTP Haraka/3.0.3 ready", "haraka",
		  "3.0.3", "ESMTP Haraka/3.0.3 ready" },
		{ "220 host Kerio Connect 9.4.1 ESMTP ready", "kerio",
		  "9.4.1", "host Kerio Connect 9.4.1 ESMTP ready" },
		{ "220 h.example.com Python SMTP 1.4.4", "aiosmtpd", "1.4.4",
		  "Python SMTP 1.4.4" },
		{ "220 *************************", "cisco-pix", "",
		  "*************************" },
		{ "554 IP=192.0.2.1 - None/bad reputation", "tonline-refused",
		  "", "IP=192.0.2.1 - None/bad reputation" },
		{ "220 A.mail.protection.outlook.com Microsoft ESMTP MAIL "
		  "Service ready at Tue", "exchange-online", "",
		  "Microsoft ESMTP MAIL Service ready at Tue" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct identity got = one(PLACE_GREETING, rows[i].line);

		if (!got.id)
			fail_msg("unknown: %s", rows[i].line);
		assert_string_equal(got.id, rows[i].id);
		assert_string_equal(got.version, rows[i].version);
		assert_string_equal(got.evidence, rows[i].evidence);
	}
}

static void test_greeting_name_elsewhere_is_no_evidence(void **state)
{
	static const char *const lines[] = {
		"220 postfix.example.com ESMTP",
		"220 exim ESMTP ready", "220 hmailserver.example.com ESMTP",
		"220 hMailServer.example.com ESMTP ready",
		"220 InterScan.example.com ESMTP",
		"220 mx.example.com ESMTP", "220 mx.example.com",
		"220 mx.example.com ESMTP ready for sendmail users",
		"220 mx.example.com ESMTP replaces Postfix",
		"220 mx.example.com SMTP", "220 ", "220", "", "x",
		"421 mx.example.com ESMTP Postfix is busy",
		"220 gsmtp.example.com ESMTP - gsmtp service",
		"220 mx.example.com ESMTP\x1B[2JPostfix",
	};

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct identity got = one(PLACE_GREETING, lines[i]);

		if (got.id)
			fail_msg("%s: %s", lines[i], got.id);
	}
}

static void test_host_suffix_gives_operator(void **state)
{
	static const struct {
		const char *host, *id;
	} rows[] = {
		{ "gmail-smtp-in.l.google.com", "google" },
		{ "ASPMX.L.GOOGLE.COM.", "google" },
		{ "example-com.mail.protection.outlook.com", "microsoft" },
		{ "outlook-com.olc.protection.outlook.com", "outlook" },
		{ "example-com.a-v1.mx.microsoft", "microsoft" },
		{ "mx00.gmx.net", "gmx" }, { "mx-ha02.web.de", "webde" },
		{ "mx00.kundenserver.de", "ionos" },
		{ "mx00.t-online.de", "tonline" },
		{ "mta5.am0.yahoodns.net", "yahoo" },
		{ "mx0a-00000001.pphosted.com", "proofpoint" },
		{ "eu-smtp-inbound-1.mimecast.com", "mimecast" },
		{ "d1.ess.barracudanetworks.com", "barracuda-cloud" },
		{ "mx1.hc1.eu.iphmx.com", "cisco-cloud" },
		{ "smtpin.rzone.de", "strato" },
		{ "mx.google.com.example.org", NULL },
		{ "notgoogle.com", NULL }, { "com", NULL }, { "", NULL },
		{ ".", NULL }, { "mx.example.org", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct identify w = { 0 };

		identify_host(&w, rows[i].host);
		if (!rows[i].id != !w.operator.id)
			fail_msg("%s", rows[i].host);
		if (!rows[i].id)
			continue;
		assert_string_equal(w.operator.id, rows[i].id);
		assert_true(identity_known(&w.operator));
	}
}

static void say(struct identify *w, enum identify_place place,
                const char *line)
{
	identify_line(w, place, line, strlen(line));
}

static void test_places_that_agree_make_it_sure(void **state)
{
	struct identify w = { 0 };

	(void)state;
	say(&w, PLACE_REPLY, "250 2.0.0 Ok: queued as 4ABC123");
	assert_string_equal(w.software.name, "Postfix");
	assert_int_equal(w.software.confidence, CONF_LIKELY);
	say(&w, PLACE_GREETING, "220 mx.example ESMTP Postfix (3.7.11)");
	assert_int_equal(w.software.confidence, CONF_SURE);
	assert_string_equal(w.software.version, "3.7.11");
	assert_null(w.operator.id);
	identify_host(&w, "mx.google.com");
	say(&w, PLACE_REPLY, "250 2.1.0 OK x1si - gsmtp");
	assert_string_equal(w.operator.id, "google");
	assert_int_equal(w.operator.confidence, CONF_SURE);
	assert_string_equal(w.software.name, "Postfix");
}

static void test_places_better_evidence_holds(void **state)
{
	struct identify w = { 0 };

	(void)state;
	say(&w, PLACE_EHLO, "250-mx Hello c [192.0.2.1], pleased to meet you");
	assert_string_equal(w.software.name, "Sendmail");
	assert_false(identity_known(&w.software));
	say(&w, PLACE_GREETING, "220 mx.example.com ESMTP OpenSMTPD");
	assert_string_equal(w.software.name, "OpenSMTPD");
	assert_true(identity_known(&w.software));
	say(&w, PLACE_REPLY, "252 VRFY not available");
	assert_string_equal(w.software.name, "OpenSMTPD");
}

static bool is_banner(const char *id, size_t len)
{
	for (size_t i = 0; banner_at(i); i++)
		if (strncmp(banner_at(i)->id, id, len) == 0 &&
		    !banner_at(i)->id[len])
			return true;
	return false;
}

static void test_operators_refer_to_banners_that_are(void **state)
{
	(void)state;
	for (size_t i = 0; operator_at(i); i++) {
		const char *p = operator_at(i)->banners;

		for (size_t n; *p; p += n + strspn(p + n, " ")) {
			n = strcspn(p, " ");
			if (!is_banner(p, n))
				fail_msg("%s: %s", operator_at(i)->id, p);
		}
		assert_true(*operator_at(i)->banners ||
		            *operator_at(i)->hosts);
	}
}

static void test_title_names_version(void **state)
{
	struct identity got = one(PLACE_GREETING,
	                          "220 mx.example ESMTP Exim 4.96");
	char *title = identity_title(&got);

	(void)state;
	assert_string_equal(title, "Exim 4.96");
	free(title);
}

/* ---- recog's examples ---- */

static const char *expected(const struct tsv *t, const char *text)
{
	for (size_t r = 1; r < t->rows; r++)
		if (strstr(text, t->cell[r][0]))
			return t->cell[r][1];
	fail_msg("no expectation: %s", text);
	return NULL;
}

/* What recog's patterns are given; greetings without their code. */
static struct identity of_example(const json_t *row)
{
	const char *file = json_string_value(json_object_get(row, "file"));
	const char *text = json_string_value(json_object_get(row, "banner"));
	char *line;
	struct identity got;

	if (strcmp(file, "smtp_banners.xml") != 0)
		return one(strcmp(file, "smtp_help.xml") == 0 &&
		           strncmp(text, "214", 3) == 0 ? PLACE_HELP
		                                        : PLACE_REPLY, text);
	line = xasprintf("220 %s", text);
	got = one(PLACE_GREETING, line);
	free(line);
	return got;
}

struct score {
	size_t rows, right, versions, other;
};

/* The two may be cut differently: "8.9.3" and "8.9.3+Sun". */
static bool same_version(const char *a, const char *b)
{
	size_t n = strlen(a) < strlen(b) ? strlen(a) : strlen(b);

	return strncmp(a, b, n) == 0;
}

static void count_example(const struct tsv *t, const json_t *row,
                          struct score *s)
{
	const char *text = json_string_value(json_object_get(row, "banner"));
	const char *version = json_string_value(json_object_get(
	    json_object_get(row, "expect"), "service.version"));
	const char *want = expected(t, text);
	struct identity got = of_example(row);

	s->rows++;
	if (got.id && strcmp(got.name, want) != 0)
		fail_msg("%s: %s, not %s", text, got.name, want);
	s->right += got.id ? true : strcmp(want, "-") == 0;
	if (got.id && *got.version && version) {
		if (same_version(got.version, version))
			s->versions++;
		else
			s->other++;
	}
}

static void test_recog_nine_of_ten_and_none_wrong(void **state)
{
	const char *shared = getenv("SMTPSCOPE_SHARED");
	struct tsv *t = tsv_load("tests/data/knowledge/recog_products.tsv");
	struct score s = { 0 };
	json_t *all = NULL;
	char *path;

	(void)state;
	if (shared) {
		path = xasprintf("%s/data/recog-smtp/EXAMPLES.json", shared);
		all = json_load_file(path, 0, NULL);
		free(path);
	}
	if (!all) {
		tsv_free(t);
		skip();
	}
	for (size_t i = 0; i < json_array_size(all); i++)
		count_example(t, json_array_get(all, i), &s);
	assert_int_equal(s.rows, 256);
	assert_true(s.right * 10 >= s.rows * 9);
	assert_true(s.versions >= 145);
	/* ArGoSoft 1.61 is its build 1.6.1.8; MetaInfo counts itself */
	assert_int_equal(s.other, 2);
	json_decref(all);
	tsv_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_greeting_known_gives_software_and_version),
		cmocka_unit_test(test_greeting_name_elsewhere_is_no_evidence),
		cmocka_unit_test(test_host_suffix_gives_operator),
		cmocka_unit_test(test_places_that_agree_make_it_sure),
		cmocka_unit_test(test_places_better_evidence_holds),
		cmocka_unit_test(test_operators_refer_to_banners_that_are),
		cmocka_unit_test(test_title_names_version),
		cmocka_unit_test(test_recog_nine_of_ten_and_none_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
