/*
 * outfile: a whole file of ours, written safely or not at all. What stands in
 * its place before stays as it is until the new one is complete on the disk.
 * No link is followed, nothing that is no file is opened, mode 0600: a report
 * holds addresses. Any thread.
 *
 * A sentence that comes back (heap, in the user's language) names the file and
 * one of these causes; nothing was changed then:
 *   - it is a directory, a symbolic link, a device, a FIFO or a socket;
 *   - it belongs to another user;
 *   - OUTFILE_NEW: there is such a file already (errno EEXIST);
 *   - its directory does not exist, or may not be written;
 *   - the disk is full, over quota or fails, at any step up to the rename.
 */
#ifndef UTIL_OUTFILE_H
#define UTIL_OUTFILE_H

#include <stdbool.h>
#include <stddef.h>

enum outfile_mode {
	OUTFILE_REPLACE, /* a file of that name is replaced as one */
	OUTFILE_NEW,     /* there must be none */
};

/* Could path be written now? Before the work that it is to hold is done. "-",
 * standard output, always. NULL, or a sentence. */
char *outfile_check(const char *path, enum outfile_mode mode);
/* Are both the same file, or would they be? */
bool outfile_same(const char *a, const char *b);
/*
 * Writes len bytes of data. "-" is standard output, where what was written
 * before an error cannot be taken back. NULL, or a sentence; errno.
 */
char *outfile_write(const char *path, enum outfile_mode mode,
                    const void *data, size_t len);
/*
 * A name for a new file in the working directory, made of text that anyone may
 * have written (a host, a target), a time as in RFC 3339 ("" none) and a suffix
 * of ours (".html"): letters, digits, dots, hyphens and "_" for all else, at
 * most OUTFILE_NAME_MAX bytes; never hidden, never like an option. Heap.
 */
enum { OUTFILE_NAME_MAX = 100 /* readable, and short of every NAME_MAX */ };
char *outfile_name(const char *subject, const char *time, const char *suffix);

#endif
