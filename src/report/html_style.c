#include "config.h"

#include "report/html_style.h"

#include <stddef.h>

const char *const html_style[] = {
#include "report/handout.inc"
	NULL,
};

const char html_style_hash[] =
	"y/UeqhFvHuyFk5QcI+QMJ6SGqpxqx7Z92BQb//6kXyo=";
