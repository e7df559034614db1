#include "config.h"

#include "net/start.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "util/buf.h"
#include "util/i18n.h"
#include "util/quote.h"
#include "util/xalloc.h"

static void add_text(struct buf *b, const char *option, const char *value)
{
	char *word;

	if (!value)
		return;
	word = xasprintf("--%s=%s", option, value);
	buf_addc(b, ' ');
	quote_word(b, word, strlen(word));
	free(word);
}

static void add_number(struct buf *b, const char *option, uint64_t value)
{
	if (value)
		buf_addf(b, " --%s=%" PRIu64, option, value);
}

static void add_flag(struct buf *b, const char *option, bool set)
{
	if (set)
		buf_addf(b, " --%s", option);
}

static void add_message(struct buf *b, const struct plan *p)
{
	for (size_t i = 0; i < p->n_mail_params; i++)
		add_text(b, "mail-param", p->mail_params[i]);
	for (size_t i = 0; i < p->n_rcpt_params; i++)
		add_text(b, "rcpt-param", p->rcpt_params[i]);
	if (p->message && !p->test_message)
		add_text(b, "data", "FILE"); /* the plan knows no name */
	add_flag(b, "test-message", p->test_message);
	if (p->pipelining_always)
		add_text(b, "pipelining", "always");
	else
		add_flag(b, "pipelining", p->pipelining);
	add_flag(b, "bdat", p->bdat);
}

static void add_way(struct buf *b, const struct plan_way *w)
{
	char *proxy;

	add_text(b, "pipe", w->pipe);
	if (w->unix_path) {
		proxy = xasprintf("unix:%s", w->unix_path);
		add_text(b, "server", proxy);
		free(proxy);
	}
	if (w->socks_host) {
		proxy = xasprintf(strchr(w->socks_host, ':')
		                          ? "socks5://[%s]:%u"
		                          : "socks5://%s:%u",
		                  w->socks_host, w->socks_port);
		add_text(b, "proxy", proxy);
		free(proxy);
	}
	if (w->proxy_header)
		buf_addf(b, " --proxy-header=v%d", w->proxy_header);
	add_text(b, "proxy-from", w->proxy_from);
	add_text(b, "proxy-to", w->proxy_to);
}

static void add_version(struct buf *b, const char *option, int version)
{
	if (version)
		buf_addf(b, " --%s=1.%d", option, version - 0x0301);
}

static void add_tls(struct buf *b, const struct plan_tls *t)
{
	if (t->wrap && t->policy <= TLS_MUST)
		add_text(b, "tls", "wrap");
	else if (t->said)
		add_text(b, "tls", tls_policy_name(t->policy));
	add_text(b, "tls-ca", t->ca_file);
	add_text(b, "tls-name", t->name);
	add_version(b, "tls-min", t->min);
	add_version(b, "tls-max", t->max);
	add_text(b, "tls-cert", t->cert_file);
	add_text(b, "tls-key", t->key_file);
}

/* The password is in no text. */
static void add_auth(struct buf *b, const struct plan_auth *a)
{
	if (!a->wanted)
		return;
	if (a->mechs)
		add_text(b, "auth", a->mechs);
	else
		add_flag(b, "auth", true);
	add_text(b, "auth-user", a->user);
	add_text(b, "authzid", a->authzid);
	add_flag(b, "auth-clear", a->clear_ok);
}

static void add_checks(struct buf *b, const struct plan_checks *c)
{
	add_flag(b, "check", c->wanted);
	add_text(b, "ip", c->ip);
	for (size_t i = 0; i < c->n_selectors; i++)
		add_text(b, "dkim-selector", c->selectors[i]);
	for (size_t i = 0; i < c->n_dnsbls; i++)
		add_text(b, "dnsbl", c->dnsbls[i]);
	add_flag(b, "ask-myip", c->ask_myip);
	add_flag(b, "like-mta", c->like_mta);
}

static void add_trial(struct buf *b, const struct trial *t)
{
	char *text = trial_text(t);

	if (t->kind != TRIAL_NONE)
		add_text(b, "try", text);
	free(text);
}

char *start_options(const struct plan *p)
{
	struct buf b = { 0 };

	buf_addf(&b, "--quit-after=%s", stage_name(p->stage));
	add_text(&b, "helo", p->helo);
	if (p->from)
		add_text(&b, "from", p->from[0] ? p->from : "<>");
	for (size_t i = 0; i < p->n_to; i++)
		add_text(&b, "to", p->to[i]);
	add_text(&b, "server", p->server);
	add_number(&b, "port", p->port);
	if (p->family)
		buf_addf(&b, " -%d", p->family);
	add_text(&b, "source", p->source);
	add_flag(&b, "all", p->all);
	add_flag(&b, "allow-private", p->allow_private);
	add_number(&b, "seed", p->seed);
	if (p->protocol != PROTO_ESMTP)
		add_text(&b, "protocol", protocol_name(p->protocol));
	if (p->timeout_ms)
		buf_addf(&b, " --timeout=%g", p->timeout_ms / 1000.0);
	else if (p->patience == PATIENCE_CLASSROOM)
		add_text(&b, "timeout", "classroom");
	add_message(&b, p);
	add_way(&b, &p->way);
	add_tls(&b, &p->tls);
	add_auth(&b, &p->auth);
	add_checks(&b, &p->checks);
	add_trial(&b, &p->trial);
	return buf_steal(&b);
}

void start_post(struct outlet *out, const struct plan *p)
{
	char *options = start_options(p), when[sizeof "2026-01-02T03:04:05Z"];
	time_t now = time(NULL);
	struct event_builder b;
	struct tm tm;

	if (!gmtime_r(&now, &tm) ||
	    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		when[0] = '\0';
	event_begin(&b, EV_START);
	b.e.u.start.program = event_puts(&b, PACKAGE_NAME);
	b.e.u.start.version = event_puts(&b, PACKAGE_VERSION);
	b.e.u.start.time = event_puts(&b, when);
	b.e.u.start.options = event_puts(&b, options);
	b.e.u.start.lang = event_puts(&b, i18n_tag());
	b.e.u.start.input = event_puts(&b, p->input ? p->input : "");
	b.e.u.start.id = event_puts(&b, p->id ? p->id : "");
	outlet_post(out, &b, 0);
	free(options);
}
