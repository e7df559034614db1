#include "config.h"

#include "canary.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "util/base64.h"
#include "util/buf.h"

/* Without the line ends, blanks and reply codes that may stand in between. */
static void squeeze(const char *data, size_t len, bool lower, struct buf *out)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)data[i];

		if (!isspace(c))
			buf_addc(out, lower ? (char)tolower(c) : (char)c);
	}
}

static bool holds(const struct buf *text, const char *what, size_t len)
{
	return text->len >= len && memmem(text->data, text->len, what, len);
}

/*
 * Base64 of the canary behind 0, 1 or 2 other bytes: the letters that depend
 * on nothing but the canary.
 */
static bool base64_in(const struct buf *text)
{
	for (size_t shift = 0; shift < 3; shift++) {
		struct buf plain = { 0 }, coded = { 0 };
		size_t first = shift ? shift + 1 : 0, len;
		bool found;

		buf_add(&plain, "\0\0", shift);
		buf_adds(&plain, CANARY);
		base64_encode(&coded, plain.data, plain.len);
		len = plain.len * 8 / 6 - first; /* whole letters only */
		found = holds(text, coded.data + first, len);
		buf_clear(&plain);
		buf_clear(&coded);
		if (found)
			return true;
	}
	return false;
}

static bool hex_in(const struct buf *lower, const char *before)
{
	struct buf hex = { 0 };
	bool found;

	for (const char *c = CANARY; *c; c++)
		buf_addf(&hex, "%s%02x", before, (unsigned char)*c);
	found = holds(lower, hex.data, hex.len);
	buf_clear(&hex);
	return found;
}

static bool reversed_in(const struct buf *text)
{
	char back[sizeof CANARY - 1];

	for (size_t i = 0; i < sizeof back; i++)
		back[i] = CANARY[sizeof back - 1 - i];
	return holds(text, back, sizeof back);
}

const char *canary_in(const char *data, size_t len)
{
	struct buf text = { 0 }, lower = { 0 };
	const char *form = NULL;

	squeeze(data, len, false, &text);
	squeeze(data, len, true, &lower);
	if (holds(&text, CANARY, sizeof CANARY - 1))
		form = "plain";
	else if (base64_in(&text))
		form = "base64";
	else if (hex_in(&lower, ""))
		form = "hex";
	else if (hex_in(&lower, "%") || hex_in(&lower, "=") ||
	         hex_in(&lower, "\\x"))
		form = "percent";
	else if (reversed_in(&text))
		form = "reversed";
	buf_clear(&text);
	buf_clear(&lower);
	return form;
}
