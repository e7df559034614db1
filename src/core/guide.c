#include "config.h"

#include "core/guide.h"

#include <stdlib.h>
#include <string.h>

#include "core/idn.h"
#include "util/xalloc.h"

#define AT(s) (1u << ST_##s)
#define IN_TXN (AT(MAIL) | AT(RCPT))
#define OPEN (AT(CONNECTED) | AT(GREETED) | AT(READY) | IN_TXN | AT(BDAT))

static const struct guide_row rows[] = {
/* id, from, when, send, why */
{ "login-answer", AT(AUTH), GG_HAVE_ANSWER, GUIDE_ANSWER,
  N_("answer the challenge, in Base64 (RFC 4954 §4)") },
{ "cancel-login", AT(AUTH), GG_BATCH, GUIDE_CANCEL,
  N_("a single * ends a login that nobody can answer (RFC 4954 §4)") },
{ "drop", AT(DATA), GG_DATA_ONLY, GUIDE_DROP,
  N_("nothing is delivered: the connection closes before the dot "
     "(RFC 5321 §4.1.1.10)") },
{ "empty-message", AT(DATA), GG_NOBODY, GUIDE_DOT,
  N_("354 for nobody: a dot alone ends it, no message is sent "
     "(RFC 2920 §3.1)") },
{ "message", AT(DATA), GG_HAVE_MESSAGE, GUIDE_MESSAGE,
  N_("header, empty line, text; a line with one dot ends it "
     "(RFC 5321 §4.1.1.4)") },
{ "give-up", OPEN, GG_GAVE_UP, GUIDE_QUIT,
  N_("nothing more to do here: say goodbye (RFC 5321 §4.1.1.10)") },
{ "tls-denied", AT(GREETED) | AT(READY), GG_NO_TLS, GUIDE_QUIT,
  N_("TLS is demanded and not as demanded: say goodbye "
     "(RFC 3207 §4.1)") },
{ "greeting", AT(CONNECTED), GG_ANYWAY, GUIDE_WAIT,
  N_("the server speaks first: wait for 220 (RFC 5321 §3.1)") },
{ "enough-connect", AT(GREETED), GG_DONE_CONNECT, GUIDE_QUIT,
  N_("the greeting was all that was asked for") },
{ "lhlo", AT(GREETED), GG_LOCAL, GUIDE_LHLO,
  N_("say who you are, the way of local delivery (RFC 2033 §4.1)") },
{ "helo", AT(GREETED), GG_OLD_WAY, GUIDE_HELO,
  N_("say who you are, the older way (RFC 5321 §3.2)") },
{ "ehlo", AT(GREETED), GG_ANYWAY, GUIDE_EHLO,
  N_("say who you are and ask what is offered (RFC 5321 §4.1.1.1)") },
{ "enough-ehlo", AT(READY), GG_DONE_EHLO, GUIDE_QUIT,
  N_("the list of extensions was all that was asked for") },
{ "starttls", AT(READY), GG_WANT_TLS, GUIDE_STARTTLS,
  N_("TLS is offered: nothing more goes in clear (RFC 3207 §4)") },
{ "enough-tls", AT(READY), GG_DONE_TLS, GUIDE_QUIT,
  N_("TLS and what is offered inside it was all that was asked for") },
{ "no-login", AT(READY), GG_NO_LOGIN, GUIDE_QUIT,
  N_("no login, no mail: say goodbye (RFC 4954 §6)") },
{ "login", AT(READY), GG_WANT_LOGIN, GUIDE_AUTH,
  N_("log in before the first transaction (RFC 4954 §4)") },
{ "enough-login", AT(READY), GG_DONE_AUTH, GUIDE_QUIT,
  N_("the login was all that was asked for") },
{ "enough", AT(READY), GG_HAD_TXN, GUIDE_QUIT,
  N_("the transaction is over: say goodbye (RFC 5321 §4.1.1.10)") },
{ "mail", AT(READY), GG_ANYWAY, GUIDE_MAIL,
  N_("open a transaction: who gets the bounces? (RFC 5321 §4.1.1.2)") },
{ "rcpt", IN_TXN, GG_MORE_RCPT, GUIDE_RCPT,
  N_("one recipient at a time (RFC 5321 §4.1.1.3)") },
{ "bdat", AT(RCPT), GG_WANT_BDAT, GUIDE_BDAT,
  N_("the message as one chunk of known length; no dot is needed "
     "(RFC 3030 §2)") },
{ "data", AT(RCPT), GG_WANT_DATA, GUIDE_DATA,
  N_("announce the message (RFC 5321 §4.1.1.4)") },
{ "start-over", IN_TXN, GG_BATCH, GUIDE_RSET,
  N_("leave no transaction open (RFC 5321 §4.1.1.5)") },
{ "quit", IN_TXN | AT(BDAT), GG_ANYWAY, GUIDE_QUIT,
  N_("say goodbye; the open transaction is dropped (RFC 5321 §4.1.1.10)") },
};

const struct guide_row *guide_at(size_t i)
{
	return i < sizeof rows / sizeof *rows ? &rows[i] : NULL;
}

const struct guide_row *guide_find(const char *id)
{
	for (size_t i = 0; guide_at(i); i++)
		if (strcmp(rows[i].id, id) == 0)
			return &rows[i];
	return NULL;
}

#define WORD(id, word, help) word,
#define HELP(id, word, help) help,

const char *guide_word(enum guide_line l)
{
	static const char *const words[] = { GUIDE_LINES(WORD) };

	return words[l];
}

const char *guide_title(enum guide_line l)
{
	static const char *const titles[] = { GUIDE_LINES(HELP) };

	return titles[l];
}

const char *guide_guard_word(enum guide_guard g)
{
	static const char *const words[] = { GUIDE_GUARDS(WORD) };

	return words[g];
}

/* A person without a recipient is offered postmaster once (§4.5.1). */
static size_t rcpt_count(const struct guide_facts *f)
{
	return f->plan->n_to || f->plan->hold_enter ? f->plan->n_to : 1;
}

static bool wants_login(const struct guide_facts *f)
{
	return f->plan->auth.wanted && !f->auth_done;
}

static bool holds(enum guide_guard g, const struct guide_facts *f)
{
	enum stage stage = f->plan->stage;
	enum tls_policy policy = f->policy;

	switch (g) {
	case GG_ANYWAY: return true;
	case GG_GAVE_UP: return f->gave_up;
	case GG_OLD_WAY: return f->old_way;
	case GG_LOCAL: return f->plan->protocol == PROTO_LMTP;
	case GG_NO_TLS:
		return f->no_tls && policy >= TLS_MUST && f->plan->hold_enter;
	case GG_WANT_TLS:
		return f->tls_offered && !f->secure && !f->no_tls &&
		       policy != TLS_NEVER;
	case GG_DONE_TLS: return stage <= STAGE_TLS && f->plan->hold_enter;
	case GG_NO_LOGIN:
		return wants_login(f) && !f->auth_line && f->plan->hold_enter;
	case GG_WANT_LOGIN: return wants_login(f) && f->auth_line;
	case GG_DONE_AUTH: return stage <= STAGE_AUTH && f->plan->hold_enter;
	case GG_HAVE_ANSWER: return f->have_answer;
	case GG_DONE_CONNECT: return stage <= STAGE_CONNECT;
	case GG_DONE_EHLO: return stage <= STAGE_EHLO && f->plan->hold_enter;
	case GG_HAD_TXN: return f->had_transaction;
	case GG_MORE_RCPT:
		return stage >= STAGE_RCPT && f->next_rcpt < rcpt_count(f);
	case GG_WANT_DATA: return stage >= STAGE_DATA && f->any_accepted;
	case GG_WANT_BDAT:
		return f->chunks && f->have_message && stage == STAGE_DOT &&
		       f->any_accepted;
	case GG_NOBODY: return f->nobody && f->plan->hold_enter;
	case GG_DATA_ONLY: return stage == STAGE_DATA && f->plan->hold_enter;
	case GG_HAVE_MESSAGE:
		return stage == STAGE_DOT && f->have_message;
	case GG_BATCH: return f->plan->hold_enter;
	case GG_COUNT: break;
	}
	return false;
}

const struct guide_row *guide_next(const struct guide_facts *f)
{
	for (size_t i = 0; guide_at(i); i++)
		if ((rows[i].from >> f->projected & 1u) &&
		    holds(rows[i].when, f))
			return &rows[i];
	return NULL;
}

/* RFC 6531 §3.7.1: without SMTPUTF8 a domain goes out as A-labels. Heap. */
static char *address(const struct guide_facts *f, const char *text)
{
	char *ascii = f->smtputf8 ? NULL : idn_address(text);

	return ascii ? ascii : xstrdup(text);
}

static char *mail_line(const struct guide_facts *f)
{
	char *from = f->plan->from ? address(f, f->plan->from) :
	                             xasprintf("postmaster@%s", f->helo);
	char *line = xasprintf("MAIL FROM:<%s>%s", from, f->mail_params);

	free(from);
	return line;
}

/* The recipient that the user named. */
static char *next_rcpt_line(const struct guide_facts *f)
{
	char *to = address(f, f->plan->to[f->next_rcpt]);
	char *line = xasprintf("RCPT TO:<%s>%s", to, f->rcpt_params);

	free(to);
	return line;
}

static char *rcpt_line(const struct guide_facts *f)
{
	const struct plan *p = f->plan;
	bool socket = p->target.kind == TARGET_UNIX || p->way.unix_path ||
	              p->way.pipe; /* there is no domain in its name */
	const char *domain = socket || !p->target.domain ? "localhost" :
	                                                   p->target.domain;

	if (f->next_rcpt < p->n_to)
		return next_rcpt_line(f);
	if (p->target.kind == TARGET_LITERAL)
		return xasprintf("RCPT TO:<postmaster@[%s%s]>%s",
		                 strchr(domain, ':') ? "IPv6:" : "", domain,
		                 f->rcpt_params);
	return xasprintf("RCPT TO:<postmaster@%s>%s", domain, f->rcpt_params);
}

char *guide_text(const struct guide_row *row, const struct guide_facts *f)
{
	switch (row->send) {
	case GUIDE_EHLO:
	case GUIDE_HELO:
	case GUIDE_LHLO:
		return xasprintf("%s %s", guide_word(row->send), f->helo);
	case GUIDE_MAIL: return mail_line(f);
	case GUIDE_RCPT: return rcpt_line(f);
	case GUIDE_AUTH: return xstrdup(f->auth_line);
	case GUIDE_ANSWER: return xstrdup(GUIDE_SECRET);
	case GUIDE_BDAT:
		return xasprintf("BDAT %zu LAST", f->message_size);
	case GUIDE_STARTTLS:
	case GUIDE_DOT:
	case GUIDE_DATA:
	case GUIDE_RSET:
	case GUIDE_QUIT:
	case GUIDE_CANCEL: return xstrdup(guide_word(row->send));
	default: return xstrdup("");
	}
}
