/*
 * farewell: what a person is told when the inspector has given the screen
 * back, and the exit status that goes with it. main only.
 */
#ifndef FAREWELL_H
#define FAREWELL_H

#include "core/dialog.h"

/*
 * How the last session ended: its verdict, or, where a person has left it
 * before it had one, what it had reached. One line of text that is safe to
 * print; "" when nothing was looked up. Heap.
 */
char *farewell_result(const struct dialog *d);
/* The status of the last session's verdict (design §4). To leave is no fault:
 * a session that was only left counts as EXIT_ACCEPTED. */
int farewell_status(const struct dialog *d);

#endif
