#include "config.h"

#include "import/form.h"

#include <string.h>
#include <stdlib.h>

#include "core/command.h"
#include "util/xalloc.h"

/* The one without a mark comes last: each of the others may quote a reply. */
static const struct form *const forms[] = { &form_dialog, &form_swaks,
	&form_finger, &form_postfix, &form_openssl, &form_curl,
	&form_nc, &form_telnet, &form_bare };

const struct form *form_find(const struct text *t)
{
	for (size_t i = 0; i < t->n; i++)
		for (size_t k = 0; k < sizeof forms / sizeof *forms; k++)
			if (forms[k]->knows(t->lines[i]))
				return forms[k];
	return NULL;
}

/* ---- failures ---- */

enum fail_kind form_failure(struct piece text)
{
	static const struct {
		const char *words;
		enum fail_kind kind;
	} rows[] = {
		{ "refused", FAIL_REFUSED },
		{ "timed out", FAIL_TIMEOUT },
		{ "timeout", FAIL_TIMEOUT },
		{ "Timeout", FAIL_TIMEOUT },
		{ "unreachable", FAIL_UNREACHABLE },
		{ "No route to host", FAIL_UNREACHABLE },
		{ "reset by peer", FAIL_RESET },
		{ "Broken pipe", FAIL_RESET },
		{ "lost connection", FAIL_CLOSED },
		{ "closed", FAIL_CLOSED },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (piece_has(text, rows[i].words))
			return rows[i].kind;
	return FAIL_LOCAL;
}

void form_failed(struct items *out, size_t number, enum fail_kind fail,
                 struct piece detail)
{
	struct item *i = items_add(out, ITEM_FAILED, number);

	i->fail = fail;
	item_set(i, WORD_DETAIL, piece_trim(detail));
}

/* ---- lines without a mark ---- */

bool talk_is_command(struct piece line)
{
	char *copy = xmemdup0(line.p, line.len);
	enum verb v = command_find(copy, line.len);
	struct piece rest = line;
	bool is;

	piece_until(&rest, " ");
	switch (v) {
	case VERB_MAIL: is = piece_begins_as(rest, "FROM:"); break;
	case VERB_RCPT: is = piece_begins_as(rest, "TO:"); break;
	case VERB_EHLO:
	case VERB_HELO:
	case VERB_LHLO: is = rest.len && !piece_has(rest, " "); break;
	case VERB_DATA:
	case VERB_QUIT:
	case VERB_RSET:
	case VERB_STARTTLS: is = rest.len == 0; break;
	case VERB_AUTH: is = rest.len > 0; break;
	default: is = false; break;
	}
	free(copy);
	return is;
}

/* Does the message that begins behind line i end with a dot? */
static bool dot_ahead(struct talk *t, size_t i,
                      bool (*ends)(struct piece line))
{
	const struct text *text = t->text;

	if (t->ahead <= i)
		t->ahead = i + 1;
	while (t->ahead < text->n && !piece_is(text->lines[t->ahead], ".") &&
	       !ends(text->lines[t->ahead]))
		t->ahead++;
	return t->ahead < text->n && piece_is(text->lines[t->ahead], ".");
}

static void server_line(struct talk *t, size_t i,
                        bool (*ends)(struct piece line))
{
	struct piece line = t->text->lines[i];
	bool reply = piece_is_reply(line);

	items_add_line(t->out, ITEM_SERVER, i + 1, line);
	t->open = reply ? !piece_is_last(line) : t->open;
	if (t->open)
		return;
	t->body = piece_code(line) == 354 && dot_ahead(t, i, ends);
	t->bye = piece_code(line) == 221;
}

void talk_line(struct talk *t, size_t i, bool (*ends)(struct piece line))
{
	struct piece line = t->text->lines[i];

	if (t->body) {
		items_add_line(t->out, ITEM_CLIENT, i + 1, line);
		t->body = !piece_is(line, ".");
	} else if (piece_is_reply(line) ||
	           (t->open && !talk_is_command(line))) {
		server_line(t, i, ends);
	} else if (line.len) {
		items_add_line(t->out, ITEM_CLIENT, i + 1, line);
		t->open = false;
	}
}
