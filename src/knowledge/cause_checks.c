#include "config.h"

#include "knowledge/cause_checks.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* When a server can know what a check is about. */
enum since { NOWHERE, SINCE_CONNECT, SINCE_EHLO, SINCE_MAIL, SINCE_MESSAGE,
	NEVER };

/*
 * about: categories of causes and enhanced codes (behind the class) that the
 * check speaks of. proof: to pass it contradicts such a complaint; a key that
 * is in order does not make a signature right, and one blocklist is not
 * another.
 */
static const struct {
	const char *check, *about;
	enum since since; /* from when on it can be the reason */
	enum act act;
	bool proof;
} links[] = {
	{ "ptr", "ptr .7.25", SINCE_CONNECT, ACT_SENDER_HOST, true },
	{ "helo", "helo", SINCE_EHLO, ACT_SENDER_HOST, true },
	{ "dnsbl", "dnsbl reputation", SINCE_CONNECT, ACT_SENDER_HOST,
	  false },
	{ "sender-domain", "sender-domain sender-address .1.8 .7.27",
	  SINCE_MAIL, ACT_SENDER_ADDRESS, true },
	{ "spf-mail", "spf auth-policy .7.23", SINCE_MAIL, ACT_SENDER_HOST,
	  true },
	{ "spf-helo", "spf .7.23", SINCE_EHLO, ACT_SENDER_HOST, false },
	{ "dmarc", "dmarc auth-policy", SINCE_MESSAGE, ACT_SENDER_HOST,
	  true },
	{ "dkim", "dkim auth-policy .7.20 .7.21 .7.22", SINCE_MESSAGE,
	  ACT_SENDER_HOST, false },
	{ "mx", "not-accepting recipient-domain .1.2 .1.10", NEVER,
	  ACT_RECIPIENT, true },
};

enum { LINKS = sizeof links / sizeof *links };

static enum since reached(const char *verb)
{
	if (strcmp(verb, "(CONNECT)") == 0)
		return SINCE_CONNECT;
	if (strcmp(verb, "EHLO") == 0 || strcmp(verb, "HELO") == 0 ||
	    strcmp(verb, "LHLO") == 0)
		return SINCE_EHLO;
	if (strcmp(verb, "MAIL") == 0 || strcmp(verb, "RCPT") == 0 ||
	    strcmp(verb, "DATA") == 0)
		return SINCE_MAIL;
	if (strcmp(verb, "(END OF DATA)") == 0 || strcmp(verb, "BDAT") == 0)
		return SINCE_MESSAGE;
	/* 421 and 554 come unasked; other commands are not about mail */
	return *verb && verb[0] != '(' ? NOWHERE : SINCE_CONNECT;
}

static bool listed(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = list; len && (p = strstr(p, word)); p += len)
		if ((p == list || p[-1] == ' ') && (p[len] == ' ' || !p[len]))
			return true;
	return false;
}

static bool is_about(const struct cause *j, const struct reply_view *v,
                     const char *about)
{
	bool by_code = strncmp(j->rule, "enhanced:", 9) == 0;

	if (by_code)
		return listed(about, v->enhanced + 1);
	return j->category && listed(about, j->category->id);
}

static bool speaks_against(enum grade g)
{
	return g == GRADE_BAD || g == GRADE_WARN;
}

static int link_of(const struct evidence_item *item)
{
	for (int i = 0; i < LINKS; i++)
		if (strcmp(item->kind->id, links[i].check) == 0)
			return i;
	return -1;
}

/* A list that the reply names, and that does not list the address. */
static bool names_list(const struct evidence_item *item,
                       const struct reply_view *v)
{
	char lower[SUBJECT_MAX + 1];
	size_t i = 0;

	for (; item->subject[i]; i++)
		lower[i] = item->subject[i] >= 'A' && item->subject[i] <= 'Z'
		               ? (char)(item->subject[i] + 32)
		               : item->subject[i];
	lower[i] = '\0';
	return strcmp(item->kind->id, "dnsbl") == 0 && i > 3 &&
	       strstr(v->lower, lower);
}

static enum confidence less(enum confidence c)
{
	return c == CONF_SURE ? CONF_LIKELY : CONF_GUESS;
}

static enum confidence more(enum confidence c)
{
	return c == CONF_GUESS ? CONF_LIKELY : CONF_SURE;
}

/* The reply names a cause: was it found, too? */
static void compare(struct cause *j, const struct reply_view *v,
                    const struct evidence *e)
{
	for (size_t i = 0; i < e->n; i++) {
		const struct evidence_item *item = &e->items[i];
		int l = link_of(item);

		if (l < 0 || !is_about(j, v, links[l].about))
			continue;
		if (speaks_against(item->grade))
			j->supports |= UINT64_C(1) << i;
		else if (item->grade == GRADE_PASS &&
		         (links[l].proof || names_list(item, v)))
			j->opposes |= UINT64_C(1) << i;
	}
	if (j->supports && j->opposes)
		j->opposes = 0; /* either would do: SPF of one name failed */
	if (j->supports) {
		j->confidence = more(j->confidence);
	} else if (j->opposes) {
		j->contradictions |= CONTRA_CHECK;
		j->confidence = less(j->confidence);
	}
}

/* The words are those of a rule or a reputation, or the code is. */
static bool is_policy(const struct cause *j, const struct reply_view *v)
{
	return (j->category && strcmp(j->category->id, "policy") == 0) ||
	       (*v->enhanced && strncmp(v->enhanced + 1, ".7.", 3) == 0);
}

/* The reply names no cause: the first that was found. */
static void take(struct cause *j, const struct reply_view *v,
                 const struct evidence *e, enum since now)
{
	int first = LINKS;

	for (size_t i = 0; i < e->n; i++) {
		int l = link_of(&e->items[i]);

		if (l < 0 || links[l].since > now ||
		    e->items[i].grade != GRADE_BAD)
			continue;
		if (l < first) {
			first = l;
			j->supports = 0;
		}
		if (l == first)
			j->supports |= UINT64_C(1) << i;
	}
	if (first == LINKS)
		return;
	j->act = links[first].act;
	j->evidence = EVIDENCE_CHECK;
	j->confidence = is_policy(j, v) && v->code / 100 == 5 ? CONF_LIKELY
	                                                      : CONF_GUESS;
	snprintf(j->rule, sizeof j->rule, "check:%s", links[first].check);
}

void cause_checks(struct cause *j, const struct reply_view *v,
                  const struct explain_context *ctx)
{
	const struct evidence *e = ctx->checks;

	_Static_assert(EVIDENCE_MAX <= 64, "supports holds a bit for each");
	if (!e || !e->n)
		return;
	if (j->act == ACT_UNKNOWN)
		take(j, v, e, reached(ctx->verb));
	else
		compare(j, v, e);
}
