#include "config.h"

#include "cli/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/checks.h"
#include "core/plan.h"
#include "util/buf.h"
#include "util/i18n.h"
#include "util/xalloc.h"

void options_init(struct options *o)
{
	*o = (struct options){ .front = FRONT_AUTO };
}

static void free_list(char **list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(list[i]);
	free(list);
}

static bool owns_text(const struct option *row)
{
	return row->type == OPTION_TEXT || row->type == OPTION_LIST;
}

static void *member(struct options *o, const struct option *row)
{
	return (char *)o + row->offset;
}

void options_clear(struct options *o)
{
	const struct option *row;

	for (size_t i = 0; (row = option_at(i)); i++)
		if (owns_text(row)) {
			free(*(char **)member(o, row));
			/* another row may share it */
			*(char **)member(o, row) = NULL;
		}
	free_list(o->words, o->n_words);
	free_list(o->keys, o->n_keys);
	options_init(o);
}

void options_copy(struct options *to, const struct options *from)
{
	const struct option *row;

	*to = *from;
	to->words = to->keys = NULL;
	to->n_words = to->n_keys = 0;
	for (size_t i = 0; (row = option_at(i)); i++)
		if (owns_text(row)) /* several rows may share it: from's */
			*(char **)member(to, row) = NULL;
	for (size_t i = 0; (row = option_at(i)); i++) {
		const char *text = owns_text(row)
			? *(char *const *)((const char *)from + row->offset)
			: NULL;

		if (text && !*(char **)member(to, row))
			*(char **)member(to, row) = xstrdup(text);
	}
}

/* Rows that set the same member: one choice, said in several ways. */
static enum source said_by(const struct options *o, const struct option *row)
{
	enum source best = SOURCE_NONE;
	const struct option *other;

	for (size_t i = 0; (other = option_at(i)); i++)
		if (other->offset == row->offset && o->set_by[i] > best)
			best = (enum source)o->set_by[i];
	return best;
}

static void mark(struct options *o, const struct option *row,
                 enum source source)
{
	const struct option *other;

	for (size_t i = 0; (other = option_at(i)); i++)
		if (other->offset == row->offset)
			o->set_by[i] = other == row ? (uint8_t)source
			                            : SOURCE_NONE;
}

static void set_text(char **at, const char *value)
{
	char *text = value ? xstrdup(value) : NULL;

	free(*at);
	*at = text;
}

/* again: the option was said before in the same place, so the list grows. */
static void set_list(char **at, const struct option *row, const char *value,
                     bool again)
{
	char *text;

	if (!value || !*at || !again) {
		set_text(at, value);
		return;
	}
	text = xasprintf("%s%c%s", *at, (char)row->low, value);
	free(*at);
	*at = text;
}

static char *set_count(uint64_t *at, const struct option *row,
                       const char *value)
{
	struct buf b = { 0 };
	unsigned long long n;
	char *end;

	*at = 0;
	if (!value)
		return NULL;
	errno = 0;
	n = strtoull(value, &end, 10);
	if (*value >= '0' && *value <= '9' && !*end && !errno &&
	    n >= row->low && n <= row->high) {
		*at = n;
		return NULL;
	}
	checks_quote(&b, value);
	buf_addf(&b, _(" is no whole number from %llu to %llu"),
	         (unsigned long long)row->low, (unsigned long long)row->high);
	return buf_steal(&b);
}

static char *set_word(int *at, const struct option *row, const char *value)
{
	struct buf b = { 0 };
	const char *word;

	*at = 0;
	if (!value)
		return NULL;
	for (int i = 0; (word = row->word(i)); i++)
		if (strcmp(word, value) == 0) {
			*at = i + 1;
			return NULL;
		}
	checks_quote(&b, value);
	buf_adds(&b, _(" is none of the words for it"));
	for (int i = 0; (word = row->word(i)); i++)
		buf_addf(&b, "%s %s", i ? "" : ":", word);
	return buf_steal(&b);
}

/* value NULL: back to what holds when nothing is said. */
static char *set_member(struct options *o, const struct option *row,
                        const char *value, bool again)
{
	void *at = member(o, row);
	char *error = value && row->check ? row->check(value) : NULL;

	if (error)
		return error;
	switch (row->type) {
	case OPTION_FLAG: *(bool *)at = value != NULL; return NULL;
	case OPTION_CONST: *(int *)at = value ? (int)row->low : 0; return NULL;
	case OPTION_TEXT: set_text(at, value); return NULL;
	case OPTION_FIXED: set_text(at, value ? "" : NULL); return NULL;
	case OPTION_LIST: set_list(at, row, value, again); return NULL;
	case OPTION_COUNT: return set_count(at, row, value);
	case OPTION_WORD: return set_word(at, row, value);
	}
	return NULL;
}

/* Line breaks and such have no business in any option: what is put into a
 * command of the dialog could become two (RFC 5321 §4.1.2). */
static bool has_control(const char *value)
{
	for (; *value; value++)
		if ((unsigned char)*value < 0x20 || *value == 0x7f)
			return true;
	return false;
}

const char *option_form_text(const struct option *row)
{
	static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	return strpbrk(row->form, capitals) ? _(row->form) : row->form;
}

void option_form(struct buf *out, const struct option *row)
{
	if (row->letter)
		buf_addf(out, "-%c, ", row->letter);
	buf_addf(out, "--%s", row->name);
	if (row->arg == ARG_OPTIONAL)
		buf_addf(out, "[=%s]", option_form_text(row));
	else if (row->form)
		buf_addf(out, " %s", option_form_text(row));
}

static char *with_form(const struct option *row, char *error)
{
	struct buf b = { 0 };

	buf_addf(&b, "--%s: %s (", row->name, error);
	option_form(&b, row);
	buf_addc(&b, ')');
	free(error);
	return buf_steal(&b);
}

/* Sets row to value by source, unless a higher source was there before. */
static char *apply(struct options *o, const struct option *row,
                   const char *value, enum source source)
{
	enum source before = said_by(o, row);
	char *error;

	if (row->args_only && source != SOURCE_ARGS)
		return with_form(row, xstrdup(_("only on the command line")));
	if (value && has_control(value))
		return with_form(row, xstrdup(_("a line break or another "
			"control character is not allowed in a value")));
	if (before > source)
		return NULL;
	error = set_member(o, row, value, before == source);
	if (error)
		return with_form(row, error);
	mark(o, row, source);
	if (row->job != JOB_SESSION && value)
		o->job = (int)row->job;
	return NULL;
}

static const struct option *find_name(const char *name, size_t len)
{
	const struct option *row;

	for (size_t i = 0; (row = option_at(i)); i++)
		if (strlen(row->name) == len &&
		    memcmp(row->name, name, len) == 0)
			return row;
	return NULL;
}

static const struct option *find_letter(char letter)
{
	const struct option *row;

	for (size_t i = 0; letter && (row = option_at(i)); i++)
		if (row->letter == letter)
			return row;
	return NULL;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many letters to add, drop, change or swap to get from a to b. Both are
 * at most NAME_LONGEST long. */
enum { NAME_LONGEST = 32 };
static size_t distance(const char *a, size_t len, const char *b)
{
	size_t rows[3][NAME_LONGEST + 1], blen = strlen(b);
	size_t *before = rows[0], *last = rows[1], *row = rows[2], *spare;

	for (size_t j = 0; j <= blen; j++)
		last[j] = j;
	for (size_t i = 1; i <= len; i++) {
		row[0] = i;
		for (size_t j = 1; j <= blen; j++) {
			size_t same = a[i - 1] != b[j - 1];

			row[j] = least(last[j - 1] + same,
			               least(last[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
		spare = before;
		before = last;
		last = row;
		row = spare;
	}
	return last[blen];
}

/* The option that was probably meant, or NULL. */
static const struct option *nearest(const char *name, size_t len)
{
	const struct option *best = NULL, *row;
	size_t least_steps = len / 3 + 2;

	if (len == 0 || len > NAME_LONGEST)
		return NULL;
	for (size_t i = 0; (row = option_at(i)); i++) {
		size_t steps = distance(name, len, row->name);

		if (strncmp(row->name, name, len) == 0)
			steps = 1; /* begun, not ended */
		if (steps < least_steps) {
			least_steps = steps;
			best = row;
		}
	}
	return best;
}

/* What others call it, and people will try. The value is not looked at. */
static bool is_password(const char *name, size_t len)
{
	static const char *const names[] = {
		"auth-password", "auth-pass", "ap", "auth-secret", "auth-token",
		"password", "passwd", "pass",
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strlen(names[i]) == len && memcmp(names[i], name, len) == 0)
			return true;
	return false;
}

static char *unknown(const char *dashes, const char *name, size_t len)
{
	const struct option *near = nearest(name, len);
	char *as_typed = xasprintf("%s%.*s", dashes, (int)len, name);
	struct buf b = { 0 };

	if (is_password(name, len)) {
		free(as_typed);
		return xstrdup(_("a password is no option: arguments, the "
			"environment and the config file can be read by "
			"others; --auth-password-file FILE, or it is asked "
			"for on the terminal"));
	}
	buf_adds(&b, _("unknown option "));
	checks_quote(&b, as_typed);
	free(as_typed);
	if (near && strcmp(dashes, "-") != 0) {
		buf_adds(&b, _("; did you mean "));
		option_form(&b, near);
		buf_addc(&b, '?');
	} else {
		buf_adds(&b, _("; smtpscope --help shows all of them"));
	}
	return buf_steal(&b);
}

/* name[=value], behind the dashes. next: the word behind it or NULL; *used:
 * was it taken as the value? */
static char *read_long(struct options *o, const char *word, const char *next,
                       bool *used, enum source source)
{
	size_t len = strcspn(word, "=");
	const char *value = word[len] ? word + len + 1 : NULL;
	const struct option *row = find_name(word, len);

	if (!row && strncmp(word, "no-", 3) == 0 && !value) {
		row = find_name(word + 3, len - 3);
		if (row)
			return apply(o, row, NULL, source);
	}
	if (!row)
		return unknown("--", word, len);
	if (row->arg == ARG_NONE && value)
		return with_form(row, xstrdup(_("takes no value")));
	if (row->arg == ARG_NEEDED && !value) {
		if (!next || (next[0] == '-' && next[1]))
			return with_form(row, xstrdup(_("a value is missing")));
		value = next;
		*used = true;
	}
	return apply(o, row, value ? value : "", source);
}

/* -4bq STAGE or -qSTAGE, behind the dash. */
static char *read_short(struct options *o, const char *letters,
                        const char *next, bool *used, enum source source)
{
	for (; *letters; letters++) {
		const struct option *row = find_letter(*letters);
		const char *value = "";
		char *error;

		if (!row && is_password(letters, strlen(letters)))
			return unknown("-", letters, strlen(letters));
		if (!row)
			return unknown("-", letters, 1);
		if (row->arg == ARG_NEEDED) {
			value = letters[1] ? letters + 1 : next;
			*used = !letters[1];
			if (!value || (*used && value[0] == '-' && value[1]))
				return with_form(row, xstrdup(
					_("a value is missing")));
		}
		error = apply(o, row, value, source);
		if (error || row->arg == ARG_NEEDED)
			return error;
	}
	return NULL;
}

static char *add_word(struct options *o, const char *word, enum source source)
{
	struct buf b = { 0 };

	if (source == SOURCE_ARGS) {
		o->words = xreallocarray(o->words, o->n_words + 1,
		                         sizeof *o->words);
		o->words[o->n_words++] = xstrdup(word);
		return NULL;
	}
	checks_quote(&b, word);
	buf_adds(&b, _(" is no option"));
	return buf_steal(&b);
}

char *options_read_args(struct options *o, size_t n, char *const *args,
                        enum source source)
{
	bool only_words = false;
	char *error = NULL;

	for (size_t i = 0; i < n && !error; i++) {
		const char *next = i + 1 < n ? args[i + 1] : NULL;
		const char *word = args[i];
		bool used = false;

		if (only_words || word[0] != '-' || !word[1])
			error = add_word(o, word, source);
		else if (strcmp(word, "--") == 0)
			only_words = true;
		else if (word[1] == '-')
			error = read_long(o, word + 2, next, &used, source);
		else
			error = read_short(o, word + 1, next, &used, source);
		i += used;
	}
	return error;
}

char *options_set(struct options *o, const char *name, const char *value,
                  enum source source)
{
	const struct option *row = find_name(name, strlen(name));
	bool off = strcmp(value, "no") == 0 || strcmp(value, "false") == 0 ||
	           strcmp(value, "off") == 0;
	bool on = strcmp(value, "yes") == 0 || strcmp(value, "true") == 0 ||
	          strcmp(value, "on") == 0;

	if (!row)
		return unknown("", name, strlen(name));
	if (row->arg == ARG_NONE && !off && !on)
		return with_form(row, xstrdup(_("yes or no expected")));
	if (row->arg == ARG_NONE)
		value = on ? "" : NULL;
	return apply(o, row, value, source);
}
