#include "config.h"

#include "clock.h"

#include <stdlib.h>
#include <string.h>

enum { STEP_US = 1000 };

static char start[sizeof "2026-01-02T10:41:02Z"]; /* "": no test clock */
static uint32_t newest; /* n of the newest event; PROMPT and ASK have none */

void clock_init(void)
{
	const char *time = getenv("SMTPSCOPE_TEST_CLOCK");

	if (time && strlen(time) == sizeof start - 1)
		memcpy(start, time, sizeof start);
}

/* The event was made a moment ago and nobody else has it: its texts may be
 * changed in place, if they do not grow. */
static void overwrite(struct event *e, struct ev_ref *r, const char *text)
{
	size_t len = strlen(text);

	if (len <= r->len) {
		memcpy((char *)event_text(e, *r), text, len + 1);
		r->len = (uint32_t)len;
	}
}

static void stamp(struct event *e)
{
	if (e->n)
		newest = e->n;
	e->t_us = (int64_t)newest * STEP_US;
	switch (e->kind) {
	case EV_START: overwrite(e, &e->u.start.time, start); break;
	case EV_DNS:
		e->u.dns.us = STEP_US;
		overwrite(e, &e->u.dns.server, "127.0.0.1:53");
		break;
	case EV_CONNECTED: e->u.connect.us = STEP_US; /* fall through */
	case EV_CONNECTING:
		e->u.connect.via.len = 0;
		e->u.connect.local.len = 0;
		break;
	case EV_REPLY: e->u.reply.us = STEP_US; break;
	default: break;
	}
}

void (*clock_stamp(void))(struct event *e)
{
	return start[0] ? stamp : NULL;
}
