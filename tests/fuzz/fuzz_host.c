/*
 * What is read about the sending host: from whatever a server writes, an
 * address is global and none of those that must not be taken; from whatever
 * postconf and exim print, each value is one word, and a source an address.
 * The first byte of the input says which of the four it is.
 */
#include "config.h"

#include <assert.h>
#include <string.h>

#include "check/mta_settings.h"
#include "check/own_address.h"
#include "tests/fuzz/fuzz.h"

const char *const fuzz_inputs[] = { "host", NULL };

#define SERVER "192.0.2.25"
#define OWN "198.51.100.9"

static void look_at_address(const char *text, bool echo_ok)
{
	struct ip ip;

	assert(memchr(text, '\0', IP_TEXT_MAX));
	assert(ip_parse(&ip, text));
	assert(address_classify(text) == ADDR_PUBLIC);
	assert(strcmp(text, SERVER) != 0);
	assert(echo_ok || strcmp(text, OWN) != 0);
}

static void read_server(const char *text, size_t len, bool greeted)
{
	const struct own_address_talk talk = { SERVER, "[" OWN "]" };
	char out[IP_TEXT_MAX];

	if (greeted ? own_address_greeted(text, len, &talk, out)
	            : own_address_refused(text, len, &talk, out))
		look_at_address(out, greeted);
}

static void look_at_word(const char *word)
{
	if (!word)
		return;
	assert(*word && strlen(word) <= MTA_VALUE_MAX);
	for (; *word; word++)
		assert((unsigned char)*word > ' ' && *word != 0x7f);
}

static void look_at_source(const char *text, uint8_t size)
{
	struct ip ip;

	assert(!text || (ip_parse(&ip, text) && ip.size == size));
}

static void read_mta(enum mta mta, const char *text, size_t len)
{
	struct mta_settings s;
	bool any = mta_settings_parse(&s, mta, text, len);

	assert(any == (s.helo || s.source4 || s.source6 || s.relay));
	look_at_word(s.helo);
	look_at_word(s.relay);
	look_at_source(s.source4, 4);
	look_at_source(s.source6, 16);
	assert(s.family == 0 || s.family == 4 || s.family == 6);
	mta_settings_clear(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;

	if (size == 0)
		return 0;
	switch (data[0] % 4) {
	case 0: read_server(text, size - 1, true); break;
	case 1: read_server(text, size - 1, false); break;
	case 2: read_mta(MTA_POSTFIX, text, size - 1); break;
	case 3: read_mta(MTA_EXIM, text, size - 1); break;
	}
	return 0;
}
