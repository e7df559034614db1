#include "config.h"

#include "net/myip.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "check/ip.h"
#include "util/buf.h"
#include "util/xalloc.h"

static const struct myip_service builtin[] = {
	{ "resolver1.opendns.com", 0, "myip.opendns.com", false },
	{ "ns1.google.com", 0, "o-o.myaddr.l.google.com", true },
	{ NULL, 0, NULL, false },
};

struct myip {
	struct loop *loop;
	struct loop_timer *end;    /* done() comes from it: not from inside a
	                            * callback of theirs, which is freed */
	struct resolver *ours;
	struct resolver *theirs;   /* the service's server, or NULL */
	struct lookup *lookup;     /* under way, or NULL */
	struct myip_calls calls;
	const struct myip_service *services;
	size_t service;            /* that is asked */
	int family;                /* that is asked for: 4, then 6 */
	int last;                  /* family that is asked for last */
};

static void ask_server_name(struct myip *m);

static void next_family(struct myip *m)
{
	m->service = 0;
	if (m->family == m->last) {
		loop_timer_at(m->end, 0);
		return;
	}
	m->family = m->last;
	ask_server_name(m);
}

static void next_service(struct myip *m)
{
	m->service++;
	if (m->services[m->service].server)
		ask_server_name(m);
	else
		next_family(m);
}

static void on_exchange(void *arg, const struct dns_exchange *x)
{
	struct myip *m = arg;

	m->calls.exchange(m->calls.arg, x);
}

/* The first address, or text of one, of the family asked for. */
static bool address_in(const struct dns_answer *a, int family,
                       char out[IP_TEXT_MAX])
{
	for (size_t i = 0; i < a->n; i++) {
		const struct dns_rr *rr = answer_rr(a, i);
		struct buf text = { 0 };
		struct ip ip = { .size = 0 };

		if (rr->bad)
			continue;
		if (a->type == RR_TXT) {
			dns_rr_txt(&a->msg, rr, &text);
			if (!ip_parse(&ip, buf_str(&text)))
				ip.size = 0;
			buf_clear(&text);
		} else {
			ip_from_octets(&ip, dns_rr_address(&a->msg, rr),
			               a->type == RR_A ? 4 : 16);
		}
		if (ip.size == (family == 4 ? 4 : 16)) {
			ip_text(&ip, out);
			return true;
		}
	}
	return false;
}

static void on_answer(void *arg, struct dns_answer *a)
{
	struct myip *m = arg;
	char text[IP_TEXT_MAX];
	bool found = address_in(a, m->family, text);

	m->lookup = NULL;
	answer_free(a);
	if (!found) {
		next_service(m);
		return;
	}
	m->calls.seen(m->calls.arg, text, m->services[m->service].server);
	next_family(m);
}

static void look_up(struct myip *m, struct resolver *r, const char *text,
                    uint16_t type,
                    void (*done)(void *arg, struct dns_answer *a))
{
	const struct resolve_calls calls = { on_exchange, done, m };
	struct dns_name name;

	dns_name_parse(&name, text);
	m->lookup = resolve_start(r, &name, type, &calls);
}

static uint16_t address_type(const struct myip *m)
{
	return m->family == 4 ? RR_A : RR_AAAA;
}

/* The question itself, to the address of the service's server. */
static void ask_service(struct myip *m, const char *address)
{
	const struct myip_service *s = &m->services[m->service];
	char *server = xasprintf(m->family == 4 ? "%s:%u" : "[%s]:%u", address,
	                         s->port ? s->port : 53u);
	const struct resolve_config cfg = { .server = server,
		.total_ms = MYIP_TOTAL_MS };

	resolver_free(m->theirs);
	m->theirs = resolver_new(m->loop, &cfg);
	free(server);
	if (m->theirs)
		look_up(m, m->theirs, s->name, s->txt ? RR_TXT
		        : address_type(m), on_answer);
	else
		next_service(m);
}

static void on_server(void *arg, struct dns_answer *a)
{
	struct myip *m = arg;
	char address[IP_TEXT_MAX];
	bool found = address_in(a, m->family, address);

	m->lookup = NULL;
	answer_free(a);
	if (found)
		ask_service(m, address);
	else
		next_service(m);
}

static void ask_server_name(struct myip *m)
{
	look_up(m, m->ours, m->services[m->service].server, address_type(m),
	        on_server);
}

static void on_end(void *arg)
{
	struct myip *m = arg;

	m->calls.done(m->calls.arg);
}

struct myip *myip_start(struct loop *l, struct resolver *resolver,
                        const struct myip_service *services, int family,
                        const struct myip_calls *calls)
{
	struct myip *m = xcalloc(1, sizeof *m);

	m->end = loop_timer_new(l, on_end, m);
	m->loop = l;
	m->ours = resolver;
	m->calls = *calls;
	m->services = services ? services : builtin;
	m->family = family ? family : 4;
	m->last = family ? family : 6;
	ask_server_name(m);
	return m;
}

void myip_free(struct myip *m)
{
	if (!m)
		return;
	if (m->lookup)
		resolve_cancel(m->lookup);
	resolver_free(m->theirs);
	loop_timer_free(m->end);
	free(m);
}
