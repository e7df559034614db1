/*
 * client: the bare dialog (bare.h) in clear.
 *
 *   client [-P] ADDRESS PORT
 *
 * -P sends everything after the reply to EHLO in one write (RFC 2920). Exit 0
 * when each reply was 2yz.
 */
#include "config.h"

#include "tests/bench/bare.h"
#include "tests/bench/measure.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	bool group = argc > 1 && !strcmp(argv[1], "-P");
	struct wire w;
	int fd;

	argv += group;
	if (argc - group != 3) {
		fprintf(stderr, "usage: client [-P] ADDRESS PORT\n");
		return 64;
	}
	fd = dial(argv[1], option_number(argv[2], 1, 65535));
	wire_init(&w, &fd);
	return good_reply(&w) && talk(&w, group) ? 0 : 1;
}
