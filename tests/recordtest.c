#include "config.h"

#include "recordtest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "util/xalloc.h"

static char dir[] = "/tmp/smtpscope-record-XXXXXX";
static uint32_t newest; /* n of the newest event recorded */

int recordtest_begin(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

int recordtest_end(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof command, "rm -rf '%s'", dir);
	return system(command);
}

char *recordtest_path(const char *name)
{
	return xasprintf("%s/%s", dir, name);
}

struct event *recordtest_sent(uint32_t n, const char *verb, const char *line)
{
	struct event_builder b;

	event_begin(&b, EV_SENT);
	b.e.n = n;
	b.e.u.sent.verb = event_puts(&b, verb);
	b.e.u.sent.line = event_puts(&b, line);
	return event_finish(&b);
}

void recordtest_record(struct record *r, const char *verb, const char *line)
{
	struct event *e = recordtest_sent(++newest, verb, line);

	record_event(r, e);
	free(e);
}

void recordtest_write(const char *path, const void *data, size_t len)
{
	FILE *f;

	unlink(path); /* a file that is emptied is flushed by some systems */
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

void recordtest_puts(const char *path, const char *text)
{
	recordtest_write(path, text, strlen(text));
}

char *recordtest_read(const char *path, size_t *len)
{
	FILE *f = fopen(path, "r");
	struct stat st;
	char *data;

	assert_non_null(f);
	assert_int_equal(fstat(fileno(f), &st), 0);
	data = xmalloc((size_t)st.st_size + 1);
	*len = fread(data, 1, (size_t)st.st_size, f);
	assert_int_equal(*len, st.st_size);
	data[*len] = '\0';
	fclose(f);
	return data;
}

mode_t recordtest_mode(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 0777;
}

void recordtest_replay(const char *path, struct recordtest_result *out)
{
	char *why = NULL;
	struct replay *r = replay_open(path, &why);
	struct event *e;
	size_t at = 0;

	assert_non_null(r);
	memset(out, 0, sizeof *out);
	while ((out->end = replay_next(r, &e)) == REPLAY_EVENT) {
		const char *line = e->kind == EV_SENT
		                       ? event_text(e, e->u.sent.line) : "";

		out->events++;
		if (at + strlen(line) + 2 < sizeof out->lines)
			at += (size_t)snprintf(out->lines + at,
			                       sizeof out->lines - at,
			                       "%s;", line);
		free(e);
	}
	snprintf(out->error, sizeof out->error, "%s", replay_error(r));
	replay_close(r);
}
