#include "config.h"

#include "classroom/lesson.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "classroom/loader.h"
#include "core/escape.h"
#include "util/buf.h"
#include "util/xalloc.h"

#define IN(section) SCRIPT_IN(section)
#define OPENED IN(ZONE) | IN(SERVER) | IN(STEPS)

/* Everything that a teacher can write, and where. */
static const struct script_word words[] = {
	/* the head: what the lesson is called, the envelope that it proposes */
	{ "title:", W_TITLE, SCRIPT_TEXT, IN(HEAD), 0 },
	{ "about:", W_ABOUT, SCRIPT_TEXT, IN(HEAD), 0 },
	{ "target:", W_TARGET, SCRIPT_WORDS, IN(HEAD), 0 },
	{ "helo:", W_HELO, SCRIPT_WORDS, IN(HEAD), 0 },
	{ "from:", W_FROM, SCRIPT_WORDS, IN(HEAD), 0 },
	{ "to:", W_TO, SCRIPT_WORDS, IN(HEAD), 0 },
	{ "expect:", W_EXPECT, SCRIPT_NUMBER, IN(HEAD), 0 },

	/* the head: the client's part, as options of smtpscope(1) */
	{ "tls:", W_WANT_TLS, SCRIPT_WORDS, IN(HEAD), 0 },
	{ "tls-name:", W_TLS_NAME, SCRIPT_WORDS, IN(HEAD), 0 },
	{ "auth:", W_WANT_AUTH, SCRIPT_WORDS, IN(HEAD), 0 },
	{ "auth-user:", W_AUTH_USER, SCRIPT_WORDS, IN(HEAD), 0 },
	{ "password:", W_PASSWORD, SCRIPT_WORDS, IN(HEAD), 0 },
	{ "protocol:", W_PROTOCOL, SCRIPT_WORDS, IN(HEAD), 0 },
	{ "port:", W_PORT, SCRIPT_NUMBER, IN(HEAD), 0 },
	{ "stage:", W_STAGE, SCRIPT_WORDS, IN(HEAD), 0 },
	{ "pipelining:", W_PIPELINING, SCRIPT_WORDS, IN(HEAD), 0 },
	{ "bdat:", W_BDAT, SCRIPT_WORDS, IN(HEAD), 0 },
	{ "message:", W_MESSAGE, SCRIPT_LINE, IN(HEAD), 0 },
	{ "test-message:", W_TEST_MESSAGE, SCRIPT_WORDS, IN(HEAD), 0 },
	{ "mail-param:", W_MAIL_PARAM, SCRIPT_WORDS, IN(HEAD), 0 },
	{ "rcpt-param:", W_RCPT_PARAM, SCRIPT_WORDS, IN(HEAD), 0 },

	/* the sections */
	{ "@zone", W_ZONE, SCRIPT_NONE, IN(HEAD) | OPENED, ZONE },
	{ "@server", W_SERVER, SCRIPT_WORDS, IN(HEAD) | OPENED, SERVER },
	{ "@steps", W_STEPS, SCRIPT_NONE, IN(HEAD) | OPENED, STEPS },

	/* @zone: master-file lines, and names that get no good answer */
	{ "@dns", W_DNS, SCRIPT_WORDS, IN(ZONE), 0 },

	/* @server: replies, what else happens, when a rule holds */
	{ "C:", W_CLIENT, SCRIPT_LINE, IN(SERVER) | IN(STEPS), 0 },
	{ "S:", W_REPLY, SCRIPT_LINE, IN(SERVER), 0 },
	{ "@bytes", W_BYTES, SCRIPT_BYTES, IN(SERVER), 0 },
	{ "@lf", W_LF, SCRIPT_NONE, IN(SERVER), 0 },
	{ "@wait", W_WAIT, SCRIPT_TIME, IN(SERVER), 0 },
	{ "@dribble", W_DRIBBLE, SCRIPT_TIME, IN(SERVER), 0 },
	{ "@silent", W_SILENT, SCRIPT_NONE, IN(SERVER), 0 },
	{ "@close", W_CLOSE, SCRIPT_NONE, IN(SERVER), 0 },
	{ "@reset", W_RESET, SCRIPT_NONE, IN(SERVER), 0 },
	{ "@once", W_ONCE, SCRIPT_NONE, IN(SERVER), 0 },
	{ "@always", W_ALWAYS, SCRIPT_NONE, IN(SERVER), 0 },
	{ "@after", W_AFTER, SCRIPT_TIME, IN(SERVER), 0 },
	{ "@refuse", W_REFUSE, SCRIPT_NONE, IN(SERVER), 0 },

	/* @server: what the built-in server offers */
	{ "@tls", W_TLS, SCRIPT_WORDS, IN(SERVER), 0 },
	{ "@wrap", W_WRAP, SCRIPT_NONE, IN(SERVER), 0 },
	{ "@auth", W_AUTH, SCRIPT_WORDS, IN(SERVER), 0 },
	{ "@auth-clear", W_AUTH_CLEAR, SCRIPT_NONE, IN(SERVER), 0 },
	{ "@auth-required", W_AUTH_REQUIRED, SCRIPT_NONE, IN(SERVER), 0 },
	{ "@lmtp", W_LMTP, SCRIPT_NONE, IN(SERVER), 0 },
	{ "@offer", W_OFFER, SCRIPT_WORDS, IN(SERVER), 0 },

	/* @steps: what the guide proposes, says and asks */
	{ "say:", W_SAY, SCRIPT_TEXT, IN(STEPS), 0 },
	{ "ask:", W_ASK, SCRIPT_TEXT, IN(STEPS), 0 },
	{ "@connect", W_CONNECT, SCRIPT_TIME, IN(STEPS), 0 },
	{ 0 },
};

static const struct script_syntax syntax = {
	.words = words,
	.raw = IN(ZONE),
};

/* ---- the head -------------------------------------------------------- */

void loader_complain(struct loader *b, const struct script_item *item,
                     const char *text)
{
	if (!b->error)
		b->error = script_complain(b->script, item->line, "%s", text);
}

/* A text of the language that the item is in; other languages are skipped. */
static void set_text(struct loader *b, char *to[LANG_COUNT],
                     const struct script_item *item)
{
	enum i18n_lang lang = LANG_EN;
	char *old;

	if (strcmp(item->lang, "de") == 0)
		lang = LANG_DE;
	else if (*item->lang)
		return;
	old = to[lang];
	if (old && item->section == HEAD) {
		loader_complain(b, item, _("expected each header only once"));
		return;
	}
	to[lang] = old ? xasprintf("%s %s", old, item->text)
	               : xstrdup(item->text);
	free(old);
}

static void set_once(struct loader *b, char **to,
                     const struct script_item *item)
{
	if (*to)
		loader_complain(b, item, _("expected each header only once"));
	else
		*to = xstrdup(item->text);
}

/* An address of the envelope, without angle brackets. */
static char *take_address(struct loader *b, const struct script_item *item)
{
	for (const char *p = item->text; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f) {
			loader_complain(b, item,
					_("expected an address such as "
					  "anna@example.org"));
			break;
		}
	if (strcmp(item->text, "<>") == 0)
		return xstrdup("");
	if (strpbrk(item->text, "<>") || !strchr(item->text, '@'))
		loader_complain(b, item,
				_("expected an address such as "
				  "anna@example.org"));
	return xstrdup(item->text);
}

static void head_item(struct loader *b, const struct script_item *item)
{
	struct lesson *l = b->lesson;

	switch (item->id) {
	case W_TITLE:
		set_text(b, l->title, item);
		break;
	case W_ABOUT:
		set_text(b, l->about, item);
		break;
	case W_TARGET:
		set_once(b, &l->target, item);
		break;
	case W_HELO:
		set_once(b, &l->helo, item);
		break;
	case W_FROM:
		if (l->from)
			loader_complain(b, item,
			                _("expected each header only once"));
		free(l->from);
		l->from = take_address(b, item);
		break;
	case W_TO:
		l->to = xreallocarray(l->to, l->n_to + 1, sizeof *l->to);
		l->to[l->n_to++] = take_address(b, item);
		break;
	case W_EXPECT:
		if (item->value > 130)
			loader_complain(b, item,
					_("expected an exit status, "
					  "0 to 130"));
		l->expect = (int)item->value;
		break;
	default:
		loader_client_item(b, item);
	}
}

bool loader_word(const char **text, const char **word, size_t *len)
{
	*text += strspn(*text, " \t");
	*word = *text;
	*len = strcspn(*text, " \t");
	*text += *len;
	return *len > 0;
}

/* ---- @zone ----------------------------------------------------------- */

static void add_fault(struct loader *b, const struct script_item *item)
{
	static const char *const kinds[] = { "servfail", "refused", "silent",
		                             "truncate" };
	struct lesson *l = b->lesson;
	size_t n = strcspn(item->text, " \t");
	const char *name = item->text + n + strspn(item->text + n, " \t");
	struct lesson_fault fault;
	size_t kind = 0;

	while (kind < 4 && (strlen(kinds[kind]) != n ||
	                    memcmp(kinds[kind], item->text, n) != 0))
		kind++;
	if (kind == 4 || dns_name_parse(&fault.name, name) != DNS_NAME_OK) {
		loader_complain(b, item,
				_("expected servfail, refused, silent or "
				  "truncate, and a name"));
		return;
	}
	fault.what = (enum lesson_dns)kind;
	l->faults = xreallocarray(l->faults, l->n_faults + 1,
	                          sizeof *l->faults);
	l->faults[l->n_faults++] = fault;
}

static void zone_item(struct loader *b, const struct script_item *item)
{
	struct buf shown = { 0 }; /* it repeats a piece of the file */
	char *error;

	if (item->id == W_DNS) {
		add_fault(b, item);
		return;
	}
	if (item->id == W_ZONE)
		return;
	error = zone_add(&b->lesson->zone, item->text);
	if (error) {
		escape_text(&shown, error, strlen(error), false);
		loader_complain(b, item, buf_str(&shown));
	}
	buf_clear(&shown);
	free(error);
}

/* ---- @steps ---------------------------------------------------------- */

/* Behind DATA the lines are the message's, an empty one too, up to the dot. */
static void follow_message(struct loader *b, const struct script_item *item)
{
	if (strcasecmp(item->text, "DATA") == 0)
		b->in_message = true;
	else if (strcmp(item->text, ".") == 0)
		b->in_message = false;
	else if (!item->len && !b->in_message)
		loader_complain(b, item, _("expected a command after C:"));
}

static void add_step(struct loader *b, const struct script_item *item)
{
	struct lesson *l = b->lesson;
	bool connect = item->id == W_CONNECT;

	if (connect && !l->n_steps) {
		loader_complain(b, item,
				_("expected a C: line first: the first "
				  "connection needs no @connect"));
		return;
	}
	if (connect)
		b->in_message = false;
	else
		follow_message(b, item);
	l->steps = xreallocarray(l->steps, l->n_steps + 1, sizeof *l->steps);
	l->steps[l->n_steps++] = (struct lesson_step){
		.kind = connect ? STEP_CONNECT : STEP_SEND,
		.line = xstrdup(connect ? "" : item->text),
		.wait_ms = item->value,
	};
}

static void steps_item(struct loader *b, const struct script_item *item)
{
	struct lesson *l = b->lesson;
	struct lesson_step *step =
	    l->n_steps ? &l->steps[l->n_steps - 1] : NULL;

	if (item->id == W_STEPS)
		return;
	if (item->id == W_CLIENT || item->id == W_CONNECT)
		add_step(b, item);
	else if (!step)
		loader_complain(b, item, _("expected a C: line before this"));
	else
		set_text(b, item->id == W_SAY ? step->say : step->ask, item);
}

/* ---- the whole ------------------------------------------------------- */

static void one_item(struct loader *b, const struct script_item *item)
{
	static void (*const sections[])(struct loader *,
	                                const struct script_item *) = {
		[HEAD] = head_item,
		[ZONE] = zone_item,
		[SERVER] = loader_server_item,
		[STEPS] = steps_item,
	};
	/* leaving a server: its last rule must do something as well */
	if (item->id == W_ZONE || item->id == W_SERVER || item->id == W_STEPS)
		loader_check_rule(b, item);
	if (item->id == W_SERVER)
		loader_add_server(b, item);
	else
		sections[item->section](b, item);
}

/* What can only be seen at the end of the file. */
static void check_whole(struct loader *b)
{
	struct lesson *l = b->lesson;
	const struct script_item end = {
		.line = b->script->n_items
		            ? b->script->items[b->script->n_items - 1].line
		            : 1,
	};

	loader_check_rule(b, &end);
	if (!l->title[LANG_EN])
		loader_complain(b, &end, _("expected a line \"title:\""));
	if (!l->target)
		loader_complain(b, &end,
				_("expected a line \"target:\" with the "
				  "domain that the lesson is about"));
	loader_check_client(b, &end);
	loader_check_offers(b);
}

struct lesson *lesson_parse(const char *name, const char *text, size_t len,
                            char **error)
{
	struct script *s = script_parse(name, text, len, &syntax, error);
	struct loader b = { .script = s };

	if (!s)
		return NULL;
	b.lesson = xcalloc(1, sizeof *b.lesson);
	b.lesson->name = xstrdup(name);
	b.lesson->expect = b.lesson->stage = -1;
	plan_init(&b.lesson->wants);
	for (size_t i = 0; i < s->n_items && !b.error; i++)
		one_item(&b, &s->items[i]);
	if (!b.error)
		check_whole(&b);
	if (!b.error)
		loader_check_hosts(&b);
	script_free(s);
	buf_clear(&b.message);
	*error = b.error;
	if (!b.error)
		return b.lesson;
	lesson_free(b.lesson);
	return NULL;
}
