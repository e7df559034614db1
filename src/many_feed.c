#include "config.h"

#include "many_feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/plans.h"
#include "front.h"
#include "net/start.h"
#include "record/list.h"
#include "util/i18n.h"
#include "util/xalloc.h"

struct feed {
	struct plan **plans; /* of TARGETs; else NULL */
	size_t n, at;
	const struct options *options;
	const struct scene *scene;
	const struct plan *base;
	struct list *list;
	struct seen seen;
	const struct resume *before; /* NULL: nothing is done yet */
	uint64_t total, given, wrong, twice, skipped, told;
	bool checked; /* what is there twice was told before */
	bool useless; /* nothing can be made of the list, and that was told */
};

struct feed *feed_of_plans(struct plan **plans, size_t n)
{
	struct feed *f = xcalloc(1, sizeof *f);

	f->plans = plans;
	f->n = f->total = n;
	return f;
}

struct feed *feed_of_list(const struct options *o, const struct scene *s,
                          const struct plan *base, char **error)
{
	struct list *list = list_open(o->input, error);
	struct feed *f;

	if (!list)
		return NULL;
	f = xcalloc(1, sizeof *f);
	f->list = list;
	f->options = o;
	f->scene = s;
	f->base = base;
	return f;
}

void feed_free(struct feed *f)
{
	if (!f)
		return;
	for (size_t i = f->at; i < f->n; i++)
		plan_free(f->plans[i]);
	free(f->plans);
	list_close(f->list);
	seen_clear(&f->seen);
	free(f);
}

int feed_fd(const struct feed *f)
{
	return list_fd(f->list);
}

uint64_t feed_total(const struct feed *f)
{
	return f->total;
}

uint64_t feed_given(const struct feed *f)
{
	return f->given;
}

uint64_t feed_wrong(const struct feed *f)
{
	return f->wrong;
}

void feed_skip(struct feed *f, const struct resume *before)
{
	f->before = before;
}

/* Names the line of the list. A screenful is enough to see what is the matter.
 * text: given away. */
static void tell_line(struct feed *f, char *text)
{
	if (f->told++ < FEED_TOLD_MAX)
		front_tell(xasprintf(_("%s, line %llu: %s"), list_name(f->list),
		                     (unsigned long long)list_line(f->list),
		                     text));
	free(text);
}

static void tell_more(struct feed *f)
{
	if (f->told > FEED_TOLD_MAX)
		front_tell(xasprintf(_("%s: more lines of that kind: %llu"),
		                     list_name(f->list),
		                     (unsigned long long)f->told -
		                     FEED_TOLD_MAX));
	f->told = 0;
}

static char *finish(const struct options *o, const struct scene *s,
                    const struct plan *base, const char *target,
                    struct plan **out)
{
	struct plan *p;
	char *error = plans_target(o, base, target, &p);

	if (error)
		return error;
	scene_fill(s, o, p);
	error = plans_finish(o, p);
	if (error)
		plan_free(p);
	else
		*out = p;
	return error;
}

/* The line has options of its own. */
static char *plan_apart(struct feed *f, const struct list_entry *e,
                        struct plan **out)
{
	struct options own;
	struct plan base;
	char *error = NULL;

	options_copy(&own, f->options);
	plan_init(&base);
	for (size_t i = 0; !error && i < e->n_pairs; i++)
		error = plans_line_option(&own, e->pairs[i].name,
		                          e->pairs[i].value);
	if (!error)
		error = plans_line_base(&own, f->base, &base);
	if (!error)
		error = finish(&own, f->scene, &base, e->target, out);
	plan_clear(&base);
	options_clear(&own);
	return error;
}

static char *plan_of(struct feed *f, const struct list_entry *e,
                     struct plan **out)
{
	char *error;

	if (e->n_pairs)
		error = plan_apart(f, e, out);
	else
		error = finish(f->options, f->scene, f->base, e->target, out);
	if (error || e->plain)
		return error;
	(*out)->input = xstrdup(e->text);
	if (*e->id)
		(*out)->id = xstrdup(e->id);
	return NULL;
}

/* text: given away. */
static void give_up(struct feed *f, char *text)
{
	f->wrong++;
	f->useless = true;
	front_tell(text);
}

static void wrong_line(struct feed *f, char *text)
{
	f->wrong++;
	tell_line(f, text);
}

/* False: it was there before. */
static bool is_new(struct feed *f, const struct list_entry *e)
{
	if (!seen_add(&f->seen, e->text, strlen(e->text)))
		return true;
	f->twice++;
	if (!f->checked)
		tell_line(f, xstrdup(_("says the same as an earlier line; "
		                       "it is done once")));
	return false;
}

/* Two texts of options that differ in the seed alone mean the same: it was
 * drawn when none was given. */
static void drop_seed(char *options)
{
	static const char seed[] = " --seed=";
	char *at = strstr(options, seed), *end;

	if (!at)
		return;
	end = at + sizeof seed - 1 + strspn(at + sizeof seed - 1, "0123456789");
	memmove(at, end, strlen(end) + 1);
}

/* One target is enough to see whether the same is asked for as before. */
static void compare_options(struct feed *f, const struct list_entry *e,
                            const struct plan *p)
{
	const struct resume *before = f->before;
	char *now, *then;

	if (!before->identity || strcmp(before->identity, e->text) != 0 ||
	    p->checks.like_mta) /* it is filled in later */
		return;
	now = start_options(p);
	then = xstrdup(before->options);
	drop_seed(now);
	drop_seed(then);
	if (strcmp(now, then) != 0) {
		give_up(f, xasprintf(_("--resume: %s was recorded with %s, and "
			"now it would be %s; a new --record FILE for these "
			"options"), e->text, then, now));
	}
	free(now);
	free(then);
}

/* Options that contradict each other are told once, not as the fault of each
 * line that has none of its own. */
static bool is_of_options(const struct feed *f, const struct list_entry *e,
                          const char *error)
{
	struct plan *any = NULL;
	char *same = e->n_pairs ? NULL
	             : finish(f->options, f->scene, f->base, "user@example.org",
	                      &any);
	bool is = same && strcmp(same, error) == 0;

	plan_free(any);
	free(same);
	return is;
}

/* A plan, unless it is not to be done. */
static bool take_entry(struct feed *f, const struct list_entry *e,
                       struct plan **out)
{
	char *error;

	if (!is_new(f, e))
		return false;
	error = plan_of(f, e, out);
	if (error && is_of_options(f, e, error)) {
		give_up(f, error);
		return false;
	}
	if (error) {
		wrong_line(f, error);
		return false;
	}
	if (!f->before || !seen_has(&f->before->done, e->text, strlen(e->text)))
		return true;
	f->skipped++;
	compare_options(f, e, *out);
	plan_free(*out);
	return false;
}

static void list_over(struct feed *f)
{
	tell_more(f);
	if (f->given + f->skipped + f->wrong > 0)
		return;
	give_up(f, xasprintf(_("%s holds no target; one a line, such as "
	                       "user@example.org"), list_name(f->list)));
}

static enum feed_result next_of_list(struct feed *f, struct plan **out)
{
	struct list_entry e;

	while (!f->useless) {
		switch (list_next(f->list, &e)) {
		case LIST_ENTRY:
			if (take_entry(f, &e, out))
				return FEED_PLAN;
			break;
		case LIST_WRONG:
			wrong_line(f, xstrdup(list_error(f->list)));
			break;
		case LIST_LATER: return FEED_LATER;
		case LIST_FAILED:
			give_up(f, xstrdup(list_error(f->list)));
			return FEED_END;
		case LIST_END: list_over(f); return FEED_END;
		}
	}
	return FEED_END;
}

enum feed_result feed_next(struct feed *f, struct plan **out)
{
	enum feed_result result = FEED_PLAN;

	if (f->list)
		result = next_of_list(f, out);
	else if (f->at < f->n)
		*out = f->plans[f->at++];
	else
		result = FEED_END;
	f->given += result == FEED_PLAN;
	return result;
}

static void other_list(struct feed *f)
{
	unsigned long long n = f->before->done.n - f->skipped;

	give_up(f, xasprintf(_("--resume: of the targets in %s, %llu are not "
	                       "in %s: it was made from another list"),
	                     f->options->record, n, f->options->input));
}

bool feed_check(struct feed *f)
{
	struct plan *p;

	if (!f->list || !list_is_file(f->list))
		return true;
	while (feed_next(f, &p) == FEED_PLAN)
		plan_free(p);
	if (!f->wrong && f->before && f->skipped < f->before->done.n)
		other_list(f);
	if (f->wrong && !f->useless)
		front_tell(xasprintf(_("%s: lines that are wrong: %llu; "
		                       "nothing was sent"), f->options->input,
		                     (unsigned long long)f->wrong));
	if (f->wrong)
		return false;
	f->total = f->given + f->skipped;
	f->given = f->skipped = f->twice = 0;
	f->checked = true;
	seen_clear(&f->seen);
	list_rewind(f->list);
	return true;
}
