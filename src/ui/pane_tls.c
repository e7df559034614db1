#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/caps.h"
#include "core/when.h"
#include "knowledge/tables.h"
#include "knowledge/tls_words.h"
#include "ui/glyph.h"
#include "ui/ui.h"
#include "util/i18n.h"

/*
 * Over the panes: what the handshake came to, each certificate, and on the
 * other page what the server offered before and after it. About the session
 * that the dialog's selection is in.
 */
enum {
	TLS_WIDTH = 100,
	LABEL_COLUMN = 15,
	NARROW_UNTIL = 44,   /* there a label has a row of its own */
	PAIR_FROM = 50,      /* two lists side by side */
	MARK_COLUMN = 2,
};

/* While the presenter has replies covered, the handshake behind them is, too.
 */
static size_t newest_tls(const struct ui *u)
{
	const struct dialog *d = u->link.dialog;
	size_t at = view_index(u), end = dialog_count(d);
	uint32_t session = ui_now(u)->session;

	if (at != SIZE_MAX && dialog_at(d, at)->session)
		session = dialog_at(d, at)->session;
	if (u->present.on && at != SIZE_MAX)
		end = at + 1;
	return end && session ? dialog_before(d, end - 1, EV_TLS, session)
	                      : SIZE_MAX;
}

void tls_open(struct ui *u, enum tls_page page)
{
	popup_open(u, POPUP_TLS, _("TLS"), NULL);
	u->popup.chosen = page;
}

void tls_key(struct ui *u, const struct key *k)
{
	uint32_t ch = k->code == K_CHAR && k->mods == 0 ? k->ch : 0;
	struct popup *p = &u->popup;

	if (popup_scroll_key(u, k))
		return;
	if (ch == 'q' || ch == 'c')
		popup_close(u);
	if (k->code != K_TAB)
		return;
	p->chosen = (p->chosen + 1) % TLS_PAGES;
	p->top = 0;
}

/* --- rows of label and value */

static void put_row(struct doc *d, const char *label)
{
	bool narrow = d->width < NARROW_UNTIL;
	int column = narrow ? MARK_COLUMN : LABEL_COLUMN;

	doc_line(d, column);
	doc_put(d, STYLE_DIM, label);
	if (narrow)
		doc_line(d, column);
	doc_tab(d, column);
}

static void put_value(struct doc *d, const char *label, const char *text,
                      size_t len)
{
	if (len == 0)
		return;
	put_row(d, label);
	doc_server(d, STYLE_TEXT, text, len);
}

static void put_ref(struct doc *d, const char *label, const struct event *e,
                    struct ev_ref r)
{
	put_value(d, label, event_text(e, r), r.len);
}

static void put_mark(struct doc *d, enum mark m)
{
	doc_putf(d, mark_style(m), "%s ", mark_glyph(m));
}

/* "name, name": broken only between names, as far as they are that short. */
static void put_texts(struct doc *d, const char *label, const struct event *e,
                      struct ev_ref texts)
{
	if (texts.len == 0)
		return;
	put_row(d, label);
	for (uint32_t i = 0; i < texts.len; i++) {
		struct ev_ref r = event_item(e, texts, i);

		doc_put(d, STYLE_TEXT, i ? ", " : "");
		doc_server(d, STYLE_TEXT, event_text(e, r), r.len);
	}
}

/* Hexadecimal in groups, so that it can be read aloud and wraps. */
static void put_hex(struct doc *d, const char *label, const struct event *e,
                    struct ev_ref r)
{
	const char *text = event_text(e, r);

	if (r.len == 0)
		return;
	put_row(d, label);
	for (uint32_t i = 0; i < r.len; i += 4) {
		doc_put(d, STYLE_TEXT, i ? " " : "");
		doc_server(d, STYLE_TEXT, text + i,
		           r.len - i < 4 ? r.len - i : 4);
	}
}

/* --- the handshake */

static const char *grade_words(enum tls_grade g)
{
	static const char *const words[] = {
		[TLS_GRADE_GOOD] = N_("as recommended (RFC 9325)"),
		[TLS_GRADE_WEAK] = N_("allowed, not recommended (RFC 9325)"),
		[TLS_GRADE_OLD] = N_("must not be used any more (RFC 8996)"),
	};

	return _(words[g]);
}

static void put_version(struct doc *d, const struct event *e)
{
	enum tls_grade grade = tls_grade(e);
	enum mark m = grade == TLS_GRADE_GOOD   ? MARK_OK
	              : grade == TLS_GRADE_WEAK ? MARK_LATER
	                                        : MARK_NO;

	if (grade == TLS_GRADE_UNKNOWN)
		return;
	put_row(d, _("Version"));
	doc_server(d, STYLE_BOLD, event_text(e, e->u.tls.version),
	           e->u.tls.version.len);
	doc_put(d, STYLE_TEXT, " ");
	put_mark(d, m);
	doc_put(d, STYLE_DIM, grade_words(grade));
}

static void put_handshake(struct doc *d, const struct event *e)
{
	char span[24];

	time_span(span, e->u.tls.us);
	put_row(d, _("Handshake"));
	if (e->u.tls.us) {
		doc_put(d, STYLE_TEXT, span);
		doc_put(d, STYLE_TEXT, ", ");
	}
	doc_put(d, STYLE_TEXT, e->u.tls.wrapped ? _("from the start")
	                                        : _("after STARTTLS"));
	if (e->u.tls.resumed)
		doc_putf(d, STYLE_TEXT, ", %s", _("resumed"));
	if (e->u.tls.cert_asked)
		doc_putf(d, STYLE_TEXT, ", %s",
		         e->u.tls.cert_sent
		             ? _("our certificate was asked for and sent")
		             : _("our certificate was asked for, none sent"));
}

static void put_reason(struct doc *d, const char *id)
{
	char *words = tls_reason_words(id);

	put_mark(d, MARK_NO);
	doc_put(d, STYLE_WARN, words);
	free(words);
}

static void put_next(struct doc *d, const char *id)
{
	const struct tls_word *r = tls_reason_find(id);

	if (!r)
		return;
	put_row(d, _("MTA"));
	doc_put(d, STYLE_TEXT, i18n_pick(r->next_en, r->next_de));
}

static void put_verified(struct doc *d, const struct event *e)
{
	const char *id = event_text(e, e->u.tls.verify);

	put_texts(d, _("Name wanted"), e, e->u.tls.names);
	put_row(d, _("Verified"));
	if (tls_verified(e)) {
		put_mark(d, MARK_OK);
		doc_put(d, STYLE_TEXT, e->u.tls.names.len
		                           ? _("yes: chain and name")
		                           : _("yes: the chain"));
		return;
	}
	put_reason(d, id);
	if (e->u.tls.depth >= 0)
		doc_putf(d, STYLE_DIM, _(" (certificate %d)"),
		         (int)e->u.tls.depth + 1);
	put_ref(d, _("In detail"), e, e->u.tls.detail);
	put_next(d, id);
}

static void put_tlsa(struct doc *d, const struct event *e)
{
	struct ev_ref all = e->u.tls.tlsa;

	for (uint32_t i = 0; i < all.len; i++) {
		struct ev_ref r = event_item(e, all, i);

		doc_line(d, LABEL_COLUMN + MARK_COLUMN);
		doc_tab(d, d->width < NARROW_UNTIL ? MARK_COLUMN
		                                   : LABEL_COLUMN);
		put_mark(d, (int32_t)i == e->u.tls.matched ? MARK_OK
		                                           : MARK_UNTRIED);
		doc_server(d, STYLE_TEXT, event_text(e, r), r.len);
	}
}

static void put_dane(struct doc *d, const struct event *e)
{
	const char *id = event_text(e, e->u.tls.dane);

	put_row(d, "DANE");
	if (!*id) {
		doc_put(d, STYLE_DIM, _("not asked for"));
		return;
	}
	if (strcmp(id, "ok") == 0) {
		put_mark(d, MARK_OK);
		doc_put(d, STYLE_TEXT, _("a TLSA record matches"));
	} else {
		put_reason(d, id);
	}
	put_tlsa(d, e);
	if (strcmp(id, "ok") != 0)
		put_next(d, id);
}

/* --- certificates */

static void put_dates(struct doc *d, const struct event *e, uint32_t i,
                      const int64_t *now_s)
{
	const struct ev_cert *c = event_cert(e, i);
	int64_t days = 0;
	enum cert_when when = now_s ? cert_when(e, i, *now_s, &days)
	                            : CERT_UNKNOWN;
	char *words = now_s ? cert_days_words(e, i, *now_s) : NULL;

	put_row(d, _("Valid"));
	doc_server(d, STYLE_TEXT, event_text(e, c->not_before),
	           c->not_before.len < 10 ? c->not_before.len : 10);
	doc_putf(d, STYLE_TEXT, " %s ", _("to"));
	doc_server(d, STYLE_TEXT, event_text(e, c->not_after),
	           c->not_after.len < 10 ? c->not_after.len : 10);
	if (words && *words) {
		doc_put(d, STYLE_TEXT, ", ");
		put_mark(d, when == CERT_VALID ? MARK_OK : MARK_NO);
		doc_put(d, when == CERT_VALID ? STYLE_TEXT : STYLE_WARN,
		        words);
	}
	free(words);
}

static void put_certificate(struct doc *d, const struct event *e, uint32_t i,
                            const int64_t *now_s)
{
	const struct ev_cert *c = event_cert(e, i);

	doc_gap(d, 0);
	doc_putf(d, STYLE_LABEL, _("Certificate %u of %u"), (unsigned)i + 1,
	         (unsigned)e->u.tls.chain.len);
	put_ref(d, _("Subject"), e, c->subject);
	put_texts(d, _("Names"), e, c->names);
	put_ref(d, _("Issuer"), e, c->issuer);
	if (c->not_before.len) /* a transcript has none */
		put_dates(d, e, i, now_s);
	put_ref(d, _("Key"), e, c->key);
	put_ref(d, _("Signature"), e, c->signature);
	put_hex(d, _("Serial number"), e, c->serial);
	put_hex(d, "SHA-256", e, c->sha256);
	put_hex(d, _("Key SHA-256"), e, c->spki_sha256);
}

static void put_nothing(struct ui *u, struct doc *d)
{
	const struct dialog_now *now = ui_now(u);

	doc_put(d, STYLE_BOLD, _("This connection is not encrypted."));
	doc_line(d, 0);
	if (now->n_caps == 0)
		return;
	doc_put(d, STYLE_TEXT, dialog_cap(u->link.dialog, "STARTTLS")
	                           ? _("The server offers STARTTLS; :starttls "
	                               "sends it.")
	                           : _("The server does not offer STARTTLS."));
}

static void tls_doc(struct ui *u, size_t index, struct doc *d)
{
	const struct event *e;
	int64_t now_s;
	bool known;

	if (index == SIZE_MAX) {
		put_nothing(u, d);
		return;
	}
	e = dialog_at(u->link.dialog, index);
	known = when_event(u->link.dialog, index, &now_s);
	put_version(d, e);
	put_ref(d, _("Cipher"), e, e->u.tls.cipher);
	put_ref(d, _("Key exchange"), e, e->u.tls.group);
	put_ref(d, "ALPN", e, e->u.tls.alpn);
	put_ref(d, "SNI", e, e->u.tls.sni);
	put_handshake(d, e);
	put_verified(d, e);
	put_dane(d, e);
	for (uint32_t i = 0; i < e->u.tls.chain.len; i++)
		put_certificate(d, e, i, known ? &now_s : NULL);
}

/* --- EHLO before and after */

static const struct {
	const char *mark;
	enum style style;
} fates[CAP_FATES] = {
	[CAP_KEPT] = { " ", STYLE_TEXT },
	[CAP_CHANGED] = { "~", STYLE_LATER },
	[CAP_ADDED] = { "+", STYLE_OK },
	[CAP_GONE] = { "−", STYLE_NOTE },
};

static void put_cap(struct doc *d, enum style s, const char *keyword,
                    const char *params)
{
	if (!params)
		return;
	doc_server(d, s, keyword, strlen(keyword));
	doc_put(d, s, *params ? " " : "");
	doc_server(d, s, params, strlen(params));
}

/* Cut in the left half, so that the right one begins where it should. */
static void put_left(struct doc *d, const struct cap_row *r, int columns)
{
	struct doc one;
	char *text;

	if (!r->before)
		return;
	doc_init(&one, DOC_UNWRAPPED);
	put_cap(&one, STYLE_TEXT, r->keyword, r->before);
	text = one.n_lines ? doc_text(&one, 0) : NULL;
	if (text)
		doc_put_cut(d, fates[r->fate].style, text, columns);
	free(text);
	doc_clear(&one);
}

static void put_pair(struct doc *d, const struct cap_row *r)
{
	bool wide = d->width >= PAIR_FROM;
	int middle = d->width / 2;

	doc_line(d, wide ? middle + 1 : MARK_COLUMN);
	doc_put(d, fates[r->fate].style, fates[r->fate].mark);
	doc_tab(d, MARK_COLUMN);
	if (!wide) {
		put_cap(d, fates[r->fate].style, r->keyword,
		        r->after ? r->after : r->before);
		return;
	}
	put_left(d, r, middle - MARK_COLUMN - 1);
	if (!r->after)
		return;
	doc_tab(d, middle);
	put_cap(d, fates[r->fate].style, r->keyword, r->after);
}

static void put_pairs(struct doc *d, const struct event *before,
                      const struct event *after)
{
	struct caps_pair pair;

	caps_compare(before, after, &pair);
	doc_line(d, 0);
	doc_tab(d, MARK_COLUMN);
	if (d->width >= PAIR_FROM) {
		doc_put(d, STYLE_LABEL, _("EHLO before TLS"));
		doc_tab(d, d->width / 2);
	}
	doc_put(d, STYLE_LABEL, _("EHLO inside TLS"));
	for (size_t i = 0; i < pair.n; i++)
		put_pair(d, &pair.rows[i]);
	doc_gap(d, 0);
	doc_putf(d, STYLE_DIM, _("+ only inside TLS, %s only before it, ~ with "
	                         "other parameters"), "−");
	if (ehlo_find(&pair.after, "STARTTLS")) {
		doc_line(d, 2);
		doc_put(d, STYLE_WARN,
		        _("! STARTTLS is offered inside TLS: a server must "
		          "not do that (RFC 3207 §4.2)."));
	}
	caps_pair_clear(&pair);
}

static void put_only(struct doc *d, const struct event *e)
{
	struct ehlo list = { 0 };

	caps_read(e, &list);
	doc_put(d, STYLE_LABEL, _("The newest EHLO; there is nothing to "
	                          "compare it with."));
	for (size_t i = 0; i < list.n && i < CAPS_COMPARED_MAX; i++) {
		doc_line(d, 2 * MARK_COLUMN);
		doc_tab(d, MARK_COLUMN);
		put_cap(d, STYLE_TEXT, list.caps[i].keyword,
		        list.caps[i].params);
	}
	ehlo_clear(&list);
}

/* The newest EHLO reply of the session that is looked at. */
static size_t newest_ehlo(const struct ui *u)
{
	const struct dialog *d = u->link.dialog;
	size_t at = view_index(u), end = dialog_count(d);
	uint32_t session = ui_now(u)->session;

	if (at != SIZE_MAX && dialog_at(d, at)->session)
		session = dialog_at(d, at)->session;
	if (u->present.on && at != SIZE_MAX)
		end = at;
	for (size_t i = end, back = 0; i-- > 0 && back < DIALOG_BACK_MAX;
	     back++)
		if (dialog_at(d, i)->session == session &&
		    caps_is_reply(d, dialog_at(d, i)))
			return i;
	return SIZE_MAX;
}

static void caps_doc(struct ui *u, struct doc *d)
{
	const struct dialog *all = u->link.dialog;
	size_t after = newest_ehlo(u), before;

	if (after == SIZE_MAX) {
		doc_put(d, STYLE_NOTE, _("No EHLO was answered yet."));
		return;
	}
	before = caps_before_tls(all, after);
	if (before == SIZE_MAX)
		put_only(d, dialog_at(all, after));
	else
		put_pairs(d, dialog_at(all, before), dialog_at(all, after));
}

/* --- drawing */

void tls_draw(struct ui *u)
{
	bool caps = u->popup.chosen == TLS_PAGE_CAPS;
	struct doc doc;

	doc_init(&doc, popup_scroll_width(u, TLS_WIDTH));
	if (caps)
		caps_doc(u, &doc);
	else
		tls_doc(u, newest_tls(u), &doc);
	popup_scroll_draw(u, TLS_WIDTH,
	                  caps ? _("TLS  [EHLO before and after]")
	                       : _("[TLS]  EHLO before and after"), &doc);
	doc_clear(&doc);
}
