/*
 * clock: a clock for tests that is the same in each run. main only.
 *
 * With SMTPSCOPE_TEST_CLOCK="2026-01-02T10:41:02Z" in the environment the
 * program starts at that time, every event is one millisecond after the one
 * before and took one, and the ports that the system chose are not shown: two
 * runs of a lesson then give the same bytes.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include "core/event.h"

/* Call once, before the second thread starts. */
void clock_init(void);
/* For worker_config.stamp; NULL without a test clock. */
void (*clock_stamp(void))(struct event *e);

#endif
