#include "config.h"

#include "classroom/rulebook.h"

#include <ctype.h>
#include <string.h>

/* * stands for any text: goes back to the last one when a letter differs. */
bool rulebook_fits(const char *pattern, const char *line, size_t len)
{
	const char *star = NULL;
	size_t i = 0, from = 0;

	while (i < len) {
		if (*pattern == '*') {
			star = ++pattern;
			from = i;
		} else if (*pattern && tolower((unsigned char)*pattern) ==
		                           tolower((unsigned char)line[i])) {
			pattern++;
			i++;
		} else if (star) {
			pattern = star;
			i = ++from;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

/* The whole line fits, or the line without its parameters after the path. */
static bool line_fits(const char *pattern, const char *line, size_t len)
{
	const char *path_end = memchr(line, '>', len);

	return rulebook_fits(pattern, line, len) ||
	       (path_end &&
	        rulebook_fits(pattern, line, (size_t)(path_end + 1 - line)));
}

/* FNV-1a over what tells one line of one client from another. */
static uint64_t memory_key(const struct receiver *r, size_t rule,
                           const struct rulebook_line *q)
{
	uint64_t h = UINT64_C(14695981039346656037) ^ r->peer ^ (rule << 20);

	for (size_t i = 0; i < q->known; i++) {
		h ^= (uint64_t)tolower((unsigned char)q->text[i]);
		h *= UINT64_C(1099511628211);
	}
	return h;
}

/* How long ago the line came first: 0, if it never did. */
static int64_t age_us(const struct receiver *r, size_t rule,
                      const struct rulebook_line *q)
{
	struct receiver_memory *m = r->memory;
	uint64_t key = memory_key(r, rule, q);
	size_t filled = m->n < RECEIVER_MEMORY ? m->n : RECEIVER_MEMORY;
	size_t at = m->n % RECEIVER_MEMORY;

	for (size_t i = 0; i < filled; i++)
		if (m->seen[i].key == key)
			return r->now_us - m->seen[i].first_us;
	m->seen[at].key = key;
	m->seen[at].first_us = r->now_us;
	m->n++;
	return 0;
}

const struct lesson_rule *rulebook_find(struct receiver *r,
                                        const struct rulebook_line *q,
                                        bool firm)
{
	for (size_t i = 1; i < r->server->n_rules; i++) {
		const struct lesson_rule *rule = &r->server->rules[i];

		if (!line_fits(rule->pattern, q->text, q->len) ||
		    (firm && !rule->always) || (rule->once && r->used[i]))
			continue;
		if (rule->after_ms &&
		    age_us(r, i, q) < rule->after_ms * INT64_C(1000))
			continue;
		r->used[i] = true;
		return rule;
	}
	return NULL;
}
