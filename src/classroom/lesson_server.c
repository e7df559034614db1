#include "config.h"

#include "classroom/loader.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

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

bool lesson_host_has(const struct lesson_host *h, unsigned type)
{
	return (type == RR_A && h->family != 6) ||
	       (type == RR_AAAA && h->family != 4);
}

/* "/4" and "/6": the one family of a host whose other one is another server;
 * 0: both. -1: there is no such. */
static int host_family(char *name)
{
	char *slash = strchr(name, '/');

	if (!slash)
		return 0;
	*slash = '\0';
	if (strcmp(slash + 1, "4") == 0)
		return 4;
	return strcmp(slash + 1, "6") == 0 ? 6 : -1;
}

/* NAME, NAME/4 or NAME/6, each with or without :PORT, of an @server line. */
static bool add_host(struct lesson_server *s, const char *text, size_t len)
{
	struct lesson_host h = { 0 };
	char shown[DNS_NAME_TEXT_MAX];
	char *name = xmemdup0(text, len);
	size_t n = strcspn(name, ":");
	bool ok;

	h.port = host_port(name + n);
	name[n] = '\0';
	h.family = host_family(name);
	ok = h.port && h.family >= 0 && s->n_hosts < LESSON_HOSTS_MAX &&
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
			         (!o->family || !h->family ||
			          o->family == h->family) &&
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

void loader_add_server(struct loader *b, const struct script_item *item)
{
	struct lesson *l = b->lesson;
	struct lesson_server *s;
	const char *p = item->text;

	if (l->n_servers == LESSON_SERVERS_MAX) {
		loader_complain(b, item, _("expected fewer servers"));
		return;
	}
	l->servers = xreallocarray(l->servers, l->n_servers + 1,
	                           sizeof *l->servers);
	s = &l->servers[l->n_servers++];
	*s = (struct lesson_server){ 0 };
	while (*p) {
		size_t n = strcspn(p, " \t");

		if (!add_host(s, p, n))
			loader_complain(b, item,
					_("expected host names after "
					  "@server, each with or without a "
					  "port: mx.example mx.example:587"));
		else if (served_twice(l, &s->hosts[s->n_hosts - 1]))
			loader_complain(b, item, _("expected each host once"));
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
		loader_complain(b, item, _("expected a C: line before this"));
	else if (item->id == W_ONCE)
		rule->once = true;
	else if (item->id == W_ALWAYS)
		rule->always = true;
	else
		rule->after_ms = item->value;
}

/* A rule that does nothing is a slip of the pen: @silent says it aloud. */
void loader_check_rule(struct loader *b, const struct script_item *item)
{
	const struct lesson *l = b->lesson;
	const struct lesson_server *s;
	const struct lesson_rule *rule;

	if (!l->n_servers)
		return;
	s = &l->servers[l->n_servers - 1];
	rule = &s->rules[s->n_rules - 1];
	if (rule->pattern && !rule->n_acts)
		loader_complain(b, item,
				_("expected S: or an @ line for the C: line "
				  "before this (@silent for no answer)"));
}

void loader_server_item(struct loader *b, const struct script_item *item)
{
	struct lesson *l = b->lesson;
	struct lesson_server *s = &l->servers[l->n_servers - 1];

	switch (item->id) {
	case W_CLIENT:
		loader_check_rule(b, item);
		if (!item->len)
			loader_complain(b, item,
			                _("expected a command after C:"));
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
	case W_WRAP:
	case W_AUTH:
	case W_AUTH_CLEAR:
	case W_AUTH_REQUIRED:
	case W_LMTP:
	case W_OFFER:
		loader_offer_item(b, s, item);
		break;
	default:
		rule_item(b, &s->rules[s->n_rules - 1], item);
	}
}

static bool has_address(const struct lesson *l, const struct lesson_host *h)
{
	const struct zone_rr *rr;
	size_t at = 0;

	while ((rr = zone_next(&l->zone, &h->dns_name, RR_ANY, &at)))
		if (lesson_host_has(h, rr->type))
			return true;
	return false;
}

/* Have the two hosts an address in common? */
static bool share_address(const struct zone *z, const struct lesson_host *a,
                          const struct lesson_host *b)
{
	const struct zone_rr *ra, *rb;
	size_t at = 0;

	while ((ra = zone_next(z, &a->dns_name, RR_ANY, &at))) {
		size_t other = 0;

		while (lesson_host_has(a, ra->type) &&
		       lesson_host_has(b, ra->type) &&
		       (rb = zone_next(z, &b->dns_name, ra->type, &other)))
			if (memcmp(ra->rdata, rb->rdata, ra->rdata_len) == 0)
				return true;
	}
	return false;
}

/* Does an address and port of h lead to a server before this one already? */
static bool is_taken(const struct lesson *l, size_t server,
                     const struct lesson_host *h)
{
	for (size_t i = 0; i < server; i++)
		for (size_t k = 0; k < l->servers[i].n_hosts; k++) {
			const struct lesson_host *o = &l->servers[i].hosts[k];

			if (o->port == h->port &&
			    share_address(&l->zone, o, h))
				return true;
		}
	return false;
}

static void check_host(struct loader *b, size_t server,
                       const struct lesson_host *h,
                       const struct script_item *item)
{
	if (!has_address(b->lesson, h))
		loader_complain(b, item,
		                _("expected an A or AAAA record in @zone for "
		                  "each host of @server"));
	else if (is_taken(b->lesson, server, h))
		loader_complain(b, item,
		                _("expected addresses that no other @server "
		                  "has"));
}

void loader_check_hosts(struct loader *b)
{
	const struct lesson *l = b->lesson;
	size_t server = 0;

	for (size_t i = 0; i < b->script->n_items; i++) {
		const struct script_item *item = &b->script->items[i];

		if (item->id != W_SERVER)
			continue;
		for (size_t k = 0; k < l->servers[server].n_hosts; k++)
			check_host(b, server, &l->servers[server].hosts[k],
			           item);
		server++;
	}
}
