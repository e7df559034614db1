#include "config.h"

#include "check/receiver.h"

#include <stdio.h>
#include <string.h>

#include "check/ip.h"

/* What became of one address. */
enum ptr_outcome { PTR_NEEDED, PTR_FAILED, PTR_NONE, PTR_LIES, PTR_GOOD,
	PTR_OUTCOME_COUNT };

struct tally {
	size_t n[PTR_OUTCOME_COUNT];
	char first_bad[IP_TEXT_MAX]; /* "" none */
	const struct dns_answer *failed; /* the first one */
	bool cut; /* there are more addresses than are asked about */
};

size_t receiver_ptr_count(const struct check_query *q)
{
	const struct route_host *h = receiver_host(q, 0);

	return q->domain && *q->domain && h ? 1 : 0;
}

/* Does one of the names lead back? */
static enum ptr_outcome confirm(struct check *c, const struct facts *f,
                                const struct dns_answer *ptr,
                                const struct ip *ip, struct tally *t)
{
	enum ptr_outcome out = PTR_LIES;

	for (size_t i = 0; i < ptr->n && i < PTR_NAMES_MAX; i++) {
		const struct dns_rr *rr = answer_rr(ptr, i);
		const struct dns_answer *a;
		struct dns_name name;

		if (rr->bad)
			continue;
		dns_rr_target(&ptr->msg, rr, &name);
		a = check_ask(c, f, &name, ip->size == 4 ? RR_A : RR_AAAA);
		if (!a) {
			out = PTR_NEEDED;
			continue;
		}
		check_evidence(c, 2, a);
		if (ip_in_answer(a, ip))
			return PTR_GOOD;
		if (dns_status_is_temp(a->status) && out == PTR_LIES) {
			out = PTR_FAILED;
			t->failed = t->failed ? t->failed : a;
		}
	}
	return out;
}

static enum ptr_outcome judge(struct check *c, const struct facts *f,
                              const char *text, struct tally *t)
{
	const struct dns_answer *ptr;
	struct dns_name name;
	struct ip ip;

	if (!ip_parse(&ip, text))
		return PTR_NONE;
	ip_reverse_name(&name, &ip);
	ptr = check_ask(c, f, &name, RR_PTR);
	if (!ptr)
		return PTR_NEEDED;
	check_evidence(c, 1, ptr);
	if (dns_status_is_temp(ptr->status)) {
		t->failed = t->failed ? t->failed : ptr;
		return PTR_FAILED;
	}
	return ptr->n ? confirm(c, f, ptr, &ip, t) : PTR_NONE;
}

static void take_address(struct check *c, const struct facts *f,
                         const char *host, const char *text, struct tally *t)
{
	static const char *const says[PTR_OUTCOME_COUNT] = {
		[PTR_FAILED] = "mx-ptr-failed", [PTR_NONE] = "mx-ptr-no",
		[PTR_LIES] = "mx-ptr-lies", [PTR_GOOD] = "mx-ptr-yes",
	};
	enum ptr_outcome out = judge(c, f, text, t);

	t->n[out]++;
	if ((out == PTR_NONE || out == PTR_LIES) && !*t->first_bad)
		snprintf(t->first_bad, sizeof t->first_bad, "%s", text);
	if (says[out])
		check_step_add(c, 0, says[out], text, host, NULL);
}

static void take_all(struct check *c, const struct facts *f,
                     const struct check_query *q, struct tally *t)
{
	const struct route_host *h;
	size_t asked = 0;

	for (size_t i = 0; (h = receiver_host(q, i)); i++)
		for (size_t k = 0; k < h->n_addresses; k++) {
			if (asked++ == PTR_ADDRESSES_MAX) {
				check_step_add(c, 0, "mx-ptr-limit", NULL);
				t->cut = true;
				return;
			}
			take_address(c, f, h->host, h->addresses[k].text, t);
		}
}

void receiver_ptr_check(struct check *c, const struct facts *f,
                  const struct check_query *q, size_t i)
{
	const struct dns_answer *failed;
	struct tally t = { 0 };

	(void)i;
	check_begin(c, "mx-ptr", q->domain);
	take_all(c, f, q, &t);
	if (t.n[PTR_NEEDED])
		return;
	if (t.n[PTR_LIES])
		check_end(c, GRADE_WARN, "", "mx-ptr-some-lie", t.first_bad,
		          NULL);
	else if (t.n[PTR_NONE])
		check_end(c, GRADE_NOTE, "", "mx-ptr-some-no", t.first_bad,
		          NULL);
	else if (t.n[PTR_FAILED])
		check_end_failed(c, "", t.failed);
	else if ((failed = receiver_failed(f, q))) /* there may be more */
		check_end_failed(c, "", failed);
	else if (t.cut) /* those that were asked about are in order */
		check_end(c, GRADE_NOTE, "", "mx-ptr-limit", NULL);
	else
		check_end(c, GRADE_PASS, "", "mx-ptr-good", q->domain, NULL);
}
