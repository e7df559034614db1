#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/escape.h"
#include "ui/glyph.h"
#include "ui/do.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum {
	POPUP_WIDTH = 72,
	TEXT_WIDTH = 84, /* 80 columns, as reports have */
	HELP_COLUMN = 17,
	LIST_COLUMN = 4,
	SCROLL_ROWS = 10,
};

void popup_open(struct ui *u, enum popup_kind kind, const char *title,
                const char *text)
{
	popup_close(u);
	u->popup.kind = kind;
	u->popup.title = xstrdup(title);
	u->popup.text = text ? xstrdup(text) : NULL;
	u->dirty = true;
}

static char *copy_text(const char *s)
{
	return xstrdup(s ? s : "");
}

void popup_add(struct ui *u, const struct popup_row *row)
{
	struct popup *p = &u->popup;

	if (p->n == p->size) {
		p->size = p->size ? p->size * 2 : 16;
		p->items = xreallocarray(p->items, p->size, sizeof *p->items);
	}
	p->items[p->n++] = (struct popup_item){
		.key = copy_text(row->key), .text = copy_text(row->text),
		.more = copy_text(row->more), .arg = copy_text(row->arg),
		.cmd = row->cmd,
	};
}

static void forget_items(struct popup *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->items[i].key);
		free(p->items[i].text);
		free(p->items[i].more);
		free(p->items[i].arg);
	}
	p->n = 0;
	p->chosen = p->top = 0;
}

void popup_close(struct ui *u)
{
	struct popup *p = &u->popup;
	struct buf filter = p->filter;

	ask_forget(u);
	free(u->trial);
	u->trial = NULL;
	bounce_forget(u);
	compare_forget(u);
	forget_items(p);
	free(p->items);
	free(p->title);
	free(p->text);
	buf_reset(&filter);
	*p = (struct popup){ .filter = filter };
	u->dirty = true;
}

/* --- help: the keys of this place, then everything by name */

static bool holds(const char *text, const char *word)
{
	return strcasestr(text, word) != NULL;
}

/* All keys of the command there, in one text. first: has row i none before it?
 */
static void keys_of(enum cmd c, unsigned where, size_t i, struct buf *out,
                    bool *first)
{
	const struct binding *b;

	*first = true;
	for (size_t j = 0; (b = keymap_at(j)) != NULL; j++) {
		if (b->cmd != c || !(b->where & where))
			continue;
		if (j < i)
			*first = false;
		buf_addf(out, "%s%s", out->len ? " " : "", b->key);
	}
}

static bool names_key(const struct buf *keys, const char *word)
{
	size_t len = strlen(word);

	for (const char *k = keys->data; *k;) {
		size_t n = strcspn(k, " ");

		if (n == len && strncasecmp(k, word, n) == 0)
			return true;
		k += n + (k[n] == ' ');
	}
	return false;
}

/* One row for each command that has a key here. */
static void add_keys(struct ui *u, unsigned where, const char *word)
{
	const struct binding *b;

	for (size_t i = 0; (b = keymap_at(i)) != NULL; i++) {
		const struct cmd_info *c = cmd_info(b->cmd);
		struct buf keys = { 0 };
		bool first;

		keys_of(b->cmd, where, i, &keys, &first);
		if ((b->where & where) && first &&
		    (!*word || holds(_(c->help), word) ||
		     holds(c->name, word) || names_key(&keys, word)))
			popup_add(u, &(struct popup_row){
				.key = buf_str(&keys), .text = _(c->help),
				.more = c->name, .cmd = b->cmd });
		buf_clear(&keys);
	}
}

static void add_names(struct ui *u, const char *word)
{
	for (int c = CMD_NONE + 1; c < CMD_COUNT; c++) {
		const struct cmd_info *info = cmd_info((enum cmd)c);
		char name[48];

		if (*word && !holds(_(info->help), word) &&
		    !holds(info->name, word))
			continue;
		snprintf(name, sizeof name, ":%s", info->name);
		popup_add(u, &(struct popup_row){
			.key = name, .text = _(info->help), .cmd = (enum cmd)c,
			.more = *info->takes ? _(info->takes) : "" });
	}
}

static void fill_help(struct ui *u)
{
	const char *word = buf_str(&u->popup.filter);
	unsigned here = ui_where(u);

	forget_items(&u->popup);
	add_keys(u, here, word);
	if (here != ui_panes(u) && here != IN_START)
		add_keys(u, ui_panes(u), word);
	add_names(u, word);
}

void popup_help(struct ui *u, const char *word)
{
	popup_open(u, POPUP_HELP, _("Help"), NULL);
	buf_adds(&u->popup.filter, word);
	fill_help(u);
}

void popup_messages(struct ui *u)
{
	struct buf all = { 0 };
	size_t n = u->n_messages;
	size_t first = n > MESSAGES_MAX ? n - MESSAGES_MAX : 0;

	for (size_t i = n; i-- > first;)
		buf_addf(&all, "%s\n", u->messages[i % MESSAGES_MAX]);
	popup_open(u, POPUP_TEXT, _("Messages"),
	           n ? buf_str(&all) : _("Nothing was said yet."));
	buf_clear(&all);
}

/* --- keys */

static void run_item(struct ui *u, size_t i)
{
	enum cmd cmd = u->popup.items[i].cmd;
	char *arg = xstrdup(u->popup.items[i].arg);

	popup_close(u);
	if (cmd != CMD_NONE)
		ui_do(u, cmd, arg);
	free(arg);
}

static void choose(struct ui *u, long step)
{
	struct popup *p = &u->popup;
	long at = (long)p->chosen + step;

	if (p->n == 0)
		return;
	p->chosen = at < 0 ? 0 : at >= (long)p->n ? p->n - 1 : (size_t)at;
}

static bool item_of_key(const struct popup *p, const struct key *k,
                        size_t *out)
{
	char name[32];

	key_label(k, name, sizeof name);
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->items[i].key, name) == 0) {
			*out = i;
			return true;
		}
	return false;
}

static void list_key(struct ui *u, const struct key *k)
{
	size_t i;

	if (k->code == K_UP || (k->code == K_CHAR && k->ch == 'k'))
		choose(u, -1);
	else if (k->code == K_DOWN || (k->code == K_CHAR && k->ch == 'j'))
		choose(u, 1);
	else if (k->code == K_ENTER && u->popup.n > 0)
		run_item(u, u->popup.chosen);
	else if (item_of_key(&u->popup, k, &i))
		run_item(u, i);
}

static void help_key(struct ui *u, const struct key *k)
{
	struct buf *f = &u->popup.filter;
	char utf8[4];

	if (k->code == K_UP || k->code == K_DOWN) {
		choose(u, k->code == K_UP ? -1 : 1);
	} else if (k->code == K_PAGE_UP || k->code == K_PAGE_DOWN) {
		choose(u, k->code == K_PAGE_UP ? -10 : 10);
	} else if (k->code == K_ENTER) {
		if (u->popup.n > 0)
			run_item(u, u->popup.chosen);
	} else if (k->code == K_BACKSPACE) {
		while (f->len > 0 && (f->data[--f->len] & 0xC0) == 0x80)
			;
		fill_help(u);
	} else if (k->code == K_CHAR && k->mods == 0 && f->len < 40) {
		buf_add(f, utf8, utf8_encode(k->ch, utf8));
		fill_help(u);
	} else if (k->code >= K_F2 && k->code <= K_F12) {
		char name[16];

		buf_reset(f); /* what does this key do? */
		buf_adds(f, key_label(k, name, sizeof name));
		fill_help(u);
	}
}

/* A port behind the name: no MX is looked up then. */
static void connect_anyway(struct ui *u)
{
	char *text = xasprintf("%s:25", ui_now(u)->domain);

	popup_close(u);
	ui_open_target(u, text);
	free(text);
}

static void question_key(struct ui *u, const struct key *k)
{
	enum popup_kind kind = u->popup.kind;
	uint32_t ch = k->code == K_CHAR && k->mods == 0 ? k->ch : 0;

	if (kind == POPUP_QUIT && (ch == 'y' || ch == 'j'))
		ui_leave(u, true);
	else if (kind == POPUP_QUIT && ch == 'x')
		ui_leave(u, false);
	else if (kind == POPUP_ANYWAY && (ch == 'y' || ch == 'j'))
		connect_anyway(u);
	else if (kind == POPUP_TRIAL && (ch == 'y' || ch == 'j'))
		do_trial_begin(u);
	else if (kind == POPUP_DROP && (ch == 'y' || ch == 'j')) {
		ui_request(u, REQ_CLOSE, NULL, NULL, false);
		popup_close(u);
	}
}

static void text_key(struct ui *u, const struct key *k)
{
	if (k->code == K_CHAR && k->mods == 0 && k->ch == 'q')
		popup_close(u);
	else
		popup_scroll_key(u, k);
}

bool popup_key(struct ui *u, const struct key *k)
{
	if (u->popup.kind == POPUP_NONE)
		return false;
	u->dirty = true;
	if (u->popup.kind == POPUP_MANY) {
		many_key(u, k);
	} else if (k->code == K_ESC ||
	    (k->code == K_CHAR && k->ch == 'c' && k->mods == MOD_CTRL)) {
		if (ask_is_open(u))
			ask_cancel(u);
		else
			popup_close(u);
	} else if (ask_is_open(u)) {
		ask_key(u, k);
	} else if (u->popup.kind == POPUP_TLS) {
		tls_key(u, k);
	} else if (u->popup.kind == POPUP_BOUNCE) {
		bounce_key(u, k);
	} else if (u->popup.kind == POPUP_COMPARE) {
		compare_key(u, k);
	} else if (u->popup.kind == POPUP_HELP) {
		help_key(u, k);
	} else if (u->popup.kind == POPUP_LIST) {
		list_key(u, k);
	} else if (u->popup.kind == POPUP_RULES) {
		rules_key(u, k);
	} else if (u->popup.kind == POPUP_TOUR) {
		tour_key(u, k);
	} else if (u->popup.kind == POPUP_TEXT) {
		text_key(u, k);
	} else {
		question_key(u, k);
	}
	return true;
}

/* --- a page that is scrolled */

static void scroll(struct popup *p, long rows)
{
	long top = (long)p->top + rows;

	p->top = top < 0 ? 0 : (size_t)top; /* drawing knows the end */
}

bool popup_scroll_key(struct ui *u, const struct key *k)
{
	uint32_t ch = k->code == K_CHAR && k->mods == 0 ? k->ch : 0;
	struct popup *p = &u->popup;

	if (k->code == K_UP || ch == 'k')
		scroll(p, -1);
	else if (k->code == K_DOWN || ch == 'j')
		scroll(p, 1);
	else if (k->code == K_PAGE_UP || ch == 'b')
		scroll(p, -SCROLL_ROWS);
	else if (k->code == K_PAGE_DOWN || ch == ' ')
		scroll(p, SCROLL_ROWS);
	else if (k->code == K_HOME || ch == 'g')
		p->top = 0;
	else if (k->code == K_END || ch == 'G')
		scroll(p, INT16_MAX);
	else
		return false;
	return true;
}

static struct layout_box scroll_box(struct ui *u, int width, size_t lines)
{
	struct layout_wish want = { .w = u->w, .h = u->h };

	return layout_popup(&want, u->w < width + 4 ? u->w : width,
	                    (int)(lines < 200 ? lines : 200) + 2);
}

int popup_scroll_width(struct ui *u, int width)
{
	return scroll_box(u, width, 1).body.w - 2;
}

static void scroll_right(const struct popup *p, size_t lines, int rows,
                         char *out, size_t size)
{
	size_t h = rows > 0 ? (size_t)rows : 1;

	*out = '\0';
	if (lines > h)
		snprintf(out, size, "%zu/%zu %s", p->top + h, lines,
		         glyph(p->top + h < lines ? GLYPH_MORE_DOWN
		                                  : GLYPH_MORE_UP));
}

void popup_scroll_draw(struct ui *u, int width, const char *title,
                       const struct doc *doc)
{
	struct popup *p = &u->popup;
	struct layout_box box = scroll_box(u, width, doc->n_lines);
	size_t rows = box.body.h > 0 ? (size_t)box.body.h : 1;
	char right[48];

	if (p->top + rows > doc->n_lines)
		p->top = doc->n_lines > rows ? doc->n_lines - rows : 0;
	scroll_right(p, doc->n_lines, box.body.h, right, sizeof right);
	draw_popup_frame(u, &box, title, right);
	doc_draw(doc, &u->canvas,
	         (struct rect){ box.body.x + 1, box.body.y, box.body.w - 2,
	                        box.body.h }, p->top, 0);
	canvas_cursor(&u->canvas, box.body.x, box.body.y, false);
}

/* --- drawing */

int popup_text_width(struct ui *u)
{
	return popup_scroll_width(u, TEXT_WIDTH);
}

static void draw_text(struct ui *u)
{
	struct doc doc;

	doc_init(&doc, popup_text_width(u));
	doc_put(&doc, STYLE_TEXT, u->popup.text);
	popup_scroll_draw(u, TEXT_WIDTH, u->popup.title, &doc);
	doc_clear(&doc);
}

/* Where the second words of a list begin so that they stand below each other;
 * 0 where there is no room for that. */
static int more_column(const struct popup *p, int column, int width)
{
	int text = 0, more = 0;

	for (size_t i = 0; i < p->n; i++) {
		int t = canvas_width(p->items[i].text);
		int m = canvas_width(p->items[i].more);

		text = t > text ? t : text;
		more = m > more ? m : more;
	}
	return column + text + 2 + more <= width ? column + text + 2 : 0;
}

static void put_item(struct doc *d, const struct popup_item *it, int column,
                     int more)
{
	doc_line(d, column);
	doc_putf(d, STYLE_KEY, " %s", it->key);
	doc_put(d, STYLE_TEXT, " ");
	doc_tab(d, column);
	doc_put(d, STYLE_TEXT, it->text);
	if (more)
		doc_tab(d, more);
	if (*it->more)
		doc_putf(d, STYLE_DIM, more ? "%s" : "  %s", it->more);
}

/* Lines of the text above the items, then the items; where the chosen one is.
 */
static size_t popup_doc(const struct popup *p, struct doc *d)
{
	int column = p->kind == POPUP_HELP ? HELP_COLUMN : LIST_COLUMN;
	int more = p->kind == POPUP_LIST ? more_column(p, column, d->width) : 0;
	size_t chosen = SIZE_MAX;

	if (p->text) {
		doc_line(d, 0);
		doc_put(d, STYLE_TEXT, p->text);
		if (p->n || p->kind == POPUP_PASSWORD)
			doc_line(d, 0);
		if (p->kind == POPUP_PASSWORD)
			doc_put(d, STYLE_TEXT, " ");
	}
	for (size_t i = 0; i < p->n; i++) {
		if (i == p->chosen)
			chosen = d->n_lines;
		put_item(d, &p->items[i], column, more);
	}
	if (p->n == 0 && p->kind == POPUP_HELP)
		doc_put(d, STYLE_NOTE, _("Nothing has that name or word."));
	return chosen;
}

static struct layout_box popup_box(struct ui *u, size_t lines)
{
	struct layout_wish want = { .w = u->w, .h = u->h };
	int width = u->w < POPUP_WIDTH + 4 ? u->w : POPUP_WIDTH;

	return layout_popup(&want, width, (int)(lines < 200 ? lines : 200) + 2);
}

static void popup_right(const struct popup *p, char *out, size_t size)
{
	struct buf f = p->filter;
	char word[48];

	*out = '\0';
	if (p->kind == POPUP_HELP && f.len > 0)
		snprintf(out, size, "%s: %zu",
		         ui_safe(buf_str(&f), word, sizeof word), p->n);
	else if (p->kind == POPUP_HELP)
		snprintf(out, size, "%zu", p->n);
}

/* In the last row, so that it is seen where there is one only. */
static void draw_password(struct ui *u, struct rect body)
{
	struct rect r = { body.x + 1, body.y + body.h - 1, body.w - 2, 1 };

	if (body.h > 0)
		line_draw(u->password, &u->canvas, r, "> ", true);
}

static void draw_box(struct ui *u)
{
	struct popup *p = &u->popup;
	struct layout_box box;
	struct doc doc;
	size_t chosen, top = p->top;
	char right[64];

	doc_init(&doc, (u->w < POPUP_WIDTH + 4 ? u->w : POPUP_WIDTH) - 4);
	chosen = popup_doc(p, &doc);
	box = popup_box(u, doc.n_lines);
	if (chosen != SIZE_MAX && chosen >= top + (size_t)box.body.h)
		top = chosen - (size_t)box.body.h + 1;
	if (chosen != SIZE_MAX && chosen < top)
		top = chosen;
	p->top = top;
	popup_right(p, right, sizeof right);
	draw_popup_frame(u, &box, p->title, right);
	doc_draw(&doc, &u->canvas,
	         (struct rect){ box.body.x + 1, box.body.y, box.body.w - 2,
	                        box.body.h }, top, 0);
	if (p->kind == POPUP_PASSWORD)
		draw_password(u, box.body);
	if (chosen != SIZE_MAX && box.body.h > 0) {
		box.body.y += (int)(chosen - top);
		draw_selected(u, box.body);
	}
	doc_clear(&doc);
}

void popup_draw(struct ui *u)
{
	static void (*const own[POPUP_COUNT])(struct ui *u) = {
		[POPUP_TEXT] = draw_text,
		[POPUP_RULES] = rules_draw,
		[POPUP_MANY] = many_draw,
		[POPUP_TOUR] = tour_draw,
		[POPUP_TLS] = tls_draw,
		[POPUP_BOUNCE] = bounce_draw,
		[POPUP_COMPARE] = compare_draw,
	};

	if (own[u->popup.kind])
		own[u->popup.kind](u);
	else if (u->popup.kind != POPUP_NONE)
		draw_box(u);
}
