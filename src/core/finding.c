#include "config.h"

#include "core/finding.h"

#include <assert.h>
#include <string.h>

#include "core/escape.h"
#include "util/i18n.h"

static const struct finding_info findings[] = {
#define FINDING(name, how, en, de, rfc)                                        \
	{ .id = name, .level = how, .text_en = en, .text_de = de,              \
	  .source = rfc },
#include "core/findings.inc"
#undef FINDING
};

const struct finding_info *finding_find(const char *id)
{
	for (size_t i = 0; i < sizeof findings / sizeof *findings; i++)
		if (strcmp(findings[i].id, id) == 0)
			return &findings[i];
	return NULL;
}

void finding_begin(struct event_builder *b, const char *id,
                   const char *const *args, size_t count, uint32_t about)
{
	const struct finding_info *f = finding_find(id);

	assert(f);
	event_begin(b, EV_FINDING);
	b->e.u.finding.id = event_puts(b, id);
	b->e.u.finding.level = (uint8_t)level_find(f->level);
	b->e.u.finding.args = event_put_texts(b, args, count);
	b->e.u.finding.about = about;
	b->e.u.finding.caret = -1;
}

/* Appends argument number digit ('1'..'9') of the finding, escaped. */
static void add_arg(struct buf *out, const struct event *e, char digit)
{
	uint32_t i = (uint32_t)(digit - '1');
	struct ev_ref r;

	if (i >= e->u.finding.args.len)
		return;
	r = event_item(e, e->u.finding.args, i);
	escape_text(out, event_text(e, r), r.len, i18n_is_ascii());
}

char *finding_sentence(const struct event *e)
{
	const char *id = event_text(e, e->u.finding.id);
	const struct finding_info *f = finding_find(id);
	struct buf out = { 0 };

	if (!f) { /* from a newer version: its name is all we have */
		escape_text(&out, id, e->u.finding.id.len, i18n_is_ascii());
		buf_str(&out);
		return buf_steal(&out);
	}
	for (const char *p = i18n_pick(f->text_en, f->text_de); *p; p++) {
		if (*p == '%' && p[1] >= '1' && p[1] <= '9')
			add_arg(&out, e, *++p);
		else
			buf_addc(&out, *p);
	}
	return buf_steal(&out);
}
