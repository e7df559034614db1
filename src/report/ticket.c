#include "config.h"

#include "report/ticket.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "check/own_address.h"
#include "core/command.h"
#include "core/route.h"
#include "core/when.h"
#include "knowledge/check_words.h"
#include "report/paper.h"
#include "report/sayings.h"
#include "report/ticket_part.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum {
	LABEL_COLUMN = 18, /* where values begin, in both languages */
	REPLY_INDENT = 4,
	ID_MIN = 8, IDS_MAX = 6, /* of a reply, shown beside it */
};

struct ticket {
	struct paper paper;
	struct dialog *dialog;
	enum mask_mode mask;
	bool due; /* the target's events are not told of yet */
};

/* --- rows */

static void label(struct paper *p, const char *text)
{
	paper_text(p, text);
	paper_text(p, ":");
	paper_to(p, LABEL_COLUMN);
}

static void row(struct paper *p, const char *name, const char *text)
{
	label(p, name);
	paper_words(p, text, LABEL_COLUMN);
	paper_newline(p);
}

static void row_bytes(struct paper *p, const char *name, const char *data,
                      size_t len)
{
	label(p, name);
	paper_bytes(p, data, len);
	paper_newline(p);
}

/* --- what is known */

static const char *check_subject(const struct dialog *d, const char *id)
{
	const struct event *e = ticket_check(d, id);

	return e ? event_text(e, e->u.check.subject) : "";
}

static void add_time(struct paper *p, const struct dialog *d, size_t i)
{
	char text[40];
	struct tm tm;
	int64_t s;
	time_t at;

	if (!when_event(d, i, &s)) {
		row(p, _("Time (UTC)"), _("not known: the recording does not "
		                          "say when it began"));
		return;
	}
	at = (time_t)s;
	if (!gmtime_r(&at, &tm) ||
	    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &tm) == 0)
		text[0] = '\0';
	row(p, _("Time (UTC)"), text);
}

/* The best that is known, and who said it. */
static void add_address(struct paper *p, const struct ticket_part *t)
{
	const char *best = check_subject(t->dialog, "own-address");
	char seen[IP_TEXT_MAX];

	label(p, _("Our address"));
	if (*best) {
		char *why = saying_text(ticket_check(t->dialog,
		                                     "own-address"));

		paper_bytes(p, best, strlen(best));
		paper_newline(p);
		paper_to(p, LABEL_COLUMN);
		paper_words(p, why ? why : "", LABEL_COLUMN);
		free(why);
	} else if (ticket_seen(t, seen)) {
		paper_bytes(p, seen, strlen(seen));
		paper_text(p, _(" (as the server itself names it)"));
	} else if (address_classify(ticket_local(t)) == ADDR_PUBLIC) {
		paper_bytes(p, ticket_local(t), strlen(ticket_local(t)));
		paper_text(p, _(" (of our side of the connection)"));
	} else {
		paper_words(p, _("not known: --ask-myip asks for it, --ip "
		                 "names it"), LABEL_COLUMN);
	}
	paper_newline(p);
}

static void add_ptr(struct paper *p, const struct dialog *d)
{
	const struct event *e = ticket_check(d, "ptr");
	char *text = e && e->u.check.grade != GRADE_UNKNOWN ? saying_text(e)
	                                                    : NULL;

	row(p, _("Its name (PTR)"), text ? text : _("not known: --check looks "
	                                            "it up"));
	free(text);
}

static void add_encryption(struct paper *p, const struct ticket_part *t)
{
	const struct event *tls = ticket_tls(t);
	char *text;

	if (!tls) {
		row(p, _("Encryption"), _("none"));
		return;
	}
	text = xasprintf("%s, %s", event_text(tls, tls->u.tls.version),
	                 event_text(tls, tls->u.tls.cipher));
	row_bytes(p, _("Encryption"), text, strlen(text));
	free(text);
}

static void add_envelope(struct paper *p, const struct ticket_part *t)
{
	const struct event *helo = ticket_helo(t), *mail = ticket_mail(t);
	char *path, *at;

	if (helo)
		row_bytes(p, _("HELO name"),
		          event_text(helo, helo->u.sent.line) + 5,
		          helo->u.sent.line.len - 5);
	if (!mail)
		return;
	path = command_path(event_text(mail, mail->u.sent.line));
	at = strrchr(path, '@');
	if (!*path)
		row(p, _("Sender domain"), _("none (<>, a bounce)"));
	else if (at)
		row_bytes(p, _("Sender domain"), at + 1, strlen(at + 1));
	free(path);
}

static void add_recipients(struct paper *p, const struct ticket_part *t)
{
	const char *name = _("Recipient");

	for (size_t i = 0; i < t->n_recipients; i++) {
		row_bytes(p, name, t->recipients[i], strlen(t->recipients[i]));
		name = _("and also");
	}
}

static void add_server(struct paper *p, const struct ticket_part *t)
{
	const struct event *e = ticket_connection(t);
	const struct ev_connect *c;
	char *text;

	if (!e)
		return;
	c = &e->u.connect;
	text = c->address.len
	    ? xasprintf("%s [%s]:%u", event_text(e, c->host),
	                event_text(e, c->address), c->port)
	    : xstrdup(event_text(e, c->host));
	row_bytes(p, _("Your server"), text, strlen(text));
	free(text);
}

/* --- the reply */

static bool is_id_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
}

/* Digits and letters mixed, no address, no name, not within a link. */
static bool is_id(const char *s, size_t len)
{
	size_t digits = 0, dots = 0, letters = 0;

	for (size_t i = 0; i < len; i++) {
		digits += s[i] >= '0' && s[i] <= '9';
		dots += s[i] == '.';
		letters += (s[i] | 0x20) >= 'a' && (s[i] | 0x20) <= 'z';
	}
	return len >= ID_MIN && digits >= 3 && letters > 0 && dots < 2;
}

static size_t id_end(const char *s, size_t from, size_t len)
{
	while (from < len && is_id_char(s[from]))
		from++;
	return from;
}

static void add_ids(struct paper *p, const struct event *e, struct ev_ref line,
                    size_t *n)
{
	const char *s = event_text(e, line);
	size_t i = 4, end;

	for (; i < line.len && *n < IDS_MAX; i = end + 1) {
		end = id_end(s, i, line.len);
		if (end < line.len && (s[end] == '@' || s[end] == ':' ||
		                       s[end] == '/'))
			end += strcspn(s + end, " >)]"); /* address, link */
		else if (is_id(s + i, end - i) && s[i - 1] != '@') {
			if (*n == 0)
				label(p, _("Ids in it"));
			paper_text(p, *n ? ", " : "");
			paper_bytes(p, s + i, end - i);
			(*n)++;
		}
	}
}

static void add_reply(struct paper *p, const struct ticket_part *t)
{
	const struct event *e = t->reply, *sent;
	size_t ids = 0;

	sent = ticket_command(t);
	if (sent)
		row_bytes(p, _("Command"), event_text(sent,
		          sent->u.sent.line), sent->u.sent.line.len);
	else
		row(p, _("Command"), e->u.reply.to == EV_GREETING
		                         ? _("none yet (greeting)")
		                         : _("none: the server spoke unasked"));
	paper_text(p, _("Reply, whole:"));
	paper_newline(p);
	for (uint32_t i = 0; i < e->u.reply.lines.len; i++) {
		struct ev_ref r = event_item(e, e->u.reply.lines, i);

		paper_to(p, REPLY_INDENT);
		paper_bytes(p, event_text(e, r), r.len);
		paper_newline(p);
	}
	for (uint32_t i = 0; i < e->u.reply.lines.len; i++)
		add_ids(p, e, event_item(e, e->u.reply.lines, i), &ids);
	if (ids)
		paper_newline(p);
}

static void add_failure(struct paper *p, const struct ticket_part *t)
{
	char *text = saying_text(t->failed);

	row(p, _("What happened"), text ? text : "");
	free(text);
}

/* --- the whole */

static void add_subject(struct paper *p, const struct ticket_part *t)
{
	const struct event *c = ticket_connection(t);
	const char *host = c ? event_text(c, c->u.connect.host) : "";
	struct buf code = { 0 };

	label(p, _("Subject line"));
	if (t->reply) {
		buf_addf(&code, "%u", t->reply->u.reply.code);
		if (t->reply->u.reply.enhanced.len)
			buf_addf(&code, " %s", event_text(t->reply,
			         t->reply->u.reply.enhanced));
		paper_text(p, t->reply->u.reply.code < 500
		                  ? _("Mail put off by ")
		                  : _("Mail refused by "));
	} else {
		paper_text(p, _("No connection to "));
	}
	paper_bytes(p, host, strlen(host));
	if (code.len) {
		paper_text(p, ": ");
		paper_bytes(p, code.data, code.len);
	}
	buf_clear(&code);
	paper_newline(p);
	paper_newline(p);
}

static void add_part(struct paper *p, const struct ticket_part *t)
{
	add_time(p, t->dialog, t->at);
	add_address(p, t);
	add_ptr(p, t->dialog);
	add_envelope(p, t);
	add_recipients(p, t);
	add_server(p, t);
	add_encryption(p, t);
	if (t->reply)
		add_reply(p, t);
	else
		add_failure(p, t);
	paper_newline(p);
}

/* What the sender can say that it has looked at itself. */
static void add_checks(struct paper *p, const struct dialog *d)
{
	const struct dialog_now *now = dialog_now(d);
	bool any = false;

	for (size_t i = 0; i < now->n_checks; i++) {
		const struct event *e = now->checks[i];
		char *name, *text;

		if (e->u.check.grade == GRADE_UNKNOWN || !ticket_tells(e))
			continue;
		if (!any) {
			paper_text(p, _("What we have checked ourselves:"));
			paper_newline(p);
		}
		any = true;
		name = check_label(e);
		text = saying_text(e);
		paper_text(p, "- ");
		paper_text(p, name);
		paper_text(p, ": ");
		paper_words(p, text ? text : "", 2);
		paper_newline(p);
		free(name);
		free(text);
	}
	if (!any)
		row(p, _("Checked"), _("nothing yet: --check looks at reverse "
		                       "DNS, SPF, DMARC and blocklists"));
}

static void add_mask(struct paper *p, enum mask_mode mask)
{
	if (mask == MASK_OFF)
		return;
	paper_newline(p);
	paper_words(p, mask == MASK_ALL
	                ? _("MASK: addresses, names and IPs in this text are "
	                    "aliases. The provider needs the real ones.")
	                : _("MASK: the local parts of addresses in this text "
	                    "are aliases."), 0);
	paper_newline(p);
}

static void write_ticket(struct paper *p, const struct dialog *d,
                         enum mask_mode mask)
{
	struct ticket_part parts[TICKET_PARTS];
	size_t n = ticket_parts(d, parts, TICKET_PARTS);

	if (n == 0) {
		paper_words(p, _("Nothing was refused here: there is nothing "
		                 "to ask a provider for."), 0);
		paper_newline(p);
		return;
	}
	add_subject(p, &parts[0]);
	paper_words(p, _("Our mail to your server does not get through. These "
	                 "are the facts, taken from the dialog of the two "
	                 "servers. Please tell us what the refusal is about "
	                 "and what we can do."), 0);
	paper_newline(p);
	paper_newline(p);
	for (size_t i = 0; i < n; i++)
		add_part(p, &parts[i]);
	add_checks(p, d);
	add_mask(p, mask);
}

struct ticket *ticket_new(FILE *out, int width, enum mask_mode mask)
{
	struct ticket *t = xcalloc(1, sizeof *t);

	paper_init(&t->paper, out, false, width);
	t->dialog = dialog_new();
	t->mask = mask;
	return t;
}

static bool tell(struct ticket *t)
{
	if (!t->due)
		return true;
	t->due = false;
	write_ticket(&t->paper, t->dialog, t->mask);
	return paper_flush(&t->paper);
}

void ticket_free(struct ticket *t)
{
	if (!t)
		return;
	tell(t);
	paper_clear(&t->paper);
	dialog_free(t->dialog);
	free(t);
}

bool ticket_event(struct ticket *t, const struct event *e)
{
	bool ok = true;

	if (e->kind == EV_START) {
		ok = tell(t);
		dialog_free(t->dialog);
		t->dialog = dialog_new();
	}
	dialog_append(t->dialog, e);
	t->due = true;
	return e->kind == EV_END ? tell(t) : ok;
}

char *ticket_text(const struct dialog *d, int width, enum mask_mode mask)
{
	struct paper p;

	paper_init(&p, NULL, false, width);
	write_ticket(&p, d, mask);
	return buf_steal(&p.text);
}
