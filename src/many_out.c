#include "config.h"

#include "many_out.h"

#include <errno.h>
#include <stdlib.h>

void out_init(struct many_out *o, const struct front_look *look,
              struct tape *tape, struct many_before *before)
{
	*o = (struct many_out){
		.tape = tape,
		.look = *look,
		.tally = before ? before->tally : tally_new(),
	};
	if (before) {
		o->taped = o->printed = before->resume.numbers;
		before->tally = NULL;
	}
	if (look->inspect) /* which shows them itself; reports are made */
		o->look.form = PRINT_NOTHING;
	o->print = print_new(&o->look);
	print_hold(o->print);
}

void out_clear(struct many_out *o)
{
	print_free(o->print);
	tally_free(o->tally);
}

static void count(void *arg, const struct event *e, uint64_t place)
{
	tally_event(arg, e, place);
}

char *before_open(struct many_before *b, const char *path)
{
	char *error;

	b->tally = tally_new();
	error = resume_open(&b->resume, path, count, b->tally);
	if (error) {
		tally_free(b->tally);
		b->tally = NULL;
	} else {
		b->targets = tally_done(b->tally);
	}
	return error;
}

void before_clear(struct many_before *b)
{
	tally_free(b->tally);
	resume_clear(&b->resume);
}

void out_record(struct many_out *o, struct block *b)
{
	uint64_t place = tape_place(o->tape);
	struct event *e;

	block_rewind(b);
	renumber_next(&o->taped);
	while ((e = block_next(b))) {
		tally_event(o->tally, e, place);
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
