#include "config.h"

#include "core/typed_priv.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static void put(struct typed *t, const char *id, const char *arg, size_t len,
                int caret)
{
	struct typed_remark *r = &t->remarks[t->count];

	if (t->count == TYPED_REMARKS_MAX)
		return;
	t->count++;
	*r = (struct typed_remark){ .id = id, .caret = caret };
	if (len >= sizeof r->arg)
		len = sizeof r->arg - 1;
	memcpy(r->arg, arg, len);
}

void typed_remark(struct typed *t, const char *id, struct span arg,
                  const struct parts *p, size_t caret)
{
	put(t, id, p->line + arg.from, arg.to - arg.from, (int)caret);
}

void typed_remark_text(struct typed *t, const char *id, const char *arg,
                       size_t caret)
{
	put(t, id, arg, strlen(arg), (int)caret);
}

static void remark_at(struct typed *t, const char *id, size_t caret)
{
	typed_remark_text(t, id, "", caret);
}

struct span typed_word(const struct parts *p, size_t from)
{
	struct span s;

	while (from < p->len && p->line[from] == ' ')
		from++;
	s.from = s.to = from;
	while (s.to < p->len && p->line[s.to] != ' ')
		s.to++;
	return s;
}

/* CR, LF and NUL: a second command could hide behind them. */
static bool breaks_line(const char *line, size_t len, size_t *at)
{
	for (*at = 0; *at < len; ++*at)
		if (line[*at] == '\r' || line[*at] == '\n' || !line[*at])
			return true;
	return false;
}

/* How much of the line counts against 512 octets: each definition of a
 * parameter raises the limit by its length, and AUTH has one of its own
 * (RFC 4954 §4). */
static size_t limited(const struct parts *p)
{
	const char *end = memchr(p->line, '>', p->len);

	if ((p->verb == VERB_MAIL || p->verb == VERB_RCPT) && end)
		return (size_t)(end - p->line) + 1;
	return p->verb == VERB_AUTH ? 0 : p->len;
}

static void check_bytes(const struct parts *p, struct typed *t)
{
	bool eight = false;

	for (size_t i = 0; i < p->len; i++) {
		unsigned char c = (unsigned char)p->line[i];

		if (c == '\b' || c == 0x7f) {
			remark_at(t, "command-backspace", i);
			return;
		}
		if (c < 0x20) {
			remark_at(t, "command-control", i);
			return;
		}
		if (c >= 0x80 && !eight && (!p->offers ||
		    !ehlo_find(p->offers, "SMTPUTF8"))) {
			remark_at(t, "command-8bit", i);
			eight = true;
		}
	}
	if (limited(p) + 2 > 512) /* RFC 5321 §4.5.3.1.4 */
		remark_at(t, "command-long", 510);
}

static void check_verb(const struct parts *p, enum state state,
                       struct typed *t)
{
	const struct command *c = command_info(p->verb);
	const char *blank = memchr(p->line, ' ', p->len);
	size_t word = blank ? (size_t)(blank - p->line) : p->len;
	bool hello = p->len >= 5 && strncasecmp(p->line, "HELLO", 5) == 0;
	struct span first = { 0, word };

	if (p->len && p->line[0] == ' ') {
		remark_at(t, "command-blank", 0);
		return;
	}
	if (p->verb == VERB_OTHER) {
		typed_remark(t, hello ? "command-hello" : "command-unknown",
		             first, p, 0);
		return;
	}
	if (p->verb == VERB_DATA && state == ST_MAIL)
		remark_at(t, "data-no-recipient", 0);
	else if (!command_allowed(p->verb, state))
		typed_remark_text(t, "command-out-of-order", c->name, 0);
	/* VRFY, EXPN and HELP belong to every server, offered or not */
	if (c->needs[0] && p->offers && !ehlo_find(p->offers, c->needs) &&
	    p->verb != VERB_VRFY && p->verb != VERB_EXPN &&
	    p->verb != VERB_HELP)
		typed_remark_text(t, "command-not-offered", c->name, 0);
}

/* Inside the angle brackets: line[from..to). */
static void check_mailbox(const struct parts *p, size_t from, size_t to,
                          struct typed *t)
{
	const char *s = p->line + from;
	size_t len = to - from;

	if (len == 0) {
		if (p->verb == VERB_RCPT)
			remark_at(t, "path-null-rcpt", from);
		return;
	}
	if (memchr(s, '@', len))
		return;
	if (p->verb == VERB_RCPT && len == 10 &&
	    strncasecmp(s, "postmaster", 10) == 0)
		return; /* RFC 5321 §4.5.1 */
	remark_at(t, "path-no-domain", from);
}

/* MAIL FROM:<path> and RCPT TO:<path>, RFC 5321 §4.1.2 and §3.3. */
static void check_path(const struct parts *p, struct typed *t)
{
	const char *word = p->verb == VERB_RCPT ? "TO:" : "FROM:";
	size_t at = p->arg + strlen(word), end;

	if (p->len - p->arg < strlen(word) ||
	    strncasecmp(p->line + p->arg, word, strlen(word)) != 0) {
		typed_remark_text(t, "path-keyword", word, p->arg);
		return;
	}
	if (at < p->len && p->line[at] == ' ') {
		remark_at(t, "path-blank", at);
		while (at < p->len && p->line[at] == ' ')
			at++;
	}
	if (at >= p->len || p->line[at] != '<') {
		remark_at(t, "path-brackets", at);
		return;
	}
	for (end = at; end < p->len && p->line[end] != '>'; end++)
		;
	if (end == p->len) {
		remark_at(t, "path-brackets", end);
		return;
	}
	check_mailbox(p, at + 1, end, t);
	while (++end < p->len && p->line[end] == ' ')
		;
	typed_params(p, end, t);
}

static void check_hello(const struct parts *p, struct typed *t)
{
	const char *name = p->line + p->arg;
	size_t len = p->len - p->arg;
	bool digits = true;

	if (len == 0) {
		remark_at(t, "hello-no-name", p->len);
		return;
	}
	if (memchr(name, ' ', len)) {
		typed_remark_text(t, "command-syntax",
		                  command_info(p->verb)->syntax, p->arg);
		return;
	}
	for (size_t i = 0; i < len; i++)
		digits = digits && (isdigit((unsigned char)name[i]) ||
		                    name[i] == '.');
	if (digits || memchr(name, ':', len)) {
		if (name[0] != '[')
			remark_at(t, "hello-bare-address", p->arg);
	} else if (name[0] != '[' && !memchr(name, '.', len)) {
		remark_at(t, "hello-single-label", p->arg);
	}
}

static void check_argument(const struct parts *p, struct typed *t)
{
	switch (p->verb) {
	case VERB_MAIL:
	case VERB_RCPT: check_path(p, t); break;
	case VERB_EHLO:
	case VERB_HELO:
	case VERB_LHLO: check_hello(p, t); break;
	case VERB_DATA:
	case VERB_RSET:
	case VERB_QUIT:
	case VERB_STARTTLS:
	case VERB_TURN:
		if (p->arg < p->len)
			remark_at(t, "command-argument", p->arg);
		break;
	default: typed_argument(p, t); break;
	}
}

void typed_check(const char *line, size_t len, enum state state,
                 const struct ehlo *offers, struct typed *out)
{
	struct parts p = { .line = line, .len = len, .offers = offers };
	size_t at;

	*out = (struct typed){ 0 };
	if (breaks_line(line, len, &at)) {
		remark_at(out, "line-break", at);
		out->refused = true;
		return;
	}
	if (len == 0) {
		remark_at(out, "command-empty", 0);
		return;
	}
	p.verb = command_find(line, len);
	for (p.arg = 0; p.arg < len && line[p.arg] != ' '; p.arg++)
		;
	while (p.arg < len && line[p.arg] == ' ')
		p.arg++;
	check_bytes(&p, out);
	check_verb(&p, state, out);
	check_argument(&p, out);
}
