/*
 * client: one SMTP dialog as bare as C can do it, the floor for all others.
 *
 *   client [-P] ADDRESS PORT     EHLO MAIL RCPT RCPT RSET QUIT
 *
 * -P sends everything after the reply to EHLO in one write (RFC 2920). Replies
 * are read no further than their code. Exit 0 when each was 2yz.
 */
#include "config.h"

#include "tests/bench/measure.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *const lines[] = {
	"EHLO client.example\r\n",
	"MAIL FROM:<a@client.example>\r\n",
	"RCPT TO:<b@client.example>\r\n",
	"RCPT TO:<c@client.example>\r\n",
	"RSET\r\n",
	"QUIT\r\n",
};
enum { LINES = sizeof lines / sizeof *lines };

static int fd;
static char input[4096];
static size_t input_len;

static int dial(const char *address, long port)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
	};
	const int on = 1;
	int s = socket(AF_INET, SOCK_STREAM, 0);

	if (inet_pton(AF_INET, address, &to.sin_addr) != 1)
		exit(64);
	if (s < 0 || connect(s, (struct sockaddr *)&to, sizeof to))
		give_up(address);
	setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return s;
}

/* One reply, its last line taken off the input: is it 2yz? */
static bool good_reply(void)
{
	for (;;) {
		char *end = memchr(input, '\n', input_len);
		ssize_t n;

		if (end) {
			bool last = end - input >= 3 && input[3] != '-';
			bool good = *input == '2';
			size_t len = (size_t)(end + 1 - input);

			memmove(input, input + len, input_len - len);
			input_len -= len;
			if (last)
				return good;
			continue;
		}
		n = read(fd, input + input_len, sizeof input - input_len);
		if (n <= 0)
			return false;
		input_len += (size_t)n;
	}
}

static bool say(const char *line)
{
	return write(fd, line, strlen(line)) == (ssize_t)strlen(line);
}

static bool lock_step(void)
{
	bool good = good_reply();

	for (int i = 0; i < LINES && good; i++)
		good = say(lines[i]) && good_reply();
	return good;
}

static bool pipelined(void)
{
	char group[512] = "";
	size_t used = 0;
	bool good = good_reply() && say(lines[0]) && good_reply();

	for (int i = 1; i < LINES; i++) {
		size_t len = strlen(lines[i]);

		memcpy(group + used, lines[i], len + 1);
		used += len;
	}
	good = good && say(group);
	for (int i = 1; i < LINES && good; i++)
		good = good_reply();
	return good;
}

int main(int argc, char **argv)
{
	bool group = argc > 1 && !strcmp(argv[1], "-P");

	argv += group;
	if (argc - group != 3) {
		fprintf(stderr, "usage: client [-P] ADDRESS PORT\n");
		return 64;
	}
	fd = dial(argv[1], option_number(argv[2], 1, 65535));
	return (group ? pipelined() : lock_step()) ? 0 : 1;
}
