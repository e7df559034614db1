/*
 * idn: internationalised domain names; the one user of libidn2, which is
 * loaded (util/library.h) for the first name that is one. Pure; any thread.
 * Only the mail domain itself goes in here: a "_dmarc." is put before the
 * result, never before the input.
 */
#ifndef CORE_IDN_H
#define CORE_IDN_H

#include <stdbool.h>

enum idn_result {
	IDN_OK,
	IDN_DEVIATES,     /* fine, but IDNA2003 software makes another name of
	                   * it: ß, final sigma, joiners (UTS 46 §2.2) */
	IDN_TRANSITIONAL, /* not allowed by IDNA2008 (RFC 5892), converted as
	                   * older software does: emoji and other symbols */
	IDN_LABEL_LONG,   /* over 63 octets as an A-label */
	IDN_NAME_LONG,
	IDN_BAD,          /* not UTF-8, or no name at all */
	IDN_NO_LIBRARY,   /* libidn2 is not on this machine */
};

/* out: the A-label form, caller frees; set for the first three results. An
 * empty label is let through: check the result as any other name. */
enum idn_result idn_to_ascii(const char *utf8, char **out);
/* The U-label form of a name in lower case, or NULL when it has no A-label or
 * cannot be decoded. Caller frees. */
char *idn_to_unicode(const char *ascii);
/* Does a label begin with "xn--" and yet stand for nothing (a fake A-label, RFC
 * 5890 §2.3.1). False also where libidn2 is not on this machine. */
bool idn_is_undecodable(const char *ascii);
/* An address as it is sent where nobody said SMTPUTF8: the domain of a local
 * part in ASCII becomes A-labels. Behind another local part (and where it
 * cannot be converted) it stays as it is (RFC 6531 §3.2). Caller frees. */
char *idn_address(const char *addr);
bool idn_is_ascii(const char *s);

#endif
