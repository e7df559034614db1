#include "config.h"

#include "core/mask_book.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/mask.h"
#include "core/mask_book_priv.h"
#include "core/route.h"
#include "util/buf.h"
#include "util/xalloc.h"

enum {
	TABLE_FIRST = 256,
	NET = 254,      /* hosts of a /24 */
	BENCH = 131071, /* of 198.18.0.0/15 */
	DIGIT_FORMS = 5,
	BOOK_DIGEST_MAX = 256, /* hex digits; none in use is longer */
};

struct row {
	char *key; /* as it was met first, len bytes; owned, NULL: no row */
	size_t len;
	char *alias; /* owned */
	enum book_kind kind;
};

struct book {
	const struct mask_keep *keep;
	struct row *rows; /* n of size places, found by hash */
	size_t n, size;
	size_t words;
	unsigned long last[BOOK_KINDS]; /* number given last */
	unsigned long ranges[ADDRESS_CLASS_COUNT][2]; /* IPv4, IPv6 */
	char lent[64]; /* the alias of what is not entered */
	struct buf name;
	bool learn;
};

struct book *book_new(const struct mask_keep *keep)
{
	struct book *b = xcalloc(1, sizeof *b);

	b->keep = keep;
	b->size = TABLE_FIRST;
	b->rows = xcalloc(b->size, sizeof *b->rows);
	return b;
}

void book_free(struct book *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < b->size; i++) {
		free(b->rows[i].key);
		free(b->rows[i].alias);
	}
	free(b->rows);
	buf_clear(&b->name);
	free(b);
}

void book_learn(struct book *b, bool on)
{
	b->learn = on;
}

bool book_learns(const struct book *b)
{
	return b->learn;
}

bool book_has_words(const struct book *b)
{
	return b->words > 0;
}

/* --- the table */

static unsigned char lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

static uint64_t hash(enum book_kind kind, const char *text, size_t len)
{
	uint64_t h = UINT64_C(14695981039346656037) ^ (unsigned)kind;

	for (size_t i = 0; i < len; i++)
		h = (h ^ lower(text[i])) * UINT64_C(1099511628211);
	return h ^ h >> 29;
}

static bool is_row(const struct row *r, enum book_kind kind, const char *text,
                   size_t len)
{
	if (r->kind != kind || r->len != len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (lower(r->key[i]) != lower(text[i]))
			return false;
	return true;
}

static struct row *place(const struct book *b, enum book_kind kind,
                         const char *text, size_t len)
{
	size_t i = hash(kind, text, len) & (b->size - 1);

	while (b->rows[i].key && !is_row(&b->rows[i], kind, text, len))
		i = (i + 1) & (b->size - 1);
	return &b->rows[i];
}

static void grow(struct book *b)
{
	struct row *old = b->rows;
	size_t size = b->size;

	b->size = 2 * size;
	b->rows = xcalloc(b->size, sizeof *b->rows);
	for (size_t i = 0; i < size; i++)
		if (old[i].key)
			*place(b, old[i].kind, old[i].key, old[i].len) = old[i];
	free(old);
}

const char *book_find(const struct book *b, enum book_kind kind,
                      const char *text, size_t len)
{
	return place(b, kind, text, len)->alias;
}

const char *book_enter(struct book *b, enum book_kind kind, const char *text,
                       size_t len, char *alias)
{
	struct row *r;

	if (2 * b->n >= b->size)
		grow(b);
	r = place(b, kind, text, len);
	*r = (struct row){ .key = xmemdup0(text, len), .len = len,
		.alias = alias, .kind = kind };
	b->n++;
	b->words += kind == BOOK_WORD;
	return alias;
}

const char *book_whose(const struct book *b, const char *alias, size_t len)
{
	for (size_t i = 0; i < b->size; i++) {
		const struct row *r = &b->rows[i];

		if (r->key && r->kind != BOOK_WORD && *r->alias &&
		    r->kind != BOOK_DIGEST && strlen(r->alias) == len &&
		    strncasecmp(r->alias, alias, len) == 0)
			return r->key;
	}
	return NULL;
}

bool book_is_full(const struct book *b)
{
	return b->n >= BOOK_MAX;
}

unsigned long book_number(struct book *b, enum book_kind kind)
{
	return ++b->last[kind];
}

bool book_keeps(const struct book *b, const char *name, size_t len)
{
	return b->keep && b->keep->name && b->keep->name(name, len);
}

struct buf *book_scratch(struct book *b)
{
	buf_reset(&b->name);
	return &b->name;
}

const char *book_lend(struct book *b, const char *text)
{
	snprintf(b->lent, sizeof b->lent, "%s", text);
	return b->lent;
}

/* --- words and local parts */

bool book_is_role(const char *text, size_t len)
{
	static const char *const roles[] = { "postmaster", "abuse", "noc",
		"security", "hostmaster", "webmaster", "mailer-daemon" };
	size_t i = 0, k = 0;

	for (; k < sizeof roles / sizeof *roles; k++) {
		for (i = 0; i < len && roles[k][i] == lower(text[i]); i++)
			;
		if (i == len && !roles[k][i])
			return true;
	}
	return false;
}

static bool is_ordinary(const struct book *b, const char *text, size_t len)
{
	char word[64];

	if (!b->keep || !b->keep->word || len >= sizeof word)
		return false;
	for (size_t i = 0; i < len; i++)
		word[i] = (char)lower(text[i]);
	return b->keep->word(word, len);
}

void book_add_word(struct book *b, const char *text, size_t len,
                   const char *alias)
{
	bool ordinary;

	if (len < BOOK_WORD_MIN || book_is_full(b) ||
	    book_find(b, BOOK_WORD, text, len) ||
	    book_find(b, BOOK_ORDINARY, text, len))
		return;
	ordinary = book_is_role(text, len) || is_ordinary(b, text, len);
	book_enter(b, ordinary ? BOOK_ORDINARY : BOOK_WORD, text, len,
	           xstrdup(ordinary ? "" : alias));
}

const char *book_word(const struct book *b, const char *text, size_t len)
{
	return len < BOOK_WORD_MIN ? NULL : book_find(b, BOOK_WORD, text, len);
}

const char *book_local(struct book *b, const char *text, size_t len)
{
	const char *alias = book_find(b, BOOK_LOCAL, text, len);
	const char *plus = memchr(text, '+', len);

	if (alias)
		return alias;
	if (book_is_full(b))
		return "user0";
	alias = book_enter(b, BOOK_LOCAL, text, len,
	                   xasprintf("user%lu", book_number(b, BOOK_LOCAL)));
	book_add_word(b, text, len, alias);
	if (plus && plus > text) /* the mailbox of a tagged address */
		book_local(b, text, (size_t)(plus - text));
	return alias;
}

const char *book_other(struct book *b, enum book_kind kind, const char *text,
                       size_t len)
{
	static const char *const words[BOOK_KINDS] = {
		[BOOK_LABEL] = "label", [BOOK_DIGEST] = "key",
		[BOOK_TEXT] = "text",
	};
	const char *alias = book_find(b, kind, text, len);
	bool hex = kind == BOOK_DIGEST && len <= BOOK_DIGEST_MAX;
	unsigned long n;

	for (size_t i = 0; hex && i < len; i++)
		hex = isxdigit((unsigned char)text[i]);
	if (alias)
		return alias;
	n = book_is_full(b) ? 0 : book_number(b, kind);
	if (!n) {
		snprintf(b->lent, sizeof b->lent, "%s0", words[kind]);
		return b->lent;
	}
	return book_enter(b, kind, text, len,
	                  hex ? xasprintf("%0*lu", (int)len, n)
	                      : xasprintf("%s%lu", words[kind], n));
}

/* --- addresses */

static char *ip4_text(uint32_t a)
{
	return xasprintf("%u.%u.%u.%u", a >> 24, a >> 16 & 255, a >> 8 & 255,
	                 a & 255);
}

static uint32_t new_ip4(struct book *b, enum address_class c)
{
	static const uint32_t nets[] = { 0xc0000200, 0xc6336400, 0xcb007100 };
	uint32_t n = (uint32_t)++b->ranges[c][0];

	switch (c) {
	case ADDR_PRIVATE: return 0x0a000000 | (n & 0xffffff);
	case ADDR_CGN: return 0x64400000 | (n & 0x3fffff);
	case ADDR_LINKLOCAL: return 0xa9fe0000 | (n & 0xffff);
	default: break;
	}
	if (n > 3 * NET + BENCH)
		return nets[0];
	if (n <= 3 * NET)
		return nets[(n - 1) / NET] | ((n - 1) % NET + 1);
	return 0xc6120000 | (n - 3 * NET);
}

static char *new_ip6(struct book *b, enum address_class c)
{
	unsigned long n = ++b->ranges[c][1];
	const char *net = c == ADDR_PUBLIC ? "2001:db8" :
	                  c == ADDR_LINKLOCAL ? "fe80" : "fd00";

	if (n > 0xffff)
		return xasprintf("%s::%lx:%lx", net, n >> 16, n & 0xffff);
	return xasprintf("%s::%lx", net, n);
}

/* The same address in other digits: hex, decimal, with hyphens, reversed. */
static void learn_digits(struct book *b, uint32_t from, uint32_t to)
{
	char words[2][DIGIT_FORMS][24];
	const uint32_t both[2] = { from, to };

	for (size_t i = 0; i < 2; i++) {
		uint32_t a = both[i];

		snprintf(words[i][0], 24, "%08x", a);
		snprintf(words[i][1], 24, "0x%08x", a);
		snprintf(words[i][2], 24, "%u", a);
		snprintf(words[i][3], 24, "%u-%u-%u-%u", a >> 24, a >> 16 & 255,
		         a >> 8 & 255, a & 255);
		snprintf(words[i][4], 24, "%u-%u-%u-%u", a & 255, a >> 8 & 255,
		         a >> 16 & 255, a >> 24);
	}
	for (size_t form = 0; form < DIGIT_FORMS; form++)
		book_add_word(b, words[0][form], strlen(words[0][form]),
		              words[1][form]);
}

static bool is_nobodys(enum address_class c)
{
	return c == ADDR_LOOPBACK || c == ADDR_UNSPECIFIED ||
	       c == ADDR_MULTICAST;
}

static const char *address4(struct book *b, const unsigned char *octets)
{
	uint32_t from = (uint32_t)octets[0] << 24 | (uint32_t)octets[1] << 16 |
	                (uint32_t)octets[2] << 8 | octets[3], to;
	char text[INET_ADDRSTRLEN];
	const char *alias;
	enum address_class c;

	inet_ntop(AF_INET, octets, text, sizeof text);
	alias = book_find(b, BOOK_ADDRESS, text, strlen(text));
	if (alias)
		return alias;
	c = address_classify(text);
	if (is_nobodys(c))
		return book_lend(b, text);
	if (book_is_full(b))
		return "192.0.2.0";
	to = new_ip4(b, c);
	learn_digits(b, from, to);
	return book_enter(b, BOOK_ADDRESS, text, strlen(text), ip4_text(to));
}

static const char *address6(struct book *b, const unsigned char *octets)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	char text[INET6_ADDRSTRLEN];
	const char *alias;
	enum address_class c;

	inet_ntop(AF_INET6, octets, text, sizeof text);
	alias = book_find(b, BOOK_ADDRESS, text, strlen(text));
	if (alias)
		return alias;
	c = address_classify(text);
	if (is_nobodys(c))
		return book_lend(b, text);
	if (book_is_full(b))
		return "2001:db8::";
	return book_enter(b, BOOK_ADDRESS, text, strlen(text),
	                  memcmp(octets, mapped, sizeof mapped) == 0
	                      ? xasprintf("::ffff:%s",
	                                  address4(b, octets + 12))
	                      : new_ip6(b, c));
}

/* "203.000.113.009": as some logs write it, and inet_pton() does not. */
static void without_zeros(const char *text, size_t len, char *out)
{
	bool begins = true;

	for (size_t i = 0; i < len; i++) {
		bool zero = begins && text[i] == '0' && i + 1 < len &&
		            isdigit((unsigned char)text[i + 1]);

		begins = text[i] == '.' || zero;
		if (!zero)
			*out++ = text[i];
	}
	*out = '\0';
}

const char *book_address(struct book *b, const char *text, size_t len)
{
	char copy[INET6_ADDRSTRLEN];
	unsigned char octets[16];

	if (len >= sizeof copy)
		return NULL;
	without_zeros(text, len, copy);
	if (inet_pton(AF_INET, copy, octets) == 1)
		return address4(b, octets);
	return inet_pton(AF_INET6, copy, octets) == 1 ? address6(b, octets)
	                                              : NULL;
}

bool book_knows(const struct book *b, enum book_kind kind, const char *text,
                size_t len)
{
	return book_find(b, kind, text, len) != NULL;
}
