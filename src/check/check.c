#include "config.h"

#include "check/check.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

void check_begin(struct check *c, const char *id, const char *subject)
{
	assert(!c->id);
	*c = (struct check){ .id = id, .subject = xstrdup(subject),
		.grade = GRADE_UNKNOWN, .result = "", .say = "" };
}

static void free_args(char **args, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(args[i]);
}

void check_clear(struct check *c)
{
	for (size_t i = 0; i < c->n_steps; i++)
		free_args(c->steps[i].args, c->steps[i].n_args);
	free_args(c->args, c->n_args);
	free(c->steps);
	free(c->needs);
	free(c->subject);
	*c = (struct check){ .id = NULL };
}

static bool is_needed(const struct check *c, const struct dns_name *name,
                      uint16_t type)
{
	for (size_t i = 0; i < c->n_needs; i++)
		if (c->needs[i].type == type &&
		    dns_name_equal(&c->needs[i].name, name))
			return true;
	return false;
}

const struct dns_answer *check_ask(struct check *c, const struct facts *f,
                                   const struct dns_name *name, uint16_t type)
{
	const struct dns_answer *a = facts_find(f, name, type);

	if (a || c->n_needs == CHECK_NEEDS_MAX || is_needed(c, name, type))
		return a;
	c->needs = xreallocarray(c->needs, c->n_needs + 1, sizeof *c->needs);
	c->needs[c->n_needs] = (struct check_need){ *name, type };
	dns_name_lower(&c->needs[c->n_needs++].name);
	return NULL;
}

bool check_is_failure(const struct dns_answer *a)
{
	return a->status != DNS_NOERROR && a->status != DNS_NXDOMAIN &&
	       a->status != DNS_NODATA;
}

/* What does not fit is told by its size. */
static char *cut(const char *arg, size_t max)
{
	size_t len = strlen(arg);

	return len <= max ? xstrdup(arg)
	                  : xasprintf("%.*s... (%zu)", (int)max, arg, len);
}

/* How many there were. */
static size_t copy_args(char **out, size_t max, va_list ap)
{
	const char *arg;
	size_t n = 0;

	while ((arg = va_arg(ap, const char *))) {
		assert(n < CHECK_ARGS_MAX);
		out[n++] = cut(arg, max);
	}
	return n;
}

/* NULL: there are enough of them, and the last one says so. */
static struct check_step *new_step(struct check *c, unsigned depth,
                                   const char *say)
{
	bool full = c->n_steps >= CHECK_TRACE_MAX;

	if (c->n_steps > CHECK_TRACE_MAX)
		return NULL;
	c->steps = xreallocarray(c->steps, c->n_steps + 1, sizeof *c->steps);
	c->steps[c->n_steps] = (struct check_step){
		.say = full ? "trace-cut" : say,
		.depth = (uint8_t)(depth < UINT8_MAX ? depth : UINT8_MAX),
	};
	c->n_steps++;
	return full ? NULL : &c->steps[c->n_steps - 1];
}

void check_step_add(struct check *c, unsigned depth, const char *say, ...)
{
	struct check_step *step = new_step(c, depth, say);
	va_list ap;

	if (!step)
		return;
	va_start(ap, say);
	step->n_args = (uint8_t)copy_args(step->args, CHECK_RECORD_MAX, ap);
	va_end(ap);
}

static void add_record(struct check *c, unsigned depth,
                       const struct dns_answer *a, const struct dns_rr *rr)
{
	char owner_text[DNS_NAME_TEXT_MAX], type[10];
	struct dns_name owner;
	struct buf b = { 0 };

	dns_rr_owner(&a->msg, rr, &owner);
	buf_addf(&b, "%s %lu IN %s ", dns_name_text(&owner, owner_text),
	         (unsigned long)rr->ttl, dns_type_text(rr->type, type));
	dns_rr_text(&a->msg, rr, &b);
	check_step_add(c, depth, "record", buf_str(&b), NULL);
	buf_clear(&b);
}

/* "; example.org. IN TXT: NXDOMAIN" */
static void add_outcome(struct check *c, unsigned depth,
                        const struct dns_answer *a)
{
	char name[DNS_NAME_TEXT_MAX], type[10], *line;

	line = xasprintf("; %s IN %s: %s%s", dns_name_text(&a->name, name),
	                 dns_type_text(a->type, type),
	                 dns_status_name(a->status), a->ad ? " (AD)" : "");
	check_step_add(c, depth, "record", line, NULL);
	free(line);
}

void check_evidence(struct check *c, unsigned depth,
                    const struct dns_answer *a)
{
	bool any = false;

	for (size_t i = 0; i < a->msg.n; i++) {
		const struct dns_rr *rr = &a->msg.rr[i];

		if (rr->section != DNS_ANSWER || rr->type == RR_RRSIG)
			continue;
		add_record(c, depth, a, rr);
		any = true;
	}
	if (!any || a->status != DNS_NOERROR)
		add_outcome(c, depth, a);
}

void check_end(struct check *c, enum grade grade, const char *result,
               const char *say, ...)
{
	va_list ap;

	free_args(c->args, c->n_args);
	c->grade = grade;
	c->result = result;
	c->say = say;
	va_start(ap, say);
	c->n_args = copy_args(c->args, CHECK_SENTENCE_MAX, ap);
	va_end(ap);
}

void check_end_failed(struct check *c, const char *result,
                      const struct dns_answer *a)
{
	char name[DNS_NAME_TEXT_MAX], type[10];

	check_end(c, GRADE_UNKNOWN, result, "lookup-failed",
	          dns_name_host(&a->name, name), dns_type_text(a->type, type),
	          dns_status_name(a->status), NULL);
	c->temporary = true;
}

void check_end_badname(struct check *c, const char *result, const char *text)
{
	check_end(c, GRADE_UNKNOWN, result, "bad-name", text, NULL);
}

static struct ev_ref put_steps(struct event_builder *b, const struct check *c)
{
	struct ev_trace *list = xcalloc(c->n_steps, sizeof *list);
	struct ev_ref r;

	for (size_t i = 0; i < c->n_steps; i++) {
		const struct check_step *s = &c->steps[i];

		list[i].depth = s->depth;
		list[i].say = event_puts(b, s->say);
		list[i].args = event_put_texts(b,
		                               (const char *const *)s->args,
		                               s->n_args);
	}
	r = event_put_array(b, list, sizeof *list, c->n_steps);
	free(list);
	return r;
}

void check_event(struct event_builder *b, const struct check *c)
{
	struct ev_check *e;

	event_begin(b, EV_CHECK);
	e = &b->e.u.check;
	e->id = event_puts(b, c->id);
	e->subject = event_puts(b, c->subject);
	e->result = event_puts(b, c->result);
	e->say = event_puts(b, c->say);
	e->args = event_put_texts(b, (const char *const *)c->args, c->n_args);
	e->trace = put_steps(b, c);
	e->grade = (uint8_t)c->grade;
}
