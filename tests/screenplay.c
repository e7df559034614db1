#include "config.h"

#include "screenplay.h"

#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/xalloc.h"
#include "vt.h"

enum { WORDS_MAX = 64, MASKS_MAX = 8 };

struct play {
	struct screenplay *s;
	struct vt *vt;
	int w, h;
	enum theme theme;
	int colors;
	bool theme_said;
	char *program;
	char *env[WORDS_MAX];
	size_t env_count;
	char *argv[WORDS_MAX];
	size_t argc;
	regex_t masks[MASKS_MAX];
	size_t mask_count;
	int line;
	bool in_rows;  /* inside of the old expectation: not copied */
};

static bool fail(struct play *p, const char *what, const char *detail)
{
	buf_addf(&p->s->error, "%s:%d: %s%s", p->s->path, p->line, what,
	         detail);
	buf_str(&p->s->error);
	return false;
}

static const char *folder(const char *variable)
{
	const char *value = getenv(variable);

	return value != NULL ? value : ".";
}

/* text with @srcdir@ and @builddir@ replaced; caller frees. */
static char *expand(const char *text)
{
	static const struct {
		const char *mark, *variable;
	} marks[] = {{"@srcdir@", "srcdir"}, {"@builddir@", "builddir"}};
	struct buf out = {.len = 0};

	while (*text != '\0') {
		bool found = false;

		for (size_t i = 0; i < 2 && !found; i++) {
			size_t len = strlen(marks[i].mark);

			found = strncmp(text, marks[i].mark, len) == 0;
			if (!found)
				continue;
			buf_adds(&out, folder(marks[i].variable));
			text += len;
		}
		if (!found)
			buf_addc(&out, *text++);
	}
	buf_str(&out);
	return buf_steal(&out);
}

static bool split_args(struct play *p, char *text)
{
	while (*text != '\0') {
		char quote = *text == '\'' ? '\'' : ' ';
		char *end;

		if (*text == ' ') {
			text++;
			continue;
		}
		if (quote == '\'')
			text++;
		end = strchr(text, quote);
		if (p->argc + 2 >= WORDS_MAX)
			return fail(p, "too many arguments", "");
		p->argv[++p->argc] = end == NULL
		                     ? xstrdup(text)
		                     : xmemdup0(text, (size_t)(end - text));
		if (end == NULL)
			break;
		text = end + 1;
	}
	return true;
}

static char *program_path(const struct play *p)
{
	const char *path = getenv("SMTPSCOPE");

	if (p->program != NULL)
		return xasprintf("%s/%s", folder("builddir"), p->program);
	return path != NULL ? xstrdup(path)
	                    : xasprintf("%s/smtpscope", folder("builddir"));
}

static bool start(struct play *p)
{
	struct vt_options o = {.w = p->w, .h = p->h};

	if (p->vt != NULL)
		return true;
	p->argv[0] = program_path(p);
	if (access(p->argv[0], X_OK) != 0)
		return fail(p, "cannot run ", p->argv[0]);
	o.argv = (const char *const *)p->argv;
	o.env = (const char *const *)p->env;
	p->vt = vt_start(&o);
	if (!vt_settle(p->vt))
		return true; /* it ended at once: exit: may want that */
	return true;
}

static bool parse_size(struct play *p, const char *text, int *w, int *h)
{
	if (sscanf(text, "%dx%d", w, h) != 2 || *w < 1 || *h < 1 ||
	    *w > 1000 || *h > 1000)
		return fail(p, "no size: ", text);
	return true;
}

static bool do_size(struct play *p, char *text)
{
	return parse_size(p, text, &p->w, &p->h);
}

static bool do_env(struct play *p, char *text)
{
	if (p->env_count + 1 >= WORDS_MAX)
		return fail(p, "too many variables", "");
	p->env[p->env_count++] = expand(text);
	return true;
}

static bool do_theme(struct play *p, char *text)
{
	if (!theme_find(text, &p->theme))
		return fail(p, "no theme ", text);
	return true;
}

static bool do_colors(struct play *p, char *text)
{
	p->colors = atoi(text);
	return true;
}

static bool do_mask(struct play *p, char *text)
{
	if (p->mask_count == MASKS_MAX ||
	    regcomp(&p->masks[p->mask_count], text, REG_EXTENDED) != 0)
		return fail(p, "no pattern: ", text);
	p->mask_count++;
	return true;
}

static bool do_program(struct play *p, char *text)
{
	p->program = xstrdup(text);
	return true;
}

static bool do_args(struct play *p, char *text)
{
	char *expanded = expand(text);
	bool good = split_args(p, expanded);

	free(expanded);
	return good;
}

static bool do_keys(struct play *p, char *text)
{
	if (!start(p))
		return false;
	return vt_keys(p->vt, text, true) || fail(p, "no such key in ", text);
}

static bool do_keys_now(struct play *p, char *text)
{
	if (!start(p))
		return false;
	return vt_keys(p->vt, text, false) || fail(p, "no such key in ", text);
}

static bool do_wait(struct play *p, char *text)
{
	if (!start(p))
		return false;
	return vt_wait_text(p->vt, text) ||
	       fail(p, "ended without showing ", text);
}

static bool do_settle(struct play *p, char *text)
{
	(void)text;
	return start(p) && (vt_settle(p->vt) || fail(p, "it ended", ""));
}

static bool do_resize(struct play *p, char *text)
{
	int w, h;

	if (!start(p) || !parse_size(p, text, &w, &h))
		return false;
	vt_resize(p->vt, w, h);
	vt_settle(p->vt);
	return true;
}

/* Each masked place becomes as many ~ as it has characters. */
static void mask_row(const struct play *p, char *row)
{
	regmatch_t m;

	for (size_t i = 0; i < p->mask_count; i++) {
		char *at = row;

		while (regexec(&p->masks[i], at, 1, &m, 0) == 0 &&
		       m.rm_eo > m.rm_so) {
			memset(at + m.rm_so, '~', (size_t)(m.rm_eo - m.rm_so));
			at += m.rm_eo;
		}
	}
}

static void add_rows(struct play *p, bool attrs)
{
	int w, h;

	vt_size(p->vt, &w, &h);
	for (int y = 0; y < h; y++) {
		char *row = attrs ? vt_attr_row(p->vt, y, p->theme, p->colors)
		                  : vt_row(p->vt, y);

		if (!attrs)
			mask_row(p, row);
		buf_addf(&p->s->after, "|%s|\n", row);
		free(row);
	}
}

static bool do_screen(struct play *p, char *text)
{
	int x, y;

	(void)text;
	if (!start(p))
		return false;
	add_rows(p, false);
	if (vt_cursor(p->vt, &x, &y))
		buf_addf(&p->s->after, "cursor: %d,%d\n", x, y);
	else
		buf_adds(&p->s->after, "cursor: hidden\n");
	buf_adds(&p->s->after, "attrs:\n");
	add_rows(p, true);
	p->in_rows = true;
	return true;
}

static bool do_exit(struct play *p, char *text)
{
	int value;
	enum vt_job job;

	(void)text;
	if (!start(p))
		return false;
	job = vt_wait_job(p->vt, &value);
	buf_addf(&p->s->after, "exit: %s%d\n", job == VT_EXITED ? "" :
	         job == VT_KILLED ? "killed " : "stopped ", value);
	return true;
}

static bool write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");
	bool good = f != NULL && fputs(text, f) >= 0;

	return f != NULL && fclose(f) == 0 && good;
}

/* A missing converter is no error: the SVG is the picture. */
static void convert(const char *svg, const char *png)
{
	pid_t pid = fork();

	if (pid == 0) {
		execlp("rsvg-convert", "rsvg-convert", "-o", png, svg,
		       (char *)NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
}

static bool do_shot(struct play *p, char *text)
{
	char *svg = NULL;
	char *path = NULL;
	char *png = NULL;
	bool good = start(p);

	if (good && p->s->pictures != NULL) {
		svg = vt_svg(p->vt, p->theme == THEME_CVD_LIGHT);
		path = xasprintf("%s/%s.svg", p->s->pictures, text);
		png = xasprintf("%s/%s.png", p->s->pictures, text);
		good = write_file(path, svg);
		if (good)
			convert(path, png);
		else
			fail(p, "cannot write ", path);
	}
	free(svg);
	free(path);
	free(png);
	return good;
}

/* own: it writes its line of the file itself, with what was seen. */
static const struct {
	const char *name;
	bool (*run)(struct play *p, char *text);
	bool own;
} words[] = {
	{"size", do_size, false}, {"env", do_env, false},
	{"theme", do_theme, false}, {"colors", do_colors, false},
	{"mask", do_mask, false}, {"program", do_program, false},
	{"args", do_args, false}, {"keys", do_keys, false},
	{"keys-now", do_keys_now, false}, {"wait", do_wait, false},
	{"settle", do_settle, false}, {"resize", do_resize, false},
	{"screen", do_screen, false}, {"exit", do_exit, true},
	{"shot", do_shot, false},
};

/* Lines that do_screen() has written anew. */
static bool is_old_row(const struct play *p, const char *line)
{
	return p->in_rows && (line[0] == '|' ||
	                      strncmp(line, "cursor:", 7) == 0 ||
	                      strcmp(line, "attrs:") == 0);
}

static bool play_line(struct play *p, char *line)
{
	size_t len = strcspn(line, ":");
	char *text = line + len;

	if (is_old_row(p, line))
		return true;
	p->in_rows = false;
	if (line[0] == '#' || line[0] == '\0') {
		buf_addf(&p->s->after, "%s\n", line);
		return true;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (*text != ':' || strlen(words[i].name) != len ||
		    strncmp(words[i].name, line, len) != 0)
			continue;
		if (!words[i].own)
			buf_addf(&p->s->after, "%s\n", line);
		text++;
		return words[i].run(p, *text == ' ' ? text + 1 : text);
	}
	return fail(p, "not understood: ", line);
}

static bool read_file(struct screenplay *s)
{
	char bytes[4096];
	FILE *f = fopen(s->path, "r");
	size_t n;

	if (f == NULL) {
		buf_addf(&s->error, "%s: %s", s->path, strerror(errno));
		buf_str(&s->error);
		return false;
	}
	while ((n = fread(bytes, 1, sizeof(bytes), f)) > 0)
		buf_add(&s->before, bytes, n);
	fclose(f);
	buf_str(&s->before);
	return true;
}

static void play_clear(struct play *p)
{
	vt_free(p->vt);
	free(p->program);
	for (size_t i = 0; i < p->env_count; i++)
		free(p->env[i]);
	for (size_t i = 0; i <= p->argc; i++)
		free(p->argv[i]);
	for (size_t i = 0; i < p->mask_count; i++)
		regfree(&p->masks[i]);
}

bool screenplay_run(struct screenplay *s)
{
	struct play p = {.s = s, .w = 80, .h = 24, .colors = 256};
	bool good = read_file(s);
	char *at = s->before.data;

	while (good && *at != '\0') {
		size_t len = strcspn(at, "\n");
		char *line = xmemdup0(at, len);

		p.line++;
		good = play_line(&p, line);
		free(line);
		at += len + (at[len] == '\n' ? 1 : 0);
	}
	buf_str(&s->after);
	play_clear(&p);
	return good;
}

static const char *next_line(const char *at, size_t *len)
{
	*len = strcspn(at, "\n");
	return at[*len] == '\n' ? at + *len + 1 : at + *len;
}

void screenplay_show_difference(const struct screenplay *s)
{
	const char *a = s->before.data;
	const char *b = s->after.data;

	for (int n = 1; *a != '\0' || *b != '\0'; n++) {
		size_t a_len, b_len;
		const char *a_next = next_line(a, &a_len);
		const char *b_next = next_line(b, &b_len);

		if (a_len != b_len || memcmp(a, b, a_len) != 0)
			printf("%s:%d:\n- %.*s\n+ %.*s\n", s->path, n,
			       (int)a_len, a, (int)b_len, b);
		a = a_next;
		b = b_next;
	}
}

void screenplay_clear(struct screenplay *s)
{
	buf_clear(&s->before);
	buf_clear(&s->after);
	buf_clear(&s->error);
}
