#include "config.h"

#include "cli/help.h"

#include <stdlib.h>
#include <string.h>

#include "core/escape.h"
#include "core/wrap.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum { HELP_COLUMN = 27, INDENT = 2 };

/* Everything is made in a buffer and leaves here, folded to ASCII where the
 * terminal needs that. */
static void put(FILE *out, struct buf *b)
{
	size_t size = 8 * b->len + 1;
	char *folded;

	if (!i18n_is_ascii()) {
		fputs(buf_str(b), out);
	} else {
		folded = xmalloc(size);
		fputs(i18n_fold(buf_str(b), folded, size), out);
		free(folded);
	}
	buf_clear(b);
}

static void add_blanks(struct buf *b, int n)
{
	while (n-- > 0)
		buf_addc(b, ' ');
}

static void add_option(struct buf *b, const struct option *row, int width)
{
	struct buf form = { 0 };
	int at;

	if (!row->letter)
		buf_adds(&form, "    ");
	option_form(&form, row);
	add_blanks(b, INDENT);
	buf_adds(b, buf_str(&form));
	at = INDENT + wrap_columns(buf_str(&form));
	if (at + 2 > HELP_COLUMN) {
		buf_addc(b, '\n');
		at = 0;
	}
	add_blanks(b, HELP_COLUMN - at);
	wrap_text(b, _(row->help), HELP_COLUMN, HELP_COLUMN, width);
	buf_addc(b, '\n');
	buf_clear(&form);
}

static void add_targets(struct buf *b, int width)
{
	static const struct {
		const char *form, *help;
	} targets[] = {
		{ "example.org", N_("its mail servers, by MX lookup") },
		{ "user@example.org", N_("the same, and the first recipient") },
		{ "mx.example.org:25", N_("that host, no MX lookup") },
		{ "[192.0.2.1]:587", N_("that address; also "
		                        "[IPv6:2001:db8::25]") },
		{ "smtp://host[:port]", N_("that host; also submission:// "
		                           "smtps:// lmtp://") },
		{ "unix:/path", N_("that Unix socket") },
	};

	for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
		add_blanks(b, INDENT);
		buf_adds(b, targets[i].form);
		add_blanks(b, HELP_COLUMN - INDENT -
		              (int)strlen(targets[i].form));
		wrap_text(b, _(targets[i].help), HELP_COLUMN, HELP_COLUMN,
		          width);
		buf_addc(b, '\n');
	}
}

static void add_exits(struct buf *b, int width)
{
	static const struct {
		int status;
		const char *help;
	} exits[] = {
		{ 0, N_("the asked stage was reached, every recipient "
		        "accepted") },
		{ 1, N_("some recipients accepted, some refused") },
		{ 64, N_("wrong usage: nothing was sent") },
		{ 67, N_("every recipient refused for good") },
		{ 68, N_("no such domain, or it takes no mail") },
		{ 69, N_("refused for good for another reason") },
		{ 70, N_("smtpscope's own fault") },
		{ 74, N_("no connection: refused, timed out, lost") },
		{ 75, N_("try later") },
		{ 76, N_("the server broke the protocol") },
		{ 77, N_("TLS or login not as demanded") },
		{ 130, N_("stopped by the user") },
	};

	buf_addf(b, "\n%s\n", _("Exit status"));
	for (size_t i = 0; i < sizeof exits / sizeof *exits; i++) {
		buf_addf(b, "  %3d  ", exits[i].status);
		wrap_text(b, _(exits[i].help), 7, 7, width);
		buf_addc(b, '\n');
	}
}

void help_print(FILE *out, int width)
{
	enum option_group group = GROUP_COUNT;
	const struct option *row;
	struct buf b = { 0 };

	buf_addf(&b, _("Usage: %s [OPTION...] [TARGET...]\n"), PACKAGE_NAME);
	wrap_text(&b, _("Finds a domain's mail servers, talks SMTP to them one "
	                "command at a time and explains every reply. Nothing "
	                "is delivered unless you ask for it."), 0, 0, width);
	buf_addf(&b, "\n\n%s\n", _("Target"));
	add_targets(&b, width);
	for (size_t i = 0; (row = option_at(i)); i++) {
		if (row->group != group)
			buf_addf(&b, "\n%s\n", option_group_name(row->group));
		group = row->group;
		add_option(&b, row, width);
	}
	add_exits(&b, width);
	buf_addc(&b, '\n');
	wrap_text(&b, _("--no-X takes back option X. Defaults stand in "
	                "$XDG_CONFIG_HOME/smtpscope/config and "
	                "SMTPSCOPE_OPTIONS. First steps: smtpscope --demo"),
	          0, 0, width);
	buf_addc(&b, '\n');
	put(out, &b);
}

void help_version(FILE *out)
{
	fputs(PACKAGE_STRING "\n", out);
}

/* The value of a row, heap; NULL when nothing is said. */
static char *value_of(const struct options *o, const struct option *row)
{
	const void *at = (const char *)o + row->offset;

	switch (row->type) {
	case OPTION_FLAG: return *(const bool *)at ? xstrdup("yes") : NULL;
	case OPTION_CONST:
		return *(const int *)at == (int)row->low ? xstrdup("yes")
		                                         : NULL;
	case OPTION_FIXED: {
		const char *text = *(char *const *)at;

		return text && !*text ? xstrdup("yes") : NULL;
	}
	case OPTION_TEXT:
	case OPTION_LIST: {
		const char *text = *(char *const *)at;

		return text && *text ? xstrdup(text) : NULL;
	}
	case OPTION_COUNT: {
		uint64_t n = *(const uint64_t *)at;

		return n ? xasprintf("%llu", (unsigned long long)n) : NULL;
	}
	case OPTION_WORD: {
		int value = *(const int *)at;

		return value ? xstrdup(row->word(value - 1)) : NULL;
	}
	}
	return NULL;
}

/* A list of values that hold no blank has a line for each. */
static void add_values(struct buf *b, const struct option *row,
                       const char *value)
{
	char between = row->type == OPTION_LIST && row->low == ' ' ? ' ' : '\0';

	for (size_t len; *value; value += len + (value[len] != '\0')) {
		len = between ? strcspn(value, " ") : strlen(value);
		buf_addf(b, "%s = ", row->name);
		escape_text(b, value, len, false);
		buf_addc(b, '\n');
	}
}

static void add_setting(struct buf *b, const struct options *o,
                        const struct option *row)
{
	char *value = value_of(o, row);

	buf_addf(b, "# %s\n", _(row->help));
	if (value)
		add_values(b, row, value);
	else
		buf_addf(b, "# %s = %s\n", row->name,
		         row->arg == ARG_NONE ? "no" : option_form_text(row));
	free(value);
}

void help_config(FILE *out, const struct options *o)
{
	enum option_group group = GROUP_COUNT;
	const struct option *row;
	struct buf b = { 0 };

	for (size_t i = 0; (row = option_at(i)); i++) {
		if (row->args_only)
			continue;
		if (row->group != group)
			buf_addf(&b, "%s# ---- %s ----\n", b.len ? "\n" : "",
			         option_group_name(row->group));
		group = row->group;
		add_setting(&b, o, row);
	}
	buf_adds(&b, "\n[keys]\n");
	for (size_t i = 0; i < o->n_keys; i++)
		buf_addf(&b, "%s\n", o->keys[i]);
	put(out, &b);
}
