/*
 * plain: the inspector without a screen: numbered lines, one after the other,
 * for TERM=dumb, screen readers and pipes. C: and S: lines, an annotation
 * after each reply, a prompt that names the state, ? to hear the last
 * explanation again. No box characters, no spinner, nothing is ever redrawn.
 *
 * One thread, the caller's; poll() on stdin and the queue.
 */
#ifndef UI_PLAIN_H
#define UI_PLAIN_H

#include <stdio.h>

#include "ui/app.h"

/*
 * Reads commands from fd in (lines), writes to out. Ends at :q, at the end of
 * input (after the open session has been told QUIT and closed), or when out
 * cannot be written any more (UI_HANGUP).
 */
struct ui_result plain_run(const struct ui_config *cfg, int in, FILE *out);

#endif
