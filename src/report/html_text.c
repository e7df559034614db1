#include "config.h"

#include "report/html_text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/escape.h"
#include "util/i18n.h"
#include "util/xalloc.h"

static const char rfc_url[] = "https://www.rfc-editor.org/rfc/rfc";
static const char digits[] = "0123456789";

static void add_char(struct buf *out, char c)
{
	switch (c) {
	case '&': buf_adds(out, "&amp;"); break;
	case '<': buf_adds(out, "&lt;"); break;
	case '>': buf_adds(out, "&gt;"); break;
	case '"': buf_adds(out, "&quot;"); break;
	case '\'': buf_adds(out, "&#39;"); break;
	case '`': buf_adds(out, "&#96;"); break;
	default: buf_addc(out, c);
	}
}

static void add_text(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		add_char(out, text[i]);
}

void html_text(struct buf *out, const char *text)
{
	add_text(out, text, strlen(text));
}

void html_textf(struct buf *out, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	html_text(out, text);
	free(text);
}

static void add_piece(struct buf *out, const struct escape_piece *p)
{
	buf_adds(out, p->token ? "<i>" : "");
	html_text(out, p->text);
	buf_adds(out, p->token ? "</i>" : "");
}

void html_bytes(struct buf *out, const char *data, size_t len)
{
	unsigned marks = ESCAPE_COMBINING_MAX;

	buf_adds(out, "<bdi>");
	while (len > 0) {
		struct escape_piece p = escape_clear(data, len, false, marks);

		add_piece(out, &p);
		marks = escape_marks(&p, marks);
		data += p.used;
		len -= p.used;
	}
	buf_adds(out, "</bdi>");
}

char *html_plain(const char *data, size_t len)
{
	struct buf plain = { 0 };

	escape_text(&plain, data, len, false);
	return buf_steal(&plain);
}

void html_ref(struct buf *out, const struct event *e, struct ev_ref r)
{
	html_bytes(out, event_text(e, r), r.len);
}

void html_paragraph(struct buf *out, const char *class, const char *text)
{
	if (!*text)
		return;
	buf_addf(out, "<p class=\"%s\">", class);
	html_text(out, text);
	buf_adds(out, "</p>\n");
}

static void begin_row(struct buf *out, const char *label)
{
	buf_adds(out, "<dt>");
	html_text(out, label);
	buf_adds(out, "</dt><dd>");
}

void html_row(struct buf *out, const char *label, const char *text)
{
	if (!*text)
		return;
	begin_row(out, label);
	html_text(out, text);
	buf_adds(out, "</dd>\n");
}

void html_row_bytes(struct buf *out, const char *label, const char *data,
                    size_t len)
{
	if (len == 0)
		return;
	begin_row(out, label);
	html_bytes(out, data, len);
	buf_adds(out, "</dd>\n");
}

/* "RFC 5321": a link; its digits, len of them, stay for its sections. */
static size_t add_rfc(struct buf *out, const char *at, size_t len)
{
	buf_addf(out, "<a href=\"%s%.*s\">RFC %.*s</a>", rfc_url, (int)len, at,
	         (int)len, at);
	return len;
}

static size_t add_section(struct buf *out, const char *rfc, size_t rfc_len,
                          const char *at)
{
	size_t len = strspn(at, "0123456789.");

	buf_addf(out, "<a href=\"%s%.*s#section-%.*s\">§%.*s</a>", rfc_url,
	         (int)rfc_len, rfc, (int)len, at, (int)len, at);
	return len;
}

void html_row_refs(struct buf *out, const char *refs)
{
	const char *rfc = NULL;
	size_t rfc_len = 0, len;

	if (!*refs)
		return;
	begin_row(out, _("Refs"));
	for (const char *at = refs; *at; at += len) {
		if (strncmp(at, "RFC ", 4) == 0) {
			rfc = at + 4;
			rfc_len = strspn(rfc, digits);
			len = 4 + add_rfc(out, rfc, rfc_len);
		} else if (rfc && strchr(digits, *at) && at[-1] == ' ') {
			len = add_section(out, rfc, rfc_len, at);
		} else {
			len = 1;
			add_text(out, at, len);
		}
	}
	buf_adds(out, "</dd>\n");
}
