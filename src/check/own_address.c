#include "config.h"

#include "check/own_address.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "core/route.h"

enum {
	TEXT_MAX = 16384, /* octets of a refusal that are looked at */
	WORD_MAX = 24,    /* longer ones are none of ours */
};

/* ---- an address in a text ---- */

struct text {
	const char *data; /* len octets */
	size_t len;
};

struct place { /* of an address: first octet, one behind the last */
	size_t from, to;
	struct ip ip;
};

static bool is_address_char(char c)
{
	return isxdigit((unsigned char)c) || c == '.' || c == ':';
}

/* What may not stand beside an address: it would be a piece of a name. */
static bool is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_' ||
	       (unsigned char)c >= 0x80;
}

/* 0 past both ends. */
static char at(const struct text *t, size_t i)
{
	return i < t->len ? t->data[i] : '\0';
}

static char before(const struct text *t, size_t i)
{
	return i > 0 ? t->data[i - 1] : '\0';
}

static bool is_global(const struct ip *ip, const char *text)
{
	/* RFC 4291 §2.4: all of IPv6 that is assigned begins with 001 */
	return address_classify(text) == ADDR_PUBLIC &&
	       (ip->size == 4 || ip->octets[0] >> 5 == 1);
}

static bool is_same(const char *text, const struct ip *ip)
{
	struct ip other;

	return ip_parse(&other, text) && ip_equal(&other, ip);
}

/* Is helo a literal of this address? */
static bool is_literal_of(const char *helo, const struct ip *ip)
{
	size_t len = strlen(helo);
	char inner[IP_TEXT_MAX];

	if (len < 2 || helo[0] != '[' || helo[len - 1] != ']')
		return false;
	helo++;
	len -= 2;
	if (len > 5 && strncasecmp(helo, "IPv6:", 5) == 0) {
		helo += 5;
		len -= 5;
	}
	if (len >= sizeof inner)
		return false;
	memcpy(inner, helo, len);
	inner[len] = '\0';
	return is_same(inner, ip);
}

/* data, len octets: an address and nothing else. */
static bool parse(struct place *p, const struct text *t, size_t from,
                  size_t to)
{
	char word[IP_TEXT_MAX], text[IP_TEXT_MAX];

	if (to - from >= sizeof word || to - from < 2)
		return false;
	memcpy(word, t->data + from, to - from);
	word[to - from] = '\0';
	*p = (struct place){ .from = from, .to = to };
	return ip_parse(&p->ip, word) && is_global(&p->ip, ip_text(&p->ip,
	                                                           text));
}

static bool has_tag(const struct text *t, size_t from, size_t to)
{
	return to - from > 5 && strncasecmp(t->data + from, "IPv6:", 5) == 0;
}

/* "192.0.2.0/24" is a net. */
static bool is_prefix_length(const struct text *t, size_t i)
{
	return at(t, i) == '/' && isdigit((unsigned char)at(t, i + 1));
}

/* The next address at or behind *i; *i moves behind it. A full stop or colon
 * at its end belongs to the sentence. */
static bool next_place(const struct text *t, size_t *i, struct place *p)
{
	while (*i < t->len) {
		size_t from = *i, to;

		if (!has_tag(t, from, t->len) &&
		    (!is_address_char(t->data[from]) ||
		     is_name_char(before(t, from)) ||
		     before(t, from) == '.')) {
			++*i;
			continue;
		}
		if (has_tag(t, from, t->len))
			from += 5;
		for (to = from; to < t->len && is_address_char(t->data[to]);)
			to++;
		*i = to;
		if (is_name_char(at(t, to)) || is_prefix_length(t, to))
			continue;
		if (parse(p, t, from, to))
			return true;
		while (to > from && strchr(".:", t->data[to - 1]))
			to--;
		if (parse(p, t, from, to))
			return true;
	}
	return false;
}

/* ---- the reply to EHLO ---- */

/* Behind the code and its hyphen, if they are there. */
static size_t begin(const struct text *t)
{
	bool code = t->len > 3 && isdigit((unsigned char)t->data[0]) &&
	            isdigit((unsigned char)t->data[1]) &&
	            isdigit((unsigned char)t->data[2]) &&
	            (t->data[3] == ' ' || t->data[3] == '-');

	return code ? 4 : 0;
}

/* "[192.0.2.1]", "[IPv6:2001:db8::1]", and as Google writes in refusals
 * "[192.0.2.1      19]". Returns where the bracket is, or len. */
static size_t bracket_of(const struct text *t, const struct place *p)
{
	size_t from = p->from, i = p->to;

	if (from >= 5 && has_tag(t, from - 5, from + 1))
		from -= 5;
	if (before(t, from) != '[')
		return t->len;
	while (at(t, i) == ' ' || (i > p->to && isdigit((unsigned char)
	                                                at(t, i))))
		i++;
	return at(t, i) == ']' ? from - 1 : t->len;
}

/* How often the address is there: an echo of the HELO name is one of them. */
static bool is_echo(const struct text *t, const struct place *found,
                    const char *helo)
{
	struct place p;
	size_t i = 0, n = 0;

	if (!is_literal_of(helo, &found->ip))
		return false;
	while (next_place(t, &i, &p))
		n += ip_equal(&p.ip, &found->ip);
	return n < 2;
}

bool own_address_greeted(const char *line, size_t len,
                         const struct own_address_talk *talk,
                         char out[IP_TEXT_MAX])
{
	struct text t = { line, len < TEXT_MAX ? len : TEXT_MAX };
	struct place p, found;
	bool any = false;
	size_t i = 0, name = begin(&t); /* of the server: the first word */

	while (next_place(&t, &i, &p)) {
		size_t bracket = bracket_of(&t, &p);

		if (bracket == t.len || bracket <= name ||
		    is_same(talk->server, &p.ip))
			continue;
		found = p;
		any = true;
	}
	if (!any || is_echo(&t, &found, talk->helo))
		return false;
	ip_text(&found.ip, out);
	return true;
}

/* ---- refusals ---- */

/* The word that ends before octet i of t, in lower case; "" none. Blanks and
 * what opens or joins is passed over. */
static void word_before(const struct text *t, size_t i, char out[WORD_MAX])
{
	size_t to, from;

	while (i > 0 && strchr(" \t\r\n[(<\"'=:-,/", t->data[i - 1]) &&
	       t->data[i - 1])
		i--;
	for (to = i; i > 0 && isalnum((unsigned char)t->data[i - 1]);)
		i--;
	from = i;
	out[0] = '\0';
	if (to - from >= WORD_MAX)
		return;
	for (; from < to; from++)
		*out++ = (char)tolower((unsigned char)t->data[from]);
	*out = '\0';
}

static void word_after(const struct text *t, size_t i, char out[WORD_MAX])
{
	size_t n = 0;

	out[0] = '\0';
	while (at(t, i) && strchr(" \t\r\n])>\"',", at(t, i)))
		i++;
	while (isalpha((unsigned char)at(t, i)) && n < WORD_MAX - 1)
		out[n++] = (char)tolower((unsigned char)t->data[i++]);
	out[n] = '\0';
}

static bool is_one_of(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(word, *words) == 0)
			return true;
	return false;
}

static const char *const names_client[] = {
	"ip", "ipv4", "ipv6", "client", "host", "from", "address", "addr",
	"sender", "your", "you", "because", NULL,
};
static const char *const says_of_it[] = {
	"is", "was", "has", "listed", "blocked", "blacklisted", "rejected",
	"found", "not", "denied", "banned", "in", "temporarily", NULL,
};

/* Part of a mail address, or a URL's host. */
static bool is_of_another(const struct text *t, const struct place *p)
{
	size_t bracket = bracket_of(t, p);
	size_t from = bracket < t->len ? bracket : p->from;

	return before(t, from) == '@' ||
	       (before(t, from) == '/' && before(t, from - 1) == '/');
}

/* "Sendmail 8.17.1.9 is ...": behind a word that does not name a client, what
 * follows is said of something else. */
static bool may_begin_a_clause(const struct text *t, const struct place *p,
                               const char *word)
{
	size_t i = p->from;

	while (i > 0 && strchr(" \t\r\n[(<\"'", t->data[i - 1]))
		i--;
	return i == 0 || strchr(":;,.-", t->data[i - 1]) || !*word ||
	       word[strspn(word, "0123456789")] == '\0';
}

/* Of the evidence that it is the client's; "?192.0.2.1" is as good as
 * brackets. */
enum rank { RANK_NONE, RANK_BRACKETS, RANK_WORDS };

static enum rank rank_of(const struct text *t, const struct place *p)
{
	char word[WORD_MAX], next[WORD_MAX];

	if (is_of_another(t, p))
		return RANK_NONE;
	word_before(t, p->from, word);
	if (strcmp(word, "ipv6") == 0 && before(t, p->from) == ':')
		word_before(t, p->from - 5, word); /* the tag */
	if (is_one_of(word, names_client))
		return RANK_WORDS;
	word_after(t, p->to, next);
	if (strcmp(next, "said") == 0)
		return RANK_NONE; /* "host mx[192.0.2.25] said: ..." */
	if (is_one_of(next, says_of_it) && may_begin_a_clause(t, p, word))
		return RANK_WORDS;
	if (bracket_of(t, p) < t->len || before(t, p->from) == '?')
		return RANK_BRACKETS;
	return RANK_NONE;
}

bool own_address_refused(const char *text, size_t len,
                         const struct own_address_talk *talk,
                         char out[IP_TEXT_MAX])
{
	struct text t = { text, len < TEXT_MAX ? len : TEXT_MAX };
	struct place p, found;
	enum rank best = RANK_NONE;
	bool several = false;
	size_t i = 0;

	while (next_place(&t, &i, &p)) {
		enum rank rank = rank_of(&t, &p);

		if (rank == RANK_NONE || rank < best ||
		    is_same(talk->server, &p.ip) ||
		    is_literal_of(talk->helo, &p.ip))
			continue;
		several = rank == best &&
		          (several || !ip_equal(&found.ip, &p.ip));
		best = rank;
		found = p;
	}
	if (best == RANK_NONE || several)
		return false;
	ip_text(&found.ip, out);
	return true;
}

/* ---- the check ---- */

static const char *const source_says[ADDRESS_SOURCE_COUNT] = {
	[ADDRESS_LOCAL] = "own-seen-local",
	[ADDRESS_REFUSAL] = "own-seen-refusal",
	[ADDRESS_GREETED] = "own-seen-greeted",
	[ADDRESS_ASKED] = "own-seen-asked",
	[ADDRESS_GIVEN] = "own-seen-given",
};

/* IPv4 in IPv6 is IPv4. */
static bool same_family(const char *a, const char *b)
{
	struct ip x, y;

	return ip_parse(&x, a) && ip_parse(&y, b) && x.size == y.size;
}

static bool same_address(const char *a, const char *b)
{
	struct ip x;

	return ip_parse(&x, a) && is_same(b, &x);
}

/* A public address that somebody else saw. */
static bool is_view(const struct address_seen *s)
{
	return s->source != ADDRESS_LOCAL && s->source != ADDRESS_GIVEN &&
	       address_classify(s->text) == ADDR_PUBLIC;
}

/* Another view than s, of the same family; NULL none. */
static const struct address_seen *contrary(const struct check_query *q,
                                           const char *text)
{
	for (size_t i = 0; i < q->n_seen; i++)
		if (is_view(&q->seen[i]) &&
		    same_family(q->seen[i].text, text) &&
		    !same_address(q->seen[i].text, text))
			return &q->seen[i];
	return NULL;
}

/* The last one from that source, of the same family as text ("": any). */
static const struct address_seen *of_source(const struct check_query *q,
                                            enum address_source source,
                                            const char *text)
{
	const struct address_seen *found = NULL;

	for (size_t i = 0; i < q->n_seen; i++)
		if (q->seen[i].source == source &&
		    (!*text || same_family(q->seen[i].text, text)))
			found = &q->seen[i];
	return found;
}

static void end_given(struct check *c, const struct check_query *q,
                      const char *text)
{
	const struct address_seen *other = contrary(q, text);

	if (other)
		check_end(c, GRADE_WARN, "", "own-given-differs", text,
		          other->text, other->where, NULL);
	else
		check_end(c, GRADE_PASS, "", "own-given", text, NULL);
}

static void end_seen(struct check *c, const struct check_query *q,
                     const struct address_seen *s)
{
	const struct address_seen *other = contrary(q, s->text);
	const struct address_seen *local = of_source(q, ADDRESS_LOCAL,
	                                             s->text);

	if (other)
		check_end(c, GRADE_WARN, "", "own-views-differ", s->text,
		          s->where, other->text, other->where, NULL);
	else if (q->behind || !local)
		check_end(c, GRADE_NOTE, "", "own-seen", s->text, s->where,
		          NULL);
	else if (same_address(local->text, s->text))
		check_end(c, GRADE_PASS, "", "own-confirmed", s->text,
		          s->where, NULL);
	else
		check_end(c, GRADE_NOTE, "", "own-nat", s->text, s->where,
		          local->text, NULL);
}

static void end_local(struct check *c, const struct check_query *q)
{
	const struct address_seen *local = of_source(q, ADDRESS_LOCAL, "");

	if (q->behind)
		check_end(c, GRADE_UNKNOWN, "", "own-behind", NULL);
	else if (!local)
		check_end(c, GRADE_UNKNOWN, "", "no-address", NULL);
	else if (*check_sender_ip(q))
		check_end(c, GRADE_NOTE, "", "own-local", check_sender_ip(q),
		          NULL);
	else
		check_end(c, GRADE_UNKNOWN, "", "own-private", local->text,
		          NULL);
}

void own_address_check(struct check *c, const struct facts *f,
                       const struct check_query *q, size_t i)
{
	const char *best = check_sender_ip(q);
	const struct address_seen *given = of_source(q, ADDRESS_GIVEN, "");
	const struct address_seen *view = NULL;

	(void)f, (void)i;
	check_begin(c, "own-address", best);
	for (size_t k = 0; k < q->n_seen; k++) {
		const struct address_seen *s = &q->seen[k];

		check_step_add(c, 0, s->source == ADDRESS_LOCAL && q->behind
		               ? "own-seen-hidden" : source_says[s->source],
		               s->text, s->where, NULL);
		if (is_view(s) && strcmp(s->text, best) == 0)
			view = s;
	}
	if (given)
		end_given(c, q, given->text);
	else if (view)
		end_seen(c, q, view);
	else
		end_local(c, q);
}
