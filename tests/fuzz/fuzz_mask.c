/*
 * fuzz_mask: whatever stands in an event, its masked copy is a sound event of
 * the same kind, the same each time, and holds nothing of an identity that was
 * introduced before; and a masked text is not masked into something longer
 * each time.
 *
 * An input: a byte for the kind of event and the mode, then the text that
 * stands in all of its fields.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "core/mask.h"
#include "core/secret_view.h"
#include "util/xalloc.h"

const char *const fuzz_inputs[] = { "mask", "reply", NULL };

static const char canary[] = "zqwren";

static void must(bool promise)
{
	if (!promise)
		abort();
}

static struct event *sent(const char *line, size_t len)
{
	struct event_builder b;

	event_begin(&b, EV_SENT);
	b.e.u.sent.line = event_put(&b, line, len);
	return event_finish(&b);
}

/* Lines of the text, as a reply has them. */
static struct ev_ref lines(struct event_builder *b, const char *text,
                           size_t len)
{
	struct ev_ref refs[64];
	size_t n = 0;

	while (len > 0 && n < 64) {
		const char *end = memchr(text, '\n', len);
		size_t one = end ? (size_t)(end - text) : len;

		refs[n++] = event_put(b, text, one);
		one += end != NULL;
		text += one;
		len -= one;
	}
	return event_put_array(b, refs, sizeof *refs, n);
}

static struct event *made(uint8_t which, const char *text, size_t len)
{
	static const uint8_t kinds[] = { EV_SENT, EV_REPLY, EV_FINDING,
		EV_START, EV_TLS, EV_DNS, EV_CHECK, EV_VERDICT };
	struct ev_cert cert = { 0 };
	struct ev_rr rr = { .type = 16 };
	struct event_builder b;
	struct ev_ref all;

	event_begin(&b, kinds[which % sizeof kinds]);
	all = event_put(&b, text, len);
	switch (b.e.kind) {
	case EV_SENT: b.e.u.sent.line = all; break;
	case EV_REPLY: b.e.u.reply.lines = lines(&b, text, len); break;
	case EV_FINDING:
		b.e.u.finding.evidence = all;
		b.e.u.finding.caret = (int32_t)(len / 2);
		break;
	case EV_START: b.e.u.start.options = all; break;
	case EV_TLS:
		cert.subject = cert.issuer = cert.serial = all;
		cert.names = lines(&b, text, len);
		b.e.u.tls.chain = event_put_array(&b, &cert, sizeof cert, 1);
		break;
	case EV_DNS:
		rr.name = rr.data = all;
		b.e.u.dns.answers = event_put_array(&b, &rr, sizeof rr, 1);
		break;
	case EV_CHECK:
		b.e.u.check.subject = all;
		b.e.u.check.args = lines(&b, text, len);
		break;
	default: b.e.u.verdict.recipient = all; break;
	}
	return event_finish(&b);
}

static bool alone(const struct secret_run *r, size_t i, size_t len)
{
	const char *b = r->bytes;

	return (i == 0 || strchr(" <@\"'()[];:,/", b[i - 1])) &&
	       (i + len == r->n || strchr(" >@\"'()[];:,/", b[i + len]));
}

/* Where it stands alone: a part of another word is another word. */
static void look(const struct secret_run *r, void *arg)
{
	size_t len = sizeof canary - 1;

	(void)arg;
	for (size_t i = 0; !r->whole && i + len <= r->n; i++)
		must(memcmp(r->bytes + i, canary, len) != 0 ||
		     !alone(r, i, len));
}

static void check_copy(const struct event *e, const struct event *out)
{
	size_t fixed = event_fixed_size(e->kind);

	must(out->kind == e->kind && out->size >= fixed);
	if (e->kind == EV_FINDING)
		must(out->u.finding.caret <=
		     (int32_t)out->u.finding.evidence.len);
	if (e->kind == EV_REPLY)
		must(out->u.reply.lines.len == e->u.reply.lines.len);
	if (e->kind == EV_SENT)
		secret_views(event_text(out, out->u.sent.line),
		             out->u.sent.line.len, look, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char line[] = "MAIL FROM:<zqwren@zqnest.test>";
	enum mask_mode mode;
	struct mask *m, *again;
	struct event *first, *e, *out, *same;

	if (size < 1)
		return 0;
	mode = data[0] & 128 ? MASK_PEOPLE : MASK_ALL;
	m = mask_new(mode, NULL);
	again = mask_new(mode, NULL);
	first = sent(line, sizeof line - 1);
	e = made(data[0], (const char *)data + 1, size - 1);
	free(mask_event(m, first));
	free(mask_event(again, first));
	out = mask_event(m, e);
	same = mask_event(again, e);
	must(out->size == same->size && !memcmp(out, same, out->size));
	check_copy(e, out);
	free(mask_event(m, out)); /* a masked dialog may be masked again */
	free(out);
	free(same);
	free(e);
	free(first);
	mask_free(m);
	mask_free(again);
	return 0;
}
