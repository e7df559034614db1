/*
 * trial: the experiments: what may be tried once a dialog is over, to learn
 * why it ended as it did. One of them is a word, and for some a value: --try
 * helo=mx.example.org, :try helo mx.example.org. Pure; any thread.
 *
 * None of them ever sends a message, and none begins but when it was asked
 * for.
 */
#ifndef CORE_TRIAL_H
#define CORE_TRIAL_H

#include <stddef.h>

enum {
	TRIAL_WAIT_MAX_S = 14400,  /* nobody looks on for longer than 4 hours */
	TRIAL_SEVERAL = 5,         /* connections, unless told otherwise */
	TRIAL_SEVERAL_MAX = 20,    /* more would be a load, not a look */
	TRIAL_VALUE_MAX = 255,     /* RFC 5321 §4.5.3.1.2 */
};

enum trial_takes { TRIAL_TAKES_NOTHING, TRIAL_TAKES_MAYBE, TRIAL_TAKES_VALUE };

/* kind, word, id of its outcome (check_kinds.tsv), value */
#define TRIALS(X)                                                              \
	X(TRIAL_GREYLIST, "greylist", "try-greylist", TRIAL_TAKES_MAYBE)       \
	X(TRIAL_NULL_SENDER, "null-sender", "try-null-sender",                 \
	  TRIAL_TAKES_NOTHING)                                                 \
	X(TRIAL_HELO, "helo", "try-helo", TRIAL_TAKES_VALUE)                   \
	X(TRIAL_MX, "mx", "try-mx", TRIAL_TAKES_MAYBE)                         \
	X(TRIAL_FAMILY, "family", "try-family", TRIAL_TAKES_MAYBE)             \
	X(TRIAL_SOURCE, "source", "try-source", TRIAL_TAKES_VALUE)             \
	X(TRIAL_TLS, "tls", "try-tls", TRIAL_TAKES_NOTHING)                    \
	X(TRIAL_CLEAR, "clear", "try-clear", TRIAL_TAKES_NOTHING)              \
	X(TRIAL_PORT, "port", "try-port", TRIAL_TAKES_NOTHING)                 \
	X(TRIAL_ENFORCE, "enforce-tls", "try-enforce", TRIAL_TAKES_NOTHING)    \
	X(TRIAL_SEVERAL_HOSTS, "several", "try-several", TRIAL_TAKES_MAYBE)

#define TRIAL_ENUM(id, word, check, takes) id,
enum trial_kind { TRIAL_NONE, TRIALS(TRIAL_ENUM) TRIAL_COUNT };
#undef TRIAL_ENUM

struct trial {
	enum trial_kind kind; /* TRIAL_NONE: none is wanted */
	char *value;          /* owned; NULL: none was given */
};

const char *trial_word(enum trial_kind k);  /* "null-sender" */
const char *trial_check(enum trial_kind k); /* "try-null-sender" */
enum trial_takes trial_takes(enum trial_kind k);

/* The experiment that has this outcome; TRIAL_NONE: it is another check. */
enum trial_kind trial_of_check(const char *check);
/* The one that "WORD" or "WORD=VALUE" begins with; TRIAL_NONE: none. */
enum trial_kind trial_find(const char *text);

/*
 * text: "WORD", "WORD=VALUE" or "WORD VALUE". NULL: out is it, its value on
 * the heap. Else one sentence (heap, the user's language) that says what is
 * wrong, without the words around it; out is as it was.
 */
char *trial_parse(const char *text, struct trial *out);
/* "WORD" or "WORD=VALUE"; heap. */
char *trial_text(const struct trial *t);
/* The number that the value is, or otherwise. */
unsigned trial_number(const struct trial *t, unsigned otherwise);
void trial_copy(struct trial *to, const struct trial *from);
void trial_clear(struct trial *t);

#endif
