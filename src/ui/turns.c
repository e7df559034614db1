#include "config.h"

#include "ui/turns.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

enum about { ABOUT_LOOKUP, ABOUT_CONNECTION, ABOUT_TLS, ABOUT_COMMAND,
	ABOUT_MESSAGE, ABOUT_END };

/* The turn that is being read. */
struct turn {
	enum about about;
	unsigned unanswered; /* commands, those of the turns before too */
	bool connected, answered;
	bool over; /* goodbye or a failure: the connection's end follows */
};

static bool is_block(const struct event *e)
{
	return strcmp(event_text(e, e->u.sent.verb), "(DATA BLOCK)") == 0;
}

/* Lines of a message, its dot, the chunk that it goes in. */
static bool carries_message(const struct event *e)
{
	const char *verb = event_text(e, e->u.sent.verb);

	return is_block(e) || strcmp(verb, "(END OF DATA)") == 0 ||
	       strcmp(verb, "BDAT") == 0;
}

static bool is_awaited(const struct turn *t)
{
	return t->unanswered > 0 && !t->answered;
}

static bool sent_begins(const struct turn *t, const struct event *e)
{
	if (t->about == ABOUT_MESSAGE && !t->answered && carries_message(e))
		return false;
	return !is_awaited(t);
}

static bool failure_begins(const struct turn *t)
{
	if (t->about == ABOUT_LOOKUP)
		return false;
	if (t->about == ABOUT_CONNECTION && !t->connected)
		return false;
	return !is_awaited(t);
}

static bool begins(const struct turn *t, const struct event *e)
{
	switch (e->kind) {
	case EV_START:
	case EV_CONNECTING:
	case EV_TLS:
		return true;
	case EV_DNS:
	case EV_ROUTE:
	case EV_CHECK: /* those of checks come while the dialog goes on */
		return t->about != ABOUT_LOOKUP && !is_awaited(t) &&
		       (t->about != ABOUT_CONNECTION || t->connected);
	case EV_CONNECTED:
		return t->about != ABOUT_CONNECTION;
	case EV_MESSAGE:
		return t->about != ABOUT_MESSAGE && !is_awaited(t);
	case EV_SENT:
		return sent_begins(t, e);
	case EV_REPLY:
		return !is_awaited(t);
	case EV_FAILED:
		return failure_begins(t);
	case EV_CLOSED:
		return !t->over && !is_awaited(t);
	default:
		return false;
	}
}

static void note_sent(struct turn *t, const struct event *e)
{
	if (is_block(e)) {
		t->about = ABOUT_MESSAGE;
		return;
	}
	if (t->about != ABOUT_MESSAGE || !carries_message(e))
		t->about = ABOUT_COMMAND;
	t->unanswered++;
}

static void note_reply(struct turn *t, const struct event *e)
{
	unsigned code = e->u.reply.code;

	if (t->unanswered > 0)
		t->unanswered--;
	if (t->about != ABOUT_MESSAGE)
		t->about = ABOUT_COMMAND;
	t->answered = true;
	t->over = code == 221 || code == 421;
}

static void note(struct turn *t, const struct event *e)
{
	switch (e->kind) {
	case EV_CONNECTING:
		*t = (struct turn){ .about = ABOUT_CONNECTION };
		break;
	case EV_CONNECTED:
		t->about = ABOUT_CONNECTION;
		t->connected = true;
		break;
	case EV_TLS:
		t->about = ABOUT_TLS;
		break;
	case EV_MESSAGE:
		t->about = ABOUT_MESSAGE;
		break;
	case EV_SENT:
		note_sent(t, e);
		break;
	case EV_REPLY:
		note_reply(t, e);
		break;
	case EV_FAILED:
	case EV_CLOSED:
		t->over = true;
		t->unanswered = 0;
		break;
	default:
		break;
	}
}

static void begin(struct turn *t, const struct event *e)
{
	bool talk = e->kind == EV_SENT || e->kind == EV_REPLY;
	bool looks = e->kind == EV_START || e->kind == EV_DNS ||
	             e->kind == EV_ROUTE || e->kind == EV_CHECK;

	*t = (struct turn){ .unanswered = talk ? t->unanswered : 0,
		            .about = looks ? ABOUT_LOOKUP : ABOUT_END };
}

static void add_end(struct turns *t, size_t index)
{
	if (t->n == t->size) {
		t->size = t->size ? t->size * 2 : 32;
		t->end = xreallocarray(t->end, t->size, sizeof *t->end);
	}
	t->end[t->n++] = (uint32_t)index;
}

void turns_make(struct turns *t, const struct dialog *d)
{
	size_t count = dialog_count(d);
	struct turn turn = { .about = ABOUT_LOOKUP };

	*t = (struct turns){
		.from = count > 0 && dialog_at(d, 0)->kind == EV_START,
	};
	for (size_t i = t->from; i < count; i++) {
		const struct event *e = dialog_at(d, i);
		bool fresh = i == t->from || begins(&turn, e);

		if (fresh && i > t->from)
			add_end(t, i);
		if (fresh)
			begin(&turn, e);
		note(&turn, e);
	}
	if (count > t->from)
		add_end(t, count);
}

void turns_clear(struct turns *t)
{
	free(t->end);
	*t = (struct turns){ .n = 0 };
}

size_t turns_of(const struct turns *t, size_t index)
{
	size_t low = 0, high = t->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (t->end[mid] <= index)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

size_t turns_begin(const struct turns *t, size_t i)
{
	return i > 0 ? t->end[i - 1] : t->from;
}

size_t turns_end(const struct turns *t, size_t i)
{
	return t->end[i];
}

size_t turns_begun(const struct turns *t, size_t shown)
{
	return shown > t->from ? turns_of(t, shown - 1) + 1 : 0;
}

size_t turns_reply(const struct turns *t, const struct dialog *d, size_t i)
{
	for (size_t at = turns_begin(t, i); at < t->end[i]; at++)
		if (dialog_at(d, at)->kind == EV_REPLY)
			return at;
	return SIZE_MAX;
}
