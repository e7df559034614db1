#include "config.h"

#include "print.h"

#include <stdio.h>
#include <stdlib.h>

#include "record/json.h"
#include "report/batch.h"
#include "tape.h"
#include "util/buf.h"
#include "util/xalloc.h"

struct print {
	struct batch *batch; /* NULL: JSON */
	struct buf line;
};

struct print *print_new(bool json, bool color, int width)
{
	struct print *p = xcalloc(1, sizeof *p);

	if (!json)
		p->batch = batch_new(stdout, color, width);
	return p;
}

void print_free(struct print *p)
{
	batch_free(p->batch);
	buf_clear(&p->line);
	free(p);
}

bool print_event(struct print *p, const struct event *e)
{
	size_t len;

	if (p->batch)
		return batch_event(p->batch, e);
	buf_reset(&p->line);
	json_write(&p->line, e, &tape_voice);
	len = p->line.len;
	return (len == 0 || fwrite(p->line.data, 1, len, stdout) == len) &&
	       fflush(stdout) == 0;
}
