#include "config.h"

#include "net/hostname.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "util/buf.h"
#include "util/xalloc.h"

enum {
	NAME_SIZE = 256,        /* RFC 1035 §2.3.4: 255 octets */
	HOSTS_MAX = 256 * 1024, /* of /etc/hosts; block lists are larger */
};

/* A name that says something to the other side: localhost does not. */
static bool is_full(const char *name)
{
	return strchr(name, '.') != NULL &&
	       strncasecmp(name, "localhost", strlen("localhost")) != 0 &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
	                    "XYZ0123456789-._") == strlen(name);
}

/* The line's full name when one of its names is name; line is cut up. */
static const char *full_of_line(char *line, const char *name)
{
	const char *full = NULL, *word;
	char *save = NULL;
	bool ours = false;

	line[strcspn(line, "#")] = '\0';
	if (!strtok_r(line, " \t\r", &save)) /* the address */
		return NULL;
	while ((word = strtok_r(NULL, " \t\r", &save))) {
		ours |= strcasecmp(word, name) == 0;
		if (!full && is_full(word))
			full = word;
	}
	return ours ? full : NULL;
}

char *hosts_full_name(const char *hosts, const char *name)
{
	char *text = xstrdup(hosts), *save = NULL, *found = NULL;

	for (char *line = strtok_r(text, "\n", &save); line && !found;
	     line = strtok_r(NULL, "\n", &save)) {
		const char *full = full_of_line(line, name);

		if (full)
			found = xstrdup(full);
	}
	free(text);
	return found;
}

static char *read_hosts(void)
{
	struct buf text = { 0 };
	FILE *f = fopen("/etc/hosts", "re");
	char piece[4096];
	size_t n;

	if (!f)
		return NULL;
	while (text.len < HOSTS_MAX &&
	       (n = fread(piece, 1, sizeof piece, f)) > 0)
		buf_add(&text, piece, n);
	fclose(f);
	return buf_steal(&text);
}

char *host_full_name(void)
{
	char name[NAME_SIZE];
	char *hosts, *full = NULL;

	if (gethostname(name, sizeof name) < 0)
		return NULL;
	name[sizeof name - 1] = '\0';
	if (is_full(name))
		return xstrdup(name);
	hosts = read_hosts();
	if (hosts)
		full = hosts_full_name(hosts, name);
	free(hosts);
	return full;
}

char *address_literal(const char *address)
{
	return xasprintf(strchr(address, ':') ? "[IPv6:%s]" : "[%s]", address);
}
