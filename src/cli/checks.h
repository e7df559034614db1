/*
 * checks: is the value of an option fit? Pure but for resolving no name at
 * all; each returns NULL, or one sentence (heap) in the user's language.
 */
#ifndef CLI_CHECKS_H
#define CLI_CHECKS_H

#include "util/buf.h"

char *check_sender(const char *value);     /* an address, <> or nothing */
char *check_recipients(const char *value); /* a comma list of addresses */
char *check_helo(const char *value);
char *check_server(const char *value);     /* HOST[:PORT] */
char *check_domain(const char *value);     /* "", or of mail addresses */
char *check_address(const char *value);    /* numeric */
char *check_endpoint(const char *value);   /* ADDR[:PORT], [v6]:port */
char *check_host_port(const char *value);  /* HOST:PORT */
char *check_param(const char *value);      /* of MAIL or RCPT */
char *check_mechs(const char *value);      /* "" or PLAIN,LOGIN */
char *check_mask(const char *value);
char *check_always(const char *value);     /* "" or always */
char *check_user(const char *value);
char *check_trial(const char *value);      /* as trial_parse() */
char *check_timeout(const char *value);    /* seconds, classroom */
char *check_proxy(const char *value);      /* socks5://HOST:PORT */
char *check_command(const char *value);    /* not empty */
char *check_language(const char *value);
char *check_shell(const char *value);
char *check_file(const char *value);       /* not empty */
char *check_selectors(const char *value);  /* a comma list, of DKIM */
char *check_zones(const char *value);      /* a comma list, of blocklists */

/*
 * Takes the next address off a comma list: commas inside "..." belong to it;
 * blanks around it and one pair of <> are taken away. *list moves on. Returns
 * NULL at the end, else a heap text (which may be empty: ",,").
 */
char *checks_next_address(const char **list);
/* value in the quotation marks of the language, made fit for a terminal. */
void checks_quote(struct buf *out, const char *value);

#endif
