#include "config.h"

#include "core/sasl_priv.h"

#include <string.h>
#include <strings.h>

/* Best first: no password on the wire and bound to the TLS channel, then no
 * password on the wire, then the password itself. */
#define SCRAM(label, plus)                                                     \
	{ .mech = { .name = label, .initial = true, .lent = true,              \
	            .binding = plus },                                         \
	  .about = plus ? "auth-mech-scram-plus" : "auth-mech-scram",          \
	  .answer = sasl_lent_answer, .challenge = sasl_scram_challenge,       \
	  .sent = sasl_scram_sent }

static const struct sasl_row rows[] = {
	SCRAM("SCRAM-SHA-256-PLUS", true),
	SCRAM("SCRAM-SHA-1-PLUS", true),
	SCRAM("SCRAM-SHA-256", false),
	SCRAM("SCRAM-SHA-1", false),
	{ .mech = { .name = "GSSAPI", .initial = true, .lent = true },
	  .about = "auth-mech-gssapi", .by_name = true,
	  .answer = sasl_lent_answer, .challenge = sasl_gssapi_challenge,
	  .sent = sasl_gssapi_sent },
	{ .mech = { .name = "OAUTHBEARER", .plain = true, .initial = true,
	            .token = true },
	  .about = "auth-mech-oauth", .by_name = true,
	  .answer = sasl_bearer_answer, .challenge = sasl_token_challenge,
	  .sent = sasl_bearer_sent },
	{ .mech = { .name = "XOAUTH2", .plain = true, .initial = true,
	            .token = true },
	  .about = "auth-mech-oauth", .by_name = true,
	  .answer = sasl_xoauth2_answer, .challenge = sasl_token_challenge,
	  .sent = sasl_xoauth2_sent },
	{ .mech = { .name = "CRAM-MD5" },
	  .about = "auth-mech-cram", .hmac = true,
	  .answer = sasl_cram_answer, .challenge = sasl_cram_challenge,
	  .sent = sasl_cram_sent },
	{ .mech = { .name = "PLAIN", .plain = true, .initial = true },
	  .about = "auth-mech-plain",
	  .answer = sasl_plain_answer, .challenge = sasl_other_challenge,
	  .sent = sasl_plain_sent },
	{ .mech = { .name = "LOGIN", .plain = true },
	  .about = "auth-mech-login",
	  .answer = sasl_login_answer, .challenge = sasl_login_challenge,
	  .sent = sasl_login_sent },
};

/* One that only the server knows. */
static const struct sasl_row other = {
	.mech = { .name = "" }, .about = "auth-mech-unknown",
	.challenge = sasl_other_challenge, .sent = sasl_other_sent,
};

const struct sasl_row *sasl_row(const struct sasl_mech *mech)
{
	return mech ? (const struct sasl_row *)mech : &other;
}

const struct sasl_mech *sasl_mech_at(size_t i)
{
	return i < sizeof rows / sizeof *rows ? &rows[i].mech : NULL;
}

const struct sasl_mech *sasl_mech_find(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strlen(rows[i].mech.name) == len &&
		    strncasecmp(rows[i].mech.name, name, len) == 0)
			return &rows[i].mech;
	return NULL;
}

bool sasl_mech_is_name(const char *name, size_t len)
{
	if (sasl_mech_find(name, len))
		return true; /* in small letters, too */
	for (size_t i = 0; i < len; i++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", name[i]))
			return false;
	return len > 0 && len <= 20;
}

const char *sasl_mech_about(const struct sasl_mech *mech)
{
	return sasl_row(mech)->about;
}

/* The next word of *p, which moves on behind it; len 0: no more. */
static struct sasl_text next_word(const char **p)
{
	static const char blanks[] = " \t,";
	struct sasl_text word = { .p = *p + strspn(*p, blanks) };

	word.len = strcspn(word.p, blanks);
	*p = word.p + word.len;
	return word;
}

static bool offers(const char *offered, const char *name)
{
	struct sasl_text word;

	while ((word = next_word(&offered)).len)
		if (strlen(name) == word.len &&
		    strncasecmp(word.p, name, word.len) == 0)
			return true;
	return false;
}

/* Can it be had here, whatever the server offers? */
static bool to_be_had(const struct sasl_row *row, bool secure,
                      const struct sasl_lent *lent)
{
	if (row->mech.binding && !secure)
		return false;
	if (row->hmac)
		return lent && lent->hmac_md5;
	return !row->mech.lent || (lent && lent->step && lent->has &&
	                           lent->has(lent->arg, row->mech.name));
}

/* What is looked for, and what was passed over only because of no TLS. */
struct choice {
	const struct plan_auth *auth;
	const char *offered;
	bool secure;
	const struct sasl_lent *lent;
	bool in_clear;
};

static bool fits(struct choice *c, const struct sasl_mech *mech)
{
	if (!mech || !offers(c->offered, mech->name) ||
	    !to_be_had(sasl_row(mech), c->secure, c->lent))
		return false;
	if (!mech->plain || c->secure || c->auth->clear_ok)
		return true;
	c->in_clear = true;
	return false;
}

static const struct sasl_mech *first_named(struct choice *c)
{
	const char *p = c->auth->mechs;
	struct sasl_text word;

	while ((word = next_word(&p)).len) {
		const struct sasl_mech *m = sasl_mech_find(word.p, word.len);

		if (fits(c, m))
			return m;
	}
	return NULL;
}

static const struct sasl_mech *first_of_table(struct choice *c)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (!rows[i].by_name && fits(c, &rows[i].mech))
			return &rows[i].mech;
	return NULL;
}

const struct sasl_mech *sasl_choose(const struct plan_auth *auth,
                                    const char *offered, bool secure,
                                    const struct sasl_lent *lent,
                                    const char **why)
{
	struct choice c = { .auth = auth, .offered = offered ? offered : "",
		.secure = secure, .lent = lent };
	const char *p = c.offered;
	const struct sasl_mech *found =
	    auth->mechs ? first_named(&c) : first_of_table(&c);

	if (!found)
		*why = next_word(&p).len == 0 ? "auth-not-offered"
		     : c.in_clear ? "auth-in-clear" : "auth-no-mechanism";
	return found;
}
