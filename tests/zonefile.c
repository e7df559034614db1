#include "config.h"

#include "zonefile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "madefacts.h"
#include "util/xalloc.h"

enum { LINE_LONGEST = 4096 };

struct record {
	char *owner; /* with its last dot */
	char *type, *data;
};

struct zonefile {
	struct record *records;
	size_t n;
	const char *failing;
	enum dns_status status;
};

struct zonefile *zonefile_new(void)
{
	return xcalloc(1, sizeof(struct zonefile));
}

void zonefile_free(struct zonefile *z)
{
	if (!z)
		return;
	for (size_t i = 0; i < z->n; i++) {
		free(z->records[i].owner);
		free(z->records[i].type);
		free(z->records[i].data);
	}
	free(z->records);
	free(z);
}

void zonefile_fail(struct zonefile *z, const char *name,
                   enum dns_status status)
{
	z->failing = name;
	z->status = status;
}

static char *absolute(const char *name, const char *origin)
{
	size_t len = strlen(name);

	if (strcmp(name, "@") == 0)
		return xstrdup(origin);
	if (len && name[len - 1] == '.')
		return xstrdup(name);
	return xasprintf("%s.%s", name, origin);
}

/* Names in the data are the last word of it. */
static char *data_of(const char *type, char *data, const char *origin)
{
	if (strcmp(type, "PTR") != 0 && strcmp(type, "CNAME") != 0)
		return xstrdup(data);
	return absolute(data, origin);
}

static void add(struct zonefile *z, const char *owner, const char *type,
                char *data, const char *origin)
{
	z->records = xreallocarray(z->records, z->n + 1, sizeof *z->records);
	z->records[z->n++] = (struct record){ absolute(owner, origin),
		xstrdup(type), data_of(type, data, origin) };
}

/* "owner TYPE data" or "owner CNAME data"; a comment ends a line. */
static void read_line(struct zonefile *z, char *line, char *origin)
{
	static const char blanks[] = " \t";
	char *save = NULL, *owner, *type;

	if (!strchr(line, '"'))
		line[strcspn(line, ";")] = '\0';
	line[strcspn(line, "\n")] = '\0';
	for (size_t n = strlen(line); n && strchr(blanks, line[n - 1]); n--)
		line[n - 1] = '\0';
	owner = strtok_r(line, blanks, &save);
	type = owner ? strtok_r(NULL, blanks, &save) : NULL;
	if (!type || !save)
		return;
	save += strspn(save, blanks);
	if (strcmp(owner, "$ORIGIN") == 0)
		snprintf(origin, DNS_NAME_TEXT_MAX, "%s", type);
	else if (*owner != '$' && dns_type_find(type) &&
	         strcmp(type, "SOA") != 0 && strcmp(type, "NS") != 0)
		add(z, owner, type, save, origin);
}

bool zonefile_read(struct zonefile *z, const char *path)
{
	char line[LINE_LONGEST], origin[DNS_NAME_TEXT_MAX] = ".";
	FILE *f = fopen(path, "r");

	if (!f)
		return false;
	while (fgets(line, sizeof line, f))
		read_line(z, line, origin);
	fclose(f);
	return true;
}

static bool is_at(const char *text, const struct dns_name *name)
{
	struct dns_name n;

	assert_int_equal(dns_name_parse(&n, text), DNS_NAME_OK);
	return dns_name_equal(&n, name);
}

static bool is_under(const char *text, const struct dns_name *name)
{
	struct dns_name n;

	assert_int_equal(dns_name_parse(&n, text), DNS_NAME_OK);
	return dns_name_under(&n, name);
}

/* Is there anything at name or below it? */
static bool exists(const struct zonefile *z, const struct dns_name *name)
{
	for (size_t i = 0; i < z->n; i++)
		if (is_under(z->records[i].owner, name))
			return true;
	return false;
}

/* The name whose records answer: itself, or the wildcard above it. */
static bool source_of(const struct zonefile *z, const struct dns_name *name,
                      struct dns_name *out)
{
	char text[DNS_NAME_TEXT_MAX], *star;
	struct dns_name parent = *name;

	*out = *name;
	if (exists(z, name))
		return true;
	do {
		dns_name_parent(&parent);
		if (dns_name_is_root(&parent))
			return false;
	} while (!exists(z, &parent));
	star = xasprintf("*.%s", dns_name_text(&parent, text));
	dns_name_parse(out, star);
	free(star);
	return exists(z, out);
}

/* Appends the facts of name and type to f; how many there are. */
static size_t put_facts(const struct zonefile *z, const struct dns_name *at,
                        const char *type, const char *owner, struct fact *f)
{
	size_t n = 0;

	for (size_t i = 0; i < z->n && n < 30; i++)
		if (strcmp(z->records[i].type, type) == 0 &&
		    is_at(z->records[i].owner, at))
			f[n++] = (struct fact){ owner, type,
				z->records[i].data };
	return n;
}

struct dns_answer *zonefile_look(void *arg, const struct dns_name *name,
                                 uint16_t type)
{
	const struct zonefile *z = arg;
	char text[DNS_NAME_TEXT_MAX], word[10], *alias = NULL;
	struct fact facts[40] = { 0 };
	struct dns_name at = *name, source;
	struct dns_answer *a;
	size_t n = 0;

	dns_name_text(name, text);
	dns_type_text(type, word);
	if (z->failing && dns_name_parse(&source, z->failing) == DNS_NAME_OK &&
	    dns_name_under(name, &source)) {
		a = answer_new(name, type);
		answer_fail(a, z->status);
		return a;
	}
	if (source_of(z, &at, &source) &&
	    put_facts(z, &source, "CNAME", text, facts) == 1) {
		alias = xasprintf("CNAME %s", facts[0].data);
		facts[n++] = (struct fact){ text, word, alias };
		dns_name_parse(&at, alias + 6);
	}
	if (!source_of(z, &at, &source))
		facts[n] = (struct fact){ text, word, "!nxdomain" };
	else if (put_facts(z, &source, word, text, facts + n) == 0)
		facts[n] = (struct fact){ text, word, "!nodata" };
	a = made_answer(*facts[n].data == '!' ? facts + n : facts);
	free(alias);
	return a;
}

bool zoneworld_open(struct zoneworld *x)
{
	static const char *const files[] = { "t42-fcrdns.test",
		"2.0.192.in-addr.arpa", "8.b.d.0.1.0.0.2.ip6.arpa",
		"dnsbl.test", "dnsbl-parked.test" };
	const char *shared = getenv("SMTPSCOPE_SHARED");
	bool ok = shared != NULL;

	*x = (struct zoneworld){ .zones = zonefile_new() };
	for (size_t i = 0; ok && i < sizeof files / sizeof *files; i++) {
		char *path = xasprintf("%s/dns/zones/%s.zone", shared,
		                       files[i]);

		ok = zonefile_read(x->zones, path);
		free(path);
	}
	zonefile_fail(x->zones, "t19-servfail.test", DNS_SERVFAIL);
	x->w = (struct checktest_world){ .look = zonefile_look,
		.arg = x->zones };
	return ok;
}

void zoneworld_close(struct zoneworld *x)
{
	zonefile_free(x->zones);
	buf_clear(&x->w.asked);
}
