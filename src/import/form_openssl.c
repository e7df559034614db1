#include "config.h"

#include "import/form.h"

#include <stdint.h>

/*
 * openssl s_client. Before the dialog stands what was found out of the
 * handshake and the certificates, between lines of three hyphens; with TLS 1.3
 * there is more of it in the middle, when a ticket comes. With -starttls the
 * dialog before the handshake is not shown, but for the last line of the reply
 * to EHLO, which counts no more inside (RFC 3207 §4.2).
 */

struct reader {
	struct talk talk;
	struct item tls; /* what is known of the handshake, until it is told */
	bool facts;      /* no lines of the dialog yet, or none again */
	bool told;       /* ITEM_TLS is in the list */
	struct piece reason; /* of the system, if it had one to complain */
};

static bool is_facts(struct piece line)
{
	return piece_begins(line, "CONNECTED(") ||
	       piece_is(line, "CONNECTION ESTABLISHED") ||
	       (piece_begins(line, "depth=") && line.len > 7 &&
	        line.p[6] >= '0' && line.p[6] <= '9');
}

/* "405793E5907F0000:error:8000006F:system library:BIO_connect:Connection
 * refused:../crypto/bio/bio_sock2.c:117:" */
static bool is_complaint(struct piece line)
{
	size_t at = piece_find(line, ":error:");

	return at != SIZE_MAX && at <= 16; /* a thread's number in hex */
}

static bool is_failure(struct piece line)
{
	return piece_begins(line, "connect:errno=");
}

static bool knows(struct piece line)
{
	return is_facts(line) || is_failure(line) || is_complaint(line);
}

static void read_complaint(struct reader *r, struct piece line)
{
	if (!piece_has(line, ":system library:"))
		return;
	piece_until(&line, ":system library:");
	piece_until(&line, ":");
	r->reason = piece_until(&line, ":");
}

static bool ends(struct piece line)
{
	return piece_is(line, "DONE") || piece_is(line, "closed") ||
	       piece_begins(line, "read:errno=") || is_facts(line);
}

/* Reasons of X509_V_ERR_..., as its manual numbers them. */
static const char *reason_id(unsigned number)
{
	static const struct {
		unsigned number;
		const char *id;
	} rows[] = {
		{ 0, "ok" },           { 9, "not-yet-valid" },
		{ 10, "expired" },     { 18, "self-signed" },
		{ 19, "unknown-root" }, { 20, "unknown-issuer" },
		{ 21, "unknown-issuer" }, { 23, "revoked" },
		{ 62, "name-mismatch" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].number == number)
			return rows[i].id;
	return "other";
}

static struct piece as_piece(const char *text)
{
	struct piece all = { text, 0 };

	while (text[all.len])
		all.len++;
	return all;
}

static void read_verify(struct item *tls, struct piece rest)
{
	unsigned number = 0;

	piece_number(&rest, &number);
	item_set(tls, WORD_TLS_VERIFY, as_piece(reason_id(number)));
	piece_skip(&rest, " (");
	if (number)
		item_set(tls, WORD_TLS_DETAIL, piece_until(&rest, ")"));
}

static void read_fact(struct item *tls, struct piece line)
{
	struct piece rest = piece_trim(line);

	if (piece_skip(&rest, "subject=") ||
	    piece_skip(&rest, "Peer certificate: "))
		item_set(tls, WORD_SUBJECT, piece_trim(rest));
	else if (piece_skip(&rest, "issuer="))
		item_set(tls, WORD_ISSUER, piece_trim(rest));
	else if (piece_skip(&rest, "New, ")) {
		item_set(tls, WORD_TLS_VERSION, piece_until(&rest, ", "));
		if (piece_skip(&rest, "Cipher is "))
			item_set(tls, WORD_TLS_CIPHER, rest);
	} else if (piece_skip(&rest, "Protocol version: ") ||
	           piece_skip(&rest, "Protocol  : "))
		item_set(tls, WORD_TLS_VERSION, rest);
	else if (piece_skip(&rest, "Ciphersuite: "))
		item_set(tls, WORD_TLS_CIPHER, rest);
	else if (piece_skip(&rest, "Server Temp Key: ") ||
	         piece_skip(&rest, "Peer Temp Key: "))
		item_set(tls, WORD_TLS_GROUP, piece_until(&rest, ", "));
	else if (piece_skip(&rest, "Verify return code: "))
		read_verify(tls, rest);
	else if (piece_is(rest, "Verification: OK"))
		item_set(tls, WORD_TLS_VERIFY, as_piece("ok"));
	else if (piece_skip(&rest, "Verification error: ")) {
		item_set(tls, WORD_TLS_VERIFY, as_piece("other"));
		item_set(tls, WORD_TLS_DETAIL, rest);
	}
}

static bool knows_version(const struct item *tls)
{
	return *item_word(tls, WORD_TLS_VERSION) &&
	       *item_word(tls, WORD_TLS_VERSION) != '(';
}

/* The dialog begins, inside TLS where there is a handshake to tell of. */
static void tell_tls(struct reader *r, size_t number)
{
	struct item *i;

	if (r->told)
		return;
	r->told = true;
	i = items_add(r->talk.out, ITEM_TLS, number);
	i->words = r->tls.words;
	r->tls.words = NULL;
}

/* "250 HELP" and nothing else: see above. */
static bool is_left_over(const struct reader *r, size_t i)
{
	struct piece line = r->talk.text->lines[i];

	return !r->told && piece_is_reply(line) && piece_code(line) == 250;
}

static void begin_dialog(struct reader *r, size_t i)
{
	bool left = is_left_over(r, i);

	r->facts = false;
	tell_tls(r, i + 1);
	if (!left)
		talk_line(&r->talk, i, ends);
}

static void fact_line(struct reader *r, size_t i)
{
	struct piece line = r->talk.text->lines[i];

	if (!r->told && (piece_is_reply(line) || talk_is_command(line)))
		begin_dialog(r, i);
	else if (r->told && piece_is(line, "---"))
		r->facts = false; /* the end of a ticket */
	else if (!r->told)
		read_fact(&r->tls, line);
}

/* Messages among the lines of the dialog; false: it is one of those. */
static bool read_message(struct reader *r, size_t i)
{
	struct piece line = r->talk.text->lines[i];
	bool ticket = piece_is(line, "---") && i + 1 < r->talk.text->n &&
	              piece_begins(r->talk.text->lines[i + 1],
	                           "Post-Handshake");

	if (ticket)
		r->facts = true;
	else if (piece_is(line, "DONE"))
		items_add(r->talk.out, ITEM_CLOSED, i + 1);
	else if (piece_is(line, "closed") || piece_begins(line, "read:errno="))
		items_add(r->talk.out, ITEM_CLOSED, i + 1)->by_server = true;
	else
		return ticket || piece_is(line, "---") ||
		       piece_is(line, "read R BLOCK") ||
		       piece_is(line, "RENEGOTIATING") || is_facts(line) ||
		       piece_begins(line, "verify return:");
	return true;
}

static void begin_connection(struct reader *r, size_t i)
{
	items_add(r->talk.out, ITEM_CONNECTED, i + 1);
	r->facts = true;
	r->told = false;
	r->talk.open = r->talk.body = false;
}

static void read_line(struct reader *r, size_t i)
{
	struct piece line = r->talk.text->lines[i], rest = line;
	struct item *c;

	if (piece_begins(line, "CONNECTED(") ||
	    piece_is(line, "CONNECTION ESTABLISHED")) {
		begin_connection(r, i);
	} else if (piece_skip(&rest, "Connecting to ")) {
		c = items_add(r->talk.out, ITEM_CONNECTING, i + 1);
		item_set_peer(c, rest);
	} else if (is_failure(line)) {
		rest = r->reason.len ? r->reason : line;
		form_failed(r->talk.out, i + 1, form_failure(rest), rest);
	} else if (!r->talk.body && is_complaint(line)) {
		read_complaint(r, line);
	} else if (r->facts) {
		fact_line(r, i);
	} else if (r->talk.body || !read_message(r, i)) {
		talk_line(&r->talk, i, ends);
	}
}

static void read_all(const struct text *text, struct items *out)
{
	struct reader r = { .talk = { .text = text, .out = out },
		.facts = true };

	for (size_t i = 0; i < text->n; i++)
		read_line(&r, i);
	if (!r.told && knows_version(&r.tls)) /* and no dialog */
		tell_tls(&r, text->n);
	item_clear(&r.tls);
}

const struct form form_openssl = { .program = "openssl s_client",
	.knows = knows, .read = read_all };
