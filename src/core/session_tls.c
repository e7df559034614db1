#include "config.h"

#include "core/session_priv.h"

#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

bool session_secure(const struct session *s)
{
	return s->secure;
}

void session_set_policy(struct session *s, enum tls_policy p)
{
	s->policy = s->result.policy = p;
	s->no_tls = p == TLS_NEVER;
}

void session_set_clear(struct session *s)
{
	s->no_tls = true;
}

static bool demanded(const struct session *s)
{
	return s->policy >= TLS_MUST;
}

void session_refuse_tls(struct session *s, enum tls_lack lack, uint32_t about,
                        const char *why)
{
	static const char *const ids[] = {
		[TLS_NOT_OFFERED] = "tls-not-offered",
		[TLS_REFUSED] = "tls-refused",
		[TLS_UNVERIFIED] = "tls-unverified",
	};

	s->no_tls = true;
	if (demanded(s) || s->plan->stage == STAGE_TLS)
		s->result.lack = lack;
	if (!demanded(s))
		return;
	say_finding(s, ids[lack], about, tls_policy_name(s->policy),
	            why);
}

/* Behind the reply to STARTTLS nothing may come in clear, whatever the reply:
 * who put it there wants it taken for what is said later (RFC 3207 §6). */
bool session_refuse_left_over(struct session *s)
{
	if (s->input.len == 0)
		return false;
	say_failed(s, PHASE_TLS, FAIL_PROTOCOL, "");
	session_close(s, false, false);
	return true;
}

/* The handshake begins, and what STARTTLS has left of its time is its time. */
void session_start_tls(struct session *s, const struct cause *c)
{
	if (session_refuse_left_over(s))
		return;
	reply_clear(&s->reply);
	session_push(s, VERB_TLS_HANDSHAKE, c->n);
	if (c->verb == VERB_STARTTLS)
		s->deadline_us = c->to.sent_us +
		                 session_timeout_us(s, VERB_STARTTLS);
	say_start_tls(s);
}

/* RFC 3207 §4.2: nothing that was learned in clear counts any more. */
void session_forget(struct session *s)
{
	ehlo_clear(&s->offers_clear);
	s->offers_clear = s->offers;
	s->had_clear_offers = s->has_offers;
	s->offers = (struct ehlo){ 0 };
	s->has_offers = false;
	s->old_way = s->plan->protocol == PROTO_SMTP;
	s->gave_up = false;
	s->logged_in = s->login_failed = false;
}

/* What was shown with the event of the handshake has the last word. */
static void take_up(struct session *s, const struct session_input *in)
{
	struct cause c = { .verb = VERB_TLS_HANDSHAKE, .asked = true,
		           .answer = GOOD };

	s->secure = true;
	s->unverified = in->unverified;
	session_pop(s);
	session_apply(s, &c);
	if (in->detail)
		session_refuse_tls(s, TLS_UNVERIFIED, 0, in->detail);
}

/* Not TLS at all: a server that speaks in clear here (study B12). */
static void say_clear_text(struct session *s, const char *data, size_t len)
{
	if (len == 0)
		return;
	say_bytes(s, BYTES_PARTIAL, data, len);
	say_finding(s, "tls-clear-text", 0, "", "");
}

void session_take_tls(struct session *s, const struct session_input *in)
{
	struct cause c = { .verb = VERB_TLS_HANDSHAKE, .asked = true,
		           .answer = NO, .detail = in->detail };

	if (s->state != ST_TLS) {
		s->tls_failed = true;
		session_happen(s, LOST, in->detail);
		return;
	}
	if (in->kind == IN_TLS) {
		take_up(s, in);
		return;
	}
	s->no_tls = true;
	s->result.lack = TLS_BROKEN;
	say_clear_text(s, in->data, in->len);
	session_apply(s, &c);
}

/* ---- what EHLO offers, before and inside ---- */

static void add_change(struct buf *out, char sign, const struct ehlo_cap *c)
{
	if (out->len)
		buf_addc(out, ' ');
	buf_addf(out, "%c%s", sign, c->keyword);
}

/* "-AUTH +SIZE": what is gone, what is new; a changed one is both. */
static void compare(const struct ehlo *before, const struct ehlo *now,
                    struct buf *out)
{
	for (size_t i = 0; i < before->n; i++) {
		const struct ehlo_cap *c = &before->caps[i];
		const struct ehlo_cap *same = ehlo_find(now, c->keyword);

		if (!same || strcmp(same->params, c->params) != 0)
			add_change(out, '-', c);
	}
	for (size_t i = 0; i < now->n; i++) {
		const struct ehlo_cap *c = &now->caps[i];
		const struct ehlo_cap *same = ehlo_find(before, c->keyword);

		if (!same || strcmp(same->params, c->params) != 0)
			add_change(out, '+', c);
	}
}

static void check_inside(struct session *s, uint32_t about)
{
	struct buf changes = { 0 };

	if (ehlo_find(&s->offers, "STARTTLS"))
		say_finding(s, "starttls-inside", about, "", "");
	if (!s->had_clear_offers)
		return;
	compare(&s->offers_clear, &s->offers, &changes);
	if (changes.len)
		say_finding(s, "ehlo-changed", about, buf_str(&changes), "");
	else
		say_finding(s, "ehlo-same", about, "", "");
	buf_clear(&changes);
}

static void say_oddities(struct session *s, uint32_t about)
{
	struct ehlo_remark remarks[EHLO_REMARKS_MAX];
	size_t n = s->has_offers ? ehlo_remarks(&s->offers, remarks) : 0;

	for (size_t i = 0; i < n; i++)
		say_finding(s, remarks[i].id, about, remarks[i].args[0],
		            remarks[i].args[1]);
}

void session_check_offers(struct session *s, uint32_t about)
{
	bool offered = s->has_offers && ehlo_find(&s->offers, "STARTTLS");

	say_oddities(s, about);
	if (s->secure)
		check_inside(s, about);
	else if (!offered)
		session_refuse_tls(s, TLS_NOT_OFFERED, about, "");
	else if (ehlo_find(&s->offers, "AUTH"))
		say_finding(s, "auth-before-tls", about, "", "");
	if (s->secure || s->no_tls || s->policy == TLS_NEVER)
		session_check_login(s, about);
}
