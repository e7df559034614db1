/*
 * wording: the words of a reply that name a cause, looked for line by line
 * from the last one up: servers give the reason at the end, below lines that
 * stand in every refusal. Pure; any thread.
 */
#ifndef KNOWLEDGE_WORDING_H
#define KNOWLEDGE_WORDING_H

#include <stdbool.h>
#include <stddef.h>

#include "knowledge/match.h"
#include "knowledge/tables.h"

/*
 * "CODE [ENHANCED] text" of one line or of the whole reply, in two forms of
 * equal length: as the server wrote it, and in lower case with the local part
 * of each address made unrecognisable (an address is no reason: <spf@...>).
 */
struct wording_text {
	char said[MATCH_MAX + 1]; /* printable ASCII, the rest is "?" */
	char lower[MATCH_MAX + 1];
	size_t head;              /* bytes of the codes and their blank */
};

/* Line i of the last view_lines (v->n_end of them); SIZE_MAX: all of them
 * but those that stand in every refusal. */
void wording_text(const struct reply_view *v, size_t i,
                  struct wording_text *out);
/* Does the line say anything by itself? Not "Requested action not taken", an
 * address of a page, "For explanation visit ...". */
bool wording_says(const struct wording_text *line);
/* The row of wordings.tsv whose words are in the line, or NULL. */
const struct wording *wording_find(const struct wording_text *line,
                                   size_t *from, size_t *to);

/* Words that speak of one side, though not of what is wrong there: with them
 * a vague code is not held against the other side. */
bool wording_hints_sender(const char *lower);
bool wording_hints_recipient(const char *lower);

#endif
