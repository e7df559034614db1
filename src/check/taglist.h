/*
 * taglist: "tag=value; tag=value", the form of DKIM keys (RFC 6376 §3.2), of
 * DMARC (RFC 9989), MTA-STS (RFC 8461 §3.1) and TLS-RPT records (RFC 8460
 * §3). It takes apart and says what is odd; what a tag means, and whether an
 * oddity spoils the record, is the reader's to say: the RFCs differ in that.
 * Pure; any thread.
 *
 * Nothing is copied: names and values point into the text, which must outlive
 * the list. Any octet may stand in it, NUL too.
 */
#ifndef CHECK_TAGLIST_H
#define CHECK_TAGLIST_H

#include <stdbool.h>
#include <stddef.h>

enum { TAGLIST_MAX = 64 }; /* DMARC knows 14 tags, DKIM 8; more are counted */

/* What is wrong with one of them; the first fault counts. */
enum tag_fault {
	TAG_OK,
	TAG_NOTHING,   /* between two semicolons, or the whole text is blank */
	TAG_NO_EQUALS, /* "reject" */
	TAG_NO_NAME,   /* "=reject" */
	TAG_BAD_NAME,  /* not a letter or digit, then letters, digits, _ - .
	                * (the widest rule, that of RFC 8461 §3.1) */
	TAG_BAD_VALUE, /* a control character, or an octet over 126 */
	TAG_FAULT_COUNT
};

struct tag {
	const char *name;   /* name_len; without the blanks around it */
	const char *value;  /* value_len; "" where there is no "=" */
	size_t name_len, value_len;
	size_t column;      /* of the name in the text, in octets from 1 */
	size_t fault_column; /* of what is wrong; column when nothing is */
	enum tag_fault fault;
	bool again;         /* an earlier one has the same name */
};

struct taglist {
	struct tag tags[TAGLIST_MAX]; /* n, in their order */
	size_t n;
	size_t dropped;     /* how many there were beyond */
};

/*
 * Takes len octets apart at each ";". One at the end is no empty tag. Blanks
 * are spaces, tabs, and CR LF before one of these (FWS of RFC 6376 §2.8).
 */
void taglist_parse(struct taglist *out, const char *text, size_t len);
/* The first of that very name (names have a case), with whatever fault;
 * NULL: none. */
const struct tag *taglist_find(const struct taglist *l, const char *name);
/* The first tag with that fault; NULL: none. */
const struct tag *taglist_fault(const struct taglist *l, enum tag_fault fault);
/* The first tag that repeats a name; NULL: none. */
const struct tag *taglist_again(const struct taglist *l);

bool tag_named(const struct tag *t, const char *name);
/* Is this the value? _word: ASCII letters of any case. */
bool tag_is(const struct tag *t, const char *value);
bool tag_is_word(const struct tag *t, const char *value);

/* A part of a value; not NUL-terminated. */
struct tag_item {
	const char *text;
	size_t len;
};
/*
 * The next item of a value such as "y:s" or "mailto:a,mailto:b", without the
 * blanks around it; it may be empty. *at: 0 to begin with. False at the end.
 */
bool tag_next_item(const struct tag *t, char separator, size_t *at,
                   struct tag_item *out);
bool tag_item_is(const struct tag_item *item, const char *text);
/* Is text one of the items? */
bool tag_has_item(const struct tag *t, char separator, const char *text);

#endif
