#include "config.h"

#include "checkrun.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rowtests.h"
#include "util/xalloc.h"

enum { HTTPS_PORT = 443, NOBODY_PORT = 1 /* tcpmux */ };

static void add(char ***list, size_t *n, const char *text)
{
	*list = xreallocarray(*list, *n + 1, sizeof **list);
	(*list)[(*n)++] = xstrdup(text);
}

static void set(char **field, const char *text)
{
	free(*field);
	*field = xstrdup(text);
}

static struct plan *plan_for(const struct checkrun_config *cfg)
{
	struct plan *p = client_plan("two.test");

	p->stage = STAGE_ROUTE;
	p->seed = 1;
	p->checks.wanted = true;
	p->checks.ip = xstrdup(CHECKRUN_IP);
	set(&p->helo, CHECKRUN_HELO);
	set(&p->from, cfg->from ? cfg->from : "user@two.test");
	add(&p->checks.selectors, &p->checks.n_selectors, CHECKRUN_SELECTOR);
	add(&p->checks.dnsbls, &p->checks.n_dnsbls, CHECKRUN_LIST);
	return p;
}

static void check_sizes(const struct client *c)
{
	const struct event *e;

	for (size_t i = 0; (e = client_find(c, EV_CHECK, i)); i++)
		assert_true(e->size <= CHECKRUN_EVENT_MAX);
}

void checkrun_start(struct checkrun *r, const struct checkrun_config *cfg)
{
	struct worker_config worker = { .no_mta = true,
		.policy_ms = cfg->policy_ms,
		.dns_try_ms = cfg->dns_try_ms, .redirects = &r->to_web,
		.n_redirects = 1 };

	*r = (struct checkrun){ .dns = dnsfault_start_with(&cfg->dns),
		.to_web = { .address = CHECKRUN_WEB, .port = HTTPS_PORT,
		            .to_port = NOBODY_PORT } };
	worker.dns = dnsfault_server(r->dns);
	if (cfg->web) {
		r->web = httpsd_start("mta-sts.two.test", cfg->web);
		r->to_web.to_port = httpsd_port(r->web);
		worker.trust_pem = httpsd_authority(r->web);
	}
	dnsrun(&r->c, &worker, plan_for(cfg));
	r->text = dnsrun_text(&r->c);
	if (getenv("FAULT_SHOW"))
		fputs(r->text, stderr); /* cmocka would cut it */
	check_sizes(&r->c);
}

void checkrun_stop(struct checkrun *r)
{
	client_stop(&r->c);
	dnsfault_stop(r->dns);
	httpsd_stop(r->web);
	free(r->text);
}

const struct event *checkrun_find(const struct checkrun *r, const char *kind)
{
	const struct event *e;

	for (size_t i = 0; (e = client_find(&r->c, EV_CHECK, i)); i++)
		if (strcmp(event_text(e, e->u.check.id), kind) == 0)
			return e;
	return NULL;
}

void checkrun_expect(const struct checkrun *r, const struct checkrun_want *w)
{
	const struct event *e = checkrun_find(r, w->kind);
	char *got, *want;

	assert_non_null(e);
	got = xasprintf("%s %s %s %s", w->kind,
	                grade_name((enum grade)e->u.check.grade),
	                event_text(e, e->u.check.result),
	                event_text(e, e->u.check.say));
	want = xasprintf("%s %s %s %s", w->kind, grade_name(w->grade),
	                 w->result, w->say);
	assert_string_equal(got, want);
	free(got);
	free(want);
}

static void run_row(void **state)
{
	const struct checkrun_row *row = *state;
	const struct checkrun_config cfg = { .dns = { .rows = row->zone },
		.from = row->from, .web = row->web,
		.policy_ms = row->policy_ms };
	struct checkrun r;

	checkrun_start(&r, &cfg);
	dnsrun_promises(&r.c, r.text, row->never);
	checkrun_expect(&r, &row->want);
	for (size_t i = 0; i < 3 && row->shown[i]; i++)
		dnsrun_shows(r.text, row->shown[i]);
	checkrun_stop(&r);
}

int checkrun_all(const char *name, const struct checkrun_row *rows, size_t n)
{
	return rowtests_run(name, rows, sizeof *rows, n, run_row);
}
