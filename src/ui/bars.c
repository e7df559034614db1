#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/command.h"
#include "knowledge/tls_words.h"
#include "ui/glyph.h"
#include "ui/ui.h"
#include "util/i18n.h"

enum { NARROW = 100, WIDE = 160, FOOTER_MAX = 32 };

void state_prompt(const struct ui *u, char *out, size_t size)
{
	snprintf(out, size, "%s", u->link.replay ? _("recording")
	                                         : state_words(ui_now(u)));
}

static void connection_words(const struct ui *u, bool whole, char *out,
                             size_t size)
{
	const struct dialog_now *now = ui_now(u);
	char host[160], address[64];

	ui_safe(now->host, host, sizeof host);
	ui_safe(now->address, address, sizeof address);
	if (!dialog_is_tcp(now) || (!now->port && !whole))
		snprintf(out, size, "%s", *host ? host : address);
	else if (!now->port) /* a transcript may not tell */
		snprintf(out, size, "%s [%s]", host, address);
	else if (whole && *address)
		snprintf(out, size, "%s [%s]:%u", host, address,
		         (unsigned)now->port);
	else
		snprintf(out, size, "%s:%u", host, (unsigned)now->port);
}

/* What matters most in room columns: the target goes first, since the host's
 * name tells of it, then the address. */
static void title_left(const struct ui *u, int room, char *out, size_t size)
{
	const struct dialog_now *now = ui_now(u);
	char target[120], connection[260];
	const char *what = *now->target ? now->target : u->plan.target.text;

	if (*now->target)
		ui_safe(what, target, sizeof target);
	else
		ui_shown(u, what ? what : "", target, sizeof target);
	if (!u->started || u->popup.kind == POPUP_MANY)
		snprintf(out, size, "smtpscope  %s",
		         _("SMTP dialog inspector"));
	else if (!*now->host || u->strip.n == 0)
		snprintf(out, size, "%s", target);
	else {
		connection_words(u, u->w >= 80, connection, sizeof connection);
		snprintf(out, size, "%s %s %s", target, glyph(GLYPH_FOLDED),
		         connection);
		if (u->w < 80 || canvas_width(out) > room)
			snprintf(out, size, "%s", connection);
		if (canvas_width(out) > room)
			connection_words(u, false, out, size);
	}
}

/* How long the newest session has lasted; it stands still when nothing is
 * awaited, so that nothing has to wake up for it. */
static void clock_words(const struct ui *u, char *out, size_t size)
{
	const struct dialog_now *now = ui_now(u);
	int64_t end = now->last_us;
	int s;

	*out = '\0';
	if (now->session == 0 || u->strip.n == 0 ||
	    (u->link.replay && end == 0)) /* a transcript has no clock */
		return;
	if (ui_busy(u) && u->clock_us > end)
		end = u->clock_us;
	s = (int)((end - now->first_us) / 1000000);
	snprintf(out, size, "%d:%02d", s / 60, s % 60);
}

/* "TLSv1.3 ✔": a mark and a word, so that no colour is needed. That there is
 * none is said where there is room. */
static void tls_words(const struct ui *u, char *out, size_t size)
{
	const struct dialog_now *now = ui_now(u);
	char version[24];

	*out = '\0';
	if (now->session == 0 || u->strip.n == 0)
		return;
	if (!now->tls) {
		if (u->w >= NARROW && now->connected && !now->closed)
			snprintf(out, size, "%s   ", _("in clear"));
		return;
	}
	ui_safe(event_text(now->tls, now->tls->u.tls.version), version,
	        sizeof version);
	if (tls_verified(now->tls))
		snprintf(out, size, "%s %s  ", version, glyph(GLYPH_OK));
	else
		snprintf(out, size, "%s %s%s  ", version, glyph(GLYPH_NO),
		         u->w >= NARROW ? _(" not verified") : "");
}

/* A recording that stopped is told at any width. */
static void record_words(const struct ui *u, char *out, size_t size)
{
	*out = '\0';
	if (u->link.replay)
		return;
	if (u->record_stopped)
		snprintf(out, size, "REC %s %u  ", glyph(GLYPH_NO),
		         (unsigned)u->record_stopped_n);
	else if (u->w >= NARROW && *u->cfg->record_path)
		snprintf(out, size, "REC %s  ", glyph(GLYPH_NOW));
}

static void title_right(const struct ui *u, char *out, size_t size)
{
	char clock[16], state[48] = "", session[32] = "", rec[32];
	char tls[64];
	const char *mask = u->veil.mask ? "MASK  " : "";
	const struct dialog_now *now = ui_now(u);

	if (!u->started || u->popup.kind == POPUP_MANY) {
		snprintf(out, size, "%s%s", mask,
		         u->started ? "" : _("no session"));
		return;
	}
	clock_words(u, clock, sizeof clock);
	if (ui_session_open(u))
		state_prompt(u, state, sizeof state);
	if (u->w >= NARROW && now->session > 1)
		snprintf(session, sizeof session, _("session %u   "),
		         (unsigned)now->session);
	record_words(u, rec, sizeof rec);
	tls_words(u, tls, sizeof tls);
	snprintf(out, size, "%s%s%s%s%s%s%s%s", mask, tls, session,
	         u->demo ? _("DEMO  ") : "",
	         u->link.replay ? _("REPLAY  ") : "", rec, state,
	         *state && *clock ? "  " : "");
	snprintf(out + strlen(out), size - strlen(out), "%s", clock);
}

void draw_title(struct ui *u)
{
	struct rect r = u->layout.title;
	char left[400], right[240];
	int w;

	if (r.h == 0)
		return;
	canvas_fill(&u->canvas, r, STYLE_BAR, ' ');
	title_right(u, right, sizeof right);
	w = canvas_width(right);
	if (w > r.w / 2) {
		snprintf(right, sizeof right, "%s",
		         u->veil.mask ? "MASK  " : "");
		if (u->record_stopped)
			record_words(u, right + strlen(right),
			             sizeof right - strlen(right));
		w = canvas_width(right);
	}
	if (w > r.w / 2)
		w = 0;
	title_left(u, r.w - w - 3, left, sizeof left);
	canvas_text(&u->canvas, r.x + 1, r.y, r.w - w - 3, STYLE_BAR, left);
	if (w)
		canvas_text(&u->canvas, r.x + r.w - w - 1, r.y, w, STYLE_BAR,
		            right);
}

struct strip_item {
	const char *word;
	const struct strip_step *step; /* NULL: still to come */
};

static size_t strip_items(const struct ui *u, struct strip_item *out,
                          size_t max)
{
	const char *future[8];
	size_t n = 0, more = strip_future(&u->strip, future, 8);

	for (size_t i = 0; i < u->strip.n && n < max; i++)
		out[n++] = (struct strip_item){ u->strip.step[i].word,
			                        &u->strip.step[i] };
	if (u->strip.n > 0 && (ui_now(u)->closed || ui_now(u)->failed))
		more = 0;
	for (size_t i = 0; i < more && n < max; i++)
		out[n++] = (struct strip_item){ future[i], NULL };
	return n;
}

/* Draws one item at x, or only measures it (draw false). */
static int strip_item(struct ui *u, const struct strip_item *it, int x, int y,
                      bool draw)
{
	enum mark m = it->step ? it->step->mark : MARK_UNTRIED;
	bool last = u->strip.n > 0 &&
	            it->step == &u->strip.step[u->strip.n - 1];
	const char *gap = u->w >= NARROW ? " " : "";
	char text[96], span[24] = "", word[48];

	if (u->w >= WIDE && it->step && it->step->us)
		time_span(span, it->step->us);
	snprintf(text, sizeof text, "%s%s%s%s", gap,
	         ui_safe(it->word, word, sizeof word), *span ? " " : "", span);
	if (it->step && it->step->count > 1)
		snprintf(text + strlen(text), sizeof text - strlen(text),
		         " x%u", (unsigned)it->step->count);
	if (draw) {
		canvas_text(&u->canvas, x, y, 1, mark_style(m), mark_glyph(m));
		canvas_text(&u->canvas, x + 1, y, u->w - x - 1,
		            last ? STYLE_BOLD
		            : it->step ? STYLE_TEXT : STYLE_DIM, text);
	}
	return 1 + canvas_width(text);
}

void draw_strip(struct ui *u)
{
	struct strip_item items[STRIP_MAX + 8];
	size_t n = strip_items(u, items, STRIP_MAX + 8), first = 0;
	struct rect r = u->layout.strip;
	int gap = u->w >= WIDE ? 5 : u->w >= NARROW ? 3 : 1, all = 1;
	int x = r.x + 1;

	if (r.h == 0)
		return;
	for (size_t i = 0; i < n; i++)
		all += strip_item(u, &items[i], 0, 0, false) + gap;
	for (; first + 1 < n && all - gap > r.w; first++)
		all -= strip_item(u, &items[first], 0, 0, false) + gap;
	for (size_t i = first; i < n && x < r.x + r.w; i++) {
		for (int d = 1; i > first && d < gap - 1; d++)
			canvas_text(&u->canvas, x - gap + d, r.y, 1, STYLE_DIM,
			            glyph(GLYPH_HORIZONTAL));
		x += strip_item(u, &items[i], x, r.y, true) + gap;
	}
}

/* "mx00" where the domain is known from the title, else the whole name. */
static void short_host(const struct ui *u, const char *host, char *out,
                       size_t size)
{
	const char *domain = ui_now(u)->domain;
	size_t len = strlen(host), tail = strlen(domain);

	ui_safe(host, out, size);
	if (tail > 0 && len > tail + 1 && len < size &&
	    host[len - tail - 1] == '.' &&
	    strcmp(host + len - tail, domain) == 0 &&
	    strlen(out) == len)
		out[len - tail - 1] = '\0';
}

void draw_mx_line(struct ui *u)
{
	const struct dialog_now *now = ui_now(u);
	struct rect r = u->layout.mx_line;
	struct doc doc;
	char name[160];

	if (r.h == 0)
		return;
	doc_init(&doc, DOC_UNWRAPPED);
	doc_put(&doc, STYLE_LABEL, "MX");
	if (!now->has_route)
		doc_put(&doc, STYLE_DIM, ui_busy(u) ? _(" looking up ...")
		                                    : _(" none looked up"));
	else if (now->n_hosts == 0)
		doc_put(&doc, STYLE_NO, _(" none"));
	for (size_t i = 0; i < now->n_hosts; i++) {
		const struct now_host *h = &now->hosts[i];
		bool here = strcmp(h->host, now->host) == 0;
		enum mark m = h->unusable ? MARK_NO : h->mark;

		short_host(u, h->host, name, sizeof name);
		doc_put(&doc, STYLE_DIM, i ? " · " : " ");
		doc_put(&doc, STYLE_BOLD, here ? glyph(GLYPH_FOLDED) : "");
		doc_putf(&doc, here ? STYLE_BOLD : STYLE_TEXT, "%u %s ",
		         (unsigned)h->preference, name);
		doc_put(&doc, mark_style(m), mark_glyph(m));
	}
	r.x++;
	r.w -= 2;
	doc_draw_line(&doc, 0, &u->canvas, r, 0);
	doc_clear(&doc);
}

/* Without its name where there is no room for it. */
static void tab_text(const struct ui *u, int i, bool name, char text[64])
{
	const char *const names[] = { "MX", _("Dialog"), _("Explain"),
		                      _("Steps"), _("Envelope"),
		                      _("Checks"), _("Grid") };
	bool on = u->layout.pane[i + 1].body.h > 0;

	if (name)
		snprintf(text, 64, on ? "[%d %s]" : "%d %s", i + 1, names[i]);
	else
		snprintf(text, 64, "%d", i + 1);
}

/* How many keep their names so that the one on screen is seen; all where it is
 * seen anyway. */
static int named_tabs(const struct ui *u, int on)
{
	for (int named = on; named > 0; named--) {
		int width = 1;

		for (int i = 0; i <= on; i++) {
			char text[64];

			tab_text(u, i, i < named || i == on, text);
			width += canvas_width(text) + 2;
		}
		if (width - 2 < u->layout.tabs.w)
			return named;
	}
	return 0;
}

void draw_tabs(struct ui *u)
{
	struct rect r = u->layout.tabs;
	int x = r.x + 1, on = 0, named;

	if (r.h == 0)
		return;
	while (on + 2 < PANE_COUNT && u->layout.pane[on + 1].body.h <= 0)
		on++;
	named = named_tabs(u, on);
	for (int i = 0; i < PANE_COUNT - 1; i++) {
		char text[64];

		tab_text(u, i, i < named || i >= on, text);
		if (x + canvas_width(text) > r.w)
			break;
		x += canvas_text(&u->canvas, x, r.y, r.w - x,
		                 i == on ? STYLE_BOLD : STYLE_TEXT, text) + 2;
	}
}

/* The two lines of Explain that say most, where there is one pane only. */
void draw_brief(struct ui *u)
{
	const struct explanation *x;
	struct rect r = u->layout.brief;
	struct doc doc;

	for (int i = 0; i < 2; i++)
		for (int c = 0; c < u->layout.rule[i].w; c++)
			canvas_text(&u->canvas, c, u->layout.rule[i].y, 1,
			            STYLE_BORDER, glyph(GLYPH_HORIZONTAL));
	if (r.h == 0)
		return;
	x = explain_get(u);
	doc_init(&doc, DOC_UNWRAPPED);
	if (*x->chip)
		doc_put(&doc, class_chip(x->cls), x->chip);
	doc_putf(&doc, class_style(x->cls), " %s %s", class_glyph(x->cls),
	         x->headline);
	doc_putf(&doc, STYLE_TEXT, "  %s", x->summary);
	doc_line(&doc, 0);
	if (x->n_notes) {
		doc_putf(&doc, STYLE_WARN, "! %s", x->notes[0]);
	} else if (*x->likely) {
		doc_put(&doc, STYLE_LABEL, _("Likely"));
		doc_putf(&doc, STYLE_TEXT, " %s", x->likely);
	} else if (x->n_tries) {
		doc_put(&doc, STYLE_LABEL, _("Try"));
		doc_putf(&doc, STYLE_TEXT, " %s", x->tries[0].text);
	}
	doc_draw(&doc, &u->canvas, (struct rect){ r.x + 1, r.y, r.w - 2, 2 }, 0,
	         0);
	doc_clear(&doc);
}

/* Never longer than the word that keymap_footer() has made room for. */
static const char *item_word(const struct ui *u, const struct binding *b)
{
	return b->cmd == CMD_OPEN_ENTRY && u->pane == PANE_GRID ? _("Open")
	                                                        : _(b->word);
}

static void draw_item(struct ui *u, const struct binding *b, int x, int y)
{
	x += canvas_text(&u->canvas, x, y, u->w - x, STYLE_BAR_KEY,
	                 binding_key(b)) + 1;
	canvas_text(&u->canvas, x, y, u->w - x, STYLE_BAR, item_word(u, b));
}

static int item_width(const struct ui *u, const struct binding *b)
{
	return canvas_width(binding_key(b)) + 1 + canvas_width(item_word(u, b));
}

static const char *special_footer(const struct ui *u)
{
	if (u->popup.kind == POPUP_HELP)
		return _("type to find   Enter runs it   Esc closes");
	if (u->popup.kind == POPUP_LIST)
		return _("a key or Enter chooses   Esc closes");
	if (u->popup.kind == POPUP_QUIT)
		return _("y QUIT and leave   x drop and leave   Esc stay");
	if (u->popup.kind == POPUP_DROP)
		return _("y drop   Esc stay");
	if (u->popup.kind == POPUP_TRIAL)
		return _("y begin   Esc do not");
	if (u->popup.kind == POPUP_PRIVATE)
		return _("y connect   n leave it out");
	if (u->popup.kind == POPUP_CLEAR)
		return _("y send it in clear   n do not");
	if (u->popup.kind == POPUP_PASSWORD)
		return _("Enter hands it over   Esc does not");
	if (u->popup.kind == POPUP_TLS)
		return _("j k scroll   Tab the other page   Esc closes");
	if (u->popup.kind == POPUP_TEXT)
		return _("j k scroll   Esc closes");
	if (u->popup.kind == POPUP_COMPARE)
		return _("j k scroll   y copies it   Esc closes");
	if (u->popup.kind == POPUP_BOUNCE)
		return _("j k scroll   n p next, previous   Esc closes");
	if (u->popup.kind == POPUP_MANY)
		return _("j k choose   Enter its dialog   Tab slowest, latest"
		         "   q stop, leave");
	if (u->popup.kind == POPUP_ANYWAY)
		return _("y connect   Esc stay");
	if (u->popup.kind == POPUP_TOUR)
		return _("Enter next   b back   Esc ends the tour");
	if (u->popup.kind == POPUP_RULES)
		return _("j k row   Tab the lit rows   Esc closes");
	if (u->popup.kind != POPUP_NONE)
		return _("Esc closes");
	if (u->mode == PROMPT_COMMAND)
		return _("Enter runs it   Tab completes   Esc closes");
	if (u->mode != PROMPT_SERVER)
		return _("Enter keeps it   Esc closes");
	return "";
}

void draw_footer(struct ui *u)
{
	const struct binding *items[FOOTER_MAX];
	struct rect r = u->layout.footer;
	size_t n;
	int x = r.x + 1;

	if (r.h == 0)
		return;
	canvas_fill(&u->canvas, r, STYLE_BAR, ' ');
	if (u->toast && u->layout.hint.h == 0) {
		canvas_text(&u->canvas, x, r.y, r.w - 2, STYLE_BAR, u->toast);
		return;
	}
	if (*special_footer(u)) {
		canvas_text(&u->canvas, x, r.y, r.w - 2, STYLE_BAR,
		            special_footer(u));
		return;
	}
	n = keymap_footer(ui_where(u), r.w, items, FOOTER_MAX);
	for (size_t i = 0; i + 1 < n; i++) {
		draw_item(u, items[i], x, r.y);
		x += item_width(u, items[i]) + 2;
	}
	if (n > 0 && x + item_width(u, items[n - 1]) + 1 <= r.w)
		draw_item(u, items[n - 1],
		          r.w - 1 - item_width(u, items[n - 1]), r.y);
}
