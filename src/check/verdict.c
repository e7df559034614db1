#include "config.h"

#include "check/verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/blame.h"
#include "knowledge/check_words.h"
#include "knowledge/say.h"
#include "knowledge/tables.h"
#include "util/i18n.h"
#include "util/xalloc.h"

static const struct row {
	const char *id, *text_en, *text_de, *next_en, *next_de;
} rows[] = {
#define VERDICT(...) { __VA_ARGS__ },
#include "check/verdicts.inc"
#undef VERDICT
};

enum { CODES_MAX = 32, COUNT_MAX = 24, ARG_CAUSE = 2 };

/* What is to be said; builder fields follow from it. */
struct judgement {
	char rule[40];
	int exit;
	enum outcome outcome;
	enum act act;
	enum confidence confidence;
	const char *args[3];
	const struct blame *blame; /* NULL: no reply is to be blamed */
};

int exit_worse(int a, int b)
{
	static const int order[] = { EXIT_ACCEPTED, EXIT_SOME, EXIT_RECIPIENT,
		EXIT_NO_HOST, EXIT_REFUSED, EXIT_LATER, EXIT_IO,
		EXIT_TLS_AUTH, EXIT_PROTOCOL, EXIT_INTERNAL,
		EXIT_USAGE_ERROR, EXIT_CANCELLED };
	enum { KNOWN = sizeof order / sizeof *order };
	int rank_a = KNOWN, rank_b = KNOWN; /* an unknown one is worst */

	for (int i = 0; i < KNOWN; i++) {
		if (order[i] == a)
			rank_a = i;
		if (order[i] == b)
			rank_b = i;
	}
	return rank_a >= rank_b ? a : b;
}

static void put(struct event_builder *b, const struct judgement *f,
                const char *recipient, const struct event *reply)
{
	struct ev_verdict *v;
	const char *args[3];

	for (size_t i = 0; i < 3; i++)
		args[i] = f->args[i] ? f->args[i] : "";
	event_begin(b, EV_VERDICT);
	v = &b->e.u.verdict;
	v->recipient = event_puts(b, recipient);
	v->rule = event_puts(b, f->rule);
	v->args = event_put_texts(b, args, 3);
	v->about = reply ? reply->n : 0;
	v->exit = (uint8_t)f->exit;
	v->outcome = (uint8_t)f->outcome;
	v->act = (uint8_t)f->act;
	v->confidence = (uint8_t)f->confidence;
	if (f->blame)
		blame_put(b, f->blame);
}

/* prefix and word make the id of a row of verdicts.tsv. */
static void set_rule(struct judgement *f, const char *prefix,
                     const char *word)
{
	snprintf(f->rule, sizeof f->rule, "%s%s", prefix, word);
}

/* The cause as an argument: a category, else an enhanced code that names one.
 * verdict_text() makes words of it in the language of that time. */
static const char *cause_id(const struct cause *c, const char *enhanced)
{
	if (c->category && !cause_by_code(c))
		return c->category->id;
	return c->detail && !*c->detail->brief_en ? enhanced : "";
}

static bool category_is(const struct cause *c, const char *id)
{
	return c->category && strcmp(c->category->id, id) == 0;
}

/* 530: login or, when the text says so, STARTTLS first (RFC 4954 §6, RFC 3207
 * §4); 534, 535, 538: the login itself. */
static bool about_login(unsigned code, const char *verb)
{
	return code == 530 || code == 534 || code == 535 || code == 538 ||
	       strcmp(verb, "AUTH") == 0 ||
	       strcmp(verb, "(AUTH RESPONSE)") == 0;
}

static void refused(struct judgement *f, unsigned code, const char *verb,
                    const struct cause *c)
{
	f->outcome = OUT_REFUSED;
	f->exit = EXIT_REFUSED;
	set_rule(f, "refused-", act_name(f->act));
	if (strcmp(verb, "STARTTLS") == 0 ||
	    (code == 530 && category_is(c, "tls"))) {
		f->outcome = OUT_TLS;
		f->exit = EXIT_TLS_AUTH;
		set_rule(f, "tls-refused", "");
	} else if (about_login(code, verb)) {
		f->outcome = OUT_AUTH;
		f->exit = EXIT_TLS_AUTH;
		set_rule(f, "auth-refused", "");
	} else if (f->act == ACT_RECIPIENT && strcmp(verb, "RCPT") == 0) {
		f->exit = EXIT_RECIPIENT;
	}
}

/* LMTP asks for each recipient again behind the message (RFC 2033 §4.2). */
static const char *refused_verb(const struct event *reply, const char *verb)
{
	return reply->u.reply.recipient.len ? "RCPT" : verb;
}

/*
 * A refusal or anything but a success. codes: room for "550 5.1.1", borrowed
 * by f as blame is.
 */
static void by_reply(struct judgement *f, const struct blame *blame,
                     const char *verb, char *codes)
{
	const struct reply_view *v = &blame->view;
	const struct cause *c = &blame->cause;

	snprintf(codes, CODES_MAX, "%03u%s%s", v->code % 1000,
	         *v->enhanced ? " " : "", v->enhanced);
	f->blame = blame;
	f->args[1] = codes;
	f->args[2] = cause_id(c, v->enhanced);
	f->act = c->act;
	f->confidence = c->confidence;
	if (v->code / 100 == 4) {
		f->outcome = OUT_DEFERRED;
		f->exit = EXIT_LATER;
		set_rule(f, "later-", act_name(f->act));
	} else if (v->code / 100 == 5) {
		refused(f, v->code, verb, c);
	} else {
		f->outcome = OUT_PROTOCOL;
		f->exit = EXIT_PROTOCOL;
		f->act = ACT_SERVER;
		f->confidence = CONF_SURE;
		f->args[2] = "";
		set_rule(f, "no-smtp", "");
	}
}

static void accepted(struct judgement *f, unsigned code, bool dot,
                     enum stage wanted)
{
	f->outcome = OUT_ACCEPTED;
	f->exit = EXIT_ACCEPTED;
	f->act = ACT_NOBODY;
	f->confidence = CONF_SURE;
	if (dot)
		set_rule(f, "accepted-dot", "");
	else if (code == 251)
		set_rule(f, "accepted-forward", "");
	else
		set_rule(f, wanted == STAGE_DOT ? "accepted-so-far" :
		                                  "accepted-rcpt", "");
}

void verdict_recipient(struct event_builder *b, const struct event *reply,
                       const char *recipient,
                       const struct verdict_context *ctx)
{
	bool dot = reply->u.reply.recipient.len; /* LMTP, behind the dot */
	const struct explain_context at = {
		.verb = dot ? "(END OF DATA)" : "RCPT",
		.line = "", .state = ctx->before, .checks = ctx->checks,
	};
	struct judgement f = { .args = { recipient } };
	struct blame blame;
	char codes[CODES_MAX];

	blame_reply(reply, &at, &blame);
	by_reply(&f, &blame, refused_verb(reply, at.verb), codes);
	if (blame.view.code / 100 == 2) {
		f.args[1] = f.args[2] = "";
		accepted(&f, blame.view.code, dot, ctx->wanted);
		f.confidence = blame.cause.confidence;
	}
	put(b, &f, recipient, reply);
	blame_clear(&blame);
}

static void by_failure(struct judgement *f, const struct session_result *r)
{
	static const struct {
		int exit;
		enum outcome outcome;
	} kinds[FAIL_KIND_COUNT] = {
		[FAIL_REFUSED] = { EXIT_IO, OUT_UNREACHABLE },
		[FAIL_TIMEOUT] = { EXIT_IO, OUT_UNREACHABLE },
		[FAIL_RESET] = { EXIT_IO, OUT_UNREACHABLE },
		[FAIL_CLOSED] = { EXIT_IO, OUT_UNREACHABLE },
		[FAIL_UNREACHABLE] = { EXIT_IO, OUT_UNREACHABLE },
		[FAIL_PROTOCOL] = { EXIT_PROTOCOL, OUT_PROTOCOL },
		[FAIL_TLS] = { EXIT_TLS_AUTH, OUT_TLS },
		[FAIL_LIMIT] = { EXIT_PROTOCOL, OUT_PROTOCOL },
		[FAIL_CANCELLED] = { EXIT_CANCELLED, OUT_CANCELLED },
		[FAIL_LOCAL] = { EXIT_INTERNAL, OUT_LOCAL },
	};

	f->exit = kinds[r->fail].exit;
	f->outcome = kinds[r->fail].outcome;
	/* who must act is said once, where it is explained */
	f->act = (enum act)act_find(failure_find(r->phase, r->fail)->act);
	f->confidence = f->act == ACT_NETWORK ? CONF_LIKELY : CONF_SURE;
	set_rule(f, "fail-", fail_kind_name(r->fail));
	if (r->phase == PHASE_TLS && f->exit == EXIT_IO) {
		f->exit = EXIT_TLS_AUTH;
		f->outcome = OUT_TLS;
		set_rule(f, "fail-tls", "");
	} else if (r->phase == PHASE_CONNECT && r->fail == FAIL_LIMIT) {
		f->exit = EXIT_LATER;
		f->outcome = OUT_DEFERRED;
		set_rule(f, "fail-shut", "");
	} else if (r->phase == PHASE_DNS && f->exit == EXIT_IO) {
		f->exit = EXIT_LATER;
		f->outcome = OUT_DEFERRED;
		f->act = ACT_UNKNOWN;
		f->confidence = CONF_GUESS;
		set_rule(f, "fail-dns", "");
	}
}

/* A server that broke the rules may have said anything before: what it
 * accepted is not to be relied on (design §4, 76). */
static bool broke_rules(const struct session_result *r)
{
	return r->failed && (r->fail == FAIL_PROTOCOL || r->fail == FAIL_LIMIT);
}

/* Was the asked stage reached? From RCPT on a recipient must be accepted. */
static bool reached(const struct session_result *r, enum stage wanted)
{
	return r->any_stage && r->reached >= wanted && !broke_rules(r) &&
	       (wanted < STAGE_RCPT || r->accepted > 0);
}

static void success(struct judgement *f, const struct session_result *r,
                    enum stage wanted)
{
	f->act = ACT_NOBODY;
	f->confidence = CONF_SURE;
	if (wanted >= STAGE_RCPT && r->deferred + r->refused > 0) {
		f->outcome = OUT_MIXED;
		f->exit = EXIT_SOME;
		f->act = ACT_UNKNOWN;
		set_rule(f, "mixed", "");
		return;
	}
	f->outcome = OUT_ACCEPTED;
	f->exit = EXIT_ACCEPTED;
	set_rule(f, "reached-", stage_name(wanted));
}

/* None accepted, some put off, some refused: design §4 says 75. */
static bool none_mixed(struct judgement *f, const struct session_result *r)
{
	if (r->accepted || !r->deferred || !r->refused)
		return false;
	f->outcome = OUT_DEFERRED;
	f->exit = EXIT_LATER;
	f->act = ACT_UNKNOWN;
	f->confidence = CONF_SURE;
	set_rule(f, "none-mixed", "");
	return true;
}

/* It was the client that did not go on. False: nothing was lacking. */
static bool lacking(struct judgement *f, const struct session_result *r)
{
	f->exit = EXIT_TLS_AUTH;
	f->outcome = OUT_TLS;
	f->act = ACT_SERVER;
	if (r->lack == TLS_NOT_OFFERED || r->lack == TLS_UNVERIFIED) {
		set_rule(f, r->lack == TLS_UNVERIFIED ? "tls-unverified" :
		                                        "tls-not-offered", "");
	} else if (r->login_lacks) {
		f->outcome = OUT_AUTH;
		f->act = ACT_SENDER_AUTH;
		set_rule(f, "no-login", "");
	} else if (r->needs_lack) {
		f->exit = EXIT_REFUSED;
		f->outcome = OUT_REFUSED;
		f->act = ACT_MESSAGE;
		set_rule(f, "cannot-carry", "");
	} else {
		return false;
	}
	return true;
}

/* The reply explains more than "closed" or "lost" that came after it. */
static bool reply_decides(const struct session_result *r,
                          const struct event *reply)
{
	bool negative = reply && r->code >= 400 && r->code < 600;

	if (!r->failed)
		return reply;
	return negative && (r->fail == FAIL_CLOSED || r->fail == FAIL_RESET);
}

/* The verb that the decisive reply answered. */
static const char *verb_of(const struct session_result *r,
                           const struct event *reply)
{
	if (reply->u.reply.recipient.len) /* LMTP: it is about one of them */
		return "(END OF DATA)";
	if (reply->u.reply.to == EV_GREETING)
		return "(CONNECT)";
	if (reply->u.reply.to == EV_UNASKED)
		return "(UNASKED)";
	return command_info(r->verb)->name;
}

/* The session's reply, where it decided. */
static void by_session_reply(struct judgement *f,
                             const struct session_result *r,
                             const struct blame *blame, const char *verb,
                             char *codes)
{
	if (blame->view.code / 100 == 2) { /* good so far: someone stopped */
		f->outcome = OUT_CANCELLED;
		f->exit = EXIT_CANCELLED;
		f->act = ACT_NOBODY;
		set_rule(f, "ended-early", "");
	} else if (!none_mixed(f, r)) {
		by_reply(f, blame, verb, codes);
	}
}

static void begin_counts(struct judgement *f, const struct session_result *r,
                         char counts[3][COUNT_MAX])
{
	snprintf(counts[0], COUNT_MAX, "%zu", r->accepted);
	snprintf(counts[1], COUNT_MAX, "%zu", r->deferred);
	snprintf(counts[2], COUNT_MAX, "%zu", r->refused);
	for (size_t i = 0; i < 3; i++)
		f->args[i] = counts[i];
}

void verdict_session(struct event_builder *b, const struct session_result *r,
                     const struct event *reply,
                     const struct verdict_context *ctx)
{
	struct judgement f = { .act = ACT_UNKNOWN, .confidence = CONF_SURE };
	char counts[3][COUNT_MAX], codes[CODES_MAX];
	struct blame blame = { 0 };

	begin_counts(&f, r, counts);
	if (reached(r, ctx->wanted)) {
		success(&f, r, ctx->wanted);
	} else if (!r->failed && lacking(&f, r)) {
		reply = NULL; /* no reply is to blame */
	} else if (reply_decides(r, reply)) {
		const struct explain_context at = {
			.verb = verb_of(r, reply), .line = "",
			.state = ctx->before, .checks = ctx->checks };

		blame_reply(reply, &at, &blame);
		by_session_reply(&f, r, &blame,
		                 refused_verb(reply, at.verb), codes);
	} else if (r->failed) {
		by_failure(&f, r);
	} else {
		f.outcome = OUT_CANCELLED;
		f.exit = EXIT_CANCELLED;
		f.act = ACT_NOBODY;
		set_rule(&f, "ended-early", "");
	}
	put(b, &f, "", reply);
	blame_clear(&blame);
}

void verdict_route(struct event_builder *b, const struct event *route)
{
	enum route_kind kind = route->u.route.kind;
	struct judgement f = { .outcome = OUT_UNREACHABLE,
		                .exit = EXIT_NO_HOST, .act = ACT_RECIPIENT,
		                .confidence = CONF_SURE };

	f.args[0] = event_text(route, route->u.route.domain);
	f.args[1] = dns_status_name(route->u.route.cause);
	set_rule(&f, "route-", route_kind_name(kind));
	switch (kind) {
	case ROUTE_NULL:
	case ROUTE_NONE:
	case ROUTE_NXDOMAIN:
	case ROUTE_BADNAME:
		break;
	case ROUTE_NOADDRESS:
	case ROUTE_NOHOST:
	case ROUTE_LOOP:
		f.act = ACT_SERVER;
		break;
	case ROUTE_TEMP:
		f.outcome = OUT_DEFERRED;
		f.exit = EXIT_LATER;
		f.act = ACT_UNKNOWN;
		f.confidence = CONF_GUESS;
		break;
	default: /* there are hosts, but none may be tried */
		f.act = ACT_SERVER;
		set_rule(&f, "route-unusable", "");
		break;
	}
	put(b, &f, "", NULL);
}

void verdict_checks(struct event_builder *b, const struct event *const *checks,
                    size_t n)
{
	struct judgement f = { .outcome = OUT_ACCEPTED,
		                .exit = EXIT_ACCEPTED, .act = ACT_NOBODY,
		                .confidence = CONF_SURE };
	size_t of[GRADE_COUNT] = { 0 };
	char counts[3][COUNT_MAX];

	for (size_t i = 0; i < n; i++)
		of[checks[i]->u.check.grade]++;
	snprintf(counts[0], COUNT_MAX, "%zu", of[GRADE_BAD]);
	snprintf(counts[1], COUNT_MAX, "%zu", of[GRADE_WARN]);
	snprintf(counts[2], COUNT_MAX, "%zu", of[GRADE_UNKNOWN]);
	for (size_t i = 0; i < 3; i++)
		f.args[i] = counts[i];
	set_rule(&f, "checks-", of[GRADE_BAD] ? "bad"
	                        : of[GRADE_UNKNOWN] ? "unknown" : "good");
	if (of[GRADE_BAD]) {
		f.outcome = OUT_MIXED;
		f.exit = EXIT_SOME;
		f.act = ACT_UNKNOWN;
	} else if (of[GRADE_UNKNOWN]) {
		f.outcome = OUT_DEFERRED;
		f.exit = EXIT_LATER;
		f.act = ACT_UNKNOWN;
	}
	put(b, &f, "", NULL);
}

static const struct row *row_of(const struct event *verdict)
{
	const char *id = event_text(verdict, verdict->u.verdict.rule);

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i].id, id) == 0)
			return &rows[i];
	return NULL;
}

const char *verdict_cause(const char *id)
{
	const struct category *c = category_find(id);
	const struct enhanced_code *e = enhanced_detail(id);

	if (c)
		return i18n_pick(c->label_en, c->label_de);
	return e ? i18n_pick(e->title_en, e->title_de) : "";
}

/* As cause_id() stored it. */
const char *verdict_cause_id(const struct event *verdict)
{
	struct ev_ref args = verdict->u.verdict.args;
	const char *id = args.len > ARG_CAUSE
	                     ? event_item_text(verdict, args, ARG_CAUSE) : "";

	return *verdict_cause(id) ? id : "";
}

/* ", Greylisting" or nothing. */
static char *cause_words(const char *id)
{
	const char *words = verdict_cause(id);

	return *words ? xasprintf(", %s", words) : xstrdup("");
}

static char *render(const struct event *e, const char *text)
{
	struct ev_ref list = e->u.verdict.args;
	const char *args[3] = { "", "", "" };
	char *cause, *out;

	for (uint32_t i = 0; i < 3 && i < list.len; i++)
		args[i] = event_item_text(e, list, i);
	cause = cause_words(args[ARG_CAUSE]);
	if (strstr(text, "{3}"))
		args[ARG_CAUSE] = cause;
	out = say_text(text, args, 3);
	free(cause);
	return out;
}

const char *outcome_label(enum outcome o)
{
	static const char *const texts[OUTCOME_COUNT] = {
		[OUT_ACCEPTED] = N_("accepted"), [OUT_MIXED] = N_("mixed"),
		[OUT_DEFERRED] = N_("put off"), [OUT_REFUSED] = N_("refused"),
		[OUT_UNREACHABLE] = N_("no connection"),
		[OUT_PROTOCOL] = N_("protocol broken"), [OUT_TLS] = "TLS",
		[OUT_AUTH] = N_("login refused"),
		[OUT_CANCELLED] = N_("cancelled"),
		[OUT_LOCAL] = N_("local fault"),
	};

	return _(texts[o]);
}

char *verdict_text(const struct event *verdict)
{
	const struct row *row = row_of(verdict);

	if (!row) /* from another version: its name is all there is */
		return shown(event_text(verdict, verdict->u.verdict.rule),
		             verdict->u.verdict.rule.len);
	return render(verdict, i18n_pick(row->text_en, row->text_de));
}

/* The words of a known server, whose row says what helps there. */
static const struct provider_row *provider_of(const struct event *verdict)
{
	static const char kind[] = "wording:";
	const char *rule = event_text(verdict, verdict->u.verdict.because);
	const struct provider_row *row;

	if (strncmp(rule, kind, strlen(kind)) != 0)
		return NULL;
	for (size_t i = 0; (row = provider_at(i)); i++)
		if (strcmp(row->id, rule + strlen(kind)) == 0)
			return row;
	return NULL;
}

/* What its cause asks for, "" nothing in particular. */
static const char *cause_next(const struct event *verdict)
{
	const char *id = verdict_cause_id(verdict);
	const struct category *c = category_find(id);
	const struct enhanced_code *e = enhanced_detail(id);

	if (c)
		return i18n_pick(c->who_en, c->who_de);
	return e ? i18n_pick(e->next_en, e->next_de) : "";
}

/* The one thing to do: by what a check found, else by what is known of this
 * server's words, else by the cause, else by who must act. */
char *verdict_next(const struct event *verdict)
{
	const struct row *row = row_of(verdict);
	const struct provider_row *known = provider_of(verdict);
	char *advice = check_advice(verdict);

	if (*advice)
		return advice;
	free(advice);
	if (known && *known->next_en)
		return xstrdup(i18n_pick(known->next_en, known->next_de));
	if (*cause_next(verdict))
		return xstrdup(cause_next(verdict));
	return row ? render(verdict, i18n_pick(row->next_en, row->next_de))
	           : xstrdup("");
}
