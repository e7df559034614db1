/*
 * echo: does the terminal show what is typed? Off while a password is asked
 * for in line mode. Main thread only.
 */
#ifndef UI_ECHO_H
#define UI_ECHO_H

#include <stdbool.h>

/* Does nothing where fd is no terminal. The line feed is shown all the same.
 * What was there before comes back with echo_show(fd, true). */
void echo_show(int fd, bool on);

#endif
