#include "config.h"

#include "madefacts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rdata.h"

enum { TTL = 300 };

static bool starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static size_t write_answer(const struct fact *f, size_t n, uint8_t *out,
                           size_t size)
{
	struct dns_writer w;
	struct dns_name name;
	uint16_t type = dns_type_find(f->type);
	bool ad = starts(f->data, "AD ") || starts(f->data, "CLAIM ");

	dns_name_parse(&name, f->name);
	dns_write_begin(&w, out, size, 0, DNS_QR | (ad ? DNS_AD : 0));
	dns_write_question(&w, &name, type);
	for (size_t i = 0; i < n; i++) {
		uint8_t rdata[300];
		const char *data = f[i].data;
		uint32_t ttl = TTL;
		uint16_t t = type;
		int len;

		if (starts(data, "AD "))
			data += 3;
		if (starts(data, "CLAIM "))
			data += 6;
		if (!*data)
			break; /* AD, and no record */
		if (starts(data, "CNAME ")) {
			t = RR_CNAME;
			data += 6;
		}
		if (starts(data, "TTL0 ")) {
			ttl = 0;
			data += 5;
		}
		len = rdata_parse(t, data, rdata, sizeof rdata);
		assert_true(len >= 0);
		dns_write_rr(&w, DNS_ANSWER, &(struct dns_record){
			.owner = &name, .rdata = rdata, .rdlen = (size_t)len,
			.ttl = ttl, .type = t });
		if (t == RR_CNAME) /* what follows belongs to its target */
			dns_name_parse(&name, data);
	}
	assert_false(w.full);
	return w.len;
}

/* The answer of the n that begin at f. */
static struct dns_answer *answer_of(const struct fact *f, size_t n)
{
	static uint8_t wire[8192];
	struct dns_name name;
	struct dns_answer *a;

	assert_int_equal(dns_name_parse(&name, f->name), DNS_NAME_OK);
	a = answer_new(&name, dns_type_find(f->type));
	if (*f->data == '!')
		answer_fail(a, (enum dns_status)dns_status_find(f->data + 1));
	else
		answer_fold(a, wire, write_answer(f, n, wire, sizeof wire),
		            !starts(f->data, "CLAIM "));
	return a;
}

void add_answer(struct facts *to, const struct fact *f, size_t n)
{
	facts_add(to, answer_of(f, n));
}

static bool same_question(const struct fact *a, const struct fact *b)
{
	return strcmp(a->name, b->name) == 0 && strcmp(a->type, b->type) == 0;
}

static size_t count(const struct fact *f)
{
	size_t n = 1;

	while (f[n].name && same_question(f, &f[n]))
		n++;
	return n;
}

struct dns_answer *made_answer(const struct fact *f)
{
	return answer_of(f, count(f));
}

struct facts *facts_of(const struct fact *f)
{
	struct facts *out = facts_new();

	while (f->name) {
		size_t n = count(f);

		add_answer(out, f, n);
		f += n;
	}
	return out;
}
