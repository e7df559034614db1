#include "config.h"

#include "import/dialog_star.h"

#include <stdint.h>
#include <string.h>

#include "core/escape.h"
#include "import/form.h"

/* ---- tokens ---- */

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* "<1B>" or "<U+202E>" at the front of s: its length, 0: none. */
static size_t token(struct piece s, uint32_t *value)
{
	struct piece rest = s;
	size_t digits = 0;
	bool wide;

	*value = 0;
	if (!piece_skip(&rest, "<"))
		return 0;
	wide = piece_skip(&rest, "U+");
	for (; digits < rest.len && digits < 6; digits++) {
		if (hex(rest.p[digits]) < 0)
			break;
		*value = *value << 4 | (uint32_t)hex(rest.p[digits]);
	}
	if (digits == rest.len || rest.p[digits] != '>' ||
	    (wide ? digits < 4 : digits != 2))
		return 0;
	return (size_t)(rest.p - s.p) + digits + 1;
}

void star_read_back(struct buf *out, struct piece text, bool client)
{
	while (text.len) {
		uint32_t value;
		size_t len = token(text, &value);
		bool breaks = value == '\n' ||
		              (client && (value == '\r' || value == 0));
		char utf8[4];

		if (len == 0 || breaks) {
			buf_addc(out, text.p[0]);
			text = piece_from(text, 1);
			continue;
		}
		if (len == 4)
			buf_addc(out, (char)value);
		else
			buf_add(out, utf8, utf8_encode(value, utf8));
		text = piece_from(text, len);
	}
}

static void set_back(struct item *i, enum item_word w, struct piece text)
{
	struct buf plain = { 0 };

	star_read_back(&plain, text, true);
	item_set(i, w, (struct piece){ buf_str(&plain), plain.len });
	buf_clear(&plain);
}

/* ---- words in both languages ---- */

struct words {
	const char *en, *de;
};

static const struct words connecting = { "Connecting to ", "Verbindung zu " };
static const struct words connected = { "Connected", "Verbunden" };
static const struct words took = { " in ", " in " };
static const struct words from = { " from ", " von " };
static const struct words via = { " via ", " über " };
static const struct words by_server = { "The server closed the connection",
	"Der Server hat die Verbindung geschlossen" };
static const struct words by_us = { "The connection was closed from here",
	"Die Verbindung wurde von hier geschlossen" };
static const struct words message = { "Message: ", "Nachricht: " };
static const struct words wrapped = { "TLS from the start: ",
	"TLS von Anfang an: " };
static const struct words proved = { "the other side is who it should be",
	"Die Gegenseite ist, wer sie sein soll" };
static const struct words not_proved = {
	"who the other side is, is not certain: ",
	"Wer die Gegenseite ist, ist nicht sicher: " };
static const struct words certificate = { "Certificate 0: ", "Zertifikat 0: " };
static const struct words issuer = { "Issuer ", "Aussteller " };

/* The heads of failures (knowledge/phrases.tsv) that a session cannot come to
 * by what stands before them. */
static const struct {
	struct words head;
	enum fail_kind kind;
} failures[] = {
	{ { "CONNECTION REFUSED", "VERBINDUNG ABGELEHNT" }, FAIL_REFUSED },
	{ { "TIMEOUT", "ZEITÜBERSCHREITUNG" }, FAIL_TIMEOUT },
	{ { "CONNECTION RESET", "VERBINDUNG ABGERISSEN" }, FAIL_RESET },
	{ { "CLOSED BY THE SERVER", "VOM SERVER GESCHLOSSEN" }, FAIL_CLOSED },
	{ { "NOT REACHABLE", "NICHT ERREICHBAR" }, FAIL_UNREACHABLE },
	{ { "TLS FAILED", "TLS GESCHEITERT" }, FAIL_TLS },
	{ { "CANCELLED", "ABGEBROCHEN" }, FAIL_CANCELLED },
	{ { "FAILED", "GESCHEITERT" }, FAIL_LOCAL },
};

static bool skip(struct piece *s, struct words w)
{
	return piece_skip(s, w.en) || piece_skip(s, w.de);
}

static bool has(struct piece s, struct words w)
{
	return piece_has(s, w.en) || piece_has(s, w.de);
}

static struct piece until(struct piece *s, struct words w)
{
	return piece_until(s, piece_has(*s, w.en) ? w.en : w.de);
}

/* ---- times ---- */

/* "0.4 ms", "31 ms", "2.5 s"; "< 0.1 ms" is some microseconds. False: it is
 * none. */
static bool parse_span(struct piece s, uint32_t *us)
{
	bool less = piece_skip(&s, "< ");
	unsigned whole, tenth = 0;
	bool is = s.len && s.p[0] >= '0' && s.p[0] <= '9' &&
	          piece_number(&s, &whole);

	if (is && piece_skip(&s, "."))
		is = piece_number(&s, &tenth) && tenth < 10;
	if (!is || whole > 4000000)
		return false;
	*us = whole * 1000 + tenth * 100;
	if (piece_is(s, " s") && whole <= 4000)
		*us *= 1000;
	else if (!piece_is(s, " ms"))
		return false;
	if (less)
		*us /= 2;
	return true;
}

/* ---- lines ---- */

/* "TARGET  2026-11-29T10:00:00Z  smtpscope 0.1" */
static bool take_header(struct piece rest, struct piece parts[3])
{
	struct piece at;

	if (!piece_has(rest, "  " "20") || !piece_has(rest, "Z  " PACKAGE_NAME))
		return false;
	parts[0] = piece_until(&rest, "  " "20");
	at = piece_from(rest, 0);
	parts[1] = piece_until(&rest, "  ");
	if (parts[1].len != strlen("26-11-29T10:00:00Z") ||
	    parts[1].p[8] != 'T')
		return false;
	parts[1] = (struct piece){ at.p - 2, parts[1].len + 2 };
	parts[2] = rest;
	return piece_skip(&parts[2], PACKAGE_NAME " ");
}

bool star_knows(struct piece line)
{
	struct piece parts[3];

	return piece_skip(&line, "* ") &&
	       (take_header(line, parts) ||
	        (skip(&line, connecting) && piece_has(line, "]:")));
}

static void header(struct star *s, struct items *out, size_t number,
                   const struct piece parts[3])
{
	struct item *i = items_add(out, ITEM_TARGET, number);

	s->ours = true;
	set_back(i, WORD_TARGET, parts[0]);
	item_set(i, WORD_TIME, parts[1]);
	item_set(i, WORD_VERSION, parts[2]);
}

static void begin_connection(struct items *out, size_t number,
                             struct piece rest)
{
	struct item *i = items_add(out, ITEM_CONNECTING, number);
	struct piece peer = until(&rest, via);

	if (piece_has(peer, "["))
		item_set_peer(i, peer);
	else /* a socket's path, a command */
		set_back(i, WORD_HOST, peer);
	if (rest.len)
		set_back(i, WORD_VIA, rest);
}

static void end_connecting(struct items *out, size_t number, struct piece rest)
{
	struct item *i = items_add(out, ITEM_CONNECTED, number);
	struct piece span = piece_until(&rest, ";");

	if (skip(&span, took)) {
		struct piece local = span;

		span = until(&local, from);
		parse_span(span, &i->us);
		set_back(i, WORD_LOCAL, local);
	}
}

/* "TLSv1.3, TLS_AES_256_GCM_SHA384, X25519, ALPN smtp, 3.2 ms" */
static void handshake(struct items *out, size_t number, struct piece rest,
                      bool from_start)
{
	struct item *i = items_add(out, ITEM_TLS, number);
	enum item_word w = WORD_TLS_VERSION;

	i->wrapped = from_start;
	while (rest.len) {
		struct piece part = piece_until(&rest, ", ");

		if (parse_span(part, &i->us))
			continue;
		if (piece_skip(&part, "ALPN "))
			set_back(i, WORD_TLS_ALPN, part);
		else if (w <= WORD_TLS_GROUP)
			set_back(i, w++, part);
	}
}

static void body(struct items *out, size_t number, struct piece rest)
{
	struct item *i = items_add(out, ITEM_MESSAGE, number);
	unsigned n;

	if (piece_number(&rest, &n))
		i->lines = n;
	if (piece_number(&rest, &n))
		i->bytes = n;
	if (piece_number(&rest, &n))
		i->stuffed = n;
	piece_until(&rest, "SHA-256 ");
	item_set(i, WORD_SHA256, piece_trim(rest));
}

/* "✘ HEAD: detail"; the mark may be another where there is no UTF-8. */
static void failure(struct items *out, size_t number, struct piece rest)
{
	piece_until(&rest, " ");
	for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
		struct piece detail = rest;

		if (!skip(&detail, failures[i].head) ||
		    (detail.len && !piece_skip(&detail, ": ")))
			continue;
		form_failed(out, number, failures[i].kind, detail);
		return;
	}
}

void star_line(struct star *s, struct items *out, size_t number,
               struct piece rest)
{
	struct piece parts[3];

	if (take_header(rest, parts))
		header(s, out, number, parts);
	else if (skip(&rest, connecting))
		begin_connection(out, number, rest);
	else if (skip(&rest, connected))
		end_connecting(out, number, rest);
	else if (skip(&rest, by_server))
		items_add(out, ITEM_CLOSED, number)->by_server = true;
	else if (skip(&rest, by_us))
		items_add(out, ITEM_CLOSED, number);
	else if (skip(&rest, message))
		body(out, number, rest);
	else if (skip(&rest, wrapped))
		handshake(out, number, rest, true);
	else if (piece_skip(&rest, "TLS: "))
		handshake(out, number, rest, false);
	else
		failure(out, number, rest);
}

/* ---- explanations ---- */

/* "WORD (the library's words)" */
static void set_reason(struct item *tls, struct piece rest)
{
	item_set(tls, WORD_TLS_VERIFY, piece_until(&rest, " ("));
	if (rest.len)
		rest.len--;
	set_back(tls, WORD_TLS_DETAIL, rest);
}

static void peer_line(struct item *tls, struct piece line)
{
	if (skip(&line, certificate))
		set_back(tls, WORD_SUBJECT, line);
	else if (skip(&line, issuer) && !*item_word(tls, WORD_ISSUER))
		set_back(tls, WORD_ISSUER, piece_trim(line));
	else if (has(line, proved))
		item_set(tls, WORD_TLS_VERIFY, (struct piece){ "ok", 2 });
	else if (has(line, not_proved)) {
		until(&line, not_proved);
		set_reason(tls, line);
	}
}

/* "✔ 250 2.1.0 OK  0.4 ms": behind the last two blanks. */
static void reply_line(struct item *reply, struct piece line)
{
	while (piece_has(line, "  "))
		piece_until(&line, "  ");
	if (reply->us == 0)
		parse_span(line, &reply->us);
}

void star_explanation(struct star *s, struct items *out, struct piece line)
{
	struct item *last = out->n ? &out->at[out->n - 1] : NULL;

	line = piece_trim(line);
	if (!s->ours || !last)
		return;
	if (last->kind == ITEM_TLS)
		peer_line(last, line);
	else if (last->kind == ITEM_SERVER)
		reply_line(last, line);
}
