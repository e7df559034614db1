#include "config.h"

#include "ui/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ui/glyph.h"
#include "util/i18n.h"

static const struct {
	enum glyph glyph;
	enum style style;
} marks[] = {
	[MARK_UNTRIED] = { GLYPH_UNTRIED, STYLE_DIM },
	[MARK_TRYING] = { GLYPH_GO_ON, STYLE_GO_ON },
	[MARK_OK] = { GLYPH_OK, STYLE_OK },
	[MARK_LATER] = { GLYPH_LATER, STYLE_LATER },
	[MARK_NO] = { GLYPH_NO, STYLE_NO },
};

const char *mark_glyph(enum mark m)
{
	return glyph(marks[m].glyph);
}

enum style mark_style(enum mark m)
{
	return marks[m].style;
}

static const struct {
	enum glyph glyph;
	enum style words, chip;
} classes[] = {
	[CLASS_NONE] = { GLYPH_COUNT, STYLE_TEXT, STYLE_BOLD },
	[CLASS_OK] = { GLYPH_OK, STYLE_OK, STYLE_CHIP_OK },
	[CLASS_GO_ON] = { GLYPH_GO_ON, STYLE_GO_ON, STYLE_CHIP_GO_ON },
	[CLASS_LATER] = { GLYPH_LATER, STYLE_LATER, STYLE_CHIP_LATER },
	[CLASS_NO] = { GLYPH_NO, STYLE_NO, STYLE_CHIP_NO },
	[CLASS_NOTE] = { GLYPH_NOTE, STYLE_NOTE, STYLE_BOLD },
	[CLASS_CLIENT] = { GLYPH_COUNT, STYLE_CLIENT, STYLE_BOLD },
};

enum reply_class class_of(unsigned code)
{
	switch (code / 100) {
	case 2:
		return CLASS_OK;
	case 3:
		return CLASS_GO_ON;
	case 4:
		return CLASS_LATER;
	case 5:
		return CLASS_NO;
	default:
		return CLASS_NONE;
	}
}

enum mark mark_of_code(unsigned code)
{
	return code < 200   ? MARK_NO
	       : code < 400 ? MARK_OK
	       : code < 500 ? MARK_LATER
	                    : MARK_NO;
}

const char *class_glyph(enum reply_class c)
{
	return classes[c].glyph < GLYPH_COUNT ? glyph(classes[c].glyph) : "";
}

enum style class_style(enum reply_class c)
{
	return classes[c].words;
}

enum style class_chip(enum reply_class c)
{
	return classes[c].chip;
}

void time_since(char out[8], int64_t us)
{
	int64_t ms = us < 0 ? 0 : us / 1000;

	if (ms < 10000)
		snprintf(out, 8, "+%d.%03d", (int)(ms / 1000),
		         (int)(ms % 1000));
	else if (ms < 100000)
		snprintf(out, 8, "+%d.%02d", (int)(ms / 1000),
		         (int)(ms % 1000 / 10));
	else if (ms < 1000000)
		snprintf(out, 8, "+%d.%d", (int)(ms / 1000),
		         (int)(ms % 1000 / 100));
	else if (ms < 100000000)
		snprintf(out, 8, "+%5d", (int)(ms / 1000));
	else
		snprintf(out, 8, "+99999");
}

/* "2026-11-23T10:41:02.031+01:00": the clock of the place is kept. */
void time_clock(char out[16], const char *time, int64_t us)
{
	int hour = 0, min = 0, sec = 0, ms = 0;
	char text[64];
	int64_t all;

	if (sscanf(time, "%*4d-%*2d-%*2dT%2d:%2d:%2d.%3d", &hour, &min, &sec,
	           &ms) < 3) {
		snprintf(out, 16, "%12s", "");
		return;
	}
	all = ((hour * 60 + min) * 60 + sec) * 1000LL + ms + us / 1000;
	all %= 86400000;
	snprintf(text, sizeof text, "%02d:%02d:%02d.%03d",
	         (int)(all / 3600000), (int)(all / 60000 % 60),
	         (int)(all / 1000 % 60), (int)(all % 1000));
	memcpy(out, text, 13); /* twelve digits and marks: it is one day */
}

int time_columns(enum time_mode m)
{
	return m == TIME_NONE ? 0 : m == TIME_CLOCK ? 12 : 6;
}

void time_span(char out[24], int64_t us)
{
	if (us < 1000)
		snprintf(out, 24, "%s", "<1 ms");
	else if (us < 1000000)
		snprintf(out, 24, "%d ms", (int)(us / 1000));
	else if (us < 10000000)
		snprintf(out, 24, "%d.%d s", (int)(us / 1000000),
		         (int)(us / 100000 % 10));
	else if (us < 120000000)
		snprintf(out, 24, "%d s", (int)(us / 1000000));
	else
		snprintf(out, 24, "%d min", (int)(us / 60000000));
}

const char *state_words(const struct dialog_now *now)
{
	static const char *const words[STATE_COUNT] = {
		[ST_CLOSED] = N_("domain"),
		[ST_TLS] = "TLS",
		[ST_CONNECTED] = N_("greeting?"),
		[ST_GREETED] = "EHLO",
		[ST_READY] = "MAIL",
		[ST_MAIL] = "RCPT",
		[ST_RCPT] = N_("after RCPT"),
		[ST_DATA] = "DATA",
		[ST_BDAT] = "BDAT",
		[ST_AUTH] = "AUTH",
		[ST_REVERSED] = N_("roles exchanged"),
		[ST_BYE] = N_("after QUIT"),
		[ST_LOST] = N_("out of step"),
	};
	enum state s = now->connected && !now->closed ? now->state : ST_CLOSED;

	if (s == ST_MAIL && now->n_rcpts > 0)
		s = ST_RCPT; /* tried, none was taken yet */
	return _(words[s]);
}

const char *dns_words(enum dns_status s)
{
	static const char *const words[] = {
		[DNS_NOERROR] = N_("found"),
		[DNS_NXDOMAIN] = N_("no such name (NXDOMAIN)"),
		[DNS_NODATA] = N_("name exists, no such record (NODATA)"),
		[DNS_SERVFAIL] = N_("the DNS server failed (SERVFAIL)"),
		[DNS_REFUSED] = N_("the DNS server refused (REFUSED)"),
		[DNS_FORMERR] = N_("query not understood (FORMERR)"),
		[DNS_NOTIMP] = N_("not implemented there (NOTIMP)"),
		[DNS_OTHER_RCODE] = N_("an unknown error code"),
		[DNS_TIMEOUT] = N_("no answer from the DNS server"),
		[DNS_UNREACHABLE] = N_("the DNS server cannot be reached"),
		[DNS_MALFORMED] = N_("a broken answer"),
		[DNS_LOOP] = N_("the aliases lead in a circle"),
		[DNS_BADNAME] = N_("the name is not possible in DNS"),
		[DNS_CANCELLED] = N_("cancelled"),
	};

	return _(words[s]);
}

const char *dns_type_name(unsigned type, char out[16])
{
	static const struct {
		unsigned type;
		const char *name;
	} names[] = { /* RFC 1035 §3.2.2, RFC 3596, RFC 6698 */
		{ 1, "A" }, { 2, "NS" }, { 5, "CNAME" }, { 6, "SOA" },
		{ 12, "PTR" }, { 15, "MX" }, { 16, "TXT" }, { 28, "AAAA" },
		{ 33, "SRV" }, { 52, "TLSA" },
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].type == type)
			return names[i].name;
	snprintf(out, 16, "TYPE%u", type);
	return out;
}
