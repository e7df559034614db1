#include "config.h"

#include "core/mask.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/mask_work.h"
#include "util/xalloc.h"

static const char left_out[] = "****"; /* as secrets are */

enum { CUT_MIN = 90 }; /* quoted words of a reply are cut at 95 or 120 */

const char *mask_mode_name(enum mask_mode mode)
{
	static const char *const names[MASK_MODE_COUNT] = { "off", "all",
		"people" };

	return names[mode];
}

int mask_mode_find(const char *name)
{
	for (int i = 0; i < MASK_MODE_COUNT; i++)
		if (strcmp(name, mask_mode_name((enum mask_mode)i)) == 0)
			return i;
	return -1;
}

struct mask *mask_new(enum mask_mode mode, const struct mask_keep *keep)
{
	struct mask *m;

	if (mode == MASK_OFF)
		return NULL;
	m = xcalloc(1, sizeof *m);
	m->book.mode = mode;
	m->book.keep = keep;
	m->book.book = book_new(keep);
	return m;
}

void mask_free(struct mask *m)
{
	if (!m)
		return;
	book_free(m->book.book);
	free(m);
}

/* --- pieces of the payload */

struct ev_ref work_keep(struct work *w, struct ev_ref r)
{
	return event_put(&w->b, event_text(w->e, r), r.len);
}

void work_append(struct mask *m, struct buf *out, const char *text,
                          size_t len, unsigned flags)
{
	struct scan_edits edits;

	scan_text(&m->book, text, len, flags, &edits);
	scan_apply(&edits, text, 0, len, out);
	scan_edits_clear(&edits);
}

struct ev_ref work_put(struct work *w, struct buf *text)
{
	struct ev_ref r = event_put(&w->b, text->data, text->len);

	buf_clear(text);
	return r;
}

struct ev_ref work_masked(struct work *w, struct ev_ref r, unsigned flags)
{
	struct buf out = { 0 };

	work_append(w->m, &out, event_text(w->e, r), r.len, flags);
	return work_put(w, &out);
}

/* Words of a reply, which may have been cut at either end in the middle of an
 * identity: where they are that long, the first and the last are left out. */
static struct ev_ref words(struct work *w, struct ev_ref r)
{
	const char *text = event_text(w->e, r);
	size_t from = 0, to = r.len;
	struct buf out = { 0 };

	while (r.len >= CUT_MIN && from < to && text[from] != ' ')
		from++;
	while (r.len >= CUT_MIN && to > from && text[to - 1] != ' ')
		to--;
	work_append(w->m, &out, text + from, to - from, 0);
	return work_put(w, &out);
}

/* A name of DNS, an address, what a command is: all of it is an identity. */
struct ev_ref work_whole(struct work *w, struct ev_ref r)
{
	return work_masked(w, r, SCAN_WHOLE);
}

static struct ev_ref items(struct work *w, struct ev_ref r, unsigned flags,
                           struct ev_ref (*put)(struct work *w,
                                                struct ev_ref r,
                                                unsigned flags))
{
	struct ev_ref *refs = xcalloc(r.len, sizeof *refs), array;

	for (uint32_t i = 0; i < r.len; i++)
		refs[i] = put(w, event_item(w->e, r, i), flags);
	array = event_put_array(&w->b, refs, sizeof *refs, r.len);
	free(refs);
	return array;
}

struct ev_ref work_texts(struct work *w, struct ev_ref r, unsigned flags)
{
	return items(w, r, flags, work_masked);
}

static struct ev_ref keep_item(struct work *w, struct ev_ref r, unsigned flags)
{
	(void)flags;
	return work_keep(w, r);
}

static struct ev_ref keep_texts(struct work *w, struct ev_ref r)
{
	return items(w, r, 0, keep_item);
}

struct ev_ref work_other(struct work *w, struct ev_ref r,
                           enum book_kind kind)
{
	if (w->m->book.mode == MASK_PEOPLE || r.len == 0)
		return work_masked(w, r, 0);
	return event_puts(&w->b, book_other(w->m->book.book, kind,
	                                    event_text(w->e, r), r.len));
}

/* --- the dialog */

static void mask_sent(struct work *w)
{
	const struct ev_sent *from = &w->e->u.sent;
	struct ev_sent *to = &w->b.e.u.sent;
	bool body = strcmp(event_text(w->e, from->verb), "(DATA BLOCK)") == 0;

	*to = *from;
	to->line = body ? event_puts(&w->b, left_out)
	                : work_masked(w, from->line, SCAN_COMMAND);
	to->verb = work_keep(w, from->verb);
}

/* Where the server's words begin: behind "550-5.7.1 ". */
static size_t words_at(const char *line, size_t len, const char *enhanced)
{
	size_t at = len < 4 ? len : 4, n = strlen(enhanced);

	for (size_t i = 0; i < at && i < 3; i++)
		if (line[i] < '0' || line[i] > '9')
			return 0;
	if (n && len - at > n && memcmp(line + at, enhanced, n) == 0 &&
	    line[at + n] == ' ')
		at += n + 1;
	return at;
}

/* The lines are one text: an address may be broken over two of them. */
static struct ev_ref lines(struct work *w)
{
	const struct ev_reply *from = &w->e->u.reply;
	const char *enhanced = event_text(w->e, from->enhanced);
	struct ev_ref *refs = xcalloc(from->lines.len, sizeof *refs), array;
	struct buf all = { 0 };
	struct scan_edits edits;
	size_t at = 0;

	for (uint32_t i = 0; i < from->lines.len; i++) {
		struct ev_ref r = event_item(w->e, from->lines, i);
		const char *line = event_text(w->e, r);
		size_t head = words_at(line, r.len, enhanced);

		buf_add(&all, line + head, r.len - head);
		buf_addc(&all, '\n');
	}
	scan_text(&w->m->book, buf_str(&all), all.len, 0, &edits);
	for (uint32_t i = 0; i < from->lines.len; i++) {
		struct ev_ref r = event_item(w->e, from->lines, i);
		const char *line = event_text(w->e, r);
		size_t head = words_at(line, r.len, enhanced);
		struct buf one = { 0 };

		buf_add(&one, line, head);
		scan_apply(&edits, all.data, at, at + r.len - head, &one);
		at += r.len - head + 1;
		refs[i] = work_put(w, &one);
	}
	scan_edits_clear(&edits);
	buf_clear(&all);
	array = event_put_array(&w->b, refs, sizeof *refs, from->lines.len);
	free(refs);
	return array;
}

static void mask_reply(struct work *w)
{
	const struct ev_reply *from = &w->e->u.reply;
	struct ev_reply *to = &w->b.e.u.reply;

	*to = *from;
	to->lines = lines(w);
	to->enhanced = work_keep(w, from->enhanced);
	to->raw = (struct ev_ref){ 0 };
	to->recipient = work_masked(w, from->recipient,
	                            SCAN_WHOLE | SCAN_LOCAL);
}

static void mask_bytes(struct work *w)
{
	w->b.e.u.bytes = w->e->u.bytes;
	w->b.e.u.bytes.data = work_masked(w, w->e->u.bytes.data, 0);
}

static void mask_message(struct work *w)
{
	w->b.e.u.message = w->e->u.message;
	w->b.e.u.message.sha256 = work_other(w, w->e->u.message.sha256,
	                                     BOOK_DIGEST);
}

static void mask_state(struct work *w)
{
	w->b.e.u.state = w->e->u.state;
	w->b.e.u.state.rule = work_keep(w, w->e->u.state.rule);
}

/* --- what we say about it */

/* Remarks on a login begin with the names of users: how many. */
static uint32_t users_in(const char *id)
{
	static const struct {
		const char *id;
		uint32_t users;
	} rows[] = {
		{ "auth-plain-sent", 2 }, { "auth-login-user", 1 },
		{ "auth-cram-answer", 1 }, { "auth-xoauth2-sent", 1 },
		{ "auth-oauthbearer-sent", 1 }, { "auth-scram-first", 1 },
		{ "auth-scram-first-bound", 1 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(id, rows[i].id) == 0)
			return rows[i].users;
	return 0;
}

static struct ev_ref finding_args(struct work *w)
{
	const struct ev_finding *from = &w->e->u.finding;
	const char *id = event_text(w->e, from->id);
	bool quotes = strcmp(id, "software") == 0 ||
	              strcmp(id, "operator") == 0;
	uint32_t users = users_in(id);
	struct ev_ref *refs = xcalloc(from->args.len, sizeof *refs), array;

	for (uint32_t i = 0; i < from->args.len; i++) {
		struct ev_ref r = event_item(w->e, from->args, i);

		if (quotes && i > 0)
			refs[i] = words(w, r);
		else
			refs[i] = work_masked(w, r, i < users
			                      ? SCAN_WHOLE | SCAN_LOCAL
			                      : SCAN_DIGESTS);
	}
	array = event_put_array(&w->b, refs, sizeof *refs, from->args.len);
	free(refs);
	return array;
}

/* A remark on a typed line quotes it, and the caret is a place in it. */
static struct ev_ref evidence(struct work *w, int32_t *caret)
{
	struct ev_ref r = w->e->u.finding.evidence;
	const char *text = event_text(w->e, r);
	struct scan_edits edits;
	struct buf out = { 0 };

	scan_text(&w->m->book, text, r.len, SCAN_COMMAND, &edits);
	scan_apply(&edits, text, 0, r.len, &out);
	if (*caret > 0 && (uint32_t)*caret <= r.len)
		*caret = (int32_t)scan_place(&edits, (size_t)*caret);
	scan_edits_clear(&edits);
	return work_put(w, &out);
}

static void mask_finding(struct work *w)
{
	const struct ev_finding *from = &w->e->u.finding;
	struct ev_finding *to = &w->b.e.u.finding;

	*to = *from;
	to->id = work_keep(w, from->id);
	to->args = finding_args(w);
	to->evidence = evidence(w, &to->caret);
}

static struct ev_ref trace(struct work *w)
{
	uint32_t n = w->e->u.check.trace.len;
	struct ev_trace *list = xcalloc(n, sizeof *list);
	struct ev_ref array;

	for (uint32_t i = 0; i < n; i++) {
		const struct ev_trace *t = event_trace(w->e, i);

		list[i].say = work_keep(w, t->say);
		list[i].args = work_texts(w, t->args, SCAN_DIGESTS);
		list[i].depth = t->depth;
	}
	array = event_put_array(&w->b, list, sizeof *list, n);
	free(list);
	return array;
}

static void mask_check(struct work *w)
{
	const struct ev_check *from = &w->e->u.check;
	struct ev_check *to = &w->b.e.u.check;

	*to = *from;
	to->id = work_keep(w, from->id);
	to->subject = work_whole(w, from->subject);
	to->result = work_keep(w, from->result);
	to->say = work_keep(w, from->say);
	to->args = work_texts(w, from->args, SCAN_DIGESTS);
	to->trace = trace(w);
}

static void mask_verdict(struct work *w)
{
	const struct ev_verdict *from = &w->e->u.verdict;
	struct ev_verdict *to = &w->b.e.u.verdict;

	*to = *from;
	to->recipient = work_masked(w, from->recipient,
	                            SCAN_WHOLE | SCAN_LOCAL);
	to->rule = work_keep(w, from->rule);
	to->args = work_texts(w, from->args, 0);
	to->because = work_keep(w, from->because);
	to->words = words(w, from->words);
	to->supports = keep_texts(w, from->supports);
	to->opposes = keep_texts(w, from->opposes);
	to->contradictions = keep_texts(w, from->contradictions);
	to->mta = work_keep(w, from->mta);
	to->advice = work_keep(w, from->advice);
	to->advice_args = work_texts(w, from->advice_args, SCAN_DIGESTS);
}

static void mask_prompt(struct work *w)
{
	w->b.e.u.prompt = w->e->u.prompt;
	w->b.e.u.prompt.line = work_masked(w, w->e->u.prompt.line,
	                                   SCAN_COMMAND);
	w->b.e.u.prompt.guide = work_keep(w, w->e->u.prompt.guide);
}

static void mask_ask(struct work *w)
{
	w->b.e.u.ask.id = work_keep(w, w->e->u.ask.id);
	w->b.e.u.ask.args = work_texts(w, w->e->u.ask.args, 0);
}

/* --- */

static void mask_fields(struct work *w)
{
	switch ((enum event_kind)w->e->kind) {
	case EV_START: mask_start(w); return;
	case EV_DNS: mask_dns(w); return;
	case EV_ROUTE: mask_route(w); return;
	case EV_CONNECTING: case EV_CONNECTED: mask_connect(w); return;
	case EV_TLS: mask_tls(w); return;
	case EV_FAILED:
		w->b.e.u.failed = w->e->u.failed;
		w->b.e.u.failed.detail =
		    work_masked(w, w->e->u.failed.detail, 0);
		return;
	case EV_SENT: mask_sent(w); return;
	case EV_REPLY: mask_reply(w); return;
	case EV_BYTES: mask_bytes(w); return;
	case EV_MESSAGE: mask_message(w); return;
	case EV_STATE: mask_state(w); return;
	case EV_FINDING: mask_finding(w); return;
	case EV_CHECK: mask_check(w); return;
	case EV_VERDICT: mask_verdict(w); return;
	case EV_PROMPT: mask_prompt(w); return;
	case EV_ASK: mask_ask(w); return;
	case EV_CLOSED: w->b.e.u.closed = w->e->u.closed; return;
	case EV_END: w->b.e.u.end = w->e->u.end; return;
	case EVENT_KIND_COUNT: break;
	}
	assert(false); /* a kind of event without a mask */
}

/* What these hold belongs to the two sides; a reply may speak of anybody. */
static bool is_theirs(const struct event *e)
{
	return e->kind == EV_START || e->kind == EV_ROUTE ||
	       e->kind == EV_CONNECTING || e->kind == EV_SENT;
}

struct event *mask_event(struct mask *m, const struct event *e)
{
	struct work w = { .m = m, .e = e };

	if (!m)
		return event_copy(e);
	event_begin(&w.b, (enum event_kind)e->kind);
	w.b.e.n = e->n;
	w.b.e.session = e->session;
	w.b.e.run = e->run;
	w.b.e.t_us = e->t_us;
	book_learn(m->book.book, true);
	w.b.e.target = work_whole(&w, e->target);
	book_learn(m->book.book, is_theirs(e));
	mask_fields(&w);
	return event_finish(&w.b);
}

char *mask_text(struct mask *m, const char *text)
{
	struct buf out = { 0 };

	if (!m)
		return xstrdup(text);
	book_learn(m->book.book, false);
	work_append(m, &out, text, strlen(text), 0);
	buf_str(&out);
	return buf_steal(&out);
}

static bool is_alias_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || (c && strchr(".:-_", c));
}

/* The alias that begins at s, the longest that is one: "192.0.2.1" of
 * "192.0.2.1:25". Returns how much of s it is. */
static size_t restore_one(const struct mask *m, struct buf *out, const char *s)
{
	size_t all = 0, len;

	while (is_alias_char(s[all]))
		all++;
	for (len = all; len > 0; len--) {
		const char *whose = NULL;

		if (len == all || s[len] == '.' || s[len] == ':')
			whose = book_whose(m->book.book, s, len);
		if (whose) {
			buf_adds(out, whose);
			return len;
		}
	}
	return 0;
}

char *mask_restore(const struct mask *m, const char *text)
{
	struct buf out = { 0 };

	for (const char *s = text; *s;) {
		bool begins = s == text || !is_alias_char(s[-1]) ||
		              s[-1] == ':';
		size_t len = begins ? restore_one(m, &out, s) : 0;

		if (len == 0)
			buf_addc(&out, *s++);
		s += len;
	}
	buf_str(&out);
	return buf_steal(&out);
}
