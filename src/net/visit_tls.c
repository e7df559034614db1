#include "config.h"

#include "net/visit_priv.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/finding.h"
#include "core/route.h"
#include "util/xalloc.h"

/* ---- the event ---- */

/* A NUL in a name is a byte like any other: it must not hide the rest. */
static struct ev_ref put_alt_names(struct event_builder *b,
                                   const struct tls_cert *c)
{
	struct ev_ref *refs = xcalloc(c->n_names, sizeof *refs);
	struct ev_ref names;

	for (size_t i = 0; i < c->n_names; i++)
		refs[i] = event_put(b, c->names[i], c->name_lens[i]);
	names = event_put_array(b, refs, sizeof *refs, c->n_names);
	free(refs);
	return names;
}

static struct ev_cert put_cert(struct event_builder *b,
                               const struct tls_cert *c)
{
	return (struct ev_cert){
		.subject = event_puts(b, c->subject),
		.issuer = event_puts(b, c->issuer),
		.names = put_alt_names(b, c),
		.not_before = event_puts(b, c->not_before),
		.not_after = event_puts(b, c->not_after),
		.sha256 = event_puts(b, c->sha256),
		.spki_sha256 = event_puts(b, c->spki_sha256),
		.key = event_puts(b, c->key),
		.signature = event_puts(b, c->signature),
		.serial = event_puts(b, c->serial),
	};
}

static struct ev_ref put_chain(struct event_builder *b,
                               const struct tls_facts *f)
{
	struct ev_cert *certs = xcalloc(f->n_chain, sizeof *certs);
	struct ev_ref chain;

	for (size_t i = 0; i < f->n_chain; i++)
		certs[i] = put_cert(b, &f->chain[i]);
	chain = event_put_array(b, certs, sizeof *certs, f->n_chain);
	free(certs);
	return chain;
}

static struct ev_ref put_tlsa(struct event_builder *b, const struct dane *d)
{
	const char *texts[DANE_RECORDS_MAX];
	size_t n = d ? d->n_records : 0;

	for (size_t i = 0; i < n; i++)
		texts[i] = d->records[i].text;
	return event_put_texts(b, texts, n);
}

/* ---- whom to expect ---- */

/* The names that the certificate may be for; all borrowed. */
struct expected {
	const char *names[3];
	size_t n;
};

static bool is_address(const char *s)
{
	return address_classify(s) != ADDR_INVALID;
}

static void expect(const struct visit *v, struct expected *e)
{
	const struct plan_tls *t = &v->plan->tls;
	const struct dane *d = v->to.dane;

	*e = (struct expected){ .n = 0 };
	if (t->name)
		e->names[e->n++] = t->name;
	else if (*v->to.host)
		e->names[e->n++] = v->to.host;
	if (d && d->verdict == DANE_USABLE && *d->base && !t->name) {
		e->names[0] = d->base; /* RFC 7672 §3.2.2 */
		if (strcasecmp(d->base, v->to.host) != 0)
			e->names[e->n++] = v->to.host;
		if (*d->next_hop)
			e->names[e->n++] = d->next_hop;
	}
}

static void post_tls(struct visit *v, const struct tls_facts *f)
{
	const struct plan *p = v->plan;
	struct event_builder b;
	struct expected e;
	struct ev_tls *t;

	expect(v, &e);
	event_begin(&b, EV_TLS);
	t = &b.e.u.tls;
	t->version = event_puts(&b, f->version);
	t->cipher = event_puts(&b, f->cipher);
	t->group = event_puts(&b, f->group);
	t->alpn = event_puts(&b, f->alpn);
	t->sni = event_puts(&b, e.n && !is_address(e.names[0]) ? e.names[0]
	                                                       : "");
	t->chain = put_chain(&b, f);
	t->verify = event_puts(&b, f->verify);
	t->detail = event_puts(&b, f->detail);
	t->names = event_put_texts(&b, e.names, e.n);
	t->dane = event_puts(&b, v->to.dane ? f->dane : "");
	t->tlsa = put_tlsa(&b, v->to.dane);
	t->us = (uint32_t)(visit_now_us(v) - v->shake_us);
	t->depth = f->depth;
	t->matched = f->matched;
	t->wrapped = p->tls.wrap;
	t->cert_asked = f->cert_asked;
	t->cert_sent = f->cert_sent;
	t->resumed = f->resumed;
	outlet_post(v->out, &b, v->to.session);
}

/* ---- the beginning ---- */

enum tls_policy visit_policy(const struct visit *v)
{
	const struct dane *d = v->to.dane;

	if (v->plan->tls.policy != TLS_DANE || !d)
		return v->plan->tls.policy == TLS_DANE ? TLS_MAY
		                                       : v->plan->tls.policy;
	switch (d->verdict) {
	case DANE_USABLE: return TLS_DANE;
	case DANE_UNUSABLE: return TLS_MUST;
	default: return TLS_MAY;
	}
}

/* False: *error says why not (heap). */
static bool have_setup(struct visit *v, char **error)
{
	const struct plan_tls *t = &v->plan->tls;
	const struct tls_setup_config cfg = { .min = t->min, .max = t->max,
		.ca_file = t->ca_file, .cert_file = t->cert_file,
		.key_file = t->key_file };

	if (!*v->to.setup) {
		*v->to.setup = tls_setup_new(&cfg, error);
		if (*v->to.setup && v->to.trust_pem)
			tls_setup_trust_pem(*v->to.setup, v->to.trust_pem,
			                    strlen(v->to.trust_pem));
	}
	return *v->to.setup != NULL;
}

void visit_prepare_tls(struct visit *v)
{
	char *error = NULL;

	v->prepare = false;
	if (!have_setup(v, &error))
		free(error); /* it is told when TLS begins */
}

bool visit_begin_tls(struct visit *v, struct session_input *in)
{
	struct tls_tlsa tlsa[DANE_RECORDS_MAX];
	struct tls_peer peer = { .tlsa = tlsa };
	struct expected e;
	char *error = NULL;

	v->shake_us = visit_now_us(v);
	if (!have_setup(v, &error)) {
		outlet_finding(v->out, "tls-library", error, v->to.session, 0);
		free(error);
		in->kind = IN_NO_TLS;
		in->detail = "library";
		return false;
	}
	expect(v, &e);
	peer.names = e.names;
	peer.n_names = e.n;
	peer.sni = e.n && !is_address(e.names[0]) ? e.names[0] : NULL;
	for (size_t i = 0; v->to.dane && i < v->to.dane->n_records; i++) {
		const struct dane_record *r = &v->to.dane->records[i];

		if (r->usable)
			tlsa[peer.n_tlsa++] = (struct tls_tlsa){
				.usage = r->usage, .selector = r->selector,
				.matching = r->matching, .data = r->data,
				.len = r->len };
	}
	stream_begin_tls(v->stream, *v->to.setup, &peer);
	return true;
}

/* ---- the handshake ---- */

/* Records of the right form that hold no certificate and no key: as good as
 * unusable, so that any certificate will do (RFC 7671 §10.3, RFC 7672 §2.2). */
static bool is_undecodable(const struct tls_facts *f)
{
	return strcmp(f->dane, "dane-unusable") == 0;
}

/* Why the certificate is not as demanded, NULL: it is. */
static const char *objection(const struct visit *v, const struct tls_facts *f)
{
	const struct dane *d = v->to.dane;

	if (visit_policy(v) == TLS_VERIFY && strcmp(f->verify, "ok") != 0)
		return f->verify;
	if (d && d->verdict == DANE_USABLE && strcmp(f->dane, "ok") != 0 &&
	    !is_undecodable(f))
		return f->dane;
	return NULL;
}

static void tell_up(struct visit *v, struct session_input *in)
{
	const struct tls_facts *f = tls_facts(stream_tls(v->stream));

	post_tls(v, f);
	if (v->to.dane && v->to.dane->verdict == DANE_USABLE &&
	    is_undecodable(f))
		outlet_finding(v->out, "dane-undecodable", v->to.host,
		               v->to.session, 0);
	visit_bind_login(v);
	in->kind = IN_TLS;
	in->unverified = strcmp(f->verify, "ok") != 0;
	in->detail = objection(v, f);
}

static void tell_down(struct visit *v, struct session_input *in)
{
	struct tls *tls = stream_tls(v->stream);

	in->kind = IN_NO_TLS;
	in->detail = tls_error(tls);
	in->data = tls_first_bytes(tls, &in->len);
}

bool visit_shake(struct visit *v, struct session_input *in, bool *more)
{
	enum conn_got got;

	*more = false;
	do
		got = stream_shake(v->stream);
	while (got == CONN_DATA && stream_shaking(v->stream));
	stream_flush(v->stream);
	if (got == CONN_NOTHING)
		return false;
	*more = true;
	if (got == CONN_ENDED) {
		struct conn_end end = conn_end(stream_conn(v->stream));

		in->kind = end.error ? IN_RESET : IN_CLOSED;
		in->detail = end.error ? strerror(end.error) : NULL;
	} else if (tls_status(stream_tls(v->stream)) == TLS_FAILED) {
		tell_down(v, in);
	} else {
		tell_up(v, in);
	}
	return true;
}
