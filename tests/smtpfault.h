/*
 * smtpfault: an SMTP server that does wrong what a script tells it to.
 *
 * Each connection plays a script: a list of acts, in order. One thread, one
 * listener on a free port of 127.0.0.1; connections are served one after the
 * other, as our client makes them. Everything that clients sent is kept.
 */
#ifndef TESTS_SMTPFAULT_H
#define TESTS_SMTPFAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

enum fault_kind {
	FAULT_END,   /* of the script: waits until the client has gone */
	FAULT_SAY,   /* sends data in one segment */
	FAULT_HEAR,  /* waits for one line; without one the script ends */
	FAULT_DOT,   /* waits for the line "." */
	FAULT_DRIP,  /* sends data one byte every number milliseconds */
	FAULT_SPLIT, /* sends data in two segments, cut at number */
	FAULT_FLOOD, /* sends data again and again until the client goes */
	FAULT_CLOSE, /* FIN after everything that was sent */
	FAULT_RESET, /* RST: SO_LINGER 0 */
	FAULT_SHUT,  /* FIN of our half only, then the script goes on */
	FAULT_URGENT, /* sends the byte number out of band */
	FAULT_DEAF,  /* stops reading for good, until the client goes */
	FAULT_WAIT,  /* number milliseconds */
	/* TLS: from FAULT_TLS on all of the above is inside it */
	FAULT_TLS,    /* the server's side of the handshake, as tls says */
	FAULT_HELLO,  /* waits for bytes of any kind and forgets them */
	FAULT_RAW,    /* sends data beside TLS, as it is */
	FAULT_NOTIFY, /* close_notify; the connection stays */
	FAULT_KEYS,   /* number times KeyUpdate */
	FAULT_TICKETS, /* number times NewSessionTicket */
};

/* A server's side of TLS. */
struct fault_tls {
	int min, max;          /* 0x0301 ...; 0: 1.2 and the library's newest */
	const char *name;      /* in the certificate; NULL: 127.0.0.1 */
	const char *cert_file; /* PEM with the chain; NULL: a self-signed one */
	const char *key_file;  /* NULL: in cert_file */
	int64_t from_s, to_s;  /* its validity from now; 0, 0: from an hour ago
	                        * to tomorrow */
	struct tls_setup *setup; /* borrowed; then of the above only for show */
	bool ask_client_cert;
	const char *ciphers;   /* OpenSSL's list for up to TLS 1.2; NULL all */
	size_t flight;         /* send only so much of the answer to the hello
	                        * and nothing more; 0: all */
	int drip_ms;           /* one byte of it every so many milliseconds */
	bool alert_name;       /* refuse the SNI: unrecognized_name, fatal */
};

struct fault {
	enum fault_kind kind;
	const char *data;
	size_t len; /* 0: strlen(data) */
	size_t number;
	const struct fault_tls *tls;
};

#define SAY(text) { .kind = FAULT_SAY, .data = text }
#define SAY_BYTES(text)                                                        \
	{ .kind = FAULT_SAY, .data = text, .len = sizeof(text) - 1 }
#define HEAR { .kind = FAULT_HEAR }
#define HEAR_DOT { .kind = FAULT_DOT }
#define DRIP(text, ms) { .kind = FAULT_DRIP, .data = text, .number = ms }
#define SPLIT(text, at) { .kind = FAULT_SPLIT, .data = text, .number = at }
#define FLOOD(text) { .kind = FAULT_FLOOD, .data = text }
#define CLOSE { .kind = FAULT_CLOSE }
#define RESET { .kind = FAULT_RESET }
#define SHUT { .kind = FAULT_SHUT }
#define URGENT(byte) { .kind = FAULT_URGENT, .number = byte }
#define DEAF { .kind = FAULT_DEAF }
#define WAIT(ms) { .kind = FAULT_WAIT, .number = ms }
#define TLS(...)                                                               \
	{ .kind = FAULT_TLS, .tls = &(const struct fault_tls){ __VA_ARGS__ } }
/* The text comes so early that the client has it together with the end of the
 * handshake, as no server may; TLS 1.3 is to be asked for by .min. */
#define TLS_SAYING(text, ...)                                                  \
	{ .kind = FAULT_TLS, .data = text,                                     \
	  .tls = &(const struct fault_tls){ __VA_ARGS__ } }
#define HELLO { .kind = FAULT_HELLO }
#define RAW(text) { .kind = FAULT_RAW, .data = text }
#define RAW_BYTES(text)                                                        \
	{ .kind = FAULT_RAW, .data = text, .len = sizeof(text) - 1 }
#define NOTIFY { .kind = FAULT_NOTIFY }
#define KEYS(n) { .kind = FAULT_KEYS, .number = n }
#define TICKETS(n) { .kind = FAULT_TICKETS, .number = n }
#define END { .kind = FAULT_END }

struct smtpfault;

/*
 * scripts: n_scripts borrowed lists, each ending in FAULT_END; connection i
 * plays scripts[i], the last one again for all that follow.
 */
struct smtpfault *smtpfault_start(const struct fault *const *scripts,
                                  size_t n_scripts);
/*
 * A server that thinks: each line, without its line end, goes to answer(),
 * which puts what to say into out; false: that is said and the connection
 * closed. line NULL: a connection has begun. Called from the server's thread.
 */
typedef bool smtpfault_answer(void *arg, const char *line, size_t len,
                              struct buf *out);
struct smtpfault *smtpfault_start_answering(smtpfault_answer *answer,
                                            void *arg);
uint16_t smtpfault_port(const struct smtpfault *f);
/* Ends the thread; frees all. */
void smtpfault_stop(struct smtpfault *f);
/* Waits until so many connections have ended, at most ms; how many ended. */
unsigned smtpfault_wait(struct smtpfault *f, unsigned connections, int ms);
/* All that clients sent, NUL-terminated; caller frees. */
char *smtpfault_heard(struct smtpfault *f);
/* The same with its length: appended. */
void smtpfault_heard_bytes(struct smtpfault *f, struct buf *out);

/* A port of 127.0.0.1 that nobody listens on (it was free a moment ago). */
uint16_t smtpfault_closed_port(void);

#endif
