#include "config.h"

#include "rdata.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/dns.h"

struct reader {
	const char *text;
	uint8_t *out;
	size_t len, size;
};

static bool put(struct reader *r, const void *data, size_t len)
{
	if (len > r->size - r->len)
		return false;
	memcpy(r->out + r->len, data, len);
	r->len += len;
	return true;
}

/* The next word, without the blank behind it. */
static bool word(struct reader *r, char *out, size_t size)
{
	size_t len = strcspn(r->text, " ");

	if (len == 0 || len >= size)
		return false;
	memcpy(out, r->text, len);
	out[len] = '\0';
	r->text += len;
	r->text += *r->text == ' ';
	return true;
}

static bool number(struct reader *r, unsigned octets)
{
	char text[16], *end;
	unsigned long v;
	uint8_t b[4];

	if (!word(r, text, sizeof text) || !isdigit((unsigned char)*text))
		return false;
	v = strtoul(text, &end, 10);
	for (unsigned i = 0; i < octets; i++)
		b[i] = (uint8_t)(v >> 8 * (octets - 1 - i));
	return *end == '\0' && put(r, b, octets);
}

static bool name(struct reader *r)
{
	char text[DNS_NAME_TEXT_MAX];
	struct dns_name n;

	return word(r, text, sizeof text) &&
	       dns_name_parse(&n, text) == DNS_NAME_OK &&
	       put(r, n.wire, n.len);
}

static bool address(struct reader *r, int family, size_t octets)
{
	char text[INET6_ADDRSTRLEN];
	uint8_t addr[16];

	return word(r, text, sizeof text) &&
	       inet_pton(family, text, addr) == 1 && put(r, addr, octets);
}

/* "a" "b": each a length and its octets; no escapes but \DDD. */
static bool strings(struct reader *r)
{
	while (*r->text == '"') {
		uint8_t s[256] = { 0 };

		for (r->text++; *r->text && *r->text != '"'; r->text++) {
			if (s[0] == 255)
				return false;
			if (*r->text == '\\') {
				s[++s[0]] = (uint8_t)strtoul(
				    (char[]){ r->text[1], r->text[2],
				              r->text[3], '\0' }, NULL, 10);
				r->text += 3;
			} else {
				s[++s[0]] = (uint8_t)*r->text;
			}
		}
		if (*r->text++ != '"' || !put(r, s, s[0] + 1u))
			return false;
		r->text += *r->text == ' ';
	}
	return true;
}

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef";
	const char *at = c ? strchr(digits, tolower((unsigned char)c)) : NULL;

	return at ? (int)(at - digits) : -1;
}

static bool hex(struct reader *r)
{
	while (*r->text) {
		int high = hex_digit(r->text[0]), low = -1;
		uint8_t octet;

		if (high >= 0)
			low = hex_digit(r->text[1]);
		if (low < 0)
			return false;
		octet = (uint8_t)(high << 4 | low);
		if (!put(r, &octet, 1))
			return false;
		r->text += 2;
	}
	return true;
}

static bool field(struct reader *r, char f)
{
	switch (f) {
	case '1':
	case '2':
	case '4':
		return number(r, (unsigned)(f - '0'));
	case 'n':
		return name(r);
	case 'a':
		return address(r, AF_INET, 4);
	case '6':
		return address(r, AF_INET6, 16);
	case 's':
		return strings(r);
	case 'h':
		return hex(r);
	default:
		return false;
	}
}

int rdata_parse(uint16_t type, const char *text, uint8_t *out, size_t size)
{
	struct reader r = { .text = text, .out = out, .size = size };
	char count[8];

	if (strncmp(text, "\\# ", 3) == 0) {
		r.text += 3;
		if (!word(&r, count, sizeof count) || !hex(&r))
			return -1;
		return strtoul(count, NULL, 10) == r.len ? (int)r.len : -1;
	}
	for (const char *f = dns_type_layout(type); *f; f++)
		if (!field(&r, *f))
			return -1;
	return *r.text ? -1 : (int)r.len;
}
