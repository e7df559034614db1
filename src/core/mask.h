/*
 * mask: a dialog that can be shown to others. A filter in front of a view:
 * event in, event out, with every address, name and IP of either side replaced
 * by an alias (mask_book.h), the same one wherever it occurs: in commands,
 * replies, DNS answers, certificates, findings, checks and verdicts, also in
 * capitals, percent-encoded, quoted-printable, in Base64 or hex, reversed for a
 * blocklist, inside a URL and broken over two lines of a reply.
 *
 * MASK_PEOPLE replaces local parts only. Neither knows the name of a person in
 * running text: a message's text is left out (****), a server's words stay.
 *
 * What stays as it was: times, codes, ids, numbers: sent.bytes and bytes.count
 * are those of the original. finding.caret points at the same place of the
 * masked line. reply.raw and dns.wire are left out.
 *
 * Pure, deterministic, linear in the size of the events; memory is bounded by
 * BOOK_MAX. One thread.
 */
#ifndef CORE_MASK_H
#define CORE_MASK_H

#include <stdbool.h>
#include <stddef.h>

#include "core/event.h"

enum mask_mode { MASK_OFF, MASK_ALL, MASK_PEOPLE, MASK_MODE_COUNT };
const char *mask_mode_name(enum mask_mode mode); /* "off", "all", "people" */
int mask_mode_find(const char *name); /* the mode of that name, -1: none */

/*
 * What is no identity, because explanations are made from it. text is in lower
 * case. Constant data of the knowledge (knowledge/vocabulary.h).
 */
struct mask_keep {
	/* An ordinary word of replies ("mailbox"): never learned as one. */
	bool (*word)(const char *text, size_t len);
	/* A public service that replies refer to ("zen.spamhaus.org"). */
	bool (*name)(const char *text, size_t len);
};

struct mask;

/* keep: borrowed, NULL: nothing is kept. NULL for MASK_OFF. */
struct mask *mask_new(enum mask_mode mode, const struct mask_keep *keep);
void mask_free(struct mask *m); /* NULL is fine */
/* A masked copy, heap; m NULL: a plain copy. */
struct event *mask_event(struct mask *m, const struct event *e);
/* The same for a text that is in no event (a title, a file's name); heap. */
char *mask_text(struct mask *m, const char *text);
/* The other way round, for what a person takes from a masked screen: aliases
 * that m has given become what they stand for. Only who holds m can do this.
 * Heap. */
char *mask_restore(const struct mask *m, const char *text);

#endif
