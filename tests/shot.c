/*
 * shot: makes pictures: plays .screen files (screenplay.h), writes what their
 * shot: lines name, NAME.svg and, where rsvg-convert is there, NAME.png.
 *
 *   shot FOLDER FILE...
 */
#include "config.h"

#include <stdio.h>

#include "screenplay.h"

int main(int argc, char **argv)
{
	int failed = 0;

	if (argc < 3) {
		fprintf(stderr, "usage: shot FOLDER FILE...\n");
		return 64;
	}
	for (int i = 2; i < argc; i++) {
		struct screenplay s = {.path = argv[i], .pictures = argv[1]};

		if (!screenplay_run(&s)) {
			fprintf(stderr, "%s\n", s.error.data);
			failed++;
		}
		screenplay_clear(&s);
	}
	return failed > 0;
}
