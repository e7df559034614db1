#include "config.h"

#include "net/socks.h"

#include <arpa/inet.h>
#include <assert.h>
#include <string.h>
#include <sys/socket.h>

#include "util/i18n.h"

enum {
	SOCKS_5 = 5, NO_LOGIN = 0, NONE_FITS = 0xff, /* RFC 1928 §3 */
	CONNECT = 1,                                 /* §4 */
	IPV4 = 1, NAME = 3, IPV6 = 4,                /* §5 */
	METHOD_LEN = 2,
	REPLY_CODE = 2, /* a refusal may be no longer than that */
	REPLY_HEAD = 5, /* up to the first octet of the address */
};

/* RFC 1928 §6, by the number in REP. A host that refuses is the server's own
 * doing; all else lies on the way. */
static const struct refusal {
	enum fail_kind kind;
	const char *why;
} refusals[] = {
	[1] = { FAIL_UNREACHABLE,
	        N_("it failed for a reason it does not say") },
	[2] = { FAIL_UNREACHABLE,
	        N_("its rules do not allow this connection") },
	[3] = { FAIL_UNREACHABLE, N_("no way leads to this network") },
	[4] = { FAIL_UNREACHABLE, N_("no way leads to this host") },
	[5] = { FAIL_REFUSED, N_("the host refused the connection") },
	[6] = { FAIL_UNREACHABLE, N_("the time to live ran out on the way") },
	[7] = { FAIL_UNREACHABLE, N_("it does not know the command CONNECT") },
	[8] = { FAIL_UNREACHABLE,
	        N_("it does not know this kind of address") },
};

static void fail(struct socks *s, enum fail_kind kind, const char *why)
{
	s->state = SOCKS_FAILED;
	s->kind = kind;
	s->why = why;
}

void socks_begin(struct socks *s, const char *address, uint16_t port)
{
	static const uint8_t hello[] = { SOCKS_5, 1, NO_LOGIN };
	uint8_t *r = s->request, raw[16];
	size_t len = 4;

	*s = (struct socks){ .need = METHOD_LEN };
	memcpy(s->send, hello, sizeof hello);
	s->send_len = sizeof hello;
	if (inet_pton(AF_INET, address, raw) != 1) {
		len = 16;
		if (inet_pton(AF_INET6, address, raw) != 1) {
			fail(s, FAIL_LOCAL, N_("it was given no address"));
			return;
		}
	}
	*r++ = SOCKS_5;
	*r++ = CONNECT;
	*r++ = 0;
	*r++ = len == 4 ? IPV4 : IPV6;
	memcpy(r, raw, len);
	r += len;
	*r++ = (uint8_t)(port >> 8);
	*r++ = (uint8_t)(port & 0xff);
	s->request_len = (size_t)(r - s->request);
}

size_t socks_wants(const struct socks *s)
{
	return s->state == SOCKS_METHOD || s->state == SOCKS_REPLY
	               ? s->need - s->got_len
	               : 0;
}

static void take_method(struct socks *s)
{
	if (s->got[0] != SOCKS_5) {
		fail(s, FAIL_UNREACHABLE, N_("what it says is not SOCKS5"));
	} else if (s->got[1] == NONE_FITS) {
		fail(s, FAIL_UNREACHABLE, N_("it demands a login"));
	} else if (s->got[1] != NO_LOGIN) {
		fail(s, FAIL_UNREACHABLE,
		     N_("it chose a login that was not offered"));
	} else {
		memcpy(s->send, s->request, s->request_len);
		s->send_len = s->request_len;
		s->state = SOCKS_REPLY;
		s->got_len = 0;
		s->need = REPLY_CODE;
	}
}

/* So much of the reply is there: how much is to be there next? 0: it cannot be
 * known. */
static size_t reply_need(const struct socks *s)
{
	if (s->got_len < REPLY_HEAD)
		return REPLY_HEAD;
	switch (s->got[3]) {
	case IPV4: return 4 + 4 + 2;
	case IPV6: return 4 + 16 + 2;
	case NAME: return 4 + 1 + (size_t)s->got[4] + 2;
	default: return 0;
	}
}

static void take_reply(struct socks *s)
{
	uint8_t code = s->got[1];

	if (s->got[0] != SOCKS_5)
		fail(s, FAIL_UNREACHABLE, N_("what it says is not SOCKS5"));
	else if (code && code < sizeof refusals / sizeof *refusals)
		fail(s, refusals[code].kind, refusals[code].why);
	else if (code)
		fail(s, FAIL_UNREACHABLE,
		     N_("it answers with a number that SOCKS5 does not know"));
	else if ((s->need = reply_need(s)) == 0)
		fail(s, FAIL_UNREACHABLE, N_("what it says is not SOCKS5"));
	else if (s->got_len == s->need)
		s->state = SOCKS_DONE;
}

void socks_take(struct socks *s, const uint8_t *data, size_t len)
{
	assert(len <= socks_wants(s));
	memcpy(s->got + s->got_len, data, len);
	s->got_len += len;
	if (s->got_len < s->need)
		return;
	if (s->state == SOCKS_METHOD)
		take_method(s);
	else
		take_reply(s);
}
