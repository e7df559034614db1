#include "config.h"

#include "core/dialog_now.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/command.h"
#include "core/ehlo.h"
#include "util/xalloc.h"

static void set(char **field, const char *text)
{
	char *copy = xstrdup(text);

	free(*field);
	*field = copy;
}

static void clear_caps(struct dialog_now *now)
{
	for (size_t i = 0; i < now->n_caps; i++) {
		free(now->caps[i].keyword);
		free(now->caps[i].params);
	}
	free(now->caps);
	now->caps = NULL;
	now->n_caps = 0;
	now->size_limit = 0;
}

/* Ten times what a session sends (SESSION_RCPT_MAX): only a recording that
 * somebody made up has more, and each reply looks through all of them. */
enum { RCPTS_KEPT = 1000 };

static void clear_rcpts(struct dialog_now *now)
{
	for (size_t i = 0; i < now->n_rcpts; i++)
		free(now->rcpts[i].address);
	free(now->rcpts);
	now->rcpts = NULL;
	now->n_rcpts = 0;
}

static void clear_hosts(struct dialog_now *now)
{
	for (size_t i = 0; i < now->n_hosts; i++) {
		struct now_host *h = &now->hosts[i];

		for (size_t j = 0; j < h->n_addresses; j++)
			free(h->addresses[j].address);
		free(h->addresses);
		free(h->host);
		free(h->why);
	}
	free(now->hosts);
	now->hosts = NULL;
	now->n_hosts = 0;
}

void now_init(struct dialog_now *now)
{
	char **const texts[] = { &now->target, &now->domain, &now->dns_server,
		                 &now->host, &now->address, &now->via,
		                 &now->local, &now->greeting_name,
		                 &now->helo, &now->from };

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		set(texts[i], "");
}

void now_clear(struct dialog_now *now)
{
	clear_caps(now);
	clear_rcpts(now);
	clear_hosts(now);
	free(now->target);
	free(now->domain);
	free(now->dns_server);
	free(now->host);
	free(now->address);
	free(now->via);
	free(now->local);
	free(now->greeting_name);
	free(now->helo);
	free(now->from);
	free((void *)now->prompt);
	free((void *)now->ask);
}

static struct event *event_copy(const struct event *e)
{
	return memcpy(xmalloc(e->size), e, e->size);
}

static void keep(const struct event **slot, const struct event *e)
{
	free((void *)*slot);
	*slot = e ? event_copy(e) : NULL;
}

void now_answered(struct dialog_now *now)
{
	keep(&now->ask, NULL);
}

/* The host and address of the newest connection, NULL where unknown. */
static struct now_address *current(struct dialog_now *now,
                                   struct now_host **host)
{
	*host = NULL;
	for (size_t i = 0; i < now->n_hosts; i++) {
		struct now_host *h = &now->hosts[i];

		if (strcasecmp(h->host, now->host) != 0)
			continue;
		*host = h;
		for (size_t j = 0; j < h->n_addresses; j++)
			if (strcmp(h->addresses[j].address, now->address) == 0)
				return &h->addresses[j];
	}
	return NULL;
}

static void mark(struct dialog_now *now, enum mark m)
{
	struct now_host *h;
	struct now_address *a = current(now, &h);

	if (h)
		h->mark = m;
	if (a)
		a->mark = m;
}

static enum mark mark_of(unsigned code)
{
	return code < 400 ? MARK_OK : code < 500 ? MARK_LATER : MARK_NO;
}

static void apply_dns(struct dialog_now *now, const struct event *e)
{
	const struct ev_dns *dns = &e->u.dns;
	uint32_t least = UINT32_MAX;

	if (dns->type != 15) /* MX, RFC 1035 §3.2.2 */
		return;
	for (uint32_t i = 0; i < dns->answers.len; i++)
		if (event_rr(e, i)->ttl < least)
			least = event_rr(e, i)->ttl;
	now->dns_us = dns->us;
	now->dns_ttl = least == UINT32_MAX ? 0 : least;
	now->dns_ad = dns->ad;
	set(&now->dns_server, event_text(e, dns->server));
}

static void take_host(struct now_host *to, const struct event *e,
                      const struct ev_host *h)
{
	*to = (struct now_host){
		.host = xstrdup(event_text(e, h->host)),
		.why = xstrdup(event_text(e, h->why)),
		.preference = h->preference,
		.unusable = h->unusable,
		.addresses = xcalloc(h->addresses.len, sizeof *to->addresses),
		.n_addresses = h->addresses.len,
	};
	for (uint32_t i = 0; i < h->addresses.len; i++)
		to->addresses[i].address =
		    xstrdup(event_item_text(e, h->addresses, i));
}

static void apply_route(struct dialog_now *now, const struct event *e)
{
	clear_hosts(now);
	set(&now->domain, event_text(e, e->u.route.domain));
	now->route = e->u.route.kind;
	now->has_route = true;
	now->n_hosts = e->u.route.hosts.len;
	now->hosts = xcalloc(now->n_hosts, sizeof *now->hosts);
	for (uint32_t i = 0; i < now->n_hosts; i++)
		take_host(&now->hosts[i], e, event_host(e, i));
}

static void apply_connecting(struct dialog_now *now, const struct event *e)
{
	const struct ev_connect *c = &e->u.connect;

	now->session = e->session;
	set(&now->host, event_text(e, c->host));
	set(&now->address, event_text(e, c->address));
	set(&now->via, event_text(e, c->via));
	set(&now->local, "");
	set(&now->greeting_name, "");
	set(&now->helo, "");
	set(&now->from, "");
	now->port = c->port;
	now->state = ST_CLOSED;
	now->from_mark = MARK_UNTRIED;
	now->from_n = now->helo_n = 0;
	now->connecting = true;
	now->connected = now->closed = now->failed = now->esmtp = false;
	now->ended = false;
	now->first_us = e->t_us;
	clear_caps(now);
	clear_rcpts(now);
	mark(now, MARK_TRYING);
}

static void apply_connected(struct dialog_now *now, const struct event *e)
{
	struct now_host *h;
	struct now_address *a = current(now, &h);

	now->connecting = false;
	now->connected = true;
	set(&now->local, event_text(e, e->u.connect.local));
	if (a)
		a->us = e->u.connect.us;
}

static void apply_failed(struct dialog_now *now, const struct event *e)
{
	struct now_host *h;
	struct now_address *a;

	now->failed = true;
	now->connecting = false;
	now->fail_phase = e->u.failed.phase;
	now->fail_kind = e->u.failed.kind;
	if (now->fail_phase == PHASE_DNS || e->session == 0)
		return;
	if (now->fail_phase == PHASE_DIALOG)
		return; /* the replies say more */
	mark(now, MARK_NO);
	a = current(now, &h);
	if (a) {
		a->failed = true;
		a->fail = now->fail_kind;
	}
}

static void apply_sent(struct dialog_now *now, const struct event *e)
{
	const char *line = event_text(e, e->u.sent.line);
	char *path;

	switch (command_find(line, strcspn(line, " "))) {
	case VERB_EHLO:
	case VERB_HELO:
		now->helo_n = e->n;
		now->esmtp = strncasecmp(line, "EHLO", 4) == 0;
		set(&now->helo, line[4] ? line + 5 : "");
		break;
	case VERB_MAIL:
		clear_rcpts(now);
		now->transaction_over = false;
		now->from_n = e->n;
		now->from_mark = MARK_UNTRIED;
		free(now->from);
		now->from = command_path(line);
		break;
	case VERB_RCPT:
		if (now->n_rcpts >= RCPTS_KEPT)
			break;
		path = command_path(line);
		now->rcpts = xreallocarray(now->rcpts, now->n_rcpts + 1,
		                           sizeof *now->rcpts);
		now->rcpts[now->n_rcpts++] =
		    (struct now_rcpt){ .address = path, .n = e->n };
		break;
	default:
		break;
	}
}

static void take_caps(struct dialog_now *now, const struct event *e)
{
	struct ev_ref lines = e->u.reply.lines;
	struct ehlo caps = { 0 };

	clear_caps(now);
	for (uint32_t i = 1; i < lines.len; i++) {
		struct ev_ref r = event_item(e, lines, i);

		if (r.len > 4)
			ehlo_add_line(&caps, event_text(e, r) + 4, r.len - 4);
	}
	now->n_caps = caps.n;
	now->caps = xcalloc(caps.n, sizeof *now->caps);
	for (size_t i = 0; i < caps.n; i++) {
		now->caps[i] = (struct now_cap){
			.keyword = xstrdup(caps.caps[i].keyword),
			.params = xstrdup(caps.caps[i].params),
		};
		if (strcmp(caps.caps[i].keyword, "SIZE") == 0)
			now->size_limit = strtoull(caps.caps[i].params, NULL,
			                           10);
	}
	ehlo_clear(&caps);
}

static void apply_greeting(struct dialog_now *now, const struct event *e)
{
	struct ev_ref lines = e->u.reply.lines;
	const char *line = lines.len ? event_item_text(e, lines, 0) : "";
	char *name;

	mark(now, mark_of(e->u.reply.code));
	if (strlen(line) < 5)
		return;
	name = xmemdup0(line + 4, strcspn(line + 4, " "));
	free(now->greeting_name);
	now->greeting_name = name;
}

static void apply_reply(struct dialog_now *now, const struct event *e)
{
	uint32_t to = e->u.reply.to;
	unsigned code = e->u.reply.code;

	if (to == EV_GREETING)
		apply_greeting(now, e);
	else if (to == now->helo_n && code / 100 == 2 && now->esmtp)
		take_caps(now, e);
	else if (to == now->from_n && now->from_n)
		mark(now, now->from_mark = mark_of(code));
	for (size_t i = 0; i < now->n_rcpts; i++) {
		struct now_rcpt *r = &now->rcpts[i];

		if (r->n != to || code / 100 == 3)
			continue;
		r->code = (uint16_t)code;
		r->mark = mark_of(code);
		/* a recipient refused for good says nothing of the host */
		mark(now, r->mark == MARK_NO ? MARK_OK : r->mark);
	}
}

static void apply_state(struct dialog_now *now, const struct event *e)
{
	now->state = e->u.state.to;
	if (now->state != ST_MAIL && now->state != ST_RCPT &&
	    now->state != ST_DATA && now->state != ST_BDAT)
		now->transaction_over = now->from[0] != '\0' ||
		                        now->n_rcpts > 0;
}

void now_apply(struct dialog_now *now, const struct event *e)
{
	if (e->session == now->session && e->session)
		now->last_us = e->t_us;
	switch (e->kind) {
	case EV_START:
		set(&now->target, event_text(e, e->target));
		now->ended = false;
		break;
	case EV_DNS: apply_dns(now, e); break;
	case EV_ROUTE: apply_route(now, e); break;
	case EV_CONNECTING: apply_connecting(now, e); break;
	case EV_CONNECTED: apply_connected(now, e); break;
	case EV_FAILED: apply_failed(now, e); break;
	case EV_SENT: apply_sent(now, e); break;
	case EV_REPLY: apply_reply(now, e); break;
	case EV_STATE: apply_state(now, e); break;
	case EV_CLOSED:
		now->closed = true;
		now->connected = false;
		break;
	case EV_END:
		now->ended = true;
		now->exit = e->u.end.exit;
		break;
	case EV_PROMPT: keep(&now->prompt, e); break;
	case EV_ASK: keep(&now->ask, e); break;
	default: break;
	}
}
