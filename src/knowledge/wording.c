#include "config.h"

#include "knowledge/wording.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "util/xalloc.h"

enum {
	LETTERS_MIN = 3, /* less is an error number or a rest of a link */
	PIECE_MAX = 64,  /* longest alternative of wordings.tsv */
};

static const char mask = '\x01'; /* fits no word, and no letter */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void add_text(struct wording_text *t, size_t *n, const char *s,
                     size_t len)
{
	if (*n && t->said[*n - 1] != ' ' && *n < MATCH_MAX)
		t->said[(*n)++] = ' ';
	for (size_t i = 0; i < len && *n < MATCH_MAX; i++) {
		char c = s[i] >= ' ' && s[i] < 0x7f ? s[i] : '?';

		if (c != ' ' || t->said[*n - 1] != ' ')
			t->said[(*n)++] = c;
	}
}

/* Bytes that may stand before the @ of an address (RFC 5321 §4.1.2). */
static bool is_local(char c)
{
	return is_letter(c) || isdigit((unsigned char)c) ||
	       (c && strchr("!#$%&'*+-/=?^_`{|}~.", c));
}

/* The local parts of addresses are names: their letters mean nothing. */
static void mask_locals(char *lower)
{
	for (char *at = strchr(lower, '@'); at; at = strchr(at + 1, '@'))
		for (char *p = at; p > lower && is_local(p[-1]); p--)
			p[-1] = mask;
}

static void finish(struct wording_text *t, size_t n)
{
	t->said[n] = '\0';
	for (size_t i = 0; i <= n; i++)
		t->lower[i] = (char)tolower((unsigned char)t->said[i]);
	mask_locals(t->lower + t->head);
}

static size_t begin(const struct reply_view *v, struct wording_text *t)
{
	int n = snprintf(t->said, sizeof t->said, "%03u%s%s ", v->code % 1000,
	                 *v->enhanced ? " " : "", v->enhanced);

	t->head = (size_t)n;
	return t->head;
}

static void one_line(const struct reply_view *v, size_t i,
                     struct wording_text *t)
{
	size_t n = begin(v, t);
	size_t from = i ? v->end[i - 1] : 0;

	/* earlier lines than those known apart are no part of the first */
	if (!i && v->lines > v->n_end)
		from = v->end[0];
	add_text(t, &n, v->said.data + from, v->end[i] - from);
	finish(t, n);
}

void wording_text(const struct reply_view *v, size_t i,
                  struct wording_text *out)
{
	struct wording_text line;
	size_t n;

	if (i != SIZE_MAX) {
		one_line(v, i, out);
		return;
	}
	n = begin(v, out);
	for (size_t k = 0; k < v->n_end; k++) {
		size_t from = k ? v->end[k - 1] : 0;

		one_line(v, k, &line);
		if (v->n_end == 1 || wording_says(&line))
			add_text(out, &n, v->said.data + from,
			         v->end[k] - from);
	}
	finish(out, n);
}

/* How many letters are left when links are taken out. */
static size_t letters(const char *s)
{
	size_t n = 0;

	while (*s) {
		size_t len = strcspn(s, " ");

		if (!strstr(s, "://") || strstr(s, "://") >= s + len)
			for (size_t i = 0; i < len; i++)
				n += is_letter(s[i]);
		s += len + strspn(s + len, " ");
	}
	return n;
}

bool wording_says(const struct wording_text *line)
{
	/* RFC 5321 §4.2.3 has these as the text of 550, 552 and 554; the
	 * others lead to a page */
	static const char *const empty[] = { "requested action not taken",
		"requested mail action", "transaction failed",
		"service not available", "no smtp service",
		"service unavailable", "recipient address rejected",
		"for explanation visit", "for more information",
		"for instructions", "learn more", "please visit", "please see",
		"see http", "more information", "authentication results" };
	const char *s = line->lower + line->head;
	const char *colon = strchr(s, ':');

	if (letters(s) < LETTERS_MIN)
		return false;
	if (strstr(s, "nemesis esmtp service"))
		return false;
	for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
		if (strncmp(s, empty[i], strlen(empty[i])) == 0)
			return colon && strncmp(s, "requested mail", 14) == 0;
	return true;
}

/* The pieces of "client host*blocked", in this order; where they stand. */
static bool piece_fits(const char *lower, const char *piece, size_t len,
                       size_t *from, size_t *to)
{
	char word[PIECE_MAX];
	const char *p;

	while (len) {
		size_t n = 0;

		while (n < len && piece[n] != '*')
			n++;
		memcpy(word, piece, n);
		word[n] = '\0';
		p = strstr(lower + *to, word);
		if (!p)
			return false;
		if (*to == *from)
			*from = (size_t)(p - lower);
		*to = (size_t)(p - lower) + n;
		n += n < len;
		piece += n;
		len -= n;
	}
	return true;
}

static bool alternative_fits(const struct wording_text *t, const char *words,
                             size_t len, size_t *from, size_t *to)
{
	for (size_t start = t->head; t->lower[start]; start++) {
		/* not in the middle of a word */
		if (is_letter(words[0]) && start > t->head &&
		    is_letter(t->lower[start - 1]))
			continue;
		if (t->lower[start] != words[0])
			continue;
		*from = *to = start;
		if (piece_fits(t->lower, words, len, from, to) &&
		    *from == start)
			return true;
	}
	return false;
}

const struct wording *wording_find(const struct wording_text *line,
                                   size_t *from, size_t *to)
{
	const struct wording *w;

	for (size_t i = 0; (w = wording_at(i)); i++)
		for (const char *p = w->words; *p;) {
			size_t len = strcspn(p, ",");

			if (len && len < PIECE_MAX &&
			    alternative_fits(line, p, len, from, to))
				return w;
			p += len + (p[len] == ',');
		}
	return NULL;
}

bool wording_hints_sender(const char *lower)
{
	return words_in("sender,client,your ,you are,ip ,ip=,host,network,spf,"
	                "dkim,dmarc,ptr,rdns,reverse,helo,ehlo,blacklist,"
	                "black list,blocklist,block list,blocked,listed,"
	                "reputation,spam,policy,banned,authoriz,authenticat,"
	                "relay,absender,richtlinie,sperr,abuse,prohibit,"
	                "from ,from:,server,proxy,dns,sending,verified,"
	                "emetteur,go away", lower);
}

bool wording_hints_recipient(const char *lower)
{
	return words_in("recipient,mailbox,user,account,rcpt,empf,postfach,"
	                "konto,benutzer,quota", lower);
}
