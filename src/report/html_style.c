#include "config.h"

#include "report/html_style.h"

#include <stddef.h>

const char *const html_style[] = {
#include "report/handout.inc"
	NULL,
};

const char html_style_hash[] =
	"hBhiUsjPnTEwhFjdVoW8f/Nfm9wNQd+DzIRzhKA/D+g=";
