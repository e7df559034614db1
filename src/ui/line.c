#include "config.h"

#include "ui/line.h"

#include <stdlib.h>
#include <string.h>

#include "core/escape.h"
#include "ui/line_state.h"
#include "util/wipe.h"
#include "util/xalloc.h"

/* A line of a login may have 12,288 octets (RFC 4954 §4). Never grows: no
 * copies are left behind. */
enum { SECRET_BYTES_MAX = 16384 };

bool line_holds_secret(const struct line *l)
{
	return l->secret || l->veiled;
}

size_t line_secret_at(const struct line *l)
{
	size_t from = SIZE_MAX;

	if (l->secret)
		return 0;
	if (l->veiled)
		from = l->find_secret(l->text.data, l->text.len);
	if (l->veiled && from == SIZE_MAX)
		return 0; /* what told where it begins is gone */
	return from < l->text.len ? from : l->text.len;
}

/* After every change of the text. What the guide puts there is no secret. */
static void look_for_secret(struct line *l)
{
	if (l->text.len == 0)
		l->veiled = false;
	else if (l->touched && l->find_secret &&
	         l->find_secret(l->text.data, l->text.len) != SIZE_MAX)
		l->veiled = true;
}

void line_find_secret(struct line *l, line_secret_from *find)
{
	l->find_secret = find;
	look_for_secret(l);
}

static void snapshot_clear(struct line_snapshot *s)
{
	free(s->text);
	*s = (struct line_snapshot){.text = NULL};
}

static void forget_undo(struct line *l)
{
	while (l->undo_count > 0)
		snapshot_clear(&l->undo[--l->undo_count]);
	l->typing = false;
}

void line_remember(struct line *l)
{
	if (line_holds_secret(l))
		return;
	if (l->undo_count == LINE_UNDO_MAX) {
		snapshot_clear(&l->undo[0]);
		memmove(&l->undo[0], &l->undo[1],
		        (LINE_UNDO_MAX - 1) * sizeof(l->undo[0]));
		l->undo_count--;
	}
	l->undo[l->undo_count++] = (struct line_snapshot){
		.text = xmemdup0(l->text.data, l->text.len),
		.len = l->text.len,
		.cursor = l->cursor,
		.touched = l->touched,
	};
	l->typing = false;
}

void line_replace(struct line *l, const char *text, size_t len)
{
	if (len > LINE_BYTES_MAX)
		len = LINE_BYTES_MAX;
	if (line_holds_secret(l))
		wipe(l->text.data, l->text.len);
	buf_reset(&l->text);
	buf_add(&l->text, text, len);
	buf_str(&l->text);
	l->cursor = len;
	l->veiled = false;
	look_for_secret(l);
}

static void undo(struct line *l)
{
	struct line_snapshot *s;

	if (l->undo_count == 0)
		return;
	s = &l->undo[--l->undo_count];
	line_replace(l, s->text, s->len);
	l->cursor = s->cursor;
	l->touched = s->touched;
	l->typing = false;
	snapshot_clear(s);
}

struct line *line_new(line_complete *complete, void *arg)
{
	struct line *l = xcalloc(1, sizeof(*l));

	l->complete = complete;
	l->complete_arg = arg;
	l->guard_ms = LINE_PREFILL_GUARD_MS;
	buf_reserve(&l->text, SECRET_BYTES_MAX);
	buf_str(&l->text);
	line_replace(l, "", 0);
	return l;
}

void line_free(struct line *l)
{
	if (l == NULL)
		return;
	forget_undo(l);
	line_complete_end(l);
	line_history_free(l);
	wipe_buf(&l->text);
	buf_clear(&l->killed);
	buf_clear(&l->ghost);
	buf_clear(&l->looking_for);
	buf_clear(&l->query);
	buf_clear(&l->tail);
	free(l);
}

/* A character with the marks on it is one step; an invalid byte, too. */
size_t line_step_right(const struct line *l, size_t at)
{
	const char *s = l->text.data;
	size_t len = l->text.len;
	uint32_t cp = 0;
	size_t used;

	if (at >= len)
		return len;
	used = utf8_decode(s + at, len - at, &cp);
	at += used > 0 ? used : 1;
	while (at < len) {
		used = utf8_decode(s + at, len - at, &cp);
		if (used == 0 || char_columns(cp) != 0)
			break;
		at += used;
	}
	return at;
}

static size_t char_before(const struct line *l, size_t at, uint32_t *cp)
{
	for (size_t n = 1; n <= 4 && n <= at; n++)
		if (utf8_decode(l->text.data + at - n, n, cp) == n)
			return at - n;
	*cp = 0xfffd;
	return at > 0 ? at - 1 : 0;
}

size_t line_step_left(const struct line *l, size_t at)
{
	uint32_t cp = 0;

	while (at > 0) {
		at = char_before(l, at, &cp);
		if (char_columns(cp) != 0)
			break;
	}
	return at;
}

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' &&
	                                  (c | 0x20) <= 'z') ||
	       (unsigned char)c >= 0x80;
}

static size_t word_right(const struct line *l, size_t at)
{
	while (at < l->text.len && !is_word(l->text.data[at]))
		at++;
	while (at < l->text.len && is_word(l->text.data[at]))
		at++;
	return at;
}

static size_t word_left(const struct line *l, size_t at)
{
	while (at > 0 && !is_word(l->text.data[at - 1]))
		at--;
	while (at > 0 && is_word(l->text.data[at - 1]))
		at--;
	return at;
}

/* Ctrl-W: back to a blank, as the terminal driver does. */
static size_t blank_left(const struct line *l, size_t at)
{
	while (at > 0 && l->text.data[at - 1] == ' ')
		at--;
	while (at > 0 && l->text.data[at - 1] != ' ')
		at--;
	return at;
}

/* The first typed character takes the place of a prefill, as in an address
 * bar; a blank is a parameter to come, so it is added. */
static void drop_prefill(struct line *l, const char *text, size_t len)
{
	if (l->touched || l->text.len == 0 || (len > 0 && text[0] == ' '))
		return;
	line_replace(l, "", 0);
}

static void insert(struct line *l, const char *text, size_t len)
{
	size_t max = l->secret ? SECRET_BYTES_MAX - 1 : LINE_BYTES_MAX;
	struct buf *b = &l->text;

	if (l->veiled && b->len < SECRET_BYTES_MAX)
		max = SECRET_BYTES_MAX - 1;
	if (len == 0)
		return;
	drop_prefill(l, text, len);
	l->touched = true;
	if (len > max - b->len)
		len = max - b->len;
	buf_reserve(b, len + 1);
	memmove(b->data + l->cursor + len, b->data + l->cursor,
	        b->len - l->cursor);
	memcpy(b->data + l->cursor, text, len);
	b->len += len;
	b->data[b->len] = '\0';
	l->cursor += len;
	look_for_secret(l);
}

void line_insert(struct line *l, const char *text, size_t len)
{
	line_complete_end(l);
	line_remember(l);
	insert(l, text, len);
	line_set_ghost(l, NULL); /* it was for the text before */
}

static void erase(struct line *l, size_t from, size_t to, bool keep)
{
	struct buf *b = &l->text;

	if (from >= to)
		return;
	line_remember(l);
	l->touched = true;
	if (keep && !line_holds_secret(l)) {
		buf_reset(&l->killed);
		buf_add(&l->killed, b->data + from, to - from);
	}
	memmove(b->data + from, b->data + to, b->len - to);
	if (line_holds_secret(l))
		wipe(b->data + b->len - (to - from), to - from);
	b->len -= to - from;
	b->data[b->len] = '\0';
	l->cursor = from;
	look_for_secret(l);
}

static void type_char(struct line *l, uint32_t ch)
{
	char utf8[4];
	size_t len = utf8_encode(ch, utf8);

	/* a word is one step of undo */
	if (!l->typing || ch == ' ')
		line_remember(l);
	insert(l, utf8, len);
	l->typing = true;
}

static enum line_result move_to(struct line *l, size_t at)
{
	l->cursor = at;
	l->touched = l->touched || l->text.len > 0;
	l->typing = false;
	return LINE_CHANGED;
}

/* Right or End; behind the text they accept the ghost. */
static enum line_result move_right(struct line *l, size_t at)
{
	if (l->cursor < l->text.len || l->ghost.len == 0 ||
	    line_holds_secret(l))
		return move_to(l, at);
	line_remember(l);
	l->touched = true; /* it is added to, not put instead of, a prefill */
	insert(l, l->ghost.data, l->ghost.len);
	buf_reset(&l->ghost);
	return LINE_CHANGED;
}

static enum line_result enter(struct line *l, const struct key *k,
                              int64_t now_ms)
{
	if (l->prefilled && now_ms - l->prefill_ms < l->guard_ms)
		return LINE_AGAIN;
	return k->mods & MOD_ALT ? LINE_ADD : LINE_SEND;
}

static enum line_result control_key(struct line *l, uint32_t ch)
{
	size_t end = l->text.len;

	switch (ch) {
	case 'a': return move_to(l, 0);
	case 'e': return move_right(l, end);
	case 'b': return move_to(l, line_step_left(l, l->cursor));
	case 'f': return move_right(l, line_step_right(l, l->cursor));
	case 'd':
		if (end == 0)
			return LINE_END;
		erase(l, l->cursor, line_step_right(l, l->cursor), false);
		break;
	case 'w': erase(l, blank_left(l, l->cursor), l->cursor, true); break;
	case 'u': erase(l, 0, l->cursor, true); break;
	case 'k': erase(l, l->cursor, end, true); break;
	case 'y':
		line_remember(l);
		l->touched = true;
		insert(l, l->killed.data, l->killed.len);
		break;
	case '_': undo(l); break;
	case 'p': line_history_move(l, -1); break;
	case 'n': line_history_move(l, 1); break;
	case 'r': line_search_start(l); break;
	case 'v': l->literal = true; break;
	default: return LINE_NOT_MINE;
	}
	return LINE_CHANGED;
}

static enum line_result alt_key(struct line *l, const struct key *k)
{
	size_t left = word_left(l, l->cursor);
	size_t right = word_right(l, l->cursor);
	uint32_t ch = k->code == K_CHAR ? k->ch : 0;

	if (ch == 'b' || k->code == K_LEFT)
		return move_to(l, left);
	if (ch == 'f' || k->code == K_RIGHT)
		return move_to(l, right);
	if (ch == 'd')
		erase(l, l->cursor, right, true);
	else if (k->code == K_BACKSPACE)
		erase(l, left, l->cursor, true);
	else
		return LINE_NOT_MINE;
	return LINE_CHANGED;
}

static enum line_result plain_key(struct line *l, enum key_code code)
{
	size_t left = line_step_left(l, l->cursor);
	size_t right = line_step_right(l, l->cursor);

	switch (code) {
	case K_LEFT: return move_to(l, left);
	case K_RIGHT: return move_right(l, right);
	case K_HOME: return move_to(l, 0);
	case K_END: return move_right(l, l->text.len);
	case K_BACKSPACE: erase(l, left, l->cursor, false); break;
	case K_DELETE: erase(l, l->cursor, right, false); break;
	case K_UP: line_history_move(l, -1); break;
	case K_DOWN: line_history_move(l, 1); break;
	case K_TAB: return line_complete_key(l, 1);
	default: return LINE_NOT_MINE;
	}
	return LINE_CHANGED;
}

/* The byte that a key sends, put into the text as it is (Ctrl-V). */
static enum line_result literal_key(struct line *l, const struct key *k)
{
	uint32_t ch = k->code == K_TAB ? '\t' : k->code == K_ENTER ? '\r' :
	              k->code == K_ESC ? 0x1b : k->code == K_BACKSPACE ? 0x7f :
	              k->code == K_CHAR ? k->ch : 0;

	l->literal = false;
	if (k->code == K_CHAR && (k->mods & MOD_CTRL))
		ch &= 0x1f;
	else if (ch == 0)
		return LINE_NOT_MINE;
	type_char(l, ch);
	return LINE_CHANGED;
}

static enum line_result edit_key(struct line *l, const struct key *k,
                                 int64_t now_ms)
{
	unsigned mods = k->mods;

	if (k->code == K_ENTER)
		return enter(l, k, now_ms);
	if (k->code == K_PASTE) {
		line_insert(l, k->text, k->text_len);
		return LINE_CHANGED;
	}
	if (k->code == K_CHAR && mods == 0) {
		type_char(l, k->ch);
		return LINE_CHANGED;
	}
	if (k->code == K_CHAR && mods == MOD_CTRL)
		return control_key(l, k->ch);
	if (mods == MOD_CTRL && k->code == K_LEFT)
		return move_to(l, word_left(l, l->cursor));
	if (mods == MOD_CTRL && k->code == K_RIGHT)
		return move_to(l, word_right(l, l->cursor));
	if (mods == MOD_ALT)
		return alt_key(l, k);
	return mods == 0 ? plain_key(l, k->code) : LINE_NOT_MINE;
}

static bool is_choosing(const struct line *l)
{
	return l->choices.count > 0;
}

enum line_result line_key(struct line *l, const struct key *k, int64_t now_ms)
{
	bool history = k->code == K_UP || k->code == K_DOWN ||
	               (k->code == K_CHAR && k->mods == MOD_CTRL &&
	                (k->ch == 'p' || k->ch == 'n'));
	bool was_choosing = is_choosing(l);
	enum line_result result;

	if (l->literal)
		return literal_key(l, k);
	if (l->searching) {
		result = line_search_key(l, k);
		if (result != LINE_NOT_MINE)
			return result;
	}
	if (was_choosing && k->code == K_TAB && k->mods == MOD_SHIFT)
		return line_complete_key(l, -1);
	if (was_choosing && k->code != K_TAB && k->code != K_MOUSE)
		line_complete_end(l);
	if (was_choosing && k->code == K_ESC)
		return LINE_CHANGED;
	result = edit_key(l, k, now_ms);
	if (result == LINE_CHANGED && !history)
		line_history_rewind(l);
	return result;
}

const char *line_text(const struct line *l, size_t *len)
{
	if (len != NULL)
		*len = l->text.len;
	return l->text.data;
}

bool line_is_empty(const struct line *l)
{
	return l->text.len == 0;
}

bool line_is_touched(const struct line *l)
{
	return l->touched;
}

void line_set(struct line *l, const char *text)
{
	line_complete_end(l);
	line_remember(l);
	l->touched = true;
	line_replace(l, text, strlen(text));
	line_set_ghost(l, NULL);
}

bool line_prefill(struct line *l, const char *text, int64_t now_ms)
{
	if (l->touched || l->searching || is_choosing(l) ||
	    line_holds_secret(l))
		return false;
	if (strcmp(l->text.data, text) == 0)
		return false;
	line_replace(l, text, strlen(text));
	forget_undo(l);
	l->prefilled = true;
	l->prefill_ms = now_ms;
	return true;
}

void line_set_guard(struct line *l, int guard_ms)
{
	l->guard_ms = guard_ms;
}

/* Empty and untouched, whatever was going on. */
static void reset(struct line *l)
{
	line_complete_end(l);
	line_history_rewind(l);
	l->searching = false;
	l->literal = false;
	l->prefilled = false;
	line_replace(l, "", 0);
	l->touched = false;
}

void line_accept(struct line *l)
{
	if (!line_holds_secret(l))
		line_history_add(l, l->text.data);
	forget_undo(l);
	reset(l);
}

void line_clear(struct line *l)
{
	if (l->text.len > 0)
		line_remember(l);
	reset(l);
}

void line_set_ghost(struct line *l, const char *text)
{
	buf_reset(&l->ghost);
	if (text != NULL && !line_holds_secret(l))
		buf_adds(&l->ghost, text);
	buf_str(&l->ghost);
}

void line_set_secret(struct line *l, bool secret)
{
	if (l->secret == secret)
		return;
	forget_undo(l);
	l->secret = true; /* reset() wipes what was there */
	reset(l);
	buf_reset(&l->ghost);
	buf_reserve(&l->text, SECRET_BYTES_MAX);
	buf_str(&l->text);
	l->secret = secret;
}
