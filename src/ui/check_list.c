#include "config.h"

#include "ui/check_list.h"

#include <string.h>

#include "knowledge/check_words.h"

static const struct {
	const char *glyph; /* NULL: of mark */
	enum glyph mark;
	enum style style;
} looks[GRADE_COUNT] = {
	[GRADE_PASS] = { NULL, GLYPH_OK, STYLE_OK },
	[GRADE_NOTE] = { NULL, GLYPH_NOTE, STYLE_NOTE },
	[GRADE_WARN] = { NULL, GLYPH_LATER, STYLE_LATER },
	[GRADE_BAD] = { NULL, GLYPH_NO, STYLE_NO },
	[GRADE_UNKNOWN] = { "?", GLYPH_NOTE, STYLE_DIM },
};

const char *check_glyph(enum grade g)
{
	return looks[g].glyph ? looks[g].glyph : glyph(looks[g].mark);
}

enum style check_style(enum grade g)
{
	return looks[g].style;
}

static const char *id_of(const struct event *e)
{
	return event_text(e, e->u.check.id);
}

static void add(struct check_list *list, size_t at)
{
	if (list->n < CHECK_LIST_MAX)
		list->at[list->n++] = at;
}

void check_list_fill(const struct dialog_now *now, struct check_list *out)
{
	const struct check_kind *k;

	out->n = 0;
	for (size_t i = 0; (k = check_kind_at(i)); i++)
		for (size_t j = 0; j < now->n_checks; j++)
			if (strcmp(id_of(now->checks[j]), k->id) == 0)
				add(out, j);
	for (size_t j = 0; j < now->n_checks; j++)
		if (!check_kind_find(id_of(now->checks[j])))
			add(out, j);
}

static size_t first_of(const struct dialog_now *now,
                       const struct check_list *list, enum grade g)
{
	size_t i = 0;

	while (i < list->n && now->checks[list->at[i]]->u.check.grade != g)
		i++;
	return i;
}

size_t check_list_worst(const struct dialog_now *now,
                        const struct check_list *list)
{
	size_t i = first_of(now, list, GRADE_BAD);

	if (i == list->n)
		i = first_of(now, list, GRADE_WARN);
	return i < list->n ? i : 0;
}

size_t check_count(const struct dialog_now *now, enum grade g)
{
	size_t n = 0;

	for (size_t i = 0; i < now->n_checks; i++)
		n += now->checks[i]->u.check.grade == g;
	return n;
}
