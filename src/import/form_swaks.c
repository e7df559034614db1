#include "config.h"

#include "import/form.h"

/* The marks of swaks; report/swaks.h has the list of them. */

struct mark {
	const char *text;
	enum item_kind kind;
};

/* A paste may have lost the blank at the left. */
static const struct mark marks[] = {
	{ " ->", ITEM_CLIENT },  { " ~>", ITEM_CLIENT },
	{ "**>", ITEM_CLIENT },  { "*~>", ITEM_CLIENT },
	{ "->", ITEM_CLIENT },   { "~>", ITEM_CLIENT },
	{ "<**", ITEM_SERVER },  { "<~*", ITEM_SERVER },
	{ "<- ", ITEM_SERVER },  { "<~ ", ITEM_SERVER },
	{ "<-", ITEM_SERVER },   { "<~", ITEM_SERVER },
};

static const struct mark *find_mark(struct piece line)
{
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (piece_begins(line, marks[i].text))
			return &marks[i];
	return NULL;
}

static bool knows(struct piece line)
{
	return piece_begins(line, "=== Trying ") ||
	       piece_begins(line, "=== Connected to ") || find_mark(line);
}

/* What stands behind its mark and the blank there. */
static struct piece behind(struct piece line, const struct mark *m)
{
	piece_skip(&line, m->text);
	piece_skip(&line, " ");
	return line;
}

/* "mx.example:25...", "192.0.2.1:25...", "pipe to COMMAND..." */
static void read_trying(struct items *out, size_t number, struct piece rest)
{
	struct item *i = items_add(out, ITEM_CONNECTING, number);

	if (rest.len >= 3 && piece_is(piece_from(rest, rest.len - 3), "..."))
		rest.len -= 3;
	if (piece_skip(&rest, "pipe to ") || piece_begins(rest, "/"))
		item_set(i, WORD_HOST, rest);
	else
		item_set_peer(i, rest);
}

static void read_connected(struct items *out, size_t number, struct piece rest)
{
	struct item *i = items_add(out, ITEM_CONNECTED, number);

	if (rest.len && rest.p[rest.len - 1] == '.')
		rest.len--;
	item_set_peer(i, rest);
	if (*item_word(i, WORD_HOST) == '/') /* a socket's path */
		item_set(i, WORD_HOST, rest);
}

/* "TLSv1.3:TLS_AES_256_GCM_SHA384:256"; older ones name no version. */
static void read_tls(struct items *out, size_t number, struct piece rest)
{
	struct item *i = items_add(out, ITEM_TLS, number);
	struct piece first = piece_until(&rest, ":");

	if (piece_begins(first, "TLSv") || piece_begins(first, "SSLv")) {
		item_set(i, WORD_TLS_VERSION, first);
		first = piece_until(&rest, ":");
	}
	item_set(i, WORD_TLS_CIPHER, first);
}

/* What is said of the peer's certificate, behind the handshake. */
static void read_peer(struct items *out, struct piece rest)
{
	struct item *tls = items_newest(out, ITEM_TLS);

	if (!tls)
		return;
	if (piece_skip(&rest, " DN=\"") ||
	    piece_skip(&rest, " subject DN=\"") ||
	    piece_skip(&rest, "[0]   subject=["))
		item_set(tls, WORD_SUBJECT,
		         piece_has(rest, "\"") ? piece_until(&rest, "\"")
		                               : piece_until(&rest, "]"));
	else if (piece_begins(rest, " certificate passed CA"))
		item_set(tls, WORD_TLS_VERIFY, (struct piece){ "ok", 2 });
	else if (piece_begins(rest, " certificate failed CA"))
		item_set(tls, WORD_TLS_VERIFY, (struct piece){ "other", 5 });
}

static void read_note(struct items *out, size_t number, struct piece rest)
{
	if (piece_skip(&rest, "Trying "))
		read_trying(out, number, rest);
	else if (piece_skip(&rest, "Connected to "))
		read_connected(out, number, rest);
	else if (piece_skip(&rest, "TLS started with cipher ") ||
	         piece_skip(&rest, "TLS started w/ cipher "))
		read_tls(out, number, rest);
	else if (piece_skip(&rest, "TLS peer"))
		read_peer(out, rest);
	else if (piece_begins(rest, "Connection closed with remote host") ||
	         piece_begins(rest, "Dropping connection"))
		items_add(out, ITEM_CLOSED, number);
}

/* "*** \tIO::Socket::INET6: connect: Connection refused": its last words. */
static void read_detail(struct items *out, struct piece rest)
{
	struct item *failed = items_newest(out, ITEM_FAILED);

	if (!failed || *item_word(failed, WORD_DETAIL))
		return;
	while (piece_has(rest, ": "))
		piece_until(&rest, ": ");
	item_set(failed, WORD_DETAIL, piece_trim(rest));
	failed->fail = form_failure(rest);
}

static void read_error(struct items *out, size_t number, struct piece rest)
{
	if (piece_begins(rest, "Error connecting to "))
		form_failed(out, number, FAIL_LOCAL, (struct piece){ "", 0 });
	else if (piece_begins(rest, "\t"))
		read_detail(out, rest);
	else if (piece_skip(&rest, "TLS startup failed ("))
		form_failed(out, number, FAIL_TLS, piece_until(&rest, ")"));
	else if (piece_begins(rest, "Remote host closed connection"))
		items_add(out, ITEM_CLOSED, number)->by_server = true;
}

/* Lines of the message are shown. */
static bool in_body(struct items *out)
{
	const struct item *server = items_newest(out, ITEM_SERVER);
	const struct item *client = items_newest(out, ITEM_CLIENT);

	return server && client > server &&
	       piece_begins(item_line(server), "354");
}

/* swaks -n: "4 lines sent", the dot that ends it is one of them. Ours also
 * tells chunks so, before the first. */
static bool is_count(struct piece line, unsigned *lines)
{
	return piece_number(&line, lines) && piece_is(line, " lines sent");
}

static void read_line(struct items *out, size_t number, struct piece line)
{
	const struct mark *m = find_mark(line);
	struct piece text = behind(line, m);
	unsigned lines;

	if (m->kind == ITEM_SERVER && piece_begins(text, "Timeout ("))
		form_failed(out, number, FAIL_TIMEOUT, (struct piece){ "", 0 });
	else if (m->kind == ITEM_CLIENT && !in_body(out) &&
	         is_count(text, &lines))
		items_add(out, ITEM_MESSAGE, number)->lines =
		    lines ? lines - 1 : 0;
	else
		items_add_line(out, m->kind, number, text);
}

static void read_all(const struct text *text, struct items *out)
{
	for (size_t i = 0; i < text->n; i++) {
		struct piece rest = text->lines[i];

		if (piece_skip(&rest, "=== "))
			read_note(out, i + 1, rest);
		else if (piece_skip(&rest, "*** "))
			read_error(out, i + 1, rest);
		else if (find_mark(rest))
			read_line(out, i + 1, rest);
	}
}

const struct form form_swaks = { .program = "swaks", .knows = knows,
	.read = read_all };
