#include "config.h"

#include "knowledge/say.h"

#include <stdarg.h>
#include <string.h>

#include "core/escape.h"
#include "util/buf.h"
#include "util/i18n.h"

enum { ARGS_MAX = 9 };

static const struct {
	const char *en, *de;
} phrases[] = {
#define PHRASE(id, english, german) { english, german },
#include "knowledge/phrases.inc"
#undef PHRASE
};

const char *phrase(enum phrase id)
{
	return i18n_pick(phrases[id].en, phrases[id].de);
}

const char *phrase_in(enum phrase id, int german)
{
	return german ? phrases[id].de : phrases[id].en;
}

char *shown(const char *text, size_t len)
{
	struct buf out = { 0 };

	escape_text(&out, text, len, i18n_is_ascii());
	return buf_steal(&out);
}

/* One piece of a text: an argument or the character itself. */
static const char *piece(struct buf *out, const char *p,
                         const char *const *args, size_t n)
{
	size_t i = (size_t)(p[1] - '1'); /* beyond n when p[1] is no digit */

	if (*p == '%' && p[1] && i < n) {
		escape_text(out, args[i], strlen(args[i]), i18n_is_ascii());
		return p + 2;
	}
	if (*p == '{' && p[1] && i < n && p[2] == '}') {
		buf_adds(out, args[i]);
		return p + 3;
	}
	buf_addc(out, *p);
	return p + 1;
}

char *say_text(const char *text, const char *const *args, size_t n)
{
	struct buf out = { 0 };

	buf_str(&out);
	while (*text)
		text = piece(&out, text, args, n);
	return buf_steal(&out);
}

char *say(enum phrase id, ...)
{
	const char *args[ARGS_MAX];
	size_t n = 0;
	va_list ap;

	va_start(ap, id);
	while (n < ARGS_MAX && (args[n] = va_arg(ap, const char *)))
		n++;
	va_end(ap);
	return say_text(phrase(id), args, n);
}
