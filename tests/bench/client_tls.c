/*
 * client_tls: the bare dialog (bare.h) inside STARTTLS (RFC 3207). It links
 * OpenSSL, does nothing with the certificate and is the floor for TLS.
 *
 *   client_tls [-P] ADDRESS PORT     EHLO STARTTLS, then as client
 *
 * Exit 0 when each reply was 2yz.
 */
#include "config.h"

#include "tests/bench/bare.h"
#include "tests/bench/measure.h"

#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>

static ssize_t read_tls(void *arg, void *to, size_t room)
{
	return SSL_read(arg, to, (int)room);
}

static ssize_t write_tls(void *arg, const void *data, size_t len)
{
	return SSL_write(arg, data, (int)len);
}

/* While the server answers STARTTLS, not before: that time is free. */
static SSL *prepare(int fd)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	SSL *ssl = context ? SSL_new(context) : NULL;

	if (!ssl || SSL_set_fd(ssl, fd) != 1)
		give_up("OpenSSL");
	SSL_CTX_free(context);
	return ssl;
}

static bool start_tls(struct wire *w, int fd)
{
	SSL *ssl;

	if (!good_reply(w) || !say(w, "EHLO client.example\r\n") ||
	    !good_reply(w) || !say(w, "STARTTLS\r\n"))
		return false;
	ssl = prepare(fd);
	if (!good_reply(w) || SSL_connect(ssl) != 1)
		return false;
	*w = (struct wire){ .read = read_tls, .write = write_tls, .arg = ssl };
	return true;
}

int main(int argc, char **argv)
{
	bool group = argc > 1 && !strcmp(argv[1], "-P");
	struct wire w;
	int fd;

	argv += group;
	if (argc - group != 3) {
		fprintf(stderr, "usage: client_tls [-P] ADDRESS PORT\n");
		return 64;
	}
	fd = dial(argv[1], option_number(argv[2], 1, 65535));
	wire_init(&w, &fd);
	if (!start_tls(&w, fd) || !talk(&w, group))
		return 1;
	SSL_shutdown(w.arg);
	SSL_free(w.arg);
	return 0;
}
