/*
 * bounce_words: recipient, host, command and reply told from the words of one
 * paragraph of a bounce or one line of a log. For bounce.c only. Pure.
 */
#ifndef KNOWLEDGE_BOUNCE_WORDS_H
#define KNOWLEDGE_BOUNCE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/event.h"

/* Where word stands in text, whatever the case; NULL: nowhere. */
const char *words_find(const char *text, const char *word);
/* whole: the end of text is the end of its line. Heap; NULL: none. */
char *words_recipient(const char *text, bool whole);
/* text is nothing but one address: "<a@b>:", "a@b". Heap or NULL. */
char *words_lone_address(const char *text, bool whole);
/* "RCPT", "(CONNECT)", or "". */
const char *words_verb(const char *text);
/* A line that a client sent; else "". */
const char *words_command(const char *line);
/* Sets what it finds (heap), leaves the others. */
void words_host(const char *text, char **host, char **address);
/* The first negative reply in text, or NULL. */
const char *words_reply(const char *text);
/* The reply at s made into lines, up to its end; heap. */
char *words_lines(const char *s);
/* An enhanced code behind "dsn=", "Status:", "#"; "" else. */
void words_status(const char *text, char out[16]);
/* Why there was no reply; false: it does not say. */
bool words_failure(const char *text, enum fail_phase *phase,
                   enum fail_kind *kind);

#endif
