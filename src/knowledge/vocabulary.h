/*
 * vocabulary: the words and names of replies that explanations are made from.
 * They say what, not who: a mask (core/mask.h) leaves them as they are, so that
 * a masked dialog is explained as the dialog itself. Pure; any thread.
 */
#ifndef KNOWLEDGE_VOCABULARY_H
#define KNOWLEDGE_VOCABULARY_H

#include "core/mask.h"

extern const struct mask_keep vocabulary;

#endif
