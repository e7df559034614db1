#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "check/verdict.h"
#include "core/escape.h"
#include "core/finding.h"
#include "knowledge/check_words.h"
#include "knowledge/tls_words.h"
#include "ui/entry.h"
#include "ui/words.h"
#include "util/i18n.h"

/* Bytes that others chose, made safe to stand among our words. */
static void add_safe(struct buf *out, const char *data, size_t len)
{
	escape_text(out, data, len, i18n_is_ascii());
}

/* A name of an answer without the dot at its end (RFC 1035 §5.1). */
static void add_name(struct buf *out, const char *name)
{
	size_t len = strlen(name);

	if (len > 1 && name[len - 1] == '.' && name[len - 2] != ' ')
		len--;
	add_safe(out, name, len);
}

static void dns_note(const struct event *e, struct buf *out)
{
	const struct ev_dns *dns = &e->u.dns;
	char type[16], span[24];

	buf_adds(out, dns_type_name(dns->type, type));
	buf_addc(out, ' ');
	add_name(out, event_text(e, dns->name));
	buf_adds(out, ": ");
	if (dns->answers.len == 0)
		buf_adds(out, dns_words(dns->status));
	for (uint32_t i = 0; i < dns->answers.len; i++) {
		buf_adds(out, i ? ", " : "");
		add_name(out, event_text(e, event_rr(e, i)->data));
	}
	time_span(span, dns->us);
	buf_addf(out, " (%s)", span);
	if (dns->ext.len) {
		buf_adds(out, " ");
		add_safe(out, event_text(e, dns->ext), dns->ext.len);
	}
}

static const char *route_words(enum route_kind k)
{
	static const char *const words[ROUTE_KIND_COUNT] = {
		[ROUTE_MX] = N_("mail servers found"),
		[ROUTE_IMPLICIT] = N_("no MX: mail goes to the host of that "
			"name itself (RFC 5321 §5.1)"),
		[ROUTE_NULL] = N_("null MX: this domain says it takes no mail "
			"(RFC 7505)"),
		[ROUTE_LITERAL] = N_("an IP address: no DNS lookup"),
		[ROUTE_HOST] = N_("a host: no MX lookup"),
		[ROUTE_NONE] = N_("no MX and no address: this domain takes no "
			"mail"),
		[ROUTE_NXDOMAIN] = N_("this domain does not exist"),
		[ROUTE_NOADDRESS] = N_("it has MX hosts, but none of them has "
			"an address"),
		[ROUTE_NOHOST] = N_("it has MX records, but none names a "
			"usable host"),
		[ROUTE_LOOP] = N_("its aliases lead in a circle"),
		[ROUTE_BADNAME] = N_("this is no name that DNS could be asked "
			"for"),
		[ROUTE_TEMP] = N_("DNS gave no answer for now; a mail server "
			"would keep the message and try again"),
	};

	return _(words[k]);
}

static void connect_note(const struct event *e, struct buf *out)
{
	const struct ev_connect *c = &e->u.connect;
	const char *via = event_text(e, c->via);
	char span[24];

	if (e->kind == EV_CONNECTING) {
		buf_adds(out, _("connecting to "));
		add_safe(out, event_text(e, c->host), c->host.len);
		if (c->address.len)
			buf_addf(out, " [%s]", event_text(e, c->address));
		if (c->port)
			buf_addf(out, ":%u", (unsigned)c->port);
		return;
	}
	time_span(span, c->us);
	if (c->us)
		buf_addf(out, _("connected in %s"), span);
	else /* a transcript does not tell */
		buf_adds(out, _("connected"));
	if (strncmp(via, "socks5:", 7) == 0)
		buf_addf(out, _(" (through %s)"), via);
	else if (*via)
		buf_addf(out, _(" (really to %s)"), via);
}

/* A socket's path or a command has no address. */
static void add_peer(const struct event *c, struct buf *out)
{
	struct ev_ref peer = c->u.connect.address.len ? c->u.connect.address
	                                              : c->u.connect.host;
	struct buf safe = { 0 };

	add_safe(&safe, event_text(c, peer), peer.len);
	buf_addf(out, _("no connection to %s: "), buf_str(&safe));
	buf_clear(&safe);
}

static void failed_note(const struct dialog *d, size_t index, struct buf *out)
{
	const struct event *e = dialog_at(d, index);
	size_t i = SIZE_MAX;

	if (e->u.failed.phase == PHASE_CONNECT)
		i = dialog_before(d, index, EV_CONNECTING, e->session);
	if (i != SIZE_MAX)
		add_peer(dialog_at(d, i), out);
	buf_adds(out, fail_words(e->u.failed.kind));
	if (e->u.failed.detail.len == 0)
		return;
	buf_adds(out, " (");
	add_safe(out, event_text(e, e->u.failed.detail),
	         e->u.failed.detail.len);
	buf_addc(out, ')');
}

static void bytes_note(const struct event *e, struct buf *out)
{
	static const char *const why[BYTES_WHY_COUNT] = {
		[BYTES_PARTIAL] = N_("the end of a reply is missing"),
		[BYTES_OVERLONG] = N_("a line longer than any limit"),
		[BYTES_DROPPED] = N_("not kept, too much"),
		[BYTES_AFTER_STARTTLS] = N_("sent in clear after STARTTLS"),
	};

	buf_addf(out, _("%u bytes: %s: "), (unsigned)e->u.bytes.count,
	         _(why[e->u.bytes.why]));
	add_safe(out, event_text(e, e->u.bytes.data), e->u.bytes.data.len);
}

static void message_note(const struct event *e, struct buf *out)
{
	buf_addf(out, _("message: %u lines, %u bytes"),
	         (unsigned)e->u.message.lines, (unsigned)e->u.message.bytes);
	if (e->u.message.stuffed)
		buf_addf(out, _(", dots doubled: %u"),
		         (unsigned)e->u.message.stuffed);
}

static void closed_note(const struct event *e, struct buf *out)
{
	if (e->u.closed.by_server)
		buf_adds(out, e->u.closed.clean
		                  ? _("connection closed by the server")
		                  : _("closed by the server in the middle of "
		                      "the session"));
	else
		buf_adds(out, e->u.closed.clean
		                  ? _("connection closed")
		                  : _("connection dropped by us"));
}

static void add_heap(struct buf *out, char *text)
{
	if (text)
		buf_adds(out, text);
	free(text);
}

void entry_note(const struct dialog *d, size_t index, struct buf *out)
{
	const struct event *e = dialog_at(d, index);

	switch (e->kind) {
	case EV_DNS:
		dns_note(e, out);
		break;
	case EV_ROUTE:
		buf_addf(out, "%s: ", event_text(e, e->u.route.domain));
		buf_adds(out, route_words(e->u.route.kind));
		break;
	case EV_CONNECTING:
	case EV_CONNECTED:
		connect_note(e, out);
		break;
	case EV_FAILED:
		failed_note(d, index, out);
		break;
	case EV_BYTES:
		bytes_note(e, out);
		break;
	case EV_MESSAGE:
		message_note(e, out);
		break;
	case EV_TLS:
		tls_line(d, index, out);
		break;
	case EV_FINDING:
		add_heap(out, finding_sentence(e));
		break;
	case EV_VERDICT:
		add_heap(out, verdict_text(e));
		break;
	case EV_CHECK:
		add_heap(out, check_label(e));
		buf_adds(out, ": ");
		add_heap(out, check_text(e));
		break;
	case EV_CLOSED:
		closed_note(e, out);
		break;
	default:
		break;
	}
}

static void add_line(struct buf *out, const char *mark, const char *data,
                     size_t len)
{
	buf_adds(out, mark);
	escape_text(out, data, len, i18n_is_ascii());
	buf_addc(out, '\n');
}

void entry_text(const struct dialog *d, size_t index, struct buf *out)
{
	const struct event *e = dialog_at(d, index);
	struct buf note = { 0 };

	if (e->kind == EV_SENT) {
		add_line(out, "C: ", event_text(e, e->u.sent.line),
		         e->u.sent.line.len);
		return;
	}
	if (e->kind == EV_REPLY) {
		for (uint32_t i = 0; i < e->u.reply.lines.len; i++) {
			struct ev_ref r = event_item(e, e->u.reply.lines, i);

			add_line(out, "S: ", event_text(e, r), r.len);
		}
		return;
	}
	entry_note(d, index, &note);
	if (note.len)
		add_line(out, "-- ", buf_str(&note), note.len);
	buf_clear(&note);
}
