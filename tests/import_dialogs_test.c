/*
 * The dialogs of tests/dialogs that are nothing but lines, read as transcripts:
 * the session goes through the same states as when it was driven, and each line
 * becomes one event.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glob.h>

#include "import/import.h"
#include "util/buf.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum { READ_AT_LEAST = 100, STATES_MAX = 400 };

/* What is not in its lines: the rest of such a dialog cannot be compared. */
static const char *const not_told[] = { "@bytes", "@type", "@handshake", "@tls",
	"@no-tls", "@clear-text", "@close\n", "@reset", "@timeout", "@cancel",
	"@truncate", "@wait", "@octets", "@written", "@deadline", "@shown",
	"segment:", "wrap:", "tls:" };

/* Why a transcript is read otherwise than the session was driven. */
static const struct {
	const char *name, *why;
} others[] = {
	{ "greeting-250", "one line alone may be pasted from the middle" },
	{ "greeting-450", "and so may one before QUIT" },
	{ "greeting-http", "nothing of it is SMTP" },
};

struct heard {
	uint8_t states[STATES_MAX];
	size_t n_states, client, server;
};

static bool see(void *arg, const struct event *e)
{
	struct heard *h = arg;

	if (e->kind == EV_STATE && h->n_states < STATES_MAX)
		h->states[h->n_states++] = e->u.state.to;
	h->client += e->kind == EV_SENT;
	if (e->kind == EV_REPLY)
		h->server += e->u.reply.lines.len;
	return true;
}

static bool is_told(const char *path, const char *text)
{
	const char *name = strrchr(path, '/') + 1;

	for (size_t i = 0; i < sizeof not_told / sizeof *not_told; i++) {
		char *line = xasprintf("\n%s", not_told[i]);
		bool has = strstr(text, line);

		free(line);
		if (has)
			return false;
	}
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (strncmp(name, others[i].name, strlen(others[i].name)) == 0)
			return false;
	return true;
}

/* The lines that a person would paste. */
static void take_lines(const char *text, struct buf *out, size_t *client,
                       size_t *server)
{
	*client = *server = 0;
	for (const char *at = text; at && *at;) {
		size_t len = strcspn(at, "\n");

		if (strncmp(at, "C:", 2) == 0 || strncmp(at, "S:", 2) == 0) {
			buf_add(out, at, len);
			buf_addc(out, '\n');
			*client += *at == 'C';
			*server += *at == 'S';
		}
		at += len + (at[len] == '\n');
	}
}

static void expect_states(const char *path, const char *text,
                          const struct heard *h)
{
	static const char mark[] = "\n= ";
	size_t at = 0;

	for (const char *l = strstr(text, mark); l; l = strstr(l + 1, mark)) {
		char *word = xmemdup0(l + 3, strcspn(l + 3, "\n"));
		int wanted = state_find(word);

		/* a state that lasts is named again */
		while (at < h->n_states && h->states[at] != wanted &&
		       !(at && h->states[at - 1] == wanted))
			at++;
		if (at < h->n_states && h->states[at] == wanted)
			at++;
		else if (!at || h->states[at - 1] != wanted)
			fail_msg("%s: never %s", path, word);
		free(word);
	}
}

static void read_dialog(const char *path, size_t *done)
{
	FILE *f = fopen(path, "rb");
	struct buf text = { 0 }, lines = { 0 };
	struct import_source source = { .name = path };
	struct heard h = { .n_states = 0 };
	size_t client, server, n;
	char part[4096], *error = NULL;

	assert_non_null(f);
	while ((n = fread(part, 1, sizeof part, f)) > 0)
		buf_add(&text, part, n);
	fclose(f);
	if (is_told(path, buf_str(&text))) {
		take_lines(buf_str(&text), &lines, &client, &server);
		source.data = lines.data;
		source.len = lines.len;
		if (import_play(&source, see, &h, &error) != IMPORT_DONE)
			fail_msg("%s: %s", path, error);
		if (h.client != client || h.server != server)
			fail_msg("%s: %zu of %zu, %zu of %zu lines", path,
			         h.client, client, h.server, server);
		expect_states(path, text.data, &h);
		(*done)++;
	}
	free(error);
	buf_clear(&text);
	buf_clear(&lines);
}

static void test_dialog_read_goes_through_the_same_states(void **state)
{
	const char *top = getenv("srcdir");
	char *pattern = xasprintf("%s/tests/dialogs/*.dialog", top ? top : ".");
	size_t done = 0;
	glob_t found;

	(void)state;
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		read_dialog(found.gl_pathv[i], &done);
	assert_true(done >= READ_AT_LEAST);
	print_message("%zu of %zu dialogs\n", done, (size_t)found.gl_pathc);
	globfree(&found);
	free(pattern);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dialog_read_goes_through_the_same_states),
	};

	i18n_set("en");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
