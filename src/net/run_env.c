#include "config.h"

#include "net/run_priv.h"

#include <stdlib.h>
#include <string.h>

#include "net/files.h"
#include "net/hostname.h"
#include "util/buf.h"

/* What runs share. A run that is alone has nobody to share TLS with, and asks
 * the DNS itself. */

void run_env_enter(struct run_env *env)
{
	if (env->runs++ || !env->resolver || !resolver_is_stale(env->resolver))
		return;
	resolver_free(env->resolver);
	env->resolver = NULL;
}

void run_env_leave(struct run_env *env)
{
	env->runs--;
}

void run_env_clear(struct run_env *env)
{
	loop_timer_free(env->gate_timer);
	gate_free(env->gate);
	resolver_free(env->resolver);
	free(env->own_name);
	tls_setup_free(env->tls);
	free(env->tls_key);
}

bool run_resolver(struct run *r)
{
	struct run_env *env = r->env;
	struct resolve_config cfg = { .server = env->cfg->dns,
		.resolv_conf = env->cfg->resolv_conf,
		.trust_ad = env->cfg->trust_ad,
		.try_ms = env->cfg->dns_try_ms, .share = r->out.run != 0,
		.in_flight = files_make_room(0).lookups };

	if (env->resolver)
		return true;
	env->resolver = resolver_new(env->loop, &cfg);
	if (env->resolver && resolver_guesses(env->resolver))
		outlet_finding(&r->out, "dns-default",
		               resolver_server(env->resolver, 0), 0, 0);
	return env->resolver != NULL;
}

const char *run_own_name(struct run *r)
{
	struct run_env *env = r->env;

	if (r->wish.plan->helo || (r->out.run && env->named))
		return env->own_name;
	free(env->own_name);
	env->own_name = host_full_name();
	env->named = true;
	return env->own_name;
}

/* Everything of a plan that a setup is made of (visit_tls.c). */
static char *key_of(const struct plan_tls *t)
{
	const char *const files[] = { t->ca_file, t->cert_file, t->key_file };
	struct buf b = { 0 };

	buf_addf(&b, "%d %d", t->min, t->max);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		buf_addf(&b, "\n%s", files[i] ? files[i] : "");
	return buf_steal(&b);
}

struct tls_setup **run_tls_setup(struct run *r)
{
	struct run_env *env = r->env;
	struct tls_setup **setup = &r->tls;
	char *key;

	if (!r->out.run)
		return setup;
	key = key_of(&r->plan->tls);
	if (!env->tls_key || strcmp(env->tls_key, key) == 0)
		setup = &env->tls;
	if (env->tls_key)
		free(key);
	else
		env->tls_key = key;
	return setup;
}
