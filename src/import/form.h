/*
 * form: the ways a dialog is written down, and what makes items of each. A form
 * takes what it knows and passes over the rest: other messages of the tool,
 * explanations, a shell's prompt. Pure; any thread.
 */
#ifndef IMPORT_FORM_H
#define IMPORT_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "import/item.h"
#include "import/text.h"

struct form {
	const char *program;               /* "telnet" */
	bool (*knows)(struct piece line);  /* no other form has such a line */
	void (*read)(const struct text *t, struct items *out);
};

/* The form of the first line that one knows; NULL: of none. */
const struct form *form_find(const struct text *t);

extern const struct form form_dialog;  /* C: and S:, and our own batch text */
extern const struct form form_swaks;   /* and our own --swaks */
extern const struct form form_postfix; /* smtp, smtpd with debug_peer_list */
extern const struct form form_finger;  /* posttls-finger */
extern const struct form form_openssl; /* s_client, with and without -brief */
extern const struct form form_curl;    /* -v */
extern const struct form form_telnet;
extern const struct form form_nc;      /* -v, and Ncat */
extern const struct form form_bare;    /* no mark and no message: nc */

/* ---- for the forms ---- */

/* What failed, by the words that the C library and the tools have for it. */
enum fail_kind form_failure(struct piece text);
/* A failure; detail is what was said of it. */
void form_failed(struct items *out, size_t number, enum fail_kind fail,
                 struct piece detail);

/*
 * Lines without a mark: what has the form of a reply is the server's, the rest
 * the client's. In the message, which ends with a dot, all lines are.
 */
struct talk {
	const struct text *text;
	struct items *out;
	size_t ahead; /* the next line that is a dot or ends it; cached */
	bool body;    /* the message */
	bool open;    /* more lines of the reply are due */
	bool bye;     /* QUIT was answered */
};
/* ends: does a line of this tool end the connection? */
void talk_line(struct talk *t, size_t i, bool (*ends)(struct piece line));
/* "EHLO x", "MAIL FROM:<a@b>": more than a word that could be of a sentence. */
bool talk_is_command(struct piece line);

#endif
