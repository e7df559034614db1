#include "config.h"

#include "check/mta_settings.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "check/ip.h"
#include "core/route.h"
#include "util/buf.h"
#include "util/xalloc.h"

static const struct mta_tool tools[] = {
	{ MTA_POSTFIX, "postconf", { "-x", "myhostname", "smtp_helo_name",
	  "smtp_bind_address", "smtp_bind_address6", "inet_protocols",
	  "inet_interfaces", "relayhost" } },
	{ MTA_POSTFIX, "postconf", { "-xP", "smtp/unix" } },
	/* Debian's name for it, and everyone else's */
	{ MTA_EXIM, "exim4", { "-bP", "primary_hostname", "disable_ipv6",
	  "routers", "transports" } },
	{ MTA_EXIM, "exim", { "-bP", "primary_hostname", "disable_ipv6",
	  "routers", "transports" } },
};

const struct mta_tool *mta_tool_at(size_t i)
{
	return i < sizeof tools / sizeof *tools ? &tools[i] : NULL;
}

const char *mta_name(enum mta mta)
{
	static const char *const names[MTA_COUNT] = { "Postfix", "Exim" };

	return names[mta];
}

void mta_settings_clear(struct mta_settings *s)
{
	free(s->helo);
	free(s->source4);
	free(s->source6);
	free(s->relay);
	*s = (struct mta_settings){ .helo = NULL };
}

/* ---- lines ---- */

struct lines {
	const char *at;
	size_t left;
	char *line; /* owned: the last one, blanks at its ends cut off */
};

static char *trimmed(const char *s, size_t len)
{
	while (len && isspace((unsigned char)*s)) {
		s++;
		len--;
	}
	while (len && isspace((unsigned char)s[len - 1]))
		len--;
	return len <= MTA_VALUE_MAX ? xmemdup0(s, len) : xstrdup("");
}

/* The next line with those behind it that begin with a blank (postconf -f, and
 * main.cf itself, fold them). false at the end. */
static bool next_line(struct lines *l)
{
	size_t len = 0;

	free(l->line);
	l->line = NULL;
	if (!l->left)
		return false;
	do {
		const char *end = memchr(l->at + len, '\n', l->left - len);

		len = end ? (size_t)(end - l->at) + 1 : l->left;
	} while (len < l->left && (l->at[len] == ' ' || l->at[len] == '\t'));
	l->line = trimmed(l->at, len);
	l->at += len;
	l->left -= len;
	return true;
}

/* "name = value": cuts the line at the name, returns the value; NULL none. */
static char *value_of(char *line)
{
	char *equals = strstr(line, " =");

	if (!equals)
		return NULL;
	*equals = '\0';
	equals += 2;
	return equals + strspn(equals, " \t\n");
}

static bool is_plain(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s <= ' ' || *s == 0x7f)
			return false;
	return true;
}

/* NULL unless it is one word. */
static void take(char **at, const char *value)
{
	free(*at);
	*at = *value && is_plain(value) ? xstrdup(value) : NULL;
}

static void take_source(struct mta_settings *s, const char *text)
{
	struct ip ip;

	if (ip_parse(&ip, text))
		take(ip.size == 4 ? &s->source4 : &s->source6, text);
}

/* ---- Postfix ---- */

struct interfaces {
	char *one[2];    /* of IPv4, IPv6: the last seen; owned */
	unsigned n[2];
	bool others;     /* names, whose addresses are not known here */
};

static void read_interfaces(struct interfaces *x, char *value)
{
	char *save = NULL;

	for (char *word = strtok_r(value, ", \t\n", &save); word;
	     word = strtok_r(NULL, ", \t\n", &save)) {
		size_t len = strlen(word);
		struct ip ip;

		if (*word == '[' && word[len - 1] == ']') {
			word[len - 1] = '\0';
			word++;
		}
		if (!ip_parse(&ip, word)) {
			x->others = true;
			continue;
		}
		x->n[ip.size == 16]++;
		take(&x->one[ip.size == 16], word);
	}
}

/* smtp_bind_address in postconf(5): where one address of a kind is listed and
 * it is not loopback, mail leaves from it. */
static void source_of_interfaces(struct mta_settings *s,
                                 struct interfaces *x)
{
	char **sources[] = { &s->source4, &s->source6 };

	for (size_t i = 0; i < 2; i++) {
		if (!*sources[i] && !x->others && x->n[i] == 1 &&
		    address_classify(x->one[i]) != ADDR_LOOPBACK)
			take(sources[i], x->one[i]);
		free(x->one[i]);
	}
}

static int family_of(const char *protocols)
{
	bool four = strstr(protocols, "ipv4"), six = strstr(protocols, "ipv6");

	return four == six ? 0 : four ? 4 : 6;
}

static void postfix_value(struct mta_settings *s, struct interfaces *x,
                          const char *name, char *value)
{
	static const char service[] = "smtp/unix/"; /* of master.cf: wins */

	if (strncmp(name, service, sizeof service - 1) == 0)
		name += sizeof service - 1;
	if (strcmp(name, "myhostname") == 0 && !s->helo)
		take(&s->helo, value);
	else if (strcmp(name, "smtp_helo_name") == 0 && *value)
		take(&s->helo, value);
	else if (strcmp(name, "smtp_bind_address") == 0 ||
	         strcmp(name, "smtp_bind_address6") == 0)
		take_source(s, value);
	else if (strcmp(name, "inet_protocols") == 0)
		s->family = family_of(value);
	else if (strcmp(name, "relayhost") == 0)
		take(&s->relay, value);
	else if (strcmp(name, "inet_interfaces") == 0)
		read_interfaces(x, value);
}

static void parse_postfix(struct mta_settings *s, struct lines *l)
{
	struct interfaces x = { .others = false };

	while (next_line(l)) {
		char *value = value_of(l->line);

		if (value)
			postfix_value(s, &x, l->line, value);
	}
	source_of_interfaces(s, &x);
}

/* ---- Exim ---- */

enum { EXIM_NONE, EXIM_ROUTER, EXIM_TRANSPORT };

struct exim {
	char *host;     /* primary_hostname */
	char *relay;    /* of the router that takes mail for others */
	char *transport; /* of that router; NULL: none seen */
	/* the section that is read */
	int kind;
	char *name, *driver, *section_transport, *section_relay;
	char *helo, *interface;
	/* of the transport that counts, or the first that speaks SMTP */
	char *found_helo, *found_interface;
	bool found;
};

/* "* \"smart.isp.test::587\" byname": the hosts where it is for all domains.
 * A colon of a host is doubled, as colons separate. Heap or NULL. */
static char *relay_of(const char *route)
{
	struct buf b = { 0 };
	bool quoted;

	if (route[0] != '*' || !isspace((unsigned char)route[1]))
		return NULL;
	route += 1 + strspn(route + 1, " \t");
	quoted = *route == '"';
	for (route += quoted; *route && *route != ';'; route++) {
		if (quoted ? *route == '"' : isspace((unsigned char)*route))
			break;
		if (route[0] == ':' && route[1] == ':')
			route++;
		buf_addc(&b, *route);
	}
	if (!b.len || !is_plain(buf_str(&b)) || strchr(b.data, '$')) {
		buf_clear(&b);
		return NULL;
	}
	return buf_steal(&b);
}

/* The first router that looks in DNS, or hands all to one host. */
static void end_router(struct exim *e)
{
	bool dns = e->driver && strcmp(e->driver, "dnslookup") == 0;

	if (e->transport || !e->section_transport ||
	    (!dns && !e->section_relay))
		return;
	e->transport = xstrdup(e->section_transport);
	if (!dns)
		e->relay = xstrdup(e->section_relay);
}

static void end_transport(struct exim *e)
{
	bool named = e->transport && strcmp(e->transport, e->name) == 0;

	if (!e->driver || strcmp(e->driver, "smtp") != 0 ||
	    (e->found && !named))
		return;
	free(e->found_helo);
	free(e->found_interface);
	e->found_helo = e->helo;
	e->found_interface = e->interface;
	e->helo = e->interface = NULL;
	e->found = true;
}

static void end_section(struct exim *e)
{
	char **texts[] = { &e->name, &e->driver, &e->section_transport,
		&e->section_relay, &e->helo, &e->interface };

	if (e->kind == EXIM_ROUTER)
		end_router(e);
	else if (e->kind == EXIM_TRANSPORT)
		end_transport(e);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		free(*texts[i]);
		*texts[i] = NULL;
	}
	e->kind = EXIM_NONE;
}

/* "NAME router:", "NAME transport:" */
static bool begins_section(struct exim *e, const char *line)
{
	const char *blank = strchr(line, ' ');
	int kind = EXIM_NONE;

	if (blank && strcmp(blank, " router:") == 0)
		kind = EXIM_ROUTER;
	else if (blank && strcmp(blank, " transport:") == 0)
		kind = EXIM_TRANSPORT;
	if (kind == EXIM_NONE)
		return false;
	end_section(e);
	e->kind = kind;
	e->name = xmemdup0(line, (size_t)(blank - line));
	return true;
}

static void set(char **at, const char *value)
{
	free(*at);
	*at = *value ? xstrdup(value) : NULL;
}

static void exim_value(struct exim *e, const char *name, const char *value)
{
	if (e->kind == EXIM_NONE && strcmp(name, "primary_hostname") == 0)
		take(&e->host, value);
	else if (strcmp(name, "driver") == 0)
		set(&e->driver, value);
	else if (e->kind == EXIM_ROUTER && strcmp(name, "transport") == 0)
		set(&e->section_transport, value);
	else if (e->kind == EXIM_ROUTER && strcmp(name, "route_list") == 0) {
		free(e->section_relay);
		e->section_relay = relay_of(value);
	} else if (e->kind == EXIM_TRANSPORT && strcmp(name, "helo_data") == 0)
		set(&e->helo, value);
	else if (e->kind == EXIM_TRANSPORT && strcmp(name, "interface") == 0)
		set(&e->interface, value);
}

/* A string that Exim expands each time: only what stands for the host's own
 * name is known here. */
static void take_helo(struct mta_settings *s, const struct exim *e)
{
	static const char *const own[] = { "$primary_hostname",
		"${primary_hostname}", "$smtp_active_hostname",
		"${smtp_active_hostname}" };
	const char *helo = e->found_helo ? e->found_helo : own[0];

	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (strcmp(helo, own[i]) == 0)
			helo = e->host ? e->host : "";
	if (!strchr(helo, '$'))
		take(&s->helo, helo);
}

/* An address, or a list: "<; 192.0.2.5 ; 2001:db8::5", else with colons. */
static void take_interface(struct mta_settings *s, char *value)
{
	char seps[] = "; \t", *save = NULL;

	if (value[0] == '<' && value[1]) {
		seps[0] = value[1];
		value += 2;
	} else if (strchr(value, '.')) {
		seps[0] = ':';
	}
	for (char *word = strtok_r(value, seps, &save); word;
	     word = strtok_r(NULL, seps, &save))
		take_source(s, word);
}

static void parse_exim(struct mta_settings *s, struct lines *l)
{
	struct exim e = { .kind = EXIM_NONE };

	while (next_line(l)) {
		char *value;

		if (begins_section(&e, l->line))
			continue;
		if (strcmp(l->line, "disable_ipv6") == 0)
			s->family = 4;
		value = value_of(l->line);
		if (value)
			exim_value(&e, l->line, value);
	}
	end_section(&e);
	take_helo(s, &e);
	if (e.found_interface)
		take_interface(s, e.found_interface);
	s->relay = e.relay;
	free(e.host);
	free(e.transport);
	free(e.found_helo);
	free(e.found_interface);
}

bool mta_settings_parse(struct mta_settings *out, enum mta mta,
                        const char *text, size_t len)
{
	struct lines l = { .at = text, .left = len };

	if (l.left > MTA_TEXT_MAX)
		l.left = MTA_TEXT_MAX;
	*out = (struct mta_settings){ .mta = mta };
	if (mta == MTA_POSTFIX)
		parse_postfix(out, &l);
	else
		parse_exim(out, &l);
	free(l.line);
	return out->helo || out->source4 || out->source6 || out->relay;
}

/* ---- the check ---- */

size_t like_mta_count(const struct check_query *q)
{
	return q->mta ? 1 : 0;
}

/* This end of the connection; NULL not known, or it says nothing. */
static const char *local_of(const struct check_query *q)
{
	const char *local = NULL;

	for (size_t i = 0; i < q->n_seen && !q->behind; i++)
		if (q->seen[i].source == ADDRESS_LOCAL)
			local = q->seen[i].text;
	return local;
}

static bool same_ip(const char *a, const char *b)
{
	struct ip x, y;

	return ip_parse(&x, a) && ip_parse(&y, b) && ip_equal(&x, &y);
}

static void add_steps(struct check *c, const struct mta_settings *s)
{
	const char *name = mta_name(s->mta);

	if (s->helo)
		check_step_add(c, 0, "mta-says-helo", name, s->helo, NULL);
	else
		check_step_add(c, 0, "mta-makes-helo", name, NULL);
	if (s->source4)
		check_step_add(c, 0, "mta-from", name, s->source4, NULL);
	if (s->source6)
		check_step_add(c, 0, "mta-from", name, s->source6, NULL);
	if (s->family)
		check_step_add(c, 0, s->family == 4 ? "mta-ipv4" : "mta-ipv6",
		               name, NULL);
	if (s->relay)
		check_step_add(c, 0, "mta-relays", name, s->relay, NULL);
}

static bool is_other_helo(const struct mta_settings *s,
                          const struct check_query *q)
{
	struct dns_name a, b;

	if (!s->helo || !q->helo || !strcmp(s->helo, q->helo))
		return false;
	return dns_name_parse(&a, s->helo) != DNS_NAME_OK ||
	       dns_name_parse(&b, q->helo) != DNS_NAME_OK ||
	       !dns_name_equal(&a, &b);
}

static void end(struct check *c, const struct mta_settings *s,
                const struct check_query *q)
{
	const char *name = mta_name(s->mta), *local = local_of(q);
	bool six = local && strchr(local, ':');
	const char *source = six ? s->source6 : s->source4;

	if (s->relay)
		check_end(c, GRADE_NOTE, "", "mta-relay", name, s->relay,
		          NULL);
	else if (is_other_helo(s, q) && source)
		check_end(c, GRADE_WARN, "", "mta-other-helo-from", name,
		          s->helo, source, q->helo, NULL);
	else if (is_other_helo(s, q))
		check_end(c, GRADE_WARN, "", "mta-other-helo", name, s->helo,
		          q->helo, NULL);
	else if (local && s->family && s->family != (six ? 6 : 4))
		check_end(c, GRADE_WARN, "", "mta-other-family", name, local,
		          NULL);
	else if (local && source && !same_ip(local, source))
		check_end(c, GRADE_WARN, "", "mta-other-source", name, source,
		          local, NULL);
	else if (!s->helo)
		check_end(c, GRADE_NOTE, "", "mta-helo-open", name, NULL);
	else
		check_end(c, GRADE_PASS, "", "mta-same", name, s->helo, NULL);
}

void like_mta_check(struct check *c, const struct facts *f,
                    const struct check_query *q, size_t i)
{
	(void)f, (void)i;
	check_begin(c, "like-mta", mta_name(q->mta->mta));
	add_steps(c, q->mta);
	end(c, q->mta, q);
}
