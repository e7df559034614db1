#include "config.h"

#include "net/resolve_priv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

static bool add_server(struct resolver *r, const struct server_address *s,
                       bool trusted)
{
	struct server *to = &r->servers[r->n_servers];

	if (r->n_servers == RESOLVE_SERVERS_MAX)
		return false;
	to->address = *s;
	to->trusted = trusted || server_is_loopback(s);
	server_text(s, to->text);
	r->n_servers++;
	return true;
}

static struct stat conf_stat(const struct resolver *r)
{
	struct stat now = { 0 };

	if (stat(r->conf, &now) < 0)
		now = (struct stat){ 0 };
	return now;
}

static void add_system_servers(struct resolver *r,
                               const struct resolve_config *cfg)
{
	struct server_address list[RESOLVE_SERVERS_MAX];
	size_t n = server_system(cfg->resolv_conf, list, RESOLVE_SERVERS_MAX);
	bool trusted = cfg->trust_ad || server_conf_trusts(cfg->resolv_conf);

	r->conf = xstrdup(cfg->resolv_conf ? cfg->resolv_conf
	                                   : RESOLVE_CONF);
	r->conf_was = conf_stat(r);
	r->guesses = !server_conf_names(cfg->resolv_conf);
	for (size_t i = 0; i < n; i++)
		add_server(r, &list[i], trusted);
}

/* "ADDR[:PORT],..."; false when one of them is not valid. */
static bool add_named_servers(struct resolver *r,
                              const struct resolve_config *cfg)
{
	char *copy = xstrdup(cfg->server), *save = NULL;
	bool ok = true;

	for (char *one = strtok_r(copy, ",", &save); one && ok;
	     one = strtok_r(NULL, ",", &save)) {
		struct server_address s;

		ok = server_parse(one, &s) && add_server(r, &s, cfg->trust_ad);
	}
	free(copy);
	return ok;
}

struct resolver *resolver_new(struct loop *l, const struct resolve_config *cfg)
{
	struct resolver *r = xcalloc(1, sizeof *r);
	bool ok = true;

	r->loop = l;
	r->try_ms = cfg->try_ms ? cfg->try_ms : RESOLVE_TRY_MS;
	r->total_ms = cfg->total_ms ? cfg->total_ms : RESOLVE_TOTAL_MS;
	r->max = cfg->in_flight ? cfg->in_flight : RESOLVE_IN_FLIGHT;
	r->kick = loop_timer_new(l, lookups_run, r);
	if (cfg->share)
		r->share = share_new();
	if (cfg->server)
		ok = add_named_servers(r, cfg);
	else
		add_system_servers(r, cfg);
	if (ok && r->n_servers)
		return r;
	resolver_free(r);
	return NULL;
}

void resolver_free(struct resolver *r)
{
	if (!r)
		return;
	while (r->all)
		lookup_free(r->all);
	for (size_t i = 0; i < r->n_servers; i++) {
		struct server *s = &r->servers[i];

		while (s->n_idle)
			channel_free(s->idle[--s->n_idle]);
		free(s->idle);
	}
	share_free(r->share);
	loop_timer_free(r->kick);
	free(r->conf);
	free(r);
}

size_t resolver_servers(const struct resolver *r)
{
	return r->n_servers;
}

bool resolver_is_trusted(const struct resolver *r)
{
	for (size_t i = 0; i < r->n_servers; i++)
		if (!r->servers[i].trusted)
			return false;
	return r->n_servers > 0;
}

bool resolver_is_stale(const struct resolver *r)
{
	struct stat now;

	if (!r->conf || r->all || r->serving)
		return false;
	now = conf_stat(r);
	return now.st_ino != r->conf_was.st_ino ||
	       now.st_dev != r->conf_was.st_dev ||
	       now.st_size != r->conf_was.st_size ||
	       now.st_mtime != r->conf_was.st_mtime;
}

bool resolver_guesses(const struct resolver *r)
{
	return r->guesses;
}

const char *resolver_server(const struct resolver *r, size_t i)
{
	assert(i < r->n_servers);
	return r->servers[i].text;
}
