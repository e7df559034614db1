#include "config.h"

#include "print.h"

#include <stdio.h>
#include <stdlib.h>

#include "knowledge/vocabulary.h"
#include "record/json.h"
#include "report/as_command.h"
#include "report/batch.h"
#include "report/result_line.h"
#include "report/swaks.h"
#include "report/ticket.h"
#include "reports.h"
#include "tape.h"
#include "util/buf.h"
#include "util/xalloc.h"

struct print {
	struct batch *batch; /* one of these five, or none */
	struct swaks *swaks;
	struct ticket *ticket;
	struct result_line *lines;
	bool json, hold;
	struct mask *mask; /* in front of it, or NULL */
	struct as_command *again; /* beside it, or NULL */
	struct reports *reports;
	struct buf line;
};

struct print *print_new(const struct front_look *look)
{
	struct print *p = xcalloc(1, sizeof *p);

	p->json = look->form == PRINT_JSON;
	if (look->form == PRINT_TEXT)
		p->batch = batch_new(stdout, look->color, look->width);
	if (look->form == PRINT_SWAKS)
		p->swaks = swaks_new(stdout);
	if (look->form == PRINT_TICKET)
		p->ticket = ticket_new(stdout, look->width, look->mask);
	p->mask = mask_new(look->mask, &vocabulary);
	if (look->form == PRINT_LINES)
		p->lines = result_line_new(stdout, look->color, look->width);
	if (look->as_command)
		p->again = as_command_new(stdout);
	p->reports = reports_new(look);
	return p;
}

int print_reports(struct print *p, int exit)
{
	exit = reports_end(p->reports, exit);
	p->reports = NULL;
	return exit;
}

void print_free(struct print *p)
{
	reports_free(p->reports);
	batch_free(p->batch);
	swaks_free(p->swaks);
	ticket_free(p->ticket);
	mask_free(p->mask);
	result_line_free(p->lines);
	as_command_free(p->again);
	buf_clear(&p->line);
	free(p);
}

static bool print_json(struct print *p, const struct event *e)
{
	size_t len;

	buf_reset(&p->line);
	json_write(&p->line, e, &tape_voice);
	len = p->line.len;
	return (len == 0 || fwrite(p->line.data, 1, len, stdout) == len) &&
	       (p->hold || fflush(stdout) == 0);
}

void print_hold(struct print *p)
{
	p->hold = true;
}

bool print_flush(struct print *p)
{
	(void)p;
	return fflush(stdout) == 0;
}

static bool print_shown(struct print *p, const struct event *e)
{
	bool ok = p->json ? print_json(p, e)
	          : p->swaks ? swaks_event(p->swaks, e)
	          : p->ticket ? ticket_event(p->ticket, e)
	          : p->lines ? result_line_event(p->lines, e)
	          : p->batch ? batch_event(p->batch, e) : true;

	reports_event(p->reports, e);
	return ok && (!p->again || as_command_event(p->again, e));
}

struct mask *print_mask(struct print *p)
{
	return p->mask;
}

bool print_event(struct print *p, const struct event *e)
{
	struct event *masked = p->mask ? mask_event(p->mask, e) : NULL;
	bool ok = print_shown(p, masked ? masked : e);

	free(masked);
	return ok;
}
