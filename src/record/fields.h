/*
 * fields: what each kind of event has in a recording (design §6), as one
 * table that the writer and the reader both follow. Constant data; any thread.
 *
 * A field names a member of struct event by its place, so that there is no
 * second list anywhere that could come to differ.
 */
#ifndef RECORD_FIELDS_H
#define RECORD_FIELDS_H

#include <stddef.h>

#include "core/event.h"

enum field_type {
	FIELD_TEXT,      /* ev_ref text */
	FIELD_TEXT_NULL, /* the same, null when empty */
	FIELD_TEXT_SET,  /* the same, left out when empty */
	FIELD_TEXTS,     /* ev_ref array of ev_ref texts */
	FIELD_BASE64,    /* ev_ref bytes; left out when empty */
	FIELD_WIRE,      /* the same, written only on request */
	FIELD_U8, FIELD_U16, FIELD_U32,
	FIELD_COLUMN,    /* int32_t from -1 */
	FIELD_MS,        /* uint32_t microseconds, written as milliseconds */
	FIELD_MS_KNOWN,  /* the same; 0 is not known: null */
	FIELD_BOOL,
	FIELD_BOOL_SET,  /* the same, left out when false */
	FIELD_WORD,      /* uint8_t enum, by its word */
	FIELD_DIRECTION, /* bool from the server: "in", else "out" */
	FIELD_RRTYPE,    /* uint16_t, "MX" */
	FIELD_TO,        /* uint32_t; null is EV_UNASKED */
	FIELD_ANSWERS,   /* ev_ref array of ev_rr */
	FIELD_HOSTS,     /* ev_ref array of ev_host */
	FIELD_CHAIN,     /* ev_ref array of ev_cert */
	FIELD_TRACE,     /* ev_ref array of ev_trace */
	FIELD_LEAF,      /* a member of the chain's first; not read */
	FIELD_RAW,       /* base64; also where lines cannot say it in UTF-8 */
	FIELD_SAY_TEXT, FIELD_SAY_NEXT, FIELD_SAY_WHY, /* sentences; not read */
	FIELD_SAY_MTA,
};

/* Words of an enum and back; find gives -1 for an unknown word. */
struct field_words {
	const char *(*name)(int value);
	int (*find)(const char *word);
};

struct field {
	const char *name; /* NULL ends a list */
	enum field_type type;
	size_t offset;    /* of the member in struct event; FIELD_LEAF and
	                   * fields_of_cert(): in struct ev_cert */
	const struct field_words *words;
};

/* The fields of a kind beyond those that every event has; ends with NULL.
 * Empty for PROMPT and ASK, which are never recorded. */
const struct field *fields_of(enum event_kind kind);
/* Those of one certificate, FIELD_TEXT and FIELD_TEXTS only. */
const struct field *fields_of_cert(void);

#endif
