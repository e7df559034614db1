#include "config.h"

#include "sharedzone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "madefacts.h"
#include "pem.h"
#include "util/xalloc.h"

enum { RECORDS_MAX = 200, ANSWER_MAX = 16, NAME_SIZE = 300 };

struct record {
	struct dns_name owner;
	char *type, *data;
};

struct sharedzone {
	char origin[NAME_SIZE];
	struct record records[RECORDS_MAX];
	size_t n;
};

/* "mx" is below the origin, "@" the origin itself, "mx.test." as it is. */
static char *absolute(const struct sharedzone *z, const char *name)
{
	size_t len = strlen(name);

	if (strcmp(name, "@") == 0)
		return xstrdup(z->origin);
	if (len && name[len - 1] == '.')
		return xmemdup0(name, len - 1);
	return xasprintf("%s.%s", name, z->origin);
}

/* The last word of MX and CNAME data is a name. */
static char *data_of(const struct sharedzone *z, const char *type,
                     const char *text)
{
	const char *last = strrchr(text, ' ');
	char *name, *out;

	if (strcmp(type, "MX") != 0 && strcmp(type, "CNAME") != 0)
		return xstrdup(text);
	name = absolute(z, last ? last + 1 : text);
	out = xasprintf("%.*s%s", last ? (int)(last + 1 - text) : 0, text,
	                name);
	free(name);
	return out;
}

static void take_line(struct sharedzone *z, char *line)
{
	char *save, *owner = strtok_r(line, " \t", &save), *type, *data, *end;
	struct record *r = &z->records[z->n];
	char *name;

	if (!owner || *owner == ';' || *owner == '$')
		return;
	type = strtok_r(NULL, " \t", &save);
	data = save + strspn(save, " \t");
	end = data + strlen(data);
	while (end > data && (end[-1] == ' ' || end[-1] == '\r'))
		*--end = '\0';
	if (!type || strcmp(type, "SOA") == 0 || strcmp(type, "NS") == 0)
		return;
	assert_true(z->n < RECORDS_MAX);
	name = absolute(z, owner);
	assert_int_equal(dns_name_parse(&r->owner, name), DNS_NAME_OK);
	free(name);
	r->type = xstrdup(type);
	r->data = data_of(z, type, data);
	z->n++;
}

struct sharedzone *sharedzone_load(const char *name)
{
	const char *shared = getenv("SMTPSCOPE_SHARED");
	struct sharedzone *z;
	struct buf text = { 0 };
	char *path, *save, *line;

	if (!shared)
		return NULL;
	path = xasprintf("%s/dns/zones/%s.zone", shared, name);
	if (!read_file(path, &text))
		fail_msg("no %s", path);
	free(path);
	z = xcalloc(1, sizeof *z);
	snprintf(z->origin, sizeof z->origin, "%s", name);
	for (line = strtok_r(text.data, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		take_line(z, line);
	buf_clear(&text);
	return z;
}

void sharedzone_free(struct sharedzone *z)
{
	for (size_t i = 0; z && i < z->n; i++) {
		free(z->records[i].type);
		free(z->records[i].data);
	}
	free(z);
}

static const struct record *find(const struct sharedzone *z,
                                 const struct dns_name *name, const char *type,
                                 size_t *at)
{
	while (*at < z->n) {
		const struct record *r = &z->records[(*at)++];

		if (dns_name_equal(&r->owner, name) &&
		    strcmp(r->type, type) == 0)
			return r;
	}
	return NULL;
}

/* What is asked for, in the notation of madefacts. */
struct made {
	struct fact facts[ANSWER_MAX];
	char *data[ANSWER_MAX]; /* owned */
	size_t n;
};

static void put(struct made *m, const char *name, const char *type,
                const char *prefix, const char *data)
{
	assert_true(m->n < ANSWER_MAX);
	m->data[m->n] = xasprintf("%s%s", prefix, data);
	m->facts[m->n] = (struct fact){ name, type, m->data[m->n] };
	m->n++;
}

static void collect(const struct sharedzone *z, struct made *m,
                    const char *text, const char *type, bool is_signed)
{
	struct dns_name name;
	const struct record *r;
	size_t at = 0;

	dns_name_parse(&name, text);
	while ((r = find(z, &name, "CNAME", &at))) {
		put(m, text, type, is_signed && !m->n ? "AD CNAME " : "CNAME ",
		    r->data);
		dns_name_parse(&name, r->data);
		at = 0;
	}
	at = 0;
	while ((r = find(z, &name, type, &at)))
		put(m, text, type, is_signed && !m->n ? "AD " : "", r->data);
	if (m->n == 0)
		put(m, text, type, "", is_signed ? "AD " : "!nxdomain");
}

void sharedzone_answer(const struct sharedzone *z, struct facts *to,
                       const struct dns_name *name, uint16_t type,
                       enum zone_state state)
{
	char text[DNS_NAME_TEXT_MAX], type_text[10];
	struct made m = { .n = 0 };

	dns_name_host(name, text);
	dns_type_text(type, type_text);
	if (state == ZONE_BOGUS)
		put(&m, text, type_text, "", "!servfail");
	else
		collect(z, &m, text, type_text, state == ZONE_SIGNED);
	add_answer(to, m.facts, m.n);
	for (size_t i = 0; i < m.n; i++)
		free(m.data[i]);
}
