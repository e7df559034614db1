#include "config.h"

#include "util/quote.h"

#include <string.h>

static bool is_plain(const char *s, size_t len)
{
	static const char harmless[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+@%:,./";

	for (size_t i = 0; i < len; i++)
		if (!s[i] || !strchr(harmless, s[i]))
			return false;
	return len > 0;
}

void quote_word(struct buf *out, const char *s, size_t len)
{
	if (is_plain(s, len)) {
		buf_add(out, s, len);
		return;
	}
	buf_addc(out, '\'');
	for (size_t i = 0; i < len; i++)
		if (s[i] == '\'')
			buf_adds(out, "'\\''");
		else
			buf_addc(out, s[i]);
	buf_addc(out, '\'');
}

bool quote_next(const char **text, struct buf *out)
{
	const char *p = *text + strspn(*text, " ");
	bool quoted = false;

	if (!*p)
		return false;
	for (; *p && (quoted || *p != ' '); p++) {
		if (*p == '\'')
			quoted = !quoted;
		else if (*p == '\\' && !quoted && p[1])
			buf_addc(out, *++p);
		else
			buf_addc(out, *p);
	}
	*text = p;
	return !quoted;
}
