/*
 * netscript: pieces of correct dialogs, to build the scripts of smtpfault
 * from. Each begins where the one before ended.
 */
#ifndef TESTS_NETSCRIPT_H
#define TESTS_NETSCRIPT_H

#include "smtpfault.h"

#define GREET SAY("220 mx.example ESMTP\r\n")
#define EHLO_OK SAY("250-mx.example\r\n250 SIZE 99999999\r\n")
#define OK SAY("250 2.0.0 OK\r\n")
#define BYE SAY("221 2.0.0 Bye\r\n")
#define TO_EHLO GREET, HEAR, EHLO_OK
#define TO_MAIL TO_EHLO, HEAR, OK
#define TO_RCPT TO_MAIL, HEAR, OK
#define TO_DATA TO_RCPT, HEAR, SAY("354 Go ahead\r\n")
/* A whole session up to one accepted recipient. */
#define GOOD_SESSION TO_RCPT, HEAR, OK, HEAR, BYE, CLOSE
#define SCRIPT(...) (const struct fault[]){ __VA_ARGS__, END }

#endif
