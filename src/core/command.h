/*
 * command: the verbs of SMTP and what may be said about each, from
 * commands.tsv. Constant data; any thread.
 *
 * Names in parentheses are no verbs but steps that get a reply (or a
 * deadline) of their own: (CONNECT), (DATA BLOCK), (END OF DATA),
 * (AUTH RESPONSE).
 */
#ifndef CORE_COMMAND_H
#define CORE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/event.h"

enum verb {
#define COMMAND(id, ...) id,
#include "core/commands.inc"
#undef COMMAND
	VERB_OTHER, /* a word that commands.tsv does not know */
	VERB_COUNT
};

/* May the command stand in one segment with others (RFC 2920 §3.1)? */
enum pipeline { PIPE_YES, PIPE_LAST, PIPE_NO };

struct command {
	const char *name;       /* "MAIL" */
	const char *syntax;     /* "MAIL FROM:<sender> [parameters]" */
	uint32_t states;        /* bit (1 << enum state): where it is legal */
	const char *next_state; /* commands.tsv's word, for --explain */
	/* lists of codes: "250 251" */
	const char *success, *intermediate, *transient, *permanent;
	uint32_t timeout_s;     /* RFC 5321 §4.5.3.2; 0: none of its own */
	enum pipeline pipeline;
	const char *needs;      /* extension that must be offered, or "" */
	const char *status;     /* standard, historic, vendor ... */
	const char *explain_en, *explain_de, *source;
};

/* VERB_OTHER gives an entry with empty texts. */
const struct command *command_info(enum verb v);
/*
 * The verb of a typed line: its first word, any case, up to a blank or the
 * end. line: borrowed, len bytes, no CRLF. VERB_OTHER when unknown.
 */
enum verb command_find(const char *line, size_t len);
/*
 * The path of a MAIL or RCPT line: "MAIL FROM:<a@b> SIZE=1" gives "a@b"; as
 * typed where the angle brackets are missing. Heap, never NULL.
 */
char *command_path(const char *line);
/* The end of the blanks (blank or tab) that are at line[at], or of the word. */
size_t command_skip(const char *line, size_t len, size_t at, bool blanks);
/*
 * Where in a typed line begins what nobody may see: behind "AUTH MECHANISM "
 * (RFC 4954 §4) and "X-EXPS MECHANISM ". SIZE_MAX: nowhere.
 */
size_t command_secret_from(const char *line, size_t len);
/* DATA, BDAT, BURL; a server may forgive blanks before them. Of several lines
 * the first one counts. */
bool command_begins_message(const char *line, size_t len);
bool command_allowed(enum verb v, enum state s);
/* Is code among the four lists of expected codes of v (500-504, 421 always)? */
bool command_expects(enum verb v, unsigned code);

#endif
