/*
 * rdata: RDATA from its presentation form, for the DNS servers of the tests.
 */
#ifndef TESTS_RDATA_H
#define TESTS_RDATA_H

#include <stddef.h>
#include <stdint.h>

/*
 * text: fields with one blank between, character-strings in quotes, or the
 * form of RFC 3597 §5 for any type. Names are absolute and not compressed.
 * Returns the octets put in out (size octets), -1 when text is wrong.
 */
int rdata_parse(uint16_t type, const char *text, uint8_t *out, size_t size);

#endif
