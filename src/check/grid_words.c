#include "config.h"

#include "check/grid_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/finding.h"
#include "core/wrap.h"
#include "knowledge/explain.h"
#include "knowledge/fail_words.h"
#include "knowledge/say.h"
#include "util/i18n.h"
#include "util/xalloc.h"

const char *grid_step_word(enum grid_step s, bool brief)
{
	return s == GRID_GREETING && !brief ? phrase(GRID_STEP_GREETING)
	                                    : grid_step_name(s);
}

void grid_time(char out[16], uint32_t us)
{
	if (us == 0)
		*out = '\0';
	else if (us < 1000)
		snprintf(out, 16, "<1ms");
	else if (us < 1000000)
		snprintf(out, 16, "%ums", us / 1000);
	else if (us < 10000000)
		snprintf(out, 16, "%u.%us", us / 1000000, us / 100000 % 10);
	else if (us < 120000000)
		snprintf(out, 16, "%us", us / 1000000);
	else
		snprintf(out, 16, "%umin", us / 60000000);
}

enum { WORD_MAX = 12 }; /* "TLSv1.3", "5.7.25": more is nobody's */

/* A recording may hold anything where one short word belongs. */
static void copy_word(char out[WORD_MAX + 1], const char *text)
{
	size_t n = 0;

	for (; text[n] && n < WORD_MAX; n++)
		out[n] = text[n] > ' ' && text[n] <= '~' ? text[n] : '?';
	out[n] = '\0';
}

/* "TLSv1.3" is "1.3" below TLS; what it is called otherwise stays. */
static const char *version_text(const char *version)
{
	return strncmp(version, "TLSv", 4) == 0 ? version + 4 : version;
}

static void put_code(const struct grid_cell *c, enum grid_form form,
                     char out[GRID_TEXT_MAX])
{
	bool whole = form == GRID_WHOLE && *c->row->enhanced;
	char word[WORD_MAX + 1];
	int n;

	copy_word(word, whole ? c->row->enhanced : "");
	n = snprintf(out, GRID_TEXT_MAX, "%03u%s%s", c->code,
	             whole ? " " : "", word);
	if (c->count > 1)
		snprintf(out + n, GRID_TEXT_MAX - (size_t)n, " %u/%u", c->good,
		         c->count);
}

static void add_time(const struct grid_cell *c, char out[GRID_TEXT_MAX])
{
	size_t n = strlen(out);
	char span[16];

	grid_time(span, c->us);
	if (*span)
		snprintf(out + n, GRID_TEXT_MAX - n, "%s%s", n ? " " : "",
		         span);
}

void grid_cell_text(const struct grid_row *r, enum grid_step s,
                    enum grid_form form, char out[GRID_TEXT_MAX])
{
	const struct grid_cell *c = &r->cell[s];

	*out = '\0';
	if (c->state == GRID_FAILED && !c->code) {
		snprintf(out, GRID_TEXT_MAX, "%s",
		         form == GRID_CODES ? "---" : fail_words(c->fail));
		return;
	}
	if (c->code)
		put_code(c, form, out);
	else if (s == GRID_TLS && c->state == GRID_OK)
		copy_word(out, version_text(r->sum.handshake.version));
	if (form != GRID_CODES && c->state >= GRID_OK)
		add_time(c, out);
}

/* ---- the shape ---- */

/* An address may be cut or have a line of its own before times go; an IPv4
 * address of documentation or of a provider fits whole. */
enum { PLACE_MIN = 12, PLACE_ENOUGH = 16, PLACE_INDENT = 3, GAP = 1 };

int grid_text_column(const struct grid_shape *s)
{
	return s->form == GRID_WHOLE ? 3 : 2;
}

static int column_width(const struct grid *g, enum grid_step step,
                        const struct grid_shape *s)
{
	bool brief = s->form != GRID_WHOLE;
	int most = wrap_columns(grid_step_word(step, brief));

	for (size_t i = 0; i < g->n; i++) {
		char text[GRID_TEXT_MAX];
		int w;

		grid_cell_text(&g->rows[i], step, s->form, text);
		w = wrap_columns(text);
		most = w > most ? w : most;
	}
	return grid_text_column(s) + most + GAP;
}

static int longest_place(const struct grid *g)
{
	int most = PLACE_MIN;

	for (size_t i = 0; i < g->n; i++) {
		int w = PLACE_INDENT + (int)strlen(g->rows[i].address) + GAP;

		most = w > most ? w : most;
	}
	return most;
}

static int all_columns(const struct grid *g, struct grid_shape *s)
{
	int sum = 0;

	for (int c = 0; c < GRID_COLUMNS; c++) {
		s->column[c] = 0;
		if (g->used[c])
			s->column[c] = column_width(g, (enum grid_step)c, s);
		sum += s->column[c];
	}
	return sum;
}

/* The first column in which nothing differs, else the first; GRID_COLUMNS:
 * none is there. */
static int dullest(const struct grid *g, const struct grid_shape *s)
{
	int first = GRID_COLUMNS;
	unsigned odd = 0;

	for (size_t i = 0; i < g->n; i++)
		odd |= g->rows[i].odd;
	for (int c = GRID_COLUMNS; c-- > 0;)
		if (s->column[c])
			first = c;
	for (int c = GRID_COLUMNS; c-- > 0;)
		if (s->column[c] && !(odd & 1u << c))
			first = c;
	return first;
}

/* What says least goes first where not even the codes have room. */
static int drop_columns(const struct grid *g, struct grid_shape *s, int sum,
                        int width)
{
	while (sum > 0 && sum + PLACE_MIN > width) {
		int c = dullest(g, s);

		sum -= s->column[c];
		s->column[c] = 0;
	}
	return sum;
}

void grid_fit(const struct grid *g, int width, struct grid_shape *out)
{
	int place = longest_place(g), want, sum = 0;

	want = place < PLACE_ENOUGH ? place : PLACE_ENOUGH;
	for (int f = GRID_WHOLE; f >= GRID_CODES; f--) {
		*out = (struct grid_shape){ .form = (enum grid_form)f };
		sum = all_columns(g, out);
		if (sum + want <= width)
			break;
	}
	sum = drop_columns(g, out, sum, width);
	out->place = width - sum < place ? width - sum : place;
	if (out->place < PLACE_MIN)
		out->place = PLACE_MIN;
}

/* ---- why not ---- */

static char *pass_words(const struct grid_row *r)
{
	const char *args[] = { r->host, r->address };
	const struct finding_info *f = finding_find(r->why);

	return f ? say_text(i18n_pick(f->text_en, f->text_de), args, 2)
	         : shown(r->why, strlen(r->why));
}

char *grid_why(const struct grid_row *r)
{
	if (r->sum.session || !*r->why)
		return xstrdup("");
	return r->why_n ? pass_words(r) : xstrdup(explain_reason(r->why));
}

char *grid_place(const struct grid_row *r)
{
	char *host = shown(r->host, strlen(r->host));
	char *address = shown(r->address, strlen(r->address));
	char *both = *address ? say(DIFF_PLACE, host, address, NULL)
	                      : xstrdup(host);

	free(host);
	free(address);
	return both;
}
