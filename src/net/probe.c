#include "config.h"

#include "net/probe.h"

#include <stdlib.h>

#include "util/xalloc.h"

struct probe {
	struct conn *conn;
	struct loop_timer *timer;
	int64_t started_us;
	void (*over)(void *arg, struct probe_end end);
	void *arg;
};

static void tell(struct probe *p, struct probe_end end)
{
	end.us = (uint32_t)(loop_now_us() - p->started_us);
	loop_timer_at(p->timer, INT64_MAX);
	p->over(p->arg, end);
}

static void on_ready(void *arg)
{
	struct probe *p = arg;
	struct conn_bytes unused;

	if (conn_is_up(p->conn))
		tell(p, (struct probe_end){ .up = true });
	else if (conn_read(p->conn, &unused) == CONN_ENDED)
		tell(p, (struct probe_end){ .kind = conn_end(p->conn).kind });
}

static void on_time(void *arg)
{
	struct probe *p = arg;

	tell(p, (struct probe_end){ .kind = conn_late(p->conn).kind });
}

struct probe *probe_new(struct loop *l, const struct conn_to *to,
                        uint32_t limit_ms,
                        void (*over)(void *arg, struct probe_end end),
                        void *arg)
{
	struct probe *p = xcalloc(1, sizeof *p);

	p->started_us = loop_now_us();
	p->over = over;
	p->arg = arg;
	p->conn = conn_open(l, to, on_ready, p);
	p->timer = loop_timer_new(l, on_time, p);
	loop_timer_at(p->timer, p->started_us + (int64_t)limit_ms * 1000);
	return p;
}

void probe_free(struct probe *p)
{
	if (!p)
		return;
	conn_free(p->conn);
	loop_timer_free(p->timer);
	free(p);
}
