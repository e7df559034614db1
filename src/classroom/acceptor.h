/*
 * acceptor: takes connections off a listening socket. It waits a moment when
 * the process is out of descriptors (else the loop would spin), and as long as
 * its owner has enough. Calls are from the loop's thread.
 */
#ifndef CLASSROOM_ACCEPTOR_H
#define CLASSROOM_ACCEPTOR_H

#include <stdbool.h>

#include "classroom/sock.h"
#include "io/loop.h"

struct acceptor;

/* listener: borrowed. got: owns fd; peer is borrowed. */
struct acceptor *acceptor_new(struct loop *l, int listener,
                              void (*got)(void *arg, int fd,
                                          const struct sock_addr *peer),
                              void *arg);
void acceptor_pause(struct acceptor *a, bool pause); /* others wait in the
                                                      * kernel's queue */
void acceptor_free(struct acceptor *a); /* NULL is fine */

#endif
