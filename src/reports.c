#include "config.h"

#include "reports.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/verdict.h"
#include "record/json.h"
#include "report/batch.h"
#include "report/html.h"
#include "report/markdown.h"
#include "report/swaks.h"
#include "tape.h"
#include "util/buf.h"
#include "util/i18n.h"
#include "util/outfile.h"
#include "util/xalloc.h"

struct reports {
	const struct front_look *look;
	struct html *html;         /* NULL: not wanted */
	struct markdown *markdown;
};

static bool is_stdout(const char *file)
{
	return file && strcmp(file, "-") == 0;
}

bool reports_take_stdout(const struct options *o)
{
	return is_stdout(o->html) || is_stdout(o->markdown);
}

/* First fit is told. */
static const char *contradiction(const struct options *o)
{
	if (o->quiz && !o->html)
		return _("--quiz: goes with a page (--html FILE)");
	if (reports_take_stdout(o) &&
	    (o->as_command ||
	     (o->front != FRONT_AUTO && o->front != FRONT_BATCH)))
		return _("--html -, --markdown -: take standard output; leave "
		         "the other output out, or name a file");
	return NULL;
}

static bool is_same(const char *a, const char *b)
{
	return strcmp(a, b) == 0 ||
	       (!is_stdout(a) && !is_stdout(b) && outfile_same(a, b));
}

/* A report in the place of a recording, or of what is read, would be its end.
 */
static char *taken(const struct options *o, const char *option,
                   const char *file)
{
	const struct {
		const char *option, *file;
	} rows[] = {
		{ "--html", o->html }, { "--record", o->record },
		{ "--replay", o->replay }, { "--input", o->input },
		{ "--data", o->data }, { "--script", o->script },
		{ "--demo", o->demo }, { "--tls-ca", o->tls_ca },
		{ "--tls-cert", o->tls_cert }, { "--tls-key", o->tls_key },
		{ "--auth-password-file", o->auth_password_file },
	};

	for (size_t i = 0; file && i < sizeof rows / sizeof *rows; i++)
		if (rows[i].file && *rows[i].file && rows[i].file != file &&
		    is_same(file, rows[i].file))
			return xasprintf(_("%s, %s: one file for both; name "
			                   "another one"), rows[i].option,
			                 option);
	return NULL;
}

static char *file_error(const struct options *o, const char *option,
                        const char *file)
{
	char *error = taken(o, option, file), *text;

	if (error)
		return error;
	error = file ? outfile_check(file, OUTFILE_REPLACE) : NULL;
	if (!error)
		return NULL;
	text = xasprintf("%s: %s", option, error);
	free(error);
	return text;
}

char *reports_check(const struct options *o)
{
	const char *wrong;
	char *error;

	if (o->job != JOB_SESSION && o->job != JOB_REPLAY)
		return NULL;
	wrong = contradiction(o);
	if (wrong)
		return xstrdup(wrong);
	error = file_error(o, "--html", o->html);
	return error ? error : file_error(o, "--markdown", o->markdown);
}

struct reports *reports_new(const struct front_look *look)
{
	struct reports *r = xcalloc(1, sizeof *r);

	r->look = look;
	if (look->html)
		r->html = html_new(look->quiz);
	if (look->markdown)
		r->markdown = markdown_new();
	return r;
}

void reports_event(struct reports *r, const struct event *e)
{
	if (r->html)
		html_event(r->html, e);
	if (r->markdown)
		markdown_event(r->markdown, e);
}

/* The result of the session is not lost with the report. */
static int write_one(const char *file, struct buf *text, int exit)
{
	char *error = outfile_write(file, OUTFILE_REPLACE, buf_str(text),
	                            text->len);

	buf_clear(text);
	if (!error)
		return exit;
	front_tell(xasprintf(_("%s; the session itself ended with %d"), error,
	                     exit));
	free(error);
	return EXIT_IO;
}

int reports_end(struct reports *r, int exit)
{
	struct buf text = { 0 };
	int status = exit;

	if (r->html) {
		html_finish(r->html, &text);
		status = write_one(r->look->html, &text, exit);
	}
	if (r->markdown) {
		markdown_finish(r->markdown, &text);
		if (write_one(r->look->markdown, &text, exit) != exit)
			status = EXIT_IO;
	}
	reports_free(r);
	return status;
}

void reports_free(struct reports *r)
{
	if (!r)
		return;
	html_free(r->html);
	markdown_free(r->markdown);
	free(r);
}

int reports_of(const struct front_look *look, const struct dialog *d,
               int exit)
{
	struct reports *r = reports_new(look);

	for (size_t i = 0; i < dialog_count(d); i++)
		reports_event(r, dialog_at(d, i));
	return reports_end(r, exit);
}

/* --- :save */

static void render_html(const struct dialog *d, bool quiz, struct buf *out)
{
	struct html *h = html_new(quiz);

	for (size_t i = 0; i < dialog_count(d); i++)
		html_event(h, dialog_at(d, i));
	html_finish(h, out);
	html_free(h);
}

static void render_markdown(const struct dialog *d, struct buf *out)
{
	struct markdown *m = markdown_new();

	for (size_t i = 0; i < dialog_count(d); i++)
		markdown_event(m, dialog_at(d, i));
	markdown_finish(m, out);
	markdown_free(m);
}

static void render_json(const struct dialog *d, struct buf *out)
{
	for (size_t i = 0; i < dialog_count(d); i++)
		json_write(out, dialog_at(d, i), &tape_voice);
}

/* What is printed on a stream, as --batch and --swaks do. */
static void render_stream(const struct dialog *d, bool swaks, struct buf *out)
{
	char *text = NULL;
	size_t len = 0;
	FILE *stream = open_memstream(&text, &len);
	struct batch *b = swaks ? NULL : batch_new(stream, false, 0);
	struct swaks *s = swaks ? swaks_new(stream) : NULL;

	for (size_t i = 0; i < dialog_count(d); i++)
		if (swaks)
			swaks_event(s, dialog_at(d, i));
		else
			batch_event(b, dialog_at(d, i));
	batch_free(b);
	swaks_free(s);
	fclose(stream);
	buf_add(out, text, len);
	free(text);
}

char *reports_save(const struct dialog *d, enum ui_save_form form,
                   const char *file, bool replace)
{
	struct buf text = { 0 };
	char *error;
	int why;

	switch (form) {
	case UI_SAVE_HTML: render_html(d, false, &text); break;
	case UI_SAVE_WORKSHEET: render_html(d, true, &text); break;
	case UI_SAVE_MARKDOWN: render_markdown(d, &text); break;
	case UI_SAVE_TEXT: render_stream(d, false, &text); break;
	case UI_SAVE_JSON: render_json(d, &text); break;
	case UI_SAVE_SWAKS: render_stream(d, true, &text); break;
	}
	error = outfile_write(file, replace ? OUTFILE_REPLACE : OUTFILE_NEW,
	                      buf_str(&text), text.len);
	why = errno;
	buf_clear(&text);
	errno = why;
	return error;
}
