#include "config.h"

#include "knowledge/explain.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/caps.h"
#include "core/ehlo.h"
#include "core/finding.h"
#include "knowledge/explain_parts.h"
#include "util/buf.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum {
	FINDINGS_BEHIND = 64, /* findings stand close behind their event */
	CAPS_MAX = 64,        /* EHLO lines explained one by one */
};

void part_set(char **field, char *text)
{
	free(*field);
	*field = text;
}

void part_copy(char **field, const char *text)
{
	part_set(field, xstrdup(text));
}

/* "RFC 5321" of "RFC 5321 4.2.1, 4.3.2" */
static size_t ref_name(const char *ref, size_t len)
{
	size_t n = strlen("RFC ");

	while (n < len && ref[n] >= '0' && ref[n] <= '9')
		n++;
	return n;
}

/* Where the sections of that RFC end in refs; NULL: it is not named yet. */
static const char *ref_end(const char *refs, const char *name, size_t len)
{
	for (const char *p = strstr(refs, "RFC "); p; p = strstr(p, "RFC ")) {
		const char *end = strstr(p, " ·");

		end = end ? end : p + strlen(p);
		if (ref_name(p, (size_t)(end - p)) == len &&
		    strncmp(p, name, len) == 0)
			return end;
		p = end;
	}
	return NULL;
}

static bool has_section(const char *from, const char *to, const char *section,
                        size_t len)
{
	for (const char *p = from; p + len <= to; p++)
		if (strncmp(p, section, len) == 0 && p[-1] == ' ' &&
		    (p + len == to || p[len] == ','))
			return true;
	return false;
}

/* One section more of an RFC; len 0: the RFC as a whole. */
static void add_section(struct explanation *x, const char *name,
                        size_t name_len, const char *section, size_t len)
{
	const char *refs = x->refs ? x->refs : "";
	const char *end = ref_end(refs, name, name_len);
	struct buf out = { 0 };

	if (!end) {
		buf_addf(&out, "%s%s%.*s%s%.*s", refs, *refs ? " · " : "",
		         (int)name_len, name, len ? " " : "", (int)len,
		         section);
	} else {
		const char *start = end;

		while (start > refs && strncmp(start, "RFC ", 4) != 0)
			start--;
		if (!len || has_section(start + name_len, end, section, len))
			return;
		buf_add(&out, refs, (size_t)(end - refs));
		buf_addf(&out, "%s%.*s%s",
		         (size_t)(end - start) > name_len ? ", " : " ",
		         (int)len, section, end);
	}
	buf_str(&out);
	part_set(&x->refs, buf_steal(&out));
}

/* "RFC 5321 §4.2.1, §4.3.2": section signs are left out, the word is clear. */
static void add_ref(struct explanation *x, const char *item, size_t len)
{
	size_t name = ref_name(item, len);
	const char *p = item + name, *end = item + len;

	if (p == end) {
		add_section(x, item, name, "", 0);
		return;
	}
	while (p < end) {
		size_t n;

		while (p < end && strchr(" ,\xC2\xA7", *p))
			p++;
		for (n = 0; p + n < end && p[n] != ','; n++)
			;
		if (n)
			add_section(x, item, name, p, n);
		p += n;
	}
}

void part_refs(struct explanation *x, const char *source)
{
	while (*source) {
		size_t len = strcspn(source, ";");

		if (strncmp(source, "RFC ", 4) == 0)
			add_ref(x, source, len);
		source += len;
		source += strspn(source, "; ");
	}
}

void part_note(struct explanation *x, char *text)
{
	x->notes = xreallocarray(x->notes, x->n_notes + 1, sizeof *x->notes);
	x->notes[x->n_notes++] = text;
}

void part_step(struct explanation *x, char *text)
{
	x->steps = xreallocarray(x->steps, x->n_steps + 1, sizeof *x->steps);
	x->steps[x->n_steps++] = text;
}

void part_try(struct explanation *x, enum try_kind kind, char *text,
              const char *arg)
{
	x->tries = xreallocarray(x->tries, x->n_tries + 1, sizeof *x->tries);
	x->tries[x->n_tries++] = (struct explain_try){
		.kind = kind,
		.text = text,
		.arg = xstrdup(arg ? arg : ""),
	};
}

const char *act_label(enum act a)
{
	return phrase((enum phrase)(ACT_LABEL_NOBODY + (int)a));
}

void part_act(struct explanation *x, enum act a)
{
	x->act = a;
	part_copy(&x->who, phrase((enum phrase)(WHO_NOBODY + (int)a)));
}

void explain_finish(struct explanation *x)
{
	char **const fields[] = { &x->title, &x->chip, &x->headline,
		&x->summary, &x->code_text, &x->said, &x->likely,
		&x->evidence, &x->provider, &x->who, &x->mta, &x->not_same,
		&x->refs };

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (!*fields[i])
			*fields[i] = xstrdup("");
}

static void clear_parts(struct explain_part *parts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(parts[i].key);
		free(parts[i].brief);
		free(parts[i].text);
	}
}

void explanation_clear(struct explanation *x)
{
	char *const fields[] = { x->title, x->chip, x->headline, x->summary,
		x->code_text, x->said, x->likely, x->evidence, x->provider,
		x->who, x->mta, x->not_same, x->refs };

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		free(fields[i]);
	clear_parts(x->digits, x->n_digits);
	clear_parts(x->enhanced, x->n_enhanced);
	for (size_t i = 0; i < x->n_tries; i++) {
		free(x->tries[i].text);
		free(x->tries[i].arg);
	}
	for (size_t i = 0; i < x->n_notes; i++)
		free(x->notes[i]);
	for (size_t i = 0; i < x->n_steps; i++)
		free(x->steps[i]);
	free(x->steps);
	free(x->tries);
	free(x->notes);
	*x = (struct explanation){ 0 };
}

/* A reply that answers nothing came too early if the rule said so: its state
 * event stands behind the remarks about the reply's form. */
static bool was_early(const struct dialog *d, size_t index)
{
	uint32_t session = dialog_at(d, index)->session;

	for (size_t i = index + 1; i < dialog_count(d) && i < index + 16; i++) {
		const struct event *e = dialog_at(d, i);

		if (e->kind == EV_STATE && e->session == session)
			return strcmp(event_text(e, e->u.state.rule),
			              "early") == 0;
	}
	return false;
}

/* The command that a reply answers; its verb as commands.tsv names it. */
static void find_command(const struct dialog *d, size_t index,
                         struct explain_context *ctx)
{
	const struct event *reply = dialog_at(d, index);
	uint32_t to = reply->u.reply.to;
	const struct event *sent;
	size_t i;

	if (to == EV_GREETING) {
		ctx->verb = "(CONNECT)";
		return;
	}
	if (to == EV_UNASKED) {
		ctx->verb = was_early(d, index) ? "(EARLY)" : "(UNASKED)";
		return;
	}
	i = dialog_find(d, to);
	if (i == SIZE_MAX || dialog_at(d, i)->kind != EV_SENT)
		return;
	sent = dialog_at(d, i);
	ctx->verb = event_text(sent, sent->u.sent.verb);
	ctx->line = event_text(sent, sent->u.sent.line);
}

/* Every line of an EHLO reply after the first names one capability. */
static void capabilities(const struct event *reply, struct explanation *x)
{
	struct ehlo list = { 0 };

	for (uint32_t i = 1; i < reply->u.reply.lines.len && i <= CAPS_MAX;
	     i++) {
		struct ev_ref r = event_item(reply, reply->u.reply.lines, i);
		const char *line = event_text(reply, r);
		struct identity who;

		if (r.len > 4)
			ehlo_add_line(&list, line + 4, r.len - 4);
		if (!x->provider &&
		    identify_one(PLACE_EHLO, line, r.len, &who))
			explain_software(&who, x);
	}
	for (size_t i = 0; i < list.n; i++) {
		const struct ehlo_cap *cap = &list.caps[i];
		const struct extension *e =
		    extension_find(cap->keyword, strlen(cap->keyword));

		part_note(x, say(e ? CAP_NOTE : CAP_UNKNOWN, cap->keyword,
		                 e ? i18n_pick(e->explain_en, e->explain_de)
		                   : "", NULL));
	}
	ehlo_clear(&list);
}

/* RFC 3030 §2: "BDAT 1000 LAST" */
static bool is_last_chunk(const char *line)
{
	size_t len = strlen(line);

	while (len > 0 && line[len - 1] == ' ')
		len--;
	return len > 5 && strncasecmp(line + len - 5, " LAST", 5) == 0;
}

static void reply_event(const struct event *e, const struct surroundings *at,
                        struct explanation *x)
{
	struct explain_context ctx = { .verb = "", .line = "" };
	struct evidence checks;
	struct reply_view v;

	find_command(at->dialog, at->index, &ctx);
	if (e->u.reply.recipient.len)
		ctx.verb = "(END OF DATA)"; /* LMTP; the last BDAT, too */
	evidence_of_reply(&checks, at->dialog, at->index);
	ctx.checks = &checks;
	ctx.state = dialog_state_at(at->dialog, at->index);
	ctx.rcpt_ok = ctx.state == ST_RCPT;
	view_event(&v, e);
	explain_reply_view(&v, &ctx, at, x);
	if (caps_is_reply(at->dialog, e)) {
		explain_caps(e, at, x);
		capabilities(e, x);
	}
	if (e->u.reply.recipient.len)
		explain_recipient(e, x);
	else if (strcmp(ctx.verb, "BDAT") == 0 && !is_last_chunk(ctx.line))
		explain_chunk(e, x);
	view_clear(&v);
	evidence_clear(&checks);
}

/* Findings about this event, whole sentences. */
static void findings(const struct dialog *d, size_t index,
                     struct explanation *x)
{
	const struct event *e = dialog_at(d, index);

	if (!e->n || e->kind == EV_FINDING)
		return;
	for (size_t i = index + 1;
	     i < dialog_count(d) && i <= index + FINDINGS_BEHIND; i++) {
		const struct event *f = dialog_at(d, i);

		if (f->kind == EV_FINDING && f->u.finding.about == e->n)
			part_note(x, finding_sentence(f));
	}
}

void explain_event(const struct dialog *d, size_t index,
                   struct explanation *out)
{
	const struct event *e = dialog_at(d, index);
	const struct surroundings at = { .dialog = d, .index = index,
		                         .now = dialog_now(d) };

	*out = (struct explanation){ .act = ACT_UNKNOWN };
	switch ((enum event_kind)e->kind) {
	case EV_REPLY:
		reply_event(e, &at, out);
		break;
	case EV_SENT:
		explain_sent(e, &at, out);
		break;
	case EV_DNS:
		explain_dns(e, &at, out);
		break;
	case EV_ROUTE:
		explain_route(e, out);
		break;
	case EV_CONNECTING:
	case EV_CONNECTED:
		explain_connection(e, &at, out);
		break;
	case EV_FAILED:
		explain_failed(e, &at, out);
		break;
	case EV_TLS:
		explain_tls(e, &at, out);
		break;
	default:
		explain_other(e, &at, out);
		break;
	}
	findings(d, index, out);
	explain_finish(out);
}

void explain_reply(const char *reply, const struct explain_context *ctx,
                   struct explanation *out)
{
	struct reply_view v;

	*out = (struct explanation){ .act = ACT_UNKNOWN };
	view_text(&v, reply);
	explain_reply_view(&v, ctx, NULL, out);
	view_clear(&v);
	explain_finish(out);
}

const char *finding_text(const struct event *e, char *out, size_t size)
{
	char *text = finding_sentence(e);

	snprintf(out, size, "%s", text);
	free(text);
	return out;
}

const char *glossary(const char *term)
{
	const struct term *t = term_find(term);

	return t ? i18n_pick(t->def_en, t->def_de) : NULL;
}
