#include "config.h"

#include "net/join.h"

#include <stdlib.h>
#include <string.h>

#include "util/buf.h"
#include "util/xalloc.h"

static const char key[] = "smtpscope-port=";

enum { SMTP_PORT = 25 };

struct join {
	struct lookup *lookup;
	struct join_calls calls;
	uint16_t port;
};

/* A port number up to the end or a blank; 0 for anything else. */
static uint16_t number(const char **s)
{
	char *end;
	unsigned long n = **s >= '0' && **s <= '9' ? strtoul(*s, &end, 10) : 0;

	if (n == 0 || n > 65535)
		return 0;
	*s = end;
	return (uint16_t)n;
}

/* The first is 25's, the others say whose: "40123 587=40124". */
static uint16_t find(const char *s, uint16_t port)
{
	uint16_t stands_for = SMTP_PORT, real = number(&s);

	while (real) {
		if (stands_for == port)
			return real;
		s += strspn(s, " ");
		stands_for = number(&s);
		if (*s++ != '=')
			return 0;
		real = number(&s);
	}
	return 0;
}

uint16_t join_port(const char *txt, size_t len, uint16_t port)
{
	char *text = xmemdup0(txt, len);
	uint16_t real = 0;

	if (strncmp(text, key, strlen(key)) == 0)
		real = find(text + strlen(key), port);
	free(text);
	return real;
}

static void on_answer(void *arg, struct dns_answer *a)
{
	struct join *j = arg;
	uint16_t port = 0;

	j->lookup = NULL;
	for (size_t i = 0; i < a->n && port == 0; i++) {
		const struct dns_rr *rr = answer_rr(a, i);
		struct buf txt = { 0 };

		if (rr->bad)
			continue;
		dns_rr_txt(&a->msg, rr, &txt);
		port = join_port(buf_str(&txt), txt.len, j->port);
		buf_clear(&txt);
	}
	answer_free(a);
	j->calls.done(j->calls.arg, port);
}

static void on_exchange(void *arg, const struct dns_exchange *x)
{
	struct join *j = arg;

	j->calls.exchange(j->calls.arg, x);
}

struct join *join_start(struct resolver *r, const char *host, uint16_t port,
                        const struct join_calls *calls)
{
	struct join *j;
	struct dns_name name;

	if (dns_name_parse(&name, host) != DNS_NAME_OK)
		return NULL;
	j = xcalloc(1, sizeof *j);
	j->calls = *calls;
	j->port = port;
	j->lookup = resolve_start(r, &name, RR_TXT,
	                          &(struct resolve_calls){
	                              .exchange = on_exchange,
	                              .done = on_answer,
	                              .arg = j });
	return j;
}

void join_free(struct join *j)
{
	if (!j)
		return;
	if (j->lookup)
		resolve_cancel(j->lookup);
	free(j);
}
