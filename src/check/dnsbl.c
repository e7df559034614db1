#include "config.h"

#include "check/dnsbl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/ip.h"
#include "util/xalloc.h"

enum {
	WORDS_MAX = 512, /* octets kept of what a list says of an address */
};

struct list {
	struct check *c;
	const struct facts *f;
	const char *text; /* as the user wrote it */
	struct dns_name zone;
};

/* What an answer for an A record means. In ascending order: one record of a
 * higher kind decides. */
enum meaning {
	MEANS_NOTHING, /* no such name: not listed */
	MEANS_LISTED,
	MEANS_REFUSED, /* 127.0.0.1: by custom "I do not answer you" */
	MEANS_ERROR,   /* 127.255.255.0/24: "I do not say" */
	MEANS_PARKED,  /* outside 127/8 (RFC 5782 §2.3): no list any more */
	MEANS_FAILED,
};

static enum meaning meaning_of_record(const uint8_t *o)
{
	static const uint8_t refused[] = { 127, 0, 0, 1 };

	if (o[0] != 127)
		return MEANS_PARKED;
	if (o[1] == 255 && o[2] == 255)
		return MEANS_ERROR;
	return memcmp(o, refused, 4) == 0 ? MEANS_REFUSED : MEANS_LISTED;
}

static enum meaning meaning_of(const struct dns_answer *a)
{
	enum meaning worst = MEANS_NOTHING;

	if (check_is_failure(a))
		return MEANS_FAILED;
	for (size_t i = 0; i < a->n; i++) {
		const struct dns_rr *rr = answer_rr(a, i);
		enum meaning m;

		if (rr->bad)
			continue;
		m = meaning_of_record(dns_rr_address(&a->msg, rr));
		if (m > worst)
			worst = m;
	}
	return worst;
}

/* ---- is it alive? ---- */

/* What must be listed, and what must not: RFC 5782 §5. */
enum probe { PROBE_IPV4, PROBE_IPV6, PROBE_DOMAIN };

static bool probe_name(const struct list *l, enum probe p, bool listed,
                       struct dns_name *out)
{
	struct ip ip = { .octets = { 127, 0, 0, listed ? 2 : 1 }, .size = 4 };

	if (p == PROBE_DOMAIN) {
		char text[DNS_NAME_TEXT_MAX], *name;

		name = xasprintf("%s.%s", listed ? "test" : "invalid",
		                 dns_name_text(&l->zone, text));
		listed = dns_name_parse(out, name) == DNS_NAME_OK;
		free(name);
		return listed;
	}
	if (p == PROBE_IPV6)
		ip = (struct ip){ .octets = { [10] = 0xff, [11] = 0xff,
			[12] = 127, [15] = listed ? 2 : 1 }, .size = 16 };
	return ip_name(out, &ip, &l->zone);
}

struct life {
	bool waits, alive;
	enum meaning meaning; /* of the answer that says it is not */
	const char *say;      /* why it is of no use, NULL: by meaning */
	const struct dns_answer *a;
};

static struct life life_of(const struct dns_answer *listed,
                           const struct dns_answer *unlisted)
{
	enum meaning yes = meaning_of(listed), no = meaning_of(unlisted);
	struct life life = { .meaning = yes, .a = listed };

	if (no > yes || no == MEANS_LISTED) {
		life.meaning = no;
		life.a = unlisted;
	}
	if (life.meaning == MEANS_LISTED && no != MEANS_NOTHING)
		life.say = "dnsbl-lists-all";
	else if (life.meaning == MEANS_NOTHING)
		life.say = "dnsbl-dead";
	else
		life.alive = life.meaning == MEANS_LISTED;
	return life;
}

/* A name too long to be asked counts as dead. */
static struct life find_life(struct list *l, enum probe p)
{
	const struct dns_answer *yes, *no;
	struct dns_name name;
	struct life life = { .say = "dnsbl-dead" };

	if (!probe_name(l, p, true, &name))
		return life;
	yes = check_ask(l->c, l->f, &name, RR_A);
	if (!probe_name(l, p, false, &name))
		return life;
	no = check_ask(l->c, l->f, &name, RR_A);
	if (!yes || !no)
		return (struct life){ .waits = true };
	check_evidence(l->c, 1, yes);
	check_evidence(l->c, 1, no);
	return life_of(yes, no);
}

/* ---- what it says ---- */

/* "127.0.0.2, 127.0.0.4" */
static void put_codes(struct buf *out, const struct dns_answer *a)
{
	for (size_t i = 0; i < a->n && out->len < WORDS_MAX; i++) {
		buf_adds(out, i ? ", " : "");
		dns_rr_text(&a->msg, answer_rr(a, i), out);
	}
}

static void put_words(struct buf *out, const struct dns_answer *txt)
{
	for (size_t i = 0; i < txt->n && out->len < WORDS_MAX; i++) {
		if (answer_rr(txt, i)->bad)
			continue;
		buf_adds(out, out->len ? " | " : "");
		dns_rr_txt(&txt->msg, answer_rr(txt, i), out);
	}
	if (out->len > WORDS_MAX) {
		out->len = WORDS_MAX;
		buf_adds(out, "...");
	}
}

/* 127.255.255.x: what the x of lists that use these codes means. */
static const char *error_say(const struct dns_answer *a)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct dns_rr *rr = answer_rr(a, i);
		const uint8_t *o = dns_rr_address(&a->msg, rr);

		if (rr->bad || meaning_of_record(o) != MEANS_ERROR)
			continue;
		switch (o[3]) {
		case 252: return "dnsbl-error-name";
		case 254: return "dnsbl-error-resolver";
		case 255: return "dnsbl-error-often";
		}
	}
	return "dnsbl-error";
}

/* It says neither yes nor no. */
static void end_silent(struct list *l, enum meaning m,
                       const struct dns_answer *a, const char *result)
{
	static const char *const says[] = {
		[MEANS_REFUSED] = "dnsbl-refused",
		[MEANS_PARKED] = "dnsbl-parked",
	};
	struct buf codes = { 0 };

	if (m == MEANS_FAILED) {
		check_end_failed(l->c, "error", a);
		return;
	}
	put_codes(&codes, a);
	check_end(l->c, GRADE_UNKNOWN, result, m == MEANS_ERROR ? error_say(a)
	          : says[m], l->text, buf_str(&codes), NULL);
	buf_clear(&codes);
}

static void end_of_no_use(struct list *l, const struct life *life)
{
	if (life->say)
		check_end(l->c, GRADE_UNKNOWN, "list-unusable", life->say,
		          l->text, NULL);
	else
		end_silent(l, life->meaning, life->a, "list-unusable");
}

/* Some lists are of good senders; their names say so. */
static bool is_allow_list(const struct dns_name *zone)
{
	static const char *const words[] = { "dnswl", "wl", "swl",
		"whitelist", "allowlist" };
	char text[DNS_NAME_TEXT_MAX + 1], label[DNS_LABEL_MAX + 3];
	struct dns_name lower = *zone;

	dns_name_lower(&lower);
	text[0] = '.';
	dns_name_text(&lower, text + 1);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		snprintf(label, sizeof label, ".%s.", words[i]);
		if (strstr(text, label))
			return true;
	}
	return false;
}

static void end_listed(struct list *l, const char *subject,
                       const struct dns_answer *a,
                       const struct dns_answer *txt)
{
	struct buf codes = { 0 }, words = { 0 };
	bool good = is_allow_list(&l->zone);

	put_codes(&codes, a);
	put_words(&words, txt);
	check_end(l->c, good ? GRADE_NOTE : GRADE_BAD, "listed",
	          good ? "dnsbl-allowed" : words.len ? "dnsbl-listed"
	          : "dnsbl-listed-mute", subject, l->text, buf_str(&codes),
	          buf_str(&words), NULL);
	buf_clear(&codes);
	buf_clear(&words);
}

/* proved: it is alive for addresses, or names, of this kind. */
static void end_clean(struct list *l, const char *subject, bool proved)
{
	if (is_allow_list(&l->zone))
		check_end(l->c, GRADE_NOTE, "clean", "dnsbl-not-allowed",
		          subject, l->text, NULL);
	else if (proved)
		check_end(l->c, GRADE_PASS, "clean", "dnsbl-clean", subject,
		          l->text, NULL);
	else
		check_end(l->c, GRADE_NOTE, "clean", "dnsbl-clean-unproved",
		          subject, l->text, NULL);
}

static void ask_about(struct list *l, const struct dns_name *name,
                      const char *subject, bool proved)
{
	const struct dns_answer *a, *txt;
	enum meaning m;

	a = check_ask(l->c, l->f, name, RR_A);
	if (!a)
		return;
	check_step_add(l->c, 0, "dnsbl-asked", l->text, subject, NULL);
	check_evidence(l->c, 1, a);
	m = meaning_of(a);
	if (m == MEANS_NOTHING) {
		end_clean(l, subject, proved);
		return;
	}
	if (m != MEANS_LISTED) {
		end_silent(l, m, a, "error");
		return;
	}
	txt = check_ask(l->c, l->f, name, RR_TXT);
	if (!txt)
		return;
	check_evidence(l->c, 1, txt);
	end_listed(l, subject, a, txt);
}

/* ---- the rounds ---- */

static void ask_domain(struct list *l, const char *domain)
{
	struct dns_name name;
	char *text;

	if (!*domain || *domain == '[') {
		check_end(l->c, GRADE_UNKNOWN, "", "dnsbl-no-domain", l->text,
		          NULL);
		return;
	}
	text = xasprintf("%s.%s", domain, l->text);
	if (dns_name_parse(&name, text) == DNS_NAME_OK)
		ask_about(l, &name, domain, true);
	else
		check_end_badname(l->c, "", text);
	free(text);
}

/* A list without addresses may be one of domains (RFC 5782 §3). */
static void try_domain(struct list *l, const struct check_query *q,
                       const struct life *of_addresses)
{
	struct life life;

	if (!of_addresses->say || strcmp(of_addresses->say, "dnsbl-dead")) {
		end_of_no_use(l, of_addresses);
		return;
	}
	life = find_life(l, PROBE_DOMAIN);
	if (life.waits)
		return;
	if (life.alive)
		ask_domain(l, check_sender_domain(q));
	else
		end_of_no_use(l, of_addresses);
}

/* Lists keep IPv6 apart: one that is alive may have none of it. */
static void ask_address(struct list *l, const struct check_query *q,
                        const char *address)
{
	struct life life4, life6 = { .alive = true };
	struct dns_name name;
	struct ip ip;

	ip_parse(&ip, address);
	check_step_add(l->c, 0, "dnsbl-probed", l->text, NULL);
	life4 = find_life(l, PROBE_IPV4);
	if (ip.size == 16)
		life6 = find_life(l, PROBE_IPV6);
	if (life4.waits || life6.waits)
		return;
	if (!life6.alive && (!life6.say || strcmp(life6.say, "dnsbl-dead")))
		end_of_no_use(l, &life6);
	else if (!life4.alive && (ip.size == 4 || !life6.alive))
		try_domain(l, q, &life4);
	else if (!ip_name(&name, &ip, &l->zone))
		check_end_badname(l->c, "", l->text);
	else
		ask_about(l, &name, address, life6.alive);
}

size_t dnsbl_count(const struct check_query *q)
{
	return q->n_dnsbls;
}

void dnsbl_check(struct check *c, const struct facts *f,
                 const struct check_query *q, size_t i)
{
	struct list l = { .c = c, .f = f, .text = q->dnsbls[i] };
	const char *address = check_sender_ip(q);

	check_begin(c, "dnsbl", l.text);
	if (dns_name_parse(&l.zone, l.text) != DNS_NAME_OK)
		check_end_badname(c, "", l.text);
	else if (!*address)
		check_end(c, GRADE_UNKNOWN, "", "no-address", NULL);
	else
		ask_address(&l, q, address);
}
