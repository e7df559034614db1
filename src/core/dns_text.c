#include "config.h"

#include "core/dns.h"

#include <arpa/inet.h>
#include <assert.h>
#include <string.h>

/* Where the text of one record is made. */
struct text_writer {
	const struct dns_msg *m;
	size_t at, end;
	struct buf *out;
};

static uint32_t take(struct text_writer *w, unsigned octets)
{
	uint32_t v = 0;

	while (octets-- > 0)
		v = v << 8 | w->m->data[w->at++];
	return v;
}

static void put_number(struct text_writer *w, unsigned octets)
{
	buf_addf(w->out, "%u", (unsigned)take(w, octets));
}

static void put_type(struct text_writer *w)
{
	char name[10];

	buf_adds(w->out, dns_type_text((uint16_t)take(w, 2), name));
}

static void put_name(struct text_writer *w)
{
	struct dns_name name;
	char text[DNS_NAME_TEXT_MAX];
	bool ok = dns_name_read(&name, w->m->data, w->m->len, w->end, &w->at);

	assert(ok);
	(void)ok;
	buf_adds(w->out, dns_name_text(&name, text));
}

static void put_address(struct text_writer *w, int family, size_t octets)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(family, w->m->data + w->at, text, sizeof text);
	buf_adds(w->out, text);
	w->at += octets;
}

/* One character-string, RFC 1035 §5.1: quoted, \" \\ and \DDD inside. */
static void put_string(struct text_writer *w)
{
	size_t len = w->m->data[w->at++];

	buf_addc(w->out, '"');
	for (; len > 0; len--) {
		uint8_t c = w->m->data[w->at++];

		if (c == '"' || c == '\\')
			buf_addf(w->out, "\\%c", c);
		else if (c < ' ' || c >= 0x7f)
			buf_addf(w->out, "\\%03u", c);
		else
			buf_addc(w->out, (char)c);
	}
	buf_addc(w->out, '"');
}

static void put_strings(struct text_writer *w)
{
	put_string(w);
	while (w->at < w->end) {
		buf_addc(w->out, ' ');
		put_string(w);
	}
}

static void put_hex(struct text_writer *w)
{
	static const char digits[] = "0123456789abcdef";

	while (w->at < w->end) {
		uint8_t c = w->m->data[w->at++];

		buf_addc(w->out, digits[c >> 4]);
		buf_addc(w->out, digits[c & 15]);
	}
}

static void put_base64(struct text_writer *w)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                             "abcdefghijklmnopqrstuvwxyz0123456789+/";

	while (w->at < w->end) {
		size_t n = w->end - w->at < 3 ? w->end - w->at : 3;
		uint32_t v = take(w, (unsigned)n) << 8 * (3 - n);

		for (size_t i = 0; i < 4; i++)
			buf_addc(w->out, i > n ? '=' :
			         digits[v >> (18 - 6 * i) & 63]);
	}
}

static void put_field(struct text_writer *w, char field)
{
	switch (field) {
	case '1':
	case '2':
	case '4':
		put_number(w, (unsigned)(field - '0'));
		break;
	case 't':
		put_type(w);
		break;
	case 'n':
		put_name(w);
		break;
	case 'a':
		put_address(w, AF_INET, 4);
		break;
	case '6':
		put_address(w, AF_INET6, 16);
		break;
	case 's':
		put_strings(w);
		break;
	case 'b':
		put_base64(w);
		break;
	default:
		put_hex(w);
	}
}

void dns_rr_text(const struct dns_msg *m, const struct dns_rr *rr,
                 struct buf *out)
{
	const char *layout = dns_type_layout(rr->type);
	struct text_writer w = {
		.m = m,
		.at = rr->rdata,
		.end = rr->rdata + rr->rdlen,
		.out = out,
	};

	if (rr->bad || *layout == 'x') {
		buf_addf(out, "\\# %u%s", rr->rdlen, rr->rdlen ? " " : "");
		put_hex(&w);
		return;
	}
	for (const char *f = layout; *f; f++) {
		if (f > layout)
			buf_addc(out, ' ');
		put_field(&w, *f);
	}
}
