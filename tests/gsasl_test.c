/* gsasl: SCRAM as it is lent, against the server's side of the same library. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gsasl.h>

#include "core/finding.h"
#include "core/sasl.h"
#include "net/gsasl.h"
#include "util/base64.h"
#include "util/wipe.h"
#include "util/xalloc.h"

/* What the server knows; binding in Base64. */
struct server {
	const char *password;
	Gsasl_property bound;
	const char *binding;
};

static int server_says(Gsasl *ctx, Gsasl_session *session,
                       Gsasl_property property)
{
	const struct server *server = gsasl_callback_hook_get(ctx);

	if (property == GSASL_PASSWORD)
		return gsasl_property_set(session, property, server->password);
	if (property == server->bound)
		return gsasl_property_set(session, property, server->binding);
	if (property == GSASL_SCRAM_ITER)
		return gsasl_property_set(session, property, "4096");
	return GSASL_NO_CALLBACK;
}

struct login {
	const char *mech;
	const char *password, *servers_password;
	const char *kind, *binding, *servers_binding;
	bool good;
	const char *note; /* of the last challenge */
};

/* The messages go to and fro until both are done, or one gives up. */
static bool talk(struct sasl *s, Gsasl_session *session, struct sasl_note *note)
{
	struct buf line = { 0 };
	bool going = sasl_initial(s, &line);
	int code = GSASL_NEEDS_MORE;

	while (going) {
		char *challenge = NULL;

		sasl_sent(s, line.data, line.len, note);
		code = gsasl_step64(session, line.data, &challenge);
		wipe_buf(&line);
		if (code != GSASL_NEEDS_MORE && (code != GSASL_OK ||
		                                 !*challenge)) {
			gsasl_free(challenge);
			break;
		}
		going = sasl_challenge(s, challenge, strlen(challenge), &line,
		                       note);
		gsasl_free(challenge);
		if (code == GSASL_OK) /* the proof came: an empty line */
			break;
	}
	wipe_buf(&line);
	return going && code == GSASL_OK;
}

static void play(struct lender *lender, const struct login *l)
{
	struct server server = { .password = l->servers_password,
		.binding = l->servers_binding };
	struct plan_auth auth = { .user = xstrdup("user"),
		.password = xstrdup(l->password) };
	struct sasl_lent lent = { 0 };
	struct sasl_with with = { .auth = &auth, .host = "h", .lent = &lent,
		.secrets = secrets_new() };
	struct sasl_note note = { 0 };
	struct sasl *s;
	Gsasl *ctx;
	Gsasl_session *session;

	if (l->kind)
		server.bound = strcmp(l->kind, "tls-unique") == 0
		    ? GSASL_CB_TLS_UNIQUE : GSASL_CB_TLS_EXPORTER;
	assert_int_equal(gsasl_init(&ctx), GSASL_OK);
	gsasl_callback_hook_set(ctx, &server);
	gsasl_callback_set(ctx, server_says);
	assert_int_equal(gsasl_server_start(ctx, l->mech, &session), GSASL_OK);
	lender_bind(lender, l->kind, l->binding,
	            l->binding ? strlen(l->binding) : 0);
	lender_lend(lender, &lent);
	s = sasl_new(sasl_mech_find(l->mech, strlen(l->mech)), l->mech, &with);
	assert_int_equal(talk(s, session, &note), l->good);
	assert_string_equal(note.id, l->note);
	assert_non_null(finding_find(note.id));
	sasl_free(s);
	gsasl_finish(session);
	gsasl_done(ctx);
	secrets_free(with.secrets);
	wipe_free(auth.user);
	wipe_free(auth.password);
}

static bool library(struct lender *lender)
{
	struct sasl_lent lent = { 0 };

	lender_lend(lender, &lent);
	return lent.has && lent.has(lent.arg, "SCRAM-SHA-1");
}

static void test_scram_logs_in_where_both_know_the_password(void **state)
{
	static const struct login rows[] = {
		{ "SCRAM-SHA-1", "pencil", "pencil", NULL, NULL, NULL, true,
		  "auth-scram-verified" },
		{ "SCRAM-SHA-256", "p\xc3\xa4ss", "p\xc3\xa4ss", NULL, NULL,
		  NULL, true, "auth-scram-verified" },
		{ "SCRAM-SHA-256", "pencil", "other", NULL, NULL, NULL, false,
		  "auth-scram-proof" },
		{ "SCRAM-SHA-1-PLUS", "pencil", "pencil", "tls-unique",
		  "bound", "Ym91bmQ=", true, "auth-scram-verified" },
		{ "SCRAM-SHA-256-PLUS", "pencil", "pencil", "tls-exporter",
		  "bound", "Ym91bmQ=", true, "auth-scram-verified" },
		{ "SCRAM-SHA-256-PLUS", "pencil", "pencil", "tls-exporter",
		  "bound", "T1RIRVI=", false, "auth-scram-proof" },
	};
	struct lender *lender = lender_new();

	(void)state;
	if (!library(lender)) {
		lender_free(lender);
		skip();
	}
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		play(lender, &rows[i]);
	lender_free(lender);
	lender_free(NULL);
}

static bool step(const struct sasl_lent *lent, const char *mech,
                 const struct plan_auth *auth, const char *in, struct buf *out)
{
	const struct sasl_step step = { .mech = mech, .auth = auth,
		.host = "h", .in = in, .len = strlen(in) };
	const char *why = NULL;
	bool good;

	buf_reset(out);
	good = lent->step(lent->arg, &step, out, &why);
	assert_int_equal(good, !why);
	return good;
}

/* The server's side is right but for the proof: who answers is not who knows
 * the password. */
static void test_scram_wrong_proof_is_found(void **state)
{
	static const char mech[] = "SCRAM-SHA-1";
	struct lender *lender = lender_new();
	char user[] = "user", password[] = "pencil";
	const struct plan_auth auth = { .user = user, .password = password };
	struct sasl_lent lent = { 0 };
	struct buf out = { 0 }, first = { 0 };

	(void)state;
	lender_lend(lender, &lent);
	if (library(lender)) {
		assert_true(step(&lent, mech, &auth, "", &out));
		assert_non_null(strstr(buf_str(&out), ",r="));
		buf_addf(&first, "%sx,s=c2FsdA==,i=4096",
		         strstr(out.data, ",r=") + 1);
		assert_true(step(&lent, mech, &auth, first.data, &out));
		assert_false(step(&lent, mech, &auth,
		                  "v=AAAAAAAAAAAAAAAAAAAAAAAAAAA=", &out));
	}
	lender_free(lender);
	wipe_buf(&out);
	buf_clear(&first);
}

static void test_has_needs_a_binding_for_plus(void **state)
{
	struct lender *lender = lender_new();
	struct sasl_lent lent = { 0 };

	(void)state;
	lender_lend(lender, &lent);
	if (library(lender)) {
		assert_false(lent.has(lent.arg, "SCRAM-SHA-256-PLUS"));
		lender_bind(lender, "tls-server-end-point", "x", 1);
		assert_false(lent.has(lent.arg, "SCRAM-SHA-256-PLUS"));
		lender_bind(lender, "tls-exporter", "x", 1);
		assert_true(lent.has(lent.arg, "SCRAM-SHA-256-PLUS"));
		lender_bind(lender, NULL, NULL, 0);
		assert_false(lent.has(lent.arg, "SCRAM-SHA-256-PLUS"));
		assert_false(lent.has(lent.arg, "NONSENSE"));
	}
	lender_free(lender);
}

static void test_step_that_fails_says_why(void **state)
{
	const struct plan_auth auth = { 0 };
	struct lender *lender = lender_new();
	struct sasl_lent lent = { 0 };
	struct buf out = { 0 };

	(void)state;
	lender_lend(lender, &lent);
	if (lent.step) {
		assert_false(step(&lent, "SCRAM-SHA-1", &auth, "", &out));
		lent.end(lent.arg);
		assert_false(step(&lent, "NONSENSE", &auth, "", &out));
	}
	lender_free(lender);
	wipe_buf(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_scram_logs_in_where_both_know_the_password),
		cmocka_unit_test(test_scram_wrong_proof_is_found),
		cmocka_unit_test(test_has_needs_a_binding_for_plus),
		cmocka_unit_test(test_step_that_fails_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
