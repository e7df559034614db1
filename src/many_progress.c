#include "config.h"

#include "many_progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/escape.h"
#include "front.h"
#include "io/loop.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum {
	DRAW_US = 250 * 1000,       /* four times a second can be read */
	TELL_US = 30 * 1000 * 1000, /* in a log, or at each tenth of all */
	TENTHS = 10,
};

struct progress {
	bool quiet, terminal;
	int64_t start_us, last_us; /* of the last line */
	int64_t end_us;            /* when all was done, 0 before */
	uint64_t tenth;            /* that was told last */
};

static bool shown; /* the line of the one there is */

struct progress *progress_new(bool quiet)
{
	struct progress *p = xcalloc(1, sizeof *p);

	p->quiet = quiet;
	p->terminal = isatty(STDERR_FILENO);
	p->start_us = p->last_us = loop_now_us();
	return p;
}

void progress_free(struct progress *p)
{
	progress_hide();
	free(p);
}

void progress_hide(void)
{
	if (!shown)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	shown = false;
}

static size_t columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1)
		return size.ws_col - 1u;
	return 79;
}

/* As much of it as one line of the terminal can hold. */
static void cut(struct buf *text)
{
	size_t len = 0, at = 0, used;
	uint32_t cp;

	while (len < text->len && at < columns() &&
	       (used = utf8_decode(text->data + len, text->len - len, &cp))) {
		at += char_columns(cp) > 0 ? (size_t)char_columns(cp) : 0;
		len += used;
	}
	if (len < text->len)
		text->data[text->len = len] = '\0';
}

static void draw(struct buf *text)
{
	char *folded = xmalloc(8 * text->len + 1);

	cut(text);
	if (i18n_is_ascii())
		i18n_fold(buf_str(text), folded, 8 * text->len + 1);
	else
		memcpy(folded, buf_str(text), text->len + 1);
	fprintf(stderr, "\r%s\033[K", folded);
	fflush(stderr);
	free(folded);
	shown = true;
}

static uint64_t tenth_of(const struct many_state *s)
{
	return s->total ? tally_done(s->tally) * TENTHS / s->total : 0;
}

static bool is_due(struct progress *p, const struct many_state *s,
                   int64_t now_us)
{
	if (p->terminal)
		return now_us - p->last_us >= DRAW_US;
	/* a tenth that takes no time is not worth a line */
	return now_us - p->last_us >= TELL_US ||
	       (tenth_of(s) > p->tenth && tenth_of(s) < TENTHS &&
	        now_us - p->last_us >= TELL_US / TENTHS);
}

void progress_tick(struct progress *p, struct many_state *s)
{
	int64_t now_us = loop_now_us();
	struct buf text = { 0 };

	if (p->quiet || !is_due(p, s, now_us))
		return;
	progress_measure(p, s);
	many_text_progress(&text, s);
	if (p->terminal)
		draw(&text);
	else
		front_tell(xstrdup(buf_str(&text)));
	p->last_us = now_us;
	p->tenth = tenth_of(s);
	buf_clear(&text);
}

void progress_measure(const struct progress *p, struct many_state *s)
{
	s->elapsed_us = (p->end_us ? p->end_us : loop_now_us()) - p->start_us;
}

void progress_stop(struct progress *p)
{
	if (!p->end_us)
		p->end_us = loop_now_us();
}

int progress_due_ms(const struct progress *p)
{
	int64_t step_us = p->terminal ? DRAW_US : TELL_US / TENTHS;
	int64_t left_us = p->last_us + step_us - loop_now_us();

	return left_us > 0 ? (int)(left_us / 1000) + 1
	                   : (int)(step_us / 1000);
}

void progress_sum_up(struct progress *p, struct many_state *s,
                     struct mask *mask)
{
	struct buf text = { 0 };

	progress_hide();
	progress_measure(p, s);
	for (int i = 0; !p->quiet && many_text_summary(&text, s, i); i++) {
		if (text.len)
			front_tell(mask_text(mask, buf_str(&text)));
		buf_reset(&text);
	}
	buf_clear(&text);
}
