#include "config.h"

#include "ui/theme.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

/*
 * Colours as people with other colour vision see them: Machado, Oliveira and
 * Fernandes (2009), severity 1.0, on linear RGB; distances as CIE 1976 Lab.
 */
static const double visions[][9] = {
	{1, 0, 0, 0, 1, 0, 0, 0, 1}, /* usual */
	{0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216,
	 -0.003882, -0.048116, 1.051998}, /* protan */
	{0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413,
	 -0.011820, 0.042940, 0.968881}, /* deutan */
	{1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602,
	 0.004733, 0.691367, 0.303900}, /* tritan */
};

enum { VISIONS = 4, DARK_GROUND = 0x101010 };

static unsigned rgb_of(int index)
{
	static const unsigned level[] = {0, 95, 135, 175, 215, 255};
	unsigned i = (unsigned)index - 16;
	unsigned grey = 8 + 10 * ((unsigned)index - 232);

	if (index >= 232)
		return grey << 16 | grey << 8 | grey;
	return level[i / 36] << 16 | level[i / 6 % 6] << 8 | level[i % 6];
}

static double linear(unsigned byte)
{
	double c = (double)(byte & 255) / 255;

	return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static void linear_rgb(unsigned rgb, const double m[9], double out[3])
{
	double in[3] = {linear(rgb >> 16), linear(rgb >> 8), linear(rgb)};

	for (int i = 0; i < 3; i++) {
		double sum = m[3 * i] * in[0] + m[3 * i + 1] * in[1] +
		             m[3 * i + 2] * in[2];

		out[i] = sum < 0 ? 0 : sum > 1 ? 1 : sum;
	}
}

static double lab_f(double t)
{
	return t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}

static void to_lab(unsigned rgb, const double m[9], double lab[3])
{
	double c[3];
	double x, y, z;

	linear_rgb(rgb, m, c);
	x = (0.4124564 * c[0] + 0.3575761 * c[1] + 0.1804375 * c[2]) / 0.95047;
	y = 0.2126729 * c[0] + 0.7151522 * c[1] + 0.0721750 * c[2];
	z = (0.0193339 * c[0] + 0.1191920 * c[1] + 0.9503041 * c[2]) / 1.08883;
	lab[0] = 116 * lab_f(y) - 16;
	lab[1] = 500 * (lab_f(x) - lab_f(y));
	lab[2] = 200 * (lab_f(y) - lab_f(z));
}

/* The smallest distance over all visions. */
static double distance(unsigned a, unsigned b)
{
	double least = 1000;

	for (int v = 0; v < VISIONS; v++) {
		double p[3], q[3], d;

		to_lab(a, visions[v], p);
		to_lab(b, visions[v], q);
		d = sqrt((p[0] - q[0]) * (p[0] - q[0]) +
		         (p[1] - q[1]) * (p[1] - q[1]) +
		         (p[2] - q[2]) * (p[2] - q[2]));
		least = d < least ? d : least;
	}
	return least;
}

static double luminance(unsigned rgb)
{
	double c[3];

	linear_rgb(rgb, visions[0], c);
	return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
}

/* WCAG 2 contrast ratio. */
static double contrast(unsigned a, unsigned b)
{
	double x = luminance(a) + 0.05;
	double y = luminance(b) + 0.05;

	return x > y ? x / y : y / x;
}

static const enum style chips[] = {STYLE_CHIP_OK, STYLE_CHIP_GO_ON,
                                   STYLE_CHIP_LATER, STYLE_CHIP_NO};

/* Legible, and apart from those before it. */
static void check_chip(enum theme t, int i)
{
	struct look a = theme_look(t, 256, chips[i], false);

	assert_true(contrast(rgb_of(a.fg), rgb_of(a.bg)) >= 4.5);
	for (int j = 0; j < i; j++) {
		struct look b = theme_look(t, 256, chips[j], false);

		if (distance(rgb_of(a.bg), rgb_of(b.bg)) < 20)
			fail_msg("chips %d and %d of %s", i, j, theme_name(t));
	}
}

static void test_theme_chips_stay_apart_for_all_eyes(void **state)
{
	static const enum theme themes[] = {THEME_CVD_DARK, THEME_CVD_LIGHT};

	(void)state;
	for (int t = 0; t < 2; t++)
		for (int i = 0; i < 4; i++)
			check_chip(themes[t], i);
}

static void test_theme_dark_texts_stay_apart_and_legible(void **state)
{
	static const enum style texts[] = {
		STYLE_CLIENT, STYLE_OK, STYLE_GO_ON, STYLE_LATER, STYLE_NO,
		STYLE_TLS, STYLE_NOTE,
	};

	(void)state;
	for (int i = 0; i < 7; i++) {
		struct look a = theme_look(THEME_CVD_DARK, 256, texts[i],
		                           false);

		if (contrast(rgb_of(a.fg), DARK_GROUND) < 4.5)
			fail_msg("text %d is too dark", i);
		for (int j = 0; j < i; j++) {
			struct look b = theme_look(THEME_CVD_DARK, 256,
			                           texts[j], false);

			if (distance(rgb_of(a.fg), rgb_of(b.fg)) < 20)
				fail_msg("texts %d and %d", i, j);
		}
	}
}

/* Every colour that a cvd theme names is legible on what is behind it. */
static void test_theme_each_look_is_legible(void **state)
{
	static const struct {
		enum theme theme;
		unsigned fg, bg; /* the terminal's own, worst usual case */
	} grounds[] = {
		{THEME_CVD_DARK, 0xd0d0d0, DARK_GROUND},
		{THEME_CVD_LIGHT, 0x303030, 0xffffff},
	};

	(void)state;
	for (int g = 0; g < 2; g++) {
		for (int s = 0; s < 2 * STYLE_COUNT; s++) {
			struct look l = theme_look(grounds[g].theme, 256,
			                           (enum style)(s / 2), s % 2);
			unsigned fg = l.fg < 0 ? grounds[g].fg : rgb_of(l.fg);
			unsigned bg = l.bg < 0 ? grounds[g].bg : rgb_of(l.bg);

			if (contrast(fg, bg) < 4.5)
				fail_msg("%s style %d selected %d: %.2f",
				         theme_name(grounds[g].theme), s / 2,
				         s % 2, contrast(fg, bg));
		}
	}
}

static void test_theme_without_colours_uses_attributes_only(void **state)
{
	(void)state;
	for (int t = 0; t < THEME_COUNT; t++) {
		for (int s = 0; s < STYLE_COUNT; s++) {
			struct look l = theme_look((enum theme)t, 0,
			                           (enum style)s, false);

			assert_int_equal(l.fg, -1);
			assert_int_equal(l.bg, -1);
			l = theme_look((enum theme)t, 8, (enum style)s, true);
			assert_true(l.fg < 8 && l.bg < 8);
		}
	}
	/* the second cue: the four kinds of reply differ without colour */
	for (int i = 0; i < 4; i++) {
		struct look a = theme_look(THEME_MONO, 0, chips[i], false);

		for (int j = 0; j < i; j++) {
			struct look b = theme_look(THEME_MONO, 0, chips[j],
			                           false);

			assert_int_not_equal(a.attrs, b.attrs);
		}
	}
}

static void test_theme_selection_changes_each_plain_look(void **state)
{
	(void)state;
	for (int t = 0; t < THEME_COUNT; t++) {
		static const int colors[] = {0, 8, 256};

		for (int c = 0; c < 3; c++) {
			struct look a = theme_look((enum theme)t, colors[c],
			                           STYLE_TEXT, false);
			struct look b = theme_look((enum theme)t, colors[c],
			                           STYLE_TEXT, true);

			assert_true(a.bg != b.bg || a.attrs != b.attrs);
		}
	}
}

static void test_theme_names_and_defaults(void **state)
{
	static const struct {
		int colors;
		const char *colorfgbg;
		enum theme theme;
	} rows[] = {
		{256, NULL, THEME_CVD_DARK}, {256, "15;0", THEME_CVD_DARK},
		{256, "0;15", THEME_CVD_LIGHT}, {256, "0;7", THEME_CVD_LIGHT},
		{256, "0;default;15", THEME_CVD_LIGHT},
		{256, "7;8", THEME_CVD_DARK}, {256, "x;y", THEME_CVD_DARK},
		{256, "0;", THEME_CVD_DARK}, {256, "0;99", THEME_CVD_DARK},
		{16, "0;15", THEME_ANSI}, {8, NULL, THEME_ANSI},
		{0, "0;15", THEME_MONO},
	};
	enum theme t = THEME_CVD_DARK;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(theme_default(rows[i].colors,
		                               rows[i].colorfgbg),
		                 rows[i].theme);
	for (int i = 0; i < THEME_COUNT; i++) {
		enum theme back;

		assert_true(theme_find(theme_name(t), &back));
		assert_int_equal(back, t);
		t = theme_next(t);
	}
	assert_int_equal(t, THEME_CVD_DARK);
	assert_false(theme_find("solarized", &t));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_theme_chips_stay_apart_for_all_eyes),
		cmocka_unit_test(test_theme_dark_texts_stay_apart_and_legible),
		cmocka_unit_test(test_theme_each_look_is_legible),
		cmocka_unit_test(
			test_theme_without_colours_uses_attributes_only),
		cmocka_unit_test(test_theme_selection_changes_each_plain_look),
		cmocka_unit_test(test_theme_names_and_defaults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
