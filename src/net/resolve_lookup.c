#include "config.h"

#include "net/resolve_priv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "util/xalloc.h"

/*
 * How a lookup goes on while nobody answers: each row is one round over all
 * servers that have not answered yet. The last one is without EDNS: there are
 * servers and firewalls that drop a query with OPT (c-ares issues 1044, 1271).
 */
static const struct round {
	unsigned times; /* of try_ms */
	bool edns;
} rounds[] = { { 1, true }, { 2, true }, { 2, false } };
#define ROUNDS (sizeof rounds / sizeof *rounds)

/* ---- channels ---- */

static struct channel *get_channel(struct resolver *r, struct server *s,
                                   bool edns)
{
	if (edns && s->n_idle)
		return s->idle[--s->n_idle];
	return channel_new(r->loop, &s->address, edns);
}

static void put_channel(struct server *s, struct channel *c, bool edns)
{
	if (!edns || !channel_reusable(c)) {
		channel_free(c);
		return;
	}
	if (s->n_idle == s->size_idle) {
		s->size_idle = s->size_idle ? 2 * s->size_idle : 8;
		s->idle = xreallocarray(s->idle, s->size_idle,
		                        sizeof *s->idle);
	}
	s->idle[s->n_idle++] = c;
}

/* ---- one lookup ---- */

/* Takes l out of every list; its memory goes with the answer. */
static void unlink_lookup(struct lookup *l)
{
	*l->link = l->next;
	if (l->next)
		l->next->link = l->link;
	if (l->line)
		line_remove(l);
	else
		l->r->in_flight--;
}

void lookup_free(struct lookup *l)
{
	lookup_part(l);
	unlink_lookup(l);
	channel_free(l->channel);
	loop_timer_free(l->timer);
	answer_free(l->a);
	free(l);
}

static void fail(struct lookup *l, enum dns_status status)
{
	answer_fail(l->a, status);
	if (status == DNS_TIMEOUT) {
		l->a->silence.queries = l->queries;
		l->a->silence.servers = (unsigned)l->r->n_servers;
		l->a->silence.ms =
		    (uint32_t)((loop_now_us() - l->began_us) / 1000);
	}
	lookup_finish(l);
}

/* An RCODE tells more than a broken message, that more than an ICMP message,
 * and anything more than silence. The first of equals counts. */
static void note_failure(struct lookup *l, enum dns_status s)
{
	static const uint8_t telling[DNS_STATUS_COUNT] = {
		[DNS_SERVFAIL] = 4, [DNS_REFUSED] = 4, [DNS_FORMERR] = 4,
		[DNS_NOTIMP] = 4, [DNS_OTHER_RCODE] = 4, [DNS_MALFORMED] = 3,
		[DNS_UNREACHABLE] = 2, [DNS_TIMEOUT] = 1,
	};

	if (telling[s] <= telling[l->worst])
		return;
	l->worst = s;
	l->failed = l->server;
}

/* Moves to the next server that may still answer; false: there is none. */
static bool next_server(struct lookup *l)
{
	do {
		if (++l->server == l->r->n_servers) {
			l->server = 0;
			l->round++;
		}
	} while (l->round < ROUNDS && l->out_of_it >> l->server & 1);
	return l->round < ROUNDS;
}

static void query_ended(void *arg);

/* No one can guess it: the kernel's random numbers, fetched by the hundred. */
static uint16_t random_id(struct resolver *r)
{
	if (r->n_ids == 0) {
		if (getentropy(r->ids, sizeof r->ids) < 0)
			abort(); /* a kernel without random numbers */
		r->n_ids = sizeof r->ids / sizeof *r->ids;
	}
	return r->ids[--r->n_ids];
}

/* Asks the server that it is the turn of. */
static void ask(struct lookup *l)
{
	struct resolver *r = l->r;
	const struct round *round = &rounds[l->round];
	uint8_t query[DNS_QUERY_MAX];
	int64_t until;
	size_t len;

	l->asked = *answer_end(l->a);
	dns_name_lower(&l->asked);
	len = dns_query(query, random_id(r), &l->asked, l->a->type,
	                round->edns);
	if (l->cd)
		query[3] |= DNS_CD;
	l->queries++;
	l->sent_us = loop_now_us();
	until = l->sent_us + (int64_t)r->try_ms * 1000 * round->times;
	l->channel = get_channel(r, &r->servers[l->server], round->edns);
	/* no channel, or an error at once: told from the loop, not from here */
	if (!l->channel ||
	    !channel_send(l->channel, query, len, query_ended, l))
		until = 0;
	loop_timer_at(l->timer, until < l->end_us ? until : l->end_us);
}

/* What came of the query under way; the octets belong to the channel. */
static struct channel_answer take_answer(struct lookup *l)
{
	struct channel_answer got = { .status = DNS_UNREACHABLE };

	if (l->channel)
		channel_answer(l->channel, &got);
	return got;
}

static void tell(struct lookup *l, const struct channel_answer *got,
                 const char *bogus)
{
	struct dns_exchange x = {
		.name = &l->asked,
		.type = l->a->type,
		.server = l->r->servers[l->server].text,
		.us = (uint32_t)(loop_now_us() - l->sent_us),
		.status = got->status,
		.tcp = got->tcp,
		.no_edns = !rounds[l->round].edns,
		.cd = l->cd,
		.bogus = bogus,
		.strays = got->strays,
		.wire = got->wire,
		.len = got->len,
	};

	if (l->entry)
		share_keep(l->r->share, l->entry, &x);
	if (l->calls.exchange)
		l->calls.exchange(l->calls.arg, &x);
}

/* SERVFAIL: is it the signatures? The same server, without a check of them. */
static void ask_unchecked(struct lookup *l)
{
	l->cd = true;
	l->server = l->failed;
	l->round = 0;
	ask(l);
}

/* The server answered, but not so that the lookup ends with it. */
static void try_another(struct lookup *l, enum dns_status status)
{
	note_failure(l, status);
	if (status != DNS_TIMEOUT)
		l->out_of_it |= 1u << l->server;
	if (loop_now_us() >= l->end_us)
		fail(l, l->worst);
	else if (next_server(l))
		ask(l);
	else if (l->worst == DNS_SERVFAIL)
		ask_unchecked(l);
	else
		fail(l, l->worst);
}

/* An alias that leads out of its message: the same server is asked next, and
 * in the way that it has just answered to. */
static void follow(struct lookup *l)
{
	l->out_of_it = 0;
	l->worst = DNS_NOERROR;
	ask(l);
}

static void let_channel_go(struct lookup *l)
{
	if (l->channel)
		put_channel(&l->r->servers[l->server], l->channel,
		            rounds[l->round].edns);
	l->channel = NULL;
}

/* What came is only looked at: a lookup that failed stays so. */
static void end_unchecked(struct lookup *l, struct channel_answer *got)
{
	struct dns_answer *seen = answer_new(&l->asked, l->a->type);
	struct buf why = { 0 };

	if (got->status == DNS_NOERROR) {
		bool more = answer_fold(seen, got->wire, got->len, false);

		got->status = more ? DNS_NOERROR : seen->status;
		l->a->bogus = !dns_status_is_temp(got->status);
	}
	answer_ext(&l->a->msg, &why);
	tell(l, got, l->a->bogus ? buf_str(&why) : NULL);
	buf_clear(&why);
	answer_free(seen);
	let_channel_go(l);
	fail(l, l->worst);
}

static void query_ended(void *arg)
{
	struct lookup *l = arg;
	struct server *s = &l->r->servers[l->server];
	struct channel_answer got = take_answer(l);
	bool more = false;

	loop_timer_at(l->timer, INT64_MAX);
	if (l->cd) {
		end_unchecked(l, &got);
		return;
	}
	if (got.status == DNS_NOERROR) {
		more = answer_fold(l->a, got.wire, got.len, s->trusted);
		got.status = more ? DNS_NOERROR : l->a->status;
	}
	tell(l, &got, NULL);
	let_channel_go(l);
	if (more)
		follow(l);
	else if (got.status == DNS_BADNAME)
		fail(l, DNS_BADNAME);
	else if (dns_status_is_temp(got.status))
		try_another(l, got.status);
	else
		lookup_finish(l);
}

void lookup_start(struct lookup *l)
{
	line_remove(l);
	l->timer = loop_timer_new(l->r->loop, query_ended, l);
	l->r->in_flight++;
	l->began_us = loop_now_us();
	l->end_us = l->began_us + (int64_t)l->r->total_ms * 1000;
	ask(l);
}
