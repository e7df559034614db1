#include "config.h"

#include "curlcase.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/base64.h"
#include "util/xalloc.h"

bool curl_case_read(struct curl_case *c, const char *folder, int number)
{
	char *path = xasprintf("%s/test%d", folder, number);
	FILE *f = fopen(path, "rb");
	char part[4096];
	size_t n;

	free(path);
	*c = (struct curl_case){ .number = number };
	if (!f)
		return false;
	while ((n = fread(part, 1, sizeof part, f)) > 0)
		buf_add(&c->file, part, n);
	fclose(f);
	return true;
}

void curl_case_clear(struct curl_case *c)
{
	buf_clear(&c->file);
}

/* ---- values ---- */

static bool put_value(const struct curl_case *c, const char **at,
                      const char *end, struct buf *out)
{
	char number[16], port[16];
	const struct { const char *name, *value; } values[] = {
		{ "%TESTNUMBER", number }, { "%SMTPPORT", port },
		{ "%HOSTIP", "127.0.0.1" }, { "%LOGDIR", "log" },
		{ "%LT", "<" }, { "%GT", ">" }, { "%CR", "\r" },
		{ "%SP", " " },
	};

	snprintf(number, sizeof number, "%d", c->number);
	snprintf(port, sizeof port, "%u", c->port);
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		size_t len = strlen(values[i].name);

		if ((size_t)(end - *at) < len ||
		    memcmp(*at, values[i].name, len) != 0)
			continue;
		buf_adds(out, values[i].value);
		*at += len;
		return true;
	}
	return false;
}

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef", *d;

	d = c ? strchr(digits, tolower((unsigned char)c)) : NULL;
	return d ? (int)(d - digits) : -1;
}

/* %LT and the like, and %XX as the byte. */
static void put_bytes(const struct curl_case *c, const char *at,
                      const char *end, struct buf *out)
{
	while (at < end) {
		int high = end - at > 2 ? hex_digit(at[1]) : -1;
		int low = end - at > 2 ? hex_digit(at[2]) : -1;

		if (*at == '%' && put_value(c, &at, end, out))
			continue;
		if (*at == '%' && high >= 0 && low >= 0) {
			buf_addc(out, (char)(high * 16 + low));
			at += 3;
			continue;
		}
		buf_addc(out, *at++);
	}
}

static const char *find(const char *at, const char *end, const char *what)
{
	return memmem(at, (size_t)(end - at), what, strlen(what));
}

static bool starts(const char *at, const char *end, const char *what)
{
	return (size_t)(end - at) >= strlen(what) &&
	       memcmp(at, what, strlen(what)) == 0;
}

/* %repeat[3 x abc]%; at behind the bracket. */
static void put_repeat(const struct curl_case *c, const char *at,
                       const char *end, struct buf *out)
{
	long times = strtol(at, NULL, 10);
	const char *text = find(at, end, " x ");

	for (long i = 0; text && i < times; i++)
		put_bytes(c, text + 3, end, out);
}

static void put_base64(const struct curl_case *c, const char *at,
                       const char *end, struct buf *out)
{
	struct buf bytes = { 0 };

	put_bytes(c, at, end, &bytes);
	base64_encode(out, buf_str(&bytes), bytes.len);
	buf_clear(&bytes);
}

static void expand(const struct curl_case *c, const char *at, const char *end,
                   struct buf *out)
{
	static const struct {
		const char *open, *close;
		void (*put)(const struct curl_case *c, const char *at,
		            const char *end, struct buf *out);
	} forms[] = {
		{ "%b64[", "]b64%", put_base64 },
		{ "%hex[", "]hex%", put_bytes },
		{ "%repeat[", "]%", put_repeat },
	};

	while (at < end) {
		const char *close = NULL;
		size_t i = 0;

		while (i < 3 && !(starts(at, end, forms[i].open) &&
		       (close = find(at, end, forms[i].close))))
			i++;
		if (i < 3) {
			forms[i].put(c, at + strlen(forms[i].open), close, out);
			at = close + strlen(forms[i].close);
		} else if (*at != '%' || !put_value(c, &at, end, out)) {
			buf_addc(out, *at++);
		}
	}
}

/* ---- sections ---- */

struct section {
	const char *attributes, *body, *end;
	size_t attributes_len;
};

static bool has_attribute(const struct section *s, const char *text)
{
	return memmem(s->attributes, s->attributes_len, text, strlen(text));
}

/* "file" finds <file ...>, <file1 ...> and <file2 ...>. */
static bool next_section(const char *at, const char *end, const char *name,
                         struct section *s)
{
	char open[32], close[34];

	snprintf(open, sizeof open, "\n<%s", name);
	while ((at = find(at, end, open))) {
		const char *tag = at + 1, *gt = find(tag, end, ">");
		size_t len = strlen(open) - 1;

		if (isdigit((unsigned char)tag[len]))
			len++;
		at = tag;
		if (!gt || (tag[len] != ' ' && tag[len] != '>'))
			continue;
		snprintf(close, sizeof close, "\n</%.*s>", (int)len - 1,
		         tag + 1);
		s->attributes = tag + len;
		s->attributes_len = (size_t)(gt - s->attributes);
		s->body = gt + 1;
		s->end = find(s->body, end, close);
		if (s->end)
			return true;
	}
	return false;
}

static void put_section(const struct curl_case *c, const struct section *s,
                        struct buf *out)
{
	const char *end = has_attribute(s, "nonewline=") ? s->end : s->end + 1;
	const char *at = s->body < s->end ? s->body + 1 : end;
	bool crlf = has_attribute(s, "crlf=\"yes\"");
	struct buf raw = { 0 };

	while (crlf && at < end) {
		if (*at == '\n')
			buf_addc(&raw, '\r');
		buf_addc(&raw, *at++);
	}
	if (crlf)
		expand(c, buf_str(&raw), buf_str(&raw) + raw.len, out);
	else
		expand(c, at, end, out);
	buf_clear(&raw);
}

bool curl_case_section(const struct curl_case *c, const char *name,
                       const char *file, struct buf *out)
{
	const char *at = c->file.data, *end = at + c->file.len;
	struct section s;

	for (; next_section(at, end, name, &s); at = s.end) {
		struct buf names = { 0 };
		char *quoted = xasprintf("%s\"", file ? file : "");
		bool mine;

		expand(c, s.attributes, s.attributes + s.attributes_len,
		       &names);
		mine = !file || strstr(buf_str(&names), quoted);
		free(quoted);
		buf_clear(&names);
		if (!mine)
			continue;
		put_section(c, &s, out);
		return true;
	}
	return false;
}

/* ---- the words of the command ---- */

static char *next_word(const char **at)
{
	struct buf word = { 0 };
	char quote = '\0';

	for (; **at && (quote || !isspace((unsigned char)**at)); (*at)++) {
		if (quote == '"' && **at == '\\' && strchr("\"\\", (*at)[1]))
			buf_addc(&word, *++*at);
		else if (quote ? **at == quote : **at == '"' || **at == '\'')
			quote = quote ? '\0' : **at;
		else
			buf_addc(&word, **at);
	}
	buf_addc(&word, '\0');
	return buf_steal(&word);
}

char **curl_case_words(const struct curl_case *c)
{
	struct buf text = { 0 };
	char **words = NULL;
	size_t n = 0;
	const char *at;

	curl_case_section(c, "command", NULL, &text);
	at = buf_str(&text);
	for (;;) {
		at += strspn(at, " \t\r\n");
		words = xreallocarray(words, n + 1, sizeof *words);
		words[n] = *at ? next_word(&at) : NULL;
		if (!words[n++])
			break;
	}
	buf_clear(&text);
	return words;
}

void curl_case_words_free(char **words)
{
	for (size_t i = 0; words[i]; i++)
		free(words[i]);
	free(words);
}
