#include "config.h"

#include <string.h>

#include "report/block.h"
#include "report/html_parts.h"
#include "report/html_text.h"
#include "report/tls_text.h"
#include "util/i18n.h"

static void row(struct html_section *s, const char *label,
                const struct event *e, struct ev_ref r)
{
	html_row_bytes(s->out, label, event_text(e, r), r.len);
}

static void list_row(struct html_section *s, const char *label,
                     const struct event *e, struct ev_ref list)
{
	if (list.len == 0)
		return;
	buf_adds(s->out, "<dt>");
	html_text(s->out, label);
	buf_adds(s->out, "</dt><dd>");
	for (uint32_t i = 0; i < list.len; i++) {
		buf_adds(s->out, i ? ", " : "");
		html_ref(s->out, e, event_item(e, list, i));
	}
	buf_adds(s->out, "</dd>\n");
}

static void two(struct html_section *s, const struct event *e, struct ev_ref a,
                const char *between, struct ev_ref b)
{
	html_ref(s->out, e, a);
	buf_adds(s->out, between);
	html_ref(s->out, e, b);
	buf_adds(s->out, "</dd>\n");
}

static void dates(struct html_section *s, const struct event *e,
                  const struct ev_cert *c)
{
	if (!c->not_before.len) /* of a transcript */
		return;
	buf_adds(s->out, "<dt>");
	html_text(s->out, _("Valid"));
	buf_adds(s->out, "</dt><dd>");
	two(s, e, c->not_before, " / ", c->not_after);
}

static void key(struct html_section *s, const struct event *e,
                const struct ev_cert *c)
{
	if (!c->key.len)
		return;
	buf_adds(s->out, "<dt>");
	html_text(s->out, _("Key"));
	buf_adds(s->out, "</dt><dd>");
	two(s, e, c->key, "; ", c->signature);
}

static void certificate(struct html_section *s, const struct event *e,
                        uint32_t i)
{
	const struct ev_cert *c = event_cert(e, i);
	bool this_one = e->u.tls.depth == (int32_t)i &&
	                strcmp(event_text(e, e->u.tls.verify), "ok") != 0;

	buf_adds(s->out, "<p class=\"head\">");
	html_textf(s->out, _("Certificate %u: "), i);
	html_ref(s->out, e, c->subject);
	if (this_one && !s->quiz) {
		buf_addc(s->out, ' ');
		html_mark(s->out, "▲");
		html_text(s->out, _("this one"));
	}
	buf_adds(s->out, "</p>\n<dl>\n");
	list_row(s, _("Names"), e, c->names);
	row(s, _("Issuer"), e, c->issuer);
	dates(s, e, c);
	key(s, e, c);
	row(s, "SHA-256", e, c->sha256);
	row(s, "SPKI", e, c->spki_sha256);
	row(s, _("Serial"), e, c->serial);
	buf_adds(s->out, "</dl>\n");
}

static void records(struct html_section *s, const struct event *e)
{
	const struct ev_tls *t = &e->u.tls;

	if (t->tlsa.len == 0)
		return;
	buf_adds(s->out, "<dl>\n");
	for (uint32_t i = 0; i < t->tlsa.len; i++) {
		buf_adds(s->out, "<dt>TLSA</dt><dd>");
		html_ref(s->out, e, event_item(e, t->tlsa, i));
		if (t->matched == (int32_t)i)
			html_textf(s->out, " (%s)", _("matches"));
		buf_adds(s->out, "</dd>\n");
	}
	buf_adds(s->out, "</dl>\n");
}

static void trust(struct html_section *s, const struct event *e,
                  const struct explanation *x)
{
	const struct ev_tls *t = &e->u.tls;
	bool trusted = tls_is_trusted(e);
	enum reply_class cls = trusted ? CLASS_OK : CLASS_LATER;

	buf_addf(s->out, "<p class=\"head %s\">", html_class(cls));
	html_mark(s->out, block_mark(cls));
	buf_adds(s->out, "<strong>");
	html_text(s->out, trusted ? _("the other side is who it should be")
	                          : _("who the other side is, is not "
	                              "certain"));
	buf_adds(s->out, "</strong>");
	if (!trusted) {
		buf_adds(s->out, ": ");
		html_ref(s->out, e, t->dane.len ? t->dane : t->verify);
	}
	if (!trusted && t->detail.len) {
		buf_adds(s->out, " (");
		html_ref(s->out, e, t->detail);
		buf_addc(s->out, ')');
	}
	buf_adds(s->out, "</p>\n");
	html_paragraph(s->out, "text", x->summary);
	for (size_t i = 0; i < x->n_notes; i++)
		html_paragraph(s->out, "text", x->notes[i]);
}

static void client_certificate(struct html_section *s, const struct event *e)
{
	if (!e->u.tls.cert_asked)
		return;
	html_paragraph(s->out, "text",
	               e->u.tls.cert_sent
	                       ? _("The server asked for a certificate and "
	                           "got one.")
	                       : _("The server asked for a certificate and "
	                           "got none."));
}

void html_tls(struct html_section *s, size_t index)
{
	const char *const questions[] = { _("Is it certain who the other side "
		"is? Why?"), NULL };
	const struct event *e = dialog_at(s->dialog, index);
	struct buf agreed = { 0 };
	struct explanation x;

	explain_event(s->dialog, index, &x);
	tls_agreed(&agreed, e);
	html_bytes(s->out, buf_str(&agreed), agreed.len);
	html_textf(s->out, e->u.tls.resumed ? ", %s" : "%s",
	           e->u.tls.resumed ? _("resumed") : "");
	if (e->u.tls.us)
		html_textf(s->out, ", %.1f ms", e->u.tls.us / 1e3);
	buf_adds(s->out, "</p>\n");
	buf_adds(s->out, "<dl>\n");
	row(s, "SNI", e, e->u.tls.sni);
	list_row(s, _("Wanted"), e, e->u.tls.names);
	buf_adds(s->out, "</dl>\n");
	for (uint32_t i = 0; i < e->u.tls.chain.len; i++)
		certificate(s, e, i);
	records(s, e);
	client_certificate(s, e);
	buf_adds(s->out, "</div>\n<div class=\"note\">\n");
	if (s->quiz) {
		html_blanks(s->out, questions);
	} else {
		trust(s, e, &x);
		html_advice(s->out, &x);
	}
	buf_clear(&agreed);
	explanation_clear(&x);
}
