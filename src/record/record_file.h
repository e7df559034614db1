/*
 * record_file: opens what a recording is written to. It never follows a link
 * that somebody may have planted, never empties what is no recording and never
 * shares a file with another process. One thread.
 *
 * The descriptors are open for appending, do not block, and hold an advisory
 * lock (flock) while they are open, where the file system has locks.
 */
#ifndef RECORD_RECORD_FILE_H
#define RECORD_RECORD_FILE_H

#include <stdbool.h>

/*
 * --record FILE: made, or emptied when it is a recording; mode 0600. FIFOs and
 * character devices are taken as they are. Returns a descriptor, or -1 and a
 * sentence in *error (heap) when FILE cannot be opened; is a link (but
 * /dev/fd/N, which a shell gives for >(command)), a disk, another user's, or
 * something else than a recording; a FIFO that nobody reads; is being recorded
 * to by another process.
 */
int record_file_named(const char *path, char **error);

/* The same to be gone on with: it is not emptied, it may be read, and a FIFO or
 * a device is refused. */
int record_file_again(const char *path, char **error);

struct record_file {
	int fd;
	char *path; /* heap */
	bool first; /* its folder was made for it */
};

/*
 * A new file in dir, which is made when missing (mode 0700), named by time
 * (RFC 3339, UTC) and process. Older ones above RECORD_KEPT are removed, but
 * none that another process still writes. False: *error as above.
 */
bool record_file_new(const char *dir, const char *time,
                     struct record_file *out, char **error);

#endif
