#include "config.h"

#include "report/explain_text.h"

#include <ctype.h>
#include <stdlib.h>

#include "knowledge/bounce.h"
#include "knowledge/explain.h"
#include "knowledge/say.h"
#include "report/block.h"
#include "report/paper.h"
#include "util/buf.h"

static bool known_alone(const char *word)
{
	struct explanation x;
	bool known = explain_text(word, &x);

	explanation_clear(&x);
	return known;
}

/* Several things, each known alone, and not the words of one reply. */
static bool known_each(const char *const *words, size_t n)
{
	if (n < 2 || isdigit((unsigned char)words[0][0]))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!known_alone(words[i]))
			return false;
	return true;
}

static bool print_one(struct paper *p, const char *text)
{
	struct explanation x;
	bool known = explain_text(text, &x);

	block_all(p, &x);
	explanation_clear(&x);
	return known;
}

bool explain_print(FILE *out, bool color, int width, const char *const *words,
                   size_t n)
{
	struct buf joined = { 0 };
	struct paper p;
	bool known;

	for (size_t i = 0; i < n; i++)
		buf_addf(&joined, "%s%s", i ? " " : "", words[i]);
	paper_init(&p, out, color, width);
	known = true;
	if (known_each(words, n)) {
		for (size_t i = 0; i < n; i++) {
			if (i)
				paper_newline(&p);
			print_one(&p, words[i]);
		}
	} else {
		known = print_one(&p, buf_str(&joined));
	}
	known &= paper_flush(&p);
	paper_clear(&p);
	buf_clear(&joined);
	return known;
}

static void print_item(struct paper *p, const struct bounce_item *item)
{
	struct explanation x;

	bounce_explain(item, &x);
	block_all(p, &x);
	explanation_clear(&x);
}

bool explain_print_bounce(struct paper *p, const char *data, size_t len)
{
	struct bounce b;
	bool found;

	bounce_read(&b, data, len);
	found = b.n > 0;
	for (size_t i = 0; i < b.n; i++) {
		if (i)
			paper_newline(p);
		print_item(p, &b.items[i]);
	}
	if (!found || b.cut) {
		paper_words(p, phrase(found ? BOUNCE_CUT : BOUNCE_NONE), 0);
		paper_newline(p);
	}
	bounce_clear(&b);
	return paper_flush(p) && found;
}
