/*
 * classroom: a lesson on real sockets: one DNS server, an SMTP server for each
 * @server, and a port where nobody listens for hosts that are down.
 *
 * classroom_open() binds everything at once, on the thread that calls it, so
 * that ports are known and errors told before a screen is up. attach and
 * detach serve on a loop and belong to that loop's thread; what the other
 * functions give is constant from open to close and may be read by any thread.
 */
#ifndef CLASSROOM_CLASSROOM_H
#define CLASSROOM_CLASSROOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "classroom/lesson.h"
#include "io/loop.h"

struct classroom;

/* Where a connection to a lesson's address really goes: to_port on 127.0.0.1.
 * The same as struct redirect of net/worker.h, which main fills from it. */
struct classroom_redirect {
	const char *address; /* as the zone says, numeric; NULL: any address */
	uint16_t port;       /* 25 mostly; 0: any port */
	uint16_t to_port;
	const char *host;    /* that has the address; "" for the last */
};

struct classroom_config {
	bool serve;         /* for others: A tells our address, TXT the port */
	const char *listen; /* serve: "ADDR", "ADDR:PORT" (of DNS), "[V6]:PORT";
	                     * NULL: loopback, free ports */
};

/*
 * lesson: borrowed until classroom_close(). NULL: *error (caller frees) is a
 * whole sentence: not an address, port in use, no such address here, no right
 * to the port, no descriptors left, TLS without OpenSSL on this machine.
 */
struct classroom *classroom_open(const struct lesson *lesson,
                                 const struct classroom_config *cfg,
                                 char **error);
void classroom_close(struct classroom *c); /* detached before; NULL is fine */

/* arg: the classroom. As worker_config.attach and .detach want them. */
void classroom_attach(struct loop *l, void *arg);
void classroom_detach(void *arg);

/* "127.0.0.1:40053" for c-ares; the address is the one that we listen on. */
const char *classroom_dns(const struct classroom *c);
/*
 * First fit wins; the last fits every address and port, and leads to where
 * nobody listens: nothing ever leaves the machine.
 */
const struct classroom_redirect *classroom_redirects(const struct classroom *c,
                                                     size_t *n);
/* PEM of the authority that signed the certificates of @tls good; the client
 * of the lesson has to trust it. NULL: the lesson has no TLS. */
const char *classroom_ca_pem(const struct classroom *c);
/* What a student copies: --join, dig and nc lines, in the user's language;
 * ends in a line feed. Caller frees. */
char *classroom_serve_text(const struct classroom *c);

#endif
