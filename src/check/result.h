/*
 * result: what became of one target, folded from the events of its run: the
 * verdict that decided, the reply it is about, whose server it was and how long
 * it took. Pure; one thread.
 */
#ifndef CHECK_RESULT_H
#define CHECK_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/event.h"
#include "knowledge/identify.h"

enum {
	RESULT_REPLIES = 128, /* looked back at: a session has at most 100
	                       * recipients, and a few replies beside them */
	RESULT_EXITS = 16,    /* more than there are (check/verdict.h) */
};

struct result { /* {0} is a good beginning; result_clear() frees */
	char *target;
	const struct event *verdict; /* that decided; NULL: there was none */
	uint8_t outcome, act, exit; /* enums of event.h; exit status */
	uint16_t code;         /* of the reply it is about; 0 none */
	char enhanced[12];     /* "5.7.26", "" none */
	struct identify who;
	int64_t start_us, end_us; /* t_us of the run's first and last event */
	bool ended;
	struct result_reply {
		uint32_t n;
		uint16_t code;
		char enhanced[12];
	} replies[RESULT_REPLIES];
	uint32_t n_replies;
	struct event *verdicts[RESULT_EXITS]; /* the newest of each exit */
	size_t n_verdicts;
};

/* An EV_START forgets what was before. */
void result_event(struct result *r, const struct event *e);
void result_clear(struct result *r);
/* Who runs the server: "Google" or, where nothing is known, NULL. Borrowed
 * from constant tables. */
const char *result_operator(const struct result *r);

#endif
