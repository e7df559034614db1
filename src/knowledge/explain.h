/*
 * explain: what an event means, from command + state + code + enhanced code +
 * text together. Pure; any thread. Texts in the user's language (i18n).
 *
 * An explanation is structured, not laid out: panes, batch and reports each
 * take the parts that their width allows. Facts, server text and guesses stay
 * apart (design §5): digits and enhanced are facts from the RFC, said is the
 * server's own text, likely is an inference with its evidence.
 */
#ifndef KNOWLEDGE_EXPLAIN_H
#define KNOWLEDGE_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/dialog.h"
#include "core/event.h"

struct evidence;

enum reply_class { CLASS_NONE, CLASS_OK, CLASS_GO_ON, CLASS_LATER, CLASS_NO,
	CLASS_NOTE, CLASS_CLIENT };

/* What a numbered suggestion does when it is chosen (Alt-A). */
enum try_kind {
	TRY_TEXT,      /* words only */
	TRY_LINE,      /* arg goes into the input line */
	TRY_QUIT_LATER,/* QUIT, new connection after arg seconds */
	TRY_NEXT_MX,
	TRY_RECONNECT, /* same host, new connection */
	TRY_OPEN,      /* arg: another target */
	TRY_PORT,      /* arg: the same host on that port */
	TRY_TRIAL,     /* arg: an experiment (core/trial.h); asks */
	TRY_CHECK,     /* look up what is known of both sides (pane 6) */
	TRY_ANYWAY,    /* its own address in spite of a null MX; asks */
	TRY_DEMO,
	TRY_REPLAY,
	TRY_TLS,       /* the window of the handshake */
};

struct explain_try {
	enum try_kind kind;
	char *text;
	char *arg; /* "" none */
};

struct explain_part { /* one digit, one number of an enhanced code */
	char *key;   /* "4", "4.2.0" */
	char *brief; /* a few words, for one line of 80 columns */
	char *text;  /* a sentence */
};

/* Every char * is owned by the explanation and never NULL ("" = nothing). */
struct explanation {
	char *title;    /* "450 4.2.0 after RCPT", "MX of example.org" */
	char *chip;     /* "450" or "" */
	enum reply_class cls;
	char *headline; /* "TEMPORARY FAILURE" / "VORÜBERGEHENDER FEHLER" */
	char *summary;  /* one sentence: not refused for good, ... */
	struct explain_part digits[3];
	size_t n_digits;
	struct explain_part enhanced[3]; /* class, subject, detail */
	size_t n_enhanced;
	char *code_text;  /* what this code means in reply to this command */
	char *said;       /* server's words, codes taken off, unescaped bytes */
	char *likely;     /* inference or "" */
	char *evidence;   /* why we think so: "the text says so" */
	enum confidence confidence;
	char *provider;   /* "Gmail" or "" */
	enum act act;
	char *who;        /* who must act, a sentence; "": nothing failed,
	                   * act says nothing then */
	char *mta;        /* what a real mail server does next */
	struct explain_try *tries;
	size_t n_tries;
	char *not_same;   /* codes that are easily confused, or "" */
	char *refs;       /* "RFC 5321 4.2.1 · RFC 3463 3.3" */
	char **notes;     /* findings about this event, whole sentences */
	size_t n_notes;
	char **steps;     /* how a check was made, a line a step, indented */
	size_t n_steps;
};

/* What explain needs besides the reply itself; all borrowed. */
struct explain_context {
	const char *verb;     /* command answered: "RCPT", "(CONNECT)", "" */
	const char *line;     /* that command's line, or "" */
	enum state state;     /* before the command */
	unsigned rcpt_ok;     /* recipients accepted in this transaction */
	const struct evidence *checks; /* what they found, NULL none */
};

/* Caller clears out with explanation_clear(). */
void explain_event(const struct dialog *d, size_t index,
                   struct explanation *out);
/* A reply outside a dialog. reply: lines joined by \n, with their codes. */
void explain_reply(const char *reply, const struct explain_context *ctx,
                   struct explanation *out);
/* Nothing selected: explains the state the session is in (design §5.6). */
void explain_now(const struct dialog *d, struct explanation *out);
/*
 * --explain: "550 5.1.1", "4.7.26", "STARTTLS", "SIZE", "250", a whole reply.
 * Returns false when nothing is known about it (out then says so).
 */
bool explain_text(const char *text, struct explanation *out);
void explanation_clear(struct explanation *x);

/* Said by other modules too. Borrowed, in the user's language. */
const char *act_label(enum act a);      /* "recipient" / "Empfänger" */
const char *finding_text(const struct event *e, char *out, size_t size);
const char *glossary(const char *term); /* NULL when unknown */
/* Why an exchange cannot be used, by the id in struct ev_host. */
const char *explain_reason(const char *why);

#endif
