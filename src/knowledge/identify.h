/*
 * identify: which software answers and who runs it, from what the server
 * says (greeting, EHLO reply, HELP text, other replies; banners.tsv) and from
 * the name of the host that was asked (operators.tsv). Pure; any thread.
 *
 * Unknown is better than wrong. A name that merely occurs as a host name is no
 * evidence; wording that several products share stays a guess, and of two
 * places the better evidence holds: the greeting first, as whoever greets is
 * whom one talks to.
 */
#ifndef KNOWLEDGE_IDENTIFY_H
#define KNOWLEDGE_IDENTIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/event.h"
#include "knowledge/tables.h"

enum {
	IDENTIFY_VERSION = 32,  /* "8.0.2.43760" with room */
	IDENTIFY_EVIDENCE = 96, /* what fits beside a name in one line */
};

enum identify_place { PLACE_GREETING, PLACE_EHLO, PLACE_HELP, PLACE_REPLY };

struct identity {
	const char *id;   /* of the table's row; NULL: unknown */
	const char *name; /* "Postfix (Debian)" */
	const char *note_en, *note_de;
	bool hosted; /* a service: it names who runs the server */
	char version[IDENTIFY_VERSION];   /* "" where none is shown */
	char evidence[IDENTIFY_EVIDENCE]; /* the server's words (printable
	                                   * ASCII) or the host name */
	uint32_t about; /* n of the reply that told it; 0: none did */
	enum confidence confidence; /* CONF_SURE: two places agree */
};

/* {0} is a good beginning; a value, nothing to free. */
struct identify {
	struct identity software, operator;
	uint32_t ehlo_n, help_n; /* of the EV_SENT whose reply is awaited */
	uint32_t reply_n;        /* of the EV_REPLY under way; 0 none */
	bool greeted;            /* an EHLO or HELO has had its 2yz reply */
};

/* The name that was connected to, as DNS or the user gave it. */
void identify_host(struct identify *w, const char *host);
/* One line of the server with its code, without CRLF. */
void identify_line(struct identify *w, enum identify_place place,
                   const char *line, size_t len);
/* The same from a dialog: EV_SENT and EV_REPLY count, others are passed
 * over. */
void identify_event(struct identify *w, const struct event *e);

/*
 * One line alone: the row of banners.tsv and what it shows. A hosted service
 * is given, too. False: unknown, out is empty.
 */
bool identify_one(enum identify_place place, const char *line, size_t len,
                  struct identity *out);
/* "Exim 4.96"; heap. */
char *identity_title(const struct identity *i);
/* Good enough to be said without being asked. */
bool identity_known(const struct identity *i);

#endif
