#include "config.h"

#include "check/onetxt.h"

#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

static bool begins(struct buf *text, const char *begin)
{
	size_t len = strlen(begin);

	return text->len >= len && memcmp(buf_str(text), begin, len) == 0;
}

static bool is_like(struct buf *text, const struct onetxt_kind *k)
{
	return strstr(buf_str(text), k->like) != NULL;
}

/* Does the record say more than what is kept so far? */
static bool is_better(struct onetxt *t, struct buf *text,
                      const struct onetxt_kind *k)
{
	if (t->status == ONETXT_ABSENT)
		return true;
	return t->status == ONETXT_OTHERS && !is_like(&t->text, k) &&
	       is_like(text, k);
}

static void keep(struct onetxt *t, enum onetxt_status status,
                 struct buf *text)
{
	buf_clear(&t->text);
	t->text = *text;
	*text = (struct buf){ 0 };
	t->status = status;
}

static void take_record(struct onetxt *t, size_t i,
                        const struct onetxt_kind *k)
{
	const struct dns_answer *a = t->answer;
	struct buf text = { 0 };

	dns_rr_txt(&a->msg, answer_rr(a, i), &text);
	if (!begins(&text, k->begin)) {
		if (is_better(t, &text, k))
			keep(t, ONETXT_OTHERS, &text);
	} else if (t->status == ONETXT_ONE || t->status == ONETXT_MANY) {
		t->status = ONETXT_MANY;
	} else {
		keep(t, ONETXT_ONE, &text);
	}
	buf_clear(&text);
}

void onetxt_find(struct onetxt *out, struct check *c, const struct facts *f,
                 const struct dns_name *name, const struct onetxt_kind *k)
{
	const struct dns_answer *a = check_ask(c, f, name, RR_TXT);

	*out = (struct onetxt){ .status = ONETXT_NEEDED, .answer = a };
	if (!a)
		return;
	check_evidence(c, 0, a);
	out->status = ONETXT_ABSENT;
	if (check_is_failure(a)) {
		out->status = ONETXT_FAILED;
		return;
	}
	for (size_t i = 0; i < a->n; i++)
		if (!answer_rr(a, i)->bad)
			take_record(out, i, k);
}

void onetxt_clear(struct onetxt *t)
{
	buf_clear(&t->text);
}

bool onetxt_name(struct dns_name *out, const char *label, const char *domain)
{
	char *text = xasprintf("%s.%s", label, domain);
	bool ok = dns_name_parse(out, text) == DNS_NAME_OK;

	free(text);
	return ok;
}

/* Something is at that name, and was meant to be a record, perhaps. */
static void end_others(struct check *c, struct buf *text,
                       const struct onetxt_kind *k)
{
	if (is_like(text, k))
		check_end(c, GRADE_BAD, "", k->wrong_begin, buf_str(text),
		          NULL);
	else
		check_end(c, GRADE_NOTE, "", k->absent, c->subject, NULL);
}

bool onetxt_record(struct onetxt *out, struct check *c, const struct facts *f,
                   const struct onetxt_kind *k)
{
	struct dns_name name;

	*out = (struct onetxt){ .status = ONETXT_FAILED };
	if (!onetxt_name(&name, k->label, c->subject)) {
		check_end_badname(c, "", c->subject);
		return false;
	}
	onetxt_find(out, c, f, &name, k);
	if (out->status == ONETXT_FAILED)
		check_end_failed(c, "", out->answer);
	else if (out->status == ONETXT_ABSENT)
		check_end(c, GRADE_NOTE, "", k->absent, c->subject, NULL);
	else if (out->status == ONETXT_OTHERS)
		end_others(c, &out->text, k);
	else if (out->status == ONETXT_MANY)
		check_end(c, GRADE_BAD, "", k->many, c->subject, NULL);
	return out->status == ONETXT_ONE;
}

static bool is_field(const struct tag *t)
{
	return t->fault == TAG_OK && t->value_len > 0 &&
	       t->name + t->name_len + 1 == t->value;
}

const struct tag *onetxt_bad_field(const struct taglist *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (!is_field(&l->tags[i]))
			return &l->tags[i];
	return NULL;
}
