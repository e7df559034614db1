/*
 * rules: what a command and its reply mean in a state. Data only.
 *
 * One array of rows; the first that fits wins. Columns are sets, so that
 * "4yz or 5yz" is one row; rows that hold anywhere come last and end in a
 * catch-all. Rules never send a command: that is the guide's business
 * (guide.h). The engine is in session.c. The same array is the Rules pane,
 * --list-rules and doc/states.md. Constant; any thread.
 */
#ifndef CORE_RULES_H
#define CORE_RULES_H

#include <stddef.h>
#include <stdint.h>

#include "core/command.h"
#include "core/event.h"

/*
 * What came back, each exactly one of these. Which codes are good for a verb
 * stands in commands.tsv and nowhere else. id, word for the tables, help.
 */
#define ANSWERS(X)                                                             \
	X(GOOD, "good", N_("2yz that commands.tsv expects"))                   \
	X(MORE, "more", N_("3yz that commands.tsv expects"))                   \
	X(LATER, "later", N_("4yz, but not 421"))                              \
	X(NO, "no", N_("5yz"))                                                 \
	X(NOTKNOWN, "not-known", N_("500, 502 or 504"))                        \
	X(SHUTDOWN, "421", N_("the server shuts the connection down"))         \
	X(ODD, "odd", N_("a 2yz or 3yz that belongs to another command"))      \
	X(BAD, "bad", N_("no SMTP reply at all"))                              \
	X(EARLY, "early", N_("came before its command was written"))           \
	X(FLOOD, "flood", N_("over a bound"))                                  \
	X(GONE, "gone", N_("the server closed the connection"))                \
	X(LOST, "lost", N_("the connection broke"))                            \
	X(LATE, "late", N_("no reply before the deadline"))                    \
	X(STOP, "stop", N_("the user gave up"))

enum answer_bit {
#define ANSWER_BIT(id, word, help) ANSWER_BIT_##id,
	ANSWERS(ANSWER_BIT)
#undef ANSWER_BIT
	ANSWER_COUNT
};
enum answer {
#define ANSWER_SET(id, word, help) id = 1 << ANSWER_BIT_##id,
	ANSWERS(ANSWER_SET)
#undef ANSWER_SET
	ANY_REPLY = (1 << ANSWER_BIT_BAD) - 1, /* GOOD ... ODD */
};

/* What the session does besides changing state. id, word, help. */
#define DEEDS(X)                                                               \
	X(NOTHING, "-", N_("nothing"))                                         \
	X(TAKE_CAPS, "take-caps", N_("remember what EHLO offers"))             \
	X(TAKE_NAME, "take-name", N_("HELO: nothing is offered"))              \
	X(TRY_HELO, "try-helo", N_("from now on propose HELO"))                \
	X(GIVE_UP, "give-up", N_("propose nothing but QUIT"))                  \
	X(OPEN_TXN, "open", N_("a transaction is open"))                       \
	X(COUNT_YES, "count-yes", N_("one recipient more"))                    \
	X(COUNT_LATER, "count-later", N_("a recipient put off"))               \
	X(COUNT_NO, "count-no", N_("a recipient refused"))                     \
	X(TAKE_DATA, "take-data", N_("lines typed now are the message"))       \
	X(END_TXN, "end", N_("the transaction is over"))                       \
	X(START_TLS, "start-tls", N_("begin the TLS handshake"))               \
	X(FORGET, "forget", N_("forget what was said in clear"))               \
	X(AWAIT_GREETING, "await-greeting", N_("wait for the greeting"))       \
	X(NO_TLS, "no-tls", N_("TLS is not to be had; policy decides"))        \
	X(LOGGED_IN, "logged-in", N_("the login succeeded"))                   \
	X(NO_LOGIN, "no-login", N_("the login failed"))                        \
	X(HANG_UP, "hang-up", N_("close the connection"))                      \
	X(REMARK, "remark", N_("say that this reply fits nothing"))            \
	X(FAIL, "fail", N_("say what went wrong, close the connection"))

enum deed {
#define DEED_ENUM(id, word, help) DEED_##id,
	DEEDS(DEED_ENUM)
#undef DEED_ENUM
	DEED_COUNT
};

/* Conditions with a name (design: never bare). id, word, help. */
#define RULE_GUARDS(X)                                                         \
	X(ALWAYS, "-", N_("always"))                                           \
	X(ESMTP, "esmtp", N_("HELO was not tried yet"))                        \
	X(GAVE_UP, "gave-up", N_("the server has refused to go on"))           \
	X(WRAP, "wrap", N_("TLS from the start, and no greeting yet"))         \
	X(CLEAR, "clear", N_("not inside TLS"))                                \
	X(MORE_DUE, "more-due", N_("LMTP: another recipient's reply is due"))  \
	X(ONE_ALONE, "one-alone", N_("LMTP: it judges one recipient alone"))   \
	X(NOT_LAST, "not-last", N_("the chunk was not the last one"))

enum rule_guard {
#define GUARD_ENUM(id, word, help) GUARD_##id,
	RULE_GUARDS(GUARD_ENUM)
#undef GUARD_ENUM
	GUARD_COUNT
};

#define SAME STATE_COUNT /* "to": the state does not change */

struct rule {
	const char *id;   /* stable; state events and doc/states.md name it */
	uint32_t from;    /* set of states, bit (1 << enum state) */
	uint64_t verbs;   /* set of verbs; NOT_ASKED: nothing was pending */
	uint32_t answers; /* set of enum answer */
	enum rule_guard when;
	enum deed deed;
	enum state to;    /* or SAME */
	const char *why;  /* a sentence with its RFC section, English msgid */
};

#define VERB_BIT(v) (UINT64_C(1) << (v))
#define NOT_ASKED (UINT64_C(1) << 63)
#define ANY_VERB UINT64_MAX

_Static_assert(VERB_COUNT < 63, "a bit for each verb and one for none");

const struct rule *rules_at(size_t i); /* NULL past the end */
size_t rules_count(void);
const struct rule *rules_find(const char *id); /* NULL when unknown */

const char *answer_word(enum answer_bit a);
const char *deed_word(enum deed d);
const char *rule_guard_word(enum rule_guard g);

/* The class of a well-formed reply code to a verb. */
enum answer answer_of(enum verb v, unsigned code);

#endif
