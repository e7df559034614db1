/*
 * keymap: everything that a person can make the inspector do: commands and
 * the keys they are on. One table feeds dispatch, help, footer, palette,
 * --print-keys and the man page, so that none of them can be wrong alone.
 *
 * Constant data but for the user's own keys, which are set once at start.
 * UI thread.
 */
#ifndef UI_KEYMAP_H
#define UI_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "ui/key.h"

/*
 * id, name in the palette and in [keys], what it takes after its name ("" for
 * nothing), help sentence.
 */
#define COMMANDS(X)                                                            \
	X(CMD_NONE, "", "", "")                                                \
	X(CMD_SEND, "send", "", N_("send the line, with CRLF at its end"))     \
	X(CMD_COMPLETE, "complete", "",                                        \
	  N_("complete the commands that are legal now"))                      \
	X(CMD_HISTORY, "history", "",                                          \
	  N_("earlier lines that begin with what is typed"))                   \
	X(CMD_SEARCH_HISTORY, "search-history", "",                            \
	  N_("look for a word in earlier lines"))                              \
	X(CMD_BROWSE, "browse", "",                                            \
	  N_("look around; what is typed stays in the line"))                  \
	X(CMD_TYPE, "type", "", N_("back to the line"))                        \
	X(CMD_UP, "up", "", N_("previous entry"))                              \
	X(CMD_DOWN, "down", "", N_("next entry"))                              \
	X(CMD_PAGE_UP, "page-up", "", N_("one page up in the dialog"))         \
	X(CMD_PAGE_DOWN, "page-down", "", N_("one page down in the dialog"))   \
	X(CMD_HALF_UP, "half-up", "", N_("half a page up"))                    \
	X(CMD_HALF_DOWN, "half-down", "", N_("half a page down"))              \
	X(CMD_TOP, "top", "", N_("first entry"))                               \
	X(CMD_FOLLOW, "follow", "",                                            \
	  N_("newest entry, and stay with what comes"))                        \
	X(CMD_LEFT, "left", "", N_("scroll left; out of a reply's lines"))     \
	X(CMD_RIGHT, "right", "", N_("scroll right; into a reply's lines"))    \
	X(CMD_PREV_PHASE, "previous-phase", "",                                \
	  N_("previous phase: connection, EHLO, envelope, data"))              \
	X(CMD_NEXT_PHASE, "next-phase", "", N_("next phase"))                  \
	X(CMD_PREV_BAD, "previous-bad", "",                                    \
	  N_("previous reply that is not 2xx or 3xx"))                         \
	X(CMD_NEXT_BAD, "next-bad", "",                                        \
	  N_("next reply that is not 2xx or 3xx"))                             \
	X(CMD_OPEN_ENTRY, "fold", "",                                          \
	  N_("fold or unfold a reply; connect to a host in the MX pane"))      \
	X(CMD_SEARCH, "search", N_("TEXT"),                                    \
	  N_("find as you type; small letters find both cases"))               \
	X(CMD_SEARCH_NEXT, "search-next", "", N_("next place found"))          \
	X(CMD_SEARCH_PREV, "search-previous", "", N_("previous place found"))  \
	X(CMD_FILTER, "filter", N_("TEXT"),                                    \
	  N_("show only entries that hold a text"))                            \
	X(CMD_FILTER_MENU, "filter-menu", "",                                  \
	  N_("show only client lines, server lines, or 4xx and 5xx"))         \
	X(CMD_TIME, "time", "start|previous|clock|none",                       \
	  N_("time of each entry: since start, since previous, clock, none"))  \
	X(CMD_WRAP, "wrap", "", N_("break long lines, or cut them"))           \
	X(CMD_VIEW, "view", "text|ends|hex",                                   \
	  N_("text, text with line ends, hex"))                                \
	X(CMD_ZOOM, "zoom", "", N_("one pane alone, and back"))                \
	X(CMD_PIN, "pin", "",                                                  \
	  N_("keep this explanation while the selection moves"))               \
	X(CMD_COPY, "copy",                                                    \
	  "line|turn|session|explanation|ticket|command|swaks|openssl|nc|"     \
	  "smtpscope",                                                         \
	  N_("copy a line, a turn, the session, the explanation, a command"))  \
	X(CMD_SAVE, "save", "html|worksheet|markdown|text|json|swaks",         \
	  N_("write the dialog to a file: page, worksheet, Markdown, text"))   \
	X(CMD_MASK, "mask", "all|people|off",                                  \
	  N_("aliases for addresses, names and IPs in all that is shown"))     \
	X(CMD_TICKET, "ticket", "",                                            \
	  N_("what a provider needs to know about the refusal"))               \
	X(CMD_ACT, "suggestions", "",                                          \
	  N_("what could be done about this reply"))                           \
	X(CMD_TRY, "try", N_("EXPERIMENT [VALUE]"),                            \
	  N_("an experiment: the same, one thing changed"))                    \
	X(CMD_AGAIN, "again", "", N_("the same command into the line again"))  \
	X(CMD_EDIT, "edit", "", N_("take this client line into the line"))     \
	X(CMD_NEXT_MX, "next-mx", "", N_("connect to the next mail server"))   \
	X(CMD_DROP, "drop", "", N_("drop the connection without QUIT"))        \
	X(CMD_PANE, "pane", "1..7",                                            \
	  N_("go to a pane: MX, Dialog, Explain, Steps, Envelope, Checks, "    \
	     "Grid"))                                                          \
	X(CMD_PANE_1, "mx", "", N_("the mail servers"))                        \
	X(CMD_PANE_2, "dialog", "", N_("the dialog"))                          \
	X(CMD_PANE_3, "explain", "", N_("the explanation"))                    \
	X(CMD_PANE_4, "steps", "", N_("the steps"))                            \
	X(CMD_PANE_5, "envelope", "", N_("the envelope"))                      \
	X(CMD_PANE_6, "checks", "", N_("the checks of both sides"))            \
	X(CMD_PANE_7, "grid", "",                                              \
	  N_("every address of every MX, each step a column"))                 \
	X(CMD_ALL, "all", "",                                                  \
	  N_("start anew and visit each address of every MX by itself"))       \
	X(CMD_COMPARE, "compare", N_("SESSION SESSION"),                       \
	  N_("mark a session, then another: both side by side"))               \
	X(CMD_CHECK, "check", "", N_("make the checks, or make them anew"))    \
	X(CMD_LIKE_MTA, "like-mta", "",                                        \
	  N_("start anew as the mail server of this machine sends"))          \
	X(CMD_NEXT_PANE, "next-pane", "", N_("next pane"))                     \
	X(CMD_PREV_PANE, "previous-pane", "", N_("previous pane"))             \
	X(CMD_BIGGER, "bigger", "", N_("more room for Explain"))               \
	X(CMD_SMALLER, "smaller", "", N_("less room for Explain"))             \
	X(CMD_PRESENT, "present", "",                                          \
	  N_("one turn, large, for a projector; and back"))                    \
	X(CMD_REVEAL, "reveal", "", N_("uncover the next part of the turn"))   \
	X(CMD_COVER, "cover", "", N_("cover it again, or the turn before"))    \
	X(CMD_GUIDE, "guide", "on|off",                                        \
	  N_("guided: the next command is put into the line for you"))         \
	X(CMD_HELP, "help", N_("WORD"), N_("keys and commands of this place")) \
	X(CMD_PALETTE, "commands", "", N_("all commands by name"))             \
	X(CMD_MESSAGES, "messages", "", N_("everything the hint line said"))   \
	X(CMD_RULES, "rules", "",                                              \
	  N_("the tables of the session, the row of now lit"))                 \
	X(CMD_TLS, "tls", "",                                                  \
	  N_("the encryption: version, certificates, DANE"))                   \
	X(CMD_CAPS, "caps", "",                                                \
	  N_("what the server offers, before and after TLS"))                  \
	X(CMD_STARTTLS, "starttls", "",                                        \
	  N_("send STARTTLS: encrypt this connection"))                        \
	X(CMD_LOGIN, "login", N_("USER [MECHANISM]"),                          \
	  N_("log in; the password is asked for and never shown"))             \
	X(CMD_CANCEL, "cancel", "",                                            \
	  N_("stop a lookup or a connection; else empty the line"))            \
	X(CMD_REDRAW, "redraw", "", N_("draw the screen anew"))                \
	X(CMD_SUSPEND, "suspend", "", N_("back to the shell; fg returns"))     \
	X(CMD_MOUSE, "mouse", "on|off",                                        \
	  N_("give the mouse back to the terminal, or take it"))               \
	X(CMD_THEME, "theme", N_("NAME"),                                      \
	  N_("cvd-dark, cvd-light, ansi, mono, ascii"))                        \
	X(CMD_LANG, "lang", "en|de", N_("language of the program"))            \
	X(CMD_OPEN, "open", N_("TARGET"),                                      \
	  N_("another domain or host: ends what is open"))                     \
	X(CMD_CONNECT, "connect", N_("HOST [ADDRESS]"),                        \
	  N_("connect to a host of the list, or again to the same"))           \
	X(CMD_CONNECT_ANYWAY, "connect!", "",                                  \
	  N_("the domain's own address, although it takes no mail"))           \
	X(CMD_DEMO, "demo", N_("LESSON"),                                      \
	  N_("the built-in classroom: offline, nothing is sent out"))          \
	X(CMD_REPLAY, "replay", N_("FILE"), N_("open a recording"))            \
	X(CMD_NEXT_TURN, "next-turn", "",                                      \
	  N_("recording: the next turn, a command and its reply"))             \
	X(CMD_PREV_TURN, "previous-turn", "",                                  \
	  N_("recording: back before the turn on show"))                       \
	X(CMD_PLAY, "play", "",                                                \
	  N_("recording: play it at its own speed, or pause"))                 \
	X(CMD_REWIND, "rewind", "", N_("recording: back to its beginning"))    \
	X(CMD_WHOLE, "whole", "",                                              \
	  N_("recording: all of it, as it was when it was opened"))            \
	X(CMD_FASTER, "faster", "", N_("recording: play it faster"))           \
	X(CMD_SLOWER, "slower", "",                                            \
	  N_("recording: play it slower; slowest of all, turn by turn"))       \
	X(CMD_GOTO, "goto", N_("TURN|TIME"),                                   \
	  N_("recording: to a turn, a time (12s, 1:30), the entry selected"))  \
	X(CMD_TOUR, "tour", "", N_("two minutes: what each pane shows"))       \
	X(CMD_RECENT, "recent", "",                                            \
	  N_("a target that was looked up before, into the line"))             \
	X(CMD_SET, "set", N_("NAME VALUE"),                                    \
	  N_("theme, time, view, wrap, mouse, guide, lang"))                   \
	X(CMD_QUIT, "quit", "", N_("leave; asks while a session is open"))     \
	X(CMD_QUIT_PRINT, "quit!", "",                                         \
	  N_("leave at once and print the dialog"))
enum cmd {
#define COMMAND_ENUM(id, name, takes, help) id,
	COMMANDS(COMMAND_ENUM)
#undef COMMAND_ENUM
	CMD_COUNT
};

struct cmd_info {
	const char *name;
	const char *takes; /* msgid */
	const char *help;  /* msgid, a sentence without a full stop */
};
const struct cmd_info *cmd_info(enum cmd c);
/* By name or by an alias (q, q!, w, h ...); CMD_NONE: there is none. */
enum cmd cmd_find(const char *name, size_t len);
/* The name nearest to a wrong one, NULL when none is near. */
const char *cmd_nearest(const char *name, size_t len);

enum { /* where a key counts */
	IN_LINE = 1,    /* the input line has the focus */
	IN_PANES = 2,   /* a pane has it */
	IN_START = 4,   /* start screen */
	IN_PRESENT = 8, /* presenter view, line not focused */
	IN_REPLAY = 16, /* a pane, of a recording */
	IN_SHOW = 32,   /* presenter view, of a recording */
	IN_BROWSE = IN_PANES | IN_REPLAY,
	IN_STAGE = IN_PRESENT | IN_SHOW,
	IN_SESSION = IN_LINE | IN_BROWSE,
	IN_ALL = IN_SESSION | IN_START | IN_STAGE,
};

struct binding {
	unsigned where;    /* IN_ bits */
	const char *key;   /* key_parse() understands it */
	enum cmd cmd;
	const char *word;  /* in the footer; NULL: not there. msgid */
	const char *shown; /* key as the footer writes it, NULL: key */
	int rank;          /* 1 stays longest in the footer; 1 is never lost */
};

/* Row i of the table, or NULL past its end. The user's own keys are in. */
const struct binding *keymap_at(size_t i);
enum cmd keymap_find(unsigned where, const struct key *k);
/* First key of c there, as text, or "" when it has none. */
const char *keymap_key(enum cmd c, unsigned where);

/* "name = key" of the config's [keys]. Returns NULL, or one sentence that says
 * what is wrong (heap). The command loses the keys it had there. */
char *keymap_set(const char *line);

/*
 * The footer's items for width columns, in the order of the table; the last
 * one is that of quitting, for the right edge. Returns how many (<= max).
 */
size_t keymap_footer(unsigned where, int width, const struct binding **out,
                     size_t max);
/* "Enter Send": key and word in the user's language. */
const char *binding_key(const struct binding *b);

void keymap_print(FILE *out); /* --print-keys */
void keymap_man(FILE *out);   /* rows of the man page's table, roff */

#endif
