/*
 * files: how many descriptors this process may have, and how many connections
 * fit in them beside everything else that needs one.
 */
#ifndef NET_FILES_H
#define NET_FILES_H

#include <stddef.h>

struct files_room {
	size_t files;    /* that the process may have open */
	size_t sessions; /* connections at once that fit; at least 1 */
	size_t lookups;  /* DNS lookups at once beside them; at least 1 */
};

/*
 * What there is room for. sessions: how many are wanted: where they do not fit,
 * RLIMIT_NOFILE is raised as far as they need it and the hard limit allows it,
 * for this process and those that it starts from then on. 0: leaves it alone.
 */
struct files_room files_make_room(size_t sessions);

#endif
