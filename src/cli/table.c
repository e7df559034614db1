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

#define WORD(member, words)                                                    \
	.type = OPTION_WORD, IN(member), .word = (words), .arg = ARG_NEEDED

static const char *stage_word(int i)
{
	return i < STAGE_COUNT ? stage_name((enum stage)i) : NULL;
}

static const char *protocol_word(int i)
{
	return i <= PROTO_LMTP ? protocol_name((enum protocol)i) : NULL;
}

static const char *tls_word(int i)
{
	if (i == OPTIONS_WRAP)
		return "wrap";
	return i < OPTIONS_WRAP ? tls_policy_name((enum tls_policy)i) : NULL;
}

static const char *tls_version_word(int i)
{
	static const char *const words[] = { "1.0", "1.1", "1.2", "1.3" };

	return i < 4 ? words[i] : NULL;
}

static const char *header_word(int i)
{
	return i == 0 ? "v1" : i == 1 ? "v2" : NULL;
}

static const struct option table[] = {
	{ .name = "from", .letter = 'f', .form = N_("ADDR"), TEXT(from),
	  .group = GROUP_ENVELOPE, .check = check_sender,
	  .help = N_("envelope sender; <> is the null sender "
	             "(default: postmaster@ the helo name)") },
	{ .name = "to", .letter = 't', .form = N_("ADDR"), .arg = ARG_NEEDED,
	  .type = OPTION_LIST, .low = ',', IN(to), .group = GROUP_ENVELOPE,
	  .check = check_recipients,
	  .help = N_("recipient; may be repeated or be a comma list") },
	{ .name = "helo", .form = N_("NAME"), TEXT(helo),
	  .group = GROUP_ENVELOPE, .check = check_helo,
	  .help = N_("name for EHLO (default: this host's full name)") },
	{ .name = "mail-param", .form = N_("P"), .arg = ARG_NEEDED,
	  .type = OPTION_LIST, .low = ' ', IN(mail_params),
	  .group = GROUP_ENVELOPE, .check = check_param,
	  .help = N_("parameter of MAIL, such as RET=HDRS; may be repeated") },
	{ .name = "rcpt-param", .form = N_("P"), .arg = ARG_NEEDED,
	  .type = OPTION_LIST, .low = ' ', IN(rcpt_params),
	  .group = GROUP_ENVELOPE, .check = check_param,
	  .help = N_("parameter of each RCPT, such as NOTIFY=NEVER; may be "
	             "repeated") },
	{ .name = "data", .form = N_("FILE"), TEXT(data),
	  .group = GROUP_ENVELOPE, .check = check_file,
	  .help = N_("message for -q dot; - is standard input") },
	{ .name = "test-message", FLAG(test_message), .group = GROUP_ENVELOPE,
	  .help = N_("the built-in message for -q dot") },

	{ .name = "server", .letter = 's', .form = N_("HOST"), TEXT(server),
	  .group = GROUP_ROUTE, .check = check_server,
	  .help = N_("this host; MX records are not looked up") },
	{ .name = "port", .letter = 'p', .form = N_("N"),
	  NUMBER(port, 1, 65535), .group = GROUP_ROUTE,
	  .help = N_("port (default: 25; 465 with --tls wrap, 24 for LMTP)") },
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
	{ .name = "pipe", .form = N_("COMMAND"), TEXT(pipe),
	  .group = GROUP_ROUTE, .check = check_command,
	  .help = N_("talk to a program instead, such as "
	             "\"sendmail -bs\"") },
	{ .name = "proxy", .form = "socks5://HOST:PORT", TEXT(proxy),
	  .group = GROUP_ROUTE, .check = check_proxy,
	  .help = N_("connect through a SOCKS5 proxy") },
	{ .name = "proxy-header", .form = "v1|v2",
	  WORD(proxy_header, header_word), .group = GROUP_ROUTE,
	  .help = N_("begin with a header of the PROXY protocol") },
	{ .name = "proxy-from", .form = N_("ADDR[:PORT]"), TEXT(proxy_from),
	  .group = GROUP_ROUTE, .check = check_endpoint,
	  .help = N_("the client that the PROXY header names (default: "
	             "the real one)") },
	{ .name = "proxy-to", .form = N_("ADDR[:PORT]"), TEXT(proxy_to),
	  .group = GROUP_ROUTE, .check = check_endpoint,
	  .help = N_("the server that it names (default: the real one)") },

	{ .name = "quit-after", .letter = 'q', .form = N_("STAGE"),
	  WORD(stage, stage_word), .group = GROUP_DIALOG,
	  .help = N_("route connect ehlo tls auth mail rcpt data dot "
	             "(default: rcpt; without a recipient ehlo, or tls or "
	             "auth where it was asked for)") },
	{ .name = "protocol", .form = "esmtp|smtp|lmtp",
	  WORD(protocol, protocol_word), .group = GROUP_DIALOG,
	  .help = N_("smtp says HELO at once, lmtp LHLO") },
	{ .name = "pipelining", .form = "always", .arg = ARG_OPTIONAL,
	  .type = OPTION_TEXT, IN(pipelining), .group = GROUP_DIALOG,
	  .check = check_always,
	  .help = N_("what may go together goes in one segment, where it is "
	             "offered; always: offered or not") },
	{ .name = "bdat", FLAG(bdat), .group = GROUP_DIALOG,
	  .help = N_("send the message by BDAT, where CHUNKING is offered") },
	{ .name = "timeout", .form = N_("SECONDS|classroom"), TEXT(timeout),
	  .group = GROUP_DIALOG, .check = check_timeout,
	  .help = N_("of every step (default: RFC 5321 4.5.3.2); classroom: "
	             "short ones") },
	{ .name = "script", .form = N_("FILE"), TEXT(script),
	  .group = GROUP_DIALOG, .check = check_file,
	  .help = N_("commands to send instead, one a line") },
	{ .name = "try", .form = N_("EXPERIMENT[=VALUE]"), TEXT(try),
	  .group = GROUP_DIALOG, .check = check_trial, .args_only = true,
	  .help = N_("after the dialog: greylist null-sender helo=NAME "
	             "mx=HOST family=4|6 source=ADDR tls clear port "
	             "enforce-tls several; never sends a message") },

	{ .name = "tls", .form = "never|may|must|verify|dane|wrap",
	  WORD(tls, tls_word), .group = GROUP_TLS,
	  .help = N_("what is demanded; wrap: TLS from the start "
	             "(default: may)") },
	{ .name = "tls-ca", .form = N_("FILE"), TEXT(tls_ca),
	  .group = GROUP_TLS, .check = check_file,
	  .help = N_("certificates to trust, PEM (default: the system's)") },
	{ .name = "tls-name", .form = N_("NAME"), TEXT(tls_name),
	  .group = GROUP_TLS, .check = check_helo,
	  .help = N_("name for SNI and for verification (default: the "
	             "host's)") },
	{ .name = "tls-min", .form = "1.0|1.1|1.2|1.3",
	  WORD(tls_min, tls_version_word), .group = GROUP_TLS,
	  .help = N_("lowest version of TLS") },
	{ .name = "tls-max", .form = "1.0|1.1|1.2|1.3",
	  WORD(tls_max, tls_version_word), .group = GROUP_TLS,
	  .help = N_("highest version of TLS") },
	{ .name = "tls-cert", .form = N_("FILE"), TEXT(tls_cert),
	  .group = GROUP_TLS, .check = check_file,
	  .help = N_("client certificate, PEM") },
	{ .name = "tls-key", .form = N_("FILE"), TEXT(tls_key),
	  .group = GROUP_TLS, .check = check_file,
	  .help = N_("its key (default: in the same file)") },

	{ .name = "auth", .form = N_("MECHS"), .arg = ARG_OPTIONAL,
	  .type = OPTION_TEXT, IN(auth), .group = GROUP_AUTH,
	  .check = check_mechs,
	  .help = N_("log in; PLAIN,LOGIN: the mechanisms to use, best first "
	             "(default: the best that is offered)") },
	{ .name = "auth-user", .form = N_("NAME"), TEXT(auth_user),
	  .group = GROUP_AUTH, .check = check_user,
	  .help = N_("user to log in as") },
	{ .name = "auth-password-file", .form = N_("FILE"),
	  TEXT(auth_password_file), .group = GROUP_AUTH, .check = check_file,
	  .help = N_("its first line is the password or token (default: asked "
	             "for on the terminal)") },
	{ .name = "authzid", .form = N_("NAME"), TEXT(authzid),
	  .group = GROUP_AUTH, .check = check_user,
	  .help = N_("act as that user after the login") },
	{ .name = "auth-clear", FLAG(auth_clear), .group = GROUP_AUTH,
	  .help = N_("log in without TLS too: others can read the password") },

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
	{ .name = "swaks", CONST(front, FRONT_SWAKS), .group = GROUP_OUTPUT,
	  .help = N_("the dialog with the marks of swaks") },
	{ .name = "as-command", FLAG(as_command), .group = GROUP_OUTPUT,
	  .help = N_("swaks, openssl and nc lines that do the same") },
	{ .name = "html", .form = N_("FILE"), TEXT(html),
	  .group = GROUP_OUTPUT, .check = check_file,
	  .help = N_("write a page to read, print and hand out, too; -: to "
	             "standard output, instead of the text") },
	{ .name = "markdown", .form = N_("FILE"), TEXT(markdown),
	  .group = GROUP_OUTPUT, .check = check_file,
	  .help = N_("the same for a ticket or a forum, as CommonMark") },
	{ .name = "ticket", CONST(front, FRONT_TICKET), .group = GROUP_OUTPUT,
	  .help = N_("what a provider needs to know about the refusal") },
	{ .name = "mask", .form = "all|people", .arg = ARG_OPTIONAL,
	  .type = OPTION_TEXT, IN(mask), .group = GROUP_OUTPUT,
	  .check = check_mask,
	  .help = N_("aliases for addresses, names and IPs in everything that "
	             "is shown; people: for local parts only. Recordings keep "
	             "the truth") },
	{ .name = "lang", .form = N_("TAG"), TEXT(lang), .group = GROUP_OUTPUT,
	  .check = check_language, .help = N_("language: en de") },
	{ .name = "theme", .form = N_("NAME"), TEXT(theme),
	  .group = GROUP_OUTPUT, .help = N_("cvd-dark cvd-light ansi mono ascii") },
	{ .name = "no-color", FLAG(no_color), .group = GROUP_OUTPUT,
	  .help = N_("no colour (also: NO_COLOR in the environment)") },

	{ .name = "input", .form = N_("FILE"), TEXT(input),
	  .group = GROUP_MANY, .check = check_file, .args_only = true,
	  .help = N_("a target a line, or a JSON object with options of its "
	             "own; - is standard input") },
	{ .name = "jobs", .form = N_("N"), NUMBER(jobs, 1, OPTIONS_JOBS_MAX),
	  .group = GROUP_MANY,
	  .help = N_("targets at once (default: 32 with --input, else 1)") },
	{ .name = "per-host", .form = N_("N"), NUMBER(per_host, 1, 1000),
	  .group = GROUP_MANY,
	  .help = N_("sessions with one host at once (default: 1)") },
	{ .name = "unordered", FLAG(unordered), .group = GROUP_MANY,
	  .help = N_("print each target when it is done, not in the order of "
	             "the list") },
	{ .name = "resume", FLAG(resume), .group = GROUP_MANY,
	  .args_only = true,
	  .help = N_("go on with --record FILE: what is done in it is not "
	             "done again") },

	{ .name = "check", .form = N_("DOMAIN"), .arg = ARG_OPTIONAL,
	  .type = OPTION_TEXT, IN(check), .group = GROUP_CHECKS,
	  .check = check_domain,
	  .help = N_("check DNS and policies of the sender and of the "
	             "receiver; no connection unless -q asks for one") },
	{ .name = "ip", .form = N_("ADDR"), TEXT(ip), .group = GROUP_CHECKS,
	  .check = check_address,
	  .help = N_("the address that sends, as others see it (default: "
	             "what servers and this host say)") },
	{ .name = "ask-myip", FLAG(ask_myip), .group = GROUP_CHECKS,
	  .help = N_("ask an outside service by DNS which address it sees") },
	{ .name = "like-mta", FLAG(like_mta), .group = GROUP_CHECKS,
	  .help = N_("HELO name, source address and family of the Postfix or "
	             "Exim on this host") },
	{ .name = "dkim-selector", .form = N_("NAME"), .arg = ARG_NEEDED,
	  .type = OPTION_LIST, .low = ',', IN(selectors),
	  .group = GROUP_CHECKS, .check = check_selectors,
	  .help = N_("DKIM selector whose key is checked; may be repeated or "
	             "be a comma list") },
	{ .name = "dnsbl", .form = N_("ZONE"), .arg = ARG_NEEDED,
	  .type = OPTION_LIST, .low = ',', IN(dnsbls), .group = GROUP_CHECKS,
	  .check = check_zones,
	  .help = N_("DNS blocklist to ask for the address that sends; may be "
	             "repeated or be a comma list") },

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
	  .help = N_("show a recording, or a transcript of telnet, swaks, "
	             "openssl, curl ...") },
	{ .name = "quiz", FLAG(quiz), .group = GROUP_CLASS,
	  .help = N_("--html as a worksheet: what replies mean is left "
	             "blank") },
	{ .name = "list-lessons", CONST(job, JOB_LIST_LESSONS),
	  .group = GROUP_CLASS, JOB(JOB_LIST_LESSONS),
	  .help = N_("the lessons that are built in") },

	{ .name = "explain", .form = N_("TEXT..."), CONST(job, JOB_EXPLAIN),
	  .group = GROUP_REFERENCE, JOB(JOB_EXPLAIN),
	  .help = N_("a code, a command, a keyword, a whole reply; -: a bounce "
	             "or a log on standard input") },
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
		[GROUP_AUTH] = N_("Login"),
		[GROUP_FRONT] = N_("Front end"),
		[GROUP_OUTPUT] = N_("Output"),
		[GROUP_MANY] = N_("Many targets"),
		[GROUP_CHECKS] = N_("Checks"),
		[GROUP_CLASS] = N_("Class"),
		[GROUP_REFERENCE] = N_("Reference"),
	};

	return _(names[g]);
}
