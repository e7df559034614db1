#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "curlcase.h"
#include "util/xalloc.h"

enum { REPLIES_MAX = 16 };

struct reply {
	char *to, *text; /* "AUTH", "AUTH PLAIN", a whole line, "" */
};

struct curl_server {
	bool initial;
	bool in_data, in_login;
	struct reply replies[REPLIES_MAX];
	size_t n, next;      /* next: behind the reply that was used last */
	char *logins;        /* AUTH of EHLO, NULL: none */
	struct buf offers;   /* lines of EHLO */
	struct buf data;     /* what VRFY, EXPN and HELP answer */
	struct buf commands, upload;
};

/* One word of a servercmd, quoted or not; at goes behind it and a blank. */
static char *take_word(const char **at)
{
	bool quoted = **at == '"';
	const char *begin = *at + quoted;
	const char *end = begin + strcspn(begin, quoted ? "\"\n" : " \n");
	char *word = xmemdup0(begin, (size_t)(end - begin));

	*at = end + (quoted && *end == '"');
	*at += **at == ' ';
	return word;
}

/* "\r\n" is written out in these files. */
static char *unescape(const char *text, size_t len)
{
	struct buf out = { 0 };

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\\' && i + 1 < len &&
		    strchr("rn", text[i + 1]))
			buf_addc(&out, text[++i] == 'r' ? '\r' : '\n');
		else
			buf_addc(&out, text[i]);
	}
	buf_addc(&out, '\0');
	return buf_steal(&out);
}

static void read_line(struct curl_server *s, const char *line)
{
	char *verb = take_word(&line);

	if (strcmp(verb, "REPLY") == 0 && s->n < REPLIES_MAX) {
		struct reply *r = &s->replies[s->n++];

		r->to = take_word(&line);
		r->text = unescape(line, strcspn(line, "\n"));
	} else if (strcmp(verb, "CAPA") == 0) {
		while (*line && *line != '\n') {
			char *word = take_word(&line);

			buf_addf(&s->offers, "%s\n", word);
			free(word);
		}
	} else if (strcmp(verb, "AUTH") == 0) {
		s->logins = xmemdup0(line, strcspn(line, "\n"));
		buf_addf(&s->offers, "AUTH %s\n", s->logins);
	}
	free(verb);
}

struct curl_server *curl_server_new(const struct curl_case *c, bool initial)
{
	struct curl_server *s = xcalloc(1, sizeof *s);
	struct buf text = { 0 };

	s->initial = initial;
	curl_case_section(c, "servercmd", NULL, &text);
	for (const char *at = buf_str(&text); *at; at++) {
		read_line(s, at);
		at += strcspn(at, "\n");
		if (!*at)
			break;
	}
	buf_clear(&text);
	curl_case_section(c, "data", NULL, &s->data);
	return s;
}

void curl_server_free(struct curl_server *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->replies[i].to);
		free(s->replies[i].text);
	}
	free(s->logins);
	buf_clear(&s->offers);
	buf_clear(&s->data);
	buf_clear(&s->commands);
	buf_clear(&s->upload);
	free(s);
}

const struct buf *curl_server_commands(const struct curl_server *s)
{
	return &s->commands;
}

const struct buf *curl_server_upload(const struct curl_server *s)
{
	return &s->upload;
}

/* ---- answers ---- */

static void put_offers(struct curl_server *s, struct buf *out)
{
	const char *at = buf_str(&s->offers);

	buf_addf(out, "250%ctest server\r\n", *at ? '-' : ' ');
	while (*at) {
		size_t len = strcspn(at, "\n");

		buf_addf(out, "250%c%.*s\r\n", at[len + 1] ? '-' : ' ',
		         (int)len, at);
		at += len + 1;
	}
}

/* A message larger than SIZE allows is refused at MAIL (RFC 1870 §6.1). */
static bool too_big(struct curl_server *s, const char *line)
{
	const char *limit = strstr(buf_str(&s->offers), "SIZE ");
	const char *size = strstr(line, " SIZE=");

	return limit && size && strtoul(size + 6, NULL, 10) >
	                        strtoul(limit + 5, NULL, 10);
}

static bool good_address(struct curl_server *s, const char *line)
{
	for (const char *c = line; *c; c++)
		if ((unsigned char)*c > 126 &&
		    !strstr(buf_str(&s->offers), "SMTPUTF8"))
			return false;
	return strchr(line, '@') || strstr(line, "<>");
}

static const char *plain_answer(struct curl_server *s, const char *line)
{
	if (strncasecmp(line, "MAIL", 4) == 0)
		return !good_address(s, line) ? "501 Invalid address" :
		       too_big(s, line) ? "552 Message size too large" :
		                          "250 Sender OK";
	if (strncasecmp(line, "RCPT", 4) == 0)
		return good_address(s, line) ? "250 Recipient OK" :
		                               "501 Invalid address";
	if (strncasecmp(line, "DATA", 4) == 0)
		return "354 Show me the mail";
	if (strncasecmp(line, "QUIT", 4) == 0)
		return "221 See you";
	if (strncasecmp(line, "HELO", 4) == 0 ||
	    strncasecmp(line, "NOOP", 4) == 0 ||
	    strncasecmp(line, "RSET", 4) == 0)
		return "250 OK";
	return "500 Unrecognized command";
}

static bool is_aside(const char *line)
{
	return strncasecmp(line, "VRFY", 4) == 0 ||
	       strncasecmp(line, "EXPN", 4) == 0 ||
	       strncasecmp(line, "HELP", 4) == 0;
}

static const struct reply *reply_to(struct curl_server *s, const char *line)
{
	size_t word = strcspn(line, " ");

	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->replies[i].to, line) == 0)
			return &s->replies[i];
	for (size_t i = 0; i < s->n; i++) {
		const char *to = s->replies[i].to;
		size_t len = strlen(to);

		if (len && ((len == word && !strncmp(to, line, len)) ||
		    (strchr(to, ' ') && !strncmp(to, line, len) &&
		     line[len] == ' ')))
			return &s->replies[i];
	}
	/* a login in other words than curl's: the next step of it */
	return s->in_login && strcmp(line, "*") != 0 && s->next < s->n
	           ? &s->replies[s->next] : NULL;
}

static void put_answer(struct curl_server *s, const char *line,
                       struct buf *out)
{
	const struct reply *r = reply_to(s, line);
	const char *second = strchr(line, ' ');

	second = second ? strchr(second + 1, ' ') : NULL;
	if (r && strncmp(line, "AUTH ", 5) == 0 && second && !s->initial &&
	    strncmp(r->text, "334", 3) == 0) {
		s->in_login = true;
		s->next = (size_t)(r - s->replies) + 1;
		r = reply_to(s, second + 1);
	}
	if (r) {
		s->next = (size_t)(r - s->replies) + 1;
		s->in_login = strncmp(r->text, "334", 3) == 0;
		buf_addf(out, "%s\r\n", r->text);
	} else if (strncasecmp(line, "EHLO", 4) == 0) {
		put_offers(s, out);
	} else if (is_aside(line) && s->data.len) {
		buf_add(out, s->data.data, s->data.len);
	} else {
		buf_addf(out, "%s\r\n", is_aside(line) ? "501 Invalid" :
		                        plain_answer(s, line));
	}
}

bool curl_server_answer(void *arg, const char *line, size_t len,
                        struct buf *out)
{
	struct curl_server *s = arg;
	char *text;
	bool more;

	if (!line) {
		buf_adds(out, "220-test\r\n220 server\r\n");
		return true;
	}
	text = xmemdup0(line, len);
	more = strcmp(text, "QUIT") != 0 || s->in_data;
	buf_addf(s->in_data ? &s->upload : &s->commands, "%s\r\n", text);
	if (s->in_data) {
		s->in_data = strcmp(text, ".") != 0;
		if (!s->in_data)
			buf_adds(out, "250 OK, data received!\r\n");
	} else {
		put_answer(s, text, out);
		s->in_data = strncmp(buf_str(out), "354", 3) == 0;
	}
	free(text);
	return more;
}
