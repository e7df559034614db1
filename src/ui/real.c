#include "config.h"

#include "ui/real.h"

#include <string.h>

bool real_stays_here(const struct dialog_now *now, const struct plan *plan,
                     bool demo)
{
	/* via is the classroom's port, or a proxy: that leads anywhere */
	const char *to = *now->via ? now->via : now->address;

	if (demo)
		return true;
	if (plan->way.socks_host || plan->way.unix_path || plan->way.pipe ||
	    !dialog_is_tcp(now))
		return false;
	return strncmp(to, "127.", 4) == 0 || strcmp(to, "::1") == 0;
}

size_t real_recipients(const struct dialog_now *now)
{
	size_t n = 0;

	if (now->transaction_over)
		return 0;
	for (size_t i = 0; i < now->n_rcpts; i++)
		n += now->rcpts[i].mark != MARK_LATER &&
		     now->rcpts[i].mark != MARK_NO;
	return n;
}
