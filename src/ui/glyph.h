/*
 * glyph: the marks on the screen, by id, in three sets. UI thread.
 *
 * Each mark is exactly one column in each set. No emoji: their width is a
 * matter of taste. Box, triangle and circle characters are East Asian
 * "ambiguous"; where a terminal makes them wide, the ASCII set helps.
 */
#ifndef UI_GLYPH_H
#define UI_GLYPH_H

#include <stdbool.h>
#include <stddef.h>

/* id, Unicode, what the Linux console's fonts have, ASCII */
#define GLYPHS(X)                                                              \
	X(GLYPH_OK, "✔", "√", "+")                                             \
	X(GLYPH_GO_ON, "…", ">", ">")                                          \
	X(GLYPH_LATER, "▲", "▲", "!")                                          \
	X(GLYPH_NO, "✘", "x", "X")                                             \
	X(GLYPH_UNTRIED, "○", "o", "o")                                        \
	X(GLYPH_NOW, "●", "•", "*")                                            \
	X(GLYPH_FOLDED, "▸", "►", ">")                                         \
	X(GLYPH_OPEN, "▾", "▼", "v")                                           \
	X(GLYPH_SELECT, "▌", "▌", ">")                                         \
	X(GLYPH_PLAIN, "│", "│", "|")                                          \
	X(GLYPH_TLS, "║", "║", "#")                                            \
	X(GLYPH_NOTE, "·", "·", ".")                                           \
	X(GLYPH_TO_SERVER, "→", "→", ">")                                      \
	X(GLYPH_TO_CLIENT, "←", "←", "<")                                      \
	X(GLYPH_UP, "↑", "↑", "^")                                             \
	X(GLYPH_DOWN, "↓", "↓", "v")                                           \
	X(GLYPH_MORE_UP, "▲", "▲", "^")                                        \
	X(GLYPH_MORE_DOWN, "▼", "▼", "v")                                      \
	X(GLYPH_CUT, "…", "~", "~")                                            \
	X(GLYPH_DASH, "–", "-", "-")                                           \
	X(GLYPH_MINUS, "−", "-", "-")                                          \
	X(GLYPH_BRANCH, "├", "├", "|")                                         \
	X(GLYPH_LAST_BRANCH, "└", "└", "`")                                    \
	X(GLYPH_HORIZONTAL, "─", "─", "-")                                     \
	X(GLYPH_VERTICAL, "│", "│", "|")                                       \
	X(GLYPH_TOP_LEFT, "┌", "┌", "+")                                       \
	X(GLYPH_TOP_RIGHT, "┐", "┐", "+")                                      \
	X(GLYPH_BOTTOM_LEFT, "└", "└", "+")                                    \
	X(GLYPH_BOTTOM_RIGHT, "┘", "┘", "+")                                   \
	X(GLYPH_TEE_RIGHT, "├", "├", "+")                                      \
	X(GLYPH_TEE_LEFT, "┤", "┤", "+")                                       \
	X(GLYPH_BLOCK, "█", "█", "#")                                          \
	X(GLYPH_BULLET, "•", "•", "*")                                         \
	X(GLYPH_HIDDEN, "█", "█", "#")                                         \
	X(GLYPH_PAUSE, "‖", "║", "=")
enum glyph {
#define GLYPH_ENUM(id, unicode, console, ascii) id,
	GLYPHS(GLYPH_ENUM)
#undef GLYPH_ENUM
	GLYPH_COUNT
};

enum glyph_set { GLYPHS_UNICODE, GLYPHS_CONSOLE, GLYPHS_ASCII };

/* The set that fits a terminal. term: $TERM; utf8: the locale's encoding. */
enum glyph_set glyph_set_for(const char *term, bool utf8);
void glyph_use(enum glyph_set set); /* starts as GLYPHS_UNICODE */
enum glyph_set glyph_used(void);
const char *glyph(enum glyph id); /* UTF-8, one column */

#endif
