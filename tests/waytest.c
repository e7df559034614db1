#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <sys/wait.h>

#include "waytest.h"

struct client c;

int set_up(void **state)
{
	(void)state;
	client_start(&c, NULL);
	return 0;
}

int tear_down(void **state)
{
	(void)state;
	client_stop(&c);
	return waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD ? 0 : -1;
}

int run(struct plan *p)
{
	const struct event *e = client_run(&c, p, WAIT_MS);

	assert_non_null(e);
	assert_true(client_in_order(&c));
	return e->u.end.exit;
}

const char *failure(enum fail_phase phase, enum fail_kind kind)
{
	const struct event *e = client_find(&c, EV_FAILED, 0);

	assert_non_null(e);
	assert_int_equal(client_count(&c, EV_FAILED), 1);
	assert_int_equal(e->u.failed.phase, phase);
	assert_int_equal(e->u.failed.kind, kind);
	return event_text(e, e->u.failed.detail);
}

const char *finding_arg(const char *id)
{
	for (size_t i = 0; i < client_count(&c, EV_FINDING); i++) {
		const struct event *e = client_find(&c, EV_FINDING, i);

		if (strcmp(event_text(e, e->u.finding.id), id) == 0)
			return e->u.finding.args.len
			       ? event_item_text(e, e->u.finding.args, 0) : "";
	}
	return NULL;
}
