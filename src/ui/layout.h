/*
 * layout: where everything is. Rectangles only, from the size and from what is
 * open; nothing is remembered, so a resize is a new layout. Pure.
 *
 * Panes that stand on each other share an edge row: the lower one's frame
 * begins on the row where the upper one's ends and is drawn after it, joined.
 * Bodies (what is inside of the frames) never overlap. A rectangle that is not
 * there has w and h 0; nothing ever lies outside the screen.
 */
#ifndef UI_LAYOUT_H
#define UI_LAYOUT_H

#include <stdbool.h>

#include "ui/canvas.h"

enum pane { /* the numbers are those that the user types */
	PANE_NONE,
	PANE_MX,
	PANE_DIALOG,
	PANE_EXPLAIN,
	PANE_STEPS,
	PANE_ENVELOPE,
	PANE_CHECKS, /* where it is opened: in the place of the dialog */
	PANE_GRID,   /* likewise, in the place of all of them */
	PANE_COUNT
};

enum layout_class {
	LAYOUT_MESSAGE, /* under 12x2: one line that says so */
	LAYOUT_TINY,    /* under 24x6: title, last dialog lines, input */
	LAYOUT_TABS,    /* one pane at a time */
	LAYOUT_STACK,   /* Dialog above Explain */
	LAYOUT_SIDE,    /* the same, MX beside them; the strip is the steps */
	LAYOUT_TWO,     /* MX and Steps beside Dialog and Explain */
	LAYOUT_THREE,   /* MX, Steps, Envelope | Dialog | Explain */
};

enum layout_view { VIEW_SESSION, VIEW_START, VIEW_PRESENTER };

struct layout_wish {
	int w, h;
	enum layout_view view;
	enum pane tab;  /* LAYOUT_TABS, LAYOUT_TINY: the pane to show; PANE_NONE
	                   is the dialog */
	enum pane zoom; /* this pane alone; PANE_NONE: all that fit */
	enum pane open; /* a pane without room here, shown over the others */
	int explain_permille; /* of the height or width that Dialog and Explain
	                         share; 0: as the class says */
	int mx_rows;          /* that MX can fill where Steps is below it; 0: as
	                         the class says, which is the most */
	int left_columns;     /* of the left column; 0: as the class says */
};

struct layout_box {
	struct rect frame; /* not there in LAYOUT_TABS and LAYOUT_TINY */
	struct rect body;
	bool joined; /* the upper edge belongs to the pane above, too */
};

struct layout {
	enum layout_class size_class;
	struct rect title;   /* one row each: */
	struct rect strip;   /* the steps in one line */
	struct rect tabs;    /* 1 MX  [2 Dialog]  3 Explain */
	struct rect mx_line; /* the MX list in a line, where its pane is not */
	struct rect input;   /* on the start screen inside of main */
	struct rect hint;    /* from 28 rows up; start screen: recent targets */
	struct rect footer;
	struct rect rule[2]; /* LAYOUT_TABS: lines around brief */
	struct rect brief;   /* LAYOUT_TABS: the two best lines of Explain */
	struct layout_box pane[PANE_COUNT];
	enum pane opened;    /* the wish's open, when it is an overlay here */
	struct layout_box main; /* start screen and presenter; body only for
	                           the presenter */
	struct rect message; /* LAYOUT_MESSAGE */
};

void layout_compute(const struct layout_wish *wish, struct layout *out);
/* The pane whose frame or body holds x,y (an overlay first); PANE_NONE. */
enum pane layout_pane_at(const struct layout *l, int x, int y);
/* The next pane that is on screen, in the order of the numbers; step 1, -1. */
enum pane layout_next_pane(const struct layout *l, enum pane from, int step);
/*
 * A box of w x h (with its frame) in the middle of the screen, cut to what is
 * there between title and input line. On a tiny screen all of it.
 */
struct layout_box layout_popup(const struct layout_wish *wish, int w, int h);
/* The same standing on the input line, at column x (completions, which-key). */
struct layout_box layout_menu(const struct layout_wish *wish, int x, int w,
                              int h);

#endif
