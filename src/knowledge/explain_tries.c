#include "config.h"

#include "knowledge/check_words.h"
#include "knowledge/evidence.h"
#include "knowledge/explain_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/i18n.h"
#include "util/xalloc.h"

enum {
	RETRY_GREYLIST_S = 300, /* what most greylisting servers ask for */
	RETRY_S = 900,          /* where many mail servers begin */
	LINE_MAX_TRY = 512,     /* RFC 5321 §4.5.3.1.4 */
};

static bool category_is(const struct cause *j, const char *id)
{
	return j->category && strcmp(j->category->id, id) == 0;
}

static bool verb_is(const struct explain_context *ctx, const char *verb)
{
	return strcmp(ctx->verb, verb) == 0;
}

static void try_line(struct explanation *x, const char *line)
{
	if (*line && strlen(line) <= LINE_MAX_TRY &&
	    !strpbrk(line, "\r\n") && !strstr(line, "****"))
		part_try(x, TRY_LINE, say(TRY_PUT_LINE, line, NULL), line);
}

/* The beginning of a RCPT: whose address comes next is the user's to type. */
static void try_rcpt(struct explanation *x)
{
	part_try(x, TRY_LINE, say(TRY_PUT_LINE, "RCPT TO:<…>", NULL),
	         "RCPT TO:<");
}

/* "MAIL FROM: a@b" -> "MAIL FROM:<a@b>"; false when nothing is to mend. */
static bool mended(const char *line, char *out, size_t size)
{
	const char *colon = strchr(line, ':');
	const char *address, *end;
	size_t head, len;

	if (!colon || (strncasecmp(line, "MAIL FROM", 9) &&
	               strncasecmp(line, "RCPT TO", 7)))
		return false;
	head = (size_t)(colon + 1 - line);
	address = colon + 1 + strspn(colon + 1, " \t");
	if (*address == '<') {
		if (address == colon + 1)
			return false;
		snprintf(out, size, "%.*s%s", (int)head, line, address);
		return true;
	}
	end = address + strcspn(address, " \t");
	len = (size_t)(end - address);
	if (!len)
		return false;
	snprintf(out, size, "%.*s<%.*s>%s", (int)head, line, (int)len,
	         address, end);
	return true;
}

/* The next usable host of the route that is not the one in use. */
static const char *other_host(const struct surroundings *at)
{
	const struct dialog_now *now = at ? at->now : NULL;

	if (!now)
		return NULL;
	for (size_t i = 0; i < now->n_hosts; i++)
		if (!now->hosts[i].unusable &&
		    now->hosts[i].mark == MARK_UNTRIED &&
		    strcasecmp(now->hosts[i].host, now->host) != 0)
			return now->hosts[i].host;
	return NULL;
}

static void try_next_mx(const struct surroundings *at, struct explanation *x)
{
	const char *host = other_host(at);

	if (host)
		part_try(x, TRY_NEXT_MX, say(TRY_ON_NEXT, host, NULL), host);
}

static void try_later(const struct reply_view *v, const struct cause *j,
                      struct explanation *x)
{
	unsigned seconds = wait_seconds(v->lower);
	char arg[16];

	if (!seconds)
		seconds = category_is(j, "greylisting") ? RETRY_GREYLIST_S
		                                        : RETRY_S;
	snprintf(arg, sizeof arg, "%u", seconds);
	part_try(x, TRY_QUIT_LATER, say(TRY_QUIT, arg, NULL), arg);
}

/* 503: what the server wants first, by the state the command met. */
static void try_order(const struct explain_context *ctx,
                      const struct surroundings *at, struct explanation *x)
{
	const char *helo = at && at->now && *at->now->helo ? at->now->helo
	                                                   : "localhost";
	char line[LINE_MAX_TRY];

	switch (ctx->state) {
	case ST_GREETED:
		snprintf(line, sizeof line, "EHLO %.255s", helo);
		try_line(x, line);
		break;
	case ST_READY:
		try_line(x, "MAIL FROM:<>");
		break;
	case ST_MAIL:
		if (verb_is(ctx, "MAIL"))
			try_line(x, "RSET");
		else
			try_rcpt(x);
		break;
	case ST_RCPT:
		try_line(x, "RSET");
		break;
	default:
		break;
	}
}

/* EHLO name -> HELO name */
static void try_helo(const struct explain_context *ctx, struct explanation *x)
{
	char line[LINE_MAX_TRY];

	if (strncasecmp(ctx->line, "EHLO", 4) != 0)
		return;
	snprintf(line, sizeof line, "HELO%.500s", ctx->line + 4);
	try_line(x, line);
}

static void try_form(const struct reply_view *v,
                     const struct explain_context *ctx,
                     const struct surroundings *at, struct explanation *x)
{
	char line[LINE_MAX_TRY];

	if (v->code == 503)
		try_order(ctx, at, x);
	else if (verb_is(ctx, "EHLO") && (v->code == 500 || v->code == 502))
		try_helo(ctx, x);
	else if ((v->code == 501 || v->code == 553 || v->code == 555) &&
	         mended(ctx->line, line, sizeof line))
		try_line(x, line);
	else if (v->code == 500 || v->code == 502)
		try_line(x, "HELP");
}

/* What the table says about this wording or code, in words. */
static void try_words(const struct reply_view *v, const struct cause *j,
                      struct explanation *x)
{
	const struct reply_code *code = reply_code_find(v->code);

	if (j->row && j->evidence != EVIDENCE_ENHANCED)
		part_try(x, TRY_TEXT, xstrdup(i18n_pick(j->row->next_en,
		                                        j->row->next_de)),
		         NULL);
	else if (j->detail && !*j->detail->brief_en)
		part_try(x, TRY_TEXT, xstrdup(i18n_pick(j->detail->next_en,
		                                        j->detail->next_de)),
		         NULL);
	else if (code)
		part_try(x, TRY_TEXT, xstrdup(i18n_pick(code->next_en,
		                                        code->next_de)), NULL);
}

/* SPF, DKIM, DMARC; of the same act a login is, which no DNS explains. */
static bool is_mail_policy(const struct cause *j)
{
	return category_is(j, "auth-policy") || category_is(j, "spf") ||
	       category_is(j, "dkim") || category_is(j, "dmarc");
}

/* May the sender's own DNS be the reason? Never of a wrong command, and where
 * nobody is named only of what the mail system is about (the second digit,
 * RFC 5321 §4.2.1). */
static bool may_be_sender(const struct reply_view *v, const struct cause *j)
{
	unsigned subject = v->code / 10u % 10u;

	if (subject == 0)
		return false;
	switch (j->act) {
	case ACT_SENDER_HOST:
	case ACT_SENDER_ADDRESS:
		return true;
	case ACT_SENDER_AUTH:
		return is_mail_policy(j);
	case ACT_UNKNOWN:
		return subject == 5;
	default:
		return false;
	}
}

static void try_check(const struct reply_view *v, const struct cause *j,
                      const struct surroundings *at, struct explanation *x)
{
	if (at && at->now && may_be_sender(v, j) && !checks_made(at->now))
		part_try(x, TRY_CHECK, say(TRY_CHECK_SENDER, NULL), NULL);
}

static void tries_later(const struct reply_view *v,
                        const struct explain_context *ctx,
                        const struct cause *j,
                        const struct surroundings *at, struct explanation *x)
{
	try_later(v, j, x);
	if (v->code != 421 && ctx->verb[0] != '(')
		try_line(x, ctx->line);
	try_next_mx(at, x);
	try_check(v, j, at, x);
}

static void tries_no(const struct reply_view *v,
                     const struct explain_context *ctx,
                     const struct cause *j, const struct surroundings *at,
                     struct explanation *x)
{
	try_form(v, ctx, at, x);
	try_words(v, j, x);
	try_check(v, j, at, x);
	if (verb_is(ctx, "(CONNECT)"))
		try_next_mx(at, x);
	if (at && at->now && j->act == ACT_SENDER_ADDRESS &&
	    (verb_is(ctx, "MAIL") || verb_is(ctx, "RCPT")))
		part_try(x, TRY_TRIAL, say(TRY_NULL_SENDER, NULL),
		         trial_word(TRIAL_NULL_SENDER));
	if (category_is(j, "tls"))
		try_line(x, "STARTTLS");
	if (category_is(j, "auth-required") || category_is(j, "relay-denied"))
		part_try(x, TRY_PORT, say(TRY_SUBMISSION, NULL), "587");
	if (verb_is(ctx, "RCPT") && j->act == ACT_RECIPIENT)
		try_rcpt(x);
}

/* A check of ours found the reason: that comes first. */
static void try_mend(const struct explain_context *ctx, const struct cause *j,
                     struct explanation *x)
{
	const struct event *e = evidence_worst(ctx->checks, j->supports);
	char *next = e ? check_next(e) : NULL;

	if (next && *next)
		part_try(x, TRY_TEXT, xstrdup(next), NULL);
	free(next);
}

void explain_tries(const struct reply_view *v,
                   const struct explain_context *ctx,
                   const struct cause *j, const struct surroundings *at,
                   struct explanation *x)
{
	try_mend(ctx, j, x);
	switch (x->cls) {
	case CLASS_LATER:
		tries_later(v, ctx, j, at, x);
		break;
	case CLASS_NO:
		tries_no(v, ctx, j, at, x);
		break;
	case CLASS_NONE:
		part_try(x, TRY_LINE, say(TRY_PUT_LINE, "QUIT", NULL), "QUIT");
		break;
	default:
		try_words(v, j, x);
		break;
	}
}
