/*
 * when: moments as the recording writes them (RFC 3339) and as numbers, so
 * that a certificate's days can be counted without a clock. Pure; any thread.
 */
#ifndef CORE_WHEN_H
#define CORE_WHEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/dialog.h"

enum { WHEN_DAY_S = 86400 };

/*
 * "2026-11-23T10:41:02.031+01:00" to seconds since 1970, UTC; parts of a second
 * are left out (RFC 3339 §5.6). False: it is no such text.
 */
bool when_parse(const char *text, int64_t *out_s);
/*
 * The moment of event i by the clock of its recording, in seconds since 1970.
 * False: the dialog does not say when it began.
 */
bool when_event(const struct dialog *d, size_t i, int64_t *out_s);

#endif
