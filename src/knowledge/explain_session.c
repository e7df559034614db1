#include "config.h"

#include "knowledge/explain_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/finding.h"
#include "core/rules.h"
#include "util/buf.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum {
	SMTP_PORT = 25,
	BLOCKED_MIN = 2, /* one silent address proves nothing */
};

static void operator_note(const char *host, struct explanation *x)
{
	struct identify w = { 0 };

	identify_host(&w, host);
	if (w.operator.id)
		part_note(x, say(NOTE_OPERATOR, w.operator.name,
		                 i18n_pick(w.operator.note_en,
		                           w.operator.note_de), NULL));
}

void explain_connection(const struct event *e, const struct surroundings *at,
                        struct explanation *x)
{
	const struct ev_connect *c = &e->u.connect;
	bool made = e->kind == EV_CONNECTED;
	const char *host = event_text(e, c->host);
	char port[8], ms[16];

	(void)at;
	snprintf(port, sizeof port, "%u", c->port);
	snprintf(ms, sizeof ms, "%lu", (unsigned long)c->us / 1000);
	part_set(&x->title, say(made ? TITLE_CONNECTED : TITLE_CONNECTING,
	                        *host ? host : event_text(e, c->address),
	                        NULL));
	x->cls = made ? CLASS_OK : CLASS_NOTE;
	x->confidence = CONF_SURE;
	part_copy(&x->headline, phrase(made ? HEAD_CONNECTED
	                                    : HEAD_CONNECTING));
	part_copy(&x->summary, phrase(made ? SUM_CONNECTED : SUM_CONNECTING));
	if (!c->address.len)
		; /* a Unix socket or a command has none of these */
	else if (!c->port) /* a transcript may not tell */
		part_set(&x->code_text, xstrdup(event_text(e, c->address)));
	else if (made && c->us)
		part_set(&x->code_text,
		         say(CONNECTED_FACTS, event_text(e, c->address), port,
		             ms, event_text(e, c->local), NULL));
	else
		part_set(&x->code_text,
		         say(CONNECTING_FACTS, event_text(e, c->address), port,
		             NULL));
	operator_note(host, x);
	if (c->via.len)
		part_note(x, say(CONNECT_VIA, event_text(e, c->via), NULL));
	part_copy(&x->mta, phrase(made ? MTA_WAITS : MTA_IN_TURN));
	part_act(x, made ? ACT_SERVER : ACT_NOBODY);
	part_copy(&x->who, phrase(made ? WHO_SERVER_SPEAKS
	                               : WHO_NOBODY_WAITS));
	part_refs(x, made ? "RFC 5321 §3.1, §4.5.3.2.1" : "RFC 5321 §5.1");
}

struct silence {
	size_t addresses, silent;
	struct buf seen; /* "192.0.2.25, 2001:db8::25" */
};

static struct silence count_silence(const struct dialog_now *now)
{
	struct silence s = { 0 };

	for (size_t i = 0; i < now->n_hosts; i++) {
		for (size_t j = 0; j < now->hosts[i].n_addresses; j++) {
			const struct now_address *a =
			    &now->hosts[i].addresses[j];

			s.addresses++;
			if (!a->failed || a->fail != FAIL_TIMEOUT)
				continue;
			buf_addf(&s.seen, "%s%s", s.silent ? ", " : "",
			         a->address);
			s.silent++;
		}
	}
	return s;
}

static void blocked_tries(const struct dialog_now *now, struct explanation *x)
{
	part_try(x, TRY_TRIAL, say(TRY_ONLY_25, NULL), trial_word(TRIAL_PORT));
	part_try(x, TRY_PORT, say(TRY_SUBMISSION, NULL), "587");
	part_try(x, TRY_DEMO, say(TRY_THE_DEMO, NULL), NULL);
	part_try(x, TRY_REPLAY, say(TRY_A_REPLAY, NULL), NULL);
	part_try(x, TRY_RECONNECT, say(TRY_AGAIN, NULL), now->target);
}

/*
 * Every address of every MX is silent on port 25 while names resolve: that is
 * a network, not a server (mission.md, failure taxonomy). A hint, no proof.
 */
static bool port_blocked(const struct surroundings *at, struct explanation *x)
{
	const struct dialog_now *now = at->now;
	struct silence s;
	char silent[24], all[24];

	if (!now || now->port != SMTP_PORT)
		return false;
	s = count_silence(now);
	if (s.silent < BLOCKED_MIN || s.silent < s.addresses) {
		buf_clear(&s.seen);
		return false;
	}
	snprintf(silent, sizeof silent, "%zu", s.silent);
	snprintf(all, sizeof all, "%zu", s.addresses);
	part_copy(&x->title, phrase(TITLE_BLOCKED));
	part_set(&x->summary, say(SUM_BLOCKED, silent, all, NULL));
	part_set(&x->code_text, say(BLOCKED_SEEN, buf_str(&s.seen), NULL));
	part_copy(&x->likely, phrase(LIKELY_BLOCKED));
	part_copy(&x->evidence, phrase(EVIDENCE_ALL_SILENT));
	x->confidence = CONF_LIKELY;
	part_act(x, ACT_NETWORK);
	blocked_tries(now, x);
	buf_clear(&s.seen);
	return true;
}

static enum phrase fail_head(enum fail_kind kind)
{
	switch (kind) {
	case FAIL_REFUSED:
		return HEAD_REFUSED;
	case FAIL_TIMEOUT:
		return HEAD_TIMEOUT;
	case FAIL_RESET:
		return HEAD_RESET;
	case FAIL_CLOSED:
		return HEAD_CLOSED;
	case FAIL_UNREACHABLE:
		return HEAD_UNREACHABLE;
	case FAIL_PROTOCOL:
		return HEAD_PROTOCOL;
	case FAIL_TLS:
		return HEAD_TLS;
	case FAIL_LIMIT:
		return HEAD_LIMIT;
	case FAIL_CANCELLED:
		return HEAD_CANCELLED;
	default:
		return HEAD_FAILED;
	}
}

void explain_failed(const struct event *e, const struct surroundings *at,
                    struct explanation *x)
{
	enum fail_phase phase = e->u.failed.phase;
	enum fail_kind kind = e->u.failed.kind;
	const struct failure *f = failure_find(phase, kind);

	part_copy(&x->title, phrase(fail_head(kind)));
	part_copy(&x->headline, phrase(fail_head(kind)));
	x->cls = kind == FAIL_CANCELLED ? CLASS_NOTE : CLASS_NO;
	x->confidence = CONF_SURE;
	part_copy(&x->summary, i18n_pick(f->text_en, f->text_de));
	part_copy(&x->mta, i18n_pick(f->mta_en, f->mta_de));
	part_act(x, (enum act)act_find(f->act));
	part_set(&x->said, xmemdup0(event_text(e, e->u.failed.detail),
	                            e->u.failed.detail.len));
	part_refs(x, f->source);
	if (phase == PHASE_TLS)
		explain_tls_failed(e, x);
	if (phase == PHASE_CONNECT && kind == FAIL_TIMEOUT &&
	    port_blocked(at, x))
		return;
	if (kind != FAIL_CANCELLED && phase != PHASE_DNS)
		part_try(x, TRY_RECONNECT, say(TRY_AGAIN, NULL),
		         at->now ? at->now->target : NULL);
}

static void state_change(const struct event *e, struct explanation *x)
{
	enum state to = e->u.state.to;
	const struct rule *rule = rules_find(event_text(e, e->u.state.rule));
	const struct state_row *row = state_row_find(to);

	part_set(&x->title, say(TITLE_STATE, state_name(e->u.state.from),
	                        state_name(to), NULL));
	part_copy(&x->headline, _(state_help(to)));
	part_copy(&x->summary, i18n_pick(row->text_en, row->text_de));
	if (rule)
		part_copy(&x->code_text, _(rule->why));
	part_try(x, TRY_TEXT, xstrdup(i18n_pick(row->next_en, row->next_de)),
	         NULL);
	part_refs(x, row->source);
	part_act(x, ACT_NOBODY);
}

static void finding(const struct event *e, struct explanation *x)
{
	static const enum phrase heads[] = { HEAD_NOTE, HEAD_WARN, HEAD_BAD };
	const struct finding_info *f =
	    finding_find(event_text(e, e->u.finding.id));
	uint8_t level = e->u.finding.level;

	part_set(&x->title, say(TITLE_FINDING,
	                        event_text(e, e->u.finding.id), NULL));
	part_copy(&x->headline, phrase(heads[level < 3 ? level : 0]));
	x->cls = level == LEVEL_BAD ? CLASS_NO
	       : level == LEVEL_WARN ? CLASS_LATER : CLASS_NOTE;
	part_set(&x->summary, finding_sentence(e));
	part_set(&x->said, xmemdup0(event_text(e, e->u.finding.evidence),
	                            e->u.finding.evidence.len));
	part_refs(x, f ? f->source : "");
	x->confidence = CONF_SURE;
	x->act = ACT_NOBODY;
}

/* The blame in it, and whether it still holds. */
static void verdict_grounds(const struct event *e,
                            const struct surroundings *at,
                            struct explanation *x)
{
	const char *mta = cause_mta(event_text(e, e->u.verdict.mta));
	struct grounds g;
	char *why;

	grounds_of_verdict(e, &g);
	why = grounds_why(&g);
	if (*mta)
		part_copy(&x->mta, mta);
	if (*why)
		part_set(&x->likely, say(LIKELY_CAUSE, act_label(x->act), why,
		                         NULL));
	free(why);
	explain_grounds(&g, x);
	if (at->dialog && dialog_verdict_old(at->dialog, at->index))
		part_note(x, say(VERDICT_OLD, NULL));
}

static void verdict(const struct event *e, const struct surroundings *at,
                    struct explanation *x)
{
	static const struct {
		enum phrase head, mta;
		enum reply_class class;
	} rows[OUTCOME_COUNT] = {
		[OUT_ACCEPTED] = { OUTCOME_ACCEPTED, MTA_NEXT_CMD, CLASS_OK },
		[OUT_MIXED] = { OUTCOME_MIXED, MTA_MIXED, CLASS_LATER },
		[OUT_DEFERRED] = { OUTCOME_DEFERRED, MTA_QUEUE, CLASS_LATER },
		[OUT_REFUSED] = { OUTCOME_REFUSED, MTA_BOUNCE, CLASS_NO },
		[OUT_UNREACHABLE] = { OUTCOME_UNREACHABLE, MTA_NEXT_LATER,
			              CLASS_NO },
		[OUT_PROTOCOL] = { OUTCOME_PROTOCOL, MTA_NONE, CLASS_NO },
		[OUT_TLS] = { OUTCOME_TLS, MTA_CLEAR, CLASS_NO },
		[OUT_AUTH] = { OUTCOME_AUTH, MTA_AUTH, CLASS_NO },
		[OUT_CANCELLED] = { OUTCOME_CANCELLED, MTA_UNKNOWN,
			            CLASS_NOTE },
		[OUT_LOCAL] = { OUTCOME_LOCAL, MTA_UNKNOWN, CLASS_NO },
	};
	uint8_t o = e->u.verdict.outcome;
	char exit_text[8];

	snprintf(exit_text, sizeof exit_text, "%u", e->u.verdict.exit);
	if (e->u.verdict.recipient.len)
		part_set(&x->title, say(TITLE_VERDICT_ON,
		                        event_text(e, e->u.verdict.recipient),
		                        NULL));
	else
		part_copy(&x->title, phrase(TITLE_VERDICT));
	x->cls = rows[o].class;
	part_copy(&x->headline, phrase(rows[o].head));
	part_set(&x->summary, say(VERDICT_EXIT, exit_text, NULL));
	part_copy(&x->mta, phrase(rows[o].mta));
	x->confidence = e->u.verdict.confidence;
	part_act(x, e->u.verdict.act);
	verdict_grounds(e, at, x);
}

static void bytes(const struct event *e, struct explanation *x)
{
	static const enum phrase texts[BYTES_WHY_COUNT] = {
		[BYTES_PARTIAL] = SUM_BYTES_PARTIAL,
		[BYTES_OVERLONG] = SUM_BYTES_OVERLONG,
		[BYTES_DROPPED] = SUM_BYTES_DROPPED,
		[BYTES_AFTER_STARTTLS] = SUM_BYTES_STARTTLS,
	};
	char count[16];

	snprintf(count, sizeof count, "%lu", (unsigned long)e->u.bytes.count);
	part_set(&x->title, say(TITLE_BYTES, count, NULL));
	part_copy(&x->headline, phrase(HEAD_WARN));
	part_copy(&x->summary, phrase(texts[e->u.bytes.why]));
	part_set(&x->said, xmemdup0(event_text(e, e->u.bytes.data),
	                            e->u.bytes.data.len));
	part_refs(x, "RFC 5321 §4.2, §4.5.3.1.5");
	part_act(x, ACT_SERVER);
}

static void message(const struct event *e, struct explanation *x)
{
	char size[16], lines[16], stuffed[16];

	snprintf(size, sizeof size, "%lu", (unsigned long)e->u.message.bytes);
	snprintf(lines, sizeof lines, "%lu",
	         (unsigned long)e->u.message.lines);
	snprintf(stuffed, sizeof stuffed, "%lu",
	         (unsigned long)e->u.message.stuffed);
	part_copy(&x->title, phrase(TITLE_MESSAGE));
	part_copy(&x->headline, phrase(HEAD_CLIENT));
	x->cls = CLASS_CLIENT;
	part_set(&x->summary, say(SUM_MESSAGE, size, lines, stuffed, NULL));
	if (e->u.message.sha256.len)
		part_set(&x->code_text,
		         say(MESSAGE_HASH,
		             event_text(e, e->u.message.sha256), NULL));
	part_refs(x, "RFC 5321 §4.1.1.4, §4.5.2");
	part_act(x, ACT_NOBODY);
}

static void plain_event(struct explanation *x, enum phrase title,
                        enum phrase summary, enum act a, const char *refs)
{
	part_copy(&x->title, phrase(title));
	part_copy(&x->headline, phrase(title));
	part_copy(&x->summary, phrase(summary));
	part_refs(x, refs);
	part_act(x, a);
}

static void ended(const struct event *e, struct explanation *x)
{
	const struct ev_end *end = &e->u.end;
	char exit_text[8], n[4][16];

	snprintf(exit_text, sizeof exit_text, "%u", end->exit);
	snprintf(n[0], sizeof n[0], "%lu", (unsigned long)end->accepted);
	snprintf(n[1], sizeof n[1], "%lu", (unsigned long)end->deferred);
	snprintf(n[2], sizeof n[2], "%lu", (unsigned long)end->refused);
	snprintf(n[3], sizeof n[3], "%lu", (unsigned long)end->unreachable);
	plain_event(x, TITLE_END, SUM_END, ACT_NOBODY, "");
	part_set(&x->code_text, say(END_COUNTS, n[0], n[1], n[2], n[3], NULL));
	part_note(x, say(VERDICT_EXIT, exit_text, NULL));
}

void explain_other(const struct event *e, const struct surroundings *at,
                   struct explanation *x)
{
	x->cls = CLASS_NOTE;
	x->confidence = CONF_SURE;
	switch ((enum event_kind)e->kind) {
	case EV_STATE:
		state_change(e, x);
		break;
	case EV_FINDING:
		finding(e, x);
		break;
	case EV_CHECK:
		explain_check(e, x);
		break;
	case EV_VERDICT:
		verdict(e, at, x);
		break;
	case EV_BYTES:
		bytes(e, x);
		break;
	case EV_MESSAGE:
		message(e, x);
		break;
	case EV_CLOSED:
		plain_event(x, TITLE_CLOSED,
		            !e->u.closed.by_server ? SUM_CLOSED_US
		            : e->u.closed.clean    ? SUM_CLOSED_CLEAN
		                                   : SUM_CLOSED_SERVER,
		            e->u.closed.by_server && !e->u.closed.clean
		                ? ACT_SERVER : ACT_NOBODY,
		            "RFC 5321 §3.8, §4.1.1.10");
		break;
	case EV_START:
		plain_event(x, TITLE_START, SUM_START, ACT_NOBODY, "");
		break;
	case EV_END:
		ended(e, x);
		break;
	default:
		break;
	}
}
