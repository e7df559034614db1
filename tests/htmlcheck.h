/*
 * htmlcheck: a strict reader of the pages that report/html.c makes. It knows
 * the elements, attributes and values that those may have and nothing else:
 * what a browser would forgive is an error here.
 */
#ifndef TESTS_HTMLCHECK_H
#define TESTS_HTMLCHECK_H

#include <stddef.h>

/*
 * NULL, or what is wrong with the page and where (heap): elements that are not
 * closed in their order, unknown or nested as HTML does not allow; attributes
 * or values that are not ours; a bare < > & " ' ` in text, another entity, a
 * control, bidi or invisible character, invalid UTF-8; anything but one html,
 * head, title, style, body, main and h1; a policy other than "nothing but this
 * style sheet".
 */
char *htmlcheck(const char *page, size_t len);
/* What a reader sees of it, with its line breaks: entities decoded, tags and
 * style dropped. Heap. */
char *htmlcheck_text(const char *page, size_t len);

#endif
