#include "config.h"

#include "import/form.h"

/* What telnet prints, which marks no line, and what nc leaves on a screen. */

static bool is_trying(struct piece line)
{
	return piece_begins(line, "Trying ") && piece_has(line, "...");
}

/* OpenBSD's nc -v: "Connection to mx.example (192.0.2.1) 25 port [tcp/smtp]
 * succeeded!", the address since its version 1.2. */
static bool is_netcat(struct piece line)
{
	return piece_begins(line, "Connection to ") &&
	       piece_has(line, " succeeded!");
}

static bool knows_nc(struct piece line)
{
	return is_netcat(line) || piece_begins(line, "Ncat: ");
}

static bool is_connected(struct piece line)
{
	return piece_begins(line, "Connected to ") ||
	       piece_begins(line, "Ncat: Connected to ") || is_netcat(line);
}

static bool is_closed(struct piece line)
{
	return piece_is(line, "Connection closed by foreign host.") ||
	       piece_is(line, "Connection closed by foreign host") ||
	       piece_is(line, "Connection closed.");
}

static bool ends(struct piece line)
{
	return is_closed(line) || is_trying(line) || is_connected(line) ||
	       piece_begins(line, "telnet>");
}

/* Where no connection is told of, a reply with a code that may greet or refuse
 * begins it, or a command that is one beyond doubt. */
static bool begins(struct piece line)
{
	unsigned code = piece_is_reply(line) ? piece_code(line) : 0;
	bool enhanced = code && line.len > 8 && line.p[5] == '.' &&
	                line.p[4] == line.p[0];

	return code == 220 || code == 421 || code == 554 || enhanced ||
	       talk_is_command(line);
}

static bool knows(struct piece line)
{
	return is_trying(line) || is_connected(line) ||
	       piece_begins(line, "Escape character is ") ||
	       piece_begins(line, "telnet: ");
}

/* A word alone may be any text's. */
static bool knows_bare(struct piece line)
{
	return begins(line) && piece_has(line, " ");
}

/* "telnet: connect to address 192.0.2.1: Connection refused" */
static void read_failure(struct items *out, size_t number, struct piece line)
{
	struct piece address = line, reason;

	if (piece_skip(&address, "telnet: connect to address ")) {
		struct item *c = items_newest(out, ITEM_CONNECTING);

		reason = piece_from(address, 0);
		address = piece_until(&reason, ": ");
		if (!c || items_newest(out, ITEM_FAILED))
			c = items_add(out, ITEM_CONNECTING, number);
		item_set(c, WORD_ADDRESS, address);
	} else {
		reason = line;
		piece_until(&reason, ": "); /* "telnet" */
		if (piece_has(reason, ": "))
			piece_until(&reason, ": ");
		if (items_newest(out, ITEM_FAILED))
			return; /* all of them, which was told of each */
	}
	form_failed(out, number, form_failure(reason), reason);
}

static void set_connected(struct item *i, struct piece rest)
{
	unsigned port;

	if (is_netcat(rest)) {
		piece_skip(&rest, "Connection to ");
		item_set_peer(i, piece_until(&rest, " "));
		if (piece_skip(&rest, "("))
			item_set(i, WORD_ADDRESS, piece_until(&rest, ")"));
		if (piece_number(&rest, &port) && port <= 65535)
			i->port = (uint16_t)port;
		return;
	}
	piece_skip(&rest, "Ncat: ");
	piece_skip(&rest, "Connected to ");
	if (rest.len && rest.p[rest.len - 1] == '.')
		rest.len--;
	item_set_peer(i, rest);
}

/* False: a line of the dialog. */
static bool read_message(struct talk *t, size_t i, bool *in)
{
	struct piece line = t->text->lines[i], rest = line;
	struct item *item;

	if (is_trying(line)) {
		piece_skip(&rest, "Trying ");
		item = items_add(t->out, ITEM_CONNECTING, i + 1);
		item_set_peer(item, piece_until(&rest, "..."));
		*in = false;
	} else if (is_connected(line)) {
		set_connected(items_add(t->out, ITEM_CONNECTED, i + 1), line);
		*in = true;
	} else if (piece_begins(line, "telnet: ")) {
		read_failure(t->out, i + 1, line);
		*in = false;
	} else if (is_closed(line)) {
		item = items_add(t->out, ITEM_CLOSED, i + 1);
		item->by_server = !piece_is(line, "Connection closed.");
		*in = false;
	} else {
		return piece_begins(line, "Escape character is ") ||
		       piece_begins(line, "Ncat: ") ||
		       piece_begins(line, "telnet>") || piece_is(line, "^]");
	}
	t->body = t->open = t->bye = false;
	return true;
}

/* "$ telnet mx.example 25": the port, which telnet does not repeat; else 0. */
static uint16_t port_of_command(struct piece line)
{
	unsigned port = 0;

	if (!piece_has(line, "telnet ") && !piece_has(line, "nc "))
		return 0;
	while (piece_has(line, " "))
		piece_until(&line, " ");
	return piece_number(&line, &port) && line.len == 0 && port <= 65535
	               ? (uint16_t)port : 0;
}

static void set_port(struct items *out, uint16_t port)
{
	struct item *c = items_newest(out, ITEM_CONNECTED);

	if (!c)
		c = items_newest(out, ITEM_CONNECTING);
	if (c && !c->port)
		c->port = port;
}

static void read_all(const struct text *text, struct items *out)
{
	struct talk t = { .text = text, .out = out };
	uint16_t port = 0;
	bool in = false;

	for (size_t i = 0; i < text->n; i++) {
		if (!in && port_of_command(text->lines[i]))
			port = port_of_command(text->lines[i]);
		if (!t.body && read_message(&t, i, &in)) {
			set_port(out, port);
			continue;
		}
		if (t.bye || !in) /* then a shell's prompt may stand there */
			in = begins(text->lines[i]);
		t.bye = false;
		if (in)
			talk_line(&t, i, ends);
	}
}

const struct form form_telnet = { .program = "telnet", .knows = knows,
	.read = read_all };
const struct form form_nc = { .program = "nc", .knows = knows_nc,
	.read = read_all };
const struct form form_bare = { .program = "plain text",
	.knows = knows_bare, .read = read_all };
