/*
 * fuzz: what a fuzz target is.
 *
 * tests/fuzz/fuzz_NAME.c has LLVMFuzzerTestOneInput() and names its inputs.
 * In "make check" it is linked with replay.c, which feeds it every file of
 * those folders and then each file's beginnings and single-byte changes, the
 * same on every run; "./dev fuzz" links it with libFuzzer.
 *
 *   check_PROGRAMS += tests/fuzz/fuzz_NAME
 *   TESTS += tests/fuzz/fuzz_NAME
 *   tests_fuzz_fuzz_NAME_SOURCES = tests/fuzz/fuzz_NAME.c $(FUZZ_MAIN)
 *   tests_fuzz_fuzz_NAME_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
 *   tests_fuzz_fuzz_NAME_LDADD = src/libcore.a src/libutil.a
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Must return 0; data is borrowed, exactly size bytes, no NUL behind it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * Folders of inputs, NULL at the end: "dns" is tests/fuzz/dns of the source,
 * "@data/x" is data/x below $SMTPSCOPE_SHARED and left out where that is not.
 */
extern const char *const fuzz_inputs[];

#endif
