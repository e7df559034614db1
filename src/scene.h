/*
 * scene: where events come from: the worker, and for a lesson the classroom on
 * the worker's loop. main only.
 */
#ifndef SCENE_H
#define SCENE_H

#include <stdbool.h>

#include "classroom/classroom.h"
#include "cli/options.h"
#include "net/worker.h"

struct scene {
	struct lesson *lesson; /* NULL: the real network, or --join */
	struct classroom *room;
	struct redirect *redirects;
	char *dns;             /* of --join, numeric */
	struct worker *worker;
};

/*
 * lesson: name or file, "" the first; NULL: the network as options say.
 * serve: for others, on options.listen. Returns NULL, or one sentence (heap)
 * and nothing is open: no such lesson, an error in it, a port in use.
 */
char *scene_open(struct scene *s, const struct options *o, const char *lesson,
                 bool serve);
/* An open session is told QUIT first. Events that were not taken are lost:
 * drain worker_events() before, if they matter. */
void scene_close(struct scene *s);
/* Is the lesson gone through as it is? Not when the user says what to do. */
bool scene_is_lesson(const struct scene *s, const struct options *o);
/* The lesson's helo, sender, recipients, steps, and what else its client needs
 * (TLS, login, message ...), as far as the user has not said something else. */
void scene_fill(const struct scene *s, const struct options *o,
                struct plan *p);

#endif
