/*
 * Logins: whatever the server asks and a person types, what is said of it is
 * bounded, is a row of the table and holds no secret. The first byte of the
 * input is the mechanism; then lines: "S" and a challenge, "C" and an answer.
 */
#include "config.h"

#include <assert.h>
#include <string.h>

#include "core/finding.h"
#include "core/sasl.h"
#include "tests/fuzz/fuzz.h"
#include "util/wipe.h"

const char *const fuzz_inputs[] = { "sasl", NULL };

static char user[] = "alice", password[] = "pa55-w0rd=&%";

static bool hmac(void *arg, struct sasl_text key, struct sasl_text data,
                 unsigned char out[16])
{
	(void)arg, (void)key;
	memset(out, (int)(data.len & 255), 16);
	return true;
}

static void look_at(const struct sasl_note *note)
{
	assert(!note->id || finding_find(note->id));
	assert(note->n_args <= sizeof note->args / sizeof *note->args);
	for (size_t i = 0; i < note->n_args; i++) {
		assert(memchr(note->args[i], '\0', sizeof note->args[i]));
		assert(!strstr(note->args[i], password));
	}
}

/* What was asked, and what we said to it ourselves. */
static void challenge(struct sasl *s, const char *text, size_t len)
{
	struct buf out = { 0 };
	struct sasl_note note;

	if (sasl_challenge(s, text, len, &out, &note)) {
		look_at(&note);
		sasl_sent(s, out.data ? out.data : "", out.len, &note);
	} else {
		look_at(&note);
		sasl_why(s, &note);
		assert(note.id);
	}
	look_at(&note);
	wipe_buf(&out);
}

static void play(struct sasl *s, const char *data, size_t size)
{
	while (size) {
		const char *end = memchr(data, '\n', size);
		size_t len = end ? (size_t)(end - data) : size;
		struct sasl_note note;

		if (len && *data == 'S') {
			challenge(s, data + 1, len - 1);
		} else if (len) {
			sasl_sent(s, data + 1, len - 1, &note);
			look_at(&note);
		}
		data += len + (end != NULL);
		size -= len + (end != NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct plan_auth auth = { .user = user, .password = password };
	const struct sasl_lent lent = { .hmac_md5 = hmac };
	struct sasl_with with = { .auth = &auth, .host = "h", .lent = &lent };
	const struct sasl_mech *mech;
	struct sasl *s;

	if (size == 0)
		return 0;
	with.secrets = secrets_new();
	mech = sasl_mech_at(data[0] % 16u); /* NULL: an unknown one */
	s = sasl_new(mech, "X-OWN", &with);
	play(s, (const char *)data + 1, size - 1);
	sasl_free(s);
	secrets_free(with.secrets);
	return 0;
}
