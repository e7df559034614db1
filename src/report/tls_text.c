#include "config.h"

#include "report/tls_text.h"

#include <string.h>

#include "report/block.h"
#include "util/buf.h"
#include "util/i18n.h"

static bool is_ok(const struct event *e, struct ev_ref r)
{
	return strcmp(event_text(e, r), "ok") == 0;
}

bool tls_is_trusted(const struct event *e)
{
	const struct ev_tls *t = &e->u.tls;

	return t->dane.len ? is_ok(e, t->dane) : is_ok(e, t->verify);
}

static void add_text(struct buf *b, const char *between, const struct event *e,
                     struct ev_ref r)
{
	if (r.len)
		buf_addf(b, "%s%s", b->len ? between : "", event_text(e, r));
}

/* Texts of an array in one row; they are the peer's, so never wrapped. */
static void list_row(struct paper *p, const char *label,
                     const struct event *e, struct ev_ref list)
{
	struct buf b = { 0 };

	for (uint32_t i = 0; i < list.len; i++)
		add_text(&b, ", ", e, event_item(e, list, i));
	block_bytes(p, label, buf_str(&b));
	buf_clear(&b);
}

void tls_agreed(struct buf *out, const struct event *e)
{
	const struct ev_tls *t = &e->u.tls;

	add_text(out, ", ", e, t->version);
	add_text(out, ", ", e, t->cipher);
	add_text(out, ", ", e, t->group);
	add_text(out, ", ALPN ", e, t->alpn);
}

static void agreed(struct paper *p, const struct event *e)
{
	const struct ev_tls *t = &e->u.tls;
	struct buf b = { 0 };

	tls_agreed(&b, e);
	paper_bytes(p, buf_str(&b), b.len);
	if (t->resumed)
		paper_textf(p, ", %s", _("resumed"));
	if (t->us)
		paper_textf(p, ", %.1f ms", t->us / 1e3);
	buf_clear(&b);
}

/* What was found, and what that means. The facts of the explanation are not
 * repeated: all of them are below. */
static void trust(struct paper *p, const struct event *e,
                  const struct explanation *x)
{
	const struct ev_tls *t = &e->u.tls;
	bool trusted = tls_is_trusted(e);
	struct ev_ref why = t->dane.len ? t->dane : t->verify;

	paper_to(p, BLOCK_INDENT);
	paper_ink(p, trusted ? INK_OK : INK_LATER);
	paper_textf(p, "%s %s", block_mark(trusted ? CLASS_OK : CLASS_LATER),
	            trusted ? _("the other side is who it should be")
	                    : _("who the other side is, is not certain"));
	paper_ink(p, INK_PLAIN);
	if (!trusted) {
		paper_text(p, ": ");
		paper_bytes(p, event_text(e, why), why.len);
	}
	if (!trusted && t->detail.len) {
		paper_text(p, " (");
		paper_bytes(p, event_text(e, t->detail), t->detail.len);
		paper_text(p, ")");
	}
	paper_newline(p);
	block_line(p, INK_PLAIN, x->summary);
	for (size_t i = 0; i < x->n_notes; i++)
		block_line(p, INK_PLAIN, x->notes[i]);
	block_row(p, _("Must act"), trusted ? "" : x->who);
	block_row(p, _("MTA"), x->mta);
}

static void validity(struct paper *p, const struct event *e,
                     const struct ev_cert *c)
{
	struct buf b = { 0 };

	if (!c->not_before.len) /* of a transcript */
		return;
	buf_addf(&b, "%s / %s", event_text(e, c->not_before),
	         event_text(e, c->not_after));
	block_bytes(p, _("Valid"), buf_str(&b));
	buf_clear(&b);
}

static void certificate(struct paper *p, const struct event *e, uint32_t i)
{
	const struct ev_cert *c = event_cert(e, i);
	struct buf b = { 0 };

	paper_to(p, BLOCK_INDENT);
	paper_ink(p, INK_BOLD);
	paper_textf(p, _("Certificate %u: "), i);
	paper_ink(p, INK_PLAIN);
	paper_bytes(p, event_text(e, c->subject), c->subject.len);
	if (e->u.tls.depth == (int32_t)i && !is_ok(e, e->u.tls.verify)) {
		paper_ink(p, INK_LATER);
		paper_textf(p, "  ▲ %s", _("this one"));
		paper_ink(p, INK_PLAIN);
	}
	paper_newline(p);
	list_row(p, _("Names"), e, c->names);
	block_bytes(p, _("Issuer"), event_text(e, c->issuer));
	validity(p, e, c);
	add_text(&b, "; ", e, c->key);
	add_text(&b, "; ", e, c->signature);
	block_bytes(p, _("Key"), buf_str(&b));
	buf_clear(&b);
	block_bytes(p, "SHA-256", event_text(e, c->sha256));
	block_bytes(p, "SPKI", event_text(e, c->spki_sha256));
	block_bytes(p, _("Serial"), event_text(e, c->serial));
}

static void records(struct paper *p, const struct event *e)
{
	const struct ev_tls *t = &e->u.tls;

	for (uint32_t i = 0; i < t->tlsa.len; i++) {
		bool fits = t->matched == (int32_t)i;
		struct buf b = { 0 };

		buf_addf(&b, "%s%s%s%s", event_item_text(e, t->tlsa, i),
		         fits ? " (" : "", fits ? _("matches") : "",
		         fits ? ")" : "");
		block_bytes(p, i ? "" : "TLSA", buf_str(&b));
		buf_clear(&b);
	}
}

void tls_text(struct paper *p, const struct event *e,
              const struct explanation *x)
{
	const struct ev_tls *t = &e->u.tls;

	paper_text(p, "* ");
	paper_text(p, t->wrapped ? _("TLS from the start: ") : "TLS: ");
	agreed(p, e);
	paper_newline(p);
	trust(p, e, x);
	block_bytes(p, "SNI", event_text(e, t->sni));
	list_row(p, _("Wanted"), e, t->names);
	for (uint32_t i = 0; i < t->chain.len; i++)
		certificate(p, e, i);
	records(p, e);
	if (t->cert_asked)
		block_line(p, INK_PLAIN,
		           t->cert_sent
		                   ? _("The server asked for a certificate and "
		                       "got one.")
		                   : _("The server asked for a certificate and "
		                       "got none."));
	block_refs(p, x);
}
