/*
 * C10: a password typed at a terminal while the terminal changes: neither its
 * screen nor what was written to it, nor any file, holds the canary, and the
 * terminal has its echo back.
 */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "canary.h"
#include "smtpfault.h"
#include "netscript.h"
#include "sanitized.h"
#include "util/xalloc.h"
#include "vt.h"

static const struct fault login[] = { GREET, HEAR,
	SAY("250-mx.example\r\n250 AUTH PLAIN\r\n"),
	HEAR, SAY("535 5.7.8 not " CANARY "\r\n"), HEAR, BYE, CLOSE, END };

struct terminal {
	struct smtpfault *f;
	struct vt *v;
};

static void open_terminal(struct terminal *t, const char *front)
{
	static const struct fault *const scripts[] = { login };
	char target[32];
	const char *argv[] = { getenv("SMTPSCOPE"),
		"--auth-user=" CANARY_USER, "--auth=PLAIN", "--auth-clear",
		target, front, NULL };
	const struct vt_options o = { .w = 80, .h = 24, .argv = argv };

	t->f = smtpfault_start(scripts, 1);
	snprintf(target, sizeof target, "127.0.0.1:%u", smtpfault_port(t->f));
	t->v = vt_start(&o);
}

static void close_terminal(struct terminal *t)
{
	size_t len;
	const char *raw = vt_raw(t->v, &len);
	const char *form = canary_in(raw, len);

	if (form)
		fail_msg("the terminal was shown the secret: %s", form);
	vt_free(t->v);
	smtpfault_stop(t->f);
}

static bool echoes(const struct vt *v)
{
	struct termios t;

	vt_termios(v, &t);
	return t.c_lflag & ECHO;
}

static void test_C10_resized_while_it_is_typed(void **state)
{
	struct terminal t;
	char *heard;
	int status;

	(void)state;
	open_terminal(&t, "--batch");
	assert_true(vt_wait_text(t.v, "Password of ada"));
	assert_false(echoes(t.v));
	vt_send(t.v, CANARY, 6);
	vt_resize(t.v, 40, 10);
	assert_false(echoes(t.v));
	vt_send(t.v, &(CANARY "\n")[6], sizeof CANARY - 6);
	assert_int_equal(vt_wait_job(t.v, &status), VT_EXITED);
	assert_int_equal(status, 77);
	assert_true(echoes(t.v));
	heard = smtpfault_heard(t.f);
	assert_non_null(canary_in(heard, strlen(heard))); /* it was sent */
	free(heard);
	close_terminal(&t);
}

static void test_C10_stopped_while_it_is_typed(void **state)
{
	struct terminal t;

	(void)state;
	if (SIGNALS_COME_LATE)
		skip();
	open_terminal(&t, "--batch");
	assert_true(vt_wait_text(t.v, "Password of ada"));
	vt_send(t.v, CANARY, 6);
	vt_signal(t.v, SIGTSTP);
	assert_int_equal(vt_wait_job(t.v, NULL), VT_STOPPED);
	assert_true(echoes(t.v));
	vt_continue(t.v);
	assert_true(vt_wait_text(t.v, "Password of ada"));
	vt_signal(t.v, SIGTERM);
	assert_int_equal(vt_wait_job(t.v, NULL), VT_KILLED);
	assert_true(echoes(t.v));
	close_terminal(&t);
}

/* The whole inspector, Enter by Enter; the server says the secret again. */
static void test_C03_inspector_draws_no_secret(void **state)
{
	struct terminal t;

	(void)state;
	open_terminal(&t, NULL);
	assert_true(vt_wait_text(t.v, "Password of ada"));
	vt_send(t.v, CANARY "\n", sizeof CANARY);
	/* the bytes of the password are not the inspector's: no key can be
	 * waited for, only what it brings */
	assert_true(vt_wait_text(t.v, "EHLO> EHLO"));
	assert_true(vt_keys(t.v, "<Enter>", false));
	assert_true(vt_wait_text(t.v, "> AUTH PLAIN ****"));
	assert_true(vt_keys(t.v, "<Enter>", false));
	assert_true(vt_wait_text(t.v, "5.7.8 not ****"));
	close_terminal(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_C03_inspector_draws_no_secret),
		cmocka_unit_test(test_C10_resized_while_it_is_typed),
		cmocka_unit_test(test_C10_stopped_while_it_is_typed),
	};

	if (!getenv("SMTPSCOPE"))
		return 77;
	return cmocka_run_group_tests_name("canary on screen", tests, NULL,
	                                   NULL);
}
