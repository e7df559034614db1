#include "config.h"

#include "knowledge/fail_words.h"

#include "util/i18n.h"

const char *fail_words(enum fail_kind k)
{
	static const char *const words[] = {
		[FAIL_REFUSED] = N_("refused"),
		[FAIL_TIMEOUT] = N_("timeout"),
		[FAIL_RESET] = N_("connection reset"),
		[FAIL_CLOSED] = N_("closed by the server"),
		[FAIL_UNREACHABLE] = N_("unreachable"),
		[FAIL_PROTOCOL] = N_("broke the protocol"),
		[FAIL_TLS] = N_("TLS failed"),
		[FAIL_LIMIT] = N_("over a limit"),
		[FAIL_CANCELLED] = N_("cancelled"),
		[FAIL_LOCAL] = N_("could not be tried"),
	};

	return _(words[k]);
}
