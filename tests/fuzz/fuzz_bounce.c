/*
 * Refusals in a text: whatever it is, the bounds hold, every text found is a
 * string, and each has an explanation.
 */
#include "config.h"

#include <assert.h>
#include <string.h>

#include "knowledge/bounce.h"
#include "tests/fuzz/fuzz.h"

const char *const fuzz_inputs[] = { "bounce", "@data/display", NULL };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bounce b;

	bounce_read(&b, (const char *)data, size);
	assert(b.n <= BOUNCE_FOUND_MAX);
	for (size_t i = 0; i < b.n; i++) {
		const struct bounce_item *item = &b.items[i];
		struct explanation x;

		assert(item->line > 0);
		assert(*item->reply || *item->status || item->no_reply);
		for (size_t k = 0; k < item->n_recipients; k++)
			assert(strchr(item->recipients[k], '@'));
		bounce_explain(item, &x);
		assert(*x.title);
		explanation_clear(&x);
	}
	bounce_clear(&b);
	bounce_likely((const char *)data, size);
	return 0;
}
