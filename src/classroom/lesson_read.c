#include "config.h"

#include "classroom/lesson.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "classroom/script.h"
#include "util/xalloc.h"

/*
 * The words of a lesson: where each may stand, what follows it.
 * Everything that a teacher can write is in this table.
 */
enum { HEAD, ZONE, SERVER, STEPS };
enum word {
	W_TITLE = 1, W_ABOUT, W_TARGET, W_FROM, W_TO, W_HELO, W_EXPECT,
	W_ZONE, W_SERVER, W_STEPS,
	W_DNS,
	W_CLIENT, W_REPLY, W_BYTES, W_LF, W_WAIT, W_DRIBBLE, W_SILENT,
	W_CLOSE, W_RESET, W_ONCE, W_ALWAYS, W_AFTER, W_REFUSE, W_TLS,
	W_SAY, W_ASK, W_CONNECT,
};

#define IN(section) SCRIPT_IN(section)
#define OPENED IN(ZONE) | IN(SERVER) | IN(STEPS)

static const struct script_word words[] = {
	/* the head: what the lesson is called, the envelope that it proposes */
	{ "title:", W_TITLE, SCRIPT_TEXT, IN(HEAD), 0 },
	{ "about:", W_ABOUT, SCRIPT_TEXT, IN(HEAD), 0 },
	{ "target:", W_TARGET, SCRIPT_WORDS, IN(HEAD), 0 },
	{ "helo:", W_HELO, SCRIPT_WORDS, IN(HEAD), 0 },
	{ "from:", W_FROM, SCRIPT_WORDS, IN(HEAD), 0 },
	{ "to:", W_TO, SCRIPT_WORDS, IN(HEAD), 0 },
	{ "expect:", W_EXPECT, SCRIPT_NUMBER, IN(HEAD), 0 },

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
	{ "@tls", W_TLS, SCRIPT_WORDS, IN(SERVER), 0 },

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

struct loader {
	struct lesson *lesson;
	const struct script *script;
	bool lf;     /* S: lines of this rule end in a bare LF */
	char *error; /* owned */
};

/* ---- the head -------------------------------------------------------- */

static void complain(struct loader *b, const struct script_item *item,
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
		complain(b, item, _("expected each header only once"));
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
		complain(b, item, _("expected each header only once"));
	else
		*to = xstrdup(item->text);
}

/* An address of the envelope, without angle brackets. */
static char *take_address(struct loader *b, const struct script_item *item)
{
	for (const char *p = item->text; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f) {
			complain(b, item, _("expected an address such as "
			                    "anna@example.org"));
			break;
		}
	if (strcmp(item->text, "<>") == 0)
		return xstrdup("");
	if (strpbrk(item->text, "<>") || !strchr(item->text, '@'))
		complain(b, item, _("expected an address such as "
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
			complain(b, item, _("expected each header only once"));
		free(l->from);
		l->from = take_address(b, item);
		break;
	case W_TO:
		l->to = xreallocarray(l->to, l->n_to + 1, sizeof *l->to);
		l->to[l->n_to++] = take_address(b, item);
		break;
	default:
		if (item->value > 130)
			complain(b, item, _("expected an exit status, "
			                    "0 to 130"));
		l->expect = (int)item->value;
	}
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
		complain(b, item, _("expected servfail, refused, silent or "
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
	char *error;

	if (item->id == W_DNS) {
		add_fault(b, item);
		return;
	}
	if (item->id == W_ZONE)
		return;
	error = zone_add(&b->lesson->zone, item->text);
	if (error)
		complain(b, item, error);
	free(error);
}

/* ---- @server --------------------------------------------------------- */

/* ":587" after a name, "" is 25; 0 for what is no port. */
static uint16_t host_port(const char *text)
{
	char *end;
	long port;

	if (!*text)
		return LESSON_PORT;
	if (!isdigit((unsigned char)text[1]))
		return 0;
	port = strtol(text + 1, &end, 10);
	return *end || port > 65535 ? 0 : (uint16_t)port;
}

/* NAME or NAME:PORT of an @server line. */
static bool add_host(struct lesson_server *s, const char *text, size_t len)
{
	struct lesson_host h = { 0 };
	char shown[DNS_NAME_TEXT_MAX];
	char *name = xmemdup0(text, len);
	size_t n = strcspn(name, ":");
	bool ok;

	h.port = host_port(name + n);
	name[n] = '\0';
	ok = h.port && s->n_hosts < LESSON_HOSTS_MAX &&
	     dns_name_parse(&h.dns_name, name) == DNS_NAME_OK;
	free(name);
	if (!ok)
		return false;
	dns_name_lower(&h.dns_name);
	h.name = xstrdup(dns_name_host(&h.dns_name, shown));
	s->hosts = xreallocarray(s->hosts, s->n_hosts + 1, sizeof *s->hosts);
	s->hosts[s->n_hosts++] = h;
	return true;
}

/* Is name:port of a server before this one too? */
static bool served_twice(const struct lesson *l, const struct lesson_host *h)
{
	size_t found = 0;

	for (size_t i = 0; i < l->n_servers; i++)
		for (size_t k = 0; k < l->servers[i].n_hosts; k++) {
			const struct lesson_host *o = &l->servers[i].hosts[k];

			found += o->port == h->port &&
			         strcmp(o->name, h->name) == 0;
		}
	return found > 1;
}

static struct lesson_rule *add_rule(struct lesson_server *s,
                                    const char *pattern)
{
	struct lesson_rule *rule;

	s->rules = xreallocarray(s->rules, s->n_rules + 1, sizeof *s->rules);
	rule = &s->rules[s->n_rules++];
	*rule = (struct lesson_rule){
		.pattern = pattern ? xstrdup(pattern) : NULL,
	};
	return rule;
}

static void add_server(struct loader *b, const struct script_item *item)
{
	struct lesson *l = b->lesson;
	struct lesson_server *s;
	const char *p = item->text;

	if (l->n_servers == LESSON_SERVERS_MAX) {
		complain(b, item, _("expected fewer servers"));
		return;
	}
	l->servers = xreallocarray(l->servers, l->n_servers + 1,
	                           sizeof *l->servers);
	s = &l->servers[l->n_servers++];
	*s = (struct lesson_server){ 0 };
	while (*p) {
		size_t n = strcspn(p, " \t");

		if (!add_host(s, p, n))
			complain(b, item, _("expected host names after "
			                    "@server, each with or without a "
			                    "port: mx.example mx.example:587"));
		else if (served_twice(l, &s->hosts[s->n_hosts - 1]))
			complain(b, item, _("expected each host once"));
		p += n;
		p += strspn(p, " \t");
	}
	add_rule(s, NULL);
	b->lf = false;
}

static uint16_t code_of(const char *data, size_t len)
{
	if (len < 3 || !isdigit((unsigned char)data[0]) ||
	    !isdigit((unsigned char)data[1]) ||
	    !isdigit((unsigned char)data[2]))
		return 0;
	return (uint16_t)((data[0] - '0') * 100 + (data[1] - '0') * 10 +
	                  (data[2] - '0'));
}

static struct lesson_act *add_act(struct lesson_rule *rule,
                                  enum lesson_act_kind kind)
{
	struct lesson_act *act;

	rule->acts = xreallocarray(rule->acts, rule->n_acts + 1,
	                           sizeof *rule->acts);
	act = &rule->acts[rule->n_acts++];
	*act = (struct lesson_act){ .kind = kind };
	return act;
}

static void add_write(struct lesson_rule *rule, const struct script_item *item,
                      const char *end)
{
	struct lesson_act *act = add_act(rule, LESSON_WRITE);
	size_t end_len = strlen(end);

	act->data = xmalloc(item->len + end_len + 1);
	memcpy(act->data, item->text, item->len);
	memcpy(act->data + item->len, end, end_len + 1);
	act->len = item->len + end_len;
	if (code_of(act->data, act->len))
		rule->code = code_of(act->data, act->len);
}

static void add_timed(struct lesson_rule *rule, enum lesson_act_kind kind,
                      uint32_t ms)
{
	add_act(rule, kind)->ms = ms;
}

static void rule_item(struct loader *b, struct lesson_rule *rule,
                      const struct script_item *item)
{
	switch (item->id) {
	case W_REPLY:
		add_write(rule, item, b->lf ? "\n" : "\r\n");
		break;
	case W_BYTES:
		add_write(rule, item, "");
		break;
	case W_LF:
		b->lf = true;
		break;
	case W_WAIT:
		add_timed(rule, LESSON_WAIT, item->value);
		break;
	case W_DRIBBLE:
		add_timed(rule, LESSON_DRIBBLE, item->value);
		break;
	case W_SILENT:
		add_act(rule, LESSON_SILENT);
		break;
	case W_CLOSE:
		add_act(rule, LESSON_CLOSE);
		break;
	default:
		add_act(rule, LESSON_RESET);
	}
}

/* @once, @always and @after say when a rule holds: the greeting always does. */
static void rule_condition(struct loader *b, struct lesson_rule *rule,
                           const struct script_item *item)
{
	if (!rule->pattern)
		complain(b, item, _("expected a C: line before this"));
	else if (item->id == W_ONCE)
		rule->once = true;
	else if (item->id == W_ALWAYS)
		rule->always = true;
	else
		rule->after_ms = item->value;
}

/* A rule that does nothing is a slip of the pen: @silent says it aloud. */
static void check_rule(struct loader *b, const struct lesson_server *s,
                       const struct script_item *item)
{
	const struct lesson_rule *rule = &s->rules[s->n_rules - 1];

	if (rule->pattern && !rule->n_acts)
		complain(b, item, _("expected S: or an @ line for the C: line "
		                    "before this (@silent for no answer)"));
}

static void server_item(struct loader *b, const struct script_item *item)
{
	struct lesson *l = b->lesson;
	struct lesson_server *s = &l->servers[l->n_servers - 1];

	switch (item->id) {
	case W_CLIENT:
		check_rule(b, s, item);
		if (!item->len)
			complain(b, item, _("expected a command after C:"));
		add_rule(s, item->text);
		b->lf = false;
		break;
	case W_REFUSE:
		s->refuse = true;
		break;
	case W_ONCE:
	case W_ALWAYS:
	case W_AFTER:
		rule_condition(b, &s->rules[s->n_rules - 1], item);
		break;
	case W_TLS:
		complain(b, item, _("expected no @tls: the classroom of this "
		                    "version does not speak TLS yet"));
		break;
	default:
		rule_item(b, &s->rules[s->n_rules - 1], item);
	}
}

/* ---- @steps ---------------------------------------------------------- */

static void add_step(struct loader *b, const struct script_item *item)
{
	struct lesson *l = b->lesson;
	bool connect = item->id == W_CONNECT;

	if (connect && !l->n_steps) {
		complain(b, item, _("expected a C: line first: the first "
		                    "connection needs no @connect"));
		return;
	}
	if (!connect && !item->len)
		complain(b, item, _("expected a command after C:"));
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
		complain(b, item, _("expected a C: line before this"));
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
		[SERVER] = server_item,
		[STEPS] = steps_item,
	};
	struct lesson *l = b->lesson;

	/* leaving a server: its last rule must do something as well */
	if (l->n_servers && (item->id == W_ZONE || item->id == W_SERVER ||
	                     item->id == W_STEPS))
		check_rule(b, &l->servers[l->n_servers - 1], item);
	if (item->id == W_SERVER)
		add_server(b, item);
	else
		sections[item->section](b, item);
}

static bool has_address(const struct lesson *l, const struct dns_name *host)
{
	size_t a = 0, aaaa = 0;

	return zone_next(&l->zone, host, RR_A, &a) ||
	       zone_next(&l->zone, host, RR_AAAA, &aaaa);
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

	if (l->n_servers)
		check_rule(b, &l->servers[l->n_servers - 1], &end);
	if (!l->title[LANG_EN])
		complain(b, &end, _("expected a line \"title:\""));
	if (!l->target)
		complain(b, &end, _("expected a line \"target:\" with the "
		                    "domain that the lesson is about"));
}

/* Every host of an @server line has an address, or nobody would find it. */
static void check_hosts(struct loader *b)
{
	struct lesson *l = b->lesson;
	size_t server = 0;

	for (size_t i = 0; i < b->script->n_items; i++) {
		const struct script_item *item = &b->script->items[i];
		const struct lesson_server *s;

		if (item->id != W_SERVER)
			continue;
		s = &l->servers[server++];
		for (size_t k = 0; k < s->n_hosts; k++)
			if (!has_address(l, &s->hosts[k].dns_name))
				complain(b, item,
				         _("expected an A or AAAA record in "
				           "@zone for each host of @server"));
	}
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
	b.lesson->expect = -1;
	for (size_t i = 0; i < s->n_items && !b.error; i++)
		one_item(&b, &s->items[i]);
	if (!b.error)
		check_whole(&b);
	if (!b.error)
		check_hosts(&b);
	script_free(s);
	*error = b.error;
	if (!b.error)
		return b.lesson;
	lesson_free(b.lesson);
	return NULL;
}
