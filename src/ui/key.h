/*
 * key: what a person pressed, and the names of keys. Pure; UI thread.
 *
 * The decoder turns the terminal's bytes into keys without curses, so that it
 * can be tested and fuzzed: sequences of xterm, tmux, screen, rxvt, PuTTY and
 * the Linux console are built in, those of the terminfo entry are added by
 * term.c. A sequence that nobody knows is swallowed whole, never replayed as
 * keys; that also eats late answers of the terminal. The prefix is K_ because
 * curses owns KEY_.
 */
#ifndef UI_KEY_H
#define UI_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* id, name as shown and as written in the config file */
#define KEYS(X)                                                                \
	X(K_UP, "Up") X(K_DOWN, "Down") X(K_LEFT, "Left") X(K_RIGHT, "Right")  \
	X(K_HOME, "Home") X(K_END, "End") X(K_PAGE_UP, "PgUp")                 \
	X(K_PAGE_DOWN, "PgDn") X(K_INSERT, "Ins") X(K_DELETE, "Del")           \
	X(K_BACKSPACE, "Backspace") X(K_ENTER, "Enter") X(K_TAB, "Tab")        \
	X(K_ESC, "Esc")                                                        \
	X(K_F1, "F1") X(K_F2, "F2") X(K_F3, "F3") X(K_F4, "F4") X(K_F5, "F5")  \
	X(K_F6, "F6") X(K_F7, "F7") X(K_F8, "F8") X(K_F9, "F9")                \
	X(K_F10, "F10") X(K_F11, "F11") X(K_F12, "F12")
enum key_code {
	K_NONE,
	K_CHAR, /* key.ch; Ctrl-A is ch 'a' with MOD_CTRL, blank is "Space" */
#define KEY_ENUM(id, name) id,
	KEYS(KEY_ENUM)
#undef KEY_ENUM
	K_PASTE, /* key.text: all of it, nothing in it is a command */
	K_MOUSE, /* key.mouse, key.x, key.y */
};

enum { MOD_SHIFT = 1, MOD_ALT = 2, MOD_CTRL = 4 };

enum mouse_what {
	MOUSE_NONE,
	MOUSE_PRESS, /* left button only; others stay with the terminal */
	MOUSE_DRAG,
	MOUSE_RELEASE,
	MOUSE_WHEEL_UP,
	MOUSE_WHEEL_DOWN,
};

struct key {
	enum key_code code;
	unsigned mods;     /* MOD_ bits; MOD_SHIFT never on a K_CHAR */
	uint32_t ch;       /* K_CHAR: code point, for MOD_CTRL a small letter */
	enum mouse_what mouse;
	int x, y;          /* K_MOUSE: cell, from 0 */
	const char *text;  /* K_PASTE: borrowed until the next key_next();
	                      line ends are \n, nothing else is changed */
	size_t text_len;
};

/* Same key? Mouse positions and pasted text are not looked at. */
bool key_is(const struct key *a, const struct key *b);
/*
 * "Alt-A" (ESC a), "Alt-Shift-A" (ESC A), "Ctrl-L", "Shift-Up", "F5", "Space",
 * "g", "G", ":". Letters after Alt- and Ctrl- are shown large.
 * out gets at most size bytes with the NUL; returns out.
 */
char *key_label(const struct key *k, char *out, size_t size);
/* The reverse; case matters only for single letters. false: no such key. */
bool key_parse(const char *name, struct key *out);

enum { KEY_PASTE_MAX = 1 << 20 }; /* a pasted message; the rest is dropped */

struct key_reader;

struct key_reader *key_reader_new(void);
void key_reader_free(struct key_reader *r); /* NULL is fine */
/* Another sequence (2..15 bytes, begins with ESC or a control byte) for a key;
 * one that is known already is left as it is. */
void key_reader_define(struct key_reader *r, const char *sequence,
                       enum key_code code, unsigned mods);
/* Bytes from the terminal, any split. utf8: else bytes above 0x7f are taken
 * as Latin-1 characters. */
void key_feed(struct key_reader *r, const char *data, size_t len, bool utf8);
/*
 * Takes the next whole key. false: none, feed more.
 * Esc or a cut sequence stays inside until more comes or key_flush().
 */
bool key_next(struct key_reader *r, struct key *out);
/* Bytes are waiting that could still become a longer key: call key_flush()
 * when nothing came for escape delay (25 ms; 1 s inside a paste). */
bool key_is_partial(const struct key_reader *r);
bool key_in_paste(const struct key_reader *r);
/* Nothing more came: a lone ESC is Esc, a cut sequence is dropped, a paste
 * without an end is delivered. Then key_next() again. */
void key_flush(struct key_reader *r);

#endif
