/*
 * Transcripts: whatever the file is, the bounds hold, events are numbered
 * without a gap and end with the end, none has a time, each view of one can be
 * made, and what stands behind AUTH PLAIN is in no event.
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "check/verdict.h"
#include "core/finding.h"
#include "import/import.h"
#include "tests/fuzz/fuzz.h"

const char *const fuzz_inputs[] = { "import", "../data/transcripts", "bounce",
	                            NULL };

#define SECRET "AGFubmEASG9uaWdtb25kNzc=" /* of the samples */

struct seen {
	uint32_t n, session;
	bool ended;
};

static bool see(void *arg, const struct event *e)
{
	struct seen *s = arg;
	char *text = NULL;

	assert(e->n == ++s->n);
	assert(e->session == 0 || e->session >= s->session);
	assert(e->t_us == 0 && e->size >= event_fixed_size(e->kind));
	if (e->session)
		s->session = e->session;
	s->ended = e->kind == EV_END;
	if (e->kind == EV_FINDING)
		text = finding_sentence(e);
	else if (e->kind == EV_VERDICT)
		text = verdict_text(e);
	free(text);
	if (e->kind == EV_SENT && e->u.sent.secret)
		assert(!memmem(e, e->size, SECRET, strlen(SECRET)));
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct import_source source = { .name = "f",
		.data = (const char *)data, .len = size };
	struct seen s = { .n = 0 };
	char *error = NULL;

	switch (import_play(&source, see, &s, &error)) {
	case IMPORT_DONE: assert(s.ended && !error); break;
	case IMPORT_BAD: assert(s.n == 0 && error); break;
	case IMPORT_STOPPED: abort();
	}
	free(error);
	return 0;
}
