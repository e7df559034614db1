#include "config.h"

#include "ui/echo.h"

#include <termios.h>

static struct termios before;
static bool hidden;

void echo_show(int fd, bool on)
{
	struct termios quiet;

	if (on == !hidden)
		return;
	if (on) {
		tcsetattr(fd, TCSADRAIN, &before);
		hidden = false;
		return;
	}
	if (tcgetattr(fd, &before) != 0)
		return;
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	quiet.c_lflag |= ECHONL;
	hidden = tcsetattr(fd, TCSADRAIN, &quiet) == 0;
}
