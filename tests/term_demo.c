/*
 * term_demo: the terminal, the keys and the input line without the program
 * around them; what the tests of these drive.
 *
 *   term_demo [--theme NAME] [--no-mouse] [--no-color]
 *
 * It shows its size, the keys that came and an input line. Enter shows the
 * line, Ctrl-D on an empty one ends, F2 floods itself with redraws, F3 runs
 * another program, F4 aborts, F6 hangs, F7 lets it wake up each millisecond,
 * F12 turns the mouse off and on, Alt-T goes to the next theme.
 */
#include "config.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ui/canvas.h"
#include "ui/line.h"
#include "ui/term.h"
#include "util/buf.h"
#include "util/i18n.h"

enum { KEYS_SHOWN = 200, FLOOD = 3000 };

static struct {
	struct canvas canvas;
	struct line *line;
	struct buf keys; /* names of the keys that came */
	struct buf sent;
	int flood[2];
	int flooded;
	bool restless; /* waits for a moment only, as if events came */
	bool ended;
} demo;

static void draw_styles(int y)
{
	int x = 0;

	for (int s = 0; s < STYLE_COUNT; s++) {
		canvas_text(&demo.canvas, x, y, 3, (enum style)s, "x=1");
		canvas_text(&demo.canvas, x, y + 1, 3, (enum style)s, "sel");
		x += 4;
	}
	canvas_select_row(&demo.canvas, 0, y + 1, demo.canvas.w);
}

static void draw(void)
{
	struct canvas *c = &demo.canvas;
	const char *keys;
	size_t skip;
	int w, h;

	term_size(&w, &h);
	canvas_resize(c, w, h);
	canvas_textf(c, 0, 0, w, STYLE_BAR, "%dx%d %s %d colors mouse %s "
	             "flood %d", w, h, theme_name(term_theme()), term_colors(),
	             term_has_mouse() ? "on" : "off", demo.flooded);
	keys = buf_str(&demo.keys);
	skip = demo.keys.len > KEYS_SHOWN ? demo.keys.len - KEYS_SHOWN : 0;
	canvas_server(c, 0, 1, w, 0, STYLE_TEXT, keys + skip,
	              demo.keys.len - skip);
	canvas_text(c, 0, 2, 6, STYLE_LABEL, "sent ");
	canvas_server(c, 5, 2, w - 5, 0, STYLE_SERVER, demo.sent.data,
	              demo.sent.len);
	draw_styles(3);
	if (h > 8)
		canvas_frame(c, (struct rect){0, 5, w, h - 6}, true, false,
		             "1 Demo", "✔ right");
	line_draw(demo.line, c, (struct rect){0, h - 1, w, 1}, "demo> ", true);
	term_draw(c);
}

static void start_flood(void)
{
	char bytes[FLOOD];
	ssize_t n;

	memset(bytes, 'f', sizeof(bytes));
	n = write(demo.flood[1], bytes, sizeof(bytes));
	(void)n;
}

static void take_line(void)
{
	const char *text;
	size_t len;

	text = line_text(demo.line, &len);
	buf_reset(&demo.sent);
	buf_add(&demo.sent, text, len);
	line_accept(demo.line);
}

static bool is_key(const struct key *k, const char *name)
{
	struct key wanted;

	return key_parse(name, &wanted) && key_is(k, &wanted);
}

/* A loop that answers nobody any more. */
static void hang(void)
{
	canvas_text(&demo.canvas, 0, 1, 10, STYLE_WARN, "hanging");
	term_draw(&demo.canvas);
	for (;;)
		pause();
}

static void own_key(const struct key *k)
{
	char *const child[] = {"echo", "child ran", NULL};

	if (is_key(k, "F2"))
		start_flood();
	else if (is_key(k, "F3"))
		term_run(child);
	else if (is_key(k, "F4"))
		abort();
	else if (is_key(k, "F6"))
		hang();
	else if (is_key(k, "F7"))
		demo.restless = true;
	else if (is_key(k, "F12"))
		term_set_mouse(!term_has_mouse());
	else if (is_key(k, "Alt-T"))
		term_set_theme(theme_next(term_theme()));
	else if (is_key(k, "Ctrl-L"))
		term_redraw();
	else if (is_key(k, "Ctrl-Z"))
		term_suspend();
}

static void take_key(const struct key *k)
{
	char name[64];
	enum line_result result = line_key(demo.line, k, 1 << 30);

	buf_addf(&demo.keys, "%s ", key_label(k, name, sizeof(name)));
	if (k->code == K_MOUSE)
		buf_addf(&demo.keys, "%d@%d,%d ", (int)k->mouse, k->x, k->y);
	if (result == LINE_SEND)
		take_line();
	else if (result == LINE_END)
		demo.ended = true;
	else if (result == LINE_NOT_MINE)
		own_key(k);
}

/* 0: go on; else how to end. */
static int step(void)
{
	int what = term_wait(demo.flood[0], demo.restless ? 1 : -1,
	                     demo.restless);
	struct key k;
	char byte;

	if (what & TERM_GONE)
		return TERM_GONE;
	if (what & TERM_QUIT)
		return TERM_QUIT;
	if ((what & TERM_FD) && read(demo.flood[0], &byte, 1) == 1)
		demo.flooded++;
	while ((what & TERM_KEYS) && term_key(&k))
		take_key(&k);
	draw();
	return 0;
}

static int run(const struct term_options *o)
{
	const char *fallback;
	int end = 0;

	if (term_start(o, &fallback) != TERM_STARTED) {
		fprintf(stderr, "term_demo: no terminal\n");
		return 2;
	}
	term_last_words("term_demo: last words\r\n");
	i18n_ascii(!term_is_utf8());
	demo.line = line_new(NULL, NULL);
	draw();
	while (end == 0 && !demo.ended)
		end = step();
	term_stop();
	line_free(demo.line);
	canvas_clear(&demo.canvas);
	buf_clear(&demo.keys);
	buf_clear(&demo.sent);
	if (end == TERM_QUIT) {
		signal(term_signal(), SIG_DFL);
		raise(term_signal());
	}
	return end == TERM_GONE ? 74 : 0;
}

int main(int argc, char **argv)
{
	struct term_options o = {.theme = NULL};

	setlocale(LC_ALL, "");
	if (pipe(demo.flood) != 0)
		return 70;
	fcntl(demo.flood[0], F_SETFL, O_NONBLOCK);
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--theme") == 0 && i + 1 < argc)
			o.theme = argv[++i];
		else if (strcmp(argv[i], "--no-mouse") == 0)
			o.no_mouse = true;
		else if (strcmp(argv[i], "--no-color") == 0)
			o.no_color = true;
	}
	return run(&o);
}
