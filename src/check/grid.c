#include "config.h"

#include "check/grid.h"

#include <stdlib.h>
#include <string.h>

#include "check/odd.h"
#include "core/trial.h"
#include "util/xalloc.h"

const char *grid_step_name(enum grid_step s)
{
	static const char *const names[] = {
#define GRID_STEP_NAME(id, name) [id] = name,
		GRID_STEPS(GRID_STEP_NAME)
#undef GRID_STEP_NAME
	};

	return names[s];
}

/* ---- rows ---- */

static struct grid_row *add_row(struct grid *g, const char *host,
                                const char *address)
{
	struct grid_row *r;

	if (g->n == GRID_ROWS_MAX)
		return NULL;
	g->rows = xreallocarray(g->rows, g->n + 1, sizeof *g->rows);
	r = &g->rows[g->n++];
	*r = (struct grid_row){ .host = xstrdup(host),
		.address = xstrdup(address), .why = xstrdup("") };
	return r;
}

static void set_why(struct grid_row *r, const char *why)
{
	free(r->why);
	r->why = xstrdup(why);
}

static void clear_rows(struct grid *g)
{
	for (size_t i = 0; i < g->n; i++) {
		free(g->rows[i].host);
		free(g->rows[i].address);
		free(g->rows[i].why);
		summary_clear(&g->rows[i].sum);
	}
	free(g->rows);
	g->rows = NULL;
	g->n = 0;
}

void grid_clear(struct grid *g)
{
	clear_rows(g);
	*g = (struct grid){ .n = 0 };
}

/* A host is a row of its own only where it has no address. */
static void add_host(struct grid *g, const struct event *e,
                     const struct ev_host *h)
{
	const char *host = event_text(e, h->host);
	uint32_t n = h->addresses.len;

	for (uint32_t i = 0; i < n || i == 0; i++) {
		struct grid_row *r = add_row(g, host, n ? event_item_text(
			e, h->addresses, i) : "");

		if (!r)
			return;
		r->preference = h->preference;
		r->unusable = h->unusable;
		set_why(r, event_text(e, h->why));
	}
}

static void see_route(struct grid *g, const struct event *e)
{
	clear_rows(g);
	for (uint32_t i = 0; i < e->u.route.hosts.len; i++)
		add_host(g, e, event_host(e, i));
}

static struct grid_row *find_row(struct grid *g, const char *host,
                                 const char *address)
{
	for (size_t i = 0; i < g->n; i++)
		if (strcmp(g->rows[i].host, host) == 0 &&
		    strcmp(g->rows[i].address, address) == 0)
			return &g->rows[i];
	return NULL;
}

/* ---- events ---- */

static bool begins_with_tls_lost(const struct grid *g,
                                 const struct grid_row *r)
{
	return g->again && r->sum.failed && r->sum.phase == PHASE_TLS;
}

static void see_connecting(struct grid *g, const struct event *e)
{
	const char *host = event_text(e, e->u.connect.host);
	const char *address = event_text(e, e->u.connect.address);
	struct grid_row *r = find_row(g, host, address);

	if (!r)
		r = add_row(g, host, address);
	if (!r)
		return;
	g->current = (size_t)(r - g->rows);
	if (begins_with_tls_lost(g, r)) {
		r->lost_n = r->sum.fail_n;
		r->lost = r->sum.fail;
	} else {
		r->lost_n = 0;
	}
	g->again = false;
	summary_clear(&r->sum);
	r->sum.whole = true;
	summary_see(&r->sum, e);
	set_why(r, "");
	r->why_n = 0;
}

/* Why an address was passed over; the address is the second argument. */
static bool is_pass(const char *id)
{
	return strcmp(id, "address-tried") == 0 ||
	       strcmp(id, "private-unused") == 0 ||
	       strcmp(id, "join-no-port") == 0 ||
	       strcmp(id, "dane-unused") == 0;
}

static void see_finding(struct grid *g, const struct event *e)
{
	const char *id = event_text(e, e->u.finding.id);
	struct ev_ref args = e->u.finding.args;
	struct grid_row *r;

	if (strcmp(id, "experiment") == 0)
		g->trial = true;
	else if (strcmp(id, "tls-again-in-clear") == 0)
		g->again = true;
	if (args.len < 2 || !is_pass(id))
		return;
	r = find_row(g, event_item_text(e, args, 0),
	             event_item_text(e, args, 1));
	if (!r || r->sum.session)
		return;
	set_why(r, id);
	r->why_n = e->n;
}

/* The newest session first: most events are its own. */
static struct grid_row *row_of(struct grid *g, uint32_t session)
{
	if (g->current < g->n && g->rows[g->current].sum.session == session)
		return &g->rows[g->current];
	for (size_t i = 0; i < g->n; i++)
		if (g->rows[i].sum.session == session)
			return &g->rows[i];
	return NULL;
}

static void see_session(struct grid *g, const struct event *e)
{
	struct grid_row *r = e->session ? row_of(g, e->session) : NULL;

	if (r)
		summary_see(&r->sum, e);
}

/* Each option is a word of its own. */
bool grid_asks_all(const struct event *start)
{
	const char *p = start->kind == EV_START
	                    ? event_text(start, start->u.start.options) : "";

	for (; (p = strstr(p, "--all")); p++)
		if (p[5] == '\0' || p[5] == ' ')
			return true;
	return false;
}

static void begin(struct grid *g, const struct event *e)
{
	grid_clear(g);
	g->all = grid_asks_all(e);
}

void grid_see(struct grid *g, const struct event *e)
{
	g->stale = true;
	switch (e->kind) {
	case EV_START: begin(g, e); break;
	case EV_ROUTE: see_route(g, e); break;
	case EV_FINDING: see_finding(g, e); break;
	case EV_END: g->ended = true; break;
	case EV_CHECK:
		if (trial_of_check(event_text(e, e->u.check.id)))
			g->trial = false;
		break;
	case EV_CONNECTING:
		if (!g->trial)
			see_connecting(g, e);
		break;
	default: see_session(g, e); break;
	}
}

/* ---- cells ---- */

static enum grid_state state_of(uint16_t code)
{
	switch (code / 100) {
	case 2:
	case 3: return GRID_OK;
	case 4: return GRID_LATER;
	case 5: return GRID_NO;
	default: return GRID_FAILED;
	}
}

static enum grid_step step_of(enum verb v)
{
	switch (v) {
	case VERB_CONNECT: return GRID_GREETING;
	case VERB_EHLO:
	case VERB_HELO:
	case VERB_LHLO: return GRID_EHLO;
	case VERB_STARTTLS: return GRID_TLS;
	case VERB_AUTH:
	case VERB_AUTH_RESPONSE: return GRID_AUTH;
	case VERB_MAIL: return GRID_MAIL;
	case VERB_RCPT: return GRID_RCPT;
	case VERB_DATA:
	case VERB_END_OF_DATA:
	case VERB_BDAT: return GRID_DATA;
	default: return GRID_COLUMNS;
	}
}

static struct grid_cell reply_cell(const struct summary_row *row)
{
	return (struct grid_cell){ .state = state_of(row->code),
		.fail = FAIL_PROTOCOL, .code = row->code, .us = row->us,
		.n = row->reply_n, .row = row };
}

/* The first of the worst stands for all. */
static void add_recipient(struct grid_cell *c, const struct summary_row *row)
{
	struct grid_cell one = reply_cell(row);
	uint16_t count = c->count, good = c->good;

	if (count == 0 || one.state > c->state)
		*c = one;
	c->count = (uint16_t)(count + 1);
	c->good = (uint16_t)(good + (one.state == GRID_OK));
}

static void put_reply(struct grid_row *r, const struct summary_row *row,
                      enum grid_step step)
{
	struct grid_cell *c = &r->cell[step];

	if (row->verb == VERB_MAIL) /* a transaction of its own */
		r->cell[GRID_RCPT] = r->cell[GRID_DATA] =
			(struct grid_cell){ .state = GRID_OPEN };
	if (row->code == 0 && c->state == GRID_OPEN && !r->sum.over)
		c->state = GRID_RUNNING;
	if (row->code == 0)
		return;
	if (row->verb == VERB_RCPT)
		add_recipient(c, row);
	else
		*c = reply_cell(row);
	if (row->verb == VERB_STARTTLS && c->state == GRID_OK)
		*c = (struct grid_cell){ .state = GRID_RUNNING };
}

static void put_tcp(struct grid_row *r)
{
	struct grid_cell *c = &r->cell[GRID_TCP];

	c->n = r->sum.first_n;
	c->us = r->sum.connect_us;
	c->state = r->sum.connected ? GRID_OK : GRID_RUNNING;
	if (r->sum.connected && !r->sum.over)
		r->cell[GRID_GREETING].state = GRID_RUNNING;
}

static void put_tls(struct grid_row *r)
{
	const struct summary *s = &r->sum;
	struct grid_cell *c = &r->cell[GRID_TLS];

	if (s->secure)
		*c = (struct grid_cell){ .state = GRID_OK,
			.us = s->handshake.us, .n = s->handshake.n };
	else if (r->lost_n)
		*c = (struct grid_cell){ .state = GRID_FAILED,
			.fail = r->lost, .n = r->lost_n };
	else if (c->state == GRID_OPEN && r->cell[GRID_EHLO].code &&
	         (!s->starttls || r->cell[GRID_MAIL].state != GRID_OPEN ||
	          s->over))
		c->state = GRID_NONE;
}

static enum grid_step step_after(enum grid_step step)
{
	switch (step) {
	case GRID_TCP: return GRID_GREETING;
	case GRID_GREETING: return GRID_EHLO;
	case GRID_EHLO:
	case GRID_TLS:
	case GRID_AUTH: return GRID_MAIL;
	case GRID_MAIL: return GRID_RCPT;
	default: return GRID_DATA;
	}
}

/* The command that nothing answered, GRID_COLUMNS for one without a column;
 * else what would have come next. */
static enum grid_step lost_step(const struct summary *s)
{
	enum grid_step last = GRID_TCP;

	for (size_t i = 0; i < s->n; i++) {
		enum grid_step step = step_of(s->rows[i].verb);

		if (s->rows[i].code == 0)
			return step;
		if (step != GRID_COLUMNS)
			last = step;
	}
	return step_after(last);
}

static enum grid_step failed_step(const struct summary *s)
{
	switch (s->phase) {
	case PHASE_GREETING: return GRID_GREETING;
	case PHASE_TLS: return GRID_TLS;
	case PHASE_DIALOG: return lost_step(s);
	default: return GRID_TCP;
	}
}

/* A refusal that was said stands: the end of the connection only follows. */
static void put_failure(struct grid_row *r)
{
	enum grid_step step = failed_step(&r->sum);
	struct grid_cell *c;

	if (!r->sum.failed || step == GRID_COLUMNS)
		return;
	c = &r->cell[step];
	if (c->state == GRID_LATER || c->state == GRID_NO)
		return;
	*c = (struct grid_cell){ .state = GRID_FAILED, .fail = r->sum.fail,
		.n = r->sum.fail_n };
}

static void fill(struct grid_row *r)
{
	const struct summary *s = &r->sum;

	memset(r->cell, 0, sizeof r->cell);
	if (s->session == 0)
		return;
	put_tcp(r);
	for (size_t i = 0; i < s->n; i++) {
		enum grid_step step = step_of(s->rows[i].verb);

		if (step != GRID_COLUMNS)
			put_reply(r, &s->rows[i], step);
	}
	put_tls(r);
	put_failure(r);
	for (int c = 0; c < GRID_COLUMNS; c++)
		if (s->over && r->cell[c].state == GRID_RUNNING)
			r->cell[c].state = GRID_OPEN;
}

/* Those that every session has are always there. */
static bool is_used(const struct grid *g, enum grid_step step)
{
	if (step != GRID_AUTH && step != GRID_DATA && step != GRID_TLS)
		return true;
	for (size_t i = 0; i < g->n; i++)
		if (g->rows[i].cell[step].state > GRID_NONE ||
		    g->rows[i].cell[step].state == GRID_RUNNING ||
		    (step == GRID_TLS && g->rows[i].sum.starttls))
			return true;
	return false;
}

void grid_settle(struct grid *g)
{
	if (!g->stale)
		return;
	g->stale = false;
	for (size_t i = 0; i < g->n; i++)
		fill(&g->rows[i]);
	for (int c = 0; c < GRID_COLUMNS; c++)
		g->used[c] = is_used(g, (enum grid_step)c);
	odd_mark(g);
}

/* ---- what it says ---- */

bool grid_row_over(const struct grid_row *r)
{
	return r->sum.session != 0 && r->sum.over;
}

static bool is_bad(const struct grid_cell *c)
{
	return c->state > GRID_OK;
}

/* TLS that did not come up decides only where nothing was done without it. */
enum grid_step grid_decisive(const struct grid_row *r)
{
	enum grid_step last = GRID_COLUMNS;

	for (int c = 0; c < GRID_COLUMNS; c++) {
		if (is_bad(&r->cell[c]) && c != GRID_TLS)
			return (enum grid_step)c;
		if (r->cell[c].state >= GRID_OK)
			last = (enum grid_step)c;
	}
	return last;
}

size_t grid_tried(const struct grid *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n; i++)
		n += g->rows[i].sum.session != 0;
	return n;
}

size_t grid_over(const struct grid *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n; i++)
		n += grid_row_over(&g->rows[i]);
	return n;
}

size_t grid_addresses(const struct grid *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n; i++)
		n += g->rows[i].sum.session ||
		     (*g->rows[i].address && !*g->rows[i].why);
	return n;
}
