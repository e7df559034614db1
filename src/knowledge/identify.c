#include "config.h"

#include "knowledge/identify.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "knowledge/match.h"
#include "util/xalloc.h"

static const char *const places[] = { "banner", "ehlo", "help", "reply" };

/* ---- the version ---- */

static bool is_version_char(char c)
{
	return isalnum((unsigned char)c) || c == '.' || c == '_' ||
	       c == '-' || c == '+';
}

/* A hyphen before another version: "9.53-9.53-". */
static bool ends_version(const char *p)
{
	if (*p != '-')
		return false;
	do
		p++;
	while (isalnum((unsigned char)*p));
	return *p == '.' || *p == '-';
}

/* How long the version at p is ("4.96", "8.14.4+Sun", "6.2c3"); 0 none. */
static size_t version_len(const char *p)
{
	size_t n = 0;
	bool dot = false;

	if (!isdigit((unsigned char)*p))
		return 0;
	for (; is_version_char(p[n]) && !ends_version(p + n); n++)
		dot |= p[n] == '.' && isdigit((unsigned char)p[n + 1]);
	while (n && !isalnum((unsigned char)p[n - 1]))
		n--;
	return dot && n < IDENTIFY_VERSION ? n : 0;
}

/* May a version begin here? "v3.0", but not "AIX4.2" or "AIX 4.2": that is
 * the system's. */
static bool before_version(const char *start, const char *p)
{
	static const char system[] = "AIX ";
	size_t n = sizeof system - 1;

	if (p == start)
		return true;
	if ((size_t)(p - start) >= n && strncmp(p - n, system, n) == 0)
		return false;
	if ((p[-1] == 'v' || p[-1] == 'V') && p - start > 1)
		p--;
	return !isalnum((unsigned char)p[-1]) && p[-1] != '.' && p[-1] != ':';
}

/* Behind the last word of the product's name that stands in text. */
static const char *behind_name(const char *text, const char *name)
{
	enum { WORD_MIN = 3 };
	const char *found = NULL;

	for (const char *w = name; *w;) {
		size_t n = strcspn(w, " /()");

		for (const char *p = text; n >= WORD_MIN && *p; p++)
			if (strncasecmp(p, w, n) == 0 && p + n > found) {
				found = p + n;
				break;
			}
		w += n + strspn(w + n, " /()");
	}
	return found;
}

/* The first version behind the name, before a date: that begins with ";". */
static void find_version(const char *text, struct identity *out)
{
	const char *from = behind_name(text, out->name);

	if (!from)
		return;
	for (const char *p = from; *p && *p != ';'; p++) {
		size_t n = before_version(from, p) ? version_len(p) : 0;

		if (n) {
			memcpy(out->version, p, n);
			out->version[n] = '\0';
			return;
		}
	}
}

/* ---- one line ---- */

/* Behind the host name that begins a greeting (RFC 5321 §4.2), where its
 * first word can be one; else 0. */
static size_t host_end(const char *line, size_t len)
{
	enum { BEGIN = 4 };
	size_t end = BEGIN;
	bool dotted = false;

	for (; end < len && line[end] != ' '; end++)
		dotted |= line[end] == '.';
	if (dotted)
		return end;
	if (end + 6 > len || isupper((unsigned char)line[BEGIN]))
		return 0;
	return strncmp(line + end, " ESMTP", 6) == 0 ||
	       strncmp(line + end, " SMTP", 5) == 0 ? end : 0;
}

/* A copy in which that name says nothing: "postfix.example.com" is no
 * evidence of Postfix. */
static size_t without_host(const char *line, size_t len,
                           char out[MATCH_MAX + 1])
{
	static const char head[] = "220 host.invalid";
	size_t end = host_end(line, len), n = end ? sizeof head - 1 : 0;

	memcpy(out, head, n);
	memcpy(out, line, n ? 4 : 0); /* its own code */
	if (len - end > MATCH_MAX - n)
		len = end + MATCH_MAX - n;
	memcpy(out + n, line + end, len - end);
	return n + len - end;
}

static const struct banner *find_row(enum identify_place place,
                                     const char *line, size_t len)
{
	const struct banner *b = banner_find(places[place], line, len);
	char plain[MATCH_MAX + 1];

	/* services show themselves by their host's name, too */
	if (place != PLACE_GREETING || !b || strcmp(b->kind, "hosted") == 0)
		return b;
	return banner_find(places[place], plain,
	                   without_host(line, len, plain));
}

static enum confidence row_confidence(const char *word)
{
	return strcmp(word, "high") == 0 ? CONF_LIKELY : CONF_GUESS;
}

/* The words behind code and host name, as far as they fit. */
static void set_evidence(enum identify_place place, const char *line,
                         size_t len, struct identity *out)
{
	size_t at = len > 4 ? 4 : 0, n = 0, word = at;

	while (word < len && line[word] != ' ')
		word++;
	if (place == PLACE_GREETING && word < len &&
	    memchr(line + at, '.', word - at) &&
	    !memchr(line + at, '=', word - at))
		at = word;
	for (; at < len && n + 1 < sizeof out->evidence; at++)
		if (n || line[at] != ' ')
			out->evidence[n++] = match_printable(line[at]);
	while (n && out->evidence[n - 1] == ' ')
		n--;
	out->evidence[n] = '\0';
}

bool identify_one(enum identify_place place, const char *line, size_t len,
                  struct identity *out)
{
	const struct banner *b = find_row(place, line, len);

	*out = (struct identity){ 0 };
	if (!b || strcmp(b->confidence, "low") == 0)
		return false;
	out->id = b->id;
	out->name = b->software;
	out->note_en = b->note_en;
	out->note_de = b->note_de;
	out->hosted = strcmp(b->kind, "hosted") == 0;
	out->confidence = row_confidence(b->confidence);
	set_evidence(place, line, len, out);
	find_version(out->evidence, out);
	return true;
}

/* ---- what is known together ---- */

static bool same_name(const struct identity *a, const struct identity *b)
{
	size_t n = strcspn(a->name, " (");

	return strncmp(a->name, b->name, n) == 0 &&
	       strcspn(b->name, " (") == n;
}

/* Enumerators of confidence: the surest is the smallest. */
static void take(struct identity *have, const struct identity *more)
{
	if (!have->id) {
		*have = *more;
	} else if (same_name(have, more)) {
		if (have->confidence == CONF_LIKELY &&
		    more->confidence == CONF_LIKELY)
			have->confidence = CONF_SURE;
		else if (more->confidence < have->confidence)
			*have = *more;
		if (!*have->version)
			memcpy(have->version, more->version,
			       sizeof have->version);
	} else if (more->confidence < have->confidence) {
		*have = *more;
	}
}

static bool in_list(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = list; *p;) {
		size_t n = strcspn(p, " ");

		if (n == len && strncmp(p, word, n) == 0)
			return true;
		p += n + strspn(p + n, " ");
	}
	return false;
}

static void take_operator(struct identify *w, const struct operator_row *o,
                          const char *evidence)
{
	struct identity i = { .id = o->id, .name = o->name,
		.note_en = o->note_en, .note_de = o->note_de,
		.confidence = row_confidence(o->confidence),
		.about = w->reply_n };

	snprintf(i.evidence, sizeof i.evidence, "%s", evidence);
	take(&w->operator, &i);
}

void identify_line(struct identify *w, enum identify_place place,
                   const char *line, size_t len)
{
	struct identity found;

	if (!identify_one(place, line, len, &found))
		return;
	found.about = w->reply_n;
	for (size_t i = 0; operator_at(i); i++)
		if (in_list(operator_at(i)->banners, found.id))
			take_operator(w, operator_at(i), found.evidence);
	if (!found.hosted)
		take(&w->software, &found);
}

/* Is host one of the domains of the list or below one? Its longest one. */
static size_t below(const char *host, size_t len, const char *list)
{
	size_t best = 0;

	for (const char *p = list; *p;) {
		size_t n = strcspn(p, " ");

		if (n <= len && n > best &&
		    strncasecmp(host + len - n, p, n) == 0 &&
		    (n == len || host[len - n - 1] == '.'))
			best = n;
		p += n + strspn(p + n, " ");
	}
	return best;
}

void identify_host(struct identify *w, const char *host)
{
	const struct operator_row *o = NULL;
	char shown[IDENTIFY_EVIDENCE];
	size_t len = strlen(host), best = 0, n = 0;

	if (len && host[len - 1] == '.')
		len--;
	for (size_t i = 0; operator_at(i); i++) {
		size_t fit = below(host, len, operator_at(i)->hosts);

		if (fit > best) {
			best = fit;
			o = operator_at(i);
		}
	}
	if (!o)
		return;
	for (; n < len && n + 1 < sizeof shown; n++)
		shown[n] = match_printable(host[n]);
	shown[n] = '\0';
	take_operator(w, o, shown);
}

/* ---- from a dialog ---- */

static void see_sent(struct identify *w, const struct event *e)
{
	const char *verb = event_text(e, e->u.sent.verb);

	if (strcmp(verb, "EHLO") == 0 || strcmp(verb, "HELO") == 0 ||
	    strcmp(verb, "LHLO") == 0)
		w->ehlo_n = e->n;
	else if (strcmp(verb, "HELP") == 0)
		w->help_n = e->n;
}

static enum identify_place place_of(const struct identify *w,
                                    const struct event *e)
{
	uint32_t to = e->u.reply.to;

	if (to == 0)
		return PLACE_GREETING;
	if (to == w->ehlo_n)
		return PLACE_EHLO;
	return to == w->help_n ? PLACE_HELP : PLACE_REPLY;
}

static void see_reply(struct identify *w, const struct event *e)
{
	enum { LINES = 100 }; /* as many as EHLO's capabilities are kept */
	enum identify_place place = place_of(w, e);

	if (e->u.reply.to == EV_UNASKED)
		return;
	w->reply_n = e->n;
	for (uint32_t i = 0; i < e->u.reply.lines.len && i < LINES; i++) {
		struct ev_ref r = event_item(e, e->u.reply.lines, i);

		identify_line(w, place, event_text(e, r), r.len);
	}
	w->reply_n = 0;
	w->greeted |= place == PLACE_EHLO && e->u.reply.code / 100 == 2;
}

void identify_event(struct identify *w, const struct event *e)
{
	if (e->kind == EV_SENT)
		see_sent(w, e);
	else if (e->kind == EV_REPLY)
		see_reply(w, e);
}

/* ---- said ---- */

char *identity_title(const struct identity *i)
{
	return *i->version ? xasprintf("%s %s", i->name, i->version)
	                   : xstrdup(i->name);
}

bool identity_known(const struct identity *i)
{
	return i->id && i->confidence != CONF_GUESS;
}
