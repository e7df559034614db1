/*
 * ui: the state of the inspector, shared by the files that draw it and the
 * files that change it. Private to this folder. UI thread.
 *
 * What belongs to whom: intake.c takes events in, view.c moves the selection,
 * draw.c makes frames (with bars.c and pane_*.c), input.c hands out keys,
 * do_*.c carry out commands, popup.c holds what lies over the panes.
 */
#ifndef UI_UI_H
#define UI_UI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/grid.h"
#include "core/dialog.h"
#include "core/plan.h"
#include "knowledge/explain.h"
#include "ui/app.h"
#include "ui/canvas.h"
#include "ui/doc.h"
#include "ui/entry.h"
#include "ui/keymap.h"
#include "ui/layout.h"
#include "ui/line.h"
#include "ui/player.h"
#include "ui/recent.h"
#include "ui/rows.h"
#include "ui/seek.h"
#include "ui/strip.h"
#include "ui/theme.h"
#include "ui/veil.h"
#include "ui/words.h"

enum {
	TOAST_MS = 6000,     /* how long the hint line keeps a message */
	SPIN_MS = 250,       /* spinner and clock while something is awaited */
	FRAME_MS = 33,       /* at most 30 frames a second */
	BLOCK_US = 5000000,  /* no answer for so long: the port-25 panel */
	MESSAGES_MAX = 200,
	SCAN_BUDGET = 20000, /* entries a slice: about 2 ms */
	PRESENT_ALL = 4,     /* presenter.revealed: nothing is covered */
};

/* What the prompt is for. All but the first use ui.aux. */
enum prompt_mode {
	PROMPT_SERVER, /* for the server; on the start screen a target */
	PROMPT_COMMAND,
	PROMPT_SEARCH,
	PROMPT_FILTER,
	PROMPT_SEND_WORD, /* the word "send" before DATA goes to a real host */
};

enum popup_kind {
	POPUP_NONE,
	POPUP_HELP,
	POPUP_LIST,    /* choose one: suggestions, copy, filter, lessons */
	POPUP_TEXT,    /* read: messages */
	POPUP_RULES,   /* the session machine; pane_rules.c */
	POPUP_QUIT,    /* y x Esc */
	POPUP_DROP,    /* y Esc */
	POPUP_ANYWAY,  /* y Esc: connect although there is a null MX */
	POPUP_TOUR,    /* tour.c */
	POPUP_PRIVATE, /* y n: EV_ASK */
	POPUP_TRIAL,   /* y Esc: an experiment; do_trial.c */
	POPUP_CLEAR,   /* y n: EV_ASK, a login without TLS */
	POPUP_PASSWORD, /* bullets; Enter Esc; ask.c */
	POPUP_TLS,     /* encryption and certificates; pane_tls.c */
	POPUP_BOUNCE,  /* what a pasted text says; pane_bounce.c */
	POPUP_COMPARE, /* two dialogs side by side; pane_compare.c */
	POPUP_MANY,    /* many targets in sum; pane_many.c */
	POPUP_COUNT
};

struct popup_item {
	char *key;  /* owned; what to press, "" none */
	char *text; /* owned */
	char *more; /* owned; dim behind it, "" none */
	enum cmd cmd;
	char *arg; /* owned, for the command */
};

/* The same, borrowed: NULL for nothing. */
struct popup_row {
	const char *key, *text, *more, *arg;
	enum cmd cmd;
};

struct popup {
	enum popup_kind kind;
	char *title, *text; /* owned; text above the items, may be NULL */
	struct popup_item *items;
	size_t n, size;
	size_t chosen, top;
	struct buf filter; /* POPUP_HELP: what was typed */
};

/* Where the dialog is looked at. Rows are places in ui.rows. */
struct view {
	size_t row;      /* selected */
	size_t sub;      /* line of the reply that the cursor is in, 0 all */
	size_t top;      /* first row on screen */
	size_t top_line; /* lines of it that are above the screen */
	bool follow;
	size_t seen;     /* rows there were when follow ended */
	int left;        /* columns scrolled off */
};

struct explain_cache {
	bool valid;
	bool pinned;
	bool block; /* it is the port-25 panel */
	bool lookups; /* of the folded lookups, not of the first one */
	size_t index, sub, count; /* of the dialog when it was made */
	struct explanation x;
	size_t top; /* first line shown */
};

struct search {
	struct seek seek;
	uint32_t *at; /* dialog indexes that hold it, ascending */
	size_t n, size;
	size_t scanned;
	size_t origin; /* dialog index where the search began */
	bool active;
	bool leads;        /* the selection goes to what is found first */
	size_t ahead;      /* of a recording: the first hit that is not shown
	                    * yet, its index in the whole; SIZE_MAX none */
	size_t ahead_from; /* there is none before */
	bool ahead_wanted; /* go there when it is found */
};

struct presenter {
	bool on;
	int revealed; /* 1 command, 2 code, 3 text, 4 explanation */
	int density;  /* 0 large digits, 1 one turn, 2 last three turns */
};

struct reel { /* replay.c */
	struct player player;
	size_t select; /* entry to select on arrival; SIZE_MAX: the newest */
	size_t turn;   /* that is uncovered, while presenter.revealed is less
	                * than PRESENT_ALL */
	struct rect bar; /* the cells of the progress bar on screen, w 0 none */
};

struct check_view { /* pane_checks.c */
	size_t at;   /* chosen: place in dialog_now.checks */
	bool touched; /* the user has chosen it; else the worst is shown */
	bool open;   /* the chosen one alone */
	size_t top;  /* first line shown of it */
	size_t list_top;
	bool asked;  /* REQ_CHECK was sent, and they have not ended yet */
	bool running; /* a prompt said that they are being made */
};

struct grid_view { /* do_grid.c, pane_grid.c */
	struct grid grid;        /* of what was seen */
	const struct dialog *of; /* borrowed; only to see that it is the same */
	size_t seen;             /* events of it */
	size_t row;              /* chosen */
	size_t top;              /* first line of the list on screen, at y */
	int list_y;
	bool left;               /* for a dialog: Esc leads back */
};

struct many_view { /* pane_many.c */
	bool slowest;     /* the list is of these, not of the latest */
	bool chosen;      /* a row was; else the first is, whoever it is */
	uint64_t number;  /* of the chosen one: it may move in the list */
	size_t above;     /* rows of the list that are seen above it */
	bool over;        /* as it was drawn last */
	int64_t shown_ms; /* when the figures were drawn last */
};

struct ui {
	const struct ui_config *cfg;
	struct ui_link link;
	struct veil veil; /* MASK: link.dialog is the masked one */
	struct plan plan; /* of the target now open; owned */
	bool started;     /* false: start screen */
	bool demo;        /* link is a demo */

	struct line *line, *aux;
	enum prompt_mode mode;
	bool typing; /* a line has the focus, not a pane */
	enum pane pane, open_pane, zoom;
	int explain_permille;

	struct rows rows;
	struct view view;
	enum show_mode show;
	enum time_mode time;
	bool time_chosen, wrap;
	struct search search;
	struct strip strip;
	struct explain_cache explain;
	struct presenter present;
	struct reel reel; /* link.replay */
	struct popup popup;
	struct check_view checks;
	struct grid_view grid;
	struct sides *sides;   /* POPUP_COMPARE, else NULL; owned */
	uint32_t marked;       /* session for compare, 0 none */
	struct many_view many;
	struct bounce *bounce; /* POPUP_BOUNCE, else NULL; owned */
	size_t mx_row;   /* chosen in the MX pane: address, counted through */
	size_t pane_top[PANE_COUNT]; /* scrolled, per pane */

	bool guided;
	bool mouse;
	enum theme theme;
	int64_t asked_us; /* open_target time, for the port-25 panel */
	bool old_run;     /* what was open before has not said its END yet */
	size_t asked_at;  /* dialog entries there were then */
	bool sent_waits;  /* a line was sent, its prompt has not come yet */
	bool sent_told;   /* of that line the event came: the prompt is next */
	char *last_sent;  /* owned; never a line with a secret */
	struct line *password; /* POPUP_PASSWORD, else NULL; owned, wiped */
	char *login;      /* :login's words while it asks for the password;
	                   * owned, NULL: the worker asks */
	char *trial;      /* POPUP_TRIAL: what is asked for, else NULL; owned */
	struct buf batch; /* lines that go out with the next Enter, each with
	                     a line feed */
	struct recent recent;
	bool terminal;    /* there is a real one (not so in tests) */
	bool record_stopped;       /* a write failed, or nothing was opened */
	uint32_t record_stopped_n; /* n of the first event it lacks */

	char *toast; /* owned, NULL none */
	int64_t toast_until_ms;
	char *messages[MESSAGES_MAX]; /* ring of what was said; owned */
	size_t n_messages;
	char keys[4][24]; /* the last four, for the presenter's corner */

	struct canvas canvas;
	struct layout layout;
	int w, h;
	bool dirty;
	int64_t now_ms; /* of this turn of the loop */
	int64_t clock_us; /* now, on the clock of the events; 0 unknown */
	int64_t clock_base_us; /* monotonic time at the events' 0 */

	bool leaving, waiting_to_leave;
	int64_t leave_by_ms;
	struct ui_result result;
};

/* --- ui.c: life of the struct */
void ui_init(struct ui *u, const struct ui_config *cfg);
void ui_clear(struct ui *u);
void ui_attach(struct ui *u, const struct ui_link *link); /* a new dialog */
void ui_mask(struct ui *u, enum mask_mode mode); /* MASK on or off */
/* A message in the hint line, kept in :messages. */
void ui_say(struct ui *u, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
const struct dialog_now *ui_now(const struct ui *u);
/* Is something awaited: lookup, connection, reply? */
bool ui_busy(const struct ui *u);
bool ui_session_open(const struct ui *u);
bool ui_replays(struct ui *u); /* and says that nothing can be sent */
/* Gives r away; not sent (and said) while a recording is shown. */
void ui_request(struct ui *u, enum request_kind kind, const char *text,
                const char *text2, bool yes);
unsigned ui_where(const struct ui *u); /* IN_ bit of what has the focus */
unsigned ui_panes(const struct ui *u); /* the same of its panes */
struct line *ui_prompt_line(const struct ui *u);
int ui_number(const char *s); /* 0 to 99999; 0 when s is no number */
/* A text that is in no event, masked while MASK is on, and then as below. */
const char *ui_shown(const struct ui *u, const char *s, char *out,
                     size_t size);
/* s made safe to be drawn, cut at size bytes; returns out. */
const char *ui_safe(const char *s, char *out, size_t size);

/* --- intake.c */
void ui_take(struct ui *u, struct event *e); /* owns e */
void ui_prefill(struct ui *u);
void ui_ghost(struct ui *u); /* after the line or the prompt changed */

/* --- replay.c: a recording that is played; link.dialog is what is shown of
 * it. All but attach, leave, is_whole, slice, tick and due are for a recording
 * only. */
void replay_attach(struct ui *u); /* to link.dialog, all of it */
void replay_mask(struct ui *u, enum mask_mode mode); /* as ui_mask() */
void replay_leave(struct ui *u);
bool replay_is_whole(const struct ui *u); /* nothing is hidden */
/* A slice of a way that takes long; true while there is more to do. */
bool replay_slice(struct ui *u);
/* Pauses; shows so many events, and selects the entry at that index, or the
 * newest (SIZE_MAX). */
void replay_go(struct ui *u, size_t events, size_t select);
/* The turn of the event at that index of the whole, which is selected. */
void replay_show(struct ui *u, size_t index);
/* The next entry that is not shown yet and is wanted, SIZE_MAX none. */
size_t replay_find(const struct ui *u, bool (*wanted)(const struct event *));
/* In the presenter: to the turn of the selection, to the next turn or the one
 * before, to the next part of the turn or the one before. false: there is
 * none. */
void replay_present(struct ui *u);
bool replay_move(struct ui *u, int step);
bool replay_reveal(struct ui *u, int step);
/* The reply that the presenter has not uncovered, NULL none. */
const struct event *replay_covered(const struct ui *u);
void replay_tick(struct ui *u);             /* plays what is due now */
int64_t replay_due_ms(const struct ui *u);  /* as now_ms; -1: never */

/* --- view.c */
struct entry_opts ui_entry_opts(const struct ui *u, size_t row);
size_t view_index(const struct ui *u); /* dialog index, SIZE_MAX none */
void view_move(struct ui *u, long rows);
void view_goto(struct ui *u, size_t row);
void view_page(struct ui *u, int pages, bool half);
void view_follow(struct ui *u);
void view_enter(struct ui *u, int step); /* into, out of a reply's lines */
void view_reveal(struct ui *u);          /* scroll until it is seen */
void view_wheel(struct ui *u, int lines);
/* Opens or folds the lookups that the entry is one of; false: it is none. */
bool view_turn_lookups(struct ui *u, size_t index);
/* After rows changed or were filtered: keep the entry that was selected. */
void view_keep(struct ui *u, size_t index);

/* --- draw.c */
void ui_layout(struct ui *u);
void ui_draw(struct ui *u);
bool ui_pane_visible(const struct ui *u, enum pane p);
/* The mark, the colours and the cursor of the row that is chosen. */
void draw_selected(struct ui *u, struct rect row);
/* Over whatever was drawn there before. */
void draw_popup_frame(struct ui *u, const struct layout_box *box,
                      const char *title, const char *right);

/* --- bars.c, all in the rectangle that the layout gives */
void draw_title(struct ui *u);
void draw_strip(struct ui *u);
void draw_mx_line(struct ui *u);
void draw_tabs(struct ui *u);
void draw_brief(struct ui *u);
void draw_input(struct ui *u);
void draw_replay_bar(struct ui *u, struct rect r); /* bar_replay.c, as are: */
bool replay_click(struct ui *u, int x, int y); /* false: not on the bar */
const char *pace_words(enum pace pace); /* "×1/2" */
void draw_hint(struct ui *u);
void draw_footer(struct ui *u);
void state_prompt(const struct ui *u, char *out, size_t size);

/* --- pane_*.c: title for the upper edge, words for its right end, body */
struct pane_edge {
	char title[128], right[48];
};
void mx_edge(struct ui *u, struct pane_edge *e);
void mx_draw(struct ui *u, struct rect body);
size_t mx_count(const struct ui *u); /* rows that can be chosen */
int mx_rows(const struct ui *u); /* that the pane can fill, 0: not known yet */
bool mx_at(const struct ui *u, size_t i, const char **host,
           const char **address);
void dialog_edge(struct ui *u, struct pane_edge *e);
void dialog_draw(struct ui *u, struct rect body);
size_t dialog_row_at(struct ui *u, int y, struct rect body, size_t *line);
void explain_edge(struct ui *u, struct pane_edge *e);
void explain_draw(struct ui *u, struct rect body);
void explain_doc(struct ui *u, struct rect body, struct doc *out);
/* All of x, with headings. */
void explain_all(struct ui *u, const struct explanation *x, struct doc *d);
const struct explanation *explain_get(struct ui *u);
void steps_edge(struct ui *u, struct pane_edge *e);
void steps_draw(struct ui *u, struct rect body);
void envelope_edge(struct ui *u, struct pane_edge *e);
void envelope_draw(struct ui *u, struct rect body);
void checks_edge(struct ui *u, struct pane_edge *e);
void checks_draw(struct ui *u, struct rect body);
const char *checks_hint(const struct ui *u); /* what its keys do */
/* The chosen one, or all of them, as it is shown; "" there are none. */
void checks_text(struct ui *u, bool all, struct buf *out);
void checks_click(struct ui *u, int y);
void checks_wheel(struct ui *u, bool down);
void grid_edge(struct ui *u, struct pane_edge *e);
void grid_draw(struct ui *u, struct rect body);
const char *grid_hint(void);
void grid_text(struct ui *u, struct buf *out); /* as it is shown */
void grid_click(struct ui *u, int y);
void grid_wheel(struct ui *u, bool down);
struct grid *grid_now(struct ui *u); /* of all that has happened so far */
/* Of the step that decided, NULL none. */
const struct grid_cell *grid_cell_of(const struct grid_row *r);
void grid_forget(struct ui *u); /* the dialog is another one */
void grid_show(struct ui *u);   /* before there is a layout, too */
bool grid_wanted(struct ui *u); /* --all, and there is more than one */
uint32_t grid_session(struct ui *u); /* of the chosen row, 0 none */
/* Sessions of one that answers as most and of the odd one; false: none is. */
bool grid_pair(struct ui *u, uint32_t *a, uint32_t *b);
void start_draw(struct ui *u, struct rect body);
void present_draw(struct ui *u, struct rect body);
void step_say(struct ui *u, struct doc *out); /* words of the lesson's step */
void step_ask(struct ui *u, struct doc *out); /* its question alone */

/* --- pane_rules.c: a popup that has the two tables to choose from */
void rules_open(struct ui *u);
void rules_key(struct ui *u, const struct key *k);
void rules_draw(struct ui *u);

/* --- pane_many.c: many targets: sums and a list to choose a dialog from */
void many_open(struct ui *u);
void many_key(struct ui *u, const struct key *k);
void many_draw(struct ui *u);
/* Takes what has come of them. True: there is more to take. */
bool many_take(struct ui *u);
/* Milliseconds until its figures are to be drawn again; -1: never. */
int many_wait_ms(const struct ui *u);

/* --- pane_tls.c: the handshake, the certificates, EHLO before and after */
enum tls_page { TLS_PAGE_TLS, TLS_PAGE_CAPS, TLS_PAGES };
void tls_open(struct ui *u, enum tls_page page);
void tls_key(struct ui *u, const struct key *k);
void tls_draw(struct ui *u);

/* --- pane_bounce.c: a bounce, a log or a reply pasted into the start screen */
bool bounce_open(struct ui *u, const char *text, size_t len); /* false: the
                                                 * text is no such thing */
void bounce_forget(struct ui *u); /* when the popup closes */
void bounce_key(struct ui *u, const struct key *k);
void bounce_draw(struct ui *u);

/* --- pane_compare.c */
void compare_forget(struct ui *u); /* when the popup closes */
void compare_key(struct ui *u, const struct key *k);
void compare_draw(struct ui *u);

/* --- ask.c: questions of the worker, passwords */
void popup_ask(struct ui *u); /* the open EV_ASK, if any */
void ask_login(struct ui *u, const char *login); /* "USER" or "USER MECH" */
bool ask_is_open(const struct ui *u);
void ask_key(struct ui *u, const struct key *k);
void ask_paste(struct ui *u, const struct key *k); /* POPUP_PASSWORD */
void ask_cancel(struct ui *u); /* the answer is no */
void ask_forget(struct ui *u); /* when the popup closes: wiped */

/* --- tour.c: a popup at one pane after the other */
void do_tour(struct ui *u);
void tour_key(struct ui *u, const struct key *k);
void tour_draw(struct ui *u);
bool tour_shows(const struct ui *u, enum pane p);

/* --- block.c: is port 25 blocked here? */
bool block_seen(const struct ui *u);
void block_explanation(const struct ui *u, struct explanation *out);

/* --- input.c */
void ui_key(struct ui *u, const struct key *k);
void ui_focus(struct ui *u, enum pane p); /* PANE_NONE: the line */

/* --- do_*.c */
bool ui_presents(struct ui *u); /* and says that it shows the dialog alone */
void ui_do(struct ui *u, enum cmd c, const char *arg);
void ui_command_line(struct ui *u, const char *text); /* after the colon */
void ui_submit(struct ui *u);                 /* Enter in the server's line */
void ui_send(struct ui *u, const char *text, size_t len);
/* The batch that waits, then the line. */
void ui_send_all(struct ui *u, const char *text, size_t len);
void ui_open_target(struct ui *u, const char *text);
/* Into the list of the start screen, unless it is a lesson's. */
void ui_note_target(struct ui *u);
void ui_reopen(struct ui *u); /* REQ_OPEN for u->plan */
void ui_asked(struct ui *u);  /* a REQ_OPEN is under way */
void ui_leave(struct ui *u, bool quit_first);
void do_copy(struct ui *u, const char *arg);
void do_save(struct ui *u, const char *arg); /* do_save.c */
void do_act(struct ui *u, const char *arg);
void do_try(struct ui *u, const struct explain_try *t);
/* A command that takes words asks for them at the colon. */
void ui_ask_words(struct ui *u, const char *text);

/* --- complete.c */
void complete_server(void *ui, const char *text, size_t cursor,
                     struct line_candidates *out);
void complete_command(void *ui, const char *text, size_t cursor,
                      struct line_candidates *out);

/* --- find.c */
void find_set(struct ui *u, const char *text);
void find_stop(struct ui *u);
/* A slice of search and filter; true while there is more to do. */
bool find_slice(struct ui *u);
void find_cut(struct ui *u); /* less of a recording is shown now */
void find_on(struct ui *u);  /* more of it is */
/* To the first hit that is not shown yet, at once or when it is found; false:
 * there is none. */
bool find_ahead(struct ui *u);
void find_step(struct ui *u, int step);
void filter_set(struct ui *u, enum filter_kind kind, const char *arg);

/* --- popup.c */
void popup_open(struct ui *u, enum popup_kind kind, const char *title,
                const char *text);
void popup_add(struct ui *u, const struct popup_row *row); /* copied */
void popup_close(struct ui *u);
bool popup_key(struct ui *u, const struct key *k); /* true: it was for it */
void popup_draw(struct ui *u);
/* A page of its own in a popup, width columns where there is room. */
bool popup_scroll_key(struct ui *u, const struct key *k);
int popup_scroll_width(struct ui *u, int width); /* of its text */
void popup_scroll_draw(struct ui *u, int width, const char *title,
                       const struct doc *doc);
int popup_text_width(struct ui *u); /* of a POPUP_TEXT */
void popup_help(struct ui *u, const char *word);
void popup_messages(struct ui *u);

/* --- palette.c: commands that the text after the colon could become */
void palette_draw(struct ui *u);

#endif
