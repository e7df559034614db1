/* resume: what of a recording of many targets is done, and where it goes on. */
#include "config.h"

#include "record/resume.h"

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

#include "record/json.h"
#include "record/record.h"
#include "util/i18n.h"
#include "util/xalloc.h"

static char dir[] = "/tmp/smtpscope-resume-XXXXXX";
static char path[64];

static int make_dir(void **state)
{
	(void)state;
	i18n_set("en");
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof path, "%s/recording", dir);
	return 0;
}

static int remove_dir(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir);
}

static void add_event(struct buf *out, struct event_builder *b, uint32_t n,
                      const char *target)
{
	struct event *e;

	b->e.n = n;
	b->e.target = event_puts(b, target);
	e = event_finish(b);
	json_write(out, e, NULL);
	free(e);
}

/* START, a reply, END: three numbers from n on. input: "" none. */
static void add_run(struct buf *out, uint32_t n, const char *target,
                    const char *input)
{
	struct event_builder b;

	event_begin(&b, EV_START);
	b.e.u.start.options = event_puts(&b, "--quit-after=rcpt");
	b.e.u.start.input = event_puts(&b, input);
	add_event(out, &b, n, target);
	event_begin(&b, EV_REPLY);
	b.e.session = n;
	b.e.u.reply.code = 250;
	add_event(out, &b, n + 1, target);
	event_begin(&b, EV_END);
	add_event(out, &b, n + 2, target);
}

static void write_recording(const char *data, size_t len)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static size_t size_now(void)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return (size_t)st.st_size;
}

static bool is_done(const struct resume *r, const char *identity)
{
	return seen_has(&r->done, identity, strlen(identity));
}

static size_t seen_events;
static uint64_t last_place;

static void see(void *arg, const struct event *e, uint64_t place)
{
	(void)arg;
	(void)e;
	seen_events++;
	last_place = place;
}

/* Cut off at every byte: what is whole is done, the rest is cut off. */
static void test_resume_cut_anywhere_goes_on_behind_the_last_whole(void **state)
{
	struct buf all = { 0 };
	size_t first, second;

	(void)state;
	add_run(&all, 1, "a@a.example", "");
	first = all.len;
	add_run(&all, 4, "b.example", "{\"target\":\"b.example\"}");
	second = all.len;
	for (size_t len = 0; len <= second; len++) {
		size_t whole = len < first ? 0 : len < second ? first : second;
		struct resume r;

		write_recording(all.data, len);
		seen_events = 0;
		assert_null(resume_open(&r, path, see, NULL));
		assert_int_equal(r.end, whole);
		assert_int_equal(r.cut, len > whole);
		assert_int_equal(is_done(&r, "a@a.example"), whole >= first);
		assert_int_equal(is_done(&r, "{\"target\":\"b.example\"}"),
		                 whole >= second);
		assert_int_equal(seen_events, whole == 0 ? 0
		                              : whole == first ? 3 : 6);
		assert_int_equal(r.numbers.n_last, seen_events);
		assert_null(resume_cut(&r, path));
		assert_int_equal(size_now(), whole);
		resume_clear(&r);
	}
	assert_int_equal(last_place, first);
	buf_clear(&all);
}

static void test_resume_first_target_tells_the_options(void **state)
{
	struct buf all = { 0 };
	struct resume r;

	(void)state;
	add_run(&all, 1, "a@a.example", "");
	add_run(&all, 4, "b@b.example", "");
	write_recording(all.data, all.len);
	assert_null(resume_open(&r, path, NULL, NULL));
	assert_string_equal(r.identity, "a@a.example");
	assert_string_equal(r.options, "--quit-after=rcpt");
	assert_int_equal(r.done.n, 2);
	assert_int_equal(r.numbers.session_last, 4);
	resume_clear(&r);
	buf_clear(&all);
}

/* A target that was begun and never ended, with others behind it. */
static void test_resume_target_without_end_is_not_done(void **state)
{
	struct buf all = { 0 }, lost = { 0 };
	struct resume r;

	(void)state;
	add_run(&lost, 1, "lost.example", "");
	buf_add(&all, lost.data,
	        (size_t)(strchr(lost.data, '\n') - lost.data) + 1);
	add_run(&all, 2, "a.example", "");
	write_recording(all.data, all.len);
	assert_null(resume_open(&r, path, NULL, NULL));
	assert_true(is_done(&r, "a.example"));
	assert_false(is_done(&r, "lost.example"));
	assert_int_equal(r.end, all.len);
	resume_clear(&r);
	buf_clear(&all);
	buf_clear(&lost);
}

static void test_resume_what_is_no_recording_is_left_alone(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "user@example.org\n", "no recording" },
		{ "{\"v\":1,\"t\":0,\"n\":1,\"session\":0,\"target\":\"a\","
		  "\"event\":\"start\"}\n{\"v\":1,\n", "line 2" },
		{ "{\"v\":2}\n", "line 1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t len = strlen(rows[i].text);
		struct resume r;
		char *error;

		write_recording(rows[i].text, len);
		error = resume_open(&r, path, NULL, NULL);
		assert_non_null(error);
		if (!strstr(error, rows[i].why))
			fail_msg("%s: %s", rows[i].text, error);
		assert_int_equal(r.fd, -1);
		assert_int_equal(size_now(), len);
		free(error);
	}
}

static void test_resume_two_processes_one_is_refused(void **state)
{
	struct resume r, other;
	char *error;

	(void)state;
	write_recording("", 0);
	assert_null(resume_open(&r, path, NULL, NULL));
	error = resume_open(&other, path, NULL, NULL);
	assert_non_null(error);
	assert_non_null(strstr(error, "another process"));
	free(error);
	resume_clear(&r);
	assert_null(resume_open(&other, path, NULL, NULL));
	resume_clear(&other);
}

static void test_resume_record_goes_on_at_the_end(void **state)
{
	struct buf all = { 0 };
	struct event_builder b;
	struct record *record;
	struct event *e;
	struct resume r;
	size_t whole;

	(void)state;
	add_run(&all, 1, "a.example", "");
	whole = all.len;
	buf_adds(&all, "{\"v\":1,\"t\":");
	write_recording(all.data, all.len);
	assert_null(resume_open(&r, path, NULL, NULL));
	assert_null(resume_cut(&r, path));
	record = record_go_on(r.fd, path, r.end, NULL);
	r.fd = -1; /* the record has it now */
	assert_int_equal(record_bytes(record), whole);
	event_begin(&b, EV_START);
	b.e.n = 4;
	e = event_finish(&b);
	record_event(record, e);
	free(e);
	assert_int_equal(size_now(), record_bytes(record));
	assert_true(size_now() > whole);
	record_close(record);
	resume_clear(&r);
	buf_clear(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_resume_cut_anywhere_goes_on_behind_the_last_whole),
		cmocka_unit_test(test_resume_first_target_tells_the_options),
		cmocka_unit_test(test_resume_target_without_end_is_not_done),
		cmocka_unit_test(
		    test_resume_what_is_no_recording_is_left_alone),
		cmocka_unit_test(test_resume_two_processes_one_is_refused),
		cmocka_unit_test(test_resume_record_goes_on_at_the_end),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
