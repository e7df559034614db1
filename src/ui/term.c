#include "config.h"

#include "ui/term.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <term.h>
#include <unistd.h>
#include <wchar.h>

#include "ui/term_guard.h"
#include "ui/term_input.h"
#include "util/buf.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum {
	PAIRS_MAX = 64,
	WIDTH_MAX = 2000, /* curses counts in short and allocates it all */
	HEIGHT_MAX = 1000,
};

static struct {
	SCREEN *screen;
	int w, h;
	int colors;
	bool utf8;
	bool mouse;
	bool can_modes; /* understands xterm's private modes */
	enum theme theme;
	const char *name; /* the TERM in use */
	struct cell *shown; /* what is on the screen, w * h; owned */
	bool all_new;
	int cursor; /* as last told: 0, 1, -1 not yet */
	struct {
		int fg, bg;
	} pairs[PAIRS_MAX];
	int pair_count;
} term;

/* terminfo's names of keys that have no sequence of their own in key_reader */
static const struct {
	const char *cap;
	enum key_code code;
	unsigned mods;
} cap_keys[] = {
	{"kcuu1", K_UP, 0}, {"kcud1", K_DOWN, 0}, {"kcub1", K_LEFT, 0},
	{"kcuf1", K_RIGHT, 0}, {"khome", K_HOME, 0}, {"kend", K_END, 0},
	{"kpp", K_PAGE_UP, 0}, {"knp", K_PAGE_DOWN, 0}, {"kich1", K_INSERT, 0},
	{"kdch1", K_DELETE, 0}, {"kcbt", K_TAB, MOD_SHIFT},
	{"kri", K_UP, MOD_SHIFT}, {"kind", K_DOWN, MOD_SHIFT},
	{"kLFT", K_LEFT, MOD_SHIFT}, {"kRIT", K_RIGHT, MOD_SHIFT},
	{"kLFT5", K_LEFT, MOD_CTRL}, {"kRIT5", K_RIGHT, MOD_CTRL},
	{"kf1", K_F1, 0}, {"kf2", K_F2, 0}, {"kf3", K_F3, 0}, {"kf4", K_F4, 0},
	{"kf5", K_F5, 0}, {"kf6", K_F6, 0}, {"kf7", K_F7, 0}, {"kf8", K_F8, 0},
	{"kf9", K_F9, 0}, {"kf10", K_F10, 0}, {"kf11", K_F11, 0},
	{"kf12", K_F12, 0},
};

static const char mouse_on[] = "\033[?1002h\033[?1006h";
static const char mouse_off[] = "\033[?1006l\033[?1002l";
static const char paste_on[] = "\033[?2004h";
static const char paste_off[] = "\033[?2004l";

static void emit(const char *text)
{
	size_t len = strlen(text);

	while (len > 0) {
		ssize_t n = write(STDOUT_FILENO, text, len);

		if (n < 0 && errno != EINTR)
			return; /* gone: the next read says so */
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
}

static const char *capability(const char *name)
{
	const char *s = tigetstr((char *)name);

	return s == NULL || s == (const char *)-1 ? "" : s;
}

/* Without the padding marks $<5/>, which only tputs() understands. */
static void add_capability(struct buf *out, const char *name)
{
	for (const char *s = capability(name); *s != '\0'; s++) {
		if (s[0] == '$' && s[1] == '<' && strchr(s, '>') != NULL)
			s = strchr(s, '>');
		else
			buf_addc(out, *s);
	}
}

/* What brings the terminal back without curses. */
static void arm_guard(void)
{
	struct buf undo = {.len = 0};

	if (term.can_modes) {
		buf_adds(&undo, mouse_off);
		buf_adds(&undo, paste_off);
	}
	add_capability(&undo, "rmacs");
	add_capability(&undo, "sgr0");
	if (term.colors > 0)
		add_capability(&undo, "op");
	add_capability(&undo, "cnorm");
	if (capability("rmcup")[0] != '\0')
		add_capability(&undo, "rmcup");
	else
		buf_adds(&undo, "\r\n");
	guard_arm(buf_str(&undo));
	buf_clear(&undo);
}

static void modes_on(void)
{
	if (!term.can_modes)
		return;
	emit(paste_on);
	if (term.mouse)
		emit(mouse_on);
}

static void modes_off(void)
{
	if (!term.can_modes)
		return;
	if (term.mouse)
		emit(mouse_off);
	emit(paste_off);
}

static bool begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

static bool try_term(const char *name)
{
	/* a path is no name: terminfo would follow it out of its folder */
	if (strchr(name, '/') != NULL)
		return false;
	term.screen = newterm((char *)name, stdout, stdin);
	if (term.screen == NULL)
		return false;
	set_term(term.screen);
	if (capability("cup")[0] != '\0') {
		term.name = name;
		return true;
	}
	endwin();
	delscreen(term.screen);
	term.screen = NULL;
	return false;
}

static bool try_terms(const char *name, const char **fallback)
{
	static const char *const others[] = {"xterm", "vt100"};

	*fallback = NULL;
	if (try_term(name))
		return true;
	for (size_t i = 0; i < 2; i++) {
		*fallback = others[i];
		if (try_term(others[i]))
			return true;
	}
	return false;
}

static int count_colors(bool wanted)
{
	if (!wanted || !has_colors())
		return 0;
	start_color();
	use_default_colors();
	/* in direct-colour entries a number above 7 is an RGB value */
	if (COLORS > 256)
		return 8;
	return COLORS >= 256 ? 256 : COLORS >= 16 ? 16 : COLORS >= 8 ? 8 : 0;
}

static bool is_set(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0';
}

/* The terminal's size, bounded; left alone where it tells none. */
static void ask_size(int *w, int *h)
{
	struct winsize size = {.ws_row = 0};

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 ||
	    size.ws_col == 0)
		return;
	*w = size.ws_col < WIDTH_MAX ? size.ws_col : WIDTH_MAX;
	*h = size.ws_row < HEIGHT_MAX ? size.ws_row : HEIGHT_MAX;
}

void term_measure(void)
{
	int w = COLS;
	int h = LINES;

	ask_size(&w, &h);
	if (w != COLS || h != LINES)
		resizeterm(h, w);
	term.w = w;
	term.h = h;
	term.shown = xreallocarray(term.shown, (size_t)w * (size_t)h,
	                           sizeof(term.shown[0]));
	term.all_new = true;
}

/* curses shall allocate for our size, not for what the environment says. */
static void tell_size(void)
{
	int w = 80;
	int h = 24;
	char text[16];

	ask_size(&w, &h);
	snprintf(text, sizeof(text), "%d", h);
	setenv("LINES", text, 1);
	snprintf(text, sizeof(text), "%d", w);
	setenv("COLUMNS", text, 1);
	use_env(TRUE);
	use_tioctl(FALSE);
}

static void set_input(void)
{
	raw();
	noecho();
	nonl();
	intrflush(stdscr, FALSE);
	meta(stdscr, TRUE);
	typeahead(-1); /* else a waiting key cuts a frame short */
	leaveok(stdscr, FALSE);
	scrollok(stdscr, FALSE);
}

static void choose_theme(const struct term_options *o)
{
	enum theme t = theme_default(term.colors, getenv("COLORFGBG"));

	if (o->theme != NULL)
		theme_find(o->theme, &t);
	term_set_theme(t);
}

enum term_start term_start(const struct term_options *o, const char **fallback)
{
	const char *name = getenv("TERM");
	const char *other;
	bool started;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return TERM_NOT_A_TTY;
	if (!is_set("TERM") || strcmp(name, "dumb") == 0)
		return TERM_IS_DUMB;
	if (!guard_start(STDIN_FILENO))
		return TERM_NOT_A_TTY;
	tell_size();
	started = try_terms(name, &other);
	unsetenv("LINES"); /* else our children would believe them */
	unsetenv("COLUMNS");
	if (!started) {
		guard_stop();
		return TERM_IS_DUMB;
	}
	if (fallback != NULL)
		*fallback = other;
	term.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	term.colors = count_colors(!o->no_color && !is_set("NO_COLOR"));
	term.can_modes = !begins(term.name, "linux") &&
	                 !begins(term.name, "vt");
	term.mouse = !o->no_mouse && term.can_modes &&
	             !begins(term.name, "screen") &&
	             capability("kmous")[0] != '\0';
	term.cursor = -1;
	set_input();
	arm_guard();
	term_measure();
	choose_theme(o);
	term_input_start(term.utf8);
	for (size_t i = 0; i < sizeof(cap_keys) / sizeof(cap_keys[0]); i++)
		term_input_define(capability(cap_keys[i].cap),
		                  cap_keys[i].code, cap_keys[i].mods);
	modes_on();
	return TERM_STARTED;
}

void term_stop(void)
{
	if (term.screen == NULL)
		return;
	modes_off();
	if (term.cursor == 0)
		curs_set(1);
	endwin();
	guard_disarm();
	guard_stop();
	delscreen(term.screen);
	term.screen = NULL;
	term_input_stop();
	free(term.shown);
	term.shown = NULL;
	term.pair_count = 0;
}

void term_last_words(const char *text)
{
	guard_last_words(text);
}

void term_size(int *w, int *h)
{
	*w = term.w;
	*h = term.h;
}

int term_colors(void)
{
	return term.colors;
}

bool term_is_utf8(void)
{
	return term.utf8;
}

enum theme term_theme(void)
{
	return term.theme;
}

void term_set_theme(enum theme t)
{
	enum glyph_set set = glyph_set_for(term.name, term.utf8);

	term.theme = t;
	glyph_use(t == THEME_ASCII ? GLYPHS_ASCII : set);
	term.all_new = true;
}

bool term_has_mouse(void)
{
	return term.mouse;
}

void term_set_mouse(bool on)
{
	if (on == term.mouse || !term.can_modes)
		return;
	term.mouse = on;
	emit(on ? mouse_on : mouse_off);
}

/* The number of a colour pair, 0 (the terminal's own) when there is none. */
static int pair_of(int fg, int bg)
{
	int n = term.pair_count;

	if (term.colors == 0 || (fg == -1 && bg == -1))
		return 0;
	for (int i = 0; i < n; i++)
		if (term.pairs[i].fg == fg && term.pairs[i].bg == bg)
			return i + 1;
	if (n == PAIRS_MAX || n + 1 >= COLOR_PAIRS ||
	    init_extended_pair(n + 1, fg, bg) == ERR)
		return 0;
	term.pairs[n].fg = fg;
	term.pairs[n].bg = bg;
	term.pair_count++;
	return n + 1;
}

static attr_t attrs_of(unsigned look)
{
	return (look & LOOK_BOLD ? A_BOLD : A_NORMAL) |
	       (look & LOOK_UNDERLINE ? A_UNDERLINE : A_NORMAL) |
	       (look & LOOK_REVERSE ? A_REVERSE : A_NORMAL) |
	       (look & LOOK_DIM ? A_DIM : A_NORMAL);
}

/* Where the C library disagrees about the width, the columns win. */
static bool is_as_wide(const struct cell *cell)
{
	if (cell->cp[0] < 0x7f)
		return true;
	for (size_t i = 1; i < 3; i++)
		if (cell->cp[i] != 0 && wcwidth((wchar_t)cell->cp[i]) != 0)
			return false;
	return wcwidth((wchar_t)cell->cp[0]) == cell->width;
}

static void put_cell(int x, int y, const struct cell *cell)
{
	struct look look = theme_look(term.theme, term.colors,
	                              (enum style)cell->style, cell->selected);
	int pair = pair_of(look.fg, look.bg);
	wchar_t text[4] = {(wchar_t)cell->cp[0], (wchar_t)cell->cp[1],
	                   (wchar_t)cell->cp[2], 0};
	int count = 1;
	cchar_t c;

	if (!is_as_wide(cell)) {
		text[0] = L'?';
		text[1] = 0;
		count = cell->width;
	}
	setcchar(&c, text, attrs_of(look.attrs), (short)pair, &pair);
	for (int i = 0; i < count; i++)
		mvadd_wch(y, x + i, &c);
}

static bool same_cell(const struct cell *a, const struct cell *b)
{
	return a->cp[0] == b->cp[0] && a->cp[1] == b->cp[1] &&
	       a->cp[2] == b->cp[2] && a->style == b->style &&
	       a->width == b->width && a->selected == b->selected;
}

static void draw_row(const struct canvas *c, int y)
{
	struct cell *shown = &term.shown[(size_t)y * (size_t)term.w];

	for (int x = 0; x < term.w; x++) {
		struct cell cell = *canvas_at(c, x, y);

		if (cell.width == 2 && x + 1 >= term.w) {
			cell.cp[0] = ' '; /* cut through the middle */
			cell.width = 1;
		}
		if (!term.all_new && same_cell(&shown[x], &cell))
			continue;
		shown[x] = cell;
		if (cell.width > 0)
			put_cell(x, y, &cell);
	}
}

void term_draw(const struct canvas *c)
{
	int cursor = c->cursor_shown ? 1 : 0;

	if (term.all_new)
		clearok(stdscr, TRUE);
	for (int y = 0; y < term.h; y++)
		draw_row(c, y);
	term.all_new = false;
	if (cursor != term.cursor) {
		curs_set(cursor);
		term.cursor = cursor;
	}
	move(c->cursor_y < term.h ? c->cursor_y : term.h - 1,
	     c->cursor_x < term.w ? c->cursor_x : term.w - 1);
	wnoutrefresh(stdscr);
	term_input_stir();
	doupdate();
}

void term_redraw(void)
{
	term.all_new = true;
}

void term_leave(void)
{
	modes_off();
	if (term.cursor == 0)
		curs_set(1);
	endwin();
	guard_disarm();
}

void term_enter(void)
{
	reset_prog_mode();
	arm_guard();
	clearok(stdscr, TRUE);
	term.cursor = -1;
	term_measure();
	modes_on();
}

void term_suspend(void)
{
	term_leave();
	guard_suspend();
	term_enter();
}

static void run_child(char *const argv[])
{
	execvp(argv[0], argv);
	_exit(127);
}

int term_run(char *const argv[])
{
	int status = -1;
	pid_t pid;

	term_leave();
	pid = fork();
	if (pid == 0)
		run_child(argv);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	term_enter();
	return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
