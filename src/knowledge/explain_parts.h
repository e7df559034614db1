/*
 * explain_parts: how the files of explain put an explanation together. Not
 * for other folders.
 */
#ifndef KNOWLEDGE_EXPLAIN_PARTS_H
#define KNOWLEDGE_EXPLAIN_PARTS_H

#include "knowledge/explain.h"
#include "core/command.h"
#include "core/ehlo.h"
#include "knowledge/cause.h"
#include "knowledge/cause_words.h"
#include "knowledge/identify.h"
#include "knowledge/say.h"

/* What stands around one event of a dialog; all borrowed, may be NULL. */
struct surroundings {
	const struct dialog *dialog;
	size_t index;
	const struct dialog_now *now;
};

/* Puts text (given away) into a field, frees what was there. */
void part_set(char **field, char *text);
void part_copy(char **field, const char *text);
/* Sources of a table ("RFC 5321 §4.2.1; sendmail.c"): the RFCs, each once. */
void part_refs(struct explanation *x, const char *source);
void part_note(struct explanation *x, char *text); /* given away */
void part_step(struct explanation *x, char *text); /* given away */
/* arg may be NULL; text given away. */
void part_try(struct explanation *x, enum try_kind kind, char *text,
              const char *arg);
/* The act and its sentence. */
void part_act(struct explanation *x, enum act a);

/* One file each. */
void explain_reply_view(const struct reply_view *v,
                        const struct explain_context *ctx,
                        const struct surroundings *at,
                        struct explanation *x);
/* Contradictions and what the checks add, as notes. */
void explain_grounds(const struct grounds *g, struct explanation *x);
/* Software or service that gave itself away by its wording. */
void explain_software(const struct identity *i, struct explanation *x);
void explain_tries(const struct reply_view *v,
                   const struct explain_context *ctx,
                   const struct cause *j, const struct surroundings *at,
                   struct explanation *x);
void explain_sent(const struct event *e, const struct surroundings *at,
                  struct explanation *x);
void explain_verb(enum verb v, struct explanation *x);
/*
 * Parameters of MAIL and RCPT: "BODY" or "BODY=8BITMIME" alone (false when it
 * is none; beside a title that is there already it becomes notes), those
 * behind the path of a whole line (RFC 5321 §4.1.2), those that an extension
 * gives.
 */
bool explain_parameter(const char *word, struct explanation *x);
void explain_parameters(const char *line, enum verb v, struct explanation *x);
void explain_given(const struct extension *e, struct explanation *x);
void explain_dns(const struct event *e, const struct surroundings *at,
                 struct explanation *x);
void explain_route(const struct event *e, struct explanation *x);
void explain_connection(const struct event *e, const struct surroundings *at,
                        struct explanation *x);
void explain_failed(const struct event *e, const struct surroundings *at,
                    struct explanation *x);
void explain_tls(const struct event *e, const struct surroundings *at,
                 struct explanation *x);
/* A handshake that failed: what EV_FAILED adds to failures.tsv's words. */
void explain_tls_failed(const struct event *e, struct explanation *x);
/* The second EHLO reply: compared with the one before TLS. */
void explain_caps(const struct event *e, const struct surroundings *at,
                  struct explanation *x);
/* LMTP: a reply behind the dot for one recipient; BDAT: for one chunk. Both
 * after explain_reply_view(). */
void explain_recipient(const struct event *e, struct explanation *x);
void explain_chunk(const struct event *e, struct explanation *x);
void explain_check(const struct event *e, struct explanation *x);
void explain_other(const struct event *e, const struct surroundings *at,
                   struct explanation *x);
/* Fields that are still NULL become "". */
void explain_finish(struct explanation *x);

#endif
