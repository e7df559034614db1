/*
 * cause_checks: what the checks add to the cause of a refusal. Only a check
 * that came out bad, or with a warning, supports anything; what is unknown or
 * a mere note says nothing. Pure; any thread.
 */
#ifndef KNOWLEDGE_CAUSE_CHECKS_H
#define KNOWLEDGE_CAUSE_CHECKS_H

#include "knowledge/cause.h"

/*
 * A cause that was found is supported or contradicted; one that was not is
 * taken from the first check that failed and that the server could know of
 * at this command (study order: the client's address, blocklists, the sender's
 * domain, SPF, then what needs the message).
 */
void cause_checks(struct cause *j, const struct reply_view *v,
                  const struct explain_context *ctx);

#endif
