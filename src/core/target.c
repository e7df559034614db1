#include "config.h"

#include "core/target.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "core/idn.h"
#include "util/xalloc.h"

enum {
	LABEL_MAX = 63, /* RFC 1035 §2.3.4 */
	NAME_MAX_SHOWN = 253,
	LOCAL_PART_MAX = 64, /* RFC 5321 §4.5.3.1.1 */
};

/* ---- domains ---- */

/* One label of len octets: letters, digits, hyphens inside, underscores. */
static enum target_error label_check(const char *s, size_t len)
{
	if (len == 0)
		return TARGET_EMPTY_LABEL;
	if (len > LABEL_MAX)
		return TARGET_LABEL_LONG;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)s[i]) && s[i] != '-' &&
		    s[i] != '_')
			return TARGET_CHARACTER;
	return s[0] == '-' || s[len - 1] == '-' ? TARGET_HYPHEN : TARGET_OK;
}

static bool ends_in(const char *s, const char *end)
{
	size_t len = strlen(s), n = strlen(end);

	return len >= n && strcasecmp(s + len - n, end) == 0;
}

/* ASCII by now, without its last dot. */
static enum target_error domain_check(const char *s)
{
	const char *p = s;

	if (!*s)
		return TARGET_EMPTY;
	for (;;) {
		size_t len = strcspn(p, ".");
		enum target_error e = label_check(p, len);

		if (e)
			return e;
		p += len;
		if (!*p++)
			break;
	}
	if (strlen(s) > NAME_MAX_SHOWN)
		return TARGET_NAME_LONG;
	/* 999.1.1.1 is neither a name nor an address */
	if (s[strspn(s, "0123456789.")] == '\0')
		return TARGET_BAD_LITERAL;
	if (strcasecmp(s, "onion") == 0 || ends_in(s, ".onion"))
		return TARGET_ONION;
	return TARGET_OK;
}

static bool is_ascii(const char *s)
{
	while (*s)
		if ((unsigned char)*s++ >= 0x80)
			return false;
	return true;
}

/* To A-labels, lower case. A dot may be made by the conversion (U+3002). */
static enum target_error to_ascii(struct target *t, const char *s)
{
	enum idn_result r = IDN_OK;

	if (is_ascii(s))
		t->domain = xstrdup(s);
	else
		r = idn_to_ascii(s, &t->domain);
	if (r == IDN_LABEL_LONG)
		return TARGET_LABEL_LONG;
	if (r == IDN_NAME_LONG)
		return TARGET_NAME_LONG;
	if (r == IDN_BAD)
		return TARGET_IDN;
	if (r == IDN_NO_LIBRARY)
		return TARGET_NO_IDN;
	t->transitional = r == IDN_TRANSITIONAL;
	t->deviates = r == IDN_DEVIATES;
	for (char *p = t->domain; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return TARGET_OK;
}

static enum target_error take_domain(struct target *t, const char *s)
{
	enum target_error e = to_ascii(t, s);
	size_t len;

	if (e)
		return e;
	len = strlen(t->domain);
	if (len > 1 && t->domain[len - 1] == '.')
		t->domain[len - 1] = '\0';
	e = domain_check(t->domain);
	if (e)
		return e;
	t->single_label = !strchr(t->domain, '.');
	t->shown = idn_to_unicode(t->domain);
	t->undecodable = idn_is_undecodable(t->domain);
	return TARGET_OK;
}

/* ---- addresses ---- */

static bool numeric(const char *s, int family, char **out)
{
	uint8_t addr[16];
	char text[INET6_ADDRSTRLEN];

	if (inet_pton(family, s, addr) != 1)
		return false;
	*out = xstrdup(inet_ntop(family, addr, text, sizeof text));
	return true;
}

/* What stands between the brackets, RFC 5321 §4.1.3. */
static enum target_error take_literal(struct target *t, const char *s)
{
	t->kind = TARGET_LITERAL;
	if (strncasecmp(s, "IPv6:", 5) == 0)
		return numeric(s + 5, AF_INET6, &t->domain) ?
		       TARGET_OK : TARGET_BAD_LITERAL;
	if (numeric(s, AF_INET, &t->domain))
		return TARGET_OK;
	if (!numeric(s, AF_INET6, &t->domain))
		return TARGET_BAD_LITERAL;
	t->untagged_v6 = true;
	return TARGET_OK;
}

static enum target_error take_port(struct target *t, const char *s)
{
	char *end;
	unsigned long n;

	if (!isdigit((unsigned char)*s))
		return TARGET_BAD_PORT;
	n = strtoul(s, &end, 10);
	if (*end || n == 0 || n > UINT16_MAX)
		return TARGET_BAD_PORT;
	t->port = (uint16_t)n;
	return TARGET_OK;
}

/* "[...]" and maybe ":port"; s is writable. */
static enum target_error take_brackets(struct target *t, char *s)
{
	char *end = strchr(s, ']');
	enum target_error e;

	if (!end || (end[1] && end[1] != ':'))
		return TARGET_BAD_LITERAL;
	*end = '\0';
	e = take_literal(t, s + 1);
	return e || !end[1] ? e : take_port(t, end + 2);
}

/* host, host:port, address, address:port; s is writable. */
static enum target_error take_host(struct target *t, char *s)
{
	char *colon = strrchr(s, ':');
	enum target_error e;

	if (*s == '[')
		return take_brackets(t, s);
	t->kind = TARGET_LITERAL;
	if (numeric(s, AF_INET6, &t->domain) || numeric(s, AF_INET, &t->domain))
		return TARGET_OK;
	t->kind = colon ? TARGET_HOST : TARGET_DOMAIN;
	if (colon) {
		e = take_port(t, colon + 1);
		if (e)
			return e;
		*colon = '\0';
		if (numeric(s, AF_INET, &t->domain)) {
			t->kind = TARGET_LITERAL;
			return TARGET_OK;
		}
	}
	return take_domain(t, s);
}

/* ---- the whole ---- */

static bool has_control(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return true;
	return false;
}

/* smtp://host[:port]; rest: behind the "://", writable. */
static enum target_error take_url(struct target *t, const char *scheme,
                                  char *rest)
{
	static const struct scheme {
		const char *name;
		uint16_t port;
		enum target_scheme scheme;
	} schemes[] = {
		{ "smtp", 25, SCHEME_SMTP },
		{ "submission", 587, SCHEME_SUBMISSION },
		{ "smtps", 465, SCHEME_SMTPS },
		{ "lmtp", 24, SCHEME_LMTP },
	};
	size_t n = sizeof schemes / sizeof *schemes, i = 0, len = strlen(rest);
	enum target_error e;

	while (i < n && strcasecmp(scheme, schemes[i].name) != 0)
		i++;
	if (i == n)
		return TARGET_BAD_SCHEME;
	if (len && rest[len - 1] == '/')
		rest[len - 1] = '\0';
	e = take_host(t, rest);
	t->scheme = schemes[i].scheme;
	if (!t->port)
		t->port = schemes[i].port;
	if (t->kind == TARGET_DOMAIN)
		t->kind = TARGET_HOST;
	return e;
}

/* "unix:25" is a host of that name; a path begins with a slash or a dot. */
static bool is_unix(const char *s)
{
	return strncasecmp(s, "unix:", 5) == 0 && (s[5] == '/' || s[5] == '.');
}

static enum target_error take_unix(struct target *t, const char *path)
{
	t->kind = TARGET_UNIX;
	t->scheme = SCHEME_UNIX;
	t->domain = xstrdup(path);
	return strlen(path) < sizeof ((struct sockaddr_un *)0)->sun_path
	               ? TARGET_OK
	               : TARGET_PATH_LONG;
}

static enum target_error local_part_check(const char *s, size_t len)
{
	if (len == 0 || len > LOCAL_PART_MAX)
		return TARGET_LOCAL_PART;
	for (size_t i = 0; i < len; i++)
		if (strchr(" <>", s[i]))
			return TARGET_CHARACTER;
	return TARGET_OK;
}

/* local@domain; at: the last @, s is writable. */
static enum target_error take_address(struct target *t, char *s, char *at)
{
	enum target_error e = local_part_check(s, (size_t)(at - s));
	char *addr = NULL;

	if (e)
		return e;
	if (at[1] == '[') {
		t->recipient = xstrdup(s);
		e = take_brackets(t, at + 1);
		return t->port ? TARGET_BAD_LITERAL : e;
	}
	if (numeric(at + 1, AF_INET, &addr) ||
	    numeric(at + 1, AF_INET6, &addr)) {
		free(addr);
		return TARGET_BARE_ADDRESS;
	}
	t->kind = TARGET_DOMAIN;
	e = take_domain(t, at + 1);
	if (e)
		return e;
	*at = '\0';
	t->recipient = xasprintf("%s@%s", s, t->domain);
	return TARGET_OK;
}

static enum target_error take_text(struct target *t, char *s)
{
	char *scheme = strstr(s, "://"), *at = strrchr(s, '@');

	if (!*s)
		return TARGET_EMPTY;
	if (has_control(s))
		return TARGET_CONTROL;
	if (is_unix(s))
		return take_unix(t, s + strlen("unix:"));
	if (scheme) {
		*scheme = '\0';
		return take_url(t, s, scheme + 3);
	}
	return at ? take_address(t, s, at) : take_host(t, s);
}

/* text without the blanks around it; caller frees. */
static char *trimmed(const char *text)
{
	size_t len;

	text += strspn(text, " ");
	len = strlen(text);
	while (len && text[len - 1] == ' ')
		len--;
	return xmemdup0(text, len);
}

enum target_error target_parse(const char *text, struct target *out)
{
	struct target t = { 0 };
	char *copy = trimmed(text);
	enum target_error e;

	t.text = xstrdup(copy);
	e = take_text(&t, copy);
	free(copy);
	if (e)
		target_clear(&t);
	else
		*out = t;
	return e;
}

void target_clear(struct target *t)
{
	free(t->text);
	free(t->domain);
	free(t->shown);
	free(t->recipient);
	*t = (struct target){ 0 };
}

void target_copy(struct target *to, const struct target *from)
{
	*to = *from;
	to->text = from->text ? xstrdup(from->text) : NULL;
	to->domain = from->domain ? xstrdup(from->domain) : NULL;
	to->shown = from->shown ? xstrdup(from->shown) : NULL;
	to->recipient = from->recipient ? xstrdup(from->recipient) : NULL;
}

enum target_error address_check(const char *addr, bool null_ok)
{
	struct target t = { 0 };
	enum target_error e;
	char *copy, *at;

	if (!*addr)
		return null_ok ? TARGET_OK : TARGET_EMPTY;
	if (has_control(addr))
		return TARGET_CONTROL;
	copy = xstrdup(addr);
	at = strrchr(copy, '@');
	/* without a domain: "postmaster" is one, RFC 5321 §4.1.1.3, and what
	 * others are is for the server to say */
	e = at ? take_address(&t, copy, at) :
	         local_part_check(copy, strlen(copy));
	free(copy);
	target_clear(&t);
	return e;
}
