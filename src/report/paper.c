#include "config.h"

#include "report/paper.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/escape.h"
#include "core/wrap.h"
#include "util/i18n.h"
#include "util/xalloc.h"

static const char *const inks[INK_COUNT] = {
	[INK_PLAIN] = "\033[0m",     [INK_BOLD] = "\033[0;1m",
	[INK_DIM] = "\033[0;2m",     [INK_CLIENT] = "\033[0;36m",
	[INK_OK] = "\033[0;1;32m",   [INK_GO_ON] = "\033[0;1;34m",
	[INK_LATER] = "\033[0;1;33m", [INK_NO] = "\033[0;1;31m",
	[INK_NOTE] = "\033[0;35m",
};

void paper_init(struct paper *p, FILE *out, bool color, int width)
{
	if (width <= 0)
		width = 80;
	if (width < PAPER_WIDTH_MIN)
		width = PAPER_WIDTH_MIN;
	if (width > PAPER_WIDTH_MAX)
		width = PAPER_WIDTH_MAX;
	*p = (struct paper){ .out = out, .color = color, .width = width };
}

void paper_clear(struct paper *p)
{
	buf_clear(&p->text);
}

bool paper_flush(struct paper *p)
{
	size_t len = p->text.len;
	bool ok = len == 0 || fwrite(p->text.data, 1, len, p->out) == len;

	buf_reset(&p->text);
	return fflush(p->out) == 0 && ok;
}

void paper_ink(struct paper *p, enum ink ink)
{
	if (p->color)
		buf_adds(&p->text, inks[ink]);
}

void paper_newline(struct paper *p)
{
	buf_addc(&p->text, '\n');
	p->at = 0;
}

void paper_to(struct paper *p, int column)
{
	for (; p->at < column; p->at++)
		buf_addc(&p->text, ' ');
}

/* Folded to ASCII where that is needed; heap. */
static char *fold(const char *text)
{
	size_t size = 8 * strlen(text) + 1;
	char *folded;

	if (!i18n_is_ascii())
		return xstrdup(text);
	folded = xmalloc(size);
	i18n_fold(text, folded, size);
	return folded;
}

int paper_measure(const char *text)
{
	char *folded = fold(text);
	int columns = wrap_columns(folded);

	free(folded);
	return columns;
}

void paper_text(struct paper *p, const char *text)
{
	char *folded = fold(text);

	buf_adds(&p->text, folded);
	p->at += wrap_columns(folded);
	free(folded);
}

void paper_textf(struct paper *p, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	paper_text(p, text);
	free(text);
}

void paper_words(struct paper *p, const char *text, int indent)
{
	char *folded = fold(text);

	p->at = wrap_text(&p->text, folded, p->at, indent, p->width);
	free(folded);
}

void paper_bytes(struct paper *p, const char *data, size_t len)
{
	escape_text(&p->text, data, len, i18n_is_ascii());
	p->at += paper_columns(data, len);
}

int paper_columns(const char *data, size_t len)
{
	return escape_columns(data, len, i18n_is_ascii());
}
