/*
 * timed: times whole commands in turn, round by round, so that a drift of the
 * machine meets all of them.
 *
 *   timed ROUNDS <LIST       each line of LIST: "LABEL<tab>SHELL COMMAND"
 *
 * Prints rows as sample_print() makes them: time, CPU, peak memory. Wall
 * time is from before the start to after the end; the shell execs the command.
 * A command that fails is named on stderr and gets no figures.
 */
#include "config.h"

#include "tests/bench/measure.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COMMANDS_MAX = 32, LINE_MAX_LEN = 4096 };

static struct command {
	char line[LINE_MAX_LEN]; /* label, NUL, command */
	char *shell;
	struct samples wall, cpu, memory;
	int failed; /* its exit status */
} commands[COMMANDS_MAX];

static void become(const char *shell)
{
	int null = open("/dev/null", O_RDWR);

	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	execl("/bin/sh", "sh", "-c", shell, (char *)NULL);
	_exit(127);
}

static void run(struct command *c)
{
	struct rusage use;
	double t0 = now_ms();
	pid_t pid = fork();
	int status;

	if (pid < 0)
		give_up("fork");
	if (pid == 0)
		become(c->shell);
	if (wait4(pid, &status, 0, &use) < 0)
		give_up("wait4");
	sample_add(&c->wall, now_ms() - t0);
	sample_add(&c->cpu,
	           (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1e3 +
	           (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) /
	           1e3);
	sample_add(&c->memory, (double)use.ru_maxrss / 1024);
	if (status != 0)
		c->failed = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static size_t read_list(void)
{
	size_t n = 0;

	while (n < COMMANDS_MAX &&
	       fgets(commands[n].line, LINE_MAX_LEN, stdin)) {
		char *tab = strchr(commands[n].line, '\t');

		commands[n].line[strcspn(commands[n].line, "\n")] = '\0';
		if (!tab)
			continue;
		*tab = '\0';
		commands[n++].shell = tab + 1;
	}
	return n;
}

static void print(struct command *c)
{
	sample_print(c->line, "time", "ms", &c->wall);
	sample_print(c->line, "CPU", "ms", &c->cpu);
	sample_print(c->line, "memory", "MiB", &c->memory);
}

int main(int argc, char **argv)
{
	long rounds = argc == 2 ? option_number(argv[1], 1, 1000) : 0;
	size_t n = read_list();

	for (long i = 0; i < rounds; i++)
		for (size_t c = 0; c < n; c++)
			run(&commands[c]);
	for (size_t c = 0; c < n; c++) {
		struct command *k = &commands[c];

		if (k->failed)
			fprintf(stderr, "%s: exit %d\n", k->line, k->failed);
		else
			print(k);
	}
	return rounds > 0 ? 0 : 64;
}
