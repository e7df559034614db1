/*
 * rulebook: which rule of a lesson answers a line. Remembers, for @once and
 * @after, what was said before. Part of receiver.c; pure but for that.
 */
#ifndef CLASSROOM_RULEBOOK_H
#define CLASSROOM_RULEBOOK_H

#include "classroom/receiver.h"

/* A line as rules see it. Of it @after remembers only the first known bytes:
 * nothing of a credential. */
struct rulebook_line {
	const char *text; /* borrowed */
	size_t len, known;
};

/* The first rule that fits; firm: @always rules alone. NULL: none. */
const struct lesson_rule *rulebook_find(struct receiver *r,
                                        const struct rulebook_line *q,
                                        bool firm);

/* Does the line fit? * stands for any text, letters of any case are equal. */
bool rulebook_fits(const char *pattern, const char *line, size_t len);

#endif
