#include "config.h"

#include "ui/veil.h"

#include <stdlib.h>
#include <string.h>

#include "knowledge/vocabulary.h"
#include "util/xalloc.h"

static void show(struct veil *v, const struct event *e)
{
	struct event *masked = mask_event(v->mask, e);

	dialog_append(v->shown, masked);
	free(masked);
}

void veil_on(struct veil *v, struct ui_link *link, enum mask_mode mode)
{
	const struct dialog_now *now = dialog_now(link->dialog);

	veil_off(v, link);
	if (mode == MASK_OFF)
		return;
	v->mode = mode;
	v->mask = mask_new(mode, &vocabulary);
	v->truth = link->dialog;
	v->shown = dialog_new();
	for (size_t i = 0; i < dialog_count(v->truth); i++)
		show(v, dialog_at(v->truth, i));
	if (now->prompt) /* these two are in no list */
		show(v, now->prompt);
	if (now->ask)
		show(v, now->ask);
	link->dialog = v->shown;
}

void veil_off(struct veil *v, struct ui_link *link)
{
	if (!v->mask)
		return;
	link->dialog = v->truth;
	veil_clear(v);
}

void veil_clear(struct veil *v)
{
	mask_free(v->mask);
	dialog_free(v->shown);
	*v = (struct veil){ .mode = MASK_OFF };
}

const struct event *veil_append(struct veil *v, struct ui_link *link,
                                const struct event *e, struct event **copy)
{
	*copy = NULL;
	if (v->mask) {
		dialog_append(v->truth, e);
		*copy = mask_event(v->mask, e);
		e = *copy;
	}
	dialog_append(link->dialog, e);
	return e;
}

void veil_answered(struct veil *v, struct ui_link *link)
{
	if (v->mask)
		dialog_answered(v->truth);
	dialog_answered(link->dialog);
}

char *veil_text(const struct veil *v, const char *text)
{
	return mask_text(v->mask, text);
}

char *veil_true(const struct veil *v, const char *text)
{
	return v->mask ? mask_restore(v->mask, text) : xstrdup(text);
}
