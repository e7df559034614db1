/*
 * sasl_priv: what the mechanisms share; only for sasl*.c.
 */
#ifndef CORE_SASL_PRIV_H
#define CORE_SASL_PRIV_H

#include "core/sasl.h"

/* What a LOGIN prompt asks for. */
enum sasl_ask { ASK_NOTHING, ASK_UNKNOWN, ASK_USER, ASK_PASSWORD };

struct sasl {
	const struct sasl_row *row;
	char *name;                    /* as the server or the user wrote it */
	const struct plan_auth *auth;  /* borrowed */
	const char *host;              /* borrowed */
	const struct sasl_lent *lent;  /* borrowed */
	struct secrets *secrets;       /* borrowed */
	unsigned challenges;           /* that came */
	unsigned answers;              /* that were made here */
	unsigned sent;                 /* messages of the client */
	enum sasl_ask ask;
	bool proof;                    /* SCRAM: the server's came */
	struct buf held;               /* a first message, Base64, that was
	                                * too long for the AUTH line */
	const char *why;               /* finding: no answer, or NULL */
	const char *trouble;           /* of lent->step, static; or NULL */
};


/*
 * One mechanism: its public part first, and what it does. All texts are
 * decoded; answers are appended raw.
 */
struct sasl_row {
	struct sasl_mech mech;
	const char *about; /* finding: what it is good for; %1 its name */
	bool by_name;      /* only taken when asked for by name */
	bool hmac;         /* needs lent->hmac_md5 */
	/* The client's next message; in: the challenge, or len 0. */
	bool (*answer)(struct sasl *s, struct sasl_text in, struct buf *out);
	/* Explains a challenge; before answer. */
	void (*challenge)(struct sasl *s, struct sasl_text in,
	                  struct sasl_note *note);
	/* Explains what was sent. Returns whether the whole of it is secret. */
	bool (*sent)(struct sasl *s, struct sasl_text out,
	             struct sasl_note *note);
};

const struct sasl_row *sasl_row(const struct sasl_mech *mech);

/* note->id, and one more argument: cut to its bound, secrets blotted. */
void sasl_note_id(struct sasl_note *note, const char *id);
void sasl_note_arg(const struct sasl *s, struct sasl_note *note,
                   struct sasl_text arg);

/* A bit of text[0..len) up to c or the end; text moves on behind c. */
struct sasl_text sasl_cut(struct sasl_text *text, char c);
/* "x=..." among parts that sep divides; p NULL: not there. */
struct sasl_text sasl_attribute(struct sasl_text text, char sep,
                                const char *name);
bool sasl_starts(struct sasl_text text, const char *with);
struct sasl_text sasl_text(const char *s); /* NULL: "" */

/* sasl_plain.c */
bool sasl_plain_answer(struct sasl *s, struct sasl_text in, struct buf *out);
bool sasl_plain_sent(struct sasl *s, struct sasl_text out,
                     struct sasl_note *note);
bool sasl_login_answer(struct sasl *s, struct sasl_text in, struct buf *out);
void sasl_login_challenge(struct sasl *s, struct sasl_text in,
                          struct sasl_note *note);
bool sasl_login_sent(struct sasl *s, struct sasl_text out,
                     struct sasl_note *note);
bool sasl_cram_answer(struct sasl *s, struct sasl_text in, struct buf *out);
void sasl_cram_challenge(struct sasl *s, struct sasl_text in,
                         struct sasl_note *note);
bool sasl_cram_sent(struct sasl *s, struct sasl_text out,
                    struct sasl_note *note);

/* sasl_token.c */
bool sasl_xoauth2_answer(struct sasl *s, struct sasl_text in, struct buf *out);
bool sasl_xoauth2_sent(struct sasl *s, struct sasl_text out,
                       struct sasl_note *note);
bool sasl_bearer_answer(struct sasl *s, struct sasl_text in, struct buf *out);
bool sasl_bearer_sent(struct sasl *s, struct sasl_text out,
                      struct sasl_note *note);
void sasl_token_challenge(struct sasl *s, struct sasl_text in,
                          struct sasl_note *note);

/* sasl_lent.c */
bool sasl_lent_answer(struct sasl *s, struct sasl_text in, struct buf *out);
void sasl_scram_challenge(struct sasl *s, struct sasl_text in,
                          struct sasl_note *note);
bool sasl_scram_sent(struct sasl *s, struct sasl_text out,
                     struct sasl_note *note);
void sasl_gssapi_challenge(struct sasl *s, struct sasl_text in,
                           struct sasl_note *note);
bool sasl_gssapi_sent(struct sasl *s, struct sasl_text out,
                      struct sasl_note *note);
void sasl_other_challenge(struct sasl *s, struct sasl_text in,
                          struct sasl_note *note);
bool sasl_other_sent(struct sasl *s, struct sasl_text out,
                     struct sasl_note *note);

#endif
