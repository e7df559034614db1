/*
 * route: from a mail domain to a list of hosts and addresses in the order of
 * trying (RFC 5321 §5.1, RFC 7505). Pure functions over facts; any thread.
 *
 *     do {
 *             route_clear(&route);
 *             route_find(&route, facts, &query);
 *             look up route.needs, facts_add() each
 *     } while (route.n_needs);
 */
#ifndef CORE_ROUTE_H
#define CORE_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/answer.h"
#include "core/event.h"
#include "core/target.h"

enum {
	ROUTE_HOSTS_MAX = 100,    /* exchanges whose addresses are looked up */
	ROUTE_ADDRESSES_MAX = 32, /* addresses kept of one host */
	ROUTE_MANY = 10,          /* more exchanges than this is a finding */
	ROUTE_ARGS_MAX = 4,       /* of a finding */
};

/* What kind of address this is; all but PUBLIC are asked about when they come
 * from DNS. name: also the end of the finding "addr-..." */
#define ADDRESS_CLASSES(X)                                                     \
	X(ADDR_PUBLIC, "public")                                               \
	X(ADDR_LOOPBACK, "loopback")       /* 127.0.0.0/8, ::1 */              \
	X(ADDR_UNSPECIFIED, "unspecified") /* 0.0.0.0/8, :: */                 \
	X(ADDR_PRIVATE, "private")         /* RFC 1918 */                      \
	X(ADDR_CGN, "cgn")                 /* 100.64.0.0/10, RFC 6598 */       \
	X(ADDR_ULA, "ula")                 /* fc00::/7, RFC 4193 */            \
	X(ADDR_LINKLOCAL, "linklocal")     /* 169.254.0.0/16, fe80::/10 */     \
	X(ADDR_MULTICAST, "multicast")     /* and 240.0.0.0/4, broadcast */    \
	X(ADDR_INVALID, "invalid")         /* no address at all */

#define ADDRESS_ENUM(id, name) id,
enum address_class { ADDRESS_CLASSES(ADDRESS_ENUM) ADDRESS_CLASS_COUNT };
#undef ADDRESS_ENUM

/* text: numeric IPv4 or IPv6, no brackets. IPv4 inside IPv6 (mapped, 6to4,
 * NAT64 64:ff9b::/96) is judged by the IPv4 address in it. */
enum address_class address_classify(const char *text);
const char *address_class_name(enum address_class c);

struct route_query {
	const char *domain; /* target.domain: A-label text or an address */
	enum target_kind kind;
	int family;         /* 0 both, 4, 6 */
	uint64_t seed;      /* of the shuffle; the caller makes it random */
};

struct route_need {
	struct dns_name name;
	uint16_t type;
};

struct route_address {
	char text[46];            /* numeric */
	enum address_class class;
	uint32_t ttl;
};

/* Why a host cannot be used. Stable: recordings hold these ids. */
#define ROUTE_REASONS(X)                                                       \
	X("mx-nxdomain") X("mx-nodata") X("mx-temp") X("mx-loop")              \
	X("mx-badname") X("mx-ip") X("mx-localhost") X("mx-null")              \
	X("mx-limit") X("mx-family")

struct route_host {
	char *host;          /* as received, no last dot; or the address */
	uint16_t preference; /* 0 for implicit, host and literal */
	const char *why;     /* of ROUTE_REASONS; "" when usable */
	struct route_address *addresses; /* n_addresses, in order of trying */
	size_t n_addresses;  /* 0 exactly when unusable */
};

struct route_finding {
	const char *id;  /* findings.tsv */
	char *args[ROUTE_ARGS_MAX]; /* n_args, owned; bytes of the net, not
	                             * escaped */
	size_t n_args;
};

struct route {
	enum route_kind kind;   /* valid when n_needs is 0 */
	enum dns_status cause;  /* ROUTE_TEMP: what the lookup ended in */
	char *domain;
	struct route_host *hosts; /* n_hosts, in order of trying */
	size_t n_hosts;
	struct route_need *needs; /* n_needs lookups still to be made */
	size_t n_needs;
	struct route_finding *findings; /* n_findings, no id and args twice */
	size_t n_findings;
	uint32_t ttl;           /* of the MX answer or what took its place */
};

/* Fills out, which the caller clears. By query->kind one of the three: */
void route_find(struct route *out, const struct facts *f,
                const struct route_query *query);
void route_mx(struct route *out, const struct facts *f,
              const struct route_query *query);
void route_addresses(struct route *out, const struct facts *f,
                     const struct route_query *query);
void route_literal(struct route *out, const struct route_query *query);
void route_clear(struct route *r);

/* Adds what the target itself gives cause for: v6-untagged, single-label,
 * idn-*. */
void route_note_target(struct route *r, const struct target *t);

/* Begins and fills an EV_ROUTE in b; the caller sets n, t_us, target. */
void route_event(struct event_builder *b, const struct route *r);
/* Begins and fills the EV_FINDING of findings[i]; about: n of the event. */
void route_finding_event(struct event_builder *b, const struct route *r,
                         size_t i, uint32_t about);

#endif
