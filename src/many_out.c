#include "config.h"

#include "many_out.h"

#include <errno.h>
#include <stdlib.h>

void out_init(struct many_out *o, const struct front_look *look,
              struct tape *tape)
{
	*o = (struct many_out){
		.tape = tape,
		.print = print_new(look),
		.tally = tally_new(),
	};
	print_hold(o->print);
}

void out_clear(struct many_out *o)
{
	print_free(o->print);
	tally_free(o->tally);
}

void out_record(struct many_out *o, struct block *b)
{
	struct event *e;

	block_rewind(b);
	renumber_next(&o->taped);
	while ((e = block_next(b))) {
		tally_event(o->tally, e, 0);
		if (renumber_event(&o->taped, e))
			tape_event(o->tape, e);
		free(e);
	}
}

bool out_print(struct many_out *o, struct block *b)
{
	struct event *e;

	block_rewind(b);
	renumber_next(&o->printed);
	errno = EOVERFLOW; /* four thousand million events are in it */
	while (!o->why && (e = block_next(b))) {
		if (!renumber_event(&o->printed, e) ||
		    !print_event(o->print, e))
			o->why = errno;
		free(e);
	}
	if (!o->why && !print_flush(o->print))
		o->why = errno;
	return !o->why;
}
