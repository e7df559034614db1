#include "config.h"

#include "core/session_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

static struct guide_facts facts(const struct session *s)
{
	return (struct guide_facts){
		.plan = s->plan,
		.helo = s->helo,
		.projected = session_projected(s),
		.gave_up = s->gave_up,
		.old_way = s->old_way,
		.had_transaction = s->had_transaction,
		.next_rcpt = s->rcpt_sent,
		.any_accepted = s->result.accepted > 0,
	};
}

/* The line proposed next; heap, "" for none. row: NULL for a lesson's. */
static char *propose(const struct session *s, const struct guide_row **row)
{
	struct guide_facts f = facts(s);
	bool talking = f.projected != ST_CLOSED && f.projected != ST_BYE &&
	               f.projected != ST_LOST;

	*row = NULL;
	if (!talking)
		return xstrdup("");
	if (s->plan->n_steps && f.projected != ST_CONNECTED) {
		if (s->step < s->plan->n_steps &&
		    s->plan->steps[s->step].kind == STEP_SEND)
			return xstrdup(s->plan->steps[s->step].line);
		if (s->state == ST_DATA) /* it ended inside a message */
			*row = guide_find("drop");
		return xstrdup(*row ? "" : "QUIT");
	}
	*row = guide_next(&f);
	return *row ? guide_text(*row, &f) : xstrdup("");
}

/* Sends it; what cannot be sent must not be proposed for ever. The QUIT before
 * a new connection passes no step: the worker goes on from STEP_CONNECT. */
static void send_proposed(struct session *s, const char *line)
{
	size_t step = s->step;
	bool in_steps = step < s->plan->n_steps;

	session_send(s, line, strlen(line));
	if (in_steps && s->plan->steps[step].kind == STEP_CONNECT)
		return;
	if (s->plan->n_steps && s->step == step)
		s->step++;
	else if (!s->fifo_len && s->state != ST_DATA)
		s->gave_up = true;
}

bool session_hold_enter(struct session *s)
{
	const struct guide_row *row;
	char *line;

	if (!s->plan->hold_enter || s->over || s->fifo_len)
		return false;
	line = propose(s, &row);
	if (row && row->send == GUIDE_DROP) {
		say_finding(s, "data-dropped", 0, "", "");
		session_close(s, false, true);
	} else if (row && row->send == GUIDE_MESSAGE) {
		session_write_message(s);
	} else if (*line || (s->plan->n_steps && s->state == ST_DATA)) {
		send_proposed(s, line);
	} else {
		free(line);
		return false;
	}
	free(line);
	return true;
}

static uint64_t allowed(const struct session *s, enum state state)
{
	uint64_t set = 0;

	for (enum verb v = 0; v < VERB_OTHER; v++) {
		const struct command *c = command_info(v);
		bool common = !c->needs[0] || v == VERB_VRFY ||
		              v == VERB_EXPN || v == VERB_HELP;

		if (c->name[0] == '(' || !command_allowed(v, state))
			continue;
		if (common ||
		    (s->has_offers && ehlo_find(&s->offers, c->needs)))
			set |= VERB_BIT(v);
	}
	return set;
}

struct event *session_prompt(const struct session *s, int64_t now_us)
{
	const struct guide_row *row;
	struct event_builder b;
	char *line = propose(s, &row);

	event_begin(&b, EV_PROMPT);
	b.e.session = s->id;
	b.e.t_us = now_us;
	b.e.u.prompt.line = event_puts(&b, line);
	b.e.u.prompt.guide = event_puts(&b, row ? row->id : "");
	b.e.u.prompt.state = (uint8_t)s->state;
	b.e.u.prompt.projected = (uint8_t)session_projected(s);
	b.e.u.prompt.allowed = allowed(s, session_projected(s));
	b.e.u.prompt.pending = (uint32_t)s->fifo_len;
	b.e.u.prompt.deadline_us =
	    s->deadline_us == INT64_MAX ? 0 : s->deadline_us;
	b.e.u.prompt.step = s->step < s->plan->n_steps ? (uint32_t)s->step :
	                                                 UINT32_MAX;
	b.e.u.prompt.open = !s->over && s->state != ST_CLOSED;
	free(line);
	return event_finish(&b);
}
