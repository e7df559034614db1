#include "config.h"

#include "net/start.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "util/buf.h"
#include "util/i18n.h"

static void add_text(struct buf *b, const char *option, const char *value)
{
	if (value)
		buf_addf(b, " --%s=%s", option, value);
}

static void add_number(struct buf *b, const char *option, uint64_t value)
{
	if (value)
		buf_addf(b, " --%s=%" PRIu64, option, value);
}

static void add_flag(struct buf *b, const char *option, bool set)
{
	if (set)
		buf_addf(b, " --%s", option);
}

char *start_options(const struct plan *p)
{
	struct buf b = { 0 };

	buf_addf(&b, "--quit-after=%s", stage_name(p->stage));
	add_text(&b, "helo", p->helo);
	if (p->from)
		add_text(&b, "from", p->from[0] ? p->from : "<>");
	for (size_t i = 0; i < p->n_to; i++)
		add_text(&b, "to", p->to[i]);
	add_text(&b, "server", p->server);
	add_number(&b, "port", p->port);
	if (p->family)
		buf_addf(&b, " -%d", p->family);
	add_text(&b, "source", p->source);
	add_flag(&b, "all", p->all);
	add_flag(&b, "allow-private", p->allow_private);
	add_number(&b, "seed", p->seed);
	if (p->protocol == PROTO_SMTP)
		add_text(&b, "protocol", "smtp");
	if (p->timeout_ms)
		buf_addf(&b, " --timeout=%g", p->timeout_ms / 1000.0);
	return buf_steal(&b);
}

void start_post(struct outlet *out, const struct plan *p)
{
	char *options = start_options(p), when[sizeof "2026-01-02T03:04:05Z"];
	time_t now = time(NULL);
	struct event_builder b;
	struct tm tm;

	if (!gmtime_r(&now, &tm) ||
	    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		when[0] = '\0';
	event_begin(&b, EV_START);
	b.e.u.start.program = event_puts(&b, PACKAGE_NAME);
	b.e.u.start.version = event_puts(&b, PACKAGE_VERSION);
	b.e.u.start.time = event_puts(&b, when);
	b.e.u.start.options = event_puts(&b, options);
	b.e.u.start.lang = event_puts(&b, i18n_tag());
	outlet_post(out, &b, 0);
	free(options);
}
