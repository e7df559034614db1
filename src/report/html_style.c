#include "config.h"

#include "report/html_style.h"

#include <stddef.h>

const char *const html_style[] = {
#include "report/handout.inc"
	NULL,
};

const char html_style_hash[] =
	"aljNCOL42Y3ACdAOxf9si+oeUhXJXvAh63mJgtmZuS0=";
