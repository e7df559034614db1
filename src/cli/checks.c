#include "config.h"

#include "cli/checks.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "core/dns.h"
#include "core/escape.h"
#include "core/session.h"
#include "core/target.h"
#include "core/trial.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum {
	PARAM_MAX = 500, /* it has to fit into a command, RFC 5321 §4.5.3.1.4 */
	MECHS_MAX = 1000,
	/* the reversed IPv6 address before it takes 64 of 255 octets */
	ZONE_MAX = DNS_NAME_MAX - 64,
	/* "._domainkey" and a domain of any use behind it */
	SELECTOR_MAX = DNS_NAME_MAX - 64,
};

void checks_quote(struct buf *out, const char *value)
{
	struct buf safe = { 0 };

	escape_text(&safe, value, strlen(value), i18n_is_ascii());
	buf_addf(out, _("\"%s\""), buf_str(&safe));
	buf_clear(&safe);
}

/* A sentence about value: format has one %s, the quoted value. */
static char *wrong(const char *value, const char *format)
{
	struct buf quoted = { 0 };
	const char *at = strstr(format, "%s");
	char *text;

	checks_quote(&quoted, value);
	text = xasprintf("%.*s%s%s", (int)(at - format), format,
	                 buf_str(&quoted), at + 2);
	buf_clear(&quoted);
	return text;
}

static char *check_one(const char *address, bool null_ok)
{
	enum target_error e = address_check(address, null_ok);

	return e == TARGET_OK ? NULL : target_error_text(e, address);
}

static char *without_brackets(const char *s, size_t len)
{
	while (len > 0 && (s[0] == ' ' || s[0] == '\t')) {
		s++;
		len--;
	}
	while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '\t'))
		len--;
	if (len >= 2 && s[0] == '<' && s[len - 1] == '>') {
		s++;
		len -= 2;
	}
	return xmemdup0(s, len);
}

char *checks_next_address(const char **list)
{
	const char *s = *list, *p = s;
	bool quoted = false;

	if (!s)
		return NULL;
	for (; *p && (quoted || *p != ','); p++) {
		if (quoted && *p == '\\' && p[1])
			p++;
		else if (*p == '"')
			quoted = !quoted;
	}
	*list = *p ? p + 1 : NULL;
	return without_brackets(s, (size_t)(p - s));
}

char *check_sender(const char *value)
{
	const char *list = value;
	char *address = without_brackets(list, strlen(list));
	char *error = check_one(address, true);

	free(address);
	return error;
}

char *check_recipients(const char *value)
{
	const char *list = value;
	char *address, *error = NULL;
	size_t n = 0;

	while (!error && (address = checks_next_address(&list))) {
		error = check_one(address, false);
		free(address);
		n++;
	}
	if (!error && n > SESSION_RCPT_MAX)
		error = xasprintf(_("%zu recipients are too many for one "
		                    "session, %d is the limit"), n,
		                  SESSION_RCPT_MAX);
	return error;
}

char *check_helo(const char *value)
{
	size_t len = strlen(value);

	if (len == 0 || len > 255 || strpbrk(value, " \t<>"))
		return wrong(value, _("%s is no host name and no address "
		                      "literal such as [192.0.2.1]"));
	return NULL;
}

char *check_server(const char *value)
{
	struct target t;
	enum target_error e = target_parse(value, &t);
	char *error = NULL;

	if (e != TARGET_OK)
		return target_error_text(e, value);
	if (t.recipient)
		error = wrong(value, _("%s is an address, not a host"));
	target_clear(&t);
	return error;
}

char *check_domain(const char *value)
{
	struct target t;
	enum target_error e = target_parse(value, &t);
	char *error = NULL;

	if (!*value) /* the TARGET says it */
		return NULL;
	if (e != TARGET_OK)
		return target_error_text(e, value);
	if (t.kind != TARGET_DOMAIN)
		error = wrong(value, _("%s is no domain of mail addresses "
		                       "such as example.org"));
	target_clear(&t);
	return error;
}

static bool is_numeric(const char *s)
{
	unsigned char address[16];

	return inet_pton(AF_INET, s, address) == 1 ||
	       inet_pton(AF_INET6, s, address) == 1;
}

char *check_address(const char *value)
{
	if (is_numeric(value))
		return NULL;
	return wrong(value, _("%s is no numeric IP address"));
}

static bool is_port(const char *s)
{
	char *end;
	unsigned long port = strtoul(s, &end, 10);

	return *s >= '0' && *s <= '9' && *end == '\0' && port > 0 &&
	       port <= 65535;
}

/* ADDR, v4:port, [v6], [v6]:port */
static bool is_endpoint(const char *value)
{
	size_t len = strlen(value);
	const char *close, *port;
	char address[64];

	if (len >= sizeof address)
		return false;
	if (is_numeric(value))
		return true;
	close = *value == '[' ? strchr(value, ']') : NULL;
	port = close ? close + 1 : strrchr(value, ':');
	if (!port || (*value == '[' && !close))
		return false;
	len = (size_t)((close ? close : port) - value) - (close != NULL);
	memcpy(address, value + (close != NULL), len);
	address[len] = '\0';
	return is_numeric(address) &&
	       ((close && !*port) || (*port == ':' && is_port(port + 1)));
}

char *check_endpoint(const char *value)
{
	if (is_endpoint(value))
		return NULL;
	return wrong(value, _("%s is no numeric IP address with an optional "
	                      "port, such as 192.0.2.53:53 or "
	                      "[2001:db8::53]:53"));
}

char *check_host_port(const char *value)
{
	const char *port = strrchr(value, ':');

	if (port && port > value && is_port(port + 1) &&
	    !strpbrk(value, " \t/@"))
		return NULL;
	return wrong(value, _("%s is no host with a port, such as "
	                      "192.0.2.1:5300"));
}

/* RFC 5321 §4.1.2: esmtp-keyword ["=" esmtp-value], in RFC 6531 UTF-8 too. A
 * blank would make two of it. */
char *check_param(const char *value)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789";
	size_t len = strspn(value, "-ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                           "abcdefghijklmnopqrstuvwxyz0123456789");
	const char *rest = value + len;

	if (len > 0 && strchr(letters, *value) && strlen(value) <= PARAM_MAX &&
	    (!*rest || (*rest == '=' && rest[1] && !strpbrk(rest + 1, " ="))))
		return NULL;
	return wrong(value, _("%s is no parameter such as RET=HDRS (no blank, "
	                      "one = at most)"));
}

char *check_mechs(const char *value)
{
	size_t len = strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_, "
	                           "abcdefghijklmnopqrstuvwxyz0123456789");

	if (!value[len] && len <= MECHS_MAX)
		return NULL;
	return wrong(value, _("%s is no list of mechanisms such as "
	                      "PLAIN,LOGIN"));
}

char *check_always(const char *value)
{
	if (!*value || strcmp(value, "always") == 0)
		return NULL;
	return wrong(value, _("%s is not always; that is the only word here"));
}

char *check_mask(const char *value)
{
	if (!*value || strcmp(value, "all") == 0 ||
	    strcmp(value, "people") == 0)
		return NULL;
	return wrong(value, _("%s is neither all nor people"));
}

char *check_user(const char *value)
{
	return *value ? NULL : xstrdup(_("the name is empty"));
}

char *check_trial(const char *value)
{
	struct trial t;
	char *error = trial_parse(value, &t);

	if (!error)
		trial_clear(&t);
	return error;
}

char *check_timeout(const char *value)
{
	size_t digits = strspn(value, "0123456789");
	unsigned long long seconds = strtoull(value, NULL, 10);

	if (strcmp(value, "classroom") == 0 ||
	    (digits > 0 && !value[digits] && seconds >= 1 && seconds <= 86400))
		return NULL;
	return wrong(value, _("%s is no whole number from 1 to 86400, and not "
	                      "classroom"));
}

char *check_proxy(const char *value)
{
	static const char scheme[] = "socks5://";
	size_t len = sizeof scheme - 1;
	char *error;

	if (strncmp(value, scheme, len) == 0) {
		error = check_host_port(value + len);
		if (!error)
			return NULL;
		free(error);
	}
	return wrong(value, _("%s is no proxy such as "
	                      "socks5://localhost:1080"));
}

char *check_command(const char *value)
{
	return *value ? NULL : xstrdup(_("the command is empty"));
}

char *check_language(const char *value)
{
	enum i18n_lang before = i18n_lang();

	if (i18n_set(value))
		return NULL;
	i18n_set(before == LANG_DE ? "de" : "en");
	return wrong(value, _("there are no texts in the language %s, only in "
	                      "en and de"));
}

char *check_shell(const char *value)
{
	static const char *const shells[] = { "bash", "zsh", "fish" };

	for (size_t i = 0; i < sizeof shells / sizeof *shells; i++)
		if (strcmp(value, shells[i]) == 0)
			return NULL;
	return wrong(value, _("%s: there are completions for bash, zsh and "
	                      "fish"));
}

char *check_file(const char *value)
{
	return *value ? NULL : xstrdup(_("the name of a file is empty"));
}

/* Letters, digits, hyphens and underscores, in a name of some octets. */
static bool is_plain_name(const char *text, size_t max)
{
	struct dns_name name;

	return !text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_."
	                          "abcdefghijklmnopqrstuvwxyz0123456789")] &&
	       dns_name_parse(&name, text) == DNS_NAME_OK &&
	       !dns_name_is_root(&name) && name.len <= max;
}

static char *check_names(const char *value, size_t max, const char *format)
{
	const char *list = value;
	char *name, *error = NULL;

	while (!error && (name = checks_next_address(&list))) {
		if (!is_plain_name(name, max))
			error = wrong(name, format);
		free(name);
	}
	return error;
}

char *check_selectors(const char *value)
{
	return check_names(value, SELECTOR_MAX,
	                   _("%s is no selector such as mail2024"));
}

char *check_zones(const char *value)
{
	if (is_numeric(value))
		return wrong(value, _("%s is an address, and a list has a "
		                      "name"));
	return check_names(value, ZONE_MAX,
	                   _("%s is no name of a list in DNS such as "
	                     "dnsbl.example.org"));
}
