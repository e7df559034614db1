#include "config.h"

#include "net/files.h"

#include <stdint.h>
#include <sys/resource.h>

#include "net/resolve.h"

enum {
	/* Standard input and output, the loop's and the queues' own, recording,
	 * input and output files, those that libraries open for a moment. */
	FILES_OWN = 28,
	/* UDP, and TCP where an answer was cut short (RFC 7766). */
	FILES_LOOKUP = 2,
};

/* Of what is left after FILES_OWN, where there is little of it, a quarter is
 * for the DNS. */
static size_t lookups_in(size_t files)
{
	size_t n = files > FILES_OWN ? (files - FILES_OWN) / 4 / FILES_LOOKUP
	                             : 0;

	n = n < RESOLVE_IN_FLIGHT ? n : RESOLVE_IN_FLIGHT;
	return n ? n : 1;
}

static struct files_room room_in(size_t files)
{
	struct files_room r = { .files = files, .lookups = lookups_in(files) };
	size_t taken = FILES_OWN + FILES_LOOKUP * r.lookups;

	r.sessions = files > taken ? files - taken : 1;
	return r;
}

static size_t number(rlim_t limit)
{
	return limit == RLIM_INFINITY || limit > SIZE_MAX / 2 ? SIZE_MAX / 2
	                                                      : (size_t)limit;
}

struct files_room files_make_room(size_t sessions)
{
	size_t need = sessions + FILES_OWN + FILES_LOOKUP * RESOLVE_IN_FLIGHT;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return room_in(SIZE_MAX / 2);
	if (sessions && number(limit.rlim_cur) < need) {
		rlim_t was = limit.rlim_cur;

		limit.rlim_cur = number(limit.rlim_max) < need
		                         ? limit.rlim_max : need;
		if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
			limit.rlim_cur = was;
	}
	return room_in(number(limit.rlim_cur));
}
