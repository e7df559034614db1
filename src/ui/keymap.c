#include "config.h"

#include "ui/keymap.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "ui/canvas.h"
#include "util/i18n.h"
#include "util/xalloc.h"

static const struct cmd_info commands[] = {
#define COMMAND_INFO(id, name, takes, help) [id] = { name, takes, help },
	COMMANDS(COMMAND_INFO)
#undef COMMAND_INFO
};

static const struct {
	const char *alias;
	enum cmd cmd;
} aliases[] = {
	{ "q", CMD_QUIT },     { "q!", CMD_QUIT_PRINT }, { "wq", CMD_QUIT },
	{ "exit", CMD_QUIT },  { "h", CMD_HELP },        { "w", CMD_SAVE },
	{ "write", CMD_SAVE }, { "o", CMD_OPEN },        { "e", CMD_OPEN },
	{ "next", CMD_NEXT_TURN }, { "step", CMD_NEXT_TURN },
	{ "back", CMD_PREV_TURN }, { "pause", CMD_PLAY },
};

/*
 * The keys. The order is that of the help and of the footer. Letters follow
 * less and vim, function keys htop and mc. No capital letter is bound but
 * G, N, F (ux: EHLO, MAIL ... typed in the wrong place land in the line), and
 * N acts only while there is a search. A recording has keys of its own in the
 * place of what is of no use there: nothing is typed. No function key without
 * a letter: GNOME Terminal takes F1 and F10, others Alt-1.
 */
static const struct binding defaults[] = {
	/* where, key, command, footer word, key as shown, rank */
	{ IN_LINE, "Enter", CMD_SEND, N_("Send"), NULL, 2 },
	{ IN_LINE, "Tab", CMD_COMPLETE, N_("Complete"), NULL, 3 },
	{ IN_LINE, "Up", CMD_HISTORY, N_("History"), "↑", 6 },
	{ IN_LINE, "Ctrl-R", CMD_SEARCH_HISTORY, NULL, NULL, 0 },
	{ IN_LINE | IN_PANES, "PgUp", CMD_PAGE_UP, N_("Select"), NULL, 5 },
	{ IN_REPLAY, "PgUp", CMD_PAGE_UP, NULL, NULL, 0 },
	{ IN_SESSION, "PgDn", CMD_PAGE_DOWN, NULL, NULL, 0 },
	{ IN_LINE, "Esc", CMD_BROWSE, N_("Browse"), NULL, 4 },
	{ IN_REPLAY, "Space", CMD_NEXT_TURN, N_("Turn"), NULL, 2 },
	{ IN_REPLAY, "b", CMD_PREV_TURN, N_("Back"), NULL, 3 },
	{ IN_REPLAY, ".", CMD_PLAY, N_("Play"), NULL, 2 },
	{ IN_REPLAY, "+", CMD_FASTER, N_("Speed"), "+ -", 4 },
	{ IN_REPLAY, "-", CMD_SLOWER, NULL, NULL, 0 },
	{ IN_REPLAY, "<", CMD_REWIND, N_("Ends"), "< >", 4 },
	{ IN_REPLAY, ">", CMD_WHOLE, NULL, NULL, 0 },
	{ IN_REPLAY, "=", CMD_GOTO, N_("To here"), NULL, 8 },
	{ IN_BROWSE, "Up", CMD_UP, NULL, NULL, 0 },
	{ IN_PANES, "k", CMD_UP, N_("Move"), "j k", 3 },
	{ IN_REPLAY, "k", CMD_UP, N_("Move"), "j k", 10 },
	{ IN_BROWSE, "Down", CMD_DOWN, NULL, NULL, 0 },
	{ IN_BROWSE, "j", CMD_DOWN, NULL, NULL, 0 },
	{ IN_SESSION, "Shift-Up", CMD_UP, NULL, NULL, 0 },
	{ IN_SESSION, "Shift-Down", CMD_DOWN, NULL, NULL, 0 },
	{ IN_SESSION, "Alt-Up", CMD_UP, NULL, NULL, 0 },
	{ IN_SESSION, "Alt-Down", CMD_DOWN, NULL, NULL, 0 },
	{ IN_BROWSE, "u", CMD_HALF_UP, NULL, NULL, 0 },
	{ IN_BROWSE, "d", CMD_HALF_DOWN, NULL, NULL, 0 },
	{ IN_PANES, "b", CMD_PAGE_UP, NULL, NULL, 0 },
	{ IN_PANES, "Space", CMD_PAGE_DOWN, NULL, NULL, 0 },
	{ IN_BROWSE, "g", CMD_TOP, NULL, NULL, 0 },
	{ IN_BROWSE, "Home", CMD_TOP, NULL, NULL, 0 },
	{ IN_BROWSE, "G", CMD_FOLLOW, N_("Follow"), NULL, 8 },
	{ IN_BROWSE, "End", CMD_FOLLOW, NULL, NULL, 0 },
	{ IN_BROWSE, "F", CMD_FOLLOW, NULL, NULL, 0 },
	{ IN_BROWSE, "h", CMD_LEFT, NULL, NULL, 0 },
	{ IN_BROWSE, "Left", CMD_LEFT, NULL, NULL, 0 },
	{ IN_BROWSE, "l", CMD_RIGHT, NULL, NULL, 0 },
	{ IN_BROWSE, "Right", CMD_RIGHT, NULL, NULL, 0 },
	{ IN_BROWSE, "{", CMD_PREV_PHASE, NULL, NULL, 0 },
	{ IN_BROWSE, "}", CMD_NEXT_PHASE, NULL, NULL, 0 },
	{ IN_BROWSE, "[", CMD_PREV_BAD, NULL, NULL, 0 },
	{ IN_BROWSE, "]", CMD_NEXT_BAD, N_("Next 4xx 5xx"), NULL, 11 },
	{ IN_BROWSE, "Enter", CMD_OPEN_ENTRY, N_("Unfold"), NULL, 5 },
	{ IN_BROWSE, "o", CMD_OPEN_ENTRY, NULL, NULL, 0 },
	{ IN_BROWSE, "a", CMD_ACT, N_("Suggest"), NULL, 6 },
	{ IN_PANES, "!", CMD_TRY, N_("Experiment"), NULL, 18 },
	{ IN_PANES, "i", CMD_TYPE, N_("Type"), NULL, 4 },
	{ IN_BROWSE, "/", CMD_SEARCH, N_("Find"), NULL, 7 },
	{ IN_BROWSE, "n", CMD_SEARCH_NEXT, NULL, NULL, 0 },
	{ IN_BROWSE, "N", CMD_SEARCH_PREV, NULL, NULL, 0 },
	{ IN_BROWSE, "&", CMD_FILTER, NULL, NULL, 0 },
	{ IN_BROWSE, "f", CMD_FILTER_MENU, N_("Filter"), NULL, 9 },
	{ IN_BROWSE, "t", CMD_TIME, N_("Time"), NULL, 12 },
	{ IN_BROWSE, "w", CMD_WRAP, N_("Wrap"), NULL, 14 },
	{ IN_BROWSE, "v", CMD_VIEW, N_("Hex"), NULL, 13 },
	{ IN_BROWSE, "z", CMD_ZOOM, N_("Zoom"), NULL, 10 },
	{ IN_BROWSE, "p", CMD_PIN, NULL, NULL, 0 },
	{ IN_BROWSE, "y", CMD_COPY, N_("Copy"), NULL, 11 },
	{ IN_BROWSE, "s", CMD_SAVE, N_("Save"), NULL, 15 },
	{ IN_BROWSE, "*", CMD_MASK, NULL, NULL, 0 },
	{ IN_PRESENT, "*", CMD_MASK, NULL, NULL, 0 },
	{ IN_PANES, "r", CMD_AGAIN, NULL, NULL, 0 },
	{ IN_PANES, "e", CMD_EDIT, NULL, NULL, 0 },
	{ IN_PANES, "m", CMD_NEXT_MX, N_("Next MX"), NULL, 16 },
	{ IN_PANES, "x", CMD_DROP, NULL, NULL, 0 },
	{ IN_BROWSE, "#", CMD_TLS, N_("Certificates"), NULL, 17 },
	{ IN_BROWSE, "c", CMD_COMPARE, N_("Compare"), NULL, 19 },
	{ IN_BROWSE, "1", CMD_PANE_1, NULL, NULL, 0 },
	{ IN_BROWSE, "2", CMD_PANE_2, NULL, NULL, 0 },
	{ IN_BROWSE, "3", CMD_PANE_3, NULL, NULL, 0 },
	{ IN_BROWSE, "4", CMD_PANE_4, NULL, NULL, 0 },
	{ IN_BROWSE, "5", CMD_PANE_5, NULL, NULL, 0 },
	{ IN_BROWSE, "6", CMD_PANE_6, N_("Checks"), NULL, 18 },
	{ IN_BROWSE, "7", CMD_PANE_7, N_("Grid"), NULL, 20 },
	{ IN_BROWSE, "Tab", CMD_NEXT_PANE, NULL, NULL, 0 },
	{ IN_BROWSE, "Shift-Tab", CMD_PREV_PANE, NULL, NULL, 0 },
	{ IN_PANES, "+", CMD_BIGGER, NULL, NULL, 0 },
	{ IN_PANES, "-", CMD_SMALLER, NULL, NULL, 0 },
	{ IN_BROWSE, "Esc", CMD_BROWSE, NULL, NULL, 0 },
	{ IN_BROWSE, ":", CMD_PALETTE, N_("Commands"), NULL, 12 },
	{ IN_BROWSE, "?", CMD_HELP, N_("Help"), NULL, 1 },
	{ IN_LINE, ":", CMD_PALETTE, N_("Commands"), NULL, 7 },
	{ IN_LINE, "Alt-A", CMD_ACT, NULL, NULL, 0 },
	{ IN_START, "Enter", CMD_OPEN, N_("Look up"), NULL, 2 },
	{ IN_START, "Alt-D", CMD_DEMO, N_("Demo"), NULL, 3 },
	{ IN_START, "Alt-O", CMD_REPLAY, N_("Recording"), NULL, 5 },
	{ IN_START, "Down", CMD_RECENT, N_("Choose"), "↓", 6 },
	{ IN_START, "Alt-U", CMD_TOUR, N_("Tour"), NULL, 7 },
	{ IN_START, "Alt-T", CMD_THEME, N_("Theme"), NULL, 4 },
	{ IN_STAGE, "Space", CMD_REVEAL, N_("Next"), NULL, 2 },
	{ IN_STAGE, "PgDn", CMD_REVEAL, NULL, NULL, 0 },
	{ IN_STAGE, "b", CMD_COVER, N_("Back"), NULL, 3 },
	{ IN_STAGE, "PgUp", CMD_COVER, NULL, NULL, 0 },
	{ IN_STAGE, "Up", CMD_UP, NULL, NULL, 0 },
	{ IN_STAGE, "k", CMD_UP, NULL, NULL, 0 },
	{ IN_STAGE, "Down", CMD_DOWN, NULL, NULL, 0 },
	{ IN_STAGE, "j", CMD_DOWN, NULL, NULL, 0 },
	{ IN_STAGE, "G", CMD_FOLLOW, NULL, NULL, 0 },
	{ IN_STAGE, "+", CMD_BIGGER, N_("Size"), "+ -", 5 },
	{ IN_STAGE, "-", CMD_SMALLER, NULL, NULL, 0 },
	{ IN_SHOW, ".", CMD_PLAY, N_("Play"), NULL, 4 },
	{ IN_SHOW, "<", CMD_REWIND, N_("Ends"), "< >", 6 },
	{ IN_SHOW, ">", CMD_WHOLE, NULL, NULL, 0 },
	{ IN_PRESENT, "i", CMD_TYPE, N_("Type"), NULL, 6 },
	{ IN_STAGE, "Esc", CMD_PRESENT, N_("Leave"), NULL, 4 },
	{ IN_STAGE, ":", CMD_PALETTE, NULL, NULL, 0 },
	{ IN_STAGE, "?", CMD_HELP, N_("Help"), NULL, 1 },
	{ IN_SESSION, "F2", CMD_SAVE, NULL, NULL, 0 },
	{ IN_SESSION, "F3", CMD_SEARCH, N_("Find"), NULL, 17 },
	{ IN_SESSION, "F4", CMD_FILTER_MENU, N_("Filter"), NULL, 18 },
	{ IN_SESSION | IN_STAGE, "F5", CMD_PRESENT, N_("Present"), NULL, 8 },
	{ IN_SESSION, "F6", CMD_NEXT_PANE, N_("Next pane"), NULL, 19 },
	{ IN_SESSION, "F7", CMD_GUIDE, N_("Steps"), NULL, 20 },
	{ IN_SESSION, "F8", CMD_COPY, N_("Copy"), NULL, 21 },
	{ IN_SESSION, "F9", CMD_PALETTE, NULL, NULL, 0 },
	{ IN_SESSION, "Alt-1", CMD_PANE_1, NULL, NULL, 0 },
	{ IN_SESSION, "Alt-2", CMD_PANE_2, NULL, NULL, 0 },
	{ IN_SESSION, "Alt-3", CMD_PANE_3, NULL, NULL, 0 },
	{ IN_SESSION, "Alt-4", CMD_PANE_4, NULL, NULL, 0 },
	{ IN_SESSION, "Alt-5", CMD_PANE_5, NULL, NULL, 0 },
	{ IN_SESSION, "Alt-6", CMD_PANE_6, NULL, NULL, 0 },
	{ IN_SESSION, "Alt-7", CMD_PANE_7, NULL, NULL, 0 },
	{ IN_ALL, "F12", CMD_MOUSE, NULL, NULL, 0 },
	{ IN_ALL, "Ctrl-C", CMD_CANCEL, NULL, NULL, 0 },
	{ IN_ALL, "Ctrl-L", CMD_REDRAW, NULL, NULL, 0 },
	{ IN_ALL, "Ctrl-Z", CMD_SUSPEND, NULL, NULL, 0 },
	{ IN_ALL, "F1", CMD_HELP, NULL, NULL, 0 },
	{ IN_LINE | IN_START, "Alt-?", CMD_HELP, N_("Help"), "Esc ?", 1 },
	{ IN_BROWSE | IN_STAGE, "q", CMD_QUIT, N_("Quit"), NULL, 1 },
	{ IN_ALL, "F10", CMD_QUIT, NULL, NULL, 0 },
	{ IN_LINE | IN_START, "Alt-Q", CMD_QUIT, N_("Quit"), ":q", 1 },
};

enum {
	DEFAULTS = sizeof defaults / sizeof *defaults,
	OWN_MAX = 128, /* keys of the user's own */
};

static struct {
	struct binding row;
	char key[24];
} own[OWN_MAX];
static size_t n_own;
static bool taken[DEFAULTS]; /* lost to a key of the user's own */

const struct cmd_info *cmd_info(enum cmd c)
{
	return &commands[c];
}

static bool same_word(const char *a, const char *b, size_t len)
{
	return strlen(a) == len && memcmp(a, b, len) == 0;
}

enum cmd cmd_find(const char *name, size_t len)
{
	for (int c = CMD_NONE + 1; c < CMD_COUNT; c++)
		if (same_word(commands[c].name, name, len))
			return (enum cmd)c;
	for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
		if (same_word(aliases[i].alias, name, len))
			return aliases[i].cmd;
	return CMD_NONE;
}

enum { NAME_MAX_LEN = 24 };

static size_t least(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* How many letters to change, add or drop from a to b (Levenshtein). */
static size_t distance(const char *a, size_t a_len, const char *b)
{
	size_t row[NAME_MAX_LEN + 1], b_len = strlen(b);

	if (a_len > NAME_MAX_LEN || b_len > NAME_MAX_LEN)
		return NAME_MAX_LEN;
	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t up = row[j];
			size_t same = a[i - 1] == b[j - 1] ? 0 : 1;

			row[j] = least(up + 1, row[j - 1] + 1, corner + same);
			corner = up;
		}
	}
	return row[b_len];
}

const char *cmd_nearest(const char *name, size_t len)
{
	const char *best = NULL;
	size_t best_distance = len / 3 + 2;

	for (int c = CMD_NONE + 1; c < CMD_COUNT && len > 0; c++) {
		size_t d = distance(name, len, commands[c].name);

		if (strncmp(commands[c].name, name, len) == 0)
			d = 1;
		if (d < best_distance) {
			best = commands[c].name;
			best_distance = d;
		}
	}
	return best;
}

const struct binding *keymap_at(size_t i)
{
	for (size_t j = 0; j < DEFAULTS; j++)
		if (!taken[j] && i-- == 0)
			return &defaults[j];
	return i < n_own ? &own[i].row : NULL;
}

enum cmd keymap_find(unsigned where, const struct key *k)
{
	const struct binding *b;

	for (size_t i = 0; (b = keymap_at(i)) != NULL; i++) {
		struct key key;

		if ((b->where & where) && key_parse(b->key, &key) &&
		    key_is(&key, k))
			return b->cmd;
	}
	return CMD_NONE;
}

const char *keymap_key(enum cmd c, unsigned where)
{
	const struct binding *b;

	for (size_t i = 0; (b = keymap_at(i)) != NULL; i++)
		if (b->cmd == c && (b->where & where))
			return b->key;
	return "";
}

/* The user's key takes the place of the command's own keys, and of whatever
 * else was on it. */
static void add_own(enum cmd cmd, const char *name, const struct key *key)
{
	unsigned where = 0;

	for (size_t i = 0; i < DEFAULTS; i++) {
		struct key other;

		if (defaults[i].cmd == cmd) {
			where |= defaults[i].where;
			taken[i] = true;
		} else if (key_parse(defaults[i].key, &other) &&
		           key_is(&other, key)) {
			taken[i] = true;
		}
	}
	snprintf(own[n_own].key, sizeof own[n_own].key, "%s", name);
	own[n_own].row = (struct binding){
		.where = where ? where : IN_PANES,
		.key = own[n_own].key,
		.cmd = cmd,
	};
	n_own++;
}

char *keymap_set(const char *line)
{
	const char *eq = strchr(line, '=');
	size_t len = eq ? (size_t)(eq - line) : strlen(line);
	struct key key;
	enum cmd cmd;

	while (len > 0 && line[len - 1] == ' ')
		len--;
	cmd = cmd_find(line, len);
	if (cmd == CMD_NONE)
		return xasprintf(_("[keys]: there is no command %.*s"),
		                 (int)(len > 40 ? 40 : len), line);
	if (!eq)
		return xasprintf(_("[keys]: write %.*s = KEY"), (int)len,
		                 line);
	eq++;
	while (*eq == ' ')
		eq++;
	if (!key_parse(eq, &key) || strlen(eq) >= sizeof own[0].key)
		return xasprintf(_("[keys]: %.20s is no key; Ctrl-A, Alt-A, "
		                   "F5, PgUp, a are keys"), eq);
	if (n_own == OWN_MAX)
		return xasprintf(_("[keys]: more than %d keys"), OWN_MAX);
	add_own(cmd, eq, &key);
	return NULL;
}

const char *binding_key(const struct binding *b)
{
	return b->shown ? b->shown : b->key;
}

static int item_width(const struct binding *b)
{
	return canvas_width(binding_key(b)) + 1 + canvas_width(_(b->word)) + 2;
}

static bool in_footer(const struct binding *b, unsigned where, int rank)
{
	return (b->where & where) && b->word && b->rank >= 1 &&
	       b->rank <= rank;
}

/* Columns that the items up to a rank need; how many there are. */
static int footer_width(unsigned where, int rank, size_t *count)
{
	const struct binding *b;
	int width = 1;

	*count = 0;
	for (size_t i = 0; (b = keymap_at(i)) != NULL; i++)
		if (in_footer(b, where, rank)) {
			width += item_width(b);
			(*count)++;
		}
	return width;
}

size_t keymap_footer(unsigned where, int width, const struct binding **out,
                     size_t max)
{
	const struct binding *b;
	size_t n = 0, count;
	int rank = 1;

	while (rank < 30 && footer_width(where, rank + 1, &count) <= width &&
	       count <= max)
		rank++;
	for (size_t i = 0; (b = keymap_at(i)) != NULL && n < max; i++)
		if (in_footer(b, where, rank))
			out[n++] = b;
	return n;
}

static const char *place_name(unsigned where)
{
	if ((where & IN_ALL) == IN_ALL)
		return _("everywhere");
	if ((where & IN_LINE) && (where & IN_PANES))
		return _("line, panes");
	if ((where & IN_LINE) && (where & IN_START))
		return _("line, start");
	if (where & IN_LINE)
		return _("line");
	if (where & IN_PANES)
		return _("panes");
	if (where & IN_START)
		return _("start");
	if (where & IN_REPLAY)
		return _("recording");
	return _("presenter");
}

void keymap_print(FILE *out)
{
	const struct binding *b;

	fprintf(out, "# %s\n", _("key, where, name for [keys], what it does"));
	for (size_t i = 0; (b = keymap_at(i)) != NULL; i++)
		fprintf(out, "%-11s %-12s %-16s %s\n", b->key,
		        place_name(b->where), commands[b->cmd].name,
		        _(commands[b->cmd].help));
	fprintf(out, "\n# %s\n", _("commands, after a colon"));
	for (int c = CMD_NONE + 1; c < CMD_COUNT; c++)
		fprintf(out, ":%-16s %-26s %s\n", commands[c].name,
		        *commands[c].takes ? _(commands[c].takes) : "",
		        _(commands[c].help));
}

/* roff: a leading dot or quote and each backslash and hyphen are special. */
static void man_text(FILE *out, const char *s)
{
	if (*s == '.' || *s == '\'')
		fputs("\\&", out);
	for (; *s; s++) {
		if (*s == '\\')
			fputs("\\e", out);
		else if (*s == '-')
			fputs("\\-", out);
		else
			fputc(*s, out);
	}
}

void keymap_man(FILE *out)
{
	const struct binding *b;

	for (size_t i = 0; (b = keymap_at(i)) != NULL; i++) {
		fputs(".TP\n.B ", out);
		man_text(out, b->key);
		fprintf(out, " \\fR(%s)\n", place_name(b->where));
		man_text(out, commands[b->cmd].help);
		fputc('\n', out);
	}
}
