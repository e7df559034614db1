#include "config.h"

#include "ui/term_input.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "ui/term_guard.h"

enum {
	ESCAPE_DELAY_MS = 25, /* as htop; $ESCDELAY over slow links */
	PASTE_DELAY_MS = 1000,
	READ_BYTES = 4096,
};

static struct {
	struct key_reader *reader;
	bool utf8;
	int escape_delay_ms;
	int64_t partial_until_ms; /* flush then; only while partial. Counted
	                           * from the bytes: waits may be short */
	int ready_fd;             /* -1: no test is listening */
	bool stirred;
	unsigned long long bytes; /* read from the keyboard */
} input = {.ready_fd = -1};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int number_of(const char *name, int otherwise)
{
	const char *text = getenv(name);
	char *end;
	long value;

	if (text == NULL || text[0] == '\0')
		return otherwise;
	value = strtol(text, &end, 10);
	return *end == '\0' && value >= 0 && value <= 10000 ? (int)value
	                                                    : otherwise;
}

void term_input_start(bool utf8)
{
	input.reader = key_reader_new();
	input.utf8 = utf8;
	input.escape_delay_ms = number_of("ESCDELAY", ESCAPE_DELAY_MS);
	input.ready_fd = number_of("SMTPSCOPE_TEST_READY_FD", -1);
	input.bytes = 0;
	input.stirred = true;
}

void term_input_stop(void)
{
	key_reader_free(input.reader);
	input.reader = NULL;
}

void term_input_define(const char *sequence, enum key_code code,
                       unsigned mods)
{
	key_reader_define(input.reader, sequence, code, mods);
}

static void tell(const char *line, size_t len)
{
	ssize_t written = write(input.ready_fd, line, len);

	(void)written; /* the test went away: its harness says so */
}

void term_input_stir(void)
{
	if (input.ready_fd >= 0 && !input.stirred)
		tell("-\n", 2); /* not ready any more: a frame may be begun */
	input.stirred = true;
}

bool term_key(struct key *out)
{
	return key_next(input.reader, out);
}

int term_signal(void)
{
	return guard_signal();
}

static void tell_ready(void)
{
	char line[64];
	int w, h, n;

	term_size(&w, &h);
	n = snprintf(line, sizeof(line), "%llu %d %d\n", input.bytes, w, h);
	tell(line, (size_t)n);
	input.stirred = false;
}

static int64_t partial_deadline(void)
{
	return now_ms() + (key_in_paste(input.reader)
	                   ? PASTE_DELAY_MS : input.escape_delay_ms);
}

static int read_keys(void)
{
	char bytes[READ_BYTES];
	ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n <= 0)
		return TERM_GONE;
	input.bytes += (unsigned long long)n;
	term_input_stir();
	key_feed(input.reader, bytes, (size_t)n, input.utf8);
	input.partial_until_ms = partial_deadline();
	return TERM_KEYS;
}

static int handle_signals(void)
{
	unsigned bits = guard_take();

	if (bits != 0)
		term_input_stir();
	if (bits & GUARD_QUIT)
		return TERM_QUIT;
	if (bits & GUARD_STOP)
		term_suspend();
	else if (bits & GUARD_CONTINUE)
		term_enter();
	else if (bits & GUARD_RESIZE)
		term_measure();
	return bits != 0 ? TERM_RESIZED : 0;
}

static int earlier(int a, int b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

static int remaining(int64_t until_ms)
{
	int64_t left = until_ms - now_ms();

	return left > 0 ? (int)left : 0;
}

/* One look at everything. Returns TERM_ bits, 0 after timeout_ms. */
static int look(int fd, int timeout_ms)
{
	struct pollfd all[] = {
		{.fd = STDIN_FILENO, .events = POLLIN},
		{.fd = guard_fd(), .events = POLLIN},
		{.fd = fd, .events = POLLIN},
	};
	int result = 0;

	if (poll(all, 3, timeout_ms) <= 0)
		return 0;
	if (all[1].revents != 0)
		result |= handle_signals();
	if (all[0].revents & POLLIN)
		result |= read_keys();
	else if (all[0].revents != 0)
		result |= TERM_GONE;
	if (all[2].revents != 0) {
		result |= TERM_FD;
		term_input_stir();
	}
	return result;
}

/* Esc, or a sequence that was cut off: decide now. */
static int flush_keys(void)
{
	key_flush(input.reader);
	return TERM_KEYS;
}

int term_wait(int fd, int timeout_ms, bool busy)
{
	int64_t until_ms = now_ms() + (timeout_ms > 0 ? timeout_ms : 0);
	bool partial = key_is_partial(input.reader);
	int result = 0;

	if (input.ready_fd >= 0 && !busy && !partial) {
		result = look(fd, 0);
		if (result == 0 && input.stirred)
			tell_ready();
	}
	while (result == 0) {
		int wait_ms = timeout_ms < 0 ? -1 : remaining(until_ms);

		if (partial)
			wait_ms = earlier(wait_ms,
			                  remaining(input.partial_until_ms));
		result = look(fd, wait_ms);
		if (partial && !(result & TERM_KEYS) &&
		    remaining(input.partial_until_ms) == 0)
			return result | flush_keys();
		if (result == 0 && timeout_ms >= 0 && remaining(until_ms) == 0)
			return TERM_TIMEOUT;
	}
	return result;
}
