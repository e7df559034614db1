/*
 * canary: a password that must not be found in anything that is written or
 * drawn, and the search for it in every form it could be written in.
 */
#ifndef TESTS_CANARY_H
#define TESTS_CANARY_H

#include <stdbool.h>
#include <stddef.h>

#define CANARY "kAnaRi3-9f7Zq-w0Lt"
#define CANARY_USER "ada"

/*
 * The form that was found: "plain", "base64", "hex", "percent", "reversed"
 * (as a register dump would show it); NULL: it is not there. Case does not
 * matter for hex and percent; line ends and blanks in between do not hide it.
 */
const char *canary_in(const char *data, size_t len);

#endif
