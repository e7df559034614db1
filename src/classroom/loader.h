/*
 * loader: what the files of lesson.h share: lesson_read.c reads the head, the
 * zone and the steps, lesson_client.c the client's part, lesson_server.c the
 * rules, lesson_offer.c what a server offers. Used by nobody else.
 */
#ifndef CLASSROOM_LOADER_H
#define CLASSROOM_LOADER_H

#include <stdbool.h>

#include "classroom/lesson.h"
#include "classroom/script.h"
#include "util/buf.h"

/* The sections of a lesson, and the ids of its words. */
enum { HEAD, ZONE, SERVER, STEPS };
enum word {
	W_TITLE = 1, W_ABOUT, W_TARGET, W_FROM, W_TO, W_HELO, W_EXPECT,
	W_WANT_TLS, W_TLS_NAME, W_WANT_AUTH, W_AUTH_USER, W_PASSWORD,
	W_PROTOCOL, W_PORT, W_STAGE, W_PIPELINING, W_BDAT, W_MESSAGE,
	W_TEST_MESSAGE, W_MAIL_PARAM, W_RCPT_PARAM,
	W_ZONE, W_SERVER, W_STEPS,
	W_DNS,
	W_CLIENT, W_REPLY, W_BYTES, W_LF, W_WAIT, W_DRIBBLE, W_SILENT,
	W_CLOSE, W_RESET, W_ONCE, W_ALWAYS, W_AFTER, W_REFUSE,
	W_TLS, W_WRAP, W_AUTH, W_AUTH_CLEAR, W_AUTH_REQUIRED, W_LMTP, W_OFFER,
	W_SAY, W_ASK, W_CONNECT,
};

struct loader {
	struct lesson *lesson;
	const struct script *script;
	bool lf;     /* S: lines of this rule end in a bare LF */
	bool in_message;    /* C: lines of @steps are a message's */
	struct buf message; /* message: lines so far */
	char *error; /* owned */
};

/* Keeps the first error, with file and line before it. */
void loader_complain(struct loader *b, const struct script_item *item,
                     const char *text);

/* lesson_client.c: a line of the head that is about the client's part, and
 * what can only be seen at the end. item: where that is. */
void loader_client_item(struct loader *b, const struct script_item *item);
void loader_check_client(struct loader *b, const struct script_item *item);

/* The client's part of lesson_fill_plan(). */
void lesson_fill_client(const struct lesson *l, struct plan *p);

/* lesson_offer.c: @tls, @wrap, @auth..., @lmtp, @offer, and the same. */
void loader_offer_item(struct loader *b, struct lesson_server *s,
                       const struct script_item *item);
void loader_check_offers(struct loader *b);

/* Takes the next word off *text, cuts blanks around it; false: none left. */
bool loader_word(const char **text, const char **word, size_t *len);

/* lesson_server.c: the line @server itself, and each line after it. */
void loader_add_server(struct loader *b, const struct script_item *item);
void loader_server_item(struct loader *b, const struct script_item *item);
/* The last rule so far must do something. item: where that is seen. */
void loader_check_rule(struct loader *b, const struct script_item *item);
/* When all is read: each host has an address, and each address one server. */
void loader_check_hosts(struct loader *b);

#endif
