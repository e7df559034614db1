/*
 * list: reads the targets of --input, a line at a time. Knows the form of a
 * line; what a target or an option may be is the command line's business.
 *
 *   user@example.org
 *   {"target": "example.org", "to": ["a@example.org"], "id": "customer 17"}
 *   # a comment, as is every line that begins so
 *
 * Lines end with LF or CR LF; blanks around them, a UTF-8 byte order mark and
 * lines with nothing on them are passed over. Memory: one line and one read,
 * however long the file is. One thread.
 */
#ifndef RECORD_LIST_H
#define RECORD_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	LIST_LINE_MAX = 64 << 10, /* 100 recipients as long as can be are 32 */
	LIST_PAIRS_MAX = 64,      /* more than there are options for it */
};

struct list_pair { /* "helo": "a.example": an option of this line alone */
	const char *name, *value;
};

struct list_entry { /* all borrowed until the next list_next() */
	const char *text;   /* the line, NUL-terminated, no blanks around it */
	const char *target; /* TARGET as it was typed */
	const char *id;     /* the user's own name for it, "" none */
	const struct list_pair *pairs;
	size_t n_pairs;
	bool plain;         /* the line is the target and nothing else */
};

enum list_result {
	LIST_ENTRY,
	LIST_END,
	LIST_WRONG,  /* this line is not fit: list_error(); the next may be */
	LIST_LATER,  /* a pipe has no whole line for now: wait for list_fd() */
	LIST_FAILED, /* cannot be read any further: list_error() */
};

struct list;

/* path: a file, or "-" for standard input. NULL: *error (heap) says why. */
struct list *list_open(const char *path, char **error);
void list_close(struct list *l); /* NULL is fine */
/* Can it be read twice, so that all of it may be looked at before the first
 * target is tried? Not a pipe. */
bool list_is_file(const struct list *l);
/* To the first line again; only where list_is_file(). */
void list_rewind(struct list *l);
enum list_result list_next(struct list *l, struct list_entry *out);
/* Its path, or what standard input is called; borrowed. */
const char *list_name(const struct list *l);
uint64_t list_line(const struct list *l);     /* number of the last line */
const char *list_error(const struct list *l); /* one sentence; borrowed */
int list_fd(const struct list *l);

#endif
