/* sasl: each mechanism's messages, what is said of them and what is secret. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "core/finding.h"
#include "core/sasl.h"
#include "util/base64.h"
#include "util/wipe.h"
#include "util/xalloc.h"

static bool hmac(void *arg, struct sasl_text key, struct sasl_text data,
                 unsigned char out[16])
{
	unsigned n = 0;

	(void)arg;
	return HMAC(EVP_md5(), key.p, (int)key.len,
	            (const unsigned char *)data.p, data.len, out, &n) &&
	       n == 16;
}

static bool has_scram(void *arg, const char *mech)
{
	(void)arg;
	return strncmp(mech, "SCRAM", 5) == 0;
}

static int scram_steps;

/* Stands for the library: answers "step N", fails when the challenge says so.
 */
static bool fake_step(void *arg, const struct sasl_step *step, struct buf *out,
                      const char **why)
{
	(void)arg;
	if (step->len > 2 && memcmp(step->in, "v=", 2) == 0) {
		*why = step->in[2] == '!' ? "the server's proof is wrong"
		                          : NULL;
		return !*why;
	}
	buf_addf(out, "step %d", ++scram_steps);
	return true;
}

static const struct sasl_lent all = { .hmac_md5 = hmac, .has = has_scram,
	.step = fake_step };
static const struct sasl_lent none;

static const struct sasl_mech *mech(const char *name)
{
	return sasl_mech_find(name, strlen(name));
}

static char *decoded(const char *text)
{
	struct buf raw = { 0 };

	assert_true(base64_decode(&raw, text, strlen(text)));
	for (size_t i = 0; i < raw.len; i++) /* fit for a C string */
		if (raw.data[i] == '\0' || raw.data[i] == '\1')
			raw.data[i] = raw.data[i] ? '^' : '|';
	buf_str(&raw);
	return buf_steal(&raw);
}

static char *encoded(const char *text, size_t len)
{
	struct buf b = { 0 };

	base64_encode(&b, text, len);
	buf_str(&b);
	return buf_steal(&b);
}

/* The finding is a row of the table; args NULL: whatever they are. */
static void expect_note(const struct sasl_note *note, const char *id,
                        const char *const *args)
{
	if (!id) {
		assert_null(note->id);
		return;
	}
	assert_non_null(note->id);
	assert_string_equal(note->id, id);
	assert_non_null(finding_find(id));
	for (size_t i = 0; args && i < 3; i++) {
		if (!args[i]) {
			assert_int_equal(note->n_args, i);
			return;
		}
		assert_true(note->n_args > i);
		assert_string_equal(note->args[i], args[i]);
	}
}

static bool is_blotted(const struct secrets *secrets, const char *text)
{
	char *copy = xstrdup(text);
	bool found = secrets_blot_one(secrets, copy, strlen(copy));

	free(copy);
	return found;
}

/* A login and all that it needs. */
struct room {
	struct secrets *secrets;
	struct sasl *s;
	struct buf out;
	struct sasl_note note;
};

static void enter(struct room *r, const char *name,
                  const struct plan_auth *auth)
{
	struct sasl_with with = { .auth = auth, .host = "server.example.com",
		.lent = &all };

	*r = (struct room){ .secrets = secrets_new() };
	with.secrets = r->secrets;
	r->s = sasl_new(mech(name), name, &with);
}

static void leave(struct room *r)
{
	wipe_buf(&r->out);
	sasl_free(r->s);
	secrets_free(r->secrets);
}

static bool challenge(struct room *r, const char *text)
{
	buf_reset(&r->out);
	return sasl_challenge(r->s, text, strlen(text), &r->out, &r->note);
}

static void expect_why(struct room *r, const char *id)
{
	struct sasl_note note;

	sasl_why(r->s, &note);
	expect_note(&note, id, NULL);
}

/* choose */

static void test_choose_takes_the_best_that_can_be_had(void **state)
{
	static const struct {
		const char *mechs, *offered;
		bool secure, clear_ok, lent;
		const char *found, *why;
	} rows[] = {
		{ NULL, "PLAIN LOGIN", true, false, true, "PLAIN", NULL },
		{ NULL, "LOGIN plain", true, false, true, "PLAIN", NULL },
		{ "LOGIN PLAIN", "PLAIN LOGIN", true, false, true, "LOGIN",
		  NULL },
		{ "login,plain", "PLAIN", true, false, true, "PLAIN", NULL },
		{ NULL, "PLAIN SCRAM-SHA-256 SCRAM-SHA-256-PLUS", true, false,
		  true, "SCRAM-SHA-256-PLUS", NULL },
		{ NULL, "PLAIN SCRAM-SHA-256 SCRAM-SHA-256-PLUS", false, false,
		  true, "SCRAM-SHA-256", NULL },
		{ NULL, "PLAIN SCRAM-SHA-256", true, false, false, "PLAIN",
		  NULL },
		{ NULL, "PLAIN CRAM-MD5", false, false, true, "CRAM-MD5",
		  NULL },
		{ NULL, "PLAIN CRAM-MD5", false, false, false, NULL,
		  "auth-in-clear" },
		{ NULL, "PLAIN", false, true, true, "PLAIN", NULL },
		{ "PLAIN", "PLAIN CRAM-MD5", false, false, true, NULL,
		  "auth-in-clear" },
		{ "XOAUTH2", "XOAUTH2", false, false, true, NULL,
		  "auth-in-clear" },
		{ NULL, "XOAUTH2 GSSAPI", true, false, true, NULL,
		  "auth-no-mechanism" },
		{ "XOAUTH2", "XOAUTH2 PLAIN", true, false, true, "XOAUTH2",
		  NULL },
		{ "GSSAPI", "GSSAPI", true, false, true, NULL,
		  "auth-no-mechanism" },
		{ NULL, "NTLM X-OWN", true, false, true, NULL,
		  "auth-no-mechanism" },
		{ "PLAIN", "LOGIN", true, false, true, NULL,
		  "auth-no-mechanism" },
		{ "PLAINER", "PLAINER", true, false, true, NULL,
		  "auth-no-mechanism" },
		{ NULL, "", true, false, true, NULL, "auth-not-offered" },
		{ NULL, NULL, true, false, true, NULL, "auth-not-offered" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char mechs[64] = "";
		const struct plan_auth auth = { .clear_ok = rows[i].clear_ok,
			.mechs = rows[i].mechs ? mechs : NULL };
		const char *why = NULL;
		const struct sasl_mech *m;

		snprintf(mechs, sizeof mechs, "%s",
		         rows[i].mechs ? rows[i].mechs : "");
		m = sasl_choose(&auth, rows[i].offered, rows[i].secure,
		                rows[i].lent ? &all : &none, &why);
		if (rows[i].found) {
			assert_non_null(m);
			assert_string_equal(m->name, rows[i].found);
		} else {
			assert_null(m);
			assert_string_equal(why, rows[i].why);
			assert_non_null(finding_find(why));
		}
	}
}

static void test_mech_table_says_what_each_is_good_for(void **state)
{
	const struct sasl_mech *m;
	size_t n = 0;

	(void)state;
	for (; (m = sasl_mech_at(n)); n++) {
		assert_ptr_equal(mech(m->name), m);
		assert_non_null(finding_find(sasl_mech_about(m)));
	}
	assert_int_equal(n, 10);
	assert_non_null(finding_find(sasl_mech_about(NULL)));
	assert_null(mech("NTLM"));
}

/* The exchanges: lines of the server and what is answered */

struct turn {
	const char *challenge; /* decoded; NULL: the initial response */
	const char *answer;    /* decoded, NUL as |, ^A as ^; NULL: none */
	const char *note;      /* of the challenge */
	const char *sent;      /* note of the answer, or why there is none */
	const char *args[3];   /* of the latter */
};

struct login {
	const char *mech;
	const char *user, *authzid, *password;
	struct turn turns[5];
};

static void play_turn(struct room *r, const struct turn *t)
{
	char *text;
	bool made;

	if (t->challenge) {
		text = encoded(t->challenge, strlen(t->challenge));
		made = challenge(r, text);
		free(text);
		expect_note(&r->note, t->note, NULL);
	} else {
		made = sasl_initial(r->s, &r->out);
	}
	assert_int_equal(made, t->answer != NULL);
	if (!made) {
		expect_why(r, t->sent);
		return;
	}
	text = decoded(buf_str(&r->out));
	assert_string_equal(text, t->answer);
	free(text);
	sasl_sent(r->s, r->out.data, r->out.len, &r->note);
	expect_note(&r->note, t->sent, t->args);
}

/* NULL stays NULL: nothing was given. Heap. */
static char *copy(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

static void play(const struct login *l)
{
	const struct plan_auth auth = { .wanted = true,
		.user = copy(l->user), .authzid = copy(l->authzid),
		.password = copy(l->password) };
	struct room r;

	scram_steps = 0;
	enter(&r, l->mech, &auth);
	for (size_t i = 0; i < 5; i++)
		if (l->turns[i].answer || l->turns[i].sent)
			play_turn(&r, &l->turns[i]);
	if (l->password)
		assert_true(is_blotted(r.secrets, l->password));
	if (l->user)
		assert_false(is_blotted(r.secrets, l->user));
	leave(&r);
	free(auth.user);
	free(auth.authzid);
	free(auth.password);
}

#define JSON "{\"status\":\"invalid_token\",\"scope\":\"mail\"}"
#define TOKEN "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="

/* RFC 4616 §4, 2195 §2, 7628 §4.1 and §4.4, and what servers make of them. */
static const struct login logins[] = {
	{ "PLAIN", "tim", NULL, "tanstaaftanstaaf", {
		{ NULL, "|tim|tanstaaftanstaaf", NULL,
		  "auth-plain-sent", { "", "tim" } },
		{ "", NULL, "auth-go-on", "auth-no-answer", { 0 } },
	} },
	{ "PLAIN", "Kurt", "Ursel", "xipj3plmq", {
		{ "", "Ursel|Kurt|xipj3plmq", "auth-go-on",
		  "auth-plain-sent", { "Ursel", "Kurt" } },
	} },
	{ "PLAIN", NULL, NULL, NULL, {
		{ NULL, NULL, NULL, "auth-no-answer", { 0 } },
	} },
	{ "LOGIN", "alice", NULL, "s3cret word", {
		{ "Username:", "alice", "auth-login-prompt-user",
		  "auth-login-user", { "alice" } },
		{ "Password:", "s3cret word",
		  "auth-login-prompt-password", "auth-login-password",
		  { 0 } },
	} },
	{ "LOGIN", "alice", NULL, "s3cret", {
		{ "Kennwort", "s3cret", "auth-login-swapped",
		  "auth-login-password", { 0 } },
		{ "Benutzername", "alice", "auth-login-prompt-user",
		  "auth-login-user", { "alice" } },
		{ "Password:", "s3cret", "auth-login-prompt-password",
		  "auth-login-password", { 0 } },
	} },
	{ "LOGIN", "alice", NULL, "s3cret", {
		{ "?", "alice", "auth-login-prompt",
		  "auth-login-user", { "alice" } },
		{ "?", "s3cret", "auth-login-prompt",
		  "auth-login-password", { 0 } },
		{ "?", NULL, "auth-login-prompt", "auth-no-answer",
		  { 0 } },
	} },
	{ "CRAM-MD5", "tim", NULL, "tanstaaftanstaaf", {
		{ "<1896.697170952@postoffice.reston.mci.net>",
		  "tim b913a602c7eda7a495b4e6e7334d3890",
		  "auth-cram-challenge", "auth-cram-answer",
		  { "tim" } },
		{ "<2@example>", NULL, "auth-cram-challenge",
		  "auth-no-answer", { 0 } },
	} },
	{ "CRAM-MD5", "tim", NULL, "tanstaaftanstaaf", {
		{ "", NULL, "auth-cram-odd", "auth-no-answer", { 0 } },
	} },
	{ "OAUTHBEARER", "user@example.com", NULL, TOKEN, {
		{ NULL, "n,a=user@example.com,^host=server.example.com^"
		  "auth=Bearer " TOKEN "^^", NULL,
		  "auth-oauthbearer-sent",
		  { "user@example.com", "server.example.com" } },
		{ JSON, "^", "auth-oauth-error", "auth-oauth-end",
		  { 0 } },
		{ JSON, NULL, "auth-oauth-error", "auth-no-answer",
		  { 0 } },
	} },
	{ "OAUTHBEARER", "a,b=c", NULL, TOKEN, {
		{ "", "n,a=a=2Cb=3Dc,^host=server.example.com^"
		  "auth=Bearer " TOKEN "^^", "auth-go-on",
		  "auth-oauthbearer-sent",
		  { "a=2Cb=3Dc", "server.example.com" } },
	} },
	{ "XOAUTH2", "someuser@example.com", NULL, TOKEN, {
		{ NULL, "user=someuser@example.com^auth=Bearer " TOKEN
		  "^^", NULL, "auth-xoauth2-sent",
		  { "someuser@example.com" } },
		{ JSON, "", "auth-oauth-error", "auth-oauth-end",
		  { 0 } },
		{ JSON, NULL, "auth-oauth-error", "auth-no-answer",
		  { 0 } },
	} },
	{ "SCRAM-SHA-1", "user", NULL, "pencil", {
		{ NULL, "step 1", NULL, "auth-other-sent",
		  { "SCRAM-SHA-1" } },
		{ "r=fyko3rfcNHrlY,s=QSXCR+Q6sek8bf92,i=4096",
		  "step 2", "auth-scram-challenge", "auth-other-sent",
		  { "SCRAM-SHA-1" } },
		{ "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", "",
		  "auth-scram-verified", NULL, { 0 } },
	} },
	{ "SCRAM-SHA-1", "user", NULL, "pencil", {
		{ NULL, "step 1", NULL, "auth-other-sent",
		  { "SCRAM-SHA-1" } },
		{ "v=!", NULL, "auth-scram-final", "auth-failed-here",
		  { 0 } },
	} },
};

static void test_login_each_mechanism_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof logins / sizeof *logins; i++)
		play(&logins[i]);
}

/* RFC 4954 §4: no initial response that would make the line too long. */
static void test_initial_too_long_goes_with_the_first_challenge(void **state)
{
	char password[500], user[] = "alice";
	const struct plan_auth auth = { .user = user, .password = password };
	struct room r;

	(void)state;
	memset(password, 'p', sizeof password - 1);
	password[sizeof password - 1] = '\0';
	enter(&r, "PLAIN", &auth);
	assert_false(sasl_initial(r.s, &r.out));
	expect_why(&r, NULL);
	assert_int_equal(r.out.len, 0);
	assert_true(challenge(&r, ""));
	assert_int_equal(r.out.len, (499 + 7 + 2) / 3 * 4);
	assert_false(challenge(&r, ""));
	expect_why(&r, "auth-no-answer");
	leave(&r);
}

/* Challenges that no server should send */

struct bad {
	const char *text;
	size_t len; /* 0: of text; else filled up with its first byte */
	const char *why, *note;
};

static void play_bad(const struct bad *bad)
{
	char user[] = "tim", password[] = "tanstaaf";
	const struct plan_auth auth = { .user = user, .password = password };
	size_t len = bad->len ? bad->len : strlen(bad->text);
	char *text = xcalloc(len + 1, 1);
	struct room r;

	memset(text, *bad->text, len);
	memcpy(text, bad->text, strlen(bad->text));
	enter(&r, "CRAM-MD5", &auth);
	assert_int_equal(challenge(&r, text), !bad->why);
	expect_note(&r.note, bad->note, NULL);
	expect_why(&r, bad->why);
	leave(&r);
	free(text);
}

static void test_challenge_bad_ones_are_refused(void **state)
{
	static const struct bad rows[] = {
		{ "not base64!", 0, "auth-not-base64", NULL },
		{ "=AAA", 0, "auth-not-base64", NULL },
		{ "AAA=BBB=", 0, "auth-not-base64", NULL },
		{ "A", 1048576, "auth-challenge-long", NULL },
		{ "A", SASL_CHALLENGE_MAX + 4, "auth-challenge-long", NULL },
		{ "A", SASL_CHALLENGE_MAX, NULL, "auth-cram-odd" },
		{ "PABhQGI+", 0, NULL, "auth-cram-odd" }, /* <NUL a@b> */
		{ "", 0, "auth-no-answer", "auth-cram-odd" },
		{ "Y2hvc2Vu", 0, NULL, "auth-cram-odd" }, /* chosen */
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		play_bad(&rows[i]);
}

static void test_challenge_for_ever_is_given_up_after_ten(void **state)
{
	char user[] = "alice", password[] = "s3cret";
	const struct plan_auth auth = { .user = user, .password = password };
	struct room r;

	(void)state;
	enter(&r, "LOGIN", &auth);
	for (int i = 0; i < SASL_STEPS_MAX; i++)
		assert_true(challenge(&r, "UGFzc3dvcmQ6"));
	assert_false(challenge(&r, "UGFzc3dvcmQ6"));
	expect_why(&r, "auth-too-many-steps");
	leave(&r);
}

/* A note is bounded, has no NUL that ends it, no half a character and no
 * secret, wherever the server puts one. */
static void test_challenge_note_is_fit_to_show(void **state)
{
	static const char odd[] = "a\0b s3cret";
	char user[] = "alice", password[] = "s3cret";
	const struct plan_auth auth = { .user = user, .password = password };
	struct buf text = { 0 };
	char *line = encoded(odd, sizeof odd - 1);
	struct room r;

	(void)state;
	enter(&r, "LOGIN", &auth);
	challenge(&r, line);
	assert_string_equal(r.note.args[0], "a\xe2\x90\x80" "b ******");
	free(line);
	for (int i = 0; i < 300; i++)
		buf_adds(&text, "\xe2\x82\xac");
	buf_adds(&text, "user");
	line = encoded(text.data, text.len);
	challenge(&r, line);
	assert_string_equal(r.note.id, "auth-login-prompt-user");
	assert_int_equal(strlen(r.note.args[0]), 255);
	assert_memory_equal(r.note.args[0] + 252, "\xe2\x82\xac", 4);
	free(line);
	buf_clear(&text);
	leave(&r);
}

/* Typed by a person: explained, noted, answered by nobody */

struct typed {
	const char *mech, *challenge, *sent; /* Base64; challenge may be NULL */
	const char *note, *arg;
	const char *hidden, *shown; /* is it a secret now, or not? */
};

static void play_typed(const struct typed *t)
{
	const struct plan_auth auth = { 0 };
	struct room r;

	enter(&r, t->mech, &auth);
	if (t->challenge)
		challenge(&r, t->challenge);
	sasl_sent(r.s, t->sent, strlen(t->sent), &r.note);
	expect_note(&r.note, t->note, NULL);
	if (t->arg)
		assert_string_equal(r.note.args[0], t->arg);
	if (t->hidden) {
		assert_true(is_blotted(r.secrets, t->hidden));
		assert_true(is_blotted(r.secrets, t->sent));
	}
	if (t->shown)
		assert_false(is_blotted(r.secrets, t->shown));
	assert_false(challenge(&r, "eA=="));
	expect_why(&r, "auth-no-answer");
	leave(&r);
}

static void test_sent_by_hand_is_explained_and_kept_secret(void **state)
{
	static const struct typed rows[] = {
		{ "PLAIN", NULL, "AGFsaWNlAHMzY3JldA==", "auth-plain-sent", "",
		  "s3cret", "alice" },
		{ "PLAIN", NULL, "AGFsaWNlAHMzY3JldA ", "auth-sent-not-base64",
		  NULL, "s3cret", "alice" },
		{ "PLAIN", NULL, "AGFsaWNl", "auth-plain-broken", NULL,
		  "AGFsaWNl", "alicia" },
		{ "PLAIN", "", "=", NULL, NULL, NULL, "alice" },
		{ "LOGIN", NULL, "YWxpY2U=", "auth-login-user", "alice", NULL,
		  "alice" },
		{ "LOGIN", "VXNlciBOYW1lAA==", "YWxpY2U=", "auth-login-user",
		  "alice", NULL, "YWxpY2U=" },
		{ "LOGIN", "UGFzc3dvcmQA", "czNjcmV0", "auth-login-password",
		  NULL, "s3cret", "alice" },
		{ "LOGIN", "Pz8/", "czNjcmV0", "auth-login-password", NULL,
		  "s3cret", "alice" },
		{ "LOGIN", "VXNlcm5hbWU6", "alice", "auth-sent-not-base64",
		  NULL, "alice", NULL },
		{ "LOGIN", "VXNlcm5hbWU6", "*", "auth-cancelled", NULL, NULL,
		  "*" },
		{ "CRAM-MD5", "PGFAYj4=",
		  "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw",
		  "auth-cram-answer", "tim", "b913a602c7eda7a495b4e6e7334d3890",
		  "tim" },
		{ "XOAUTH2", NULL, "dXNlcj1hAWF1dGg9QmVhcmVyIHRvazEyMwEB",
		  "auth-xoauth2-sent", "a", "tok123", "user=a" },
		{ "OAUTHBEARER", NULL,
		  "bixhPXUBLAFob3N0PWgBYXV0aD1CZWFyZXIgdG9rMTIzAQE=",
		  "auth-oauthbearer-sent", NULL, "tok123", "host" },
		/* n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL */
		{ "SCRAM-SHA-1", NULL,
		  "biwsbj11c2VyLHI9ZnlrbytkMmxiYkZnT05Sdjlxa3hkYXdM",
		  "auth-scram-first", "user", NULL, "fyko+d2lbbFgONRv9qkxdawL"
		},
		/* c=biws,r=fyko,p=v0X8v3Bz2T0C */
		{ "SCRAM-SHA-1", NULL,
		  "Yz1iaXdzLHI9ZnlrbyxwPXYwWDh2M0J6MlQwQw==",
		  "auth-scram-proof", NULL, "v0X8v3Bz2T0C", "fyko" },
		{ "GSSAPI", NULL, "YIICZAYJKoZI", "auth-gssapi-sent", NULL,
		  "YIICZAYJKoZI", NULL },
		{ "X-OWN", "eHl6", "czNjcmV0", "auth-other-sent", "X-OWN",
		  "s3cret", "X-OWN" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		play_typed(&rows[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choose_takes_the_best_that_can_be_had),
		cmocka_unit_test(test_mech_table_says_what_each_is_good_for),
		cmocka_unit_test(test_login_each_mechanism_answers),
		cmocka_unit_test(
		    test_initial_too_long_goes_with_the_first_challenge),
		cmocka_unit_test(test_challenge_bad_ones_are_refused),
		cmocka_unit_test(test_challenge_for_ever_is_given_up_after_ten),
		cmocka_unit_test(test_challenge_note_is_fit_to_show),
		cmocka_unit_test(
		    test_sent_by_hand_is_explained_and_kept_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
