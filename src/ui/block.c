#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "ui/ui.h"
#include "util/buf.h"
#include "util/i18n.h"
#include "util/xalloc.h"

/* One address that was tried since the user asked. */
struct attempt {
	const char *address;
	uint16_t port;
	bool silent;   /* no answer at all: timed out, or BLOCK_US long */
	bool answered; /* connected or refused: something is there */
	bool over;     /* timed out for good */
};

enum { ATTEMPTS_MAX = 16 };

static void note(struct attempt *a, const struct event *e)
{
	if (e->kind == EV_CONNECTED) {
		a->answered = true;
	} else if (e->kind == EV_FAILED &&
	           e->u.failed.phase == PHASE_CONNECT) {
		a->over = e->u.failed.kind == FAIL_TIMEOUT;
		a->silent = a->over;
		a->answered = !a->over;
	}
}

static size_t attempts(const struct ui *u, struct attempt *out)
{
	const struct dialog *d = u->link.dialog;
	size_t n = 0, count = dialog_count(d);

	for (size_t i = u->asked_at; i < count; i++) {
		const struct event *e = dialog_at(d, i);

		if (e->kind == EV_CONNECTING && n < ATTEMPTS_MAX) {
			out[n++] = (struct attempt){
				.address = event_text(e, e->u.connect.address),
				.port = e->u.connect.port,
				.silent = u->clock_us - e->t_us >= BLOCK_US,
			};
		} else if (n > 0) {
			note(&out[n - 1], e);
		}
		if (n > 0 && out[n - 1].answered)
			return 0; /* this network lets port 25 out */
	}
	return n;
}

/* All addresses silent, or the first two for five seconds. */
bool block_seen(const struct ui *u)
{
	struct attempt tried[ATTEMPTS_MAX];
	size_t n, silent = 0;

	if (u->link.replay && dialog_count(u->link.dialog) > 4096)
		return false; /* of many sessions: not one network's fault */
	n = attempts(u, tried);
	while (silent < n && tried[silent].silent)
		silent++;
	if (silent == 0 || tried[0].port != 25)
		return false;
	return silent >= 2 || (silent == n && mx_count(u) <= n);
}

static void add_try(struct explanation *x, enum try_kind kind,
                    const char *text, const char *arg)
{
	x->tries = xreallocarray(x->tries, x->n_tries + 1, sizeof *x->tries);
	x->tries[x->n_tries++] = (struct explain_try){
		.kind = kind,
		.text = xstrdup(text),
		.arg = xstrdup(arg),
	};
}

static char *seen_words(const struct attempt *tried, size_t n)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%s%s %s", i ? "   " : "", tried[i].address,
		         tried[i].over ? _("timeout") : _("no answer yet"));
	buf_adds(&b, "");
	return buf_steal(&b);
}

void block_explanation(const struct ui *u, struct explanation *out)
{
	struct attempt tried[ATTEMPTS_MAX];
	size_t n = attempts(u, tried), silent = 0;

	while (silent < n && tried[silent].silent)
		silent++;
	*out = (struct explanation){
		.title = xstrdup(_("no answer on port 25")),
		.chip = xstrdup(""),
		.cls = CLASS_NO,
		.headline = xstrdup(_("TIMEOUT")),
		.summary = xasprintf(_("%zu of %zu addresses did not answer "
		                       "on port 25"), silent,
		                     mx_count(u) > n ? mx_count(u) : n),
		.code_text = xstrdup(""),
		.said = xstrdup(""),
		.likely = xstrdup(_("This network blocks outgoing port 25 "
		                    "(homes, schools, most clouds do)")),
		.evidence = seen_words(tried, n),
		.confidence = CONF_LIKELY,
		.provider = xstrdup(""),
		.act = ACT_NETWORK,
		.who = xstrdup(_("The network is the problem, not the mail "
		                 "server.")),
		.mta = xstrdup(_("Tries the next address, then keeps the "
		                 "message and tries again later.")),
		.not_same = xstrdup(""),
		.refs = xstrdup("RFC 5321 5.1, 4.5.4.1 · RFC 6409 3.1"),
	};
	add_try(out, TRY_TRIAL, _("is it only 25? 587 and 443 of the same "
	                          "hosts"), trial_word(TRIAL_PORT));
	add_try(out, TRY_PORT, _("port 587, same host"), "587");
	if (u->cfg->calls.open_demo)
		add_try(out, TRY_DEMO, _("demo server, offline"), "");
	if (u->cfg->calls.open_replay)
		add_try(out, TRY_REPLAY, _("open a recording"), "");
	add_try(out, TRY_RECONNECT, _("again"), "");
}
