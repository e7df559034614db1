/*
 * C11 of study/reliability.md: a pupil types a real password into a classroom.
 * The classroom is another process here; while it still runs, and the pupil's
 * connections with it, its memory is searched for the password, in Base64 and
 * decoded.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/room_tls.h"
#include "util/base64.h"
#include "util/xalloc.h"

enum {
	CA_MAX = 4096,
	REGION_MAX = 256 << 20, /* larger: a sanitizer's shadow, never a heap */
	BLOCK = 1 << 20,
};

static const char lesson[] =
    "title: t\ntarget: a.example\n@zone\nmx.a.example. A 192.0.2.1\n"
    "@server mx.a.example\n@tls good\n@auth anna geheim PLAIN LOGIN\n"
    "@auth-clear\nC: AUTH LOGIN\n@after 60m\nS: 454 never\n";

/* What the child tells: where it listens, and who signed its certificate. */
struct told {
	uint16_t port;
	char ca[CA_MAX];
};

static pid_t start_room(struct told *told)
{
	int ends[2];
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		static struct room room;

		room_open(&room, "test", lesson, NULL);
		*told = (struct told){ .port = room_port(&room, "192.0.2.1",
		                                         25) };
		snprintf(told->ca, sizeof told->ca, "%s",
		         classroom_ca_pem(room.classroom));
		if (write(ends[1], told, sizeof *told) != sizeof *told)
			_exit(1);
		for (;;)
			pause();
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], told, sizeof *told), sizeof *told);
	close(ends[0]);
	return child;
}

/* Is the needle in one region? Blocks overlap by its length. */
static bool region_has(int mem, unsigned long from, unsigned long to,
                       const char *needle)
{
	static char block[BLOCK];
	size_t n = strlen(needle);

	while (from + n <= to) {
		size_t want = to - from < BLOCK ? to - from : BLOCK;
		ssize_t got = pread(mem, block, want, (off_t)from);

		if (got < (ssize_t)n)
			return false;
		if (memmem(block, (size_t)got, needle, n))
			return true;
		from += (size_t)got - n + 1;
	}
	return false;
}

/* -1: may not be searched here. */
static int memory_has(pid_t child, const char *needle)
{
	char path[64], line[512];
	bool found = false;
	FILE *maps;
	int mem;

	snprintf(path, sizeof path, "/proc/%d/mem", (int)child);
	mem = open(path, O_RDONLY);
	snprintf(path, sizeof path, "/proc/%d/maps", (int)child);
	maps = mem >= 0 ? fopen(path, "r") : NULL;
	while (maps && !found && fgets(line, sizeof line, maps)) {
		unsigned long from, to;
		char rights[8];

		if (sscanf(line, "%lx-%lx %7s", &from, &to, rights) == 3 &&
		    rights[0] == 'r' && rights[1] == 'w' &&
		    to - from <= REGION_MAX)
			found = region_has(mem, from, to, needle);
	}
	if (maps)
		fclose(maps);
	if (mem >= 0)
		close(mem);
	return maps ? found : -1;
}

/* A password that no process knew before. */
static void make_password(char out[25])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	FILE *f = fopen("/dev/urandom", "rb");

	assert_non_null(f);
	assert_int_equal(fread(out, 1, 24, f), 24);
	fclose(f);
	for (int i = 0; i < 24; i++)
		out[i] = letters[out[i] & 31];
	out[24] = '\0';
}

/* "\0anna\0PASSWORD" and "PASSWORD", in Base64. */
static void encode(const char *password, struct buf *plain, struct buf *alone)
{
	char text[64];
	int n = snprintf(text, sizeof text, "%canna%c%s", 0, 0, password);

	base64_encode(plain, text, (size_t)n);
	base64_encode(alone, password, strlen(password));
}

static void clear_ask(int fd, const char *text, const char *until)
{
	struct buf out = { 0 };

	room_send(fd, text, strlen(text));
	assert_int_equal(room_read(fd, &out, until), 1);
	buf_clear(&out);
}

#define NO "credentials invalid\r\n"

/* Whole, in pieces, with more behind it; known to be wrong and to be late. */
static void log_in_in_clear(int fd, const char *plain, const char *alone)
{
	char *text;

	clear_ask(fd, "", "classroom\r\n");
	clear_ask(fd, "EHLO c\r\n", "250 HELP\r\n");
	text = xasprintf("AUTH PLAIN %s\r\nNOOP\r\n", plain);
	clear_ask(fd, text, "250 2.0.0 Ok\r\n");
	free(text);
	clear_ask(fd, "AUTH LOGIN\r\n", "334 VXNlcm5hbWU6\r\n");
	clear_ask(fd, "YW5uYQ==\r\n", "334 UGFzc3dvcmQ6\r\n");
	for (const char *p = alone; *p; p++)
		room_send(fd, p, 1);
	clear_ask(fd, "\r\n", NO);
	text = xasprintf("AUTH NTLM %s\r\n", plain);
	clear_ask(fd, text, "Mechanism not offered\r\n");
	free(text);
}

static void log_in_inside_tls(struct room_tls *t, const char *plain,
                              const char *alone)
{
	char *line = xasprintf("AUTH PLAIN %s\r\n", plain);

	free(room_tls_ask(t, "EHLO c\r\n", "250 HELP\r\n"));
	free(room_tls_ask(t, line, NO));
	free(line);
	free(room_tls_ask(t, "AUTH LOGIN YW5uYQ==\r\n", "UGFzc3dvcmQ6\r\n"));
	line = xasprintf("%s\r\n", alone);
	free(room_tls_ask(t, line, NO));
	free(line);
}

/* What of it is in the classroom's memory; NULL nothing. */
static const char *search(pid_t child, const char *const needles[3])
{
	for (int i = 0; i < 3; i++)
		if (memory_has(child, needles[i]) > 0)
			return needles[i];
	return NULL;
}

/* Logs in both ways; returns what was found after one of them. */
static const char *use_room(pid_t child, const struct told *told,
                            const char *const needles[3])
{
	const char *plain = needles[1], *alone = needles[2], *found;
	int clear = room_dial(told->port), secure = room_dial(told->port);
	struct room_tls t;

	log_in_in_clear(clear, plain, alone);
	found = search(child, needles);
	clear_ask(secure, "", "classroom\r\n");
	clear_ask(secure, "EHLO c\r\n", "250 HELP\r\n");
	clear_ask(secure, "STARTTLS\r\n", "start TLS\r\n");
	room_tls_open(&t, told->ca, secure, "mx.a.example", 0);
	log_in_inside_tls(&t, plain, alone);
	if (!found)
		found = search(child, needles);
	room_tls_close(&t);
	close(clear);
	close(secure);
	return found;
}

static void test_classroom_keeps_no_password(void **state)
{
	static struct told told;
	pid_t child = start_room(&told);
	struct buf plain = { 0 }, alone = { 0 };
	char password[25];
	const char *found;
	int searched;

	(void)state;
	make_password(password);
	encode(password, &plain, &alone);
	found = use_room(child, &told, (const char *[]){
		password, buf_str(&plain), buf_str(&alone) });
	searched = memory_has(child, "mx.a.example");
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	if (found)
		fail_msg("\"%s\" is in the classroom's memory", found);
	buf_clear(&plain);
	buf_clear(&alone);
	if (searched < 0)
		skip(); /* the system lets nobody look */
	assert_int_equal(searched, 1); /* it finds what is there */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classroom_keeps_no_password),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
