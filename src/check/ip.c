#include "config.h"

#include "check/ip.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <string.h>

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

void ip_from_octets(struct ip *out, const uint8_t *octets, size_t size)
{
	*out = (struct ip){ .size = (uint8_t)size };
	if (size == 16 && memcmp(octets, mapped, sizeof mapped) == 0) {
		out->size = 4;
		octets += sizeof mapped;
	}
	memcpy(out->octets, octets, out->size);
}

bool ip_parse(struct ip *out, const char *text)
{
	uint8_t octets[16];

	if (inet_pton(AF_INET, text, octets) == 1)
		ip_from_octets(out, octets, 4);
	else if (inet_pton(AF_INET6, text, octets) == 1)
		ip_from_octets(out, octets, 16);
	else
		return false;
	return true;
}

char *ip_text(const struct ip *ip, char out[IP_TEXT_MAX])
{
	inet_ntop(ip->size == 4 ? AF_INET : AF_INET6, ip->octets, out,
	          IP_TEXT_MAX);
	return out;
}

bool ip_equal(const struct ip *a, const struct ip *b)
{
	return a->size == b->size && memcmp(a->octets, b->octets, a->size) == 0;
}

bool ip_under(const struct ip *ip, const struct ip *net, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;
	uint8_t mask = (uint8_t)(0xff00u >> rest);

	assert(bits <= net->size * 8u);
	if (ip->size != net->size ||
	    memcmp(ip->octets, net->octets, whole) != 0)
		return false;
	return rest == 0 ||
	       ((ip->octets[whole] ^ net->octets[whole]) & mask) == 0;
}

bool ip_near_answer(const struct dns_answer *a, const struct ip *ip,
                    const uint8_t bits[2])
{
	for (size_t i = 0; i < a->n; i++) {
		const struct dns_rr *rr = answer_rr(a, i);
		struct ip other;

		if (rr->bad)
			continue;
		ip_from_octets(&other, dns_rr_address(&a->msg, rr),
		               a->type == RR_A ? 4 : 16);
		if (other.size == ip->size &&
		    ip_under(ip, &other, bits[ip->size == 16]))
			return true;
	}
	return false;
}

bool ip_in_answer(const struct dns_answer *a, const struct ip *ip)
{
	static const uint8_t whole[2] = { 32, 128 };

	return ip_near_answer(a, ip, whole);
}

/* One label in front of what is in out at *at, growing towards its start. */
static void prepend(uint8_t *wire, size_t *at, const char *label)
{
	size_t len = strlen(label);

	*at -= len + 1;
	wire[*at] = (uint8_t)len;
	memcpy(wire + *at + 1, label, len);
}

bool ip_name(struct dns_name *out, const struct ip *ip,
             const struct dns_name *suffix)
{
	enum { LABELS_MAX = 64 }; /* 32 nibbles with their lengths */
	uint8_t wire[LABELS_MAX];
	size_t at = sizeof wire, len;
	char label[4];

	for (size_t i = 0; i < ip->size; i++) {
		unsigned octet = ip->octets[i];

		if (ip->size == 4) {
			snprintf(label, sizeof label, "%u", octet);
			prepend(wire, &at, label);
			continue;
		}
		snprintf(label, sizeof label, "%x", octet >> 4);
		prepend(wire, &at, label);
		snprintf(label, sizeof label, "%x", octet & 15);
		prepend(wire, &at, label);
	}
	len = sizeof wire - at;
	if (len + suffix->len > DNS_NAME_MAX)
		return false;
	memcpy(out->wire, wire + at, len);
	memcpy(out->wire + len, suffix->wire, suffix->len);
	out->len = (uint8_t)(len + suffix->len);
	return true;
}

void ip_reverse_name(struct dns_name *out, const struct ip *ip)
{
	struct dns_name tree;

	dns_name_parse(&tree, ip->size == 4 ? "in-addr.arpa" : "ip6.arpa");
	ip_name(out, ip, &tree);
}

char *ip_dotted(const struct ip *ip, char out[IP_DOTTED_MAX])
{
	char *p = out;

	if (ip->size == 4)
		return ip_text(ip, out);
	for (size_t i = 0; i < ip->size; i++)
		p += snprintf(p, 5, i ? ".%x.%x" : "%x.%x",
		              ip->octets[i] >> 4, ip->octets[i] & 15u);
	return out;
}
