/*
 * json: one event as one line of JSON, and back (design §6). The recording,
 * --json and the replay all speak through this file.
 *
 * Texts that are not UTF-8 (a server may send anything) are written with
 * U+FFFD in place of what is wrong, and beside them, as NAME_base64, exactly.
 * Sentences in the user's language are written for the reader of the file;
 * reading ignores them, since the ids and arguments are there as well.
 *
 * One thread.
 */
#ifndef RECORD_JSON_H
#define RECORD_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "core/event.h"
#include "util/buf.h"

enum {
	JSON_VERSION = 1,         /* field v */
	JSON_LINE_MAX = 8 << 20,  /* the largest reply, all escaped, twice */
};

enum json_say { JSON_SAY_TEXT, JSON_SAY_NEXT, JSON_SAY_WHY, JSON_SAY_STEP,
	JSON_SAY_MTA };

/*
 * The sentences that record cannot make itself, because it knows neither
 * explanations nor verdicts; main gives them.
 */
struct json_voice {
	/* What a person reads about e: a heap text, or NULL when there is
	 * nothing to say. item: of a route's hosts, of a
	 * check's trace, else 0. */
	char *(*say)(const struct event *e, enum json_say what, uint32_t item);
	bool wire; /* DNS answers as they came, too: twice the size */
};

/*
 * Appends e and a newline to out. voice may be NULL: no sentences. PROMPT and
 * ASK are never recorded: nothing is appended.
 */
void json_write(struct buf *out, const struct event *e,
                const struct json_voice *voice);

enum json_result {
	JSON_EVENT,   /* out is set; the caller frees it */
	JSON_UNKNOWN, /* an event of a kind that this version does not know */
	JSON_ERROR,   /* error says in the user's language what is wrong */
};

struct json_reader;
struct json_reader *json_reader_new(void);
void json_reader_free(struct json_reader *r);
/* line: without its newline. Fields that are not known are ignored. */
enum json_result json_read(struct json_reader *r, const char *line,
                           size_t len, struct event **out);
/* Of the last JSON_ERROR; borrowed until the next json_read(). */
const char *json_error(struct json_reader *r);
/* Was that line no JSON, as one is that was cut, rather than a wrong event or
 * one beyond our bounds? */
bool json_broken(const struct json_reader *r);

#endif
