/*
 * mta_settings: how the mail server of this machine sends, as its own tool
 * says it: "postconf -x NAME..." and "postconf -xP smtp/unix" of Postfix,
 * "exim -bP ..." of Exim. Their output is text from outside. Pure; any thread.
 */
#ifndef CHECK_MTA_SETTINGS_H
#define CHECK_MTA_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "check/checks.h"

enum mta { MTA_POSTFIX, MTA_EXIM, MTA_COUNT };

enum {
	MTA_TEXT_MAX = 65536, /* of the tool's output: Exim prints every option
	                       * of every router and transport, 20 KiB or so */
	MTA_VALUE_MAX = 1024, /* of one value; longer ones count as not set */
};

struct mta_settings { /* owned; NULL: not set, or not to be known */
	enum mta mta;
	char *helo;    /* NULL: made anew for each connection */
	char *source4, *source6; /* numeric; NULL: the system's choice */
	char *relay;   /* as written, "[smart.example.net]:587"; NULL: by MX */
	int family;    /* 0 both, 4, 6 */
};

enum { MTA_ARGS_MAX = 12 };

/* A program that prints settings; those of one name belong together. */
struct mta_tool {
	enum mta mta;
	const char *name;
	const char *args[MTA_ARGS_MAX]; /* NULL behind the last */
};
const struct mta_tool *mta_tool_at(size_t i); /* NULL past the end */

/* text: what the tools printed, len octets. false: nothing of use is in it,
 * and out is empty. The caller clears out. */
bool mta_settings_parse(struct mta_settings *out, enum mta mta,
                        const char *text, size_t len);
void mta_settings_clear(struct mta_settings *s);
const char *mta_name(enum mta mta); /* "Postfix" */

/* check_row: "like-mta", once where query->mta is known. */
size_t like_mta_count(const struct check_query *q);
void like_mta_check(struct check *c, const struct facts *f,
                    const struct check_query *q, size_t i);

#endif
