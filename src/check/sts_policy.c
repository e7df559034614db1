#include "config.h"

#include "check/sts_policy.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/xalloc.h"

enum {
	KEY_MAX = 32,    /* RFC 8461 §3.2, sts-policy-ext-name */
	DIGITS_MAX = 10, /* of max_age, ibid. */
	SHOWN_MAX = 200, /* octets kept of a text that is at fault */
	LABEL_MAX = 63,
	HOST_MAX = 253,  /* RFC 1035 §2.3.4, as text */
};

/* One run over the text. */
struct reader {
	struct sts_policy *out;
	unsigned line;
	bool version, mode, max_age; /* seen: only the first one counts */
};

struct slice {
	const char *p; /* borrowed */
	size_t len;
};

static void fault(struct reader *r, bool fatal, const char *say,
                  struct slice text)
{
	struct sts_policy *out = r->out;

	if (fatal)
		out->valid = false;
	if (out->n_faults == STS_FAULTS_MAX) {
		out->more_faults++;
		return;
	}
	out->faults = xreallocarray(out->faults, out->n_faults + 1,
	                            sizeof *out->faults);
	out->faults[out->n_faults++] = (struct sts_fault){
		.line = r->line, .say = say, .fatal = fatal,
		.text = xmemdup0(text.p, text.len < SHOWN_MAX ? text.len
		                                              : SHOWN_MAX) };
}

static void invalid(struct reader *r, const char *say, struct slice text)
{
	fault(r, true, say, text);
}

static void remark(struct reader *r, const char *say, struct slice text)
{
	fault(r, false, say, text);
}

static bool slice_is(struct slice s, const char *word)
{
	return s.len == strlen(word) && memcmp(s.p, word, s.len) == 0;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* ---- the four keys ---- */

static void take_version(struct reader *r, struct slice value)
{
	if (!slice_is(value, "STSv1"))
		invalid(r, "sts-bad-version", value);
}

static void take_mode(struct reader *r, struct slice value)
{
	static const enum sts_mode modes[] = {
		STS_ENFORCE, STS_TESTING, STS_NONE,
	};

	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
		if (slice_is(value, sts_mode_name(modes[i])))
			r->out->mode = modes[i];
	if (r->out->mode == STS_NO_MODE)
		invalid(r, "sts-bad-mode", value);
}

static void take_max_age(struct reader *r, struct slice value)
{
	uint64_t n = 0;

	for (size_t i = 0; i < value.len; i++) {
		if (!is_digit(value.p[i]) || i == DIGITS_MAX) {
			invalid(r, "sts-bad-age", value);
			return;
		}
		n = n * 10 + (uint64_t)(value.p[i] - '0');
	}
	if (value.len == 0)
		invalid(r, "sts-bad-age", value);
	else if (n > STS_AGE_MAX)
		invalid(r, "sts-long-age", value);
	else
		r->out->max_age = (uint32_t)n;
}

/* RFC 5321 §4.1.2: Domain, without its last dot. */
static bool is_domain(struct slice s)
{
	size_t label = 0;

	if (s.len == 0 || s.len > HOST_MAX)
		return false;
	for (size_t i = 0; i <= s.len; i++) {
		char c = i < s.len ? s.p[i] : '.';

		if (c == '.' && (label == 0 || s.p[i - 1] == '-'))
			return false;
		label = c == '.' ? 0 : label + 1;
		if (label > LABEL_MAX || (label == 1 && c == '-') ||
		    (c != '.' && c != '-' && !is_alnum(c)))
			return false;
	}
	return true;
}

static bool is_ascii(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.p[i] > 0x7f)
			return false;
	return true;
}

static void take_mx(struct reader *r, struct slice value)
{
	struct slice domain = value;
	struct sts_policy *out = r->out;

	if (domain.len > 2 && memcmp(domain.p, "*.", 2) == 0)
		domain = (struct slice){ value.p + 2, value.len - 2 };
	if (!is_domain(domain)) {
		invalid(r, is_ascii(value) ? "sts-bad-mx" : "sts-mx-idn",
		        value);
		return;
	}
	out->mx = xreallocarray(out->mx, out->n_mx + 1, sizeof *out->mx);
	out->mx[out->n_mx++] = xmemdup0(value.p, value.len);
}

/* ---- lines ---- */

static bool is_key(struct slice s)
{
	if (s.len == 0 || s.len > KEY_MAX || !is_alnum(s.p[0]))
		return false;
	for (size_t i = 1; i < s.len; i++)
		if (!is_alnum(s.p[i]) && s.p[i] != '_' && s.p[i] != '-' &&
		    s.p[i] != '.')
			return false;
	return true;
}

static bool has_control(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return true;
	return false;
}

/* The first one counts, RFC 8461 §3.2; the later ones are not even looked at
 * for being right. */
static void take_once(struct reader *r, bool *seen, struct slice key,
                      void (*take)(struct reader *r, struct slice value),
                      struct slice value)
{
	if (*seen)
		remark(r, "sts-duplicate", key);
	else
		take(r, value);
	*seen = true;
}

static void take_pair(struct reader *r, struct slice key, struct slice value)
{
	if (slice_is(key, "version"))
		take_once(r, &r->version, key, take_version, value);
	else if (slice_is(key, "mode"))
		take_once(r, &r->mode, key, take_mode, value);
	else if (slice_is(key, "max_age"))
		take_once(r, &r->max_age, key, take_max_age, value);
	else if (slice_is(key, "mx"))
		take_mx(r, value);
	else
		remark(r, "sts-unknown-key", key);
}

static void take_line(struct reader *r, struct slice line)
{
	const char *colon;
	struct slice key, value;

	while (line.len && is_blank(line.p[line.len - 1]))
		line.len--;
	if (line.len == 0) {
		remark(r, "sts-empty-line", line);
		return;
	}
	colon = memchr(line.p, ':', line.len);
	key = (struct slice){ line.p,
		colon ? (size_t)(colon - line.p) : line.len };
	if (!colon || !is_key(key)) {
		invalid(r, "sts-no-pair", line);
		return;
	}
	value = (struct slice){ colon + 1, line.len - key.len - 1 };
	while (value.len && is_blank(*value.p))
		value = (struct slice){ value.p + 1, value.len - 1 };
	if (has_control(value))
		invalid(r, "sts-control", line);
	else
		take_pair(r, key, value);
}

static void take_lines(struct reader *r, const char *text, size_t len)
{
	while (len) {
		const char *lf = memchr(text, '\n', len);
		struct slice line = { text, lf ? (size_t)(lf - text) : len };
		size_t used = line.len + (lf != NULL);

		r->line++;
		if (lf && line.len && line.p[line.len - 1] == '\r')
			line.len--;
		take_line(r, line);
		text += used;
		len -= used;
	}
}

static void judge_whole(struct reader *r)
{
	static const struct slice none = { "", 0 };
	const struct sts_policy *p = r->out;

	r->line = 0;
	if (!r->version)
		invalid(r, "sts-no-version", none);
	if (!r->mode)
		invalid(r, "sts-no-mode", none);
	if (!r->max_age)
		invalid(r, "sts-no-age", none);
	if (p->n_mx == 0 && p->mode != STS_NONE)
		invalid(r, "sts-no-mx", none);
}

void sts_policy_parse(struct sts_policy *out, const char *text, size_t len)
{
	struct reader r = { .out = out };

	*out = (struct sts_policy){ .valid = true };
	take_lines(&r, text, len < STS_POLICY_MAX ? len : STS_POLICY_MAX);
	judge_whole(&r);
}

void sts_policy_clear(struct sts_policy *p)
{
	for (size_t i = 0; i < p->n_mx; i++)
		free(p->mx[i]);
	for (size_t i = 0; i < p->n_faults; i++)
		free(p->faults[i].text);
	free(p->mx);
	free(p->faults);
	*p = (struct sts_policy){ .mode = STS_NO_MODE };
}

const char *sts_mode_name(enum sts_mode m)
{
	static const char *const names[] = {
		[STS_NO_MODE] = "", [STS_ENFORCE] = "enforce",
		[STS_TESTING] = "testing", [STS_NONE] = "none",
	};

	return names[m];
}

bool sts_pattern_fits(const char *pattern, const char *host)
{
	if (strncmp(pattern, "*.", 2) == 0) {
		const char *dot = strchr(host, '.');

		return dot && dot > host && strcasecmp(dot, pattern + 1) == 0;
	}
	return strcasecmp(pattern, host) == 0;
}

const char *sts_policy_match(const struct sts_policy *p, const char *host)
{
	for (size_t i = 0; i < p->n_mx; i++)
		if (sts_pattern_fits(p->mx[i], host))
			return p->mx[i];
	return NULL;
}
