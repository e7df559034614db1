/*
 * real: would this line hand a real message to a real host? Then it takes the
 * word send (design §8). Pure; shared by the inspector and the line mode.
 */
#ifndef UI_REAL_H
#define UI_REAL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/dialog.h"
#include "core/plan.h"

/*
 * 127/8, ::1, or the classroom (demo): nothing leaves this machine. Behind a
 * proxy, a Unix socket or a command there may be the whole world.
 */
bool real_stays_here(const struct dialog_now *now, const struct plan *plan,
                     bool demo);
/* Recipients that the server has taken, or may take yet. */
size_t real_recipients(const struct dialog_now *now);

#endif
