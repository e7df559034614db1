#include "config.h"

#include "net/gsasl.h"

#include <gsasl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util/base64.h"
#include "util/library.h"
#include "util/wipe.h"
#include "util/xalloc.h"

/* The functions of libgsasl that are used, by their names there. */
#define FUNCTIONS(X)                                                           \
	X(gsasl_init)                                                          \
	X(gsasl_done)                                                          \
	X(gsasl_client_support_p)                                              \
	X(gsasl_client_start)                                                  \
	X(gsasl_property_set)                                                  \
	X(gsasl_property_fast)                                                 \
	X(gsasl_step)                                                          \
	X(gsasl_finish)                                                        \
	X(gsasl_free)                                                          \
	X(gsasl_strerror)

struct libgsasl {
#define POINTER(name) __typeof__(name) *name;
	FUNCTIONS(POINTER)
#undef POINTER
};

static const struct library_symbol symbols[] = {
#define AT(name) { #name, offsetof(struct libgsasl, name) },
	FUNCTIONS(AT)
#undef AT
};

struct lender {
	bool tried;
	const struct libgsasl *lib;
	Gsasl *ctx;             /* NULL: not to be had */
	Gsasl_session *session; /* of the login that is under way */
	Gsasl_property bound;   /* which binding; 0: none */
	struct buf binding;     /* in Base64, as the library wants it */
};

static const struct libgsasl *libgsasl(void)
{
	static struct library l = {
		.so_name = LIBGSASL_SONAME,
		.symbols = symbols,
		.n = sizeof symbols / sizeof *symbols,
		.size = sizeof(struct libgsasl),
	};

	return library_table(&l);
}

/* The first time, the library is looked for. It stays loaded: the texts of its
 * errors are in it. */
static bool ready(struct lender *l)
{
	if (!l->tried) {
		l->tried = true;
		l->lib = libgsasl();
		if (!l->lib || l->lib->gsasl_init(&l->ctx) != GSASL_OK)
			l->ctx = NULL;
	}
	return l->ctx != NULL;
}

struct lender *lender_new(void)
{
	return xcalloc(1, sizeof(struct lender));
}

/* The library frees its copies, but does not empty them. */
static void forget(struct lender *l, Gsasl_property property)
{
	const char *text = l->lib->gsasl_property_fast(l->session, property);

	if (text)
		wipe((void *)(uintptr_t)text, strlen(text));
}

static void end(void *arg)
{
	struct lender *l = arg;

	if (!l->session)
		return;
	forget(l, GSASL_PASSWORD);
	forget(l, GSASL_SCRAM_SALTED_PASSWORD);
	l->lib->gsasl_finish(l->session);
	l->session = NULL;
}

void lender_free(struct lender *l)
{
	if (!l)
		return;
	end(l);
	if (l->ctx)
		l->lib->gsasl_done(l->ctx);
	wipe_buf(&l->binding);
	free(l);
}

void lender_bind(struct lender *l, const char *kind, const void *data,
                 size_t len)
{
	wipe_buf(&l->binding);
	l->bound = 0;
	if (!kind)
		return;
	if (strcmp(kind, "tls-exporter") == 0)
		l->bound = GSASL_CB_TLS_EXPORTER;
	else if (strcmp(kind, "tls-unique") == 0)
		l->bound = GSASL_CB_TLS_UNIQUE;
	base64_encode(&l->binding, data, len);
}

static bool is_plus(const char *mech)
{
	size_t len = strlen(mech);

	return len > 5 && strcmp(mech + len - 5, "-PLUS") == 0;
}

static bool has(void *arg, const char *mech)
{
	struct lender *l = arg;

	return ready(l) && (!is_plus(mech) || l->bound) &&
	       l->lib->gsasl_client_support_p(l->ctx, mech);
}

static bool set(struct lender *l, Gsasl_property property, const char *value)
{
	return !value || l->lib->gsasl_property_set(l->session, property,
	                                             value) == GSASL_OK;
}

/* A ticket proves the user of GSSAPI; the name says whom to act as. */
static bool set_all(struct lender *l, const struct sasl_step *step)
{
	const struct plan_auth *auth = step->auth;

	if (strcmp(step->mech, "GSSAPI") == 0)
		return set(l, GSASL_SERVICE, "smtp") &&
		       set(l, GSASL_HOSTNAME, step->host) &&
		       set(l, GSASL_AUTHZID,
		           auth->authzid ? auth->authzid : auth->user);
	return set(l, GSASL_AUTHID, auth->user) &&
	       set(l, GSASL_AUTHZID, auth->authzid) &&
	       set(l, GSASL_PASSWORD, auth->password) &&
	       (!is_plus(step->mech) ||
	        set(l, l->bound, buf_str(&l->binding)));
}

static bool start(struct lender *l, const struct sasl_step *step)
{
	if (l->session)
		return true;
	if (l->lib->gsasl_client_start(l->ctx, step->mech, &l->session) !=
	    GSASL_OK) {
		l->session = NULL;
		return false;
	}
	return set_all(l, step);
}

static bool make_step(void *arg, const struct sasl_step *step, struct buf *out,
                      const char **why)
{
	struct lender *l = arg;
	char *answer = NULL;
	size_t n = 0;
	int code;

	*why = "GNU SASL does not have this mechanism";
	if (!has(l, step->mech) || !start(l, step))
		return false;
	code = l->lib->gsasl_step(l->session, step->in, step->len, &answer,
	                           &n);
	if (code != GSASL_OK && code != GSASL_NEEDS_MORE) {
		*why = l->lib->gsasl_strerror(code);
		return false;
	}
	*why = NULL;
	buf_reserve(out, n);
	buf_add(out, answer, n);
	if (answer)
		wipe(answer, n);
	l->lib->gsasl_free(answer);
	return true;
}

void lender_lend(struct lender *l, struct sasl_lent *lent)
{
	lent->has = has;
	lent->step = make_step;
	lent->end = end;
	lent->arg = l;
}
