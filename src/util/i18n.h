/*
 * i18n: the program's own words in the user's language.
 *
 * English is in the code, inside _(); other languages come from po/LANG.po,
 * made into a sorted table at build time, so that German works where the only
 * locale is C. Tables (reply codes, lessons ...) carry _en and _de columns of
 * their own and are picked with i18n_lang(). The language is set once, before
 * the second thread starts; after that everything here may be read by any.
 */
#ifndef UTIL_I18N_H
#define UTIL_I18N_H

#include <stdbool.h>
#include <stddef.h>

#define _(s) i18n_text(s)
#define N_(s) (s) /* marks a string for extraction that is looked up later */

enum i18n_lang { LANG_EN, LANG_DE, LANG_COUNT };

/*
 * tag: "de", "de_DE.UTF-8", "en-GB"; NULL asks LC_ALL, LC_MESSAGES and LANG
 * in that order ("C" and "POSIX" are English).
 * Returns false for a language that there is no catalogue for.
 */
bool i18n_set(const char *tag);
enum i18n_lang i18n_lang(void);
const char *i18n_tag(void); /* "en", "de" */

/* The translation of msgid, or msgid itself. Never NULL, never freed. */
const char *i18n_text(const char *msgid) __attribute__((format_arg(1)));
/* The one of two texts that fits the language: for the tables. */
const char *i18n_pick(const char *en, const char *de);

/*
 * Our own texts hold typographic characters; a terminal whose locale is not
 * UTF-8 gets the nearest ASCII (ä ae, „“ ", … ..., · -, ▸ >, § "sec. ").
 * i18n_ascii(true) is called once at start for such a terminal.
 * Returns out (NUL-terminated, cut at size). Not for server text: escape.h.
 */
void i18n_ascii(bool on);
bool i18n_is_ascii(void);
const char *i18n_fold(const char *s, char *out, size_t size);

#endif
