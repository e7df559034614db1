/*
 * measure: what the bench tools share: a clock, samples, numbers of options.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stddef.h>

enum { SAMPLES_MAX = 4096 };

struct samples {
	double v[SAMPLES_MAX];
	size_t n; /* what does not fit is left out */
};

double now_ms(void); /* monotonic */
void sample_add(struct samples *s, double v);
/* share 0.5 is the median; 0 and 1 the extremes. Sorts. 0 when empty. */
double sample_at(struct samples *s, double share);
/* "NAME<tab>METRIC<tab>UNIT<tab>MEDIAN<tab>MIN<tab>MAX<tab>RUNS": a row of
 * what run.sh collects. NULL name: begins with METRIC. Nothing when empty. */
void sample_print(const char *name, const char *metric, const char *unit,
                  struct samples *s);
/* A number from min to max of an option, or the program ends with 64. */
long option_number(const char *text, long min, long max);
/* Prints what was wrong with errno's words; ends the program with 1. */
_Noreturn void give_up(const char *what);

#endif
