#include "config.h"

#include "checkseen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/finding.h"
#include "knowledge/check_words.h"

/* Every %1 and {1} of the text has its argument. */
static void look_at_text(const char *id, const char *text, size_t n_args)
{
	for (const char *p = text; *p; p++)
		if ((*p == '%' || *p == '{') && p[1] >= '1' && p[1] <= '9' &&
		    (size_t)(p[1] - '0') > n_args)
			fail_msg("%s wants more than %zu arguments", id,
			         n_args);
}

static void look_at_sentence(const char *id, size_t n_args)
{
	const struct check_say *say = check_say_find(id);
	const struct finding_info *f = finding_find(id);

	if (!say && !f)
		fail_msg("no sentence: %s", id);
	if (!say) {
		look_at_text(id, f->text_en, n_args);
		return;
	}
	assert_true(*say->text_en && *say->text_de);
	assert_int_equal(*say->next_en == '\0', *say->next_de == '\0');
	look_at_text(id, say->text_en, n_args);
	look_at_text(id, say->text_de, n_args);
	look_at_text(id, say->next_en, n_args);
	look_at_text(id, say->next_de, n_args);
}

static void put_needs(struct buf *out, const struct check *c)
{
	char text[DNS_NAME_TEXT_MAX], type[10];

	buf_adds(out, "needs");
	for (size_t i = 0; i < c->n_needs; i++)
		buf_addf(out, " %s/%s", dns_name_host(&c->needs[i].name, text),
		         dns_type_text(c->needs[i].type, type));
	if (c->needs_policy)
		buf_adds(out, " policy");
}

void put_check(struct buf *out, const struct check *c)
{
	if (c->n_needs || c->needs_policy) {
		put_needs(out, c);
		return;
	}
	assert_string_not_equal(c->say, "");
	buf_adds(out, grade_name(c->grade));
	if (*c->result)
		buf_addf(out, " %s", c->result);
	buf_addf(out, ": %s", c->say);
	for (size_t i = 0; i < c->n_args; i++)
		buf_addf(out, " %s", c->args[i]);
	look_at_sentence(c->say, c->n_args);
	for (size_t i = 0; i < c->n_steps; i++)
		look_at_sentence(c->steps[i].say, c->steps[i].n_args);
}

void put_steps(struct buf *out, const struct check *c)
{
	const char *between = "";

	for (size_t i = 0; i < c->n_steps; i++) {
		const struct check_step *s = &c->steps[i];

		if (strcmp(s->say, "record") == 0)
			continue;
		buf_addf(out, "%s%s", between, s->say);
		for (size_t k = 0; k < s->n_args; k++)
			buf_addf(out, " %s", s->args[k]);
		between = "; ";
	}
}

bool has_step(const struct check *c, const char *say)
{
	for (size_t i = 0; i < c->n_steps; i++)
		if (strcmp(c->steps[i].say, say) == 0)
			return true;
	return false;
}
