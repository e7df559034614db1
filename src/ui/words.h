/*
 * words: the small vocabulary that all panes share: what a mark, a reply's
 * first digit or a moment looks like. Pure; any thread.
 */
#ifndef UI_WORDS_H
#define UI_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "core/dialog.h"
#include "knowledge/explain.h"
#include "knowledge/fail_words.h"
#include "ui/canvas.h"

/* Glyphs are UTF-8; the canvas folds them where the terminal has only ASCII. */
const char *mark_glyph(enum mark m);
enum style mark_style(enum mark m);

enum reply_class class_of(unsigned code);
enum mark mark_of_code(unsigned code);
const char *class_glyph(enum reply_class c); /* "✔" … "" */
enum style class_style(enum reply_class c);  /* of words */
enum style class_chip(enum reply_class c);   /* of the three digits */

enum time_mode { TIME_START, TIME_PREVIOUS, TIME_CLOCK, TIME_NONE,
	TIME_MODES };
/* "+0.413", six columns whatever the time. */
void time_since(char out[8], int64_t us);
/* "10:41:02.031": time (RFC 3339) is that of t = 0. */
void time_clock(char out[16], const char *time, int64_t us);
/* Columns of the mode: 6, 12 or 0. */
int time_columns(enum time_mode m);
/* "31 ms", "1.2 s", "5 min". */
void time_span(char out[24], int64_t us);

/* What the server waits for, as the prompt says it: "after RCPT"; "domain"
 * while there is no connection. */
const char *state_words(const struct dialog_now *now);

const char *dns_words(enum dns_status s);
const char *dns_type_name(unsigned type, char out[16]);

#endif
