/*
 * loop: timers, descriptors, wake-ups and processes; the one user of libuv.
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
struct loop_child;

struct loop *loop_new(void); /* NULL: no descriptors left */
/* Every handle was freed before; a process still there is killed. */
void loop_free(struct loop *l);
void loop_run(struct loop *l);  /* until loop_stop() */
void loop_stop(struct loop *l); /* from a callback */
/* Monotonic microseconds; any thread. Not the loop's cached time. */
int64_t loop_now_us(void);

/* Each time before the loop waits; once in its life, from its own thread. */
void loop_before_wait(struct loop *l, void (*cb)(void *arg), void *arg);

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

/* A socket to watch: it never blocks and no process inherits it. -1: errno. */
int loop_socket(int family, int type, int protocol);

struct loop_wake *loop_wake_new(struct loop *l, void (*cb)(void *arg),
                                void *arg);
void loop_wake_now(struct loop_wake *w); /* any thread, async-signal-safe */
void loop_wake_free(struct loop_wake *w);

enum { LOOP_CHILD_TERM_MS = 500 }; /* from SIGTERM to SIGKILL */
/*
 * "sh -c command" in a session and process group of its own, with the signals'
 * defaults. fds: its 0, 1, 2; borrowed, without O_NONBLOCK. ended: once, from
 * the loop, with its exit status, or the signal (else 0) that ended it; what it
 * left behind in its group is killed before. NULL: errno says why. SIGCHLD must
 * reach some thread of the program.
 */
struct loop_child *loop_child_new(struct loop *l, const char *command,
                                  const int fds[3],
                                  void (*ended)(void *arg, int status,
                                                int signal),
                                  void *arg);
/* The same without a shell: args[0] is the program's path, NULL behind the
 * last. */
struct loop_child *loop_child_run(struct loop *l, char *const args[],
                                  const int fds[3],
                                  void (*ended)(void *arg, int status,
                                                int signal),
                                  void *arg);
/* Lives it still, it gets SIGTERM now and SIGKILL soon, ended() is not called
 * and the loop reaps it. NULL is fine. */
void loop_child_free(struct loop_child *c);

#endif
