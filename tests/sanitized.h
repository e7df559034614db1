/*
 * sanitized: what this test and the program were built with.
 */
#ifndef TESTS_SANITIZED_H
#define TESTS_SANITIZED_H

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SANITIZED_THREADS 1
#endif
#if __has_feature(address_sanitizer)
#define SANITIZED_ADDRESSES 1
#endif
#endif
#ifdef __SANITIZE_THREAD__
#define SANITIZED_THREADS 1
#endif
#ifdef __SANITIZE_ADDRESS__
#define SANITIZED_ADDRESSES 1
#endif

#ifdef SANITIZED_THREADS
/* ThreadSanitizer runs a handler only at the next call that it intercepts, and
 * pselect() is none: a program that waits there does not see the signal. */
enum { SIGNALS_COME_LATE = 1 };
#else
enum { SIGNALS_COME_LATE = 0 };
#endif

/* Many times slower and larger: what only repeats is done less often. */
#if defined(SANITIZED_THREADS) || defined(SANITIZED_ADDRESSES)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

#endif
