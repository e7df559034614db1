#include "config.h"

#include "knowledge/explain_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/caps.h"
#include "core/when.h"
#include "knowledge/tls_words.h"
#include "util/buf.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum {
	CERTS_NAMED = 8, /* of the chain; the TLS view has the rest */
	ERROR_ID_MAX = 48,
	RECORD_SHOWN = 22, /* "3 1 1 " and 8 bytes */
};

static const char *connected_host(const struct event *e,
                                  const struct surroundings *at)
{
	size_t i = dialog_before(at->dialog, at->index, EV_CONNECTING,
	                         e->session);
	const struct event *c;

	if (i == SIZE_MAX)
		return tls_wanted_name(e);
	c = dialog_at(at->dialog, i);
	return c->u.connect.host.len ? event_text(c, c->u.connect.host)
	                             : event_text(c, c->u.connect.address);
}

static void add_fact(struct buf *out, char *text)
{
	buf_addf(out, "%s%s", out->len ? " " : "", text);
	free(text);
}

/* Version, cipher and key exchange, and what is thought of them today. */
static void parts(const struct event *e, struct explanation *x,
                  struct buf *out)
{
	static const enum phrase texts[] = {
		[TLS_GRADE_GOOD] = TLS_PARTS_GOOD,
		[TLS_GRADE_WEAK] = TLS_PARTS_WEAK,
		[TLS_GRADE_OLD] = TLS_PARTS_OLD,
	};
	enum tls_grade grade = tls_grade(e);
	char *text, *name, *group;

	if (grade == TLS_GRADE_UNKNOWN)
		return;
	name = shown(event_text(e, e->u.tls.group), e->u.tls.group.len);
	group = *name ? xasprintf("%s%s", phrase(TLS_GROUP), name)
	              : xstrdup("");
	text = say(texts[grade], event_text(e, e->u.tls.version),
	           event_text(e, e->u.tls.cipher), group, NULL);
	if (grade == TLS_GRADE_GOOD)
		add_fact(out, text);
	else
		part_note(x, text);
	free(group);
	free(name);
	part_refs(x, grade == TLS_GRADE_OLD ? "RFC 8996 §4, §5; RFC 9325 §3.1.1"
	                                    : "RFC 9325 §3.1.1, §4.2");
}

static void verification(const struct event *e, struct explanation *x)
{
	const char *id = event_text(e, e->u.tls.verify);
	const struct tls_word *r = tls_reason_find(id);
	const char *name = tls_wanted_name(e);
	char *reason;

	if (tls_verified(e)) {
		part_set(&x->summary, *name ? say(SUM_TLS_GOOD, name, NULL)
		                            : say(SUM_TLS_TRUSTED, NULL));
		return;
	}
	reason = tls_reason_words(id);
	part_set(&x->summary, say(SUM_TLS_ANY, reason, NULL));
	free(reason);
	if (r)
		part_refs(x, r->source);
}

/* "3 1 1 0b9f12…": as much of a record as tells it from others. */
static char *record_words(const char *record)
{
	size_t len = strlen(record);

	return len > RECORD_SHOWN ? xasprintf("%.*s…", RECORD_SHOWN, record)
	                          : xstrdup(record);
}

static void dane(const struct event *e, struct explanation *x,
                 struct buf *facts)
{
	const struct ev_tls *t = &e->u.tls;
	const char *id = event_text(e, t->dane);
	char n[16], *text;

	if (!*id)
		return;
	part_refs(x, "RFC 7672 §2.2");
	if (strcmp(id, "ok") != 0) {
		text = tls_reason_words(id);
		snprintf(n, sizeof n, "%u", (unsigned)t->tlsa.len);
		part_note(x, say(TLS_DANE_BAD, text, n, NULL));
	} else if (t->matched >= 0 && (uint32_t)t->matched < t->tlsa.len) {
		text = record_words(event_item_text(e, t->tlsa,
		                                    (uint32_t)t->matched));
		add_fact(facts, say(TLS_DANE_OK, text, NULL));
	} else {
		return;
	}
	free(text);
}

static void certificate(const struct event *e, uint32_t i,
                        const struct surroundings *at, struct buf *facts)
{
	const struct ev_cert *c = event_cert(e, i);
	const char *subject = event_text(e, c->subject);
	const char *issuer = event_text(e, c->issuer);
	char number[16], *days = NULL, *behind;
	int64_t now_s;

	snprintf(number, sizeof number, "%u", (unsigned)i + 1);
	if (when_event(at->dialog, at->index, &now_s))
		days = cert_days_words(e, i, now_s);
	behind = days && *days ? xasprintf(", %s", days) : xstrdup("");
	if (strcmp(subject, issuer) == 0)
		add_fact(facts, say(TLS_CERT_SELF, number, subject, behind,
		                    NULL));
	else
		add_fact(facts, say(TLS_CERT, number, subject, issuer, behind,
		                    NULL));
	free(behind);
	free(days);
}

/* What is simply so, in one paragraph; what is wrong is a note of its own. */
static void facts(const struct event *e, const struct surroundings *at,
                  struct explanation *x)
{
	struct buf out = { 0 };
	uint32_t n = e->u.tls.chain.len;

	parts(e, x, &out);
	if (!tls_verified(e) && e->u.tls.detail.len)
		add_fact(&out, say(TLS_DETAIL,
		                   event_text(e, e->u.tls.detail), NULL));
	dane(e, x, &out);
	for (uint32_t i = 0; i < n && i < CERTS_NAMED; i++)
		certificate(e, i, at, &out);
	if (strcmp(event_text(e, e->u.tls.verify), "no-certificate") == 0)
		part_note(x, say(TLS_NO_CERT, NULL));
	if (e->u.tls.cert_asked)
		add_fact(&out, say(e->u.tls.cert_sent ? TLS_GAVE : TLS_ASKED,
		                   NULL));
	add_fact(&out, say(e->u.tls.wrapped ? TLS_AT_ONCE : TLS_FORGET,
	                   NULL));
	buf_str(&out);
	part_set(&x->code_text, buf_steal(&out));
}

/* What a mail server does now depends on whom it believes: with TLSA records
 * it is they that count (RFC 7672 §2.2), else the certificate. */
static void mta(const struct event *e, struct explanation *x)
{
	const char *dane = event_text(e, e->u.tls.dane);
	bool matches = strcmp(dane, "ok") == 0;
	const struct tls_word *r =
	    tls_reason_find(*dane && !matches
	                        ? dane : event_text(e, e->u.tls.verify));

	if (matches && !tls_verified(e))
		part_copy(&x->mta, phrase(MTA_TLS_DANE));
	else if (r)
		part_copy(&x->mta, i18n_pick(r->next_en, r->next_de));
}

void explain_tls(const struct event *e, const struct surroundings *at,
                 struct explanation *x)
{
	bool good = tls_verified(e);

	part_set(&x->title, say(TITLE_TLS, event_text(e, e->u.tls.version),
	                        connected_host(e, at), NULL));
	part_copy(&x->headline, phrase(good ? HEAD_TLS_GOOD : HEAD_TLS_ANY));
	x->cls = good && tls_grade(e) != TLS_GRADE_OLD ? CLASS_OK
	                                               : CLASS_LATER;
	x->confidence = CONF_SURE;
	verification(e, x);
	facts(e, at, x);
	mta(e, x);
	part_try(x, TRY_TLS, say(TRY_TLS_VIEW, NULL), NULL);
	part_act(x, good ? ACT_NOBODY : ACT_SERVER);
	part_refs(x, e->u.tls.wrapped ? "RFC 8314 §3" : "RFC 3207 §4.1, §4.2");
	part_refs(x, "RFC 7435 §3; RFC 8461 §5");
}

/* The detail begins with the word of tls_errors.tsv, then the library's. */
void explain_tls_failed(const struct event *e, struct explanation *x)
{
	const char *detail = event_text(e, e->u.failed.detail);
	size_t len = strcspn(detail, " :");
	char id[ERROR_ID_MAX];
	const struct tls_word *error;

	if (len == 0 || len >= sizeof id)
		return;
	memcpy(id, detail, len);
	id[len] = '\0';
	error = tls_error_find(id);
	if (!error)
		return;
	part_copy(&x->summary, i18n_pick(error->text_en, error->text_de));
	part_copy(&x->mta, i18n_pick(error->next_en, error->next_de));
	part_refs(x, error->source);
}

static void changed(const struct caps_pair *p, struct explanation *x)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->rows[i].fate == CAP_CHANGED)
			part_note(x, say(CAPS_ONE_CHANGED, p->rows[i].keyword,
			                 p->rows[i].after, p->rows[i].before,
			                 NULL));
}

/* RFC 3207 §4.2: not offered again once TLS is on. */
static void starttls_again(const struct caps_pair *p, struct explanation *x)
{
	if (ehlo_find(&p->after, "STARTTLS"))
		part_note(x, say(CAPS_STARTTLS_AGAIN, NULL));
	else if (ehlo_find(&p->before, "STARTTLS"))
		part_note(x, say(CAPS_STARTTLS_GONE, NULL));
}

void explain_caps(const struct event *e, const struct surroundings *at,
                  struct explanation *x)
{
	size_t i = caps_before_tls(at->dialog, at->index);
	struct caps_pair pair;
	struct buf words = { 0 };
	const struct event *before;

	if (i == SIZE_MAX)
		return;
	before = dialog_at(at->dialog, i);
	caps_words(before, e, &words);
	part_note(x, words.len ? say(CAPS_DIFFER, buf_str(&words), NULL)
	                       : say(CAPS_SAME, NULL));
	caps_compare(before, e, &pair);
	changed(&pair, x);
	starttls_again(&pair, x);
	part_refs(x, "RFC 3207 §4.2");
	caps_pair_clear(&pair);
	buf_clear(&words);
}

/* "550 5.1.1 for bob@example.org". What meanings.tsv says of the dot is about
 * the whole message, in LMTP it is one recipient's (RFC 2033 §4.2). */
void explain_recipient(const struct event *e, struct explanation *x)
{
	bool later = x->cls == CLASS_LATER, no = x->cls == CLASS_NO;
	char codes[32];

	snprintf(codes, sizeof codes, "%03u%s%.16s", e->u.reply.code % 1000u,
	         e->u.reply.enhanced.len ? " " : "",
	         event_text(e, e->u.reply.enhanced));
	part_set(&x->title,
	         say(TITLE_AFTER_DOT_FOR, codes,
	             event_text(e, e->u.reply.recipient), NULL));
	part_set(&x->code_text,
	         xasprintf("%s %s",
	                   phrase(later ? LMTP_LATER : no ? LMTP_NO : LMTP_OK),
	                   phrase(LMTP_EACH)));
	if (later || no)
		part_copy(&x->mta, phrase(later ? MTA_LMTP_LATER
		                                : MTA_BOUNCE_RCPT));
	part_refs(x, "RFC 2033 §4.2");
}

void explain_chunk(const struct event *e, struct explanation *x)
{
	if (e->u.reply.code / 100 != 2)
		return;
	part_copy(&x->code_text, phrase(BDAT_CHUNK));
	part_copy(&x->mta, phrase(MTA_BDAT_NEXT));
	part_refs(x, "RFC 3030 §2");
}
