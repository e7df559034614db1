#include "config.h"

#include "knowledge/bounce_items.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/xalloc.h"

/* ---- the same one told twice ---- */

/* Code and enhanced code; "" where one of two has none fits as well. */
static bool same_code(const char *a, const char *b)
{
	size_t n = strcspn(a, " -"), m = strcspn(b, " -");
	const char *x = a + n, *y = b + m;

	if (n != m || strncmp(a, b, n) != 0)
		return false;
	x += *x != '\0';
	y += *y != '\0';
	if (!isdigit((unsigned char)*x) || !isdigit((unsigned char)*y))
		return true;
	n = strcspn(x, " \n");
	return strcspn(y, " \n") == n && strncmp(x, y, n) == 0;
}

static bool fits(const char *a, const char *b)
{
	return !*a || !*b || strcasecmp(a, b) == 0;
}

static const char *first_recipient(const struct bounce_item *i)
{
	return i->n_recipients ? i->recipients[0] : "";
}

static bool same_item(const struct bounce_item *a, const struct bounce_item *b)
{
	if (!fits(first_recipient(a), first_recipient(b)) ||
	    !fits(a->verb, b->verb) || !fits(a->host, b->host))
		return false;
	if (*a->reply && *b->reply)
		return same_code(a->reply, b->reply);
	if (a->no_reply && b->no_reply)
		return a->phase == b->phase && a->kind == b->kind;
	/* the same told with and without the reply */
	return *first_recipient(a) && *first_recipient(b);
}

static void clear_item(struct bounce_item *i)
{
	for (size_t k = 0; k < i->n_recipients; k++)
		free(i->recipients[k]);
	free(i->recipients);
	free(i->reply);
	free(i->status);
	free(i->host);
	free(i->address);
	free(i->mta);
}

static void fill(char **have, char **more)
{
	if (!**have) {
		free(*have);
		*have = *more;
		*more = xstrdup("");
	}
}

static void merge(struct bounce_item *have, struct bounce_item *more)
{
	if (!have->n_recipients) {
		free(have->recipients);
		have->recipients = more->recipients;
		have->n_recipients = more->n_recipients;
		more->recipients = NULL;
		more->n_recipients = 0;
	}
	if (!*have->reply && *more->reply)
		have->no_reply = false;
	if (!*have->verb)
		have->verb = more->verb;
	fill(&have->reply, &more->reply);
	fill(&have->status, &more->status);
	fill(&have->host, &more->host);
	fill(&have->address, &more->address);
	fill(&have->mta, &more->mta);
}

void bounce_add(struct bounce *b, struct bounce_item *item)
{
	for (size_t i = 0; i < b->n; i++)
		if (same_item(&b->items[i], item)) {
			merge(&b->items[i], item);
			clear_item(item);
			return;
		}
	if (b->n == BOUNCE_FOUND_MAX) {
		b->cut = true;
		clear_item(item);
		return;
	}
	b->items = xreallocarray(b->items, b->n + 1, sizeof *b->items);
	b->items[b->n++] = *item;
}

/* ---- equal ones of several recipients ---- */

static bool same_words(const struct bounce_item *a, const struct bounce_item *b)
{
	const char *x = a->reply, *y = b->reply;
	size_t n = strlen(first_recipient(a)), m = strlen(first_recipient(b));

	while (*x && *y) {
		if (n && m && strncasecmp(x, first_recipient(a), n) == 0 &&
		    strncasecmp(y, first_recipient(b), m) == 0) {
			x += n;
			y += m;
		} else if (*x++ != *y++) {
			return false;
		}
	}
	return !*x && !*y;
}

static bool equal(const struct bounce_item *a, const struct bounce_item *b)
{
	return a->n_recipients && b->n_recipients &&
	       strcmp(a->verb, b->verb) == 0 &&
	       strcasecmp(a->host, b->host) == 0 &&
	       strcmp(a->status, b->status) == 0 &&
	       a->no_reply == b->no_reply &&
	       (!a->no_reply || (a->phase == b->phase && a->kind == b->kind)) &&
	       same_words(a, b);
}

void bounce_group(struct bounce *b)
{
	size_t kept = 0;

	for (size_t i = 0; i < b->n; i++) {
		struct bounce_item *one = &b->items[i], *to = NULL;

		for (size_t k = 0; !to && k < kept; k++)
			if (equal(&b->items[k], one))
				to = &b->items[k];
		if (!to) {
			b->items[kept++] = *one;
			continue;
		}
		to->recipients = xreallocarray(to->recipients,
		                               to->n_recipients + 1,
		                               sizeof *to->recipients);
		to->recipients[to->n_recipients++] = one->recipients[0];
		one->n_recipients = 0;
		clear_item(one);
	}
	b->n = kept;
}

void bounce_clear(struct bounce *b)
{
	for (size_t i = 0; i < b->n; i++)
		clear_item(&b->items[i]);
	free(b->items);
	*b = (struct bounce){ 0 };
}
