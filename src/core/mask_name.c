#include "config.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/dns.h"
#include "core/idn.h"
#include "core/mask_book_priv.h"
#include "util/buf.h"
#include "util/xalloc.h"

enum {
	NIBBLES = 32,
	OCTETS = 4,
	PUBLIC_LABELS = 3, /* at most, of a public service's own name */
};

struct piece {
	const char *text;
	size_t len;
};

static bool is_text(struct piece p, const char *text)
{
	return p.len == strlen(text) && memcmp(p.text, text, p.len) == 0;
}

static size_t label_len(struct piece p)
{
	const char *dot = memchr(p.text, '.', p.len);

	return dot ? (size_t)(dot - p.text) : p.len;
}

/* What is behind the first n labels. */
static struct piece behind(struct piece p, size_t n)
{
	for (; n > 0; n--) {
		size_t len = label_len(p);

		len += len < p.len;
		p.text += len;
		p.len -= len;
	}
	return p;
}

static size_t count_labels(struct piece p)
{
	size_t n = 1;

	for (size_t i = 0; i < p.len; i++)
		n += p.text[i] == '.';
	return n;
}

static bool is_number(struct piece label)
{
	for (size_t i = 0; i < label.len; i++)
		if (label.text[i] < '0' || label.text[i] > '9')
			return false;
	return label.len > 0;
}

/* A label that says what a record is for (RFC 8552; mta-sts, RFC 8461). */
static bool is_service(struct piece p)
{
	static const char *const labels[] = { "_dmarc", "_domainkey",
		"_mta-sts", "_smtp", "_tls", "_tcp", "_udp", "_report", "_spf",
		"_adsp", "_bimi", "_submission", "_submissions", "mta-sts",
		"_netblocks", "*" };
	struct piece label = { p.text, label_len(p) };

	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
		if (is_text(label, labels[i]))
			return true;
	return label.len > 1 && label.text[0] == '_' &&
	       is_number((struct piece){ label.text + 1, label.len - 1 });
}

/* How many labels at the end make a domain that somebody registers: two, or
 * three below "co.uk" and its like. The list of all of them is not needed, as a
 * domain too many in one group hides no less. */
static size_t registered(struct piece p, size_t labels)
{
	static const char *const second[] = { "co", "com", "net", "org", "ac",
		"edu", "gov", "gob", "gv", "or", "ne", "go", "ltd", "plc",
		"mil", "nom" };
	struct piece last, before;

	if (labels < 3)
		return labels;
	last = behind(p, labels - 1);
	before = behind(p, labels - 2);
	before.len = label_len(before);
	for (size_t i = 0; last.len == 2 && i < sizeof second / sizeof *second;
	     i++)
		if (is_text(before, second[i]))
			return 3;
	return 2;
}

/* --- reversed addresses: 9.113.0.203.zen.example, 1.0.0.0 ... .ip6.arpa */

static bool is_nibbles(struct piece p)
{
	for (size_t i = 0; i < NIBBLES; i++, p = behind(p, 1))
		if (label_len(p) != 1 || !strchr("0123456789abcdef", *p.text))
			return false;
	return p.len > 0;
}

static bool is_octets(struct piece p)
{
	for (size_t i = 0; i < OCTETS; i++, p = behind(p, 1))
		if (label_len(p) > 3 ||
		    !is_number((struct piece){ p.text, label_len(p) }))
			return false;
	return p.len > 0 && !is_number((struct piece){ p.text, label_len(p) });
}

/* The first four labels, the last of them first. */
static void octets_text(struct piece p, char out[INET6_ADDRSTRLEN])
{
	size_t at = 0;

	for (size_t i = OCTETS; i > 0; i--) {
		struct piece label = behind(p, i - 1);

		at += (size_t)snprintf(out + at, INET_ADDRSTRLEN - at,
		                       i > 1 ? "%.*s." : "%.*s",
		                       (int)label_len(label), label.text);
	}
}

static void add_reversed4(struct buf *out, const char *alias)
{
	struct piece p = { alias, strlen(alias) };

	for (size_t i = OCTETS; i > 0; i--) {
		struct piece label = behind(p, i - 1);

		buf_add(out, label.text, label_len(label));
		buf_addc(out, '.');
	}
}

static void nibbles_text(struct piece p, char out[INET6_ADDRSTRLEN])
{
	for (size_t i = 0, at = 0; i < NIBBLES; i++) {
		out[at++] = p.text[2 * (NIBBLES - 1 - i)];
		if (i % 4 == 3)
			out[at++] = i == NIBBLES - 1 ? '\0' : ':';
	}
}

static void add_reversed6(struct buf *out, const char *alias)
{
	unsigned char octets[NIBBLES / 2];

	if (inet_pton(AF_INET6, alias, octets) == 1)
		for (size_t i = sizeof octets; i-- > 0;)
			buf_addf(out, "%x.%x.", octets[i] & 15, octets[i] >> 4);
}

/* Takes a reversed address from the front. */
static void add_reversed(struct book *b, struct buf *out, struct piece *p)
{
	char text[INET6_ADDRSTRLEN];
	const char *alias;

	if (is_nibbles(*p)) {
		nibbles_text(*p, text);
		alias = book_address(b, text, strlen(text));
		if (alias)
			add_reversed6(out, alias);
		*p = behind(*p, NIBBLES);
	} else if (is_octets(*p)) {
		octets_text(*p, text);
		alias = book_address(b, text, strlen(text));
		if (!alias) /* 300.1.2.3 */
			return;
		add_reversed4(out, alias);
		*p = behind(*p, OCTETS);
	}
}

/* --- hosts and domains */

/* "Hello ws17", "müller says no": many servers say the first label alone, in
 * either of its forms. */
static void learn_label(struct book *b, struct piece p, const char *alias)
{
	char word[32], *label, *unicode;

	if (!book_learns(b))
		return;
	label = xmemdup0(p.text, label_len(p));
	unicode = idn_to_unicode(label);
	snprintf(word, sizeof word, "%.*s", (int)strcspn(alias, "."), alias);
	book_add_word(b, label, strlen(label), word);
	if (unicode)
		book_add_word(b, unicode, strlen(unicode), word);
	free(label);
	free(unicode);
}

static const char *domain_alias(struct book *b, struct piece p)
{
	const char *alias = book_find(b, BOOK_DOMAIN, p.text, p.len);

	if (!alias && book_is_full(b))
		return "domain0.example";
	if (!alias)
		alias = book_enter(b, BOOK_DOMAIN, p.text, p.len,
		                   xasprintf("domain%lu.example",
		                             book_number(b, BOOK_DOMAIN)));
	if (label_len(p) > BOOK_WORD_MIN)
		learn_label(b, p, alias);
	return alias;
}

/* A host's name without anything before it; "localhost" is nobody's. */
static void add_host(struct book *b, struct buf *out, struct piece p,
                     bool exchanger)
{
	enum book_kind kind = exchanger ? BOOK_EXCHANGER : BOOK_NAME;
	size_t labels = count_labels(p), own = registered(p, labels);
	struct piece domain = behind(p, labels - own);
	const char *alias = book_find(b, BOOK_NAME, p.text, p.len);
	char *made;

	if (!alias && labels > 1 && labels == own) {
		buf_adds(out, domain_alias(b, domain));
	} else if (!alias && book_is_full(b)) {
		buf_adds(out, labels > 1 ? "host0.domain0.example" : "host0");
	} else if (!alias) {
		made = labels > 1
		    ? xasprintf("%s%lu.%s", exchanger ? "mx" : "host",
		                book_number(b, kind), domain_alias(b, domain))
		    : xasprintf("host%lu", book_number(b, kind));
		alias = book_enter(b, BOOK_NAME, p.text, p.len, made);
	}
	if (alias) {
		learn_label(b, p, alias);
		if (book_learns(b) && labels > own)
			domain_alias(b, domain); /* known before, or not */
		buf_adds(out, alias);
	}
}

static bool is_left(struct book *b, struct piece p)
{
	struct piece domain = behind(p, count_labels(p) -
	                                registered(p, count_labels(p)));

	if (p.len == 0 || is_text(p, "localhost") ||
	    is_text(p, "localhost.localdomain") || is_text(p, "arpa") ||
	    is_text(p, "in-addr.arpa") || is_text(p, "ip6.arpa"))
		return true;
	return !book_find(b, BOOK_DOMAIN, domain.text, domain.len) &&
	       !book_learns(b) && book_keeps(b, p.text, p.len);
}

/* Labels up to a service label: a DKIM selector, the domain of a report. */
static void add_left(struct book *b, struct buf *out, struct piece p)
{
	const char *alias;

	if (memchr(p.text, '.', p.len)) {
		add_host(b, out, p, false);
		return;
	}
	alias = book_other(b, BOOK_LABEL, p.text, p.len);
	buf_adds(out, alias);
	book_add_word(b, p.text, p.len, alias);
}

/* What is asked of a public list about a name stands before the list's own:
 * "nest.test.dbl.spamhaus.org". Taken from the front. */
static void add_asked(struct book *b, struct buf *out, struct piece *p)
{
	size_t labels = count_labels(*p);
	struct piece own;

	if (labels <= PUBLIC_LABELS)
		return;
	own = behind(*p, labels - PUBLIC_LABELS);
	add_left(b, out, (struct piece){ p->text,
	         (size_t)(own.text - p->text) - 1 });
	buf_addc(out, '.');
	*p = own;
}

/* Takes the labels before a service label, and it, from the front; else none
 * is taken. */
static bool add_service(struct book *b, struct buf *out, struct piece *p)
{
	struct piece at = *p;

	while (at.len > 0 && !is_service(at))
		at = behind(at, 1);
	if (at.len == 0 || label_len(at) == at.len)
		return false;
	if (at.text > p->text) {
		add_left(b, out, (struct piece){ p->text,
		         (size_t)(at.text - p->text) - 1 });
		buf_addc(out, '.');
	}
	buf_add(out, at.text, label_len(at) + 1);
	*p = behind(at, 1);
	return true;
}

/* The last two labels of the reverse tree stay; what is before them in another
 * form than that of an address is a label. */
static bool add_arpa(struct book *b, struct buf *out, struct piece p)
{
	static const char *const trees[] = { ".in-addr.arpa", ".ip6.arpa" };

	for (size_t i = 0; i < sizeof trees / sizeof *trees; i++) {
		size_t len = strlen(trees[i]);

		if (p.len <= len ||
		    memcmp(p.text + p.len - len, trees[i], len) != 0)
			continue;
		buf_adds(out, book_other(b, BOOK_LABEL, p.text, p.len - len));
		buf_adds(out, trees[i]);
		return true;
	}
	return false;
}

static void add_name(struct book *b, struct buf *out, struct piece p,
                     bool exchanger)
{
	while (add_service(b, out, &p))
		;
	add_reversed(b, out, &p);
	if (is_left(b, p)) {
		add_asked(b, out, &p);
		buf_add(out, p.text, p.len);
	} else if (!add_arpa(b, out, p)) {
		add_host(b, out, p, exchanger);
	}
}

/* As DNS compares it: lower case, A-labels. Heap. */
static char *canonical(const char *text, size_t len)
{
	char *name = xmemdup0(text, len), *ascii = NULL;

	for (char *p = name; p < name + len; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p |= 0x20;
	if (len > DNS_NAME_MAX || idn_is_ascii(name))
		return name;
	switch (idn_to_ascii(name, &ascii)) {
	case IDN_OK: case IDN_DEVIATES: case IDN_TRANSITIONAL:
		free(name);
		return ascii;
	default: return name;
	}
}

const char *book_name(struct book *b, const char *text, size_t len,
                      bool exchanger)
{
	bool dot = len > 1 && text[len - 1] == '.';
	char *name = canonical(text, len - dot);
	struct buf *out = book_scratch(b);

	add_name(b, out, (struct piece){ name, strlen(name) }, exchanger);
	if (dot)
		buf_addc(out, '.');
	free(name);
	return buf_str(out);
}

bool book_knows_name(struct book *b, const char *text, size_t len)
{
	char *name = canonical(text, len);
	struct piece p = { name, strlen(name) };
	size_t labels = count_labels(p);
	struct piece domain = behind(p, labels - registered(p, labels));
	bool known = book_find(b, BOOK_NAME, p.text, p.len) ||
	             book_find(b, BOOK_DOMAIN, domain.text, domain.len);

	free(name);
	return known;
}
