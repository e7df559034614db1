#include "config.h"

#include "ui/term_guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <termios.h>
#include <unistd.h>

#include "ui/term.h"
#include "util/xalloc.h"

enum {
	TEXT_MAX = 512,
	STACK_BYTES = 64 * 1024, /* more than SIGSTKSZ anywhere */
	PATIENCE_US = 200 * 1000, /* for the loop to answer TERM and HUP */
};

static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE,
                                    SIGILL, SIGQUIT};
static const int quit_signals[] = {SIGTERM, SIGHUP, SIGINT};
static const int note_signals[] = {SIGWINCH, SIGTSTP, SIGCONT};

enum { SIGNALS_TAKEN = 13 }; /* those and SIGALRM */

static int tty = -1;
static int note_pipe[2] = {-1, -1};
static struct termios saved;
static char undo_text[TEXT_MAX];
static size_t undo_len;
static char last_words[TEXT_MAX];
static size_t last_words_len;
static volatile sig_atomic_t armed;
static volatile sig_atomic_t noted;
static volatile sig_atomic_t quit_by;
static char alt_stack[STACK_BYTES];
static struct {
	int number;
	struct sigaction before;
} taken[SIGNALS_TAKEN];
static size_t taken_count;

/* In a handler there is nobody to tell that a write failed. */
static void write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		data += n;
		len -= (size_t)n;
	}
}

void term_restore(void)
{
	if (!armed)
		return;
	armed = 0;
	write_all(tty, undo_text, undo_len);
	tcsetattr(tty, TCSANOW, &saved);
}

static void on_fatal(int number)
{
	term_restore();
	write_all(STDERR_FILENO, last_words, last_words_len);
	/* SA_RESETHAND: it is delivered again, for good, when we return */
	raise(number);
}

static void note(sig_atomic_t bit)
{
	char byte = 0;
	int before = errno;
	ssize_t n;

	noted |= bit;
	n = write(note_pipe[1], &byte, 1);
	(void)n; /* full: the reader will come anyway */
	errno = before;
}

/* setitimer() is a bare system call on every system we know. */
static void set_alarm(long us)
{
	struct itimerval when = {.it_value = {.tv_usec = us}};

	setitimer(ITIMER_REAL, &when, NULL);
}

static void on_quit(int number)
{
	if (quit_by == 0)
		quit_by = number;
	note(GUARD_QUIT);
	set_alarm(PATIENCE_US);
}

/* The loop did not answer: do by force what it should have done. */
static void on_alarm(int number)
{
	(void)number;
	if (quit_by == 0)
		return;
	term_restore();
	write_all(STDERR_FILENO, last_words, last_words_len);
	signal(quit_by, SIG_DFL);
	raise(quit_by);
}

static void on_note(int number)
{
	note(number == SIGWINCH ? GUARD_RESIZE :
	     number == SIGTSTP ? GUARD_STOP : GUARD_CONTINUE);
}

static void take(int number, void (*handler)(int), unsigned flags)
{
	struct sigaction how = {
		.sa_handler = handler,
		.sa_flags = (int)flags,
	};

	sigemptyset(&how.sa_mask);
	taken[taken_count].number = number;
	sigaction(number, &how, &taken[taken_count].before);
	taken_count++;
}

static void take_all(void)
{
	for (size_t i = 0; i < 6; i++)
		take(fatal_signals[i], on_fatal,
		     (unsigned)SA_RESETHAND | SA_ONSTACK);
	for (size_t i = 0; i < 3; i++)
		take(quit_signals[i], on_quit, SA_ONSTACK);
	for (size_t i = 0; i < 3; i++)
		take(note_signals[i], on_note,
		     (unsigned)SA_ONSTACK | SA_RESTART);
	take(SIGALRM, on_alarm, (unsigned)SA_ONSTACK | SA_RESTART);
}

static bool open_pipe(void)
{
	if (pipe(note_pipe) != 0)
		return false;
	for (int i = 0; i < 2; i++) {
		fcntl(note_pipe[i], F_SETFD, FD_CLOEXEC);
		fcntl(note_pipe[i], F_SETFL, O_NONBLOCK);
	}
	return true;
}

bool guard_start(int fd)
{
	stack_t stack = {.ss_sp = alt_stack, .ss_size = sizeof(alt_stack)};

	if (tcgetattr(fd, &saved) != 0 || !open_pipe())
		return false;
	tty = fd;
	noted = 0;
	quit_by = 0;
	sigaltstack(&stack, NULL);
	take_all();
	xalloc_on_exit(term_restore);
	return true;
}

void guard_stop(void)
{
	set_alarm(0);
	while (taken_count > 0) {
		taken_count--;
		sigaction(taken[taken_count].number,
		          &taken[taken_count].before, NULL);
	}
	for (int i = 0; i < 2; i++) {
		if (note_pipe[i] >= 0)
			close(note_pipe[i]);
		note_pipe[i] = -1;
	}
}

static size_t copy(char out[TEXT_MAX], const char *text)
{
	size_t len = strnlen(text, TEXT_MAX - 1);

	memcpy(out, text, len);
	return len;
}

void guard_arm(const char *undo)
{
	armed = 0;
	undo_len = copy(undo_text, undo);
	armed = 1;
}

void guard_disarm(void)
{
	armed = 0;
}

void guard_last_words(const char *text)
{
	last_words_len = 0;
	last_words_len = copy(last_words, text);
}

int guard_fd(void)
{
	return note_pipe[0];
}

int guard_signal(void)
{
	return quit_by;
}

/* Which of these bits were noted; they are no longer then. */
static unsigned take_noted(unsigned which)
{
	sigset_t all;
	sigset_t before;
	unsigned bits;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	bits = (unsigned)noted & which;
	noted &= (int)~which;
	sigprocmask(SIG_SETMASK, &before, NULL);
	return bits;
}

unsigned guard_take(void)
{
	char bytes[64];
	unsigned bits;

	while (read(note_pipe[0], bytes, sizeof(bytes)) > 0)
		continue;
	bits = take_noted(~0u);
	if (bits & GUARD_QUIT)
		set_alarm(0);
	return bits;
}

void guard_suspend(void)
{
	struct sigaction how = {.sa_handler = SIG_DFL};
	struct sigaction ours;

	sigemptyset(&how.sa_mask);
	sigaction(SIGTSTP, &how, &ours);
	kill(0, SIGTSTP);
	sigaction(SIGTSTP, &ours, NULL);
	take_noted(GUARD_CONTINUE); /* we know */
}
