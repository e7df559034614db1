#include "config.h"

#include "check/beside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/compare.h"
#include "check/grid_words.h"
#include "check/odd.h"
#include "check/verdict.h"
#include "core/escape.h"
#include "core/wrap.h"
#include "knowledge/fail_words.h"
#include "knowledge/say.h"
#include "knowledge/tls_words.h"
#include "util/i18n.h"
#include "util/xalloc.h"

/* ---- rows ---- */

/* Takes a and b. */
static void add(struct beside *x, enum beside_kind kind, enum beside_mark mark,
                char *a, char *b)
{
	if (!a && !b)
		return;
	if (!a || !b)
		mark = a ? BESIDE_LEFT : BESIDE_RIGHT;
	x->rows = xreallocarray(x->rows, x->n + 1, sizeof *x->rows);
	x->rows[x->n++] = (struct beside_row){ kind, mark, a, b };
	x->differ += mark != BESIDE_SAME && mark != BESIDE_WORDS;
}

static char *copy(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

static bool equal(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static void add_text(struct beside *x, enum beside_kind kind, const char *a,
                     const char *b)
{
	add(x, kind, equal(a, b) ? BESIDE_SAME : BESIDE_DIFFERS, copy(a),
	    copy(b));
}

/* ---- notes ---- */

/* Takes both values; "" is none. */
static void add_note(struct beside *x, const char *label, char *a, char *b)
{
	bool same = strcmp(a, b) == 0;

	add(x, BESIDE_NOTE, same ? BESIDE_SAME : BESIDE_DIFFERS,
	    *a ? xasprintf("%s: %s", label, a) : NULL,
	    *b ? xasprintf("%s: %s", label, b) : NULL);
	free(a);
	free(b);
}

static char *shown_text(const char *s)
{
	return s ? shown(s, strlen(s)) : xstrdup("");
}

/* So much later that it is worth a word. */
static bool is_slow(uint32_t a, uint32_t b)
{
	uint64_t least = a < b ? a : b, most = a < b ? b : a;

	return most >= least * ODD_SLOW_TIMES && most >= least + ODD_SLOW_US;
}

static char *span(uint32_t us)
{
	char text[16];

	grid_time(text, us);
	return xstrdup(text);
}

/* Times are never the same: only what is slow is a difference. */
static void add_time(struct beside *x, const char *label, uint32_t a,
                     uint32_t b)
{
	if (a && b && is_slow(a, b))
		add_note(x, label, span(a), span(b));
}

static char *connection(const struct summary *s)
{
	if (s->connected)
		return xstrdup(_("connected"));
	return xstrdup(s->failed ? fail_words(s->fail) : "");
}

static char *tls_words(const struct summary *s)
{
	const struct summary_tls *t = &s->handshake;
	char *version, *cipher, *all;

	if (!s->secure)
		return xstrdup("");
	version = shown_text(t->version);
	cipher = shown_text(t->cipher);
	all = xasprintf("%s %s", version, cipher);
	free(version);
	free(cipher);
	return all;
}

static char *verify_words(const struct summary *s)
{
	const char *id = s->handshake.verify;

	if (!s->secure)
		return xstrdup("");
	return equal(id, "ok") ? xstrdup(phrase(DIFF_GOOD))
	                       : tls_reason_words(id);
}

static void add_certs(struct beside *x, const struct summary *a,
                      const struct summary *b)
{
	const struct summary_tls *p = &a->handshake, *q = &b->handshake;

	add_note(x, _("Certificate"), shown_text(p->subject),
	         shown_text(q->subject));
	add_note(x, _("Issuer"), shown_text(p->issuer),
	         shown_text(q->issuer));
	add_note(x, _("Valid from"), shown_text(p->not_before),
	         shown_text(q->not_before));
	add_note(x, _("Valid until"), shown_text(p->not_after),
	         shown_text(q->not_after));
	add_note(x, "SHA-256", shown_text(p->sha256), shown_text(q->sha256));
	add_note(x, _("Verification"), verify_words(a), verify_words(b));
}

static void add_tls(struct beside *x, const struct summary *a,
                    const struct summary *b)
{
	if (!a->secure && !b->secure)
		return;
	add_note(x, "TLS", tls_words(a), tls_words(b));
	add_time(x, "TLS", a->handshake.us, b->handshake.us);
	add_certs(x, a, b);
}

static char *end_words(const struct summary *s)
{
	if (!s->connected || (!s->over && !s->failed))
		return xstrdup("");
	return xstrdup(s->failed ? fail_words(s->fail) : _("closed"));
}

static char *cause_words(const struct summary *s)
{
	return xstrdup(s->cause ? verdict_cause(s->cause) : "");
}

/* ---- replies ---- */

static size_t lines_of(const struct summary_row *r)
{
	return r ? r->n_lines : 0;
}

/* "250-SIZE 100" and "250 SIZE 100" are the same keyword with the same
 * parameters: the fourth octet only says whether more follows. */
static bool same_line(const char *a, const char *b)
{
	if (strlen(a) < 4 || strlen(b) < 4)
		return strcmp(a, b) == 0;
	return memcmp(a, b, 3) == 0 && strcmp(a + 4, b + 4) == 0;
}

static size_t keyword_len(const char *line)
{
	return strlen(line) > 4 ? strcspn(line + 4, " =") : 0;
}

static bool same_keyword(const char *a, const char *b)
{
	size_t len = keyword_len(a);

	return len == keyword_len(b) && len > 0 &&
	       strncasecmp(a + 4, b + 4, len) == 0;
}

static bool is_offer(const struct summary_row *r)
{
	return r && r->code == 250 &&
	       (r->verb == VERB_EHLO || r->verb == VERB_LHLO);
}

/* Same code: the words may differ by rights. */
static enum beside_mark mark_reply(const struct summary_row *a,
                                   const struct summary_row *b, size_t i)
{
	if (same_line(a->lines[i], b->lines[i]))
		return BESIDE_SAME;
	return a->code == b->code && strcmp(a->enhanced, b->enhanced) == 0
	           ? BESIDE_WORDS : BESIDE_DIFFERS;
}

static void add_plain(struct beside *x, const struct summary_row *a,
                      const struct summary_row *b)
{
	size_t n = lines_of(a) > lines_of(b) ? lines_of(a) : lines_of(b);

	for (size_t i = 0; i < n; i++) {
		const char *left = i < lines_of(a) ? a->lines[i] : NULL;
		const char *right = i < lines_of(b) ? b->lines[i] : NULL;

		add(x, BESIDE_SERVER,
		    left && right ? mark_reply(a, b, i) : BESIDE_SAME,
		    copy(left), copy(right));
	}
}

static const char *find_keyword(const struct summary_row *r, const char *line)
{
	for (size_t i = 1; i < r->n_lines; i++)
		if (same_keyword(r->lines[i], line))
			return r->lines[i];
	return NULL;
}

/* A keyword beside the same keyword, wherever it stands in its list. */
static void add_offers(struct beside *x, const struct summary_row *a,
                       const struct summary_row *b)
{
	if (a->n_lines && b->n_lines)
		add(x, BESIDE_SERVER, mark_reply(a, b, 0), copy(a->lines[0]),
		    copy(b->lines[0]));
	for (size_t i = 1; i < a->n_lines; i++) {
		const char *other = find_keyword(b, a->lines[i]);

		add(x, BESIDE_SERVER,
		    other && same_line(a->lines[i], other) ? BESIDE_SAME
		                                           : BESIDE_DIFFERS,
		    copy(a->lines[i]), copy(other));
	}
	for (size_t i = 1; i < b->n_lines; i++)
		if (!find_keyword(a, b->lines[i]))
			add(x, BESIDE_SERVER, BESIDE_RIGHT, NULL,
			    copy(b->lines[i]));
}

static const char *line_of(const struct summary_row *r)
{
	return r && *r->line ? r->line : NULL;
}

static const char *label(const struct compare_pair *p)
{
	const struct summary_row *r = p->a ? p->a : p->b;

	return r->verb == VERB_CONNECT ? grid_step_word(GRID_GREETING, false)
	                               : command_info(r->verb)->name;
}

static void add_pair(struct beside *x, const struct compare_pair *p)
{
	add_text(x, BESIDE_CLIENT, line_of(p->a), line_of(p->b));
	if (is_offer(p->a) && is_offer(p->b))
		add_offers(x, p->a, p->b);
	else
		add_plain(x, p->a, p->b);
	if (p->a && p->b)
		add_time(x, label(p), p->a->us, p->b->us);
}

/* Behind this pair the handshake took place. */
static bool turns_secure(const struct comparison *c, size_t i)
{
	const struct compare_pair *p = &c->pairs[i];

	return (p->a && p->a->verb == VERB_STARTTLS) ||
	       (p->b && p->b->verb == VERB_STARTTLS);
}

static void add_dialog(struct beside *x, const struct summary *a,
                       const struct summary *b)
{
	struct comparison c;
	bool told = a->wrapped || b->wrapped;

	if (told)
		add_tls(x, a, b);
	compare(a, b, &c);
	for (size_t i = 0; i < c.n; i++) {
		add_pair(x, &c.pairs[i]);
		if (!told && turns_secure(&c, i)) {
			add_tls(x, a, b);
			told = true;
		}
	}
	compare_clear(&c);
}

void beside(const struct summary *a, const struct summary *b,
            struct beside *out)
{
	*out = (struct beside){ .n = 0 };
	add_note(out, "TCP", connection(a), connection(b));
	add_time(out, "TCP", a->connect_us, b->connect_us);
	add_dialog(out, a, b);
	add_note(out, _("End"), end_words(a), end_words(b));
	add_note(out, _("Cause"), cause_words(a), cause_words(b));
}

void beside_clear(struct beside *x)
{
	for (size_t i = 0; i < x->n; i++) {
		free(x->rows[i].a);
		free(x->rows[i].b);
	}
	free(x->rows);
	*x = (struct beside){ .n = 0 };
}

/* ---- as text ---- */

char *beside_title(const struct summary *s, const char *clock)
{
	char *host = shown_text(s->host), *address = shown_text(s->address);
	char *place = *address ? xasprintf("%s [%s]:%u", host, address, s->port)
	                       : xstrdup(host);
	char *title = *clock ? xasprintf(_("session %u, %s: %s"), s->session,
	                                 clock, place)
	                     : xasprintf(_("session %u: %s"), s->session,
	                                 place);

	free(host);
	free(address);
	free(place);
	return title;
}

char beside_sign(enum beside_mark m)
{
	static const char signs[] = { ' ', '~', '|', '<', '>' };

	return signs[m];
}

char *beside_result(const struct beside *x)
{
	if (x->differ == 0)
		return xstrdup(_("no difference but in words"));
	return xasprintf(x->differ == 1 ? _("%zu difference")
	                                : _("%zu differences"), x->differ);
}

static const char *prefix(enum beside_kind k)
{
	return k == BESIDE_CLIENT ? "C: " : k == BESIDE_SERVER ? "S: " : "* ";
}

/* "" for none; heap. */
static char *cell(const struct beside_row *r, const char *text)
{
	struct buf b = { 0 };

	if (text) {
		buf_adds(&b, prefix(r->kind));
		escape_text(&b, text, strlen(text), i18n_is_ascii());
	}
	buf_str(&b);
	return buf_steal(&b);
}

/* How many octets of it columns hold: all, or up to a blank in the second
 * half, or as many whole characters. */
static size_t fit(const char *text, int columns)
{
	size_t len = strlen(text), blank;
	char *part = xmemdup0(text, len);

	while (len > 0 && wrap_columns(part) > columns) {
		while (((unsigned char)part[--len] & 0xC0) == 0x80)
			;
		part[len] = '\0';
	}
	blank = text[len] && text[len] != ' ' && strrchr(part, ' ')
	            ? (size_t)(strrchr(part, ' ') - part) : 0;
	free(part);
	return blank > len / 2 ? blank : len;
}

/* One line of the two columns; a and b are put behind what it holds. */
static void add_columns(struct buf *out, const char **a, char sign,
                        const char **b, int half)
{
	size_t n = fit(*a, half), m = fit(*b, half);
	char *left = xmemdup0(*a, n);

	buf_addf(out, "%s%*s %c %.*s", left, half - wrap_columns(left), "",
	         sign, (int)m, *b);
	while (out->len > 0 && out->data[out->len - 1] == ' ')
		out->len--;
	free(left);
	*a += n + (size_t)((*a)[n] == ' ');
	*b += m + (size_t)((*b)[m] == ' ');
}

/* Two texts and the sign between them, in as many lines as they need. */
static void show_both(const char *a, const char *b, char sign,
                      enum beside_mark mark, const struct beside_to *to)
{
	int half = (to->width - 3) / 2;

	do {
		struct buf line = { 0 };

		add_columns(&line, &a, sign, &b, half);
		to->show(to->arg, mark, buf_str(&line));
		buf_clear(&line);
		sign = ' ';
	} while (*a || *b);
}

static void show_columns(const struct beside_row *r,
                         const struct beside_to *to)
{
	char *a = cell(r, r->a), *b = cell(r, r->b);

	show_both(a, b, beside_sign(r->mark), r->mark, to);
	free(a);
	free(b);
}

static void show_side(const struct beside_row *r, char sign, const char *text,
                      const struct beside_to *to)
{
	char *part, *line;

	if (!text)
		return;
	part = cell(r, text);
	line = xasprintf("%c%s", sign, part);
	to->show(to->arg, r->mark, line);
	free(line);
	free(part);
}

static void show_diff(const struct beside_row *r, const struct beside_to *to)
{
	if (r->mark == BESIDE_SAME) {
		show_side(r, ' ', r->a, to);
		return;
	}
	show_side(r, '-', r->a, to);
	show_side(r, '+', r->b, to);
}

static void show_head(const struct beside_pair *p, const struct beside_to *to)
{
	char *a = beside_title(p->a, p->clock_a);
	char *b = beside_title(p->b, p->clock_b);
	char *first = xasprintf("--- %s", a), *second = xasprintf("+++ %s", b);

	if (to->width >= BESIDE_COLUMNS_FROM) {
		show_both(a, b, ' ', BESIDE_DIFFERS, to);
	} else {
		to->show(to->arg, BESIDE_DIFFERS, first);
		to->show(to->arg, BESIDE_DIFFERS, second);
	}
	free(a);
	free(b);
	free(first);
	free(second);
}

void beside_show(const struct beside_pair *p, const struct beside_to *to)
{
	struct beside x;
	char *result;

	beside(p->a, p->b, &x);
	show_head(p, to);
	for (size_t i = 0; i < x.n; i++)
		if (to->width >= BESIDE_COLUMNS_FROM)
			show_columns(&x.rows[i], to);
		else
			show_diff(&x.rows[i], to);
	result = beside_result(&x);
	to->show(to->arg, BESIDE_SAME, result);
	free(result);
	beside_clear(&x);
}
