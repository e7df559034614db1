/*
 * cause: what a reply is about and who must act, from its wording, enhanced
 * code, code and command together. Pure; any thread.
 *
 * Order of trust: the wording of a known server; an enhanced code that names
 * a cause; the wording in general; the subject of an enhanced code; the code
 * as the answer to this command. "unknown" is better than wrong.
 */
#ifndef KNOWLEDGE_CAUSE_H
#define KNOWLEDGE_CAUSE_H

#include "knowledge/explain.h"
#include "knowledge/match.h"
#include "knowledge/tables.h"

enum evidence { EVIDENCE_NONE, EVIDENCE_TEXT, EVIDENCE_WORDING,
	EVIDENCE_ENHANCED, EVIDENCE_CODE };

struct cause {
	const struct provider_row *row;   /* or NULL */
	const struct category *category;  /* of row, or NULL */
	const struct enhanced_code *detail; /* or NULL */
	const struct meaning *meaning;    /* or NULL: no command known */
	enum evidence evidence;           /* for the cause */
	enum confidence confidence;
	enum act act;
	bool class_differs; /* enhanced class is not the first digit */
	bool act_differs;   /* wording and enhanced code name different ones */
};

void cause_find(const struct reply_view *v, const struct explain_context *ctx,
           struct cause *out);

#endif
