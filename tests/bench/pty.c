/*
 * pty: times a full-screen program from outside, as a terminal sees it.
 *
 *   pty [-r RUNS] [-t TEXT] [-i SECONDS] [-k KEY [-l KEY]] [-n COUNT]
 *       [-f KEYS -u TEXT] [-x KEYS] -- PROGRAM [ARG...]
 *
 * The first frame is complete when TEXT (if any) was written and nothing more
 * comes for a while; its time is that of its last byte, counted from just
 * before fork(). A key's frame is timed to its last byte, too. KEY is Down,
 * Up, PgDn, PgUp or the text itself; with -l, two keys in turn. Keys that
 * change nothing have no frame. -f: last these keys, timed until -u's TEXT is
 * seen. Prints rows as sample_print() makes them, without a name.
 */
#include "config.h"

#include "tests/bench/measure.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef HAVE_PTY_H
#include <pty.h>
#else
#include <util.h>
#endif

enum {
	COLUMNS = 120,
	ROWS = 35,
	QUIET_MS = 150,     /* a first frame that pauses longer has ended */
	KEY_QUIET_MS = 25,  /* the same for the frame of a key */
	FRAME_MAX_MS = 60000,
	KEY_MAX_MS = 500,   /* no answer to a key */
	GAP_MS = 10,        /* from a frame to the next key */
	SILENT_MAX = 10,    /* keys without a frame, then it is given up */
	TAIL = 8192,        /* of the output, kept to look for texts in */
};

struct options {
	long runs, idle_s, presses;
	const char *text, *key, *key2, *quit; /* keys: in turn */
	const char *find, *found;
	char **argv;
};

struct screen {
	int fd;
	pid_t child;
	bool application_keys; /* cursor keys send ESC O x, not ESC [ x */
	char tail[2 * TAIL + 1];
	size_t len;
};

struct burst {
	double first, last; /* ms */
	bool any, seen, ended;
};

static struct samples frame, key_frame, idle, memory, found;

static void put(struct screen *s, const char *text)
{
	size_t len = strlen(text);

	while (len > 0) {
		ssize_t n = write(s->fd, text, len);

		if (n <= 0)
			return;
		text += n;
		len -= (size_t)n;
	}
}

/* What a terminal says when it is asked, so that nobody waits for it. */
static void answer(struct screen *s, const char *data)
{
	static const struct {
		const char *query, *reply;
	} answers[] = {
		{ "\033[c", "\033[?62;22c" },
		{ "\033[>c", "\033[>41;330;0c" },
		{ "\033[6n", "\033[1;1R" },
		{ "\033[5n", "\033[0n" },
		{ "\033]10;?", "\033]10;rgb:ffff/ffff/ffff\033\\" },
		{ "\033]11;?", "\033]11;rgb:0000/0000/0000\033\\" },
	};

	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
		if (strstr(data, answers[i].query))
			put(s, answers[i].reply);
	if (strstr(data, "\033[?1h"))
		s->application_keys = true;
	if (strstr(data, "\033[?1l"))
		s->application_keys = false;
}

static void keep(struct screen *s, const char *data, size_t len)
{
	if (s->len + len > 2 * TAIL) {
		size_t drop = s->len > TAIL ? s->len - TAIL : 0;

		memmove(s->tail, s->tail + drop, s->len - drop);
		s->len -= drop;
	}
	memcpy(s->tail + s->len, data, len);
	s->len += len;
	s->tail[s->len] = '\0';
}

/* Output within ms: its bytes, 0 when there is none, -1 at its end. */
static ssize_t take(struct screen *s, double ms, double *stamp)
{
	struct pollfd p = { .fd = s->fd, .events = POLLIN };
	char data[TAIL + 1];
	ssize_t n;
	int ready = poll(&p, 1, ms < 0 ? 0 : (int)ms + 1);

	if (ready <= 0)
		return ready < 0 && errno != EINTR ? -1 : 0;
	*stamp = now_ms();
	n = read(s->fd, data, TAIL);
	if (n <= 0)
		return -1;
	for (ssize_t i = 0; i < n; i++)
		data[i] = data[i] ? data[i] : ' '; /* searched as text */
	data[n] = '\0';
	answer(s, data);
	keep(s, data, (size_t)n);
	return n;
}

/* Output from t0 on, until text was in it and then nothing for quiet ms. */
static struct burst collect(struct screen *s, double t0, double quiet,
                            double longest, const char *text)
{
	struct burst b = { .seen = !text };
	double stamp;

	s->len = 0;
	s->tail[0] = '\0';
	for (;;) {
		double until = b.any && b.seen ? b.last + quiet : t0 + longest;
		ssize_t n;

		if (now_ms() >= until)
			return b;
		n = take(s, until - now_ms(), &stamp);
		if (n < 0) {
			b.ended = true;
			return b;
		}
		if (n == 0)
			continue;
		b.first = b.any ? b.first : stamp;
		b.last = stamp;
		b.any = true;
		b.seen = b.seen || strstr(s->tail, text);
	}
}

static const char *key_text(const struct screen *s, const char *name)
{
	static const struct {
		const char *name, *normal, *application;
	} keys[] = {
		{ "Down", "\033[B", "\033OB" },
		{ "Up", "\033[A", "\033OA" },
		{ "PgDn", "\033[6~", "\033[6~" },
		{ "PgUp", "\033[5~", "\033[5~" },
		{ "Enter", "\r", "\r" },
		{ "Esc", "\033", "\033" },
	};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (!strcmp(keys[i].name, name))
			return s->application_keys ? keys[i].application
			                           : keys[i].normal;
	return name;
}

/* Sum of the lines "name: NUMBER" in a /proc file. */
static double proc_number(const char *path, const char *name)
{
	char line[256];
	double sum = 0;
	FILE *f = fopen(path, "r");

	while (f && fgets(line, sizeof line, f))
		if (strstr(line, name))
			sum += strtod(line + strcspn(line, ":") + 1, NULL);
	if (f)
		fclose(f);
	return sum;
}

/* Times that any thread of the child was woken or put off. */
static double switches(const struct screen *s)
{
	char path[512];
	struct dirent *e;
	double sum = 0;
	DIR *dir;

	snprintf(path, sizeof path, "/proc/%ld/task", (long)s->child);
	dir = opendir(path);
	while (dir && (e = readdir(dir))) {
		snprintf(path, sizeof path, "/proc/%ld/task/%s/status",
		         (long)s->child, e->d_name);
		if (e->d_name[0] != '.')
			sum += proc_number(path, "voluntary_ctxt_switches");
	}
	if (dir)
		closedir(dir);
	return sum;
}

static void start(struct screen *s, char **argv)
{
	struct winsize size = { .ws_row = ROWS, .ws_col = COLUMNS };

	*s = (struct screen){ .fd = -1 };
	s->child = forkpty(&s->fd, NULL, NULL, &size);
	if (s->child < 0)
		give_up("forkpty");
	if (s->child > 0)
		return;
	setenv("TERM", "xterm-256color", 1);
	unsetenv("COLUMNS");
	unsetenv("LINES");
	execvp(argv[0], argv);
	_exit(127);
}

static void stop(struct screen *s, const char *quit)
{
	static const int signals[] = { 0, SIGTERM, SIGKILL };
	double stamp;

	put(s, quit);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
		double end = now_ms() + 1500;

		if (signals[i])
			kill(s->child, signals[i]);
		while (now_ms() < end && take(s, end - now_ms(), &stamp) >= 0)
			continue;
		if (waitpid(s->child, NULL, WNOHANG) == s->child)
			break;
		if (signals[i] == SIGKILL)
			waitpid(s->child, NULL, 0);
	}
	close(s->fd);
}

static void rest(struct screen *s, double ms)
{
	double end = now_ms() + ms, stamp;

	while (now_ms() < end && take(s, end - now_ms(), &stamp) >= 0)
		continue;
}

static bool press_keys(struct screen *s, const struct options *o)
{
	int silent = 0;

	for (long i = 0; i < o->presses && silent < SILENT_MAX; i++) {
		double t0 = now_ms();
		struct burst b;

		put(s, key_text(s, i % 2 && o->key2 ? o->key2 : o->key));
		b = collect(s, t0, KEY_QUIET_MS, KEY_MAX_MS, NULL);
		if (b.ended)
			return false;
		if (b.any)
			sample_add(&key_frame, b.last - t0);
		silent = b.any ? 0 : silent + 1;
		rest(s, GAP_MS);
	}
	return true;
}

static bool look_for(struct screen *s, const struct options *o)
{
	double t0 = now_ms();
	struct burst b;

	put(s, o->find);
	b = collect(s, t0, KEY_QUIET_MS, FRAME_MAX_MS, o->found);
	if (b.seen)
		sample_add(&found, b.last - t0);
	return b.seen;
}

static bool run(const struct options *o)
{
	char path[64];
	struct screen s;
	struct burst b;
	double t0 = now_ms(), before;

	start(&s, o->argv);
	b = collect(&s, t0, QUIET_MS, FRAME_MAX_MS, o->text);
	if (!b.any || !b.seen) {
		fprintf(stderr, "%s: no first frame\n", o->argv[0]);
		stop(&s, o->quit);
		return false;
	}
	sample_add(&frame, b.last - t0);
	if (idle.n == 0) { /* once is enough, it takes its time */
		before = switches(&s);
		rest(&s, (double)o->idle_s * 1e3);
		sample_add(&idle, switches(&s) - before);
	}
	if (o->key && !press_keys(&s, o))
		fprintf(stderr, "%s: ended by %s\n", o->argv[0], o->key);
	if (o->find && !look_for(&s, o))
		fprintf(stderr, "%s: did not find %s\n", o->argv[0],
		        o->found);
	snprintf(path, sizeof path, "/proc/%ld/status", (long)s.child);
	sample_add(&memory, proc_number(path, "VmHWM") / 1024);
	stop(&s, o->quit);
	return true;
}

/* The value that share of all are below, as a row of its own. */
static void print_share(const char *metric, struct samples *s, double share)
{
	if (s->n > 0)
		printf("%s\tms\t%.3f\t%.3f\t%.3f\t%zu\n", metric,
		       sample_at(s, share), sample_at(s, 0), sample_at(s, 1),
		       s->n);
}

static struct options options(int argc, char **argv)
{
	struct options o = { .runs = 1, .presses = 200, .quit = "q" };
	int c;

	while ((c = getopt(argc, argv, "+r:t:i:k:l:n:f:u:x:")) != -1) {
		switch (c) {
		case 'r': o.runs = option_number(optarg, 1, 1000); break;
		case 't': o.text = optarg; break;
		case 'i': o.idle_s = option_number(optarg, 0, 600); break;
		case 'k': o.key = optarg; break;
		case 'l': o.key2 = optarg; break;
		case 'n': o.presses = option_number(optarg, 1, 2000); break;
		case 'f': o.find = optarg; break;
		case 'u': o.found = optarg; break;
		case 'x': o.quit = optarg; break;
		default: exit(64);
		}
	}
	o.argv = argv + optind;
	if (optind == argc) {
		fprintf(stderr, "usage: pty [OPTION...] -- PROGRAM\n");
		exit(64);
	}
	return o;
}

int main(int argc, char **argv)
{
	struct options o = options(argc, argv);
	bool ok = true;

	signal(SIGPIPE, SIG_IGN);
	for (long i = 0; i < o.runs; i++)
		ok = run(&o) && ok;
	sample_print(NULL, "first frame", "ms", &frame);
	print_share("key p50", &key_frame, 0.5);
	print_share("key p99", &key_frame, 0.99);
	sample_print(NULL, "search", "ms", &found);
	sample_print(NULL, "idle wake-ups", "in 5 s", &idle);
	sample_print(NULL, "memory", "MiB", &memory);
	return ok ? 0 : 1;
}
