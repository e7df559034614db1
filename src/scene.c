#include "config.h"

#include "scene.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "clock.h"
#include "util/i18n.h"
#include "util/xalloc.h"

static char *open_room(struct scene *s, const struct options *o,
                       const char *name, bool serve)
{
	struct classroom_config cfg = { .serve = serve, .listen = o->listen };
	char *error = NULL;

	s->lesson = lesson_find(*name ? name : NULL, &error);
	if (s->lesson)
		s->room = classroom_open(s->lesson, &cfg, &error);
	return error;
}

static size_t copy_redirects(struct scene *s)
{
	const struct classroom_redirect *from;
	size_t n;

	from = classroom_redirects(s->room, &n);
	s->redirects = xcalloc(n, sizeof *s->redirects);
	for (size_t i = 0; i < n; i++)
		s->redirects[i] = (struct redirect){
			.address = from[i].address,
			.port = from[i].port,
			.to_port = from[i].to_port,
		};
	return n;
}

/* The classroom's DNS server, which a student may have been told by name. */
static char *resolve_join(struct scene *s, const char *where)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM }, *list;
	const char *colon = strrchr(where, ':');
	char *host = xmemdup0(where, (size_t)(colon - where));
	char address[NI_MAXHOST], port[NI_MAXSERV], *error = NULL;
	int why = getaddrinfo(host, colon + 1, &hints, &list);

	if (!why) {
		why = getnameinfo(list->ai_addr, list->ai_addrlen, address,
		                  sizeof address, port, sizeof port,
		                  NI_NUMERICHOST | NI_NUMERICSERV);
		freeaddrinfo(list);
	}
	if (why)
		error = xasprintf("--join %s: %s", where, gai_strerror(why));
	else
		s->dns = xasprintf(strchr(address, ':') ? "[%s]:%s" : "%s:%s",
		                   address, port);
	free(host);
	return error;
}

static char *start_worker(struct scene *s, const struct options *o)
{
	struct worker_config cfg = {
		.dns = s->dns ? s->dns : o->dns,
		.trust_ad = o->trust_ad,
		.per_host = o->per_host,
		.join = o->join != NULL && !s->room,
		.start_us = loop_now_us(),
		.stamp = clock_stamp(),
	};

	if (s->room) {
		cfg.dns = classroom_dns(s->room);
		cfg.n_redirects = copy_redirects(s);
		cfg.redirects = s->redirects;
		cfg.attach = classroom_attach;
		cfg.detach = classroom_detach;
		cfg.trust_pem = classroom_ca_pem(s->room);
		cfg.arg = s->room;
	}
	s->worker = worker_start(&cfg);
	if (s->worker)
		return NULL;
	return xasprintf(_("the network thread cannot start: %s"),
	                 strerror(errno));
}

char *scene_open(struct scene *s, const struct options *o, const char *lesson,
                 bool serve)
{
	char *error = NULL;

	*s = (struct scene){ 0 };
	if (lesson)
		error = open_room(s, o, lesson, serve);
	else if (o->join)
		error = resolve_join(s, o->join);
	if (!error)
		error = start_worker(s, o);
	if (error)
		scene_close(s);
	return error;
}

void scene_close(struct scene *s)
{
	if (s->worker)
		worker_stop(s->worker);
	classroom_close(s->room);
	lesson_free(s->lesson);
	free(s->redirects);
	free(s->dns);
	*s = (struct scene){ 0 };
}

bool scene_is_lesson(const struct scene *s, const struct options *o)
{
	return s->lesson && !o->n_words && !o->input && !o->to && !o->stage &&
	       !o->script && !o->check;
}

void scene_fill(const struct scene *s, const struct options *o,
                struct plan *p)
{
	size_t steps = p->n_steps, to = p->n_to;
	enum stage stage = p->stage;

	if (!s->lesson)
		return;
	lesson_fill_plan(s->lesson, p);
	if (o->stage)
		p->stage = stage;
	if (scene_is_lesson(s, o))
		return;
	plan_drop_steps(p, steps);
	if (o->n_words || o->input) /* the lesson's recipients are elsewhere */
		plan_drop_to(p, to);
}
