/*
 * cause: what a reply is about and who must act, from its wording, enhanced
 * code, code and command together, and then from what the checks found. The
 * one place where that is decided: Explain and the verdicts (check/blame.h)
 * both ask here. Pure; any thread.
 *
 * Order of trust: the wording of a known server; an enhanced code that names
 * a cause; the wording in general; the subject of an enhanced code; the code
 * as the answer to this command; a check that failed. Words that speak of one
 * side are stronger than a vague code that speaks of the other. "unknown" is
 * better than wrong.
 */
#ifndef KNOWLEDGE_CAUSE_H
#define KNOWLEDGE_CAUSE_H

#include "knowledge/evidence.h"
#include "knowledge/explain.h"
#include "knowledge/match.h"
#include "knowledge/tables.h"
#include "knowledge/wording.h"

enum because { EVIDENCE_NONE, EVIDENCE_TEXT, EVIDENCE_WORDING,
	EVIDENCE_ENHANCED, EVIDENCE_CODE, EVIDENCE_CHECK };

/* Two sources that do not go together, as a set of bits; none is hidden, and
 * with any of them nothing is sure. Words of the recording in this order:
 * contradiction_id(). */
enum contradiction_bit {
	CONTRA_CLASS = 1,  /* enhanced class is not the first digit */
	CONTRA_CAUSE = 2,  /* wording and enhanced code name different ones */
	CONTRA_WORDS = 4,  /* words do not go with the first digit */
	CONTRA_LINES = 8,  /* lines of the reply name different ones */
	CONTRA_CHECK = 16, /* what it complains about was found in order */
};
enum { CONTRADICTIONS = 5 };

enum {
	RULE_MAX = 64,   /* "wording:" and the longest id of a table */
	WORDS_MAX = 120, /* as much as fits in a row beside its label */
};

struct cause {
	const struct provider_row *row;   /* or NULL */
	const struct category *category;  /* of row or wording, or NULL */
	const struct enhanced_code *detail; /* or NULL */
	const struct meaning *meaning;    /* or NULL: no command known */
	enum because evidence;            /* for the cause */
	enum confidence confidence;
	enum act act;
	bool agreed; /* words and enhanced code say the same */
	/* Which rule fired: "wording:ui-ptr", "enhanced:5.7.25",
	 * "subject:5.1.X", "code:RCPT 550", "check:spf-mail", "" none. */
	char rule[RULE_MAX];
	char words[WORDS_MAX + 1]; /* of the reply, as they came; "" none */
	unsigned contradictions;   /* enum contradiction_bit */
	/* Bit i: item i of ctx->checks. */
	uint64_t supports, opposes;
};

void cause_find(const struct reply_view *v, const struct explain_context *ctx,
           struct cause *out);
/* Is it named best by its enhanced code? Words of any server that say the same
 * say it less exactly. */
bool cause_by_code(const struct cause *j);
/* "class", "cause" ...; i < CONTRADICTIONS */
const char *contradiction_id(unsigned i);

#endif
