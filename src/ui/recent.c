#include "config.h"

#include "ui/recent.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/target.h"
#include "util/xalloc.h"

enum { TARGET_LINE_MAX = 512 };

void recent_clear(struct recent *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->target[i]);
	*r = (struct recent){ .n = 0 };
}

/* The file is ours, but anybody may have edited it. */
static bool is_target(const char *text)
{
	struct target t;

	if (target_parse(text, &t) != TARGET_OK)
		return false;
	target_clear(&t);
	return true;
}

void recent_load(struct recent *r, const char *path)
{
	FILE *f = fopen(path, "re");
	char line[TARGET_LINE_MAX];

	if (!f)
		return;
	while (r->n < RECENT_MAX && fgets(line, sizeof line, f)) {
		line[strcspn(line, "\n")] = '\0';
		if (is_target(line))
			r->target[r->n++] = xstrdup(line);
	}
	fclose(f);
	r->chosen = r->n;
}

void recent_add(struct recent *r, const char *target)
{
	size_t at = 0;

	if (strlen(target) >= TARGET_LINE_MAX || strchr(target, '\n'))
		return;
	while (at < r->n && strcasecmp(r->target[at], target) != 0)
		at++;
	if (at == RECENT_MAX)
		at--;
	if (at < r->n)
		free(r->target[at]);
	else
		r->n++;
	memmove(r->target + 1, r->target, at * sizeof *r->target);
	r->target[0] = xstrdup(target);
	r->chosen = r->n;
}

void recent_save(const struct recent *r, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW |
	                    O_CLOEXEC, 0600);
	FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;

	for (size_t i = 0; f && i < r->n; i++)
		fprintf(f, "%s\n", r->target[i]);
	if (f)
		fclose(f);
	else if (fd >= 0)
		close(fd);
}

const char *recent_next(struct recent *r)
{
	if (r->n == 0)
		return NULL;
	r->chosen = r->chosen + 1 < r->n ? r->chosen + 1 : 0;
	return r->target[r->chosen];
}
