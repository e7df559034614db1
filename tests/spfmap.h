/*
 * spfmap: DNS data for the SPF tests, as a list of records; answers made of it
 * without a socket, and messages for a server (spfserver.h).
 */
#ifndef TESTS_SPFMAP_H
#define TESTS_SPFMAP_H

#include <stddef.h>
#include <stdint.h>

#include "check/check.h"
#include "core/answer.h"

struct spfmap;

struct spfmap *spfmap_new(void);
void spfmap_free(struct spfmap *m);

/* Labels between dots, any octets, no escapes; "" is the root. false: no name
 * can be made of it. */
bool spfmap_name(struct dns_name *out, const char *text, size_t len);

void spfmap_add(struct spfmap *m, const struct dns_name *owner, uint16_t type,
                const void *rdata, size_t len);
/* TXT of any length, cut into strings of 255. */
void spfmap_add_txt(struct spfmap *m, const struct dns_name *owner,
                    const void *text, size_t len);
/* What owner does not hold ends so: DNS_TIMEOUT, DNS_SERVFAIL, DNS_REFUSED,
 * DNS_BADNAME. */
void spfmap_fail(struct spfmap *m, const struct dns_name *owner,
                 enum dns_status status);
/* "example.org TXT v=spf1 -all": TXT as it is, else as rdata_parse() takes it,
 * "!timeout" as the data of any type: spfmap_fail(). */
void spfmap_line(struct spfmap *m, const char *line);
/* Several, with a line feed behind each but the last. */
void spfmap_lines(struct spfmap *m, const char *lines);

/* The answer to one query; 0: none. */
size_t spfmap_reply(const struct spfmap *m, uint16_t id,
                    const struct dns_name *name, uint16_t type, uint8_t *out,
                    size_t size);
/* A whole lookup. Caller owns. */
struct dns_answer *spfmap_look_up(const struct spfmap *m,
                                  const struct dns_name *name, uint16_t type);
/*
 * Runs the check, looks up what it needs and so on until it needs nothing.
 * run: fills c from f. Returns how often it ran; f has all that was asked.
 */
unsigned spfmap_run(const struct spfmap *m, struct check *c, struct facts *f,
                    void (*run)(struct check *c, const struct facts *f,
                                const void *arg), const void *arg);

#endif
