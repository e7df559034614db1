#include "config.h"

#include "classroom/login.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "io/tls.h"
#include "util/base64.h"
#include "util/wipe.h"

static const char ok[] = "235 2.7.0 Authentication successful";
static const char wrong[] = "535 5.7.8 Authentication credentials invalid";

/* A piece of what the client sent; never copied. */
struct piece {
	const char *p;
	size_t len;
};

static bool is(struct piece a, const char *text)
{
	return a.len == strlen(text) && memcmp(a.p, text, a.len) == 0;
}

/* "334 " and the challenge in Base64. */
static const char *prompt(struct login *l, const char *challenge)
{
	struct buf out = { 0 };

	base64_encode(&out, challenge, strlen(challenge));
	snprintf(l->reply, sizeof l->reply, "334 %s", buf_str(&out));
	buf_clear(&out);
	return l->reply;
}

/* ---- the mechanisms: one decoded answer each --------------------------- */

/* RFC 4616 §2: authzid NUL authcid NUL passwd; nobody acts for another. */
static const char *plain(struct login *l, const struct lesson_auth *a,
                         struct piece in)
{
	const char *end = in.p + in.len;
	const char *first = memchr(in.p, '\0', in.len);
	const char *second =
	    first ? memchr(first + 1, '\0', (size_t)(end - first - 1)) : NULL;
	struct piece as, user, password;

	(void)l;
	if (!second)
		return "501 5.5.2 PLAIN is [authzid] NUL user NUL password";
	as = (struct piece){ in.p, (size_t)(first - in.p) };
	user = (struct piece){ first + 1, (size_t)(second - first - 1) };
	password = (struct piece){ second + 1, (size_t)(end - second - 1) };
	if ((!as.len || is(as, a->user)) && is(user, a->user) &&
	    is(password, a->password))
		return ok;
	return wrong;
}

static const char *login(struct login *l, const struct lesson_auth *a,
                         struct piece in)
{
	if (l->step == 0) {
		l->user_ok = is(in, a->user);
		return prompt(l, "Password:");
	}
	return l->user_ok && is(in, a->password) ? ok : wrong;
}

/* RFC 2195 §2: the user's name, a blank, the keyed digest of the challenge. */
static const char *cram_md5(struct login *l, const struct lesson_auth *a,
                            struct piece in)
{
	unsigned char digest[16];
	char hex[33];
	size_t user = strlen(a->user);

	if (!tls_hmac_md5(a->password, strlen(a->password), l->challenge,
	                  strlen(l->challenge), digest))
		return "454 4.7.0 MD5 is not to be had on this machine";
	for (size_t i = 0; i < sizeof digest; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	if (in.len == user + 33 && memcmp(in.p, a->user, user) == 0 &&
	    in.p[user] == ' ' && memcmp(in.p + user + 1, hex, 32) == 0)
		return ok;
	return wrong;
}

/* The value of the part that begins with key; parts end in ^A. */
static struct piece part(struct piece in, const char *key)
{
	size_t n = strlen(key);

	while (in.len) {
		const char *stop = memchr(in.p, '\1', in.len);
		size_t len = stop ? (size_t)(stop - in.p) : in.len;

		if (len >= n && strncasecmp(in.p, key, n) == 0)
			return (struct piece){ in.p + n, len - n };
		len += stop != NULL;
		in.p += len;
		in.len -= len;
	}
	return (struct piece){ "", 0 };
}

/* A refused token is first explained in a challenge, which the client has to
 * answer before the 535 (RFC 7628 §3.2.3; XOAUTH2 the same). */
static const char *token(struct login *l, const struct lesson_auth *a,
                         struct piece user, struct piece bearer)
{
	if (l->step)
		return wrong;
	if (is(user, a->user) && is(bearer, a->password))
		return ok;
	return prompt(l, "{\"status\":\"401\",\"schemes\":\"bearer\","
	                 "\"scope\":\"mail\"}");
}

static const char *xoauth2(struct login *l, const struct lesson_auth *a,
                           struct piece in)
{
	return token(l, a, part(in, "user="), part(in, "auth=Bearer "));
}

/* RFC 7628 §3.1: a GS2 header "n,a=user," and parts behind it. */
static const char *oauthbearer(struct login *l, const struct lesson_auth *a,
                               struct piece in)
{
	struct piece user = part(in, "n,a=");

	if (user.len && user.p[user.len - 1] == ',')
		user.len--;
	return token(l, a, user, part(in, "auth=Bearer "));
}

/* ---- the table -------------------------------------------------------- */

static const struct login_mech {
	const char *name;
	const char *asks; /* the first challenge; NULL: made by login_begin() */
	bool initial;
	const char *(*answer)(struct login *l, const struct lesson_auth *a,
	                      struct piece in);
} mechs[] = {
	{ "PLAIN", "", true, plain },
	{ "LOGIN", "Username:", true, login },
	{ "CRAM-MD5", NULL, false, cram_md5 },
	{ "XOAUTH2", "", true, xoauth2 },
	{ "OAUTHBEARER", "", true, oauthbearer },
};

enum { MECHS = sizeof mechs / sizeof *mechs };

uint32_t login_mech_find(const char *name, size_t len)
{
	for (size_t i = 0; i < MECHS; i++)
		if (strlen(mechs[i].name) == len &&
		    strncasecmp(name, mechs[i].name, len) == 0)
			return UINT32_C(1) << i;
	return 0;
}

void login_names(uint32_t bits, const char *sep, struct buf *out)
{
	bool first = *sep == ',';

	for (size_t i = 0; i < MECHS; i++)
		if (bits & (UINT32_C(1) << i)) {
			buf_addf(out, "%s%s", first ? "" : sep, mechs[i].name);
			first = false;
		}
}

const struct login_mech *login_mech_of(const struct lesson_auth *a,
                                       const char *name, size_t len)
{
	uint32_t bit = login_mech_find(name, len) & a->mechs;

	for (size_t i = 0; i < MECHS; i++)
		if (bit == UINT32_C(1) << i)
			return &mechs[i];
	return NULL;
}

bool login_takes_initial(const struct login_mech *m)
{
	return m->initial;
}

void login_begin(struct login *l, const struct login_mech *mech,
                 const char *host, uint64_t number)
{
	*l = (struct login){ .mech = mech };
	snprintf(l->challenge, sizeof l->challenge, "<%" PRIu64 "@%.90s>",
	         number, host);
}

const char *login_prompt(struct login *l)
{
	if (!l->mech)
		return wrong;
	return prompt(l, l->mech->asks ? l->mech->asks : l->challenge);
}

const char *login_answer(struct login *l, const struct lesson_auth *a,
                         const char *text, size_t len)
{
	struct buf in = { 0 };
	const char *say;

	if (len == 1 && *text == '*') /* RFC 4954 §4 */
		return "501 5.7.0 Authentication cancelled";
	if (!l->mech)
		return wrong;
	/* one piece of memory, so that no copy is left behind */
	buf_reserve(&in, len + 1);
	if (len == 1 && *text == '=')
		len = 0;
	if (base64_decode(&in, text, len))
		say = l->mech->answer(l, a, (struct piece){ buf_str(&in),
		                                            in.len });
	else
		say = "501 5.5.2 Cannot decode Base64";
	l->step++;
	wipe_buf(&in);
	return say;
}
