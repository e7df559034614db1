#include "config.h"

#include "check/fcrdns.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* ---- from the address to its names and back ---- */

struct walk {
	struct fcrdns *out;
	struct check *c;
	const struct facts *f;
	const struct ip *ip;
	unsigned depth;
	bool waits;
};

/* Name number i of the PTR records. */
static void try_name(struct walk *w, const struct dns_answer *ptr, size_t i)
{
	const struct dns_rr *rr = answer_rr(ptr, i);
	const struct dns_answer *a;
	char text[DNS_NAME_TEXT_MAX];
	struct dns_name name;

	if (rr->bad)
		return;
	dns_rr_target(&ptr->msg, rr, &name);
	if (i == 0)
		w->out->name = name;
	a = check_ask(w->c, w->f, &name, w->ip->size == 4 ? RR_A : RR_AAAA);
	if (!a) {
		w->waits = true;
		return;
	}
	check_evidence(w->c, w->depth, a);
	dns_name_host(&name, text);
	if (ip_in_answer(a, w->ip)) {
		check_step_add(w->c, w->depth + 1, "ptr-leads-back", text,
		               NULL);
		if (w->out->n_good++ == 0)
			w->out->name = name;
	} else if (dns_status_is_temp(a->status)) {
		w->out->failed = a;
	} else {
		check_step_add(w->c, w->depth + 1, "ptr-leads-elsewhere", text,
		               NULL);
	}
}

static bool is_arpa(const struct dns_name *name)
{
	struct dns_name arpa;

	dns_name_parse(&arpa, "arpa");
	return dns_name_under(name, &arpa);
}

static bool is_host_label(const uint8_t *label, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isalnum(label[i]) && label[i] != '-')
			return false;
	return label[0] != '-' && label[len - 1] != '-';
}

/* RFC 1123 §2.1; not one label, an address, a name of the reverse tree, or one
 * that every host has (RFC 6761 §6.3). */
static bool is_host(const struct dns_name *name)
{
	char text[DNS_NAME_TEXT_MAX];
	struct dns_name local;
	struct ip ip;

	for (size_t i = 0; name->wire[i]; i += name->wire[i] + 1u)
		if (!is_host_label(name->wire + i + 1, name->wire[i]))
			return false;
	dns_name_parse(&local, "localhost.localdomain");
	return dns_name_labels(name) > 1 && !is_arpa(name) &&
	       !dns_name_equal(name, &local) &&
	       !ip_parse(&ip, dns_name_host(name, text));
}

static enum fcrdns_verdict verdict_of(const struct fcrdns *out)
{
	if (out->n_good > 0)
		return FCRDNS_PASS;
	return out->failed ? FCRDNS_FAILED : FCRDNS_MISMATCH;
}

void fcrdns_find(struct fcrdns *out, struct check *c, unsigned depth,
                 const struct facts *f, const struct ip *ip)
{
	struct walk w = { .out = out, .c = c, .f = f, .ip = ip,
		.depth = depth };
	const struct dns_answer *ptr;
	struct dns_name reverse;

	*out = (struct fcrdns){ .verdict = FCRDNS_WAIT };
	ip_reverse_name(&reverse, ip);
	ptr = check_ask(c, f, &reverse, RR_PTR);
	if (!ptr)
		return;
	check_evidence(c, depth, ptr);
	out->n_names = ptr->n;
	if (dns_status_is_temp(ptr->status))
		out->failed = ptr;
	for (size_t i = 0; i < ptr->n && i < FCRDNS_NAMES_MAX; i++)
		try_name(&w, ptr, i);
	if (ptr->n > FCRDNS_NAMES_MAX)
		check_step_add(c, depth, "ptr-names-cut", NULL);
	if (w.waits)
		return;
	out->verdict = ptr->n || out->failed ? verdict_of(out)
	                                     : FCRDNS_NO_PTR;
	out->is_generic = out->name.len && fcrdns_is_generic(&out->name, ip);
	out->is_host = out->name.len && is_host(&out->name);
}

/* ---- what the name looks like ---- */

/* The labels before the last two, which are the provider's: in lower case. */
static void host_part(const struct dns_name *name, char out[DNS_NAME_MAX])
{
	unsigned labels = dns_name_labels(name), keep;
	size_t at = 0, n = 0;

	keep = labels > 2 ? labels - 2 : labels > 1 ? 1 : 0;
	for (; keep > 0; keep--, at += name->wire[at] + 1u) {
		for (size_t i = 1; i <= name->wire[at]; i++)
			out[n++] = (char)tolower(name->wire[at + i]);
		out[n++] = '.';
	}
	out[n] = '\0';
}

static bool is_hex(char c)
{
	return isdigit((unsigned char)c) || (c >= 'a' && c <= 'f');
}

/* needle is in text, and its digits are not a piece of a longer number. */
static bool has_number(const char *text, const char *needle,
                       bool (*is_digit)(char c))
{
	size_t len = strlen(needle);

	for (const char *p = text; (p = strstr(p, needle)); p++)
		if (!(p > text && is_digit(p[-1])) && !is_digit(p[len]))
			return true;
	return false;
}

static bool is_decimal(char c)
{
	return isdigit((unsigned char)c) != 0;
}

/* The four octets in one order, with sep between them. */
static bool has_octets(const char *text, const uint8_t o[4], const char *sep,
                       bool padded)
{
	struct buf b = { 0 };
	bool found;

	for (size_t i = 0; i < 4; i++)
		buf_addf(&b, padded ? "%s%03u" : "%s%u", i ? sep : "", o[i]);
	found = has_number(text, buf_str(&b), is_decimal);
	buf_clear(&b);
	return found;
}

static bool has_ipv4(const char *text, const uint8_t o[4])
{
	static const char *const seps[] = { "-", ".", "_", "x" };
	const uint8_t turned[4] = { o[3], o[2], o[1], o[0] };
	char hex[9];

	for (size_t i = 0; i < sizeof seps / sizeof *seps; i++)
		if (has_octets(text, o, seps[i], false) ||
		    has_octets(text, turned, seps[i], false) ||
		    has_octets(text, o, seps[i], true))
			return true;
	snprintf(hex, sizeof hex, "%02x%02x%02x%02x", o[0], o[1], o[2], o[3]);
	return has_octets(text, o, "", true) || has_number(text, hex, is_hex);
}

/* Groups of IPv6 in full, or as RFC 5952 writes them, with "-" for ":". */
static bool has_ipv6(const char *text, const struct ip *ip)
{
	char groups[IP_TEXT_MAX], full[IP_DOTTED_MAX], padded[40], *end;
	size_t n = 0;

	ip_text(ip, groups);
	for (char *p = groups; *p; p++)
		if (*p == ':')
			*p = '-';
	ip_dotted(ip, full); /* one nibble a label */
	if (has_number(text, groups, is_hex) || strstr(text, full))
		return true;
	for (char *p = end = full; *p; p++) {
		if (*p == '.')
			continue;
		if (n % 5 == 4)
			padded[n++] = '-';
		padded[n++] = *end++ = *p;
	}
	padded[n] = *end = '\0';
	/* the interface's half alone is enough: 16 nibbles */
	return has_number(text, padded, is_hex) || strstr(text, full + 16);
}

static bool is_word_of(const char *word, size_t len,
                       const char *const *words)
{
	for (; *words; words++)
		if (strlen(*words) == len && memcmp(*words, word, len) == 0)
			return true;
	return false;
}

/* Is one of the words there? They end where the letters do. */
static bool has_word(const char *text, const char *const *words)
{
	while (*text) {
		size_t len = 0;

		while (isalpha((unsigned char)text[len]))
			len++;
		if (len && is_word_of(text, len, words))
			return true;
		text += len ? len : 1;
	}
	return false;
}

static const char *const mail_words[] = {
	"mail", "mails", "mailer", "mailout", "mailgate", "mx", "mta", "smtp",
	"smtpout", "mout", "out", "outbound", "outgoing", "relay", "sender",
	"send", "bounce", "newsletter", "lists", "email", NULL,
};
static const char *const provider_words[] = {
	"dyn", "dynamic", "dynip", "dial", "dialin", "dialup", "dip", "pool",
	"pools", "dsl", "adsl", "sdsl", "vdsl", "xdsl", "ppp", "pppoe", "dhcp",
	"cable", "catv", "broadband", "customer", "customers", "cust",
	"client", "clients", "unassigned", "res", "residential", "home", NULL,
};

bool fcrdns_is_generic(const struct dns_name *name, const struct ip *ip)
{
	char text[DNS_NAME_MAX], *dot;

	host_part(name, text);
	dot = strchr(text, '.');
	if (!dot)
		return false;
	*dot = '\0';
	if (has_word(text, mail_words))
		return false;
	*dot = '.';
	if (ip->size == 4 ? has_ipv4(text, ip->octets) : has_ipv6(text, ip))
		return true;
	return has_word(text, provider_words) && strpbrk(text, "0123456789");
}

/* ---- the check ---- */

static void end_pass(struct check *c, const struct fcrdns *r, const char *ip,
                     const char *name)
{
	if (r->is_generic)
		check_end(c, GRADE_WARN, "pass", "ptr-generic", ip, name,
		          NULL);
	else if (r->n_names > FCRDNS_NAMES_MAX || r->n_good < r->n_names)
		check_end(c, GRADE_WARN, "pass", "ptr-some", ip, name, NULL);
	else if (r->n_names > 1)
		check_end(c, GRADE_NOTE, "pass", "ptr-several", ip, name,
		          NULL);
	else
		check_end(c, GRADE_PASS, "pass", "ptr-good", ip, name, NULL);
}

static void end(struct check *c, const struct fcrdns *r, const char *ip)
{
	char name[DNS_NAME_TEXT_MAX] = "";

	if (r->name.len)
		dns_name_host(&r->name, name);
	switch (r->verdict) {
	case FCRDNS_PASS: end_pass(c, r, ip, name); break;
	case FCRDNS_FAILED: check_end_failed(c, "temperror", r->failed); break;
	case FCRDNS_NO_PTR:
		check_end(c, GRADE_BAD, "permerror", "ptr-none", ip, NULL);
		break;
	default:
		check_end(c, GRADE_BAD, "fail", r->is_host ? "ptr-mismatch"
		          : "ptr-no-host", ip, name, NULL);
	}
}

void fcrdns_check(struct check *c, const struct facts *f,
                  const struct check_query *q, size_t i)
{
	const char *address = check_sender_ip(q);
	struct fcrdns r;
	struct ip ip;

	(void)i;
	check_begin(c, "ptr", address);
	if (!ip_parse(&ip, address)) {
		check_end(c, GRADE_UNKNOWN, "", "no-address", NULL);
		return;
	}
	fcrdns_find(&r, c, 0, f, &ip);
	if (r.verdict != FCRDNS_WAIT)
		end(c, &r, address);
}
