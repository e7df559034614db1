/*
 * item: what a transcript tells, one thing after the other, whatever tool wrote
 * it. Made by a form (form.h), read by the player. Pure; any thread.
 */
#ifndef IMPORT_ITEM_H
#define IMPORT_ITEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/event.h"
#include "import/piece.h"

enum item_kind {
	ITEM_TARGET,     /* a new run; WORD_TARGET, _TIME, _VERSION */
	ITEM_CONNECTING, /* WORD_HOST, _ADDRESS, _VIA; port */
	ITEM_CONNECTED,  /* the same, and WORD_LOCAL */
	ITEM_CLIENT,     /* line */
	ITEM_SERVER,     /* line */
	ITEM_TLS,        /* a handshake that went well: WORD_TLS_... */
	ITEM_FAILED,     /* fail, WORD_DETAIL */
	ITEM_MESSAGE,    /* lines, bytes, stuffed, WORD_SHA256: its text is not
	                  * shown; 0 not said */
	ITEM_CLOSED,     /* by_server */
	ITEM_KINDS
};

/* Texts that an item may have; "" where the transcript does not say it. */
enum item_word { WORD_TARGET, WORD_TIME, WORD_VERSION, WORD_HOST, WORD_ADDRESS,
	WORD_VIA, WORD_LOCAL, WORD_DETAIL, WORD_SHA256, WORD_TLS_VERSION,
	WORD_TLS_CIPHER, WORD_TLS_GROUP, WORD_TLS_ALPN,
	WORD_TLS_VERIFY, /* id of tls_reasons.tsv */
	WORD_TLS_DETAIL, WORD_SUBJECT, WORD_ISSUER, WORD_COUNT };

struct item {
	enum item_kind kind;
	size_t number;      /* of its line in the file, from 1 */
	char *line;         /* owned; len bytes, without its mark */
	size_t len;
	char **words;       /* owned, WORD_COUNT of them, or NULL */
	uint16_t port;      /* 0: not said */
	uint32_t us;        /* SERVER, CONNECTED, TLS: it took; 0: not said */
	uint32_t lines, bytes, stuffed;
	enum fail_kind fail;
	bool by_server;
	bool wrapped;       /* TLS: from the start */
};

struct items {
	struct item *at; /* owned, n */
	size_t n, size;
	size_t newest[ITEM_KINDS]; /* index and 1; 0: none */
};

/* One more, until the next is added. */
struct item *items_add(struct items *list, enum item_kind kind, size_t number);
/* The same for CLIENT and SERVER; the line is copied. */
struct item *items_add_line(struct items *list, enum item_kind kind,
                            size_t number, struct piece line);
/* The newest of this kind behind the newest ITEM_CONNECTING, or NULL. */
struct item *items_newest(struct items *list, enum item_kind kind);
void items_clear(struct items *list);
void item_clear(struct item *i); /* one that is in no list */

const char *item_word(const struct item *i, enum item_word w); /* never NULL */
void item_set(struct item *i, enum item_word w, struct piece text);
/* "mx.example[192.0.2.1]:25", "mx.example [2001:db8::1]:25", "192.0.2.1:25",
 * "mx.example": host, address and port. */
void item_set_peer(struct item *i, struct piece text);
struct piece item_line(const struct item *i);

#endif
