#include "config.h"

#include "ui/sides.h"

#include <stdlib.h>
#include <string.h>

#include "ui/words.h"

static void see(struct summary *s, char clock[16], const struct event *e,
                const char *start)
{
	if (e->kind == EV_CONNECTING && s->session == 0 && *start)
		time_clock(clock, start, e->t_us);
	summary_see(s, e);
}

bool sides_fill(struct sides *s, const struct dialog *d, uint32_t a,
                uint32_t b)
{
	const char *start = "";

	s->a.whole = s->b.whole = true;
	for (size_t i = 0; i < dialog_count(d); i++) {
		const struct event *e = dialog_at(d, i);

		if (e->kind == EV_START)
			start = event_text(e, e->u.start.time);
		if (e->session && e->session == a)
			see(&s->a, s->clock_a, e, start);
		if (e->session && e->session == b)
			see(&s->b, s->clock_b, e, start);
	}
	return s->a.session && s->b.session;
}

void sides_clear(struct sides *s)
{
	summary_clear(&s->a);
	summary_clear(&s->b);
}

struct beside_pair sides_pair(const struct sides *s)
{
	return (struct beside_pair){ &s->a, &s->b, s->clock_a, s->clock_b };
}

bool sides_newest(const struct dialog *d, uint32_t *a, uint32_t *b)
{
	uint32_t newest = 0;

	for (size_t i = dialog_count(d); i-- > 0;) {
		const struct event *e = dialog_at(d, i);

		if (e->kind != EV_CONNECTING || e->session == newest)
			continue;
		if (newest) {
			*a = e->session;
			*b = newest;
			return true;
		}
		newest = e->session;
	}
	return false;
}

bool sides_parse(const char *text, uint32_t *a, uint32_t *b)
{
	char *end;

	*a = (uint32_t)strtoul(text, &end, 10);
	if (end == text || *end != ' ')
		return false;
	text = end;
	*b = (uint32_t)strtoul(text, &end, 10);
	return end != text && !*end && *a && *b;
}
