/*
 * The reply parser: however the bytes are split, the same replies come out;
 * every byte is accounted for; no bound is passed. The first byte of the input
 * is the seed of the split.
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/reply.h"
#include "tests/fuzz/fuzz.h"
#include "util/buf.h"

const char *const fuzz_inputs[] = { "reply", "@data/curl-fuzzer-smtp-corpus",
	                            "@data/display", NULL };

/* What came out, as bytes that can be compared. */
static void note(struct buf *log, enum reply_result result,
                 const struct reply *r)
{
	char enhanced[16];

	assert(r->n_lines <= REPLY_LINES_MAX);
	assert(r->raw.len <= REPLY_BYTES_MAX);
	reply_enhanced(r, enhanced);
	buf_addf(log, "%d %u %x %zu %s %zu\n", (int)result, r->code, r->flags,
	         r->n_lines, enhanced, r->raw.len);
	for (size_t i = 0; i < r->n_lines; i++) {
		assert(r->lines[i].len <= REPLY_LINE_MAX);
		assert(r->lines[i].off + r->lines[i].full <= r->raw.len);
		buf_add(log, r->raw.data + r->lines[i].off, r->lines[i].len);
	}
}

static void parse(struct buf *log, const char *data, size_t size,
                  unsigned seed)
{
	struct reply r = { 0 };
	size_t at = 0, total = 0;

	while (at < size) {
		size_t n = seed ? 1 + (seed = seed * 75 + 74) % 17 : size;
		enum reply_result result;
		size_t used;

		if (n > size - at)
			n = size - at;
		result = reply_feed(&r, data + at, n, 0, &used);
		assert(used <= n && (used > 0 || result != REPLY_MORE));
		at += used;
		if (result == REPLY_MORE)
			continue;
		total += r.raw.len;
		note(log, result, &r);
		if (result == REPLY_LIMIT)
			break;
	}
	assert(total + reply_partial(&r) >= at || at < size);
	buf_addf(log, "%zu left\n", reply_partial(&r));
	reply_clear(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole = { 0 }, split = { 0 };

	if (size == 0)
		return 0;
	parse(&whole, (const char *)data + 1, size - 1, 0);
	parse(&split, (const char *)data + 1, size - 1, data[0] + 1u);
	assert(whole.len == split.len &&
	       memcmp(whole.data, split.data, whole.len) == 0);
	buf_clear(&whole);
	buf_clear(&split);
	return 0;
}
