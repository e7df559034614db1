#include "config.h"

#include <string.h>

#include "core/sasl_priv.h"

/* What is explained here is reckoned elsewhere: by the library that is lent. */

bool sasl_lent_answer(struct sasl *s, struct sasl_text in, struct buf *out)
{
	const struct sasl_lent *lent = s->lent;
	const struct sasl_step step = { .mech = s->row->mech.name,
		.auth = s->auth, .host = s->host, .in = in.p, .len = in.len };

	return lent->step && lent->step(lent->arg, &step, out, &s->trouble);
}

/* RFC 5802 §5: first "r=,s=,i=", at last "v=" or "e=". */
void sasl_scram_challenge(struct sasl *s, struct sasl_text in,
                          struct sasl_note *note)
{
	struct sasl_text error = sasl_attribute(in, ',', "e");
	struct sasl_text salt = sasl_attribute(in, ',', "s");

	if (in.len == 0) {
		sasl_note_id(note, "auth-go-on");
	} else if (sasl_starts(in, "v=")) {
		s->proof = true;
		sasl_note_id(note, "auth-scram-final");
	} else if (error.p) {
		sasl_note_id(note, "auth-scram-error");
		sasl_note_arg(s, note, error);
	} else if (salt.p) {
		sasl_note_id(note, "auth-scram-challenge");
		sasl_note_arg(s, note, sasl_attribute(in, ',', "i"));
		sasl_note_arg(s, note, salt);
		sasl_note_arg(s, note, sasl_attribute(in, ',', "r"));
	} else {
		sasl_other_challenge(s, in, note);
	}
}

/* The first message holds the name and a nonce, and nothing of the password;
 * the proof in the last can be tried against guesses (RFC 5802 §9). */
bool sasl_scram_sent(struct sasl *s, struct sasl_text out,
                     struct sasl_note *note)
{
	struct sasl_text proof = sasl_attribute(out, ',', "p");

	if (out.len == 0)
		return false;
	if (sasl_starts(out, "c=")) {
		secrets_add(s->secrets, proof.p, proof.len);
		sasl_note_id(note, "auth-scram-proof");
		return true;
	}
	if (!sasl_attribute(out, ',', "r").p)
		return sasl_other_sent(s, out, note);
	sasl_note_id(note, sasl_starts(out, "p=")
	             ? "auth-scram-first-bound" : "auth-scram-first");
	sasl_note_arg(s, note, sasl_attribute(out, ',', "n"));
	sasl_note_arg(s, note, sasl_attribute(out, ',', "r"));
	if (sasl_starts(out, "p="))
		sasl_note_arg(s, note, proof);
	return false;
}

void sasl_gssapi_challenge(struct sasl *s, struct sasl_text in,
                           struct sasl_note *note)
{
	if (in.len == 0)
		sasl_note_id(note, "auth-go-on");
	else
		sasl_note_id(note, "auth-gssapi");
	(void)s;
}

bool sasl_gssapi_sent(struct sasl *s, struct sasl_text out,
                      struct sasl_note *note)
{
	(void)s;
	if (out.len)
		sasl_note_id(note, "auth-gssapi-sent");
	return out.len > 0;
}

void sasl_other_challenge(struct sasl *s, struct sasl_text in,
                          struct sasl_note *note)
{
	if (in.len == 0) {
		sasl_note_id(note, "auth-go-on");
		return;
	}
	sasl_note_id(note, "auth-challenge");
	sasl_note_arg(s, note, in);
}

bool sasl_other_sent(struct sasl *s, struct sasl_text out,
                     struct sasl_note *note)
{
	if (out.len == 0)
		return false;
	sasl_note_id(note, "auth-other-sent");
	sasl_note_arg(s, note, sasl_text(s->name));
	return true;
}
