#include "config.h"

#include <string.h>
#include <strings.h>

#include "core/sasl_priv.h"
#include "util/wipe.h"

static bool has_both(const struct sasl *s)
{
	return s->auth->user && s->auth->password;
}

/* [authzid] NUL authcid NUL passwd, RFC 4616 §2. Once. */
bool sasl_plain_answer(struct sasl *s, struct sasl_text in, struct buf *out)
{
	struct sasl_text authzid = sasl_text(s->auth->authzid);
	struct sasl_text user = sasl_text(s->auth->user);
	struct sasl_text password = sasl_text(s->auth->password);

	(void)in;
	if (!has_both(s) || s->answers)
		return false;
	buf_reserve(out, authzid.len + user.len + password.len + 2);
	buf_add(out, authzid.p, authzid.len);
	buf_addc(out, '\0');
	buf_add(out, user.p, user.len);
	buf_addc(out, '\0');
	buf_add(out, password.p, password.len);
	return true;
}

bool sasl_plain_sent(struct sasl *s, struct sasl_text out,
                     struct sasl_note *note)
{
	struct sasl_text rest = out, authzid, user;

	if (out.len == 0)
		return false;
	authzid = sasl_cut(&rest, '\0');
	user = sasl_cut(&rest, '\0');
	if (user.p + user.len == out.p + out.len) {
		sasl_note_id(note, "auth-plain-broken");
		return true;
	}
	secrets_add(s->secrets, rest.p, rest.len);
	sasl_note_id(note, "auth-plain-sent");
	sasl_note_arg(s, note, authzid);
	sasl_note_arg(s, note, user);
	return true;
}

static bool holds(struct sasl_text text, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= text.len; i++)
		if (strncasecmp(text.p + i, word, n) == 0)
			return true;
	return false;
}

/* LOGIN has no RFC: servers say "Username:" and "Password:", "User Name", or
 * words of their language. "Password for alice" asks for the latter. */
static enum sasl_ask asked(struct sasl_text prompt)
{
	static const struct {
		const char *word;
		enum sasl_ask ask;
	} words[] = {
		{ "pass", ASK_PASSWORD },     { "kennwort", ASK_PASSWORD },
		{ "contrase", ASK_PASSWORD }, { "secret", ASK_PASSWORD },
		{ "user", ASK_USER },         { "name", ASK_USER },
		{ "benutzer", ASK_USER },     { "nutzer", ASK_USER },
		{ "login", ASK_USER },        { "account", ASK_USER },
		{ "usuario", ASK_USER },      { "utilisateur", ASK_USER },
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (holds(prompt, words[i].word))
			return words[i].ask;
	return ASK_UNKNOWN;
}

void sasl_login_challenge(struct sasl *s, struct sasl_text in,
                          struct sasl_note *note)
{
	static const char *const ids[] = {
		[ASK_NOTHING] = NULL,
		[ASK_UNKNOWN] = "auth-login-prompt",
		[ASK_USER] = "auth-login-prompt-user",
		[ASK_PASSWORD] = "auth-login-prompt-password",
	};

	s->ask = asked(in);
	if (s->ask == ASK_PASSWORD && s->sent == 0)
		sasl_note_id(note, "auth-login-swapped");
	else
		sasl_note_id(note, ids[s->ask]);
	sasl_note_arg(s, note, in);
}

/* A prompt that cannot be understood: the name first, then the password. */
bool sasl_login_answer(struct sasl *s, struct sasl_text in, struct buf *out)
{
	enum sasl_ask ask = s->ask;
	struct sasl_text text;

	(void)in;
	if (ask == ASK_UNKNOWN && s->answers < 2)
		ask = s->answers ? ASK_PASSWORD : ASK_USER;
	if (!has_both(s) || (ask != ASK_USER && ask != ASK_PASSWORD))
		return false;
	text = sasl_text(ask == ASK_USER ? s->auth->user : s->auth->password);
	buf_reserve(out, text.len);
	buf_add(out, text.p, text.len);
	return true;
}

static bool same(struct sasl_text a, const char *b)
{
	return b && strlen(b) == a.len && memcmp(a.p, b, a.len) == 0;
}

/* A name only where it is certain: the prompt asked for it, or none came yet
 * (the initial response), or it is the name that we know. */
bool sasl_login_sent(struct sasl *s, struct sasl_text out,
                     struct sasl_note *note)
{
	bool first = s->sent == 0 && s->ask == ASK_NOTHING;

	if (out.len == 0)
		return false;
	if (s->ask != ASK_PASSWORD && !same(out, s->auth->password) &&
	    (first || s->ask == ASK_USER || same(out, s->auth->user))) {
		sasl_note_id(note, "auth-login-user");
		sasl_note_arg(s, note, out);
		return false;
	}
	secrets_add(s->secrets, out.p, out.len);
	sasl_note_id(note, "auth-login-password");
	return true;
}

/* RFC 2195 §2: a message identifier; its random part is what protects. */
void sasl_cram_challenge(struct sasl *s, struct sasl_text in,
                         struct sasl_note *note)
{
	bool good = in.len > 2 && in.p[0] == '<' && in.p[in.len - 1] == '>' &&
	            memchr(in.p, '@', in.len) && !memchr(in.p, '\0', in.len);

	sasl_note_id(note, good ? "auth-cram-challenge" : "auth-cram-odd");
	sasl_note_arg(s, note, in);
}

/* Once: a server that asks on wants more digests of texts that it chose. */
bool sasl_cram_answer(struct sasl *s, struct sasl_text in, struct buf *out)
{
	static const char hex[] = "0123456789abcdef";
	struct sasl_text user = sasl_text(s->auth->user);
	struct sasl_text password = sasl_text(s->auth->password);
	unsigned char digest[16];
	const struct sasl_lent *lent = s->lent;

	if (!has_both(s) || s->answers || in.len == 0 || !lent->hmac_md5 ||
	    !lent->hmac_md5(lent->arg, password, in, digest))
		return false;
	buf_reserve(out, user.len + 1 + 2 * sizeof digest);
	buf_add(out, user.p, user.len);
	buf_addc(out, ' ');
	for (size_t i = 0; i < sizeof digest; i++) {
		buf_addc(out, hex[digest[i] >> 4]);
		buf_addc(out, hex[digest[i] & 15]);
	}
	wipe(digest, sizeof digest);
	return true;
}

/* A name may hold blanks: the last one is before the digest. */
bool sasl_cram_sent(struct sasl *s, struct sasl_text out,
                    struct sasl_note *note)
{
	size_t at = out.len;

	if (out.len == 0)
		return false;
	while (at && out.p[at - 1] != ' ')
		at--;
	secrets_add(s->secrets, out.p + at, out.len - at);
	sasl_note_id(note, at ? "auth-cram-answer" : "auth-other-sent");
	sasl_note_arg(s, note, at ? (struct sasl_text){ out.p, at - 1 }
	                          : sasl_text(s->name));
	return true;
}
