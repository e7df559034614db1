#include "config.h"

#include "core/dns.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct type_row {
	uint16_t type;
	const char *name, *layout;
};

#define TYPE_ROW(id, number, name, layout) { number, name, layout },
static const struct type_row type_rows[] = { DNS_TYPES(TYPE_ROW) };
#undef TYPE_ROW

static const char *const rcode_names[] = { /* RFC 6895 §2.3 */
	"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED",
	"YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE",
	[16] = "BADVERS",
};

static const char *const ede_names[] = { /* RFC 8914 §4, RFC 9567 §4.1 */
	"Other Error", "Unsupported DNSKEY Algorithm",
	"Unsupported DS Digest Type", "Stale Answer", "Forged Answer",
	"DNSSEC Indeterminate", "DNSSEC Bogus", "Signature Expired",
	"Signature Not Yet Valid", "DNSKEY Missing", "RRSIGs Missing",
	"No Zone Key Bit Set", "NSEC Missing", "Cached Error", "Not Ready",
	"Blocked", "Censored", "Filtered", "Prohibited",
	"Stale NXDOMAIN Answer", "Not Authoritative", "Not Supported",
	"No Reachable Authority", "Network Error", "Invalid Data",
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const struct type_row *type_row(uint16_t type)
{
	for (size_t i = 0; i < COUNT(type_rows); i++)
		if (type_rows[i].type == type)
			return &type_rows[i];
	return NULL;
}

const char *dns_type_text(uint16_t type, char out[10])
{
	const struct type_row *row = type_row(type);

	if (row)
		snprintf(out, 10, "%s", row->name);
	else
		snprintf(out, 10, "TYPE%u", (unsigned)type);
	return out;
}

const char *dns_type_layout(uint16_t type)
{
	const struct type_row *row = type_row(type);

	return row ? row->layout : "x";
}

uint16_t dns_type_find(const char *word)
{
	unsigned long n;
	char *end;

	for (size_t i = 0; i < COUNT(type_rows); i++)
		if (strcasecmp(type_rows[i].name, word) == 0)
			return type_rows[i].type;
	if (strncasecmp(word, "TYPE", 4) != 0 || word[4] < '0' ||
	    word[4] > '9')
		return 0;
	n = strtoul(word + 4, &end, 10);
	return *end == '\0' && n <= UINT16_MAX ? (uint16_t)n : 0;
}

const char *dns_rcode_text(unsigned rcode, char out[10])
{
	if (rcode < COUNT(rcode_names) && rcode_names[rcode])
		snprintf(out, 10, "%s", rcode_names[rcode]);
	else
		snprintf(out, 10, "RCODE%u", rcode & 0xfff);
	return out;
}

const char *dns_ede_text(uint16_t code)
{
	return code < COUNT(ede_names) ? ede_names[code] : "";
}

/* One character of a label, maybe as \c or \DDD; -1: a broken escape. */
static int label_char(const char **text)
{
	const char *s = *text;
	int value = 0;

	if (*s != '\\') {
		(*text)++;
		return (unsigned char)*s;
	}
	s++;
	if (*s < '0' || *s > '9') {
		*text = s + 1;
		return *s ? (unsigned char)*s : -1;
	}
	for (int i = 0; i < 3; i++, s++) {
		if (*s < '0' || *s > '9')
			return -1;
		value = value * 10 + (*s - '0');
	}
	*text = s;
	return value <= 255 ? value : -1;
}

/* One label up to its dot or the end, into wire, of which room is left. */
static enum dns_name_error label_parse(uint8_t *wire, size_t room,
                                       const char **text)
{
	size_t len = 0;

	while (**text && **text != '.') {
		int c = label_char(text);

		if (c < 0)
			return DNS_NAME_ESCAPE;
		if (len == DNS_LABEL_MAX)
			return DNS_NAME_LABEL_LONG;
		if (len + 1 >= room)
			return DNS_NAME_LONG;
		wire[++len] = (uint8_t)c;
	}
	wire[0] = (uint8_t)len;
	return len ? DNS_NAME_OK : DNS_NAME_EMPTY_LABEL;
}

enum dns_name_error dns_name_parse(struct dns_name *n, const char *text)
{
	size_t at = 0;

	if (strcmp(text, ".") == 0)
		text++;
	else if (!*text)
		return DNS_NAME_EMPTY_LABEL;
	while (*text) {
		/* one octet stays free for the root label */
		size_t room = DNS_NAME_MAX - 1 - at;
		enum dns_name_error e;

		if (room < 2)
			return DNS_NAME_LONG;
		e = label_parse(n->wire + at, room, &text);
		if (e)
			return e;
		at += 1u + n->wire[at];
		if (*text == '.')
			text++;
	}
	n->wire[at++] = 0;
	n->len = (uint8_t)at;
	return DNS_NAME_OK;
}

static char *put_label_char(char *out, uint8_t c)
{
	if (c <= ' ' || c >= 0x7f)
		return out + snprintf(out, 5, "\\%03u", c);
	if (strchr(".\\\"();@$", c))
		*out++ = '\\';
	*out++ = (char)c;
	return out;
}

char *dns_name_host(const struct dns_name *n, char out[DNS_NAME_TEXT_MAX])
{
	char *p = out;

	for (size_t at = 0; n->wire[at];) {
		size_t end = at + 1 + n->wire[at];

		if (at)
			*p++ = '.';
		while (++at < end)
			p = put_label_char(p, n->wire[at]);
	}
	if (p == out)
		*p++ = '.';
	*p = '\0';
	return out;
}

char *dns_name_text(const struct dns_name *n, char out[DNS_NAME_TEXT_MAX])
{
	size_t len = strlen(dns_name_host(n, out));

	if (!dns_name_is_root(n))
		memcpy(out + len, ".", 2);
	return out;
}

/* Length octets are below 'A', so a whole name may be folded at once. */
static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 'a' - 'A') : c;
}

static bool same_octets(const uint8_t *a, const uint8_t *b, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (lower(a[i]) != lower(b[i]))
			return false;
	return true;
}

bool dns_name_equal(const struct dns_name *a, const struct dns_name *b)
{
	return a->len == b->len && same_octets(a->wire, b->wire, a->len);
}

int dns_name_compare(const struct dns_name *a, const struct dns_name *b)
{
	if (a->len != b->len)
		return a->len < b->len ? -1 : 1;
	for (size_t i = 0; i < a->len; i++)
		if (lower(a->wire[i]) != lower(b->wire[i]))
			return lower(a->wire[i]) - lower(b->wire[i]);
	return 0;
}

bool dns_name_under(const struct dns_name *n, const struct dns_name *suffix)
{
	size_t at = 0;

	while (n->len - at > suffix->len)
		at += 1u + n->wire[at];
	return n->len - at == suffix->len &&
	       same_octets(n->wire + at, suffix->wire, suffix->len);
}

bool dns_name_is_root(const struct dns_name *n)
{
	return n->wire[0] == 0;
}

void dns_name_lower(struct dns_name *n)
{
	for (size_t i = 0; i < n->len; i++)
		n->wire[i] = lower(n->wire[i]);
}

unsigned dns_name_labels(const struct dns_name *n)
{
	unsigned count = 0;

	for (size_t at = 0; n->wire[at]; at += 1u + n->wire[at])
		count++;
	return count;
}

void dns_name_parent(struct dns_name *n)
{
	size_t cut = 1u + n->wire[0];

	if (dns_name_is_root(n))
		return;
	memmove(n->wire, n->wire + cut, n->len - cut);
	n->len = (uint8_t)(n->len - cut);
}

bool dns_name_replace(struct dns_name *n, const struct dns_name *from,
                      const struct dns_name *to)
{
	size_t keep;

	assert(dns_name_under(n, from) && n->len > from->len);
	keep = (size_t)n->len - from->len;
	if (keep + to->len > DNS_NAME_MAX)
		return false;
	memcpy(n->wire + keep, to->wire, to->len);
	n->len = (uint8_t)(keep + to->len);
	return true;
}
