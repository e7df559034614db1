/*
 * mask_book_priv: the table of a book, for mask_book.c and mask_name.c.
 */
#ifndef CORE_MASK_BOOK_PRIV_H
#define CORE_MASK_BOOK_PRIV_H

#include "core/mask_book.h"
#include "util/buf.h"

const char *book_find(const struct book *b, enum book_kind kind,
                      const char *text, size_t len);
/* alias: given away. */
const char *book_enter(struct book *b, enum book_kind kind, const char *text,
                       size_t len, char *alias);
bool book_is_full(const struct book *b);
/* The next one, from 1. */
unsigned long book_number(struct book *b, enum book_kind kind);
void book_add_word(struct book *b, const char *text, size_t len,
                   const char *alias);
bool book_learns(const struct book *b);
/* name: lower case. Is it that of a public service? */
bool book_keeps(const struct book *b, const char *name, size_t len);
/* Emptied, for a name that is put together. */
struct buf *book_scratch(struct book *b);
/* A short text, kept by the book until the next call. */
const char *book_lend(struct book *b, const char *text);

#endif
