/*
 * script: the notation of lessons and test dialogs, line by line (design §7).
 *
 * Takes a text apart into items in the order of the file. What an item means
 * is its reader's affair: each reader hands in a table of the words that it
 * knows, with the section of the file where each may stand. Two readers exist:
 * lesson.c and the runner of tests/dialogs. Pure; any thread.
 *
 *     # a comment, and blank lines, are skipped
 *     title: One sentence           key: text, in any language by a suffix
 *     title.de: Ein Satz,           a line that begins with a blank goes on
 *       der weitergeht
 *     C: NOOP                       verbatim after one blank
 *     @wait 2s                      a directive with its argument
 *     = READY                       a word of its own
 *
 * Lines end in LF or CRLF and hold no NUL. A table for dialogs is as short as
 * this:
 *
 *     enum { PLAY = 1 };   the section that the first C:, S:, @ or = opens
 *     #define HERE SCRIPT_IN(SCRIPT_HEAD) | SCRIPT_IN(PLAY)
 *     static const struct script_word words[] = {
 *             { "C:", W_CLIENT, SCRIPT_LINE, HERE, PLAY },
 *             { "S:", W_SERVER, SCRIPT_LINE, HERE, PLAY },
 *             { "=", W_STATE, SCRIPT_WORDS, HERE, PLAY },
 *             { "@bytes", W_BYTES, SCRIPT_BYTES, HERE, PLAY },
 *             { "@wait", W_WAIT, SCRIPT_TIME, HERE, PLAY },
 *             { 0 },
 *     };
 *     static const struct script_syntax syntax = {
 *             .words = words,
 *             .prose = SCRIPT_IN(SCRIPT_HEAD),
 *     };
 */
#ifndef CLASSROOM_SCRIPT_H
#define CLASSROOM_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

enum {
	SCRIPT_FILE_MAX = 1 << 20,  /* a lesson is a page or two */
	SCRIPT_ITEMS_MAX = 20000,   /* lines that say something */
	SCRIPT_BYTES_MAX = 4 << 20, /* of one @bytes, its repeats included */
	SCRIPT_TEXT_MAX = 8192,     /* bytes of one text with its goings-on */
	SCRIPT_TIME_MAX = 3600000,  /* ms: no lesson waits over an hour */
	SCRIPT_HEAD = 0,            /* the section that a file begins in */
};

#define SCRIPT_IN(section) (UINT32_C(1) << (section))

/* The argument of a word. All but SCRIPT_LINE lose blanks around them. */
enum script_arg {
	SCRIPT_NONE,   /* nothing may follow */
	SCRIPT_LINE,   /* the rest, verbatim, after one blank; may be empty */
	SCRIPT_TEXT,   /* for people: .LANG twins, goes on in indented lines */
	SCRIPT_WORDS,  /* something must follow */
	SCRIPT_NUMBER, /* decimal, to value: "68" */
	SCRIPT_TIME,   /* "2s" "500ms" "5m", to value in milliseconds */
	SCRIPT_BYTES,  /* "quoted" parts: \r \n \t \e \0 \\ \" \xHH; a part
	                * may be repeated: "250-" "x" * 600 "\r\n" */
};

struct script_word {
	const char *name;    /* "C:", "@wait", "title:", "="; NULL ends */
	int id;              /* the reader's own, not 0 */
	enum script_arg arg;
	uint32_t in;         /* SCRIPT_IN(section) of each where it may stand */
	int opens;           /* the section that begins here; 0: stays */
};

struct script_syntax {
	const struct script_word *words;
	uint32_t prose; /* sections where a line that no word begins is prose */
	uint32_t raw;   /* sections where only @ words count, the rest is raw */
};

struct script_item {
	int id;         /* of the word; 0: a line of prose, or raw */
	int section;    /* where it stands; for a word that opens one, that */
	unsigned line;  /* from 1 */
	char lang[8];   /* "" or the suffix: "de" */
	char *text;     /* owned by the script; NUL behind it; "" for none */
	size_t len;     /* bytes, when text may hold NUL (SCRIPT_BYTES) */
	uint32_t value; /* SCRIPT_NUMBER, SCRIPT_TIME */
};

struct script {
	char *name; /* of the file, as in messages; owned */
	struct script_item *items;
	size_t n_items;
};

/*
 * text: borrowed, len bytes. name: for messages.
 * NULL for the first line that does not fit; *error (caller frees) is then a
 * whole sentence: "greylisting.lesson:17: expected ..., found ...".
 */
struct script *script_parse(const char *name, const char *text, size_t len,
                            const struct script_syntax *syntax, char **error);
/* The same from a file; also fails for one that cannot be read. */
struct script *script_load(const char *path, const struct script_syntax *syntax,
                           char **error);
/* The bytes of a file, bounded by SCRIPT_FILE_MAX; what stands in text is
 * kept. False: *error as above. */
bool script_read_file(const char *path, struct buf *text, char **error);
void script_free(struct script *s); /* NULL is fine */

/* "NAME:LINE: text" for what only the reader can find wrong; caller frees. */
char *script_complain(const struct script *s, unsigned line, const char *fmt,
                      ...) __attribute__((format(printf, 3, 4)));

#endif
