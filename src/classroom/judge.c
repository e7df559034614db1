#include "config.h"

#include "classroom/judge.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct command {
	const char *line; /* NUL-terminated copy, blanks at its end cut */
	const char *arg;  /* what follows the verb, "" none */
};

static const struct judgement need_hello = {
	.firm = true, .say = "503 5.5.1 Say EHLO or HELO first",
};

static struct judgement wrong(const char *say)
{
	return (struct judgement){ .firm = true, .say = say };
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

/* One parameter of MAIL; NULL: fine, else the answer. */
static const char *mail_parameter(const char *p, size_t n)
{
	if (word_is(p, n, "BODY=7BIT") || word_is(p, n, "BODY=8BITMIME"))
		return NULL;
	if (n > 5 && strncasecmp(p, "SIZE=", 5) == 0 && n <= 5 + 20 &&
	    strspn(p + 5, "0123456789") >= n - 5) {
		/* RFC 1870 §6.1 */
		if (strtoull(p + 5, NULL, 10) > RECEIVER_SIZE_MAX)
			return "552 5.3.4 Message size exceeds the limit";
		return NULL;
	}
	return "555 5.5.4 Parameter not recognized";
}

/* RFC 5321 §4.1.1.11: parameters need EHLO and an extension that has them. */
static const char *bad_parameters(const struct receiver *r, const char *p,
                                  bool mail)
{
	const char *say = NULL;

	while (*p == ' ')
		p++;
	if (*p && (!r->esmtp || !mail))
		return "555 5.5.4 Parameters not recognized";
	while (*p && !say) {
		size_t n = strcspn(p, " ");

		say = mail_parameter(p, n);
		p += n;
		while (*p == ' ')
			p++;
	}
	return say;
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
	(void)r;
	if (!good_hello(c->arg))
		return wrong("501 5.5.4 Syntax: EHLO hostname");
	return (struct judgement){ .effect = EHELLO, .say =
		"250-%s\r\n"
		"250-8BITMIME\r\n"
		"250-SIZE 10485760\r\n"
		"250-PIPELINING\r\n"
		"250-ENHANCEDSTATUSCODES\r\n"
		"250 HELP" };
}

static struct judgement on_helo(const struct receiver *r,
                                const struct command *c)
{
	(void)r;
	if (!good_hello(c->arg))
		return wrong("501 5.5.4 Syntax: HELO hostname");
	return (struct judgement){ .effect = HELLO, .say = "250 %s" };
}

static struct judgement on_mail(const struct receiver *r,
                                const struct command *c)
{
	const char *rest = after_path(c->arg, "FROM:", true);
	const char *bad;

	if (r->state == RCV_GREETED)
		return need_hello;
	if (r->state != RCV_READY)
		return wrong("503 5.5.1 Sender already given: RSET starts "
		             "over");
	if (!rest)
		return wrong("501 5.5.4 Syntax: MAIL FROM:<address>");
	bad = bad_parameters(r, rest, true);
	if (bad)
		return wrong(bad);
	return (struct judgement){ .effect = SENDER,
		.say = "250 2.1.0 Sender ok" };
}

static struct judgement on_rcpt(const struct receiver *r,
                                const struct command *c)
{
	const char *rest = after_path(c->arg, "TO:", false);
	const char *bad;

	if (r->state == RCV_GREETED)
		return need_hello;
	if (r->state == RCV_READY)
		return wrong("503 5.5.1 Need MAIL before RCPT");
	if (!rest)
		return wrong("501 5.5.4 Syntax: RCPT TO:<address>");
	bad = bad_parameters(r, rest, false);
	if (bad)
		return wrong(bad);
	if (r->rcpts == RECEIVER_RCPT_MAX)
		return wrong("452 4.5.3 Too many recipients");
	return (struct judgement){ .effect = RECIPIENT,
		.say = "250 2.1.5 Recipient ok" };
}

static struct judgement on_data(const struct receiver *r,
                                const struct command *c)
{
	if (r->state == RCV_GREETED)
		return need_hello;
	if (r->state == RCV_READY)
		return wrong("503 5.5.1 Need MAIL before DATA");
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

static struct judgement on_known(const struct receiver *r,
                                 const struct command *c)
{
	(void)r;
	(void)c;
	return (struct judgement){ .say = "502 5.5.1 Command not implemented" };
}

static const struct verb {
	const char *name;
	struct judgement (*judge)(const struct receiver *r,
	                          const struct command *c);
} verbs[] = {
	{ "EHLO", on_ehlo }, { "HELO", on_helo }, { "MAIL", on_mail },
	{ "RCPT", on_rcpt }, { "DATA", on_data }, { "RSET", on_rset },
	{ "NOOP", on_noop }, { "VRFY", on_vrfy }, { "HELP", on_help },
	{ "QUIT", on_quit },
	{ "EXPN", on_known }, { "STARTTLS", on_known }, { "AUTH", on_known },
	{ "BDAT", on_known }, { "ETRN", on_known }, { "TURN", on_known },
	{ "SEND", on_known }, { "SOML", on_known }, { "SAML", on_known },
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
	return (struct judgement){ .say = "500 5.5.2 Command not recognized" };
}
