/*
 * term_input: what term.c and term_input.c know of each other.
 *
 * term_input.c waits and reads; it uses no curses. It also writes the tests'
 * ready line.
 */
#ifndef UI_TERM_INPUT_H
#define UI_TERM_INPUT_H

#include "ui/term.h"

void term_input_start(bool utf8);
void term_input_stop(void);
void term_input_define(const char *sequence, enum key_code code,
                       unsigned mods);
/* Something happens: the last ready line is no longer true, and another one
 * has to come. */
void term_input_stir(void);

/* term.c: the size anew; away from the terminal, and back with a new size. */
void term_measure(void);
void term_leave(void);
void term_enter(void);

#endif
