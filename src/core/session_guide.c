#include "config.h"

#include "core/session_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/wipe.h"
#include "util/xalloc.h"

/* Is it under way, with what is sent already, that the transaction ends? */
static bool ends(const struct session *s)
{
	for (size_t i = 0; i < s->fifo_len; i++)
		if (s->fifo[i].verb == VERB_RSET || s->fifo[i].last)
			return true;
	return false;
}

static bool any_accepted(const struct session *s)
{
	for (size_t i = 0; i < s->n_txn; i++)
		if (s->txn[i].accepted)
			return true;
	return false;
}

static bool offered(const struct session *s, const char *keyword)
{
	return s->has_offers && ehlo_find(&s->offers, keyword);
}

/* The facts, with what they need on the heap; facts_clear(). */
static void facts_fill(const struct session *s, struct guide_facts *f)
{
	struct needs needs;

	session_needs(s, &needs);
	*f = (struct guide_facts){
		.plan = s->plan,
		.helo = s->helo,
		.mail_params = session_mail_params(s, &needs),
		.rcpt_params = session_rcpt_params(s),
		.auth_line = session_login_proposal(s),
		.projected = session_projected(s),
		.policy = s->policy,
		.gave_up = s->gave_up,
		.old_way = s->old_way,
		.secure = s->secure,
		.no_tls = s->no_tls,
		.tls_offered = offered(s, "STARTTLS"),
		.auth_done = s->logged_in,
		.have_answer = s->has_answer,
		.had_transaction = s->had_transaction || ends(s),
		.next_rcpt = s->rcpt_sent,
		.message_size = session_chunk_size(s),
		/* one that could smuggle is never sent, to nobody */
		.have_message = s->has_message && !needs.fatal,
		.chunks = needs.bdat,
		.smtputf8 = needs.smtputf8,
		.any_accepted = any_accepted(s) ||
		                session_is_pending(s, VERB_RCPT),
		.nobody = s->n_txn > 0 && !any_accepted(s),
	};
}

static void facts_clear(struct guide_facts *f)
{
	free((char *)f->mail_params);
	free((char *)f->rcpt_params);
	free((char *)f->auth_line);
}

/* A script does not override what is demanded of TLS. */
static bool denied(const struct session *s)
{
	return s->no_tls && s->policy >= TLS_MUST && s->plan->hold_enter;
}

/* The step of a lesson or a script: where those end, so does the session. */
static char *propose_step(const struct session *s,
                          const struct guide_row **row)
{
	if (s->step < s->plan->n_steps &&
	    s->plan->steps[s->step].kind == STEP_SEND)
		return xstrdup(s->plan->steps[s->step].line);
	if (s->state == ST_DATA) /* it ended inside a message */
		*row = guide_find("drop");
	else if (s->state == ST_AUTH) /* or inside a login */
		*row = guide_find("cancel-login");
	if (s->state == ST_DATA)
		return xstrdup("");
	return xstrdup(guide_word(*row ? (*row)->send : GUIDE_QUIT));
}

/* The line proposed next; heap, "" for none. row: NULL for a lesson's. */
static char *propose(const struct session *s, const struct guide_row **row)
{
	struct guide_facts f;
	enum state projected = session_projected(s);
	bool talking = projected != ST_CLOSED && projected != ST_BYE &&
	               projected != ST_LOST && s->state != ST_TLS;
	char *line;

	*row = NULL;
	if (!talking || session_chunk_open(s))
		return xstrdup("");
	if (s->plan->n_steps && projected != ST_CONNECTED && !denied(s))
		return propose_step(s, row);
	facts_fill(s, &f);
	*row = guide_next(&f);
	line = *row ? guide_text(*row, &f) : xstrdup("");
	facts_clear(&f);
	return line;
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
	else if (!s->fifo_len && s->state != ST_DATA && !s->chunk_left)
		s->gave_up = true;
}

/*
 * May line go into the segment of what is under way (RFC 2920 §3.1)? A person's
 * Enter never takes more along than the commands that a batch would repeat.
 */
static bool joins(struct session *s, const char *line)
{
	enum verb v = command_find(line, strlen(line));
	enum pipeline mine = command_info(v)->pipeline;

	if (!s->plan->pipelining || !*line ||
	    !(s->plan->pipelining_always || offered(s, "PIPELINING")))
		return false;
	if (v == VERB_BDAT && s->plan->protocol == PROTO_LMTP)
		return false; /* how many replies are due is not known yet */
	if (s->fifo_len >= SESSION_PENDING_MAX || v == VERB_OTHER ||
	    command_info(session_newest(s)->verb)->pipeline != PIPE_YES)
		return false;
	return s->plan->hold_enter ? mine != PIPE_NO :
	                             mine == PIPE_YES && v != VERB_RSET &&
	                             v != VERB_BDAT;
}

/* No secret goes to a server that has spoken out of turn: first it is seen what
 * that was. */
static bool is_premature(const struct session *s, const char *line)
{
	enum verb v = command_find(line, strlen(line));

	return s->input.len && (v == VERB_AUTH || s->state == ST_AUTH);
}

bool session_hold_enter(struct session *s)
{
	const struct guide_row *row;
	char *line;

	if (s->over || !(s->plan->hold_enter || (s->group && s->fifo_len)))
		return false;
	if (s->fifo_len && !s->plan->pipelining)
		return false; /* as joins() would say of any line */
	line = propose(s, &row);
	if ((s->fifo_len && !joins(s, line)) || is_premature(s, line)) {
		free(line);
		return false;
	}
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
	char *line = propose(s, &row), *shown = session_shown(s, line);

	event_begin(&b, EV_PROMPT);
	b.e.session = s->id;
	b.e.t_us = now_us;
	b.e.u.prompt.line = event_puts(&b, shown);
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
	b.e.u.prompt.secure = s->secure;
	wipe_free(line);
	free(shown);
	return event_finish(&b);
}
