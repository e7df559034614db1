#include "config.h"

#include "check/conclude_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/buf.h"
#include "util/xalloc.h"

/* ---- one address, several servers? ---- */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The keywords of EHLO as a set, in alphabetical order; heap. */
static char *keywords(const struct summary *s)
{
	const char *list[EHLO_CAPS_MAX];
	struct buf b = { 0 };

	for (size_t i = 0; i < s->ehlo.n; i++)
		list[i] = s->ehlo.caps[i].keyword;
	qsort(list, s->ehlo.n, sizeof *list, by_text);
	for (size_t i = 0; i < s->ehlo.n; i++)
		buf_addf(&b, "%s%s", i ? " " : "", list[i]);
	return buf_steal(&b);
}

static char *name_of(const struct summary *s)
{
	return xstrdup(s->name ? s->name : "");
}

/* Inside TLS a server may offer other things: alike only where alike. */
static char *offers_of(const struct summary *s)
{
	return s->esmtp ? keywords(s) : xstrdup("");
}

static char *cert_of(const struct summary *s)
{
	return xstrdup(s->cert ? s->cert : "");
}

static char *tls_of(const struct summary *s)
{
	return xstrdup(s->tls ? s->tls : "");
}

static const struct aspect {
	char *(*of)(const struct summary *s); /* heap */
	const char *say; /* heading of the list of what was seen */
} aspects[] = {
	{ name_of, "try-by-name" },
	{ offers_of, "try-by-ehlo" },
	{ cert_of, "try-by-cert" },
	{ tls_of, "try-by-tls" },
};

static bool differs(const struct trial_seen *seen, const struct aspect *a)
{
	char *first = a->of(&seen->sums[0]);
	bool any = false;

	for (size_t i = 1; i < seen->n && !any; i++) {
		char *other = a->of(&seen->sums[i]);

		any = strcmp(first, other) != 0;
		free(other);
	}
	free(first);
	return any;
}

/* What each connection had of it; "—" nothing. */
static void trace_aspect(struct check *c, const struct trial_seen *seen,
                         const struct aspect *a)
{
	check_step_add(c, 0, a->say, NULL);
	for (size_t i = 0; i < seen->n; i++) {
		char number[24], *value = a->of(&seen->sums[i]);

		snprintf(number, sizeof number, "%zu", i + 1);
		check_step_add(c, 1, "try-nth", number, *value ? value : "—",
		               NULL);
		free(value);
	}
}

/* STARTTLS here and not there: half of the mail goes in clear. */
static bool tls_by_chance(const struct trial_seen *seen)
{
	for (size_t i = 1; i < seen->n; i++)
		if (seen->sums[i].starttls != seen->sums[0].starttls)
			return true;
	return false;
}

/* Those that came to an end count; a list of whole summaries. */
static size_t whole(const struct trial_seen *seen)
{
	size_t n = 0;

	while (n < seen->n && !seen->sums[n].shut && !seen->sums[n].failed &&
	       summary_replied(&seen->sums[n]))
		n++;
	return n;
}

void conclude_several(struct check *c, const struct trial_seen *all)
{
	struct trial_seen seen = *all;
	char made[24];
	bool any = false;

	seen.n = whole(all);
	snprintf(made, sizeof made, "%zu", seen.n);
	if (seen.n < 2) {
		if (!all->n || !conclude_nothing(c, &all->sums[all->n - 1]))
			check_end(c, GRADE_UNKNOWN, "", "try-unreached", "",
			          NULL);
		return;
	}
	trace_aspect(c, &seen, &aspects[0]);
	for (size_t i = 0; i < sizeof aspects / sizeof *aspects; i++) {
		bool other = differs(&seen, &aspects[i]);

		if (other && i > 0)
			trace_aspect(c, &seen, &aspects[i]);
		any |= other;
	}
	if (seen.n < all->wanted)
		check_step_add(c, 0, all->sums[all->n - 1].shut
		                         ? "try-cut-421" : "try-cut", NULL);
	if (tls_by_chance(&seen))
		check_end(c, GRADE_WARN, "", "try-several-tls", made, NULL);
	else if (any)
		check_end(c, GRADE_NOTE, "", "try-several-yes", made, NULL);
	else
		check_end(c, GRADE_PASS, "", "try-several-no", made, NULL);
}

/* ---- is it only that port? ---- */

enum port_state port_state_of(enum fail_kind kind)
{
	switch (kind) {
	case FAIL_REFUSED:
	case FAIL_RESET:
	case FAIL_CLOSED:
		return PORT_REFUSED;
	case FAIL_TIMEOUT:
	case FAIL_CANCELLED: /* the user did not wait for its end */
		return PORT_SILENT;
	default:
		return PORT_UNREACHABLE;
	}
}

static void trace_port(struct check *c, const struct port_try *t, size_t i)
{
	static const char *const says[] = {
		[PORT_UNKNOWN] = "port-unknown", [PORT_UP] = "port-up",
		[PORT_REFUSED] = "port-refused",
		[PORT_SILENT] = "port-silent",
		[PORT_UNREACHABLE] = "port-unreachable",
	};
	char port[16], ms[24];

	snprintf(port, sizeof port, "%u", t->port[i].port);
	snprintf(ms, sizeof ms, "%u", (unsigned)(t->port[i].us / 1000));
	check_step_add(c, 1, says[t->port[i].state], port, ms, NULL);
}

struct port_count {
	size_t up, refused, own_silent, own_refused;
};

static struct port_count count_ports(const struct trial_seen *seen)
{
	struct port_count n = { .up = 0 };

	for (size_t i = 0; i < seen->n_ports; i++) {
		const struct port_try *t = &seen->ports[i];

		for (size_t k = 1; k < PORTS; k++) {
			n.up += t->port[k].state == PORT_UP;
			n.refused += t->port[k].state == PORT_REFUSED;
		}
		n.own_refused += t->port[0].state == PORT_REFUSED;
		n.own_silent += t->port[0].state != PORT_REFUSED;
	}
	return n;
}

void conclude_ports(struct check *c, const struct trial_seen *seen)
{
	struct port_count n = count_ports(seen);
	char port[16];

	for (size_t i = 0; i < seen->n_ports; i++) {
		const struct port_try *t = &seen->ports[i];

		check_step_add(c, 0, "try-address", t->host, t->address, NULL);
		for (size_t k = 0; k < PORTS; k++)
			trace_port(c, t, k);
	}
	snprintf(port, sizeof port, "%u",
	         seen->n_ports ? seen->ports[0].port[0].port : 25);
	if (n.own_silent && (n.up || n.refused))
		check_end(c, GRADE_WARN, "", n.up ? "try-port-only"
		                                  : "try-port-filtered", port,
		          NULL);
	else if (n.own_silent)
		check_end(c, GRADE_WARN, "", "try-port-none", port, NULL);
	else if (n.up)
		check_end(c, GRADE_NOTE, "", "try-port-closed", port, NULL);
	else
		check_end(c, GRADE_NOTE, "", "try-port-refused", port, NULL);
}
