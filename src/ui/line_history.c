#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "core/escape.h"
#include "ui/line.h"
#include "ui/line_state.h"
#include "util/xalloc.h"

void line_history_free(struct line *l)
{
	for (size_t i = 0; i < l->history_count; i++)
		free(l->history[i]);
	free(l->history);
	l->history = NULL;
	l->history_count = 0;
}

void line_history_add(struct line *l, const char *text)
{
	size_t n = l->history_count;

	/* many lines are a message, not a command */
	if (text[0] == '\0' || strchr(text, '\n') != NULL)
		return;
	if (l->find_secret && l->find_secret(text, strlen(text)) != SIZE_MAX)
		return;
	if (n > 0 && strcmp(l->history[n - 1], text) == 0)
		return;
	if (n == LINE_HISTORY_MAX) {
		free(l->history[0]);
		memmove(&l->history[0], &l->history[1],
		        (n - 1) * sizeof(l->history[0]));
		n--;
	}
	l->history = xreallocarray(l->history, n + 1, sizeof(l->history[0]));
	l->history[n] = xstrdup(text);
	l->history_count = n + 1;
	l->history_at = n + 1;
	l->found = n + 1;
}

size_t line_history_count(const struct line *l)
{
	return l->history_count;
}

const char *line_history_at(const struct line *l, size_t i)
{
	return l->history[i];
}

void line_history_rewind(struct line *l)
{
	l->history_at = l->history_count;
}

static bool fits(const struct line *l, size_t i)
{
	return strncmp(l->history[i], l->looking_for.data,
	               l->looking_for.len) == 0 &&
	       strcmp(l->history[i], l->text.data) != 0;
}

void line_history_move(struct line *l, int step)
{
	size_t at = l->history_at;

	if (line_holds_secret(l))
		return;
	if (at == l->history_count) {
		if (step > 0)
			return;
		buf_reset(&l->looking_for);
		if (l->touched)
			buf_add(&l->looking_for, l->text.data, l->text.len);
		buf_str(&l->looking_for);
		line_remember(l);
	}
	while (step < 0 ? at > 0 : at < l->history_count) {
		at += (size_t)step;
		if (at == l->history_count) {
			/* below the newest: what was typed */
			line_replace(l, l->looking_for.data,
			             l->looking_for.len);
			l->history_at = at;
			l->touched = l->looking_for.len > 0;
			return;
		}
		if (fits(l, at)) {
			line_replace(l, l->history[at], strlen(l->history[at]));
			l->history_at = at;
			l->touched = true;
			return;
		}
	}
}

void line_search_start(struct line *l)
{
	if (line_holds_secret(l))
		return;
	line_remember(l);
	l->searching = true;
	buf_reset(&l->query);
	buf_str(&l->query);
	l->found = l->history_count;
}

const char *line_search(const struct line *l)
{
	return l->searching ? l->query.data : NULL;
}

/* The newest entry before index end that holds the query. */
static void search_before(struct line *l, size_t end)
{
	for (size_t i = end; i-- > 0;) {
		if (strstr(l->history[i], l->query.data) == NULL)
			continue;
		l->found = i;
		line_replace(l, l->history[i], strlen(l->history[i]));
		l->touched = true;
		return;
	}
}

static void search_end(struct line *l, bool keep)
{
	struct line_snapshot *before;

	l->searching = false;
	if (keep || l->undo_count == 0)
		return;
	before = &l->undo[--l->undo_count];
	line_replace(l, before->text, before->len);
	l->cursor = before->cursor;
	l->touched = before->touched;
	free(before->text);
	*before = (struct line_snapshot){.text = NULL};
}

static void shorten_query(struct line *l)
{
	struct buf *q = &l->query;

	/* the bytes of a character behind its first */
	while (q->len > 0 && (q->data[q->len - 1] & 0xc0) == 0x80)
		q->len--;
	if (q->len > 0)
		q->len--;
	buf_str(&l->query);
	if (l->query.len > 0)
		search_before(l, l->history_count);
}

enum line_result line_search_key(struct line *l, const struct key *k)
{
	bool control = k->code == K_CHAR && k->mods == MOD_CTRL;
	char utf8[4];

	if (k->code == K_CHAR && k->mods == 0) {
		buf_add(&l->query, utf8, utf8_encode(k->ch, utf8));
		buf_str(&l->query);
		search_before(l, l->found < l->history_count
		                 ? l->found + 1 : l->history_count);
	} else if (control && k->ch == 'r') {
		search_before(l, l->found);
	} else if (k->code == K_BACKSPACE && k->mods == 0) {
		shorten_query(l);
	} else if (k->code == K_ESC || (control &&
	                                (k->ch == 'g' || k->ch == 'c'))) {
		search_end(l, false);
	} else if (k->code == K_ENTER) {
		/* into the line first: what is sent cannot be taken back */
		search_end(l, true);
	} else {
		if (k->code != K_MOUSE)
			search_end(l, true);
		return LINE_NOT_MINE;
	}
	return LINE_CHANGED;
}
