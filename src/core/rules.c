#include "config.h"

#include "core/rules.h"

#include <string.h>

#define AT(s) (1u << ST_##s)
#define V(v) VERB_BIT(VERB_##v)

/* Sets that several rows use. */
#define HELLO (V(EHLO) | V(HELO) | V(LHLO))
#define PATHS (V(MAIL) | V(SEND) | V(SOML) | V(SAML))
#define IDLE (AT(GREETED) | AT(READY) | AT(MAIL) | AT(RCPT))
#define IN_TXN (AT(MAIL) | AT(RCPT))
#define OPEN                                                                   \
	(AT(CONNECTED) | IDLE | AT(DATA) | AT(BDAT) | AT(AUTH) | AT(REVERSED))
#define ANYWHERE UINT32_MAX
/* Verbs whose reply never changes the state. */
#define ASIDE                                                                  \
	(V(NOOP) | V(HELP) | V(VRFY) | V(EXPN) | V(ETRN) | V(VERB) | V(ONEX) | \
	 V(XFORWARD) | V(XEXCH50) | V(X_LINK2STATE) | V(WELLKNOWN) | V(OTHER))
#define CHUNK (V(BDAT) | V(BURL))
#define HANDSHAKE V(TLS_HANDSHAKE)
#define LOGIN (V(AUTH) | V(AUTH_RESPONSE) | V(X_EXPS))
#define REFUSED (LATER | NO | NOTKNOWN)

static const struct rule rules[] = {
/* id, from, verb, reply, when, do, to, why */

/* The server speaks first. */
{ "connected-wrap", AT(CLOSED), V(CONNECT), GOOD, GUARD_WRAP,
  DEED_START_TLS, ST_TLS,
  N_("TLS from the start: the handshake comes before the greeting "
     "(RFC 8314 §3)") },
{ "connected", AT(CLOSED), V(CONNECT), GOOD, GUARD_ALWAYS,
  DEED_NOTHING, ST_CONNECTED,
  N_("the connection is there; now the client waits (RFC 5321 §3.1)") },
{ "greeting", AT(CONNECTED), V(CONNECT), GOOD, GUARD_ALWAYS,
  DEED_NOTHING, ST_GREETED,
  N_("220 opens the session; the server speaks first (RFC 5321 §3.1)") },
{ "greeting-no", AT(CONNECTED), V(CONNECT), REFUSED, GUARD_ALWAYS,
  DEED_GIVE_UP, SAME,
  N_("no service for this client; QUIT is all that is left (RFC 5321 §3.1)") },
{ "greeting-odd", AT(CONNECTED), V(CONNECT), MORE | ODD, GUARD_ALWAYS,
  DEED_FAIL, ST_LOST,
  N_("only 220, 421, 521 or 554 can be a greeting (RFC 5321 §4.3.2)") },

/* Who are you? */
{ "ehlo", IDLE, V(EHLO) | V(LHLO), GOOD, GUARD_ALWAYS,
  DEED_TAKE_CAPS, ST_READY,
  N_("the list says what is offered; a transaction under way is dropped "
     "(RFC 5321 §4.1.4)") },
{ "ehlo-not-known", IDLE, V(EHLO), NOTKNOWN, GUARD_ESMTP,
  DEED_TRY_HELO, SAME,
  N_("EHLO is not understood: HELO is the older way (RFC 5321 §3.2)") },
{ "helo", IDLE, V(HELO), GOOD, GUARD_ALWAYS, DEED_TAKE_NAME, ST_READY,
  N_("known by name, without extensions (RFC 5321 §4.1.1.1)") },
{ "hello-no", IDLE, HELLO, REFUSED, GUARD_ALWAYS, DEED_GIVE_UP, SAME,
  N_("the server does not want this client: say goodbye (RFC 5321 §4.1.4)") },

/* The transaction. */
{ "mail", AT(READY) | AT(GREETED), PATHS, GOOD, GUARD_ALWAYS,
  DEED_OPEN_TXN, ST_MAIL,
  N_("one sender opens a transaction (RFC 5321 §3.3)") },
{ "mail-no", AT(READY) | AT(GREETED), PATHS, REFUSED, GUARD_ALWAYS,
  DEED_GIVE_UP, SAME,
  N_("the sender is refused: no transaction was opened (RFC 5321 §3.3)") },
{ "rcpt", IN_TXN, V(RCPT), GOOD, GUARD_ALWAYS, DEED_COUNT_YES, ST_RCPT,
  N_("one recipient more; each is judged alone (RFC 5321 §3.3)") },
{ "rcpt-later", IN_TXN, V(RCPT), LATER, GUARD_ALWAYS, DEED_COUNT_LATER, SAME,
  N_("not now for this recipient; others may still be taken "
     "(RFC 5321 §3.3)") },
{ "rcpt-no", IN_TXN, V(RCPT), NO | NOTKNOWN, GUARD_ALWAYS,
  DEED_COUNT_NO, SAME,
  N_("this recipient is refused; others may still be taken "
     "(RFC 5321 §3.3)") },
{ "data", IDLE, V(DATA), MORE, GUARD_ALWAYS, DEED_TAKE_DATA, ST_DATA,
  N_("354: what follows is the message, up to a line with one dot "
     "(RFC 5321 §4.1.1.4)") },
{ "data-no", AT(RCPT), V(DATA), REFUSED, GUARD_ALWAYS, DEED_GIVE_UP, SAME,
  N_("no message now; nothing may follow but a command (RFC 5321 §3.3)") },
{ "dot-one", AT(DATA), V(END_OF_DATA), GOOD | REFUSED, GUARD_MORE_DUE,
  DEED_NOTHING, SAME,
  N_("LMTP answers the dot once for each accepted recipient "
     "(RFC 2033 §4.2)") },
{ "dot", AT(DATA), V(END_OF_DATA), GOOD | REFUSED, GUARD_ALWAYS,
  DEED_END_TXN, ST_READY,
  N_("with its answer to the dot the server takes the message or refuses it; "
     "the transaction is over either way (RFC 5321 §4.1.1.4)") },
{ "chunk-one", AT(RCPT) | AT(BDAT), CHUNK, GOOD | REFUSED, GUARD_MORE_DUE,
  DEED_NOTHING, ST_BDAT,
  N_("LMTP answers the last chunk once for each accepted recipient "
     "(RFC 2033 §4.2, RFC 3030 §2)") },
{ "chunk", AT(RCPT) | AT(BDAT), CHUNK, GOOD, GUARD_NOT_LAST,
  DEED_NOTHING, ST_BDAT,
  N_("the chunk was taken; more follow (RFC 3030 §2)") },
{ "chunk-last", AT(RCPT) | AT(BDAT), CHUNK, GOOD, GUARD_ALWAYS,
  DEED_END_TXN, ST_READY,
  N_("with its answer to the last chunk the server takes the message "
     "(RFC 3030 §2)") },
{ "chunk-last-no", AT(RCPT) | AT(BDAT), CHUNK, REFUSED, GUARD_ONE_ALONE,
  DEED_END_TXN, ST_READY,
  N_("the last recipient's reply: whoever was refused, the message is over "
     "(RFC 2033 §4.2)") },
{ "chunk-no", AT(RCPT) | AT(BDAT), CHUNK, REFUSED, GUARD_ALWAYS,
  DEED_GIVE_UP, ST_BDAT,
  N_("the chunk was refused: only RSET or QUIT may follow "
     "(RFC 3030 §2)") },
{ "rset", AT(READY) | IN_TXN | AT(BDAT), V(RSET), GOOD, GUARD_ALWAYS,
  DEED_END_TXN, ST_READY,
  N_("sender and recipients are forgotten; no new EHLO is needed "
     "(RFC 5321 §4.1.1.5)") },
{ "rset-early", AT(GREETED), V(RSET), GOOD, GUARD_ALWAYS, DEED_NOTHING, SAME,
  N_("nothing to forget before EHLO (RFC 5321 §4.1.1.5)") },

/* Goodbye. */
{ "quit", ANYWHERE, V(QUIT), GOOD, GUARD_ALWAYS, DEED_HANG_UP, ST_BYE,
  N_("221: both sides close the connection (RFC 5321 §4.1.1.10)") },
{ "quit-no", ANYWHERE, V(QUIT), REFUSED | ODD | LATE, GUARD_ALWAYS,
  DEED_HANG_UP, ST_BYE,
  N_("goodbye was said; whatever the answer, the client closes "
     "(RFC 5321 §4.1.1.10)") },

/* TLS and login. */
{ "starttls", IDLE, V(STARTTLS), GOOD, GUARD_CLEAR, DEED_START_TLS, ST_TLS,
  N_("220: the next bytes must be a TLS handshake (RFC 3207 §4)") },
{ "starttls-twice", IDLE, V(STARTTLS), GOOD, GUARD_ALWAYS,
  DEED_FAIL, ST_LOST,
  N_("TLS inside TLS: a server must not offer or take it "
     "(RFC 3207 §4.2)") },
{ "starttls-no", IDLE, V(STARTTLS), REFUSED, GUARD_ALWAYS,
  DEED_NO_TLS, SAME,
  N_("no TLS now; in clear only where the policy allows it "
     "(RFC 3207 §4)") },
{ "tls-wrap", AT(TLS), HANDSHAKE, GOOD, GUARD_WRAP,
  DEED_AWAIT_GREETING, ST_CONNECTED,
  N_("inside TLS the server speaks first (RFC 8314 §3)") },
{ "tls", AT(TLS), HANDSHAKE, GOOD, GUARD_ALWAYS, DEED_FORGET, ST_GREETED,
  N_("both sides forget what was said in clear; EHLO comes again "
     "(RFC 3207 §4.2)") },
{ "tls-no", AT(TLS), HANDSHAKE, NO, GUARD_ALWAYS, DEED_FAIL, ST_CLOSED,
  N_("the handshake failed: on this connection nothing more can be said "
     "(RFC 3207 §4.1)") },
{ "auth-more", IDLE | AT(AUTH), LOGIN, MORE, GUARD_ALWAYS,
  DEED_NOTHING, ST_AUTH,
  N_("334: the server asks, the client answers in Base64 (RFC 4954 §4)") },
{ "auth", IDLE | AT(AUTH), LOGIN, GOOD, GUARD_ALWAYS,
  DEED_LOGGED_IN, ST_READY,
  N_("logged in (RFC 4954 §4)") },
{ "auth-no", AT(AUTH), LOGIN, REFUSED, GUARD_ALWAYS, DEED_NO_LOGIN, ST_READY,
  N_("the login failed or was cancelled; the session goes on "
     "(RFC 4954 §4)") },
{ "auth-refused", IDLE, LOGIN, REFUSED, GUARD_ALWAYS, DEED_NO_LOGIN, SAME,
  N_("no login with this command here (RFC 4954 §4)") },

/* Commands that leave the state alone, and some that few people know. */
{ "aside", IDLE, ASIDE, GOOD | MORE | REFUSED, GUARD_ALWAYS,
  DEED_NOTHING, SAME,
  N_("this command never changes the state (RFC 5321 §4.1.1.9)") },
{ "rset-no", IDLE | AT(BDAT), V(RSET), REFUSED, GUARD_ALWAYS,
  DEED_NOTHING, SAME,
  N_("RSET refused: the transaction is as it was (RFC 5321 §4.1.1.5)") },
{ "turn", AT(READY), V(TURN) | V(ATRN), GOOD, GUARD_ALWAYS,
  DEED_HANG_UP, ST_REVERSED,
  N_("the roles are exchanged, and this client takes no mail: it hangs up "
     "(RFC 2645 §5.2.1)") },
{ "turn-no", IDLE, V(TURN) | V(ATRN), REFUSED, GUARD_ALWAYS,
  DEED_NOTHING, SAME,
  N_("the roles stay as they are (RFC 2645 §5.2.1)") },
{ "xclient", AT(READY), V(XCLIENT), GOOD, GUARD_ALWAYS,
  DEED_TAKE_NAME, ST_GREETED,
  N_("the session starts again with this greeting (Postfix XCLIENT)") },
{ "xclient-no", IDLE, V(XCLIENT), REFUSED, GUARD_ALWAYS, DEED_NOTHING, SAME,
  N_("this client may not use XCLIENT (Postfix XCLIENT)") },

/* Out of turn: the server refuses what the state does not allow. */
{ "out-of-turn", OPEN, ANY_VERB & ~NOT_ASKED, REFUSED, GUARD_ALWAYS,
  DEED_NOTHING, SAME,
  N_("refused out of turn; the state is as it was (RFC 5321 §4.1.4)") },

/* Anywhere. */
{ "shutdown", ANYWHERE, ANY_VERB, SHUTDOWN, GUARD_ALWAYS,
  DEED_HANG_UP, ST_BYE,
  N_("421 may come at any time: the server is closing the connection "
     "(RFC 5321 §3.8)") },
{ "unasked", ANYWHERE, NOT_ASKED, ANY_REPLY, GUARD_ALWAYS,
  DEED_FAIL, ST_LOST,
  N_("a reply without a command: which one it belongs to cannot be known "
     "(RFC 5321 §4.2)") },
{ "out-of-step", ANYWHERE, ANY_VERB, ODD, GUARD_ALWAYS, DEED_FAIL, ST_LOST,
  N_("a code that belongs to another command: the dialog is out of step "
     "(RFC 5321 §4.3.2)") },
{ "early", ANYWHERE, ANY_VERB, EARLY, GUARD_ALWAYS, DEED_FAIL, ST_LOST,
  N_("the reply was sent before its command: it cannot be its answer "
     "(RFC 5321 §4.2)") },
{ "bad", ANYWHERE, ANY_VERB, BAD, GUARD_ALWAYS, DEED_FAIL, ST_LOST,
  N_("this is no SMTP reply (RFC 5321 §4.2)") },
{ "flood", ANYWHERE, ANY_VERB, FLOOD, GUARD_ALWAYS, DEED_FAIL, ST_CLOSED,
  N_("a reply without end is cut off (RFC 5321 §4.5.3.1.5)") },
{ "quit-gone", ANYWHERE, V(QUIT), GONE | LOST, GUARD_ALWAYS,
  DEED_HANG_UP, ST_CLOSED,
  N_("the server closed without answering QUIT; nothing is lost by it "
     "(RFC 5321 §4.1.1.10)") },
{ "gone-refused", ANYWHERE, ANY_VERB, GONE | LOST, GUARD_GAVE_UP,
  DEED_HANG_UP, ST_CLOSED,
  N_("the server refused and did not wait for QUIT (RFC 5321 §3.1)") },
{ "gone", ANYWHERE, ANY_VERB, GONE | LOST, GUARD_ALWAYS,
  DEED_FAIL, ST_CLOSED,
  N_("the connection ended without a goodbye; what was not answered did not "
     "happen (RFC 5321 §4.1.1.10)") },
{ "late", ANYWHERE, ANY_VERB, LATE, GUARD_ALWAYS, DEED_FAIL, ST_CLOSED,
  N_("no reply within the time that RFC 5321 §4.5.3.2 gives") },
{ "stop", ANYWHERE, ANY_VERB, STOP, GUARD_ALWAYS, DEED_FAIL, ST_CLOSED,
  N_("stopped by the user") },
{ "anything", ANYWHERE, ANY_VERB, ANY_REPLY, GUARD_ALWAYS, DEED_REMARK, SAME,
  N_("no rule expects this reply here; the state is kept (RFC 5321 §4.3.2)") },
};

size_t rules_count(void)
{
	return sizeof rules / sizeof *rules;
}

const struct rule *rules_at(size_t i)
{
	return i < rules_count() ? &rules[i] : NULL;
}

const struct rule *rules_find(const char *id)
{
	for (size_t i = 0; i < rules_count(); i++)
		if (strcmp(rules[i].id, id) == 0)
			return &rules[i];
	return NULL;
}

#define WORD(id, word, help) word,

const char *answer_word(enum answer_bit a)
{
	static const char *const words[] = { ANSWERS(WORD) };

	return words[a];
}

const char *deed_word(enum deed d)
{
	static const char *const words[] = { DEEDS(WORD) };

	return words[d];
}

const char *rule_guard_word(enum rule_guard g)
{
	static const char *const words[] = { RULE_GUARDS(WORD) };

	return words[g];
}

/*
 * RFC 5321 §4.3.2: a code that a client does not know is judged by its first
 * digit. The codes below have one use each, so anywhere else they say that
 * client and server are out of step.
 */
static bool has_one_use(unsigned code)
{
	return code == 220 || code == 221 || code == 235 || code == 334 ||
	       code == 354;
}

/* Where a wrong "yes" would be costly, only the listed codes are one. */
static bool is_strict(enum verb v)
{
	return v == VERB_CONNECT || v == VERB_STARTTLS || v == VERB_XCLIENT ||
	       v == VERB_AUTH || v == VERB_AUTH_RESPONSE;
}

enum answer answer_of(enum verb v, unsigned code)
{
	const struct command *c = command_info(v);

	if (code == 421)
		return SHUTDOWN;
	if (code == 500 || code == 502 || code == 504)
		return NOTKNOWN;
	if (code >= 500)
		return NO;
	if (code >= 400)
		return LATER;
	if (v == VERB_OTHER)
		return code < 300 ? GOOD : MORE;
	if (code >= 300)
		return c->intermediate[0] && command_expects(v, code) ? MORE :
		                                                        ODD;
	if (command_expects(v, code))
		return GOOD;
	return c->success[0] && !has_one_use(code) && !is_strict(v) ? GOOD :
	                                                              ODD;
}
