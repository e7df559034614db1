/*
 * screenplay: plays a .screen file on the program and writes down what it saw.
 *
 * A .screen file is its own expectation: the play makes the text of the file
 * anew, and a test compares. Lines:
 *
 *   # a comment; kept
 *   size: 80x24
 *   env: NAME=VALUE            one a line; env: NAME unsets
 *   theme: mono                for the letters; default what TERM gives
 *   colors: 0                  (256 unless said)
 *   mask: REGEX                shown as ~ in the rows (ports, versions)
 *   program: tests/term_demo   below the build folder; default the program
 *   args: --demo=first --lang en     separated by blanks; 'a b' is one
 *   keys: NOOP<Enter>          each key is waited for (vt.h)
 *   keys-now: <Ctrl-C>         sent without waiting for the program before
 *   wait: some text            until it is on the screen
 *   settle:                    until the program is idle
 *   resize: 60x16
 *   screen:                    what is seen now: rows, cursor, letters
 *   |...|
 *   cursor: 13,22              or "cursor: hidden"
 *   attrs:
 *   |...|
 *   exit: 0                    the program has ended so ("killed N": signal)
 *   shot: NAME                 NAME.svg (and .png) in the folder of pictures
 *
 * The first line that needs it starts the program. @srcdir@ and @builddir@ are
 * replaced in env and args.
 */
#ifndef TESTS_SCREENPLAY_H
#define TESTS_SCREENPLAY_H

#include <stdbool.h>

#include "util/buf.h"

struct screenplay {
	const char *path;
	const char *pictures; /* folder for shot:, NULL: none are made */
	struct buf before;    /* the file */
	struct buf after;     /* the file as it would be now */
	struct buf error;     /* "path:line: what", empty when all went well */
};

/* false: it could not be played; see error. */
bool screenplay_run(struct screenplay *s);
/* What differs, line by line, on stdout. */
void screenplay_show_difference(const struct screenplay *s);
void screenplay_clear(struct screenplay *s);

#endif
