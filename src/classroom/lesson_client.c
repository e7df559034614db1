#include "config.h"

#include "classroom/loader.h"

#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

/* ---- reading the head ------------------------------------------------- */

static bool is(const char *word, size_t len, const char *text)
{
	return strlen(text) == len && memcmp(word, text, len) == 0;
}

/* "verify", "wrap" or both. */
static void take_tls(struct loader *b, struct plan_tls *tls,
                     const struct script_item *item)
{
	const char *text = item->text, *word;
	size_t len;

	tls->said = true;
	while (loader_word(&text, &word, &len)) {
		char *policy = xmemdup0(word, len);
		int found = tls_policy_find(policy);

		free(policy);
		if (found >= 0)
			tls->policy = (enum tls_policy)found;
		else if (is(word, len, "wrap"))
			tls->wrap = true;
		else
			loader_complain(b, item,
			                _("expected may, never, must, verify, "
			                  "dane or wrap"));
	}
}

static bool yes_or_no(struct loader *b, const struct script_item *item)
{
	if (strcmp(item->text, "yes") == 0)
		return true;
	if (strcmp(item->text, "no") != 0)
		loader_complain(b, item, _("expected yes or no"));
	return false;
}

static void take_once(struct loader *b, char **to,
                      const struct script_item *item)
{
	if (*to)
		loader_complain(b, item, _("expected each header only once"));
	free(*to);
	*to = xstrdup(item->text);
}

/* "PLAIN LOGIN", best first, or "any": the best that is offered. */
static void take_auth(struct loader *b, struct plan_auth *auth,
                      const struct script_item *item)
{
	auth->wanted = true;
	if (strcmp(item->text, "any") != 0)
		take_once(b, &auth->mechs, item);
}

static void take_port(struct loader *b, struct plan *p,
                      const struct script_item *item)
{
	if (item->value == 0 || item->value > 65535)
		loader_complain(b, item, _("expected a port, 1 to 65535"));
	p->port = (uint16_t)item->value;
}

static void take_protocol(struct loader *b, struct plan *p,
                          const struct script_item *item)
{
	int found = protocol_find(item->text);

	if (found < 0)
		loader_complain(b, item, _("expected esmtp, smtp or lmtp"));
	else
		p->protocol = (enum protocol)found;
}

static void take_stage(struct loader *b, const struct script_item *item)
{
	b->lesson->stage = stage_find(item->text);
	if (b->lesson->stage < 0)
		loader_complain(b, item,
		                _("expected route, connect, ehlo, tls, auth, "
		                  "mail, rcpt, data or dot"));
}

static void login_item(struct loader *b, struct plan_auth *auth,
                       const struct script_item *item)
{
	if (item->id == W_WANT_AUTH)
		take_auth(b, auth, item);
	else if (item->id == W_AUTH_USER)
		take_once(b, &auth->user, item);
	else
		take_once(b, &auth->password, item);
}

static void message_item(struct loader *b, struct plan *p,
                         const struct script_item *item)
{
	switch (item->id) {
	case W_MESSAGE:
		buf_add(&b->message, item->text, item->len);
		buf_adds(&b->message, "\r\n");
		break;
	case W_TEST_MESSAGE:
		p->test_message = yes_or_no(b, item);
		break;
	case W_MAIL_PARAM:
		plan_add_mail_param(p, item->text);
		break;
	case W_RCPT_PARAM:
		plan_add_rcpt_param(p, item->text);
		break;
	case W_PIPELINING:
		p->pipelining = yes_or_no(b, item);
		break;
	default:
		p->bdat = yes_or_no(b, item);
	}
}

void loader_client_item(struct loader *b, const struct script_item *item)
{
	struct plan *p = &b->lesson->wants;

	switch (item->id) {
	case W_WANT_TLS:
		take_tls(b, &p->tls, item);
		break;
	case W_TLS_NAME:
		take_once(b, &p->tls.name, item);
		break;
	case W_WANT_AUTH:
	case W_AUTH_USER:
	case W_PASSWORD:
		login_item(b, &p->auth, item);
		break;
	case W_PROTOCOL:
		take_protocol(b, p, item);
		break;
	case W_PORT:
		take_port(b, p, item);
		break;
	case W_STAGE:
		take_stage(b, item);
		break;
	default:
		message_item(b, p, item);
	}
}

void loader_check_client(struct loader *b, const struct script_item *item)
{
	struct plan *p = &b->lesson->wants;

	p->message_len = b->message.len;
	p->message = b->message.len ? buf_steal(&b->message) : NULL;
	if (p->message && p->test_message)
		loader_complain(b, item,
		                _("expected either message: or "
		                  "test-message:"));
	if (!p->auth.user != !p->auth.password)
		loader_complain(b, item,
		                _("expected auth-user: and password: "
		                  "together"));
}

/* ---- filling a plan --------------------------------------------------- */

static void fill_tls(const struct plan_tls *from, struct plan_tls *to)
{
	if (from->said && !to->said) {
		to->policy = from->policy;
		to->wrap = from->wrap;
		to->said = true;
	}
	if (from->name && !to->name)
		to->name = xstrdup(from->name);
}

/* A user who logs in as somebody else gets nothing of the lesson's login. */
static void fill_auth(const struct plan_auth *from, struct plan *p)
{
	struct plan_auth *to = &p->auth;

	if (to->wanted || to->user)
		return;
	to->wanted = from->wanted;
	if (from->mechs && !to->mechs)
		to->mechs = xstrdup(from->mechs);
	if (from->user)
		to->user = xstrdup(from->user);
	if (from->password && !to->password)
		plan_set_password(p, from->password);
}

static void fill_message(const struct plan *from, struct plan *p)
{
	if (!p->message && !p->test_message) {
		p->test_message = from->test_message;
		p->message_len = from->message_len;
		if (from->message)
			p->message = xmemdup0(from->message,
			                      from->message_len);
	}
	if (!p->n_mail_params)
		for (size_t i = 0; i < from->n_mail_params; i++)
			plan_add_mail_param(p, from->mail_params[i]);
	if (!p->n_rcpt_params)
		for (size_t i = 0; i < from->n_rcpt_params; i++)
			plan_add_rcpt_param(p, from->rcpt_params[i]);
	p->pipelining |= from->pipelining;
	p->bdat |= from->bdat;
}

void lesson_fill_client(const struct lesson *l, struct plan *p)
{
	const struct plan *from = &l->wants;

	fill_tls(&from->tls, &p->tls);
	fill_auth(&from->auth, p);
	fill_message(from, p);
	if (p->protocol == PROTO_ESMTP)
		p->protocol = from->protocol;
	if (!p->port && !p->target.port)
		p->port = from->port;
	if (l->stage >= 0)
		p->stage = (enum stage)l->stage;
}
