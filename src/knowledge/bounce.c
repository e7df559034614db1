#include "config.h"

#include "knowledge/bounce.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "knowledge/bounce_items.h"
#include "knowledge/bounce_text.h"
#include "knowledge/bounce_words.h"
#include "util/xalloc.h"

enum {
	PARAGRAPH_MAX = 16384, /* a reply is a few lines */
	REPLY_MAX = 8192,      /* of a transcript, all its lines */
};

/* A block of delivery status about one recipient (RFC 3464 §2.3). */
struct status_block {
	char *recipient, *host, *address, *reply;
	char status[16];
	size_t line;
	bool no_reply, action_good;
	enum fail_phase phase;
	enum fail_kind kind;
};

struct finder {
	struct bounce *out;
	struct buf para;   /* the paragraph under way, joined */
	size_t line, base; /* where it begins, how far it is indented */
	bool whole;
	struct buf reply;  /* lines of a reply in a transcript */
	size_t reply_line;
	enum bounce_source reply_source;
	/* said by earlier lines */
	char *recipient, *host, *address, *mta;
	const char *verb;
	struct status_block status;
};

static bool begins(const char *s, const char *with)
{
	return strncasecmp(s, with, strlen(with)) == 0;
}

static void set(char **field, char *text)
{
	free(*field);
	*field = text;
}

/* ---- refusals ---- */

static struct bounce_item new_item(const struct finder *f, char *recipient,
                                   size_t line, enum bounce_source source)
{
	struct bounce_item i = { .reply = xstrdup(""), .status = xstrdup(""),
		.verb = "", .host = xstrdup(""), .address = xstrdup(""),
		.mta = xstrdup(f->mta ? f->mta : ""), .line = line,
		.source = source };

	if (recipient) {
		i.recipients = xmalloc(sizeof *i.recipients);
		i.recipients[0] = recipient;
		i.n_recipients = 1;
	}
	return i;
}

/* ---- delivery status ---- */

static void end_status(struct finder *f)
{
	struct status_block *s = &f->status;
	struct bounce_item i;

	if (s->recipient && !s->action_good &&
	    (s->reply || *s->status || s->no_reply)) {
		i = new_item(f, s->recipient, s->line, BOUNCE_STATUS);
		s->recipient = NULL;
		if (s->reply)
			set(&i.reply, s->reply);
		else
			set(&i.status, xstrdup(s->status));
		s->reply = NULL;
		i.no_reply = s->no_reply;
		i.phase = s->phase;
		i.kind = s->kind;
		if (s->host)
			set(&i.host, xstrdup(s->host));
		if (s->address)
			set(&i.address, xstrdup(s->address));
		bounce_add(f->out, &i);
	}
	free(s->recipient);
	free(s->host);
	free(s->address);
	free(s->reply);
	*s = (struct status_block){ 0 };
}

static void status_host(struct finder *f, const char *text)
{
	char *host = xstrdup(""), *address = xstrdup("");

	words_host(text, &host, &address);
	set(&f->status.host, host);
	set(&f->status.address, address);
}

static void diagnostic(struct finder *f, const char *text)
{
	struct status_block *s = &f->status;
	const char *type = text + strspn(text, " ");
	const char *words = strchr(type, ';');
	const char *reply = NULL;

	if (words)
		words += 1 + strspn(words + 1, " ");
	if (words && begins(type, "smtp"))
		reply = words_reply(words);
	if (reply)
		set(&s->reply, words_lines(reply));
	else
		s->no_reply = words_failure(text, &s->phase, &s->kind);
}

static bool is_good_action(const char *value)
{
	value += strspn(value, " ");
	return begins(value, "delivered") || begins(value, "relayed") ||
	       begins(value, "expanded");
}

/* One field; false: it is none of a delivery status. */
static bool see_status(struct finder *f, const char *text)
{
	struct status_block *s = &f->status;
	const char *value = strchr(text, ':');

	value = value ? value + 1 : "";
	if (begins(text, "Reporting-MTA:")) {
		value = strchr(value, ';') ? strchr(value, ';') + 1 : value;
		set(&f->mta, xstrdup(value + strspn(value, " ")));
	} else if (begins(text, "Final-Recipient:")) {
		end_status(f);
		value = strchr(value, ';') ? strchr(value, ';') + 1 : value;
		s->recipient = words_lone_address(value, f->whole);
		s->line = f->line;
	} else if (begins(text, "Action:")) {
		s->action_good = is_good_action(value);
	} else if (begins(text, "Status:")) {
		words_status(text, s->status);
	} else if (begins(text, "Remote-MTA:")) {
		status_host(f, text);
	} else if (begins(text, "Diagnostic-Code:")) {
		diagnostic(f, value);
	} else {
		return false;
	}
	return true;
}

/* ---- transcripts ---- */

static void end_reply(struct finder *f)
{
	const char *text = buf_str(&f->reply);
	struct bounce_item i;
	bool rcpt = f->verb && strcmp(f->verb, "RCPT") == 0;

	if (*text == '4' || *text == '5') {
		/* without a command the recipient is the report's */
		i = new_item(f, f->recipient && (rcpt || !f->verb)
		                    ? xstrdup(f->recipient) : NULL,
		             f->reply_line, f->reply_source);
		set(&i.reply, xstrdup(text));
		i.verb = f->verb ? f->verb : "";
		if (f->host)
			set(&i.host, xstrdup(f->host));
		if (f->address)
			set(&i.address, xstrdup(f->address));
		bounce_add(f->out, &i);
	}
	buf_reset(&f->reply);
}

static bool is_code(const char *s)
{
	return *s >= '2' && *s <= '5' && s[1] >= '0' && s[1] <= '5' &&
	       isdigit((unsigned char)s[2]) &&
	       (!s[3] || s[3] == ' ' || s[3] == '-');
}

static void see_reply_line(struct finder *f, const char *s,
                           enum bounce_source source)
{
	if (f->reply.len && strncmp(buf_str(&f->reply), s, 3) != 0)
		end_reply(f);
	if (!f->reply.len) {
		f->reply_line = f->line;
		f->reply_source = source;
	}
	if (f->reply.len < REPLY_MAX)
		buf_addf(&f->reply, "%s%s", f->reply.len ? "\n" : "", s);
	if (s[3] != '-')
		end_reply(f);
}

static void see_command(struct finder *f, const char *verb, const char *line)
{
	end_reply(f);
	f->verb = verb;
	set(&f->recipient, NULL);
	if (strcmp(verb, "RCPT") == 0)
		f->recipient = words_recipient(line, f->whole);
}

/* The length of "<** ", ">>> ", "S: "; sent: the client says it. */
static size_t mark_len(const char *s, bool *sent)
{
	static const struct {
		const char *mark;
		bool sent;
	} marks[] = { { "<** ", false }, { "<~* ", false }, { "<-  ", false },
		      { "<~  ", false }, { "*** ", false }, { "<<< ", false },
		      { "<- ", false }, { " -> ", true }, { " ~> ", true },
		      { "-> ", true }, { "~> ", true }, { ">>> ", true },
		      { "C: ", true }, { "S: ", false } };

	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (strncmp(s, marks[i].mark, strlen(marks[i].mark)) == 0) {
			*sent = marks[i].sent;
			return strlen(marks[i].mark);
		}
	return 0;
}

static bool see_transcript(struct finder *f, const char *text)
{
	bool sent = false;
	size_t n = mark_len(text, &sent);
	const char *s = text + n, *verb;

	s += strspn(s, " ");
	verb = n && !sent ? "" : words_command(s);
	if (*verb) {
		see_command(f, verb, s);
		return true;
	}
	if (!sent && is_code(s)) {
		see_reply_line(f, s, n || f->verb ? BOUNCE_TRANSCRIPT
		                     : f->recipient ? BOUNCE_REPORT
		                                    : BOUNCE_BARE);
		return true;
	}
	return n > 0;
}

/* ---- reports and logs ---- */

static bool is_log(const char *text)
{
	return strstr(text, "status=") || strstr(text, "stat=") ||
	       strstr(text, " ** ") || strstr(text, " == ") ||
	       strstr(text, "result=");
}

/* reply: where it stands, NULL none. */
static enum bounce_source source_of(const char *text, const char *reply)
{
	if (is_log(text))
		return BOUNCE_LOG;
	if ((reply && reply[3] == ',') || begins(text, "Error:") ||
	    words_find(text, "recipients were rejected"))
		return BOUNCE_CLIENT;
	return BOUNCE_REPORT;
}

/* What is said before the reply comes: whom, which server, which command. */
static void see_context(struct finder *f, const char *text)
{
	char *who = words_recipient(text, f->whole);
	char *host = xstrdup(""), *address = xstrdup("");

	if (who) {
		set(&f->recipient, who);
		f->verb = NULL;
	}
	words_host(text, &host, &address);
	if (*host || *address) {
		set(&f->host, host);
		set(&f->address, address);
	} else {
		free(host);
		free(address);
	}
	if (*words_verb(text))
		f->verb = words_verb(text);
}

static void found(struct finder *f, const char *text, const char *reply)
{
	enum bounce_source source = source_of(text, reply);
	char *who = words_recipient(text, f->whole);
	struct bounce_item i;

	if (!who && source != BOUNCE_LOG && f->recipient)
		who = xstrdup(f->recipient);
	i = new_item(f, who, f->line, source);
	i.verb = words_verb(text);
	if (!*i.verb && source != BOUNCE_LOG && f->verb)
		i.verb = f->verb;
	words_host(text, &i.host, &i.address);
	if (!*i.host && source != BOUNCE_LOG && f->host) {
		set(&i.host, xstrdup(f->host));
		set(&i.address, xstrdup(f->address));
	}
	if (reply)
		set(&i.reply, words_lines(reply));
	else
		i.no_reply = words_failure(text, &i.phase, &i.kind);
	bounce_add(f->out, &i);
}

static bool is_good_log(const char *text)
{
	return strstr(text, "status=sent") || strstr(text, "stat=Sent") ||
	       strstr(text, "result=\"Ok\"");
}

static void see_paragraph(struct finder *f, const char *text)
{
	const char *reply;
	enum fail_phase phase;
	enum fail_kind kind;
	char *who, status[16];

	if (see_transcript(f, text) || see_status(f, text))
		return;
	end_reply(f);
	who = words_lone_address(text, f->whole);
	if (who) {
		set(&f->recipient, who);
		f->verb = NULL;
		return;
	}
	if (is_good_log(text))
		return;
	reply = words_reply(text);
	if (reply || words_failure(text, &phase, &kind)) {
		found(f, text, reply);
		return;
	}
	see_context(f, text);
	words_status(text, status);
	if (is_log(text) && *status) {
		struct bounce_item i = new_item(
		    f, words_recipient(text, f->whole), f->line, BOUNCE_LOG);

		set(&i.status, xstrdup(status));
		words_host(text, &i.host, &i.address);
		bounce_add(f->out, &i);
	}
}

/* ---- paragraphs ---- */

static void end_paragraph(struct finder *f)
{
	if (f->para.len)
		see_paragraph(f, buf_str(&f->para));
	buf_reset(&f->para);
}

/* Does the line go on with the paragraph, as a folded field does? */
static bool goes_on(const struct finder *f, const char *s, size_t indent)
{
	bool sent;

	return f->para.len && indent > 0 && !mark_len(s, &sent) &&
	       !mark_len(s + indent, &sent) && f->para.data[0] != '-' &&
	       indent > f->base && f->para.len < PARAGRAPH_MAX;
}

static void see_line(struct finder *f, const char *s, size_t len,
                     const struct bounce_line *l)
{
	size_t indent = strspn(s, " \t");

	if (indent >= len) {
		end_paragraph(f);
		end_status(f);
		return;
	}
	if (goes_on(f, s, indent)) {
		buf_addc(&f->para, ' ');
		s += indent;
	} else {
		bool sent;

		end_paragraph(f);
		f->line = l->number;
		f->base = indent;
		s += mark_len(s, &sent) ? 0 : indent;
	}
	f->whole = l->whole;
	for (; *s && f->para.len < PARAGRAPH_MAX; s++)
		buf_addc(&f->para, *s == '\t' ? ' ' : *s);
	while (f->para.len && f->para.data[f->para.len - 1] == ' ' &&
	       f->para.len > 4)
		f->para.len--;
}

/* ---- the whole ---- */

/* "250 OK", "5.1.1": nothing is refused, but it can be explained. */
static void lone_reply(struct finder *f, const struct bounce_text *t)
{
	struct bounce_item i;
	char status[16];
	const char *s;

	if (t->n != 1)
		return;
	s = t->text.data + t->lines[0].off;
	s += strspn(s, " ");
	words_status(s, status);
	if (!is_code(s) && (!*status || !begins(s, status)))
		return;
	i = new_item(f, NULL, 1, BOUNCE_BARE);
	set(is_code(s) ? &i.reply : &i.status,
	    is_code(s) ? xstrdup(s) : xstrdup(status));
	bounce_add(f->out, &i);
}

void bounce_read(struct bounce *out, const char *data, size_t len)
{
	struct finder f = { .out = out, .line = 1 };
	struct bounce_text t;
	struct buf line = { 0 };

	*out = (struct bounce){ 0 };
	bounce_text_read(&t, data,
	                 len < BOUNCE_BYTES_MAX ? len : BOUNCE_BYTES_MAX);
	for (size_t i = 0; i < t.n; i++) {
		buf_reset(&line);
		buf_add(&line, t.text.data + t.lines[i].off, t.lines[i].len);
		see_line(&f, buf_str(&line), line.len, &t.lines[i]);
	}
	end_paragraph(&f);
	end_reply(&f);
	end_status(&f);
	if (!out->n)
		lone_reply(&f, &t);
	bounce_group(out);
	out->cut |= t.cut || len > BOUNCE_BYTES_MAX;
	bounce_text_clear(&t);
	buf_clear(&line);
	buf_clear(&f.para);
	buf_clear(&f.reply);
	free(f.recipient);
	free(f.host);
	free(f.address);
	free(f.mta);
}

bool bounce_likely(const char *text, size_t len)
{
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	while (len && isspace((unsigned char)*text)) {
		text++;
		len--;
	}
	if (memchr(text, '\n', len))
		return true;
	if (len > 3 && is_code(text))
		return true;
	return len > 40 && memchr(text, ' ', len) &&
	       memchr(text, ':', len);
}
