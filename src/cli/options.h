/*
 * options: the command line, the environment and the config file, by one
 * table. Used by main only, before the second thread starts.
 *
 * The table holds every option that works in this version and nothing else:
 * the parser, --help, --print-config and the shells' completions are views of
 * it. What the user said is kept as it was said; plans.h makes plans of it.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/plan.h"
#include "util/buf.h"

/* What the run is for. */
enum job { JOB_SESSION, JOB_REPLAY, JOB_SERVE, JOB_LIST_LESSONS, JOB_EXPLAIN,
	JOB_LIST_RULES, JOB_PRINT_CONFIG, JOB_PRINT_KEYS, JOB_COMPLETIONS,
	JOB_VERSION, JOB_HELP };

enum front { FRONT_AUTO, FRONT_BATCH, FRONT_JSON, FRONT_PLAIN, FRONT_SWAKS,
	FRONT_TICKET };

/* Who said it; a higher one wins (design §4). */
enum source { SOURCE_NONE, SOURCE_CONFIG, SOURCE_ENVIRONMENT, SOURCE_ARGS,
	SOURCE_LINE /* of --input, for its target alone */ };

enum {
	OPTIONS_JOBS = 32,        /* at once, when --input says nothing else */
	OPTIONS_JOBS_MAX = 10000, /* a descriptor each, and the system's limit
	                           * is met by waiting (net/worker.h) */
};

enum { OPTIONS_MAX = 96 }; /* rows of the table, and some room */

enum { OPTIONS_WRAP = TLS_POLICY_COUNT }; /* the word behind the policies */

/* Every text is owned, and NULL when it was not given. */
struct options {
	/* envelope */
	char *from, *helo, *to; /* to: a comma list */
	char *mail_params, *rcpt_params; /* blanks between them */
	char *data;
	bool test_message;
	/* route */
	char *server, *source, *dns, *pipe;
	char *proxy, *proxy_from, *proxy_to;
	uint64_t port, seed;    /* 0: not given */
	int family;             /* 0 both, 4, 6 */
	int proxy_header;       /* 0 none, 1, 2 */
	bool all, allow_private, trust_ad;
	/* dialog */
	int stage;              /* enum stage + 1, 0: not given */
	int protocol;           /* enum protocol + 1, 0: not given */
	char *timeout, *script, *try;
	char *pipelining;       /* "", "always" */
	bool bdat;
	/* TLS */
	int tls;                /* OPTIONS_WRAP or enum tls_policy, + 1 */
	int tls_min, tls_max;   /* 1: TLS 1.0 ... 4: 1.3, 0: not given */
	char *tls_ca, *tls_name, *tls_cert, *tls_key;
	/* login; there is no option that takes the password itself */
	char *auth;             /* "": the best that is offered */
	char *auth_user, *auth_password_file, *authzid;
	bool auth_clear;
	char *check;            /* "": the domain is a TARGET */
	/* front end and output */
	int front;              /* enum front */
	char *record;           /* NULL: the automatic one, "": none */
	char *lang, *theme;
	bool no_color, as_command;
	char *mask;             /* "", "all", "people" */
	char *html, *markdown;  /* files, "-" standard output */
	bool quiz;
	/* many */
	char *input;            /* "-": standard input */
	uint64_t jobs, per_host; /* 0: not given */
	bool unordered, resume;
	/* checks */
	char *ip, *selectors, *dnsbls; /* the last two: comma lists */
	bool ask_myip, like_mta;
	/* class */
	char *demo, *serve;     /* "" is the first lesson */
	char *listen, *join, *replay;
	/* reference */
	int job;                /* enum job */
	char *shell;
	/* what is no option: TARGETs, or the texts of --explain */
	char **words;
	size_t n_words;
	/* [keys] of the config file, "name = key", NULL behind the last */
	char **keys;
	size_t n_keys;
	uint8_t set_by[OPTIONS_MAX]; /* enum source, by row of the table */
};

enum option_group { GROUP_ENVELOPE, GROUP_ROUTE, GROUP_DIALOG, GROUP_TLS,
	GROUP_AUTH, GROUP_FRONT, GROUP_OUTPUT, GROUP_MANY, GROUP_CHECKS,
	GROUP_CLASS, GROUP_REFERENCE, GROUP_COUNT };
const char *option_group_name(enum option_group g); /* translated */

enum option_arg { ARG_NONE, ARG_NEEDED, ARG_OPTIONAL /* only as =VALUE */ };

enum option_type { /* of the member of struct options, and how it is set */
	OPTION_FLAG,  /* bool: true */
	OPTION_CONST, /* int: low */
	OPTION_TEXT,  /* char *: the value */
	OPTION_FIXED, /* char *: "", the option has no value */
	OPTION_LIST,  /* char *: the values, with the character low between */
	OPTION_COUNT, /* uint64_t from low to high */
	OPTION_WORD,  /* int: the i for which word(i) is the value, plus 1 */
};

struct option {
	const char *name;   /* without the -- */
	char letter;        /* 0: none */
	enum option_arg arg;
	const char *form;   /* msgid: "ADDR"; NULL none */
	enum option_group group;
	const char *help;   /* msgid */
	enum option_type type;
	size_t offset;      /* of the member; rows may share one */
	uint64_t low, high;
	/* Is value fit? NULL, or a sentence (heap) that says why not. */
	char *(*check)(const char *value);
	const char *(*word)(int i); /* OPTION_WORD; NULL past the last */
	enum job job;       /* JOB_SESSION: does not say what the run is for */
	bool args_only;     /* not in the config file or the environment */
};

/* The table, in the order of --help; NULL past the end. */
const struct option *option_at(size_t i);
/* Its form in the user's language, which it must have; one without capitals is
 * words to be typed ("v1|v2", "always") and the same in each. */
const char *option_form_text(const struct option *row);
/* Appends "-f, --from ADDR". */
void option_form(struct buf *out, const struct option *row);

void options_init(struct options *o);
void options_clear(struct options *o);
/* What was said, not the words and the keys; the caller clears to. */
void options_copy(struct options *to, const struct options *from);

/*
 * Command line, then SMTPSCOPE_OPTIONS, then the config file, each for what
 * was not said before; sets the language (i18n) on the way, so that what is
 * wrong is said in it. Returns NULL, or one line (heap) that says what is
 * wrong and shows the right form: exit 64.
 */
char *options_read(struct options *o, int argc, char *const *argv);

/* One source alone. TARGETs may stand in SOURCE_ARGS only. */
char *options_read_args(struct options *o, size_t n, char *const *args,
                        enum source source);
/* Shell-like words with quotes. */
char *options_read_words(struct options *o, const char *text,
                         enum source source);
/* One option by its long name, as the config file has it. */
char *options_set(struct options *o, const char *name, const char *value,
                  enum source source);
/* $XDG_CONFIG_HOME/smtpscope/config or ~/.config/...; NULL without a home. */
char *config_path(void);
/* No file: nothing said. Errors name file and line. */
char *config_read(struct options *o, const char *path);

#endif
