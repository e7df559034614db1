#include "config.h"

#include "util/base64.h"

#include <stdint.h>

static const char digits[64] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(struct buf *out, const void *data, size_t len)
{
	const unsigned char *p = data;

	for (; len > 0; p += 3, len -= len < 3 ? len : 3) {
		unsigned b = (unsigned)p[0] << 16;
		char quad[4];

		b |= len > 1 ? (unsigned)p[1] << 8 : 0;
		b |= len > 2 ? (unsigned)p[2] : 0;
		quad[0] = digits[b >> 18];
		quad[1] = digits[b >> 12 & 63];
		quad[2] = len > 1 ? digits[b >> 6 & 63] : '=';
		quad[3] = len > 2 ? digits[b & 63] : '=';
		buf_add(out, quad, sizeof quad);
	}
}

static int value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* n: characters of the quad that are no padding, 2 to 4. */
static bool decode_quad(struct buf *out, const char *quad, size_t n)
{
	unsigned b = 0;

	for (size_t i = 0; i < 4; i++) {
		int v = i < n ? value(quad[i]) : 0;

		if (v < 0)
			return false;
		b = b << 6 | (unsigned)v;
	}
	for (size_t i = 0; i + 1 < n; i++)
		buf_addc(out, (char)(b >> (16 - 8 * i) & 255));
	return true;
}

bool base64_decode(struct buf *out, const char *text, size_t len)
{
	size_t before = out->len;

	if (len % 4)
		return false;
	for (size_t i = 0; i < len; i += 4) {
		bool last = i + 4 == len;
		size_t n = 4;

		if (last && text[i + 3] == '=')
			n = text[i + 2] == '=' ? 2 : 3;
		if (!decode_quad(out, text + i, n)) {
			out->len = before;
			return false;
		}
	}
	return true;
}
