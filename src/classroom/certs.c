#include "config.h"

#include "classroom/certs.h"

#include <stdio.h>
#include <stdlib.h>

#include "util/buf.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum { HOUR_S = 3600, DAY_S = 86400 };

struct certs {
	struct tls_setup *authority;
	struct buf pem; /* of the authority */
	struct tls_setup **setups; /* of each server, NULL: no TLS */
	size_t n;
};

static bool is_wanted(const struct lesson *l)
{
	for (size_t i = 0; i < l->n_servers; i++)
		if (l->servers[i].tls != LESSON_TLS_NONE)
			return true;
	return false;
}

static struct tls_setup *server_setup(char **error)
{
	const struct tls_setup_config cfg = { .server = true };

	return tls_setup_new(&cfg, error);
}

/* Right in everything but what the lesson wants wrong. */
static bool make_certificate(struct certs *c, struct tls_setup *s,
                             const struct lesson_server *server)
{
	static const char *const others[] = { "somebody-else.example" };
	const char *names[LESSON_HOSTS_MAX];
	struct tls_wish wish = { names, server->n_hosts, -HOUR_S, 30 * DAY_S };

	for (size_t i = 0; i < wish.n; i++)
		names[i] = server->hosts[i].name;
	if (server->tls == LESSON_TLS_SELF_SIGNED)
		return tls_setup_self_signed(s, names, wish.n, wish.from_s,
		                             wish.to_s);
	if (server->tls == LESSON_TLS_EXPIRED) {
		wish.from_s = -90 * DAY_S;
		wish.to_s = -DAY_S;
	}
	if (server->tls == LESSON_TLS_WRONG_NAME) {
		wish.names = others;
		wish.n = 1;
	}
	return tls_setup_issued(s, c->authority, &wish);
}

static bool make_setup(struct certs *c, const struct lesson_server *server,
                       struct tls_setup **out, char **error)
{
	if (server->tls == LESSON_TLS_NONE)
		return true;
	*out = server_setup(error);
	return *out && make_certificate(c, *out, server);
}

static bool make_authority(struct certs *c, char **error)
{
	c->authority = server_setup(error);
	return c->authority &&
	       tls_setup_authority(c->authority, "smtpscope classroom",
	                           -100 * DAY_S, 100 * DAY_S) &&
	       tls_setup_pem(c->authority, &c->pem);
}

struct certs *certs_new(const struct lesson *l, char **error)
{
	struct certs *c;
	bool ok;

	*error = NULL;
	if (!is_wanted(l))
		return NULL;
	c = xcalloc(1, sizeof *c);
	c->n = l->n_servers;
	c->setups = xcalloc(c->n, sizeof *c->setups);
	ok = make_authority(c, error);
	for (size_t i = 0; ok && i < c->n; i++)
		ok = make_setup(c, &l->servers[i], &c->setups[i], error);
	if (ok)
		return c;
	if (!*error)
		*error = xstrdup(_("the certificates of the lesson cannot be "
		                   "made"));
	certs_free(c);
	return NULL;
}

void certs_free(struct certs *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n; i++)
		tls_setup_free(c->setups[i]);
	tls_setup_free(c->authority);
	buf_clear(&c->pem);
	free(c->setups);
	free(c);
}

struct tls_setup *certs_setup(const struct certs *c, size_t server)
{
	return c ? c->setups[server] : NULL;
}

const char *certs_ca_pem(const struct certs *c)
{
	return c ? c->pem.data : NULL;
}

bool certs_pin(const struct certs *c, size_t server, char hex[CERTS_PIN_SIZE])
{
	const struct tls_setup *s = certs_setup(c, server);
	unsigned char pin[32];

	if (!s || !tls_setup_spki_sha256(s, pin))
		return false;
	for (size_t i = 0; i < sizeof pin; i++)
		snprintf(hex + 2 * i, 3, "%02x", pin[i]);
	return true;
}
