/*
 * curlcase: one test file of curl's test suite, and the SMTP server that it
 * describes: what it offers, what it answers, what it must have heard.
 *
 * The files are sections between <name> and </name>; "%NAME" stands for a
 * value, "%repeat[...]%", "%b64[...]b64%" and "%hex[...]hex%" for bytes.
 */
#ifndef TESTS_CURLCASE_H
#define TESTS_CURLCASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

struct curl_case {
	int number;
	uint16_t port;   /* what %SMTPPORT stands for; set when it is known */
	struct buf file; /* as it is on the disk */
};

/* False: there is no such file. */
bool curl_case_read(struct curl_case *c, const char *folder, int number);
void curl_case_clear(struct curl_case *c);
/*
 * Appends the section with its values in place; its attributes crlf and
 * nonewline are obeyed. file: only the one whose attribute name ends so, NULL:
 * the first. False: there is none.
 */
bool curl_case_section(const struct curl_case *c, const char *name,
                       const char *file, struct buf *out);

/* Heap; the words of the command, quotes taken off, up to a NULL. */
char **curl_case_words(const struct curl_case *c);
void curl_case_words_free(char **words);

/* ---- the server ---- */

struct curl_server;

/* c: borrowed. initial: the case is made for clients that send an initial
 * response (RFC 4954 §4); if not and ours does, it is taken as the answer to
 * the 334 that is left out. */
struct curl_server *curl_server_new(const struct curl_case *c, bool initial);
void curl_server_free(struct curl_server *s);
/* For smtpfault_start_answering(); arg is the server. */
bool curl_server_answer(void *arg, const char *line, size_t len,
                        struct buf *out);
/* What was heard: commands, each with CRLF; the message with its dot. Only
 * when no connection is open. */
const struct buf *curl_server_commands(const struct curl_server *s);
const struct buf *curl_server_upload(const struct curl_server *s);

#endif
