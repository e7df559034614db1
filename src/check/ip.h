/*
 * ip: IPv4 and IPv6 addresses as numbers, and their names in the reverse
 * trees. Pure; any thread.
 */
#ifndef CHECK_IP_H
#define CHECK_IP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/answer.h"

enum { IP_TEXT_MAX = 46 }; /* longest numeric IPv6 with its NUL */

struct ip {
	uint8_t octets[16]; /* network order; IPv4: the first four */
	uint8_t size;       /* 4 or 16 */
};

/*
 * Numeric text, no brackets. An IPv4-mapped IPv6 address is the IPv4 address
 * (RFC 7208 §5). False: it is no address.
 */
bool ip_parse(struct ip *out, const char *text);
/* size: 4 or 16 octets, of A or AAAA RDATA; mapped addresses as above. */
void ip_from_octets(struct ip *out, const uint8_t *octets, size_t size);
/* Returns out. */
char *ip_text(const struct ip *ip, char out[IP_TEXT_MAX]);
bool ip_equal(const struct ip *a, const struct ip *b);
/* Do the first bits of both agree? Different families never do. */
bool ip_under(const struct ip *ip, const struct ip *net, unsigned bits);
/* Is ip one of the addresses of a, an answer for A or AAAA? */
bool ip_in_answer(const struct dns_answer *a, const struct ip *ip);
/* The same by the first bits[0] bits of IPv4, bits[1] of IPv6. */
bool ip_near_answer(const struct dns_answer *a, const struct ip *ip,
                    const uint8_t bits[2]);
/*
 * The name below suffix: octets or nibbles, last first. "7.2.0.192" below
 * in-addr.arpa (RFC 1035 §3.5), ip6.arpa (RFC 3596 §2.5) or a blocklist (RFC
 * 5782 §2). False: it would be longer than a name can be.
 */
bool ip_name(struct dns_name *out, const struct ip *ip,
             const struct dns_name *suffix);
/* The same below in-addr.arpa or ip6.arpa. */
void ip_reverse_name(struct dns_name *out, const struct ip *ip);
/* "192.0.2.3" or "2.0.0.1.0.d.b.8...": octets or nibbles in their order, with
 * dots between (RFC 7208 §7.3, macro letter i). Returns out. */
enum { IP_DOTTED_MAX = 65 }; /* the last dot is written before it goes */
char *ip_dotted(const struct ip *ip, char out[IP_DOTTED_MAX]);

#endif
