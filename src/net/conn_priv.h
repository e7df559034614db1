/*
 * conn_priv: the inside of a connection, for conn.c (bytes) and conn_open.c
 * (how it comes to be). Nobody else includes this.
 */
#ifndef NET_CONN_PRIV_H
#define NET_CONN_PRIV_H

#include <netinet/in.h>

#include "net/childpipe.h"
#include "net/conn.h"
#include "net/socks.h"
#include "util/buf.h"

enum { CONN_NOTES_MAX = 4 };

enum conn_phase {
	CONN_OPENING, /* the kernel connects */
	CONN_SOCKS,   /* the proxy connects */
	CONN_UP,
};

/* What the plain way does without. */
struct conn_way {
	char *proxy; /* "192.0.2.1:1080", "[::1]:1080"; NULL: none */
	struct socks socks;
	char *address; /* where to, "" none */
	uint16_t port;
	int header; /* version; 0: none */
	char *header_from, *header_to;
	char *retry_path; /* of a Unix socket that was busy; NULL: none */
};

struct conn {
	int fd; /* -1: there never was one */
	struct loop *loop;
	struct loop_fd *watch;
	void (*ready)(void *arg);
	void *arg;
	int wanted; /* events the watch is set to; setting it costs calls */
	enum conn_phase phase;
	bool ended, paused;
	bool eof;    /* nothing more to read, but the command still lives */
	bool bye;    /* conn_bye() was called: what comes is dropped */
	bool waited; /* CONN_BYE_MS for the command, in vain */
	bool noted;  /* the end of the command */
	bool no_files; /* conn_no_files() */
	int broken; /* errno of a failed write; told after the last data */
	struct conn_end end;
	char *detail; /* of end or of conn_late() */
	char local[INET6_ADDRSTRLEN];
	struct buf out; /* from out_off on: not taken by the kernel yet */
	size_t out_off;
	size_t fresh;    /* bytes of out since the last conn_flush() */
	uint64_t *marks; /* where in the stream each unwritten command ends */
	size_t n_marks, marks_size;
	uint64_t put_total, sent_total; /* bytes of the whole stream */
	uint32_t written; /* commands given to the kernel */
	struct loop_timer *soon; /* to tell, to try again, to wait no longer */
	struct conn_way *way;    /* NULL: plain TCP */
	struct childpipe *pipe;  /* NULL: no command */
	struct conn_note notes[CONN_NOTES_MAX];
	size_t n_notes;
};

/* ---- conn.c ---- */

void conn_want(struct conn *c); /* sets the watch to what is needed now */
void conn_end_with(struct conn *c, enum fail_kind kind, int error);
/* The same with a sentence, taken. */
void conn_end_saying(struct conn *c, enum fail_kind kind, char *detail);
void conn_put_raw(struct conn *c, const void *data, size_t len); /* fresh */
void conn_push(struct conn *c); /* as much as the kernel takes */
void conn_add_note(struct conn *c, const char *id, char *arg); /* takes arg */
void conn_later(struct conn *c, int64_t ms); /* sets soon */
enum fail_kind conn_kind_of(int error);

/* ---- conn_open.c ---- */

/* Begins; what fails at once is told by conn_end_with() alone. */
void conn_begin(struct conn *c, const struct conn_to *to);
/* The descriptor is ready while the connection is not up yet: goes on. */
void conn_go_on(struct conn *c);
bool conn_retries(const struct conn *c); /* conn_retry() is due with soon */
void conn_retry(struct conn *c);
void conn_way_free(struct conn_way *w); /* NULL is fine */

#endif
