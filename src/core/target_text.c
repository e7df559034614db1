#include "config.h"

#include "core/target.h"

#include <string.h>

#include "core/escape.h"
#include "util/buf.h"
#include "util/i18n.h"

/* What is wrong, and the right form. %s is what was typed. */
static const char *const texts[] = {
	[TARGET_OK] = "",
	[TARGET_EMPTY] = N_("No domain was given. Type a mail domain or an "
		"address, like example.org or user@example.org."),
	[TARGET_EMPTY_LABEL] = N_("“%s” has a dot with nothing before or "
		"behind it. Between two dots there is a name: example.org."),
	[TARGET_LABEL_LONG] = N_("“%s” has a part of more than 63 characters "
		"between two dots; DNS allows no longer ones (RFC 1035 "
		"§2.3.4)."),
	[TARGET_NAME_LONG] = N_("“%s” is longer than 253 characters; DNS "
		"knows no longer names (RFC 1035 §2.3.4)."),
	[TARGET_CHARACTER] = N_("“%s” holds a character that cannot be in a "
		"mail address or domain here. Letters, digits, hyphens and "
		"dots make a domain: mail-1.example.org."),
	[TARGET_HYPHEN] = N_("“%s” has a part that begins or ends with a "
		"hyphen. Hyphens are for the inside: mail-1.example.org."),
	[TARGET_BARE_ADDRESS] = N_("“%s” has a bare IP address behind the @. "
		"In a mail address it goes in brackets: user@[192.0.2.1] or "
		"user@[IPv6:2001:db8::1] (RFC 5321 §4.1.3)."),
	[TARGET_BAD_LITERAL] = N_("“%s” looks like an IP address and is none. "
		"Right are [192.0.2.1] and [IPv6:2001:db8::1] (RFC 5321 "
		"§4.1.3)."),
	[TARGET_BAD_PORT] = N_("“%s” has no port behind its colon. A port is "
		"a number from 1 to 65535: mx.example.org:25."),
	[TARGET_BAD_SCHEME] = N_("“%s” begins with a scheme that has nothing "
		"to do with sending mail. Right are smtp://host, "
		"submission://host, smtps://host and lmtp://host, with :port "
		"behind it if needed, and unix:/path."),
	[TARGET_ONION] = N_("“%s” is a name of the Tor network. Such names "
		"must not be asked for in DNS (RFC 7686)."),
	[TARGET_CONTROL] = N_("“%s” holds a control character (a line end, a "
		"tab ...). It is refused: it could smuggle in a second "
		"command."),
	[TARGET_LOCAL_PART] = N_("“%s” needs 1 to 64 characters before the @ "
		"(RFC 5321 §4.5.3.1.1): user@example.org."),
	[TARGET_IDN] = N_("“%s” cannot be turned into a name of DNS: it is "
		"not valid UTF-8, or holds a character that no domain can have "
		"(RFC 5892)."),
	[TARGET_NO_IDN] = N_("“%s” is no ASCII name, and libidn2, which makes "
		"one of it, is not on this machine. The name's own ASCII form "
		"(xn--...) can be typed."),
	[TARGET_PATH_LONG] = N_("“%s” is a longer path than a Unix socket can "
		"have (about 100 bytes). A symbolic link to its folder makes "
		"it shorter."),
};

char *target_error_text(enum target_error e, const char *text)
{
	const char *s = _(texts[e]);
	const char *gap = strstr(s, "%s");
	struct buf out = { 0 };

	if (!gap)
		gap = s + strlen(s);
	buf_add(&out, s, (size_t)(gap - s));
	if (*gap) {
		escape_text(&out, text, strlen(text), i18n_is_ascii());
		buf_adds(&out, gap + 2);
	}
	return buf_steal(&out);
}
