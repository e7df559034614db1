/*
 * policy: fetches the MTA-STS policy of a domain over HTTPS (RFC 8461 §3.3);
 * the one user of libcurl. The library is loaded when first asked for; where
 * it is missing, or the program was built without its headers, the outcome
 * says that it is not available.
 *
 * No DNS here: the caller looks the policy host up (check/sts.h) and hands its
 * addresses over. Redirects are not followed, no proxy is used, nothing is
 * sent or kept but the request. One thread: the loop's.
 */
#ifndef NET_POLICY_H
#define NET_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/checks.h"
#include "io/loop.h"
#include "net/worker.h"

enum {
	POLICY_TOTAL_MS = 60000,  /* RFC 8461 §3.3: one minute */
	POLICY_HEAD_MAX = 65536,  /* octets of all header lines; servers send
	                           * some hundred */
};

struct policy_config { /* borrowed for the call */
	const char *const *addresses; /* n_addresses of mta-sts.DOMAIN, in the
	                               * order of trying; numeric */
	size_t n_addresses;
	bool allow_private;    /* also addresses that are not public */
	const char *ca_file;   /* PEM; NULL: the system's (SSL_CERT_FILE and
	                        * SSL_CERT_DIR are heeded) */
	const char *trust_pem; /* instead of them: PEM text, NULL none */
	const struct redirect *redirects; /* n_redirects: where port 443 of an
	                                   * address really is; those are not
	                                   * looked at for being private */
	size_t n_redirects;
	uint32_t total_ms;     /* 0: POLICY_TOTAL_MS */
};

struct policy_calls {
	/* Once: got is done; it and its texts live until policy_free(), which
	 * may be called here. */
	void (*done)(void *arg, const struct sts_fetch *got);
	void *arg;
};

struct policy_fetch;

/* domain: A-label text, copied. done() is called from the loop, never from
 * inside this call, whatever fails. Caller owns. */
struct policy_fetch *policy_start(struct loop *l, const char *domain,
                                  const struct policy_config *cfg,
                                  const struct policy_calls *calls);
/* Also the way to cancel: no callback comes after it. NULL is fine. */
void policy_free(struct policy_fetch *p);

#endif
