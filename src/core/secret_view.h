/*
 * secret_view: a text read in each of the ways in which a secret may be
 * written: as it stands, over line breaks, percent-encoded (RFC 3986 §2.1, "+"
 * for a blank too), quoted-printable (RFC 2045 §6.7), as xtext (RFC 3461 §4),
 * with "\" before characters, in hex, and in Base64 (RFC 4648 §4, §5). Only for
 * secret.c and mask_scan.c.
 */
#ifndef CORE_SECRET_VIEW_H
#define CORE_SECRET_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where in the text a byte was read: from..to. */
struct secret_place {
	uint32_t from, to;
};

/* Bytes read in one of these ways without a gap. */
struct secret_run {
	const char *bytes;
	const struct secret_place *places;
	size_t n;
	bool whole; /* hex, Base64: less than all of it means nothing alone */
};

/*
 * Calls found for each run of each view. The run is lent for the call; its
 * memory is wiped afterwards. Time and memory: linear in len,
 * which is below 4 GiB.
 */
void secret_views(const char *text, size_t len,
                  void (*found)(const struct secret_run *run, void *arg),
                  void *arg);

#endif
