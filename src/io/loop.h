/*
 * loop: timers, descriptors and wake-ups; the one user of libuv.
 *
 * A loop belongs to the thread that runs it; only loop_wake_now() may be
 * called from others. Handles are heap objects: *_new gives them, *_free takes
 * them (also inside their own callback). Callbacks run from loop_run().
 */
#ifndef IO_LOOP_H
#define IO_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct loop_timer;
struct loop_fd;
struct loop_wake;

struct loop *loop_new(void); /* NULL: no descriptors left */
void loop_free(struct loop *l); /* every handle was freed before */
void loop_run(struct loop *l);  /* until loop_stop() */
void loop_stop(struct loop *l); /* from a callback */
/* Monotonic microseconds; any thread. Not the loop's cached time. */
int64_t loop_now_us(void);

struct loop_timer *loop_timer_new(struct loop *l, void (*cb)(void *arg),
                                  void *arg);
/* Once, at that loop_now_us() time (past: at once); INT64_MAX stops it. */
void loop_timer_at(struct loop_timer *t, int64_t when_us);
void loop_timer_free(struct loop_timer *t); /* NULL is fine */

enum { LOOP_READ = 1, LOOP_WRITE = 2 };
/* fd: borrowed; free the handle before closing it. events: what is ready,
 * LOOP_READ also for errors and hang-up. */
struct loop_fd *loop_fd_new(struct loop *l, int fd,
                            void (*cb)(void *arg, int events), void *arg);
void loop_fd_want(struct loop_fd *f, int events); /* 0: nothing for now */
void loop_fd_free(struct loop_fd *f);             /* NULL is fine */

struct loop_wake *loop_wake_new(struct loop *l, void (*cb)(void *arg),
                                void *arg);
void loop_wake_now(struct loop_wake *w); /* any thread, async-signal-safe */
void loop_wake_free(struct loop_wake *w);

#endif
