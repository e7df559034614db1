#include "config.h"

#include "core/when.h"

#include <stdio.h>

/* Days from 1970-01-01 in the Gregorian calendar; a year begins in March, so
 * that the leap day is its last. */
static int64_t days_from_civil(int64_t year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 +
	                  day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	       of_year - 719468;
}

static bool in_range(int value, int least, int most)
{
	return value >= least && value <= most;
}

/* "Z", "+01:00", and a fraction before it; seconds east of UTC. */
static bool parse_zone(const char *s, int *out_s)
{
	int hour = 0, min = 0;
	char sign;

	if (*s == '.')
		for (s++; *s >= '0' && *s <= '9'; s++)
			;
	*out_s = 0;
	if (*s == 'Z' || *s == 'z')
		return s[1] == '\0';
	if (sscanf(s, "%c%2d:%2d", &sign, &hour, &min) != 3 ||
	    (sign != '+' && sign != '-') || !in_range(hour, 0, 23) ||
	    !in_range(min, 0, 59))
		return false;
	*out_s = (hour * 60 + min) * 60 * (sign == '-' ? -1 : 1);
	return true;
}

bool when_parse(const char *text, int64_t *out_s)
{
	int year, month, day, hour, min, sec, used = 0, east;

	if (sscanf(text, "%4d-%2d-%2d%*1[Tt ]%2d:%2d:%2d%n", &year, &month,
	           &day, &hour, &min, &sec, &used) != 6 || used == 0)
		return false;
	if (!in_range(month, 1, 12) || !in_range(day, 1, 31) ||
	    !in_range(hour, 0, 23) || !in_range(min, 0, 59) ||
	    !in_range(sec, 0, 60) || year < 0 ||
	    !parse_zone(text + used, &east))
		return false;
	*out_s = days_from_civil(year, month, day) * WHEN_DAY_S +
	         (hour * 60 + min) * 60 + sec - east;
	return true;
}

bool when_event(const struct dialog *d, size_t i, int64_t *out_s)
{
	const struct event *e = dialog_at(d, i), *start = dialog_at(d, 0);
	size_t at;

	if (start->kind != EV_START) {
		at = dialog_before(d, i, EV_START, 0);
		if (at == SIZE_MAX)
			return false;
		start = dialog_at(d, at);
	}
	if (!when_parse(event_text(start, start->u.start.time), out_s))
		return false;
	*out_s += (e->t_us - start->t_us) / 1000000;
	return true;
}
