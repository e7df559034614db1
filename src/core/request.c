#include "config.h"

#include "core/request.h"

#include <stdlib.h>

#include "util/wipe.h"
#include "util/xalloc.h"

struct request *request_new(enum request_kind kind, struct plan *plan,
                            char *text, char *text2, bool yes)
{
	struct request *r = xmalloc(sizeof *r);

	*r = (struct request){ .kind = kind, .plan = plan, .text = text,
		               .text2 = text2, .yes = yes };
	return r;
}

void request_free(void *p)
{
	struct request *r = p;

	if (!r)
		return;
	plan_free(r->plan);
	wipe_free(r->text);
	wipe_free(r->text2);
	free(r);
}
