/*
 * front: the front ends, joined with what they show. main only.
 */
#ifndef FRONT_H
#define FRONT_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/options.h"
#include "core/mask.h"
#include "core/plan.h"
#include "scene.h"
#include "tape.h"
#include "ui/app.h"

/* What batch prints. */
enum front_form { PRINT_TEXT, PRINT_JSON, PRINT_SWAKS, PRINT_TICKET,
	PRINT_LINES /* one a target */, PRINT_NOTHING };

/* What main found out about the terminal and the user's wishes. */
struct front_look {
	bool color;  /* of text on standard output */
	bool ascii;
	int width;   /* columns, 0 unknown */
	enum front_form form;
	enum mask_mode mask; /* of all that is shown, not of recordings */
	bool as_command; /* behind it the lines that do it again */
	bool plain;  /* line by line, no cursor control */
	bool inspect; /* many targets in the inspector, not in batch */
	const char *html, *markdown; /* reports, NULL none */
	bool quiz;   /* of html: a worksheet */
	bool lesson; /* the scene's lesson is gone through as it is */
};

/*
 * Every plan in turn, without a question; each is given away. Returns the exit
 * status of design §4, the worst of all.
 */
int front_batch(const struct front_look *look, struct scene *s,
                struct tape *t, struct plan **plans, size_t n);
/*
 * The targets of --input, options.jobs at once, each line a plan like base.
 * Returns as front_batch() does; 64 when a line is no target, or the list or
 * --resume is of no use.
 */
int front_list(const struct front_look *look, const struct options *o,
               struct scene *s, struct tape *t, struct plan *base);
/* TARGETs, options.jobs at once. plans: one each, given away with the array. */
int front_many(const struct front_look *look, const struct options *o,
               struct scene *s, struct tape *t, struct plan **plans);
/* A recording as text or JSON. error: heap, or NULL. */
int front_batch_replay(const struct front_look *look, const char *file);

/*
 * The inspector, or its line by line form. plan: given away; its target may be
 * empty. JOB_REPLAY shows the recording. s may be changed (:demo).
 * Returns the exit status, or -1 when this terminal cannot be used.
 */
int front_inspector(const struct front_look *look, const struct options *o,
                    struct scene *s, struct tape *t, struct plan *plan);

/* The inspector over many targets, which many does; its open() is filled in.
 * False: this terminal cannot be used. */
bool front_inspect_many(const struct front_look *look,
                        const struct options *o, struct tape *t,
                        const struct ui_many *many);

/* "smtpscope: text" on stderr, fit for a terminal. text: given away. */
void front_tell(char *text);

#endif
