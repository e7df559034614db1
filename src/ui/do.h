/*
 * do: what each command does. Handlers take the words after the command's
 * name, "" none. Private to this folder. UI thread.
 */
#ifndef UI_DO_H
#define UI_DO_H

#include "ui/ui.h"

/* do_view.c: what is looked at; nothing here reaches the server */
void do_move(struct ui *u, enum cmd c);
void do_open_entry(struct ui *u, const char *arg);
void do_phase(struct ui *u, int step);
void do_bad(struct ui *u, int step);
void do_filter_menu(struct ui *u, const char *arg);
void do_filter(struct ui *u, const char *arg);
void do_time(struct ui *u, const char *arg);
void do_show(struct ui *u, const char *arg);
void do_pane(struct ui *u, const char *arg);
void do_back(struct ui *u); /* Esc: one step outward */
void do_size(struct ui *u, int step);
void do_present(struct ui *u);
void do_reveal(struct ui *u, int step);
void do_theme(struct ui *u, const char *arg);
void do_lang(struct ui *u, const char *arg);
void do_mouse(struct ui *u, const char *arg);
void do_guide(struct ui *u, const char *arg);
void do_set(struct ui *u, const char *arg);
void do_pin(struct ui *u);
void do_recent(struct ui *u); /* into the line */

/* do_replay.c: a recording; another link is told so */
void do_turn(struct ui *u, int step);
void do_play(struct ui *u); /* or pause */
void do_wind(struct ui *u, bool to_end);
void do_pace(struct ui *u, int step);
void do_goto(struct ui *u, const char *arg);

/* do_session.c, do_trial.c: what reaches the server, the network or main */
void do_cancel(struct ui *u);
void do_again(struct ui *u);
void do_edit(struct ui *u);
void do_next_mx(struct ui *u);
void do_connect(struct ui *u, const char *arg);
void do_drop(struct ui *u);
void do_connect_anyway(struct ui *u);
void do_trial(struct ui *u, const char *arg); /* :try */
/* The question, when it can be made now; else nothing: false. */
bool do_trial_if(struct ui *u, const char *arg);
void do_trial_begin(struct ui *u); /* the user said y */
void do_demo(struct ui *u, const char *arg);
void do_replay(struct ui *u, const char *arg);
void do_open(struct ui *u, const char *arg);
void do_checks(struct ui *u); /* looks at them; the first time, makes them */
void do_check(struct ui *u);
void do_like_mta(struct ui *u); /* HELO, sources, family; a new run */
void do_quit(struct ui *u, bool at_once);

/* pane_checks.c */
void checks_move(struct ui *u, enum cmd c);
void checks_bad(struct ui *u, int step); /* the next bad one or warning */
void checks_turn(struct ui *u); /* from the list into one, and back */
bool checks_back(struct ui *u); /* false: it was at the list already */

/* do_grid.c */
void do_grid(struct ui *u);
void do_all(struct ui *u); /* :all */
void grid_move(struct ui *u, enum cmd c);
void grid_bad(struct ui *u, int step); /* the next row that differs */
void grid_open(struct ui *u);          /* the dialog of the chosen row */
bool grid_back(struct ui *u);          /* from that dialog; false: it is none */

/* pane_compare.c */
void do_compare(struct ui *u, const char *arg); /* :compare */

/* do_copy.c: what may be shown to others */
void do_copy_text(struct ui *u, const struct buf *b); /* to the clipboard */
void do_mask(struct ui *u, const char *arg);
void do_ticket(struct ui *u);

/* do_save.c: the form that ":save ARG" means, by its word, else by the file's
 * name; *file: the name, borrowed from arg. */
enum ui_save_form save_form(const char *arg, const char **file);

/* do_secure.c: encryption and login */
void do_starttls(struct ui *u);
void do_login(struct ui *u, const char *arg);

#endif
