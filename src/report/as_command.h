/*
 * as_command: behind the dialog of each target the command lines that do the
 * same again, for swaks, openssl, nc and smtpscope. Made from the events, so
 * that a recording gives them too. One thread.
 */
#ifndef REPORT_AS_COMMAND_H
#define REPORT_AS_COMMAND_H

#include <stdbool.h>
#include <stdio.h>

#include "core/event.h"

struct as_command;

struct as_command *as_command_new(FILE *out);  /* borrowed */
void as_command_free(struct as_command *a);    /* NULL is fine */
/* Takes e (borrowed) and prints at the end of a target (EV_END). False: it
 * could not be written: errno. */
bool as_command_event(struct as_command *a, const struct event *e);

#endif
