/*
 * local_address: from which address would this host send? The kernel's own
 * choice of a source (RFC 6724 §5), found without sending a packet. Any
 * thread.
 */
#ifndef NET_LOCAL_ADDRESS_H
#define NET_LOCAL_ADDRESS_H

#include <stdbool.h>

enum { LOCAL_ADDRESS_MAX = 46 }; /* numeric text and NUL */

/*
 * towards: numeric. source: what is bound first (--source), NULL or one of
 * the other family: the kernel chooses. out: numeric, no zone. false: there is
 * no way there, or source is none of this host's.
 */
bool local_address(const char *towards, const char *source,
                   char out[LOCAL_ADDRESS_MAX]);

#endif
