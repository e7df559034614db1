/*
 * match: a reply brought into one form, and recognised by its wording.
 *
 * Patterns are POSIX extended regular expressions. Each is compiled when it is
 * first tried, and only those are tried that can fit code and words. The
 * text is cut at MATCH_MAX bytes and bytes outside printable ASCII become "?",
 * so that the result depends on neither the locale nor the length of what a
 * server sends. Any thread: a compiled pattern is published atomically.
 */
#ifndef KNOWLEDGE_MATCH_H
#define KNOWLEDGE_MATCH_H

#include <regex.h>
#include <stddef.h>
#include <stdint.h>

#include "core/event.h"
#include "knowledge/tables.h"
#include "util/buf.h"

enum {
	MATCH_MAX = 1024, /* recognisable words stand at the front */
	VIEW_LINES = 32,  /* lines known apart: the last ones, for the reason
	                   * stands at the end; no server explains in more */
};

/*
 * A reply as one line: "CODE [ENHANCED] text". The code before each line and
 * repeated enhanced codes are taken off, the lines joined by one blank.
 */
struct reply_view {
	unsigned code;          /* 0: the first line begins with no number */
	char enhanced[16];      /* of the last line that has one, or "" */
	size_t lines;
	struct buf said;        /* the server's words, raw, without codes */
	size_t end[VIEW_LINES]; /* where the last lines end in said */
	size_t n_end;
	char match[MATCH_MAX + 1]; /* printable ASCII; made by view_end() */
	char lower[MATCH_MAX + 1];
};

/* v is zeroed by view_begin(); one view_line() a line, without CRLF. */
void view_begin(struct reply_view *v);
void view_line(struct reply_view *v, const char *line, size_t len);
void view_end(struct reply_view *v);
void view_clear(struct reply_view *v);
/* All three steps for an EV_REPLY; its own code and enhanced code hold. */
void view_event(struct reply_view *v, const struct event *reply);
/* All three steps for lines joined by \n, "S: " marks allowed. */
void view_text(struct reply_view *v, const char *text);

/* First row of provider_replies.tsv that fits, or NULL. */
const struct provider_row *provider_find(const struct reply_view *v);
/*
 * The same for any text in the form of a reply_view's lower. Rows whose id
 * begins with "generic-" are for any server: they alone, or all but they.
 */
const struct provider_row *provider_find_text(unsigned code,
                                              const char *lower,
                                              bool generic);
bool provider_is_generic(const struct provider_row *row);
/* Where the words of a row that fits stand in that text: the part that does
 * not fit every reply. */
void provider_words(const struct provider_row *row, const char *lower,
                    size_t *from, size_t *to);
/*
 * Could the pattern fit a reply with this code and (lower case) text? Looks
 * at its first digits and at the longest plain words in it, so that few
 * patterns are ever compiled. Never wrongly false. (prefilter.c)
 */
bool pattern_may_fit(const char *pattern, unsigned code, const char *lower);

/* The same in two steps, for patterns that are tried on every reply. */
enum { PATTERN_WORDS = 128 }; /* longer groups are not looked into */
struct pattern_hint {
	const char *pattern; /* borrowed */
	uint64_t marks;      /* of the words, see struct pattern_text */
	uint16_t digits[3];  /* bit n: n may stand at this place of the code */
	char words[PATTERN_WORDS]; /* each with its NUL, "" at the end; one
	                            * stands in every match */
};
void pattern_prepare(const char *pattern, struct pattern_hint *out);
struct pattern_text {
	unsigned code;
	const char *lower; /* borrowed */
	uint64_t marks;    /* the characters in it, a bit each; some share one */
};
struct pattern_text pattern_text(unsigned code, const char *lower);
bool pattern_hint_fits(const struct pattern_hint *h,
                       const struct pattern_text *text);

/*
 * First row of banners.tsv for that place ("banner", "ehlo", "help",
 * "reply") that fits one line with its code, or NULL.
 */
const struct banner *banner_find(const char *where, const char *line,
                                 size_t len);

/* c, or "?" where it is no printable ASCII. */
char match_printable(char c);

/* Seconds that a text asks to wait ("in 300 seconds", "5 minutes"), 0 none. */
unsigned wait_seconds(const char *lower);

#endif
