/*
 * rules_text: the two tables as Markdown, for --list-rules and doc/states.md.
 * Pure; in the user's language (doc/states.md is the English one).
 */
#ifndef CORE_RULES_TEXT_H
#define CORE_RULES_TEXT_H

#include <stdint.h>

#include "util/buf.h"

void rules_text(struct buf *out);
/* "ready, mail"; "anywhere"; a set of states in words. */
void states_text(struct buf *out, uint32_t set);
void verbs_text(struct buf *out, uint64_t set);
void answers_text(struct buf *out, uint32_t set);

#endif
