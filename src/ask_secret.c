#include "config.h"

#include "ask_secret.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <termios.h>
#include <unistd.h>

#include "cli/fit.h"
#include "core/escape.h"
#include "util/i18n.h"
#include "util/wipe.h"
#include "util/xalloc.h"

/* What would leave the terminal without echo, or give it its echo back behind
 * our back (SIGCONT: a shell sets its own modes while we are stopped). */
static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM,
	SIGTSTP, SIGCONT };
enum { NUMBERS = sizeof numbers / sizeof *numbers };

static volatile sig_atomic_t caught;

static void on_signal(int number)
{
	caught = number;
}

struct asking {
	int tty;
	struct termios before;
	struct sigaction actions[NUMBERS];
	sigset_t mask; /* as it was: holds while we wait */
	char line[ASK_SECRET_MAX + 2];
	size_t len;
};

void ask_secret_guard(void)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	no_dump();
}

/* The signals come only while await_line() waits. */
static void catch_signals(struct asking *a)
{
	struct sigaction action = { .sa_handler = on_signal };
	sigset_t block;

	sigemptyset(&action.sa_mask);
	sigemptyset(&block);
	for (int i = 0; i < NUMBERS; i++)
		sigaddset(&block, numbers[i]);
	sigprocmask(SIG_BLOCK, &block, &a->mask);
	for (int i = 0; i < NUMBERS; i++)
		sigaction(numbers[i], &action, &a->actions[i]);
	caught = 0;
}

static void let_signals(struct asking *a)
{
	for (int i = 0; i < NUMBERS; i++)
		sigaction(numbers[i], &a->actions[i], NULL);
	sigprocmask(SIG_SETMASK, &a->mask, NULL);
}

static void put(const struct asking *a, const char *text, size_t len)
{
	ssize_t n;

	for (; len > 0; text += n, len -= (size_t)n) {
		n = write(a->tty, text, len);
		if (n < 0)
			return; /* then the answer will not come either */
	}
}

static void put_question(const struct asking *a, const char *user)
{
	struct buf name = { 0 }, b = { 0 };

	escape_text(&name, user, strlen(user), i18n_is_ascii());
	buf_addf(&b, _("Password of %s (not shown): "), buf_str(&name));
	put(a, b.data, b.len);
	buf_clear(&name);
	buf_clear(&b);
}

/* False: a signal came. len 0 then or at the end of the input. */
static bool await_line(struct asking *a)
{
	fd_set set;
	ssize_t n;

	FD_ZERO(&set);
	FD_SET(a->tty, &set);
	a->len = 0;
	while (pselect(a->tty + 1, &set, NULL, NULL, NULL, &a->mask) < 0)
		if (errno != EINTR || caught)
			return !caught;
	n = read(a->tty, a->line, sizeof a->line);
	if (n > 0)
		a->len = (size_t)n;
	return true;
}

/* Once. False: a signal stopped it, and was given on; ask again. */
static bool ask_once(struct asking *a, const char *user)
{
	struct termios quiet;
	bool answered;

	catch_signals(a);
	tcgetattr(a->tty, &a->before);
	quiet = a->before;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	quiet.c_lflag |= ICANON | ECHONL | ISIG;
	tcsetattr(a->tty, TCSAFLUSH, &quiet);
	put_question(a, user);
	answered = await_line(a);
	tcsetattr(a->tty, TCSAFLUSH, &a->before);
	if (!answered)
		put(a, "\n", 1);
	let_signals(a);
	if (!answered && caught != SIGCONT)
		kill(getpid(), caught); /* ends it, or stops it for a while */
	return answered;
}

static char *take_answer(struct asking *a, char **secret)
{
	if (a->len > 0 && a->line[a->len - 1] == '\n')
		a->len--;
	if (a->len == 0)
		return xstrdup(_("no password was typed"));
	if (a->len > ASK_SECRET_MAX)
		return xstrdup(_("the password is too long to be typed; "
		                 "--auth-password-file FILE"));
	*secret = xmemdup0(a->line, a->len);
	return NULL;
}

char *ask_secret(const char *user, char **secret)
{
	struct asking a = { .tty = open("/dev/tty", O_RDWR | O_CLOEXEC) };
	char *error;

	if (a.tty < 0 || a.tty >= FD_SETSIZE)
		return xstrdup(_("there is no terminal to ask for the "
		                 "password; --auth-password-file FILE"));
	while (!ask_once(&a, user))
		;
	error = take_answer(&a, secret);
	wipe(a.line, sizeof a.line);
	close(a.tty);
	return error;
}

char *ask_secret_for(struct plan **plans, size_t n)
{
	char *secret = NULL, *error;

	if (n == 0 || !fit_wants_password(plans[0]))
		return NULL;
	error = ask_secret(plans[0]->auth.user, &secret);
	for (size_t i = 0; secret && i < n; i++)
		plan_set_password(plans[i], secret);
	wipe_free(secret);
	return error;
}
