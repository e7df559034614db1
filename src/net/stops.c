#include "config.h"

#include "net/stops.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/xalloc.h"

static size_t count(const struct route *route)
{
	size_t n = 0;

	for (size_t i = 0; i < route->n_hosts; i++)
		n += route->hosts[i].n_addresses;
	return n;
}

void stops_fill(struct stops *s, const struct route *route, uint16_t port)
{
	size_t at = 0;

	s->n = count(route);
	s->list = xcalloc(s->n, sizeof *s->list);
	for (size_t i = 0; i < route->n_hosts; i++) {
		const struct route_host *h = &route->hosts[i];

		for (size_t k = 0; k < h->n_addresses; k++)
			s->list[at++] = (struct stop){
				.host = xstrdup(h->host),
				.address = xstrdup(h->addresses[k].text),
				.class = h->addresses[k].class,
				.port = port,
			};
	}
	s->at = 0;
	s->end = s->n;
}

void stops_fill_local(struct stops *s, const char *name)
{
	s->n = 1;
	s->list = xcalloc(1, sizeof *s->list);
	*s->list = (struct stop){ .host = xstrdup(name),
		.address = xstrdup(""), .class = ADDR_PUBLIC, .local = true };
	s->at = 0;
	s->end = s->n;
}

void stops_clear(struct stops *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->list[i].host);
		free(s->list[i].address);
	}
	free(s->list);
	*s = (struct stops){ 0 };
}

static bool is_empty(const char *text)
{
	return !text || !*text;
}

static bool fits(const struct stop *stop, const char *host,
                 const char *address)
{
	return (is_empty(host) || strcasecmp(stop->host, host) == 0) &&
	       (is_empty(address) || strcmp(stop->address, address) == 0);
}

/* Stops of one host stand together, so what fits is one stretch. */
bool stops_pick(struct stops *s, const char *host, const char *address)
{
	size_t from = 0, end;

	if (is_empty(host) && is_empty(address)) {
		if (s->n == 0)
			return false;
		from = s->at > 0 ? s->at - 1 : 0;
		end = from + 1;
	} else {
		while (from < s->n && !fits(&s->list[from], host, address))
			from++;
		for (end = from; end < s->n; end++)
			if (!fits(&s->list[end], host, address))
				break;
	}
	if (from == end)
		return false;
	for (size_t i = 0; i < s->n; i++)
		s->list[i].tried = false;
	s->at = from;
	s->end = end;
	return true;
}

struct stop *stops_peek(struct stops *s)
{
	return s->at < s->end ? &s->list[s->at] : NULL;
}

void stops_take(struct stops *s)
{
	assert(s->at < s->end);
	s->list[s->at++].tried = true;
}

void stops_skip(struct stops *s)
{
	assert(s->at < s->end);
	s->at++;
}

void stops_again(struct stops *s)
{
	assert(s->at > 0);
	s->list[--s->at].tried = false;
}

bool stops_tried(const struct stops *s, const struct stop *stop)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->list[i].tried && s->list[i].port == stop->port &&
		    strcmp(s->list[i].address, stop->address) == 0)
			return true;
	return false;
}
