#include "config.h"

#include "core/mask_seek.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

enum {
	LOCAL_MAX = 256,  /* RFC 5321 §4.5.3.1.1 says 64; SRS makes longer */
	WORD_PARTS = 6,   /* "jan.van-der_berg" as one learned word */
	DIGEST_MIN = 32,  /* hex digits of MD5; a serial number has 16 bytes */
	LABELS_OF_IP = 4,
};

struct bytes {
	const struct seeker *k;
	const struct secret_run *r;
	const char *b;
	size_t n;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* One of the three bytes of U+2000 to U+203F, blanks, quotes and dashes, or
 * of the two of U+00A0, U+00AB, U+00BB. */
static bool is_punctuation(const struct bytes *v, size_t i)
{
	const unsigned char *b = (const unsigned char *)v->b;

	for (size_t k = i > 1 ? i - 2 : 0; k <= i && k + 1 < v->n; k++) {
		if (b[k] == 0xe2 && b[k + 1] == 0x80)
			return true;
		if (b[k] == 0xc2 && k + 2 > i && (b[k + 1] == 0xa0 ||
		    b[k + 1] == 0xab || b[k + 1] == 0xbb))
			return true;
	}
	return false;
}

/* A letter of any script, or a digit. */
static bool is_letter(const struct bytes *v, size_t i)
{
	char c = v->b[i];

	if ((unsigned char)c >= 0x80)
		return !is_punctuation(v, i);
	return is_alpha(c) || is_digit(c);
}

static bool is_name_char(const struct bytes *v, size_t i)
{
	char c = v->b[i];

	return c == '-' || c == '_' || c == '.' || is_letter(v, i);
}

/* RFC 5321 §4.1.2 has more; those end an address in a URL or in a sentence. */
static bool is_local_char(const struct bytes *v, size_t i)
{
	char c = v->b[i];

	return is_letter(v, i) || (c && strchr("-_.+=%!#~$*", c));
}

static void hit(const struct bytes *v, enum seek_kind kind, size_t from,
                size_t to)
{
	const struct seek_hit h = { .kind = kind, .bytes = v->b + from,
		.len = to - from, .from = v->r->places[from].from,
		.to = v->r->places[to - 1].to };

	if (v->k->book->mode == MASK_PEOPLE && kind != SEEK_LOCAL &&
	    kind != SEEK_WORD)
		return;
	v->k->found(&h, v->k->arg);
}

/* --- local parts */

static size_t quoted_local(const struct bytes *v, size_t at)
{
	size_t from = at - 1, least = at > LOCAL_MAX ? at - LOCAL_MAX : 0;

	while (from > least) {
		from--;
		if (v->b[from] == '"' && (from == 0 || v->b[from - 1] != '\\'))
			return from;
	}
	return at;
}

/* "email=" of a URL, "smtp.mailfrom=" of a result: not a part of the address,
 * unless it stands in brackets. */
static size_t behind_key(const struct bytes *v, size_t from, size_t at)
{
	const char *equals = memchr(v->b + from, '=', at - from);
	size_t end = equals ? (size_t)(equals - v->b) : from;

	if (!equals || end + 1 == at || (from > 0 && v->b[from - 1] == '<'))
		return from;
	for (size_t i = from; i < end; i++)
		if (!is_alpha(v->b[i]) && !strchr("._-", v->b[i]))
			return from;
	return end + 1;
}

static size_t local_start(const struct bytes *v, size_t at)
{
	size_t from = at, least = at > LOCAL_MAX ? at - LOCAL_MAX : 0;

	if (at > 0 && v->b[at - 1] == '"')
		return quoted_local(v, at);
	while (from > least && is_local_char(v, from - 1))
		from--;
	while (from < at && v->b[from] == '.')
		from++;
	return behind_key(v, from, at);
}

/* "user@intranet": a domain without a dot is one by its place. */
static void seek_short_domain(const struct bytes *v, size_t from)
{
	size_t to = from;

	while (to < v->n && is_name_char(v, to) && v->b[to] != '.')
		to++;
	if (to > from && (to + 1 >= v->n || v->b[to] != '.' ||
	                  !is_name_char(v, to + 1)))
		hit(v, SEEK_NAME, from, to);
}

static void seek_local(const struct bytes *v, size_t at)
{
	size_t from = local_start(v, at);
	bool domain = at + 1 < v->n && (is_letter(v, at + 1) ||
	              v->b[at + 1] == '[' || v->b[at + 1] == '_');

	if (from < at && domain && !book_is_role(v->b + from, at - from))
		hit(v, SEEK_LOCAL, from, at);
	if (from < at && domain)
		seek_short_domain(v, at + 1);
}

/* --- names and IPv4 addresses */

static bool is_octet(const char *s, size_t len)
{
	unsigned value = 0;

	if (len == 0 || len > 3)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!is_digit(s[i]))
			return false;
		value = 10 * value + (unsigned)(s[i] - '0');
	}
	return value <= 255;
}

/* The end of four octets that begin at `from`, or `from`. */
static size_t quad_end(const char *b, size_t from, size_t to)
{
	size_t at = from;

	for (int i = 0; i < LABELS_OF_IP; i++) {
		size_t end = at;

		while (end < to && is_digit(b[end]))
			end++;
		if (!is_octet(b + at, end - at))
			return from;
		if (i == LABELS_OF_IP - 1)
			return end;
		if (end == to || b[end] != '.')
			return from;
		at = end + 1;
	}
	return from;
}

/* Does the text end with the word, which begins there? */
static bool ends_with(const struct bytes *v, size_t to, const char *word)
{
	size_t len = strlen(word);

	return len <= to && strncasecmp(v->b + to - len, word, len) == 0 &&
	       (len == to || !is_alpha(v->b[to - len - 1]));
}

/* The end of what stands before `at`, without blanks and the like. */
static size_t before_blanks(const struct bytes *v, size_t at)
{
	while (at > 0 && v->b[at - 1] && strchr(" \t\n(,;-", v->b[at - 1]))
		at--;
	return at;
}

/* A section of an RFC: "RFC 5321 4.5.3.2", "section 4.5.3.2", "Â§4.5.3.2". No
 * number of one has three digits. */
static bool is_section(const struct bytes *v, size_t from, size_t to)
{
	static const char *const words[] = { "section", "sections", "sec.",
		"sect.", "\302\247" };
	size_t digits = 0, end = before_blanks(v, from), at = end;

	for (size_t i = from; i < to; i++) {
		digits = is_digit(v->b[i]) ? digits + 1 : 0;
		if (digits > 2)
			return false;
	}
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (ends_with(v, end, words[i]))
			return true;
	while (at > 0 && is_digit(v->b[at - 1]))
		at--;
	return at < end && ends_with(v, before_blanks(v, at), "RFC");
}

static void hit_quad(const struct bytes *v, size_t from, size_t to)
{
	if (!is_section(v, from, to))
		hit(v, SEEK_ADDRESS, from, to);
}

/* Addresses in what is no name: "203.0.113.9-1" */
static void seek_quads(const struct bytes *v, size_t from, size_t to)
{
	for (size_t i = from, end; i < to; i++) {
		if (!is_digit(v->b[i]) || (i > from && is_digit(v->b[i - 1])))
			continue;
		end = quad_end(v->b, i, to);
		if (end > i && (end == to || !is_digit(v->b[end]))) {
			hit_quad(v, i, end);
			i = end;
		}
	}
}

static size_t last_label(const struct bytes *v, size_t from, size_t to)
{
	size_t at = to;

	while (at > from && v->b[at - 1] != '.')
		at--;
	return at;
}

/* Letters only, or an A-label, or in another script: no version number. */
static bool is_top_level(const char *s, size_t len)
{
	bool alpha = len >= 2;

	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)s[i] >= 0x80)
			return true;
		alpha &= is_alpha(s[i]);
	}
	return alpha || (len > 4 && (s[0] | 0x20) == 'x' &&
	                 (s[1] | 0x20) == 'n' && s[2] == '-' && s[3] == '-');
}

/* Ends of files and of RFC 8601's properties, none of them a top level. */
static bool is_no_name(const char *s, size_t len)
{
	static const char *const ends[] = { "html", "htm", "shtml", "php",
		"asp", "aspx", "jsp", "cgi", "txt", "log", "pdf", "xml",
		"mailfrom", "helo", "rcptto", "from" };

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (strlen(ends[i]) == len &&
		    strncasecmp(ends[i], s, len) == 0)
			return true;
	return false;
}

/* The end of one sentence and the beginning of the next: "denied.Please" */
static bool is_sentence(const struct bytes *v, size_t from, size_t last,
                        size_t to)
{
	const struct mask_keep *keep = v->k->book->keep;
	char word[32];

	if (!keep || !keep->word || v->b[last] < 'A' || v->b[last] > 'Z' ||
	    to - last < 3 || to - last >= sizeof word ||
	    memchr(v->b + from, '.', last - 1 - from))
		return false;
	for (size_t i = last; i < to; i++) {
		if (i > last && v->b[i] < 'a')
			return false;
		word[i - last] = (char)(v->b[i] | 0x20);
	}
	return keep->word(word, to - last);
}

/* "%40" and "=40" of another way of writing, cut off. */
static size_t behind_escape(const struct bytes *v, size_t from, size_t to)
{
	const char *b = v->b;
	int value;

	if (from == 0 || to - from < 3 || !is_hex(b[from]) ||
	    !is_hex(b[from + 1]))
		return from;
	if (b[from - 1] == '%') /* "%81.169.1.2" is none */
		return quad_end(b, from, to) > from &&
		       quad_end(b, from + 2, to) == from + 2 ? from : from + 2;
	if (b[from - 1] != '=' || quad_end(b, from, to) > from)
		return from;
	value = (is_digit(b[from]) ? b[from] - '0' : (b[from] | 0x20) - 'W') *
	        16 + (is_digit(b[from + 1]) ? b[from + 1] - '0'
	                                    : (b[from + 1] | 0x20) - 'W');
	return value && strchr("@<>\"'()[];:,=&?/ ", value) ? from + 2 : from;
}

/* "mx.nest.test-4711", "mx.nest.test_25": an id or a port behind the name. */
static size_t without_rest(const struct bytes *v, size_t last, size_t to)
{
	size_t end = last;

	while (end < to && v->b[end] != '-' && v->b[end] != '_')
		end++;
	return !is_top_level(v->b + last, to - last) &&
	       is_top_level(v->b + last, end - last) ? end : to;
}

static void seek_name(const struct bytes *v, size_t from, size_t to)
{
	size_t last;

	from = behind_escape(v, from, to);
	while (from < to && (v->b[from] == '.' || v->b[from] == '-'))
		from++;
	while (to > from && (v->b[to - 1] == '.' || v->b[to - 1] == '-' ||
	                     v->b[to - 1] == '_'))
		to--;
	last = last_label(v, from, to);
	if (last == from)
		return;
	to = without_rest(v, last, to);
	if (quad_end(v->b, from, to) == to)
		hit_quad(v, from, to);
	else if (!is_top_level(v->b + last, to - last))
		seek_quads(v, from, to);
	else if (!is_no_name(v->b + last, to - last) &&
	         !is_sentence(v, from, last, to))
		hit(v, SEEK_NAME, from, to);
}

/* Names begin at i; returns the end of the run. ".." is in none. */
static size_t seek_names(const struct bytes *v, size_t i)
{
	size_t to = i;

	while (to < v->n && is_name_char(v, to)) {
		if (v->b[to] == '.' && to > i && v->b[to - 1] == '.')
			break;
		to++;
	}
	seek_name(v, i, to);
	return to;
}

/* --- IPv6 */

static bool is_v6_text(const char *b, size_t len)
{
	unsigned char octets[16];
	char copy[INET6_ADDRSTRLEN];

	if (len < 3 || len >= sizeof copy)
		return false;
	memcpy(copy, b, len);
	copy[len] = '\0';
	return inet_pton(AF_INET6, copy, octets) == 1;
}

/* The address at the end of from..to, without the point or colon of a sentence.
 */
static bool hit_v6(const struct bytes *v, size_t from, size_t to)
{
	for (; to > from; to--) {
		if (is_v6_text(v->b + from, to - from)) {
			hit(v, SEEK_ADDRESS, from, to);
			return true;
		}
		if (v->b[to - 1] != ':' && v->b[to - 1] != '.')
			return false;
	}
	return false;
}

/* A run of hex digits, colons and dots; where letters stand before it ("ip6:",
 * "IPv6:", "from:") the address begins behind the first colon. */
static size_t seek_v6(const struct bytes *v, size_t i)
{
	const char *colon;
	size_t to = i;

	while (to < v->n && (is_hex(v->b[to]) || v->b[to] == ':' ||
	                     v->b[to] == '.'))
		to++;
	colon = memchr(v->b + i, ':', to - i);
	if (!colon || (to < v->n && is_letter(v, to)))
		return to;
	if ((i > 0 && is_letter(v, i - 1)) || !hit_v6(v, i, to))
		hit_v6(v, (size_t)(colon - v->b) + 1, to);
	return to;
}

/* --- digests and keys */

static size_t seek_digest(const struct bytes *v, size_t i)
{
	size_t to = i;

	while (to < v->n && (is_alpha(v->b[to]) || is_digit(v->b[to]) ||
	                     v->b[to] == '+' || v->b[to] == '/'))
		to++;
	if (to - i >= DIGEST_MIN)
		hit(v, SEEK_DIGEST, i, to);
	return to;
}

/* --- learned words */

static size_t word_end(const struct bytes *v, size_t i)
{
	while (i < v->n && is_letter(v, i))
		i++;
	return i;
}

/* The longest learned word that begins at i; a word ends where its letters do.
 */
static void seek_word(const struct bytes *v, size_t i)
{
	size_t to = word_end(v, i), best = 0;

	for (int parts = 0; parts < WORD_PARTS; parts++) {
		if (book_word(v->k->book->book, v->b + i, to - i))
			best = to;
		if (to >= v->n || !strchr(".-_+=", v->b[to]))
			break;
		to += v->n - to > 1 && memcmp(v->b + to, "--", 2) == 0; /* xn */
		if (to + 1 >= v->n || !is_letter(v, to + 1))
			break;
		to = word_end(v, to + 1);
	}
	if (best)
		hit(v, SEEK_WORD, i, best);
}

static void seek_words(const struct bytes *v)
{
	if (!book_has_words(v->k->book->book))
		return;
	for (size_t i = 0; i < v->n; i++)
		if (is_letter(v, i) &&
		    (i == 0 || !is_letter(v, i - 1)))
			seek_word(v, i);
}

void seek_run(const struct seeker *k, const struct secret_run *r)
{
	const struct bytes v = { .k = k, .r = r, .b = r->bytes, .n = r->n };
	size_t names = 0, digests = 0, v6 = 0; /* where each is looked for */

	for (size_t i = 0; i < v.n; i++) {
		if (v.b[i] == '@')
			seek_local(&v, i);
		if (i >= v6 && (is_hex(v.b[i]) || v.b[i] == ':'))
			v6 = seek_v6(&v, i);
		if (i >= names && is_name_char(&v, i))
			names = seek_names(&v, i);
		if ((k->flags & SCAN_DIGESTS) && i >= digests &&
		    is_letter(&v, i))
			digests = seek_digest(&v, i);
	}
	seek_words(&v);
}
