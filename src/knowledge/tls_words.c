#include "config.h"

#include "knowledge/tls_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/caps.h"
#include "core/when.h"
#include "knowledge/say.h"
#include "knowledge/tables.h"
#include "util/i18n.h"
#include "util/xalloc.h"

static bool holds(const char *text, const char *word)
{
	return strstr(text, word) != NULL;
}

enum tls_grade tls_grade(const struct event *tls)
{
	const char *version = event_text(tls, tls->u.tls.version);
	const char *cipher = event_text(tls, tls->u.tls.cipher);
	bool secret, aead;

	if (!*version)
		return TLS_GRADE_UNKNOWN;
	if (strcmp(version, "TLSv1.3") == 0)
		return TLS_GRADE_GOOD;
	if (strcmp(version, "TLSv1.2") != 0)
		return TLS_GRADE_OLD;
	/* both the RFC's names and OpenSSL's hold these words */
	secret = holds(cipher, "DHE");
	aead = holds(cipher, "GCM") || holds(cipher, "CCM") ||
	       holds(cipher, "CHACHA20");
	return secret && aead ? TLS_GRADE_GOOD : TLS_GRADE_WEAK;
}

bool tls_verified(const struct event *tls)
{
	return strcmp(event_text(tls, tls->u.tls.verify), "ok") == 0;
}

char *tls_reason_words(const char *id)
{
	const struct tls_word *r;
	const char *end;
	char *text;
	size_t len;

	if (!*id || strcmp(id, "ok") == 0)
		return xstrdup("");
	r = tls_reason_find(id);
	if (!r)
		return shown(id, strlen(id));
	text = xstrdup(i18n_pick(r->text_en, r->text_de));
	end = strstr(text, ". ");
	len = end ? (size_t)(end - text) : strlen(text);
	if (len > 0 && !end && text[len - 1] == '.')
		len--;
	text[len] = '\0';
	return text;
}

const char *tls_wanted_name(const struct event *tls)
{
	struct ev_ref names = tls->u.tls.names;

	return names.len ? event_item_text(tls, names, 0) : "";
}

enum cert_when cert_when(const struct event *tls, uint32_t cert, int64_t now_s,
                         int64_t *days)
{
	const struct ev_cert *c = event_cert(tls, cert);
	int64_t from, to;

	*days = 0;
	if (!when_parse(event_text(tls, c->not_before), &from) ||
	    !when_parse(event_text(tls, c->not_after), &to))
		return CERT_UNKNOWN;
	if (now_s < from) {
		*days = (from - now_s + WHEN_DAY_S - 1) / WHEN_DAY_S;
		return CERT_NOT_YET;
	}
	if (now_s > to) {
		*days = (now_s - to) / WHEN_DAY_S;
		return CERT_EXPIRED;
	}
	*days = (to - now_s) / WHEN_DAY_S;
	return CERT_VALID;
}

char *cert_days_words(const struct event *tls, uint32_t cert, int64_t now_s)
{
	int64_t days;
	enum cert_when when = cert_when(tls, cert, now_s, &days);
	char n[24];

	snprintf(n, sizeof n, "%" PRId64, days);
	switch (when) {
	case CERT_VALID:
		return days == 1 ? say(CERT_DAY_LEFT, NULL)
		                 : say(CERT_DAYS_LEFT, n, NULL);
	case CERT_EXPIRED:
		return days == 0   ? say(CERT_EXPIRED_TODAY, NULL)
		       : days == 1 ? say(CERT_EXPIRED_DAY, NULL)
		                   : say(CERT_EXPIRED_DAYS, n, NULL);
	case CERT_NOT_YET:
		return days == 1 ? say(CERT_IN_DAY, NULL)
		                 : say(CERT_IN_DAYS, n, NULL);
	case CERT_UNKNOWN:
		break;
	}
	return xstrdup("");
}

static void add_part(struct buf *out, char *text)
{
	if (*text)
		buf_addf(out, ", %s", text);
	free(text);
}

/* For one line of the dialog: what comes behind a colon explains only. */
static char *short_reason(const char *id)
{
	char *text = tls_reason_words(id), *colon = strstr(text, ": ");

	if (colon)
		*colon = '\0';
	return text;
}

static void add_verify(const struct event *e, struct buf *out)
{
	const char *version = event_text(e, e->u.tls.version);
	const char *name = tls_wanted_name(e);
	char *reason, *text;

	if (tls_verified(e)) {
		text = *name ? say(TLS_LINE_MATCHES, version, name, NULL)
		             : say(TLS_LINE_TRUSTED, version, NULL);
	} else {
		reason = short_reason(event_text(e, e->u.tls.verify));
		text = say(TLS_LINE_NOT, version, reason, NULL);
		free(reason);
	}
	buf_adds(out, text);
	free(text);
}

static char *dane_words(const struct event *e)
{
	const char *dane = event_text(e, e->u.tls.dane);
	char *reason, *text;

	if (!*dane)
		return xstrdup("");
	if (strcmp(dane, "ok") == 0)
		return xstrdup(phrase(TLS_LINE_DANE));
	reason = short_reason(dane);
	text = say(TLS_LINE_DANE_NOT, reason, NULL);
	free(reason);
	return text;
}

void tls_line(const struct dialog *d, size_t index, struct buf *out)
{
	const struct event *e = dialog_at(d, index);
	const struct ev_tls *t = &e->u.tls;
	int64_t now_s;
	char ms[16];

	add_verify(e, out);
	if (t->chain.len && when_event(d, index, &now_s))
		add_part(out, cert_days_words(e, 0, now_s));
	add_part(out, dane_words(e));
	add_part(out, shown(event_text(e, t->cipher), t->cipher.len));
	add_part(out, shown(event_text(e, t->group), t->group.len));
	if (t->resumed)
		add_part(out, say(TLS_LINE_RESUMED, NULL));
	snprintf(ms, sizeof ms, "%lu", (unsigned long)(t->us / 1000));
	buf_addf(out, " (%s ms)", t->us < 1000 ? "<1" : ms);
}

static void add_caps(const struct caps_pair *p, enum cap_fate fate,
                     const char *mark, struct buf *out)
{
	for (size_t i = 0; i < p->n; i++) {
		char *word;

		if (p->rows[i].fate != fate)
			continue;
		word = shown(p->rows[i].keyword, strlen(p->rows[i].keyword));
		buf_addf(out, "%s%s%s", out->len ? ", " : "", mark, word);
		free(word);
	}
}

void caps_words(const struct event *before, const struct event *after,
                struct buf *out)
{
	struct caps_pair pair;
	struct buf b = { 0 };

	caps_compare(before, after, &pair);
	add_caps(&pair, CAP_ADDED, "+ ", &b);
	add_caps(&pair, CAP_GONE, "− ", &b);
	add_caps(&pair, CAP_CHANGED, "~ ", &b);
	buf_add(out, b.data, b.len);
	buf_clear(&b);
	caps_pair_clear(&pair);
}
