#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/next.h"

/* Where a run goes after a session, as a table. */

enum who { BATCH, PERSON, ALL, STEPS, MUST, VERIFY, DANE, WRAP, NEVER,
	LMTP };

#define FAILED(p, k) .failed = true, .phase = PHASE_##p, .fail = FAIL_##k
#define REPLY(v, c) .verb = VERB_##v, .code = c
#define REACHED(s) .any_stage = true, .reached = STAGE_##s

static const struct row {
	const char *name;
	enum who who;
	struct session_result r;
	enum outcome outcome;
	enum next_step next;
} rows[] = {
{ "refused", BATCH, { FAILED(CONNECT, REFUSED) }, OUT_UNREACHABLE,
  NEXT_ADDRESS },
{ "refused, a person", PERSON, { FAILED(CONNECT, REFUSED) }, OUT_UNREACHABLE,
  NEXT_ADDRESS },
{ "no answer", BATCH, { FAILED(CONNECT, TIMEOUT) }, OUT_UNREACHABLE,
  NEXT_ADDRESS },
{ "no route", BATCH, { FAILED(CONNECT, UNREACHABLE) }, OUT_UNREACHABLE,
  NEXT_ADDRESS },
{ "cancelled", BATCH, { FAILED(CONNECT, CANCELLED) }, OUT_CANCELLED,
  NEXT_NONE },
{ "cancelled, all", ALL, { FAILED(DIALOG, CANCELLED) }, OUT_CANCELLED,
  NEXT_NONE },
{ "no greeting", BATCH, { FAILED(GREETING, TIMEOUT) }, OUT_UNREACHABLE,
  NEXT_ADDRESS },
{ "no greeting, a person", PERSON, { FAILED(GREETING, TIMEOUT) },
  OUT_UNREACHABLE, NEXT_NONE },
{ "another service greets", BATCH, { FAILED(GREETING, PROTOCOL) },
  OUT_PROTOCOL, NEXT_ADDRESS },
{ "greeting says later", BATCH, { REPLY(CONNECT, 421) }, OUT_DEFERRED,
  NEXT_ADDRESS },
{ "greeting says later, a person", PERSON, { REPLY(CONNECT, 421) },
  OUT_DEFERRED, NEXT_NONE },
{ "greeting says later, steps", STEPS, { REPLY(CONNECT, 450) }, OUT_DEFERRED,
  NEXT_ADDRESS },
{ "greeting says never", BATCH, { REPLY(CONNECT, 554) }, OUT_REFUSED,
  NEXT_NONE },
{ "EHLO says later", BATCH, { REPLY(EHLO, 450), REACHED(CONNECT) },
  OUT_DEFERRED, NEXT_ADDRESS },
{ "EHLO says later, steps", STEPS, { REPLY(EHLO, 450), REACHED(CONNECT) },
  OUT_DEFERRED, NEXT_NONE },
{ "EHLO says never", BATCH, { REPLY(EHLO, 550), REACHED(CONNECT) },
  OUT_REFUSED, NEXT_NONE },
{ "MAIL says later", BATCH, { REPLY(MAIL, 451), REACHED(EHLO) },
  OUT_DEFERRED, NEXT_ADDRESS },
{ "MAIL says never", BATCH, { REPLY(MAIL, 550), REACHED(EHLO) }, OUT_REFUSED,
  NEXT_NONE },
{ "login says later", BATCH, { REPLY(AUTH, 454), REACHED(EHLO) },
  OUT_DEFERRED, NEXT_ADDRESS },
{ "login refused", BATCH, { REPLY(AUTH, 535), REACHED(EHLO) }, OUT_AUTH,
  NEXT_NONE },
{ "all accepted", BATCH, { REPLY(RCPT, 250), REACHED(RCPT), .accepted = 2 },
  OUT_ACCEPTED, NEXT_NONE },
{ "all refused", BATCH, { REPLY(RCPT, 550), REACHED(MAIL), .refused = 2 },
  OUT_REFUSED, NEXT_NONE },
{ "all put off", BATCH, { REPLY(RCPT, 450), REACHED(MAIL), .deferred = 2 },
  OUT_DEFERRED, NEXT_ADDRESS },
{ "all put off, a person", PERSON, { REPLY(RCPT, 450), REACHED(MAIL),
  .deferred = 2 }, OUT_DEFERRED, NEXT_NONE },
{ "one put off, one accepted", BATCH, { REPLY(RCPT, 250), REACHED(RCPT),
  .deferred = 1, .accepted = 1 }, OUT_MIXED, NEXT_DEFERRED },
{ "one put off, one refused", BATCH, { REPLY(RCPT, 550), REACHED(MAIL),
  .deferred = 1, .refused = 1 }, OUT_DEFERRED, NEXT_DEFERRED },
{ "one put off, the message taken for the other", BATCH,
  { REPLY(END_OF_DATA, 250), REACHED(DOT), .deferred = 1, .accepted = 1 },
  OUT_MIXED, NEXT_DEFERRED },
{ "DATA says later", BATCH, { REPLY(DATA, 451), REACHED(RCPT),
  .accepted = 1 }, OUT_DEFERRED, NEXT_ADDRESS },
{ "the dot says later", BATCH, { REPLY(END_OF_DATA, 451), REACHED(DATA),
  .accepted = 1 }, OUT_DEFERRED, NEXT_ADDRESS },
{ "the dot says never", BATCH, { REPLY(END_OF_DATA, 554), REACHED(DATA),
  .accepted = 1 }, OUT_REFUSED, NEXT_NONE },
{ "lost in the dialog", BATCH, { FAILED(DIALOG, RESET), REACHED(EHLO) },
  OUT_UNREACHABLE, NEXT_ADDRESS },
{ "late in the dialog", BATCH, { FAILED(DIALOG, TIMEOUT), REACHED(MAIL) },
  OUT_UNREACHABLE, NEXT_ADDRESS },
{ "lost in the dialog, a person", PERSON, { FAILED(DIALOG, RESET),
  REACHED(EHLO) }, OUT_UNREACHABLE, NEXT_NONE },
{ "lost in the dialog, steps", STEPS, { FAILED(DIALOG, RESET),
  REACHED(EHLO) }, OUT_UNREACHABLE, NEXT_NONE },
{ "lost behind the message: it may have been taken", BATCH,
  { FAILED(DIALOG, CLOSED), REACHED(DATA), .accepted = 1 }, OUT_UNREACHABLE,
  NEXT_NONE },
{ "out of step", BATCH, { FAILED(DIALOG, PROTOCOL), REACHED(EHLO) },
  OUT_PROTOCOL, NEXT_NONE },
{ "too much", BATCH, { FAILED(DIALOG, LIMIT), REACHED(EHLO) }, OUT_PROTOCOL,
  NEXT_NONE },
{ "handshake fails, may", BATCH, { FAILED(TLS, TLS), REACHED(EHLO) },
  OUT_TLS, NEXT_CLEAR },
{ "handshake fails, may, a person", PERSON, { FAILED(TLS, TLS),
  REACHED(EHLO) }, OUT_TLS, NEXT_CLEAR },
{ "TLS breaks later, may", BATCH, { FAILED(DIALOG, TLS), REACHED(MAIL) },
  OUT_TLS, NEXT_ADDRESS },
{ "TLS breaks later, a person", PERSON, { FAILED(DIALOG, TLS),
  REACHED(MAIL) }, OUT_TLS, NEXT_NONE },
{ "TLS breaks behind the message", BATCH, { FAILED(DIALOG, TLS),
  REACHED(DATA) }, OUT_TLS, NEXT_NONE },
{ "TLS breaks behind the message, must", MUST, { FAILED(DIALOG, TLS),
  REACHED(DATA) }, OUT_TLS, NEXT_NONE },
{ "LMTP: one has it, the last is put off", LMTP, { REPLY(END_OF_DATA, 452),
  REACHED(DOT), .accepted = 1, .deferred = 1 }, OUT_MIXED, NEXT_DEFERRED },
{ "LMTP: all are put off, in a chunk", LMTP, { REPLY(BDAT, 452),
  REACHED(RCPT), .deferred = 2 }, OUT_DEFERRED, NEXT_ADDRESS },
{ "the last chunk was sent, no reply came", BATCH, { FAILED(DIALOG, CLOSED),
  REACHED(RCPT), .all_sent = true }, OUT_UNREACHABLE, NEXT_NONE },
{ "handshake fails, must", MUST, { FAILED(TLS, TLS), REACHED(EHLO) },
  OUT_TLS, NEXT_ADDRESS },
{ "no STARTTLS, must", MUST, { REPLY(STARTTLS, 454), REACHED(EHLO) },
  OUT_TLS, NEXT_ADDRESS },
{ "wrong name, verify", VERIFY, { FAILED(TLS, TLS), REACHED(EHLO) }, OUT_TLS,
  NEXT_ADDRESS },
{ "no match, dane", DANE, { FAILED(TLS, TLS), REACHED(EHLO) }, OUT_TLS,
  NEXT_ADDRESS },
{ "handshake fails at 465", WRAP, { FAILED(TLS, TLS), REACHED(CONNECT) },
  OUT_TLS, NEXT_ADDRESS },
{ "TLS is demanded and not offered, may", BATCH, { REPLY(MAIL, 530),
  REACHED(EHLO) }, OUT_TLS, NEXT_NONE },
{ "TLS is demanded and never wanted", NEVER, { REPLY(MAIL, 530),
  REACHED(EHLO) }, OUT_TLS, NEXT_NONE },
{ "all are visited", ALL, { REPLY(RCPT, 250), REACHED(RCPT), .accepted = 1 },
  OUT_ACCEPTED, NEXT_ADDRESS },
{ "all are visited, also behind a no", ALL, { REPLY(CONNECT, 554) },
  OUT_REFUSED, NEXT_ADDRESS },
};

static void plan_for(struct plan *p, enum who who)
{
	plan_init(p);
	p->hold_enter = who != PERSON;
	p->all = who == ALL;
	p->protocol = who == LMTP ? PROTO_LMTP : PROTO_ESMTP;
	p->tls.wrap = who == WRAP;
	p->tls.policy = who == MUST ? TLS_MUST : who == VERIFY ? TLS_VERIFY
	                : who == DANE ? TLS_DANE
	                : who == NEVER ? TLS_NEVER : TLS_MAY;
	if (who == STEPS)
		plan_add_step(p, STEP_SEND, "EHLO a", 0);
}

static void test_next_row(void **state)
{
	const struct row *row = *state;
	struct judge_sum sum = { .outcome = (uint8_t)row->outcome };
	struct session_result result = row->r;
	struct plan p;

	plan_for(&p, row->who);
	result.policy = p.tls.policy;
	assert_int_equal(next_after(&p, &result, &sum), row->next);
	plan_clear(&p);
}

int main(void)
{
	enum { ROWS = sizeof rows / sizeof *rows };
	struct CMUnitTest tests[ROWS];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, test_next_row,
			NULL, NULL, (void *)&rows[i] };
	return cmocka_run_group_tests_name("next", tests, NULL, NULL);
}
