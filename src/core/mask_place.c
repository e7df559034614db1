#include "config.h"

#include <string.h>

#include "core/command.h"
#include "core/mask_seek.h"

/* An identity that is known by where it stands. */
static void hit(const struct seeker *k, enum seek_kind kind, const char *text,
                size_t from, size_t to)
{
	const struct seek_hit h = { .kind = kind, .bytes = text + from,
		.len = to - from, .from = from, .to = to };

	if (from < to && (k->book->mode == MASK_ALL || kind == SEEK_LOCAL) &&
	    !(kind == SEEK_LOCAL && book_is_role(text + from, to - from)))
		k->found(&h, k->arg);
}

static size_t blank(const char *text, size_t len, size_t at)
{
	while (at < len && text[at] != ' ')
		at++;
	return at;
}

/* EHLO name; an address in brackets is found as such. */
static void seek_helo(const struct seeker *k, const char *text, size_t len)
{
	size_t from = blank(text, len, 0), to;

	from += from < len;
	to = blank(text, len, from);
	if (from < to && text[from] != '[')
		hit(k, SEEK_NAME, text, from, to);
}

/* MAIL FROM:<alice>, and the name behind VRFY and EXPN. */
static void seek_mailbox(const struct seeker *k, const char *text, size_t len)
{
	const char *open = memchr(text, '<', len);
	size_t from = open ? (size_t)(open - text) + 1
	                   : blank(text, len, 0) + 1;
	size_t to = from;

	while (to < len && text[to] != (open ? '>' : ' '))
		to++;
	if (to <= len && !memchr(text + from, '@', to - from))
		hit(k, SEEK_LOCAL, text, from, to);
}

static void seek_command(const struct seeker *k, const char *text, size_t len)
{
	switch (command_find(text, len)) {
	case VERB_EHLO: case VERB_HELO: case VERB_LHLO:
		seek_helo(k, text, len);
		return;
	case VERB_MAIL: case VERB_RCPT:
		if (!memchr(text, '<', len))
			return;
		seek_mailbox(k, text, len);
		return;
	case VERB_VRFY: case VERB_EXPN:
		seek_mailbox(k, text, len);
		return;
	default: return;
	}
}

static bool is_name(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] == ' ' || text[i] == '/' || text[i] == ':' ||
		    text[i] == '@' || text[i] == '[')
			return false;
	return true;
}

void seek_fields(const struct seeker *k, const char *text, size_t len,
                 bool nothing)
{
	if (k->flags & SCAN_COMMAND)
		seek_command(k, text, len);
	if (!(k->flags & SCAN_WHOLE) || !nothing)
		return;
	hit(k, k->flags & SCAN_LOCAL ? SEEK_LOCAL
	       : is_name(text, len) ? SEEK_NAME : SEEK_TEXT, text, 0, len);
}
