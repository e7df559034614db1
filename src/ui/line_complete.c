#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ui/line.h"
#include "ui/line_state.h"
#include "util/xalloc.h"

void line_candidates_add(struct line_candidates *c, const char *text)
{
	c->text = xreallocarray(c->text, c->count + 1, sizeof(c->text[0]));
	c->text[c->count++] = xstrdup(text);
}

void line_complete_end(struct line *l)
{
	for (size_t i = 0; i < l->choices.count; i++)
		free(l->choices.text[i]);
	free(l->choices.text);
	l->choices = (struct line_candidates){.count = 0};
	l->chosen = 0;
}

const struct line_candidates *line_choices(const struct line *l,
                                           size_t *chosen)
{
	if (chosen != NULL)
		*chosen = l->chosen;
	return &l->choices;
}

/* text in the place of what was before the cursor; the rest stays behind. */
static void put(struct line *l, const char *text, size_t len)
{
	struct buf whole = {.len = 0};

	buf_add(&whole, text, len);
	buf_add(&whole, l->tail.data, l->tail.len);
	line_replace(l, buf_str(&whole), whole.len);
	l->cursor = len < l->text.len ? len : l->text.len;
	l->touched = true;
	buf_clear(&whole);
}

static size_t common_prefix(const struct line_candidates *c)
{
	size_t len = strlen(c->text[0]);

	for (size_t i = 1; i < c->count; i++) {
		const char *other = c->text[i];
		size_t same = 0;

		while (same < len && other[same] != '\0' &&
		       strncasecmp(&c->text[0][same], &other[same], 1) == 0)
			same++;
		len = same;
	}
	return len;
}

/* A prefill is only a suggestion: completion starts from nothing then. */
static size_t typed_len(const struct line *l)
{
	return l->touched ? l->cursor : 0;
}

static enum line_result start(struct line *l)
{
	size_t typed = typed_len(l);
	char *head = xmemdup0(l->text.data, typed);
	size_t common;

	buf_reset(&l->tail);
	if (l->touched)
		buf_add(&l->tail, l->text.data + l->cursor,
		        l->text.len - l->cursor);
	buf_str(&l->tail);
	l->complete(l->complete_arg, head, typed, &l->choices);
	free(head);
	if (l->choices.count == 0)
		return LINE_CHANGED;
	line_remember(l);
	l->chosen = l->choices.count;
	common = common_prefix(&l->choices);
	if (l->choices.count == 1) {
		put(l, l->choices.text[0], strlen(l->choices.text[0]));
		line_complete_end(l);
	} else if (common > typed) {
		put(l, l->choices.text[0], common);
	}
	return LINE_CHANGED;
}

enum line_result line_complete_key(struct line *l, int step)
{
	size_t count = l->choices.count;

	if (l->complete == NULL || line_holds_secret(l))
		return LINE_NOT_MINE;
	if (count == 0)
		return start(l);
	if (l->chosen >= count)
		l->chosen = step > 0 ? 0 : count - 1;
	else
		l->chosen = (l->chosen + count + (size_t)step) % count;
	put(l, l->choices.text[l->chosen], strlen(l->choices.text[l->chosen]));
	return LINE_CHANGED;
}
