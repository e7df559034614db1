#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

enum {
	INPUT_MAX = 1 << 20, /* no input of ours is larger */
	CHANGES = 64,        /* spread over an input, not each of its bytes */
};

/* A block of exactly len bytes, so that a read beyond it is seen by ASan. */
static void feed(const uint8_t *data, size_t len)
{
	uint8_t *exact = xmalloc(len);

	if (len > 0)
		memcpy(exact, data, len);
	LLVMFuzzerTestOneInput(exact, len);
	free(exact);
}

static void feed_changed(uint8_t *data, size_t len)
{
	static const uint8_t bits[] = { 0x01, 0x80, 0xff };
	size_t step = len / CHANGES + 1;

	for (size_t i = 0; i < len; i += step) {
		feed(data, i);
		for (size_t b = 0; b < sizeof bits; b++) {
			data[i] ^= bits[b];
			feed(data, len);
			data[i] ^= bits[b];
		}
	}
}

static bool replay_file(const char *path)
{
	uint8_t *data = xmalloc(INPUT_MAX);
	FILE *f = fopen(path, "rb");
	size_t len;

	if (!f) {
		free(data);
		return false;
	}
	len = fread(data, 1, INPUT_MAX, f);
	fclose(f);
	feed(data, len);
	feed_changed(data, len);
	free(data);
	return true;
}

static size_t replay_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	size_t count = 0;

	if (!dir)
		return 0;
	while ((entry = readdir(dir))) {
		char *path;

		if (entry->d_name[0] == '.')
			continue;
		path = xasprintf("%s/%s", folder, entry->d_name);
		count += replay_file(path);
		free(path);
	}
	closedir(dir);
	return count;
}

/* NULL: the folder lies in what is not here. Caller frees. */
static char *folder_of(const char *name)
{
	const char *shared = getenv("SMTPSCOPE_SHARED");
	const char *source = getenv("srcdir");

	if (*name != '@')
		return xasprintf("%s/tests/fuzz/%s", source ? source : ".",
		                 name);
	return shared ? xasprintf("%s/%s", shared, name + 1) : NULL;
}

int main(int argc, char **argv)
{
	size_t total = 0;

	for (int i = 1; i < argc; i++)
		total += replay_file(argv[i]);
	for (size_t i = 0; argc == 1 && fuzz_inputs[i]; i++) {
		char *folder = folder_of(fuzz_inputs[i]);
		size_t count = folder ? replay_folder(folder) : 0;

		printf("%zu inputs of %s\n", count, fuzz_inputs[i]);
		total += count;
		if (folder && count == 0) {
			fprintf(stderr, "no inputs in %s\n", folder);
			return 1;
		}
		free(folder);
	}
	return total > 0 ? 0 : 77;
}
