#include "config.h"

#include "import/form.h"

#include "import/dialog_star.h"
#include "util/buf.h"

/*
 * C: and S: as in RFC 5321 appendix D, with any blanks around the mark, and our
 * own batch text, which has them at the left edge, tells the rest behind a star
 * and explains in lines that are indented.
 */

struct reader {
	struct items *out;
	struct star star;
	size_t blanks; /* behind a mark, before the text; SIZE_MAX: not known */
};

/* False: line is none of the dialog. */
static bool take_mark(struct piece *line, enum item_kind *kind)
{
	struct piece rest = piece_trim(*line);

	if (rest.len < 2 || rest.p[1] != ':' ||
	    (rest.p[0] != 'C' && rest.p[0] != 'S'))
		return false;
	*kind = rest.p[0] == 'C' ? ITEM_CLIENT : ITEM_SERVER;
	rest.len = (size_t)(line->p + line->len - rest.p); /* blanks count */
	*line = piece_from(rest, 2);
	return true;
}

static bool knows(struct piece line)
{
	struct piece rest = line;
	enum item_kind kind;

	if (!take_mark(&rest, &kind))
		return star_knows(line);
	rest = piece_trim(rest);
	return kind == ITEM_SERVER ? piece_is_reply(rest)
	                           : talk_is_command(rest);
}

/* As many as behind the first mark; more belong to the text. */
static struct piece without_blanks(struct reader *r, struct piece s)
{
	size_t n = 0;

	while (n < s.len && (s.p[n] == ' ' || s.p[n] == '\t'))
		n++;
	if (r->blanks == SIZE_MAX && n < s.len)
		r->blanks = r->star.ours ? 1 : n;
	return piece_from(s, n < r->blanks ? n : r->blanks);
}

static void dialog_line(struct reader *r, size_t number, enum item_kind kind,
                        struct piece text)
{
	struct buf plain = { 0 };

	text = without_blanks(r, text);
	if (r->star.ours)
		star_read_back(&plain, text, kind == ITEM_CLIENT);
	else
		buf_add(&plain, text.p, text.len);
	items_add_line(r->out, kind, number,
	               (struct piece){ buf_str(&plain), plain.len });
	buf_clear(&plain);
}

static void read_all(const struct text *text, struct items *out)
{
	struct reader r = { .out = out, .blanks = SIZE_MAX };

	for (size_t i = 0; i < text->n; i++) {
		struct piece line = text->lines[i], rest = line;
		bool edge = line.len && line.p[0] != ' ' && line.p[0] != '\t';
		enum item_kind kind;

		if ((edge || !r.star.ours) && take_mark(&rest, &kind))
			dialog_line(&r, i + 1, kind, rest);
		else if (piece_skip(&rest, "* "))
			star_line(&r.star, out, i + 1, rest);
		else if (!edge && r.star.ours)
			star_explanation(&r.star, out, rest);
	}
}

const struct form form_dialog = { .program = "C:/S:", .knows = knows,
	.read = read_all };
