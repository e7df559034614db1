#include "config.h"

#include "tests/bench/measure.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

void sample_add(struct samples *s, double v)
{
	if (s->n < SAMPLES_MAX)
		s->v[s->n++] = v;
}

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double sample_at(struct samples *s, double share)
{
	if (s->n == 0)
		return 0;
	qsort(s->v, s->n, sizeof *s->v, compare);
	return s->v[(size_t)(share * (double)(s->n - 1) + 0.5)];
}

void sample_print(const char *name, const char *metric, const char *unit,
                  struct samples *s)
{
	if (s->n == 0)
		return;
	if (name)
		printf("%s\t", name);
	printf("%s\t%s\t%.3f\t%.3f\t%.3f\t%zu\n", metric, unit,
	       sample_at(s, 0.5), sample_at(s, 0), sample_at(s, 1), s->n);
}

long option_number(const char *text, long min, long max)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end != text && !*end && n >= min && n <= max)
		return n;
	fprintf(stderr, "%s: a number from %ld to %ld is wanted\n", text, min,
	        max);
	exit(64);
}

void give_up(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}
