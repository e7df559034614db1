#include "config.h"

#include "import/form.h"

#include <stdint.h>
#include <string.h>

/*
 * What Postfix writes: its log, where debug_peer_list makes smtp and smtpd tell
 * each line, and the screen of posttls-finger.
 *
 *     postfix/smtp[17]: > mx.example[192.0.2.1]:25: EHLO me.example
 *     postfix/smtpd[18]: < unknown[192.0.2.9]: EHLO me.example
 *     posttls-finger: < 220 mx.example ESMTP
 *
 * Several processes may write at once; each has its own dialog.
 */

enum { PROCESSES_MAX = 500 }; /* dialogs told at once in one file */

static const char finger[] = "posttls-finger: ";

struct source {
	unsigned pid;
	bool server; /* smtpd: < is what the client says */
	bool finger;
};

/* Takes off what stands before the message; false: another program's. */
static bool take_source(struct piece *line, struct source *s)
{
	struct piece rest = *line;
	size_t at = piece_find(rest, "/smtp");

	*s = (struct source){ 0 };
	if (piece_skip(line, finger)) {
		s->finger = true;
		return true;
	}
	if (at == SIZE_MAX || !piece_has((struct piece){ rest.p, at },
	                                 "postfix"))
		return false;
	rest = piece_from(rest, at);
	piece_skip(&rest, "/smtp");
	s->server = piece_skip(&rest, "d");
	if (!piece_skip(&rest, "[") || !piece_number(&rest, &s->pid) ||
	    !piece_skip(&rest, "]: "))
		return false;
	*line = rest;
	return true;
}

static bool is_direction(struct piece message)
{
	return piece_begins(message, "> ") || piece_begins(message, "< ");
}

static bool knows_log(struct piece line)
{
	struct source s;

	return take_source(&line, &s) && !s.finger && is_direction(line) &&
	       piece_has(line, "]");
}

static bool knows_finger(struct piece line)
{
	return piece_begins(line, finger);
}

static bool is_peer(const struct item *c, struct piece peer)
{
	struct item i = { .kind = ITEM_CONNECTING };
	bool same;

	item_set_peer(&i, peer);
	same = strcmp(item_word(&i, WORD_ADDRESS),
	              item_word(c, WORD_ADDRESS)) == 0;
	item_clear(&i);
	return same;
}

static struct item *connect_to(struct items *out, size_t number,
                               struct piece peer)
{
	struct item *c = items_newest(out, ITEM_CONNECTING);

	if (c && is_peer(c, peer) && !items_newest(out, ITEM_FAILED))
		return c;
	c = items_add(out, ITEM_CONNECTING, number);
	item_set_peer(c, peer);
	return c;
}

/* "mx.example[192.0.2.1]:25: 250 ok"; posttls-finger names no peer there. */
static void read_line(struct items *out, size_t number, struct piece rest,
                      const struct source *s)
{
	bool sent = rest.p[0] == '>';
	struct piece peer;

	rest = piece_from(rest, 2);
	if (!s->finger) {
		peer = rest;
		if (!piece_has(peer, "]"))
			return;
		piece_until(&rest, "]");
		piece_until(&rest, ": ");
		peer.len = (size_t)(rest.p - peer.p) - 2;
		if (!s->server) /* there the peer is the client */
			connect_to(out, number, peer);
	}
	items_add_line(out, sent != s->server ? ITEM_CLIENT : ITEM_SERVER,
	               number, rest);
}

/* "Verified TLS connection established to mx.example[192.0.2.1]:25: TLSv1.3
 * with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) ..." */
static void read_tls(struct items *out, size_t number, struct piece rest)
{
	struct item *i = items_add(out, ITEM_TLS, number);
	bool sure = piece_begins(rest, "Verified") ||
	            piece_begins(rest, "Trusted");

	if (sure)
		item_set(i, WORD_TLS_VERIFY, (struct piece){ "ok", 2 });
	else
		item_set(i, WORD_TLS_VERIFY, (struct piece){ "other", 5 });
	piece_until(&rest, "]");
	piece_until(&rest, ": ");
	item_set(i, WORD_TLS_VERSION, piece_until(&rest, " with cipher "));
	item_set(i, WORD_TLS_CIPHER, piece_until(&rest, " ("));
	if (piece_has(rest, "key-exchange ")) {
		piece_until(&rest, "key-exchange ");
		item_set(i, WORD_TLS_GROUP, piece_until(&rest, " "));
	}
}

static void read_failure(struct items *out, size_t number, struct piece rest)
{
	struct piece peer;

	if (piece_skip(&rest, "connect to ")) {
		peer = piece_until(&rest, ": ");
		connect_to(out, number, peer);
		form_failed(out, number, form_failure(rest), rest);
	} else if (piece_begins(rest, "SSL_connect error to ")) {
		form_failed(out, number, FAIL_TLS, rest);
	} else if (piece_has(rest, "lost connection with ")) {
		items_add(out, ITEM_CLOSED, number)->by_server = true;
	}
}

static void read_message(struct items *out, size_t number, struct piece rest,
                         const struct source *s)
{
	if (is_direction(rest))
		read_line(out, number, rest, s);
	else if (piece_has(rest, "TLS connection established to ") &&
	         !s->server)
		read_tls(out, number, rest);
	else if (piece_skip(&rest, "setting up TLS connection to ") &&
	         s->finger && !items_newest(out, ITEM_CONNECTING))
		connect_to(out, number, rest);
	else
		read_failure(out, number, rest);
}

static void read_one(const struct text *text, struct items *out, unsigned pid)
{
	for (size_t i = 0; i < text->n; i++) {
		struct piece line = text->lines[i];
		struct source s;

		if (take_source(&line, &s) && s.pid == pid)
			read_message(out, i + 1, line, &s);
	}
}

/* The processes in the order in which they begin; 0 is posttls-finger's. */
static size_t list_processes(const struct text *text,
                             unsigned pids[PROCESSES_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < text->n && n < PROCESSES_MAX; i++) {
		struct piece line = text->lines[i];
		struct source s;
		size_t k = 0;

		if (!take_source(&line, &s))
			continue;
		while (k < n && pids[k] != s.pid)
			k++;
		if (k == n)
			pids[n++] = s.pid;
	}
	return n;
}

static void read(const struct text *text, struct items *out)
{
	unsigned pids[PROCESSES_MAX];
	size_t n = list_processes(text, pids);

	for (size_t i = 0; i < n; i++)
		read_one(text, out, pids[i]);
}

const struct form form_postfix = { .program = "postfix", .knows = knows_log,
	.read = read };
const struct form form_finger = { .program = "posttls-finger",
	.knows = knows_finger, .read = read };
