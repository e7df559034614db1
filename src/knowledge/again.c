#include "config.h"

#include "knowledge/again.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/command.h"
#include "core/escape.h"
#include "util/quote.h"
#include "util/xalloc.h"

/* What the newest connection was like; all borrowed from the dialog. */
struct facts {
	const struct dialog_now *now;
	const char *host, *address, *via;
	unsigned port;
	bool tcp, is_pipe;
	const char *socks; /* "HOST:PORT" of the proxy, NULL none */
	const struct event *start, *tls;
	const char *hello;       /* "EHLO", "HELO", "LHLO", "" none yet */
	const char *helo;        /* what it said, "" nothing */
	const char *auth;        /* the newest AUTH line, NULL none */
	const char *mail, *rcpt; /* newest lines, NULL none */
	bool xclient, dot, data, pipelined;
	uint32_t answered;       /* n of the newest command with a reply */
};

static bool is_verb(const struct event *e, const char *name)
{
	return strcmp(event_text(e, e->u.sent.verb), name) == 0;
}

static void take_sent(struct facts *f, const struct event *e, uint32_t before)
{
	static const char *const hellos[] = { "EHLO", "HELO", "LHLO" };
	const char *line = event_text(e, e->u.sent.line);

	for (size_t i = 0; i < sizeof hellos / sizeof *hellos; i++)
		if (is_verb(e, hellos[i])) {
			f->hello = hellos[i];
			f->helo = line + strcspn(line, " ");
			f->helo += strspn(f->helo, " ");
		}
	if (is_verb(e, "AUTH"))
		f->auth = line;
	if (is_verb(e, "MAIL"))
		f->mail = line;
	if (is_verb(e, "RCPT"))
		f->rcpt = line;
	f->data |= is_verb(e, "DATA") || is_verb(e, "BDAT");
	f->dot |= is_verb(e, "(END OF DATA)") || is_verb(e, "BDAT");
	f->pipelined |= before > f->answered &&
	                (is_verb(e, "RCPT") || is_verb(e, "DATA"));
}

/* The commands of the newest connection, in their order. */
static void take_dialog(struct facts *f, const struct dialog *d)
{
	size_t count = dialog_count(d), from = 0;
	uint32_t sent = 0;

	if (count > DIALOG_BACK_MAX)
		from = count - DIALOG_BACK_MAX;
	for (size_t i = from; i < count; i++) {
		const struct event *e = dialog_at(d, i);

		if (e->session != f->now->session)
			continue;
		if (e->kind == EV_SENT) {
			take_sent(f, e, sent);
			sent = e->n;
		} else if (e->kind == EV_REPLY && e->u.reply.to != EV_UNASKED) {
			f->answered = e->u.reply.to;
		} else if (e->kind == EV_TLS) {
			f->tls = e;
		}
	}
}

enum { SMTP_PORT = 25 };

/* Hosts and addresses only: no word that a program takes for an option. */
static bool is_host(const char *s)
{
	return *s && *s != '-' && !strpbrk(s, " \t/@");
}

/* "127.0.0.1:5300", where the lesson's server really is. */
static bool use_via(struct facts *f)
{
	const char *colon = strrchr(f->via, ':');
	char *end;
	unsigned long port = colon ? strtoul(colon + 1, &end, 10) : 0;

	if (!port || port > 65535 || *end || strstr(f->via, "://"))
		return false;
	f->port = (unsigned)port;
	f->address = "127.0.0.1";
	f->host = f->address;
	return true;
}

/* An option of the start, "--auth-user=NAME"; heap, NULL: not given. */
static char *started_with(const struct facts *f, const char *name)
{
	const char *text = f->start
	        ? event_text(f->start, f->start->u.start.options) : "";
	size_t len = strlen(name);
	struct buf word = { 0 };
	char *value = NULL;

	while (!value && quote_next(&text, &word)) {
		if (strncmp(buf_str(&word), name, len) == 0 &&
		    word.data[len] == '=')
			value = xstrdup(word.data + len + 1);
		buf_reset(&word);
	}
	buf_clear(&word);
	return value;
}

/* Without a start, a path is a socket's: commands begin with one as well, but
 * no recording is without its start. */
static bool is_pipe(const struct facts *f)
{
	char *command = started_with(f, "--pipe");
	bool given = command != NULL;

	free(command);
	return given || (*f->now->host != '/' && *f->now->host != '.');
}

static const struct event *start_of(const struct dialog *d)
{
	size_t count = dialog_count(d);
	size_t i = count ? dialog_before(d, count - 1, EV_START, 0) : SIZE_MAX;

	return i == SIZE_MAX ? NULL : dialog_at(d, i);
}

char *again_option(const struct dialog *d, const char *name)
{
	struct facts f = { .start = start_of(d) };

	return started_with(&f, name);
}

/* False: no connection, or none that a shell could be told of. */
static bool gather(struct facts *f, const struct dialog *d)
{
	static const char socks5[] = "socks5://";
	const struct dialog_now *now = dialog_now(d);
	size_t count = dialog_count(d);

	*f = (struct facts){ .now = now, .host = now->host, .hello = "",
		             .helo = "", .address = now->address,
		             .via = now->via, .port = now->port };
	f->start = start_of(d);
	if (now->session == 0 || count == 0)
		return false;
	take_dialog(f, d);
	f->tcp = dialog_is_tcp(now);
	f->is_pipe = !f->tcp && is_pipe(f);
	if (!f->tcp)
		return *now->host != '\0';
	f->socks = strncmp(f->via, socks5, strlen(socks5)) == 0
	                   ? f->via + strlen(socks5) : NULL;
	if (!*f->address) /* a transcript may tell only one of these three */
		f->address = f->host;
	if (!f->port)
		f->port = SMTP_PORT;
	if (!use_via(f) && !*f->host)
		f->host = f->address;
	return is_host(f->host) && is_host(f->address);
}

/* ---- words ---- */

/* s without what a terminal must not get, as one word. */
static void add_word(struct buf *out, const char *s, size_t len)
{
	struct buf safe = { 0 };
	uint32_t cp;

	for (size_t used; len > 0; s += used, len -= used) {
		used = utf8_decode(s, len, &cp);
		if (used && char_columns(cp) >= 0)
			buf_add(&safe, s, used);
		else
			buf_addc(&safe, '?');
		used = used ? used : 1;
	}
	quote_word(out, buf_str(&safe), safe.len);
	buf_clear(&safe);
}

/* " NAME VALUE"; a value that looks like an option is joined to its own. */
static void add_option(struct buf *out, const char *name, const char *value)
{
	struct buf joined = { 0 };

	buf_addc(out, ' ');
	if (*value == '-') {
		buf_addf(&joined, "%s=%s", name, value);
		add_word(out, joined.data, joined.len);
		buf_clear(&joined);
		return;
	}
	buf_addf(out, "%s ", name);
	add_word(out, value, strlen(value));
}

/* " NAME HOST:PORT", brackets around IPv6. */
static void add_endpoint(struct buf *out, const char *name, const char *host,
                         unsigned port)
{
	char *text = xasprintf(strchr(host, ':') ? "[%s]:%u" : "%s:%u", host,
	                       port);

	add_option(out, name, text);
	free(text);
}

/* The mechanism of an AUTH line, on the heap; "" none. */
static char *mechanism(const struct facts *f)
{
	const char *mech = f->auth ? f->auth + strcspn(f->auth, " ") : "";

	mech += strspn(mech, " ");
	return xmemdup0(mech, strcspn(mech, " "));
}

/* ---- swaks ---- */

/* How far it went; swaks delivers a message when it is not told. */
static const char *swaks_stop(const struct facts *f)
{
	if (f->dot)
		return NULL;
	if (f->data)
		return "--drop-after data";
	if (f->rcpt)
		return "--quit-after rcpt";
	if (f->mail)
		return "--quit-after mail";
	if (f->auth)
		return "--quit-after auth";
	if (f->tls)
		return "--quit-after tls";
	return *f->hello ? "--quit-after helo" : "--quit-after connect";
}

static void swaks_server(struct buf *b, const struct facts *f)
{
	if (f->tcp)
		add_endpoint(b, "--server", f->host, f->port);
	else
		add_option(b, f->is_pipe ? "--pipe" : "--socket", f->host);
}

static void swaks_envelope(struct buf *b, const struct facts *f)
{
	struct buf to = { 0 };
	char *from;

	if (*f->helo)
		add_option(b, "--helo", f->helo);
	if (f->mail) {
		from = command_path(f->mail);
		add_option(b, "--from", *from ? from : "<>");
		free(from);
	}
	for (size_t i = 0; i < f->now->n_rcpts; i++)
		buf_addf(&to, "%s%s", i ? "," : "", f->now->rcpts[i].address);
	if (to.len)
		add_option(b, "--to", buf_str(&to));
	buf_clear(&to);
}

static void swaks_security(struct buf *b, const struct facts *f)
{
	char *mech = mechanism(f);
	char *user = started_with(f, "--auth-user");

	if (f->tls)
		buf_adds(b, f->tls->u.tls.wrapped ? " --tls-on-connect"
		                                  : " --tls");
	if (f->tls && f->tls->u.tls.sni.len)
		add_option(b, "--tls-sni", event_text(f->tls,
		                                      f->tls->u.tls.sni));
	if (f->auth && *mech)
		add_option(b, "--auth", mech);
	if (f->auth && user)
		add_option(b, "--auth-user", user);
	if (f->auth) /* it asks for the password then, without echo */
		buf_adds(b, " --auth-hide-password --protect-prompt");
	free(mech);
	free(user);
}

static char *swaks_line(const struct facts *f)
{
	const char *stop = swaks_stop(f);
	struct buf b = { 0 };

	if (f->socks) /* it knows no proxy of that kind */
		return NULL;
	buf_adds(&b, "swaks");
	swaks_server(&b, f);
	if (strcmp(f->hello, "LHLO") == 0)
		buf_adds(&b, " --protocol LMTP");
	if (strcmp(f->hello, "HELO") == 0)
		buf_adds(&b, " --protocol SMTP");
	swaks_security(&b, f);
	swaks_envelope(&b, f);
	if (f->pipelined)
		buf_adds(&b, " --pipeline");
	if (stop)
		buf_addf(&b, " %s", stop);
	return buf_steal(&b);
}

/* ---- openssl, nc ---- */

static bool offers_starttls(const struct facts *f)
{
	for (size_t i = 0; i < f->now->n_caps; i++)
		if (strcasecmp(f->now->caps[i].keyword, "STARTTLS") == 0)
			return true;
	return false;
}

/* -quiet: else a typed line that begins with R (RCPT) or Q never arrives. */
static char *openssl_line(const struct facts *f)
{
	bool wrapped = f->tls && f->tls->u.tls.wrapped;
	struct buf b = { 0 };

	if (f->is_pipe || f->socks || (!f->tls && !offers_starttls(f)))
		return NULL;
	buf_adds(&b, "openssl s_client -crlf -quiet");
	if (f->tcp)
		add_endpoint(&b, "-connect", f->address, f->port);
	else
		add_option(&b, "-unix", f->host);
	if (!wrapped)
		buf_addf(&b, " -starttls %s",
		         strcmp(f->hello, "LHLO") == 0 ? "lmtp" : "smtp");
	if (!wrapped && *f->helo && *f->helo != '-')
		add_option(&b, "-name", f->helo);
	if (f->tls && f->tls->u.tls.sni.len)
		add_option(&b, "-servername",
		           event_text(f->tls, f->tls->u.tls.sni));
	else if (f->tls)
		buf_adds(&b, " -noservername");
	return buf_steal(&b);
}

/* -C: lines end in CRLF, as RFC 5321 §2.3.8 demands. */
static char *nc_line(const struct facts *f)
{
	struct buf b = { 0 };

	if (f->tls || f->is_pipe)
		return NULL;
	buf_adds(&b, "nc -C");
	if (f->socks) {
		buf_adds(&b, " -X 5");
		add_option(&b, "-x", f->socks);
	}
	buf_adds(&b, f->tcp ? " " : " -U ");
	add_word(&b, f->tcp ? f->address : f->host,
	         strlen(f->tcp ? f->address : f->host));
	if (f->tcp)
		buf_addf(&b, " %u", f->port);
	return buf_steal(&b);
}

/* ---- this program ---- */

/* The options of the start are words of a recording: each is made a word
 * again, and only options are taken. */
static char *self_line(const struct facts *f)
{
	const char *text = f->start
	        ? event_text(f->start, f->start->u.start.options) : "";
	struct buf b = { 0 }, word = { 0 };

	buf_adds(&b, PACKAGE_NAME);
	while (quote_next(&text, &word)) {
		if (word.len > 1 && word.data[0] == '-') {
			buf_addc(&b, ' ');
			add_word(&b, word.data, word.len);
		}
		buf_reset(&word);
	}
	buf_clear(&word);
	if (*f->now->target && *f->now->target != '|') {
		buf_adds(&b, *f->now->target == '-' ? " -- " : " ");
		add_word(&b, f->now->target, strlen(f->now->target));
	}
	return buf_steal(&b);
}

/* A transcript has no options: what it shows is all there is to repeat. */
static char *told_line(const struct facts *f)
{
	struct buf b = { 0 };
	char *where;

	if (!f->tcp)
		return NULL;
	buf_adds(&b, PACKAGE_NAME);
	swaks_envelope(&b, f); /* these options are called the same here */
	where = xasprintf(strchr(f->host, ':') ? "[%s]:%u" : "%s:%u", f->host,
	                  f->port);
	buf_addc(&b, ' ');
	add_word(&b, where, strlen(where));
	free(where);
	return buf_steal(&b);
}

static bool is_transcript(const struct facts *f)
{
	return f->start && !*event_text(f->start, f->start->u.start.options);
}

char *again_line(enum again_kind kind, const struct dialog *d)
{
	struct facts f;
	bool connected = gather(&f, d);

	/* a lesson's hosts are nowhere but in this run */
	if (kind == AGAIN_SELF && connected && use_via(&f))
		return NULL;
	if (kind == AGAIN_SELF && !is_transcript(&f))
		return self_line(&f);
	if (!connected)
		return NULL;
	if (kind == AGAIN_SELF)
		return told_line(&f);
	switch (kind) {
	case AGAIN_SWAKS: return swaks_line(&f);
	case AGAIN_OPENSSL: return openssl_line(&f);
	case AGAIN_NC: return nc_line(&f);
	default: return NULL;
	}
}

/* What stands behind the path of MAIL or RCPT. */
static void add_params(struct buf *out, const char *line)
{
	const char *end = line ? strchr(line, '>') : NULL;

	if (!end || !end[1 + strspn(end + 1, " ")])
		return;
	end += 1 + strspn(end + 1, " ");
	if (out->len)
		buf_addc(out, ' ');
	buf_adds(out, end);
}

char *again_lacks(enum again_kind kind, const struct dialog *d)
{
	struct buf b = { 0 };
	struct facts f;
	char *header;

	if (kind == AGAIN_SELF || !gather(&f, d))
		return NULL;
	header = started_with(&f, "--proxy-header");
	if (header)
		buf_addf(&b, "PROXY %s", header);
	if (kind == AGAIN_SWAKS) {
		add_params(&b, f.mail);
		add_params(&b, f.rcpt);
	}
	free(header);
	return b.len ? buf_steal(&b) : NULL;
}
