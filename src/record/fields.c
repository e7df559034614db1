#include "config.h"

#include "record/fields.h"

#include <string.h>

/* The enums' own functions, all of one shape. */
#define WORDS(prefix)                                                          \
	static const char *prefix##_word(int v)                                \
	{                                                                      \
		return prefix##_name((enum prefix)v);                          \
	}                                                                      \
	static const struct field_words prefix##_words = {                     \
		prefix##_word, prefix##_find                                   \
	};
WORDS(state)
WORDS(dns_status)
WORDS(route_kind)
WORDS(fail_phase)
WORDS(fail_kind)
WORDS(bytes_why)
WORDS(level)
WORDS(grade)
WORDS(outcome)
WORDS(act)
WORDS(confidence)
#undef WORDS

#define AT(member) offsetof(struct event, u.member)
#define END { NULL, FIELD_TEXT, 0, NULL }

static const struct field start_fields[] = {
	{ "program", FIELD_TEXT, AT(start.program), NULL },
	{ "version", FIELD_TEXT, AT(start.version), NULL },
	{ "time", FIELD_TEXT, AT(start.time), NULL },
	{ "options", FIELD_TEXT, AT(start.options), NULL },
	{ "lang", FIELD_TEXT, AT(start.lang), NULL },
	{ "input", FIELD_TEXT_SET, AT(start.input), NULL },
	{ "id", FIELD_TEXT_SET, AT(start.id), NULL },
	END,
};

static const struct field dns_fields[] = {
	{ "name", FIELD_TEXT, AT(dns.name), NULL },
	{ "type", FIELD_RRTYPE, AT(dns.type), NULL },
	{ "server", FIELD_TEXT, AT(dns.server), NULL },
	{ "ms", FIELD_MS, AT(dns.us), NULL },
	{ "status", FIELD_WORD, AT(dns.status), &dns_status_words },
	{ "ad", FIELD_BOOL, AT(dns.ad), NULL },
	{ "aa", FIELD_BOOL, AT(dns.aa), NULL },
	{ "tcp", FIELD_BOOL, AT(dns.tcp), NULL },
	{ "cd", FIELD_BOOL, AT(dns.cd), NULL },
	{ "cached", FIELD_BOOL_SET, AT(dns.cached), NULL },
	{ "ext", FIELD_TEXT, AT(dns.ext), NULL },
	{ "answers", FIELD_ANSWERS, AT(dns.answers), NULL },
	{ "wire", FIELD_WIRE, AT(dns.wire), NULL },
	END,
};

static const struct field route_fields[] = {
	{ "domain", FIELD_TEXT, AT(route.domain), NULL },
	{ "kind", FIELD_WORD, AT(route.kind), &route_kind_words },
	{ "cause", FIELD_WORD, AT(route.cause), &dns_status_words },
	{ "hosts", FIELD_HOSTS, AT(route.hosts), NULL },
	END,
};

static const struct field connect_fields[] = {
	{ "host", FIELD_TEXT, AT(connect.host), NULL },
	{ "address", FIELD_TEXT, AT(connect.address), NULL },
	{ "port", FIELD_U16, AT(connect.port), NULL },
	{ "via", FIELD_TEXT, AT(connect.via), NULL },
	{ "ms", FIELD_MS_KNOWN, AT(connect.us), NULL },
	{ "local", FIELD_TEXT, AT(connect.local), NULL },
	END,
};

#define CERT(member) offsetof(struct ev_cert, member)

static const struct field cert_fields[] = {
	{ "subject", FIELD_TEXT, CERT(subject), NULL },
	{ "issuer", FIELD_TEXT, CERT(issuer), NULL },
	{ "names", FIELD_TEXTS, CERT(names), NULL },
	{ "not_before", FIELD_TEXT, CERT(not_before), NULL },
	{ "not_after", FIELD_TEXT, CERT(not_after), NULL },
	{ "sha256", FIELD_TEXT, CERT(sha256), NULL },
	{ "spki_sha256", FIELD_TEXT, CERT(spki_sha256), NULL },
	{ "key", FIELD_TEXT, CERT(key), NULL },
	{ "signature", FIELD_TEXT, CERT(signature), NULL },
	{ "serial", FIELD_TEXT, CERT(serial), NULL },
	END,
};

const struct field *fields_of_cert(void)
{
	return cert_fields;
}

static const struct field tls_fields[] = {
	{ "version", FIELD_TEXT, AT(tls.version), NULL },
	{ "cipher", FIELD_TEXT, AT(tls.cipher), NULL },
	{ "group", FIELD_TEXT, AT(tls.group), NULL },
	{ "alpn", FIELD_TEXT, AT(tls.alpn), NULL },
	{ "sni", FIELD_TEXT, AT(tls.sni), NULL },
	{ "names", FIELD_LEAF, CERT(names), NULL },
	{ "issuer", FIELD_LEAF, CERT(issuer), NULL },
	{ "not_before", FIELD_LEAF, CERT(not_before), NULL },
	{ "not_after", FIELD_LEAF, CERT(not_after), NULL },
	{ "chain", FIELD_CHAIN, AT(tls.chain), NULL },
	{ "reference_names", FIELD_TEXTS, AT(tls.names), NULL },
	{ "verify", FIELD_TEXT, AT(tls.verify), NULL },
	{ "detail", FIELD_TEXT, AT(tls.detail), NULL },
	{ "depth", FIELD_COLUMN, AT(tls.depth), NULL },
	{ "dane", FIELD_TEXT, AT(tls.dane), NULL },
	{ "tlsa", FIELD_TEXTS, AT(tls.tlsa), NULL },
	{ "matched", FIELD_COLUMN, AT(tls.matched), NULL },
	{ "ms", FIELD_MS_KNOWN, AT(tls.us), NULL },
	{ "wrapped", FIELD_BOOL, AT(tls.wrapped), NULL },
	{ "cert_asked", FIELD_BOOL, AT(tls.cert_asked), NULL },
	{ "cert_sent", FIELD_BOOL, AT(tls.cert_sent), NULL },
	{ "resumed", FIELD_BOOL, AT(tls.resumed), NULL },
	END,
};

static const struct field failed_fields[] = {
	{ "phase", FIELD_WORD, AT(failed.phase), &fail_phase_words },
	{ "kind", FIELD_WORD, AT(failed.kind), &fail_kind_words },
	{ "text", FIELD_SAY_TEXT, 0, NULL },
	{ "detail", FIELD_TEXT, AT(failed.detail), NULL },
	END,
};

static const struct field sent_fields[] = {
	{ "line", FIELD_TEXT, AT(sent.line), NULL },
	{ "verb", FIELD_TEXT, AT(sent.verb), NULL },
	{ "secret", FIELD_BOOL, AT(sent.secret), NULL },
	{ "bytes", FIELD_U32, AT(sent.bytes), NULL },
	END,
};

static const struct field reply_fields[] = {
	{ "to", FIELD_TO, AT(reply.to), NULL },
	{ "code", FIELD_U16, AT(reply.code), NULL },
	{ "enhanced", FIELD_TEXT, AT(reply.enhanced), NULL },
	{ "lines", FIELD_TEXTS, AT(reply.lines), NULL },
	{ "ms", FIELD_MS_KNOWN, AT(reply.us), NULL },
	{ "raw", FIELD_RAW, AT(reply.raw), NULL },
	{ "recipient", FIELD_TEXT_SET, AT(reply.recipient), NULL },
	END,
};

static const struct field bytes_fields[] = {
	{ "dir", FIELD_DIRECTION, AT(bytes.from_server), NULL },
	{ "why", FIELD_WORD, AT(bytes.why), &bytes_why_words },
	{ "count", FIELD_U32, AT(bytes.count), NULL },
	{ "data", FIELD_BASE64, AT(bytes.data), NULL },
	END,
};

static const struct field message_fields[] = {
	{ "bytes", FIELD_U32, AT(message.bytes), NULL },
	{ "lines", FIELD_U32, AT(message.lines), NULL },
	{ "sha256", FIELD_TEXT, AT(message.sha256), NULL },
	{ "stuffed", FIELD_U32, AT(message.stuffed), NULL },
	END,
};

static const struct field state_fields[] = {
	{ "from", FIELD_WORD, AT(state.from), &state_words },
	{ "to", FIELD_WORD, AT(state.to), &state_words },
	{ "rule", FIELD_TEXT, AT(state.rule), NULL },
	{ "why", FIELD_SAY_WHY, 0, NULL },
	END,
};

static const struct field finding_fields[] = {
	{ "id", FIELD_TEXT, AT(finding.id), NULL },
	{ "level", FIELD_WORD, AT(finding.level), &level_words },
	{ "text", FIELD_SAY_TEXT, 0, NULL },
	{ "evidence", FIELD_TEXT, AT(finding.evidence), NULL },
	{ "args", FIELD_TEXTS, AT(finding.args), NULL },
	{ "about", FIELD_U32, AT(finding.about), NULL },
	{ "caret", FIELD_COLUMN, AT(finding.caret), NULL },
	END,
};

static const struct field check_fields[] = {
	{ "id", FIELD_TEXT, AT(check.id), NULL },
	{ "subject", FIELD_TEXT, AT(check.subject), NULL },
	{ "result", FIELD_TEXT, AT(check.result), NULL },
	{ "grade", FIELD_WORD, AT(check.grade), &grade_words },
	{ "text", FIELD_SAY_TEXT, 0, NULL },
	{ "next", FIELD_SAY_NEXT, 0, NULL },
	{ "say", FIELD_TEXT, AT(check.say), NULL },
	{ "args", FIELD_TEXTS, AT(check.args), NULL },
	{ "trace", FIELD_TRACE, AT(check.trace), NULL },
	END,
};

static const struct field verdict_fields[] = {
	{ "recipient", FIELD_TEXT_NULL, AT(verdict.recipient), NULL },
	{ "exit", FIELD_U8, AT(verdict.exit), NULL },
	{ "outcome", FIELD_WORD, AT(verdict.outcome), &outcome_words },
	{ "act", FIELD_WORD, AT(verdict.act), &act_words },
	{ "confidence", FIELD_WORD, AT(verdict.confidence),
	  &confidence_words },
	{ "rule", FIELD_TEXT, AT(verdict.rule), NULL },
	{ "text", FIELD_SAY_TEXT, 0, NULL },
	{ "next", FIELD_SAY_NEXT, 0, NULL },
	{ "args", FIELD_TEXTS, AT(verdict.args), NULL },
	{ "because", FIELD_TEXT, AT(verdict.because), NULL },
	{ "words", FIELD_TEXT, AT(verdict.words), NULL },
	{ "supported_by", FIELD_TEXTS, AT(verdict.supports), NULL },
	{ "contradicted_by", FIELD_TEXTS, AT(verdict.opposes), NULL },
	{ "contradictions", FIELD_TEXTS, AT(verdict.contradictions), NULL },
	{ "mta", FIELD_TEXT, AT(verdict.mta), NULL },
	{ "mta_text", FIELD_SAY_MTA, 0, NULL },
	{ "advice", FIELD_TEXT, AT(verdict.advice), NULL },
	{ "advice_args", FIELD_TEXTS, AT(verdict.advice_args), NULL },
	{ "about", FIELD_U32, AT(verdict.about), NULL },
	END,
};

static const struct field_words by_words; /* below */

static const struct field closed_fields[] = {
	{ "by", FIELD_WORD, AT(closed.by_server), &by_words },
	{ "clean", FIELD_BOOL, AT(closed.clean), NULL },
	END,
};

static const struct field end_fields[] = {
	{ "exit", FIELD_U8, AT(end.exit), NULL },
	{ "sessions", FIELD_U32, AT(end.sessions), NULL },
	{ "accepted", FIELD_U32, AT(end.accepted), NULL },
	{ "deferred", FIELD_U32, AT(end.deferred), NULL },
	{ "refused", FIELD_U32, AT(end.refused), NULL },
	{ "unreachable", FIELD_U32, AT(end.unreachable), NULL },
	END,
};

static const char *by_name(int by_server)
{
	return by_server ? "server" : "us";
}

static int by_find(const char *word)
{
	if (strcmp(word, "server") == 0)
		return 1;
	return strcmp(word, "us") == 0 ? 0 : -1;
}

static const struct field_words by_words = { by_name, by_find };

const struct field *fields_of(enum event_kind kind)
{
	static const struct field nothing[] = { END };
	static const struct field *const lists[EVENT_KIND_COUNT] = {
		[EV_START] = start_fields,
		[EV_DNS] = dns_fields,
		[EV_ROUTE] = route_fields,
		[EV_CONNECTING] = connect_fields,
		[EV_CONNECTED] = connect_fields,
		[EV_TLS] = tls_fields,
		[EV_FAILED] = failed_fields,
		[EV_SENT] = sent_fields,
		[EV_REPLY] = reply_fields,
		[EV_BYTES] = bytes_fields,
		[EV_MESSAGE] = message_fields,
		[EV_STATE] = state_fields,
		[EV_FINDING] = finding_fields,
		[EV_CHECK] = check_fields,
		[EV_VERDICT] = verdict_fields,
		[EV_CLOSED] = closed_fields,
		[EV_END] = end_fields,
	};

	return lists[kind] ? lists[kind] : nothing;
}
