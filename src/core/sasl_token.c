#include "config.h"

#include <string.h>

#include "core/sasl_priv.h"

/* OAuth tokens: the bearer of one is let in (RFC 6750 §1.2). */

static const char bearer[] = "auth=Bearer ";

/* Google's form of it: user=..^Aauth=Bearer ..^A^A; a refusal comes as a
 * challenge and is answered by an empty line. */
bool sasl_xoauth2_answer(struct sasl *s, struct sasl_text in, struct buf *out)
{
	struct sasl_text user = sasl_text(s->auth->user);
	struct sasl_text token = sasl_text(s->auth->password);

	(void)in;
	if (s->answers == 1)
		return true;
	if (!user.len || !token.len || s->answers > 1)
		return false;
	buf_reserve(out, user.len + token.len + sizeof bearer + 16);
	buf_adds(out, "user=");
	buf_add(out, user.p, user.len);
	buf_addc(out, '\1');
	buf_adds(out, bearer);
	buf_add(out, token.p, token.len);
	buf_adds(out, "\1\1");
	return true;
}

/* saslname of RFC 5801 §4: "," and "=" stand for something else. */
static void add_name(struct buf *out, struct sasl_text name)
{
	for (size_t i = 0; i < name.len; i++) {
		if (name.p[i] == ',')
			buf_adds(out, "=2C");
		else if (name.p[i] == '=')
			buf_adds(out, "=3D");
		else
			buf_addc(out, name.p[i]);
	}
}

/* RFC 7628 §3.1; a refusal is answered by ^A (§3.2.3). */
bool sasl_bearer_answer(struct sasl *s, struct sasl_text in, struct buf *out)
{
	const struct plan_auth *auth = s->auth;
	struct sasl_text user =
	    sasl_text(auth->authzid ? auth->authzid : auth->user);
	struct sasl_text token = sasl_text(auth->password);

	(void)in;
	if (s->answers == 1) {
		buf_addc(out, '\1');
		return true;
	}
	if (!token.len || s->answers > 1)
		return false;
	buf_reserve(out, 3 * user.len + strlen(s->host) + token.len +
	            sizeof bearer + 32);
	buf_adds(out, user.len ? "n,a=" : "n,");
	add_name(out, user);
	buf_adds(out, ",\1");
	if (*s->host) {
		buf_adds(out, "host=");
		buf_adds(out, s->host);
		buf_addc(out, '\1');
	}
	buf_adds(out, bearer);
	buf_add(out, token.p, token.len);
	buf_adds(out, "\1\1");
	return true;
}

void sasl_token_challenge(struct sasl *s, struct sasl_text in,
                          struct sasl_note *note)
{
	if (in.len == 0) {
		sasl_note_id(note, "auth-go-on");
		return;
	}
	sasl_note_id(note, "auth-oauth-error");
	sasl_note_arg(s, note, in);
}

/* The value of auth=, and the token in it, are secret. */
static void note_token(struct sasl *s, struct sasl_text out)
{
	struct sasl_text value = sasl_attribute(out, '\1', "auth");
	struct sasl_text token = value;

	if (!value.p)
		return;
	sasl_cut(&token, ' ');
	secrets_add(s->secrets, token.len ? token.p : value.p,
	            token.len ? token.len : value.len);
}

static bool is_dummy(struct sasl_text out)
{
	return out.len == 0 || (out.len == 1 && *out.p == '\1');
}

bool sasl_xoauth2_sent(struct sasl *s, struct sasl_text out,
                       struct sasl_note *note)
{
	if (is_dummy(out)) {
		sasl_note_id(note, s->sent ? "auth-oauth-end" : NULL);
		return false;
	}
	note_token(s, out);
	sasl_note_id(note, "auth-xoauth2-sent");
	sasl_note_arg(s, note, sasl_attribute(out, '\1', "user"));
	return true;
}

bool sasl_bearer_sent(struct sasl *s, struct sasl_text out,
                      struct sasl_note *note)
{
	struct sasl_text rest = out, header;

	if (is_dummy(out)) {
		sasl_note_id(note, s->sent ? "auth-oauth-end" : NULL);
		return false;
	}
	header = sasl_cut(&rest, '\1');
	note_token(s, out);
	sasl_note_id(note, "auth-oauthbearer-sent");
	sasl_note_arg(s, note, sasl_attribute(header, ',', "a"));
	sasl_note_arg(s, note, sasl_attribute(rest, '\1', "host"));
	return true;
}
