/*
 * Reports: whatever a field of an event holds, the page is valid and holds no
 * element of anybody else, and the text for a ticket ends every code block that
 * it begins. The input stands in each field of a dialog (tests/hostile.h).
 */
#include "config.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "report/html.h"
#include "report/markdown.h"
#include "tests/fuzz/fuzz.h"
#include "tests/hostile.h"
#include "tests/htmlcheck.h"

enum { TEXT_MAX = 4096 /* of a line that is shown whole */ };

const char *const fuzz_inputs[] = { "report", NULL };

struct reports {
	struct html *html;
	struct markdown *markdown;
};

static void see(void *arg, const struct event *e)
{
	struct reports *r = arg;

	html_event(r->html, e);
	markdown_event(r->markdown, e);
}

static void page(struct html *h)
{
	struct buf out = { 0 };
	char *error;

	html_finish(h, &out);
	error = htmlcheck(out.data, out.len);
	assert(!error);
	buf_clear(&out);
	html_free(h);
}

/* A backtick behind it makes it a code span (CommonMark §4.5). */
static bool is_fence(const char *line)
{
	size_t run = strspn(line, "`");

	return run >= 3 && line[run + strcspn(line + run, "`\n")] != '`';
}

/* Fences come in pairs, and nothing but text lies between them. */
static void ticket(struct markdown *m)
{
	struct buf out = { 0 };
	size_t fences = 0;

	markdown_finish(m, &out);
	for (const char *at = buf_str(&out); *at; at++) {
		if (at == out.data || at[-1] == '\n')
			fences += is_fence(at);
		assert(*at == '\n' || (unsigned char)*at >= ' ');
	}
	assert(fences == 2);
	buf_clear(&out);
	markdown_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hostile_text text = { (const char *)data, size };
	struct reports r = { html_new(size % 2), markdown_new() };

	if (size > 0 && size <= TEXT_MAX)
		hostile_target(&text, see, &r);
	page(r.html);
	if (size > 0 && size <= TEXT_MAX)
		ticket(r.markdown);
	else
		markdown_free(r.markdown);
	return 0;
}
