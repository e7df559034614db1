#include "config.h"

#include "classroom/judge.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "classroom/login.h"
#include "classroom/offer.h"

struct command {
	const char *line; /* NUL-terminated copy, blanks at its end cut */
	const char *arg;  /* what follows the verb, "" none */
};

const struct judgement judge_taken = { .effect = DELIVERED,
	.say = "250 2.0.0 Message taken and thrown away: this is a "
	       "classroom" };
const struct judgement judge_too_big = { .effect = DELIVERED,
	.say = "552 5.3.4 Message size exceeds the limit" };

static const struct judgement unknown = {
	.say = "500 5.5.2 Command not recognized",
};

static struct judgement wrong(const char *say)
{
	return (struct judgement){ .firm = true, .say = say };
}

static struct judgement need_hello(const struct receiver *r)
{
	return wrong(r->server->lmtp ? "503 5.5.1 Say LHLO first"
	                             : "503 5.5.1 Say EHLO or HELO first");
}

/* ---- syntax ---------------------------------------------------------- */

static bool is_address_char(unsigned char c)
{
	return c > ' ' && c != 0x7f && c != '<' && c != '>';
}

/*
 * "FROM:<path>" or "TO:<path>" (RFC 5321 §4.1.1.2, §4.1.1.3): no blank after
 * the colon (§3.3). Returns what follows the path, NULL when it is wrong.
 */
static const char *after_path(const char *arg, const char *key, bool null_ok)
{
	size_t n = strlen(key);
	const char *start, *p;

	if (strncasecmp(arg, key, n) != 0 || arg[n] != '<')
		return NULL;
	start = arg + n + 1;
	for (p = start; is_address_char((unsigned char)*p); p++)
		;
	if (*p != '>' || (p[1] && p[1] != ' '))
		return NULL;
	if (p == start)
		return null_ok ? p + 1 : NULL;
	/* one "@" with text on both sides, or Postmaster (§4.5.1) */
	if (!null_ok && p - start == 10 &&
	    strncasecmp(start, "postmaster", 10) == 0)
		return p + 1;
	n = (size_t)(p - start);
	return memchr(start + 1, '@', n > 2 ? n - 2 : 0) ? p + 1 : NULL;
}

static bool word_is(const char *word, size_t len, const char *is)
{
	return strlen(is) == len && strncasecmp(word, is, len) == 0;
}

/* Octets above 127 in the path, which ends where rest begins. */
static bool has_eight_bit(const char *arg, const char *rest)
{
	for (; arg < rest; arg++)
		if ((unsigned char)*arg >= 0x80)
			return true;
	return false;
}

/* ---- the commands, RFC 5321 §4.1.1 ------------------------------------ */

static bool good_hello(const char *arg)
{
	for (const char *p = arg; *p; p++)
		if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f)
			return false;
	return *arg != '\0';
}

static struct judgement on_ehlo(const struct receiver *r,
                                const struct command *c)
{
	/* RFC 2033 §4.1 */
	if (r->server->lmtp)
		return wrong("500 5.5.1 This is LMTP: say LHLO");
	if (!good_hello(c->arg))
		return wrong("501 5.5.4 Syntax: EHLO hostname");
	return (struct judgement){ .effect = EHELLO, .say = "250" };
}

static struct judgement on_lhlo(const struct receiver *r,
                                const struct command *c)
{
	if (!r->server->lmtp)
		return unknown;
	if (!good_hello(c->arg))
		return wrong("501 5.5.4 Syntax: LHLO hostname");
	return (struct judgement){ .effect = EHELLO, .say = "250" };
}

static struct judgement on_helo(const struct receiver *r,
                                const struct command *c)
{
	if (r->server->lmtp)
		return wrong("500 5.5.1 This is LMTP: say LHLO");
	if (!good_hello(c->arg))
		return wrong("501 5.5.4 Syntax: HELO hostname");
	return (struct judgement){ .effect = HELLO, .say = "250 %s" };
}

static struct judgement on_mail(const struct receiver *r,
                                const struct command *c)
{
	const char *rest = after_path(c->arg, "FROM:", true);
	struct judgement j = { .effect = SENDER,
		.say = "250 2.1.0 Sender ok" };
	const char *bad;

	if (r->state == RCV_GREETED)
		return need_hello(r);
	if (r->state != RCV_READY)
		return wrong("503 5.5.1 Sender already given: RSET starts "
		             "over");
	if (r->server->auth.required && !r->authed)
		return wrong("530 5.7.0 Log in first: authentication required");
	if (!rest)
		return wrong("501 5.5.4 Syntax: MAIL FROM:<address>");
	bad = offer_check(r, rest, true, &j);
	if (bad)
		return wrong(bad);
	/* RFC 6531 §3.5 */
	if (!j.utf8 && has_eight_bit(c->arg, rest))
		return wrong("550 5.6.7 Address not in ASCII needs SMTPUTF8");
	return j;
}

static struct judgement on_rcpt(const struct receiver *r,
                                const struct command *c)
{
	const char *rest = after_path(c->arg, "TO:", false);
	struct judgement j = { .effect = RECIPIENT,
		.say = "250 2.1.5 Recipient ok" };
	const char *bad;

	if (r->state == RCV_GREETED)
		return need_hello(r);
	if (r->state == RCV_READY)
		return wrong("503 5.5.1 Need MAIL before RCPT");
	if (r->state == RCV_BDAT)
		return wrong("503 5.5.1 No RCPT after BDAT");
	if (!rest)
		return wrong("501 5.5.4 Syntax: RCPT TO:<address>");
	bad = offer_check(r, rest, false, &j);
	if (bad)
		return wrong(bad);
	if (!r->utf8 && has_eight_bit(c->arg, rest))
		return wrong("553 5.6.7 Address not in ASCII needs SMTPUTF8");
	if (r->rcpts == RECEIVER_RCPT_MAX)
		return wrong("452 4.5.3 Too many recipients");
	return j;
}

static struct judgement on_data(const struct receiver *r,
                                const struct command *c)
{
	if (r->state == RCV_GREETED)
		return need_hello(r);
	if (r->state == RCV_READY)
		return wrong("503 5.5.1 Need MAIL before DATA");
	if (r->state == RCV_BDAT)
		return wrong("503 5.5.1 No DATA after BDAT");
	if (r->binary) /* RFC 3030 §3 */
		return wrong("503 5.5.1 A binary message needs BDAT");
	if (r->state == RCV_MAIL)
		return wrong("503 5.5.1 Need an accepted RCPT before DATA");
	if (*c->arg)
		return wrong("501 5.5.4 Syntax: DATA");
	return (struct judgement){ .effect = MESSAGE,
		.say = "354 End the message with a line that is a single "
		       "dot" };
}

static struct judgement on_rset(const struct receiver *r,
                                const struct command *c)
{
	(void)r;
	if (*c->arg)
		return wrong("501 5.5.4 Syntax: RSET");
	return (struct judgement){ .effect = RESET, .say = "250 2.0.0 Ok" };
}

static struct judgement on_noop(const struct receiver *r,
                                const struct command *c)
{
	(void)r;
	(void)c;
	return (struct judgement){ .say = "250 2.0.0 Ok" };
}

static struct judgement on_vrfy(const struct receiver *r,
                                const struct command *c)
{
	(void)r;
	if (!*c->arg)
		return wrong("501 5.5.4 Syntax: VRFY address");
	return (struct judgement){
		.say = "252 2.1.5 Cannot verify the user, but will try to "
		       "deliver" };
}

static struct judgement on_help(const struct receiver *r,
                                const struct command *c)
{
	(void)r;
	(void)c;
	return (struct judgement){ .say =
		"214-2.0.0 EHLO HELO MAIL RCPT DATA RSET NOOP VRFY QUIT\r\n"
		"214 2.0.0 A classroom: nothing is delivered" };
}

static struct judgement on_quit(const struct receiver *r,
                                const struct command *c)
{
	(void)r;
	if (*c->arg)
		return wrong("501 5.5.4 Syntax: QUIT");
	return (struct judgement){ .effect = BYE,
		.say = "221 2.0.0 %s closing connection" };
}

/* RFC 5321 §4.2.4: known, and not to be had here */
static const char not_offered[] = "502 5.5.1 Command not implemented";

static struct judgement on_known(const struct receiver *r,
                                 const struct command *c)
{
	(void)r;
	(void)c;
	return (struct judgement){ .say = not_offered };
}

/* RFC 3207 §4 */
static struct judgement on_starttls(const struct receiver *r,
                                    const struct command *c)
{
	if (r->tls)
		return wrong("503 5.5.1 TLS is already active");
	if (!offer_starttls(r))
		return on_known(r, c);
	if (r->state == RCV_GREETED)
		return need_hello(r);
	if (*c->arg)
		return wrong("501 5.5.4 Syntax: STARTTLS");
	return (struct judgement){ .effect = SECURE,
		.say = "220 2.0.0 Ready to start TLS" };
}

/* RFC 4954 §4; the mechanism's own answer comes from login.h. */
static struct judgement on_auth(const struct receiver *r,
                                const struct command *c)
{
	const struct lesson_auth *a = &r->server->auth;
	size_t n = strcspn(c->arg, " ");
	const struct login_mech *mech = login_mech_of(a, c->arg, n);

	if (!a->user)
		return (struct judgement){ .effect = LOGIN,
			.say = not_offered };
	if (!r->esmtp)
		return need_hello(r);
	if (!offer_auth(r))
		return wrong("530 5.7.0 Must issue a STARTTLS command first");
	if (r->authed)
		return wrong("503 5.5.1 Already authenticated");
	if (r->state != RCV_READY)
		return wrong("503 5.5.1 No AUTH in a mail transaction");
	if (!*c->arg)
		return wrong("501 5.5.4 Syntax: AUTH mechanism");
	if (!mech)
		return (struct judgement){ .effect = LOGIN,
			.say = "504 5.5.4 Mechanism not offered" };
	if (c->arg[n] && !login_takes_initial(mech))
		return wrong("501 5.7.0 In this mechanism the server speaks "
		             "first");
	return (struct judgement){ .effect = LOGIN, .say = "334" };
}

/* "SIZE" or "SIZE LAST" (RFC 3030 §2). */
static bool parse_chunk(const char *arg, uint64_t *size, bool *last)
{
	size_t n = strspn(arg, "0123456789");

	if (!n || n > 19)
		return false;
	*size = strtoull(arg, NULL, 10);
	*last = strcasecmp(arg + n, " LAST") == 0;
	return *last || !arg[n];
}

static struct judgement judge_chunk(const struct receiver *r, uint64_t size,
                                    bool last)
{
	if (r->state == RCV_GREETED)
		return need_hello(r);
	if (r->state == RCV_READY)
		return wrong("503 5.5.1 Need MAIL before BDAT");
	/* RFC 2033 §4.3: nobody to answer for */
	if (r->state == RCV_MAIL && r->server->lmtp && last)
		return (struct judgement){ .effect = DELIVERED, .firm = true,
			.say = "" };
	if (r->state == RCV_MAIL)
		return wrong("503 5.5.1 Need an accepted RCPT before BDAT");
	if (r->chunk_failed)
		return wrong("503 5.5.1 A chunk failed: RSET starts over");
	if (r->message_len + size > RECEIVER_SIZE_MAX)
		return (struct judgement){ .effect = last ? DELIVERED : CHUNK,
			.say = judge_too_big.say };
	if (last)
		return judge_taken;
	return (struct judgement){ .effect = CHUNK,
		.say = "250 2.0.0 Chunk taken" };
}

static struct judgement on_bdat(const struct receiver *r,
                                const struct command *c)
{
	struct judgement j;
	uint64_t size;
	bool last;

	if (!offer_has(r, OFFER_CHUNKING))
		return on_known(r, c);
	if (!parse_chunk(c->arg, &size, &last))
		return wrong("501 5.5.4 Syntax: BDAT size [LAST]");
	j = judge_chunk(r, size, last);
	j.chunked = true;
	j.chunk = size;
	return j;
}

/* RFC 1985 §5.1; no message ever waits here. */
static struct judgement on_etrn(const struct receiver *r,
                                const struct command *c)
{
	if (!offer_has(r, OFFER_ETRN))
		return on_known(r, c);
	if (!r->esmtp)
		return need_hello(r);
	if (!*c->arg || strchr(c->arg, ' '))
		return wrong("501 5.5.4 Syntax: ETRN node");
	return (struct judgement){
		.say = "251 2.0.0 Ok, no messages waiting for this node" };
}

static const struct verb {
	const char *name;
	struct judgement (*judge)(const struct receiver *r,
	                          const struct command *c);
} verbs[] = {
	{ "EHLO", on_ehlo }, { "HELO", on_helo }, { "MAIL", on_mail },
	{ "RCPT", on_rcpt }, { "DATA", on_data }, { "RSET", on_rset },
	{ "NOOP", on_noop }, { "VRFY", on_vrfy }, { "HELP", on_help },
	{ "QUIT", on_quit }, { "STARTTLS", on_starttls }, { "AUTH", on_auth },
	{ "BDAT", on_bdat }, { "ETRN", on_etrn }, { "LHLO", on_lhlo },
	{ "EXPN", on_known }, { "TURN", on_known }, { "SEND", on_known },
	{ "SOML", on_known }, { "SAML", on_known },
};

static bool has_control(const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			return true;
	return false;
}

struct judgement judge(const struct receiver *r, const char *line, size_t len)
{
	size_t n = strcspn(line, " ");
	struct command c = { .line = line, .arg = line + n };

	/* RFC 5321 §3.1: after a greeting of 554 only QUIT is served */
	if (r->server->rules[0].code / 100 == 5 && !word_is(line, n, "QUIT"))
		return wrong("503 5.5.1 No mail service here");
	if (has_control(line, len))
		return wrong("500 5.5.2 Control character in the command");
	while (*c.arg == ' ')
		c.arg++;
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (word_is(line, n, verbs[i].name))
			return verbs[i].judge(r, &c);
	return unknown;
}
