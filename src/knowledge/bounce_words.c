#include "config.h"

#include "knowledge/bounce_words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/reply.h"
#include "util/buf.h"
#include "util/xalloc.h"

enum { ADDRESS_MAX = 320 /* 64 + @ + 255, RFC 5321 §4.5.3.1 */ };

const char *words_find(const char *text, const char *word)
{
	size_t n = strlen(word);
	int low = tolower((unsigned char)*word);

	for (; *text; text++)
		if (tolower((unsigned char)*text) == low &&
		    strncasecmp(text, word, n) == 0)
			return text;
	return NULL;
}

/* ---- addresses ---- */

static bool in_address(char c)
{
	return (unsigned char)c > ' ' && c != 0x7f &&
	       !strchr("<>()[],;:\"'`{}", c);
}

/* The address at p, whose end must be seen; NULL: none. */
static char *address_at(const char *p, bool whole)
{
	bool angle = *p == '<';
	const char *at;
	size_t n = 0;

	p += strspn(p, "<\"'");
	while (in_address(p[n]))
		n++;
	at = memchr(p, '@', n);
	if (!at || at == p || (size_t)(at - p) + 1 == n || n > ADDRESS_MAX ||
	    memchr(at + 1, '@', n - (size_t)(at - p) - 1))
		return NULL;
	if (angle ? p[n] != '>' : !p[n] && !whole)
		return NULL;
	while (!angle && n && p[n - 1] == '.')
		n--;
	return xmemdup0(p, n);
}

/* Words that stand before the recipient, the surest first. */
char *words_recipient(const char *text, bool whole)
{
	static const char *const leads[] = { "Final-Recipient: rfc822;",
		"RCPT TO:", "RCPT To:", " to=", "to=<", " ** ", " == ",
		"delivered to ", "deliver to ", "zugestellt werden an ",
		"recipient ", "Empfänger ", "message to ", "Nachricht an ",
		"{'" };
	char *found = address_at(text, whole);

	for (size_t i = 0; !found && i < sizeof leads / sizeof *leads; i++) {
		const char *p = words_find(text, leads[i]);

		if (p) {
			p += strlen(leads[i]);
			found = address_at(p + strspn(p, " "), whole);
		}
	}
	/* the server names it: Postfix, Sendmail */
	for (const char *p = text; !found && (p = strchr(p, '<')); p++) {
		size_t n = strcspn(p, ">");

		if (strncmp(p + n, ">: Recipient address", 20) == 0 ||
		    strncmp(p + n, ">... ", 5) == 0)
			found = address_at(p, whole);
	}
	return found;
}

char *words_lone_address(const char *text, bool whole)
{
	char *found;
	size_t n;

	text += strspn(text, " \t");
	found = address_at(text, whole);
	if (!found)
		return NULL;
	n = strspn(text, "<\"'") + strlen(found);
	n += strspn(text + n, ">\"': .");
	if (text[n] && text[n] != '(') {
		free(found);
		return NULL;
	}
	return found;
}

/* ---- commands ---- */

static const struct {
	const char *words, *verb;
} verbs[] = {
	{ "RCPT", "RCPT" }, { "MAIL FROM", "MAIL" }, { "MAIL", "MAIL" },
	{ "end of DATA", "(END OF DATA)" }, { "DATA", "DATA" },
	{ "message body", "(END OF DATA)" }, { "EHLO", "EHLO" },
	{ "HELO", "HELO" }, { "LHLO", "LHLO" }, { "STARTTLS", "STARTTLS" },
	{ "AUTH", "AUTH" }, { "BDAT", "BDAT" },
	{ "initial connection", "(CONNECT)" },
	{ "initial server greeting", "(CONNECT)" },
	{ "greeting", "(CONNECT)" }, { "QUIT", "QUIT" },
};

static const char *verb_at(const char *p)
{
	static const char *const fill[] = { "pipelined ", "sending ",
		"receiving ", "the " };

	for (size_t i = 0; i < sizeof fill / sizeof *fill; i++)
		if (strncasecmp(p, fill[i], strlen(fill[i])) == 0)
			p += strlen(fill[i]);
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		size_t n = strlen(verbs[i].words);

		if (strncasecmp(p, verbs[i].words, n) == 0 &&
		    !isalpha((unsigned char)p[n]))
			return verbs[i].verb;
	}
	return "";
}

const char *words_verb(const char *text)
{
	static const char *const leads[] = { "in reply to ", "response to ",
		"after ", "while ", "server for ", "failed on ", "during ",
		"Antwort auf ", "nach " };
	static const struct {
		const char *words, *verb;
	} whole[] = {
		{ "refused to talk to me", "(CONNECT)" },
		{ "does not like recipient", "RCPT" },
		{ "sender was rejected", "MAIL" },
		{ "failed after I sent the message", "(END OF DATA)" },
		{ "greeting failed", "(CONNECT)" },
		{ "my name was rejected", "HELO" },
		{ "recipients were rejected", "RCPT" },
		{ "SMTPRecipientsRefused", "RCPT" },
		{ "SMTPSenderRefused", "MAIL" },
		{ "SMTPDataError", "(END OF DATA)" },
		{ "SMTPConnectError", "(CONNECT)" },
		{ "SMTPHeloError", "EHLO" },
		{ "SMTPAuthenticationError", "AUTH" },
	};

	for (size_t i = 0; i < sizeof leads / sizeof *leads; i++)
		for (const char *p = text; (p = words_find(p, leads[i]));) {
			p += strlen(leads[i]);
			if (*verb_at(p))
				return verb_at(p);
		}
	for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
		if (words_find(text, whole[i].words))
			return whole[i].verb;
	return "";
}

const char *words_command(const char *line)
{
	static const struct {
		const char *words, *verb;
	} sent[] = { { "RCPT TO:", "RCPT" }, { "MAIL FROM:", "MAIL" },
		     { "EHLO ", "EHLO" }, { "HELO ", "HELO" },
		     { "LHLO ", "LHLO" }, { "STARTTLS", "STARTTLS" },
		     { "AUTH ", "AUTH" }, { "BDAT ", "BDAT" },
		     { "QUIT", "QUIT" }, { "RSET", "RSET" } };

	for (size_t i = 0; i < sizeof sent / sizeof *sent; i++)
		if (strncasecmp(line, sent[i].words, strlen(sent[i].words)) ==
		    0)
			return sent[i].verb;
	if (strcasecmp(line, "DATA") == 0)
		return "DATA";
	return strcmp(line, ".") == 0 ? "(END OF DATA)" : "";
}

/* ---- hosts ---- */

static bool in_name(char c)
{
	return isalnum((unsigned char)c) || c == '.' || c == '-' || c == '_';
}

static bool is_number(const char *s, size_t n)
{
	return strspn(s, "0123456789.:") >= n;
}

static void take(char **into, const char *s, size_t n)
{
	while (n && s[n - 1] == '.')
		n--;
	if (!n || **into)
		return;
	free(*into);
	*into = xmemdup0(s, n);
}

/* "mx.example[192.0.2.1]", "mx.example. [192.0.2.1]", "mx.example (...)" */
static void host_at(const char *p, char **host, char **address)
{
	size_t n = 0, a = 0;

	while (in_name(p[n]))
		n++;
	if (!n || !memchr(p, '.', n))
		return;
	take(is_number(p, n) ? address : host, p, n);
	p += n + strspn(p + n, " ");
	if (*p != '[' && *p != '(')
		return;
	p++;
	while (isxdigit((unsigned char)p[a]) || p[a] == '.' || p[a] == ':')
		a++;
	if (a > 2 && (p[a] == ']' || p[a] == ')' || p[a] == ','))
		take(address, p, a);
}

void words_host(const char *text, char **host, char **address)
{
	static const char *const leads[] = { "Remote-MTA: dns;", "host ",
		"host: ", "H=", "relay=", "talking to ", "connect to ",
		"conversation with ", "lost connection with ",
		"Connected to ", " by ", "Der Server ", "mx=" };

	for (size_t i = 0; i < sizeof leads / sizeof *leads; i++) {
		size_t n = strlen(leads[i]);

		for (const char *p = text;
		     !**host && (p = words_find(p, leads[i])); p++) {
			/* "at host" is who reports */
			if (p - text < 3 || strncmp(p - 3, "at ", 3) != 0)
				host_at(p + n + strspn(p + n, " "), host,
				        address);
		}
	}
}

/* ---- replies ---- */

static bool is_negative(const char *p)
{
	return (*p == '4' || *p == '5') && p[1] >= '0' && p[1] <= '5' &&
	       isdigit((unsigned char)p[2]) &&
	       (p[3] == ' ' || p[3] == '-' || p[3] == ',' || !p[3]);
}

/* A number could be anything: a code has its enhanced code behind it, or
 * stands where a reply begins. */
static bool is_reply(const char *text, const char *p)
{
	if (!is_negative(p))
		return false;
	if (p[3] && enhanced_code_len(p + 4, strlen(p + 4)) && p[4] == *p)
		return p == text || !isalnum((unsigned char)p[-1]);
	if (p == text || strchr("'\"(#;", p[-1]))
		return p[3] && (p[3] != ',' || p[-1] == '(');
	return p[3] && p[-1] == ' ' && p - text > 1 && p[-2] == ':';
}

const char *words_reply(const char *text)
{
	for (const char *p = text; *p; p++)
		if (is_reply(text, p))
			return p;
	return NULL;
}

/* Where a reply ends that stands in a longer text. */
static size_t reply_end(const char *s)
{
	static const char *const ends[] = { " (in reply to ", "##",
		"> #SMTP#", "', '", "')", "\")", " (state ", "\\n'",
		" Giving up on ", " at SMTPConnection" };
	size_t n = strlen(s);

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		const char *p = strstr(s, ends[i]);

		if (p && (size_t)(p - s) < n)
			n = (size_t)(p - s);
	}
	if (n && strchr("'\"", s[n - 1]) && !memchr(s, s[n - 1], n - 1))
		n--;
	while (n && (s[n - 1] == ' ' || s[n - 1] == ')') &&
	       !memchr(s, '(', n))
		n--;
	while (n && s[n - 1] == ' ')
		n--;
	return n;
}

/* Python: "550, b'5.1.1 no such user'". */
static char *python_reply(const char *s)
{
	const char *text = s + 4 + strspn(s + 4, " b");
	char quote = *text;
	const char *end = quote ? strchr(text + 1, quote) : NULL;

	if (quote != '\'' && quote != '"')
		return xmemdup0(s, 3);
	if (!end)
		end = text + strlen(text);
	return xasprintf("%.3s %.*s", s, (int)(end - text - 1), text + 1);
}

char *words_lines(const char *s)
{
	size_t end = reply_end(s);
	struct buf out = { 0 };
	bool more = s[3] == '-';

	if (s[3] == ',')
		return python_reply(s);
	for (size_t i = 0; i < end; i++) {
		bool next = more && s[i] == ' ' && i + 4 < end &&
		            strncmp(s + i + 1, s, 3) == 0 &&
		            (s[i + 4] == '-' || s[i + 4] == ' ');

		if (next)
			more = s[i + 4] == '-';
		buf_addc(&out, next ? '\n' : s[i]);
	}
	buf_str(&out);
	return buf_steal(&out);
}

void words_status(const char *text, char out[16])
{
	static const char *const leads[] = { "dsn=", "Status: ", "#" };
	const char *p = text;
	size_t n;

	for (size_t i = 0; i < sizeof leads / sizeof *leads; i++) {
		const char *lead = words_find(text, leads[i]);

		if (lead) {
			p = lead + strlen(leads[i]);
			break;
		}
	}
	*out = '\0';
	n = strspn(p, "0123456789.");
	if (n == 0 || n >= 16 || (*p != '4' && *p != '5'))
		return;
	memcpy(out, p, n);
	out[n] = '\0';
	if (enhanced_code_len(out, n) != n)
		*out = '\0';
}

bool words_failure(const char *text, enum fail_phase *phase,
                   enum fail_kind *kind)
{
	static const struct {
		const char *words;
		enum fail_phase phase;
		enum fail_kind kind;
	} rows[] = {
		{ "while receiving the initial server greeting",
		  PHASE_GREETING, FAIL_CLOSED },
		{ "lost connection", PHASE_DIALOG, FAIL_CLOSED },
		{ "remote host closed connection", PHASE_DIALOG, FAIL_CLOSED },
		{ "connection died", PHASE_DIALOG, FAIL_CLOSED },
		{ "Connection reset", PHASE_DIALOG, FAIL_RESET },
		{ "timed out while", PHASE_DIALOG, FAIL_TIMEOUT },
		{ "Connection timed out", PHASE_CONNECT, FAIL_TIMEOUT },
		{ "Operation timed out", PHASE_CONNECT, FAIL_TIMEOUT },
		{ "connection timeout", PHASE_CONNECT, FAIL_TIMEOUT },
		{ "retry timeout exceeded", PHASE_CONNECT, FAIL_TIMEOUT },
		{ "wasn't able to establish an SMTP connection",
		  PHASE_CONNECT, FAIL_TIMEOUT },
		{ "Connection refused", PHASE_CONNECT, FAIL_REFUSED },
		{ "No route to host", PHASE_CONNECT, FAIL_UNREACHABLE },
		{ "Network is unreachable", PHASE_CONNECT, FAIL_UNREACHABLE },
		{ "Name service error", PHASE_DNS, FAIL_LOCAL },
		{ "host not found", PHASE_DNS, FAIL_LOCAL },
		{ "couldn't find any host", PHASE_DNS, FAIL_LOCAL },
		{ "Unrouteable address", PHASE_DNS, FAIL_LOCAL },
		{ "Cannot start TLS", PHASE_TLS, FAIL_TLS },
		{ "TLS handshake fail", PHASE_TLS, FAIL_TLS },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (words_find(text, rows[i].words)) {
			*phase = rows[i].phase;
			*kind = rows[i].kind;
			return true;
		}
	return false;
}
