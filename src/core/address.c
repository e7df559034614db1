#include "config.h"

#include "core/route.h"

#include <arpa/inet.h>
#include <string.h>

struct prefix {
	uint8_t octets[16];
	uint8_t bits;
	enum address_class class;
};

/* IANA special-purpose registries (RFC 6890); the first that fits. Ranges for
 * documentation count as public: lessons and tests live there. */
static const struct prefix prefixes4[] = {
	{ { 0 }, 8, ADDR_UNSPECIFIED },
	{ { 10 }, 8, ADDR_PRIVATE },
	{ { 100, 64 }, 10, ADDR_CGN },
	{ { 127 }, 8, ADDR_LOOPBACK },
	{ { 169, 254 }, 16, ADDR_LINKLOCAL },
	{ { 172, 16 }, 12, ADDR_PRIVATE },
	{ { 192, 168 }, 16, ADDR_PRIVATE },
	{ { 224 }, 3, ADDR_MULTICAST }, /* and what is reserved above */
};

static const struct prefix prefixes6[] = {
	{ { 0 }, 128, ADDR_UNSPECIFIED },
	{ { [15] = 1 }, 128, ADDR_LOOPBACK },
	{ { 0xfc }, 7, ADDR_ULA },
	{ { 0xfe, 0x80 }, 10, ADDR_LINKLOCAL },
	{ { 0xfe, 0xc0 }, 10, ADDR_PRIVATE }, /* site-local, RFC 3879 */
	{ { 0xff }, 8, ADDR_MULTICAST },
};

/* Where an IPv4 address is inside an IPv6 one. */
static const struct embedding {
	uint8_t octets[16];
	uint8_t bits, at;
} embeddings[] = {
	{ { [10] = 0xff, [11] = 0xff }, 96, 12 },         /* mapped */
	{ { 0 }, 96, 12 },                                /* compatible */
	{ { 0, 0x64, 0xff, 0x9b }, 96, 12 },              /* RFC 6052 */
	{ { 0x20, 0x02 }, 16, 2 },                        /* 6to4 */
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

static bool fits(const uint8_t *addr, const uint8_t *prefix, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(addr, prefix, whole) != 0)
		return false;
	return !rest || (addr[whole] ^ prefix[whole]) >> (8 - rest) == 0;
}

static enum address_class find(const uint8_t *addr, const struct prefix *p,
                               size_t n)
{
	for (; n > 0; n--, p++)
		if (fits(addr, p->octets, p->bits))
			return p->class;
	return ADDR_PUBLIC;
}

static enum address_class classify6(const uint8_t *addr)
{
	enum address_class c = find(addr, prefixes6, COUNT(prefixes6));

	for (size_t i = 0; c == ADDR_PUBLIC && i < COUNT(embeddings); i++)
		if (fits(addr, embeddings[i].octets, embeddings[i].bits))
			return find(addr + embeddings[i].at, prefixes4,
			            COUNT(prefixes4));
	return c;
}

enum address_class address_classify(const char *text)
{
	uint8_t addr[16];

	if (inet_pton(AF_INET, text, addr) == 1)
		return find(addr, prefixes4, COUNT(prefixes4));
	if (inet_pton(AF_INET6, text, addr) == 1)
		return classify6(addr);
	return ADDR_INVALID;
}

const char *address_class_name(enum address_class c)
{
#define CLASS_NAME(id, name) name,
	static const char *const names[] = { ADDRESS_CLASSES(CLASS_NAME) };
#undef CLASS_NAME

	return names[c];
}
