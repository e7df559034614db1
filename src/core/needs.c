#include "config.h"

#include "core/needs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/params.h"

struct needs_input {
	const struct message_facts *facts;
	const struct ehlo *offers;
	const struct plan *plan;
	bool secure;
};

enum { LINE_MAX_OCTETS = 998 }; /* RFC 5321 §4.5.3.1.6, without CRLF */

static bool offered(const struct needs_input *in, const char *keyword)
{
	return in->offers && ehlo_find(in->offers, keyword);
}

static struct need *lack(struct needs *out, const char *id, bool fatal)
{
	struct need *n = &out->missing[out->n_missing];

	out->fatal = out->fatal || fatal;
	if (out->n_missing + 1 < NEEDS_MAX)
		out->n_missing++; /* the last place is a spare one */
	*n = (struct need){ .id = id, .fatal = fatal };
	return n;
}

static void lack_words(struct needs *out, const char *id, const char *a,
                       const char *b)
{
	struct need *n = lack(out, id, false);

	snprintf(n->args[0], NEEDS_TEXT_MAX, "%s", a);
	snprintf(n->args[1], NEEDS_TEXT_MAX, "%s", b);
}

static void lack_numbers(struct needs *out, const char *id, bool fatal,
                         const uint64_t numbers[2])
{
	struct need *n = lack(out, id, fatal);

	for (size_t i = 0; i < 2; i++)
		snprintf(n->args[i], NEEDS_TEXT_MAX, "%" PRIu64, numbers[i]);
}

/* Did the user give MAIL this parameter? */
static bool said(const struct plan *plan, const char *keyword)
{
	size_t len = strlen(keyword);

	for (size_t i = 0; i < plan->n_mail_params; i++)
		if (strcspn(plan->mail_params[i], "=") == len &&
		    strncasecmp(plan->mail_params[i], keyword, len) == 0)
			return true;
	return false;
}

static void add_param(const struct needs_input *in, struct needs *out,
                      const char *keyword, const char *value)
{
	if (said(in->plan, keyword))
		return;
	snprintf(out->params[out->n_params++], NEEDS_PARAM_MAX, "%s%s%s",
	         keyword, *value ? "=" : "", value);
}

/* A local part beyond ASCII; the domain can always go as A-labels. */
static bool wants_utf8(const char *addr)
{
	const char *at = strrchr(addr, '@');

	for (const char *p = addr; *p && p != at; p++)
		if ((unsigned char)*p > 127)
			return true;
	return false;
}

/* RFC 6531 §3.2, §3.4 */
static void need_utf8(const struct needs_input *in, struct needs *out)
{
	const char *who = "";
	bool any = in->facts && in->facts->utf8_header;

	if (in->plan->from && wants_utf8(in->plan->from))
		who = in->plan->from;
	for (size_t i = 0; i < in->plan->n_to && !*who; i++)
		if (wants_utf8(in->plan->to[i]))
			who = in->plan->to[i];
	out->smtputf8 = any || *who || said(in->plan, "SMTPUTF8");
	if ((any || *who) && offered(in, "SMTPUTF8"))
		add_param(in, out, "SMTPUTF8", "");
	else if (*who)
		snprintf(lack(out, "needs-smtputf8", true)->args[0],
		         NEEDS_TEXT_MAX, "%s", who);
	else if (any)
		lack(out, "needs-smtputf8-header", true);
}

/* RFC 3030 §2 and §3. Bare line ends alone are no reason: DATA takes them
 * made even; only who asks for BDAT wants the bytes as they are. */
static void need_binary(const struct needs_input *in, struct needs *out)
{
	const struct message_facts *f = in->facts;
	bool must = f && (f->nul || f->longest > LINE_MAX_OCTETS);
	bool uneven = f && (f->bare_cr || f->bare_lf || f->no_final_eol);
	bool chunks = offered(in, "CHUNKING");
	bool can = chunks && offered(in, "BINARYMIME") &&
	           !said(in->plan, "BODY");

	if (in->plan->bdat && !chunks)
		lack(out, "needs-chunking", false);
	out->binary = can && (must || (uneven && in->plan->bdat));
	out->bdat = out->binary || (in->plan->bdat && chunks);
	if (!must || out->binary)
		return;
	if (f->nul)
		lack_numbers(out, "needs-binarymime", true,
		             (const uint64_t[]){ f->nul, 0 });
	if (f->longest > LINE_MAX_OCTETS)
		lack_numbers(out, "line-too-long-998", false,
		             (const uint64_t[]){ f->longest_line,
		                                 f->longest });
}

/* BODY=, after need_binary(). */
static void need_body(const struct needs_input *in, struct needs *out)
{
	if (out->binary)
		add_param(in, out, "BODY", "BINARYMIME");
	else if (!in->facts || !in->facts->eight_bit)
		return;
	else if (offered(in, "8BITMIME"))
		add_param(in, out, "BODY", "8BITMIME");
	else
		lack(out, "needs-8bitmime", true);
}

/* Octets that go out, dots not doubled: what is even already counts as it is,
 * each bare line end grows by one octet, a missing one is two. */
static uint64_t octets(const struct message_facts *f, bool binary)
{
	uint64_t grown = f->bare_lf + f->bare_cr + (f->no_final_eol ? 2 : 0);

	return binary ? f->size - grown : f->size;
}

/* RFC 1870 §6.1; after need_binary(). */
static void need_size(const struct needs_input *in, struct needs *out)
{
	uint64_t size, limit;
	char text[NEEDS_TEXT_MAX];

	if (!in->facts || !offered(in, "SIZE"))
		return;
	size = octets(in->facts, out->binary);
	snprintf(text, sizeof text, "%" PRIu64, size);
	add_param(in, out, "SIZE", text);
	if (ehlo_size(in->offers, &limit) && size > limit)
		lack_numbers(out, "size-too-big", true,
		             (const uint64_t[]){ size, limit });
}

static const char *domain_of(const char *addr)
{
	const char *at = strrchr(addr, '@');

	return at ? at + 1 : "";
}

static size_t count_domains(const struct plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n_to; i++) {
		size_t k = 0;

		while (k < i && strcasecmp(domain_of(plan->to[k]),
		                           domain_of(plan->to[i])) != 0)
			k++;
		n += k == i;
	}
	return n;
}

/* RFC 9422 §4 */
static void need_limits(const struct needs_input *in, struct needs *out)
{
	struct ehlo_limits l;
	size_t n = in->plan->n_to, domains;

	if (!in->offers)
		return;
	l = ehlo_limits(in->offers);
	domains = l.rcpt_domain_max ? count_domains(in->plan) : 0;
	if (l.rcpt_max && n > l.rcpt_max)
		lack_numbers(out, "rcpt-over-limit", false,
		             (const uint64_t[]){ n, l.rcpt_max });
	if (domains > l.rcpt_domain_max)
		lack_numbers(out, "rcpt-domains-over-limit", false,
		             (const uint64_t[]){ domains, l.rcpt_domain_max });
}

/* A parameter that the user asked for. */
static void need_param(const struct needs_input *in, const char *text,
                       enum verb v, struct needs *out)
{
	size_t key = strcspn(text, "=");
	const struct param *p = param_find(text, key, v);
	const char *value = text[key] ? text + key + 1 : "", *needs;

	if (!p)
		return;
	needs = param_needs(p, value, strlen(value));
	if (strcmp(p->keyword, "REQUIRETLS") == 0) {
		if (!in->secure || !offered(in, needs))
			lack(out, "needs-requiretls", true);
	} else if (!offered(in, needs)) {
		lack_words(out, "needs-extension", p->keyword, needs);
	}
}

void message_needs(const struct message_facts *facts,
                   const struct ehlo *offers, const struct plan *plan,
                   bool secure, struct needs *out)
{
	struct needs_input in = { .facts = facts, .offers = offers,
		                  .plan = plan, .secure = secure };

	*out = (struct needs){ 0 };
	need_binary(&in, out);
	need_size(&in, out);
	need_body(&in, out);
	need_utf8(&in, out);
	need_limits(&in, out);
	for (size_t i = 0; i < plan->n_mail_params; i++)
		need_param(&in, plan->mail_params[i], VERB_MAIL, out);
	for (size_t i = 0; i < plan->n_rcpt_params; i++)
		need_param(&in, plan->rcpt_params[i], VERB_RCPT, out);
}
