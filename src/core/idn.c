#include "config.h"

#include "core/idn.h"

#include <idn2.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/library.h"
#include "util/xalloc.h"

/* The functions of libidn2 that are used, by their names there. */
#define FUNCTIONS(X)                                                           \
	X(idn2_free)                                                           \
	X(idn2_lookup_u8)                                                      \
	X(idn2_to_unicode_8z8z)

struct libidn2 {
#define POINTER(name) __typeof__(name) *name;
	FUNCTIONS(POINTER)
#undef POINTER
};

static const struct libidn2 *libidn2(void)
{
	static const struct library_symbol symbols[] = {
#define AT(name) { #name, offsetof(struct libidn2, name) },
		FUNCTIONS(AT)
#undef AT
	};
	static struct library l = {
		.so_name = LIBIDN2_SONAME,
		.symbols = symbols,
		.n = sizeof symbols / sizeof *symbols,
		.size = sizeof(struct libidn2),
	};

	return library_table(&l);
}

/* Never with IDN2_USE_STD3_ASCII_RULES: libidn2 2.3.3 then deletes "_" without
 * a word. */
static int convert(const char *utf8, int mode, char **out)
{
	uint8_t *made = NULL;
	int rc = libidn2()->idn2_lookup_u8((const uint8_t *)utf8, &made,
	                                   IDN2_NFC_INPUT | mode);

	*out = rc == IDN2_OK ? xstrdup((char *)made) : NULL;
	libidn2()->idn2_free(made);
	return rc;
}

static enum idn_result failure(int rc)
{
	switch (rc) {
	case IDN2_TOO_BIG_LABEL:
		return IDN_LABEL_LONG;
	case IDN2_TOO_BIG_DOMAIN:
		return IDN_NAME_LONG;
	default:
		return IDN_BAD;
	}
}

enum idn_result idn_to_ascii(const char *utf8, char **out)
{
	char *other;
	bool same;
	int rc, old;

	*out = NULL;
	if (!libidn2())
		return IDN_NO_LIBRARY;
	rc = convert(utf8, IDN2_NONTRANSITIONAL, out);
	old = convert(utf8, IDN2_TRANSITIONAL, &other);
	if (rc != IDN2_OK) {
		*out = other;
		if (rc == IDN2_DISALLOWED && old == IDN2_OK)
			return IDN_TRANSITIONAL;
		free(other);
		*out = NULL;
		return failure(rc);
	}
	same = old != IDN2_OK || strcmp(*out, other) == 0;
	free(other);
	return same ? IDN_OK : IDN_DEVIATES;
}

char *idn_to_unicode(const char *ascii)
{
	char *made = NULL, *out = NULL;

	/* others need no library (RFC 5890 §2.3.2.1) */
	if (!strstr(ascii, "xn--") || !libidn2())
		return NULL;
	if (libidn2()->idn2_to_unicode_8z8z(ascii, &made, 0) == IDN2_OK &&
	    strcmp(made, ascii) != 0)
		out = xstrdup(made);
	libidn2()->idn2_free(made);
	return out;
}

/* One label at a time: one that is fine does not excuse another. */
static bool is_fake(const char *label)
{
	char *made = NULL;
	bool fake;

	if (strncasecmp(label, "xn--", 4) != 0)
		return false;
	fake = libidn2()->idn2_to_unicode_8z8z(label, &made, 0) != IDN2_OK ||
	       strcasecmp(made, label) == 0;
	libidn2()->idn2_free(made);
	return fake;
}

bool idn_is_undecodable(const char *ascii)
{
	char *copy, *save = NULL;
	bool fake = false;

	if (!strstr(ascii, "xn--") || !libidn2())
		return false;
	copy = xstrdup(ascii);
	for (char *label = strtok_r(copy, ".", &save); label && !fake;
	     label = strtok_r(NULL, ".", &save))
		fake = is_fake(label);
	free(copy);
	return fake;
}

bool idn_is_ascii(const char *s)
{
	while (*s && (unsigned char)*s < 128)
		s++;
	return !*s;
}

char *idn_address(const char *addr)
{
	const char *at = strrchr(addr, '@');
	char *local, *ascii = NULL, *out;

	if (!at || idn_is_ascii(at))
		return xstrdup(addr);
	local = xmemdup0(addr, (size_t)(at - addr));
	if (idn_is_ascii(local))
		idn_to_ascii(at + 1, &ascii);
	out = ascii ? xasprintf("%s@%s", local, ascii) : xstrdup(addr);
	free(ascii);
	free(local);
	return out;
}
