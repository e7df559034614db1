/*
 * guide: what to send next. Data, and one function that reads it.
 *
 * The rows read the projected state: the rules folded over what is under way,
 * as if every answer were good. Guided mode puts the line into the prompt,
 * batch sends it at once, raw mode ignores it: there is no second client. A
 * lesson's @steps and --script replace these rows, their ending too.
 */
#ifndef CORE_GUIDE_H
#define CORE_GUIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/plan.h"
#include "core/rules.h"

/* What a row sends. id, word, help (the step's title in the Steps pane). */
#define GUIDE_LINES(X)                                                         \
	X(WAIT, "-", N_("Read the greeting"))                                  \
	X(EHLO, "EHLO", N_("EHLO: say who you are"))                           \
	X(HELO, "HELO", N_("HELO: the older way"))                             \
	X(LHLO, "LHLO", N_("LHLO: say who you are, for local delivery"))       \
	X(STARTTLS, "STARTTLS", N_("STARTTLS: switch to encryption"))          \
	X(AUTH, "AUTH", N_("AUTH: log in"))                                    \
	X(ANSWER, "answer", N_("The answer to the challenge"))                 \
	X(MAIL, "MAIL", N_("MAIL FROM: the sender"))                           \
	X(RCPT, "RCPT", N_("RCPT TO: the recipient"))                          \
	X(DATA, "DATA", N_("DATA: the message"))                               \
	X(BDAT, "BDAT", N_("BDAT: the message in one chunk"))                  \
	X(DOT, ".", N_("A dot alone: nobody was accepted"))                    \
	X(MESSAGE, "message", N_("The message, then a dot"))                   \
	X(DROP, "drop", N_("Close instead of a message"))                      \
	X(CANCEL, "*", N_("Cancel the login"))                                 \
	X(RSET, "RSET", N_("RSET: start over"))                                \
	X(QUIT, "QUIT", N_("QUIT: say goodbye"))

enum guide_line {
#define GUIDE_ENUM(id, word, help) GUIDE_##id,
	GUIDE_LINES(GUIDE_ENUM)
#undef GUIDE_ENUM
	GUIDE_LINE_COUNT
};

/* Stands in a proposed line for what only the session knows. */
#define GUIDE_SECRET "****"

/* Conditions with a name. id, word, help. */
#define GUIDE_GUARDS(X)                                                        \
	X(ANYWAY, "-", N_("always"))                                           \
	X(GAVE_UP, "gave-up", N_("the server refused what everything needs"))  \
	X(OLD_WAY, "old-way", N_("EHLO is not wanted or not understood"))      \
	X(LOCAL, "lmtp", N_("the protocol is LMTP"))                           \
	X(NO_TLS, "no-tls", N_("TLS is demanded and not as demanded"))         \
	X(WANT_TLS, "want-tls", N_("STARTTLS is offered, and not tried yet"))  \
	X(DONE_TLS, "stage-tls", N_("no more than TLS asked"))                 \
	X(NO_LOGIN, "no-login", N_("a login is wanted and not to be had"))     \
	X(WANT_LOGIN, "want-login", N_("a login is wanted"))                   \
	X(DONE_AUTH, "stage-auth", N_("no more than a login asked"))           \
	X(HAVE_ANSWER, "have-answer", N_("the challenge can be answered"))     \
	X(DONE_CONNECT, "stage-connect", N_("no more than the greeting asked"))\
	X(DONE_EHLO, "stage-ehlo", N_("no more than EHLO asked"))              \
	X(HAD_TXN, "had-transaction", N_("the transaction was had"))           \
	X(MORE_RCPT, "more-recipients", N_("a recipient was not given yet"))   \
	X(WANT_DATA, "stage-data", N_("the message is wanted"))                \
	X(WANT_BDAT, "want-bdat", N_("the message goes in chunks"))    \
	X(NOBODY, "nobody", N_("no recipient was accepted"))                   \
	X(DATA_ONLY, "data-only", N_("asked up to 354 and no further"))        \
	X(HAVE_MESSAGE, "have-message", N_("there is a message to send"))      \
	X(BATCH, "batch", N_("nobody is there to type"))

enum guide_guard {
#define GG_ENUM(id, word, help) GG_##id,
	GUIDE_GUARDS(GG_ENUM)
#undef GG_ENUM
	GG_COUNT
};

struct guide_row {
	const char *id;
	uint32_t from; /* set of projected states */
	enum guide_guard when;
	enum guide_line send;
	const char *why; /* English msgid */
};

/* The facts that the guards ask for; the session fills them. */
struct guide_facts {
	const struct plan *plan;
	const char *helo;      /* name to give */
	const char *mail_params, *rcpt_params; /* " SIZE=17", "" none */
	const char *auth_line; /* "AUTH PLAIN ****"; NULL: not to be had */
	enum state projected;
	enum tls_policy policy;
	bool gave_up, old_way;
	bool secure;           /* inside TLS */
	bool no_tls;           /* refused, failed, or not as demanded */
	bool tls_offered, auth_done, have_answer;
	bool had_transaction;
	size_t next_rcpt;      /* recipients given in this transaction */
	size_t message_size;   /* octets for BDAT */
	bool have_message;
	bool chunks;           /* BDAT, not DATA */
	bool smtputf8;         /* else domains go out as A-labels */
	bool any_accepted;     /* or still under way */
	bool nobody;           /* every recipient was refused */
};

const struct guide_row *guide_at(size_t i); /* NULL past the end */
const struct guide_row *guide_find(const char *id);
const char *guide_word(enum guide_line l);
const char *guide_title(enum guide_line l); /* English msgid */
const char *guide_guard_word(enum guide_guard g);

/* The row that fits, or NULL: nothing to propose (no connection). */
const struct guide_row *guide_next(const struct guide_facts *f);
/* The command of that row, fully formed; heap. "" for WAIT, MESSAGE, DROP. */
char *guide_text(const struct guide_row *row, const struct guide_facts *f);

#endif
