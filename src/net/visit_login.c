#include "config.h"

#include "net/visit_priv.h"

#include <stdlib.h>
#include <string.h>

#include "util/wipe.h"
#include "util/xalloc.h"

/* ---- what logins need of libraries ---- */

static bool lent_hmac(void *arg, struct sasl_text key, struct sasl_text data,
                      unsigned char out[16])
{
	(void)arg;
	return tls_hmac_md5(key.p, key.len, data.p, data.len, out);
}

void visit_lend(struct visit *v)
{
	struct sasl_lent lent = { .hmac_md5 = lent_hmac, .arg = v };

	v->lender = lender_new();
	lender_lend(v->lender, &lent);
	session_set_sasl(v->session, &lent);
}

void visit_bind_login(struct visit *v)
{
	struct buf data = { 0 };
	const char *kind;

	if (tls_channel_binding(stream_tls(v->stream), &data, &kind))
		lender_bind(v->lender, kind, data.data, data.len);
	buf_clear(&data);
}

/* ---- what is asked before a line goes out ---- */

/* The line waits until the user has answered. */
static void hold(struct visit *v, const char *line, const char *id,
                 const char *arg)
{
	struct event_builder b;

	v->held = xstrdup(line);
	event_begin(&b, EV_ASK);
	b.e.u.ask.id = event_puts(&b, id);
	b.e.u.ask.args = event_put_texts(&b, &arg, 1);
	outlet_post(v->out, &b, v->to.session);
}

/* A login in clear goes out only when the user has said so once more, and not
 * without a password where one is needed. */
void visit_send(struct visit *v, const char *line)
{
	if (!v->session || v->over)
		return;
	wipe_free(v->held);
	v->held = NULL;
	if (v->plan->may_ask && session_login_in_clear(v->session, line))
		hold(v, line, "auth-clear", v->to.host);
	else if (v->plan->may_ask && session_lacks_password(v->session, line))
		hold(v, line, "password", v->plan->auth.user);
	else
		visit_give_line(v, line);
}

void visit_answer(struct visit *v, bool yes)
{
	char *line = v->held;

	v->held = NULL;
	if (line && yes && !v->over) {
		if (session_login_in_clear(v->session, line))
			session_allow_clear(v->session);
		visit_send(v, line);
	}
	wipe_free(line);
}

void visit_new_login(struct visit *v)
{
	if (!v->session || v->over)
		return;
	session_new_login(v->session);
	visit_post_prompt(v);
}
