/*
 * dialog: the append-only list of events; the only thing that views read.
 *
 * Owns a copy of every event in a few large blocks (text arena) and 9 bytes
 * of index each. Beside the list it keeps what is true now (struct
 * dialog_now), folded from the recorded events alone: a replay gives the same.
 * A part shows the first events of another dialog and copies none of them.
 * One thread: the front end's.
 */
#ifndef CORE_DIALOG_H
#define CORE_DIALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/event.h"
#include "core/trial.h"

struct dialog;

struct dialog *dialog_new(void);
void dialog_free(struct dialog *d);
/* Copies e (borrowed). PROMPT and ASK are folded, not listed. */
void dialog_append(struct dialog *d, const struct event *e);

/*
 * The beginning of whole, for a replay: empty at first, it grows by what whole
 * holds. It can be asked everything that a dialog can, and knows nothing of
 * what whole holds beyond; nothing is appended to it. whole is borrowed, must
 * outlive all use but dialog_free(), and must not grow itself meanwhile.
 */
struct dialog *dialog_part(const struct dialog *whole);
/* At most count more events. Returns how many: fewer when all are shown. */
size_t dialog_grow(struct dialog *part, size_t count);

size_t dialog_count(const struct dialog *d);
const struct event *dialog_at(const struct dialog *d, size_t i);
/* Index of the event with this n, or SIZE_MAX. Logarithmic. */
size_t dialog_find(const struct dialog *d, uint32_t n);
/* Index of the newest event of kind k, of that session, at or before i. */
size_t dialog_before(const struct dialog *d, size_t i, enum event_kind k,
                     uint32_t session);
/* State of the session just before event i (what the command met). */
enum state dialog_state_at(const struct dialog *d, size_t i);
/* Was event i of a session that was inside TLS by then? The end of the
 * handshake itself is. */
bool dialog_secure_at(const struct dialog *d, size_t i);
/* Index of the check number i (from 0) of all, SIZE_MAX past the last. */
size_t dialog_check(const struct dialog *d, size_t i);
/* Index of the newest verdict about the reply at index, SIZE_MAX none: a later
 * one replaces the earlier (event.h). */
size_t dialog_verdict_on(const struct dialog *d, size_t index);
/* Was the verdict at index replaced by a later one? */
bool dialog_verdict_old(const struct dialog *d, size_t index);
/* Does it replace an earlier one? */
bool dialog_verdict_again(const struct dialog *d, size_t index);
size_t dialog_bytes(const struct dialog *d); /* memory held, for the bench */

/* How far the look back goes for what a reply needs: no session has that many
 * events between two states, and a key must not walk a million entries. */
enum { DIALOG_BACK_MAX = 65536 };
/* Verdicts behind a reply that are looked through for its own: more than
 * there are recipients in a session (net/plan.h). */
enum { DIALOG_VERDICTS_MAX = 1024 };
/* Sessions of a recording whose states are remembered, a byte each. */
enum { DIALOG_SESSIONS_MAX = 4 << 20 };

enum mark { MARK_UNTRIED, MARK_TRYING, MARK_OK, MARK_LATER, MARK_NO };

struct now_address {
	char *address;
	enum mark mark;
	uint32_t us;         /* to connect, 0 unknown */
	enum fail_kind fail; /* valid for MARK_NO without a reply */
	bool failed;
};
struct now_host {
	char *host;
	uint16_t preference;
	bool unusable;
	char *why; /* id of the reason, "" when usable */
	enum mark mark;
	struct now_address *addresses;
	size_t n_addresses;
};
struct now_rcpt {
	char *address;
	uint32_t n;    /* of its RCPT */
	enum mark mark;
	uint16_t code; /* 0: no reply yet */
	/* LMTP (RFC 2033 §4.2): what was said of it after the message */
	enum mark final_mark;
	uint16_t final_code; /* 0: nothing yet, or not LMTP */
	enum act act;        /* who must act, by the newest verdict on it;
	                      * ACT_UNKNOWN before there is one */
};
struct now_cap {   /* one line of the EHLO reply after the first */
	char *keyword; /* upper case */
	char *params;
};

struct dialog_now {
	char *target;
	char *domain;                /* of the route, "" before it */
	enum route_kind route;
	bool has_route;
	struct now_host *hosts;
	size_t n_hosts;
	uint32_t dns_us, dns_ttl;    /* of the MX answer; least TTL */
	bool dns_ad;
	char *dns_server;
	uint32_t session;            /* newest connection, 0 none */
	char *host, *address, *via, *local; /* of that connection */
	uint16_t port;
	enum state state;
	bool connecting, connected, closed, failed;
	enum fail_phase fail_phase;
	enum fail_kind fail_kind;
	char *greeting_name, *helo, *from;
	enum mark from_mark;
	uint32_t from_n, helo_n;     /* their commands */
	struct now_rcpt *rcpts;      /* of this transaction, or of the last */
	size_t n_rcpts;
	bool transaction_over;       /* RSET, QUIT or the end of the data */
	struct now_cap *caps;        /* of the newest EHLO; forgotten when
	                              * TLS comes up (RFC 3207 §4.2) */
	size_t n_caps;
	struct now_cap *caps_before; /* of the EHLO before STARTTLS */
	size_t n_caps_before;
	const struct event *tls;     /* newest EV_TLS of this connection or
	                              * NULL: it is in clear; owned */
	bool lmtp;                   /* LHLO was sent */
	uint32_t auth_n;             /* newest AUTH or answer to a challenge,
	                              * 0 none */
	char *auth_mech;             /* "PLAIN", "" none */
	enum mark auth_mark;         /* TRYING until 235 or a refusal */
	uint32_t data_n;             /* the dot, or BDAT ... LAST; 0 none */
	enum mark data_mark;         /* of the message, once it was sent */
	uint16_t data_code;          /* 0: no reply yet */
	uint64_t size_limit;         /* SIZE, 0 none */
	bool esmtp;                  /* EHLO was accepted, not HELO */
	const struct event **checks; /* n_checks EV_CHECK of this run, the
	                              * newest of each id and subject; owned */
	size_t n_checks;
	enum trial_kind trial;       /* experiment that is under way: what
	                              * happens is its doing */
	uint32_t own_session;        /* newest that is no experiment's, 0 */
	uint32_t base_session;       /* the same, and one that got an answer
	                              * rather than a later one that did not:
	                              * what an experiment repeats */
	bool base_replied;           /* it did get one */
	bool ended;                  /* EV_END seen */
	uint8_t exit;
	int64_t first_us, last_us;   /* of the newest session's events */
	const struct event *prompt;  /* newest EV_PROMPT or NULL; owned */
	const struct event *ask;     /* open question or NULL; owned */
};
const struct dialog_now *dialog_now(const struct dialog *d);
void dialog_answered(struct dialog *d); /* the open question is settled */
/* The offered extension or NULL. keyword: any case. */
const struct now_cap *dialog_cap(const struct dialog *d, const char *keyword);
/* Is the newest connection a TCP one? Else a Unix socket or a command, whose
 * name is in host; address is "" then. */
bool dialog_is_tcp(const struct dialog_now *now);

#endif
