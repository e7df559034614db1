/*
 * mask_book: who is called what while MASK is on: each identity and its alias.
 * Only for mask.c and mask_scan.c. Pure; owned by one mask, one thread.
 *
 *     local part       user1              postmaster and the like stay
 *     domain           domain1.example
 *     host of it       host1.domain1.example, a mail exchanger mx1.domain1...
 *     label            label1             a DKIM selector
 *     IPv4             192.0.2.1 ...      RFC 5737, then 198.18.0.0/15 (RFC
 *                                         2544)
 *     IPv6             2001:db8::1        RFC 3849
 *     digest           00...01            as long as it was
 *     other text       text1
 *
 * The range of an address stays what it is: a private one gets a private one.
 * Loopback, unspecified and multicast addresses are nobody's and stay. Names
 * are compared as DNS does, U-labels as A-labels. Numbers are given in the
 * order of asking, so that two exports of one dialog are the same.
 *
 * What was learned as a word (a local part, the label of a domain, an address
 * in digits) is known again where it stands alone.
 */
#ifndef CORE_MASK_BOOK_H
#define CORE_MASK_BOOK_H

#include <stdbool.h>
#include <stddef.h>

enum {
	/* Identities with an alias of their own, some 50 MB; whoever comes
	 * later is number 0: hidden, but no longer told apart. */
	BOOK_MAX = 1 << 18,
	BOOK_WORD_MIN = 3, /* a shorter word occurs by chance */
};

enum book_kind { BOOK_LOCAL, BOOK_NAME, BOOK_EXCHANGER, BOOK_DOMAIN, BOOK_LABEL,
	BOOK_ADDRESS, BOOK_DIGEST, BOOK_TEXT, BOOK_WORD,
	BOOK_ORDINARY, /* a word that was not learned: it says what, not who */
	BOOK_KINDS };

struct mask_keep;
struct book;

struct book *book_new(const struct mask_keep *keep);
void book_free(struct book *b);

/* All of them lend a text that lives until the next call. */
const char *book_local(struct book *b, const char *text, size_t len);
/* A host or domain name, with service labels (_dmarc, _25._tcp), reversed
 * addresses and a last dot. exchanger: it is an MX's, if it is new. */
const char *book_name(struct book *b, const char *text, size_t len,
                      bool exchanger);
/* A numeric address; NULL: it is none. */
const char *book_address(struct book *b, const char *text, size_t len);
/* BOOK_LABEL, BOOK_DIGEST, BOOK_TEXT */
const char *book_other(struct book *b, enum book_kind kind, const char *text,
                       size_t len);
/* The alias of a word that was learned, or NULL. */
const char *book_word(const struct book *b, const char *text, size_t len);
bool book_has_words(const struct book *b);
/* Has it an alias already? BOOK_LOCAL, BOOK_ADDRESS as it was written */
bool book_knows(const struct book *b, enum book_kind kind, const char *text,
                size_t len);
/* It, or the domain that it is in? */
bool book_knows_name(struct book *b, const char *text, size_t len);
/* Whose alias is this? NULL: nobody's. Lent as long as the book. Looks at all
 * of the book: for a line now and then. */
const char *book_whose(const struct book *b, const char *alias, size_t len);
/* Names met while this is set belong to the two sides: their label alone is
 * theirs, too, and they are never kept as a public service's. */
void book_learn(struct book *b, bool on);

/* A mailbox that says what, not who: RFC 2142 §4, §5, RFC 5321 §4.5.1. */
bool book_is_role(const char *text, size_t len);

#endif
