/*
 * fail_words: how a connection failed, in a few words, for where there is no
 * room for a sentence. In the user's language; any thread.
 */
#ifndef KNOWLEDGE_FAIL_WORDS_H
#define KNOWLEDGE_FAIL_WORDS_H

#include "core/event.h"

const char *fail_words(enum fail_kind k); /* "timeout", "refused" */

#endif
