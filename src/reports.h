/*
 * reports: the files that a run, or the inspector's :save, leaves behind. main
 * only.
 */
#ifndef REPORTS_H
#define REPORTS_H

#include <stdbool.h>

#include "cli/options.h"
#include "core/dialog.h"
#include "core/event.h"
#include "front.h"
#include "ui/app.h"

struct reports;

/* NULL, or one sentence (heap): options that contradict each other, a file
 * that could not be written. Exit 64, and nothing was sent. */
char *reports_check(const struct options *o);
/* Does a report go to standard output, so that nothing else may? */
bool reports_take_stdout(const struct options *o);

/* Those of --html and --markdown; none is fine. look: borrowed. */
struct reports *reports_new(const struct front_look *look);
void reports_event(struct reports *r, const struct event *e);
/* Writes them and frees. What goes wrong is told, with how the session itself
 * ended: exit, which comes back, or EXIT_IO. */
int reports_end(struct reports *r, int exit);
void reports_free(struct reports *r); /* unwritten; NULL is fine */
/* All three for what is on screen. */
int reports_of(const struct front_look *look, const struct dialog *d,
               int exit);

/* The inspector's :save (ui_calls.save): NULL, or a sentence. */
char *reports_save(const struct dialog *d, enum ui_save_form form,
                   const char *file, bool replace);

#endif
