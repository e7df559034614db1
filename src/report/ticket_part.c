#include "config.h"

#include "report/ticket_part.h"

#include <string.h>

#include "core/command.h"
#include "knowledge/check_words.h"

/* --- which */

static bool is_refusal(enum outcome o)
{
	return o == OUT_DEFERRED || o == OUT_REFUSED || o == OUT_UNREACHABLE ||
	       o == OUT_PROTOCOL || o == OUT_TLS || o == OUT_AUTH;
}

/* The target's beginning; the dialog may hold others before. */
static size_t first(const struct dialog *d)
{
	size_t n = dialog_count(d), at;

	at = n ? dialog_before(d, n - 1, EV_START, 0) : SIZE_MAX;
	return at == SIZE_MAX ? 0 : at;
}

static bool is_alike(const struct ticket_part *t, const struct event *v,
                     const struct event *reply)
{
	const struct event *mine = t->verdict;

	if (!t->reply || !reply)
		return t->reply == reply;
	return t->reply->session == reply->session &&
	       t->reply->u.reply.code == reply->u.reply.code &&
	       strcmp(event_text(mine, mine->u.verdict.because),
	              event_text(v, v->u.verdict.because)) == 0 &&
	       strcmp(event_text(t->reply, t->reply->u.reply.enhanced),
	              event_text(reply, reply->u.reply.enhanced)) == 0;
}

static void add_recipient(struct ticket_part *t, const struct event *v)
{
	if (v->u.verdict.recipient.len && t->n_recipients < TICKET_RECIPIENTS)
		t->recipients[t->n_recipients++] =
		    event_text(v, v->u.verdict.recipient);
}

/* The part begun by an event that is refused like this one, or a new one. */
static struct ticket_part *part_of(struct ticket_part *parts, size_t *n,
                                   size_t max, const struct ticket_part *new)
{
	for (size_t i = 0; i < *n; i++)
		if (is_alike(&parts[i], new->verdict, new->reply))
			return &parts[i];
	if (*n == max)
		return NULL;
	parts[*n] = *new;
	return &parts[(*n)++];
}

static bool begin(const struct dialog *d, size_t i, struct ticket_part *t)
{
	const struct event *v = dialog_at(d, i);
	size_t about = dialog_find(d, v->u.verdict.about);

	*t = (struct ticket_part){ .dialog = d, .verdict = v };
	if (v->u.verdict.about && about != SIZE_MAX &&
	    dialog_at(d, about)->kind == EV_REPLY) {
		t->reply = dialog_at(d, about);
		t->at = about;
		return true;
	}
	t->at = dialog_before(d, i, EV_FAILED, v->session);
	t->failed = t->at == SIZE_MAX ? NULL : dialog_at(d, t->at);
	return t->failed != NULL;
}

static bool is_on(const struct event *v, const char *recipient)
{
	return v->kind == EV_VERDICT &&
	       strcmp(event_text(v, v->u.verdict.recipient), recipient) == 0;
}

/* The newest verdict on the one that this one is about: a retry, another mail
 * server may have taken it meanwhile. */
static bool is_last_word(const struct dialog *d, size_t i)
{
	const struct event *v = dialog_at(d, i);
	const char *recipient = event_text(v, v->u.verdict.recipient);

	for (size_t k = i + 1; k < dialog_count(d); k++)
		if (is_on(dialog_at(d, k), recipient))
			return false;
	return true;
}

static size_t parts_from(const struct dialog *d, bool session,
                         struct ticket_part *parts, size_t max)
{
	size_t n = 0;

	for (size_t i = first(d); i < dialog_count(d); i++) {
		const struct event *v = dialog_at(d, i);
		struct ticket_part new, *part;

		if (v->kind != EV_VERDICT ||
		    !is_refusal(v->u.verdict.outcome) ||
		    (v->u.verdict.recipient.len == 0) != session ||
		    !is_last_word(d, i) || !begin(d, i, &new))
			continue;
		part = part_of(parts, &n, max, &new);
		if (part)
			add_recipient(part, v);
	}
	return n;
}

/* That on the session says the same as those on its recipients once more. */
size_t ticket_parts(const struct dialog *d, struct ticket_part *parts,
                    size_t max)
{
	size_t n = parts_from(d, false, parts, max);

	return n ? n : parts_from(d, true, parts, max);
}

/* --- what belongs to it */

static const struct event *before(const struct ticket_part *t,
                                  enum event_kind k)
{
	size_t i = dialog_before(t->dialog, t->at, k,
	                         dialog_at(t->dialog, t->at)->session);

	return i == SIZE_MAX ? NULL : dialog_at(t->dialog, i);
}

const struct event *ticket_connection(const struct ticket_part *t)
{
	return before(t, EV_CONNECTING);
}

const struct event *ticket_tls(const struct ticket_part *t)
{
	return before(t, EV_TLS);
}

static bool is_hello(enum verb v)
{
	return v == VERB_EHLO || v == VERB_HELO || v == VERB_LHLO;
}

static bool is_mail(enum verb v)
{
	return v == VERB_MAIL;
}

/* The newest command that is one. */
static const struct event *command(const struct ticket_part *t,
                                   bool (*is)(enum verb v))
{
	uint32_t session = dialog_at(t->dialog, t->at)->session;
	size_t i = dialog_before(t->dialog, t->at, EV_SENT, session);

	while (i != SIZE_MAX) {
		const struct event *e = dialog_at(t->dialog, i);

		if (is(command_find(event_text(e, e->u.sent.line),
		                    e->u.sent.line.len)))
			return e;
		i = i ? dialog_before(t->dialog, i - 1, EV_SENT, session)
		      : SIZE_MAX;
	}
	return NULL;
}

const struct event *ticket_helo(const struct ticket_part *t)
{
	const struct event *e = command(t, is_hello);

	return e && e->u.sent.line.len > 5 ? e : NULL;
}

const struct event *ticket_mail(const struct ticket_part *t)
{
	return command(t, is_mail);
}

const struct event *ticket_command(const struct ticket_part *t)
{
	size_t i = t->reply && t->reply->u.reply.to != EV_GREETING
	               ? dialog_find(t->dialog, t->reply->u.reply.to)
	               : SIZE_MAX;

	return i != SIZE_MAX && dialog_at(t->dialog, i)->kind == EV_SENT
	           ? dialog_at(t->dialog, i) : NULL;
}

const char *ticket_local(const struct ticket_part *t)
{
	const struct event *e = before(t, EV_CONNECTED);

	return e ? event_text(e, e->u.connect.local) : "";
}

static bool is_named(const struct ticket_part *t, const struct event *reply,
                     const struct own_address_talk *talk, char *out)
{
	struct ev_ref r = reply->u.reply.lines;
	struct buf all = { 0 };
	bool known = false;

	for (uint32_t i = 0; i < r.len; i++) {
		struct ev_ref line = event_item(reply, r, i);

		if (i == 0 && reply != t->reply)
			return own_address_greeted(event_text(reply, line),
			                           line.len, talk, out);
		buf_add(&all, event_text(reply, line), line.len);
		buf_addc(&all, ' ');
	}
	if (all.len)
		known = own_address_refused(all.data, all.len, talk, out);
	buf_clear(&all);
	return known;
}

/* Its reply to EHLO, or the refusal itself. */
bool ticket_seen(const struct ticket_part *t, char out[IP_TEXT_MAX])
{
	const struct event *c = ticket_connection(t), *helo = ticket_helo(t);
	uint32_t session = dialog_at(t->dialog, t->at)->session;
	struct own_address_talk talk = { .helo = "", .server = "" };
	size_t i = t->at;

	if (c)
		talk.server = event_text(c, c->u.connect.address);
	if (helo)
		talk.helo = event_text(helo, helo->u.sent.line) + 5;
	while (helo && (i = dialog_before(t->dialog, i, EV_REPLY, session)) !=
	               SIZE_MAX) {
		const struct event *e = dialog_at(t->dialog, i);

		if (e->u.reply.to == helo->n)
			return is_named(t, e, &talk, out) ||
			       (t->reply && is_named(t, t->reply, &talk, out));
		if (i-- == 0)
			break;
	}
	return t->reply && is_named(t, t->reply, &talk, out);
}

const struct event *ticket_check(const struct dialog *d, const char *id)
{
	const struct dialog_now *now = dialog_now(d);

	for (size_t i = now->n_checks; i-- > 0;)
		if (strcmp(event_text(now->checks[i],
		                      now->checks[i]->u.check.id), id) == 0)
			return now->checks[i];
	return NULL;
}

bool ticket_tells(const struct event *check)
{
	const struct check_kind *k =
	    check_kind_find(event_text(check, check->u.check.id));

	return k && strcmp(k->side, "receiver") != 0;
}
