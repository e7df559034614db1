#include "config.h"

#include "net/gate.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

enum { BUCKETS_MIN = 64 }; /* a power of two */

struct line { /* passes that wait, first come first */
	struct gate_pass *first, **end;
};

struct host { /* as long as a pass or a pause is there */
	struct host *next;     /* in its bucket */
	struct host **link;
	struct host *next_due, **due_link; /* in gate.due; link NULL: is not */
	uint32_t hash;
	uint16_t port;
	size_t passes;         /* all of them */
	size_t inside;         /* that are open or wait for a file */
	struct line line;
	int64_t pause_us;      /* nobody before; 0: no pause */
	uint32_t pause_ms;     /* the newest pause; 0: it has taken us since */
	unsigned refusals;     /* pauses in a row */
	unsigned silences;     /* in a row */
	bool shut;             /* the pause is for all of them */
	char address[];
};

struct gate_pass {
	struct gate *gate;
	struct host *host;
	struct gate_pass *next, **link; /* in a line */
	struct line *line; /* of its host, or gate.files; NULL: open */
	struct gate_calls calls;
	unsigned refused; /* times that there was no file */
	bool shut;        /* in no line, and not open */
};

struct gate {
	struct gate_config cfg;
	size_t open;         /* passes that may connect */
	struct line files;   /* inside at their host; total is reached */
	int64_t files_us;    /* nobody before, but for one that leaves; 0 */
	struct host *due;    /* where someone waits and may be able to go */
	struct host **buckets; /* n_buckets, a power of two */
	size_t n_buckets, n_hosts;
};

/* ---- lines ---- */

static void line_init(struct line *l)
{
	l->first = NULL;
	l->end = &l->first;
}

static void link_at(struct line *l, struct gate_pass **at, struct gate_pass *p)
{
	p->line = l;
	p->link = at;
	p->next = *at;
	if (p->next)
		p->next->link = &p->next;
	else
		l->end = &p->next;
	*at = p;
}

static void unlink_pass(struct gate_pass *p)
{
	*p->link = p->next;
	if (p->next)
		p->next->link = p->link;
	else
		p->line->end = p->link;
	p->line = NULL;
}

/* ---- hosts ---- */

static uint32_t hash_of(const char *address, uint16_t port)
{
	uint32_t h = 2166136261u ^ port; /* FNV-1a */

	for (; *address; address++)
		h = (h ^ (unsigned char)*address) * 16777619u;
	return h;
}

static void link_host(struct gate *g, struct host *h)
{
	struct host **at = &g->buckets[h->hash & (g->n_buckets - 1)];

	h->link = at;
	h->next = *at;
	if (h->next)
		h->next->link = &h->next;
	*at = h;
}

static void grow(struct gate *g)
{
	struct host **old = g->buckets;
	size_t n = g->n_buckets;

	g->n_buckets = n ? 2 * n : BUCKETS_MIN;
	g->buckets = xcalloc(g->n_buckets, sizeof(struct host *));
	for (size_t i = 0; i < n; i++)
		for (struct host *h = old[i], *next; h; h = next) {
			next = h->next;
			link_host(g, h);
		}
	free(old);
}

static struct host *find_host(const struct gate *g, const char *address,
                              uint16_t port, uint32_t hash)
{
	struct host *h = g->buckets[hash & (g->n_buckets - 1)];

	while (h && (h->hash != hash || h->port != port ||
	             strcmp(h->address, address) != 0))
		h = h->next;
	return h;
}

static struct host *get_host(struct gate *g, const char *address,
                             uint16_t port)
{
	uint32_t hash = hash_of(address, port);
	struct host *h = find_host(g, address, port, hash);
	size_t len = strlen(address) + 1;

	if (h)
		return h;
	if (g->n_hosts++ == g->n_buckets)
		grow(g);
	h = xcalloc(1, sizeof *h + len);
	memcpy(h->address, address, len);
	h->port = port;
	h->hash = hash;
	line_init(&h->line);
	link_host(g, h);
	return h;
}

static void set_due(struct gate *g, struct host *h)
{
	if (h->due_link)
		return;
	h->due_link = &g->due;
	h->next_due = g->due;
	if (h->next_due)
		h->next_due->due_link = &h->next_due;
	g->due = h;
}

static void unset_due(struct host *h)
{
	if (!h->due_link)
		return;
	*h->due_link = h->next_due;
	if (h->next_due)
		h->next_due->due_link = h->due_link;
	h->due_link = NULL;
}

static void free_host(struct gate *g, struct host *h)
{
	unset_due(h);
	*h->link = h->next;
	if (h->next)
		h->next->link = h->link;
	g->n_hosts--;
	free(h);
}

/* After a pause the first one finds out alone whether it is over. */
static bool is_busy(const struct gate *g, const struct host *h)
{
	return h->inside >= (h->pause_ms ? 1 : g->cfg.per_host);
}

/* A host is due as long as time alone, or nothing, keeps its first one. */
static void look_again(struct gate *g, struct host *h, int64_t now_us)
{
	if (h->pause_us > now_us || (h->line.first && !is_busy(g, h)))
		set_due(g, h);
	else if (h->passes == 0)
		free_host(g, h);
	else
		unset_due(h);
}

/* ---- the gate ---- */

struct gate *gate_new(const struct gate_config *cfg)
{
	struct gate *g = xcalloc(1, sizeof *g);

	assert(cfg->per_host > 0 && cfg->total > 0);
	g->cfg = *cfg;
	if (!g->cfg.pause_ms)
		g->cfg.pause_ms = GATE_PAUSE_MS;
	line_init(&g->files);
	grow(g);
	return g;
}

void gate_free(struct gate *g)
{
	if (!g)
		return;
	while (g->due) {
		assert(g->due->passes == 0);
		free_host(g, g->due);
	}
	assert(g->n_hosts == 0);
	free(g->buckets);
	free(g);
}

static bool is_shut(const struct host *h, int64_t now_us)
{
	return h->shut && h->pause_us > now_us;
}

static bool has_files(const struct gate *g)
{
	return g->open < g->cfg.total && g->files_us == 0;
}

/* Its host takes it in; true: it is open. */
static bool enter(struct gate *g, struct gate_pass *p)
{
	p->host->inside++;
	if (!has_files(g) || g->files.first) {
		link_at(&g->files, g->files.end, p);
		return false;
	}
	g->open++;
	return true;
}

struct gate_pass *gate_ask(struct gate *g, const char *address, uint16_t port,
                           const struct gate_calls *calls, int64_t now_us)
{
	struct host *h = get_host(g, address, port);
	struct gate_pass *p = xcalloc(1, sizeof *p);

	*p = (struct gate_pass){ .gate = g, .host = h, .calls = *calls };
	h->passes++;
	if (is_shut(h, now_us)) {
		p->shut = true;
	} else if (h->line.first || is_busy(g, h) || h->pause_us > now_us) {
		link_at(&h->line, h->line.end, p);
		look_again(g, h, now_us);
	} else {
		enter(g, p);
	}
	return p;
}

enum gate_state gate_state(const struct gate_pass *p, int64_t now_us)
{
	if (p->shut)
		return GATE_SHUT;
	if (!p->line)
		return GATE_OPEN;
	if (p->line == &p->gate->files)
		return GATE_FILES;
	return p->host->pause_us > now_us ? GATE_PAUSE : GATE_HOST;
}

int64_t gate_pause_us(const struct gate_pass *p)
{
	return p->host->pause_us;
}

void gate_leave(struct gate_pass *p, int64_t now_us)
{
	struct gate *g;
	struct host *h;

	if (!p)
		return;
	g = p->gate;
	h = p->host;
	h->passes--;
	if (!p->shut && p->line != &h->line)
		h->inside--;
	if (p->line) {
		unlink_pass(p);
	} else if (!p->shut) {
		g->open--;
		g->files_us = 0;
	}
	free(p);
	look_again(g, h, now_us);
}

/* In a pause it is one that was on its way before. */
void gate_welcome(struct gate_pass *p, int64_t now_us)
{
	struct host *h = p->host;

	h->silences = 0;
	if (h->pause_ms == 0 || h->pause_us > now_us)
		return;
	h->pause_ms = 0;
	h->refusals = 0;
	h->shut = false;
	look_again(p->gate, h, now_us);
}

/* One pause, however many are told so in it. */
void gate_busy(struct gate_pass *p, int64_t now_us)
{
	struct host *h = p->host;
	uint32_t ms = h->pause_ms ? 2 * h->pause_ms : p->gate->cfg.pause_ms;

	if (h->pause_us > now_us)
		return;
	h->pause_ms = ms < GATE_PAUSE_MAX_MS ? ms : GATE_PAUSE_MAX_MS;
	h->shut = ++h->refusals >= GATE_REFUSALS;
	h->pause_us = now_us +
	              (int64_t)(h->shut ? GATE_SHUT_MS : h->pause_ms) * 1000;
	look_again(p->gate, h, now_us);
}

void gate_silent(struct gate_pass *p, int64_t now_us)
{
	struct host *h = p->host;

	if (++h->silences < GATE_SILENCES)
		return;
	h->shut = true;
	h->pause_ms = p->gate->cfg.pause_ms;
	h->pause_us = now_us + (int64_t)GATE_SHUT_MS * 1000;
	look_again(p->gate, h, now_us);
}

bool gate_no_files(struct gate_pass *p, int64_t now_us)
{
	struct gate *g = p->gate;

	assert(!p->line);
	if (g->open == 1 && ++p->refused > GATE_FILES_TRIES)
		return false;
	g->open--;
	g->files_us = now_us + (int64_t)GATE_FILES_MS * 1000;
	link_at(&g->files, &g->files.first, p);
	return true;
}

/* ---- turns ---- */

int64_t gate_due_us(const struct gate *g)
{
	int64_t due = INT64_MAX;

	if (g->files.first && g->open < g->cfg.total)
		due = g->files_us;
	for (const struct host *h = g->due; h; h = h->next_due) {
		int64_t at = h->shut && h->line.first ? 0 : h->pause_us;

		due = at < due ? at : due;
	}
	return due;
}

static void let_files_go(struct gate *g, int64_t now_us)
{
	if (g->files_us <= now_us)
		g->files_us = 0;
	while (g->files.first && has_files(g)) {
		struct gate_pass *p = g->files.first;

		unlink_pass(p);
		g->open++;
		p->calls.go(p->calls.arg);
	}
}

/* Its first one, if it may; else h is due no more. */
static void let_in(struct gate *g, struct host *h, int64_t now_us)
{
	struct gate_pass *p = h->line.first;

	if (!p || (is_busy(g, h) && !is_shut(h, now_us))) {
		look_again(g, h, now_us);
		return;
	}
	unlink_pass(p);
	p->shut = is_shut(h, now_us);
	if (p->shut || enter(g, p))
		p->calls.go(p->calls.arg); /* h may be gone afterwards */
}

static struct host *next_ready(const struct gate *g, int64_t now_us)
{
	struct host *h = g->due;

	while (h && h->pause_us > now_us && !(h->shut && h->line.first))
		h = h->next_due;
	return h;
}

void gate_turn(struct gate *g, int64_t now_us)
{
	struct host *h;

	let_files_go(g, now_us);
	while ((h = next_ready(g, now_us)))
		let_in(g, h, now_us);
}
