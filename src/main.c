/*
 * main: reads what the user wants and joins the parts for it. This folder's
 * files, and no others, see every layer: scene (worker and classroom), tape
 * (recordings), print and front (what shows them).
 */
#include "config.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ask_secret.h"
#include "check/verdict.h"
#include "cli/fit.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/password.h"
#include "cli/plans.h"
#include "clock.h"
#include "core/escape.h"
#include "core/mask.h"
#include "core/rules_text.h"
#include "front.h"
#include "knowledge/bounce.h"
#include "knowledge/vocabulary.h"
#include "many_progress.h"
#include "report/explain_text.h"
#include "reports.h"
#include "scene.h"
#include "tape.h"
#include "ui/keymap.h"
#include "ui/theme.h"
#include "util/i18n.h"
#include "util/xalloc.h"

/* What came from outside was escaped when the text was made; this is the net
 * below: names of files, messages of the system. */
static void add_safe(struct buf *out, const char *s, size_t len)
{
	uint32_t cp;

	for (size_t used; len > 0; s += used, len -= used) {
		used = utf8_decode(s, len, &cp);
		if (used && char_columns(cp) >= 0)
			buf_add(out, s, used);
		else
			buf_addc(out, '?');
		used = used ? used : 1;
	}
}

void front_tell(char *text)
{
	size_t size = 8 * strlen(text) + 1;
	char *folded = xmalloc(size);
	struct buf b = { 0 };

	if (i18n_is_ascii())
		i18n_fold(text, folded, size);
	else
		memcpy(folded, text, strlen(text) + 1);
	add_safe(&b, folded, strlen(folded));
	progress_hide();
	fprintf(stderr, "%s: %s\n", PACKAGE_NAME, buf_str(&b));
	buf_clear(&b);
	free(folded);
	free(text);
}

static int usage(char *text)
{
	front_tell(text);
	return EXIT_USAGE_ERROR;
}

static int columns(void)
{
	const char *text = getenv("COLUMNS");
	struct winsize size;

	if (isatty(STDOUT_FILENO) &&
	    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col)
		return size.ws_col;
	return text ? (int)strtol(text, NULL, 10) : 0;
}

static bool is_dumb(void)
{
	const char *term = getenv("TERM");

	return !term || !*term || strcmp(term, "dumb") == 0;
}

static enum front_form form_of(const struct options *o)
{
	if (reports_take_stdout(o))
		return PRINT_NOTHING;
	return o->front == FRONT_JSON ? PRINT_JSON
	       : o->front == FRONT_SWAKS ? PRINT_SWAKS
	       : o->front == FRONT_TICKET ? PRINT_TICKET : PRINT_TEXT;
}

static struct front_look look_of(const struct options *o)
{
	const char *no_color = getenv("NO_COLOR");

	return (struct front_look){
		.color = isatty(STDOUT_FILENO) && !o->no_color && !is_dumb() &&
		         !(no_color && *no_color),
		.ascii = i18n_is_ascii(),
		.width = columns(),
		.form = form_of(o),
		.mask = !o->mask ? MASK_OFF
		        : strcmp(o->mask, "people") == 0 ? MASK_PEOPLE
		                                         : MASK_ALL,
		.as_command = o->as_command,
		.html = o->html,
		.markdown = o->markdown,
		.quiz = o->quiz,
		.plain = o->front == FRONT_PLAIN || is_dumb(),
	};
}

static bool wants_batch(const struct options *o)
{
	if (reports_take_stdout(o))
		return true;
	if (o->input && strcmp(o->input, "-") == 0)
		return true; /* the keyboard is not there for keys */
	if (o->front == FRONT_AUTO && !o->as_command)
		return !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO);
	return o->front != FRONT_PLAIN || o->as_command;
}

static void free_plans(struct plan **plans, size_t n)
{
	for (size_t i = 0; i < n; i++)
		plan_free(plans[i]);
	free(plans);
}

/* What --auth-password-file holds is in every plan. */
static char *read_base(const struct options *o, bool batch, struct plan *out)
{
	char *error = plans_base(o, batch, out), *warning = NULL;

	if (out->auth.wanted)
		ask_secret_guard();
	if (!error && o->auth_password_file)
		error = password_read(out, o->auth_password_file, &warning);
	if (warning)
		front_tell(warning);
	return error;
}

/* One plan a TARGET, or the one that -t, -s or the lesson names. Nothing is
 * sent before all of them are known to be right. */
static char *make_plans(const struct options *o, const struct scene *s,
                        bool batch, struct plan ***out, size_t *n_out)
{
	size_t n = o->n_words ? o->n_words : 1, made = 0;
	struct plan **plans = xcalloc(n, sizeof *plans);
	struct plan base;
	char *error = read_base(o, batch, &base);

	while (!error && made < n) {
		const char *word = o->n_words ? o->words[made] : NULL;

		if (!word && o->check && *o->check)
			word = o->check;
		if (!word && !o->to && !o->server && !o->pipe && s->lesson)
			word = s->lesson->target;
		error = plans_target(o, &base, word, &plans[made]);
		if (error)
			break;
		scene_fill(s, o, plans[made]);
		error = plans_finish(o, plans[made++]);
	}
	plan_clear(&base);
	if (!error)
		/* asked once, and only when nothing else is wrong */
		error = ask_secret_for(plans, made);
	if (error) {
		free_plans(plans, made);
		return error;
	}
	*out = plans;
	*n_out = n;
	return NULL;
}

static char *check_session(const struct options *o, bool batch)
{
	enum theme theme;

	if (o->theme && !theme_find(o->theme, &theme))
		return xasprintf(_("--theme: %s is none of the themes "
		                   "cvd-dark cvd-light ansi mono ascii"),
		                 o->theme);
	if (batch && !o->n_words && !o->input && !o->to && !o->server &&
	    !o->pipe && !o->demo && !(o->check && *o->check))
		return xstrdup(_("no target; smtpscope [OPTION...] TARGET, "
		                 "such as user@example.org, or --demo"));
	if (!batch && o->n_words > 1)
		return xstrdup(_("the inspector takes one TARGET; several "
		                 "with --batch or --json"));
	return NULL;
}

/* Each line of --input is a plan like base with a target of its own. */
static int run_list(const struct options *o, struct scene *s, struct tape *t,
                    bool batch)
{
	struct front_look look = look_of(o);
	struct plan base;
	char *error = read_base(o, true, &base);
	int exit;

	look.inspect = !batch && !look.plain;
	if (look.form == PRINT_TEXT && !look.as_command)
		look.form = PRINT_LINES;
	exit = error ? usage(error) : front_list(&look, o, s, t, &base);
	plan_clear(&base);
	return exit;
}

static int run_front(const struct options *o, struct scene *s,
                     struct tape *t, bool batch)
{
	struct front_look look = look_of(o);
	struct plan **plans;
	char *error;
	size_t n;
	int exit;

	look.lesson = scene_is_lesson(s, o) && !o->all;
	error = make_plans(o, s, batch, &plans, &n);
	if (error)
		return usage(error);
	error = tape_check(t);
	if (error) {
		free_plans(plans, n);
		return usage(error);
	}
	if (!batch)
		ask_secret_guard(); /* a login may be typed at any time */
	if (batch && n > 1 && o->jobs > 1)
		return front_many(&look, o, s, t, plans);
	if (batch)
		exit = front_batch(&look, s, t, plans, n);
	else
		exit = front_inspector(&look, o, s, t, plans[0]);
	free(plans);
	return exit;
}

static int run_session(const struct options *o)
{
	bool batch = wants_batch(o);
	char *error = check_session(o, batch);
	struct scene scene;
	struct tape *tape;
	int exit;

	if (error)
		return usage(error);
	error = scene_open(&scene, o, o->demo, false);
	if (error)
		return usage(error);
	tape = tape_new(o->record);
	exit = o->input ? run_list(o, &scene, tape, batch)
	                : run_front(o, &scene, tape, batch);
	scene_close(&scene);
	tape_end(tape);
	return exit;
}

static int run_replay(const struct options *o)
{
	struct front_look look = look_of(o);
	struct scene none = { 0 };
	struct plan *plan;
	struct tape *tape;
	int exit;

	if (wants_batch(o))
		return front_batch_replay(&look, o->replay);
	plan = xmalloc(sizeof *plan);
	plan_init(plan);
	tape = tape_new(o->record);
	exit = front_inspector(&look, o, &none, tape, plan);
	scene_close(&none);
	tape_end(tape);
	return exit;
}

/* Until Ctrl-C. The classroom works on the worker's thread. */
static int run_serve(const struct options *o)
{
	struct scene scene;
	sigset_t signals;
	char *error, *text;
	int signal;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	error = scene_open(&scene, o, o->serve, true);
	if (error)
		return usage(error);
	text = classroom_serve_text(scene.room);
	fputs(text, stdout);
	free(text);
	if (fflush(stdout) == 0)
		sigwait(&signals, &signal);
	scene_close(&scene);
	return EXIT_ACCEPTED;
}

static void print_lesson(const struct lesson *l, void *arg)
{
	(void)arg;
	printf("%-14s %s\n", l->name, lesson_title(l));
}

struct names {
	const char *list[64];
	size_t n;
};

static void add_name(const struct lesson *l, void *arg)
{
	struct names *names = arg;

	if (names->n + 1 < sizeof names->list / sizeof *names->list)
		names->list[names->n++] = xstrdup(l->name);
}

static void print_completions(const char *shell)
{
	struct names names = { .n = 0 };

	lesson_list(add_name, &names);
	help_completions(stdout, shell, names.list);
	while (names.n > 0)
		free((char *)names.list[--names.n]);
}

static void print_rules(void)
{
	struct buf b = { 0 };

	rules_text(&b);
	fputs(buf_str(&b), stdout);
	buf_clear(&b);
}

/* As much as is read of a bounce, and a byte that tells of more. */
static void read_stdin(struct buf *text)
{
	char piece[4096];
	size_t n;

	while (text->len <= BOUNCE_BYTES_MAX &&
	       (n = fread(piece, 1, sizeof piece, stdin)) > 0)
		buf_add(text, piece, n);
}

static int explain_stdin(const struct front_look *look, struct mask *m)
{
	struct buf text = { 0 };
	struct paper p;
	char *shown;
	bool found;

	read_stdin(&text);
	if (ferror(stdin)) {
		buf_clear(&text);
		fprintf(stderr, "smtpscope: %s: %s\n", _("standard input"),
		        strerror(errno));
		return EXIT_IO;
	}
	paper_init(&p, stdout, look->color, look->width);
	if (m) {
		shown = mask_text(m, buf_str(&text));
		buf_reset(&text);
		buf_adds(&text, shown);
		free(shown);
	}
	found = explain_print_bounce(&p, buf_str(&text), text.len);
	paper_clear(&p);
	buf_clear(&text);
	return found ? EXIT_ACCEPTED : EXIT_SOME;
}

static int explain_words(const struct options *o,
                         const struct front_look *look, struct mask *m)
{
	char **words = xcalloc(o->n_words, sizeof *words);
	bool known;

	for (size_t i = 0; i < o->n_words; i++)
		words[i] = mask_text(m, o->words[i]);
	known = explain_print(stdout, look->color, look->width,
	                      (const char *const *)words, o->n_words);
	for (size_t i = 0; i < o->n_words; i++)
		free(words[i]);
	free(words);
	return known ? EXIT_ACCEPTED : EXIT_SOME;
}

static int explain(const struct options *o)
{
	struct front_look look = look_of(o);
	struct mask *m;
	int exit;

	if (o->n_words == 0)
		return usage(xstrdup(_("--explain: a code, a command, a "
		                       "keyword or a reply is missing, such as "
		                       "--explain 550 5.1.1")));
	m = mask_new(look.mask, &vocabulary);
	exit = o->n_words == 1 && strcmp(o->words[0], "-") == 0
	           ? explain_stdin(&look, m) : explain_words(o, &look, m);
	mask_free(m);
	return exit;
}

static int run_job(const struct options *o)
{
	switch ((enum job)o->job) {
	case JOB_SESSION: return run_session(o);
	case JOB_REPLAY: return run_replay(o);
	case JOB_SERVE: return run_serve(o);
	case JOB_EXPLAIN: return explain(o);
	case JOB_LIST_LESSONS: lesson_list(print_lesson, NULL); break;
	case JOB_LIST_RULES: print_rules(); break;
	case JOB_PRINT_CONFIG: help_config(stdout, o); break;
	case JOB_PRINT_KEYS: keymap_print(stdout); break;
	case JOB_COMPLETIONS: print_completions(o->shell); break;
	case JOB_VERSION: help_version(stdout); break;
	case JOB_HELP: help_print(stdout, columns() ? columns() : 80); break;
	}
	return fflush(stdout) == 0 ? EXIT_ACCEPTED : EXIT_IO;
}

int main(int argc, char **argv)
{
	struct options options;
	char *error;
	int exit;

	setlocale(LC_CTYPE, ""); /* numbers stay as the formats want them */
	i18n_ascii(strcmp(nl_langinfo(CODESET), "UTF-8") != 0);
	signal(SIGPIPE, SIG_IGN); /* a write that fails says why */
	signal(SIGXFSZ, SIG_IGN);
	clock_init();
	options_init(&options);
	error = options_read(&options, argc, argv);
	if (!error)
		error = fit_check_many(&options);
	if (!error)
		error = reports_check(&options);
	exit = error ? usage(error) : run_job(&options);
	options_clear(&options);
	return exit;
}
