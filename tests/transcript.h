/*
 * transcript: the events of an import as short lines, one each, and what holds
 * for every one of them.
 */
#ifndef TESTS_TRANSCRIPT_H
#define TESTS_TRANSCRIPT_H

#include "import/import.h"
#include "util/buf.h"

struct transcript {
	struct buf lines;  /* "reply 5 250 ok" ... */
	const char *const *secrets; /* NULL ends them: in no event; or NULL */
	uint32_t n;        /* events so far */
	bool ended;        /* EV_END was the last */
	const char *wrong; /* what did not hold, NULL: all did */
	char *error;       /* heap: why it is no transcript */
	enum import_result result;
};

/* Caller clears t. */
void transcript_read(struct transcript *t, const char *name, const char *data,
                     size_t len);
void transcript_clear(struct transcript *t);

#endif
