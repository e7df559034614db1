/*
 * bounce_items: the list of refusals: one that is told twice (in the text and
 * in the delivery status) is one, equal ones of several recipients stand
 * together. For bounce.c only. Pure.
 */
#ifndef KNOWLEDGE_BOUNCE_ITEMS_H
#define KNOWLEDGE_BOUNCE_ITEMS_H

#include "knowledge/bounce.h"

/* Takes item's texts. */
void bounce_add(struct bounce *b, struct bounce_item *item);
/* Once, at the end. */
void bounce_group(struct bounce *b);

#endif
