#include "config.h"

#include "tests/bench/bare.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/measure.h"

static const char *const lines[] = {
	"EHLO client.example\r\n",
	"MAIL FROM:<a@client.example>\r\n",
	"RCPT TO:<b@client.example>\r\n",
	"RCPT TO:<c@client.example>\r\n",
	"RSET\r\n",
	"QUIT\r\n",
};
enum { LINES = sizeof lines / sizeof *lines };

int dial(const char *address, long port)
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

static ssize_t read_fd(void *arg, void *to, size_t room)
{
	return read(*(int *)arg, to, room);
}

static ssize_t write_fd(void *arg, const void *data, size_t len)
{
	return write(*(int *)arg, data, len);
}

void wire_init(struct wire *w, int *fd)
{
	*w = (struct wire){ .read = read_fd, .write = write_fd,
		.arg = fd };
}

/* One reply, its last line taken off the input: is it 2yz? */
bool good_reply(struct wire *w)
{
	for (;;) {
		char *end = memchr(w->input, '\n', w->input_len);
		ssize_t n;

		if (end) {
			bool last = end - w->input >= 3 && w->input[3] != '-';
			bool good = *w->input == '2';
			size_t len = (size_t)(end + 1 - w->input);

			memmove(w->input, w->input + len, w->input_len - len);
			w->input_len -= len;
			if (last)
				return good;
			continue;
		}
		n = w->read(w->arg, w->input + w->input_len,
		            sizeof w->input - w->input_len);
		if (n <= 0)
			return false;
		w->input_len += (size_t)n;
	}
}

bool say(struct wire *w, const char *line)
{
	ssize_t len = (ssize_t)strlen(line);

	return w->write(w->arg, line, (size_t)len) == len;
}

static bool lock_step(struct wire *w)
{
	bool good = true;

	for (int i = 0; i < LINES && good; i++)
		good = say(w, lines[i]) && good_reply(w);
	return good;
}

static bool pipelined(struct wire *w)
{
	char group[512] = "";
	size_t used = 0;
	bool good = say(w, lines[0]) && good_reply(w);

	for (int i = 1; i < LINES; i++) {
		size_t len = strlen(lines[i]);

		memcpy(group + used, lines[i], len + 1);
		used += len;
	}
	good = good && say(w, group);
	for (int i = 1; i < LINES && good; i++)
		good = good_reply(w);
	return good;
}

bool talk(struct wire *w, bool group)
{
	return group ? pipelined(w) : lock_step(w);
}
