#include "config.h"

#include "ui/trial_view.h"

#include <stdlib.h>
#include <string.h>

#include "core/escape.h"
#include "knowledge/check_words.h"
#include "util/i18n.h"
#include "util/xalloc.h"

/* Where the session's events begin, looked for from the end. */
static size_t beginning(const struct dialog *d, uint32_t session)
{
	size_t n = dialog_count(d);

	for (size_t i = n, back = 0; i-- > 0 && back < DIALOG_BACK_MAX;
	     back++) {
		const struct event *e = dialog_at(d, i);

		if (e->kind == EV_CONNECTING && e->session == session)
			return i;
	}
	return n;
}

static bool begins_retry(const struct event *e)
{
	const char *id;

	if (e->kind != EV_FINDING || e->u.finding.args.len == 0)
		return false;
	id = event_text(e, e->u.finding.id);
	return strcmp(id, "experiment") == 0 &&
	       trial_find(event_item_text(e, e->u.finding.args, 0)) ==
	           TRIAL_GREYLIST;
}

void trial_view_fill(struct trial_view *v, const struct dialog *d,
                     const struct plan *plan, bool demo)
{
	uint32_t session = dialog_now(d)->base_session;

	*v = (struct trial_view){ .now = dialog_now(d), .plan = plan,
		.demo = demo };
	if (session == 0)
		return;
	for (size_t i = beginning(d, session); i < dialog_count(d); i++) {
		const struct event *e = dialog_at(d, i);

		if (e->session == session)
			summary_see(&v->base, e);
		v->retried |= begins_retry(e);
	}
}

void trial_view_clear(struct trial_view *v)
{
	summary_clear(&v->base);
}

/* The first address of the list that it could be made to. */
static bool find_address(const struct trial_view *v, const struct trial *t,
                         const char **host, const char **address)
{
	for (size_t i = 0; i < v->now->n_hosts; i++) {
		const struct now_host *h = &v->now->hosts[i];

		for (size_t k = 0; k < h->n_addresses && !h->unusable; k++)
			if (trials_fits(t, &v->base, h->host,
			                h->addresses[k].address)) {
				*host = h->host;
				*address = h->addresses[k].address;
				return true;
			}
	}
	*host = v->base.host;
	*address = v->base.address;
	return false;
}

const char *trial_view_objection(const struct trial_view *v,
                                 const struct trial *t)
{
	const char *host, *address, *say;
	struct trial_facts f = {
		.plan = v->plan,
		.base = &v->base,
		.fits = find_address(v, t, &host, &address),
		.lesson = v->demo,
		.local = v->base.address && !*v->base.address,
		.silent = !v->base.connected,
		.retried = v->retried,
	};
	const struct check_say *row;

	say = v->now->trial ? "try-busy" : trials_objection(t, &f);
	row = say ? check_say_find(say) : NULL;
	return row ? i18n_pick(row->text_en, row->text_de) : NULL;
}

const char *trial_view_label(enum trial_kind k)
{
	const struct check_kind *row = check_kind_find(trial_check(k));

	return row ? i18n_pick(row->label_en, row->label_de) : trial_word(k);
}

const char *trial_view_meaning(enum trial_kind k)
{
	const struct check_kind *row = check_kind_find(trial_check(k));

	return row ? i18n_pick(row->meaning_en, row->meaning_de) : "";
}

/* ---- the question ---- */

/* Names out of the DNS and from typed lines. */
static void add_safe(struct buf *b, const char *s)
{
	escape_text(b, s, strlen(s), i18n_is_ascii());
}

/* ", MAIL FROM:<a>, RCPT TO:<b> and 2 more", as far as it would go. */
static void add_envelope(struct buf *b, const struct plan *p)
{
	if (p->stage < STAGE_MAIL)
		return;
	buf_adds(b, ", MAIL");
	if (p->from) {
		buf_adds(b, " FROM:<");
		add_safe(b, p->from);
		buf_addc(b, '>');
	}
	if (p->stage < STAGE_RCPT || p->n_to == 0)
		return;
	buf_adds(b, ", RCPT TO:<");
	add_safe(b, p->to[0]);
	buf_addc(b, '>');
	if (p->n_to > 1)
		buf_addf(b, _(" and %zu more"), p->n_to - 1);
}

/* "EHLO pc7.campus.example, MAIL ..., QUIT." */
static void add_dialog(struct buf *b, const struct trial_view *v,
                       const struct trial *t)
{
	struct plan *p = trials_plan(t, &v->base, v->plan);

	if (t->kind == TRIAL_SEVERAL_HOSTS)
		buf_addf(b, _("%zu connections, one after the other: "),
		         trials_visits(t));
	buf_adds(b, p->protocol == PROTO_SMTP ? "HELO "
	            : p->protocol == PROTO_LMTP ? "LHLO " : "EHLO ");
	add_safe(b, p->helo ? p->helo : "");
	if (p->tls.policy != TLS_NEVER && !p->tls.wrap)
		buf_adds(b, _(", STARTTLS where it is offered"));
	add_envelope(b, p);
	buf_adds(b, p->stage >= STAGE_MAIL ? ", RSET, QUIT.\n"
	                                    : ", QUIT.\n");
	plan_free(p);
}

static void add_warnings(struct buf *b, const struct trial_view *v,
                         const struct trial *t)
{
	if (t->kind == TRIAL_HELO)
		buf_addf(b, "%s\n", _("Only give a name that is your own."));
	if (v->now->connected && !v->now->closed)
		buf_addf(b, "%s\n", _("The open connection is closed first."));
	if (t->kind == TRIAL_GREYLIST) {
		buf_addf(b, _("It begins %u s after the server has put it off; "
		              "Ctrl-C stops the waiting."),
		         trials_wait_s(t, &v->base, v->plan));
		buf_addc(b, '\n');
	}
}

char *trial_view_question(const struct trial_view *v, const struct trial *t)
{
	struct buf b = { 0 };
	const char *host, *address;

	find_address(v, t, &host, &address);
	buf_addf(&b, "%s\n\n", trial_view_meaning(t->kind));
	add_safe(&b, host);
	buf_adds(&b, " [");
	add_safe(&b, address);
	buf_adds(&b, "]: ");
	if (t->kind == TRIAL_PORT)
		buf_addf(&b, "%s\n",
		         _("connections to ports 587 and 443 of this and the "
		           "other silent hosts; not a byte is sent."));
	else
		add_dialog(&b, v, t);
	add_warnings(&b, v, t);
	buf_addf(&b, "\n%s", _("No message is sent."));
	return buf_steal(&b);
}
