#include "config.h"

#include "check/tls_rpt.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "check/onetxt.h"
#include "util/xalloc.h"

size_t tls_rpt_count(const struct check_query *q)
{
	return check_mail_domain(q) ? 1 : 0;
}

struct places {
	size_t good, bad;
	char *wrong; /* owned; the first bad one, or NULL */
};

static bool begins(const char *text, const char *with)
{
	return strncasecmp(text, with, strlen(with)) == 0;
}

/* RFC 8460 §3: mailto: or https:, and "!" is to be encoded. */
static bool is_place(const char *uri)
{
	const char *p;

	if (strpbrk(uri, "! \t\"<>"))
		return false;
	if (begins(uri, "mailto:")) {
		p = strchr(uri + 7, '@');
		return p && p > uri + 7 && p[1] && p[1] != '?';
	}
	return begins(uri, "https://") && uri[8] && uri[8] != '/';
}

static void take_uri(struct check *c, struct places *to,
                     const struct tag_item *item)
{
	char *uri = xmemdup0(item->text, item->len);
	bool good = is_place(uri);

	check_step_add(c, 1, good ? "rpt-place" : "rpt-no-place", uri, NULL);
	if (!good && to->bad++ == 0) {
		to->wrong = uri;
		return;
	}
	to->good += good;
	free(uri);
}

static void end_places(struct check *c, const struct places *to)
{
	if (!to->good)
		check_end(c, GRADE_BAD, "", "rpt-no-good", to->wrong, NULL);
	else if (to->bad)
		check_end(c, GRADE_WARN, "", "rpt-some-bad", to->wrong, NULL);
	else
		check_end(c, GRADE_PASS, "", "rpt-good", c->subject, NULL);
}

static void judge_record(struct check *c, struct buf *record)
{
	const struct tag *bad, *rua;
	struct places to = { 0 };
	struct taglist fields;
	struct tag_item item;
	size_t at = 0;

	taglist_parse(&fields, buf_str(record), record->len);
	bad = onetxt_bad_field(&fields);
	rua = taglist_find(&fields, "rua");
	if (bad) {
		char *what = xmemdup0(bad->name, bad->name_len);

		check_end(c, GRADE_BAD, "", "rpt-syntax", what, NULL);
		free(what);
		return;
	}
	if (!rua) {
		check_end(c, GRADE_BAD, "", "rpt-no-rua", NULL);
		return;
	}
	while (tag_next_item(rua, ',', &at, &item))
		take_uri(c, &to, &item);
	end_places(c, &to);
	free(to.wrong);
}

void tls_rpt_check(struct check *c, const struct facts *f,
                   const struct check_query *q, size_t i)
{
	static const struct onetxt_kind kind = {
		.label = "_smtp._tls", .begin = "v=TLSRPTv1;", .like = "TLSRPT",
		.absent = "rpt-absent", .wrong_begin = "rpt-begin",
		.many = "rpt-many",
	};
	struct onetxt t;

	(void)i;
	check_begin(c, "tls-rpt", q->domain);
	if (onetxt_record(&t, c, f, &kind))
		judge_record(c, &t.text);
	onetxt_clear(&t);
}
