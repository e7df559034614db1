#include "config.h"

#include "report/swaks.h"

#include <stdlib.h>
#include <string.h>

#include "core/command.h"
#include "core/dialog.h"
#include "knowledge/again.h"
#include "report/paper.h"
#include "report/sayings.h"
#include "util/xalloc.h"

struct swaks {
	struct paper paper;
	struct dialog *dialog; /* what replies are looked up in */
	bool tls;
	bool connected;        /* this target had a connection */
	bool quit;             /* said in this connection */
	bool lost;             /* told already */
	bool body;             /* lines of the message were shown */
	bool message;          /* told as a number of lines, dot and all */
};

struct swaks *swaks_new(FILE *out)
{
	struct swaks *s = xcalloc(1, sizeof *s);

	paper_init(&s->paper, out, false, 0);
	s->dialog = dialog_new();
	return s;
}

void swaks_free(struct swaks *s)
{
	if (!s)
		return;
	paper_clear(&s->paper);
	dialog_free(s->dialog);
	free(s);
}

static void bytes_of(struct paper *p, const struct event *e, struct ev_ref r)
{
	paper_bytes(p, event_text(e, r), r.len);
}

static void line(struct swaks *s, const char *mark, const char *text)
{
	paper_text(&s->paper, mark);
	paper_text(&s->paper, " ");
	paper_text(&s->paper, text);
	paper_newline(&s->paper);
}

/* A Unix socket's path, or a command? */
static bool is_socket(const struct swaks *s, const char *host)
{
	char *command = again_option(s->dialog, "--pipe");
	bool given = command != NULL;

	free(command);
	return !given && (*host == '/' || *host == '.');
}

/* As swaks names the other side: by what it was told, not by its address. */
static void place(struct swaks *s, const struct event *e)
{
	const struct ev_connect *c = &e->u.connect;

	bytes_of(&s->paper, e, c->host.len ? c->host : c->address);
}

static void print_connecting(struct swaks *s, const struct event *e)
{
	bool tcp = e->u.connect.address.len > 0 || e->u.connect.port;
	const char *host = event_text(e, e->u.connect.host);

	s->tls = s->quit = s->lost = s->message = s->body = false;
	s->connected = true;
	paper_text(&s->paper, tcp || is_socket(s, host) ? "=== Trying "
	                                           : "=== Trying pipe to ");
	place(s, e);
	if (e->u.connect.port)
		paper_textf(&s->paper, ":%u", e->u.connect.port);
	paper_text(&s->paper, "...");
	paper_newline(&s->paper);
}

static void print_connected(struct swaks *s, const struct event *e)
{
	paper_text(&s->paper, "=== Connected to ");
	place(s, e);
	paper_text(&s->paper, ".");
	paper_newline(&s->paper);
}

static const struct event *before(const struct swaks *s, enum event_kind k,
                                  uint32_t session)
{
	size_t last = dialog_count(s->dialog) - 1;
	size_t i = dialog_before(s->dialog, last, k, session);

	return i == SIZE_MAX ? NULL : dialog_at(s->dialog, i);
}

static void print_no_connection(struct swaks *s, const struct event *e)
{
	const struct event *to = before(s, EV_CONNECTING, e->session);
	struct paper *p = &s->paper;

	paper_text(p, "*** Error connecting to ");
	if (to)
		place(s, to);
	if (to && to->u.connect.port)
		paper_textf(p, ":%u", to->u.connect.port);
	paper_text(p, ":");
	paper_newline(p);
	paper_text(p, "*** \tconnect: ");
	bytes_of(p, e, e->u.failed.detail);
	paper_newline(p);
}

static void print_timeout(struct swaks *s, const struct event *e)
{
	const struct event *sent = before(s, EV_SENT, e->session);
	const struct event *since = sent ? sent
	                    : before(s, EV_CONNECTED, e->session);
	int64_t us = since ? e->t_us - since->t_us : 0;

	paper_textf(&s->paper, "<** Timeout (%lld secs) waiting for server "
	            "response", (long long)((us + 500000) / 1000000));
	paper_newline(&s->paper);
}

static void print_failed(struct swaks *s, const struct event *e)
{
	const struct ev_failed *f = &e->u.failed;
	struct paper *p = &s->paper;

	if (f->phase == PHASE_CONNECT) {
		print_no_connection(s, e);
	} else if (f->phase == PHASE_TLS) {
		paper_text(p, "*** TLS startup failed (");
		bytes_of(p, e, f->detail);
		paper_text(p, ")");
		paper_newline(p);
	} else if (f->kind == FAIL_TIMEOUT && f->phase != PHASE_DNS) {
		print_timeout(s, e);
	} else if (f->kind == FAIL_CLOSED || f->kind == FAIL_RESET) {
		line(s, "***", "Remote host closed connection unexpectedly.");
		s->lost = true;
	} else {
		paper_textf(p, "*** %s: ", fail_kind_name(f->kind));
		bytes_of(p, e, f->detail);
		paper_newline(p);
	}
}

/* ---- TLS ---- */

int swaks_bits(const char *cipher)
{
	static const struct {
		const char *part;
		int bits;
	} sizes[] = {
		{ "CHACHA20", 256 }, { "3DES", 112 }, { "DES-CBC3", 112 },
		{ "AES128", 128 }, { "AES_128", 128 },
		{ "AES256", 256 }, { "AES_256", 256 },
		{ "CAMELLIA128", 128 }, { "CAMELLIA256", 256 },
		{ "ARIA128", 128 }, { "ARIA256", 256 },
		{ "SEED", 128 }, { "RC4", 128 },
	};

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		if (strstr(cipher, sizes[i].part))
			return sizes[i].bits;
	return 0;
}

/* Up to the next comma that no backslash takes its meaning from. */
static size_t rdn_length(const char *s)
{
	size_t len = 0;

	for (; s[len] && s[len] != ','; len++)
		if (s[len] == '\\' && s[len + 1])
			len++;
	return len;
}

static void put_front(char *out, size_t *at, const char *rdn, size_t len)
{
	size_t used = 0;

	for (size_t i = 0; i < len; i++, used++) /* as below */
		if (rdn[i] == '\\' && i + 1 < len)
			i++;
	*at -= used + 1;
	out[*at] = '/';
	used = *at + 1;
	for (size_t i = 0; i < len; i++) {
		if (rdn[i] == '\\' && i + 1 < len)
			i++;
		out[used++] = rdn[i];
	}
}

char *swaks_dn(const char *subject)
{
	size_t at = strlen(subject) + 1, len;
	char *out = xcalloc(1, at + 1), *text;

	while (*subject) {
		len = rdn_length(subject);
		put_front(out, &at, subject, len);
		subject += len + (subject[len] == ',');
		subject += strspn(subject, " ");
	}
	text = xstrdup(out + at);
	free(out);
	return text;
}

static void print_tls(struct swaks *s, const struct event *e)
{
	const struct ev_tls *t = &e->u.tls;
	struct paper *p = &s->paper;
	char *dn = t->chain.len
	                   ? swaks_dn(event_text(e, event_cert(e, 0)->subject))
	                   : xstrdup("");

	s->tls = true;
	paper_text(p, "=== TLS started with cipher ");
	bytes_of(p, e, t->version);
	paper_text(p, ":");
	bytes_of(p, e, t->cipher);
	paper_textf(p, ":%d", swaks_bits(event_text(e, t->cipher)));
	paper_newline(p);
	line(s, "===", t->cert_sent ? "TLS local certificate sent"
	                            : "TLS no local certificate set");
	paper_text(p, "=== TLS peer DN=\"");
	paper_bytes(p, dn, strlen(dn));
	paper_text(p, "\"");
	paper_newline(p);
	free(dn);
}

/* ---- the dialog ---- */

static enum verb verb_of(const struct event *sent)
{
	const char *name = event_text(sent, sent->u.sent.verb);
	int v = 0;

	while (v < VERB_OTHER &&
	       strcmp(command_info((enum verb)v)->name, name) != 0)
		v++;
	return (enum verb)v;
}

static void print_sent(struct swaks *s, const struct event *e)
{
	enum verb v = verb_of(e);

	if (v == VERB_QUIT)
		s->quit = true;
	if (s->message && v == VERB_END_OF_DATA)
		return;
	s->body = v == VERB_DATA_BLOCK;
	paper_text(&s->paper, s->tls ? " ~> " : " -> ");
	if (s->body && *event_text(e, e->u.sent.line) == '.')
		paper_text(&s->paper, "."); /* as it goes out */
	bytes_of(&s->paper, e, e->u.sent.line);
	paper_newline(&s->paper);
}

/* swaks -n: the dot that ends it is one of the lines. */
static void print_message(struct swaks *s, const struct event *e)
{
	s->message = !s->body;
	if (s->body)
		return;
	paper_textf(&s->paper, "%s%u lines sent", s->tls ? " ~> " : " -> ",
	            e->u.message.lines + 1);
	paper_newline(&s->paper);
}

static enum verb verb_answered(const struct swaks *s, const struct event *e)
{
	size_t i = dialog_find(s->dialog, e->u.reply.to);
	const struct event *sent;

	if (e->u.reply.to == EV_GREETING)
		return VERB_CONNECT;
	if (e->u.reply.to == EV_UNASKED || i == SIZE_MAX)
		return VERB_OTHER;
	sent = dialog_at(s->dialog, i);
	return sent->kind == EV_SENT ? verb_of(sent) : VERB_OTHER;
}

/* swaks waits for one code a command: 251 to RCPT is none of its own. */
static bool is_expected(enum verb v, unsigned code)
{
	switch (v) {
	case VERB_CONNECT:
	case VERB_STARTTLS:
	case VERB_XCLIENT: return code == 220;
	case VERB_QUIT: return code == 221;
	case VERB_DATA: return code == 354;
	case VERB_AUTH:
	case VERB_AUTH_RESPONSE: return code == 334 || code == 235;
	case VERB_EHLO:
	case VERB_HELO:
	case VERB_LHLO:
	case VERB_MAIL:
	case VERB_RCPT:
	case VERB_END_OF_DATA: return code == 250;
	default: return code >= 200 && code < 400;
	}
}

static const char *reply_mark(const struct swaks *s, bool expected)
{
	if (s->tls)
		return expected ? "<~  " : "<~* ";
	return expected ? "<-  " : "<** ";
}

static void print_reply(struct swaks *s, const struct event *e)
{
	const struct ev_reply *r = &e->u.reply;
	bool expected = is_expected(verb_answered(s, e), r->code);

	for (uint32_t i = 0; i < r->lines.len; i++) {
		paper_text(&s->paper, reply_mark(s, expected));
		bytes_of(&s->paper, e, event_item(e, r->lines, i));
		paper_newline(&s->paper);
	}
}

static void print_bytes(struct swaks *s, const struct event *e)
{
	if (e->u.bytes.data.len == 0)
		return;
	paper_text(&s->paper, e->u.bytes.from_server ? reply_mark(s, false)
	                      : s->tls ? "*~> " : "**> ");
	bytes_of(&s->paper, e, e->u.bytes.data);
	paper_newline(&s->paper);
}

static void print_closed(struct swaks *s, const struct event *e)
{
	if (s->lost)
		return;
	if (s->quit)
		line(s, "===", "Connection closed with remote host.");
	else if (e->u.closed.by_server)
		line(s, "***", "Remote host closed connection unexpectedly.");
	else
		line(s, "===", "Dropping connection");
}

/* Else there would be nothing on the screen: swaks itself tries the bare
 * domain then. */
static void print_verdict(struct swaks *s, const struct event *e)
{
	char *text;

	if (s->connected || e->u.verdict.recipient.len)
		return;
	text = saying_text(e);
	if (text)
		line(s, "***", text);
	free(text);
}

static void begin(struct swaks *s)
{
	s->connected = s->tls = s->quit = s->lost = false;
	s->message = s->body = false;
	dialog_free(s->dialog);
	s->dialog = dialog_new();
}

static void print_event(struct swaks *s, const struct event *e)
{
	switch (e->kind) {
	case EV_CONNECTING: print_connecting(s, e); break;
	case EV_CONNECTED: print_connected(s, e); break;
	case EV_TLS: print_tls(s, e); break;
	case EV_FAILED: print_failed(s, e); break;
	case EV_SENT: print_sent(s, e); break;
	case EV_REPLY: print_reply(s, e); break;
	case EV_BYTES: print_bytes(s, e); break;
	case EV_MESSAGE: print_message(s, e); break;
	case EV_VERDICT: print_verdict(s, e); break;
	case EV_CLOSED: print_closed(s, e); break;
	default: break;
	}
}

bool swaks_event(struct swaks *s, const struct event *e)
{
	if (e->kind == EV_PROMPT || e->kind == EV_ASK)
		return true;
	if (e->kind == EV_START)
		begin(s);
	dialog_append(s->dialog, e);
	print_event(s, e);
	return paper_flush(&s->paper);
}
