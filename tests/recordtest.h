/*
 * recordtest: files of recordings under test, in a folder of their own.
 */
#ifndef TESTS_RECORDTEST_H
#define TESTS_RECORDTEST_H

#include <sys/types.h>

#include "record/record.h"
#include "record/replay.h"

/* The folder, for cmocka's groups; it is removed with what is in it. */
int recordtest_begin(void **state);
int recordtest_end(void **state);
char *recordtest_path(const char *name); /* in that folder; caller frees */

/* Event n: a command that was sent. */
struct event *recordtest_sent(uint32_t n, const char *verb, const char *line);
/* Records it; n is one above the newest that was recorded to r. */
void recordtest_record(struct record *r, const char *verb, const char *line);

void recordtest_write(const char *path, const void *data, size_t len);
void recordtest_puts(const char *path, const char *text);
/* The whole file; caller frees. */
char *recordtest_read(const char *path, size_t *len);
mode_t recordtest_mode(const char *path); /* its permissions */

struct recordtest_result {
	enum replay_result end;
	size_t events;
	char lines[512];  /* of each event, as far as there is room: "a;b;" */
	char error[512];
};
/* Reads a recording to its end; the test fails when it cannot be opened. */
void recordtest_replay(const char *path, struct recordtest_result *out);

#endif
