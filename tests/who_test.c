/* Which software and whose server: said once a session, or not at all. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/finding.h"
#include "faultrun.h"

/* How many findings with that id; the last one's sentence in out. */
static size_t count_said(struct client *c, const char *id, char **out)
{
	const struct event *e;
	size_t n = 0;

	for (size_t i = 0; (e = client_find(c, EV_FINDING, i)); i++)
		if (strcmp(event_text(e, e->u.finding.id), id) == 0) {
			n++;
			free(*out);
			*out = finding_sentence(e);
		}
	return n;
}

static void assert_said(struct client *c, const char *id, const char *text)
{
	char *said = NULL;

	assert_int_equal(count_said(c, id, &said), text ? 1 : 0);
	if (text)
		assert_string_equal(said, text);
	free(said);
}

static void postfix_once(struct client *c, const char *heard)
{
	(void)heard;
	assert_said(c, "software", "Server software: Postfix (Debian), told "
	                           "from \"ESMTP Postfix (Debian/GNU)\".");
	assert_said(c, "operator", NULL);
}

static void google_once(struct client *c, const char *heard)
{
	(void)heard;
	assert_said(c, "software", NULL);
	assert_said(c, "operator",
	            "The server is run by Google (Gmail, Workspace), told "
	            "from \"ESMTP x1si.1 - gsmtp\".");
}

static void refusal_at_the_end(struct client *c, const char *heard)
{
	(void)heard;
	assert_said(c, "operator",
	            "The server is run by T-Online (Deutsche Telekom), told "
	            "from \"IP=192.0.2.1 - None/bad reputation.\".");
}

static void exim_by_its_reply(struct client *c, const char *heard)
{
	(void)heard;
	assert_said(c, "software", "Server software: Exim, told from \"EXPN "
	                           "not available\".");
}

static void nothing_said(struct client *c, const char *heard)
{
	(void)heard;
	assert_said(c, "software", NULL);
	assert_said(c, "operator", NULL);
}

static const struct row rows[] = {
	{ .id = "greeting-known", .script = (const struct fault[]){
	  SAY("220 mx.example ESMTP Postfix (Debian/GNU)\r\n"), HEAR, EHLO_OK,
	  HEAR, SAY("250 2.0.0 Ok: queued as 4ABC1\r\n"), HEAR,
	  SAY("250 2.1.5 Ok\r\n"), HEAR, SAY("250 2.0.0 Ok\r\n"), HEAR, BYE,
	  CLOSE, END }, .check = postfix_once },
	{ .id = "service-known", .script = (const struct fault[]){
	  SAY("220 mx.example ESMTP x1si.1 - gsmtp\r\n"), HEAR, EHLO_OK, HEAR,
	  SAY("250 2.1.0 OK x1si.1 - gsmtp\r\n"), HEAR,
	  SAY("250 2.1.5 OK x1si.1 - gsmtp\r\n"), HEAR,
	  SAY("250 2.1.5 Flushed - gsmtp\r\n"), HEAR, BYE, CLOSE, END },
	  .check = google_once },
	{ .id = "refused-at-once", .script = (const struct fault[]){
	  SAY("554 IP=192.0.2.1 - None/bad reputation.\r\n"), HEAR, BYE, CLOSE,
	  END }, .exit = 69, .check = refusal_at_the_end },
	{ .id = "reply-known", .script = (const struct fault[]){
	  GREET, HEAR, EHLO_OK, HEAR, SAY("550 EXPN not available\r\n"), HEAR,
	  BYE, CLOSE, END }, .exit = 69, .check = exim_by_its_reply },
	{ .id = "name-is-a-host", .script = (const struct fault[]){
	  SAY("220 postfix.example.com ESMTP\r\n"), HEAR, EHLO_OK, HEAR,
	  SAY("250 2.1.0 Ok\r\n"), HEAR, SAY("250 2.1.5 Ok\r\n"), HEAR,
	  SAY("250 2.0.0 Ok\r\n"), HEAR, BYE, CLOSE, END },
	  .check = nothing_said },
};

int main(void)
{
	return fault_run_all("who", rows, N_OF(rows));
}
