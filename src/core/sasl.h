/*
 * sasl: the client's side of a login (RFC 4422, RFC 4954), one step at a time.
 * Pure: what needs a library (HMAC-MD5, SCRAM, GSSAPI) is lent by the caller.
 *
 * A session makes one for each AUTH that it proposes, or that a person types:
 * for typed ones it only explains the steps. Explanations are findings: ids of
 * findings.tsv with arguments that hold no secret.
 */
#ifndef CORE_SASL_H
#define CORE_SASL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/plan.h"
#include "core/secret.h"
#include "util/buf.h"

enum {
	SASL_STEPS_MAX = 10,           /* challenges, then the login is given
	                                * up: 334 for ever (P12) */
	SASL_CHALLENGE_MAX = 12288,    /* octets of one, RFC 4954 §4 */
};

/* One row of the table of mechanisms, in the order of preference. */
struct sasl_mech {
	const char *name;      /* "SCRAM-SHA-256-PLUS" */
	bool plain;            /* the secret itself crosses the wire */
	bool initial;          /* the client speaks first (RFC 4422 §3.3) */
	bool lent;             /* needs lent->step (libgsasl) */
	bool binding;          /* needs TLS under it (-PLUS) */
	bool token;            /* the password is an OAuth token */
};
const struct sasl_mech *sasl_mech_at(size_t i); /* NULL past the end */
const struct sasl_mech *sasl_mech_find(const char *name, size_t len);
/* Can a mechanism, known or not, be called this? RFC 4422 §3.1 */
bool sasl_mech_is_name(const char *name, size_t len);
/* The finding that says what it is good for, %1 its name; mech may be NULL. */
const char *sasl_mech_about(const struct sasl_mech *mech);

/* One step of a mechanism that is lent; all borrowed. */
struct sasl_step {
	const char *mech;
	const struct plan_auth *auth;
	const char *host;
	const char *in; /* the decoded challenge, len bytes; 0: none yet */
	size_t len;
};

struct sasl_text { /* bytes, may hold NUL; borrowed */
	const char *p;
	size_t len;
};

/* What the worker lends; each may be NULL: then its mechanisms are not to be
 * had and sasl_choose() passes them over. */
struct sasl_lent {
	bool (*hmac_md5)(void *arg, struct sasl_text key,
	                 struct sasl_text data, unsigned char out[16]);
	/* SCRAM-*, GSSAPI: can this mechanism be had here? */
	bool (*has)(void *arg, const char *mech);
	/* Appends the raw answer to out. False: *why (static text) says what
	 * failed. */
	bool (*step)(void *arg, const struct sasl_step *step, struct buf *out,
	             const char **why);
	void (*end)(void *arg); /* forget the state of step() */
	void *arg;
};

/*
 * The mechanism to use: the first of auth->mechs (else of the table) that the
 * server offers ("PLAIN LOGIN", as behind AUTH in EHLO), that can be had, and,
 * without TLS, that clear_ok allows when it is a plain one. NULL: none; *why is
 * then the id of a finding without arguments: "auth-not-offered",
 * "auth-no-mechanism", "auth-in-clear" (only the missing TLS is against it).
 * Tokens and GSSAPI are taken only when auth->mechs names them.
 */
const struct sasl_mech *sasl_choose(const struct plan_auth *auth,
                                    const char *offered, bool secure,
                                    const struct sasl_lent *lent,
                                    const char **why);

/* What a step said, for a finding; id NULL: nothing to say. */
struct sasl_note {
	const char *id;
	char args[3][256]; /* escaped later; no secret in them */
	size_t n_args;
};

struct sasl;

/* What a login is made with; all borrowed, and to outlive it. */
struct sasl_with {
	const struct plan_auth *auth;  /* may be empty for typed logins */
	const char *host;              /* the server's name (OAUTHBEARER,
	                                * GSSAPI) */
	const struct sasl_lent *lent;  /* NULL: nothing is */
	struct secrets *secrets;       /* what is learned goes there */
};

/* mech: of the table, or NULL: one that only the server knows, called name
 * (copied; explained as such). */
struct sasl *sasl_new(const struct sasl_mech *mech, const char *name,
                      const struct sasl_with *with);
void sasl_free(struct sasl *s); /* wipes; NULL is fine */

/*
 * The initial response for the AUTH line, in Base64 ("=" for an empty one,
 * RFC 4954 §4). False: none goes with AUTH (the mechanism has none, or the line
 * would be over 512 octets; then it answers the first challenge), or it cannot
 * be made: sasl_why() tells. out: appended, the caller wipes it.
 */
bool sasl_initial(struct sasl *s, struct buf *out);
/*
 * A challenge came: text behind 334, as sent. Fills note (always). Answers it,
 * in Base64, when auth knows how: true and out is appended to (maybe by
 * nothing: an empty line is the answer). False: sasl_why() says why, and the
 * login is to be cancelled with "*". Once a person has answered (sasl_sent
 * without an answer of ours) it is only explained: "auth-no-answer".
 */
bool sasl_challenge(struct sasl *s, const char *text, size_t len,
                    struct buf *out, struct sasl_note *note);
/*
 * Why the last of the two gave no answer: "auth-not-base64",
 * "auth-challenge-long", "auth-too-many-steps", "auth-no-answer" or
 * "auth-failed-here", with arguments; id NULL: nothing is wrong.
 */
void sasl_why(const struct sasl *s, struct sasl_note *note);
/*
 * What the client sent (Base64, initial response or answer), by hand or by
 * itself: explains it, and what is secret in it is noted. To be called for
 * every message, before an event holds its text.
 */
void sasl_sent(struct sasl *s, const char *text, size_t len,
               struct sasl_note *note);

#endif
