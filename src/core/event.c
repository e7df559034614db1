#include "config.h"

#include "core/event.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

static int find(const char *const *names, int count, const char *word)
{
	for (int i = 0; i < count; i++)
		if (strcmp(names[i], word) == 0)
			return i;
	return -1;
}

/* One list of words a type: NAME gives enum -> word, FIND word -> enum. */
#define WORDS(type, prefix, count, ...)                                        \
	static const char *const prefix##_words[] = { __VA_ARGS__ };           \
	_Static_assert(sizeof prefix##_words / sizeof *prefix##_words ==       \
	                   (count), "a word for each " #type);                 \
	const char *prefix##_name(enum type v)                                 \
	{                                                                      \
		assert((int)v >= 0 && (int)v < (count));                       \
		return prefix##_words[v];                                      \
	}                                                                      \
	int prefix##_find(const char *word)                                    \
	{                                                                      \
		return find(prefix##_words, (count), word);                    \
	}

#define EVENT_WORD(id, name) name,
WORDS(event_kind, event_kind, EVENT_KIND_COUNT, EVENT_KINDS(EVENT_WORD))
#define STATE_WORD(id, name, help) name,
WORDS(state, state, STATE_COUNT, STATES(STATE_WORD))
WORDS(dns_status, dns_status, DNS_STATUS_COUNT, "noerror", "nxdomain",
      "nodata", "servfail", "refused", "formerr", "notimp", "other",
      "timeout", "unreachable", "malformed", "loop", "badname", "cancelled")
WORDS(route_kind, route_kind, ROUTE_KIND_COUNT, "mx", "implicit", "null",
      "literal", "host", "none", "nxdomain", "noaddress", "nohost", "loop",
      "badname", "temp")
WORDS(fail_phase, fail_phase, PHASE_COUNT, "dns", "connect", "greeting",
      "tls", "dialog")
WORDS(fail_kind, fail_kind, FAIL_KIND_COUNT, "refused", "timeout", "reset",
      "closed", "unreachable", "protocol", "tls", "limit", "cancelled",
      "local")
WORDS(bytes_why, bytes_why, BYTES_WHY_COUNT, "partial", "overlong",
      "dropped", "after_starttls")
WORDS(level, level, LEVEL_COUNT, "info", "warn", "bad")
WORDS(grade, grade, GRADE_COUNT, "pass", "note", "warn", "bad", "unknown")
WORDS(outcome, outcome, OUTCOME_COUNT, "accepted", "mixed", "deferred",
      "refused", "unreachable", "protocol", "tls", "auth", "cancelled",
      "local")
WORDS(act, act, ACT_COUNT, "nobody", "recipient", "sender_address",
      "sender_host", "sender_auth", "message", "server", "rate", "network",
      "us", "unknown")
WORDS(confidence, confidence, CONFIDENCE_COUNT, "sure", "likely", "guess")

#define STATE_HELP(id, name, help) help,
static const char *const state_helps[] = { STATES(STATE_HELP) };

const char *state_help(enum state s)
{
	return state_helps[s];
}

#define FIXED(member)                                                          \
	(offsetof(struct event, u) + sizeof(((struct event *)0)->u.member))

size_t event_fixed_size(enum event_kind k)
{
	static const size_t sizes[EVENT_KIND_COUNT] = {
		[EV_START] = FIXED(start),
		[EV_DNS] = FIXED(dns),
		[EV_ROUTE] = FIXED(route),
		[EV_CONNECTING] = FIXED(connect),
		[EV_CONNECTED] = FIXED(connect),
		[EV_TLS] = FIXED(tls),
		[EV_FAILED] = FIXED(failed),
		[EV_SENT] = FIXED(sent),
		[EV_REPLY] = FIXED(reply),
		[EV_BYTES] = FIXED(bytes),
		[EV_MESSAGE] = FIXED(message),
		[EV_STATE] = FIXED(state),
		[EV_FINDING] = FIXED(finding),
		[EV_CHECK] = FIXED(check),
		[EV_VERDICT] = FIXED(verdict),
		[EV_CLOSED] = FIXED(closed),
		[EV_END] = FIXED(end),
		[EV_PROMPT] = FIXED(prompt),
		[EV_ASK] = FIXED(ask),
	};

	return (sizes[k] + 7) & ~(size_t)7; /* the payload is 8-aligned */
}

static const char *payload(const struct event *e)
{
	return (const char *)e + event_fixed_size(e->kind);
}

struct event *event_copy(const struct event *e)
{
	return memcpy(xmalloc(e->size), e, e->size);
}

const char *event_text(const struct event *e, struct ev_ref r)
{
	return r.len ? payload(e) + r.off : "";
}

/* The payload is 8-aligned and arrays in it are, so the cast is sound. */
static const void *array(const struct event *e, struct ev_ref r)
{
	return (const void *)(payload(e) + r.off);
}

struct ev_ref event_item(const struct event *e, struct ev_ref r, uint32_t i)
{
	assert(i < r.len);
	return ((const struct ev_ref *)array(e, r))[i];
}

const char *event_item_text(const struct event *e, struct ev_ref r,
                            uint32_t i)
{
	return event_text(e, event_item(e, r, i));
}

const struct ev_rr *event_rr(const struct event *e, uint32_t i)
{
	assert(e->kind == EV_DNS && i < e->u.dns.answers.len);
	return (const struct ev_rr *)array(e, e->u.dns.answers) + i;
}

const struct ev_host *event_host(const struct event *e, uint32_t i)
{
	assert(e->kind == EV_ROUTE && i < e->u.route.hosts.len);
	return (const struct ev_host *)array(e, e->u.route.hosts) + i;
}

const struct ev_cert *event_cert(const struct event *e, uint32_t i)
{
	assert(e->kind == EV_TLS && i < e->u.tls.chain.len);
	return (const struct ev_cert *)array(e, e->u.tls.chain) + i;
}

const struct ev_trace *event_trace(const struct event *e, uint32_t i)
{
	assert(e->kind == EV_CHECK && i < e->u.check.trace.len);
	return (const struct ev_trace *)array(e, e->u.check.trace) + i;
}

enum { PAYLOAD_FIRST = 255 };

void event_begin(struct event_builder *b, enum event_kind k)
{
	*b = (struct event_builder){ .e.kind = (uint8_t)k };
}

struct ev_ref event_put(struct event_builder *b, const void *s, size_t len)
{
	struct ev_ref r = { (uint32_t)b->payload.len, (uint32_t)len };

	if (len == 0)
		return (struct ev_ref){ 0, 0 };
	if (!b->payload.size) /* fits most: else it would grow step by step */
		buf_reserve(&b->payload, PAYLOAD_FIRST);
	buf_add(&b->payload, s, len);
	buf_addc(&b->payload, '\0');
	return r;
}

struct ev_ref event_puts(struct event_builder *b, const char *s)
{
	return event_put(b, s, strlen(s));
}

struct ev_ref event_put_array(struct event_builder *b, const void *items,
                              size_t size, size_t count)
{
	static const char zeros[8];
	struct ev_ref r;

	buf_add(&b->payload, zeros, -b->payload.len & 7);
	r = (struct ev_ref){ (uint32_t)b->payload.len, (uint32_t)count };
	buf_add(&b->payload, items, size * count);
	return r;
}

struct ev_ref event_put_texts(struct event_builder *b,
                              const char *const *texts, size_t count)
{
	struct ev_ref *refs = xcalloc(count, sizeof *refs);
	struct ev_ref r;

	for (size_t i = 0; i < count; i++)
		refs[i] = event_puts(b, texts[i]);
	r = event_put_array(b, refs, sizeof *refs, count);
	free(refs);
	return r;
}

struct event *event_finish(struct event_builder *b)
{
	size_t fixed = event_fixed_size(b->e.kind);
	struct event *e = xmalloc(fixed + b->payload.len);
	size_t have = fixed < sizeof b->e ? fixed : sizeof b->e;

	b->e.size = (uint32_t)(fixed + b->payload.len);
	memcpy(e, &b->e, have);
	if (b->payload.len)
		memcpy((char *)e + fixed, b->payload.data, b->payload.len);
	buf_clear(&b->payload);
	return e;
}
