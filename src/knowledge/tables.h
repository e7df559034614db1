/*
 * tables: what is known about SMTP's codes, causes and words, from the .tsv
 * files of this folder. Constant data made at build time: nothing is read,
 * parsed or compiled when the program starts. Any thread.
 *
 * The fields of each struct are the columns of its file, in their order; a
 * cell "-" is the empty text. In columns of English and German texts pick with
 * i18n_pick(). Lookups give NULL for what is not in the table.
 */
#ifndef KNOWLEDGE_TABLES_H
#define KNOWLEDGE_TABLES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/event.h"

struct reply_code { /* reply_codes.tsv */
	const char *code, *severity, *status, *title_en, *explain_en, *next_en;
	const char *title_de, *explain_de, *next_de, *source;
};

struct first_digit { /* first_digit.tsv; RFC 5321 §4.2.1 */
	const char *digit, *severity, *title_en, *explain_en, *next_en;
	const char *title_de, *explain_de, *next_de, *source;
	const char *brief_en, *line_en, *brief_de, *line_de;
};

struct second_digit { /* second_digit.tsv */
	const char *digit, *title_en, *explain_en, *examples;
	const char *title_de, *explain_de, *source;
	const char *brief_en, *line_en, *brief_de, *line_de;
};

struct enhanced_code { /* enhanced_codes.tsv; RFC 3463, IANA registry */
	const char *code, *kind, *classes, *title_en, *explain_en, *next_en;
	const char *title_de, *explain_de, *next_de, *basic_codes, *source;
	const char *brief_en, *line_en, *brief_de, *line_de, *act;
};

struct category { /* categories.tsv: kinds of causes */
	const char *id, *act, *words, *label_en, *who_en, *label_de, *who_de;
	const char *source;
};

struct meaning { /* meanings.tsv: a code in reply to a command in a state */
	const char *verb, *code, *state, *act, *mta, *text_en, *text_de;
	const char *source;
};

struct provider_row { /* provider_replies.tsv: wordings of real servers */
	const char *id, *provider, *category, *pattern, *meaning_en, *next_en;
	const char *meaning_de, *next_de, *source, *confidence, *act;
};

struct wording { /* wordings.tsv: words that name a cause anywhere */
	const char *id, *category, *act, *words;
};

struct banner { /* banners.tsv: how server software shows itself */
	const char *id, *software, *kind, *where, *pattern, *note_en, *note_de;
	const char *confidence, *source;
};

struct operator_row { /* operators.tsv: who runs mail servers; hosts and
                       * banners are lists with blanks */
	const char *id, *name, *hosts, *banners, *note_en, *note_de;
	const char *confidence, *source;
};

struct term { /* glossary.tsv */
	const char *term_en, *term_de, *def_en, *def_de, *see;
};

struct contrast { /* contrasts.tsv: codes that are easily confused */
	const char *code, *text_en, *text_de;
};

struct contradiction { /* contradictions.tsv: words against the first digit */
	const char *digit, *words, *text_en, *text_de;
};

struct failure { /* failures.tsv: a connection that came to nothing */
	const char *phase, *kind, *act, *text_en, *mta_en, *text_de, *mta_de;
	const char *source;
};

struct lookup { /* lookups.tsv: outcomes of a DNS lookup */
	const char *status, *type, *head_en, *text_en, *next_en;
	const char *head_de, *text_de, *next_de, *source;
};

struct route_row { /* routes.tsv: kinds of route */
	const char *kind, *class, *act, *head_en, *text_en, *mta_en, *next_en;
	const char *head_de, *text_de, *mta_de, *next_de, *source;
};

struct state_row { /* states.tsv: what a session waits for */
	const char *state, *text_en, *next_en, *text_de, *next_de, *source;
};

struct tls_word { /* tls_reasons.tsv, tls_errors.tsv: words of src/io/tls.h */
	const char *id, *text_en, *text_de, *next_en, *next_de, *source;
};

const struct reply_code *reply_code_find(unsigned code);
const struct first_digit *first_digit_find(char digit);
const struct second_digit *second_digit_find(char digit);
/*
 * text: "5.1.1". The row of the class (5.X.X), the subject (X.1.X) or the
 * whole (X.1.1). text may be anything: NULL when it is no enhanced code.
 */
const struct enhanced_code *enhanced_class(const char *text);
const struct enhanced_code *enhanced_subject(const char *text);
const struct enhanced_code *enhanced_detail(const char *text);
const struct category *category_find(const char *id);
/* verb: "RCPT", "(CONNECT)"; the first row that fits, or NULL. */
const struct meaning *meaning_find(const char *verb, unsigned code,
                                   enum state state);
const struct contrast *contrast_find(unsigned code);
/* lower: the text in lower case. The first row whose words are in it. */
const struct contradiction *contradiction_find(char digit, const char *lower);
/* Always there: the tables end in rows for the rest (a test looks). */
const struct failure *failure_find(enum fail_phase phase, enum fail_kind kind);
/* type: "MX", "ADDRESS", "PTR" or "" */
const struct lookup *lookup_find(enum dns_status status, const char *type);
const struct route_row *route_row_find(enum route_kind kind);
const struct state_row *state_row_find(enum state state);
/* id: tls_facts' verify, dane and problems; tls_error() */
const struct tls_word *tls_reason_find(const char *id);
const struct tls_word *tls_error_find(const char *id);
/* Either language, any case, also without what stands in parentheses. */
const struct term *term_find(const char *word);

/* Rows by number, NULL past the end: for tests and lists. */
const struct reply_code *reply_code_at(size_t i);
const struct enhanced_code *enhanced_at(size_t i);
const struct category *category_at(size_t i);
const struct meaning *meaning_at(size_t i);
const struct provider_row *provider_at(size_t i);
const struct wording *wording_at(size_t i);
const struct banner *banner_at(size_t i);
const struct operator_row *operator_at(size_t i);
const struct term *term_at(size_t i);
const struct contrast *contrast_at(size_t i);
const struct contradiction *contradiction_at(size_t i);
const struct tls_word *tls_reason_at(size_t i);
const struct tls_word *tls_error_at(size_t i);

/* Is one of the words of a comma list in text? */
bool words_in(const char *list, const char *text);

#endif
