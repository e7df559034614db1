#include "config.h"

#include "core/sasl.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/sasl_priv.h"
#include "util/base64.h"
#include "util/wipe.h"
#include "util/xalloc.h"

enum { COMMAND_LINE_MAX = 512 }; /* CR LF included, RFC 5321 §4.5.3.1.4 */

static const struct sasl_lent nothing_lent;

struct sasl *sasl_new(const struct sasl_mech *mech, const char *name,
                      const struct sasl_with *with)
{
	const char *password = with->auth->password;
	struct sasl *s = xcalloc(1, sizeof *s);

	s->row = sasl_row(mech);
	s->name = xstrdup(mech ? mech->name : name ? name : "");
	s->auth = with->auth;
	s->host = with->host ? with->host : "";
	s->lent = with->lent ? with->lent : &nothing_lent;
	s->secrets = with->secrets;
	if (password)
		secrets_add(s->secrets, password, strlen(password));
	return s;
}

void sasl_free(struct sasl *s)
{
	if (!s)
		return;
	if (s->row->mech.lent && s->lent->end)
		s->lent->end(s->lent->arg);
	free(s->name);
	wipe_buf(&s->held);
	wipe(s, sizeof *s);
	free(s);
}

void sasl_note_id(struct sasl_note *note, const char *id)
{
	*note = (struct sasl_note){ .id = id };
}

struct sasl_text sasl_text(const char *s)
{
	return (struct sasl_text){ .p = s ? s : "", .len = s ? strlen(s) : 0 };
}

/* As text that ends in a NUL: one within is shown by its symbol. Cut between
 * characters. */
static void put_arg(char *arg, size_t size, struct sasl_text text)
{
	static const char nul[] = "\xe2\x90\x80"; /* U+2400 */
	size_t n = 0, i = 0;

	for (; i < text.len; i++) {
		bool is_nul = text.p[i] == '\0';
		size_t len = is_nul ? sizeof nul - 1 : 1;

		if (n + len >= size)
			break;
		memcpy(arg + n, is_nul ? nul : &text.p[i], len);
		n += len;
	}
	if (i < text.len && ((unsigned char)text.p[i] & 0xc0) == 0x80) {
		while (n && ((unsigned char)arg[n - 1] & 0xc0) == 0x80)
			n--;
		n -= n > 0;
	}
	arg[n] = '\0';
}

void sasl_note_arg(const struct sasl *s, struct sasl_note *note,
                   struct sasl_text text)
{
	size_t size = sizeof note->args[0];
	char *copy;

	assert(note->n_args < sizeof note->args / sizeof *note->args);
	if (!text.p)
		text = sasl_text("");
	copy = xmemdup0(text.p, text.len);
	secrets_blot_one(s->secrets, copy, text.len);
	put_arg(note->args[note->n_args++], size,
	        (struct sasl_text){ copy, text.len });
	wipe(copy, text.len);
	free(copy);
}

struct sasl_text sasl_cut(struct sasl_text *text, char c)
{
	const char *end = text->len ? memchr(text->p, c, text->len) : NULL;
	struct sasl_text part = { text->p, text->len };

	if (end)
		part.len = (size_t)(end - text->p);
	text->p += part.len + (end != NULL);
	text->len -= part.len + (end != NULL);
	return part;
}

bool sasl_starts(struct sasl_text text, const char *with)
{
	size_t n = strlen(with);

	return text.len >= n && memcmp(text.p, with, n) == 0;
}

struct sasl_text sasl_attribute(struct sasl_text text, char sep,
                                const char *name)
{
	size_t n = strlen(name);

	while (text.len) {
		struct sasl_text part = sasl_cut(&text, sep);

		if (sasl_starts(part, name) && part.len > n &&
		    part.p[n] == '=')
			return (struct sasl_text){ part.p + n + 1,
				                   part.len - n - 1 };
	}
	return (struct sasl_text){ NULL, 0 };
}

/* All at once, so that no part stays behind where memory was moved. */
static void encode(struct buf *out, const struct buf *raw)
{
	buf_reserve(out, (raw->len + 2) / 3 * 4);
	base64_encode(out, raw->data, raw->len);
}

/* The next message of the client in Base64; false: s->why says why not. */
static bool answer(struct sasl *s, struct sasl_text in, struct buf *out)
{
	struct buf raw = { 0 };
	bool made = s->sent <= s->answers && s->row->answer &&
	            s->row->answer(s, in, &raw);

	if (made)
		encode(out, &raw);
	else
		s->why = s->trouble ? "auth-failed-here" : "auth-no-answer";
	s->answers += made;
	wipe_buf(&raw);
	return made;
}

static bool fits_the_line(const struct sasl *s, size_t len)
{
	return strlen("AUTH ") + strlen(s->name) + 1 + len + 2 <=
	       COMMAND_LINE_MAX;
}

bool sasl_initial(struct sasl *s, struct buf *out)
{
	struct buf text = { 0 };
	bool made;

	s->why = NULL;
	if (!s->row->mech.initial || !answer(s, sasl_text(""), &text))
		return false;
	made = fits_the_line(s, text.len);
	if (made) {
		buf_reserve(out, text.len + 1);
		buf_adds(out, text.len ? text.data : "=");
		wipe_buf(&text);
	} else {
		s->held = text;
	}
	return made;
}

/* What was too long for the AUTH line goes when the server asks for it. */
static bool answer_held(struct sasl *s, struct buf *out)
{
	if (!s->held.len)
		return false;
	buf_reserve(out, s->held.len);
	buf_add(out, s->held.data, s->held.len);
	wipe_buf(&s->held);
	return true;
}

/* Explains the decoded challenge and answers it. */
static bool answer_to(struct sasl *s, struct sasl_text in, struct buf *out,
                      struct sasl_note *note)
{
	s->row->challenge(s, in, note);
	if (s->challenges > SASL_STEPS_MAX) {
		s->why = "auth-too-many-steps";
		return false;
	}
	if (!answer_held(s, out) && !answer(s, in, out))
		return false;
	if (s->proof)
		sasl_note_id(note, "auth-scram-verified");
	return true;
}

bool sasl_challenge(struct sasl *s, const char *text, size_t len,
                    struct buf *out, struct sasl_note *note)
{
	struct buf raw = { 0 };
	bool made = false;

	s->challenges++;
	s->why = len > SASL_CHALLENGE_MAX ? "auth-challenge-long" : NULL;
	sasl_note_id(note, NULL);
	if (s->why)
		return false;
	buf_reserve(&raw, len);
	if (base64_decode(&raw, text, len))
		made = answer_to(s, (struct sasl_text){ raw.data, raw.len },
		                 out, note);
	else
		s->why = "auth-not-base64";
	wipe_buf(&raw);
	return made;
}

void sasl_why(const struct sasl *s, struct sasl_note *note)
{
	sasl_note_id(note, s->why);
	if (!s->why)
		return;
	sasl_note_arg(s, note, sasl_text(s->name));
	if (s->trouble)
		sasl_note_arg(s, note, sasl_text(s->trouble));
}

/* With blanks and padding put right. */
static bool decode_loosely(struct buf *raw, struct sasl_text text)
{
	struct buf tidy = { 0 };
	bool good;

	buf_reserve(&tidy, text.len + 3);
	for (size_t i = 0; i < text.len; i++)
		if (text.p[i] != '=' && text.p[i] != ' ' && text.p[i] != '\t')
			buf_addc(&tidy, text.p[i]);
	while (tidy.len % 4)
		buf_addc(&tidy, '=');
	good = base64_decode(raw, tidy.data, tidy.len);
	wipe_buf(&tidy);
	return good;
}

/* Typed in clear by mistake, perhaps: it may be the password. Or a server less
 * strict than this could still read it. */
static void sent_badly(struct sasl *s, struct sasl_text text,
                       struct sasl_note *note)
{
	struct buf raw = { 0 };

	secrets_add(s->secrets, text.p, text.len);
	buf_reserve(&raw, text.len);
	if (decode_loosely(&raw, text))
		s->row->sent(s, (struct sasl_text){ raw.data, raw.len }, note);
	sasl_note_id(note, "auth-sent-not-base64");
	wipe_buf(&raw);
}

void sasl_sent(struct sasl *s, const char *text, size_t len,
               struct sasl_note *note)
{
	struct buf raw = { 0 };
	bool empty = len == 0 || (len == 1 && *text == '=');

	sasl_note_id(note, NULL);
	if (len == 1 && *text == '*') {
		sasl_note_id(note, "auth-cancelled");
		return;
	}
	buf_reserve(&raw, len);
	if (!empty && !base64_decode(&raw, text, len)) {
		sent_badly(s, (struct sasl_text){ text, len }, note);
	} else if (s->row->sent(s, (struct sasl_text){ raw.data, raw.len },
	                        note)) {
		secrets_add(s->secrets, text, empty ? 0 : len);
		secrets_add(s->secrets, raw.data, raw.len);
	}
	s->sent++;
	wipe_buf(&raw);
}
