#include "config.h"

#include "core/mask_work.h"

#include <stdlib.h>
#include <string.h>

#include "core/dns.h"
#include "util/quote.h"
#include "util/xalloc.h"

/* --- start */

/* Options whose value says who somebody is, also without a dot or @; a file's
 * name or a command is hidden as a whole. */
static const struct {
	const char *name;
	unsigned flags;
	bool path;
} telling[] = {
	{ "--helo=", SCAN_WHOLE, false }, { "--server=", SCAN_WHOLE, false },
	{ "--from=", SCAN_WHOLE | SCAN_LOCAL, false },
	{ "--to=", SCAN_WHOLE | SCAN_LOCAL, false },
	{ "--auth-user=", SCAN_WHOLE | SCAN_LOCAL, false },
	{ "--authzid=", SCAN_WHOLE | SCAN_LOCAL, false },
	{ "--tls-name=", SCAN_WHOLE, false },
	{ "--dkim-selector=", SCAN_WHOLE, false },
	{ "--pipe=", 0, true }, { "--server=unix:", 0, true },
	{ "--tls-ca=", 0, true }, { "--tls-cert=", 0, true },
	{ "--tls-key=", 0, true },
};

/* One word of the command line, unquoted. */
static void add_word(struct work *w, struct buf *out, const char *word)
{
	size_t name = 0, row = 0;

	for (size_t i = 0; i < sizeof telling / sizeof *telling; i++) {
		size_t len = strlen(telling[i].name);

		if (len > name && strncmp(word, telling[i].name, len) == 0) {
			name = len;
			row = i;
		}
	}
	buf_add(out, word, name);
	word += name;
	if (name && telling[row].path)
		buf_adds(out, book_other(w->m->book.book, BOOK_TEXT, word,
		                         strlen(word)));
	else if (strcmp(word, "<>") == 0) /* the null sender */
		buf_adds(out, word);
	else
		work_append(w->m, out, word, strlen(word),
		            name ? telling[row].flags : 0);
}

static struct ev_ref options(struct work *w, struct ev_ref r)
{
	const char *s = event_text(w->e, r);
	struct buf out = { 0 }, word = { 0 }, masked = { 0 };

	while (quote_next(&s, &word)) {
		add_word(w, &masked, buf_str(&word));
		if (out.len)
			buf_addc(&out, ' ');
		quote_word(&out, masked.data, masked.len);
		buf_reset(&word);
		buf_reset(&masked);
	}
	buf_clear(&word);
	buf_clear(&masked);
	return work_put(w, &out);
}

void mask_start(struct work *w)
{
	const struct ev_start *from = &w->e->u.start;
	struct ev_start *to = &w->b.e.u.start;

	to->program = work_keep(w, from->program);
	to->version = work_keep(w, from->version);
	to->time = work_keep(w, from->time);
	to->options = options(w, from->options);
	to->lang = work_keep(w, from->lang);
}

/* --- DNS */

/* Records of which every word is known; others of a domain's TXT are proofs
 * for some service, which lead to it by any search. */
static bool is_policy(const char *s, size_t len)
{
	static const char *const known[] = { "v=spf1", "v=DMARC1", "v=DKIM1",
		"v=STSv1", "v=TLSRPTv1", "v=BIMI1", "k=", "p=" };

	if (len && *s == '"') {
		s++;
		len--;
	}
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (len >= strlen(known[i]) &&
		    strncmp(s, known[i], strlen(known[i])) == 0)
			return true;
	return len == 0;
}

static struct ev_ref record_data(struct work *w, const struct ev_rr *rr)
{
	const char *s = event_text(w->e, rr->data);
	unsigned flags = SCAN_DIGESTS;

	if (rr->type == RR_TXT && !is_policy(s, rr->data.len))
		return work_other(w, rr->data, BOOK_TEXT);
	if (rr->type == RR_MX)
		flags |= SCAN_EXCHANGER;
	if (rr->type == RR_PTR || rr->type == RR_CNAME || rr->type == RR_NS)
		flags |= SCAN_WHOLE;
	return work_masked(w, rr->data, flags);
}

static struct ev_ref answers(struct work *w)
{
	uint32_t n = w->e->u.dns.answers.len;
	struct ev_rr *list = xcalloc(n, sizeof *list);
	struct ev_ref array;

	for (uint32_t i = 0; i < n; i++) {
		list[i] = *event_rr(w->e, i);
		list[i].name = work_whole(w, event_rr(w->e, i)->name);
		list[i].data = record_data(w, event_rr(w->e, i));
	}
	array = event_put_array(&w->b, list, sizeof *list, n);
	free(list);
	return array;
}

void mask_dns(struct work *w)
{
	const struct ev_dns *from = &w->e->u.dns;
	struct ev_dns *to = &w->b.e.u.dns;

	*to = *from;
	to->name = work_whole(w, from->name);
	to->server = work_whole(w, from->server);
	to->ext = work_masked(w, from->ext, 0);
	to->answers = answers(w);
	to->wire = (struct ev_ref){ 0 };
}

static struct ev_ref hosts(struct work *w)
{
	uint32_t n = w->e->u.route.hosts.len;
	struct ev_host *list = xcalloc(n, sizeof *list);
	struct ev_ref array;

	for (uint32_t i = 0; i < n; i++) {
		const struct ev_host *h = event_host(w->e, i);

		list[i] = *h;
		list[i].host = work_masked(w, h->host,
		                           SCAN_WHOLE | SCAN_EXCHANGER);
		list[i].addresses = work_texts(w, h->addresses, SCAN_WHOLE);
		list[i].why = work_keep(w, h->why);
	}
	array = event_put_array(&w->b, list, sizeof *list, n);
	free(list);
	return array;
}

void mask_route(struct work *w)
{
	w->b.e.u.route = w->e->u.route;
	w->b.e.u.route.domain = work_whole(w, w->e->u.route.domain);
	w->b.e.u.route.hosts = hosts(w);
}

void mask_connect(struct work *w)
{
	const struct ev_connect *from = &w->e->u.connect;
	struct ev_connect *to = &w->b.e.u.connect;

	*to = *from;
	to->host = work_whole(w, from->host);
	to->address = work_whole(w, from->address);
	to->via = work_whole(w, from->via);
	to->local = work_whole(w, from->local);
}

/* --- TLS */

/* The end of one "KEY=value" of a distinguished name, RFC 4514 §3. */
static size_t rdn_end(const char *s)
{
	size_t i = 0;

	for (; s[i] && s[i] != ',' && s[i] != '+'; i++)
		i += s[i] == '\\' && s[i + 1];
	return i;
}

/* A country stays; a CN that is a host keeps that form. */
static void add_rdn(struct work *w, struct buf *out, const char *s, size_t len)
{
	const char *equals = memchr(s, '=', len);
	size_t key = equals ? (size_t)(equals - s) + 1 : 0;
	bool host = !memchr(s + key, ' ', len - key) &&
	            memchr(s + key, '.', len - key);

	buf_add(out, s, key);
	if (key == len || strncmp(s, "C=", 2) == 0)
		buf_add(out, s + key, len - key);
	else if (host)
		work_append(w->m, out, s + key, len - key, SCAN_WHOLE);
	else
		buf_adds(out, book_other(w->m->book.book, BOOK_TEXT, s + key,
		                         len - key));
}

static struct ev_ref distinguished(struct work *w, struct ev_ref r)
{
	const char *s = event_text(w->e, r);
	struct buf out = { 0 };

	if (w->m->book.mode == MASK_PEOPLE)
		return work_masked(w, r, 0);
	while (*s) {
		size_t len = rdn_end(s), gap;

		add_rdn(w, &out, s, len);
		s += len;
		gap = strspn(s, ",+ ");
		buf_add(&out, s, gap);
		s += gap;
	}
	return work_put(w, &out);
}

static struct ev_ref chain(struct work *w)
{
	uint32_t n = w->e->u.tls.chain.len;
	struct ev_cert *list = xcalloc(n, sizeof *list);
	struct ev_ref array;

	for (uint32_t i = 0; i < n; i++) {
		const struct ev_cert *c = event_cert(w->e, i);

		list[i] = (struct ev_cert){
			.subject = distinguished(w, c->subject),
			.issuer = distinguished(w, c->issuer),
			.names = work_texts(w, c->names, SCAN_WHOLE),
			.not_before = work_keep(w, c->not_before),
			.not_after = work_keep(w, c->not_after),
			.sha256 = work_other(w, c->sha256, BOOK_DIGEST),
			.spki_sha256 = work_other(w, c->spki_sha256,
			                          BOOK_DIGEST),
			.key = work_keep(w, c->key),
			.signature = work_keep(w, c->signature),
			.serial = work_other(w, c->serial, BOOK_DIGEST),
		};
	}
	array = event_put_array(&w->b, list, sizeof *list, n);
	free(list);
	return array;
}

void mask_tls(struct work *w)
{
	const struct ev_tls *from = &w->e->u.tls;
	struct ev_tls *to = &w->b.e.u.tls;

	*to = *from;
	to->version = work_keep(w, from->version);
	to->cipher = work_keep(w, from->cipher);
	to->group = work_keep(w, from->group);
	to->alpn = work_keep(w, from->alpn);
	to->sni = work_whole(w, from->sni);
	to->chain = chain(w);
	to->verify = work_keep(w, from->verify);
	to->detail = work_masked(w, from->detail, SCAN_DIGESTS);
	to->names = work_texts(w, from->names, SCAN_WHOLE);
	to->dane = work_keep(w, from->dane);
	to->tlsa = work_texts(w, from->tlsa, SCAN_DIGESTS);
}
