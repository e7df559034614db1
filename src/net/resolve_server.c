#include "config.h"

#include "net/resolve_channel.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "net/resolve.h"

enum { DNS_PORT = 53 };

/* "1" to "65535", nothing before or behind; 0: anything else. */
static uint16_t port_parse(const char *s)
{
	char *end;
	long n;

	if (*s < '0' || *s > '9')
		return 0;
	n = strtol(s, &end, 10);
	return *end == '\0' && n > 0 && n <= UINT16_MAX ? (uint16_t)n : 0;
}

static bool address_parse(const char *s, size_t len,
                          struct server_address *out)
{
	char text[INET6_ADDRSTRLEN];

	if (len == 0 || len >= sizeof text)
		return false;
	memcpy(text, s, len);
	text[len] = '\0';
	out->family = memchr(text, ':', len) ? AF_INET6 : AF_INET;
	return inet_pton(out->family, text, out->addr) == 1;
}

bool server_is_loopback(const struct server_address *s)
{
	static const uint8_t one[16] = { [15] = 1 };

	if (s->family == AF_INET)
		return s->addr[0] == 127;
	return memcmp(s->addr, one, sizeof one) == 0;
}

/* Splits text into the address and the port (NULL none). Brackets are for
 * IPv6 only, and IPv6 with a port needs them: "::1:53" is an address. */
static const char *split(const char *text, const char **end, int *family)
{
	const char *colon = strchr(text, ':');

	*family = AF_INET6;
	if (*text == '[') {
		*end = strchr(text, ']');
		return *end && (*end)[1] == ':' ? *end + 2 : NULL;
	}
	*end = text + strlen(text);
	if (colon && strchr(colon + 1, ':'))
		return NULL;
	*family = AF_INET;
	if (!colon)
		return NULL;
	*end = colon;
	return colon + 1;
}

bool server_parse(const char *text, struct server_address *out)
{
	const char *end, *port;
	int family;
	bool brackets = *text == '[';

	memset(out, 0, sizeof *out);
	port = split(text, &end, &family);
	if (!end || (brackets && !port && end[1]))
		return false;
	text += brackets;
	out->port = port ? port_parse(port) : DNS_PORT;
	if (!out->port || !address_parse(text, (size_t)(end - text), out))
		return false;
	return out->family == family;
}

void server_text(const struct server_address *s, char out[RESOLVE_SERVER_TEXT])
{
	char addr[INET6_ADDRSTRLEN];
	bool v6 = s->family == AF_INET6;

	inet_ntop(s->family, s->addr, addr, sizeof addr);
	snprintf(out, RESOLVE_SERVER_TEXT, "%s%s%s:%u", v6 ? "[" : "", addr,
	         v6 ? "]" : "", (unsigned)s->port);
}

bool resolve_server(const char *text, char out[RESOLVE_SERVER_TEXT])
{
	struct server_address s;

	if (!server_parse(text, &s))
		return false;
	server_text(&s, out);
	return true;
}

/* Does line begin with keyword, and is word (NULL: any) one of the words,
 * blanks between them, that follow? */
static bool has_word(char *line, const char *keyword, const char *word)
{
	char *save;
	char *w = strtok_r(line, " \t\n", &save);

	if (!w || strcmp(w, keyword) != 0)
		return false;
	while ((w = strtok_r(NULL, " \t\n", &save)))
		if (!word || strcmp(w, word) == 0)
			return true;
	return false;
}

static bool conf_says(const char *resolv_conf, const char *keyword,
                      const char *word)
{
	FILE *f = fopen(resolv_conf ? resolv_conf : RESOLVE_CONF, "r");
	char line[1024]; /* longer ones are cut: resolv.conf(5) allows 256 */
	bool says = false;

	if (!f)
		return false;
	while (!says && fgets(line, sizeof line, f))
		says = has_word(line, keyword, word);
	fclose(f);
	return says;
}

bool server_conf_trusts(const char *resolv_conf)
{
	return conf_says(resolv_conf, "options", "trust-ad");
}

bool server_conf_names(const char *resolv_conf)
{
	return conf_says(resolv_conf, "nameserver", NULL);
}
