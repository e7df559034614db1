#include "config.h"

#include "report/html_style.h"

#include <stddef.h>

const char *const html_style[] = {
#include "report/handout.inc"
	NULL,
};

const char html_style_hash[] =
	"7bGfMBGUVV7E0fmytO74Dnvscu8mKQCKlO7BjxStULE=";
