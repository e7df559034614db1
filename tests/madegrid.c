#include "config.h"

#include "madegrid.h"

#include <stdlib.h>
#include <string.h>

enum { HOSTS_MAX = 32, ADDRESSES_MAX = 32 };

void made_see(void *grid, const struct event *e)
{
	grid_see(grid, e);
}

static void give(struct grid *g, struct event_builder *b)
{
	struct event *e = event_finish(b);

	grid_see(g, e);
	free(e);
}

void made_start(struct grid *g, const char *options)
{
	struct event_builder b;

	event_begin(&b, EV_START);
	b.e.u.start.options = event_puts(&b, options);
	give(g, &b);
}

/* The rows from i on that are of the same host; how many. */
static size_t put_host(struct event_builder *b, const struct made_row *rows,
                       size_t n, struct ev_host *h)
{
	struct ev_ref list[ADDRESSES_MAX];
	size_t count = 0;

	while (count < n && strcmp(rows[count].host, rows[0].host) == 0) {
		list[count] = event_puts(b, rows[count].address);
		count++;
	}
	*h = (struct ev_host){ .preference = rows[0].preference };
	h->host = event_puts(b, rows[0].host);
	h->unusable = !*rows[0].address;
	h->why = event_puts(b, h->unusable ? "mx-nodata" : "");
	h->addresses = event_put_array(b, list, sizeof *list,
	                               h->unusable ? 0 : count);
	return count;
}

static void make_route(struct grid *g, const struct made_row *rows, size_t n)
{
	struct ev_host hosts[HOSTS_MAX];
	struct event_builder b;
	size_t n_hosts = 0;

	event_begin(&b, EV_ROUTE);
	for (size_t i = 0; i < n;)
		i += put_host(&b, rows + i, n - i, &hosts[n_hosts++]);
	b.e.u.route.hosts = event_put_array(&b, hosts, sizeof *hosts, n_hosts);
	give(g, &b);
}

void made_grid(struct grid *g, const struct made_row *rows, size_t n)
{
	struct maker m = { .see = made_see, .arg = g };

	make_route(g, rows, n);
	for (size_t i = 0; i < n; i++) {
		if (!rows[i].lines)
			continue;
		m.host = rows[i].host;
		m.address = rows[i].address;
		m.session++;
		made_dialog(&m, rows[i].lines);
	}
	grid_settle(g);
}
