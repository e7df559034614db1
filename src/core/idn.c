#include "config.h"

#include "core/idn.h"

#include <idn2.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

/* Never with IDN2_USE_STD3_ASCII_RULES: libidn2 2.3.3 then deletes "_" without
 * a word. */
static int convert(const char *utf8, int mode, char **out)
{
	uint8_t *made = NULL;
	int rc = idn2_lookup_u8((const uint8_t *)utf8, &made,
	                        IDN2_NFC_INPUT | mode);

	*out = rc == IDN2_OK ? xstrdup((char *)made) : NULL;
	idn2_free(made);
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
	int rc = convert(utf8, IDN2_NONTRANSITIONAL, out);
	int old = convert(utf8, IDN2_TRANSITIONAL, &other);

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

	if (idn2_to_unicode_8z8z(ascii, &made, 0) == IDN2_OK &&
	    strcmp(made, ascii) != 0)
		out = xstrdup(made);
	idn2_free(made);
	return out;
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
