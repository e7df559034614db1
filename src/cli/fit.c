#include "config.h"

#include "cli/fit.h"

#include <string.h>

#include "util/i18n.h"
#include "util/xalloc.h"

static bool is_policy(const struct options *o, enum tls_policy policy)
{
	return o->tls == (int)policy + 1;
}

static bool tls_options(const struct options *o)
{
	return o->tls_ca || o->tls_name || o->tls_min || o->tls_max ||
	       o->tls_cert || o->tls_key;
}

static bool never_but_tls(const struct options *o, const struct plan *p)
{
	return is_policy(o, TLS_NEVER) &&
	       (tls_options(o) || p->tls.wrap || p->stage == STAGE_TLS);
}

static bool versions_crossed(const struct options *o, const struct plan *p)
{
	(void)p;
	return o->tls_max && o->tls_min > o->tls_max;
}

static bool key_alone(const struct options *o, const struct plan *p)
{
	(void)p;
	return o->tls_key && !o->tls_cert;
}

/* RFC 7672 §3.2: what is trusted and which names count is in the DNS. */
static bool dane_and_more(const struct options *o, const struct plan *p)
{
	(void)p;
	return is_policy(o, TLS_DANE) && (o->tls_ca || o->tls_name);
}

static bool dane_without_dns(const struct options *o, const struct plan *p)
{
	return is_policy(o, TLS_DANE) && (p->way.pipe || p->way.unix_path);
}

static bool helo_cannot(const struct options *o, const struct plan *p)
{
	bool starttls = !p->tls.wrap && (is_policy(o, TLS_MUST) ||
		is_policy(o, TLS_VERIFY) || is_policy(o, TLS_DANE));

	return p->protocol == PROTO_SMTP &&
	       (starttls || p->auth.wanted || p->bdat || o->mail_params ||
	        o->rcpt_params);
}

static bool protocol_crossed(const struct options *o, const struct plan *p)
{
	return o->protocol && o->protocol != (int)p->protocol + 1;
}

static bool two_ways(const struct options *o, const struct plan *p)
{
	return o->pipe && (o->server || p->way.unix_path || o->proxy ||
	       o->source || o->family || o->all || o->port ||
	       ((o->n_words > 0 || o->input) && !p->target.recipient));
}

static bool socket_and_more(const struct options *o, const struct plan *p)
{
	return p->way.unix_path && (o->proxy || o->source || o->family ||
	                            o->all || o->port);
}

static bool header_missing(const struct options *o, const struct plan *p)
{
	(void)p;
	return (o->proxy_from || o->proxy_to) && !o->proxy_header;
}

static bool is_v6(const char *endpoint)
{
	const char *colon = strchr(endpoint, ':');

	return *endpoint == '[' || (colon && strchr(colon + 1, ':'));
}

/* One header, one family; the real address of the other side is of any. */
static bool families_mixed(const struct options *o, const struct plan *p)
{
	(void)p;
	return o->proxy_from && o->proxy_to &&
	       is_v6(o->proxy_from) != is_v6(o->proxy_to);
}

static bool two_messages(const struct options *o, const struct plan *p)
{
	(void)p;
	return o->data && o->test_message;
}

static bool bdat_has_no_354(const struct options *o, const struct plan *p)
{
	(void)o;
	return p->bdat && p->stage == STAGE_DATA;
}

static bool login_missing(const struct options *o, const struct plan *p)
{
	return !p->auth.wanted && (o->auth_clear || p->stage == STAGE_AUTH);
}

static bool two_domains(const struct options *o, const struct plan *p)
{
	(void)p;
	return o->check && *o->check && o->n_words;
}

static bool is_mech_without_user(const char *mech, size_t len)
{
	static const char *const names[] = {
		"ANONYMOUS", "EXTERNAL", "GSSAPI",
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strlen(names[i]) == len && !memcmp(names[i], mech, len))
			return true;
	return false;
}

/* Every mechanism that may be taken does without a name and a password. */
static bool needs_no_user(const struct plan_auth *a)
{
	const char *mech = a->mechs;
	size_t len;

	for (; mech && *mech; mech += len + (mech[len] == ' ')) {
		len = strcspn(mech, " ");
		if (!is_mech_without_user(mech, len))
			return false;
	}
	return a->mechs != NULL;
}

static bool user_missing(const struct options *o, const struct plan *p)
{
	bool nobody_types = p->hold_enter && p->n_steps == 0;

	return p->auth.wanted && !p->auth.user && !needs_no_user(&p->auth) &&
	       (nobody_types || o->auth_password_file || o->authzid);
}

static bool stdin_twice(const struct options *o, const struct plan *p)
{
	(void)p;
	return o->data && o->auth_password_file &&
	       strcmp(o->data, "-") == 0 &&
	       strcmp(o->auth_password_file, "-") == 0;
}

static bool json_and_words(const struct options *o, const struct plan *p)
{
	(void)p;
	return o->as_command && o->front == FRONT_JSON;
}

/* The answer would be about this host, and not about the way taken. */
static bool asks_beside_the_way(const struct options *o, const struct plan *p)
{
	(void)p;
	return o->ask_myip && (o->proxy || o->pipe || o->source);
}

static bool try_by_hand(const struct options *o, const struct plan *p)
{
	return o->try && !p->hold_enter;
}

static bool try_without_session(const struct options *o, const struct plan *p)
{
	return o->try && p->stage == STAGE_ROUTE;
}

/* First fit is told. */
static const struct {
	bool (*wrong)(const struct options *o, const struct plan *p);
	const char *text; /* msgid */
} fits[] = {
	{ never_but_tls, N_("--tls never: contradicts the other TLS option, "
		"stage or scheme; leave one out") },
	{ versions_crossed, N_("--tls-min: is above --tls-max") },
	{ key_alone, N_("--tls-key: goes with a certificate "
		"(--tls-cert FILE)") },
	{ dane_and_more, N_("--tls dane: the TLSA records say what is trusted; "
		"without --tls-ca and --tls-name, or --tls verify") },
	{ dane_without_dns, N_("--tls dane: a program or a Unix socket has no "
		"TLSA records; --tls must encrypts") },
	{ helo_cannot, N_("--protocol smtp: HELO has no extensions, so no "
		"STARTTLS, login, BDAT or parameters; --protocol esmtp") },
	{ protocol_crossed, N_("--protocol: the scheme of the server says "
		"another one; leave one out") },
	{ two_ways, N_("--pipe: the program is the server; no host, port, "
		"address or proxy beside it (recipients: -t, --to ADDR)") },
	{ socket_and_more, N_("unix: a socket has no port, address family or "
		"proxy; leave them out") },
	{ header_missing, N_("--proxy-from, --proxy-to: are parts of the "
		"header (--proxy-header v1|v2)") },
	{ families_mixed, N_("--proxy-from, --proxy-to: both IPv4 or both "
		"IPv6") },
	{ two_messages, N_("--test-message: is the message, --data FILE "
		"another one; leave one out") },
	{ bdat_has_no_354, N_("-q data: BDAT has no 354 to stop at; -q rcpt "
		"or -q dot") },
	{ login_missing, N_("--auth-clear, -q auth: there is no login "
		"(--auth[=MECHS])") },
	{ two_domains, N_("--check=DOMAIN, TARGET: each names a domain; leave "
		"one out") },
	{ user_missing, N_("--auth: a user is needed (--auth-user NAME)") },
	{ json_and_words, N_("--as-command: prints lines for a shell, --json "
		"events; leave one out") },
	{ asks_beside_the_way, N_("--ask-myip: asks from this host's own "
		"choice of address, not through a proxy, a program or "
		"--source; name the address (--ip ADDR)") },
	{ try_by_hand, N_("--try: goes with --batch or --json; in the "
		"inspector :try, once the dialog is there") },
	{ try_without_session, N_("--try: needs a dialog, -q route makes "
		"none") },
	{ stdin_twice, N_("--auth-password-file -: standard input is already "
		"the message (--data -)") },
};

static bool stands_in_for(const char *option, const char *other)
{
	return option && other && strcmp(option, "-") == 0 &&
	       strcmp(other, "-") == 0;
}

static bool list_and_targets(const struct options *o)
{
	return o->input && (o->n_words || (o->check && *o->check));
}

/* What is shown is there already; what is served is asked for by others. */
static bool list_for_nobody(const struct options *o)
{
	return o->input && (o->job == JOB_REPLAY || o->job == JOB_SERVE);
}

static bool list_by_hand(const struct options *o)
{
	return o->input && o->front == FRONT_PLAIN;
}

static bool list_and_stdin(const struct options *o)
{
	return stands_in_for(o->input, o->data) ||
	       stands_in_for(o->input, o->auth_password_file);
}

static bool nothing_to_resume(const struct options *o)
{
	return o->resume && !(o->input && o->record && *o->record);
}

char *fit_check_many(const struct options *o)
{
	static const struct {
		bool (*wrong)(const struct options *o);
		const char *text; /* msgid */
	} rows[] = {
		{ list_and_targets, N_("--input: the list names the targets, "
			"none beside it on the command line") },
		{ list_for_nobody, N_("--input: its targets are tried; with "
			"--replay or --serve there is nothing to try") },
		{ list_by_hand, N_("--input: goes with --batch or --json, not "
			"with --plain") },
		{ list_and_stdin, N_("--input -: standard input is read for "
			"something else already") },
		{ nothing_to_resume, N_("--resume: goes on with a list where "
			"its recording ends (--input FILE --record FILE)") },
	};

	if (o->job != JOB_SESSION && !list_for_nobody(o))
		return NULL; /* asked for help, with a long command line */
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].wrong(o))
			return xstrdup(_(rows[i].text));
	return NULL;
}

char *fit_check(const struct options *o, const struct plan *p)
{
	for (size_t i = 0; i < sizeof fits / sizeof *fits; i++)
		if (fits[i].wrong(o, p))
			return xstrdup(_(fits[i].text));
	return NULL;
}

bool fit_wants_password(const struct plan *p)
{
	return p->auth.wanted && p->auth.user && !p->auth.password &&
	       !needs_no_user(&p->auth);
}
