#include "config.h"

#include "cli/plans.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/checks.h"
#include "cli/fit.h"
#include "core/command.h"
#include "core/session.h"
#include "util/buf.h"
#include "util/i18n.h"
#include "util/xalloc.h"

static char *copy_text(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

static char *file_error(const char *option, const char *path, const char *why)
{
	struct buf b = { 0 };

	buf_addf(&b, "--%s: ", option);
	checks_quote(&b, path);
	buf_addf(&b, ": %s", why);
	return buf_steal(&b);
}

/* "-" is standard input. */
static char *read_file(const char *option, const char *path, struct buf *out)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	char piece[4096], *error = NULL;
	size_t n;

	if (!f)
		return file_error(option, path, strerror(errno));
	while ((n = fread(piece, 1, sizeof piece, f)) > 0 &&
	       out->len <= PLANS_FILE_MAX)
		buf_add(out, piece, n);
	if (ferror(f))
		error = file_error(option, path, strerror(errno));
	else if (out->len > PLANS_FILE_MAX)
		error = file_error(option, path, _("longer than 16 MiB"));
	if (f != stdin)
		fclose(f);
	if (error)
		buf_clear(out);
	return error;
}

/* One line of --script; len without its end. */
static char *add_line(struct plan *p, const char *path, const char *line,
                      size_t len)
{
	char *copy;

	if (len > 0 && line[len - 1] == '\r')
		len--;
	if (memchr(line, '\0', len) || memchr(line, '\r', len))
		return file_error("script", path,
		                  _("a line holds a NUL or a bare CR"));
	if (len > SESSION_LINE_MAX)
		return file_error("script", path,
		                  _("a line is longer than 64 KiB"));
	if (p->n_steps >= PLANS_STEPS_MAX)
		return file_error("script", path, _("over 10,000 lines"));
	copy = xmemdup0(line, len);
	plan_add_step(p, STEP_SEND, copy, 0);
	free(copy);
	return NULL;
}

static char *read_script(struct plan *p, const char *path)
{
	struct buf text = { 0 };
	char *error = read_file("script", path, &text);

	for (size_t at = 0; !error && at < text.len;) {
		const char *line = text.data + at;
		const char *end = memchr(line, '\n', text.len - at);
		size_t len = end ? (size_t)(end - line) : text.len - at;

		error = add_line(p, path, line, len);
		at += len + 1;
	}
	if (!error && p->n_steps == 0)
		error = file_error("script", path, _("no line in it"));
	buf_clear(&text);
	return error;
}

static char *read_message(struct plan *p, const char *path)
{
	struct buf text = { 0 };
	char *error = read_file("data", path, &text);

	if (error)
		return error;
	p->message_len = text.len;
	p->message = buf_steal(&text);
	return NULL;
}

static char *use_server(struct plan *p, const char *server)
{
	struct target t;
	enum target_error e = target_parse(server, &t);

	if (e != TARGET_OK) /* checked when the option was read */
		return target_error_text(e, server);
	plan_follow(p, &t);
	if (t.kind != TARGET_UNIX)
		p->server = xstrdup(t.domain);
	if (p->port == 0)
		p->port = t.port;
	target_clear(&t);
	return NULL;
}

static void use_tls(const struct options *o, struct plan_tls *t)
{
	enum { TLS_1_0 = 0x0301 };

	t->said = o->tls != 0;
	t->wrap = o->tls == OPTIONS_WRAP + 1;
	if (t->wrap)
		t->policy = TLS_MUST;
	else if (t->said)
		t->policy = (enum tls_policy)(o->tls - 1);
	t->min = o->tls_min ? TLS_1_0 + o->tls_min - 1 : 0;
	t->max = o->tls_max ? TLS_1_0 + o->tls_max - 1 : 0;
	t->ca_file = copy_text(o->tls_ca);
	t->name = copy_text(o->tls_name);
	t->cert_file = copy_text(o->tls_cert);
	t->key_file = copy_text(o->tls_key);
}

/* "plain, login" to "PLAIN LOGIN"; NULL: none named. */
static char *mechs_of(const char *said)
{
	struct buf b = { 0 };
	size_t len;

	for (; *said; said += len) {
		said += strspn(said, ", ");
		len = strcspn(said, ", ");
		if (len && b.len)
			buf_addc(&b, ' ');
		for (size_t i = 0; i < len; i++)
			buf_addc(&b, (char)toupper((unsigned char)said[i]));
	}
	return b.len ? buf_steal(&b) : NULL;
}

/* Who says as whom or with what means that a login is wanted. */
static void use_auth(const struct options *o, struct plan_auth *a)
{
	a->wanted = o->auth || o->auth_user || o->auth_password_file ||
	            o->authzid;
	a->clear_ok = o->auth_clear;
	a->mechs = o->auth ? mechs_of(o->auth) : NULL;
	a->user = copy_text(o->auth_user);
	a->authzid = copy_text(o->authzid);
}

static void use_way(const struct options *o, struct plan_way *w)
{
	const char *host = o->proxy ? strstr(o->proxy, "://") + 3 : NULL;
	const char *port = host ? strrchr(host, ':') : NULL;
	size_t len = host ? (size_t)(port - host) : 0;

	w->pipe = copy_text(o->pipe);
	if (host && *host == '[' && host[len - 1] == ']')
		w->socks_host = xmemdup0(host + 1, len - 2);
	else if (host)
		w->socks_host = xmemdup0(host, len);
	if (host)
		w->socks_port = (uint16_t)strtoul(port + 1, NULL, 10);
	w->proxy_header = o->proxy_header;
	w->proxy_from = copy_text(o->proxy_from);
	w->proxy_to = copy_text(o->proxy_to);
}

static void use_names(struct plan *p, const char *list,
                      void (*add)(struct plan *p, const char *name))
{
	char *name;

	while ((name = checks_next_address(&list))) {
		add(p, name);
		free(name);
	}
}

static void use_checks(const struct options *o, struct plan *p)
{
	p->checks.wanted = o->check != NULL;
	p->checks.ip = copy_text(o->ip);
	p->checks.ask_myip = o->ask_myip;
	p->checks.like_mta = o->like_mta;
	use_names(p, o->selectors, plan_add_selector);
	use_names(p, o->dnsbls, plan_add_dnsbl);
}

/* Blanks between them (none is in one). */
static void use_params(struct plan *p, const char *list,
                       void (*add)(struct plan *p, const char *param))
{
	size_t len;
	char *param;

	for (; list && *list; list += len + (list[len] != '\0')) {
		len = strcspn(list, " ");
		param = xmemdup0(list, len);
		add(p, param);
		free(param);
	}
}

static void use_dialog(const struct options *o, struct plan *p)
{
	p->protocol = o->protocol ? (enum protocol)(o->protocol - 1)
	                          : PROTO_ESMTP;
	p->pipelining = o->pipelining != NULL;
	p->pipelining_always = o->pipelining && *o->pipelining;
	p->bdat = o->bdat;
	p->test_message = o->test_message;
	if (o->timeout && strcmp(o->timeout, "classroom") == 0)
		p->patience = PATIENCE_CLASSROOM;
	else if (o->timeout)
		p->timeout_ms = (uint32_t)strtoul(o->timeout, NULL, 10) * 1000;
	if (o->try) /* checked when the option was read */
		free(trial_parse(o->try, &p->trial));
	use_params(p, o->mail_params, plan_add_mail_param);
	use_params(p, o->rcpt_params, plan_add_rcpt_param);
}

/* All that options say themselves; files are not read yet. */
static char *use_options(const struct options *o, bool batch,
                         struct plan *out)
{
	const char *list = o->from;

	plan_init(out);
	out->from = o->from ? checks_next_address(&list) : NULL;
	out->helo = copy_text(o->helo);
	out->source = copy_text(o->source);
	out->port = (uint16_t)o->port;
	out->family = o->family;
	out->all = o->all;
	out->allow_private = o->allow_private;
	out->may_ask = !batch;
	out->hold_enter = batch;
	out->seed = o->seed;
	use_dialog(o, out);
	use_tls(o, &out->tls);
	use_auth(o, &out->auth);
	use_way(o, &out->way);
	use_checks(o, out);
	return o->server ? use_server(out, o->server) : NULL;
}

char *plans_base(const struct options *o, bool batch, struct plan *out)
{
	char *error = use_options(o, batch, out);

	if (!error && o->script)
		error = read_script(out, o->script);
	if (!error && o->data)
		error = read_message(out, o->data);
	return error;
}

char *plans_line_option(struct options *o, const char *name,
                        const char *value)
{
	static const char *const may[] = {
		"from", "to", "helo", "mail-param", "rcpt-param", "server",
		"port", "ipv4", "ipv6", "source", "all", "seed", "quit-after",
		"protocol", "pipelining", "bdat", "timeout", "tls", "tls-name",
		"tls-min", "tls-max", "dkim-selector", "dnsbl",
	};
	struct buf b = { 0 };

	for (size_t i = 0; i < sizeof may / sizeof *may; i++)
		if (strcmp(may[i], name) == 0)
			return options_set(o, name, value, SOURCE_LINE);
	checks_quote(&b, name);
	buf_adds(&b, _(" is nothing that a line can say; target, id"));
	for (size_t i = 0; i < sizeof may / sizeof *may; i++)
		buf_addf(&b, ", %s", may[i]);
	return buf_steal(&b);
}

char *plans_line_base(const struct options *o, const struct plan *base,
                      struct plan *out)
{
	char *error = use_options(o, base->hold_enter, out);

	if (error)
		return error;
	for (size_t i = 0; i < base->n_steps; i++)
		plan_add_step(out, base->steps[i].kind, base->steps[i].line,
		              base->steps[i].wait_ms);
	if (base->message)
		out->message = xmemdup0(base->message, base->message_len);
	out->message_len = base->message_len;
	plan_set_password(out, base->auth.password);
	return NULL;
}

/* The first recipient of -t, on the heap, or NULL. */
static char *first_recipient(const struct options *o)
{
	const char *list = o->to;

	return checks_next_address(&list);
}

static char *parse_target(const struct options *o, const char *word,
                          struct target *t)
{
	char *typed = word ? xstrdup(word) : first_recipient(o);
	char *error = NULL;
	enum target_error e;

	if (!typed && o->server)
		typed = xstrdup(o->server);
	if (!typed && o->pipe) { /* nobody to write to: only the program */
		t->text = xasprintf("| %s", o->pipe);
		t->domain = xstrdup("localhost");
		t->kind = TARGET_UNIX;
	}
	if (!typed)
		return NULL;
	e = target_parse(typed, t);
	if (e != TARGET_OK)
		error = target_error_text(e, typed);
	free(typed);
	return error;
}

static bool has_recipient(const struct plan *p, const char *address)
{
	for (size_t i = 0; i < p->n_to; i++)
		if (strcmp(p->to[i], address) == 0)
			return true;
	return false;
}

static void add_recipients(const struct options *o, struct plan *p)
{
	const char *list = o->to;
	char *address;

	if (p->target.recipient)
		plan_add_to(p, p->target.recipient);
	while ((address = checks_next_address(&list))) {
		if (!has_recipient(p, address))
			plan_add_to(p, address);
		free(address);
	}
}

char *plans_target(const struct options *o, const struct plan *base,
                   const char *word, struct plan **out)
{
	struct plan *p = plan_copy(base);
	char *error = parse_target(o, word, &p->target);

	if (error) {
		plan_free(p);
		return error;
	}
	plan_follow_target(p);
	if (p->tls.wrap && !p->tls.said)
		p->tls.policy = TLS_MUST; /* there is no other way in */
	add_recipients(o, p);
	*out = p;
	return NULL;
}

static char *stage_error(enum stage stage, const char *why)
{
	return xasprintf("-q %s: %s", stage_name(stage), why);
}

/* Nobody is there to type what is missing. */
static char *check_message(const struct options *o, const struct plan *p)
{
	if (p->stage == STAGE_DOT && !p->message && !p->test_message)
		return stage_error(p->stage,
		                   _("a message is needed (--data FILE "
		                     "or --test-message)"));
	if ((!o->data && !o->test_message) || p->stage >= STAGE_DATA)
		return NULL;
	return xasprintf(_("%s: the message is only sent with -q dot"),
	                 o->data ? "--data" : "--test-message");
}

/* How far a script goes, when nobody says more. */
static enum stage script_stage(const struct plan *p)
{
	static const struct {
		enum verb verb;
		enum stage stage;
	} stages[] = {
		{ VERB_EHLO, STAGE_EHLO }, { VERB_HELO, STAGE_EHLO },
		{ VERB_MAIL, STAGE_MAIL }, { VERB_RCPT, STAGE_RCPT },
		{ VERB_DATA, STAGE_DATA },
	};
	enum stage stage = STAGE_CONNECT;

	for (size_t i = 0; i < p->n_steps; i++) {
		const char *line = p->steps[i].line;
		enum verb v = command_find(line, strlen(line));

		for (size_t k = 0; k < sizeof stages / sizeof *stages; k++)
			if (stages[k].verb == v && stages[k].stage > stage)
				stage = stages[k].stage;
		if (stage == STAGE_DATA && strcmp(line, ".") == 0)
			return STAGE_DOT;
	}
	return stage;
}

/* Without a recipient: as far as the options say that it is about. */
static enum stage empty_stage(const struct plan *p)
{
	if (p->auth.wanted)
		return STAGE_AUTH;
	if (p->tls.said && p->tls.policy >= TLS_MUST)
		return STAGE_TLS;
	return STAGE_EHLO;
}

/* RFC 8314 §3.3; RFC 2033 §5: LMTP never on 25. */
static void choose_port(struct plan *p)
{
	enum { PORT_SMTPS = 465, PORT_LMTP = 24 };

	if (p->port || p->target.port || p->way.unix_path || p->way.pipe)
		return;
	if (p->tls.wrap)
		p->port = PORT_SMTPS;
	else if (p->protocol == PROTO_LMTP)
		p->port = PORT_LMTP;
}

static char *check_names(const char *option, size_t n)
{
	if (n <= PLAN_NAMES_MAX)
		return NULL;
	return xasprintf(_("--%s: %zu are too many, %d is the limit"), option,
	                 n, PLAN_NAMES_MAX);
}

static char *check_whole(const struct options *o, const struct plan *p)
{
	char *error = fit_check(o, p);

	if (!error)
		error = check_names("dkim-selector", p->checks.n_selectors);
	if (!error)
		error = check_names("dnsbl", p->checks.n_dnsbls);
	if (error || p->n_steps > 0) /* a script says how far it goes */
		return error;
	if (o->stage && p->stage >= STAGE_RCPT && p->n_to == 0 &&
	    p->target.text)
		return stage_error(p->stage, _("a recipient is needed "
		                               "(-t, --to ADDR)"));
	return p->hold_enter ? check_message(o, p) : NULL;
}

char *plans_finish(const struct options *o, struct plan *p)
{
	bool batch = p->hold_enter;

	if (p->n_to > SESSION_RCPT_MAX)
		return xasprintf(_("%zu recipients are too many for one "
		                   "session, %d is the limit"), p->n_to,
		                 SESSION_RCPT_MAX);
	if (o->stage)
		p->stage = (enum stage)(o->stage - 1);
	else if (o->check)
		p->stage = STAGE_ROUTE;
	else if (o->script)
		p->stage = script_stage(p);
	else if (batch && p->n_to == 0)
		p->stage = empty_stage(p);
	choose_port(p);
	return check_whole(o, p);
}
