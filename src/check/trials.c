#include "config.h"

#include "check/trials.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/route.h"
#include "knowledge/match.h"
#include "util/xalloc.h"

/* ---- may it be made? ---- */

static const char *greylist_objection(const struct trial *t,
                                      const struct trial_facts *f)
{
	if (!summary_deferral(f->base))
		return "try-no-4yz";
	if (f->retried)
		return "try-once";
	if (trials_wait_s(t, f->base, f->plan) > TRIAL_WAIT_MAX_S)
		return "try-long";
	return NULL;
}

static bool has_null_sender(const struct summary *base)
{
	const struct summary_row *mail = summary_last(base, VERB_MAIL);
	char *path = mail ? command_path(mail->line) : NULL;
	bool null = path && !*path;

	free(path);
	return null;
}

static const char *hello_name(const struct summary *s)
{
	for (size_t i = s->n; i-- > 0;)
		if (s->rows[i].verb == VERB_EHLO ||
		    s->rows[i].verb == VERB_HELO ||
		    s->rows[i].verb == VERB_LHLO)
			return strlen(s->rows[i].line) > 5
			           ? s->rows[i].line + 5 : "";
	return "";
}

static const char *tls_objection(enum trial_kind k, const struct summary *base)
{
	if (base->wrapped)
		return "try-wrapped";
	if (k == TRIAL_TLS && base->secure)
		return "try-is-tls";
	if (k == TRIAL_CLEAR)
		return base->secure ? NULL : "try-is-clear";
	return base->esmtp && !base->starttls ? "try-no-starttls" : NULL;
}

static const char *way_objection(const struct trial *t,
                                 const struct trial_facts *f)
{
	if (f->local)
		return "try-no-tcp";
	if (t->kind == TRIAL_MX)
		return f->fits ? NULL : "try-one-mx";
	if (t->kind == TRIAL_FAMILY)
		return f->fits ? NULL : "try-one-family";
	if (t->kind == TRIAL_SOURCE)
		return f->lesson ? "try-lesson-source" : NULL;
	if (!f->silent)
		return "try-port-answers";
	return f->lesson ? "try-lesson-port" : NULL;
}

static bool is_of_way(enum trial_kind k)
{
	return k == TRIAL_MX || k == TRIAL_FAMILY || k == TRIAL_SOURCE ||
	       k == TRIAL_PORT;
}

/* Else it never logs in. */
static bool repeats_login(enum trial_kind k)
{
	return k != TRIAL_CLEAR && k != TRIAL_ENFORCE &&
	       k != TRIAL_SEVERAL_HOSTS;
}

const char *trials_objection(const struct trial *t,
                             const struct trial_facts *f)
{
	if (f->base->session == 0)
		return "try-no-dialog";
	if (is_of_way(t->kind))
		return f->login_lost && t->kind != TRIAL_PORT
		           ? "try-no-password" : way_objection(t, f);
	if (!summary_replied(f->base))
		return "try-no-answer";
	if (f->base->shut)
		return "try-shut";
	if (f->login_lost && repeats_login(t->kind))
		return "try-no-password";
	switch (t->kind) {
	case TRIAL_GREYLIST:
		return greylist_objection(t, f);
	case TRIAL_NULL_SENDER:
		return has_null_sender(f->base) ? "try-is-null" : NULL;
	case TRIAL_HELO:
		return t->value && strcasecmp(t->value,
		                              hello_name(f->base)) == 0
		           ? "try-is-name" : NULL;
	case TRIAL_TLS:
	case TRIAL_CLEAR:
	case TRIAL_ENFORCE:
		return tls_objection(t->kind, f->base);
	default:
		return NULL;
	}
}

/* ---- where to ---- */

static bool is_v6(const char *address)
{
	return strchr(address, ':') != NULL;
}

bool trials_fits(const struct trial *t, const struct summary *base,
                 const char *host, const char *address)
{
	bool same_host = base->host && strcasecmp(base->host, host) == 0;

	if (base->session == 0)
		return false;
	if (t->kind == TRIAL_MX)
		return !same_host &&
		       (!t->value || strcasecmp(t->value, host) == 0);
	if (t->kind == TRIAL_FAMILY)
		return same_host && is_v6(address) != is_v6(base->address) &&
		       (!t->value || is_v6(address) == (*t->value == '6'));
	return same_host && strcmp(base->address, address) == 0;
}

/* ---- how long, how often ---- */

/* A lesson's pause before it comes back, 0 none. */
static uint32_t lesson_ms(const struct plan *p)
{
	for (size_t i = 0; i < p->n_steps; i++)
		if (p->steps[i].kind == STEP_CONNECT)
			return p->steps[i].wait_ms;
	return 0;
}

unsigned trials_wait_s(const struct trial *t, const struct summary *base,
                       const struct plan *p)
{
	const struct summary_row *row = summary_deferral(base);
	char lower[SUMMARY_TEXT_MAX + 1];
	unsigned asked;
	size_t len = 0;

	if (t->value)
		return trial_number(t, TRIALS_WAIT_S);
	if (lesson_ms(p))
		return (lesson_ms(p) + 999) / 1000;
	for (; row && row->text[len] && len < SUMMARY_TEXT_MAX; len++)
		lower[len] = (char)tolower((unsigned char)row->text[len]);
	lower[len] = '\0';
	asked = wait_seconds(lower);
	return asked ? asked : TRIALS_WAIT_S;
}

size_t trials_visits(const struct trial *t)
{
	return t->kind == TRIAL_SEVERAL_HOSTS ? trial_number(t, TRIAL_SEVERAL)
	                                      : 1;
}

/* ---- the changed plan ---- */

static void set_text(char **slot, const char *value)
{
	char *copy = value ? xstrdup(value) : NULL;

	free(*slot);
	*slot = copy;
}

static void drop_params(char **list, size_t *n)
{
	while (*n > 0)
		free(list[--*n]);
}

/* What stands behind the path: "SIZE=10 BODY=8BITMIME". */
static void take_params(struct plan *c, const char *line,
                        void (*add)(struct plan *p, const char *param))
{
	const char *at = strchr(line, '>');

	while (at && *(at += at[0] == '>' || at[0] == ' ')) {
		size_t len = strcspn(at, " ");
		char *param = xmemdup0(at, len);

		if (len)
			add(c, param);
		free(param);
		at += len;
	}
}

/* It ended before the transaction that was meant: that one is asked for. */
static bool was_stopped(const struct summary *base, const struct plan *p)
{
	return p->stage >= STAGE_MAIL &&
	       (base->failed || summary_refusal(base));
}

/* The transaction as it was sent, whoever typed it. Where MAIL was refused, the
 * recipients are those that would have come next. */
static void take_envelope(struct plan *c, const struct summary *base,
                          const struct summary_row *mail)
{
	const struct summary_row *end = base->rows + base->n;
	bool any = false;

	free(c->from);
	c->from = command_path(mail->line);
	drop_params(c->mail_params, &c->n_mail_params);
	take_params(c, mail->line, plan_add_mail_param);
	if (!was_stopped(base, c))
		plan_drop_to(c, 0);
	for (const struct summary_row *r = mail; r < end; r++) {
		char *to;

		if (r->verb != VERB_RCPT)
			continue;
		if (!any) {
			plan_drop_to(c, 0);
			drop_params(c->rcpt_params, &c->n_rcpt_params);
			take_params(c, r->line, plan_add_rcpt_param);
			any = true;
		}
		to = command_path(r->line);
		plan_add_to(c, to);
		free(to);
	}
}

static bool needs_mail(enum trial_kind k)
{
	return k == TRIAL_NULL_SENDER || k == TRIAL_ENFORCE;
}

static enum stage how_far(const struct trial *t, const struct summary *base,
                          const struct plan *p)
{
	const struct summary_row *mail = summary_last(base, VERB_MAIL);

	if (t->kind == TRIAL_SEVERAL_HOSTS)
		return base->starttls && p->tls.policy != TLS_NEVER
		           ? STAGE_TLS : STAGE_EHLO;
	if (mail || needs_mail(t->kind) || was_stopped(base, p))
		return p->n_to ? STAGE_RCPT : STAGE_MAIL;
	return base->secure && !base->wrapped ? STAGE_TLS : STAGE_EHLO;
}

/* Nothing that an experiment must not do, nothing that goes on by itself. */
static void tame(struct plan *c)
{
	plan_drop_steps(c, 0);
	trial_clear(&c->trial);
	free(c->message);
	c->message = NULL;
	c->message_len = 0;
	c->test_message = c->bdat = c->all = c->may_ask = false;
	c->pipelining = c->pipelining_always = false;
	c->hold_enter = true;
}

bool trials_logged_in(const struct summary *base)
{
	const struct summary_row *row = summary_last(base, VERB_AUTH);

	return row && row->code == 235;
}

/* As encrypted and as logged in as it was. */
static void repeat(struct plan *c, const struct summary *base)
{
	c->auth.wanted = c->auth.wanted && trials_logged_in(base);
	if (!base->secure && base->esmtp && c->tls.policy < TLS_MUST)
		c->tls.policy = TLS_NEVER;
}

static void change(struct plan *c, const struct trial *t)
{
	switch (t->kind) {
	case TRIAL_NULL_SENDER:
		set_text(&c->from, "");
		break;
	case TRIAL_HELO:
		set_text(&c->helo, t->value);
		break;
	case TRIAL_SOURCE:
		set_text(&c->source, t->value);
		break;
	case TRIAL_TLS:
		c->tls.policy = TLS_MUST;
		break;
	case TRIAL_CLEAR:
	case TRIAL_ENFORCE: /* no password goes out in clear for this */
		c->tls.policy = TLS_NEVER;
		c->auth.wanted = false;
		break;
	case TRIAL_SEVERAL_HOSTS:
		c->auth.wanted = false;
		break;
	case TRIAL_MX: /* its TLSA records are not known: encrypted, then */
		if (c->tls.policy == TLS_DANE)
			c->tls.policy = TLS_MUST;
		break;
	default:
		break;
	}
}

struct plan *trials_plan(const struct trial *t, const struct summary *base,
                         const struct plan *p)
{
	const struct summary_row *mail = summary_last(base, VERB_MAIL);
	struct plan *c = plan_copy(p);

	if (mail)
		take_envelope(c, base, mail);
	else if (!needs_mail(t->kind) && !was_stopped(base, p))
		plan_drop_to(c, 0);
	c->stage = how_far(t, base, c);
	tame(c);
	if (t->kind != TRIAL_SEVERAL_HOSTS)
		repeat(c, base);
	if (*hello_name(base))
		set_text(&c->helo, hello_name(base));
	if (summary_last(base, VERB_HELO) && !summary_last(base, VERB_EHLO))
		c->protocol = PROTO_SMTP;
	change(c, t);
	return c;
}
