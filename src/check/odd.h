/*
 * odd: which address answers otherwise than most, in what, and a sentence that
 * says it: "IPv4 accepted, IPv6 refused: 550 5.7.25, Reverse DNS missing or
 * wrong". Pure; any thread.
 *
 * Only sessions that are over are looked at. A difference is looked for in the
 * order of enum odd_what; the first that there is makes the sentence, all are
 * marked.
 */
#ifndef CHECK_ODD_H
#define CHECK_ODD_H

#include "check/grid.h"

enum {
	ODD_SLOW_TIMES = 5,      /* so many times as slow as the middle, */
	ODD_SLOW_US = 1000000,   /* and so much more is worth a word */
};

enum odd_what {
	ODD_SAME,      /* nothing differs */
	ODD_OUTCOME,   /* accepted, put off, refused, not reached */
	ODD_STARTTLS,  /* offered, or not */
	ODD_VERSION,   /* of TLS; or the handshake failed */
	ODD_VERIFY,    /* is the certificate genuine? */
	ODD_ISSUER,    /* of the certificate */
	ODD_CERT,      /* another one at the same host */
	ODD_REPLY,     /* code or enhanced code of step */
	ODD_KEYWORDS,  /* of EHLO */
	ODD_TIME,      /* of step */
};

enum odd_who { /* how those that differ are told from the others */
	ODD_NOBODY,
	ODD_HOST,       /* all addresses of one host */
	ODD_ADDRESS,    /* one address of a host with others */
	ODD_FAMILY,     /* IPv4 so, IPv6 so, at the same host */
	ODD_PREFERENCE, /* all hosts of one preference */
	ODD_SOME,       /* no such pattern */
	ODD_MANY,       /* more than two kinds */
};

struct odd {
	enum odd_what what;
	enum odd_who who;
	enum grid_step step;
	size_t row, rest;    /* first of those that differ, of the others */
	size_t count, total; /* rows that differ, of so many */
};

/* g: settled. */
void odd_find(const struct grid *g, struct odd *out);
/* Sets the rows' odd bits; grid_settle() does. */
void odd_mark(struct grid *g);

/* One line in the user's language, safe to be shown; heap. Says also how many
 * addresses were tried, where it were not all. */
char *odd_text(const struct grid *g, const struct odd *o);
/* The same of g's own oddity. */
char *odd_sentence(const struct grid *g);
/* "550 5.7.1, SPF check failed", "timeout (TCP)": what decided; heap. */
char *odd_detail(const struct grid_row *r);

#endif
