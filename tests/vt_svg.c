#include "config.h"

#include "vt.h"

#include <string.h>

#include "util/buf.h"

/*
 * A cell is as wide and high as DejaVu Sans Mono says at 16 px (1233 of 2048
 * units, and 18.625 px): with rounder numbers the borders break.
 */
#define CELL_WIDTH (16.0 * 1233.0 / 2048.0)
#define CELL_HEIGHT 18.625
#define BASELINE 14.875

struct paint {
	unsigned fg, bg; /* 0xRRGGBB */
	bool bold, underline;
};

/* xterm's palette. */
static unsigned palette(int index)
{
	static const unsigned first[] = {
		0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd,
		0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00,
		0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
	};
	static const unsigned level[] = {0, 95, 135, 175, 215, 255};
	unsigned i = (unsigned)index;
	unsigned grey;

	if (i < 16)
		return first[i];
	if (i >= 232) {
		grey = 8 + 10 * (i - 232);
		return grey << 16 | grey << 8 | grey;
	}
	i -= 16;
	return level[i / 36] << 16 | level[i / 6 % 6] << 8 | level[i % 6];
}

static struct paint paint_of(struct look look, bool light)
{
	struct paint p = {
		.fg = light ? 0x101010 : 0xe4e4e4,
		.bg = light ? 0xffffff : 0x101010,
		.bold = look.attrs & LOOK_BOLD,
		.underline = look.attrs & LOOK_UNDERLINE,
	};
	unsigned swap;

	if (look.fg >= 0)
		p.fg = palette(look.fg);
	if (look.bg >= 0)
		p.bg = palette(look.bg);
	if (look.attrs & LOOK_REVERSE) {
		swap = p.fg;
		p.fg = p.bg;
		p.bg = swap;
	}
	return p;
}

static bool same_paint(struct paint a, struct paint b)
{
	return a.fg == b.fg && a.bg == b.bg && a.bold == b.bold &&
	       a.underline == b.underline;
}

static void add_escaped(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '&')
			buf_adds(out, "&amp;");
		else if (*text == '<')
			buf_adds(out, "&lt;");
		else
			buf_addc(out, *text);
	}
}

/* Cells from x on that are painted alike; their text goes into run. */
static int take_run(const struct vt *v, int x, int y, bool light,
                    struct buf *run)
{
	struct vt_cell cell;
	struct paint first;
	int w, h;
	int at = x;

	vt_size(v, &w, &h);
	vt_cell(v, x, y, &cell);
	first = paint_of(cell.look, light);
	buf_reset(run);
	for (; at < w; at++) {
		vt_cell(v, at, y, &cell);
		if (!same_paint(first, paint_of(cell.look, light)))
			break;
		add_escaped(run, cell.text);
	}
	return at;
}

static bool is_blank(const struct buf *run)
{
	for (size_t i = 0; i < run->len; i++)
		if (run->data[i] != ' ')
			return false;
	return true;
}

static void add_run(struct buf *out, struct paint p, const struct buf *run,
                    const int at[3])
{
	double x = at[0] * CELL_WIDTH;
	double y = at[2] * CELL_HEIGHT;
	double w = (at[1] - at[0]) * CELL_WIDTH;

	buf_addf(out, "<rect x=\"%.3f\" y=\"%.3f\" width=\"%.3f\" "
	         "height=\"%.3f\" fill=\"#%06x\"/>\n", x, y, w + 0.1,
	         CELL_HEIGHT + 0.1, p.bg);
	if (is_blank(run) && !p.underline)
		return;
	buf_addf(out, "<text xml:space=\"preserve\" x=\"%.3f\" y=\"%.3f\" "
	         "fill=\"#%06x\"%s%s>", x, y + BASELINE, p.fg,
	         p.bold ? " font-weight=\"bold\"" : "",
	         p.underline ? " text-decoration=\"underline\"" : "");
	buf_add(out, run->data, run->len);
	buf_adds(out, "</text>\n");
}

static void add_cursor(struct buf *out, const struct vt *v, bool light)
{
	int x, y;

	if (!vt_cursor(v, &x, &y))
		return;
	buf_addf(out, "<rect x=\"%.3f\" y=\"%.3f\" width=\"2\" "
	         "height=\"%.3f\" fill=\"#%06x\"/>\n", x * CELL_WIDTH,
	         y * CELL_HEIGHT, CELL_HEIGHT,
	         light ? 0x101010u : 0xe4e4e4u);
}

char *vt_svg(const struct vt *v, bool light)
{
	struct buf out = {.len = 0};
	struct buf run = {.len = 0};
	int w, h;

	vt_size(v, &w, &h);
	buf_addf(&out, "<svg xmlns=\"http://www.w3.org/2000/svg\" "
	         "width=\"%.3f\" height=\"%.3f\" font-family=\"DejaVu Sans "
	         "Mono, monospace\" font-size=\"16\" "
	         "shape-rendering=\"crispEdges\">\n", w * CELL_WIDTH,
	         h * CELL_HEIGHT);
	for (int y = 0; y < h; y++) {
		for (int x = 0; x < w;) {
			struct vt_cell cell;
			int next = take_run(v, x, y, light, &run);

			vt_cell(v, x, y, &cell);
			add_run(&out, paint_of(cell.look, light), &run,
			        (const int[]){x, next, y});
			x = next;
		}
	}
	add_cursor(&out, v, light);
	buf_adds(&out, "</svg>\n");
	buf_clear(&run);
	buf_str(&out);
	return buf_steal(&out);
}
