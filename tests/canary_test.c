/*
 * The real program logs in with a canary for a password, at servers that say
 * it back in every form they can. Nothing that it writes may hold it: its
 * output, its recordings, its state; nor its arguments or its environment, nor
 * a core; nor what is left of it when it is killed in the middle.
 */
#include "config.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "canary.h"
#include "smtpfault.h"
#include "util/buf.h"
#include "util/xalloc.h"

enum { SKIPPED = 77 };

/* ---- a server that says it back ---- */

static const char *const mechs[] = { "PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2",
	"OAUTHBEARER" };
static const char *const answers[] = {
	"235 2.7.0 Welcome",
	"535 5.7.8 No",
	"535 5.7.8 not " CANARY,
	"535-5.7.8 AGFkYQBrQW5hUmkzLTlmN1pxLXcwTHQ=\r\n"
	"535 5.7.8 a0FuYVJpMy05ZjdacS13MEx0",
	"535 5.7.8 6b416e615269332d3966375a712d77304c74",
	"535 5.7.8 %6B%41%6e%61%52%69%33%2d%39%66%37%5a%71%2d%77%30%4c%74",
	"535-5.7.8 kAnaRi3-9f7\r\n535 5.7.8 Zq-w0Lt",
};
enum { N_MECHS = sizeof mechs / sizeof *mechs,
	N_ANSWERS = sizeof answers / sizeof *answers };

struct echo {
	const char *mech, *answer; /* answer NULL: none at all */
	int steps;                 /* of the login under way */
	bool logging_in;
	int heard[2];              /* a byte for each line of a login */
};

static void answer_login(struct echo *e, struct buf *out)
{
	bool prompted = strcmp(e->mech, "LOGIN") == 0;
	bool challenged = strcmp(e->mech, "CRAM-MD5") == 0;

	if (write(e->heard[1], "", 1) != 1)
		abort();
	e->steps++;
	if (!e->answer && e->steps > prompted + challenged)
		return;
	if (prompted && e->steps <= 2)
		buf_adds(out, e->steps == 1 ? "334 VXNlcm5hbWU6\r\n"
		                            : "334 UGFzc3dvcmQ6\r\n");
	else if (challenged && e->steps == 1)
		buf_adds(out, "334 PDEuMkBteC5leGFtcGxlPg==\r\n");
	else
		buf_addf(out, "%s\r\n", e->answer);
	e->logging_in = strncmp(out->data, "334", 3) == 0;
}

static bool answer(void *arg, const char *line, size_t len, struct buf *out)
{
	struct echo *e = arg;

	if (!line)
		buf_adds(out, "220 mx.example\r\n");
	else if (e->logging_in || (len >= 4 && !memcmp(line, "AUTH", 4)))
		answer_login(e, out);
	else if (len >= 4 && memcmp(line, "EHLO", 4) == 0)
		buf_addf(out, "250-mx.example\r\n250 AUTH %s\r\n", e->mech);
	else if (len >= 4 && memcmp(line, "QUIT", 4) == 0)
		buf_adds(out, "221 Bye\r\n");
	else
		buf_adds(out, "250 OK\r\n");
	return !line || strncmp(buf_str(out), "221", 3) != 0;
}

/* ---- the program, with a folder of its own ---- */

struct folder {
	char path[64];
	char *secret; /* the file with the password: outside of it */
};

static void folder_make(struct folder *d)
{
	FILE *f;

	snprintf(d->path, sizeof d->path, "/tmp/canary-XXXXXX");
	assert_non_null(mkdtemp(d->path));
	d->secret = xasprintf("%s.secret", d->path);
	f = fopen(d->secret, "w");
	assert_non_null(f);
	assert_int_equal(fchmod(fileno(f), 0600), 0);
	fprintf(f, "%s\n", CANARY);
	fclose(f);
}

/* Takes away what is below. */
static void sweep(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *e;

	assert_non_null(dir);
	while ((e = readdir(dir))) {
		char *name = xasprintf("%s/%s", path, e->d_name);
		struct stat st;

		if (strcmp(e->d_name, ".") != 0 &&
		    strcmp(e->d_name, "..") != 0 &&
		    lstat(name, &st) == 0) {
			if (S_ISDIR(st.st_mode))
				sweep(name);
			else
				unlink(name);
		}
		free(name);
	}
	closedir(dir);
	rmdir(path);
}

static void look_into(const char *name, size_t *bytes)
{
	FILE *f = fopen(name, "rb");
	struct buf all = { 0 };
	char part[4096];
	const char *form;
	size_t n;

	assert_non_null(f);
	while ((n = fread(part, 1, sizeof part, f)) > 0)
		buf_add(&all, part, n);
	fclose(f);
	*bytes += all.len;
	form = canary_in(buf_str(&all), all.len);
	if (form)
		fail_msg("%s holds the secret: %s\n%s", name, form,
		         buf_str(&all));
	buf_clear(&all);
}

static void look_below(const char *path, size_t *bytes)
{
	DIR *dir = opendir(path);
	struct dirent *e;

	assert_non_null(dir);
	while ((e = readdir(dir))) {
		char *name = xasprintf("%s/%s", path, e->d_name);
		struct stat st;

		if (strcmp(e->d_name, ".") != 0 &&
		    strcmp(e->d_name, "..") != 0 &&
		    lstat(name, &st) == 0) {
			if (S_ISDIR(st.st_mode))
				look_below(name, bytes);
			else
				look_into(name, bytes);
		}
		free(name);
	}
	closedir(dir);
}

/* at_least: how much there must be to look into. */
static void folder_end(struct folder *d, size_t at_least)
{
	size_t bytes = 0;

	look_below(d->path, &bytes);
	assert_true(bytes >= at_least);
	sweep(d->path);
	unlink(d->secret);
	free(d->secret);
}

/* argv: the program's, all that it prints goes to a file of the folder. */
static pid_t start_program(const struct folder *d, const char *const *argv)
{
	char *out = xasprintf("%s/output", d->path);
	pid_t pid = fork();

	if (pid == 0) {
		int fd = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		int null = open("/dev/null", O_RDONLY);

		dup2(null, 0);
		dup2(fd, 1);
		dup2(fd, 2);
		setenv("HOME", d->path, 1);
		setenv("XDG_STATE_HOME", d->path, 1);
		setenv("XDG_CONFIG_HOME", d->path, 1);
		execv(argv[0], (char **)(uintptr_t)argv);
		_exit(126);
	}
	free(out);
	return pid;
}

/* front: "--batch" ...; record: into a named file, else the automatic one. */
static pid_t start(const struct folder *d, uint16_t port, const char *front,
                   const char *mech, bool record)
{
	char *target = xasprintf("127.0.0.1:%u", port);
	char *file = xasprintf("--record=%s/recording.jsonl", d->path);
	char *secret = xasprintf("--auth-password-file=%s", d->secret);
	char *auth = xasprintf("--auth=%s", mech);
	const char *argv[] = { getenv("SMTPSCOPE"), front, auth,
		"--auth-user=" CANARY_USER, "--auth-clear", secret,
		"--quit-after=auth", "--timeout=5", target,
		record ? file : NULL, NULL };
	pid_t pid = start_program(d, argv);

	free(target);
	free(file);
	free(secret);
	free(auth);
	return pid;
}

static int wait_end(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void run_once(const char *mech, const char *said, const char *front,
                     bool record)
{
	struct echo e = { .mech = mech, .answer = said };
	struct smtpfault *f;
	struct folder d;
	char *heard;
	int status;

	assert_int_equal(pipe(e.heard), 0);
	folder_make(&d);
	f = smtpfault_start_answering(answer, &e);
	status = wait_end(start(&d, smtpfault_port(f), front, mech, record));
	smtpfault_wait(f, 1, 3000);
	heard = smtpfault_heard(f);
	if (strcmp(mech, "CRAM-MD5") != 0) /* or there was no secret at all */
		assert_non_null(canary_in(heard, strlen(heard)));
	assert_int_equal(status, *said == '2' ? 0 : 77);
	free(heard);
	smtpfault_stop(f);
	folder_end(&d, 500);
	close(e.heard[0]);
	close(e.heard[1]);
}

static void test_C03_nothing_written_holds_the_secret(void **state)
{
	static const char *const fronts[] = { "--batch", "--json", "--swaks" };

	(void)state;
	for (size_t m = 0; m < N_MECHS; m++)
		for (size_t a = 0; a < N_ANSWERS; a++)
			run_once(mechs[m], answers[a],
			         fronts[(m + a) % 3], (m + a) % 2);
}

/* ---- while it waits for the answer to its password ---- */

static void look_at_proc(pid_t pid, const char *name)
{
	char *path = xasprintf("/proc/%d/%s", (int)pid, name);
	size_t bytes = 0;

	if (access(path, R_OK) == 0) /* not where it cannot be dumped */
		look_into(path, &bytes);
	free(path);
}

static void check_core_limit(pid_t pid)
{
	char *path = xasprintf("/proc/%d/limits", (int)pid);
	FILE *f = fopen(path, "r");
	char line[256];
	bool found = false;

	free(path);
	assert_non_null(f);
	while (fgets(line, sizeof line, f)) {
		char soft[32], hard[32];

		if (strncmp(line, "Max core file size", 18) != 0)
			continue;
		assert_true(strlen(line) > 40);
		snprintf(soft, sizeof soft, "%.*s", 1, line + 26);
		snprintf(hard, sizeof hard, "%.*s", 1, line + 47);
		assert_string_equal(soft, "0");
		assert_string_equal(hard, "0");
		found = true;
	}
	fclose(f);
	assert_true(found);
}

static void wait_lines(struct echo *e, int n)
{
	char byte;

	while (n-- > 0)
		assert_int_equal(read(e->heard[0], &byte, 1), 1);
}

static void stop_in_the_middle(const char *front)
{
	struct echo e = { .mech = "LOGIN", .answer = NULL };
	struct smtpfault *f;
	struct folder d;
	pid_t pid;

	assert_int_equal(pipe(e.heard), 0);
	folder_make(&d);
	f = smtpfault_start_answering(answer, &e);
	pid = start(&d, smtpfault_port(f), front, e.mech, true);
	wait_lines(&e, 2); /* AUTH and the name; the password is due */
	look_at_proc(pid, "cmdline");
	look_at_proc(pid, "environ");
	check_core_limit(pid);
	kill(pid, SIGKILL);
	wait_end(pid);
	smtpfault_stop(f);
	folder_end(&d, 0);
	close(e.heard[0]);
	close(e.heard[1]);
}

static void test_C08_no_core_no_argument_no_environment(void **state)
{
	(void)state;
	stop_in_the_middle("--batch");
}

static void test_C09_killed_in_the_middle_of_a_login(void **state)
{
	(void)state;
	stop_in_the_middle("--json");
}

/* A pupil's real password at the classroom's server, which refuses it. */
static void test_C11_classroom_keeps_no_real_password(void **state)
{
	static const char *const fronts[] = { "--batch", "--json" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct folder d;
		char *secret;

		folder_make(&d);
		secret = xasprintf("--auth-password-file=%s", d.secret);
		assert_int_not_equal(wait_end(start_program(&d,
		    (const char *[]){ getenv("SMTPSCOPE"), fronts[i],
		        "--demo=auth", "--auth=PLAIN", "--auth-user=anna",
		        secret, NULL })), 0);
		folder_end(&d, 500);
		free(secret);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_C03_nothing_written_holds_the_secret),
		cmocka_unit_test(test_C08_no_core_no_argument_no_environment),
		cmocka_unit_test(test_C09_killed_in_the_middle_of_a_login),
		cmocka_unit_test(test_C11_classroom_keeps_no_real_password),
	};

	if (!getenv("SMTPSCOPE"))
		return SKIPPED;
	return cmocka_run_group_tests_name("canary", tests, NULL, NULL);
}
