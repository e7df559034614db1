#include "config.h"

#include "core/message.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "core/idn.h"
#include "util/xalloc.h"

/* One line: data[from..end), its end is eol octets long (0: none). */
struct line {
	const char *text;
	size_t len;
	size_t eol; /* 2: CRLF, 1: a bare CR or LF, 0: the data ends */
};

static struct line line_at(const char *data, size_t len, size_t from)
{
	struct line l = { .text = data + from };
	size_t end = from;

	while (end < len && data[end] != '\r' && data[end] != '\n')
		end++;
	l.len = end - from;
	if (end < len)
		l.eol = data[end] == '\r' && end + 1 < len &&
		        data[end + 1] == '\n' ? 2 : 1;
	return l;
}

/* RFC 5322 §2.2: printable ASCII up to a colon; blanks before it are old. */
static size_t field_name(const struct line *l)
{
	size_t n = 0;

	while (n < l->len && l->text[n] > ' ' && l->text[n] < 0x7f &&
	       l->text[n] != ':')
		n++;
	return n && n < l->len && l->text[n] == ':' ? n : 0;
}

static bool is_field(const struct line *l, const char *name)
{
	size_t n = field_name(l);

	return n == strlen(name) && strncasecmp(l->text, name, n) == 0;
}

/* What is no field and goes on none begins the text: so do servers read it. */
static bool in_header(const struct line *l, bool first)
{
	return field_name(l) ||
	       (!first && l->len && (*l->text == ' ' || *l->text == '\t'));
}

static void look_at_line(const struct line *l, bool header,
                         struct message_facts *out)
{
	bool eight = false;

	for (size_t i = 0; i < l->len; i++) {
		eight = eight || (unsigned char)l->text[i] > 127;
		out->nul += !l->text[i];
	}
	out->eight_bit = out->eight_bit || eight;
	out->utf8_header = out->utf8_header || (header && eight);
	out->lines++;
	out->size += l->len + 2;
	out->dots += l->len && *l->text == '.';
	if (l->len > out->longest) {
		out->longest = l->len;
		out->longest_line = out->lines;
	}
	if (l->eol == 1 && l->text[l->len] == '\r')
		out->bare_cr++;
	else if (l->eol == 1)
		out->bare_lf++;
	out->no_final_eol = l->eol == 0;
	if (header && is_field(l, "Date"))
		out->no_date = false;
	if (header && is_field(l, "From"))
		out->no_from = false;
}

void message_look(const char *data, size_t len, struct message_facts *out)
{
	bool header = true;

	*out = (struct message_facts){ .no_date = true, .no_from = true };
	for (size_t from = 0; from < len;) {
		struct line l = line_at(data, len, from);

		header = header && in_header(&l, from == 0);
		look_at_line(&l, header, out);
		from += l.len + l.eol;
	}
}

void message_normalise(const char *data, size_t len, struct buf *out)
{
	for (size_t from = 0; from < len;) {
		struct line l = line_at(data, len, from);

		buf_add(out, l.text, l.len);
		buf_add(out, "\r\n", 2);
		from += l.len + l.eol;
	}
}

/* ---- the test message ---- */

/*
 * The address as a header may hold it: one without a domain ("postmaster")
 * gets ours, and a domain that needs no SMTPUTF8 is written without. Heap.
 */
static char *header_address(const char *addr, const char *helo)
{
	char *out = strrchr(addr, '@') ? idn_address(addr)
	                               : xasprintf("%s@%s", addr, helo);

	/* no line break of an address becomes one of the header */
	for (char *p = out; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	return out;
}

/* RFC 5322 §3.3; +0000 says that this is universal time. */
static void put_date(struct buf *out, int64_t when)
{
	static const char day[] = "SunMonTueWedThuFriSat";
	static const char month[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t seconds = (time_t)when;
	struct tm t;

	if (!gmtime_r(&seconds, &t)) /* its year has no number */
		t = (struct tm){ .tm_mday = 1, .tm_year = 70, .tm_wday = 4 };
	buf_addf(out, "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d +0000\r\n",
	         day + 3 * t.tm_wday, t.tm_mday, month + 3 * t.tm_mon,
	         t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

/* Folded between the addresses, at 78 columns (RFC 5322 §2.1.1, §2.2.3). */
static void put_to(struct buf *out, const struct test_message *t)
{
	size_t column = strlen("To:");

	buf_adds(out, "To:");
	if (t->n_to == 0)
		buf_adds(out, " undisclosed-recipients:;");
	for (size_t i = 0; i < t->n_to; i++) {
		char *addr = header_address(t->to[i], t->helo);
		size_t len = strlen(addr) + 2; /* blank and comma */

		if (i && column + len > 78) {
			buf_adds(out, "\r\n");
			column = 0;
		}
		buf_addf(out, " %s%s", addr, i + 1 < t->n_to ? "," : "");
		column += len;
		free(addr);
	}
	buf_adds(out, "\r\n");
}

static void put_text(struct buf *out, const char *helo, const char *from)
{
	buf_addf(out, "\r\n"
	         "This is a test message. It was sent with smtpscope, which\r\n"
	         "shows and explains what mail servers say to each other.\r\n"
	         "\r\n"
	         "Sent by: %s\r\n"
	         "Sender:  %s\r\n"
	         "\r\n"
	         "The next line begins with a dot, and shows whether dots\r\n"
	         "arrive as they were sent (RFC 5321, section 4.5.2):\r\n"
	         ".dot\r\n"
	         "\r\n"
	         "Nothing needs to be done. Please delete this message.\r\n",
	         helo, from);
}

char *message_test(const struct test_message *t, size_t *len)
{
	char *sender = header_address(*t->from ? t->from : "postmaster",
	                              t->helo);
	struct buf out = { 0 };

	put_date(&out, t->when);
	buf_addf(&out, "Message-ID: <%016" PRIx64 ".%" PRIx64 "@%s>\r\n",
	         t->token, (uint64_t)t->when, t->helo);
	buf_addf(&out, "From: %s\r\n", sender);
	put_to(&out, t);
	buf_adds(&out, "Subject: smtpscope test message\r\n");
	if (!idn_is_ascii(buf_str(&out))) /* RFC 6532 §3 */
		buf_adds(&out, "MIME-Version: 1.0\r\n"
		         "Content-Type: text/plain; charset=utf-8\r\n"
		         "Content-Transfer-Encoding: 8bit\r\n");
	put_text(&out, t->helo, sender);
	free(sender);
	*len = out.len;
	return buf_steal(&out);
}
