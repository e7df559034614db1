/*
 * script: does a name look like another one? What its letters belong to
 * (Unicode's scripts), by UTS 39 §5. Pure; any thread.
 *
 * Names are judged label by label: a Cyrillic label below a Latin top-level
 * domain is ordinary. One label in one script is ordinary, too, and so is what
 * Japanese, Chinese and Korean mix (UTS 39 §5.2, Highly Restrictive).
 */
#ifndef CORE_SCRIPT_H
#define CORE_SCRIPT_H

#include <stddef.h>
#include <stdint.h>

/* Those of UAX 31, table 5, by their names there. */
#define SCRIPTS(X)                                                             \
	X(SCRIPT_COMMON, "Common") /* digits, hyphens, marks, and the rest */  \
	X(SCRIPT_LATIN, "Latin")                                               \
	X(SCRIPT_ARABIC, "Arabic")                                             \
	X(SCRIPT_ARMENIAN, "Armenian")                                         \
	X(SCRIPT_BENGALI, "Bengali")                                           \
	X(SCRIPT_BOPOMOFO, "Bopomofo")                                         \
	X(SCRIPT_CYRILLIC, "Cyrillic")                                         \
	X(SCRIPT_DEVANAGARI, "Devanagari")                                     \
	X(SCRIPT_ETHIOPIC, "Ethiopic")                                         \
	X(SCRIPT_GEORGIAN, "Georgian")                                         \
	X(SCRIPT_GREEK, "Greek")                                               \
	X(SCRIPT_GUJARATI, "Gujarati")                                         \
	X(SCRIPT_GURMUKHI, "Gurmukhi")                                         \
	X(SCRIPT_HANGUL, "Hangul")                                             \
	X(SCRIPT_HAN, "Han")                                                   \
	X(SCRIPT_HEBREW, "Hebrew")                                             \
	X(SCRIPT_HIRAGANA, "Hiragana")                                         \
	X(SCRIPT_KANNADA, "Kannada")                                           \
	X(SCRIPT_KATAKANA, "Katakana")                                         \
	X(SCRIPT_KHMER, "Khmer")                                               \
	X(SCRIPT_LAO, "Lao")                                                   \
	X(SCRIPT_MALAYALAM, "Malayalam")                                       \
	X(SCRIPT_MYANMAR, "Myanmar")                                           \
	X(SCRIPT_ORIYA, "Oriya")                                               \
	X(SCRIPT_SINHALA, "Sinhala")                                           \
	X(SCRIPT_TAMIL, "Tamil")                                               \
	X(SCRIPT_TELUGU, "Telugu")                                             \
	X(SCRIPT_THAANA, "Thaana")                                             \
	X(SCRIPT_THAI, "Thai")                                                 \
	X(SCRIPT_TIBETAN, "Tibetan")

#define SCRIPT_ENUM(id, name) id,
enum script { SCRIPTS(SCRIPT_ENUM) SCRIPT_COUNT };
#undef SCRIPT_ENUM

enum script script_of(uint32_t cp);
const char *script_name(enum script s);

enum script_look {
	LOOK_PLAIN,
	LOOK_MIXED, /* scripts that no one writes together, in one label */
	LOOK_LATIN, /* one label in another script, and each of its letters
	             * looks like a Latin one, below a Latin domain */
};

struct script_remark {
	enum script_look look;
	enum script first, second; /* MIXED: two of them; LATIN: first */
	size_t at, len; /* the label, octets of the name; not for PLAIN */
};
/* name: UTF-8, U-labels with dots between; what is not UTF-8 counts as common.
 * The first label that is not plain. */
struct script_remark script_judge(const char *name);

#endif
