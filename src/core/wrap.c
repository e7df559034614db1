#include "config.h"

#include "core/wrap.h"

#include <stdbool.h>
#include <string.h>

#include "core/escape.h"

static int columns(const char *s, size_t len)
{
	return escape_columns(s, len, false);
}

int wrap_columns(const char *text)
{
	return columns(text, strlen(text));
}

static int break_line(struct buf *out, int indent)
{
	while (out->len > 0 && out->data[out->len - 1] == ' ')
		out->len--;
	buf_addc(out, '\n');
	for (int i = 0; i < indent; i++)
		buf_addc(out, ' ');
	return indent;
}

int wrap_text(struct buf *out, const char *text, int at, int indent, int width)
{
	bool gap = false; /* a blank is owed before the next word */

	while (*text) {
		size_t blanks = strspn(text, " "), len;
		int wide;

		gap |= blanks > 0;
		text += blanks;
		if (*text == '\n') {
			at = break_line(out, indent);
			gap = false;
			text++;
			continue;
		}
		len = strcspn(text, " \n");
		if (len == 0)
			break;
		wide = columns(text, len);
		if (at > indent && at + gap + wide > width)
			at = break_line(out, indent);
		else if (gap) {
			buf_addc(out, ' ');
			at++;
		}
		buf_add(out, text, len);
		at += wide;
		text += len;
		gap = false;
	}
	return at;
}
