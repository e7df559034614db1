#include "config.h"

#include "core/dialog_now.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/caps.h"
#include "core/command.h"
#include "core/trial.h"
#include "util/xalloc.h"

static void set(char **field, const char *text)
{
	char *copy = xstrdup(text);

	free(*field);
	*field = copy;
}

static void free_caps(struct now_cap **caps, size_t *n)
{
	for (size_t i = 0; i < *n; i++) {
		free((*caps)[i].keyword);
		free((*caps)[i].params);
	}
	free(*caps);
	*caps = NULL;
	*n = 0;
}

static void clear_caps(struct dialog_now *now)
{
	free_caps(&now->caps, &now->n_caps);
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
		                 &now->helo, &now->from,
		                 &now->auth_mech };

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		set(texts[i], "");
}

static void clear_checks(struct dialog_now *now)
{
	for (size_t i = 0; i < now->n_checks; i++)
		free((void *)now->checks[i]);
	free(now->checks);
	now->checks = NULL;
	now->n_checks = 0;
}

void now_clear(struct dialog_now *now)
{
	clear_checks(now);
	clear_caps(now);
	free_caps(&now->caps_before, &now->n_caps_before);
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
	free(now->auth_mech);
	free((void *)now->tls);
	free((void *)now->prompt);
	free((void *)now->ask);
}

static void keep(const struct event **slot, const struct event *e)
{
	free((void *)*slot);
	*slot = e ? event_copy(e) : NULL;
}

/* More than one for each list, selector and address that a person names. */
enum { CHECKS_KEPT = 500 };

static bool same_check(const struct event *a, const struct event *b)
{
	return strcmp(event_text(a, a->u.check.id),
	              event_text(b, b->u.check.id)) == 0 &&
	       strcmp(event_text(a, a->u.check.subject),
	              event_text(b, b->u.check.subject)) == 0;
}

static void keep_check(struct dialog_now *now, const struct event *e)
{
	for (size_t i = 0; i < now->n_checks; i++)
		if (same_check(now->checks[i], e)) {
			keep(&now->checks[i], e);
			return;
		}
	if (now->n_checks == CHECKS_KEPT)
		return;
	now->checks = xreallocarray(now->checks, now->n_checks + 1,
	                            sizeof *now->checks);
	now->checks[now->n_checks++] = event_copy(e);
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

/* Of the transaction that begins, or of none any more. */
static void forget_message(struct dialog_now *now)
{
	clear_rcpts(now);
	now->data_n = 0;
	now->data_mark = MARK_UNTRIED;
	now->data_code = 0;
}

static void forget_login(struct dialog_now *now)
{
	now->auth_n = 0;
	now->auth_mark = MARK_UNTRIED;
	set(&now->auth_mech, "");
}

/* Sessions between the remark that an experiment begins and its outcome are
 * the experiment's. */
static void apply_finding(struct dialog_now *now, const struct event *e)
{
	if (strcmp(event_text(e, e->u.finding.id), "experiment") == 0 &&
	    e->u.finding.args.len > 0)
		now->trial = trial_find(event_item_text(e, e->u.finding.args,
		                                        0));
}

static void apply_check(struct dialog_now *now, const struct event *e)
{
	keep_check(now, e);
	if (trial_of_check(event_text(e, e->u.check.id)))
		now->trial = TRIAL_NONE;
}

static void note_own_session(struct dialog_now *now, const struct event *e)
{
	if (now->trial)
		return;
	if (e->kind == EV_CONNECTING)
		now->own_session = e->session;
	if (e->kind == EV_CONNECTING && now->base_replied)
		return;
	now->base_session = e->session;
	now->base_replied = e->kind == EV_REPLY;
}

static void forget_sessions(struct dialog_now *now)
{
	now->trial = TRIAL_NONE;
	now->base_replied = false;
	now->own_session = now->base_session = 0;
}

static void apply_connecting(struct dialog_now *now, const struct event *e)
{
	const struct ev_connect *c = &e->u.connect;

	note_own_session(now, e);
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
	now->ended = now->lmtp = false;
	now->first_us = e->t_us;
	keep(&now->tls, NULL);
	clear_caps(now);
	free_caps(&now->caps_before, &now->n_caps_before);
	forget_message(now);
	forget_login(now);
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

/* RFC 3207 §4.2: what was said before the handshake counts no more; the list
 * is kept beside for those who want to compare. */
static void apply_tls(struct dialog_now *now, const struct event *e)
{
	keep(&now->tls, e);
	free_caps(&now->caps_before, &now->n_caps_before);
	now->caps_before = now->caps;
	now->n_caps_before = now->n_caps;
	now->caps = NULL;
	now->n_caps = 0;
	now->size_limit = 0;
	now->esmtp = false;
	now->helo_n = 0;
}

static void begin_transaction(struct dialog_now *now, const struct event *e,
                              const char *line)
{
	forget_message(now);
	now->transaction_over = false;
	now->from_n = e->n;
	now->from_mark = MARK_UNTRIED;
	free(now->from);
	now->from = command_path(line);
}

static void add_rcpt(struct dialog_now *now, const struct event *e,
                     const char *line)
{
	if (now->n_rcpts >= RCPTS_KEPT)
		return;
	now->rcpts = xreallocarray(now->rcpts, now->n_rcpts + 1,
	                           sizeof *now->rcpts);
	now->rcpts[now->n_rcpts++] = (struct now_rcpt){
		.address = command_path(line), .n = e->n, .act = ACT_UNKNOWN };
}

/* "AUTH PLAIN ****": the second word. */
static void begin_login(struct dialog_now *now, const struct event *e,
                        const char *line)
{
	const char *mech = line + strcspn(line, " ");
	char *name;

	mech += strspn(mech, " ");
	name = xmemdup0(mech, strcspn(mech, " "));
	set(&now->auth_mech, name);
	free(name);
	now->auth_n = e->n;
	now->auth_mark = MARK_TRYING;
}

static void begin_hello(struct dialog_now *now, const struct event *e,
                        const char *line)
{
	now->helo_n = e->n;
	now->esmtp = strncasecmp(line, "HELO", 4) != 0;
	now->lmtp = strncasecmp(line, "LHLO", 4) == 0;
	set(&now->helo, line[4] ? line + 5 : "");
}

static void message_sent(struct dialog_now *now, const struct event *e)
{
	now->data_n = e->n;
	now->data_mark = MARK_TRYING;
	now->data_code = 0;
}

/* RFC 3030 §2: "BDAT 12 LAST" */
static bool is_last_chunk(const char *line)
{
	size_t len = strlen(line);

	while (len > 0 && line[len - 1] == ' ')
		len--;
	return len > 5 && strncasecmp(line + len - 5, " LAST", 5) == 0;
}

/* Steps that are no commands: lines of a message, of a login. */
static void apply_step(struct dialog_now *now, const struct event *e,
                       const char *verb)
{
	if (strcmp(verb, "(END OF DATA)") == 0)
		message_sent(now, e);
	else if (strcmp(verb, "(AUTH RESPONSE)") == 0)
		now->auth_n = e->n;
}

static void apply_sent(struct dialog_now *now, const struct event *e)
{
	const char *line = event_text(e, e->u.sent.line);
	const char *verb = event_text(e, e->u.sent.verb);

	if (*verb == '(') {
		apply_step(now, e, verb);
		return;
	}
	switch (command_find(line, strcspn(line, " "))) {
	case VERB_EHLO:
	case VERB_HELO:
	case VERB_LHLO:
		begin_hello(now, e, line);
		break;
	case VERB_MAIL:
		begin_transaction(now, e, line);
		break;
	case VERB_RCPT:
		add_rcpt(now, e, line);
		break;
	case VERB_AUTH:
		begin_login(now, e, line);
		break;
	case VERB_BDAT:
		if (is_last_chunk(line))
			message_sent(now, e);
		break;
	default:
		break;
	}
}

static void take_caps(struct dialog_now *now, const struct event *e)
{
	struct ehlo caps = { 0 };

	clear_caps(now);
	caps_read(e, &caps);
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

static void rcpt_reply(struct dialog_now *now, uint32_t to, unsigned code)
{
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

/* What became of the message; in LMTP for one recipient, in the order of the
 * RCPT commands (RFC 2033 §4.2). */
static void message_reply(struct dialog_now *now, const struct event *e)
{
	const char *whom = event_text(e, e->u.reply.recipient);
	unsigned code = e->u.reply.code;

	now->data_code = (uint16_t)code;
	now->data_mark = mark_of(code);
	for (size_t i = 0; *whom && i < now->n_rcpts; i++) {
		struct now_rcpt *r = &now->rcpts[i];

		if (r->mark != MARK_OK || r->final_code ||
		    strcmp(r->address, whom) != 0)
			continue;
		r->final_code = (uint16_t)code;
		r->final_mark = mark_of(code);
		return;
	}
}

static void apply_verdict(struct dialog_now *now, const struct event *e)
{
	const char *whom = event_text(e, e->u.verdict.recipient);

	if (e->session != now->session)
		return;
	for (size_t i = 0; *whom && i < now->n_rcpts; i++)
		if (strcmp(now->rcpts[i].address, whom) == 0)
			now->rcpts[i].act = (enum act)e->u.verdict.act;
}

static void apply_reply(struct dialog_now *now, const struct event *e)
{
	uint32_t to = e->u.reply.to;
	unsigned code = e->u.reply.code;

	note_own_session(now, e);
	if (to == EV_GREETING) {
		apply_greeting(now, e);
		return;
	}
	if (to == now->helo_n && code / 100 == 2 && now->esmtp)
		take_caps(now, e);
	else if (to == now->from_n && now->from_n)
		mark(now, now->from_mark = mark_of(code));
	else if (to == now->auth_n && now->auth_n && code / 100 != 3)
		now->auth_mark = mark_of(code);
	else if (to == now->data_n && now->data_n)
		message_reply(now, e);
	rcpt_reply(now, to, code);
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
		clear_checks(now);
		now->ended = false;
		forget_sessions(now);
		break;
	case EV_DNS: apply_dns(now, e); break;
	case EV_ROUTE: apply_route(now, e); break;
	case EV_CONNECTING: apply_connecting(now, e); break;
	case EV_CONNECTED: apply_connected(now, e); break;
	case EV_FAILED: apply_failed(now, e); break;
	case EV_SENT: apply_sent(now, e); break;
	case EV_REPLY: apply_reply(now, e); break;
	case EV_STATE: apply_state(now, e); break;
	case EV_VERDICT: apply_verdict(now, e); break;
	case EV_FINDING: apply_finding(now, e); break;
	case EV_CHECK: apply_check(now, e); break;
	case EV_TLS: apply_tls(now, e); break;
	case EV_CLOSED:
		now->closed = true;
		now->connected = false;
		break;
	case EV_END:
		now->ended = true;
		now->trial = TRIAL_NONE;
		now->exit = e->u.end.exit;
		break;
	case EV_PROMPT: keep(&now->prompt, e); break;
	case EV_ASK: keep(&now->ask, e); break;
	default: break;
	}
}
