#include "config.h"

#include "cli/options.h"

#include <string.h>

#include "cli/checks.h"
#include "core/plan.h"
#include "util/i18n.h"

#define IN(member) .offset = offsetof(struct options, member)
#define TEXT(member) .type = OPTION_TEXT, IN(member), .arg = ARG_NEEDED
#define FLAG(member) .type = OPTION_FLAG, IN(member)
#define CONST(member, value)                                                   \
	.type = OPTION_CONST, IN(member), .low = (value)
#define NUMBER(member, from, to)                                               \
	.type = OPTION_COUNT, IN(member), .low = (from), .high = (to),         \
	.arg = ARG_NEEDED
#define JOB(what) .job = (what), .args_only = true

static const struct option table[] = {
	{ .name = "from", .letter = 'f', .form = N_("ADDR"), TEXT(from),
	  .group = GROUP_ENVELOPE, .check = check_sender,
	  .help = N_("envelope sender; <> is the null sender "
	             "(default: postmaster@ the helo name)") },
	{ .name = "to", .letter = 't', .form = N_("ADDR"), .arg = ARG_NEEDED,
	  .type = OPTION_LIST, IN(to), .group = GROUP_ENVELOPE,
	  .check = check_recipients,
	  .help = N_("recipient; may be repeated or be a comma list") },
	{ .name = "helo", .form = N_("NAME"), TEXT(helo),
	  .group = GROUP_ENVELOPE, .check = check_helo,
	  .help = N_("name for EHLO (default: this host's full name)") },

	{ .name = "server", .letter = 's', .form = N_("HOST"), TEXT(server),
	  .group = GROUP_ROUTE, .check = check_server,
	  .help = N_("this host; MX records are not looked up") },
	{ .name = "port", .letter = 'p', .form = N_("N"),
	  NUMBER(port, 1, 65535), .group = GROUP_ROUTE, .help = N_("port (default: 25)") },
	{ .name = "ipv4", .letter = '4', CONST(family, 4),
	  .group = GROUP_ROUTE, .help = N_("IPv4 only") },
	{ .name = "ipv6", .letter = '6', CONST(family, 6),
	  .group = GROUP_ROUTE, .help = N_("IPv6 only") },
	{ .name = "source", .form = N_("ADDR"), TEXT(source),
	  .group = GROUP_ROUTE, .check = check_address,
	  .help = N_("local address to connect from") },
	{ .name = "dns", .form = N_("ADDR[:PORT]"), TEXT(dns),
	  .group = GROUP_ROUTE, .check = check_endpoint,
	  .help = N_("DNS server (default: the system's)") },
	{ .name = "all", FLAG(all), .group = GROUP_ROUTE,
	  .help = N_("every address of every MX") },
	{ .name = "allow-private", FLAG(allow_private), .group = GROUP_ROUTE,
	  .help = N_("connect to private addresses from DNS unasked") },
	{ .name = "trust-ad", FLAG(trust_ad), .group = GROUP_ROUTE,
	  .help = N_("believe the DNS server's AD bit (DNSSEC)") },
	{ .name = "seed", .form = N_("N"), NUMBER(seed, 1, UINT64_MAX),
	  .group = GROUP_ROUTE,
	  .help = N_("same order of equal preferences in each run") },

	{ .name = "quit-after", .letter = 'q', .form = N_("STAGE"),
	  .arg = ARG_NEEDED, .type = OPTION_WORD, IN(stage), .low = 1,
	  .find = stage_find, .group = GROUP_DIALOG,
	  .help = N_("route connect ehlo mail rcpt data dot (default: rcpt; "
	             "ehlo without a recipient)") },
	{ .name = "protocol", .form = "esmtp|smtp", .arg = ARG_NEEDED,
	  .type = OPTION_WORD, IN(protocol), .find = protocol_find,
	  .group = GROUP_DIALOG, .help = N_("smtp says HELO at once") },
	{ .name = "timeout", .form = N_("SECONDS"), NUMBER(timeout_s, 1, 86400),
	  .group = GROUP_DIALOG,
	  .help = N_("of every step (default: RFC 5321 4.5.3.2)") },
	{ .name = "script", .form = N_("FILE"), TEXT(script),
	  .group = GROUP_DIALOG, .check = check_file,
	  .help = N_("commands to send instead, one a line") },
	{ .name = "data", .form = N_("FILE"), TEXT(data), .group = GROUP_DIALOG,
	  .check = check_file,
	  .help = N_("message for -q dot; - is standard input") },

	{ .name = "tls", .form = "never", TEXT(tls), .group = GROUP_TLS,
	  .check = check_tls, .help = N_("this version speaks no TLS") },

	{ .name = "batch", .letter = 'b', CONST(front, FRONT_BATCH),
	  .group = GROUP_FRONT,
	  .help = N_("annotated text (default without a terminal)") },
	{ .name = "json", CONST(front, FRONT_JSON), .group = GROUP_FRONT,
	  .help = N_("one JSON object an event") },
	{ .name = "plain", CONST(front, FRONT_PLAIN), .group = GROUP_FRONT,
	  .help = N_("line by line, for screen readers") },

	{ .name = "record", .form = N_("FILE"), TEXT(record),
	  .group = GROUP_OUTPUT, .check = check_file,
	  .help = N_("record to FILE, message bodies too") },
	{ .name = "no-record", .type = OPTION_FIXED, IN(record),
	  .group = GROUP_OUTPUT, .help = N_("record nothing") },
	{ .name = "lang", .form = N_("TAG"), TEXT(lang), .group = GROUP_OUTPUT,
	  .check = check_language, .help = N_("language: en de") },
	{ .name = "theme", .form = N_("NAME"), TEXT(theme),
	  .group = GROUP_OUTPUT, .help = N_("cvd-dark cvd-light ansi mono ascii") },
	{ .name = "no-color", FLAG(no_color), .group = GROUP_OUTPUT,
	  .help = N_("no colour (also: NO_COLOR in the environment)") },

	{ .name = "demo", .form = N_("LESSON"), .arg = ARG_OPTIONAL,
	  .type = OPTION_TEXT, IN(demo), .group = GROUP_CLASS,
	  .args_only = true,
	  .help = N_("a lesson in the classroom, no network needed") },
	{ .name = "serve", .form = N_("LESSON"), .arg = ARG_OPTIONAL,
	  .type = OPTION_TEXT, IN(serve), .group = GROUP_CLASS,
	  JOB(JOB_SERVE), .help = N_("serve a lesson to a class") },
	{ .name = "listen", .form = N_("ADDR[:PORT]"), TEXT(listen),
	  .group = GROUP_CLASS, .check = check_endpoint,
	  .help = N_("where --serve listens (default: loopback only)") },
	{ .name = "join", .form = N_("HOST:PORT"), TEXT(join),
	  .group = GROUP_CLASS, .check = check_host_port,
	  .help = N_("a student's side of --serve") },
	{ .name = "replay", .form = N_("FILE"), TEXT(replay),
	  .group = GROUP_CLASS, .check = check_file, JOB(JOB_REPLAY),
	  .help = N_("show a recording") },
	{ .name = "list-lessons", CONST(job, JOB_LIST_LESSONS),
	  .group = GROUP_CLASS, JOB(JOB_LIST_LESSONS),
	  .help = N_("the lessons that are built in") },

	{ .name = "explain", .form = N_("TEXT..."), CONST(job, JOB_EXPLAIN),
	  .group = GROUP_REFERENCE, JOB(JOB_EXPLAIN),
	  .help = N_("a code, a command, a keyword, a whole reply") },
	{ .name = "list-rules", CONST(job, JOB_LIST_RULES),
	  .group = GROUP_REFERENCE, JOB(JOB_LIST_RULES),
	  .help = N_("the tables of the session machine") },
	{ .name = "print-config", CONST(job, JOB_PRINT_CONFIG),
	  .group = GROUP_REFERENCE, JOB(JOB_PRINT_CONFIG),
	  .help = N_("a config file with what holds now") },
	{ .name = "print-keys", CONST(job, JOB_PRINT_KEYS),
	  .group = GROUP_REFERENCE, JOB(JOB_PRINT_KEYS),
	  .help = N_("the keys of the inspector") },
	{ .name = "completions", .form = "bash|zsh|fish", TEXT(shell),
	  .group = GROUP_REFERENCE, .check = check_shell,
	  JOB(JOB_COMPLETIONS), .help = N_("completions for a shell") },
	{ .name = "version", .letter = 'V', CONST(job, JOB_VERSION),
	  .group = GROUP_REFERENCE, JOB(JOB_VERSION),
	  .help = N_("name and version") },
	{ .name = "help", .letter = 'h', CONST(job, JOB_HELP),
	  .group = GROUP_REFERENCE, JOB(JOB_HELP), .help = N_("this text") },
};

_Static_assert(sizeof table / sizeof *table <= OPTIONS_MAX,
               "set_by has a place for each option");

const struct option *option_at(size_t i)
{
	return i < sizeof table / sizeof *table ? &table[i] : NULL;
}

const char *option_group_name(enum option_group g)
{
	static const char *const names[GROUP_COUNT] = {
		[GROUP_ENVELOPE] = N_("Envelope"), [GROUP_ROUTE] = N_("Route"),
		[GROUP_DIALOG] = N_("Dialog"),     [GROUP_TLS] = "TLS",
		[GROUP_FRONT] = N_("Front end"),
		[GROUP_OUTPUT] = N_("Output"),
		[GROUP_CLASS] = N_("Class"),
		[GROUP_REFERENCE] = N_("Reference"),
	};

	return _(names[g]);
}
