#include "config.h"

#include "import/form.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

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

enum { PROCESSES_MAX = 500 }; /* more are on no host at once whose dialogs are
                               * told line by line */

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

static void connected_to(struct items *out, size_t number, struct piece peer)
{
	connect_to(out, number, peer);
	item_set_peer(items_add(out, ITEM_CONNECTED, number), peer);
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

/*
 * "Verified TLS connection established to mx.example[192.0.2.1]:25: TLSv1.3
 * with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) ...". Trusted is whose
 * chain is; whether the name is right was not looked at then.
 */
static void read_tls(struct items *out, size_t number, struct piece rest)
{
	struct piece word = piece_until(&rest, " TLS connection established "
	                                       "to ");
	struct item *i;

	connect_to(out, number, piece_until(&rest, ": "));
	i = items_add(out, ITEM_TLS, number);
	if (piece_is(word, "Verified")) {
		item_set(i, WORD_TLS_VERIFY, (struct piece){ "ok", 2 });
	} else {
		item_set(i, WORD_TLS_VERIFY, (struct piece){ "other", 5 });
		item_set(i, WORD_TLS_DETAIL, word);
	}
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

	/* posttls-finger: "... to [192.0.2.1]:25 via 192.0.2.1: connect to" */
	if (piece_begins(rest, "Failed to establish session to "))
		piece_until(&rest, ": ");
	if (piece_skip(&rest, "connect to ")) {
		peer = piece_until(&rest, ": ");
		connect_to(out, number, peer);
		form_failed(out, number, form_failure(rest), rest);
	} else if (piece_begins(rest, "SSL_connect error to ")) {
		form_failed(out, number, FAIL_TLS, rest);
	} else if (piece_has(rest, "lost connection with ")) {
		items_add(out, ITEM_CLOSED, number)->by_server = true;
	} else if (piece_begins(rest, "connect from ")) { /* smtpd's client */
		items_add(out, ITEM_CONNECTING, number);
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
	else if (s->finger && piece_skip(&rest, "Connected to "))
		connected_to(out, number, rest);
	else
		read_failure(out, number, rest);
}

/* ---- one process after the other ---- */

struct message {
	struct source source;
	struct piece text;
	size_t number;
	size_t next; /* of the same process, index and 1; 0: none */
};

struct process {
	unsigned pid; /* 0: posttls-finger's */
	size_t first, last; /* messages */
};

struct log {
	struct message *messages;
	struct process processes[PROCESSES_MAX];
	size_t n_messages, n_processes;
};

/* Processes beyond the bound count as the last. */
static struct process *process_of(struct log *log, unsigned pid)
{
	size_t k = 0;

	while (k < log->n_processes && log->processes[k].pid != pid)
		k++;
	if (k == log->n_processes && k == PROCESSES_MAX)
		return &log->processes[k - 1];
	if (k == log->n_processes)
		log->processes[log->n_processes++] = (struct process){
			.pid = pid, .first = log->n_messages };
	return &log->processes[k];
}

static void add_message(struct log *log, const struct message *m)
{
	struct process *p = process_of(log, m->source.pid);

	log->messages[log->n_messages] = *m;
	if (p->first != log->n_messages)
		log->messages[p->last].next = log->n_messages + 1;
	p->last = log->n_messages++;
}

static void read_process(const struct log *log, const struct process *p,
                         struct items *out)
{
	const struct message *m = &log->messages[p->first];

	if (m->source.server) /* smtp names its peer in each line */
		items_add(out, ITEM_CONNECTING, m->number);
	for (;;) {
		read_message(out, m->number, m->text, &m->source);
		if (!m->next)
			return;
		m = &log->messages[m->next - 1];
	}
}

static void read_all(const struct text *text, struct items *out)
{
	struct log *log = xcalloc(1, sizeof *log);

	log->messages = xcalloc(text->n, sizeof *log->messages);
	for (size_t i = 0; i < text->n; i++) {
		struct message m = { .text = text->lines[i], .number = i + 1 };

		if (take_source(&m.text, &m.source))
			add_message(log, &m);
	}
	for (size_t i = 0; i < log->n_processes; i++)
		read_process(log, &log->processes[i], out);
	free(log->messages);
	free(log);
}

const struct form form_postfix = { .program = "postfix", .knows = knows_log,
	.read = read_all };
const struct form form_finger = { .program = "posttls-finger",
	.knows = knows_finger, .read = read_all };
