#include "config.h"

#include "net/proxy_header.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "util/buf.h"

enum {
	SAID_MAX = INET6_ADDRSTRLEN + sizeof "[]:65535",
	WORDS_MAX = sizeof "TCP6    65535 65535" + 2 * INET6_ADDRSTRLEN,
	LOCAL = 0x20, PROXIED = 0x21,     /* version 2, command */
	UNSPEC = 0, TCP4 = 0x11, TCP6 = 0x21,
};

struct end {
	int family; /* AF_INET, AF_INET6, 0: no address */
	uint8_t raw[16];
	uint16_t port;
};

static bool parse_address(struct end *e, const char *text)
{
	e->family = AF_INET;
	if (inet_pton(AF_INET, text, e->raw) == 1)
		return true;
	e->family = AF_INET6;
	return inet_pton(AF_INET6, text, e->raw) == 1;
}

static bool parse_port(struct end *e, const char *text)
{
	char *end;
	unsigned long port = strtoul(text, &end, 10);

	e->port = (uint16_t)port;
	return *text >= '0' && *text <= '9' && !*end && port <= UINT16_MAX;
}

static bool parse_said(struct end *e, const char *said)
{
	char text[SAID_MAX], *address = text, *end;

	if (strlen(said) >= sizeof text)
		return false;
	if (parse_address(e, said))
		return true;
	snprintf(text, sizeof text, "%s", said);
	if (*text == '[') {
		address++;
		end = strchr(text, ']');
		if (!end || (end[1] && end[1] != ':'))
			return false;
		*end++ = '\0';
	} else {
		end = strrchr(text, ':');
		if (!end)
			return false;
	}
	if (*end && !parse_port(e, end + 1))
		return false;
	*end = '\0';
	return parse_address(e, address);
}

static bool find_end(struct end *e, const struct proxy_end *p)
{
	*e = (struct end){ .port = p->port };
	if (p->said)
		return parse_said(e, p->said);
	if (*p->address)
		return parse_address(e, p->address);
	return true;
}

/* RFC 4291 §2.5.5.2 */
static void map_to_v6(struct end *e)
{
	if (e->family == AF_INET6)
		return;
	memcpy(e->raw + 12, e->raw, 4);
	memset(e->raw, 0, 10);
	memset(e->raw + 10, 0xff, 2);
	e->family = AF_INET6;
}

/* "TCP4 192.0.2.1 198.51.100.1 40000 25" */
static void write_words(char *out, size_t size, const struct end *from,
                        const struct end *to)
{
	char a[INET6_ADDRSTRLEN], b[INET6_ADDRSTRLEN];

	inet_ntop(from->family, from->raw, a, sizeof a);
	inet_ntop(to->family, to->raw, b, sizeof b);
	snprintf(out, size, "%s %s %s %u %u",
	         from->family == AF_INET ? "TCP4" : "TCP6", a, b, from->port,
	         to->port);
}

static void make_line(struct proxy_header *h, const char *words)
{
	snprintf(h->shown, sizeof h->shown, "PROXY %s", words);
	h->len = strlen(h->shown);
	assert(h->len + 2 <= sizeof h->data);
	memcpy(h->data, h->shown, h->len);
	memcpy(h->data + h->len, "\r\n", 2);
	h->len += 2;
}

static void add_port(struct buf *b, uint16_t port)
{
	buf_addc(b, (char)(port >> 8));
	buf_addc(b, (char)(port & 0xff));
}

static void make_block(struct proxy_header *h, const char *words,
                       const struct end *from, const struct end *to)
{
	static const char signature[] = "\r\n\r\n\0\r\nQUIT\n";
	bool known = from->family != 0;
	size_t len = from->family == AF_INET ? 4 : 16;
	struct buf b = { 0 };

	buf_add(&b, signature, sizeof signature - 1);
	buf_addc(&b, known ? PROXIED : LOCAL);
	buf_addc(&b, !known ? UNSPEC
	             : from->family == AF_INET ? TCP4 : TCP6);
	add_port(&b, known ? (uint16_t)(2 * len + 4) : 0); /* the length */
	if (known) {
		buf_add(&b, from->raw, len);
		buf_add(&b, to->raw, len);
		add_port(&b, from->port);
		add_port(&b, to->port);
	}
	h->len = b.len;
	memcpy(h->data, b.data, b.len);
	buf_clear(&b);
	snprintf(h->shown, sizeof h->shown, "v2 %s (%zu bytes)",
	         known ? words : "LOCAL", h->len);
}

bool proxy_header_make(struct proxy_header *h, int version,
                       const struct proxy_end *from,
                       const struct proxy_end *to)
{
	char words[WORDS_MAX] = "UNKNOWN";
	struct end a, b;

	if (!find_end(&a, from) || !find_end(&b, to))
		return false;
	if (!a.family || !b.family) {
		a.family = b.family = 0;
	} else {
		if (a.family != b.family) {
			map_to_v6(&a);
			map_to_v6(&b);
		}
		write_words(words, sizeof words, &a, &b);
	}
	if (version == 1)
		make_line(h, words);
	else
		make_block(h, words, &a, &b);
	return true;
}
