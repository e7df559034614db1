#include "config.h"

#include "import/form.h"

#include <stdint.h>

/* curl -v: > what it sent, < what came, * what it says. The message that it
 * sends is not shown. */

/* Where standard error is a file, what is uploaded is measured in front of the
 * first message: "\r  0     0 ... --:--:--     0*   Trying 192.0.2.1:25...". */
static struct piece behind_meter(struct piece line)
{
	size_t at = piece_has(line, "--:--:--") ? piece_find(line, "* ")
	                                        : SIZE_MAX;

	return at == SIZE_MAX ? line : piece_from(line, at);
}

static bool is_trying(struct piece line)
{
	struct piece rest = behind_meter(line);

	if (!piece_skip(&rest, "*"))
		return false;
	return piece_begins(piece_trim(rest), "Trying ") &&
	       piece_has(rest, "...");
}

static bool knows(struct piece line)
{
	struct piece rest = line;

	return is_trying(line) || piece_begins(line, "* Connected to ") ||
	       (piece_skip(&rest, "< ") && piece_is_reply(rest)) ||
	       (piece_skip(&rest, "> ") && talk_is_command(rest));
}

/* "mx.example (192.0.2.1) port 25 (#0)" */
static void read_connected(struct items *out, size_t number, struct piece rest)
{
	struct item *i = items_add(out, ITEM_CONNECTED, number);
	unsigned port;

	item_set_peer(i, piece_until(&rest, " ("));
	item_set(i, WORD_ADDRESS, piece_until(&rest, ")"));
	if (piece_skip(&rest, " port ") && piece_number(&rest, &port) &&
	    port <= 65535)
		i->port = (uint16_t)port;
}

/* "TLSv1.3 / TLS_AES_256_GCM_SHA384 / X25519 / RSASSA-PSS" */
static void read_tls(struct items *out, size_t number, struct piece rest)
{
	struct item *i = items_add(out, ITEM_TLS, number);

	item_set(i, WORD_TLS_VERSION, piece_until(&rest, " / "));
	item_set(i, WORD_TLS_CIPHER, piece_until(&rest, " / "));
	item_set(i, WORD_TLS_GROUP, piece_until(&rest, " / "));
}

/* What is said of the peer's certificate, behind the handshake. */
static void read_peer(struct items *out, struct piece rest)
{
	struct item *tls = items_newest(out, ITEM_TLS);

	if (!tls)
		return;
	if (piece_skip(&rest, "subject: "))
		item_set(tls, WORD_SUBJECT, rest);
	else if (piece_skip(&rest, "issuer: "))
		item_set(tls, WORD_ISSUER, rest);
	else if (piece_begins(rest, "SSL certificate verify ok"))
		item_set(tls, WORD_TLS_VERIFY, (struct piece){ "ok", 2 });
	else if (piece_skip(&rest, "SSL certificate verify result: ")) {
		item_set(tls, WORD_TLS_VERIFY, (struct piece){ "other", 5 });
		item_set(tls, WORD_TLS_DETAIL, piece_until(&rest, ", "));
	}
}

static void read_failure(struct items *out, size_t number, struct piece rest)
{
	bool told = items_newest(out, ITEM_FAILED) ||
	            items_newest(out, ITEM_CLOSED);

	/* "RCPT failed: 550" was said by the server already */
	if (piece_begins(rest, "connect to ") && piece_has(rest, "failed: "))
		piece_until(&rest, "failed: ");
	else if (!piece_skip(&rest, "Recv failure: ") &&
	         !piece_skip(&rest, "Send failure: ") &&
	         !piece_has(rest, "timed out"))
		return;
	if (!told)
		form_failed(out, number, form_failure(rest), rest);
}

static void read_note(struct items *out, size_t number, struct piece rest)
{
	struct item *i;

	rest = piece_trim(rest);
	if (piece_skip(&rest, "Trying ")) {
		i = items_add(out, ITEM_CONNECTING, number);
		item_set_peer(i, piece_until(&rest, "..."));
	} else if (piece_skip(&rest, "Connected to ") ||
	           piece_skip(&rest, "Established connection to ")) {
		read_connected(out, number, rest);
	} else if (piece_skip(&rest, "SSL connection using ")) {
		read_tls(out, number, rest);
	} else if (piece_begins(rest, "Closing connection") ||
	           piece_begins(rest, "closing connection") ||
	           piece_begins(rest, "Connection #")) {
		items_add(out, ITEM_CLOSED, number);
	} else {
		read_peer(out, rest);
		read_failure(out, number, rest);
	}
}

static void read_all(const struct text *text, struct items *out)
{
	for (size_t i = 0; i < text->n; i++) {
		struct piece rest = behind_meter(text->lines[i]);

		if (piece_skip(&rest, "> "))
			items_add_line(out, ITEM_CLIENT, i + 1, rest);
		else if (piece_skip(&rest, "< "))
			items_add_line(out, ITEM_SERVER, i + 1, rest);
		else if (piece_skip(&rest, "*"))
			read_note(out, i + 1, rest);
	}
}

const struct form form_curl = { .program = "curl", .knows = knows,
	.read = read_all };
