#include "config.h"

#include "knowledge/match.h"

#include <ctype.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/reply.h"
#include "util/xalloc.h"

enum {
	PATTERN_MAX = 512, /* longest pattern that is made lower case */
	SLOTS = 512,       /* rows of the larger table, with room */
};

static _Atomic(regex_t *) provider_slots[SLOTS];
static _Atomic(regex_t *) banner_slots[SLOTS];
static _Atomic(struct pattern_hint *) provider_hints[SLOTS];

/* The rows of banners.tsv for one place, in their order. */
struct place {
	size_t n;
	struct place_row {
		size_t row;
		struct pattern_hint hint;
	} rows[];
};
static struct {
	const char *where;
	_Atomic(struct place *) place; /* NULL: not made yet */
} places[] = { { "banner", NULL }, { "ehlo", NULL }, { "help", NULL },
	{ "reply", NULL } };

/*
 * The compiled pattern of a slot, made now if it is not there. Two threads
 * may make it at the same time; one result stays, the other is thrown away.
 * NULL: the pattern is wrong (a test looks at every one).
 */
static const regex_t *compiled(_Atomic(regex_t *) *slot, const char *pattern)
{
	regex_t *have = atomic_load_explicit(slot, memory_order_acquire);
	regex_t *made;

	if (have)
		return have;
	made = xmalloc(sizeof *made);
	if (regcomp(made, pattern, REG_EXTENDED) != 0) {
		free(made);
		return NULL;
	}
	if (atomic_compare_exchange_strong(slot, &have, made))
		return made;
	regfree(made);
	free(made);
	return have;
}

static bool has_code(const char *s, size_t len)
{
	return len >= 3 && isdigit((unsigned char)s[0]) &&
	       isdigit((unsigned char)s[1]) && isdigit((unsigned char)s[2]) &&
	       (len == 3 || s[3] == ' ' || s[3] == '-' || s[3] == '\t');
}

static unsigned code_of(const char *s)
{
	return (unsigned)((s[0] - '0') * 100 + (s[1] - '0') * 10 + s[2] - '0');
}

void view_begin(struct reply_view *v)
{
	*v = (struct reply_view){ 0 };
}

/* A NUL cannot be in a C string: U+FFFD stands for it. */
static void add_words(struct buf *said, const char *s, size_t len)
{
	while (len && (*s == ' ' || *s == '\t')) {
		s++;
		len--;
	}
	while (len && (s[len - 1] == ' ' || s[len - 1] == '\t'))
		len--;
	if (!len)
		return;
	if (said->len)
		buf_addc(said, ' ');
	for (size_t i = 0; i < len; i++) {
		if (s[i])
			buf_addc(said, s[i]);
		else
			buf_adds(said, "\xEF\xBF\xBD");
	}
}

void view_line(struct reply_view *v, const char *line, size_t len)
{
	size_t skip = 0;

	if (has_code(line, len)) {
		if (!v->lines)
			v->code = code_of(line);
		skip = len > 3 ? 4 : 3;
	}
	v->lines++;
	line += skip;
	len -= skip;
	skip = enhanced_code_len(line, len);
	if (skip) {
		memcpy(v->enhanced, line, skip);
		v->enhanced[skip] = '\0';
	}
	add_words(&v->said, line + skip, len - skip);
	if (v->n_end == VIEW_LINES)
		memmove(v->end, v->end + 1,
		        --v->n_end * sizeof *v->end);
	v->end[v->n_end++] = v->said.len;
}

char match_printable(char c)
{
	return c >= ' ' && c < 0x7f ? c : '?';
}

void view_end(struct reply_view *v)
{
	const char *said = buf_str(&v->said);
	char head[32];
	size_t n = 0;

	snprintf(head, sizeof head, "%03u%s%s%s", v->code % 1000,
	         *v->enhanced ? " " : "", v->enhanced, *said ? " " : "");
	for (const char *p = head; *p; p++)
		v->match[n++] = *p;
	for (const char *p = said; *p && n < MATCH_MAX; p++)
		if (*p != ' ' || v->match[n - 1] != ' ')
			v->match[n++] = match_printable(*p);
	v->match[n] = '\0';
	for (size_t i = 0; i <= n; i++)
		v->lower[i] = (char)tolower((unsigned char)v->match[i]);
}

void view_clear(struct reply_view *v)
{
	buf_clear(&v->said);
}

void view_event(struct reply_view *v, const struct event *e)
{
	const char *enhanced = event_text(e, e->u.reply.enhanced);

	view_begin(v);
	for (uint32_t i = 0; i < e->u.reply.lines.len; i++) {
		struct ev_ref r = event_item(e, e->u.reply.lines, i);

		view_line(v, event_text(e, r), r.len);
	}
	v->code = e->u.reply.code;
	if (*enhanced && strlen(enhanced) < sizeof v->enhanced)
		memcpy(v->enhanced, enhanced, strlen(enhanced) + 1);
	view_end(v);
}

void view_text(struct reply_view *v, const char *text)
{
	view_begin(v);
	while (*text) {
		size_t len = strcspn(text, "\r\n");
		const char *line = text;
		size_t n = len;

		text += len + strspn(text + len, "\r\n");
		while (n && (*line == ' ' || *line == '\t')) {
			line++;
			n--;
		}
		if (n >= 2 && (line[0] == 'S' || line[0] == 's') &&
		    line[1] == ':') {
			line += 2;
			n -= 2;
			while (n && *line == ' ') {
				line++;
				n--;
			}
		}
		if (n)
			view_line(v, line, n);
	}
	view_end(v);
}

static void lower_pattern(const char *pattern, char out[PATTERN_MAX])
{
	size_t n = 0;

	for (; pattern[n] && n + 1 < PATTERN_MAX; n++)
		out[n] = (char)tolower((unsigned char)pattern[n]);
	out[n] = '\0';
}

static bool fits(_Atomic(regex_t *) *slot, const char *pattern,
                 const char *text)
{
	const regex_t *re = compiled(slot, pattern);

	return re && regexec(re, text, 0, NULL, 0) == 0;
}

/* Made once a row, as compiled() does it; pattern: the row's. */
static const struct pattern_hint *make_hint(
    _Atomic(struct pattern_hint *) *slot, const char *pattern)
{
	struct pattern_hint *made = xmalloc(sizeof *made), *have = NULL;

	pattern_prepare(pattern, made);
	if (atomic_compare_exchange_strong(slot, &have, made))
		return made;
	free(made);
	return have;
}

/* Of row i; NULL: there is none. */
static const struct pattern_hint *provider_hint(size_t i)
{
	const struct pattern_hint *have =
	    i < SLOTS ? atomic_load_explicit(&provider_hints[i],
	                                     memory_order_acquire) : NULL;

	if (have || i == SLOTS || !provider_at(i))
		return have;
	return make_hint(&provider_hints[i], provider_at(i)->pattern);
}

static bool is_at(size_t i, const char *where)
{
	return strcmp(banner_at(i)->where, where) == 0;
}

static struct place *make_place(const char *where)
{
	size_t n = 0;
	struct place *p;

	for (size_t i = 0; i < SLOTS && banner_at(i); i++)
		n += is_at(i, where);
	p = xcalloc(1, sizeof *p + n * sizeof *p->rows);
	for (size_t i = 0; p->n < n; i++) {
		if (!is_at(i, where))
			continue;
		p->rows[p->n].row = i;
		pattern_prepare(banner_at(i)->pattern, &p->rows[p->n++].hint);
	}
	return p;
}

/* Made once, as compiled() does it. NULL: there is no such place. */
static const struct place *find_place(const char *where)
{
	struct place *have = NULL, *made;
	size_t i = 0, n = sizeof places / sizeof *places;

	while (i < n && strcmp(places[i].where, where) != 0)
		i++;
	if (i == n)
		return NULL;
	have = atomic_load_explicit(&places[i].place, memory_order_acquire);
	if (have)
		return have;
	made = make_place(where);
	if (atomic_compare_exchange_strong(&places[i].place, &have, made))
		return made;
	free(made);
	return have;
}

/* Both sides in lower case: REG_ICASE would ask the locale. */
static bool provider_fits(size_t i, const char *text)
{
	char lower[PATTERN_MAX];

	lower_pattern(provider_at(i)->pattern, lower);
	return fits(&provider_slots[i], lower, text);
}

const struct provider_row *provider_find(const struct reply_view *v)
{
	const struct pattern_text text = pattern_text(v->code, v->lower);
	const struct pattern_hint *h;

	for (size_t i = 0; (h = provider_hint(i)); i++)
		if (pattern_hint_fits(h, &text) && provider_fits(i, v->lower))
			return provider_at(i);
	return NULL;
}

bool provider_is_generic(const struct provider_row *row)
{
	return strncmp(row->id, "generic-", strlen("generic-")) == 0;
}

const struct provider_row *provider_find_text(unsigned code,
                                              const char *lower, bool generic)
{
	const struct pattern_text text = pattern_text(code, lower);
	const struct pattern_hint *h;

	for (size_t i = 0; (h = provider_hint(i)); i++)
		if (pattern_hint_fits(h, &text) &&
		    provider_is_generic(provider_at(i)) == generic &&
		    provider_fits(i, lower))
			return provider_at(i);
	return NULL;
}

/* Behind the first ".*" that is in no group: digits and filling stand before
 * it, and the words that were looked for behind it. */
static const char *own_words(const char *pattern)
{
	int depth = 0;

	for (const char *p = pattern; *p; p++) {
		if (*p == '\\' && p[1])
			p++;
		else if (*p == '(')
			depth++;
		else if (*p == ')')
			depth--;
		else if (*p == '|' && depth == 0)
			return pattern;
		else if (p[0] == '.' && p[1] == '*' && depth == 0 && p[2])
			return p + 2;
	}
	return pattern;
}

void provider_words(const struct provider_row *row, const char *lower,
                    size_t *from, size_t *to)
{
	char pattern[PATTERN_MAX];
	regmatch_t at;
	regex_t re;

	lower_pattern(row->pattern, pattern);
	*from = *to = 0;
	if (regcomp(&re, own_words(pattern), REG_EXTENDED) != 0)
		return;
	if (regexec(&re, lower, 1, &at, 0) == 0) {
		*from = (size_t)at.rm_so;
		*to = (size_t)at.rm_eo;
	}
	regfree(&re);
}

const struct banner *banner_find(const char *where, const char *line,
                                 size_t len)
{
	char text[MATCH_MAX + 1], lower[MATCH_MAX + 1];
	size_t n = len < MATCH_MAX ? len : MATCH_MAX;
	unsigned code = has_code(line, len) ? code_of(line) : 0;
	const struct place *place = find_place(where);
	struct pattern_text looked;

	for (size_t i = 0; i < n; i++) {
		text[i] = match_printable(line[i]);
		lower[i] = (char)tolower((unsigned char)text[i]);
	}
	text[n] = lower[n] = '\0';
	looked = pattern_text(code, lower);
	for (size_t i = 0; place && i < place->n; i++) {
		const struct place_row *r = &place->rows[i];

		if (pattern_hint_fits(&r->hint, &looked) &&
		    fits(&banner_slots[r->row], r->hint.pattern, text))
			return banner_at(r->row);
	}
	return NULL;
}

unsigned wait_seconds(const char *lower)
{
	static const struct {
		const char *unit;
		unsigned seconds;
	} units[] = { { "sec", 1 }, { "min", 60 }, { "hour", 3600 },
		      { "sek", 1 }, { "stunde", 3600 } };
	enum { LONGEST = 86400 };

	for (const char *p = lower; *p; p++) {
		unsigned long n;
		char *end;

		if (!isdigit((unsigned char)*p) ||
		    (p > lower && (isalnum((unsigned char)p[-1]) ||
		                   p[-1] == '.' || p[-1] == ':')))
			continue;
		n = strtoul(p, &end, 10);
		p = end - 1;
		if (*end == ' ')
			end++;
		for (size_t i = 0; i < sizeof units / sizeof *units; i++)
			if (n > 0 && n < LONGEST &&
			    strncmp(end, units[i].unit,
			            strlen(units[i].unit)) == 0 &&
			    n * units[i].seconds <= LONGEST)
				return (unsigned)n * units[i].seconds;
	}
	return 0;
}
