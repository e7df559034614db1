#include "config.h"

#include "cli/password.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/checks.h"
#include "util/i18n.h"
#include "util/wipe.h"
#include "util/xalloc.h"

static char *about(const char *path, const char *what)
{
	struct buf b = { 0 };

	buf_adds(&b, "--auth-password-file: ");
	checks_quote(&b, path);
	buf_addf(&b, ": %s", what);
	return buf_steal(&b);
}

/* A pipe is nobody else's; only a file can be left open to all. */
static char *mode_warning(int fd, const char *path)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    !(st.st_mode & (S_IRWXG | S_IRWXO)))
		return NULL;
	return about(path, _("others on this machine may read the file; "
	                     "chmod 600 it"));
}

/* No stdio: its buffer would keep a copy. Returns the length, -1: errno. */
static ssize_t read_all(int fd, char *to, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while (len < size) {
		n = read(fd, to + len, size - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0 || memchr(to + len, '\n', (size_t)n))
			return (ssize_t)(len + (size_t)n);
		len += (size_t)n;
	}
	return (ssize_t)len;
}

static const char *take_line(struct plan *p, char *text, size_t len)
{
	char *end = memchr(text, '\n', len);

	if (end)
		len = (size_t)(end - text);
	if (len > 0 && text[len - 1] == '\r')
		len--;
	if (len == 0)
		return _("its first line is empty");
	if (len > PASSWORD_MAX)
		return _("its first line is longer than 64 KiB");
	if (memchr(text, '\0', len))
		return _("its first line holds a NUL");
	text[len] = '\0';
	plan_set_password(p, text);
	return NULL;
}

char *password_read(struct plan *p, const char *path, char **warning)
{
	enum { SIZE = PASSWORD_MAX + 3 }; /* CR LF, and room for a NUL */
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	const char *why = NULL;
	char *text;
	ssize_t len;

	*warning = NULL;
	if (fd < 0)
		return about(path, strerror(errno));
	text = xmalloc(SIZE);
	len = read_all(fd, text, SIZE - 1);
	why = len < 0 ? strerror(errno) : take_line(p, text, (size_t)len);
	if (!why)
		*warning = mode_warning(fd, path);
	wipe(text, SIZE);
	free(text);
	if (!is_stdin)
		close(fd);
	return why ? about(path, why) : NULL;
}
